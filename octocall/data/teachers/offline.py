"""The teacher without a model: requests for any function, written from its documentation alone."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from octocall.data.teachers.rules.frames import frames, say_participle, say_verb, sections
from octocall.data.teachers.rules.labels import after, sentences, terse
from octocall.data.teachers.rules.meaning import Meaning, Part, meaning
from octocall.data.teachers.rules.topics import Topic, is_junk, topic
from octocall.data.teachers.rules.values import text_of
from octocall.data.teachers.rules.ways import LONG, PLAIN, Bit, boolean_bit, choice_bit, choices_of, named_by_id, named_by_name, quoted, related, way_bit
from octocall.data.teachers.rules.words import article, is_plural, reworded, singular
from octocall.function import Function, Parameter
from octocall.types import Choice, Context, List

OPEN, CLOSE, FIRST = "\ue000", "\ue001", 0xE100
"""Marks around a value in a draft: OPEN, the number of its slot, the words, CLOSE."""
_MOST_OPTIONAL = 5
_FRONT = ("in ", "for ", "on ", "from ", "at ", "near ", "around ", "since ", "with ")
_LOOSE = ("by", "with", "as", "per", "through", "into", "via", "over", "against", "to", "within")
"""Prepositions of documentation whose phrases are not said unless a value stands in them."""
TELLING = {"query", "text", "phrase", "city", "location", "country", "date", "startdate", "name", "title", "message", "person", "symbol", "coin", "amount", "number", "email", "url", "topic", "language",
           "category", "year", "product", "team", "artist", "food", "zip", "address"}  # fmt: skip
"""Classes that people speak of rather than of others."""


@dataclass(frozen=True)
class Script:
    """All that is known of a function before a request is written."""

    function: Function
    about: Meaning
    required: tuple[Topic, ...]
    optional: tuple[Topic, ...]

    @property
    def topics(self) -> tuple[Topic, ...]:
        return self.required + self.optional


@dataclass
class Draft:
    """A request with marked values, and what it asks for.

    ``slots`` are the places (call, parameter) that each marked value serves; ``constants`` the implied values of each call.
    """

    functions: list[Function]
    text: str = ""
    slots: list[list[tuple[int, str]]] = field(default_factory=list)
    constants: list[dict[str, Any]] = field(default_factory=lambda: [{}])
    missing: list[list[str]] = field(default_factory=lambda: [[]])
    frame: str = ""
    nested: dict[tuple[int, str], int] = field(default_factory=dict)
    """Parameters that take the result of another call of this draft."""

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
    required, optional = [], []
    for parameter in function.parameters:
        found = topic(parameter, about) if parameter.required or not is_junk(parameter.original or parameter.name) else None
        if found is None or (isinstance(found.type, Choice) and not choices_of(found)):
            if parameter.required:
                return None
            continue
        (required if parameter.required else optional).append(found)
    return Script(function, about, tuple(required), tuple(optional)) if len(required) <= 6 else None


class OfflineTeacher:
    """Writes requests from documentation. ``held_out`` chooses the sentences that no training request is written with."""

    def __init__(self, held_out: bool = False) -> None:
        self.frames = frames(held_out)

    def queries(self, function: Function, count: int, rng: random.Random, context: Context) -> Iterator[Draft]:
        """Up to ``count`` requests; fewer or none where the documentation does not carry them."""
        found = script(function)
        for _ in range(count if found else 0):
            assert found is not None
            draft = self.draft(found, rng, context)
            if draft is not None:
                yield draft

    def arguments(self, function: Function, rng: random.Random, context: Context) -> dict[str, str]:
        """A value in words for each parameter that is pointed at."""
        found = script(function)
        texts = {each.name: value_text(each, rng, context) for each in (found.topics if found else ())}
        return {name: text for name, text in texts.items() if text}

    def draft(self, found: Script, rng: random.Random, context: Context, incomplete: float = 0.03) -> Draft | None:
        """One request, or None where an attempt failed."""
        draft = Draft([found.function])
        chosen = [*found.required, *self.chosen(found, rng)]
        if found.required and rng.random() < incomplete:
            left_out = rng.choice(found.required)
            chosen.remove(left_out)
            draft.missing[0].append(left_out.name)
        rng.shuffle(chosen)
        return self.compose(draft, found, chosen, rng, context)

    def chosen(self, found: Script, rng: random.Random) -> list[Topic]:
        """The optional parameters that a request speaks of: mostly none, in changes some."""
        if not found.optional:
            return []
        about = found.about
        draw = rng.random()
        count = 0 if draw < 0.48 else 1 if draw < 0.8 else 2 if draw < 0.94 else 3
        if about.want in ("create", "update") and len(found.required) < 2 and rng.random() < 0.9:
            count = max(count, 1) + (rng.random() < 0.3)
        elif not found.required and rng.random() < (0.95 if about.want in ("compute", "check", "do", "search") else 0.85 if any(each.sort in TELLING for each in found.optional) else 0.5):
            count = max(count, 1)
        weights = [3.0 if each.sort in TELLING else 1.0 for each in found.optional]
        picked = dict.fromkeys(rng.choices(range(len(weights)), weights, k=count)) if count else {}
        return [found.optional[at] for at in picked][:_MOST_OPTIONAL]

    def compose(self, draft: Draft, found: Script, chosen: Sequence[Topic], rng: random.Random, context: Context, frame: str = "") -> Draft | None:
        """Values drawn and put into words; into ``frame`` where one is given."""
        values: dict[str, str] = {}
        bits: list[Bit] = []
        about, inner = found.about, {}
        places = mentions(found, chosen) if rng.random() < 0.85 else {}
        for each in chosen:
            made = value_bit(draft, found, each, chosen, rng, context, values)
            if made is None:
                return None
            marked, text, bit = made
            if each.name in places and marked is not None:
                inner[places[each.name]] = (each, marked, text)
            elif bit is not None:
                bits.append(bit)
            else:
                bits.append(way_bit(each, marked or "", text, about, alone(each, found, chosen), rng))
        for bit in bits:
            draft.constants[0].update(bit.constants)
        missing = {name for names in draft.missing for name in names}
        noun = Noun(
            about, inner, [bit.text for bit in bits if bit.kind == "adjective"], {place for place in range(len(about.parts)) if place in unsaid(found, missing)}
        )
        return self.sentence(draft, noun, [bit for bit in bits if bit.kind != "adjective"], rng, frame)

    def sentence(self, draft: Draft, noun: Noun, bits: list[Bit], rng: random.Random, frame: str = "") -> Draft | None:
        """The frame filled."""
        about = noun.about
        labelled = [bit for bit in bits if bit.label and not bit.long]
        ways = [bit for bit in bits if bit.kind in ("way", "clause") and not bit.long]
        options = [text for name in sections(about.want, about.uncounted or about.plural, 0 in noun.inner or -1 in noun.inner) for text in self.frames[name]]
        options = [frame] if frame else options
        for _ in range(6):
            frame = rng.choice(options)
            if ("{S}" in frame or "{K}" in frame) and (not labelled or (len(labelled) == 1 and rng.random() < 0.5)):
                continue
            front = [bit for bit in ways if bit.kind == "way" and bit.text.startswith(_FRONT)] if "{F}" in frame else []
            if ("{F}" in frame and not front) or ("{B}" in frame and not noun.bare) or (about.mine and "{B}" in frame):
                continue
            verb = say_verb(about.verb, frame, rng) if "{V}" in frame else "-"
            done = say_participle(about.verb, rng) if "{P}" in frame else "-"
            if verb and done:
                break
        else:
            return None
        first = rng.choice(front) if front else None
        noun.limit = ""
        limit = next((bit for bit in bits if bit.limit), None)
        if (
            limit
            and limit is not first
            and "{N}" in frame
            and "{S}" not in frame
            and "{K}" not in frame
            and about.plural
            and not about.mine
            and not noun.adjectives
            and rng.random() < 0.5
        ):
            noun.limit, bits = limit.limit, [bit for bit in bits if bit is not limit]
            labelled = [bit for bit in labelled if bit is not limit]
        rest = [bit for bit in bits if bit is not first]
        fields = {"V": verb, "P": done, "F": first.text if first else "", "S": "", "K": ""}
        if "{S}" in frame or "{K}" in frame:
            chosen = labelled if rng.random() < 0.6 else [bit for bit in labelled if bit.kind == "label"] or labelled
            rest = [bit for bit in rest if bit not in chosen]
            fields["K" if "{K}" in frame else "S"] = terse(chosen, rng) if "{K}" in frame else sentences(chosen, rng)
        if about.plural and -1 not in noun.inner:
            frame = _agreed(frame)
        behind = after(rest, about.want, rng)
        if "{A}" not in frame:
            frame = re.sub(r"\{([NB])\}", lambda match: f"{{{match[1]}}}{{A}}", frame, count=1)
        fields |= {"A": behind, "N": noun.said(about.want, rng), "B": noun.plain(rng)}
        text = re.sub(r"\{(\w)\}", lambda match: fields[match[1]], frame)
        draft.text, draft.frame = finished(text, rng), frame
        return draft


def _agreed(frame: str) -> str:
    """A sentence whose subject is in the plural."""
    frame = re.sub(r"(?<=\{V\}) it\b|(?<=look) it\b", " them", frame)
    return re.sub(
        r"\bneeds to\b", "need to", re.sub(r"\bhas to be\b", "have to be", re.sub(r"(?<=\{[NA]\}) is\b", " are", frame.replace(" was a mistake", " were a mistake")))
    )


@dataclass
class Noun:
    """What a request is about, with the values inside it: -1 is the phrase itself, other places are its parts."""

    about: Meaning
    inner: dict[int, tuple[Topic, str, str]]
    adjectives: list[str]
    silent: set[int]
    limit: str = ""

    @property
    def bare(self) -> bool:
        return -1 not in self.inner or not self.adjectives

    def plain(self, rng: random.Random) -> str:
        """Without an article."""
        about = self.about
        phrase = reworded(about.phrase, rng, 0.25)
        if about.want in ("count",) and not is_plural(phrase.rpartition(" ")[2]):
            phrase = about.phrase
        phrase = " ".join([*self.adjectives, phrase])
        if -1 in self.inner:
            each, marked, text = self.inner[-1]
            named = named_by_id(phrase, marked, text, rng) if each.sort == "id" else named_by_name(phrase, marked, text, each, rng)
            phrase = named
        for place, part in enumerate(about.parts):
            if place in self.inner or place not in self.silent:
                phrase += " " + self._part(place, part, rng)
        return phrase

    def _part(self, place: int, part: Part, rng: random.Random) -> str:
        if place not in self.inner:
            return f"{part.preposition} {'' if is_plural(part.head) or is_plural(part.phrase.rpartition(' ')[2]) else 'the '}{part.phrase}"
        each, marked, text = self.inner[place]
        if each.sort == "id":
            before = rng.choice(("of", "for")) if part.preposition in ("by", "with") else part.preposition
            return f"{before} {named_by_id(part.phrase, marked, text, rng)}"
        if each.sort in PLAIN and rng.random() < 0.75:
            return f"{part.preposition} {quoted(marked, text, each, rng)}"
        if each.several:
            return f"{part.preposition} {part.phrase} {marked}"
        return f"{part.preposition} {named_by_name(singular(part.phrase), marked, text, each, rng)}"

    def said(self, want: str, rng: random.Random) -> str:
        """With the article that the wish asks for."""
        plain = self.plain(rng)
        if -1 in self.inner:
            return plain
        if plain.startswith(("the ", "my ", "all ")):
            return plain
        about = self.about
        if self.limit:
            return rng.choice((f"the first {self.limit} {plain}", f"{self.limit} {plain}", f"the top {self.limit} {plain}", f"up to {self.limit} {plain}"))
        if about.mine:
            return f"my {plain}"
        first = plain.partition(" ")[0]
        if want in ("list", "search", "count"):
            return rng.choice(("", "the ", "all ", "all the ", "the ")) + plain if want == "list" else rng.choice(("", "the ", "")) + plain
        if want in ("create", "send"):
            if about.plural or about.uncounted:
                return rng.choice(("", "new ", "some ", "the ")) + plain
            start = rng.choice(("a", "a", "new", "another"))
            return (
                f"a new {plain}"
                if start == "new" and first != "new"
                else f"another {plain}"
                if start == "another" and first != "new"
                else f"{article(first)} {plain}"
            )
        return plain if about.plural and rng.random() < 0.3 else f"the {plain}"


def value_text(each: Topic, rng: random.Random, context: Context) -> str | None:
    """Words for a value; several where the parameter takes a list."""
    if isinstance(each.type, Choice):
        return None
    if not each.several:
        return text_of(each, rng, context)
    kind = each.parameter.type
    assert isinstance(kind, List)
    size = max(kind.least, rng.choice((1, 2, 2, 2, 3, 3, 4)))
    texts = list(dict.fromkeys(text for _ in range(size) if (text := text_of(each, rng, context)) and not re.search(r",|;|\band\b|&", text)))
    if len(texts) < max(1, kind.least):
        return None
    return rng.choice((", ".join(texts), f"{', '.join(texts[:-1])} and {texts[-1]}", f"{', '.join(texts[:-1])} and {texts[-1]}")) if len(texts) > 1 else texts[0]


def value_bit(
    draft: Draft, found: Script, each: Topic, chosen: Sequence[Topic], rng: random.Random, context: Context, values: dict[str, str]
) -> tuple[str | None, str, Bit | None] | None:
    """Marked words and plain words of a pointed value, or a finished bit of an implied one; None where it cannot be said."""
    parameter, about = each.parameter, found.about
    if each.sort == "boolean" and not each.several:
        value = rng.random() < 0.6
        if parameter.default in (True, False) and rng.random() < 0.85:
            value = not parameter.default
        bit = boolean_bit(each, about, value, rng)
        return None if bit is None else (None, "", bit)
    if each.sort == "choice":
        return _choice(each, about, rng)
    if each.sort == "boolean":
        return None
    text = value_text(each, rng, context)
    if not text or text.lower() in values.values():
        return None
    values[each.name] = text.lower()
    return draft.mark([(0, parameter.name)], text), text, None


def _choice(each: Topic, about: Meaning, rng: random.Random) -> tuple[None, str, Bit] | None:
    kind = each.type
    if isinstance(kind, Choice) and not each.several and {str(value).lower() for value in kind.choices} == {"true", "false"}:
        value = rng.choice(kind.choices)
        bit = boolean_bit(each, about, str(value).lower() == "true", rng)
        return None if bit is None else (None, "", replace(bit, constants={each.name: value}))
    options = [value for value in choices_of(each) if value != each.parameter.default] or list(choices_of(each))
    if not options:
        return None
    if not each.several:
        bit = choice_bit(each, about, rng.choice(options), rng)
        return None if bit is None else (None, "", bit)
    picked = rng.sample(options, min(len(options), rng.choice((1, 1, 2, 2, 3))))
    bits = [choice_bit(each, about, value, rng) for value in picked]
    if any(bit is None or bit.kind != "label" for bit in bits):
        return None
    said = [bit.value for bit in bits if bit]
    text = f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]
    return None, "", Bit("label", text, bits[0].label if bits[0] else "", text, {each.name: picked})


def mentions(found: Script, chosen: Sequence[Topic]) -> dict[str, int]:
    """Parameter to the place in the documentation's phrase that it stands for."""
    about, places, taken = found.about, {}, set()
    for each in chosen:
        if isinstance(each.type, Choice) or each.sort in LONG or each.sort == "boolean":
            continue
        noun = each.concept or each.label
        for place, part in enumerate(about.parts):
            if place not in taken and (related(noun, part.phrase) or part.head == each.sort) and not (each.several and each.sort == "id"):
                places[each.name] = place
                taken.add(place)
                break
        else:
            single = about.want in ("get", "update", "delete", "do", "check", "send") and not about.plural
            if (
                single
                and -1 not in taken
                and not each.several
                and related(noun, about.phrase)
                and each.sort not in ("date", "amount", "quantity", "number", "limit")
            ):
                if each.parameter.required or each.sort == "id":
                    places[each.name] = -1
                    taken.add(-1)
    return places


def unsaid(found: Script, missing: set[str]) -> set[int]:
    """Parts of the phrase that stand for parameters which this request leaves out."""
    about = found.about
    names = {place for place, part in enumerate(about.parts) for each in found.topics if related(each.concept or each.label, part.phrase)}
    return names | {place for place, part in enumerate(about.parts) if part.preposition in _LOOSE}


def alone(each: Topic, found: Script, chosen: Sequence[Topic]) -> bool:
    """Whether a value may stand without its label: no other parameter of the function takes the like."""
    return sum(other.sort == each.sort for other in found.topics) == 1


def finished(text: str, rng: random.Random) -> str:
    """Capital letter and full stop, as most people write them."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" ([,.?!:;])", r"\1", text)
    if rng.random() < 0.8 and text[:1].isalpha():
        text = text[0].upper() + text[1:]
    if text[-1] not in ".?!:" and rng.random() < 0.35:
        text += "."
    return re.sub(r"\?\.$", "?", text)


def parameter_of(function: Function, name: str) -> Parameter:
    """The parameter of a function; kept apart for drafts over several functions."""
    return function.parameter(name)


__all__ = ["CLOSE", "FIRST", "OPEN", "Draft", "Noun", "OfflineTeacher", "Script", "replace", "script"]
