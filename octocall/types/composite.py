"""Values made of values: lists and records; and the value of which nothing is known."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from octocall.errors import PlanError, SignatureError
from octocall.grammar import Grammar, choice, literal, repetition, sequence
from octocall.types.base import NEXT, Context, Sample, Type
from octocall.types.text import Text

ABSENT = "<absent>"
"""Grammar symbol of a field that a record leaves out."""
_BETWEEN = re.compile(r"\s*(?:(?:,(?!\d{3}(?!\d))|;|\n)\s*(?:(?:and|&)\s+)?|\s(?:and|&)\s)\s*", re.I)
_TRIES = 100


@dataclass(frozen=True)
class Anything(Type):
    """Any JSON value but null, where a schema asks for nothing in particular; requests give it as text."""

    def parse(self, text: str, context: Context) -> str | None:
        return text.strip() or None

    def check(self, value: Any) -> Any:
        try:
            found = json.loads(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            found = None
        if found is None:
            raise self._refuse(value, "a value that JSON can hold")
        return found

    def render(self, value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def sample(self, rng: random.Random, context: Context) -> Sample:
        return Text().sample(rng, context)

    def schema(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class List(Type):
    """``least`` to ``most`` values of one type, no two the same where they are ``unique``."""

    item: Type
    least: int = 0
    most: int = 1000
    unique: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most or self.most < 1:
            raise SignatureError(f"a list of {self.least} to {self.most} values was given; at least one must fit, and no more be needed than allowed")

    @property
    def literals(self) -> tuple[str, ...]:
        return self.item.literals

    def grammar(self) -> Grammar:
        """The items one after the other, closed by NEXT."""
        return sequence(repetition(self.item.grammar(), self.least, self.most), literal(NEXT))

    def parse(self, text: str, context: Context) -> list[Any] | None:
        """Values with commas, semicolons or "and" between them, or a JSON array."""
        if text.strip().startswith("["):
            try:
                return self.check(json.loads(text))
            except (PlanError, ValueError, RecursionError):
                return None
        values = [self.item.parse(part, context) for part in _BETWEEN.split(text.strip()) if part]
        try:
            return self.check(values) if values and None not in values else None
        except PlanError:
            return None

    def check(self, value: Any) -> list[Any]:
        if not isinstance(value, list | tuple) or not self.least <= len(value) <= self.most:
            raise self._refuse(value, f"a list of {self.least} to {self.most} values")
        values = [self.item.check(item) for item in value]
        if self.unique and not _distinct(values):
            raise self._refuse(value, "a list without repetitions")
        return values

    def render(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def sample(self, rng: random.Random, context: Context) -> Sample:
        """A few values as people list them. Raises SignatureError where there are not enough different ones."""
        size = rng.randint(max(1, self.least), min(self.most, max(1, self.least) + 3))
        samples: list[Sample] = []
        for _ in range(_TRIES + 2 * size):
            if len(samples) < size:
                samples.append(self.item.sample(rng, context))
                if self.unique and not _distinct([value for _, value in samples]):
                    samples.pop()
        if len(samples) < self.least:
            raise SignatureError(f"a list of at least {self.least} different values was asked for, and only {len(samples)} were found; lower the number")
        texts, values = [text for text, _ in samples], [value for _, value in samples]
        text = " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))
        return Sample(text if self.parse(text, context) == values else self.render(values), values)

    def schema(self) -> dict[str, Any]:
        limits = {"minItems": self.least, "maxItems": self.most, **({"uniqueItems": True} if self.unique else {})}
        return {"type": "array", "items": self.item.schema(), **limits}


def _distinct(values: list[Any]) -> bool:
    # 1 and True are different in JSON, 1 and 1.0 are not
    written = [json.dumps(_plain(value), sort_keys=True) for value in values]
    return len(set(written)) == len(written)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value == int(value):
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Field:
    """A named value of a record."""

    name: str
    type: Type
    required: bool = True
    description: str = ""


@dataclass(frozen=True)
class Record(Type):
    """Named values. No request says one in a piece of text, so none is read from text."""

    fields: tuple[Field, ...]
    pointed: ClassVar[bool] = False

    @property
    def literals(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for field in self.fields for text in field.type.literals))

    def grammar(self) -> Grammar:
        """The fields in order; ABSENT stands for one that is left out."""
        return sequence(*(f.type.grammar() if f.required else choice(f.type.grammar(), literal(ABSENT)) for f in self.fields))

    def parse(self, text: str, context: Context) -> None:
        return None

    def check(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._refuse(value, f"an object with {self._names()}")
        if unknown := sorted(set(map(str, value)) - {field.name for field in self.fields}):
            raise self._refuse(unknown[0], f"one of the names {self._names()}")
        if missing := [field.name for field in self.fields if field.required and field.name not in value]:
            raise self._refuse(value, f"an object that has {missing[0]!r}")
        return {field.name: field.type.check(value[field.name]) for field in self.fields if field.name in value}

    def _names(self) -> str:
        return ", ".join(field.name for field in self.fields)

    def render(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def sample(self, rng: random.Random, context: Context) -> Sample:
        value = {f.name: f.type.sample(rng, context).value for f in self.fields if f.required or rng.random() < 0.5}
        return Sample(self.render(value), value)

    def schema(self) -> dict[str, Any]:
        described = {f.name: {**f.type.schema(), **({"description": f.description} if f.description else {})} for f in self.fields}
        required = [field.name for field in self.fields if field.required]
        return {"type": "object", "properties": described, **({"required": required} if required else {}), "additionalProperties": False}
