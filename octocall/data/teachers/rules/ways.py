"""How the value of one parameter is said: behind a preposition, with its label, as an adjective, or only implied."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from octocall.data.teachers.rules.meaning import Meaning
from octocall.data.teachers.rules.topics import Topic
from octocall.data.teachers.rules.words import article, lines, lowered, name_words, singular, verb_of, word_set
from octocall.types import Choice

_LIMITS = (
    ", only {v}",
    ", at most {v}",
    "limited to {v}",
    ", max {v}",
    ", no more than {v}",
    ", just {v}",
    "with a limit of {v}",
    ", {v} at most",
    "(limit {v})",
    "up to {v}",
)
_SELF = re.compile(r"(?:on|in|at|by|next|this|last|tomorrow|today|tonight|yesterday|the day|a week|noon|two|three)\b", re.I)
"""Dates that stand without a preposition."""
LONG = word_set("long")
"""Classes whose values are sentences or nearly so: they stand last or in quotation marks."""
NAMED = word_set("named")
PLAIN = word_set("plain")
"""Classes whose values say themselves what they are."""
_CONTAINERS = word_set("containers")
_NEGATED = {"include": ("including {x}", "with {x}", "and include {x}"), "with": ("with {x}", "including {x}"), "show": ("showing {x}", "with {x}"), "return": ("with {x}", "including {x}"),
            "get": ("with {x}", "including {x}")}  # fmt: skip


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


Mark = Callable[[str, str], str]
"""Marks the text of a value as the place of a parameter: (parameter, text) to marked text."""


@cache
def _said() -> dict[str, tuple[str, ...]]:
    return {(parts := line.partition(":"))[0].strip(): tuple(word.strip() for word in parts[2].split("|")) for line in lines("choices")}


@lru_cache(50_000)
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


def boolean_bit(topic: Topic, about: Meaning, value: bool, rng: random.Random) -> Bit | None:
    """Yes or no in other words."""
    words = tuple(word.lower() for word in name_words(topic.parameter.original or topic.parameter.name))
    if len(words) > 4 or any(len(word) > 15 for word in words):
        return None
    rest = " ".join(words[1:])
    texts: tuple[str, ...]
    if words[0] in _NEGATED and rest:
        texts = tuple(way.format(x=rest) for way in _NEGATED[words[0]]) if value else (f"without {rest}", f"leaving out {rest}", f"but no {rest}")
    elif words[0] in ("exclude", "skip", "ignore", "hide", "omit", "no", "without") and rest:
        texts = (f"without {rest}", f"leaving out {rest}", f"and skip {rest}") if value else (f"including {rest}", f"with {rest}", f"but don't skip {rest}")
    elif words[0] == "only" and rest:
        texts = (f"only {rest}", f"{rest} only") if value else (f"not only {rest}",)
    elif words[0] in ("has", "have") and rest:
        texts = (f"with {rest}", f"that has {rest}") if value else (f"without {rest}", f"that has no {rest}")
    elif words[0] in ("enable", "allow", "use", "auto") and rest:
        texts = (
            f"with {rest} {'allowed' if words[0] == 'allow' else 'on' if words[0] != 'use' else ''}".strip(),
            f"and {words[0]} {rest}" if words[0] != "auto" else f"with auto {rest} on",
        )
        if not value:
            texts = (
                f"without {rest}",
                f"with {rest} {'forbidden' if words[0] == 'allow' else 'off'}",
                f"and don't {words[0]} {rest}" if words[0] != "auto" else f"with no auto {rest}",
            )
    elif words[0] == "disable" and rest:
        texts = (f"with {rest} off", f"and disable {rest}", f"without {rest}") if value else (f"with {rest} on", f"and leave {rest} on", f"and don't disable {rest}")
    else:
        texts = _described(words, about, value)
    return Bit("clause", rng.choice(texts), constants={topic.name: value}) if texts else None


_ADJECTIVE = re.compile(
    r"(?:[a-z]+(?:ed|able|ible|ive|al|ic|ful)|public|private|open|hidden|default|free|secure|required|primary|main|new|admin|vegan|vegetarian|unread|verified|draft|secret|internal|external|mature|read only)$"
)


def _described(words: tuple[str, ...], about: Meaning, value: bool) -> tuple[str, ...]:
    """For names that are adjectives, verbs or plain nouns."""
    words = words[1:] if words[0] in ("is", "are", "be", "should", "must") and len(words) > 1 else words
    said = " ".join(words)
    if _ADJECTIVE.match(words[-1]) and len(words) <= 2:
        if about.want in ("list", "search", "count"):
            return (
                (f"that are {said}", f"only {said} ones", f"only the {said} ones")
                if value
                else (f"that are not {said}", f"only ones that aren't {said}", f"but not {said} ones")
            )
        if about.want in ("create", "update"):
            return (
                (f"and make it {said}", f"and mark it as {said}", f"as {said}", f"which should be {said}")
                if value
                else (f"and make it not {said}", f"which should not be {said}", f"not {said}")
            )
        return (f"if it is {said}", f"with {said} on") if value else (f"with {said} off",)
    if verb_of(words[0]) == words[0] and len(words) > 1:
        return (f"and {said}", f"and also {said}", f"and please {said}") if value else (f"but don't {said}", f"and do not {said}", f"without {_gerund(words)}")
    return (
        (f"with {said}", f"with {said} on", f"with {said} enabled", f"with {said} set to true")
        if value
        else (f"without {said}", f"with {said} off", f"with {said} disabled", f"with {said} set to false")
    )


def _gerund(words: tuple[str, ...]) -> str:
    stem = words[0][:-1] if words[0].endswith("e") and not words[0].endswith("ee") else words[0]
    return " ".join((f"{stem}ing", *words[1:]))


def choice_bit(topic: Topic, about: Meaning, value: Any, rng: random.Random) -> Bit | None:
    """A value of a choice in words that fit its parameter."""
    words = choice_words(value)
    if not words:
        return None
    word, label = rng.choice(words), lowered(topic.label)
    last, constants = label.rpartition(" ")[2], {topic.name: value}
    plain = re.fullmatch(r"[a-z][a-z \-]*", word) is not None and word.partition(" ")[0] not in ("in", "from", "by", "on")
    if re.search(r"\b(?:sort|order by|ordering|sort by)\b", label):
        if word.partition(" ")[0] in ("in", "from") or "scending" in word:
            return Bit("clause", word if word.startswith(("in ", "from ")) else f"in {word} order", constants=constants)
        return Bit("clause", rng.choice((f"sorted by {word}", f"ordered by {word}", f"by {word}")), constants=constants)
    if last in ("order", "direction", "dir") or "scending" in word:
        return (
            Bit("clause", word if word.startswith(("in ", "from ")) else f"in {word} order", constants=constants)
            if "scending" in word or word.startswith(("from", "in "))
            else None
        )
    if word.startswith(("in ", "from ", "by ", "on ")):
        return Bit("clause", word, constants=constants)
    if last == "format":
        return Bit("clause", rng.choice((f"as {word}", f"in {word} format", f"in {word}")), constants=constants)
    if last in ("unit", "units", "language", "lang", "locale", "currency"):
        return Bit("clause", rng.choice((f"in {word}", f"with {word} {label}" if len(word) > 2 else f"in {word}")), constants=constants)
    if last in ("interval", "period", "granularity", "frequency", "resolution", "timeframe", "bucket") and plain:
        ways = (
            (f"per {word}", f"by {word}", f"with {article(word)} {word} {last}")
            if word in ("day", "hour", "week", "month", "minute", "year", "quarter")
            else (f"with {article(label)} {label} of {word}", f"{word} {label}")
        )
        return Bit("adjective" if word.endswith("ly") else "clause", word if word.endswith("ly") else rng.choice(ways), constants=constants)
    adjectival = last in (
        "status",
        "state",
        "type",
        "visibility",
        "priority",
        "severity",
        "kind",
        "level",
        "gender",
        "size",
        "color",
        "colour",
        "privacy",
        "condition",
        "category",
        "mode",
    )
    own = label == last or label.partition(" ")[0] == about.head
    if (
        adjectival
        and plain
        and own
        and about.want in ("list", "search", "count", "create", "get")
        and rng.random() < 0.6
        and about.head not in word.split()
        and word not in ("all", "any", "none", "other", "unknown")
    ):
        return Bit("adjective", word + (" priority" if last == "priority" else ""), constants=constants)
    if not label:
        return None
    word = words[0] if " " in word else word
    if last in ("type", "kind") and rng.random() < 0.4 and own:
        return Bit("clause", f"of type {word}", constants=constants)
    return Bit("label", word, label=label, value=word, constants=constants)


def way_bit(topic: Topic, value: str, text: str, about: Meaning, alone: bool, rng: random.Random) -> Bit:
    """A pointed value: behind a preposition where ``alone`` tells that this is clear, else with its label."""
    label, sort = lowered(topic.label), topic.sort
    number = bool(re.fullmatch(r"[-\d.,]+", text))
    unit = f" {topic.unit}" if topic.unit and number and topic.unit not in label and sort not in ("id", "year") else ""
    if sort in LONG:
        return _long_bit(topic, value, text, label, about, rng)
    if sort == "id":
        return _identified(topic, value, text, about, label, rng)
    if sort == "limit" and not topic.several and alone and rng.random() < 0.8:
        return Bit("clause", rng.choice(_LIMITS).replace("{v}", value), label=label, value=value, limit=value if about.want in ("list", "search", "get") else "")
    shown = quoted(value, text, topic, rng)
    last = label.rpartition(" ")[2]
    concept = topic.concept
    owned = not concept or concept in (label, about.head, about.phrase) or concept.rpartition(" ")[2] == about.head
    if alone and owned and topic.ways and rng.random() < 0.75:
        way = rng.choice(topic.ways)
        return Bit("way", shown if _SELF.match(text) and way.startswith(("on ", "at ")) else way.replace("{v}", shown), label=label, value=shown)
    if concept and last in ("name", "slug") and not owned and rng.random() < 0.7:
        way = rng.choice(_around(concept, about)).replace(
            "{x}", rng.choice((f"{concept} {shown}", f"the {concept} {shown}", f"the {shown} {concept}", f"{concept} {shown}"))
        )
        return Bit("way", way, label=label, value=shown)
    if sort in PLAIN and concept and concept != label and not owned and rng.random() < 0.4:
        return Bit("way", f"{rng.choice(_around(concept, about)).replace('{x}', f'{concept} {shown}')}", label=label, value=shown)
    return Bit("label", shown + unit, label=label, value=shown + unit, number=number)


def quoted(value: str, text: str, topic: Topic, rng: random.Random) -> str:
    """The marked value, now and then in quotation marks."""
    if topic.sort not in NAMED or topic.several:
        return value
    share = 0.35 if " " in text else 0.12
    return f'"{value}"' if rng.random() < share and '"' not in text else f"'{value}'" if rng.random() < share / 2 and "'" not in text else value


def _around(concept: str, about: Meaning) -> tuple[str, ...]:
    """Prepositions before a thing that holds or owns what is spoken of."""
    inside = concept.rpartition(" ")[2] in _CONTAINERS
    if about.want in ("create", "update", "send"):
        return ("in {x}", "for {x}", "in {x}") if inside else ("for {x}", "for {x}", "on {x}")
    if about.want == "delete":
        return ("from {x}", "in {x}", "of {x}") if inside else ("from {x}", "of {x}", "for {x}")
    return ("in {x}", "of {x}", "for {x}") if inside else ("for {x}", "of {x}", "for {x}")


def _identified(topic: Topic, value: str, text: str, about: Meaning, label: str, rng: random.Random) -> Bit:
    concept = topic.concept
    if topic.several:
        many = rng.choice((f"{concept} IDs", f"{concept} ids", f"{concept}s"))
        return Bit("label", value, label=many, value=value)
    if related(concept, about.phrase):
        way = rng.choice(("with ID {v}", "with id {v}", "with the id {v}", "(ID {v})", "whose ID is {v}", "with the ID {v}"))
        return Bit("way", way.replace("{v}", value), label="ID", value=value)
    if rng.random() < 0.7:
        return Bit("way", rng.choice(_around(concept, about)).replace("{x}", named_by_id(concept, value, text, rng)), label=f"{concept} ID", value=value)
    return Bit("label", value, label=rng.choice((f"{concept} ID", f"{concept} id", f"{concept} ID", concept)), value=value)


def named_by_id(concept: str, value: str, text: str, rng: random.Random) -> str:
    """ "card 42", "the card with the id 42" and the like."""
    ways = ["{c} {v}"] * 6 + [
        "the {c} {v}",
        "the {c} with ID {v}",
        "the {c} with the id {v}",
        "{c} ID {v}",
        "{c} id {v}",
        "{c} (ID {v})",
        "the {c} whose ID is {v}",
        "{c} with id {v}",
    ]
    if text.isdigit():
        ways += ["{c} #{v}", "{c} number {v}", "{c} no. {v}", "{c} number {v}"]
    return rng.choice(ways).format(c=concept, v=value)


def named_by_name(concept: str, value: str, text: str, topic: Topic, rng: random.Random) -> str:
    """ "the Phoenix project", "the project called Phoenix" and the like."""
    shown = quoted(value, text, topic, rng)
    last = lowered(topic.label).rpartition(" ")[2]
    ways = ["{c} {v}", "{c} {v}", "the {c} {v}", "the {c} {v}"]
    if topic.sort in ("name", "title", "free", "slug", "repo", "team", "folder", "product", "plan", "event", "city", "company", "tag", "category", "room", "branch"):
        ways += ["the {c} called {v}", "the {c} named {v}", "the {v} {c}", "the {v} {c}", "{v} {c}"]
    if last in ("code", "key", "number", "email", "slug", "symbol", "sku", "username", "phone", "address", "url", "path", "version", "hash"):
        ways = ["the {c} with {l} {v}", "{c} {v}", "{c} with the {l} {v}", "the {c} {v}", "the {c} with the {l} {v}"]
    return rng.choice(ways).format(c=concept, v=shown, l=last)


def _long_bit(topic: Topic, value: str, text: str, label: str, about: Meaning, rng: random.Random) -> Bit:
    mark = '"' if '"' not in text else "'"
    shown = f"{mark}{value}{mark}"
    if topic.sort in ("message", "comment") and about.want in ("send", "create", "do", "update"):
        way = rng.choice(
            (
                f"saying {shown}",
                f"that says {shown}",
                f"with the text {shown}",
                f"with the {label} {shown}",
                f"saying {value}",
                f"which reads {shown}",
                f"with {label} {shown}",
            )
        )
    elif topic.sort in ("text", "phrase") and about.want in ("compute", "check", "get", "do", "search"):
        way = rng.choice(
            (f"of {shown}", f"for the {label} {shown}", f"for {shown}", f"of the {label} {shown}", f"in {shown}", f"of this {label}: {value}", f"for this: {shown}")
        )
    elif topic.sort == "reason":
        way = rng.choice((f"because of {shown}", f"with the reason {shown}", f"with {value} as the reason", f"reason: {value}", f"giving {shown} as the reason"))
    else:
        way = rng.choice(
            (
                f"with the {label} {shown}",
                f"with {label} {shown}",
                f"and the {label} {shown}",
                f"with {shown} as the {label}",
                f"with {label}: {value}",
                f"described as {shown}" if label == "description" else f"{label} {shown}",
            )
        )
    return Bit("way", way, label=label, value=shown, long=True)


def choices_of(topic: Topic) -> tuple[Any, ...]:
    """The values of a choice that can be told apart when they are said."""
    kind = topic.type
    if not isinstance(kind, Choice):
        return ()
    said = [choice_words(value) for value in kind.choices]
    return tuple(value for value, words in zip(kind.choices, said, strict=True) if words and sum(words == other for other in said) == 1)


def related(concept: str, phrase: str) -> bool:
    """Whether a parameter's noun is the one of a phrase."""
    mine, other = singular(concept.rpartition(" ")[2]).lower(), singular(phrase.rpartition(" ")[2]).lower()
    return bool(mine) and mine == other
