"""A pretrained sentence encoder as an ONNX graph, for catalogues of functions."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from torch import Tensor, nn

from octocall.export.onnx import write_graph
from octocall.runtimes.encoder import GRAPH, TOKENIZER
from octocall.train.networks import Encoder


class Pooled(nn.Module):
    """The mean of an encoder's states."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: Tensor, present: Tensor) -> Tensor:
        """Vectors [batch, width] of ids [batch, length]; ``present`` [batch, length] is 0 for padding, else 1."""
        states = self.encoder(ids, (present - 1)[:, None, None] * 1e4)
        mean: Tensor = (states * present.unsqueeze(-1)).sum(1) / present.sum(1, keepdim=True)
        return mean


def export_encoder(source: Path, folder: Path) -> None:
    """Writes ``encoder.onnx`` and ``tokenizer.json`` to ``folder`` from a checkpoint with config.json, tokenizer.json and model.safetensors."""
    encoder = Encoder.pretrained(source).eval()
    batch, length = torch.export.Dim("batch", min=1, max=1024), torch.export.Dim("length", min=1, max=len(encoder.positions))
    shapes = ({0: batch, 1: length}, {0: batch, 1: length})
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        write_graph(Pooled(encoder), (torch.arange(100, 114).reshape(2, 7), torch.ones(2, 7)), folder / GRAPH, ["ids", "present"], ["vectors"], shapes)
    shutil.copyfile(source / TOKENIZER, folder / TOKENIZER)
