"""Functions beside the right one: similar ones that are not the same, and random ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
NEAREST, HARD = 5, 11
"""Ranks below NEAREST may be the same function once more; from there to HARD they are similar (Octopus v1 takes ranks 5 to 10)."""
_BLOCK = 2048
_DIMENSIONS = 512


def ranks(vectors: NDArray[np.float32], groups: NDArray[np.int32] | None = None, most: int = 24) -> NDArray[np.int32]:
    """For each row the ``most`` nearest other rows of its group by cosine, nearest first; -1 where there are fewer."""
    found = np.full((len(vectors), most), -1, np.int32)
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    for group in np.unique(groups) if groups is not None else [None]:
        rows = np.flatnonzero(groups == group) if groups is not None else np.arange(len(vectors))
        inside = np.ascontiguousarray(unit[rows])
        size = min(most, len(rows) - 1)
        for begin in range(0, len(rows) if size > 0 else 0, _BLOCK):
            near = inside[begin : begin + _BLOCK] @ inside.T
            near[np.arange(len(near)), np.arange(begin, begin + len(near))] = -np.inf
            best = np.argpartition(-near, size - 1, axis=1)[:, :size] if size < near.shape[1] else np.argsort(-near, axis=1)
            order = np.take_along_axis(-near, best, 1).argsort(axis=1, kind="stable")
            found[rows[begin : begin + len(near)], :size] = rows[np.take_along_axis(best, order, 1)]
    return found


def hashed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of the words in texts, rare ones counting more: a stand-in for a sentence encoder that needs no weights."""
    import re
    import zlib

    rows = [[word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 2] for text in texts]
    counts = np.zeros(_DIMENSIONS, np.float32)
    places = {word: zlib.crc32(word.encode()) for words in rows for word in words}
    for words in rows:
        for word in set(words):
            counts[places[word] % _DIMENSIONS] += 1
    weights = np.log((1 + len(rows)) / (1 + counts))
    vectors = np.zeros((len(rows), _DIMENSIONS), np.float32)
    for i, words in enumerate(rows):
        for at, word in enumerate(words):
            place = places[word]
            # what comes first says most; the sign keeps words of one place apart
            vectors[i, place % _DIMENSIONS] += (2.0 if at < 6 else 1.0) * (1 if place >> 16 & 1 else -1) * weights[place % _DIMENSIONS]
    return vectors


def similar(own: int, table: NDArray[np.int32], fits: Callable[[int], bool], count: int, rng: random.Random) -> list[int]:
    """``count`` of the similar functions that are not the same; ``fits`` refuses those that would serve as well."""
    hard = [int(row) for row in table[own, NEAREST:HARD] if row >= 0 and fits(int(row))]
    rest = [int(row) for row in table[own, HARD:] if row >= 0 and fits(int(row))]
    rng.shuffle(hard)
    return (hard + rest)[:count]


def easy(own: int, pool: Sequence[int], fits: Callable[[int], bool], count: int, rng: random.Random) -> list[int]:
    """``count`` random functions of the pool."""
    found: list[int] = []
    for _ in range(4 * count):
        row = pool[rng.randrange(len(pool))]
        if len(found) < count and row != own and row not in found and fits(row):
            found.append(row)
    return found
