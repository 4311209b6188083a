"""Requests out of the words of several: what one says before, between or behind its values, around the values of another that asks for the same.

Twenty phrasings of a function are learned by heart in no time; what they say in their first words then decides what their last ones should. Crossed with each
other they are hundreds, and each half has to speak for itself.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from octocall.data.functionbook import Wish
from octocall.data.noise import Piece

SHARE, _FURTHER = 0.35, 0.3
"""So many variants are crossed; so often a further stretch of words comes from yet another request."""


@dataclass(frozen=True)
class Crossing:
    """Requests that may take words from each other: of one function, with values of the same parameters in the same order, and the same implied."""

    wishes: Sequence[Wish]

    @cached_property
    def _alike(self) -> dict[Any, list[Wish]]:
        found: dict[Any, list[Wish]] = defaultdict(list)
        for wish in self.wishes:
            found[_key(wish)].append(wish)
        return found

    def cross(self, wish: Wish, rng: random.Random) -> Wish:
        """``wish``, or about a third of the time one that says a stretch of its words as another does."""
        if len(wish.calls) != 1 or wish.means or rng.random() >= SHARE:
            return wish
        words, slots = _cut(wish)
        others = self._alike.get(_key(wish), [])
        if len(others) < 2 or not slots:
            return wish
        first = rng.randrange(len(words))
        for at in range(len(words)):
            if at == first or (len(words) > 2 and rng.random() < _FURTHER):
                words[at] = _cut(rng.choice(others))[0][at]
        if not all(words[1:-1]):
            return wish  # values would touch each other
        pieces = [piece for text, slot in zip(words, [*slots, None], strict=True) for piece in (Piece(text) if text else None, slot) if piece is not None]
        return replace(wish, pieces=tuple(pieces))


def _cut(wish: Wish) -> tuple[list[str], list[Piece]]:
    """The words before, between and behind the values, and the values."""
    words, slots = [""], list[Piece]()
    for piece in wish.pieces:
        if piece.slot:
            slots.append(piece)
            words.append("")
        else:
            words[-1] += piece.text
    return words, slots


def _key(wish: Wish) -> Any:
    return wish.calls, tuple(piece.slot for piece in wish.pieces if piece.slot), frozenset(wish.implied)
