"""The trained part of a base read back from its graphs, in eight bits or float32: what a tuning starts from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from octocall.errors import BundleError, MissingExtraError
from octocall.runtimes.common.adapter import QUANTISED, SCALES, initializers, unpacked
from octocall.train.config import TrainConfig
from octocall.train.networks import Encoder
from octocall.train.open_network import OpenNetwork

FOLDED = "folded.npz"
"""Parameters that the graphs keep under no name."""
OWN = ("question", "tables", "step")
"""The graphs that a request goes through after the layers that it shares with documentation."""
_LAYER = re.compile(r"encoder\.layers\.(\d+)\.")


@dataclass(frozen=True)
class Place:
    """Where a parameter stands: the graph, the name of its tensor there, and whether it is turned."""

    graph: str
    tensor: str
    turned: bool = False


@dataclass(frozen=True)
class Restored:
    """A network without the layers that it shares with documentation, and where its parameters stand."""

    network: OpenNetwork
    places: dict[str, Place]


def restore_own(folder: Path) -> Restored:
    """The network of a bundle from the layer on that documentation does not go through. Raises BundleError, MissingExtraError without onnx."""
    try:
        places: dict[str, Place] = {}
        weights: dict[str, Tensor] = {}
        for graph in OWN:
            _read(folder, graph, weights, places)
        with np.load(folder / FOLDED) as folded:
            weights |= {name: torch.from_numpy(folded[name]) for name in folded.files}
        network = _network(weights, _heads(folder / "question.onnx"), _past_heads(folder / "step.onnx"))
        missing, unknown = network.load_state_dict(weights, strict=False)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise BundleError(f"the weights in {folder} cannot be read back ({type(error).__name__}: {str(error)[:120]}); install or export the base again") from error
    own = [name for name in missing if not _elsewhere(name, network.shared)]
    if unknown or own:
        raise BundleError(f"the weights in {folder} are of another network than this version's ({(unknown + own)[0]}); install or export the base again")
    return Restored(network, places)


def _elsewhere(name: str, shared: int) -> bool:
    """Whether a parameter belongs to what documentation goes through."""
    layer = _LAYER.match(name)
    return name.startswith(("side_", "row_norm", "kinds", "find", "encoder.words", "encoder.positions", "encoder.norm")) or (
        layer is not None and int(layer[1]) < shared
    )


def _network(weights: dict[str, Tensor], heads: int, decoder_heads: int) -> OpenNetwork:
    width = weights["places"].shape[1]
    numbers = sorted({int(match[1]) for name in weights if (match := _LAYER.match(name))})
    layers = 1 + max(int(match[1]) for name in weights if (match := re.match(r"layers\.(\d+)\.", name)))
    config = TrainConfig(
        decoder_layers=layers, decoder_heads=decoder_heads, decoder_inner=len(weights["layers.0.up.bias"]), max_steps=len(weights["places"]),
        shared_layers=numbers[0] if numbers else 0, dropout=0.1,
    )  # fmt: skip
    inner = len(weights[f"encoder.layers.{numbers[0]}.up.bias"]) if numbers else 1
    return OpenNetwork(Encoder(1, 1, width, 1 + max(numbers, default=-1), heads, inner), config)


def _read(folder: Path, name: str, weights: dict[str, Tensor], places: dict[str, Place]) -> None:
    """Adds parameters by name; a product's weights, which graphs do not name, by the bias that is added to it."""
    try:
        import onnx
    except ImportError:
        raise MissingExtraError("onnx", "train") from None
    model = (folder / f"{name}.onnx").read_bytes()
    found = initializers(model)
    graph = onnx.load_from_string(model).graph
    added = {one: other for node in graph.node if node.op_type == "Add" for one, other in (tuple(node.input), tuple(reversed(node.input)))}
    for node in graph.node:
        product = node.op_type == "MatMul" and node.input[1] in found
        if not product and node.op_type != "MatMulNBits":
            continue
        bias = added.get(node.output[0], "")
        own = re.sub(r"bias$", "weight", bias) if bias.endswith(".bias") else "network.mention.weight"
        tensor = node.input[1].removesuffix(QUANTISED)
        value = found[tensor].T if product else unpacked(found[tensor + QUANTISED], found[tensor + SCALES])
        weights[own.removeprefix("network.")] = torch.from_numpy(value.copy())
        places[own.removeprefix("network.")] = Place(name, tensor, product)
    for tensor, value in found.items():
        if tensor.startswith("network."):
            weights[tensor.removeprefix("network.")] = torch.from_numpy(value.copy())
            places[tensor.removeprefix("network.")] = Place(name, tensor)


def _heads(path: Path) -> int:
    """The heads of the encoder's attention, which stand in the shapes that states are cut to."""
    shapes = [value for value in initializers(path.read_bytes()).values() if value.dtype == np.int64 and value.shape == (4,)]
    return int(shapes[0][2]) if shapes else 1


def _past_heads(path: Path) -> int:
    import onnx

    past = next(given for given in onnx.load(str(path)).graph.input if given.name == "past_keys")
    return int(past.type.tensor_type.shape.dim[1].dim_value)
