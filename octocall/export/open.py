"""The open network as six ONNX graphs, in float32 and int8, and as a runtime in torch for the parity check."""

from __future__ import annotations

import copy
import os
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
from octocall.train.restore import FOLDED

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


def export_open(network: OpenNetwork, pretrained: Encoder | None, folder: Path) -> None:
    """Writes the graphs in float32; lengths, numbers of rows and of steps stay open. Without ``pretrained`` only those that a catalog has of its own."""
    network, width = network.cpu().eval(), network.encoder.width
    length, dim = 7, torch.export.Dim
    batch, pieces, rows = dim("batch", min=1), dim("pieces", min=3, max=511), dim("rows", min=1)
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        if pretrained is not None:
            parts = _parts(network, pretrained)
            ids = torch.arange(100, 100 + length)[None].repeat(2, 1)
            states = parts["stem"](ids)
            given: dict[str, tuple[tuple[torch.Tensor, ...], Any]] = {
                "stem": ((ids,), ({0: batch, 1: pieces},)),
                "document": ((states,), ({0: batch, 1: pieces},)),
                "understanding": ((torch.randn(6, width), torch.arange(6) % KINDS), ({0: rows}, {0: rows})),
                "question": ((states[:1],), ({1: pieces},)),
            }
            for name, (arguments, shapes) in given.items():
                write_graph(parts[name], arguments, folder / f"{name}.onnx", *_NAMES[name], shapes)
            # what the graphs have no name for any more, and a tuning starts from
            np.savez(folder / FOLDED, inputs=network.inputs.numpy(), outputs=network.outputs.numpy(), beside=network.beside.numpy())
        _export_own(network, folder, torch.randn(1, length, width))


def _export_own(network: OpenNetwork, folder: Path, encoded: torch.Tensor) -> None:
    """The graphs that a catalog has of its own, traced with a request of so many word pieces."""
    symbols, places, seen, steps, layers, width = 11, 5, 6, 3, len(network.blocks), encoded.shape[-1]
    dim = torch.export.Dim
    pieces, rows, more = dim("pieces", min=3, max=511), dim("rows", min=1), dim("more", min=1)
    labels, memory, past, table = dim("labels", min=1), dim("memory", min=1), dim("past", min=0), dim("table", min=CORE)
    tables, step = Tables(network).eval(), OpenStep(network).eval()
    rows_of = (torch.randn(count, width) for count in (symbols, symbols, places, seen))
    met = (encoded, torch.randn(width), next(rows_of), next(rows_of), torch.rand(symbols), *rows_of, torch.rand(3, places, encoded.shape[1]))
    empty = torch.zeros(layers, network.heads, steps, width // network.heads)
    decided = (torch.tensor([1]), torch.tensor([0]), *tables(*met), empty, empty.clone())
    open_ends = ({1: pieces}, None, {0: rows}, {0: rows}, {0: rows}, {0: more}, {0: memory}, {1: more, 2: pieces})
    open_steps = (None, None, {0: table}, {0: table}, {0: labels}, {2: memory}, {2: memory}, {0: labels, 1: table}, {2: past}, {2: past})
    write_graph(tables, met, folder / "tables.onnx", *_NAMES["tables"], open_ends)
    write_graph(step, decided, folder / "step.onnx", *_NAMES["step"], open_steps)


def export_open_int8(network: OpenNetwork, pretrained: Encoder | None, folder: Path) -> None:
    """The same graphs with eight-bit weights, in smaller blocks than a compiled network's: more plans stay as in torch, and the size has room."""
    packed = copy.deepcopy(network)
    if pretrained is not None:
        packed.encoder.words = PackedWords(network.encoder.words.weight.detach())  # type: ignore[assignment]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        export_open(packed, pretrained, Path(scratch))
        for path in sorted(Path(scratch).glob("*.onnx")):
            pack_products(path, folder / path.name, block=64)
        if pretrained is not None:
            os.replace(Path(scratch) / FOLDED, folder / FOLDED)


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
