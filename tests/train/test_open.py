"""The open network, tiny and random: training, resuming, export, and functions that it has never seen."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra train")

from octocall.base import NOTHING, Base, cache_folder  # noqa: E402
from octocall.bundle import GRAPHS, Bundle  # noqa: E402
from octocall.call import Call, Plan, Request  # noqa: E402
from octocall.catalog import IRRELEVANT, Catalog  # noqa: E402
from octocall.codecs.signature import KINDS, Signature, pieces_of, shares_of, words  # noqa: E402
from octocall.codecs.spans import SpansCodec  # noqa: E402
from octocall.data.example import Example, read_examples, read_functions, write_examples, write_functions  # noqa: E402
from octocall.decode import decode  # noqa: E402
from octocall.errors import BundleError, DataError, OctocallError, RequestError  # noqa: E402
from octocall.export.open import TorchGraphs, export_open  # noqa: E402
from octocall.export.open_run import parity  # noqa: E402
from octocall.function import Function, Parameter  # noqa: E402
from octocall.model import Model  # noqa: E402
from octocall.runtimes.open import mentions, said  # noqa: E402
from octocall.train.config import TrainConfig  # noqa: E402
from octocall.train.networks import Encoder  # noqa: E402
from octocall.train.open_network import OpenNetwork  # noqa: E402
from octocall.train.open_rows import Candidates, OpenEncoder  # noqa: E402
from octocall.train.open_run import Open  # noqa: E402
from octocall.train.trainer import Trainer  # noqa: E402
from octocall.train.vectors import Documents, encode_once  # noqa: E402
from octocall.types import Boolean, Choice, Field, Integer, List, Record, Text  # noqa: E402
from tests.conftest import OPEN_SET, small_tokenizer  # noqa: E402

NOW = datetime(2026, 3, 4, 10, 30)
CONFIG = TrainConfig(steps=120, batch_size=8, learning_rate=3e-3, encoder_rate=1e-3, warmup=5, decoder_inner=64, decoder_heads=4, dropout=0.0, shared_layers=1,
                     evaluate_every=60, checkpoint_every=40, precision="float32", threads=1)  # fmt: skip
LAMP = Function("set_lamp", "Sets a lamp.", (Parameter("room", Text(), "Name of the room"), Parameter("colour", Choice(("red", "blue")), "", "red")))
TIMER = Function("timer", "Starts a timer.", (Parameter("minutes", Integer(1, 600), "How long"),), original="timer.start")
FUNCTIONS = {"home/lamp": LAMP, "home/timer": TIMER, "home/mix": Function("mix", "Mixes paints.", (Parameter("paints", List(Text())),))}


def example(text: str, *calls: Call) -> Example:
    return Example(Request(text, NOW), Plan(calls), text, "single", tuple(FUNCTIONS))


def examples() -> list[Example]:
    return [
        example("light den", Call("set_lamp", {"room": "den"})), example("blue in loft", Call("set_lamp", {"room": "loft", "colour": "blue"})),
        example("count 7", Call("timer", {"minutes": 7})), example("mix ink, tar", Call("mix", {"paints": ["ink", "tar"]})), example("hm", Call(IRRELEVANT)),
        example("7 up", Call("timer", {"minutes": 7})), example("light den, count 9", Call("set_lamp", {"room": "den"}), Call("timer", {"minutes": 9})),
    ]  # fmt: skip


def encoder() -> Encoder:
    torch.manual_seed(0)
    return Encoder(small_tokenizer().get_vocab_size(), 512, 32, 2, 4, 64, dropout=0.0)


def new_trainer(folder: Path) -> tuple[Trainer, list[object]]:
    tokenizer = small_tokenizer()
    numbers, vectors = encode_once((t for f in FUNCTIONS.values() for t in Signature(f).texts), Documents(encoder(), tokenizer), folder / "vectors", lambda *_: None)
    candidates = Candidates(list(FUNCTIONS.values()), numbers, vectors, tokenizer)
    rows = [row for row in OpenEncoder(FUNCTIONS, tokenizer).rows(examples()) if candidates.fits(row)]
    torch.manual_seed(0)
    return Trainer(OpenNetwork(encoder(), CONFIG), Open(candidates, 0), CONFIG, folder), list(rows)


def trained_in(folder: Path) -> Trainer:
    trainer, rows = new_trainer(folder)
    trainer.train(rows, rows, lambda point: None)
    return trainer


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    return trained_in(tmp_path_factory.mktemp("run"))


def write_base(trainer: Trainer, folder: Path) -> None:
    """A base bundle of the tiny network."""
    export_open(trainer.network, encoder(), folder)  # type: ignore[arg-type]
    Bundle.save(folder, SpansCodec(Catalog((NOTHING,), "base"), small_tokenizer()), "card", {}, "open")


@pytest.fixture(scope="module")
def folder(trained: Trainer, shared: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    return shared("base", lambda folder: write_base(trained, folder))


@pytest.fixture
def base(folder: Path, tmp_path: Path) -> Base:
    return Base(Bundle.open(folder), cache=tmp_path)


def test_the_examples_are_learned_and_the_export_keeps_them(trained: Trainer, folder: Path, tmp_path: Path) -> None:
    asked = [Example(Request(e.request.text, NOW, functions=tuple(FUNCTIONS.values())), e.plan, "") for e in examples()]
    exported = Base(Bundle.open(folder), cache=tmp_path / "a")
    ours = Base(Bundle.open(folder), cache=tmp_path / "b", graphs=TorchGraphs(trained.network, encoder()))  # type: ignore[arg-type]
    assert parity(exported, ours, asked) == 1.0
    model = Model(None, exported.bundle.codec, exported)
    right = [model.catalog and model.plan(e.request).calls[0].name == e.plan.calls[0].name for e in asked]
    assert sum(right) >= len(right) - 1


def test_an_interrupted_training_goes_on_and_other_data_are_refused(tmp_path: Path) -> None:
    trainer, rows = new_trainer(tmp_path)

    def stop(point: dict[str, float]) -> None:
        if point["step"] == 45:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.train(rows, rows, stop)
    again, rows = new_trainer(tmp_path)
    seen: list[float] = []
    again.train(rows, rows, lambda point: seen.append(point["step"]))
    assert seen[0] == 41 and again.step == CONFIG.steps
    other, _ = new_trainer(tmp_path)
    other.sources = {"train.jsonl": "other"}
    with pytest.raises(OctocallError, match="another data"):
        other.resume()


def strange(rng: random.Random) -> Function:
    """A function that no one has written: any parameters, with and without documentation."""
    kinds = [
        Text(),
        Integer(0, 9),
        Boolean(),
        Choice(tuple("abc")),
        List(Text()),
        List(Choice(("x", "y"))),
        Record((Field("in", Text()), Field("n", Integer(), False))),
    ]
    name = "".join(rng.choices("abcdefgh", k=6))
    parameters = [Parameter(f"p{i}", rng.choice(kinds), rng.choice(("", "either 'one' or 'two'")), *rng.choice(((), (None,)))) for i in range(rng.randint(0, 5))]
    return Function(name, rng.choice(("", "Does it.")), tuple(parameters))


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_asked_of_unseen_functions_is_a_valid_plan(base: Base, seed: int) -> None:
    rng = random.Random(seed)
    functions = tuple({f.name: f for f in (strange(rng) for _ in range(rng.randint(1, 4)))}.values())
    codec, mask, runtime = base.bind(functions if seed else OPEN_SET.functions)
    reading = codec.read(Request(rng.choice(("take 3 of a, b and c", "x", 'please do it -4 times in "one"')), NOW))
    decoded = decode(runtime, codec, mask, reading)
    plan = codec.decode(decoded.symbols, reading)
    assert decoded.valid and codec.catalog.check(plan) == plan


def test_documentation_is_read_once(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    first = base.understood(Signature(LAMP))
    monkeypatch.setattr(type(base.graphs), "run", lambda *_: pytest.fail("read again"))
    again = base.understood(Signature(LAMP))
    assert np.allclose(first.rows, again.rows, atol=1e-2) and np.allclose(first.answer, again.answer, atol=1e-2)


def test_a_cache_that_cannot_be_used_or_is_damaged_costs_nothing_but_time(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    base = Base(Bundle.open(folder), cache=tmp_path / "file")
    rows = base.understood(Signature(LAMP)).rows
    good = Base(Bundle.open(folder), cache=tmp_path / "good")
    good.understood(Signature(LAMP))
    for path in (tmp_path / "good").rglob("*.f16"):
        path.write_bytes(b"abc")
    assert np.allclose(good.understood(Signature(LAMP)).rows, rows, atol=1e-2)


def test_candidates_come_with_the_request_in_any_form(base: Base) -> None:
    model = Model(None, base.bundle.codec, base)

    def ring(times: int) -> None:
        """Rings a bell."""

    tool = {"name": "bell.ring", "description": "Rings.", "parameters": {"type": "dict", "properties": {"times": {"type": "integer"}}, "required": ["times"]}}
    for functions in ([ring], [tool], tool, Catalog((TIMER,)), (LAMP, ring, tool)):
        found = model.trace("ring 3 times", functions=functions)
        assert found.valid and found.catalog.outward(found.plan).calls[0].name in ("ring", "bell.ring", "timer.start", "set_lamp", "no_relevant_function")
    with pytest.raises(RequestError, match="without functions"):
        model.plan("ring 3 times")
    with pytest.raises(OctocallError, match="no candidate functions"):
        model.plan("ring 3 times", functions=[])


def test_a_bundle_of_one_catalog_is_no_base(folder: Path, tmp_path: Path) -> None:
    manifest = json.loads((folder / "bundle.json").read_text())
    assert manifest["network"] == "open" and set(GRAPHS["open"]) < set(manifest["files"])
    try:
        compiled = Bundle.open("android")
    except BundleError:
        pytest.skip("no bundle has been exported")
    with pytest.raises(BundleError, match="a base is expected"):
        Base(compiled)


def test_rows_and_their_table_are_read_back(tmp_path: Path) -> None:
    write_functions(tmp_path / "functions.jsonl", FUNCTIONS)
    write_examples(tmp_path / "train.jsonl", examples())
    table = read_functions(tmp_path / "functions.jsonl")
    again = list(read_examples(tmp_path / "train.jsonl", table))
    assert table == FUNCTIONS and [e.plan for e in again] == [e.plan for e in examples()] and again[0].request.functions == tuple(FUNCTIONS.values())
    (tmp_path / "functions.jsonl").write_text('{"id": 1}\n')
    with pytest.raises(DataError, match=r"functions\.jsonl:1"):
        read_functions(tmp_path / "functions.jsonl")


@pytest.mark.parametrize(
    "name, text", [("getUserById", "get user by id"), ("list_HTTP_servers2", "list HTTP servers 2"), ("a.b-c", "a b c"), ("温度", "温度"), ("_", "_")]
)
def test_names_become_words(name: str, text: str) -> None:
    assert words(name) == text


def test_a_signature_has_a_row_for_everything_that_can_be_chosen() -> None:
    for function in OPEN_SET:
        signature = Signature(function)
        assert len(signature.texts) == len(signature.kinds) == 1 + len(signature.rows) and all(0 <= kind < KINDS for kind in signature.kinds)


def test_the_cache_lies_where_caches_lie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "octocall"


def test_hard_candidates_come_later(trained: Trainer) -> None:
    task: Open = trained.task  # type: ignore[assignment]
    rows = [row for row in OpenEncoder(FUNCTIONS, small_tokenizer()).rows(examples()) if row.gold]
    near: Callable[[float], int] = lambda hardness: sum(len(found) for i in range(40) for found, _ in task.candidates.choose(rows, random.Random(i), hardness))  # noqa: E731
    assert near(0.0) <= near(1.0)


def test_what_is_said_is_a_share_of_word_pieces() -> None:
    tokenizer = small_tokenizer()
    (words,) = pieces_of(tokenizer, ["light_den"])
    found = said([words, frozenset((*words, 10**6)), frozenset()], tokenizer.encode("den with a light").ids)
    assert found.tolist() == pytest.approx([1.0, len(words) / (len(words) + 1), 0.0])


def test_a_word_tells_more_of_a_place_the_fewer_places_have_it() -> None:
    tokenizer = small_tokenizer()
    # word pieces are single characters here
    given = Function("send", "", (Parameter("ab", Text(), "the c"), Parameter("ad", Text()), Parameter("e", Record((Field("f", Text()),)))))
    shares = shares_of(tokenizer, [Signature(given), Signature(TIMER)])
    first, *inner = (tokenizer.encode(text, add_special_tokens=False).ids for text in ("a", "xb", "c", "xd", "e", "f"))
    b, c, d = inner[0][1], inner[1][0], inner[2][1]
    assert shares[0] == {first[0]: 0.5, b: 1.0, c: 0.5} and shares[1] == {first[0]: 0.5, d: 1.0}
    assert shares[2] == {inner[3][0]: 1.0} and shares[3] == {inner[4][0]: 1.0} and len(shares) == 5


def test_what_stands_near_a_mention() -> None:
    told, behind, before = mentions([{7: 1.0, 9: 0.5}, {}], [1, 7, 3, 4, 9])
    assert told.tolist() == [[0, 1, 0, 0, 0.5], [0] * 5] and not behind[1].any() and not before[1].any()
    assert np.allclose(behind[0], [0, 0, 1, 0.7, 0.49]) and np.allclose(before[0], [1, 0.7 * 0.7 * 0.5, 0.7 * 0.5, 0.5, 0])
