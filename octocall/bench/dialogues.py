"""The Schema-Guided Dialogue set: which method of a service that no training saw does the user want called, and with what?"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from octocall.bench.cases import Case
from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.errors import DataError
from octocall.function import REQUIRED, Function, Parameter
from octocall.score import Score, normalise
from octocall.types import Boolean, Choice, Context, Date, Integer, Number, Text, TimeOfDay, Type

CLOCK = datetime(2019, 3, 1, 9)
"""The day on which all dialogues of the set take place."""
DONT_CARE = "dontcare"
_MEANINGS: tuple[tuple[str, Type], ...] = (
    (r"(?:^|_)date(?:$|_)", Date()),
    (r"(?:^|_)time(?:$|_)", TimeOfDay()),
    (r"amount|price|balance|fare|cost", Number()),
    (r"number|count|length|size|party|passengers|seats|rooms|bags|tickets", Integer()),
)
_WINDOW = 8
"""A value is looked for in at most so many words."""


def read_dialogues(folder: Path, turns: str = "2", together: bool = False) -> list[Case]:
    """The calls of services that are in the schema of dev and not in that of train, a row each; its kind is the service.

    The request is what the user said in the last ``turns`` turns (a number), in "all" of them, or since the last "call"
    of the dialogue. Candidates are the methods of the service, or of all those services ``together``. Raises DataError.
    """
    if turns not in ("all", "call") and not (turns.isdecimal() and int(turns)):
        raise DataError(f"{turns!r} was given as turns; a number from 1, all or call is expected")
    known = {service["service_name"] for service in _json(folder / "train.schema.json")}
    services = [service for service in _json(folder / "dev.schema.json") if service["service_name"] not in known]
    methods = read_methods(services)
    everything = tuple(function for of in methods.values() for function in of.values())
    cases, told = [], dict[str, int]()
    for row in _rows(folder / "dev.calls.jsonl.gz"):
        since, told[row["id"]] = told.get(row["id"], 0), len(row["history"])
        if of := methods.get(row["service"]):
            request = Request(_said(row["history"], turns, since), CLOCK, functions=everything if together else tuple(of.values()))
            cases.append(_case(row, of[row["method"]], request))
    if not cases:
        raise DataError(f"{folder} has no calls of services that are new in dev; give the folder of the Schema-Guided Dialogue set")
    return cases


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be read ({error}); give a folder with train.schema.json, dev.schema.json and dev.calls.jsonl.gz") from error


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be read ({error}); give the folder of the Schema-Guided Dialogue set") from error


def _said(history: Sequence[str], turns: str, since: int) -> str:
    if turns == "call":
        history = history[since:]
    words = [turn[3:] for turn in history if turn.startswith("U: ")]
    return "\n".join(words[-int(turns) :] if turns.isdecimal() else words)


def read_methods(services: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Function]]:
    """Functions by service and method; a method whose name another service has too is called after both. Raises DataError."""
    found: dict[str, dict[str, Function]] = {}
    taken: set[str] = set()
    try:
        for service in services:
            slots, name = {slot["name"]: slot for slot in service["slots"]}, service["service_name"]
            found[name] = {intent["name"]: _method(intent, slots) for intent in service["intents"]}
            for method, function in found[name].items():
                if method in taken:
                    found[name][method] = replace(function, name=f"{method}_{name}", original=method)
            taken |= found[name].keys()
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"a schema is malformed ({error!r}); service_name, slots and intents are expected") from error
    return found


def _method(intent: Mapping[str, Any], slots: Mapping[str, Mapping[str, Any]]) -> Function:
    parameters = [Parameter(name, slot_type(slots[name]), slots[name]["description"]) for name in intent["required_slots"]]
    for name, default in intent["optional_slots"].items():
        kind = slot_type(slots[name])
        value = None if default == DONT_CARE else kind.parse(default, Context(CLOCK))
        parameters.append(Parameter(name, kind, slots[name]["description"], value))
    return Function(intent["name"], intent["description"], tuple(parameters))


def slot_type(slot: Mapping[str, Any]) -> Type:
    """The Type of a slot: its possible values, else what its name says that it means."""
    values = slot["possible_values"] if slot["is_categorical"] else []
    if set(values) == {"True", "False"}:
        return Boolean()
    if values and all(map(str.isdecimal, values)):
        return Integer(min(map(int, values)), max(map(int, values)))
    if values:
        return Choice(tuple(values))
    return next((kind for pattern, kind in _MEANINGS if re.search(pattern, slot["name"])), Text())


def _case(row: Mapping[str, Any], function: Function, request: Request) -> Case:
    context = Context(CLOCK)
    expected = {}
    for parameter in function.parameters:
        value = row["parameters"].get(parameter.name, DONT_CARE)
        if value != DONT_CARE:
            read = parameter.type.parse(value, context)
            expected[parameter.name] = value if read is None else read
    return Case(request, Plan((Call(function.name, expected),)), row["service"], judge=partial(_judge, function, expected, request.text))


def _judge(function: Function, expected: Mapping[str, Any], text: str, plan: Plan) -> Score:
    """The method; and with it every argument that was said, none that is wrong. What was settled in turns not shown may be missing."""
    calls = [call for call in plan.calls if call.name != IRRELEVANT]
    if [call.name for call in calls] != [function.name]:
        return Score(False, False)
    given = calls[0].arguments
    for parameter in function.parameters:
        name, default = parameter.name, None if parameter.default is REQUIRED else parameter.default
        wanted = expected.get(name)
        if name in given:
            if not _same(given[name], default if wanted is None else wanted):
                return Score(True, False)
        elif wanted is not None and wanted != default and said(wanted, parameter.type, text):
            return Score(True, False)
    return Score(True, set(given) <= {parameter.name for parameter in function.parameters})


def _same(given: Any, wanted: Any) -> bool:
    return normalise(given) == normalise(wanted) if isinstance(given, str) and isinstance(wanted, str) else bool(given == wanted)


def said(value: Any, kind: Type, text: str) -> bool:
    """Whether some words of ``text`` read as ``value``. Of truth values nobody can tell, so they are not."""
    if isinstance(kind, Boolean):
        return False
    if isinstance(value, str) and normalise(value) in " ".join(map(normalise, text.split())):
        return True
    if isinstance(kind, Text | Choice):
        return False
    context, words = Context(CLOCK), text.split()
    windows = {" ".join(words[i:j]).strip(".,;:!?") for i in range(len(words)) for j in range(i + 1, min(i + _WINDOW, len(words)) + 1)}
    return any(kind.parse(window, context) == value for window in windows)


def share_said(cases: Sequence[Case]) -> float:
    """The share of the expected arguments, truth values aside, whose value the request says."""
    found = []
    for case in cases:
        [call] = case.plan.calls
        function = next(f for f in case.request.functions or () if f.name == call.name)
        kinds = [(function.parameter(name).type, value) for name, value in call.arguments.items()]
        found += [said(value, kind, case.request.text) for kind, value in kinds if not isinstance(kind, Boolean)]
    return sum(found) / len(found) if found else 0.0
