"""``octocall train --base``: from compiled data to a language model that plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from octocall.codecs.text import TextCodec, text_codec
from octocall.data.compile import HELD_OUT, TRAIN
from octocall.data.example import Example, read_examples
from octocall.errors import OctocallError
from octocall.files import digest
from octocall.runtimes.torch import load_model, load_tokenizer
from octocall.sources.python import load
from octocall.train.causal import CausalTrainer, Report, new_accelerator
from octocall.train.causal_config import CausalConfig
from octocall.train.causal_model import add_tokens, end_of_text, low_rank, save
from octocall.train.causal_rows import Rows, limited
from octocall.types.written import Form
from octocall.vocab import TokenVocab

MODEL = "model"


def train(base: str, catalog: str, data: Path, out: Path, config: CausalConfig, report: Report) -> dict[str, Any]:
    """Fine-tunes ``base`` (a folder, or a name on the hub) on ``data/train.jsonl`` and writes ``out/model``; returns the run record, also in ``out/run.json``."""
    for name in (TRAIN, HELD_OUT):
        if not (data / name).is_file():
            raise OctocallError(f"{data / name} is missing; run: octocall synth --out {data}")
    codec = text_codec(config.codec)(load(catalog if "." in catalog else f"octocall.catalogs.{catalog}"), Form(config.escapes), lead="" if config.escapes else " ")
    training = limited(read_examples(data / TRAIN), config.rows_per_function)
    sources = {name: digest(data / name) for name in (TRAIN, HELD_OUT)}
    return fit(base, codec, (training, list(read_examples(data / HELD_OUT))), out, config, report, sources)


def fit(
    base: str, codec: TextCodec, examples: tuple[Sequence[Example], Sequence[Example]], out: Path, config: CausalConfig, report: Report, sources: Mapping[str, str]
) -> dict[str, Any]:
    """Fine-tunes ``base`` on the first of two lots of examples and measures it on the second; writes ``out/model`` and ``out/run.json``, which it returns."""
    torch.manual_seed(config.seed)
    accelerator = new_accelerator(config)
    # low-rank updates name their base, and are not always opened from the same folder
    given = str(Path(base).resolve()) if Path(base).is_dir() else base
    model, tokenizer = load_model(given), load_tokenizer(given)
    new = add_tokens(model, tokenizer, codec)
    rows = Rows(codec, TokenVocab(tokenizer, codec.tokens), config, end_of_text(model))
    training, held_out = map(rows.read, examples)
    model = low_rank(model, config, new, given) if config.method == "lora" else model.float()
    trainer = CausalTrainer(model, config, out, {**sources, "base": base, "catalog": codec.catalog.digest}, accelerator)
    trainer.train(training, held_out, report)
    record = trainer.record({"rows": len(training), "held_out": len(held_out), "left_out": dict(rows.left_out), "tokens": len(new)})
    weights = trainer.weights()
    if accelerator.is_main_process:
        save(accelerator.unwrap_model(trainer.model), weights, codec, tokenizer, out / MODEL, card(codec, base, record))
    accelerator.wait_for_everyone()
    return record


def card(codec: TextCodec, base: str, record: dict[str, Any]) -> str:
    """What the bundle is and what it was trained on."""
    config, last = record["config"], record["curve"][-1] if record["curve"] else {}
    return "\n".join([
        f"# {codec.catalog.name}: {len(codec.catalog)} functions on {base}", "",
        f"A language model fine-tuned with functional tokens ({config['method']}, codec {config['codec']}). Licence of the weights: that of {base}.", "",
        f"Training: {config['epochs']} epochs of {record['rows']} rows in batches of {config['batch_size']}, rate {config['learning_rate']}, token weight "
        f"{config['token_weight']}, on {record['processes']} × {record['device']}, {record['seconds'] / 60:.1f} minutes, seed {config['seed']}, "
        f"torch {record['torch']}.",
        f"Held-out rows, every token of the plan right: {last.get('held_out_right', 0):.1%}.", "",
    ])  # fmt: skip
