"""What a tuning has made of a catalog: an adapter and rows on top of its base, and a runtime in torch for the parity check."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from octocall.base import ADAPTER, OWN, Base, write_functions
from octocall.codecs.spans import SpansCodec
from octocall.export.open_graphs import OpenStep, Question, Tables
from octocall.runtimes.open import Understood
from octocall.train.tuning import Tuned


def write_tuned(tuned: Tuned, codec: SpansCodec, base: Base, folder: Path) -> None:
    """Writes adapter and rows to ``folder``, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    tuned.cpu().eval().adapter().save(folder / ADAPTER)
    write_functions(folder, trained(tuned, codec, base))


def trained(tuned: Tuned, codec: SpansCodec, base: Base) -> list[Understood]:
    """The functions of the codec with the rows that a training has made of them."""
    ends = np.cumsum([len(signature.kinds) for signature in codec.signatures])
    rows = np.split(tuned.bound().rows, ends[:-1])
    return [Understood(own, base.understood(signature).answer) for own, signature in zip(rows, codec.signatures, strict=True)]


class TunedGraphs:
    """The tuned network itself, part by part."""

    def __init__(self, tuned: Tuned) -> None:
        network = tuned.cpu().eval().network
        self.parts = dict(zip(OWN, (Question(network), Tables(network), OpenStep(network)), strict=True))
        self.past = (len(network.blocks), network.heads, 0, network.encoder.width // network.heads)

    @torch.no_grad()
    def run(self, name: str, *given: NDArray[Any]) -> Sequence[NDArray[Any]]:
        """The outputs of a part."""
        found = self.parts[name](*(torch.from_numpy(np.ascontiguousarray(array)) for array in given))
        return [tensor.numpy() for tensor in (found if isinstance(found, tuple) else (found,))]
