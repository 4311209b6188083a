"""Time of a whole request, masked and unmasked in turn, beside the word-matching baseline; start-up and memory.

Run: python benchmarks/latency.py [FILE of JSON lines with "query"] (default: 40 requests of its own).
Prints machine, command, median and p95, and the ratio of masked to unmasked in the same run.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

import octocall
from octocall.bench.baselines import words
from octocall.bench.report import machine
from octocall.bench.run import percentile
from octocall.call import Request

OWN = [
    "Take a selfie with the front camera", "wake me up at half past six tomorrow", "text Anna the weather in Paris", "lock the front door",
    "set the ringer to 70 percent and the screen to 3", "call four one five, 555 0199", "what's new about the housing market in Spanish",
    "schedule lunch with Bob tomorrow at noon for two hours", "tell me a joke", "play some jazz on the nest hub from Spotify",
]  # fmt: skip


def main() -> None:
    texts = [json.loads(line)["query"] for line in Path(sys.argv[1]).read_text().splitlines()] if len(sys.argv) > 1 else OWN * 4
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
        print(f"{name:>9}: median {percentile(values, 0.5):.2f} ms, p95 {percentile(values, 0.95):.2f} ms")
    print(f"masked / unmasked, median: {percentile(times['masked'], 0.5) / percentile(times['unmasked'], 0.5):.3f}")
    starts = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "octocall", "--dry-run", "lock the door"], capture_output=True, check=True)
        starts.append(time.perf_counter() - began)
    print(f"process start to answer: median {percentile(starts, 0.5):.2f} s, slowest {max(starts):.2f} s")
    rows = "".join(json.dumps({"id": i, "query": text}) + "\n" for i, text in enumerate(texts))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    subprocess.run([sys.executable, "-m", "octocall", "plan"], input=rows, text=True, capture_output=True, check=True)
    print(f"peak memory of octocall plan: {max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024:.0f} MB")


if __name__ == "__main__":
    main()
