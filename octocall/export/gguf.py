"""A language model as a GGUF file, for llama.cpp and all that is built on it.

Names of tensors and keys are those of the package ``gguf``; what llama.cpp wants otherwise than transformers keeps it (the order of rotated dimensions,
norms that are one more than their weight) follows its convert_hf_to_gguf.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import tokenizers
from numpy.typing import NDArray

from octocall.errors import OctocallError
from octocall.runtimes.gguf import FILE

ARCHITECTURES = {
    "llama": gguf.MODEL_ARCH.LLAMA, "qwen2": gguf.MODEL_ARCH.QWEN2, "qwen3": gguf.MODEL_ARCH.QWEN3, "gemma": gguf.MODEL_ARCH.GEMMA,
    "gemma2": gguf.MODEL_ARCH.GEMMA2, "gemma3_text": gguf.MODEL_ARCH.GEMMA3,
}  # fmt: skip
"""By the model_type of transformers; SmolLM is a llama, FunctionGemma a gemma3_text."""
PRECISIONS = {
    "float32": gguf.GGMLQuantizationType.F32,
    "float16": gguf.GGMLQuantizationType.F16,
    "bfloat16": gguf.GGMLQuantizationType.BF16,
    "int8": gguf.GGMLQuantizationType.Q8_0,
}
_PRE = {"llama": "llama-bpe", "qwen2": "qwen2", "qwen3": "qwen2"}
"""How llama.cpp cuts text before byte-level BPE; octocall cuts it with tokenizer.json."""
_BYTE = re.compile(r"<0x[0-9A-F]{2}>")


def export(model: Any, tokenizer: tokenizers.Tokenizer, folder: Path, precision: str = "float16") -> None:
    """Writes a merged model to ``folder``. Raises OctocallError for a family that is not among ARCHITECTURES."""
    settings = model.config.get_text_config()
    family = settings.model_type
    if family not in ARCHITECTURES:
        raise OctocallError(f"a model of the family {family} was given; {', '.join(ARCHITECTURES)} are written as GGUF: export it as ONNX")
    if precision not in PRECISIONS:
        raise OctocallError(f"precision {precision!r} was given; {', '.join(PRECISIONS)} is expected")
    architecture = ARCHITECTURES[family]
    writer = gguf.GGUFWriter(folder / FILE, gguf.MODEL_ARCH_NAMES[architecture])
    _add_settings(writer, settings, family)
    weights = model.state_dict()
    _add_tokens(writer, tokenizer, family, len(model.get_input_embeddings().weight), settings)
    names = gguf.get_tensor_name_map(architecture, settings.num_hidden_layers)
    for name, values in _tensors(weights, settings, family):
        found = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise OctocallError(f"the tensor {name} of the model has no place in a GGUF file of the family {family}; export it as ONNX")
        wanted = PRECISIONS[precision] if values.ndim > 1 else gguf.GGMLQuantizationType.F32
        if wanted == gguf.GGMLQuantizationType.Q8_0 and values.shape[-1] % 32:
            wanted = gguf.GGMLQuantizationType.F16
        writer.add_tensor(found, gguf.quants.quantize(values, wanted), raw_dtype=wanted)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_settings(writer: gguf.GGUFWriter, settings: Any, family: str) -> None:
    width = getattr(settings, "head_dim", None) or settings.hidden_size // settings.num_attention_heads
    ropes = settings.rope_parameters
    full = ropes.get("full_attention", ropes)
    writer.add_context_length(settings.max_position_embeddings)
    writer.add_embedding_length(settings.hidden_size)
    writer.add_block_count(settings.num_hidden_layers)
    writer.add_feed_forward_length(settings.intermediate_size)
    writer.add_head_count(settings.num_attention_heads)
    writer.add_head_count_kv(settings.num_key_value_heads)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_layer_norm_rms_eps(settings.rms_norm_eps)
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(full["rope_theta"])
    if family in ("gemma2", "gemma3_text"):
        writer.add_sliding_window(settings.sliding_window)
    if family == "gemma2":
        writer.add_attn_logit_softcapping(settings.attn_logit_softcapping)
        writer.add_final_logit_softcapping(settings.final_logit_softcapping)


def _tensors(weights: dict[str, Any], settings: Any, family: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Tensors as llama.cpp keeps them, by their names in transformers."""
    tied = settings.tie_word_embeddings
    for name, tensor in weights.items():
        values: NDArray[np.float32] = tensor.detach().float().cpu().numpy()
        if name == "lm_head.weight" and tied:
            continue
        if family == "llama" and name.endswith(("q_proj.weight", "k_proj.weight")):
            values = _rotated(values, settings.num_attention_heads if "q_proj" in name else settings.num_key_value_heads)
        elif family.startswith("gemma") and name.endswith("norm.weight"):
            values = values + 1
        yield name, values
    if family == "llama" and (scaled := _rope_factors(settings)) is not None:
        yield "rope_freqs.weight", scaled


def _rotated(values: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows in the order in which neighbours are rotated together, not halves."""
    return values.reshape(heads, 2, values.shape[0] // heads // 2, *values.shape[1:]).swapaxes(1, 2).reshape(values.shape)


def _rope_factors(settings: Any) -> NDArray[np.float32] | None:
    """What Llama 3.1 and later slow rotations down by; None for models that do not."""
    rope = settings.rope_parameters
    if rope.get("rope_type") != "llama3":
        return None
    width = getattr(settings, "head_dim", None) or settings.hidden_size // settings.num_attention_heads
    waves = 2 * np.pi * rope["rope_theta"] ** (np.arange(0, width, 2) / width)
    low, high, old = rope["low_freq_factor"], rope["high_freq_factor"], rope["original_max_position_embeddings"]
    smooth = np.clip((old / waves - low) / (high - low), 0, 1)
    factors: NDArray[np.float32] = (1 / ((1 - smooth) / rope["factor"] + smooth)).astype(np.float32)
    return factors


def _add_tokens(writer: gguf.GGUFWriter, tokenizer: tokenizers.Tokenizer, family: str, rows: int, settings: Any) -> None:
    """The tokenizer as far as llama.cpp knows it; rows of the table without a token get a name of their own."""
    told = json.loads(tokenizer.to_str())
    added = {token["id"]: token for token in told["added_tokens"]}
    texts = {number: text for text, number in tokenizer.get_vocab().items()}
    names, kinds = [], []
    for i in range(rows):
        names.append(texts.get(i, f"[PAD{i}]"))
        kinds.append(_kind(i in texts, added.get(i), names[-1]))
    pieces = "▁" in json.dumps(told.get("decoder"), ensure_ascii=False)
    writer.add_tokenizer_model("llama" if pieces else "gpt2")
    writer.add_token_list(names)
    writer.add_token_types(kinds)
    if pieces:
        writer.add_token_scores([-float(i) for i in range(rows)])
        writer.add_add_space_prefix(False)
    else:
        writer.add_tokenizer_pre(_PRE.get(family, "default"))
        writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in told["model"]["merges"]])
    for add, number in (
        (writer.add_bos_token_id, settings.bos_token_id),
        (writer.add_eos_token_id, settings.eos_token_id),
        (writer.add_pad_token_id, settings.pad_token_id),
    ):
        if number is not None:
            add(number[0] if isinstance(number, list) else number)


def _kind(known: bool, added: dict[str, Any] | None, name: str) -> int:
    if not known:
        return int(gguf.TokenType.UNUSED)
    if added is not None:
        return int(gguf.TokenType.CONTROL if added["special"] else gguf.TokenType.USER_DEFINED)
    return int(gguf.TokenType.BYTE if _BYTE.fullmatch(name) else gguf.TokenType.NORMAL)
