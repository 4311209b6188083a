"""``octocall compile``: rows, a measured training, figures, a training on all rows, export, bundle. What is done is kept and taken up again."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from octocall import __version__
from octocall.base import ADAPTER, OWN, TRUST, Base, Joined, binding, read_functions
from octocall.bundle import EXAMPLES, IMPLEMENTATIONS, PAGE, Bundle
from octocall.catalog import IRRELEVANT
from octocall.codecs.spans import SpansCodec
from octocall.compiling.config import CompileConfig
from octocall.compiling.figures import Figures, Rate, crossed, fitted, measure
from octocall.compiling.gather import MOST_ROWS, NATURAL, Material, Rows, gather, give_examples, kept_variants, untold
from octocall.compiling.page import card, draw
from octocall.confidence import Confidence
from octocall.data.example import Example
from octocall.decode import decode
from octocall.errors import OctocallError
from octocall.export.run import LEAST_PARITY, check_target, swap
from octocall.export.tuned import TunedGraphs, write_tuned
from octocall.files import write_atomically
from octocall.interchange import dump_catalog
from octocall.mask import Mask
from octocall.model import Model
from octocall.runtimes.common.adapter import Adapter
from octocall.runtimes.open import OnnxGraphs, OpenRuntime
from octocall.train.config import TrainConfig
from octocall.train.tune import read_rows, tune, untrained
from octocall.train.tuning import ReadRow, Tuned

POINTS = (25, 50, 100, 200, 500)
"""Rows a function at which the learning curve is measured."""
_POINT = 1 / 8
"""Each point of the curve is a training from the base of such a share of the steps, from as many rows as it says."""
FEWEST, MOST = 150, 700
"""Steps of the training where none are asked for."""
_PACED = 6
"""Steps that are timed before."""
MOST_KEPT, _CURVE_KEPT = 600, 200
"""So many rows are measured with at most, drawn where there are more; and at each point of the curve."""
PARITY_ROWS = 200
"""So many requests are planned by the trained network and by the exported one."""
_BATCHES = 6.0
"""How often a row is seen where the number of steps follows from the number of rows and there is time for it."""
_LAST = 0.5
"""Share of the steps that are taken once more at the end, with the phrasings that were kept for measuring and their variants."""
_UNSPOKEN = 0.15
"""So much of the training is kept where people wrote no request for most of the functions: more of it makes the base worse at what people say (docs/log.md)."""
_ENOUGH = 30
"""So many kept rows of people's phrasings are enough to measure with them alone."""

_STATE = "compilation.json"
"""What the work folder belongs to."""

Progress = Callable[[str, int, int], None]


@dataclass
class Compilation:
    """One run over a work folder beside the bundle; interrupted, it goes on where it stopped."""

    codec: SpansCodec
    base: Base
    config: CompileConfig
    out: Path
    progress: Progress = lambda *_: None
    facts: dict[str, Any] = field(default_factory=dict)
    digest: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.out = self.out.resolve()
        check_target(self.out)
        self.work = self.out.with_name(self.out.name + ".work")
        if self.work.is_dir() and any(self.work.iterdir()) and not any((self.work / name).exists() for name in (_STATE, EXAMPLES)):
            raise OctocallError(f"{self.work} holds what no compilation wrote; move it away, or compile to another place")

    def run(self, material: Material, implementations: Path | None = None) -> tuple[Bundle, Figures]:
        """Compiles and returns the bundle with what was measured. Raises OctocallError; then what was done stays in the work folder."""
        began = time.monotonic()
        rows = self._rows(material)
        tuned = untrained(self.codec, self.base, self.config.seed)
        train, kept, natural = self._read(rows)
        steps = self._steps(train)
        curve = self._curve(train, kept, natural, steps) if self.config.curve else []
        self._train(tuned, [row for _, row in train], "measured", steps)
        named = [function.name for function in self.codec.catalog if function.name != IRRELEVANT]
        spoken = 2 * sum(material.written[name] > 0 for name in named) >= len(named)
        if not spoken:
            tuned.keep(_UNSPOKEN)
        figures, confidence = self._measure(tuned, [example for example, _ in kept], natural)
        if not spoken:
            # requests written by rules tell nothing of how sure it may be of people's
            figures.ece, confidence = figures.ece_before, Confidence()
        figures.curve, figures.written = curve, dict(material.written)
        if kept and spoken:
            late = read_rows(_drawn(kept_variants(material, self.config), MOST_ROWS // 4), self.codec, self.base, partial(self.progress, "reading"))
            self._train(tuned, [row for _, row in [*train, *kept, *late]], "final", max(1, int(_LAST * steps)))
        figures.facts = {
            "rows": dict(rows.counts),
            "kept": len(kept),
            "steps": steps,
            "seconds": round(time.monotonic() - began),
            **({"without requests": ", ".join(without)} if (without := untold(rows, self.codec.catalog)) else {}),
            **self.facts,
        }
        bundle = self._export(tuned, rows, figures, confidence, implementations)
        self._clear()
        return bundle, figures

    def _rows(self, material: Material) -> Rows:
        """The rows, made or taken up from the work folder; a folder of another compilation gives way."""
        self.digest, path = self._digest(material), self.work / _STATE
        if path.is_file() and json.loads(path.read_text(encoding="utf-8")).get("digest") == self.digest:
            return Rows.read(self.work / EXAMPLES)
        self._clear()
        rows = gather(material, self.config, self.progress)
        if len(without := untold(rows, self.codec.catalog)) == sum(function.name != IRRELEVANT for function in self.codec.catalog):
            raise OctocallError(give_examples(without))
        rows.write(self.work / EXAMPLES)
        write_atomically(path, json.dumps({"digest": self.digest, "settings": asdict(self.config)}).encode())
        return rows

    def _clear(self) -> None:
        """Removes the work folder; what it belongs to goes first, so that half of one is never taken up."""
        (self.work / _STATE).unlink(missing_ok=True)
        shutil.rmtree(self.work, ignore_errors=True)

    def _digest(self, material: Material) -> str:
        """SHA-256 of all that a compilation is made of."""
        parts = [__version__, json.dumps(dump_catalog(self.codec.catalog)), self.base.bundle.digest, repr(self.config), repr(material.phrasings)]
        parts += [json.dumps(example.to_json()) for example in material.examples]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _read(self, rows: Rows) -> tuple[list[tuple[Example, ReadRow]], list[tuple[Example, ReadRow]], bool]:
        """Rows to train on and kept ones, as the base reads them; and whether those to measure with are people's phrasings alone."""
        people = [example for origin, example in rows.held_out if origin in NATURAL]
        natural = sum(example.kind != "irrelevant" for example in people) >= _ENOUGH
        kept = (
            people + [example for origin, example in rows.held_out if origin not in NATURAL and example.kind == "irrelevant"]
            if natural
            else [e for _, e in rows.held_out]
        )
        sides = (_drawn([example for _, example in rows.train], MOST_ROWS), _drawn(kept, MOST_KEPT))
        total, before, found = sum(map(len, sides)), 0, []

        def report(before: int, done: int, _: int) -> None:
            self.progress("reading", before + done, total)

        for side in sides:
            read = read_rows(side, self.codec, self.base, partial(report, before))
            before += len(side)
            found.append(read)
        return found[0], found[1], natural

    def _steps(self, train: Sequence[tuple[Example, ReadRow]]) -> int:
        """As many steps as are asked for, else as the rows are worth and as ``minutes`` allow on this machine; once told, the same for a compilation taken up."""
        path = self.work / "steps.json"
        if path.is_file():
            return int(json.loads(path.read_text(encoding="utf-8")))
        steps = self.config.steps
        if not steps:
            steps, seconds = min(MOST, max(FEWEST, int(_BATCHES * len(train) / self.config.batch_size))), list[float]()
            with tempfile.TemporaryDirectory() as scratch:
                rows, tuned = [row for _, row in train], untrained(self.codec, self.base, self.config.seed)
                tune(tuned, self.codec, rows, [], self._settings(_PACED), Path(scratch), lambda _: seconds.append(time.monotonic()), {})
            # the last point is the evaluation, which comes at once; the first step warms up
            pace = (seconds[-2] - seconds[0]) / (_PACED - 1)
            shares = 1 + _LAST + (_POINT * len(_points(train)) if self.config.curve else 0)
            steps = max(FEWEST, min(steps, int(60 * self.config.minutes / (pace * shares))))
        write_atomically(path, json.dumps(steps).encode())
        return steps

    def _settings(self, steps: int) -> TrainConfig:
        rate = self.config.learning_rate
        return TrainConfig(
            steps=steps, batch_size=self.config.batch_size, learning_rate=rate, encoder_rate=rate, warmup=max(1, min(100, steps // 10)), evaluate_every=steps,
            checkpoint_every=50, seed=self.config.seed, threads=self.config.threads,
        )  # fmt: skip

    def _train(self, tuned: Tuned, rows: Sequence[ReadRow], name: str, steps: int) -> None:
        def report(point: dict[str, Any]) -> None:
            if "loss" in point:
                self.progress(f"training ({name})", point["step"], steps)

        tune(tuned, self.codec, rows, [], self._settings(steps), self.work / name, report, {"compilation": self.digest})

    def _curve(
        self, train: Sequence[tuple[Example, ReadRow]], kept: Sequence[tuple[Example, ReadRow]], natural: bool, steps: int
    ) -> list[tuple[int, Rate]]:  # fmt: skip
        """Right calls on the kept rows after trainings with so many rows a function; points that are there already are not trained again."""
        path = self.work / "curve.json"
        done: dict[str, list[int]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        points, settings = _points(train), self._settings(max(1, int(_POINT * steps)))
        shuffled = random.Random(self.config.seed).sample(train, len(train))
        asked = [example for example, _ in kept[:: -(-len(kept) // _CURVE_KEPT) or 1]]
        for number, point in enumerate(points):
            self.progress("learning curve", number, len(points))
            if str(point) not in done:
                tuned, seen, chosen = untrained(self.codec, self.base, self.config.seed), Counter[str](), []
                for example, row in shuffled:
                    seen[example.plan.calls[0].name] += 1
                    chosen += [row] if seen[example.plan.calls[0].name] <= point else []
                tune(tuned, self.codec, chosen, [], settings, self.work / f"curve-{point}", lambda _: None, {"compilation": self.digest})
                found, _ = measure(self._model(tuned).plan, asked, self.codec.catalog, natural)
                done[str(point)] = [found.whole.right, found.whole.n]
                write_atomically(path, json.dumps(done).encode())
        self.progress("learning curve", len(points), len(points)) if points else None
        return [(int(point), Rate(*rate)) for point, rate in sorted(done.items(), key=lambda pair: int(pair[0]))]

    def _runtime(self, tuned: Tuned) -> OpenRuntime:
        """The network in torch."""
        return OpenRuntime(Joined(self.base.graphs, TunedGraphs(tuned)), tuned.bound())

    def _model(self, tuned: Tuned) -> Model:
        return Model(self._runtime(tuned), self.codec, self.base)

    def _measure(self, tuned: Tuned, kept: Sequence[Example], natural: bool) -> tuple[Figures, Confidence]:
        """Figures of the network that has not seen the kept rows, and how its confidence is to be read."""
        self.progress("measuring", 0, 1)
        figures, results = measure(self._model(tuned).plan, kept, self.codec.catalog, natural)
        figures.ece_before, figures.ece = crossed(results)
        self.progress("measuring", 1, 1)
        return figures, fitted(results)

    def _export(self, tuned: Tuned, rows: Rows, figures: Figures, confidence: Confidence, implementations: Path | None) -> Bundle:
        """Eight bits, held against torch, then the bundle in the place of what was there."""
        self.out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.out.parent) as scratch:
            folder = Path(scratch) / "bundle"
            self.progress("exporting", 0, 2)
            settings: dict[str, Any] = {"confidence": asdict(confidence), "trust": TRUST}
            write_tuned(tuned, self.codec, self.base, folder)
            self.progress("exporting", 1, 2)
            asked = _drawn([example for _, example in (*rows.held_out, *rows.train)], PARITY_ROWS)
            same = self._parity(tuned, folder, asked)
            if same < LEAST_PARITY["int8"]:
                raise OctocallError(f"only {same:.1%} of {len(asked)} plans stayed the same in eight bits; at least {LEAST_PARITY['int8']:.1%} are expected")
            figures.facts["parity"] = f"{same:.1%} of {len(asked)} plans as before the export to eight bits"
            rows.write(folder / EXAMPLES)
            if implementations is not None:
                shutil.copyfile(implementations, folder / IMPLEMENTATIONS.replace("*", ""))
            write_atomically(folder / PAGE, draw(figures, self.codec.catalog).encode())
            settings |= {"figures": figures.to_json(), "base": self.base.bundle.digest, "settings": asdict(self.config)}
            Bundle.save(folder, self.codec, card(figures, self.codec.catalog), settings, "tuned")
            swap(folder, self.out)
        self.progress("exporting", 2, 2)
        return Bundle.open(self.out, self.base.bundle.folder)

    def _parity(self, tuned: Tuned, folder: Path, examples: Sequence[Example]) -> float:
        """The share of requests for which the exported network writes the same symbols as torch's."""
        mask = Mask(self.codec.grammar, self.codec.vocab)
        exported = OnnxGraphs(self.base.bundle.folder, self.config.threads, OWN, Adapter.load(folder / ADAPTER))
        rows = binding(self.codec, read_functions(folder, self.codec), TRUST)
        runtimes = (self._runtime(tuned), OpenRuntime(Joined(self.base.graphs, exported), rows))
        same = 0
        for example in examples:
            reading = self.codec.read(example.request)
            plans = [decode(runtime, self.codec, mask, reading).symbols for runtime in runtimes]
            same += plans[0] == plans[1]
        return same / max(1, len(examples))


def _points(train: Sequence[tuple[Example, ReadRow]]) -> list[int]:
    """Points of the curve that half of the functions have rows for."""
    names = Counter(example.plan.calls[0].name for example, _ in train)
    usual = sorted(names.values())[len(names) // 2] if names else 0
    return [point for point in POINTS if point <= usual]


def _drawn(examples: list[Example], most: int) -> list[Example]:
    """At most so many, spread evenly."""
    if len(examples) <= most:
        return examples
    return [examples[int(i * len(examples) / most)] for i in range(most)]
