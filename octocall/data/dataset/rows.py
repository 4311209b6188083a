"""From drafts with marked values to examples that are checked: every value is read back from its place."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from octocall.call import Call, Plan, Request, Spans
from octocall.data.example import Example
from octocall.data.noise import Piece, disturb
from octocall.data.teachers.offline import FIRST, OPEN, Draft
from octocall.errors import PlanError
from octocall.function import Function
from octocall.types import Context, Text

_MARK = re.compile("\ue000(.)([^\ue001]*)\ue001", re.S)
_MOST = 420
NOISE = 0.25
"""Share of the requests with slips of typing, without capitals, dictated."""


class Unwritten(Exception):
    """A draft that is no good as a row; the message says why."""


def clock(rng: random.Random) -> datetime:
    """When a request is made."""
    return datetime(2024, 1, 1) + timedelta(minutes=rng.randrange(3 * 365 * 24 * 60))


def pieces(draft: Draft) -> list[Piece]:
    """The text of a draft cut at its marks; the slot of a value is its number."""
    found, at = [], 0
    for match in _MARK.finditer(draft.text):
        slot = ord(match[1]) - FIRST
        call, name = draft.slots[slot][0]
        if match.start() > at:
            found.append(Piece(draft.text[at : match.start()]))
        found.append(Piece(match[2], slot + 1, not isinstance(draft.functions[call].parameter(name).type, Text)))
        at = match.end()
    return found + ([Piece(draft.text[at:])] if at < len(draft.text) else [])


def example(draft: Draft, source: str, kind: str, rng: random.Random, now: datetime, around: tuple[Sequence[str], Sequence[str]] = ((), ())) -> Example:
    """The example of a draft, disturbed now and then. Raises Unwritten."""
    parts = pieces(draft)
    before, after = around
    if before and rng.random() < 0.06:
        parts = [Piece(rng.choice(before).rstrip(".! ") + rng.choice((". ", ". ", ". ", "! ", " - ", "... "))), *parts]
    if after and rng.random() < 0.02 and parts[-1].slot is None and parts[-1].text.endswith((".", "?")):
        parts = [*parts, Piece(" " + rng.choice(after))]
    if rng.random() < NOISE:
        parts = disturb(parts, rng, wrap=draft.frame.startswith("{V}"))
    text, places = "", {}
    for part in parts:
        if part.slot is not None:
            lead = len(part.text) - len(part.text.lstrip())
            places[int(str(part.slot)) - 1] = (len(text) + lead, len(text) + len(part.text.rstrip()))
        text += part.text
    text, moved = text.rstrip(), len(text) - len(text.lstrip())
    if moved or len(text) > _MOST or OPEN in text:
        raise Unwritten("too long or badly begun")
    for begin, end in places.values():
        _clear(text, begin, end)
    request = Request(text, now)
    inside = set(draft.nested.values())
    calls = tuple(_call(draft, index, request, places) for index in range(len(draft.functions)) if index not in inside)
    if any(call in calls[:place] for place, call in enumerate(calls)):
        raise Unwritten("the same call twice")
    return Example(request, Plan(calls), source, kind)


def _clear(text: str, begin: int, end: int) -> None:
    """Raises Unwritten where a value has no borders of its own, or its words stand there twice."""
    value = text[begin:end]
    if not value or (begin and text[begin - 1].isalnum() and value[0].isalnum()) or (end < len(text) and text[end].isalnum() and value[-1].isalnum()):
        raise Unwritten("a value without borders")
    if len(re.findall(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.I)) != 1:
        raise Unwritten("a value that stands there twice")


def _call(draft: Draft, index: int, request: Request, places: dict[int, tuple[int, int]]) -> Call:
    function = draft.functions[index]
    owned = {name: slot for slot, served in enumerate(draft.slots) if slot in places for call, name in served if call == index}
    arguments: dict[str, Any] = {}
    spans: dict[str, Spans] = {}
    assert request.now is not None
    for parameter in function.parameters:
        context = Context(request.now, request.region, dict(arguments))
        if (index, parameter.name) in draft.nested:
            arguments[parameter.name] = _call(draft, draft.nested[index, parameter.name], request, places)
        elif parameter.name in draft.constants[index]:
            arguments[parameter.name] = _checked(function, parameter.name, draft.constants[index][parameter.name])
        elif parameter.name in owned:
            begin, end = places[owned[parameter.name]]
            value = parameter.type.parse(request.text[begin:end], context)
            if value is None:
                raise Unwritten("a value that cannot be read")
            arguments[parameter.name] = _checked(function, parameter.name, value)
            spans[parameter.name] = ((begin, end),)
    missing = tuple(parameter.name for parameter in function.parameters if parameter.required and parameter.name not in arguments)
    if missing != tuple(draft.missing[index]):
        raise Unwritten("a value that got lost")
    return Call(function.name, arguments, missing, spans)


def _checked(function: Function, name: str, value: Any) -> Any:
    try:
        return function.parameter(name).type.check(value)
    except PlanError as error:
        raise Unwritten("a value out of its type") from error


def skeleton(example: Example) -> str:
    """The words of a request without its values: the phrasing."""
    spans = sorted(span for outer in example.plan.calls for call in outer.walk() for places in call.spans.values() for span in places)
    found, at = [], 0
    for begin, end in spans:
        if begin >= at:
            found.append(example.request.text[at:begin])
            at = end
    return re.sub(r"\W+", " ", "<>".join([*found, example.request.text[at:]]).lower().replace("<>", " _ ")).strip()
