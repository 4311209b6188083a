"""A request as the network sees it: word pieces that know where they stand in the text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from octocall.call import Request, Spans


@dataclass(frozen=True)
class Reading:
    """A request as the encoder sees it: word pieces (with the two special ones) and their offsets.

    ``words`` numbers the word of each piece, -1 for special pieces. Digits and what is none in one ("5cm",
    "v2", "45°", "£20") are words of their own where the pieces part them.
    """

    request: Request
    ids: tuple[int, ...]
    offsets: Spans
    words: tuple[int, ...]
    now: datetime

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def first(self) -> tuple[int, ...]:
        """Pieces that begin a word."""
        return tuple(i for i in range(1, len(self) - 1) if self._parted(i))

    @cached_property
    def last(self) -> tuple[int, ...]:
        """Pieces that end a word."""
        return tuple(i for i in range(1, len(self) - 1) if self._parted(i + 1))

    def _parted(self, piece: int) -> bool:
        """Whether a word ends before ``piece``."""
        if self.words[piece] != self.words[piece - 1]:
            return True
        before, after = self.request.text[self.offsets[piece - 1][1] - 1], self.request.text[self.offsets[piece][0]]
        return _numeral(before) != _numeral(after)

    def text(self, start: int, stop: int) -> str:
        """The original characters from piece ``start`` to piece ``stop``, both included."""
        return self.request.text[self.offsets[start][0] : self.offsets[stop][1]]

    def pieces(self, begin: int, end: int) -> tuple[int, int] | None:
        """First and last piece of a character range, or None where it cuts a word."""
        start = next((i for i in self.first if self.offsets[i][0] == begin), None)
        stop = next((i for i in self.last if self.offsets[i][1] == end), None)
        return (start, stop) if start is not None and stop is not None and start <= stop else None


def _numeral(letter: str) -> bool:
    return letter.isdigit() or letter in "½¼¾"
