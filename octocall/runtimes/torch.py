"""Any causal language model of transformers whose past is keys and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import tokenizers
import torch
from numpy.typing import NDArray
from torch import Tensor

from octocall.errors import BundleError, MissingExtraError
from octocall.quiet import silence
from octocall.runtimes.common.layout import alike, side_by_side

Past: TypeAlias = tuple[tuple[Tensor, Tensor], ...]
"""Keys and values [batch, heads, length, width] of each layer."""
ADAPTER = "adapter_config.json"


@dataclass(frozen=True)
class State:
    """What was read: the past, ``places`` [batch, length] of its tokens in their prompts (-1 for padding), and tokens that are still unread."""

    past: Past
    places: Tensor
    unread: tuple[tuple[int, ...], ...] = ()


def attention(queries: Tensor, keys: Tensor, window: int | None, kind: torch.dtype) -> Tensor:
    """What each token may look at, [batch, 1, queries, keys]: 0, or the lowest number where it may not.

    ``queries`` and ``keys`` [batch, n] are places in the prompt, -1 for padding; with ``window`` only the nearest so many are seen.
    """
    ahead = queries[:, :, None] - keys[:, None, :]
    seen = (keys[:, None, :] >= 0) & (ahead >= 0)
    if window is not None:
        seen = seen & (ahead < window)
    return torch.where(seen, 0.0, torch.finfo(kind).min).to(kind)[:, None]


def masks(config: Any, queries: Tensor, keys: Tensor, kind: torch.dtype) -> Any:
    """The attention mask as a model of this configuration takes it: one, or one by kind of layer."""
    config = config.get_text_config()
    full = attention(queries, keys, None, kind)
    kinds = set(getattr(config, "layer_types", None) or ())
    if "sliding_attention" in kinds:
        return {"full_attention": full, "sliding_attention": attention(queries, keys, config.sliding_window, kind)}
    # some have a window in all layers and name no kinds
    window = None if kinds or not getattr(config, "use_sliding_window", True) else getattr(config, "sliding_window", None)
    return full if window is None else attention(queries, keys, window, kind)


def forward(model: Any, ids: Tensor, queries: Tensor, keys: Tensor, past: Past) -> tuple[Tensor, Past]:
    """Logits [batch, vocabulary] behind the last of ``ids`` [batch, n], and the past with them. ``keys`` are the places of the past and of ``ids``."""
    from transformers import DynamicCache

    cache = DynamicCache(past) if past else DynamicCache()
    found = model(
        input_ids=ids, attention_mask=masks(model.config, queries, keys, model.dtype), position_ids=queries.clamp(min=0), past_key_values=cache,
        use_cache=True, logits_to_keep=1,
    )  # fmt: skip
    return found.logits[:, -1], tuple((layer.keys, layer.values) for layer in cache.layers)


class TorchRuntime:
    """A model with the past of a constant beginning kept, so that it is read once."""

    together = True

    def __init__(self, model: Any) -> None:
        self.model = model.eval()
        self._kept: tuple[int, ...] = ()
        self._past: Past = ()

    @classmethod
    def open(cls, folder: Path, threads: int = 0) -> TorchRuntime:
        """A checkpoint in a folder. Raises BundleError."""
        if threads:
            torch.set_num_threads(threads)
        return cls(load_model(folder))

    @torch.no_grad()
    def keep(self, ids: Sequence[int]) -> None:
        """Reads what prompts have in common at their beginning, once for all of them."""
        self._kept, self._past = (), ()
        if ids:
            _, state = self._read(State((), self._tensor([[]])), [tuple(ids)])
            self._kept, self._past = tuple(ids), state.past

    def start(self, prompts: Sequence[Sequence[int]]) -> State:
        """The state of prompts; what they have in common with what is kept is not read again."""
        same = min(alike(self._kept, prompt) for prompt in prompts)
        past = tuple(tuple(part[:, :, :same].expand(len(prompts), -1, -1, -1) for part in layer) for layer in self._past) if same else ()
        places = torch.arange(same, device=self.model.device).expand(len(prompts), -1)
        return State(past, places, tuple(tuple(prompt[same:]) for prompt in prompts))  # type: ignore[arg-type]

    @torch.no_grad()
    def step(self, state: State, tokens: Sequence[Sequence[int]]) -> tuple[NDArray[np.float32], State]:
        """Logits [prompts, vocabulary] behind ``tokens``, and the next state."""
        unread = state.unread or ((),) * len(tokens)
        logits, following = self._read(state, [(*before, *new) for before, new in zip(unread, tokens, strict=True)])
        return logits.float().cpu().numpy(), following

    def _read(self, state: State, rows: Sequence[tuple[int, ...]]) -> tuple[Tensor, State]:
        ids, queries = map(self._tensor, side_by_side(rows, (state.places >= 0).sum(1).tolist()))
        keys = torch.cat([state.places, queries], 1)
        logits, past = forward(self.model, ids, queries, keys, state.past)
        return logits, State(past, keys)

    def _tensor(self, rows: list[list[int]]) -> Tensor:
        return torch.tensor(rows, dtype=torch.long, device=self.model.device)


def load_model(name: str | Path) -> Any:
    """A causal model from a folder or the hub, with its adapter where the folder holds one; on a GPU where there is one. Raises BundleError."""
    try:
        silence()
        from transformers import AutoModelForCausalLM
        from transformers.utils import logging
    except ImportError as error:
        raise MissingExtraError(error.name or "transformers", "causal") from None
    logging.disable_progress_bar()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        if (Path(name) / ADAPTER).is_file():
            return _adapted(Path(name), device)
        # processors compute in float32; few of them do in bfloat16
        return AutoModelForCausalLM.from_pretrained(name, dtype="auto" if device == "cuda" else torch.float32).to(device)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise BundleError(
            f"the model {name} cannot be loaded ({_short(error)}); give the folder of a causal model of transformers, or its name on the hub"
        ) from error


def _adapted(folder: Path, device: str) -> Any:
    import json

    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    settings = json.loads((folder / ADAPTER).read_text(encoding="utf-8"))
    base = AutoModelForCausalLM.from_pretrained(settings["base_model_name_or_path"], dtype="auto" if device == "cuda" else torch.float32)
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    grow(base, tokenizer.get_vocab_size())
    return PeftModel.from_pretrained(base, str(folder)).to(device)


def grow(model: Any, size: int) -> None:
    """Gives the model rows for ``size`` tokens, where it has fewer; a table with room to spare stays as it is."""
    if model.get_input_embeddings().weight.shape[0] < size:
        model.resize_token_embeddings(size, mean_resizing=False)


def load_tokenizer(name: str | Path) -> tokenizers.Tokenizer:
    """The tokenizer of a model from a folder or the hub. Raises BundleError."""
    try:
        silence()
        from transformers import AutoTokenizer
    except ImportError as error:
        raise MissingExtraError(error.name or "transformers", "causal") from None
    if (file := Path(name) / "tokenizer.json").is_file():
        return tokenizers.Tokenizer.from_file(str(file))
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        found: tokenizers.Tokenizer = tokenizer.backend_tokenizer
    except (OSError, ValueError, AttributeError) as error:
        raise BundleError(f"the tokenizer of {name} cannot be loaded ({_short(error)}); a model with a tokenizer.json is expected") from error
    return found


def _short(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:160]
