"""Requests for several calls: one function with other values, functions of one API, one call inside another."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from octocall.data.teachers.offline import OfflineTeacher
from octocall.data.teachers.rules.implied import Bit
from octocall.data.teachers.rules.labels import after
from octocall.data.teachers.rules.script import CLOSE, FIRST, OPEN, Draft, Script, Setting
from octocall.data.teachers.rules.topics import Topic
from octocall.data.teachers.rules.values import text_of
from octocall.data.teachers.rules.ways import LONG, Placed, way_bit
from octocall.data.teachers.rules.words import word_set
from octocall.types import Choice

_COMMANDS = (" and ", " and then ", ", then ", ", and ", ", and also ", ". Then ", ". Also, ", "; ", ". After that, ", ". And ", ", and please ", " and ")
_WISHES = (" and ", ", and ", ". ", ". Also, ", "; ", ". And ", ". ")
_OUTER = ("{V} {N}{A}", "{V} {N}{A}", "please {V} {N}{A}", "can you {V} {N}{A}", "I want to {V} {N}{A}")
_MORE = (" and another one", ", and another one", " and one more", ", then another")
_SAME = (" and the same", ", then the same", " and also", ", and again", " and")
_MARKED = re.compile(f"{OPEN}(.)([^{CLOSE}]*){CLOSE}", re.S)
_LISTING = re.compile(r",|\band\b", re.I)
_APART, _TELLS = word_set("apart"), word_set("tells")
"""Classes whose values are not said as "a and b", and those that may hold what another call found."""


def again(teacher: OfflineTeacher, found: Script, setting: Setting) -> Draft | None:
    """One function two to four times."""
    draft, rng = teacher.draft(found, setting, incomplete=0), setting.rng
    if draft is None:
        return None
    topics = {each.name: each for each in found.topics}
    places = [slot for slot, served in enumerate(draft.slots) if _varied(topics[served[0][1]])]
    style = rng.random()
    if not places or style < 0.25:
        return joined([draft, teacher.draft(found, setting, incomplete=0)], rng)
    if found.about.want in ("create", "send") or style < 0.55:
        return _elided(draft, found, setting)
    slot = rng.choice(places)
    return _listed(draft, slot, topics[draft.slots[slot][0][1]], setting)


def _varied(each: Topic) -> bool:
    return not each.several and each.sort not in _APART and each.sort not in LONG and not isinstance(each.type, Choice)


def _listed(draft: Draft, slot: int, each: Topic, setting: Setting) -> Draft | None:
    """ "for Paris, Rome and Oslo": one value becomes several, all else serves every call."""
    rng, size = setting.rng, setting.rng.choice((2, 2, 2, 3, 3, 4))
    match = next((match for match in _MARKED.finditer(draft.text) if ord(match[1]) - FIRST == slot), None)
    if match is None:
        return None
    texts = [match[2], *(text_of(each, rng, setting.context) or "" for _ in range(size - 1))]
    if len({text.lower() for text in texts}) < size or not all(texts) or any(map(_LISTING.search, texts)):
        return None
    for number, places in enumerate(draft.slots):
        if number != slot:
            draft.slots[number] = [(call, name) for call in range(size) for _, name in places]
    mark = draft.text[match.start() - 1 : match.start()]
    quote = mark if mark in ("'", '"') and draft.text[match.end() : match.end() + 1] == mark else ""
    marked = [match[0], *(draft.mark([(call, each.name)], texts[call]) for call in range(1, size))]
    last = rng.choice((" and ", " and ", ", and " if size > 2 else " as well as "))
    many = f"{quote}, {quote}".join(marked[:-1]) + f"{quote}{last}{quote}" + marked[-1]
    draft.text = draft.text.replace(match[0], many)
    return _repeated(draft, size)


def _repeated(draft: Draft, size: int) -> Draft:
    draft.functions, draft.missing = draft.functions * size, [[] for _ in range(size)]
    draft.constants = [dict(draft.constants[0]) for _ in range(size)]
    return draft


def _elided(draft: Draft, found: Script, setting: Setting) -> Draft | None:
    """ "… and another one called B", "… and the same for Rome": what is not said again stays as it was."""
    rng, topics = setting.rng, {each.name: each for each in found.topics}
    names = [places[0][1] for places in draft.slots]
    open_ended = draft.frame.rstrip(".?").endswith(("{A}", "{N}", "{B}")) and not re.search(r"\{[SK]\}", draft.frame)
    draft.text = draft.text.rstrip(".?! ")
    if any(topics[name].sort in LONG for name in names) or any(draft.missing) or not open_ended or draft.text.endswith(")"):
        return None
    size, new = rng.choice((2, 2, 2, 3)), found.about.want in ("create", "send")
    varied = [name for name in names if _varied(topics[name])]
    kept = [name for name in names if name not in varied]
    if len(varied) > 1 and not new and rng.random() < 0.4:
        kept.append(varied.pop(rng.randrange(len(varied))))
    first = len(draft.slots)
    for call in range(1, size):
        bits = _other_values(draft, [topics[name] for name in varied], call, found, setting)
        if bits is None:
            return None
        draft.text += rng.choice(_MORE if new else _SAME) + after(bits, found.about.want, rng)
    for slot in range(first):
        if draft.slots[slot][0][1] in kept:
            draft.slots[slot] = [(call, draft.slots[slot][0][1]) for call in range(size)]
    draft.text += rng.choice(("", "", "."))
    return _repeated(draft, size)


def _other_values(draft: Draft, varied: Sequence[Topic], call: int, found: Script, setting: Setting) -> list[Bit] | None:
    bits = []
    for each in varied:
        text = text_of(each, setting.rng, setting.context)
        if not text or re.search(rf"(?<!\w){re.escape(text)}(?!\w)", draft.text, re.I):
            return None
        bits.append(way_bit(Placed(each, draft.mark([(call, each.name)], text), text), found.about, setting.rng))
    return bits


def joined(drafts: Sequence[Draft | None], rng: random.Random) -> Draft | None:
    """Several requests as one."""
    whole = Draft([], "", [], [], [])
    for draft in drafts:
        if draft is None or not draft.text:
            return None
        text = _renumbered(draft.text, len(whole.slots))
        whole.slots += [[(call + len(whole.functions), name) for call, name in places] for places in draft.slots]
        whole.functions += draft.functions
        whole.constants += draft.constants
        whole.missing += draft.missing
        whole.text = _attached(whole.text, text, draft.frame.startswith("{V}"), rng) if whole.text else text
    return whole


def _renumbered(text: str, by: int) -> str:
    return _MARKED.sub(lambda match: f"{OPEN}{chr(ord(match[1]) + by)}{match[2]}{CLOSE}", text)


def _attached(first: str, second: str, command: bool, rng: random.Random) -> str:
    joint = rng.choice(_COMMANDS if command else _WISHES)
    if first.rstrip().endswith(("?", "!")) or (first.rstrip().endswith(".") and rng.random() < 0.6):
        joint = rng.choice((" Then ", " Also, ", " And ", " After that, ", " "))
        if joint == " ":
            return f"{first.rstrip()} {second}"
    else:
        first = first.rstrip(" .")
    keeps = re.match(r"(?:I\b|I'|[A-Z]{2})", second)
    return first + joint + (second if keeps else second[:1].lower() + second[1:])


def takes_result(found: Script) -> Topic | None:
    """The parameter of a function that may be told what another call found."""
    fits = found.about.want in ("send", "create", "do", "update") and not any(each.sort in LONG and each.sort not in _TELLS for each in found.required)
    return next((each for each in found.topics if each.sort in _TELLS and not each.several), None) if fits else None


def nested(teacher: OfflineTeacher, outer: Script, inner: Script, setting: Setting) -> Draft | None:
    """The result of one call as a text of another: "send Ana a message with the forecast for Oslo"."""
    rng, place = setting.rng, takes_result(outer)
    if place is None:
        return None
    more = outer.chosen(rng) if rng.random() < 0.3 else []
    wanted = [each for each in (*outer.required, *more) if each.name != place.name and each.sort not in LONG]
    whole = teacher.compose(Draft([outer.function]), outer, wanted, setting, rng.choice(_OUTER))
    asked = teacher.compose(Draft([inner.function]), inner, [*inner.required, *inner.chosen(rng)], setting, "{N}{A}")
    if whole is None or asked is None:
        return None
    thing = asked.text.rstrip(".?! ")
    asked.text = thing if thing[:2].isupper() or thing[:1] == OPEN else thing[:1].lower() + thing[1:]
    told, label = _renumbered(asked.text, len(whole.slots)), place.label.lower()
    leads = [f" with {told} as the {label}", f" whose {label} is {told}", f" containing {told}", f" and put {told} in the {label}"]
    leads += [f", {label}: {told}", f" that tells {told}"]
    begun = whole.text.rstrip(".?! ")
    both = joined([whole, asked], rng)
    if both is None:
        return None
    both.text, both.frame = begun + rng.choice(leads) + ("?" if "can you" in whole.frame else rng.choice(("", "."))), whole.frame
    both.nested[0, place.name] = 1
    return both
