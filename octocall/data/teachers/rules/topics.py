"""What a parameter is about: its class, its label, the noun it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from octocall.data.teachers.rules.meaning import Meaning
from octocall.data.teachers.rules.sorts import endings, named_sort, sort_of, sorts
from octocall.data.teachers.rules.words import lines, name_words, pattern, singular, word_set
from octocall.function import Parameter
from octocall.types import Choice, Dictionary, Limited, List, Record, Type

_IDENTIFIERS, _SHORT, _ROLES, _USELESS, _OWNED, _MEANT = (word_set(name) for name in ("identifiers", "short", "roles", "useless", "owned", "meant"))
_UNIT, _OF, _BEFORE, _CALLED = (pattern(name) for name in ("unit", "of", "before", "called"))
_MOST_WORDS, _MOST_LETTERS, _LONG_WORD = 4, 32, 16
_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z\d]*|\d")


@dataclass(frozen=True)
class Topic:
    """One parameter as something to talk about.

    ``sort`` is its class; ``label`` what people call it; ``concept`` the noun that an id or a name belongs
    to; ``ways`` how a value is said without its label; ``several`` tells that it takes a list.
    """

    parameter: Parameter
    sort: str
    label: str
    concept: str = ""
    ways: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    unit: str = ""
    several: bool = False

    @property
    def name(self) -> str:
        return self.parameter.name

    @property
    def type(self) -> Type:
        """The type of one value: of the items where there are several."""
        kind = self.parameter.type
        return kind.item if isinstance(kind, List) else kind


@cache
def _junk() -> re.Pattern[str]:
    return re.compile("|".join(lines("junk")))


def is_junk(name: str) -> bool:
    """Whether an optional parameter of this name is something no one asks for."""
    return _junk().fullmatch(re.sub(r"[^a-z]", "", name.lower())) is not None


@lru_cache(400_000)
def topic(parameter: Parameter, about: Meaning) -> Topic | None:
    """The topic of a parameter; None where nobody could say a value of it."""
    kind, several = parameter.type, isinstance(parameter.type, List)
    inner = kind.item if isinstance(kind, List) else kind
    words = name_words(parameter.original or parameter.name)
    if isinstance(inner, Record | Dictionary | List) or not words or (isinstance(kind, List) and kind.least > _MOST_WORDS):
        return None
    base = inner.of if isinstance(inner, Limited) else inner
    if len(words) > 1 and words[0].lower() in _IDENTIFIERS and words[-1].lower() not in _IDENTIFIERS:
        words = (*words[1:], words[0])
    sort = sort_of(base, words, parameter.description)
    if sort == "boolean":
        return Topic(parameter, sort, " ".join(words), several=several)
    if sort != "choice" and words[-1].lower() in _IDENTIFIERS:
        return _identified(parameter, words, about, several)
    label = _readable(words, parameter.description)
    if not label or (isinstance(base, Choice) and len(base.choices) < 2 and not parameter.required):
        return None
    if sort in ("name", "title") and named_sort(words[:-1]) in _MEANT:
        sort = named_sort(words[:-1])
    unit = match[1].lower() if (match := _UNIT.search(parameter.description)) else ""
    pools, _, ways = sorts().get(sort, ((), (), ()))
    return Topic(parameter, sort, label, _owner(words, label, sort, parameter.description), ways, pools, unit, several)


def _owner(words: tuple[str, ...], label: str, sort: str, description: str) -> str:
    """The noun that a name belongs to: "customer" of "customer name"; the label where it names a thing itself."""
    last = words[-1].lower()
    if len(words) > 1:
        return " ".join(words[:-1]).lower() if last in _OWNED and label.lower() not in endings() else label.lower()
    if last not in _OWNED and sort not in ("name", "slug", "code", "title"):
        return label.lower()
    return _concept(description) if last in _OWNED else ""


def _readable(words: tuple[str, ...], description: str) -> str:
    """What people call a parameter; empty where its name says nothing and its description neither."""
    label = " ".join(words)
    if len(words) == 1 and len(label) < 4 and label.lower() not in _SHORT:
        found = match[1].lower() if (match := _CALLED.match(description)) else ""
        return found if found and not set(found.split()) & _USELESS and len(found) < 25 else label if len(label) == 1 else ""
    clear = all(_PLAIN_WORD.fullmatch(word) and len(word) <= _LONG_WORD for word in words)
    return label if clear and len(words) <= _MOST_WORDS and len(label) <= _MOST_LETTERS and (re.search(r"[aeiouyAEIOUY]", label) or label.isupper()) else ""


def _concept(description: str) -> str:
    """The noun that a description says its id or name belongs to: "The ID of the project" tells "project"."""
    for told in (_OF, _BEFORE):
        if match := told.match(description.strip()):
            words = [word.lower() for word in match[1].replace("-", " ").split() if word.lower() not in _USELESS - {word.lower() for word in match[1].split()[-1:]}]
            if words and words[-1] not in _USELESS and len(words) <= 3:
                return " ".join([*words[:-1], singular(words[-1])])
    return ""


def _identified(parameter: Parameter, words: tuple[str, ...], about: Meaning, several: bool) -> Topic | None:
    """The topic of an id: what it is the id of matters most. None where that stays unclear."""
    concept = " ".join(words[:-1]).lower()
    if len(concept) < 3 or concept in _ROLES:
        concept = _concept(parameter.description)
    if not concept and about.want in ("list", "search", "create", "count"):
        concept = about.parts[0].phrase if about.parts else ""
    concept = (concept or (about.phrase if about.want not in ("list", "search", "create", "count") else "")).lower()
    nouns = concept.split()
    if not 0 < len(nouns) <= 3 or any(len(noun) > _LONG_WORD for noun in nouns):
        return None
    concept = " ".join([*nouns[:-1], singular(nouns[-1])])
    return Topic(parameter, "id", f"{concept} ID", concept, several=several)
