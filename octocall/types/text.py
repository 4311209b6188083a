"""Free text, choices and truth values."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, ClassVar

from octocall.grammar import Grammar
from octocall.types.base import Context, Sample, Type
from octocall.types.written import Form, one_of

_LETTERS = "abcdefghijklmnoprstuvwyzABCDEFGHIKLMNOPRSTVW"
_SHOWN = 20
"""An error names at most this many choices."""


@dataclass(frozen=True)
class Text(Type):
    """The user's own words in one piece, unchanged in case and spelling."""

    def parse(self, text: str, context: Context) -> str | None:
        return text.strip() or None

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self._refuse(value, "a text that is not empty")
        return value

    def sample(self, rng: random.Random, context: Context) -> Sample:
        words = ["".join(rng.choices(_LETTERS, k=rng.randint(2, 9))) for _ in range(rng.randint(1, 4))]
        text = " ".join(words)
        return Sample(text, text)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


@dataclass(frozen=True)
class Choice(Type):
    """One of a few fixed values, mostly words, never pointed at: how it is said is the network's business."""

    choices: tuple[Any, ...]
    pointed: ClassVar[bool] = False

    @property
    def literals(self) -> tuple[str, ...]:
        return tuple(map(str, self.choices))

    def written(self, form: Form) -> Grammar:
        return one_of(form, self.choices)

    def parse(self, text: str, context: Context) -> Any:
        # as written first: two choices may differ in case alone
        same = next((value for value in self.choices if str(value) == text), None)
        return same if same is not None else next((value for value in self.choices if str(value).lower() == text.strip().lower()), None)

    def check(self, value: Any) -> Any:
        # 1 and True are equal in Python and different choices here
        found = next((choice for choice in self.choices if choice == value and isinstance(choice, bool) == isinstance(value, bool)), None)
        if found is None:
            more = f", … ({len(self.choices)} in all)" if len(self.choices) > _SHOWN else ""
            raise self._refuse(value, "one of " + ", ".join(self.literals[:_SHOWN]) + more)
        return found

    def sample(self, rng: random.Random, context: Context) -> Sample:
        value = rng.choice(self.choices)
        return Sample(str(value), value)

    def schema(self) -> dict[str, Any]:
        kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
        found = sorted({kinds[type(value)] for value in self.choices})
        return {"type": found[0] if len(found) == 1 else found, "enum": list(self.choices)}


@dataclass(frozen=True)
class Boolean(Type):
    """Yes or no."""

    pointed: ClassVar[bool] = False

    @property
    def literals(self) -> tuple[str, ...]:
        return ("true", "false")

    def written(self, form: Form) -> Grammar:
        return one_of(form, (True, False))

    def parse(self, text: str, context: Context) -> bool | None:
        return {"true": True, "false": False}.get(text.strip().lower())

    def check(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self._refuse(value, "true or false")
        return value

    def render(self, value: Any) -> str:
        return "true" if value else "false"

    def sample(self, rng: random.Random, context: Context) -> Sample:
        value = rng.random() < 0.5
        return Sample(self.render(value), value)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}
