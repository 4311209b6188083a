"""The conditional mask of language models: a grammar of bytes and functional tokens × the vocabulary of a tokenizer.

States of the grammar become the numbered states of an automaton over bytes, found as they are needed. Which tokens a state allows is found once, by
walking all tokens through the automaton side by side, and kept. Threads may share a mask.
"""

from __future__ import annotations

from functools import cache
from itertools import count
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from octocall.grammar import Grammar
from octocall.letters import INSIDE, groups
from octocall.vocab import TokenVocab

_UNKNOWN, _DEAD = -2, -1
_LONGEST_RUN = 400


class TokenMask:
    """States are small integers, 0 the first."""

    def __init__(self, grammar: Grammar, vocab: TokenVocab) -> None:
        self.vocab = vocab
        self._states: list[Grammar] = [grammar]
        self._numbers: dict[Grammar, int] = {grammar: 0}
        self._table = np.full((64, 256), _UNKNOWN, np.int32)
        self._marks: dict[int, dict[int, int]] = {}
        self._sets: dict[bytes, NDArray[np.int32]] = {}
        self._lock = RLock()
        self.allowed, self.advance, self.forced, self.leaving = cache(self._allowed), cache(self._advance), cache(self._forced), cache(self._leaving)

    def inside(self, state: int) -> bool:
        """Whether the state lies in a text that may go on without an end."""
        return self._states[state].label == INSIDE

    def final(self, state: int) -> bool:
        """Whether a plan may end here."""
        return self._states[state].final

    def _allowed(self, state: int) -> NDArray[np.int32]:
        """The ids that may come next."""
        with self._lock:
            vocab, row = self.vocab, self._row(state)
            spans = [np.arange(vocab.starts[byte], vocab.starts[byte + 1]) for byte in np.flatnonzero(row >= 0)]
            at = np.concatenate(spans) if spans else np.zeros(0, np.int64)
            states, found = np.full(len(at), state, np.int32), [np.array(list(self._marks[state]), np.int32)]
            for depth in range(len(vocab.bytes)):
                for present in np.flatnonzero(np.bincount(states, minlength=1)):
                    self._row(int(present))
                states = self._table[states, vocab.bytes[depth][at]]
                live = states >= 0
                ended = live & (vocab.lengths[at] == depth + 1)
                found.append(vocab.order[at[ended]])
                live &= ~ended
                at, states = at[live], states[live]
                if not len(at):
                    break
            ids = np.sort(np.concatenate(found))
            # texts of different parameters allow the same tokens: one array serves them all
            return self._sets.setdefault(ids.tobytes(), ids)

    def _advance(self, state: int, token: int) -> int | None:
        """The state after a token; None where it is not allowed."""
        with self._lock:
            if token in self.vocab.names:
                self._row(state)
                return self._marks[state].get(token)
            for byte in self.vocab.spelled.get(token, b"\xff"):
                state = int(self._row(state)[byte])
                if state == _DEAD:
                    return None
            return state

    def _forced(self, state: int) -> tuple[int, ...]:
        """The tokens that must come next, in order; empty where there is a decision to take.

        Of letters that are forced the last token is left to the network, as it may go on into what is not; before a functional token nothing is left.
        """
        only = self.allowed(state)
        return self._forced_letters(state) or ((int(only[0]),) if len(only) == 1 else ())

    def _forced_letters(self, state: int) -> tuple[int, ...]:
        found: list[int] = []
        with self._lock:
            while True:
                run, end, mark = self._run(state)
                try:
                    ids = self.vocab.encode(run.decode())
                except UnicodeDecodeError:
                    return tuple(found)  # it begins or ends within a character
                if mark is None:
                    return (*found, *ids[:-1])
                found += [*ids, mark]
                state = self._marks[end][mark]

    def _run(self, state: int) -> tuple[bytes, int, int | None]:
        """The letters that are forced, the state behind them, and the functional token that is forced there, if one is."""
        run = bytearray()
        while len(run) < _LONGEST_RUN:
            row = self._row(state)
            live = np.flatnonzero(row >= 0)
            if len(live) + len(self._marks[state]) != 1 or self.final(state):
                break
            if not len(live):
                return bytes(run), state, next(iter(self._marks[state]))
            run.append(int(live[0]))
            state = int(row[live[0]])
        return bytes(run), state, None

    def _leaving(self, state: int) -> NDArray[np.int32]:
        """Those of the allowed ids, of one byte each, that lead nearer to the end of the text that the state lies in."""
        with self._lock:
            row = self._row(state)
            nearer = {following for following in np.unique(row).tolist() if following >= 0 and self._distance(following) < self._distance(state)}
            return np.array([self.vocab.single[byte] for byte in range(256) if int(row[byte]) in nearer], np.int32)

    def _distance(self, state: int) -> int:
        """Fewest bytes from a state to one outside of its text."""
        known, front = {state}, [state]
        for steps in count():
            if any(not self.inside(at) for at in front):
                return steps
            assert front, "the grammar has no dead ends"
            following = {n for at in front for n in np.unique(self._row(at)).tolist() if n >= 0} | {n for at in front for n in self._marks[at].values()}
            front = list(following - known)
            known |= following
        raise AssertionError

    def _row(self, state: int) -> NDArray[np.int32]:
        """The next state by byte, _DEAD where there is none; the tokens among the symbols go to ``_marks``."""
        row: NDArray[np.int32] = self._table[state]
        if row[0] != _UNKNOWN:
            return row
        grammar, row, marks = self._states[state], np.full(256, _DEAD, np.int32), dict[int, int]()
        for group in groups(grammar):
            following = grammar.step(group[0])
            if following is None:
                continue
            number = self._number(following)
            for symbol in group:
                if isinstance(symbol, int):
                    row[symbol] = number
                else:
                    marks[self.vocab.ids[str(symbol)]] = number
        self._marks[state], self._table[state] = marks, row
        return row

    def _number(self, grammar: Grammar) -> int:
        if (number := self._numbers.get(grammar)) is None:
            number = self._numbers[grammar] = len(self._states)
            self._states.append(grammar)
            if number >= len(self._table):
                self._table = np.concatenate([self._table, np.full_like(self._table, _UNKNOWN)])
        return number
