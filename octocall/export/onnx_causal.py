"""A language model as one ONNX graph: tokens and past in, logits and the longer past out."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from octocall.runtimes.onnx_causal import GRAPH
from octocall.runtimes.torch import forward


class _Step(nn.Module):
    """The model with its past laid out flat, as a graph takes it."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, queries: Tensor, keys: Tensor, *past: Tensor) -> tuple[Tensor, ...]:
        pairs = tuple(zip(past[::2], past[1::2], strict=True))
        logits, following = forward(self.model, ids, queries, keys, pairs)
        return (logits, *(part for pair in following for part in pair))


@torch.no_grad()
def export(model: Any, folder: Path) -> None:
    """Writes the graph of a merged model to ``folder``, with its weights beside it."""
    model = model.float().cpu().eval()
    model.set_attn_implementation("eager")  # plain products, which every version of the exporter knows
    settings = model.config.get_text_config()
    heads = getattr(settings, "num_key_value_heads", None) or settings.num_attention_heads
    width = getattr(settings, "head_dim", None) or settings.hidden_size // settings.num_attention_heads
    read, new = 3, 2
    past = [torch.zeros(2, heads, read, width) for _ in range(2 * settings.num_hidden_layers)]
    places = torch.arange(read + new).expand(2, -1).contiguous()
    ids = torch.ones(2, new, dtype=torch.long)
    batch, total, before, now = (torch.export.Dim(name) for name in ("batch", "total", "before", "now"))
    shapes = ({0: batch, 1: now}, {0: batch, 1: now}, {0: batch, 1: total}, tuple({0: batch, 2: before} for _ in past))
    names = [f"{kind}_{i}" for i in range(settings.num_hidden_layers) for kind in ("keys", "values")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Step(model), (ids, places[:, read:].contiguous(), places, *past), folder / GRAPH, input_names=["ids", "queries", "keys", *(f"past_{n}" for n in names)],
            output_names=["logits", *(f"present_{n}" for n in names)], dynamic_shapes=shapes, dynamo=True, optimize=True, verbose=False,
        )  # fmt: skip
