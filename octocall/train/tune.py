"""From examples to the weights of a catalog on top of the base."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from octocall.base import Base, binding
from octocall.codecs.spans import SpansCodec
from octocall.data.example import Example
from octocall.errors import OctocallError
from octocall.mask import Mask
from octocall.runtimes.open import Binding, ask
from octocall.train.batches import encode
from octocall.train.config import TrainConfig
from octocall.train.restore import restore_own
from octocall.train.trainer import Trainer, write_record
from octocall.train.tuning import ReadRow, Tuned, Tuning


def read_rows(examples: Sequence[Example], codec: SpansCodec, base: Base, progress: Callable[[int, int], None] = lambda *_: None) -> list[ReadRow]:
    """Examples as decisions, their requests read by the base; those that cannot be written are left out."""
    mask = Mask(codec.grammar, codec.vocab)
    rows = []
    for i, example in enumerate(examples):
        try:
            row = encode(example, codec, mask)
        except OctocallError:
            continue
        encoded, question = ask(base.graphs, row.ids.tolist())
        rows.append(ReadRow(**vars(row), encoded=encoded[0].astype(np.float16), question=question))
        progress(i + 1, len(examples))
    return rows


def bound(codec: SpansCodec, base: Base) -> Binding:
    """What the base makes of the functions of a catalog, told by their documentation."""
    return binding(codec, [base.understood(signature) for signature in codec.signatures])


def tune(
    codec: SpansCodec, base: Base, train: Iterable[ReadRow], held_out: Iterable[ReadRow], config: TrainConfig, out: Path, report: Callable[[dict[str, Any]], None]
) -> tuple[Tuned, dict[str, Any]]:
    """Trains from the base's own weights; the network with its rows, and the run record."""
    given = bound(codec, base)
    network = restore_own(base.bundle.folder)
    config = replace(config, decoder_layers=len(network.layers), decoder_heads=network.heads, decoder_inner=network.blocks[0].up.out_features)
    tuned = Tuned(network, given)
    trainer = Trainer(tuned, Tuning(codec, given), config, out, {"base": base.bundle.digest})
    trainer.train(list(train), list(held_out), report)
    return tuned, write_record(trainer)
