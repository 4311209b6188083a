from __future__ import annotations

import runpy
from pathlib import Path


def test_the_memory_is_that_of_the_process_that_plans() -> None:
    script = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "latency.py"))
    assert 20 * 2**20 < script["peak_memory"](["lock the door"]) < 4 * 2**30
