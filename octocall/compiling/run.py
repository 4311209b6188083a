"""``octocall compile``: rows, a measured training, figures, a training on all rows, export, bundle. What is done is kept and taken up again."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from octocall import __version__
from octocall.base import ADAPTER, OWN, TRUST, Base, Joined
from octocall.bundle import EXAMPLES, IMPLEMENTATIONS, PAGE, Bundle
from octocall.codecs.spans import SpansCodec
from octocall.compiling.config import CompileConfig
from octocall.compiling.figures import Figures, Rate, calibrated, fitted, measure
from octocall.compiling.gather import NATURAL, Material, Rows, enough, gather
from octocall.compiling.page import card, draw
from octocall.confidence import Confidence
from octocall.data.example import Example
from octocall.decode import decode
from octocall.errors import OctocallError
from octocall.export.run import LEAST_PARITY, check_target, swap
from octocall.export.tuned import TunedGraphs, write_tuned
from octocall.files import write_atomically
from octocall.mask import Mask
from octocall.model import Model
from octocall.runtimes.adapter import Adapter
from octocall.runtimes.open import Graphs, OnnxGraphs, OpenRuntime
from octocall.train.config import TrainConfig
from octocall.train.tune import read_rows, tune, untrained
from octocall.train.tuning import ReadRow, Tuned

POINTS = (25, 50, 100, 200, 500)
"""Rows a function at which the learning curve is measured."""
CURVE_STEPS = 60
"""Each point of the curve is a training of so many steps from the base."""
FEWEST, MOST = 150, 700
"""Steps of the training where none are asked for."""
MOST_ROWS, MOST_KEPT = 14_000, 600
"""So many rows are trained on, or measured with, at most: drawn where there are more."""
PARITY_ROWS = 200
"""So many requests are planned by the trained network and by the exported one."""
_BATCHES = 5.0
"""How often a row is seen where the number of steps follows from the number of rows."""
_LAST = 0.3
"""Share of the steps that are taken once more at the end, with the phrasings that were kept for measuring."""
_ENOUGH = 30
"""So many kept rows of people's phrasings are enough to measure with them alone."""

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

    def __post_init__(self) -> None:
        self.out = self.out.resolve()
        check_target(self.out)
        self.work = self.out.with_name(self.out.name + ".work")

    def run(self, material: Material, implementations: Path | None = None) -> tuple[Bundle, Figures]:
        """Compiles and returns the bundle with what was measured. Raises OctocallError; then what was done stays in the work folder."""
        began = time.monotonic()
        rows = self._rows(material)
        tuned = untrained(self.codec, self.base)
        train, kept, natural = self._read(rows)
        curve = self._curve(rows, train, kept, natural) if self.config.curve else []
        record = self._train(tuned, [row for _, row in train], "measured", self._steps(len(train)))
        figures, confidence = self._measure(tuned, [example for example, _ in kept], natural)
        figures.curve = curve
        if kept:
            last = [row for _, row in [*train, *kept]]
            self._train(tuned, last, "final", max(1, int(_LAST * self._steps(len(train)))))
        figures.facts = {
            "rows": dict(rows.counts),
            "kept": len(rows.held_out),
            "steps": record["config"]["steps"],
            "seconds": round(time.monotonic() - began),
            **self.facts,
        }
        bundle = self._export(tuned, rows, figures, confidence, implementations)
        shutil.rmtree(self.work, ignore_errors=True)
        return bundle, figures

    def _rows(self, material: Material) -> Rows:
        """The rows, made or taken up from the work folder; a folder of another compilation gives way."""
        digest, path = self._digest(material), self.work / "compilation.json"
        if path.is_file() and json.loads(path.read_text(encoding="utf-8")).get("digest") == digest:
            return Rows.read(self.work / EXAMPLES)
        shutil.rmtree(self.work, ignore_errors=True)
        rows = gather(material, self.config, self.progress)
        enough(rows, self.codec.catalog)
        rows.write(self.work / EXAMPLES)
        write_atomically(path, json.dumps({"digest": digest, "settings": asdict(self.config)}).encode())
        return rows

    def _digest(self, material: Material) -> str:
        """SHA-256 of all that a compilation is made of."""
        parts = [__version__, self.codec.catalog.digest, self.base.bundle.digest, repr(self.config), repr(material.phrasings)]
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
        total, done, found = sum(map(len, sides)), 0, []
        for side in sides:
            before = done
            read = read_rows(side, self.codec, self.base, lambda at, _, before=before: self.progress("reading", before + at, total))  # type: ignore[misc]
            done += len(side)
            found.append(read)
        return found[0], found[1], natural

    def _steps(self, rows: int) -> int:
        return self.config.steps or min(MOST, max(FEWEST, int(_BATCHES * rows / self.config.batch_size)))

    def _settings(self, steps: int) -> TrainConfig:
        return TrainConfig(
            steps=steps, batch_size=self.config.batch_size, learning_rate=self.config.learning_rate, warmup=max(1, min(100, steps // 10)), evaluate_every=steps,
            checkpoint_every=50, seed=self.config.seed, threads=self.config.threads,
        )  # fmt: skip

    def _train(self, tuned: Tuned, rows: Sequence[ReadRow], name: str, steps: int) -> dict[str, Any]:
        def report(point: dict[str, Any]) -> None:
            if "loss" in point:
                self.progress(f"training ({name})", point["step"], steps)

        return tune(tuned, self.codec, rows, [], self._settings(steps), self.work / name, report, {"base": self.base.bundle.digest})

    def _curve(self, rows: Rows, train: Sequence[tuple[Example, ReadRow]], kept: Sequence[tuple[Example, ReadRow]], natural: bool) -> list[tuple[int, Rate]]:
        """Right calls on the kept rows after trainings with so many rows a function; points that are there already are not trained again."""
        path = self.work / "curve.json"
        done: dict[str, list[int]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        names = Counter(example.plan.calls[0].name for example, _ in train)
        usual = sorted(names.values())[len(names) // 2] if names else 0
        points = [point for point in POINTS if point <= usual]
        for number, point in enumerate(points):
            self.progress("learning curve", number, len(points))
            if str(point) not in done:
                tuned, seen, chosen = untrained(self.codec, self.base), Counter[str](), []
                for example, row in train:
                    seen[example.plan.calls[0].name] += 1
                    chosen += [row] if seen[example.plan.calls[0].name] <= point else []
                tune(tuned, self.codec, chosen, [], self._settings(CURVE_STEPS), self.work / f"curve-{point}", lambda _: None, {"base": self.base.bundle.digest})
                found, _ = measure(self._model(tuned).plan, [example for example, _ in kept], self.codec.catalog, natural)
                done[str(point)] = [found.whole.right, found.whole.n]
                write_atomically(path, json.dumps(done).encode())
        self.progress("learning curve", len(points), len(points)) if points else None
        return [(int(point), Rate(*rate)) for point, rate in sorted(done.items(), key=lambda pair: int(pair[0]))]

    def _model(self, tuned: Tuned, own: Graphs | None = None) -> Model:
        """The network in torch, or through the exported graphs ``own``."""
        graphs = Joined(self.base.graphs, own or TunedGraphs(tuned))
        return Model(OpenRuntime(graphs, tuned.bound()), self.codec, self.base)

    def _measure(self, tuned: Tuned, kept: Sequence[Example], natural: bool) -> tuple[Figures, Confidence]:
        """Figures of the network that has not seen the kept rows, and how its confidence is to be read."""
        self.progress("measuring", 0, 1)
        figures, results = measure(self._model(tuned).plan, kept, self.codec.catalog, natural)
        confidence = fitted(results)
        from octocall.bench.run import calibration

        # read on one half as the other half tells, so that the figure is not the fit's own
        halves = results[::2], results[1::2]
        crossed = [r for own, other in (halves, halves[::-1]) if other for r in calibrated(own, fitted(other))]
        figures.ece_before, figures.ece = calibration(results)[1], calibration(crossed)[1] if crossed else 0.0
        self.progress("measuring", 1, 1)
        return figures, confidence

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
            written = Counter(call.name for origin, example in [*rows.train, *rows.held_out] if origin in NATURAL for call in example.plan.calls)
            write_atomically(folder / PAGE, draw(figures, self.codec.catalog, written).encode())
            settings |= {"figures": figures.to_json(), "base": self.base.bundle.digest, "settings": asdict(self.config)}
            Bundle.save(folder, self.codec, card(figures, self.codec.catalog, written), settings, "tuned")
            swap(folder, self.out)
        self.progress("exporting", 2, 2)
        return Bundle.open(self.out)

    def _parity(self, tuned: Tuned, folder: Path, examples: Sequence[Example]) -> float:
        """The share of requests for which the exported network writes the same symbols as torch's."""
        mask = Mask(self.codec.grammar, self.codec.vocab)
        runtimes = [self._model(tuned, own).runtime for own in (None, OnnxGraphs(self.base.bundle.folder, names=OWN, adapter=Adapter.load(folder / ADAPTER)))]
        same = 0
        for example in examples:
            reading = self.codec.read(example.request)
            plans = [decode(runtime, self.codec, mask, reading).symbols for runtime in runtimes if runtime is not None]
            same += plans[0] == plans[1]
        return same / max(1, len(examples))


def _drawn(examples: list[Example], most: int) -> list[Example]:
    """At most so many, spread evenly."""
    if len(examples) <= most:
        return examples
    return [examples[int(i * len(examples) / most)] for i in range(most)]
