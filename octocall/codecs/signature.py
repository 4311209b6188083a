"""What the network is told of a function: a row for the function, one for each place to fill, one for each literal.

A row is a short text and its kind. The texts are encoded once by the pretrained encoder and cached;
nothing else of the documentation reaches the network.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import tokenizers

from octocall.function import Function
from octocall.types import (
    Boolean,
    Choice,
    Date,
    DateTime,
    Dictionary,
    Duration,
    Email,
    Field,
    Integer,
    IsoDateTime,
    IsoTime,
    Limited,
    List,
    Number,
    PhoneNumber,
    Record,
    TimeOfDay,
    Type,
    suggested,
)

FUNCTION, LITERAL = 0, 1
_KINDS: tuple[tuple[type[Type], ...], ...] = (
    (Integer, Duration), (Number,), (Boolean,), (Choice,), (Date, DateTime, TimeOfDay, IsoDateTime, IsoTime), (List,), (Record, Dictionary), (PhoneNumber, Email),
)  # fmt: skip
KINDS = 2 + 2 * (len(_KINDS) + 1)
"""Functions, literals, and every kind of value, required or not."""
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_]+")
MAX_DESCRIPTION = 400
_ENDINGS = ("ing", "ed", "es", "s", "er", "e")
_MOST_TOLD = 12
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "a an the of to for in on at by with from into and or but not no is are was were be been it its this that these those as if so then there which who whose "
        "what when where how can could will would should may must has have had do does e g i eg ie etc default optional required value values parameter argument",
    )
)
"""Words of descriptions that tell no place from another."""


def words(name: str) -> str:
    """A name as words: "getUserById" and "get_user_by_id" become "get user by id"."""
    return " ".join(part if part.isupper() and len(part) > 1 else part.lower() for part in _WORDS.findall(name)) or name


def pieces_of(tokenizer: tokenizers.Tokenizer, names: Sequence[str]) -> list[frozenset[int]]:
    """The word pieces of each name or value: what the words of a request are held against."""
    return [frozenset(e.ids) for e in tokenizer.encode_batch([words(name) for name in names], add_special_tokens=False)]


def telling_of(tokenizer: tokenizers.Tokenizer, functions: Sequence[Function]) -> list[dict[int, float]]:
    """For each function the word pieces by which it may be told from the others, and how much each tells.

    A word of the name counts two, of the description one, of a parameter or its choices less, times the logarithm of how many times rarer than everywhere it
    is among the functions (inverse document frequency; Spärck Jones 1972). Endings do not count: "fans" tells what "fan" tells.
    """
    told: list[dict[str, float]] = []
    for function in functions:
        own: dict[str, float] = {}
        parameters = " ".join(f"{words(p.original or p.name)} {p.description} {' '.join(p.type.literals[:_MOST_TOLD])}" for p in function.parameters)
        for weight, text in ((2.0, words(function.original or function.name)), (1.0, function.description), (0.7, parameters)):
            own |= {word: max(weight, own.get(word, 0.0)) for word in map(_root, _telling(text))}
        told.append(own)
    having = Counter(word for own in told for word in own)
    forms = [form for word in having for form in (word, *(word + ending for ending in _ENDINGS))]
    encoded = dict(zip(forms, tokenizer.encode_batch(forms, add_special_tokens=False), strict=True))
    pieces = {word: [e.ids[0] for e in (encoded[word], *(encoded[word + ending] for ending in _ENDINGS)) if len(e.ids) == 1] for word in having}
    return [{piece: value * math.log(len(told) / having[word]) for word, value in own.items() for piece in pieces[word]} for own in told]


def _root(word: str) -> str:
    """A word without an ending that says the same."""
    ending = next((ending for ending in _ENDINGS if word.endswith(ending) and len(word) - len(ending) >= 3), "")
    return word.removesuffix(ending)


def shares_of(tokenizer: tokenizers.Tokenizer, signatures: Sequence[Signature]) -> list[dict[int, float]]:
    """For each place of each signature, in order: the word pieces by which it may be mentioned, and how much each tells.

    A word of the name weighs one, a word of the description half as much, both divided by the number of places of the function that have it.
    """
    texts = [(words(path[-1]), " ".join(_telling(meaning))) for s in signatures for path, (_, _, meaning) in s.places.items()]
    encoded = iter(tokenizer.encode_batch([text for pair in texts for text in pair], add_special_tokens=False))
    pairs = iter([(frozenset(name.ids), frozenset(meaning.ids)) for name, meaning in zip(encoded, encoded, strict=True)])
    found = []
    for signature in signatures:
        own = [next(pairs) for _ in signature.places]
        having = Counter(piece for name, meaning in own for piece in name | meaning)
        found += [{piece: (1.0 if piece in name else 0.5) / having[piece] for piece in name | meaning} for name, meaning in own]
    return found


def _telling(text: str) -> list[str]:
    """The words of a description that may tell one place from another."""
    return [word for word in re.findall(r"[^\W\d_]+", text[:MAX_DESCRIPTION].lower()) if word not in _COMMON]


@dataclass(frozen=True)
class Signature:
    """The rows of one function, in order: itself, its places, its literals."""

    function: Function

    @cached_property
    def places(self) -> dict[tuple[str, ...], tuple[Type, bool, str]]:
        """Type, whether it is required, and meaning of all that is filled, by the names on the way to it."""
        found: dict[tuple[str, ...], tuple[Type, bool, str]] = {}
        for parameter in self.function.parameters:
            found[(parameter.name,)] = (parameter.type, parameter.required, parameter.description)
            for path, field in fields(parameter.type):
                found[(parameter.name, *path)] = (field.type, field.required, field.description)
        return found

    @cached_property
    def literals(self) -> dict[str, tuple[str, ...]]:
        """The place that has a literal first, by literal."""
        found: dict[str, tuple[str, ...]] = {}
        for path, (kind, _, meaning) in self.places.items():
            for text in (*kind.literals, *suggested(kind, meaning)):
                found.setdefault(text, path)
        return found

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """One text a row."""
        name = words(self.function.original or self.function.name)
        own = f"{name}: {self.function.description[:MAX_DESCRIPTION]}" if self.function.description else name
        places = [f"{words(path[-1])}: {meaning[:MAX_DESCRIPTION]}" if meaning else words(path[-1]) for path, (_, _, meaning) in self.places.items()]
        return (own, *places, *(f"{words(path[-1])}: {text}" for text, path in self.literals.items()))

    @cached_property
    def kinds(self) -> tuple[int, ...]:
        """One kind a row, below KINDS."""
        places = [_kind(kind, required) for kind, required, _ in self.places.values()]
        return (FUNCTION, *places, *(LITERAL for _ in self.literals))

    @cached_property
    def rows(self) -> dict[tuple[str, ...] | str, int]:
        """The number of a row by place (names) or literal (text); the function's own is 0."""
        keys: list[tuple[str, ...] | str] = [*self.places, *self.literals]
        return {key: i for i, key in enumerate(keys, 1)}


def _kind(kind: Type, required: bool) -> int:
    while isinstance(kind, Limited):
        kind = kind.of
    number = next((i for i, kinds in enumerate(_KINDS, 1) if isinstance(kind, kinds)), 0)
    return 2 + 2 * number + required


def fields(kind: Type) -> list[tuple[tuple[str, ...], Field]]:
    """The fields inside a type, at every depth, with the names on the way to them."""
    while isinstance(kind, List):
        kind = kind.item
    if not isinstance(kind, Record):
        return []
    found: list[tuple[tuple[str, ...], Field]] = []
    for field in kind.fields:
        found.append(((field.name,), field))
        found += [((field.name, *path), inner) for path, inner in fields(field.type)]
    return found
