"""``octocall dataset``: splits, candidates, negatives, the same bytes however many workers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from operations import rows, written
from typer.testing import CliRunner

from octocall.catalog import IRRELEVANT, Catalog
from octocall.cli import app
from octocall.data.dataset.choose import api_of, choose, rivals, tidy, unit_share, vendor
from octocall.data.dataset.config import DatasetConfig
from octocall.data.dataset.rows import skeleton
from octocall.data.dataset.spread import spread
from octocall.data.example import Example, read_examples, read_functions
from octocall.data.negatives import HARD, NEAREST, hashed, ranks
from octocall.data.teachers.rules.script import script
from octocall.data.verify import carrier_grams, exam_grams, exam_texts
from octocall.errors import DataError, OctocallError
from octocall.function import REQUIRED, Function, Parameter
from octocall.sources.common.loaded import Remark
from octocall.sources.operations import read_operations
from octocall.types import Dictionary, Record, Text
from tests.conftest import small_tokenizer

ARGUMENTS = ("--rows", "600", "--held-out", "0.3", "--functions", "100")


def run(folder: Path, *more: str) -> Path:
    result = CliRunner().invoke(app, ["dataset", "--catalogue", str(written(folder)), "--out", str(folder / "out"), *ARGUMENTS, *more])
    assert result.exit_code == 0, result.output
    return folder / "out"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(tmp_path_factory.mktemp("dataset"), "--workers", "1")


@pytest.fixture(scope="module")
def sides(out: Path) -> tuple[list[Example], list[Example]]:
    functions = read_functions(out / "functions.jsonl")
    return list(read_examples(out / "train.jsonl", functions)), list(read_examples(out / "held_out.jsonl", functions))


def test_rows_are_plans_over_their_candidates(sides: tuple[list[Example], list[Example]]) -> None:
    kinds = set()
    for made in (*sides[0], *sides[1]):
        assert made.request.functions is not None
        names = [function.name for function in made.request.functions]
        assert len(set(names)) == len(names) and 1 <= len(names) <= 12
        catalog = Catalog((*made.request.functions, Function(IRRELEVANT, "")))
        assert catalog.check(made.plan).calls
        kinds.add(made.kind)
        if made.kind == "irrelevant":
            assert made.source not in made.candidates and made.plan.calls[0].name == IRRELEVANT
        else:
            assert made.source in made.candidates
    assert {"single", "parallel", "irrelevant"} <= kinds


def test_rows_are_read_as_those_of_books(out: Path, sides: tuple[list[Example], list[Example]]) -> None:
    pytest.importorskip("torch", reason="training needs the extra train")
    from octocall.train.open_rows import OpenEncoder

    rows = [*sides[0][:60], *sides[1][:60]]
    encoder = OpenEncoder(read_functions(out / "functions.jsonl"), small_tokenizer())
    assert [len(row.gold) > 0 for row in map(encoder.row, rows)] == [made.kind != "irrelevant" for made in rows]


def test_sides_share_no_vendor_and_no_phrasing(sides: tuple[list[Example], list[Example]]) -> None:
    train, held = sides
    assert train and held
    for part in (lambda made: {vendor(place) for place in made.candidates}, lambda made: {skeleton(made)} if made.kind != "irrelevant" else set()):
        assert not set().union(*map(part, train)) & set().union(*map(part, held))


def test_as_many_unsolvable_as_solvable(sides: tuple[list[Example], list[Example]]) -> None:
    rows = (*sides[0], *sides[1])
    share = sum(made.kind == "irrelevant" for made in rows) / len(rows)
    assert 0.35 < share < 0.6


def test_workers_do_not_matter(out: Path, tmp_path: Path) -> None:
    other = run(tmp_path, "--workers", "2")
    for name in ("functions.jsonl", "train.jsonl", "held_out.jsonl"):
        assert (other / name).read_bytes() == (out / name).read_bytes()


def test_rows_shared_with_an_exam_are_left_out(out: Path, tmp_path: Path) -> None:
    made = list(read_examples(out / "train.jsonl", read_functions(out / "functions.jsonl")))
    long = [one for one in made if len(carrier_grams(one)) > 2]
    said = {one.request.text for one in long if one.kind != "irrelevant"}
    long = [*[one for one in long if one.kind != "irrelevant"][:1], *[one for one in long if one.request.text not in said]]
    exam = tmp_path / "exam.jsonl"
    exam.write_text("".join(json.dumps({"question": [[{"role": "user", "content": one.request.text}]]}) + "\n" for one in long))
    assert exam_texts(exam) == [one.request.text for one in long]
    other = run(tmp_path, "--workers", "1", "--exam", str(exam))
    card, taken = (other / "data_card.md").read_text(), exam_grams([exam])
    assert "exam.jsonl" in card and "refused: shared with an exam" in card
    rows = [one for name in ("train.jsonl", "held_out.jsonl") for one in read_examples(other / name, read_functions(other / "functions.jsonl"))]
    assert rows and all(taken.isdisjoint(carrier_grams(one)) for one in rows)


@pytest.mark.parametrize("text", ["{}", "no json", '{"id": 1}'])
def test_bad_exams(tmp_path: Path, text: str) -> None:
    (tmp_path / "exam.jsonl").write_text(text)
    with pytest.raises(DataError, match="question"):
        exam_texts(tmp_path / "exam.jsonl")


def test_the_card_names_the_source(out: Path) -> None:
    card = (out / "data_card.md").read_text()
    assert "operations.jsonl" in card and len(re.findall(r"\b[0-9a-f]{64}\b", card)) == 3


def test_too_few_functions(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["dataset", "--catalogue", str(written(tmp_path, 1)), "--out", str(tmp_path / "out")])
    assert isinstance(result.exception, DataError) and "6 functions" in str(result.exception)


@pytest.mark.parametrize("wrong", [{"rows": 0}, {"functions": 3}, {"unsolvable": 1.0}, {"parallel": -0.1}])
def test_settings(wrong: dict[str, float]) -> None:
    with pytest.raises(OctocallError, match="expected"):
        DatasetConfig(**wrong)  # type: ignore[arg-type]


def test_ranks_are_nearest_first_and_stay_in_their_group() -> None:
    vectors = np.random.default_rng(0).normal(size=(300, 16)).astype(np.float32)
    groups = np.arange(300, dtype=np.int32) % 2
    table = ranks(vectors, groups, 20)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for row in (0, 7, 299):
        likeness = unit @ unit[row]
        near = [int(other) for other in np.argsort(-likeness, kind="stable") if groups[other] == groups[row] and other != row][:20]
        assert list(table[row]) == near
    assert (ranks(vectors[:3], None, 5)[:, 2:] == -1).all() and NEAREST < HARD


def test_hashed_vectors_bring_like_texts_together() -> None:
    vectors = hashed(["list open invoices of a customer", "list invoices of one customer", "rotate the picture"])
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > unit[0] @ unit[2]


def _scripts(told: str, other: str) -> bool:
    first, second = script(Function("a", told)), script(Function("b", other))
    assert first is not None and second is not None
    return rivals(first.about, second.about)


def test_rivals() -> None:
    assert _scripts("List invoices", "Get all open invoices") and _scripts("Delete a card", "Remove a card")
    assert not _scripts("Delete a card", "Get a card") and not _scripts("List card holders", "List card games")


def test_tidy_drops_what_nobody_says() -> None:
    parameters = (
        Parameter("id", Text()),
        Parameter("api_key", Text()),
        Parameter("meta", Record(()), default=None),
        Parameter("labels", Dictionary(), default=None),
        Parameter("title", Text(), default=None),
    )
    found = tidy(Function("f", "Get a card", parameters), "0")
    assert found is not None and [parameter.name for parameter in found.parameters] == ["id", "title"]
    assert script(Function("f", "Create a card", (Parameter("labels", Dictionary()),))) is None
    assert tidy(Function("f", "Swap", (Parameter("user", Text()), Parameter("user_2", Text()))), "0") is None


def test_functions_are_chosen_once() -> None:
    found = [row for row in read_operations([*rows(3), *rows(3)]) if not isinstance(row, Remark)]
    chosen = list(choose(found, "0", 1000))
    assert len({(api_of(place), function.description) for place, function in chosen}) == len(chosen)
    assert list(choose(reversed(found), "0", 1000)) == chosen


def test_vendors() -> None:
    assert vendor("acme.com/main/1.0/x") == vendor("acme_api/list") == "acme" and 0 <= unit_share("x") < 1


def _double(shared: int, task: int) -> int:
    return shared * task


def test_spread_keeps_the_order() -> None:
    assert list(spread(_double, 3, range(20), workers=2)) == list(spread(_double, 3, range(20), workers=1)) == [3 * i for i in range(20)]


def test_a_cluster_without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(OctocallError, match="cluster"):
        list(spread(_double, 1, [1], cluster="local"))


def test_required_is_itself_in_another_process() -> None:
    import pickle

    assert pickle.loads(pickle.dumps(REQUIRED)) is REQUIRED
