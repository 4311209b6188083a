"""Tables, JSON and pictures of a measurement."""

from __future__ import annotations

import io
import os
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from octocall.bench.run import Result, calibration, wilson
from octocall.errors import MissingExtraError
from octocall.files import row_text, write_atomically

KINDS = ("single", "irrelevant", "parallel", "nested")


def rate(results: Sequence[Result], right: Callable[[Result], bool]) -> dict[str, float]:
    """n, successes, share and 95 % interval."""
    count, n = sum(map(right, results)), len(results)
    low, high = wilson(count, n)
    return {"n": n, "right": count, "share": count / n if n else 0.0, "low": low, "high": high}


def summarise(results: Sequence[Result]) -> dict[str, Any]:
    """Rates per kind and per function (of the first expected call), latency, calibration."""
    others = sorted({r.case.kind for r in results} - set(KINDS))
    kinds = {k: [r for r in results if r.case.kind == k] for k in (*KINDS, *others)}
    names = sorted({r.case.plan.calls[0].name for r in results})
    functions = {name: [r for r in results if r.case.plan.calls[0].name == name] for name in names}
    times = [r.milliseconds for r in results]
    bins, error = calibration(results)
    return {
        "kinds": {k: {"function": rate(rows, lambda r: r.score.functions), "whole": rate(rows, lambda r: r.score.whole)} for k, rows in kinds.items() if rows},
        "functions": {k: rate(rows, lambda r: r.score.whole) for k, rows in functions.items()},
        "latency_ms": {"p50": float(np.percentile(times, 50)), "p95": float(np.percentile(times, 95))},
        "calibration": {"bins": bins, "ece": error},
    }


def cell(found: dict[str, float]) -> str:
    """A share in percent with its interval."""
    return f"{100 * found['share']:.1f} [{100 * found['low']:.0f}–{100 * found['high']:.0f}]"


def print_report(model: Sequence[Result], baseline: Sequence[Result]) -> None:
    """The tables, the baseline beside the model."""
    console = Console(highlight=False, markup=False, emoji=False)
    ours, theirs = summarise(model), summarise(baseline)
    table = Table("kind", "n", "function right, %", "whole call right, %", "words: function", "words: whole", title="right, % [95 % interval]")
    for kind, found in ours["kinds"].items():
        other = theirs["kinds"][kind]
        n = str(int(found["whole"]["n"]))
        table.add_row(kind, n, cell(found["function"]), cell(found["whole"]), cell(other["function"]), cell(other["whole"]))
    console.print(table)
    table = Table("function (of the first call)", "n", "whole call right, %", "words: whole")
    for name, found in ours["functions"].items():
        table.add_row(name, str(int(found["n"])), cell(found), cell(theirs["functions"][name]))
    console.print(table)
    speed, base = ours["latency_ms"], theirs["latency_ms"]
    console.print(f"latency p50 {speed['p50']:.1f} ms, p95 {speed['p95']:.1f} ms (word matching: {base['p50']:.2f}, {base['p95']:.2f}); {machine()}")
    console.print(f"expected calibration error of the confidence: {100 * ours['calibration']['ece']:.1f} %")


def machine() -> str:
    """Processor, cores, system and Python in one line."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        name = next((line.split(":")[1].strip() for line in info.read_text(encoding="utf-8", errors="replace").splitlines() if line.startswith("model name")), name)
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def write_report(model: Sequence[Result], baseline: Sequence[Result], out: Path, cases: Path, bundle_digest: str) -> None:
    """``results.json``: what was measured, on what, and every wrong answer."""
    found = {
        "command": "octocall " + " ".join(sys.argv[1:]), "machine": machine(), "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "cases": cases.name, "bundle": bundle_digest, "model": summarise(model), "words": summarise(baseline),
        "wrong": [{"query": r.case.request.text, "expected": r.case.plan.to_json(), "given": r.plan.to_json()} for r in model if not r.score.whole],
    }  # fmt: skip
    write_atomically(out / "results.json", row_text(found, indent=1).encode())


def draw_report(model: Sequence[Result], baseline: Sequence[Result], out: Path) -> None:
    """``functions.png`` and ``latency.png``. Raises MissingExtraError where matplotlib is missing."""
    plt = pyplot()
    _bars(plt, summarise(model)["functions"], summarise(baseline)["functions"], out / "functions.png")
    figure, axes = plt.subplots(figsize=(7, 4))
    axes.hist([r.milliseconds for r in model], bins=40, color="#31688e")
    axes.set(xlabel="whole request, milliseconds", ylabel="requests", title=machine())
    save(figure, out / "latency.png")


def pyplot() -> Any:
    """matplotlib's pyplot without a window. Raises MissingExtraError."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError:
        raise MissingExtraError("matplotlib", "bench") from None
    return plt


def _bars(plt: Any, ours: dict[str, Any], theirs: dict[str, Any], path: Path) -> None:
    names = list(ours)
    figure, axes = plt.subplots(figsize=(8, 0.35 * len(names) + 1.2))
    for shift, found, colour, label in ((-0.2, ours, "#31688e", "octocall"), (0.2, theirs, "#c8c8c8", "word matching")):
        shares = [found[name]["share"] for name in names]
        errors = [[found[n]["share"] - found[n]["low"] for n in names], [found[n]["high"] - found[n]["share"] for n in names]]
        axes.barh([i + shift for i in range(len(names))], shares, 0.38, xerr=[[max(0, e) for e in row] for row in errors], color=colour, label=label)
    axes.set(yticks=range(len(names)), yticklabels=names, xlim=(0, 1.02), xlabel="whole call right, with 95 % interval")
    axes.invert_yaxis()
    axes.legend(loc="lower right")
    save(figure, path)


def save(figure: Any, path: Path) -> None:
    """Writes a picture whole or not at all."""
    buffer = io.BytesIO()
    figure.tight_layout()
    figure.savefig(buffer, format="png", dpi=110)
    write_atomically(path, buffer.getvalue())
