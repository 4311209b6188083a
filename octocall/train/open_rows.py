"""Rows for the open network: examples as decisions that name functions and literals, and batches with sampled candidates."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import tokenizers
import torch
from numpy.typing import NDArray

from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.signature import Signature, pieces_of, shares_of
from octocall.codecs.spans import AFTER, CALL, SpansCodec
from octocall.codecs.writer import AND, DEFAULT, END
from octocall.data.example import Example
from octocall.errors import OctocallError
from octocall.function import Function
from octocall.mask import Mask
from octocall.runtimes.open import mentions, said
from octocall.train.batches import IGNORE
from octocall.train.open_network import CORE, PLACES, OpenBatch
from octocall.types import ABSENT, MISSING, NEXT, OPEN, START, STOP
from octocall.vocab import BEGIN

MARKS = {mark: i for i, mark in enumerate((BEGIN, AND, END, DEFAULT, MISSING, NEXT, OPEN, ABSENT, IRRELEVANT))}
MOST_ROWS = 64
"""A training row has no candidate with more rows than this; at work, rows beyond go in groups of their own."""
_MARK, _CALL, _LITERAL, _START, _STOP = range(5)
NOTHING = Function(IRRELEVANT, "Nothing here fits.")


@dataclass(frozen=True)
class OpenRow:
    """One example. ``kinds`` and ``values``: a mark, one of ``gold``, one of ``literals``, or a piece as the first
    or the last of a span. ``labels``: -1 choosing, -2 going on, else 256 × the number of the gold function + the place's row."""

    ids: NDArray[np.int32]
    kinds: NDArray[np.int8]
    values: NDArray[np.int32]
    labels: NDArray[np.int32]
    gold: tuple[int, ...]
    near: tuple[int, ...]
    literals: tuple[str, ...]


class OpenEncoder:
    """Examples to rows; functions are numbered by their table."""

    def __init__(self, functions: Mapping[str, Function], tokenizer: tokenizers.Tokenizer) -> None:
        self.numbers = {name: i for i, name in enumerate(functions)}
        self.functions, self.tokenizer = functions, tokenizer
        self._codec = lru_cache(4096)(self._make_codec)

    def _make_codec(self, ids: tuple[str, ...]) -> tuple[SpansCodec, Mask]:
        codec = SpansCodec(Catalog((*(self.functions[name] for name in ids), NOTHING)), self.tokenizer)
        return codec, Mask(codec.grammar, codec.vocab)

    def rows(self, examples: Iterable[Example]) -> Iterator[OpenRow]:
        """The rows of those examples that can be written; an example without candidates is skipped."""
        for example in examples:
            try:
                yield self.row(example)
            except OctocallError:
                continue

    def row(self, example: Example) -> OpenRow:
        """Raises PlanError and RequestError where the codec does."""
        names = {self.functions[name].name: name for name in example.candidates}
        called = dict.fromkeys(names[call.name] for outer in example.plan.calls for call in outer.walk() if call.name != IRRELEVANT)
        gold = tuple(called)
        codec, mask = self._codec(gold)
        reading = codec.read(example.request)
        size, pieces = len(codec.vocab), len(reading)
        tokens = {token: i for i, token in enumerate(codec.catalog.tokens)}
        places = {number: label for label, number in codec.labels.items()}
        literals: dict[str, int] = {}
        decisions: list[tuple[int, int, int]] = []
        place = 0
        for symbol in codec.encode(codec.catalog.check(example.plan), reading):
            row = mask.allowed(place)
            if symbol >= size + pieces:
                kind, value, name = _STOP, symbol - size - pieces, STOP
            elif symbol >= size:
                kind, value, name = _START, symbol - size, START
            else:
                name = codec.vocab.symbols[symbol]
                if name in MARKS:
                    kind, value = _MARK, MARKS[name]
                elif name in tokens:
                    kind, value = (_CALL, tokens[name]) if tokens[name] < len(gold) else (_MARK, MARKS[IRRELEVANT])
                else:
                    kind, value = _LITERAL, literals.setdefault(name, len(literals))
            # without candidates there is nothing to choose from, but at work there is
            if row.forced is None or row.label == CALL:
                decisions.append((kind, value, self._label(places[codec.labels[row.label or AFTER]], codec)))
            following = mask.advance(place, name)
            assert following is not None
            place = following
        kinds, values, labels = zip(*decisions, strict=True)
        near = tuple(self.numbers[name] for name in example.candidates if name not in called)
        return OpenRow(
            np.array(reading.ids, np.int32), np.array(kinds, np.int8), np.array(values, np.int32), np.array(labels, np.int32),
            tuple(self.numbers[name] for name in gold), near, tuple(literals),
        )  # fmt: skip

    @staticmethod
    def _label(label: object, codec: SpansCodec) -> int:
        if label in (CALL, AFTER):
            return -1 if label == CALL else -2
        names: tuple[str, ...] = label  # type: ignore[assignment]
        at = next(i for i, function in enumerate(codec.catalog) if function.name == names[0])
        return 256 * at + codec.signatures[at].rows[names[1:]]


class Candidates:
    """Makes batches: samples candidates for each row and gathers their documentation."""

    def __init__(self, functions: Sequence[Function], numbers: Mapping[str, int], vectors: NDArray[np.float16], tokenizer: tokenizers.Tokenizer) -> None:
        signatures = [Signature(function) for function in functions]
        self.rows = [np.array([numbers[text] for text in s.texts[:MOST_ROWS]], np.int64) for s in signatures]
        self.kinds = [np.array(s.kinds[:MOST_ROWS], np.int64) for s in signatures]
        self.literals = [{text: row for text in s.literals if (row := s.rows[text]) < MOST_ROWS} for s in signatures]
        self.names = [function.name for function in functions]
        self.places = [1 + len(s.places) for s in signatures]
        shares = iter(shares_of(tokenizer, signatures))
        self.shares: list[list[Mapping[int, float]]] = [[next(shares) for _ in s.places] for s in signatures]
        self.vectors = vectors
        symbols = list(dict.fromkeys((*self.names, *(text for texts in self.literals for text in texts))))
        self.pieces = dict(zip(symbols, pieces_of(tokenizer, symbols), strict=True))

    def fits(self, row: OpenRow) -> bool:
        """Whether all that a row needs is among the rows that are kept."""
        labels = [int(label) for label in row.labels if label >= 0]
        known = {text for number in row.gold for text in self.literals[number]}
        return all(label % 256 < MOST_ROWS for label in labels) and known.issuperset(row.literals)

    def choose(self, rows: Sequence[OpenRow], rng: random.Random, hardness: float) -> list[tuple[list[int], bool]]:
        """The candidates of each row of a batch, and whether the right ones were taken away."""
        common = [number for row in rows for number in row.gold]
        chosen = []
        for row in rows:
            away = bool(row.gold) and rng.random() < 0.1
            wanted = max(1, rng.choices((1, 2, 3, 4, 5, 7, 10), (14, 14, 14, 18, 18, 14, 8))[0] - (0 if away else len(row.gold)))
            near = [n for n in row.near if rng.random() < 0.3 + 0.7 * hardness]
            rng.shuffle(near)
            if away:
                near = near[:1]  # others of the group may do as well
            others = [n for n in rng.sample(common, min(len(common), 2 * wanted)) if not self._alike(n, row.gold, 0.6 if away else 0.75)]
            numbers = ([] if away else list(row.gold)) + (near[:wanted] + others)[:wanted]
            taken: dict[str, int] = {}
            for number in numbers:
                if not (away and number in row.gold):
                    taken.setdefault(self.names[number], number)
            found = list(taken.values())
            rng.shuffle(found)
            chosen.append((found, away))
        return chosen

    def _alike(self, number: int, gold: Sequence[int], most: float) -> bool:
        """Whether a function is documented so much like a right one that it may do as well."""
        own = self.vectors[self.rows[number][0]].astype(np.float32)
        return any(float(own @ self.vectors[self.rows[g][0]].astype(np.float32)) > most for g in gold)

    def batch(self, rows: Sequence[OpenRow], rng: random.Random, hardness: float = 1.0) -> OpenBatch:
        """Tensors of a batch."""
        chosen = self.choose(rows, rng, hardness)
        used = list(dict.fromkeys(n for found, _ in chosen for n in found)) or [0]
        counts = [len(self.rows[number]) for number in used]
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        place = dict(zip(used, first.tolist(), strict=True))
        rows_of = np.concatenate([self.rows[number] for number in used])
        gathered, kinds = self.vectors[rows_of].astype(np.float32), np.concatenate([self.kinds[number] for number in used])
        owner = np.repeat(first, counts)
        plans = [self._plan(row, found, away, place) for row, (found, away) in zip(rows, chosen, strict=True)]
        bank = rng.sample(range(len(self.rows)), min(512, len(self.rows)))
        numbers = {number: i for i, number in enumerate(used)}
        wanted = [numbers[row.gold[0]] if row.gold and row.gold[0] in place and not away else IGNORE for row, (_, away) in zip(rows, chosen, strict=True)]
        found = np.concatenate([gathered[first], self.vectors[[self.rows[n][0] for n in bank]].astype(np.float32)])
        return _tensors(rows, plans, (gathered, kinds, owner), found, wanted)

    def _plan(self, row: OpenRow, found: Sequence[int], away: bool, place: Mapping[int, int]) -> _Plan:
        symbols = [(place[n], True) for n in found]
        literals: dict[str, int] = {}
        for number in found:
            for text, at in self.literals[number].items():
                if text not in literals:
                    literals[text] = len(symbols)
                    symbols.append((place[number] + at, False))
        memory = [place[n] + i for n in found for i in range(min(self.places[n], MOST_ROWS))]
        spoken = said([self.pieces[name] for name in (*(self.names[n] for n in found), *literals)], row.ids.tolist())
        if away:
            return _Plan(symbols, spoken, memory, [(_MARK, MARKS[IRRELEVANT], 0)], mentions([{}], row.ids.tolist()))
        order = {number: i for i, number in enumerate(found)}
        told = mentions([self.shares[row.gold[label // 256]][label % 256 - 1] if label >= 0 else {} for label in row.labels.tolist()], row.ids.tolist())
        decisions = []
        for kind, value, label in zip(row.kinds.tolist(), row.values.tolist(), row.labels.tolist(), strict=True):
            at = -1 - label if label < 0 else PLACES + place[row.gold[label // 256]] + label % 256
            if kind == _CALL:
                value = CORE + order[row.gold[value]]
            elif kind == _LITERAL:
                kind, value = _CALL, CORE + literals[row.literals[value]]
            decisions.append((kind, value, at))
        return _Plan(symbols, spoken, memory, decisions, told)


@dataclass(frozen=True)
class _Plan:
    """Symbols as (row, whether a function), how much of each is said, rows of the memory, decisions as (kind, value, label), and where the place of
    each decision is mentioned [3, decisions, length]."""

    symbols: list[tuple[int, bool]]
    said: NDArray[np.float32]
    memory: list[int]
    decisions: list[tuple[int, int, int]]
    told: NDArray[np.float32]


def _tensors(rows: Sequence[OpenRow], plans: Sequence[_Plan], documents: tuple[NDArray[Any], ...], bank: NDArray[np.float32], wanted: Sequence[int]) -> OpenBatch:
    batch, length = len(rows), max(len(row.ids) for row in rows)
    dynamic, steps = max(len(plan.symbols) for plan in plans), max(len(plan.decisions) for plan in plans)
    ids, mask = np.zeros((batch, length), np.int64), np.zeros((batch, length), bool)
    symbols, functions, spoken = np.full((batch, dynamic), -1, np.int64), *np.zeros((2, batch, dynamic), np.float32)
    memory = np.full((batch, max(1, *(len(plan.memory) for plan in plans))), -1, np.int64)
    previous, labels, targets = np.zeros((batch, steps), np.int64), np.zeros((batch, steps), np.int64), np.full((batch, steps), IGNORE, np.int64)
    told = np.zeros((3, batch, steps, length), np.float32)
    offsets = {_MARK: 0, _CALL: 0, _START: CORE + dynamic, _STOP: CORE + dynamic + length}
    for i, (row, plan) in enumerate(zip(rows, plans, strict=True)):
        ids[i, : len(row.ids)], mask[i, : len(row.ids)] = row.ids, True
        symbols[i, : len(plan.symbols)] = [at for at, _ in plan.symbols]
        functions[i, : len(plan.symbols)] = [is_function for _, is_function in plan.symbols]
        spoken[i, : len(plan.symbols)] = plan.said
        memory[i, : len(plan.memory)] = plan.memory
        decided = [value + offsets[kind] for kind, value, _ in plan.decisions]
        previous[i, 1 : len(decided)], targets[i, : len(decided)] = decided[:-1], decided
        told[:, i, : len(decided), : len(row.ids)] = plan.told
        labels[i, : len(decided)] = [label for _, _, label in plan.decisions]
    arrays = (ids, mask, *documents, symbols, functions, spoken, memory, previous, labels, targets, told, bank, np.array(wanted, np.int64))
    return OpenBatch(*map(torch.from_numpy, arrays))
