"""Networks without weights, for tests and examples: one that follows a script, one that rolls dice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Scripted:
    """Says the decisions of ``script`` (symbol ids) one after another, each with probability near 1."""

    script: Sequence[int]
    symbols: int

    def start(self, ids: tuple[int, ...]) -> tuple[int, int]:
        return 0, self.symbols + 2 * len(ids)

    def step(self, state: tuple[int, int], symbol: int, label: int) -> tuple[NDArray[np.float32], tuple[int, int]]:
        place, size = state
        logits = np.full(size, -20.0, dtype=np.float32)
        logits[self.script[place]] = 20.0
        return logits, (place + 1, size)


@dataclass(frozen=True)
class Dice:
    """Random logits of a given seed: whatever it says, the mask must make a plan of it."""

    seed: int
    symbols: int
    spread: float = 5.0

    def start(self, ids: tuple[int, ...]) -> tuple[np.random.Generator, int]:
        return np.random.default_rng(self.seed), self.symbols + 2 * len(ids)

    def step(self, state: tuple[np.random.Generator, int], symbol: int, label: int) -> tuple[NDArray[np.float32], tuple[np.random.Generator, int]]:
        generator, size = state
        return generator.normal(0.0, self.spread, size).astype(np.float32), state
