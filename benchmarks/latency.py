"""Time of a whole request, masked and unmasked in turn, beside the word-matching baseline; start-up and memory.

Run: python benchmarks/latency.py [FILE of JSON lines with "query"] (default: 40 requests of its own).
Prints machine, command, median and p95, and the ratio of masked to unmasked in the same run.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import octocall
from octocall.bench.baselines import words
from octocall.bench.report import machine
from octocall.call import Request
from octocall.files import read_row

OWN = [
    "Take a selfie with the front camera", "wake me up at half past six tomorrow", "text Anna the weather in Paris", "lock the front door",
    "set the ringer to 70 percent and the screen to 3", "call four one five, 555 0199", "what's new about the housing market in Spanish",
    "schedule lunch with Bob tomorrow at noon for two hours", "tell me a joke", "play some jazz on the nest hub from Spotify",
]  # fmt: skip


def main() -> None:
    texts = [read_row(line)["query"] for line in Path(sys.argv[1]).read_bytes().split(b"\n") if line.strip()] if len(sys.argv) > 1 else OWN * 4
    print(f"{machine()}; command: python {' '.join(sys.argv)}; {len(texts)} requests, 5 rounds")
    model = octocall.load("android")
    for text in texts[:10]:
        model.plan(text)
    times: dict[str, list[float]] = {"masked": [], "unmasked": [], "words": []}
    rng = random.Random(0)
    for _ in range(5):
        for text in rng.sample(texts, len(texts)):
            for name in rng.sample(["masked", "unmasked", "words"], 3):
                began = time.perf_counter()
                words.plan(Request(text), model.catalog) if name == "words" else model.plan(text, masked=name == "masked")
                times[name].append(1000 * (time.perf_counter() - began))
    for name, values in times.items():
        print(f"{name:>9}: median {np.median(values):.2f} ms, p95 {np.percentile(values, 95):.2f} ms")
    print(f"masked / unmasked, median: {np.median(times['masked']) / np.median(times['unmasked']):.3f}")
    starts = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "octocall", "--dry-run", "lock the door"], capture_output=True, check=True)
        starts.append(time.perf_counter() - began)
    print(f"process start to answer: median {np.median(starts):.2f} s, slowest {max(starts):.2f} s")
    print(f"peak memory of octocall plan: {peak_memory(texts) / 2**20:.0f} MB")


def peak_memory(texts: list[str]) -> int:
    """Bytes of resident memory that ``octocall plan`` took at most for ``texts``."""
    with tempfile.TemporaryFile() as rows:
        rows.write("".join(json.dumps({"id": i, "query": text}) + "\n" for i, text in enumerate(texts)).encode())
        rows.seek(0)
        child = subprocess.Popen([sys.executable, "-m", "octocall", "plan"], stdin=rows, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"octocall plan ended with {child.returncode}")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)  # macOS counts bytes


if __name__ == "__main__":
    main()
