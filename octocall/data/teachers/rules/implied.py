"""What is only implied: yes and no in other words, and the values of choices."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from octocall.data.teachers.rules.meaning import Meaning
from octocall.data.teachers.rules.topics import Topic
from octocall.data.teachers.rules.words import article, lines, lowered, name_words, verb_of, word_set
from octocall.types import Choice

_ADJECTIVE = re.compile(
    r"(?:[a-z]+(?:ed|able|ible|ive|al|ic|ful)|public|private|open|hidden|default|free|secure|required|primary|main|new|admin|vegan|vegetarian"
    r"|unread|verified|draft|secret|internal|external|mature|read only)$"
)
_ADJECTIVAL = word_set("adjectival")
_SPANS = ("day", "hour", "week", "month", "minute", "year", "quarter")


@dataclass(frozen=True)
class Bit:
    """Some words with a value in them. ``kind``: way (behind the object), label, adjective, or clause (implied)."""

    kind: str
    text: str
    label: str = ""
    value: str = ""
    constants: dict[str, Any] = field(default_factory=dict)
    long: bool = False
    number: bool = False
    limit: str = ""


@cache
def _said() -> dict[str, tuple[str, ...]]:
    return {(parts := line.partition(":"))[0].strip(): tuple(word.strip() for word in parts[2].split("|")) for line in lines("choices")}


@lru_cache(50_000, typed=True)
def choice_words(value: Any) -> tuple[str, ...]:
    """Ways to say a value of a choice; none where it cannot be said."""
    text = str(value)
    known = _said().get(text.lower())
    if known:
        return known
    if isinstance(value, bool):
        return ("yes",) if value else ("no",)
    if re.fullmatch(r"-?\d+(\.\d+)?|[A-Z]{2,5}|[A-Z]\d|v?\d+(\.\d+)*", text):
        return (text,)
    if not re.fullmatch(r"[-A-Za-z_ /]+\d{0,2}", text) or len(text) > 32:
        return ()
    words = lowered(" ".join(name_words(text) if not text.isupper() else [word.lower() for word in re.split(r"[\W_]+", text)]))
    return (words,) if 0 < len(words.split()) <= 4 else ()


@cache
def _yes_no() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """First word of a name, or a kind of name in brackets, to ways of saying yes and no."""
    found = {}
    for line in lines("booleans"):
        heads, _, ways = line.partition(":")
        yes, no = (tuple(way.strip() for way in side.split("|")) for side in ways.split(";"))
        for head in [heads] if heads.startswith("[") else heads.split():
            found[head] = (yes, no)
    return found


def boolean_bit(topic: Topic, about: Meaning, value: bool, rng: random.Random) -> Bit | None:
    """Yes or no in other words; None where the name says nothing."""
    words = [word.lower() for word in name_words(topic.parameter.original or topic.parameter.name)]
    if len(words) > 4 or any(len(word) > 15 for word in words):
        return None
    if len(words) > 1 and words[0] in _yes_no():
        kind, said = words[0], " ".join(words[1:])
    else:
        words = words[1:] if words[0] in ("is", "are", "be", "should", "must") and len(words) > 1 else words
        kind, said = _kind(words, about), " ".join(words)
    ways = _yes_no()[kind][0 if value else 1]
    return Bit("clause", rng.choice(ways).replace("{x}", said), constants={topic.name: value})


def _kind(words: list[str], about: Meaning) -> str:
    if _ADJECTIVE.match(words[-1]) and len(words) <= 2:
        side = {"list": " list", "search": " list", "count": " list", "create": " create", "update": " create"}.get(about.want, "")
        return f"[adjective{side}]"
    return "[verb]" if verb_of(words[0]) == words[0] and len(words) > 1 else "[noun]"


def choice_bit(topic: Topic, about: Meaning, value: Any, rng: random.Random) -> Bit | None:
    """A value of a choice in words that fit its parameter; None where there are none."""
    words = choice_words(value)
    label = lowered(topic.label)
    if not words or not label:
        return None
    word, last, constants = rng.choice(words), label.rpartition(" ")[2], {topic.name: value}
    clause = _clause(word, label, last, rng)
    if clause is not None:
        return Bit("clause", clause, constants=constants) if clause else None
    plain = re.fullmatch(r"[a-z][a-z \-]*", word) is not None
    if last in ("interval", "period", "granularity", "frequency", "resolution", "timeframe", "bucket") and plain:
        if word.endswith("ly"):
            return Bit("adjective", word, constants=constants)
        spans = (f"per {word}", f"by {word}", f"with {article(word)} {word} {last}")
        ways = spans if word in _SPANS else (f"with {article(label)} {label} of {word}", f"{word} {label}")
        return Bit("clause", rng.choice(ways), constants=constants)
    own = label == last or label.partition(" ")[0] == about.head
    fits = last in _ADJECTIVAL and plain and own and about.head not in word.split() and word not in ("all", "any", "none", "other", "unknown")
    if fits and about.want in ("list", "search", "count", "create", "get") and rng.random() < 0.6:
        return Bit("adjective", word + (" priority" if last == "priority" else ""), constants=constants)
    if last in ("type", "kind") and own and rng.random() < 0.4:
        return Bit("clause", f"of type {words[0]}", constants=constants)
    word = words[0] if " " in word else word
    return Bit("label", word, label, word, constants)


def _clause(word: str, label: str, last: str, rng: random.Random) -> str | None:
    """A choice that is said as a clause of its own; empty where it cannot be said, None where it is said otherwise."""
    begun = word.startswith(("in ", "from ", "by ", "on "))
    if re.search(r"\bsort\b|\border by\b|\bordering\b", label):
        if begun or "scending" in word:
            return word if begun else f"in {word} order"
        return rng.choice((f"sorted by {word}", f"ordered by {word}", f"by {word}"))
    if last in ("order", "direction", "dir"):
        return word if begun else f"in {word} order" if "scending" in word else ""
    if begun:
        return word
    if last == "format":
        return rng.choice((f"as {word}", f"in {word} format", f"in {word}"))
    if last in ("unit", "units", "language", "lang", "locale", "currency"):
        return rng.choice((f"in {word}", f"with {word} {label}" if len(word) > 2 else f"in {word}"))
    return None


def choices_of(topic: Topic) -> tuple[Any, ...]:
    """The values of a choice that can be told apart when they are said."""
    kind = topic.type
    if not isinstance(kind, Choice):
        return ()
    said = [choice_words(value) for value in kind.choices]
    return tuple(value for value, words in zip(kind.choices, said, strict=True) if words and sum(words == other for other in said) == 1)
