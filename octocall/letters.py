"""Grammars over the bytes of UTF-8 text, for models that write values out letter by letter.

Symbols are integers from 0 to 255. Bytes and not characters, because a token of a byte-level tokenizer may hold a part of
a character.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Context, Decimal
from functools import lru_cache
from typing import TypeAlias

from octocall.grammar import EMPTY, Grammar, OneOf, Symbol, choice, literal, sequence, state

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Characters as ranges of code points, both ends included."""
ANY: Ranges = ((0, 0x10FFFF),)
SPACES: Ranges = tuple((code, code) for code in range(0x3001) if chr(code).isspace())
INSIDE = "<inside>"
"""The label of places where a text may go on without an end of its own: whoever decodes decides when it is long enough."""
_DIGITS = frozenset(b"0123456789")
_WHOLE, _DECIMALS = 20, 25
"""A number has at most this many digits before and after its point; that is enough for every bound that a float can be."""
_EXACT = Context(prec=100)
_SEARCHED = 20_000


def without(ranges: Ranges, taken: Ranges) -> Ranges:
    """The code points of ``ranges`` that are not in ``taken``."""
    found: list[tuple[int, int]] = []
    for low, high in ranges:
        for first, last in sorted(taken):
            if first <= high and last >= low:
                if low < first:
                    found.append((low, first - 1))
                low = last + 1
        if low <= high:
            found.append((low, high))
    return tuple(found)


def word(text: str) -> Grammar:
    """Exactly ``text``."""
    return sequence(*map(literal, text.encode()))


@lru_cache(maxsize=4096)
def character(ranges: Ranges) -> Grammar:
    """One character of ``ranges`` in well-formed UTF-8."""
    runs = [run for low, high in ranges for run in _runs(low, high)]
    single = frozenset(byte for run in runs if len(run) == 1 for byte in _span(run[0]))
    longer = [sequence(*(OneOf(frozenset(_span(part))) for part in run)) for run in runs if len(run) > 1]
    return choice(*([OneOf(single)] if single else []), *longer)


def _span(pair: tuple[int, int]) -> Iterable[int]:
    return range(pair[0], pair[1] + 1)


def _runs(low: int, high: int) -> Iterator[tuple[tuple[int, int], ...]]:
    """A range of code points as ranges of bytes: those of all its characters, one run after the other."""
    for limit in (0x7F, 0x7FF, 0xD7FF, 0xDFFF, 0xFFFF):
        if low <= limit < high:
            yield from _runs(low, limit)
            yield from _runs(limit + 1, high)
            return
    if 0xD800 <= low <= 0xDFFF:
        return  # surrogates are no characters
    for bits in (6, 12, 18):
        rest = (1 << bits) - 1
        if high > rest and low & ~rest != high & ~rest and (low & rest or high & rest != rest):
            cut = (low | rest) if low & rest else (high & ~rest) - 1
            yield from _runs(low, cut)
            yield from _runs(cut + 1, high)
            return
    yield tuple(zip(chr(low).encode(), chr(high).encode(), strict=True))


@state
class Numeral(Grammar):
    """A number in digits from ``least`` to ``most`` with at most ``decimals`` digits after the point; ``text`` is what was read of it."""

    least: Decimal
    most: Decimal
    decimals: int
    text: str = ""

    def allowed(self) -> frozenset[Symbol]:
        return frozenset(byte for byte in b"-.0123456789" if self._possible(self.text + chr(byte)))

    def step(self, symbol: Symbol) -> Grammar | None:
        assert isinstance(symbol, int)
        text = self.text + chr(symbol)
        return Numeral(self.least, self.most, self.decimals, text) if chr(symbol) in "-.0123456789" and self._possible(text) else None

    @property
    def final(self) -> bool:
        return self.text[-1:].isdigit() and self.least <= Decimal(self.text) <= self.most

    def _possible(self, text: str) -> bool:
        """Whether some number within the bounds begins with ``text``."""
        negative, digits = text.startswith("-"), text.removeprefix("-")
        least, most = (-self.most, -self.least) if negative else (self.least, self.most)
        if not digits:
            return most > 0
        whole, point, part = digits.partition(".")
        if not whole.isdigit() or len(whole) > _WHOLE or (whole[0] == "0" and len(whole) > 1) or (part and not part.isdigit()):
            return False
        if point:
            return len(part) <= self.decimals > 0 and _meet(Decimal(f"{whole}.{part or 0}"), Decimal(1).scaleb(-len(part)), self.decimals > len(part), least, most)
        more = range(_WHOLE - len(whole) + 1) if whole != "0" else range(1)
        step = Decimal(1)
        return any(_meet(int(whole) * step.scaleb(k), step.scaleb(k), k > 0 or self.decimals > 0, least, most) for k in more)


def _meet(low: Decimal, width: Decimal, wide: bool, least: Decimal, most: Decimal) -> bool:
    """Whether the numbers from ``low`` on, below ``low + width`` where they are ``wide``, reach into the bounds."""
    return low <= most and (least < _EXACT.add(low, width) if wide else least <= low)


def numeral(least: float, most: float, fractions: bool) -> Grammar:
    """A number within bounds, which may be infinite, in digits."""
    return Numeral(Decimal(repr(least)), Decimal(repr(most)), _DECIMALS if fractions else 0)


def digits(value: float) -> str:
    """A finite number as ``numeral`` reads it."""
    return format(Decimal(repr(value)).normalize(), "f")


@state
class Both(Grammar):
    """What two grammars accept alike. States from which no end can be reached are left out."""

    left: Grammar
    right: Grammar

    def allowed(self) -> frozenset[Symbol]:
        return frozenset(symbol for symbol in self.left.allowed() & self.right.allowed() if self.step(symbol) is not None)

    def classes(self) -> frozenset[frozenset[Symbol]]:
        return self.left.classes() | self.right.classes()

    def step(self, symbol: Symbol) -> Grammar | None:
        left, right = self.left.step(symbol), self.right.step(symbol)
        return both(left, right) if left is not None and right is not None else None

    @property
    def final(self) -> bool:
        return self.left.final and self.right.final

    @property
    def label(self) -> str | None:
        return INSIDE if INSIDE in (self.left.label, self.right.label) else None


def both(left: Grammar, right: Grammar) -> Grammar | None:
    """What both accept; None where that is nothing."""
    if left is EMPTY and right is EMPTY:
        return EMPTY
    found = Both(left, right)
    return found if _alive(found) else None


@lru_cache(maxsize=65536)
def _alive(given: Both) -> bool:
    """Whether an end can be reached."""
    known, todo = {given}, [given]
    for at in todo:
        if at.final:
            return True
        for symbol in representatives(at):
            left, right = at.left.step(symbol), at.right.step(symbol)
            if left is not None and right is not None and (following := Both(left, right)) not in known:
                known.add(following)
                todo.append(following)
        if len(todo) > _SEARCHED:
            return False
    return False


def representatives(grammar: Grammar) -> list[Symbol]:
    """One symbol for all that lead to the same state."""
    return [group[0] for group in groups(grammar)]


def groups(grammar: Grammar) -> list[list[Symbol]]:
    """The symbols of ``classes`` sorted into those that lead to the same state; some of them may lead nowhere."""
    found: dict[tuple[int, ...], list[Symbol]] = {}
    signs: dict[Symbol, list[int]] = {}
    for i, symbols in enumerate(grammar.classes()):
        for symbol in symbols:
            signs.setdefault(symbol, []).append(i)
    for symbol, sign in signs.items():
        found.setdefault(tuple(sign), []).append(symbol)
    return list(found.values())
