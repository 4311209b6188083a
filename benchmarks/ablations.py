"""What each choice is worth: rows a function, low-rank adapter or all weights, weight of the functional tokens, descriptions, the mask.

    python benchmarks/ablations.py vehicle --out work/ablations     # likewise android; what is done is not done again
    python benchmarks/ablations.py --draw --out work/ablations      # tables, and pictures into docs/pictures

Every training starts from the shipped base, takes the same number of steps and is asked the phrasings of two authors whose books it has not seen,
each once (in the android catalog the books voice_k and voice_l are kept back).
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from authors import BOOKS, asked

from octocall.base import NOTHING, TRUST, Base, Joined
from octocall.bench.report import machine, pyplot
from octocall.bench.run import Result, run, wilson
from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.spans import SpansCodec
from octocall.compiling.books import with_constants
from octocall.compiling.config import CompileConfig
from octocall.compiling.gather import Material, gather
from octocall.data.example import Example
from octocall.data.own import groups
from octocall.data.phrasebook import Phrasing, read_phrasebooks
from octocall.export.tuned import TunedGraphs
from octocall.files import write_atomically
from octocall.model import Model
from octocall.runtimes.open import OpenRuntime
from octocall.sources import load_any
from octocall.train.config import TrainConfig
from octocall.train.tune import read_rows, tune, untrained

STEPS = 400
KEPT_BOOKS = {"android": ("voice_k", "voice_l")}
PICTURES = Path(__file__).parents[1] / "docs" / "pictures"


@dataclass(frozen=True)
class Setting:
    """One training."""

    rows: int = 500
    adapted: bool = True
    weight: float = 1.0
    described: bool = True

    @property
    def name(self) -> str:
        parts = [f"{self.rows} rows a function", "adapter" if self.adapted else "all weights", f"token weight {self.weight:g}"]
        return ", ".join([*parts, *([] if self.described else ["without descriptions"])])


USUAL = Setting()
SETTINGS = (
    USUAL, Setting(rows=100), Setting(rows=1000), Setting(adapted=False), *(Setting(weight=float(w)) for w in (2, 4, 8, 16)),
    Setting(described=False), Setting(rows=100, described=False),
)  # fmt: skip


def books(name: str, catalog: Catalog) -> tuple[list[Phrasing], list[Phrasing]]:
    """Phrasings to train on, and those of the authors who are kept back."""
    folder = BOOKS / "phrasebooks" / name
    own = read_phrasebooks(folder, catalog)
    if name not in KEPT_BOOKS:
        return own, read_phrasebooks(folder / "held_out", catalog)
    kept = [any(book in phrasing.source for book in KEPT_BOOKS[name]) for phrasing in own]
    return [p for p, away in zip(own, kept, strict=True) if not away], [p for p, away in zip(own, kept, strict=True) if away]


def chosen(rows: Sequence[Example], many: int) -> list[int]:
    """Numbers of so many rows a function, by the function that is called first; of requests that nothing fits three times as many.

    Every phrasing once before any comes again, with other values: who has a hundred rows to write writes a hundred different ones.
    """
    mixed, again = random.Random(0).sample(range(len(rows)), len(rows)), Counter[str]()
    turns = []
    for number in mixed:
        turns.append((again[rows[number].source], number))
        again[rows[number].source] += 1
    seen, found = Counter[str](), []
    for _, number in sorted(turns, key=lambda turn: turn[0]):
        name = rows[number].plan.calls[0].name
        seen[name] += 1
        found += [number] if seen[name] <= many * (3 if name == IRRELEVANT else 1) else []
    return found


def plain(catalog: Catalog) -> Catalog:
    """The functions by their names alone."""
    functions = [replace(f, description="", parameters=tuple(replace(p, description="") for p in f.parameters)) for f in catalog]
    return Catalog(tuple(functions), catalog.name, catalog.numbers)


def kinds(results: Sequence[Result]) -> dict[str, list[int]]:
    """Functions right, whole calls right and requests by kind."""
    by_kind: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_kind[result.case.kind].append(result)
    return {kind: [sum(r.score.functions for r in own), sum(r.score.whole for r in own), len(own)] for kind, own in by_kind.items()}


def measure(name: str, out: Path, steps: int, threads: int) -> None:
    """All trainings of a catalog that ``out`` does not have yet."""
    base = Base.load(threads=threads)
    catalog = load_any(name).catalog
    catalog = catalog if IRRELEVANT in catalog else catalog.append(NOTHING)
    train, kept = books(name, catalog)
    catalog = with_constants(catalog, [*train, *kept])
    codec = SpansCodec(catalog, base.bundle.tokenizer, int(base.bundle.settings["max_pieces"]))
    rows = gather(Material(codec, (), train, groups()), CompileConfig(taught=0, variants=12), most=10**6).train
    numbers = chosen([example for _, example in rows], max(setting.rows for setting in SETTINGS))
    read = read_rows([rows[number][1] for number in numbers], codec, base)
    cases = asked(catalog, kept)
    print(f"{name}: {len(read)} rows of {len(train)} phrasings; {len(cases)} requests of other authors", flush=True)
    path = out / f"{name}.json"
    done: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    for setting in SETTINGS:
        if setting.name in done:
            continue
        own = codec if setting.described else SpansCodec(plain(catalog), base.bundle.tokenizer, codec.max_pieces)
        tuned, losses = untrained(own, base, adapted=setting.adapted), list[float]()
        rate, encoder_rate = (2e-3, 2e-3) if setting.adapted else (3e-4, 2e-4)
        config = TrainConfig(steps=steps, batch_size=32, learning_rate=rate, encoder_rate=encoder_rate, warmup=40, evaluate_every=10**6,
                             checkpoint_every=10**6, threads=threads)  # fmt: skip
        picked = [read[number][1] for number in chosen([example for example, _ in read], setting.rows)]
        with tempfile.TemporaryDirectory() as scratch:
            tune(tuned, own, picked, [], config, Path(scratch), lambda point, to=losses: to.append(point.get("loss", 0.0)), {}, setting.weight)  # type: ignore[misc]
        model = Model(OpenRuntime(Joined(base.graphs, TunedGraphs(tuned)), tuned.bound()), own, base)
        found = {"setting": asdict(setting), "trained": len(picked), "losses": losses[:steps], "kinds": kinds(run(model.plan, cases))}
        if setting == USUAL:
            found["unmasked"] = kinds(run(lambda request, model=model: model.trace(request, masked=False).plan, cases))  # type: ignore[misc]
        done[setting.name] = found
        write_atomically(path, json.dumps(done).encode())
        print(f"{name}, {setting.name}: {found['kinds']}", flush=True)


def tables(out: Path) -> None:
    """Prints the figures and draws the pictures."""
    for path in sorted(out.glob("*.json")):
        found = json.loads(path.read_text())
        print(f"\n| {path.stem} | single: function | whole call | irrelevant | parallel | nested |\n|---|---|---|---|---|---|")
        for name, one in found.items():
            print(_line(name, one["kinds"]))
            if "unmasked" in one:
                print(_line(f"{name}, without the mask", one["unmasked"]))
        draw(path.stem, found)


def _line(name: str, by_kind: dict[str, list[int]]) -> str:
    cells = [_cell(by_kind.get("single"), 0), *(_cell(by_kind.get(kind), 1) for kind in ("single", "irrelevant", "parallel", "nested"))]
    return f"| {name} | {' | '.join(cells)} |"


def _cell(counts: list[int] | None, which: int) -> str:
    if not counts:
        return "–"
    low, high = wilson(counts[which], counts[2])
    return f"{100 * counts[which] / counts[2]:.1f} [{100 * low:.0f}–{100 * high:.0f}]"


def draw(name: str, found: dict[str, Any]) -> None:
    """Loss curves by token weight, and whole calls by rows."""
    plt = pyplot()
    PICTURES.mkdir(exist_ok=True)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.5), layout="constrained")
    for weight in (1.0, 2.0, 4.0, 8.0, 16.0):
        one = found.get(Setting(weight=weight).name)
        if one:
            losses = one["losses"]
            smooth = [sum(losses[max(0, i - 24) : i + 1]) / len(losses[max(0, i - 24) : i + 1]) for i in range(len(losses))]
            left.plot(smooth, label=f"token weight {weight:g}")
    left.set(yscale="log", xlabel="step", ylabel="loss (mean of 25 steps)", title=name)
    left.legend()
    points = [(rows, found[Setting(rows=rows).name]["kinds"]["single"]) for rows in (100, 500, 1000) if Setting(rows=rows).name in found]
    shares = [counts[1] / counts[2] for _, counts in points]
    bounds = [wilson(counts[1], counts[2]) for _, counts in points]
    errors = [[max(0.0, s - low) for s, (low, _) in zip(shares, bounds, strict=True)], [max(0.0, high - s) for s, (_, high) in zip(shares, bounds, strict=True)]]
    right.errorbar([rows for rows, _ in points], shares, yerr=errors, fmt="o-", capsize=3)
    right.set(xlabel="rows a function", ylabel="whole call right, single", ylim=(0.5, 1))
    figure.savefig(PICTURES / f"ablations_{name}.svg")
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogs", nargs="*")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--draw", action="store_true")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    print(f"{machine()}; {TRUST=}")
    for name in given.catalogs:
        measure(name, given.out, given.steps, given.threads)
    if given.draw:
        tables(given.out)


if __name__ == "__main__":
    main()
