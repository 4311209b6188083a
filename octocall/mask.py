"""Conditional masking: grammar states × vocabulary, compiled lazily and memoised per state."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from octocall.grammar import Grammar
from octocall.types.base import START, STOP
from octocall.vocab import Vocab


@dataclass(frozen=True)
class Row:
    """What may come next in one state.

    ``allowed``: the ids of the fixed symbols; ``start`` / ``stop``: whether a span may begin / must
    end here; ``forced``: the one symbol that is possible, where there is only one and it needs no
    pointer; ``label``: the place in the grammar.
    """

    allowed: NDArray[np.int64]
    start: bool
    stop: bool
    forced: int | None
    label: Hashable
    final: bool


class Mask:
    """An automaton over the symbols of ``vocab`` that accepts what ``grammar`` accepts.

    States are small integers, 0 the first. They are found as they are needed: a state's row and its
    transitions are computed once. Threads may share a mask.
    """

    def __init__(self, grammar: Grammar, vocab: Vocab) -> None:
        self.vocab = vocab
        self._states: list[Grammar] = [grammar]
        self._numbers: dict[Grammar, int] = {grammar: 0}
        self._rows: dict[int, Row] = {}
        self._steps: dict[tuple[int, str], int | None] = {}
        self._lock = Lock()

    def allowed(self, state: int) -> Row:
        """The row of ``state``."""
        if (row := self._rows.get(state)) is None:
            row = self._rows[state] = self._row(self._states[state])
        return row

    def forced(self, state: int) -> int | None:
        """The id of the only possible next symbol, or None where there is a decision to take."""
        return self.allowed(state).forced

    def advance(self, state: int, symbol: str) -> int | None:
        """The state after ``symbol`` (a fixed symbol, START or STOP); None where it is not allowed."""
        key = (state, symbol)
        if key not in self._steps:
            following = self._states[state].step(symbol)
            self._steps[key] = None if following is None else self._number(following)
        return self._steps[key]

    def _number(self, grammar: Grammar) -> int:
        with self._lock:
            if grammar not in self._numbers:
                self._numbers[grammar] = len(self._states)
                self._states.append(grammar)
            return self._numbers[grammar]

    def _row(self, grammar: Grammar) -> Row:
        symbols = grammar.allowed()
        fixed = sorted(self.vocab.ids[str(symbol)] for symbol in symbols if symbol not in (START, STOP))
        forced = fixed[0] if len(symbols) == 1 and fixed else None
        return Row(np.array(fixed, dtype=np.int64), START in symbols, STOP in symbols, forced, grammar.label, grammar.final)
