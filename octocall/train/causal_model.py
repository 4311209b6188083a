"""Language models made ready for functional tokens, and put on disk again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tokenizers
import torch
from tokenizers import AddedToken
from torch import Tensor

from octocall import causal
from octocall.bundle import MANIFEST
from octocall.causal import Causal
from octocall.codecs.functional import FunctionalCodec
from octocall.codecs.text import END, TextCodec
from octocall.errors import BundleError, MissingExtraError
from octocall.files import replacing
from octocall.runtimes.torch import ADAPTER, TorchRuntime, grow
from octocall.train.causal_config import CausalConfig

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "down_proj")
"""Where the paper puts low-rank updates. Models that name theirs otherwise get them in all linear layers."""


def add_tokens(model: Any, tokenizer: tokenizers.Tokenizer, codec: TextCodec) -> list[int]:
    """Gives a model the tokens of ``codec`` that it lacks, with rows that are the mean of what their documentation is made of; returns the ids of all."""
    size = tokenizer.get_vocab_size()
    missing = [name for name in codec.tokens if tokenizer.token_to_id(name) is None]
    texts = {name: _meaning(name, codec) for name in missing}
    pieces = {name: tokenizer.encode(text, add_special_tokens=False).ids for name, text in texts.items()}
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in missing])
    assert tokenizer.get_vocab_size() == size + len(missing)
    ids = tokenizer.get_vocab()
    grow(model, tokenizer.get_vocab_size())
    tables = {id(table): table for table in (model.get_input_embeddings().weight, model.get_output_embeddings().weight)}
    with torch.no_grad():
        for table in tables.values():
            for name in missing:
                table[ids[name]] = table[pieces[name]].mean(0)
    return [ids[name] for name in codec.tokens]


def _meaning(name: str, codec: TextCodec) -> str:
    if name == END or not isinstance(codec, FunctionalCodec):
        return "end of the call"
    function = codec.catalog.functions[codec.tokens.index(name)]
    return f"{function.name.replace('_', ' ')}. {function.description}"


def low_rank(model: Any, config: CausalConfig, rows: Sequence[int], base: str) -> Any:
    """``model`` with low-rank updates in PROJECTIONS; of its tables only ``rows`` are trained."""
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise MissingExtraError(error.name or "peft", "causal") from None
    names = {name.rsplit(".", 1)[-1] for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)}
    found = [name for name in PROJECTIONS if name in names]
    tables: dict[str, list[int]] = {}
    if rows:
        tables[_name(model, model.get_input_embeddings())] = list(rows)
        if model.get_output_embeddings().weight is not model.get_input_embeddings().weight:
            tables[_name(model, model.get_output_embeddings())] = list(rows)
    settings = LoraConfig(
        r=config.rank, lora_alpha=config.alpha, lora_dropout=0.0, target_modules=found or "all-linear", trainable_token_indices=tables or None,
        task_type="CAUSAL_LM", base_model_name_or_path=base,
    )  # fmt: skip
    return get_peft_model(model, settings)


def _name(model: Any, wanted: torch.nn.Module) -> str:
    found: str = next(name for name, module in model.named_modules() if module is wanted)
    return found.rsplit(".", 1)[-1]


def save(model: Any, weights: dict[str, Tensor] | None, codec: TextCodec, tokenizer: tokenizers.Tokenizer, folder: Path, card: str) -> None:
    """Writes a model, or the updates of one, as a bundle whole or not at all. Raises OctocallError where ``folder`` holds anything else."""
    from transformers import PreTrainedTokenizerFast

    with replacing(folder, MANIFEST) as part:
        if hasattr(model, "peft_config"):
            # what was trained of the tables is in the updates already
            model.save_pretrained(part, save_embedding_layers=False, state_dict=weights)
            (part / "README.md").unlink(missing_ok=True)
        else:
            model.save_pretrained(part, state_dict=weights)
        # for other programs, which look for this; octocall reads tokenizer.json alone
        PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(part)
        causal.save(part, codec, tokenizer, "torch", card)


def merge(bundle: Path, out: Path) -> None:
    """Puts low-rank updates into the weights of their base and writes the model that comes of it. Raises OctocallError."""
    if not (bundle / ADAPTER).is_file():
        raise BundleError(f"{bundle} has no {ADAPTER}; a model that was trained with --method lora is expected")
    given = Causal.load(bundle)
    assert isinstance(given.runtime, TorchRuntime)
    settings = json.loads((bundle / ADAPTER).read_text(encoding="utf-8"))
    merged = given.runtime.model.merge_and_unload()
    card = (bundle / "card.md").read_text(encoding="utf-8") + f"\nMerged into {settings['base_model_name_or_path']}.\n"
    save(merged, None, given.codec, given.vocab.tokenizer, out, card)


def end_of_text(model: Any) -> int | None:
    """The model's own token for the end of a text."""
    found = getattr(model.config.get_text_config(), "eos_token_id", None)
    return int(found[0]) if isinstance(found, list | tuple) else found
