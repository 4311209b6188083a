"""What comes out of a source: the catalog, what was left out and why."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from octocall.catalog import IRRELEVANT, Catalog
from octocall.errors import SignatureError
from octocall.function import Function
from octocall.sources.common.prose import clean

_MAX_REASON = 300


class Remark(NamedTuple):
    """Something to know about the function called ``name`` in the source."""

    name: str
    reason: str


@dataclass(frozen=True)
class Loaded:
    """A catalog with the functions that could not be loaded (``skipped``) and those that lost something (``noted``).

    ``title`` is what the source calls itself, where it does; ``examples`` are requests with calls that it gives, by function.
    """

    catalog: Catalog
    skipped: tuple[Remark, ...] = ()
    noted: tuple[Remark, ...] = ()
    title: str = ""
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def warned(self) -> Catalog:
        """The catalog; what was left out is warned of, so that nobody loses a function unawares."""
        if self.skipped:
            first, more = self.skipped[0], len(self.skipped) - 1
            others = f" and {more} more" if more else ""
            warnings.warn(f"{first.name}{others} of {self.catalog.name} cannot be loaded ({first.reason}); read() lists them all", stacklevel=3)
        return self.catalog


@dataclass
class Collector:
    """Gathers functions under unique identifiers, and what was left out."""

    name: str
    functions: list[Function] = field(default_factory=list)
    skipped: list[Remark] = field(default_factory=list)
    noted: list[Remark] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def add(self, function: Function, notes: list[str]) -> None:
        """Adds a function, and what its parameters lost."""
        original = function.original or function.name
        if function.name == IRRELEVANT and function.parameters:
            self.skip(original, "this name stands for 'nothing here fits' and takes no parameters; rename the function")
            return
        self.functions.append(function)
        self.noted += [_remark(original, note) for note in dict.fromkeys(notes)]

    def identifier(self, original: str) -> str:
        """An identifier for a function, unlike those given before."""
        return unique(identifier(original), self._taken)

    def skip(self, name: str, reason: str) -> None:
        self.skipped.append(_remark(name, reason))

    def loaded(self) -> Loaded:
        """All of it. Raises SignatureError where there was nothing to load."""
        if not self.functions and not self.skipped:
            raise SignatureError(f"no functions were found in {self.name}; give a source that describes at least one")
        return Loaded(Catalog(tuple(self.functions), self.name), tuple(self.skipped), tuple(self.noted))


def _remark(name: str, reason: str) -> Remark:
    reason = clean(reason)
    return Remark(clean(name), reason if len(reason) <= _MAX_REASON else reason[:_MAX_REASON] + "…")


def identifier(name: str) -> str:
    """``name`` as a Python identifier: "math.gcd" becomes math_gcd, "2fa" becomes _2fa."""
    letters = "".join(letter if f"_{letter}".isidentifier() else "_" for letter in name.strip())
    return letters if letters.isidentifier() else f"_{letters}"


def unique(name: str, taken: set[str]) -> str:
    """``name``, with the next free number behind it where it is taken; it is taken afterwards."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found
