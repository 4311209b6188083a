"""Catalogues of a base, tiny and trained for a minute: importing with it, asking it, and what it will not be asked."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the base for tests is trained, which needs the extra train")

from octocall.base import Base  # noqa: E402
from octocall.bundle import Bundle  # noqa: E402
from octocall.call import Request  # noqa: E402
from octocall.catalogue import MANIFEST, Catalogue  # noqa: E402
from octocall.codecs.signature import Signature  # noqa: E402
from octocall.errors import BundleError, CatalogueError, RequestError  # noqa: E402
from octocall.importing.reader import Reader  # noqa: E402
from octocall.importing.run import import_catalogue  # noqa: E402
from octocall.model import Model  # noqa: E402
from octocall.runtimes.open import OnnxGraphs  # noqa: E402
from tests.importing.test_import import rows, write  # noqa: E402
from tests.test_cli import octocall  # noqa: E402
from tests.train.test_open import FUNCTIONS, trained_in, write_base  # noqa: E402

Shared = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="module")
def bundle(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared("base", lambda folder: write_base(trained_in(tmp_path_factory.mktemp("run")), folder))


@pytest.fixture(scope="module")
def apis(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imported")
    source = write(folder / "in" / "shop.jsonl", rows(40)).parent
    reader = Reader(Bundle.open(bundle), 2)
    import_catalogue([str(source)], folder / "apis", reader, reader.base)
    return folder / "apis"


@pytest.fixture
def model(bundle: Path, tmp_path: Path) -> Model:
    base = Base(Bundle.open(bundle), cache=tmp_path)
    return Model(None, base.bundle.codec, base)


def test_many_functions_are_read_as_one_is(bundle: Path, model: Model) -> None:
    reader = Reader(Bundle.open(bundle))
    for found in (reader(list(FUNCTIONS.values())), pickle.loads(pickle.dumps(reader))(list(FUNCTIONS.values()))):
        for function, own in zip(FUNCTIONS.values(), found, strict=True):
            one = model.base.understood(Signature(function))
            assert np.allclose(own.rows, one.rows, atol=5e-3) and np.allclose(own.answer, one.answer, atol=5e-3)


def test_requests_choose_among_the_nearest_functions(apis: Path, model: Model) -> None:
    catalogue = Catalogue.open(apis, candidates=3)
    found = model.trace("get the order of a lamp, number 64", functions=catalogue)
    text = "get the order of a lamp, number 64"
    nearest = [one.id for one in catalogue.search(model.base.question(text), 3, catalogue.words.scores(text))]
    assert found.valid and [function.original for function in found.catalog] == [*nearest, "no_relevant_function"]
    assert found.catalog.outward(found.plan).calls[0].name in (*nearest, "no_relevant_function")
    with pytest.raises(RequestError, match="empty request"):
        model.plan("", functions=catalogue)


def test_stored_rows_are_those_that_would_be_read(apis: Path, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue, text = Catalogue.open(apis), "get the song of a team"
    stored = model.trace(text, functions=catalogue)
    functions = tuple(one.function for one in catalogue.search(model.base.question(text), catalogue.candidates, catalogue.words.scores(text)))
    fresh = model.trace(Request(text, functions=functions))
    ours, theirs = ([call.arguments for call in found.plan.calls] for found in (stored, fresh))
    assert ours == theirs and abs(stored.plan.confidence - fresh.plan.confidence) < 0.05
    monkeypatch.setattr(type(model.base), "_understood", lambda *_: pytest.fail("read again"))
    assert model.trace(text, functions=catalogue).valid


def test_catalogues_of_another_base_or_version(apis: Path, model: Model, tmp_path: Path) -> None:
    other = Path(shutil.copytree(apis, tmp_path / "other"))
    manifest = json.loads((other / MANIFEST).read_text())
    (other / MANIFEST).write_text(json.dumps({**manifest, "base": "0" * 64}))
    with pytest.raises(CatalogueError, match="imported with another base than"):
        model.plan("get it", functions=Catalogue.open(other))
    changed = Catalogue.open(apis)
    changed._cached = lambda number: (changed._read(number)[0], replace(changed._read(number)[1], parameters=()))  # type: ignore[assignment]
    with pytest.raises(CatalogueError, match="rows are kept where this version"):
        model.plan("get it", functions=changed)


def test_the_commands(apis: Path, bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "tools.json").write_text(json.dumps([{"name": "ring_bell", "description": "Rings a bell \ud83d."}, {"name": "x", "description": ""}]))
    (tmp_path / "in" / "broken.json").write_text("{")
    given = ("--catalogue", str(tmp_path / "apis"), "--bundle", str(bundle))
    imported = octocall("import", str(tmp_path / "in"), "android", "--out", str(tmp_path / "apis"), "--bundle", str(bundle))
    assert imported.returncode == 1 and "22 functions" in imported.stdout and "broken.json" in imported.stderr
    asked = octocall(*given, "--json", "ring the bell", home=tmp_path, XDG_CACHE_HOME=str(tmp_path))
    assert asked.returncode in (0, 1) and "calls" in json.loads(asked.stdout)
    planned = octocall("plan", *given, "--candidates", "2", given='{"query": "ring the bell"}\n', XDG_CACHE_HOME=str(tmp_path))
    assert planned.returncode == 0 and json.loads(planned.stdout)["calls"]


@pytest.mark.parametrize("wrong, told", [
    (("--catalogue", "{none}"), "there is no folder"), (("--catalogue", "{apis}", "--functions", "android"), "one of them is expected"),
    (("--catalogue", "{bundle}"), "has no manifest.json"), (("--catalogue", "{interrupted}"), "was interrupted; give the same octocall import again"),
])  # fmt: skip
def test_what_is_no_catalogue_is_told_in_one_sentence(wrong: tuple[str, ...], told: str, apis: Path, bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "interrupted.part").mkdir()
    places = {"none": tmp_path / "none", "apis": apis, "bundle": bundle, "interrupted": tmp_path / "interrupted"}
    for command in (("ask", "hm"), ("plan",)):
        found = octocall(*command, *(part.format(**places) for part in wrong), "--bundle", str(bundle))
        assert found.returncode == 2 and told in found.stderr and found.stderr.count("error:") == 1


def test_weights_that_are_none(bundle: Path, tmp_path: Path) -> None:
    sent = OnnxGraphs(bundle, names=("stem",)).__getstate__()
    with pytest.raises(BundleError, match="that were sent cannot be loaded"):
        OnnxGraphs.__new__(OnnxGraphs).__setstate__({**sent, "_weights": {"stem": b"no graph"}})
    with pytest.raises(BundleError, match=f"in {tmp_path} cannot be loaded"):
        OnnxGraphs(tmp_path)
