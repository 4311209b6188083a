"""Two processes learn what one does, with whole weights and with shared ones."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

for package in ("torch", "transformers", "peft", "accelerate"):
    pytest.importorskip(package, reason="fine-tuning language models needs the extra causal")

from octocall.model import Model  # noqa: E402
from tests.causal.models import checkpoint, examples  # noqa: E402
from tests.causal.one_of_several import run  # noqa: E402


def launch(*given: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.causal.one_of_several", *given], env={**common, "RANK": rank, "LOCAL_RANK": rank}, cwd=Path(__file__).parents[2]
        )
        for rank in ("0", "1")
    ]
    assert [process.wait(timeout=300) for process in started] == [0, 0]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["full", "lora"])
@pytest.mark.parametrize("shard", ["shard", "whole"])
def test_two_processes_give_the_loss_of_one(shard: str, method: str, tmp_path: Path) -> None:
    base = checkpoint(tmp_path / "base", "llama")
    run(str(base), str(tmp_path / "one"), False, method)
    launch(str(base), str(tmp_path / "two"), shard, method)
    one, two = (json.loads((tmp_path / name / "run.json").read_text()) for name in ("one", "two"))
    assert two["processes"] == 2 and len(one["curve"]) == len(two["curve"]) == 15
    for a, b in zip(one["curve"], two["curve"], strict=True):
        assert a == pytest.approx(b, abs=1e-3)
    first, second = (Model.load(tmp_path / name / "model") for name in ("one", "two"))
    assert first.plan(examples()[0].request) == second.plan(examples()[0].request)
