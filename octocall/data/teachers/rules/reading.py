"""Values read back from their places in a request, and what makes a request unfit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from octocall.call import Call, Request, Spans
from octocall.data.teachers.common.task import Rejected
from octocall.data.teachers.rules.script import OPEN, Draft
from octocall.errors import PlanError
from octocall.types import Context

Places: TypeAlias = Mapping[int, tuple[int, int]]
"""Slot of a draft to where its value stands in the request."""
_MOST = 420


def read_calls(draft: Draft, request: Request, places: Places) -> tuple[Call, ...]:
    """The calls of a draft. Raises Rejected where a value does not read as one of its type."""
    inside = set(draft.nested.values())
    return tuple(_call(draft, index, request, places) for index in range(len(draft.functions)) if index not in inside)


def _call(draft: Draft, index: int, request: Request, places: Places) -> Call:
    function, constants = draft.functions[index], draft.constants[index]
    owned = {name: places[slot] for slot, served in enumerate(draft.slots) if slot in places for call, name in served if call == index}
    arguments: dict[str, Any] = {}
    spans: dict[str, Spans] = {}
    assert request.now is not None
    for parameter in function.parameters:
        name, value = parameter.name, None
        if (index, name) in draft.nested:
            arguments[name] = _call(draft, draft.nested[index, name], request, places)
            continue
        if name in constants:
            value = constants[name]
        elif name in owned:
            begin, end = owned[name]
            value = parameter.type.parse(request.text[begin:end], Context(request.now, request.region, dict(arguments)))
            if value is None:
                raise Rejected("a value cannot be read")
            spans[name] = ((begin, end),)
        if value is not None:
            try:
                arguments[name] = parameter.type.check(value)
            except PlanError:
                raise Rejected("a value is not of its type") from None
    missing = tuple(parameter.name for parameter in function.parameters if parameter.required and parameter.name not in arguments)
    if missing != tuple(draft.missing[index]):
        raise Rejected("a value got lost")
    return Call(function.name, arguments, missing, spans)


def judge(request: Request, calls: Sequence[Call], places: Places) -> None:
    """Returns where a request is clear. Raises Rejected."""
    text = request.text
    if len(text) > _MOST or OPEN in text or text[:1].isspace():
        raise Rejected("it is too long or badly begun")
    if any(call in calls[:place] for place, call in enumerate(calls)):
        raise Rejected("two of the calls are the same")
    for begin, end in places.values():
        value = text[begin:end]
        joined = value and ((begin and text[begin - 1].isalnum() and value[0].isalnum()) or (end < len(text) and text[end].isalnum() and value[-1].isalnum()))
        if not value or joined:
            raise Rejected("a value has no borders")
        if len(re.findall(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.I)) != 1:
            raise Rejected("a value stands there twice")
