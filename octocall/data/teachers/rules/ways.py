"""How the value of one parameter is said: behind a preposition, with its label, or as what it names."""

from __future__ import annotations

import random
import re
from typing import NamedTuple

from octocall.data.teachers.rules.implied import Bit
from octocall.data.teachers.rules.meaning import Meaning
from octocall.data.teachers.rules.topics import Topic
from octocall.data.teachers.rules.words import lowered, phrases, singular, word_set

LONG, PLAIN = word_set("long"), word_set("plain")
"""Classes whose values are sentences or nearly so, and those whose values say themselves what they are."""
_NAMED, _CONTAINERS, _KEYS, _CALLED = word_set("named"), word_set("containers"), word_set("keys"), word_set("called")
_LIMITS, _BY_ID, _BY_NUMBER = phrases("limits"), phrases("by_id"), phrases("by_number")
_SELF = re.compile(r"(?:on|in|at|by|next|this|last|tomorrow|today|tonight|yesterday|the day|a week|noon|two|three)\b", re.I)
"""Dates that stand without a preposition."""


class Placed(NamedTuple):
    """A value to be said: its topic, its words marked as a slot, its plain words."""

    topic: Topic
    marked: str
    text: str


def way_bit(placed: Placed, about: Meaning, rng: random.Random) -> Bit:
    """A value behind a preposition where this is clear, else with its label."""
    topic, marked, text = placed
    label = lowered(topic.label)
    if topic.sort in LONG:
        return _long(placed, label, about, rng)
    if topic.sort == "id":
        return _identified(placed, label, about, rng)
    if topic.sort == "limit" and topic.ways and not topic.several and rng.random() < 0.8:
        return Bit("clause", rng.choice(_LIMITS).replace("{v}", marked), label, marked, limit=marked if about.want in ("list", "search", "get") else "")
    shown = quoted(marked, text, topic, rng)
    owned = topic.concept in ("", label, about.head, about.phrase) or related(topic.concept, about.phrase)
    if topic.ways and owned and rng.random() < 0.75:
        way = rng.choice(topic.ways)
        return Bit("way", shown if _SELF.match(text) and way.startswith(("on ", "at ")) else way.replace("{v}", shown), label, shown)
    if not owned:
        concept = topic.concept
        forms = {"name": 0.7, "slug": 0.7}.get(label.rpartition(" ")[2], 0.4 if topic.sort in PLAIN else 0)
        if rng.random() < forms:
            said = rng.choice((f"{concept} {shown}", f"the {concept} {shown}", f"the {shown} {concept}", f"{concept} {shown}"))
            return Bit("way", rng.choice(_around(concept, about)).replace("{x}", said), label, shown)
    number = bool(re.fullmatch(r"[-\d.,]+", text))
    unit = f" {topic.unit}" if topic.unit and number and topic.unit not in label and topic.sort != "year" else ""
    return Bit("label", shown + unit, label, shown + unit, number=number)


def quoted(marked: str, text: str, topic: Topic, rng: random.Random) -> str:
    """The marked value, now and then in quotation marks."""
    if topic.sort not in _NAMED or topic.several:
        return marked
    share = 0.35 if " " in text else 0.12
    return f'"{marked}"' if rng.random() < share and '"' not in text else f"'{marked}'" if rng.random() < share / 2 and "'" not in text else marked


def _around(concept: str, about: Meaning) -> tuple[str, ...]:
    """Prepositions before a thing that holds or owns what is spoken of."""
    inside = concept.rpartition(" ")[2] in _CONTAINERS
    if about.want in ("create", "update", "send"):
        return ("in {x}", "for {x}", "in {x}") if inside else ("for {x}", "for {x}", "on {x}")
    if about.want == "delete":
        return ("from {x}", "in {x}", "of {x}") if inside else ("from {x}", "of {x}", "for {x}")
    return ("in {x}", "of {x}", "for {x}") if inside else ("for {x}", "of {x}", "for {x}")


def _identified(placed: Placed, label: str, about: Meaning, rng: random.Random) -> Bit:
    topic, marked, concept = placed.topic, placed.marked, placed.topic.concept
    if topic.several:
        return Bit("label", marked, rng.choice((f"{concept} IDs", f"{concept} ids", f"{concept}s")), marked)
    if related(concept, about.phrase):
        way = rng.choice(("with ID {v}", "with id {v}", "with the id {v}", "(ID {v})", "whose ID is {v}", "with the ID {v}"))
        return Bit("way", way.replace("{v}", marked), "ID", marked)
    if rng.random() < 0.7:
        return Bit("way", rng.choice(_around(concept, about)).replace("{x}", named_by_id(concept, placed, rng)), label, marked)
    return Bit("label", marked, rng.choice((label, f"{concept} id", label, concept)), marked)


def named_by_id(concept: str, placed: Placed, rng: random.Random) -> str:
    """ "card 42", "the card with the id 42" and the like."""
    ways = _BY_ID + _BY_NUMBER if placed.text.isdigit() else _BY_ID
    return rng.choice(ways).format(c=concept, v=placed.marked)


def named_by_name(concept: str, placed: Placed, rng: random.Random) -> str:
    """ "the Phoenix project", "the project called Phoenix" and the like."""
    shown = quoted(placed.marked, placed.text, placed.topic, rng)
    last = lowered(placed.topic.label).rpartition(" ")[2]
    ways = ["{c} {v}", "{c} {v}", "the {c} {v}", "the {c} {v}"]
    if last in _KEYS:
        ways = ["the {c} with {l} {v}", "{c} {v}", "{c} with the {l} {v}", "the {c} {v}", "the {c} with the {l} {v}"]
    elif placed.topic.sort in _CALLED:
        ways += ["the {c} called {v}", "the {c} named {v}", "the {v} {c}", "the {v} {c}", "{v} {c}"]
    return rng.choice(ways).format(c=concept, v=shown, l=last)


def _long(placed: Placed, label: str, about: Meaning, rng: random.Random) -> Bit:
    topic, marked, text = placed
    mark = '"' if '"' not in text else "'"
    shown = f"{mark}{marked}{mark}"
    kind = "described"
    if topic.sort in ("message", "comment") and about.want in ("send", "create", "do", "update"):
        kind = "said"
    elif topic.sort in ("text", "phrase") and about.want in ("compute", "check", "get", "do", "search"):
        kind = "read"
    elif topic.sort == "reason":
        kind = "reasoned"
    way = rng.choice(phrases(kind))
    return Bit("way", way.replace("{q}", shown).replace("{v}", marked).replace("{l}", label), label, shown, long=True)


def related(concept: str, phrase: str) -> bool:
    """Whether a parameter's noun is the one of a phrase."""
    mine, other = singular(concept.rpartition(" ")[2]).lower(), singular(phrase.rpartition(" ")[2]).lower()
    return bool(mine) and mine == other
