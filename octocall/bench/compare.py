"""Several systems on one exam: a table with a row per kind, results.json, pictures."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from rich.console import Console
from rich.table import Table

from octocall.bench.cases import Case
from octocall.bench.report import cell, machine, pyplot, rate, save
from octocall.bench.run import Predict, Result, calibration, run
from octocall.call import Call, Plan
from octocall.catalog import IRRELEVANT
from octocall.errors import MissingExtraError
from octocall.files import row_text, write_atomically

ALL = "all"
Systems: TypeAlias = Mapping[str, Sequence[Result]]
"""Results by the name of what was measured; the first is what the exam is about."""
_COLOURS = ("#31688e", "#35b779", "#90a4ae", "#c8c8c8")
_KEPT = 500
"""results.json holds at most this many wrong answers of each system."""


def compare(systems: Mapping[str, Predict], cases: Sequence[Case], out: Path, about: Mapping[str, Any], published: Mapping[str, float] | None = None) -> None:
    """Measures each system, prints the table and writes the report folder.

    ``about`` goes into results.json as it is; ``published`` are figures of others by kind, in percent.
    Without matplotlib a line says so in place of the pictures.
    """
    console = console_for_tables()
    measured = {name: run(predict, cases) for name, predict in systems.items()}
    found = {name: summarise(results) for name, results in measured.items()}
    print_table(console, found, published or {})
    for name, summary in found.items():
        speed = summary["latency_ms"]
        told = f"; no answer to {len(summary['refused'])}, counted as wrong" if summary["refused"] else ""
        console.print(f"{name}: p50 {speed['p50']:.1f} ms, p95 {speed['p95']:.1f} ms{told}")
    first = next(iter(found))
    console.print(f"expected calibration error of the confidence of {first}: {100 * found[first]['calibration']['ece']:.1f} %; {machine()}")
    record = {
        "command": "octocall " + " ".join(sys.argv[1:]), "machine": machine(), "time": datetime.now(UTC).isoformat(timespec="seconds"),
        **about, "published": dict(published or {}), "systems": found,
        "wrong": {name: _wrong(results) for name, results in measured.items()},
    }  # fmt: skip
    write_atomically(out / "results.json", row_text(record, indent=1).encode())
    try:
        draw(measured, found, out)
    except MissingExtraError as error:
        console.print(f"{out / 'results.json'} is written, without pictures: {error}")


def console_for_tables() -> Console:
    """The terminal, or 160 columns where the output is no terminal: tables do not wrap in files."""
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True, width=None if sys.stdout.isatty() else 160)


def summarise(results: Sequence[Result]) -> dict[str, Any]:
    """Rates per kind and over all, latency of the rows that were asked, calibration, and why rows had no answer."""
    kinds = {ALL: list(results)}
    for result in results:
        kinds.setdefault(result.case.kind, []).append(result)
    asked = [r.milliseconds for r in results if not r.case.unfit]
    p50, p95 = map(float, np.percentile(asked, (50, 95))) if asked else (0.0, 0.0)
    bins, error = calibration(results)
    return {
        "kinds": {kind: {"function": rate(rows, lambda r: r.score.functions), "whole": rate(rows, lambda r: r.score.whole)} for kind, rows in kinds.items()},
        "latency_ms": {"p50": p50, "p95": p95},
        "calibration": {"bins": bins, "ece": error},
        "refused": [{"kind": r.case.kind, "reason": r.refused} for r in results if r.refused],
    }


def print_table(console: Console, found: Mapping[str, Any], published: Mapping[str, float]) -> None:
    """A row per kind, all of them last; two columns per system."""
    columns = [f"{name}: {what}" for name in found for what in ("function", "whole")]
    table = Table("kind", "n", *columns, *(["published"] if published else []), title="right, % [95 % interval]")
    first = next(iter(found.values()))["kinds"]
    for kind in [*(kind for kind in first if kind != ALL), ALL]:
        cells = [cell(system["kinds"][kind][what]) for system in found.values() for what in ("function", "whole")]
        table.add_row(kind, str(int(first[kind]["whole"]["n"])), *cells, *([f"{published[kind]:.1f}" if kind in published else ""] if published else []))
    console.print(table)


def _wrong(results: Sequence[Result]) -> list[dict[str, Any]]:
    wrong = [r for r in results if not r.score.whole][:_KEPT]
    return [{"kind": r.case.kind, "query": r.case.request.text, "expected": r.case.plan.to_json(), "given": r.plan.to_json(), "refused": r.refused} for r in wrong]


def draw(measured: Systems, found: Mapping[str, Any], out: Path) -> None:
    """``accuracy.png``, bars per kind, and ``latency.png``, of the first system. Raises MissingExtraError where matplotlib is missing."""
    plt = pyplot()
    bars(plt, {name: {kind: shares["whole"] for kind, shares in summary["kinds"].items()} for name, summary in found.items()}, out / "accuracy.png")
    figure, axes = plt.subplots(figsize=(7, 4))
    name, results = next(iter(measured.items()))
    axes.hist([r.milliseconds for r in results if not r.case.unfit], bins=40, color=_COLOURS[0])
    axes.set(xlabel=f"{name}: whole request, milliseconds", ylabel="requests", title=machine())
    save(figure, out / "latency.png")


def bars(plt: Any, shares: Mapping[str, Mapping[str, Mapping[str, float]]], path: Path, label: str = "whole call right") -> None:
    """Horizontal bars with intervals: a group per kind, a bar per system."""
    kinds = list(next(iter(shares.values())))
    figure, axes = plt.subplots(figsize=(8, (0.2 + 0.2 * len(shares)) * len(kinds) + 1.4))
    height = 0.8 / len(shares)
    for place, (name, found) in enumerate(shares.items()):
        middle = [found[kind]["share"] for kind in kinds]
        below = [max(0.0, found[kind]["share"] - found[kind]["low"]) for kind in kinds]
        above = [max(0.0, found[kind]["high"] - found[kind]["share"]) for kind in kinds]
        rows = [i + (place - (len(shares) - 1) / 2) * height for i in range(len(kinds))]
        axes.barh(rows, middle, 0.95 * height, xerr=[below, above], color=_COLOURS[place % len(_COLOURS)], label=name)
    axes.set(yticks=range(len(kinds)), yticklabels=kinds, xlim=(0, 1.02), xlabel=f"{label}, with 95 % interval")
    axes.invert_yaxis()
    axes.legend(loc="lower right")
    save(figure, path)


def answering(predict: Predict) -> Predict:
    """``predict``, but that nothing is asked where there are no candidates: nothing can be called then."""
    return lambda request: predict(request) if request.functions is None or request.functions else Plan((Call(IRRELEVANT),))
