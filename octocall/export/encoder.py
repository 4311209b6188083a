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

    def forward(self, ids: Tensor) -> Tensor:
        """Vectors [batch, width] of ids [batch, length]; 0 is padding."""
        present = (ids != 0).to(torch.float32)
        states = self.encoder(ids, (present - 1)[:, None, None] * 1e4)
        mean: Tensor = (states * present.unsqueeze(-1)).sum(1) / present.sum(1, keepdim=True)
        return mean


def export_encoder(source: Path, folder: Path) -> None:
    """Writes ``encoder.onnx`` and ``tokenizer.json`` to ``folder`` from a checkpoint with config.json, tokenizer.json and model.safetensors."""
    encoder = Encoder.pretrained(source).eval()
    batch, length = torch.export.Dim("batch", min=1, max=1024), torch.export.Dim("length", min=1, max=len(encoder.positions))
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        write_graph(Pooled(encoder), (torch.arange(50, 64).reshape(2, 7),), folder / GRAPH, ["ids"], ["vectors"], ({0: batch, 1: length},))
    shutil.copyfile(source / TOKENIZER, folder / TOKENIZER)
