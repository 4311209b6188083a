"""Requests for several calls: one function with other values, or functions of one API, in one breath or two."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from octocall.data.teachers.offline import CLOSE, FIRST, OPEN, Draft, OfflineTeacher, Script, alone
from octocall.data.teachers.rules.labels import after
from octocall.data.teachers.rules.topics import Topic
from octocall.data.teachers.rules.values import text_of
from octocall.data.teachers.rules.ways import LONG, way_bit
from octocall.data.teachers.rules.words import word_set
from octocall.types import Choice, Context

JOINTS = (" and ", " and then ", ", then ", ", and ", ", and also ", ". Then ", ". Also, ", "; ", ". After that, ", ". And ", ", and please ", " and ")
_MARKED = re.compile(f"{OPEN}(.)([^{CLOSE}]*){CLOSE}", re.S)
_APART = word_set("apart")


def again(teacher: OfflineTeacher, found: Script, rng: random.Random, context: Context) -> Draft | None:
    """One function two to four times."""
    draft = teacher.draft(found, rng, context, incomplete=0)
    if draft is None:
        return None
    topics = {each.name: each for each in found.topics}
    places = [slot for slot, served in enumerate(draft.slots) if _varied(topics[served[0][1]])]
    if not places:
        return joined([draft, teacher.draft(found, rng, context, incomplete=0)], rng)
    style = rng.random()
    if style < 0.25:
        return joined([draft, teacher.draft(found, rng, context, incomplete=0)], rng)
    slot = rng.choice(places)
    if found.about.want in ("create", "send") or style < 0.55:
        return _elided(draft, found, topics, rng, context)
    return _listed(draft, slot, topics[draft.slots[slot][0][1]], rng, context)


def _varied(each: Topic) -> bool:
    return not each.several and each.sort not in _APART and each.sort not in LONG and not isinstance(each.type, Choice)


def _listed(draft: Draft, slot: int, each: Topic, rng: random.Random, context: Context) -> Draft | None:
    """ "for Paris, Rome and Oslo": one value becomes several, all else serves every call."""
    size = rng.choice((2, 2, 2, 3, 3, 4))
    match = next((match for match in _MARKED.finditer(draft.text) if ord(match[1]) - FIRST == slot), None)
    if match is None:
        return None
    texts = [match[2]]
    for _ in range(size - 1):
        text = text_of(each, rng, context)
        if not text or text.lower() in [known.lower() for known in texts] or re.search(r",|\band\b", text):
            return None
        texts.append(text)
    if re.search(r",|\band\b", texts[0]):
        return None
    shared = [list(places) for places in draft.slots]
    function, constants = draft.functions[0], draft.constants[0]
    for number, places in enumerate(shared):
        if number != slot:
            draft.slots[number] = [(call, name) for call in range(size) for _, name in places]
    mark = draft.text[match.start() - 1 : match.start()]
    quote = mark if mark in ("'", '"') and draft.text[match.end() : match.end() + 1] == mark else ""
    marked = [match[0]] + [draft.mark([(call, each.name)], texts[call]) for call in range(1, size)]
    between, last = (
        f"{quote}, {quote}",
        rng.choice((f"{quote} and {quote}", f"{quote} and {quote}", f"{quote}, and {quote}" if size > 2 else f"{quote} as well as {quote}")),
    )
    draft.text = draft.text.replace(match[0], between.join(marked[:-1]) + last + marked[-1])
    draft.functions, draft.constants, draft.missing = [function] * size, [dict(constants) for _ in range(size)], [[] for _ in range(size)]
    return draft


def _elided(draft: Draft, found: Script, topics: dict[str, Topic], rng: random.Random, context: Context) -> Draft | None:
    """ "… and another one called B", "… and the same for Rome": what is not said again stays as it was."""
    match_names = [places[0][1] for places in draft.slots]
    if any(topics[name].sort in LONG for name in match_names) or any(draft.missing):
        return None
    size = rng.choice((2, 2, 2, 3))
    varied = [name for name in match_names if _varied(topics[name])]
    keep = [name for name in match_names if name not in varied]
    if len(varied) > 1 and rng.random() < 0.4 and found.about.want not in ("create", "send"):
        keep += [varied.pop(rng.randrange(len(varied)))]
    base = len(draft.slots)
    draft.text = draft.text.rstrip(".?! ")
    if (
        re.search(r"(?:please|thanks|you|it|\))$", draft.text)
        or "{S}" in draft.frame
        or "{K}" in draft.frame
        or not draft.frame.rstrip(".?").endswith(("{A}", "{N}", "{B}"))
    ):
        return None
    for call in range(1, size):
        bits = []
        for name in varied:
            text = text_of(topics[name], rng, context)
            if not text or re.search(rf"(?<!\w){re.escape(text)}(?!\w)", draft.text, re.I):
                return None
            bits.append(way_bit(topics[name], draft.mark([(call, name)], text), text, found.about, alone(topics[name], found, ()), rng))
        if found.about.want in ("create", "send"):
            lead = rng.choice((" and another one", ", and another one", " and one more", ", then another"))
        else:
            lead = rng.choice((" and the same", ", then the same", " and also", ", and again", " and"))
        draft.text += lead + after(bits, found.about.want, rng)
    for slot in range(base):
        if draft.slots[slot][0][1] in keep:
            draft.slots[slot] = [(call, draft.slots[slot][0][1]) for call in range(size)]
    draft.functions, draft.missing = draft.functions * size, [[] for _ in range(size)]
    draft.constants = [dict(draft.constants[0]) for _ in range(size)]
    draft.text = draft.text + rng.choice(("", "", "."))
    return draft


def joined(drafts: Sequence[Draft | None], rng: random.Random) -> Draft | None:
    """Several requests as one."""
    if any(draft is None or not draft.text for draft in drafts):
        return None
    whole = Draft([], "", [], [], [])
    for draft in drafts:
        assert draft is not None
        text = _MARKED.sub(lambda match, offset=len(whole.slots): f"{OPEN}{chr(ord(match[1]) + offset)}{match[2]}{CLOSE}", draft.text)  # type: ignore[misc]
        whole.slots += [[(call + len(whole.functions), name) for call, name in places] for places in draft.slots]
        whole.functions += draft.functions
        whole.constants += draft.constants
        whole.missing += draft.missing
        whole.text = _attached(whole.text, text, draft.frame.startswith("{V}"), rng) if whole.text else text
    return whole


def nested(teacher: OfflineTeacher, outer: Script, inner: Script, rng: random.Random, context: Context) -> Draft | None:
    """The result of one call as a text of another: "send Ana a message with the forecast for Oslo"."""
    place = next((each for each in outer.topics if each.sort in ("message", "text", "comment", "note", "description") and not each.several), None)
    if place is None or (inner.about.plural and len(inner.topics) == 0):
        return None
    first, second = Draft([outer.function]), Draft([inner.function])
    wanted = [each for each in (*outer.required, *(teacher.chosen(outer, rng) if rng.random() < 0.3 else ())) if each is not place and each.sort not in LONG]
    whole = teacher.compose(
        first, outer, wanted, rng, context, rng.choice(("{V} {N}{A}", "{V} {N}{A}", "please {V} {N}{A}", "can you {V} {N}{A}", "I want to {V} {N}{A}"))
    )
    asked = teacher.compose(second, inner, [*inner.required, *teacher.chosen(inner, rng)], rng, context, "{N}{A}")
    if whole is None or asked is None or any(each is not place and each.sort in LONG for each in outer.required):
        return None
    thing = asked.text.rstrip(".?! ")
    thing = thing if thing[:2].isupper() or thing[:1] == OPEN else thing[:1].lower() + thing[1:]
    label = place.label.lower()
    lead = rng.choice(
        (f" with {{t}} as the {label}", f" whose {label} is {{t}}", " containing {t}", f" and put {{t}} in the {label}", f", {label}: {{t}}", " that tells {t}")
    )
    asked.text = thing
    frame, whole.text = whole.frame, whole.text.rstrip(".?! ")
    both = joined([whole, asked], rng)
    if both is None:
        return None
    merged = _MARKED.sub(lambda match: f"{OPEN}{chr(ord(match[1]) + len(first.slots))}{match[2]}{CLOSE}", thing)
    both.text, both.frame = whole.text + lead.replace("{t}", merged) + rng.choice(("", ".", "?" if "can you" in frame else "")), frame
    both.nested[0, place.name] = 1
    both.constants[0].pop(place.name, None)
    return both


def _attached(first: str, second: str, command: bool, rng: random.Random) -> str:
    joint = rng.choice(JOINTS if command else (" and ", ", and ", ". ", ". Also, ", "; ", ". And ", ". "))
    if first.rstrip().endswith(("?", "!")) or (first.rstrip().endswith(".") and rng.random() < 0.6):
        joint = rng.choice((" Then ", " Also, ", " And ", " After that, ", " "))
        if joint == " ":
            return f"{first.rstrip()} {second}"
    else:
        first = first.rstrip(" .")
    keeps = re.match(r"(?:I\b|I'|[A-Z]{2})", second)
    return first + joint + (second if keeps else second[:1].lower() + second[1:])
