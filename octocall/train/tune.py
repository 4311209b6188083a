"""From examples to the weights of a catalog on top of the base."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from octocall.base import ADAPTER, TRUST, Base, binding, read_functions
from octocall.bundle import Bundle
from octocall.codecs.spans import SpansCodec
from octocall.data.example import Example
from octocall.errors import OctocallError
from octocall.mask import Mask
from octocall.runtimes.common.adapter import Adapter
from octocall.runtimes.open import Binding
from octocall.train.batches import encode
from octocall.train.config import TrainConfig
from octocall.train.restore import restore_own
from octocall.train.trainer import Report, Trainer, write_record
from octocall.train.tuning import ReadRow, Tuned, Tuning


def read_rows(examples: Sequence[Example], codec: SpansCodec, base: Base, progress: Callable[[int, int], None] = lambda *_: None) -> list[tuple[Example, ReadRow]]:
    """Examples with their decisions, their requests read by the base; those that cannot be written are left out."""
    mask = Mask(codec.grammar, codec.vocab)
    rows = []
    for i, example in enumerate(examples):
        try:
            row = encode(example, codec, mask)
        except OctocallError:
            continue
        (states,) = base.graphs.run("stem", row.ids[None].astype(np.int64))
        rows.append((example, ReadRow(**vars(row), states=states[0].astype(np.float16))))
        progress(i + 1, len(examples))
    return rows


def bound(codec: SpansCodec, base: Base) -> Binding:
    """What the base makes of the functions of a catalog, told by their documentation."""
    return binding(codec, [base.understood(signature) for signature in codec.signatures], TRUST)


def tune(
    tuned: Tuned,
    codec: SpansCodec,
    train: Sequence[ReadRow],
    held_out: Sequence[ReadRow],
    config: TrainConfig,
    out: Path,
    report: Report,
    sources: Mapping[str, str],
    weight: float = 1.0,
) -> dict[str, Any]:
    """Trains ``tuned`` in place, from the checkpoint in ``out`` where there is one of the same ``sources``; the run record. ``weight``: of functional tokens."""
    network = tuned.network
    config = replace(config, decoder_layers=len(network.layers), decoder_heads=network.heads)
    trainer = Trainer(tuned, Tuning(codec, tuned.binding, weight), config, out, sources)
    trainer.train(train, held_out, report)
    return write_record(trainer)


def untrained(codec: SpansCodec, base: Base, seed: int = 0, adapted: bool = True) -> Tuned:
    """The base's own weights with the rows that it makes of the documentation; ``seed`` is of the adapters and of the dropout that follows."""
    torch.manual_seed(seed)
    return Tuned(restore_own(base.bundle.folder), bound(codec, base), adapted)


def with_more(bundle: Bundle, codec: SpansCodec, base: Base, seed: int = 0) -> tuple[Tuned, int]:
    """The network of a bundle with rows for the functions that ``codec`` has beside its own, and the number of the first of those rows."""
    torch.manual_seed(seed)
    known = read_functions(bundle.folder, bundle.codec)
    fresh = [base.understood(signature) for signature in codec.signatures[len(known) :]]
    tuned = Tuned(restore_own(base.bundle.folder), binding(codec, [*known, *fresh], float(bundle.settings.get("trust", 0.0))))
    tuned.adopt(Adapter.load(bundle.folder / ADAPTER))
    return tuned, sum(len(one.rows) for one in known)
