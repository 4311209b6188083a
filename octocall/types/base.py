"""What every kind of value has in common."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from octocall.errors import PlanError
from octocall.grammar import EMPTY, Grammar, choice, literal, repetition, sequence
from octocall.types.written import Form

START, STOP, NEXT = "<start>", "<stop>", "<next>"
"""Grammar symbols of a text span: its first word, its last word, and the end of a joined value or of a list."""


@dataclass(frozen=True)
class Context:
    """What a value is read against: the caller's clock, the phone region, earlier arguments."""

    now: datetime
    region: str = "US"
    arguments: Mapping[str, Any] = field(default_factory=dict)


class Sample(NamedTuple):
    """A value in the words of a request, and what it means."""

    text: str
    value: Any


@dataclass(frozen=True)
class Type:
    """One kind of value with all its faces: grammar, written, parse, render, sample, schema.

    ``joins`` is the number of separate spans of the request that one value may be made of; of a
    ``signed`` value a minus before its words is a part. ``canonical`` is the regular expression of values that are text of one form.
    """

    joins: ClassVar[int] = 1
    signed: ClassVar[bool] = False
    pointed: ClassVar[bool] = True
    canonical: ClassVar[str] = ""

    @property
    def literals(self) -> tuple[str, ...]:
        """Values the network may write without pointing at the request, as rendered."""
        return ()

    def grammar(self, literals: tuple[str, ...] = (), place: tuple[str, ...] = ()) -> Grammar:
        """The symbols of one value: a literal (its own or one of ``literals``), or up to ``joins`` spans closed by NEXT.

        ``place`` names where the value goes, for labels of what lies inside it.
        """
        options = [literal(text) for text in dict.fromkeys((*self.literals, *literals))]
        if self.pointed:
            span = sequence(literal(START), literal(STOP))
            options.append(sequence(repetition(span, 1, self.joins), literal(NEXT)))
        return choice(*options) if options else EMPTY

    def inside(self, form: Form) -> Grammar:
        """The bytes between the quotes, for types whose values are text."""
        return form.pattern(f"^{self.canonical}$") if self.canonical else form.text()

    def written(self, form: Form) -> Grammar:
        """The bytes of one value as text models write it. Raises PlanError where there is none that they can write."""
        return form.quoted(self.inside(form))

    def parse(self, text: str, context: Context) -> Any:
        """The value that ``text`` (one or more spans joined by a space) means; None if it is none."""
        raise NotImplementedError

    def part(self, text: str, context: Context) -> bool:
        """Whether ``text`` may be one span of a value of this type. The mask asks this."""
        return self.parse(text, context) is not None

    def check(self, value: Any) -> Any:
        """``value`` in its canonical form. Raises PlanError where it is not of this type."""
        raise NotImplementedError

    def render(self, value: Any) -> str:
        """The canonical text of ``value``; ``parse(render(value)) == value``."""
        return str(value)

    def fill(self, default: Any, context: Context) -> Any:
        """The value that a parameter takes when its default is chosen; None where it hangs on one that is missing."""
        return default

    def sample(self, rng: random.Random, context: Context) -> Sample:
        """A random value in the words of a request."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the canonical value."""
        raise NotImplementedError

    def _refuse(self, value: Any, expected: str) -> PlanError:
        return PlanError(f"{value!r} was given where {expected} is expected")
