"""A trained network as two ONNX graphs, in float32 and int8, with a parity check against torch."""

from __future__ import annotations

import copy
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from octocall.call import Request
from octocall.codecs.spans import SpansCodec
from octocall.decode import Runtime, decode
from octocall.errors import MissingExtraError
from octocall.mask import Mask
from octocall.runtimes.common import quiet
from octocall.train.networks import DecodeStep, Network, Prefill

GRAPHS = ("prefill.onnx", "step.onnx")


def export(network: Network, folder: Path) -> None:
    """Writes ``prefill.onnx`` and ``step.onnx`` in float32. The request's length and the number of steps stay open."""
    network = network.cpu().eval()
    layers, heads = len(network.blocks), network.heads
    width = network.encoder.width
    length, steps = 7, 3
    ids = torch.arange(100, 100 + length)[None]
    pieces, past = torch.export.Dim("pieces", min=3, max=256), torch.export.Dim("past", min=0, max=400)
    rows = torch.export.Dim("rows", min=network.symbols + 6, max=network.symbols + 512)
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        write_graph(Prefill(network), (ids,), folder / GRAPHS[0], ["ids"], ["inputs", "outputs", "keys", "values"], ({1: pieces},))
        inputs, outputs, keys, values = Prefill(network)(ids)
        empty = torch.zeros(layers, heads, steps, width // heads)
        arguments = (torch.tensor([1]), torch.tensor([0]), inputs, outputs, keys, values, empty, empty.clone())
        shapes = (None, None, {0: rows}, {0: rows}, {2: pieces}, {2: pieces}, {2: past}, {2: past})
        names = ["symbol", "label", "inputs", "outputs", "keys", "values", "past_keys", "past_values"]
        write_graph(DecodeStep(network), arguments, folder / GRAPHS[1], names, ["logits", "new_keys", "new_values"], shapes)


def write_graph(module: torch.nn.Module, arguments: tuple[torch.Tensor, ...], path: Path, inputs: list[str], outputs: list[str], shapes: Any) -> None:
    try:
        import onnxscript  # noqa: F401  (the exporter needs it and says so less clearly)
    except ImportError:
        raise MissingExtraError("onnxscript", "train") from None
    program = torch.onnx.export(module.eval(), arguments, input_names=inputs, output_names=outputs, dynamic_shapes=shapes, dynamo=True, verbose=False)
    assert program is not None
    program.save(str(path), external_data=False)


class PackedWords(nn.Module):
    """The word table in eight bits with a scale per word; a row is unpacked when it is looked up."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("scale", scale)
        self.register_buffer("table", (weight / scale).round().to(torch.int8))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Rows [..., width] of ids [...]."""
        return self.table[ids].to(torch.float32) * self.scale[ids]  # type: ignore[index]


def export_int8(network: Network, folder: Path) -> None:
    """The same graphs with eight-bit weights, a third of the size.

    Matrix products get one scale per block of 128 weights and quantise their input per block as
    well: unlike one scale per tensor this survives the outliers of a transformer's activations.
    """
    packed = copy.deepcopy(network)
    packed.encoder.words = PackedWords(network.encoder.words.weight.detach())  # type: ignore[assignment]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        export(packed, Path(scratch))
        for name in GRAPHS:
            pack_products(Path(scratch) / name, folder / name)


def pack_products(source: Path, target: Path, block: int = 128) -> None:
    """One scale per ``block`` weights, of the input as well: smaller ones are more exact and need more room."""
    import onnx

    quiet.onnxruntime()
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    logging.getLogger("onnxruntime.quantization.matmul_nbits_quantizer").setLevel(logging.WARNING)
    quantizer = MatMulNBitsQuantizer(onnx.load(source), bits=8, block_size=block, is_symmetric=True, accuracy_level=4)
    quantizer.process()
    onnx.save(quantizer.model.model, target)


class TorchRuntime:
    """The trained network itself as a runtime, for parity checks."""

    def __init__(self, network: Network) -> None:
        self.prefill, self.decode_step = Prefill(network.cpu().eval()), DecodeStep(network.cpu().eval())
        self._empty = torch.zeros(len(network.blocks), network.heads, 0, network.encoder.width // network.heads)

    @torch.no_grad()
    def start(self, ids: tuple[int, ...]) -> tuple[torch.Tensor, ...]:
        return (*self.prefill(torch.tensor([ids])), self._empty, self._empty)

    @torch.no_grad()
    def step(self, state: tuple[torch.Tensor, ...], symbol: int, label: int) -> tuple[np.ndarray, tuple[torch.Tensor, ...]]:
        logits, keys, values = self.decode_step(torch.tensor([symbol]), torch.tensor([label]), *state)
        return logits.numpy(), (*state[:4], keys, values)


def parity(codec: SpansCodec, ours: Runtime, theirs: Runtime, requests: Sequence[Request]) -> float:
    """The share of requests for which two runtimes write the same symbols."""
    mask = Mask(codec.grammar, codec.vocab)
    readings = [codec.read(request) for request in requests]
    same = [decode(ours, codec, mask, r).symbols == decode(theirs, codec, mask, r).symbols for r in readings]
    return sum(same) / max(1, len(same))
