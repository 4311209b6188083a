"""What is known of a function before a request is written, and the draft of a request with its marked values."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

from octocall.data.teachers.rules.implied import choices_of
from octocall.data.teachers.rules.meaning import Meaning, meaning
from octocall.data.teachers.rules.topics import Topic, is_junk, topic
from octocall.data.teachers.rules.words import word_set
from octocall.function import Function
from octocall.types import Boolean, Choice, Context

OPEN, CLOSE, FIRST = "\ue000", "\ue001", 0xE100
"""Marks around a value in a draft: OPEN, the number of its slot, the words, CLOSE."""
_MOST_REQUIRED = 6
_TELLING = word_set("telling")
"""Classes that people speak of rather than of others."""


class Setting(NamedTuple):
    """The chance that decides, and the clock that values are read against."""

    rng: random.Random
    context: Context


@dataclass(frozen=True)
class Script:
    """A function that requests can be written for."""

    function: Function
    about: Meaning
    required: tuple[Topic, ...]
    optional: tuple[Topic, ...]

    @property
    def topics(self) -> tuple[Topic, ...]:
        return self.required + self.optional

    def chosen(self, rng: random.Random) -> list[Topic]:
        """The optional parameters that a request speaks of: often none, in changes some."""
        if not self.optional:
            return []
        want = self.about.want
        count = rng.choices((0, 1, 2, 3, 4), (40, 31, 17, 8, 4))[0]
        bare = 0.9 if want in ("create", "update", "compute", "check", "do", "search") else 0.5
        if len(self.required) < 2 and want in ("create", "update") and rng.random() < bare:
            count = max(count, 1) + (rng.random() < 0.3)
        elif not self.required and rng.random() < (0.88 if any(each.sort in _TELLING for each in self.optional) else bare):
            count = max(count, 1)
        weights = [3.0 if each.sort in _TELLING else 2.0 if isinstance(each.type, Choice | Boolean) else 1.0 for each in self.optional]
        return [self.optional[at] for at in dict.fromkeys(rng.choices(range(len(weights)), weights, k=count))]


@dataclass
class Draft:
    """A request with marked values, and what it asks for.

    ``slots`` are the places (call, parameter) that each marked value serves; ``constants`` the implied
    values of each call; ``nested`` the parameters that take the result of another call of this draft.
    """

    functions: list[Function]
    text: str = ""
    slots: list[list[tuple[int, str]]] = field(default_factory=list)
    constants: list[dict[str, Any]] = field(default_factory=lambda: [{}])
    missing: list[list[str]] = field(default_factory=lambda: [[]])
    frame: str = ""
    nested: dict[tuple[int, str], int] = field(default_factory=dict)

    def mark(self, places: Sequence[tuple[int, str]], text: str) -> str:
        """``text`` as the value of ``places``."""
        self.slots.append(list(places))
        return f"{OPEN}{chr(FIRST + len(self.slots) - 1)}{text}{CLOSE}"


@lru_cache(100_000)
def script(function: Function) -> Script | None:
    """What the documentation of a function tells; None where no request can be written from it."""
    about = meaning(function)
    if about is None:
        return None
    required: list[Topic] = []
    optional: list[Topic] = []
    for parameter in function.parameters:
        found = topic(parameter, about) if parameter.required or not is_junk(parameter.original or parameter.name) else None
        if found is not None and not (isinstance(found.type, Choice) and not choices_of(found)):
            (required if parameter.required else optional).append(found)
        elif parameter.required:
            return None
    # a value stands without its label only where no other parameter takes the like
    like = Counter(each.sort for each in (*required, *optional))
    alone = [tuple(replace(each, ways=()) if like[each.sort] > 1 else each for each in side) for side in (required, optional)]
    return Script(function, about, alone[0], alone[1]) if len(required) <= _MOST_REQUIRED else None
