"""Grammars as values: an immutable, hashable state that is stepped with one symbol at a time.

A state answers three questions: which symbols may come next (``allowed``), what is left after one
of them (``step``), and whether it may stop here (``final``). States are frozen dataclasses of
tuples, so equal states are equal keys: masks are cached per state, and beams or retries need no
copying. Symbols are any hashable values. A ``label`` names the place in the grammar (for example
the parameter being filled) for whoever conditions on it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar, dataclass_transform

Symbol: TypeAlias = Hashable
_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True)
def state(cls: type[_Class]) -> type[_Class]:
    """A frozen dataclass whose hash is computed once: states are deep, and each look-up would walk all of one."""
    made = dataclass(frozen=True)(cls)
    computed = made.__hash__

    def kept(self: Any) -> int:
        found: int | None = self.__dict__.get("_hash")
        if found is None:
            found = computed(self)
            object.__setattr__(self, "_hash", found)
        return found

    setattr(made, "__hash__", kept)  # noqa: B010  (an assignment would be of another type)
    return made


class Grammar:
    """A grammar state. Subclasses implement ``allowed``, ``step`` and ``final``."""

    def allowed(self) -> frozenset[Symbol]:
        """The symbols that may come next."""
        raise NotImplementedError

    def step(self, symbol: Symbol) -> Grammar | None:
        """The state after ``symbol``; None where it is not allowed."""
        raise NotImplementedError

    @property
    def final(self) -> bool:
        """Whether the sequence read so far may end here."""
        raise NotImplementedError

    @property
    def label(self) -> Hashable:
        """The innermost label around this place, or None."""
        return None

    def classes(self) -> frozenset[frozenset[Symbol]]:
        """Sets of the allowed symbols: two symbols that lie in the same ones lead to the same state (Owens, Reppy and Turon 2009, section 4.2)."""
        return frozenset(frozenset((symbol,)) for symbol in self.allowed())

    def accepts(self, symbols: Iterable[Symbol]) -> bool:
        """Whether the whole sequence is in the language."""
        state: Grammar | None = self
        for symbol in symbols:
            state = state.step(symbol) if state is not None else None
        return state is not None and state.final


@state
class Empty(Grammar):
    """Nothing more to read."""

    def allowed(self) -> frozenset[Symbol]:
        return frozenset()

    def step(self, symbol: Symbol) -> Grammar | None:
        return None

    @property
    def final(self) -> bool:
        return True


@state
class Literal(Grammar):
    """Exactly one symbol."""

    symbol: Symbol

    def allowed(self) -> frozenset[Symbol]:
        return frozenset((self.symbol,))

    def step(self, symbol: Symbol) -> Grammar | None:
        return EMPTY if symbol == self.symbol else None

    @property
    def final(self) -> bool:
        return False


@state
class OneOf(Grammar):
    """Exactly one symbol of a set."""

    symbols: frozenset[Symbol]

    def allowed(self) -> frozenset[Symbol]:
        return self.symbols

    def classes(self) -> frozenset[frozenset[Symbol]]:
        return frozenset((self.symbols,))

    def step(self, symbol: Symbol) -> Grammar | None:
        return EMPTY if symbol in self.symbols else None

    @property
    def final(self) -> bool:
        return False


@state
class Choice(Grammar):
    """One of several grammars, told apart by their next symbol."""

    options: tuple[Grammar, ...]

    def allowed(self) -> frozenset[Symbol]:
        return frozenset().union(*(option.allowed() for option in self.options))

    def classes(self) -> frozenset[frozenset[Symbol]]:
        return frozenset().union(*(option.classes() for option in self.options))

    def step(self, symbol: Symbol) -> Grammar | None:
        rests = tuple(rest for option in self.options if (rest := option.step(symbol)) is not None)
        return choice(*rests) if rests else None

    @property
    def final(self) -> bool:
        return any(option.final for option in self.options)

    @property
    def label(self) -> Hashable:
        return next((option.label for option in self.options if option.label is not None), None)


@state
class Sequence(Grammar):
    """One grammar after another."""

    first: Grammar
    rest: Grammar

    def allowed(self) -> frozenset[Symbol]:
        symbols = self.first.allowed()
        return symbols | self.rest.allowed() if self.first.final else symbols

    def classes(self) -> frozenset[frozenset[Symbol]]:
        found = self.first.classes()
        return found | self.rest.classes() if self.first.final else found

    def step(self, symbol: Symbol) -> Grammar | None:
        options = []
        inner = self.first.step(symbol)
        if inner is not None:
            options.append(sequence(inner, self.rest))
        if self.first.final:
            rest = self.rest.step(symbol)
            if rest is not None:
                options.append(rest)
        return choice(*options) if options else None

    @property
    def final(self) -> bool:
        return self.first.final and self.rest.final

    @property
    def label(self) -> Hashable:
        return self.first.label


@state
class Repetition(Grammar):
    """``item`` from ``least`` to ``most`` times (None: any number), with ``separator`` between."""

    item: Grammar
    least: int
    most: int | None
    separator: Grammar

    def _unrolled(self) -> Grammar:
        if self.most == 1:
            return self.item
        # after a separator there is always one more item
        most = None if self.most is None else self.most - 1
        fewer = Repetition(self.item, max(self.least - 1, 1), most, self.separator)
        more = sequence(self.separator, fewer)
        return sequence(self.item, more if self.least > 1 else choice(EMPTY, more))

    def allowed(self) -> frozenset[Symbol]:
        return self._unrolled().allowed()

    def classes(self) -> frozenset[frozenset[Symbol]]:
        return self._unrolled().classes()

    def step(self, symbol: Symbol) -> Grammar | None:
        return self._unrolled().step(symbol)

    @property
    def final(self) -> bool:
        return self.least == 0 or self._unrolled().final

    @property
    def label(self) -> Hashable:
        return self.item.label


@state
class Labelled(Grammar):
    """A grammar whose every state carries ``name``, unless an inner one has a label of its own."""

    name: Hashable
    inner: Grammar

    def allowed(self) -> frozenset[Symbol]:
        return self.inner.allowed()

    def classes(self) -> frozenset[frozenset[Symbol]]:
        return self.inner.classes()

    def step(self, symbol: Symbol) -> Grammar | None:
        rest = self.inner.step(symbol)
        return labelled(self.name, rest) if rest is not None else None

    @property
    def final(self) -> bool:
        return self.inner.final

    @property
    def label(self) -> Hashable:
        return self.inner.label if self.inner.label is not None else self.name


EMPTY = Empty()


def literal(symbol: Symbol) -> Grammar:
    """Exactly ``symbol``."""
    return Literal(symbol)


@lru_cache(maxsize=65536)
def choice(*options: Grammar) -> Grammar:
    """One of ``options``; nested choices are flattened and duplicates dropped."""
    flat: dict[Grammar, None] = {}
    for option in options:
        flat.update(dict.fromkeys(option.options if isinstance(option, Choice) else (option,)))
    return next(iter(flat)) if len(flat) == 1 else Choice(tuple(flat))


@lru_cache(maxsize=65536)
def sequence(*items: Grammar) -> Grammar:
    """``items`` in order."""
    present = [item for item in items if item is not EMPTY]
    if not present:
        return EMPTY
    result = present[-1]
    for item in reversed(present[:-1]):
        result = Sequence(item, result)
    return result


def repetition(item: Grammar, least: int, most: int | None, separator: Grammar = EMPTY) -> Grammar:
    """``item`` between ``least`` and ``most`` times (``most`` >= 1; None: any number)."""
    return Repetition(item, least, most, separator)


def labelled(name: Hashable, inner: Grammar) -> Grammar:
    """``inner`` with ``name`` on its states; the end of it carries none."""
    return inner if inner is EMPTY else Labelled(name, inner)
