"""The one generation loop: greedy decoding under the conditional mask.

Every decision is taken by ``runtime.step``; symbols that the grammar forces cost none. A typed
pointer is allowed only where the type can read something from there: this is asked of candidates
from the most likely down, so that a request pays for one or two parses instead of hundreds.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
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


def decode(
    runtime: Runtime, codec: SpansCodec, mask: Mask, reading: Reading, *, masked: bool = True, barred: frozenset[int] = frozenset()
) -> Decoded:  # fmt: skip
    """The most likely symbols, one by one, none of ``barred`` where there is another; without ``masked`` the network's own choice, however wrong."""
    writer, pointing_size = codec.writer(reading), len(reading)
    pointing = _Pointing(codec, writer)
    state: Any = runtime.start(reading.ids)
    place, previous = 0, codec.vocab.ids[BEGIN]
    symbols: list[int] = []
    steps: list[Step] = []
    confidence = 1.0
    for _ in range(MAX_STEPS):
        row = mask.allowed(place)
        if row.forced is not None:
            symbol = row.forced
        else:
            began = time.perf_counter()
            logits, state = runtime.step(state, previous, codec.labels[row.label or AFTER])
            candidates = _candidates(row, pointing, len(codec.vocab), pointing_size)
            if barred and not barred.isdisjoint(candidates.tolist()):
                candidates = candidates[~np.isin(candidates, list(barred))]
            symbol, probability = _choose(logits, candidates, pointing, row) if masked else _argmax(logits)
            steps.append(Step(symbol_name(codec.vocab, reading, symbol), len(candidates), probability, 1000 * (time.perf_counter() - began)))
            if not masked and symbol not in candidates:
                return Decoded(tuple(symbols), tuple(steps), 0.0, valid=False)
            confidence *= probability
            previous = symbol
        following = mask.advance(place, _grammar_symbol(codec, symbol, pointing_size))
        if following is None:
            return Decoded(tuple(symbols), tuple(steps), 0.0, valid=False)
        symbols.append(symbol)
        writer.push(symbol)
        if codec.vocab.ids[END] == symbol:
            return Decoded(tuple(symbols), tuple(steps), confidence)
        place = following
    raise AssertionError("the grammar is bounded and decoding stops")


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


def _choose(logits: NDArray[np.float32], candidates: NDArray[np.int64], pointing: _Pointing, row: Row) -> tuple[int, float]:
    """The likeliest candidate that its type can read, and its probability among those not ruled out.

    Words that were pointed at and cannot be read ("brightness 15" of 10) rule out the literals below
    them: another value is not put in their place.
    """
    scores = logits[candidates].astype(np.float64)
    order = np.argsort(-scores, kind="stable")
    size, pieces = len(pointing.codec.vocab), len(pointing.reading)
    at, barred = 0, set[int]()
    while (row.start or row.stop) and (int(candidates[order[at]]) in barred or not _readable(int(candidates[order[at]]), pointing, size, pieces)):
        barred = {pointing.codec.vocab.ids[text] for text in pointing.writer.type.literals}
        at += 1
    kept = scores[order[at:]]
    return int(candidates[order[at]]), float(1 / np.exp(kept - kept[0]).sum())


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
