"""``octocall add`` and ``octocall remove``: a bundle with one function more or less; the other functions keep their tokens and their plans."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from octocall.base import ADAPTER, Base, read_functions, write_functions
from octocall.bundle import EXAMPLES, IMPLEMENTATIONS, Bundle
from octocall.call import Plan
from octocall.catalog import IRRELEVANT
from octocall.codecs.spans import SpansCodec
from octocall.compiling.config import CompileConfig
from octocall.compiling.figures import Rate, measure
from octocall.compiling.gather import STRANGER, Material, Rows, gather, give_examples, untold
from octocall.data.example import Example
from octocall.errors import BundleError, OctocallError
from octocall.export.run import swap
from octocall.export.tuned import trained
from octocall.model import Model
from octocall.runtimes.open import Understood
from octocall.train.config import TrainConfig
from octocall.train.tune import read_rows, tune, with_more

STEPS, RATE = 400, 3e-3
"""Steps and rate of a training of rows alone."""
_REPLAYED, _FEWEST = 4, 1200
"""So many rows of the other functions are trained with for each of the new ones, and so many at least, so that they keep their plans."""
_FIXED = 300
"""So many kept rows of the other functions are asked before and after."""


@dataclass(frozen=True)
class Edited:
    """A bundle that was changed: the share of the other functions' plans that changed with it, and calls of the new functions that are right."""

    bundle: Bundle
    changed: Rate
    right: Rate


def remove(folder: Path, name: str, base: Base) -> Edited:
    """Takes a function out of a bundle. Raises BundleError, and PlanError where it has no such function."""
    bundle = _opened(folder, base)
    if name == IRRELEVANT:
        raise OctocallError(f"{name} is what a bundle refuses with; the name of a function is expected")
    catalog = bundle.catalog.without(name)
    if not any(function.name != IRRELEVANT for function in catalog):
        raise OctocallError(f"{name} is the only function of {folder}; compile another bundle instead")
    rows = Rows.read(bundle.folder / EXAMPLES)
    kept = Rows(*([pair for pair in side if name not in _called(pair[1])] for side in (rows.train, rows.held_out)))
    before = _plans(Model.load(folder, base=base), kept)
    understood = dict(zip((f.name for f in bundle.catalog), read_functions(bundle.folder, bundle.codec), strict=True))
    codec = SpansCodec(catalog, bundle.tokenizer, bundle.codec.max_pieces)
    _hand_on(bundle.codec, codec, understood, name)
    with _replacing(bundle, folder) as draft:
        shutil.copyfile(bundle.folder / ADAPTER, draft / ADAPTER)
        write_functions(draft, [understood[function.name] for function in catalog])
        kept.write(draft / EXAMPLES)
        Bundle.save(draft, codec, _noted(bundle, f"{name} was removed."), bundle.settings | {"symbols": list(codec.vocab.symbols)}, "tuned")
    return Edited(Bundle.open(folder, base.bundle.folder), _changed(before, Model.load(folder, base=base)), Rate(0, 0))


def add(folder: Path, material: Material, base: Base, config: CompileConfig, implementations: Path | None, progress: Callable[[str, int, int], None]) -> Edited:
    """Adds the functions of ``material`` to a bundle: their rows are trained, nothing else. Raises BundleError, and SignatureError for a name that is taken."""
    bundle = _opened(folder, base)
    new = [function for function in material.catalog if function.name != IRRELEVANT]
    codec = SpansCodec(bundle.catalog.append(*new), bundle.tokenizer, bundle.codec.max_pieces)
    old, own = Rows.read(bundle.folder / EXAMPLES), gather(material, config, progress)
    if without := untold(own, material.catalog):
        raise OctocallError(give_examples(without))
    own = Rows(*([pair for pair in side if pair[0] != STRANGER] for side in (own.train, own.held_out)))
    before = _plans(Model.load(folder, base=base), old)
    tuned, first = with_more(bundle, codec, base, config.seed)
    many = max(_FEWEST, _REPLAYED * len(own.train))
    replayed = [old.train[int(i * len(old.train) / many)] for i in range(many)] if len(old.train) > many else old.train
    read = read_rows([example for _, example in (*own.train, *replayed)], codec, base, lambda done, total: progress("reading", done, total))
    settings = TrainConfig(steps=config.steps or STEPS, learning_rate=RATE, weight_decay=0.0, batch_size=config.batch_size, warmup=20, evaluate_every=10**6,
                           checkpoint_every=10**6, seed=config.seed, threads=config.threads)  # fmt: skip
    tuned.only_rows(first)
    with tempfile.TemporaryDirectory() as scratch:

        def report(point: dict[str, float]) -> None:
            progress("training", int(point["step"]), settings.steps)

        tune(tuned, codec, [row for _, row in read], [], settings, Path(scratch), report, {})
    with _replacing(bundle, folder) as draft:
        shutil.copyfile(bundle.folder / ADAPTER, draft / ADAPTER)
        write_functions(draft, trained(tuned, codec, base))
        Rows(old.train + own.train, old.held_out + own.held_out).write(draft / EXAMPLES)
        if implementations is not None:
            shutil.copyfile(implementations, draft / IMPLEMENTATIONS.replace("*", str(len(bundle.implementations))))
        names = ", ".join(function.name for function in new)
        Bundle.save(draft, codec, _noted(bundle, f"{names}: added later."), bundle.settings | {"symbols": list(codec.vocab.symbols)}, "tuned")
    model = Model.load(folder, base=base)
    figures, _ = measure(model.plan, [example for _, example in own.held_out], codec.catalog, True)
    return Edited(Bundle.open(folder, base.bundle.folder), _changed(before, model), figures.whole)


def _opened(folder: Path, base: Base) -> Bundle:
    bundle = Bundle.open(folder, base.bundle.folder)
    if bundle.network != "tuned" or not (bundle.folder / EXAMPLES).is_file():
        raise BundleError(f"{folder} was not made by octocall compile, or without its rows; a folder that it wrote is expected")
    if bundle.settings["base"] != base.bundle.digest:
        raise BundleError(f"{folder} was compiled on top of another base than {base.bundle.folder}; compile it again")
    return bundle


def _hand_on(before: SpansCodec, after: SpansCodec, understood: dict[str, Understood], name: str) -> None:
    """A literal belongs to the first function that has it; where that one goes, the next gets its trained row."""
    gone = next(signature for signature in before.signatures if signature.function.name == name)
    for text, (number, _) in after.literals.items():
        heir = after.signatures[number]
        if text in before.literals and before.signatures[before.literals[text][0]] is gone:
            understood[heir.function.name].rows[heir.rows[text]] = understood[name].rows[gone.rows[text]]


def _called(example: Example) -> set[str]:
    return {call.name for outer in example.plan.calls for call in outer.walk()}


def _plans(model: Model, rows: Rows) -> list[tuple[Example, Plan]]:
    """The plans of kept rows as they are before a change."""
    examples = [example for _, example in rows.held_out]
    chosen = examples[:: max(1, len(examples) // _FIXED)][:_FIXED]
    return [(example, model.plan(example.request)) for example in chosen]


def _changed(before: Sequence[tuple[Example, Plan]], model: Model) -> Rate:
    return Rate(sum(model.plan(example.request) != plan for example, plan in before), len(before))


def _noted(bundle: Bundle, line: str) -> str:
    return f"{(bundle.folder / 'card.md').read_text(encoding='utf-8').rstrip()}\n- {line}\n"


@contextmanager
def _replacing(bundle: Bundle, folder: Path) -> Iterator[Path]:
    """A folder to write the changed bundle to, which takes the place of the old one at the end. The page goes: its figures are of the bundle before."""
    folder = folder.resolve()
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        draft = Path(scratch) / "bundle"
        draft.mkdir()
        for path in bundle.implementations:
            shutil.copyfile(path, draft / path.name)
        yield draft
        swap(draft, folder)
