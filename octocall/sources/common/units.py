"""Units of time that documentation tells of numbers: "minutes", "timeout_sec", "how long, in hours"."""

from __future__ import annotations

import re
from dataclasses import replace

from octocall.function import Function, Parameter
from octocall.types import Integer, Number
from octocall.types.number import UNITS

_WORD = re.compile(r"[a-z]+")
_SHORT = {"sec": "seconds", "secs": "seconds", "second": "seconds", "min": "minutes", "mins": "minutes", "minute": "minutes", "hr": "hours", "hrs": "hours",
          "hour": "hours", "day": "days", "week": "weeks", **{unit: unit for unit in UNITS}}  # fmt: skip


def with_units(function: Function) -> Function:
    """The function, its numbers with the unit of time that their name or else their description tells, where it is one."""
    parameters = tuple(map(_with_unit, function.parameters))
    return function if parameters == function.parameters else replace(function, parameters=parameters)


def _with_unit(parameter: Parameter) -> Parameter:
    kind = parameter.type
    if not isinstance(kind, Integer | Number) or kind.unit:
        return parameter
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", parameter.original or parameter.name)
    unit = _told(name, _SHORT) or _told(parameter.description, {unit: unit for unit in UNITS})
    # "min" alone is a minimum as often as minutes
    if not unit or (unit == "minutes" and not re.search(r"minute|mins|_min\b", f"{name} {parameter.description}", re.I)):
        return parameter
    return replace(parameter, type=replace(kind, unit=unit))


def _told(text: str, units: dict[str, str]) -> str:
    found = {units[word] for word in _WORD.findall(text.lower()) if word in units}
    return found.pop() if len(found) == 1 else ""
