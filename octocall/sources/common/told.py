"""What documentation tells of the values of a parameter beside their type: units of time of numbers ("minutes", "timeout_sec", "how long, in hours"), and
that days lie behind ("the day on which it was done", "date of birth")."""

from __future__ import annotations

import re
from dataclasses import replace

from octocall.function import Function, Parameter
from octocall.types import Date, DateTime, Integer, Number
from octocall.types.number import UNITS

_WORD = re.compile(r"[a-z]+")
_SHORT = {"sec": "seconds", "secs": "seconds", "second": "seconds", "min": "minutes", "mins": "minutes", "minute": "minutes", "hr": "hours", "hrs": "hours",
          "hour": "hours", "day": "days", "week": "weeks", **{unit: unit for unit in UNITS}}  # fmt: skip


_BEHIND = re.compile(
    r"(?:on|at) which [^.,;]{1,40}?(?:was|were)(?![a-z])|(?<!until )when [^.,;]{1,40}?(?:was|were|happened|took place)(?![a-z])"
    r"|(?:date|day|time) of birth|birth ?dates?(?![a-z])|(?<![a-z])born(?![a-z])",
    re.I,
)
"""What says that a day lies behind: "the day on which it was done", not "today if none was given"."""


def as_told(function: Function) -> Function:
    """The function, its numbers with the unit of time that their name or else their description tells, its dates behind the clock where it says so."""
    parameters = tuple(_with_past(_with_unit(parameter)) for parameter in function.parameters)
    return function if parameters == function.parameters else replace(function, parameters=parameters)


def _with_unit(parameter: Parameter) -> Parameter:
    kind = parameter.type
    if not isinstance(kind, Integer | Number) or kind.unit:
        return parameter
    name = _words(parameter)
    unit = _told(name, _SHORT) or _told(parameter.description, {unit: unit for unit in UNITS})
    # "min" alone is a minimum as often as minutes
    if not unit or (unit == "minutes" and not re.search(r"minute|mins|_min\b", f"{name} {parameter.description}", re.I)):
        return parameter
    return replace(parameter, type=replace(kind, unit=unit))


def _with_past(parameter: Parameter) -> Parameter:
    kind = parameter.type
    if not isinstance(kind, Date | DateTime) or not _BEHIND.search(f"{_words(parameter).replace('_', ' ')}. {parameter.description}"):
        return parameter
    return replace(parameter, type=replace(kind, past=True))


def _words(parameter: Parameter) -> str:
    """The name with its camels parted."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", parameter.original or parameter.name)


def _told(text: str, units: dict[str, str]) -> str:
    found = {units[word] for word in _WORD.findall(text.lower()) if word in units}
    return found.pop() if len(found) == 1 else ""
