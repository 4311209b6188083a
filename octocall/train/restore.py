"""The trained part of a base read back from its graphs, in eight bits or float32: what a tuning starts from."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import torch

from octocall.errors import BundleError, MissingExtraError
from octocall.train.config import TrainConfig
from octocall.train.open_network import OpenNetwork
from octocall.train.tuning import FROZEN, hollow

FOLDED = "folded.npz"
"""Parameters that the graphs keep under no name."""
_MIDDLE = 128
"""What stands for zero in eight bits."""


def restore_own(folder: Path) -> OpenNetwork:
    """The network of a bundle without its encoder. Raises BundleError, MissingExtraError without onnx."""
    try:
        tables, step = (_weights(folder / f"{name}.onnx") for name in ("tables", "step"))
        weights = {name.removeprefix("network."): value for name, value in (tables | step).items() if name.startswith("network.")}
        with np.load(folder / FOLDED) as folded:
            weights |= {name: torch.from_numpy(folded[name]) for name in folded.files}
        heads = _heads(folder / "step.onnx")
        layers = 1 + max(int(match[1]) for name in weights if (match := re.match(r"layers\.(\d+)\.", name)))
        config = TrainConfig(
            decoder_layers=layers, decoder_heads=heads, decoder_inner=len(weights["layers.0.up.bias"]), max_steps=len(weights["places"]), dropout=0.1
        )
        network = hollow(config, weights["places"].shape[1])
        missing, unknown = network.load_state_dict(weights, strict=False)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise BundleError(f"the weights in {folder} cannot be read back ({type(error).__name__}: {str(error)[:120]}); install or export the base again") from error
    own = [name for name in missing if not name.startswith((*FROZEN, "encoder."))]
    if unknown or own:
        raise BundleError(f"the weights in {folder} are of another network than this version's ({(unknown + own)[0]}); install or export the base again")
    return network


def _weights(path: Path) -> dict[str, torch.Tensor]:
    """Parameters by name; a product's weights, which graphs do not name, by the bias that is added to it."""
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError:
        raise MissingExtraError("onnx", "train") from None
    graph = onnx.load(str(path)).graph
    found = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    added = {name: other for node in graph.node if node.op_type == "Add" for name, other in (tuple(node.input), tuple(reversed(node.input)))}
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            packed, scales = found[node.input[1]], found[node.input[2]]
            weight = ((packed.float() - _MIDDLE) * scales.reshape(*packed.shape[:2], 1)).flatten(1)
        elif node.op_type == "MatMul" and node.input[1] in found:
            weight = found[node.input[1]].T
        else:
            continue
        bias = added.get(node.output[0], "")
        found[re.sub(r"bias$", "weight", bias) if bias.endswith(".bias") else "network.mention.weight"] = weight
    return found


def _heads(path: Path) -> int:
    import onnx

    past = next(given for given in onnx.load(str(path)).graph.input if given.name == "past_keys")
    return int(past.type.tensor_type.shape.dim[1].dim_value)
