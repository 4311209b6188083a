"""From examples to a bundle and back: compiling, interruption, adding and removing, several bundles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="compiling needs the extra train")

from octocall.base import NOTHING, Base  # noqa: E402
from octocall.bundle import EXAMPLES, PAGE, Bundle  # noqa: E402
from octocall.call import Call, Plan, Request  # noqa: E402
from octocall.catalog import IRRELEVANT, Catalog  # noqa: E402
from octocall.codecs.spans import SpansCodec  # noqa: E402
from octocall.compiling.config import CompileConfig  # noqa: E402
from octocall.compiling.edit import add, remove  # noqa: E402
from octocall.compiling.gather import Material, Rows, gather, untold  # noqa: E402
from octocall.compiling.run import Compilation  # noqa: E402
from octocall.data.example import Example  # noqa: E402
from octocall.data.own import NOW, Given, placed  # noqa: E402
from octocall.errors import BundleError, OctocallError  # noqa: E402
from octocall.function import Function, Parameter  # noqa: E402
from octocall.model import Model  # noqa: E402
from octocall.types import Integer, Text  # noqa: E402
from octocall.union import Union  # noqa: E402
from tests.train.test_open import LAMP, TIMER, trained_in, write_base  # noqa: E402

CONFIG = CompileConfig(taught=0, variants=2, steps=90, batch_size=8, learning_rate=5e-3, curve=False, threads=1)
FAN = Function("fan", "Turns a fan.", (Parameter("speed", Integer(0, 9), "How fast"), Parameter("place", Text(), "Where it stands", "hall")))
SAID = [
    ("light den", "set_lamp", {"room": "den"}), ("light loft", "set_lamp", {"room": "loft"}), ("lamp den", "set_lamp", {"room": "den"}),
    ("blue in loft", "set_lamp", {"room": "loft", "colour": "blue"}), ("blue den", "set_lamp", {"room": "den", "colour": "blue"}),
    ("light in den", "set_lamp", {"room": "den"}), ("light up loft", "set_lamp", {"room": "loft"}), ("den light", "set_lamp", {"room": "den"}),
    ("count 7", "timer", {"minutes": 7}), ("7 up", "timer", {"minutes": 7}), ("count 9", "timer", {"minutes": 9}), ("9 up", "timer", {"minutes": 9}),
]  # fmt: skip
FANS = [("fan 3", "fan", {"speed": 3}), ("fan 7", "fan", {"speed": 7}), ("blow 5", "fan", {"speed": 5}), ("blow 9", "fan", {"speed": 9})]


@pytest.fixture(scope="module")
def base(shared: Callable[[str, Callable[[Path], None]], Path], tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = shared("base", lambda folder: write_base(trained_in(tmp_path_factory.mktemp("run")), folder))
    return Base(Bundle.open(folder), cache=tmp_path_factory.mktemp("cache"))


def material(base: Base, functions: tuple[Function, ...], said: list[tuple[str, str, dict[str, object]]], name: str = "home") -> Material:
    codec = SpansCodec(Catalog((*functions, NOTHING), name), base.bundle.tokenizer, int(base.bundle.settings["max_pieces"]))
    given = [Given(text, [(call, arguments, ())], NOW, text) for text, call, arguments in said] + [Given("hm", [], NOW, "hm"), Given("up den", [], NOW, "up")]
    examples, remarks = placed(given, codec.catalog)
    assert not remarks
    return Material(codec, examples, (), ())


@pytest.fixture(scope="module")
def compiled(base: Base, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of lamp and timer."""
    out = tmp_path_factory.mktemp("compiled") / "home"
    given = material(base, (LAMP, TIMER), SAID)
    source = out.with_name("home.py")
    source.write_text('def set_lamp(room: str, colour: str = "red") -> str:\n    return f"{room} is {colour}"\n')
    _, figures = Compilation(given.codec, base, CONFIG, out).run(given, source)
    assert figures.facts["rows"]["own"] > len(SAID) and not out.with_name("home.work").exists()
    return out


def test_a_bundle_answers_and_holds_what_it_was_made_of(base: Base, compiled: Path) -> None:
    model = Model.load(compiled, base=base)
    right = sum(model.plan(Request(text, NOW)) == model.catalog.check(Plan((Call(name, arguments),))) for text, name, arguments in SAID)
    assert right >= len(SAID) - 3
    bundle = Bundle.open(compiled, base.bundle.folder)
    assert len(Rows.read(bundle.folder / EXAMPLES).train) >= len(SAID) - 2 and "<svg" in (bundle.folder / PAGE).read_text()
    assert [path.name for path in bundle.implementations] == ["functions.py"] and bundle.confidence is not None
    assert model.plan("count 7", min_confidence=1.0).calls == (Call(IRRELEVANT),)
    assert model.catalog.questions(Plan((Call("timer", {}, ("minutes",)),))) == {"timer.minutes": "Could you tell me How long?"}
    (bundle.folder / "functions.py").write_text("tampered")
    with pytest.raises(BundleError, match="is not what the bundle was made with"):
        Bundle.open(compiled, base.bundle.folder)
    (bundle.folder / "functions.py").write_text('def set_lamp(room: str, colour: str = "red") -> str:\n    return f"{room} is {colour}"\n')


@pytest.mark.slow
def test_an_interrupted_compilation_goes_on(base: Base, tmp_path: Path) -> None:
    given, seen = material(base, (LAMP, TIMER), SAID), list[str]()

    def stop(name: str, done: int, total: int) -> None:
        if name == "training (final)":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Compilation(given.codec, base, CONFIG, tmp_path / "b", stop).run(given)
    assert not (tmp_path / "b").exists() and (tmp_path / "b.work" / EXAMPLES).is_file()
    Compilation(given.codec, base, CONFIG, tmp_path / "b", lambda name, *_: seen.append(name)).run(given)
    assert "training (measured)" not in seen and "training (final)" in seen and "examples" not in seen
    # another compilation in the same place begins anew
    (tmp_path / "b.work").mkdir()
    (tmp_path / "b.work" / "compilation.json").write_text('{"digest": "other"}')
    with pytest.raises(OctocallError, match="there is no request for set_lamp, timer"):
        fewer = material(base, (LAMP, TIMER), [])
        Compilation(fewer.codec, base, CONFIG, tmp_path / "b").run(fewer)


def test_functions_come_and_go_and_the_others_keep_tokens_and_plans(base: Base, compiled: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "home"
    shutil.copytree(compiled, folder)
    before = Bundle.open(folder, base.bundle.folder)
    adapter, rows = (folder / "adapter.npz").read_bytes(), np.load(folder / "rows.npz")["rows"]
    source = tmp_path / "fan.py"
    source.write_text("def fan(speed: int, place: str = 'hall') -> str:\n    return f'{place} {speed}'\n")
    edited = add(folder, material(base, (FAN,), FANS), base, CONFIG, source, lambda *_: None)
    after = edited.bundle
    assert [after.catalog.token(f.name) for f in before.catalog] == list(before.catalog.tokens) and after.catalog.token("fan") == "<call_3>"
    # what belongs to the others is as it was, what belongs to the new function has been trained
    own, documented = np.load(folder / "rows.npz")["rows"], base.understood(after.codec.signatures[-1]).rows
    assert (folder / "adapter.npz").read_bytes() == adapter and (own[: len(rows)] == rows).all()
    assert np.abs(own[len(rows) :] - documented).max() > 0.05 and edited.changed.n > 0
    assert len(after.implementations) == 2
    removed = remove(folder, "set_lamp", base).bundle
    assert [removed.catalog.token(f.name) for f in removed.catalog] == ["<call_1>", "<call_2>", "<call_3>"] and "set_lamp" not in removed.catalog
    assert Model.load(folder, base=base).plan(Request("count 7", NOW)).calls[0].name == "timer"
    assert Catalog(removed.catalog.functions, "home", removed.catalog.numbers).append(LAMP).token("set_lamp") == "<call_4>"
    with pytest.raises(OctocallError, match="no function 'nobody'"):
        remove(folder, "nobody", base)
    with pytest.raises(OctocallError, match="two functions are called fan"):
        add(folder, material(base, (FAN,), FANS), base, CONFIG, None, lambda *_: None)


def test_rows_survive_odd_separators_and_a_folder_of_others_stays(base: Base, tmp_path: Path) -> None:
    given = material(base, (LAMP, TIMER), [("light the\u2028den", "set_lamp", {"room": "den"}), ("count 7", "timer", {"minutes": 7})])
    rows = gather(given, CONFIG)
    rows.write(tmp_path / EXAMPLES)
    assert Rows.read(tmp_path / EXAMPLES) == rows
    (tmp_path / "home.work").mkdir()
    (tmp_path / "home.work" / "thesis.txt").write_text("mine")
    with pytest.raises(OctocallError, match="holds what no compilation wrote"):
        Compilation(given.codec, base, CONFIG, tmp_path / "home")
    assert (tmp_path / "home.work" / "thesis.txt").read_text() == "mine"


def test_two_calls_in_every_example_and_too_long_ones(base: Base) -> None:
    given = material(base, (LAMP, TIMER), [])
    both = Plan((Call("set_lamp", {"room": "den"}, (), {"room": ((6, 9),)}), Call("timer", {"minutes": 7}, (), {"minutes": ((20, 21),)})))
    examples = [Example(Request(text, NOW), both, text, "parallel") for text in ("light den and count 7", "light den and count 7 " + "so " * 300)]
    rows = gather(replace(given, examples=examples), CONFIG)
    assert rows.train and all(len(given.codec.read(example.request)) <= given.codec.max_pieces for _, example in rows.train)


def test_functions_without_any_request_are_told_and_compiled_beside_others(base: Base, tmp_path: Path) -> None:
    given = material(base, (LAMP, TIMER), SAID[:8])
    assert untold(gather(given, CONFIG), given.catalog) == ["timer"]
    _, figures = Compilation(given.codec, base, replace(CONFIG, steps=2), tmp_path / "home").run(given)
    assert figures.facts["without requests"] == "timer"
    nothing = material(base, (LAMP,), [])
    with pytest.raises(OctocallError, match="no request for set_lamp: the documentation is not enough"):
        Compilation(nothing.codec, base, CONFIG, tmp_path / "none").run(nothing)


def test_what_a_bundle_refuses_with_stays(base: Base, compiled: Path) -> None:
    with pytest.raises(OctocallError, match="is what a bundle refuses with"):
        remove(compiled, IRRELEVANT, base)


@pytest.mark.slow
def test_several_bundles_answer_as_one(base: Base, compiled: Path, tmp_path: Path) -> None:
    given = material(base, (FAN,), FANS, "air")
    Compilation(given.codec, base, CONFIG, tmp_path / "air").run(given)
    models = [Model.load(compiled, base=base), Model.load(tmp_path / "air", base=base)]
    both = Union(models)
    assert [f.name for f in both.catalog] == ["set_lamp", "timer", "fan", IRRELEVANT]
    surest = max((model.plan("fan 3") for model in models if model.plan("fan 3").calls[0].name != IRRELEVANT), key=lambda plan: plan.confidence)
    assert both.plan("fan 3").calls[0] in surest.calls
    twice = Union([models[0], models[0]])
    assert [f.name for f in twice.catalog] == ["set_lamp", "timer", "home_set_lamp", "home_timer", IRRELEVANT]
