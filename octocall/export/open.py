"""The open network as six ONNX graphs, in float32 and int8, and as a runtime in torch for the parity check."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from octocall.codecs.signature import KINDS
from octocall.export.onnx import PackedWords, pack_products, write_graph
from octocall.export.open_graphs import Document, OpenStep, Question, Stem, Tables, Understanding
from octocall.runtimes.open import GRAPHS, Graphs
from octocall.train.networks import Encoder
from octocall.train.open_network import CORE, OpenNetwork

_NAMES: dict[str, tuple[list[str], list[str]]] = {
    "stem": (["ids"], ["states"]),
    "document": (["states"], ["vectors"]),
    "understanding": (["rows", "kinds"], ["understood", "answers"]),
    "question": (["states"], ["encoded", "question"]),
    "tables": (["encoded", "question", "symbols", "answers", "said", "places", "seen", "told"], ["inputs", "outputs", "labels", "keys", "values", "hints"]),
    "step": (["symbol", "label", "inputs", "outputs", "labels", "keys", "values", "hints", "past_keys", "past_values"], ["logits", "new_keys", "new_values"]),
}  # fmt: skip


def _parts(network: OpenNetwork, pretrained: Encoder) -> dict[str, nn.Module]:
    modules = (Stem(network), Document(pretrained, network.shared), Understanding(network), Question(network), Tables(network), OpenStep(network))
    return {name: module.eval() for name, module in zip(GRAPHS, modules, strict=True)}


def export_open(network: OpenNetwork, pretrained: Encoder, folder: Path) -> None:
    """Writes the six graphs in float32; lengths, numbers of rows and of steps stay open."""
    network, width, layers = network.cpu().eval(), network.encoder.width, len(network.blocks)
    length, symbols, places, seen, steps = 7, 11, 5, 6, 3
    dim = torch.export.Dim
    batch, pieces, rows, more = dim("batch", min=1), dim("pieces", min=3, max=511), dim("rows", min=1), dim("more", min=1)
    labels, memory, past, table = dim("labels", min=1), dim("memory", min=1), dim("past", min=0), dim("table", min=CORE)
    parts = _parts(network, pretrained)
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        states = parts["stem"](torch.arange(100, 100 + length)[None].repeat(2, 1))
        encoded, question = parts["question"](states[:1])
        rows_of = (torch.randn(count, width) for count in (symbols, symbols, places, seen))
        table_inputs = (encoded, question, next(rows_of), next(rows_of), torch.rand(symbols), *rows_of, torch.rand(3, places, length))
        tables = parts["tables"](*table_inputs)
        empty = torch.zeros(layers, network.heads, steps, width // network.heads)
        given: dict[str, tuple[tuple[torch.Tensor, ...], Any]] = {
            "stem": ((torch.arange(100, 100 + length)[None].repeat(2, 1),), ({0: batch, 1: pieces},)),
            "document": ((states,), ({0: batch, 1: pieces},)),
            "understanding": ((torch.randn(6, width), torch.arange(6) % KINDS), ({0: rows}, {0: rows})),
            "question": ((states[:1],), ({1: pieces},)),
            "tables": (table_inputs, ({1: pieces}, None, {0: rows}, {0: rows}, {0: rows}, {0: more}, {0: memory}, {1: more, 2: pieces})),
            "step": ((torch.tensor([1]), torch.tensor([0]), *tables, empty, empty.clone()),
                     (None, None, {0: table}, {0: table}, {0: labels}, {2: memory}, {2: memory}, {0: labels, 1: table}, {2: past}, {2: past})),
        }  # fmt: skip
        for name, part in parts.items():
            write_graph(part, given[name][0], folder / f"{name}.onnx", *_NAMES[name], given[name][1])


def export_open_int8(network: OpenNetwork, pretrained: Encoder, folder: Path) -> None:
    """The same graphs with eight-bit weights, in smaller blocks than a compiled network's: more plans stay as in torch, and the size has room."""
    packed = copy.deepcopy(network)
    packed.encoder.words = PackedWords(network.encoder.words.weight.detach())  # type: ignore[assignment]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        export_open(packed, pretrained, Path(scratch))
        for name in GRAPHS:
            pack_products(Path(scratch) / f"{name}.onnx", folder / f"{name}.onnx", block=64)


class TorchGraphs(Graphs):
    """The trained network itself, part by part."""

    def __init__(self, network: OpenNetwork, pretrained: Encoder) -> None:
        self.parts = _parts(network.cpu().eval(), pretrained)
        self._past = (len(network.blocks), network.heads, 0, network.encoder.width // network.heads)

    @property
    def past(self) -> tuple[int, ...]:
        return self._past

    @torch.no_grad()
    def run(self, name: str, *given: NDArray[Any]) -> Sequence[NDArray[Any]]:
        found = self.parts[name](*(torch.from_numpy(np.ascontiguousarray(array)) for array in given))
        return [tensor.numpy() for tensor in (found if isinstance(found, tuple) else (found,))]
