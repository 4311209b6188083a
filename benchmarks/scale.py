"""Time of whole requests to catalogues of 20 to 100,000 functions, memory of the process, and the search beside a full comparison.

Run: python benchmarks/scale.py CATALOGUE [BUNDLE] (default: the base that ships).
Catalogues of each size are made of functions of CATALOGUE, the smaller ones within the larger ones; where it has fewer, functions are
repeated with vectors moved a little. The requests are the descriptions of the functions of the smallest one, so that every size has
what is asked for. Each size is measured in processes of its own, the sizes in turn. Prints machine, command, median and p95,
and the ratios to the smallest size in the same run.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from octocall.bench.report import machine
from octocall.catalogue import Catalogue, fit, unit
from octocall.function import Function
from octocall.importing.run import save_catalogue
from octocall.model import Model
from octocall.runtimes.open import Understood

SIZES = (20, 1000, 10_000, 100_000)
ROUNDS, REPEATS = 3, 3


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(Path(sys.argv[2]), sys.argv[3], json.loads(sys.stdin.read()))))
        return
    if len(sys.argv) < 2:
        sys.exit("give the folder of a catalogue, and a base")
    given, bundle = Catalogue.open(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "base"
    Model.load(bundle).base.check(given)
    # prime to any size that is no multiple of it: neighbours of one interface are spread over the sizes
    order = np.arange(len(given)) * 7919 % len(given)
    requests = [given.function(int(number)).description.partition(". ")[0][:120] for number in order[: SIZES[0]]]
    print(f"{machine()}; command: python {' '.join(sys.argv)}; {len(requests)} requests, {REPEATS} times in each of {ROUNDS} processes")
    with tempfile.TemporaryDirectory() as scratch:
        folders = {size: prepare(Path(scratch), size, given, order) for size in SIZES}
        runs: dict[int, list[dict[str, Any]]] = {size: [] for size in folders}
        for _ in range(ROUNDS):
            for size, folder in folders.items():
                child = subprocess.run([sys.executable, __file__, "--one", folder, bundle], input=json.dumps(requests), capture_output=True, text=True, check=True)
                runs[size].append(json.loads(child.stdout))
    report(runs)


def report(runs: dict[int, list[dict[str, Any]]]) -> None:
    """Lines per size. Processor time is what a request costs where other processes share the machine."""
    first: list[float] = []
    for size, found in runs.items():
        whole, searching, peer = ([each for one in found for each in one[name]] for name in ("whole", "search", "peer"))
        late = [*np.percentile(whole, (50, 95)), float(np.median([one["busy"] for one in found]))]
        first = first or late
        ratios = ", ".join(f"{a / b:.2f}" for a, b in zip(late, first, strict=True))
        print(f"{size:>7} functions: whole request median {late[0]:.1f} ms, p95 {late[1]:.1f} ms, processor time {late[2]:.1f} ms"
              f" ({ratios} times {SIZES[0]} functions);"
              f" {np.mean([one['steps'] for one in found]):.1f} decisions; search alone {np.median(searching):.2f} ms,"
              f" compared in full in float32 (numpy) {np.median(peer):.2f} ms, {np.mean([one['same'] for one in found]):.1%} of that one's candidates found;"
              f" opened in {np.median([one['opened'] for one in found]):.0f} ms; memory at most {max(one['memory'] for one in found):.0f} MB,"
              f" {max(one['grown'] for one in found):.0f} MB of it by catalogue and requests")  # fmt: skip


def prepare(scratch: Path, size: int, source: Catalogue, order: Sequence[int]) -> Path:
    """A catalogue of ``size`` functions of ``source``."""
    rng = np.random.default_rng(0)
    numbers = np.resize(np.asarray(order), size)
    understood = iter(enumerate(map(int, numbers)))

    def known(functions: Sequence[Function]) -> list[Understood]:
        found = []
        for _ in functions:
            place, number = next(understood)
            own = source.understood(number)
            moved = own.answer + (rng.standard_normal(own.answer.shape).astype(np.float32) * 0.02 if place >= len(source) else 0)
            found.append(Understood(own.rows, moved.astype(np.float32)))
        return found

    functions = ((f"{place}", replace(source.function(int(n)), name=f"f{place}")) for place, n in enumerate(numbers))
    save_catalogue(functions, scratch / str(size), known, source.base)
    return scratch / str(size)


def measure(folder: Path, bundle: str, requests: Sequence[str]) -> dict[str, Any]:
    """Times of requests in a process that has done nothing else, cold ones first, then those of the search alone and of a full comparison."""
    model = Model.load(bundle)
    before = resident()
    began = time.perf_counter()
    catalogue = Catalogue.open(folder)
    opened = 1000 * (time.perf_counter() - began)
    whole, searching, peer, same, steps, busy = [], [], [], [], [], time.process_time()
    for text in [*requests] * REPEATS:
        began = time.perf_counter()
        steps.append(len(model.trace(text, functions=catalogue).steps))
        whole.append(1000 * (time.perf_counter() - began))
    busy = 1000 * (time.process_time() - busy) / len(whole)
    memory = resident()
    every = unit(catalogue.vectors(np.arange(len(catalogue))))
    for text in requests:
        question = model.base.question(text)
        began = time.perf_counter()
        words = catalogue.words.scores(text)
        found = {one.number for one in catalogue.search(question, catalogue.candidates, words)}
        searching.append(1000 * (time.perf_counter() - began))
        began = time.perf_counter()
        exact = set(np.argsort(-fit(every @ unit(question[None])[0], words), kind="stable")[: catalogue.candidates].tolist())
        peer.append(1000 * (time.perf_counter() - began))
        same.append(len(found & exact) / len(exact))
    return {"whole": whole, "search": searching, "peer": peer, "same": float(np.mean(same)), "steps": float(np.mean(steps)), "busy": busy, "opened": opened,
            "memory": memory, "grown": memory - before}  # fmt: skip


def resident() -> float:
    """Megabytes of memory that this process holds at most, mapped files that were touched included."""
    status = Path("/proc/self/status")
    if status.is_file():  # elsewhere the figure counts from before the process was its own
        return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
