"""What examples tell of the values of a catalog: numbers that are meant without being said, and days that lie behind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from octocall.catalog import Catalog
from octocall.data.own import Given, names_of
from octocall.data.teachers.common.placing import place_call
from octocall.data.teachers.common.task import Rejected
from octocall.errors import OctocallError, PlanError
from octocall.function import Function, Parameter
from octocall.types import Date, DateTime, Integer, Number
from octocall.types.temporal import STAMP

MOST_IMPLIED = 12
"""So many numbers at most are implied for one parameter."""
_LARGEST = 1000

Values = Mapping[tuple[str, str], Counter[float]]
"""Numbers by function and parameter, with how often they are meant."""


def as_meant(catalog: Catalog, given: Sequence[Given]) -> Catalog:
    """The catalog with the numbers that examples mean without saying them ("mute" is 0), which can then be written without pointing; and with dates
    behind the clock where most of the examples' are."""
    found, names = defaultdict[tuple[str, str], Counter[float]](Counter), names_of(catalog)
    behind = Counter[tuple[str, str]]()
    for one in given:
        for name, arguments, _ in one.calls:
            for parameter in catalog[names[name]].parameters if name in names else ():
                value, place = arguments.get(parameter.original or parameter.name), (names[name], parameter.name)
                if isinstance(parameter.type, Integer | Number) and isinstance(one.query, str):
                    with suppress(PlanError):
                        number = parameter.type.check(value)
                        found[place][number] += not _stands(parameter, number, one)
                elif isinstance(parameter.type, Date | DateTime):
                    with suppress(PlanError):  # words of the request in place of a day tell nothing
                        now = one.now.date().isoformat() if isinstance(parameter.type, Date) else one.now.isoformat()
                        behind[place] += 1 if _stamp(parameter.type.check(value)) < now else -1
    return _lying_behind(implying(catalog, found), {place for place, more in behind.items() if more > 0})


def implying(catalog: Catalog, found: Values) -> Catalog:
    """The catalog with numbers that can be written without pointing, the commonest ones by function and parameter."""
    functions = [
        replace(function, parameters=tuple(_implying(p, found.get((function.name, p.name), Counter())) for p in function.parameters)) for function in catalog
    ]
    return Catalog(tuple(functions), catalog.name, catalog.numbers)


def _stands(parameter: Parameter, value: float, one: Given) -> bool:
    """Whether a number, or the same with another sign, is said; one too large to be meant without words counts as said."""
    if abs(value) > _LARGEST or (value < 0 and _stands(parameter, -value, one)):
        return True
    alone = Function("f", "", (replace(parameter, original=""),))
    try:
        return bool(place_call(alone, {parameter.name: value}, one.query, one.now).spans)
    except (Rejected, OctocallError):
        return False


def _implying(parameter: Parameter, values: Counter[float]) -> Parameter:
    kind = parameter.type
    if not values or not isinstance(kind, Integer | Number):
        return parameter
    fit = [value for value, many in values.most_common(MOST_IMPLIED) if many and kind.least <= value <= kind.most]
    implied = tuple(sorted({*kind.implied, *fit}))
    return replace(parameter, type=replace(kind, implied=implied))


def _stamp(value: str) -> str:
    """A day, or a minute of it, as ISO 8601 writes it."""
    return value if "T" in value or len(value) == 10 else datetime.strptime(value, STAMP).isoformat()


def _lying_behind(catalog: Catalog, places: set[tuple[str, str]]) -> Catalog:
    def behind(function: Function, parameter: Parameter) -> Parameter:
        kind = parameter.type
        dated = isinstance(kind, Date | DateTime) and (function.name, parameter.name) in places
        return replace(parameter, type=replace(kind, past=True)) if dated else parameter  # type: ignore[call-arg]

    functions = [replace(function, parameters=tuple(behind(function, parameter) for parameter in function.parameters)) for function in catalog]
    return Catalog(tuple(functions), catalog.name, catalog.numbers)
