"""Text with limits: values of another type, held to a length and a pattern."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from octocall.errors import PlanError, SignatureError
from octocall.grammar import Grammar
from octocall.letters import both
from octocall.types.base import Context, Sample, Type
from octocall.types.pattern import PatternError, compiled
from octocall.types.written import Form, one_of

UNLIMITED = 2**31 - 1
_TRIES = 200
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Limited(Type):
    """A value of the type ``of`` (one whose values are text) of ``least`` to ``most`` characters that match ``pattern``.

    Patterns are those of JSON Schema: found anywhere in the value unless anchored. Raises SignatureError
    for a pattern that is not understood.
    """

    of: Type
    least: int = 1
    most: int = UNLIMITED
    pattern: str = ""

    def __post_init__(self) -> None:
        try:
            compiled(self.pattern)
        except PatternError as error:
            raise SignatureError(f"the pattern {self.pattern!r} was given, in which {error} is not understood; write it plainer") from None

    @property
    def literals(self) -> tuple[str, ...]:
        return tuple(text for text in self.of.literals if self._fits(text))

    def inside(self, form: Form) -> Grammar:
        found = both(self.of.inside(form), form.pattern(self.pattern, self.least, self.most))
        if found is None:
            raise PlanError(f"no text of {self.least} to {self.most} characters matches {self.pattern!r}; give another pattern or length")
        return found

    def written(self, form: Form) -> Grammar:
        return one_of(form, self.literals) if self.of.literals else super().written(form)

    def _fits(self, value: str) -> bool:
        return self.least <= len(value) <= self.most and compiled(self.pattern).matches(value)

    def parse(self, text: str, context: Context) -> Any:
        value = self.of.parse(text, context)
        return value if value is not None and self._fits(value) else None

    def check(self, value: Any) -> Any:
        value = self.of.check(value)
        if not self._fits(value):
            form = f" that match {self.pattern}" if self.pattern else ""
            most = f"to {self.most}" if self.most < UNLIMITED else "or more"
            raise self._refuse(value, f"a text of {self.least} {most} characters{form}")
        return value

    def render(self, value: Any) -> str:
        return self.of.render(value)

    def sample(self, rng: random.Random, context: Context) -> Sample:
        """Of what the inner type gives, what fits; else text made for the pattern. Raises SignatureError where there is none."""
        for _ in range(_TRIES):
            text, value = self.of.sample(rng, context)
            if self._fits(value):
                return Sample(text, value)
            most = min(self.most, self.least + 20)
            made = compiled(self.pattern).sample(rng, rng.randint(0, most)) if self.pattern else "".join(rng.choices(_LETTERS, k=rng.randint(self.least, most)))
            if (value := self.parse(made, context)) is not None:
                return Sample(made, value)
        raise SignatureError(f"no text of {self.least} to {self.most} characters was found that matches {self.pattern!r}; check that there is one")

    def schema(self) -> dict[str, Any]:
        limits = {"minLength": self.least, **({"maxLength": self.most} if self.most < UNLIMITED else {}), **({"pattern": self.pattern} if self.pattern else {})}
        return {**self.of.schema(), **limits}
