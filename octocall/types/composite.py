"""Values made of values: lists and records; and the value of which nothing is known."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from octocall.errors import PlanError, SignatureError
from octocall.grammar import Grammar, choice, labelled, literal, repetition, sequence
from octocall.letters import word
from octocall.types.base import NEXT, START, STOP, Context, Sample, Type
from octocall.types.limited import Limited
from octocall.types.text import Text
from octocall.types.written import DEPTH, NOTHING, Form, anything, listed, mapping

OPEN, ABSENT, MISSING = "<open>", "<absent>", "<missing>"
"""Grammar symbols of records: the beginning of one, an optional field that is left out, a required one that the request does not give."""
MAX_ITEMS = 20
"""A list is written in at most this many pieces."""
_COMMAS = re.compile(r"\s*(?:,(?!\d{3}(?!\d))|;|\n)\s*(?:(?:and|&)\s+)?", re.I)
_AND = re.compile(r"\s+(?:and|&)\s+", re.I)
_TRIES = 100
_QUOTED = re.compile(r"""(?<!\w)(?:'([^'\n]{1,30})'|"([^"\n]{1,30})"|`([^`\n]{1,30})`|‘([^’\n]{1,30})’|“([^”\n]{1,30})”)(?!\w)""")
_SYMBOL = re.compile(r"<\w+>")
_MOST_SUGGESTED = 12


@dataclass(frozen=True)
class Anything(Type):
    """Any JSON value but null, where a schema asks for nothing in particular; requests give it as text."""

    def written(self, form: Form) -> Grammar:
        return anything(form, MAX_ITEMS)

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
class Dictionary(Type):
    """An object of any names, with values of one type; requests give it as JSON or not at all."""

    values: Type = Anything()

    def written(self, form: Form) -> Grammar:
        inner = anything(form, MAX_ITEMS, DEPTH - 1) if isinstance(self.values, Anything) else self.values.written(form)
        return mapping(form, inner, MAX_ITEMS)

    def parse(self, text: str, context: Context) -> dict[str, Any] | None:
        try:
            return self.check(json.loads(text)) if text.strip().startswith("{") else None
        except (PlanError, ValueError, RecursionError):
            return None

    def check(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            raise self._refuse(value, "an object")
        return {name: self.values.check(inner) for name, inner in value.items()}

    def render(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def sample(self, rng: random.Random, context: Context) -> Sample:
        value = {rng.choice("abcdefgh"): self.values.sample(rng, context).value for _ in range(rng.randint(1, 3))}
        return Sample(self.render(value), value)

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.values.schema()}


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

    def grammar(self, literals: tuple[str, ...] = (), place: tuple[str, ...] = ()) -> Grammar:
        """Pieces one after the other, closed by NEXT: a span, which may hold several items, a literal, a record or a list."""
        most, least = min(self.most, MAX_ITEMS), 1
        if isinstance(self.item, List | Record):
            piece = self.item.grammar(literals, place)
        else:
            span = [sequence(literal(START), literal(STOP))] if self.item.pointed else []
            words = [literal(text) for text in dict.fromkeys((*self.item.literals, *literals))]
            piece = choice(*span, *words)
            least = 1 if span else min(max(1, self.least), most)
        return sequence(repetition(piece, least, most), literal(NEXT))

    def written(self, form: Form) -> Grammar:
        most = min(self.most, MAX_ITEMS)
        if self.least > most:
            raise PlanError(f"a list of at least {self.least} values was asked for; at most {most} are written")
        some = listed(self.item.written(form), max(1, self.least), most)
        return some if self.least else choice(some, word("[]"))

    def part(self, text: str, context: Context) -> bool:
        return self.several(text, context) is not None

    def parse(self, text: str, context: Context) -> list[Any] | None:
        """Values with commas, semicolons or "and" between them, or a JSON array."""
        try:
            values = self.several(text, context)
            return None if values is None else self.check(values)
        except PlanError:
            return None

    def several(self, text: str, context: Context) -> list[Any] | None:
        """The items that ``text`` names, however many; None where one cannot be read."""
        text = text.strip()
        if text.startswith("["):
            try:
                values = json.loads(text)
                return [self.item.check(value) for value in values] if isinstance(values, list) and values else None
            except (PlanError, ValueError, RecursionError):
                return None
        items: list[Any] = []
        for part in filter(None, _COMMAS.split(text)):
            if (found := self._listed(part, context)) is None:
                return None
            items += found
        return items or None

    def _listed(self, text: str, context: Context) -> list[Any] | None:
        """The items of a part without commas: "five and six" are two, "a hundred and five" is one."""
        if not isinstance(self.item, Text | Anything | Limited) and (value := self.item.parse(text, context)) is not None:
            return [value]
        values: list[Any] = []
        for part in filter(None, _AND.split(text)):
            if (value := self.item.parse(part, context)) is None:
                return None
            values.append(value)
        return values

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


def suggested(kind: Type, description: str) -> tuple[str, ...]:
    """Words that documentation names in quotes as values of a text: "either 'metric' or 'imperial'"."""
    while isinstance(kind, List):
        kind = kind.item
    if not isinstance(kind, Text | Anything):
        return ()
    found = dict.fromkeys(word for words in _QUOTED.findall(description) for word in words if word and word.strip() == word and not _SYMBOL.fullmatch(word))
    return tuple(found)[:_MOST_SUGGESTED]


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

    def grammar(self, literals: tuple[str, ...] = (), place: tuple[str, ...] = ()) -> Grammar:
        """OPEN and the fields in order, each labelled with its place."""
        fields = []
        for field in self.fields:
            own = (*place, field.name)
            out = literal(MISSING if field.required else ABSENT)
            fields.append(labelled(own, choice(field.type.grammar(suggested(field.type, field.description), own), out)))
        return sequence(literal(OPEN), *fields)

    def written(self, form: Form) -> Grammar:
        """All fields in order; NOTHING stands for one that is left out."""
        parts: list[Grammar] = []
        for field in self.fields:
            value = field.type.written(form)
            name = f"{', ' if parts else ''}{form.write(field.name)}: "
            parts += [word(name), value if field.required else choice(value, word(NOTHING))]
        return sequence(word("{"), *parts, word("}"))

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
