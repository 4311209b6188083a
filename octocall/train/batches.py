"""Examples as tensors: tokenised once, batched by length."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from octocall.codecs.spans import AFTER, SpansCodec
from octocall.data.example import Example
from octocall.errors import PlanError
from octocall.mask import Mask
from octocall.types import START, STOP
from octocall.vocab import BEGIN

IGNORE = -100
_EIGHT = 8
"""Kernels are made for each shape of a batch and kept: fewer shapes are faster (0.41 s a step of compiling in place of 0.50) and take a quarter less memory."""


@dataclass(frozen=True)
class Row:
    """One example: word pieces, and the decisions with what was decided before and where.

    Pointers are kept as (kind, piece) since their ids depend on the padded length.
    """

    ids: NDArray[np.int32]
    kinds: NDArray[np.int8]  # 0 fixed, 1 start, 2 stop
    values: NDArray[np.int32]
    labels: NDArray[np.int32]


def encode(example: Example, codec: SpansCodec, mask: Mask) -> Row:
    """The decisions of an example; forced symbols are left out. Raises PlanError where the codec does."""
    reading = codec.read(example.request)
    place, size, pieces = 0, len(codec.vocab), len(reading)
    decisions: list[tuple[int, int, int]] = []
    for symbol in codec.encode(example.plan, reading):
        row = mask.allowed(place)
        if symbol < size:
            kind, value, name = 0, symbol, codec.vocab.symbols[symbol]
        elif symbol < size + pieces:
            kind, value, name = 1, symbol - size, START
        else:
            kind, value, name = 2, symbol - size - pieces, STOP
        if row.forced is None:
            decisions.append((kind, value, codec.labels[row.label or AFTER]))
        following = mask.advance(place, name)
        if following is None:
            raise PlanError(f"{name} cannot be written in {example.plan}; a value that stands in the request, or a literal of its type, is expected")
        place = following
    kinds, values, labels = zip(*decisions, strict=True)
    return Row(np.array(reading.ids, np.int32), np.array(kinds, np.int8), np.array(values, np.int32), np.array(labels, np.int32))


@dataclass(frozen=True)
class Batch:
    """ids, mask [batch, length]; symbols, labels, targets [batch, steps]."""

    ids: Tensor
    mask: Tensor
    symbols: Tensor
    labels: Tensor
    targets: Tensor


def collate(rows: Sequence[Row], codec: SpansCodec) -> Batch:
    """Rows padded to the longest request and the longest plan, in eights."""
    length, steps = (-(-longest // _EIGHT) * _EIGHT for longest in (max(len(row.ids) for row in rows), max(len(row.kinds) for row in rows)))
    ids = np.zeros((len(rows), length), np.int64)
    mask = np.zeros((len(rows), length), bool)
    symbols = np.zeros((len(rows), steps), np.int64)
    labels = np.zeros((len(rows), steps), np.int64)
    targets = np.full((len(rows), steps), IGNORE, np.int64)
    offsets = np.array([0, len(codec.vocab), len(codec.vocab) + length])
    begin = codec.vocab.ids[BEGIN]
    for i, row in enumerate(rows):
        count, decided = len(row.kinds), row.values + offsets[row.kinds]
        ids[i, : len(row.ids)], mask[i, : len(row.ids)] = row.ids, True
        symbols[i, 0], symbols[i, 1:count] = begin, decided[:-1]
        labels[i, :count], targets[i, :count] = row.labels, decided
    return Batch(*map(torch.from_numpy, (ids, mask, symbols, labels, targets)))


def batches(rows: Sequence[Any], size: int, seed: int, epoch: int) -> Iterator[list[Any]]:
    """Shuffled batches of rows of like length, so that little is padding."""
    rng = random.Random(f"{seed}-{epoch}")
    order = list(range(len(rows)))
    rng.shuffle(order)
    window = size * 50
    groups: list[list[int]] = []
    for at in range(0, len(order), window):
        chunk = sorted(order[at : at + window], key=lambda i: (len(rows[i].ids), len(rows[i].kinds)))
        groups += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    rng.shuffle(groups)
    for group in groups:
        yield [rows[i] for i in group]
