"""Tiny random checkpoints of the families that are supported, and rows to learn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import tokenizers
import torch
from transformers import AutoModelForCausalLM, Gemma2Config, Gemma3TextConfig, GemmaConfig, LlamaConfig, Qwen2Config, Qwen3Config

from octocall.call import Call, Plan, Request
from octocall.codecs.functional import FunctionalCodec
from octocall.codecs.pythonic import PythonicCodec
from octocall.data.example import Example, write_examples
from octocall.sources.python import load
from octocall.train.causal_config import CausalConfig
from octocall.train.causal_run import fit
from tests.causal.small import byte_level, sentence_pieces

SHAPE = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
         "max_position_embeddings": 512, "bos_token_id": None, "eos_token_id": 0, "pad_token_id": 1}  # fmt: skip
WINDOWED = {"sliding_window": 8, "query_pre_attn_scalar": 16}
FAMILIES: dict[str, tuple[Any, dict[str, Any]]] = {
    "llama": (LlamaConfig, {}), "gemma": (GemmaConfig, {"num_key_value_heads": 1, "hidden_activation": "gelu_pytorch_tanh"}),
    "qwen2": (Qwen2Config, {"tie_word_embeddings": True}), "qwen3": (Qwen3Config, {}),
    "gemma2": (Gemma2Config, {**WINDOWED, "layer_types": ["sliding_attention", "full_attention"]}),
    "gemma3": (Gemma3TextConfig, {**WINDOWED, "layer_types": ["sliding_attention", "sliding_attention"]}),
}  # fmt: skip
NOW = datetime(2026, 3, 4, 10, 30)
NAMES = ["Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal", "Ida", "Jo"]


def tokenizer_of(family: str) -> tokenizers.Tokenizer:
    return sentence_pieces() if family.startswith("gemma") else byte_level()


def checkpoint(folder: Path, family: str, seed: int = 0) -> Path:
    """A random checkpoint as from_pretrained reads it."""
    torch.manual_seed(seed)
    tokenizer = tokenizer_of(family)
    kind, more = FAMILIES[family]
    model = AutoModelForCausalLM.from_config(kind(vocab_size=tokenizer.get_vocab_size(), **{**SHAPE, **more}))
    with torch.no_grad():
        # tables of the size that trained ones have; Gemma multiplies what it looks up
        for table in {id(t): t for t in (model.get_input_embeddings().weight, model.get_output_embeddings().weight)}.values():
            table.normal_(0.0, 0.1 if family.startswith("gemma") else 0.3)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


ANDROID = load("octocall.catalogs.android")
CODEC = FunctionalCodec(ANDROID, template="{query} >")
"""A short prompt: what is long takes long."""
QUIET = {"description": False, "evaluate_every": 1000, "checkpoint_every": 1000, "batch_size": 40}


def fitted(base: Path, folder: Path, **settings: Any) -> Path:
    """A model fine-tuned on the rows, as a bundle."""
    rows = examples()
    fit(str(base), CODEC, (rows, rows), folder, CausalConfig(**{**QUIET, **settings}), lambda point: None, {})
    return folder / "model"


def pretrained(folder: Path, family: str) -> Path:
    """A checkpoint that knows how the rows are spelled, with names of functions in the place of functional tokens: what low-rank updates can stand on."""
    checkpoint(folder / "random", family)
    rows = [Example(replace(e.request, functions=ANDROID.functions), e.plan, e.source) for e in examples()]
    config = CausalConfig(epochs=220, learning_rate=1e-2, **QUIET)
    fit(str(folder / "random"), PythonicCodec(ANDROID, template="{query} >"), (rows, []), folder / "run", config, lambda point: None, {})
    return folder / "run" / "model"


def examples() -> list[Example]:
    """Forty rows: four functions, ten values each; single, parallel, nested, missing and irrelevant."""
    rows = []
    for i, name in enumerate(NAMES):
        told = Call("send_text_message", {"contact_name": name, "message": f"it's {i}"})
        level = Call("change_screen_brightness", {"level": i})
        wanted = [
            (f"text {name} it's {i}", (told,)), (f"brightness {i}", (level,)), (f"forecast {name}", (Call("get_weather_forecast", {"location": name}),)),
            (f"mail {name}", (Call("irrelevant_function"),)) if i % 2 else (f"both {name} {i}", (level, Call("get_weather_forecast", {}, ("location",)))),
        ]  # fmt: skip
        rows += [Example(Request(text, NOW), Plan(calls), f"row {i}") for text, calls in wanted]
    return rows


def data(folder: Path, rows: list[Example] | None = None) -> Path:
    """A folder as synth writes it."""
    for name in ("train.jsonl", "held_out.jsonl"):
        write_examples(folder / name, rows or examples())
    return folder
