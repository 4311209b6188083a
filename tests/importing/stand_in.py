"""A stand-in for the base: words hashed to vectors. Texts that share words are near each other."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from octocall.codecs.signature import Signature
from octocall.function import Function
from octocall.runtimes.open import Understood

WIDTH = 96


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """The sum of a fixed random vector per word, [n, 96]."""
    found = np.zeros((len(texts), WIDTH), np.float32)
    for row, text in zip(found, texts, strict=True):
        for word in re.findall(r"\w+", text.lower()) or ["nothing"]:
            row += _vector(word)
    return found


def understand(functions: Sequence[Function]) -> list[Understood]:
    """The vectors of a function's texts; it is found by the first."""
    found = [encode(Signature(function).texts) for function in functions]
    return [Understood(rows, rows[0]) for rows in found]


@cache
def _vector(word: str) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
    return np.random.default_rng(seed).standard_normal(WIDTH)


class Dies:
    """Understands, and the first process that has done so ``after`` times is killed without notice."""

    def __init__(self, marker: Path, after: int = 2) -> None:
        self.marker, self.after, self.done = marker, after, 0
        self.weights = bytes(1_000_000)  # real bases are not small

    def __call__(self, functions: Sequence[Function]) -> list[Understood]:
        self.done += 1
        time.sleep(0.05)
        if self.done > self.after:
            try:
                self.marker.touch(exist_ok=False)
                os.kill(os.getpid(), signal.SIGKILL)
            except FileExistsError:
                pass  # another one has died already
        return understand(functions)
