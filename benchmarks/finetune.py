"""Speed of fine-tuning: tokens a second, memory, and the share of the device's bf16 peak, on random models of published shapes.

Run: python benchmarks/finetune.py [--shapes 2b,270m] [--methods full,lora] [--batch 16] [--length 256] [--steps 20] [--peak TFLOP/s]
--tiny runs a small shape on a processor in seconds: it shows that the script works, not how fast anything is. Several GPUs: start it with
accelerate launch, and --shard to share out the weights. A product of the training itself counts six operations a weight and token; with low-rank
updates four, as frozen weights need no gradient. The attention is not counted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForCausalLM, Gemma3TextConfig, GemmaConfig, LlamaConfig

from octocall.bench.report import machine
from octocall.train.causal import CausalTrainer, new_accelerator
from octocall.train.causal_config import CausalConfig
from octocall.train.causal_model import low_rank
from octocall.train.causal_rows import Row

NEW = 22
"""Functional tokens and the end marker of the phone's catalog."""
SHAPES: dict[str, Any] = {
    "2b": lambda: GemmaConfig(
        vocab_size=256000 + NEW, hidden_size=2048, intermediate_size=16384, num_hidden_layers=18, num_attention_heads=8, num_key_value_heads=1, head_dim=256
    ),
    "270m": lambda: Gemma3TextConfig(
        vocab_size=262144 + NEW, hidden_size=640, intermediate_size=2048, num_hidden_layers=18, num_attention_heads=4, num_key_value_heads=1, head_dim=256
    ),
    "tiny": lambda: LlamaConfig(
        vocab_size=500 + NEW, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=16
    ),
}
PEAKS = {"H200": 989.0, "H100": 989.0, "A100": 312.0, "L40S": 362.0, "L4": 121.0, "4090": 165.0}
"""Dense bf16 TFLOP/s by name of the device, as its maker gives them."""
WARM = 3


def rows(count: int, length: int, words: int) -> list[Row]:
    """Random rows, a third of which is target."""
    rng, start = np.random.default_rng(0), length * 2 // 3
    return [Row(rng.integers(0, words, length).astype(np.int32), start, length, np.ones(length - start, np.float32)) for _ in range(count)]


def measure(shape: str, method: str, given: argparse.Namespace) -> str:
    """One run, as a line of the table."""
    torch.manual_seed(0)
    config = CausalConfig(method=method, batch_size=given.batch, shard=given.shard, checkpointing=given.checkpointing, max_tokens=given.length)
    accelerator = new_accelerator(config)
    on_gpu = accelerator.device.type == "cuda"
    settings = SHAPES[shape]()
    with accelerator.device:
        model = AutoModelForCausalLM.from_config(settings, dtype=torch.bfloat16 if method == "lora" and on_gpu else torch.float32)
    if method == "lora":
        model = low_rank(model, config, range(settings.vocab_size - NEW, settings.vocab_size), shape)
    weights = sum(p.numel() for p in model.parameters())
    with tempfile.TemporaryDirectory() as folder:
        trainer = CausalTrainer(model, config, Path(folder), accelerator=accelerator)
        trainer.steps = WARM + given.steps
        data = rows(given.batch, given.length, settings.vocab_size)
        for step in range(WARM + given.steps):
            if step == WARM:
                _wait(on_gpu)
                began = time.perf_counter()
            trainer.update(data, lambda point: None)
        _wait(on_gpu)
        seconds = time.perf_counter() - began
    speed = given.batch * given.length * given.steps / seconds
    memory = f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB" if on_gpu else "–"
    used = speed * weights * (4 if method == "lora" else 6) / 1e12 / trainer.world
    peak = given.peak or next((value for name, value in PEAKS.items() if on_gpu and name in torch.cuda.get_device_name()), 0.0)
    share = f"{used / peak:.1%}" if peak else "–"
    return f"| {shape} | {method} | {weights / 1e6:,.1f} M | {speed:,.0f} | {memory} | {used:.2f} | {share} |"


def _wait(on_gpu: bool) -> None:
    if on_gpu:
        torch.cuda.synchronize()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, kind, default in (
        ("shapes", str, "2b,270m"),
        ("methods", str, "full,lora"),
        ("batch", int, 16),
        ("length", int, 256),
        ("steps", int, 20),
        ("peak", float, 0.0),
    ):
        parser.add_argument(f"--{name}", type=kind, default=default)
    for name in ("tiny", "shard", "checkpointing"):
        parser.add_argument(f"--{name}", action="store_true")
    given = parser.parse_args()
    if given.tiny:
        given.shapes, given.batch, given.length, given.steps = "tiny", 4, 48, 3
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    print(f"{machine()}; {device}; torch {torch.__version__}; command: python {' '.join(sys.argv)}\n")
    print("| shape | method | weights | tokens/s | memory | TFLOP/s per device | share of bf16 peak |\n|---|---|---|---|---|---|---|")
    for shape in given.shapes.split(","):
        for method in given.methods.split(","):
            print(measure(shape, method, given), flush=True)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
                torch.cuda.reset_peak_memory_stats()


if __name__ == "__main__":
    main()
