"""What a request is about, as a phrase with values inside: "the open issues of repository dotfiles"."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from octocall.data.teachers.rules.meaning import Meaning, Part
from octocall.data.teachers.rules.script import Script
from octocall.data.teachers.rules.topics import Topic
from octocall.data.teachers.rules.ways import LONG, PLAIN, Placed, named_by_id, named_by_name, quoted, related
from octocall.data.teachers.rules.words import article, is_plural, reworded, singular
from octocall.types import Choice

_LOOSE = ("by", "with", "as", "per", "through", "into", "via", "over", "against", "to", "within")
"""Prepositions of documentation whose phrases are not said unless a value stands in them."""
ITSELF = -1
"""The place of the phrase itself, before those of its parts."""


@dataclass
class Noun:
    """``inner`` are the values at the places of the phrase; parts at ``silent`` places are not said."""

    about: Meaning
    inner: dict[int, Placed] = field(default_factory=dict)
    adjectives: list[str] = field(default_factory=list)
    silent: set[int] = field(default_factory=set)
    limit: str = ""

    @property
    def bare(self) -> bool:
        """Whether it can stand without an article."""
        return not self.about.mine and (ITSELF not in self.inner or not self.adjectives)

    @property
    def known(self) -> bool:
        """Whether a value says which one is meant."""
        return ITSELF in self.inner or 0 in self.inner

    def plain(self, rng: random.Random) -> str:
        """Without an article."""
        phrase = self.about.phrase if self.about.want == "count" else reworded(self.about.phrase, rng, 0.25)
        phrase = " ".join([*self.adjectives, phrase])
        if ITSELF in self.inner:
            placed = self.inner[ITSELF]
            phrase = named_by_id(phrase, placed, rng) if placed.topic.sort == "id" else named_by_name(phrase, placed, rng)
        for place, part in enumerate(self.about.parts):
            if place in self.inner or place not in self.silent:
                phrase += " " + self._part(place, part, rng)
        return phrase

    def _part(self, place: int, part: Part, rng: random.Random) -> str:
        if place not in self.inner:
            many = is_plural(part.phrase.rpartition(" ")[2])
            return f"{part.preposition} {'' if many else 'the '}{part.phrase}"
        each, marked, text = placed = self.inner[place]
        if each.sort == "id":
            before = rng.choice(("of", "for")) if part.preposition in ("by", "with") else part.preposition
            return f"{before} {named_by_id(part.phrase, placed, rng)}"
        if each.sort in PLAIN and rng.random() < 0.75:
            return f"{part.preposition} {quoted(marked, text, each, rng)}"
        if each.several:
            return f"{part.preposition} {part.phrase} {marked}"
        return f"{part.preposition} {named_by_name(singular(part.phrase), placed, rng)}"

    def said(self, rng: random.Random) -> str:
        """With the article that the wish asks for."""
        plain, about = self.plain(rng), self.about
        if ITSELF in self.inner or plain.startswith(("the ", "my ", "all ")):
            return plain
        if self.limit:
            return rng.choice((f"the first {self.limit} {plain}", f"{self.limit} {plain}", f"the top {self.limit} {plain}", f"up to {self.limit} {plain}"))
        if about.mine:
            return f"my {plain}"
        first = plain.partition(" ")[0]
        if about.want in ("list", "search", "count"):
            return rng.choice(("", "the ", "all ", "all the ", "the ") if about.want == "list" else ("", "the ", "")) + plain
        if about.want not in ("create", "send"):
            return plain if about.plural and rng.random() < 0.3 else f"the {plain}"
        if about.plural or about.uncounted:
            return rng.choice(("", "new ", "some ", "the ")) + plain
        start = rng.choice(("", "", "new ", "another ")) if first != "new" else ""
        return f"another {plain}" if start == "another " else f"{article(start or first)} {start}{plain}"


def mentions(found: Script, chosen: Sequence[Topic]) -> dict[str, int]:
    """Parameter to the place in the documentation's phrase that it stands for."""
    places: dict[str, int] = {}
    for each in chosen:
        if not (isinstance(each.type, Choice) or each.sort in LONG or each.sort == "boolean"):
            place = _place(found.about, each, set(places.values()))
            if place is not None:
                places[each.name] = place
    return places


def _place(about: Meaning, each: Topic, taken: set[int]) -> int | None:
    noun = each.concept or each.label
    for place, part in enumerate(about.parts):
        if place not in taken and (related(noun, part.phrase) or part.head == each.sort) and not (each.several and each.sort == "id"):
            return place
    single = about.want in ("get", "update", "delete", "do", "check", "send") and not about.plural and not each.several and ITSELF not in taken
    telling = (each.parameter.required or each.sort == "id") and each.sort not in ("date", "amount", "quantity", "number", "limit")
    return ITSELF if single and telling and related(noun, about.phrase) else None


def unsaid(found: Script) -> set[int]:
    """Parts of the phrase that stand for parameters, or are loose ends: said only with a value in them."""
    named = {place for place, part in enumerate(found.about.parts) for each in found.topics if related(each.concept or each.label, part.phrase)}
    return named | {place for place, part in enumerate(found.about.parts) if part.preposition in _LOOSE}
