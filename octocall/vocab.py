"""Output symbols and their ids: functional tokens, literals and marks, then pointers into the request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

BEGIN = "<begin>"
"""What the decoder reads before its first decision."""


@dataclass(frozen=True)
class Vocab:
    """The fixed symbols in id order. With a request of n word pieces, ids ``len(vocab) + i`` point
    at piece i as the first of a span and ``len(vocab) + n + i`` at piece i as the last."""

    symbols: tuple[str, ...]

    @classmethod
    def build(cls, symbols: Iterable[str]) -> Vocab:
        """A vocabulary of ``symbols`` in order, doubles dropped, BEGIN first."""
        return cls(tuple(dict.fromkeys((BEGIN, *symbols))))

    def __len__(self) -> int:
        return len(self.symbols)

    @cached_property
    def ids(self) -> dict[str, int]:
        return {symbol: i for i, symbol in enumerate(self.symbols)}
