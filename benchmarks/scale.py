"""Time of one search among 20, 1,000 and 100,000 functions, share of the exact answer that it finds, and resident memory.

Run: python benchmarks/scale.py [CATALOGUE] (default: functions made up for the purpose).
A catalogue's own vectors are the queries, moved a little; each size is measured in a process of its own, the sizes in turn.
Prints machine, command, median and p95, and the ratios to the smallest size in the same run.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octocall.bench.report import machine
from octocall.catalogue import Catalogue, unit
from octocall.function import Function, Parameter
from octocall.importing.run import save_catalogue
from octocall.types import Text

SIZES = (20, 1000, 100_000)
WIDTH, TOPICS, K, QUERIES, ROUNDS = 384, 500, 20, 100, 3


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(Path(sys.argv[2]), int(sys.argv[3]))))
        return
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    print(f"{machine()}; command: python {' '.join(sys.argv)}; {QUERIES} queries, {ROUNDS} rounds, {K} results")
    with tempfile.TemporaryDirectory() as scratch:
        folders = {size: prepare(Path(scratch), size, given) for size in SIZES}
        runs: dict[int, list[dict[str, Any]]] = {size: [] for size in folders}
        for number in range(ROUNDS):
            for size, folder in folders.items():
                child = subprocess.run([sys.executable, __file__, "--one", folder, str(number)], capture_output=True, text=True, check=True)
                runs[size].append(json.loads(child.stdout))
    report(runs)


def report(runs: dict[int, list[dict[str, Any]]]) -> None:
    """A line per size. Processor time is what a search costs where other processes share the machine."""
    first: list[float] = []
    for size, found in runs.items():
        late = np.percentile([each for one in found for each in one["times"]], (50, 95))
        own = {name: float(np.median([one[name] for one in found])) for name in ("busy", "found", "opened", "memory", "grown")}
        first = first or [*late, own["busy"]]
        ratios = ", ".join(f"{a / b:.1f}" for a, b in zip([*late, own["busy"]], first, strict=True))
        print(f"{size:>7} functions: median {late[0]:.2f} ms, p95 {late[1]:.2f} ms, processor time {own['busy']:.2f} ms ({ratios} times {SIZES[0]} functions);"
              f" {own['found']:.1%} of the {K} nearest found; opened in {own['opened']:.0f} ms; memory at most {own['memory']:.0f} MB,"
              f" {own['grown']:.0f} MB of it by catalogue and searches")  # fmt: skip


def prepare(scratch: Path, size: int, given: Path | None) -> Path:
    """A catalogue of ``size`` functions: the first of ``given``, repeated with noise where it has fewer, else made-up ones."""
    rng = np.random.default_rng(0)
    source = Catalogue.open(given) if given else None
    own = source.vectors(np.arange(min(size, len(source)))) if source else topics(size, rng)
    vectors = own[np.arange(size) % len(own)]
    repeated = vectors[len(own) :]
    repeated += rng.standard_normal(repeated.shape).astype(np.float32) * np.abs(vectors).mean() / 2
    rows = iter(vectors)
    functions = ((f"{i}", replace(source.function(i % len(own)), name=f"f{i}") if source else made_up(i)) for i in range(size))
    save_catalogue(functions, scratch / str(size), lambda texts: np.stack([next(rows) for _ in texts]), "made up")
    return scratch / str(size)


def topics(size: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Vectors in groups, as those of documents are."""
    middles = rng.standard_normal((TOPICS, WIDTH)).astype(np.float32)
    return middles[rng.integers(0, TOPICS, size)] + 0.8 * rng.standard_normal((size, WIDTH)).astype(np.float32)


def made_up(number: int) -> Function:
    """A function of about the size of a documented one."""
    parameters = tuple(
        Parameter(f"{name}_{number % 7}", Text(), f"The {name} of the entry, as the service shows it in its lists.") for name in ("id", "title", "owner")
    )
    return Function(f"f{number}", f"Changes entry {number} of the service and answers with its new state. " * 2, parameters)


def measure(folder: Path, seed: int) -> dict[str, Any]:
    """Times of searches in a process that has done nothing else, cold ones first, and whether they found what a full comparison finds."""
    before = resident()
    began = time.perf_counter()
    catalogue = Catalogue.open(folder)
    opened = 1000 * (time.perf_counter() - began)
    rng = np.random.default_rng(seed)
    queries = unit(catalogue.vectors(rng.integers(0, len(catalogue), QUERIES)))
    queries += rng.standard_normal(queries.shape).astype(np.float32) * 0.02
    times, answers, busy = [], [], time.process_time()
    for query in queries:
        began = time.perf_counter()
        answers.append({one.number for one in catalogue.search(query, K)})
        times.append(1000 * (time.perf_counter() - began))
    busy = 1000 * (time.process_time() - busy) / len(queries)
    memory = resident()
    every = unit(catalogue.vectors(np.arange(len(catalogue))))
    exact = [set(np.argsort(-every @ query, kind="stable")[:K].tolist()) for query in queries[:10]]
    found = [len(a & b) / len(b) for a, b in zip(answers, exact, strict=False)]
    return {"times": times, "busy": busy, "found": float(np.mean(found)), "opened": opened, "memory": memory, "grown": memory - before}


def resident() -> float:
    """Megabytes of memory that this process holds at most, mapped files that were touched included."""
    status = Path("/proc/self/status")
    if status.is_file():  # elsewhere the figure counts from before the process was its own
        return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
