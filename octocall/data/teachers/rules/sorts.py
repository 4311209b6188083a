"""Classes of parameters: what kind of thing a value is, told by name, type and description."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from octocall.data.teachers.rules.words import lines, pattern, singular, word_set
from octocall.types import Boolean, Choice, Date, DateTime, Duration, Email, Integer, Language, Number, PhoneNumber, TimeOfDay, Type

_FIXED: tuple[tuple[type[Type], str], ...] = (
    (Boolean, "boolean"), (Choice, "choice"), (Email, "email"), (PhoneNumber, "phone"), (Language, "language"), (DateTime, "moment"),
    (Date, "date"), (TimeOfDay, "time"),
    (Duration, "duration"),
)  # fmt: skip
_STARTS, _ENDS = word_set("starts"), word_set("ends")
_FIGURES, _COUNTS = word_set("figures"), word_set("counts")
_WEAK, _WHOLE_NAMES = word_set("weak"), word_set("whole_names")
_NOT_CITY = pattern("not_city")
_DATED = re.compile(r"date|time|day|timestamp|month|year|period|when|since|until|expir|created|updated|check", re.I)


class Sort(NamedTuple):
    """A class: the pools of its values, the endings of names that tell it, how a value is said without its label."""

    pools: tuple[str, ...]
    names: tuple[str, ...]
    ways: tuple[str, ...]


@cache
def sorts() -> dict[str, Sort]:
    """The classes of the lexicon by name."""
    found = {}
    for line in lines("classes"):
        head, names, ways = (part.strip() for part in line.split(";"))
        sort, _, makers = head.partition(":")
        said = tuple(way.strip() for way in ways.split("|") if way.strip() != "-")
        found[sort] = Sort(tuple(makers.split()), tuple(name.strip() for name in names.split(",")), said)
    return found


@cache
def endings() -> dict[str, str]:
    """Ending of a name to class; of several classes the first one has it."""
    found: dict[str, str] = {}
    for sort, each in sorts().items():
        for name in each.names:
            found.setdefault(name, sort)
    return found


@cache
def _cues() -> tuple[tuple[re.Pattern[str], str, bool], ...]:
    """What in a description tells which class, and whether it outweighs a weak class of the name."""
    found, strong = [], True
    for line in lines("cues"):
        sort, _, told = line.partition(": ")
        strong = strong and line != "[weak]"
        if told:
            found.append((re.compile(told, re.I), sort, strong))
    return tuple(found)


def named_sort(words: tuple[str, ...]) -> str:
    """The class of a name's words: its longest known ending; empty where none is known."""
    low = [word.lower() for word in words]
    for size in range(min(3, len(low)), 0, -1):
        for last in (low[-1], singular(low[-1])):
            ending = " ".join([*low[-size:-1], last])
            # "from" is the start of something only where it is the whole name
            if ending in endings() and (size == len(low) or ending not in _WHOLE_NAMES):
                return endings()[ending]
    return ""


def sort_of(kind: Type, words: tuple[str, ...], description: str) -> str:
    """The class that fits name, type and description; "free" where nothing tells."""
    sort, low = named_sort(words), {word.lower() for word in words}
    fixed = next((name for each, name in _FIXED if isinstance(kind, each)), "")
    if fixed in ("date", "moment"):
        side = "start" if low & _STARTS else "end" if low & _ENDS else ""
        return "birthday" if sort == "birthday" and fixed == "date" else f"{side}{fixed}"
    if fixed:
        return fixed
    if isinstance(kind, Integer | Number):
        return sort if sort in _FIGURES else "number"
    if sort in _COUNTS:
        return sort
    if sort in ("city", "location") and _NOT_CITY.search(description):
        return "name"
    if sort in ("startdate", "enddate") and not _DATED.search(" ".join((description, *words[:-1], *(words[1:] and words[-1:])))):
        return "free"  # "from" and "to" of a message are no dates
    return _told(sort, description)


def _told(sort: str, description: str) -> str:
    first = description.split(". ")[0]
    if sort in _WEAK:
        return next((told for cue, told, strong in _cues() if strong and cue.search(first)), sort)
    return sort or next((told for cue, told, _ in _cues() if cue.search(first)), "free")
