"""Greedy decoding of language models under the conditional mask.

A second loop beside ``decode``, because that one is about pointers: its writer follows every symbol and asks types what may be pointed at. Here a symbol
is a token, several requests go side by side, and what a token may be hangs on the grammar alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from octocall.codecs.text import END
from octocall.decode import Decoded, Step
from octocall.token_mask import TokenMask

MAX_INSIDE = 256
"""A free text has at most this many tokens; then it is brought to its end."""
MAX_TOKENS = 2048
"""Without a mask a network may never stop."""


class TokenRuntime(Protocol):
    """A language model with its state kept outside: ids in, logits out. ``together`` says whether several prompts go faster side by side."""

    together: bool

    def keep(self, ids: Sequence[int]) -> None:
        """Reads what prompts have in common at their beginning, once for all of them."""

    def start(self, prompts: Sequence[Sequence[int]]) -> Any:
        """The state of prompts, which may be of different lengths."""

    def step(self, state: Any, tokens: Sequence[Sequence[int]]) -> tuple[NDArray[np.float32], Any]:
        """Logits [prompts, vocabulary] behind ``tokens``, which may be none for prompts that have ended, and the next state."""


@dataclass
class _Line:
    """A plan being written."""

    mask: TokenMask
    state: int = 0
    written: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    confidence: float = 1.0
    inside: int = 0
    valid: bool = True
    ended: bool = False

    def push(self, token: int) -> None:
        following = self.mask.advance(self.state, token)
        self.written.append(token)
        self.unread.append(token)
        if following is None:
            self.valid, self.ended = False, True
            return
        self.inside = self.inside + 1 if self.mask.inside(following) else 0
        self.state, self.ended = following, self.mask.vocab.names.get(token) == END

    def follow(self) -> None:
        """Writes what is forced."""
        while not self.ended and (run := self.mask.forced(self.state)):
            for token in run:
                self.push(token)

    def choose(self, logits: NDArray[np.float32], masked: bool) -> None:
        began = time.perf_counter()
        allowed = self.mask.allowed(self.state)
        if self.inside >= MAX_INSIDE and len(leaving := self.mask.leaving(self.state)):
            allowed = leaving
        candidates = allowed if masked else np.arange(len(logits))
        scores = logits[candidates].astype(np.float64)
        best = int(scores.argmax())
        token, probability = int(candidates[best]), float(1 / np.exp(scores - scores[best]).sum())
        self.steps.append(Step(self.mask.vocab.read([token]), len(allowed), probability, 1000 * (time.perf_counter() - began)))
        self.confidence *= probability
        self.push(token)
        if len(self.written) >= MAX_TOKENS and not masked and not self.ended:
            self.valid, self.ended = False, True


def generate(runtime: TokenRuntime, masks: Sequence[TokenMask], prompts: Sequence[Sequence[int]], *, masked: bool = True) -> list[Decoded]:
    """The most likely plan of each prompt, token by token; tokens that the grammar forces are read together with the next decision.

    Without ``masked`` the network's own choice, however wrong: a plan that leaves the grammar is not valid.
    """
    lines = [_Line(mask) for mask in masks]
    state = runtime.start(prompts)
    while True:
        for line in lines:
            if masked:
                line.follow()
        if all(line.ended for line in lines):
            return [Decoded(tuple(line.written), tuple(line.steps), line.confidence if line.valid else 0.0, line.valid) for line in lines]
        logits, state = runtime.step(state, [[] if line.ended else line.unread for line in lines])
        for row, line in zip(logits, lines, strict=True):
            if not line.ended:
                line.unread = []
                line.choose(row, masked)
