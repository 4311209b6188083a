"""What a tuning has made of a catalog: an adapter and rows on top of its base, and a runtime in torch for the parity check."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from octocall.base import ADAPTER, OWN, ROWS, Base
from octocall.codecs.spans import SpansCodec
from octocall.export.open_graphs import OpenStep, Question, Tables
from octocall.train.tuning import Tuned


def write_tuned(tuned: Tuned, codec: SpansCodec, base: Base, folder: Path) -> None:
    """Writes adapter and rows to ``folder``, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    tuned.cpu().eval().adapter().save(folder / ADAPTER)
    answers = np.stack([base.understood(signature).answer for signature in codec.signatures])
    np.savez_compressed(folder / ROWS, rows=tuned.rows.detach().numpy().astype(np.float16), answers=answers.astype(np.float16))


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
