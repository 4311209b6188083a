"""Low-rank adapters: what a bundle changes of the weights of its base, put into the base's graphs while they are loaded.

A graph that is loaded with an adapter is as fast as one without: the change is added to the weights once. Source: Hu et al. 2021 (LoRA).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octocall.errors import BundleError

QUANTISED, SCALES = "_Q8", "_scales"
"""Behind the name of a product's weight: its blocks of eight bits [out, blocks, size], and a scale for each."""
_MIDDLE, _MOST = 128, 127
_GRAPH, _INITIALIZER, _DIMS, _KIND, _NAME, _RAW = 7, 5, 1, 2, 8, 9
"""Fields of ModelProto, GraphProto and TensorProto in onnx.proto."""
_KINDS = {1: np.float32, 2: np.uint8, 7: np.int64}


@dataclass(frozen=True)
class Change:
    """A product's weight [out, in] changes by ``up`` [out, rank] times ``down`` [rank, in]; the graph keeps it ``turned`` [in, out] where it is not packed."""

    up: NDArray[np.float32]
    down: NDArray[np.float32]
    turned: bool

    @property
    def delta(self) -> NDArray[np.float32]:
        return self.up @ self.down


@dataclass
class Adapter:
    """Changes by graph and name of the weight, and the tensors that stand in the place of others."""

    changes: dict[str, dict[str, Change]] = field(default_factory=lambda: defaultdict(dict))
    tensors: dict[str, dict[str, NDArray[np.float32]]] = field(default_factory=lambda: defaultdict(dict))

    def save(self, path: Path) -> None:
        """Writes a file: factors in eight bits with a scale a row, tensors in half precision."""
        arrays: dict[str, NDArray[Any]] = {}
        for graph, changes in self.changes.items():
            for name, change in changes.items():
                for part, factor in (("up", change.up), ("down", change.down)):
                    scale = np.maximum(np.abs(factor).max(1, keepdims=True), 1e-12) / _MOST
                    key = f"{graph}|{name}|{'turned' if change.turned else 'plain'}|{part}"
                    arrays[key], arrays[f"{key}|scale"] = np.rint(factor / scale).astype(np.int8), scale.astype(np.float32)
        arrays |= {f"{graph}|{name}": value.astype(np.float16) for graph, tensors in self.tensors.items() for name, value in tensors.items()}
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Adapter:
        """The reverse of ``save``. Raises BundleError."""
        adapter = cls()
        try:
            with np.load(path) as kept:
                arrays = {name: kept[name].astype(np.float32) for name in kept.files}
            for key, value in arrays.items():
                graph, name, *rest = key.split("|")
                if not rest:
                    adapter.tensors[graph][name] = value
                elif rest[1:] == ["up"]:
                    down = key.removesuffix("up") + "down"
                    adapter.changes[graph][name] = Change(value * arrays[f"{key}|scale"], arrays[down] * arrays[f"{down}|scale"], rest[0] == "turned")
        except (OSError, ValueError, KeyError, IndexError) as error:
            raise BundleError(f"{path} cannot be read ({error}); compile the bundle again") from error
        return adapter

    def merged(self, graph: str, model: bytes) -> dict[str, NDArray[Any]]:
        """The tensors of a graph as they are with the adapter; those that it does not change are left out. Raises BundleError."""
        if not self.changes.get(graph) and not self.tensors.get(graph):
            return {}
        weights = initializers(model)
        found: dict[str, NDArray[Any]] = {}
        try:
            for name, change in self.changes.get(graph, {}).items():
                if name + QUANTISED in weights:
                    found |= _packed(name, weights[name + QUANTISED], weights[name + SCALES], change.delta)
                else:
                    found[name] = weights[name] + (change.delta.T if change.turned else change.delta)
            for name, value in self.tensors.get(graph, {}).items():
                found[name] = value.reshape(weights[name].shape)
        except (KeyError, ValueError) as error:
            raise BundleError(f"the adapter changes weights that {graph} does not have ({error}); compile the bundle again") from error
        return found


def unpacked(quantised: NDArray[np.uint8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """A weight [out, in] from its blocks [out, blocks, size] and their scales."""
    weight = (quantised.astype(np.float32) - _MIDDLE) * scales.reshape(*quantised.shape[:2], 1)
    return weight.reshape(len(weight), -1)


def _packed(name: str, quantised: NDArray[np.uint8], scales: NDArray[np.float32], delta: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    blocks = (unpacked(quantised, scales) + delta).reshape(quantised.shape)
    wide = np.maximum(np.abs(blocks).max(-1, keepdims=True), 1e-8) / _MOST
    kept = np.rint(blocks / wide + _MIDDLE).clip(0, 255).astype(np.uint8)
    return {name + QUANTISED: kept, name + SCALES: wide.astype(np.float32).reshape(scales.shape)}


def initializers(model: bytes) -> dict[str, NDArray[Any]]:
    """The weights in an ONNX file by name: those kept as raw bytes, as exporters write them. The package onnx, which reads them too, is no part of
    the base install."""
    found: dict[str, NDArray[Any]] = {}
    for number, graph in _fields(memoryview(model)):
        for inner, tensor in _fields(graph) if number == _GRAPH and isinstance(graph, memoryview) else ():
            if inner == _INITIALIZER and isinstance(tensor, memoryview):
                dims: list[int] = []
                parts: dict[int, int | memoryview] = {}
                for at, value in _fields(tensor):
                    if at == _DIMS:
                        dims += [value] if isinstance(value, int) else list(_varints(value))
                    else:
                        parts[at] = value
                kind, raw, name = _KINDS.get(int(parts.get(_KIND, 0))), parts.get(_RAW), parts.get(_NAME)
                if kind is not None and isinstance(raw, memoryview) and isinstance(name, memoryview):
                    found[bytes(name).decode()] = np.frombuffer(raw, kind).reshape(dims)
    return found


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field of a protocol buffer: whole numbers as they are, everything else as bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        if key & 7 == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        size, at = _varint(message, at) if key & 7 == 2 else ({1: 8, 5: 4}[key & 7], at)
        yield key >> 3, message[at : at + size]
        at += size


def _varints(packed: memoryview) -> Iterator[int]:
    at = 0
    while at < len(packed):
        value, at = _varint(packed, at)
        yield value


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value, shift, at = value | (byte & 0x7F) << shift, shift + 7, at + 1
        if byte < 0x80:
            return value, at
