"""A process of a run of several: python -m tests.causal.one_of_several BASE FOLDER SHARD METHOD"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from octocall.train.causal_config import CausalConfig
from octocall.train.causal_run import fit
from tests.causal.models import CODEC, QUIET, examples

SETTINGS = {**QUIET, "batch_size": 7, "epochs": 2, "learning_rate": 1e-2, "checkpoint_every": 5, "evaluate_every": 5}


def run(base: str, folder: str, shard: bool, method: str) -> None:
    torch.set_num_threads(1)
    rows = examples()
    fit(base, CODEC, (rows, rows[:9]), Path(folder), CausalConfig(**SETTINGS, shard=shard, method=method), lambda point: None, {})


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], sys.argv[3] == "shard", sys.argv[4])
