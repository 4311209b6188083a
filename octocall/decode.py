"""The one generation loop: decoding under the conditional mask, the likeliest plan first.

Every decision is taken by ``runtime.step``; symbols that the grammar forces cost none. A typed
pointer is allowed only where the type can read something from there: this is asked of candidates
from the most likely down, so that a request pays for one or two parses instead of hundreds.
Where a network is unsure, a few ways to go on stay open, and the one whose plan is likelier up to here goes first.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from octocall.codecs.spans import AFTER, SpansCodec, symbol_name
from octocall.codecs.writer import END, Writer
from octocall.mask import Mask, Row
from octocall.reading import Reading
from octocall.types import START, STOP
from octocall.vocab import BEGIN

MAX_STEPS = 100_000
"""No grammar of ours allows as many symbols; a loop that ended nowhere would be an error of ours."""
BRANCHES = 3
"""So many symbols at most are tried at a decision. 1 is greedy decoding."""
_LEAST, _MOST = 0.02, 80
"""A symbol that is less likely than this is not tried beside the likeliest; after so many decisions without a plan that wins, greedy decoding has its say."""


class Runtime(Protocol):
    """A network with its state kept outside: ids in, logits out."""

    def start(self, ids: tuple[int, ...]) -> Any:
        """Encodes a request of n word pieces; returns the decoder's first state."""

    def step(self, state: Any, symbol: int, label: int) -> tuple[NDArray[np.float32], Any]:
        """Logits [symbols + 2 n] after ``symbol`` at the grammar place ``label``, and the next state."""


@dataclass(frozen=True)
class Step:
    """One decision: what was chosen among how many, how likely, in how many milliseconds."""

    symbol: str
    allowed: int
    probability: float
    milliseconds: float


@dataclass(frozen=True)
class Decoded:
    """The symbols of a plan with the decisions behind them. ``valid`` is False only without a mask."""

    symbols: tuple[int, ...]
    steps: tuple[Step, ...]
    confidence: float
    valid: bool = True


class _Pointing:
    """Which pointers are possible while a value is being filled."""

    def __init__(self, codec: SpansCodec, writer: Writer) -> None:
        self.codec, self.writer, self.reading = codec, writer, writer.reading

    def starts(self) -> list[int]:
        return [i for i in self.reading.first if i >= self.writer.floor]

    def stops(self, start: int) -> list[int]:
        return self.codec.stops(self.writer.type, self.reading, start)

    def possible(self, start: int, stop: int | None) -> bool:
        """Whether the type reads something from ``start`` (to ``stop``, where that is given)."""
        if stop is not None:
            return self.codec.part(self.writer, start, stop)
        return any(self.codec.part(self.writer, start, end) for end in self.stops(start))


@dataclass(frozen=True)
class _Branch:
    """A plan up to a decision. ``writer`` has written its symbols; None: they are still to be written."""

    state: Any
    previous: int
    place: int = 0
    symbols: tuple[int, ...] = ()
    steps: tuple[Step, ...] = ()
    probability: float = 1.0
    writer: Writer | None = None


def decode(
    runtime: Runtime, codec: SpansCodec, mask: Mask, reading: Reading, *, masked: bool = True, barred: frozenset[int] = frozenset(), branches: int = BRANCHES
) -> Decoded:  # fmt: skip
    """The symbols of the likeliest plan of those that are tried; none of ``barred`` where there is another.

    Without ``masked`` the network's own choice, however wrong.
    """
    end = codec.vocab.ids[END]
    ways = [(-1.0, 0, 0, _Branch(runtime.start(reading.ids), codec.vocab.ids[BEGIN]))]
    for made in range(MAX_STEPS):
        if branches > 1 and made == _MOST:
            return _greedy_or_better(decode(runtime, codec, mask, reading, masked=masked, barred=barred, branches=1), [way[-1] for way in ways], end)
        *_, branch = heapq.heappop(ways)
        if branch.symbols[-1:] != (end,):
            writer = branch.writer or _rewritten(codec, reading, branch.symbols)
            branch = _forced(branch, codec, mask, writer)
        if branch.symbols[-1:] == (end,):
            return Decoded(branch.symbols, branch.steps, branch.probability)
        row, began = mask.allowed(branch.place), time.perf_counter()
        logits, state = runtime.step(branch.state, branch.previous, codec.labels[row.label or AFTER])
        pointing = _Pointing(codec, writer)
        candidates = _candidates(row, pointing, len(codec.vocab), len(reading))
        if barred and not barred.isdisjoint(candidates.tolist()):
            candidates = candidates[~np.isin(candidates, list(barred))]
        # whether another call follows is no matter for the search: a plan that stops short is likelier than one that says more
        chosen = _choose(logits, candidates, pointing, row, 1 if row.label is None else branches) if masked else [_argmax(logits)]
        milliseconds = 1000 * (time.perf_counter() - began)
        for number, (symbol, probability) in enumerate(chosen):
            steps = (*branch.steps, Step(symbol_name(codec.vocab, reading, symbol), len(candidates), probability, milliseconds))
            following = mask.advance(branch.place, _grammar_symbol(codec, symbol, len(reading))) if masked or symbol in candidates else None
            if following is None:
                return Decoded(branch.symbols, steps, 0.0, valid=False)
            further = _Branch(state, symbol, following, (*branch.symbols, symbol), steps, branch.probability * probability, None if number else writer)
            heapq.heappush(ways, (-further.probability, made, number, further))
        writer.push(chosen[0][0])
    raise AssertionError("the grammar is bounded and decoding stops")


def _greedy_or_better(greedy: Decoded, ways: Sequence[_Branch], end: int) -> Decoded:
    """What is left where nothing has won in time: the greedy plan, or a likelier one that was finished on the way."""
    finished = [Decoded(way.symbols, way.steps, way.probability) for way in ways if way.symbols[-1:] == (end,)]
    return max([greedy, *finished], key=lambda decoded: decoded.confidence)


def _rewritten(codec: SpansCodec, reading: Reading, symbols: Sequence[int]) -> Writer:
    writer = codec.writer(reading)
    for symbol in symbols:
        writer.push(symbol)
    return writer


def _forced(branch: _Branch, codec: SpansCodec, mask: Mask, writer: Writer) -> _Branch:
    """The branch behind the symbols that the grammar forces, up to a decision or to the end."""
    place, symbols = branch.place, branch.symbols
    while not (symbols and symbols[-1] == codec.vocab.ids[END]) and (symbol := mask.allowed(place).forced) is not None:
        following = mask.advance(place, codec.vocab.symbols[symbol])
        assert following is not None
        place, symbols = following, (*symbols, symbol)
        writer.push(symbol)
    return replace(branch, place=place, symbols=symbols)


def _grammar_symbol(codec: SpansCodec, symbol: int, pieces: int) -> str:
    if symbol < len(codec.vocab):
        return codec.vocab.symbols[symbol]
    return START if symbol < len(codec.vocab) + pieces else STOP


def _candidates(row: Row, pointing: _Pointing, size: int, pieces: int) -> NDArray[np.int64]:
    """The ids that the grammar and the direction of pointers allow."""
    if row.stop:
        assert pointing.writer.start is not None
        return np.array(pointing.stops(pointing.writer.start), dtype=np.int64) + size + pieces
    if row.start:
        return np.concatenate([row.allowed, np.array(pointing.starts(), dtype=np.int64) + size])
    return row.allowed


def _choose(logits: NDArray[np.float32], candidates: NDArray[np.int64], pointing: _Pointing, row: Row, many: int) -> list[tuple[int, float]]:
    """The likeliest candidate that its type can read, and up to ``many`` in all that are likely enough; with their probabilities among those not ruled out.

    Words that were pointed at and cannot be read ("brightness 15" of 10) rule out the literals below
    them: another value is not put in their place.
    """
    scores = logits[candidates].astype(np.float64)
    order = np.argsort(-scores, kind="stable")
    size, pieces = len(pointing.codec.vocab), len(pointing.reading)
    chosen, barred, best, whole = list[tuple[int, float]](), set[int](), 0.0, 1.0
    for at, which in enumerate(order):
        symbol = int(candidates[which])
        if chosen and scores[which] < best + math.log(_LEAST * whole):
            break
        if (row.start or row.stop) and (symbol in barred or not _readable(symbol, pointing, size, pieces)):
            barred = barred or {pointing.codec.vocab.ids[text] for text in pointing.writer.type.literals}
            continue
        if not chosen:
            best = scores[which]
            whole = float(np.exp(scores[order[at:]] - best).sum())
        chosen.append((symbol, math.exp(scores[which] - best) / whole))
        if len(chosen) == many:
            break
    return chosen


def _readable(symbol: int, pointing: _Pointing, size: int, pieces: int) -> bool:
    """Whether a symbol is fixed, or a pointer from which the type reads something; one of them always is."""
    if symbol < size:
        return True
    if symbol < size + pieces:
        return pointing.possible(symbol - size, None)
    assert pointing.writer.start is not None
    return pointing.possible(pointing.writer.start, symbol - size - pieces)


def _argmax(logits: NDArray[np.float32]) -> tuple[int, float]:
    symbol = int(logits.argmax())
    return symbol, float(1 / np.exp(logits.astype(np.float64) - logits[symbol]).sum())
