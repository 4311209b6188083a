"""The Berkeley Function-Calling Leaderboard's single-turn files as exam rows, scored by its rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from octocall.bench.cases import Case
from octocall.bench.leaderboard_rules import Answer, all_right, same_name
from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.errors import DataError, OctocallError
from octocall.files import read_row
from octocall.function import Function
from octocall.score import Score
from octocall.sources import json_tools

CATEGORIES = (
    "simple_python", "multiple", "parallel", "parallel_multiple", "irrelevance",
    "live_simple", "live_multiple", "live_parallel", "live_parallel_multiple", "live_irrelevance", "live_relevance",
)  # fmt: skip
PUBLISHED = {
    "simple_python": 61.6, "multiple": 63.5, "parallel": 39.0, "parallel_multiple": 29.5, "irrelevance": 73.7,
    "live_simple": 36.2, "live_multiple": 25.7, "live_parallel": 22.9, "live_parallel_multiple": 20.8, "live_relevance": 61.1,
}  # fmt: skip
"""FunctionGemma 270M without fine-tuning, on all rows of each category. Source: its model card."""
CLOCK = datetime(2024, 2, 26, 9)
"""The rows have no clock; they are read as on the day the leaderboard opened, a Monday."""
_ANSWERS = "possible_answer"
_VERSION = re.compile(r"^BFCL_v\d+_")


def read_leaderboard(folder: Path, now: datetime = CLOCK) -> tuple[list[Case], list[str]]:
    """The rows of a folder's single-turn categories, and the names of the files that are of others.

    Files are ``<category>.jsonl`` or ``BFCL_v4_<category>.json``, with JSON objects one a line: id, question, function, and
    ground_truth there or in a file of the same name in the folder possible_answer. Raises DataError.
    """
    cases, others = [], []
    files = sorted(file for file in folder.glob("*.json*") if file.suffix in (".json", ".jsonl"))
    for file in files:
        category = _VERSION.sub("", file.stem)
        category = "simple_python" if category == "simple" else category
        if category in CATEGORIES:
            truths = {str(row.get("id")): row.get("ground_truth") for _, row in _rows(folder / _ANSWERS / file.name)}
            cases += [_located(file, number, row, category, truths, now) for number, row in _rows(file)]
        else:
            others.append(file.name)
    if not cases:
        raise DataError(f"{folder} has no file of a single-turn category; expected one such as simple_python.jsonl or BFCL_v4_multiple.json")
    return sorted(cases, key=lambda case: CATEGORIES.index(case.kind)), others


def _rows(file: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    if file.parent.name == _ANSWERS and not file.is_file():
        return
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}); give a folder of the leaderboard's files") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield number, read_row(line)
            except DataError as error:
                raise DataError(f"{file}:{number} is {error}") from None


def _located(file: Path, number: int, row: dict[str, Any], category: str, truths: Mapping[str, Any], now: datetime) -> Case:
    try:
        return _case(row, category, row.get("ground_truth", truths.get(str(row["id"]))), now)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataError(f"{file}:{number} is no row of the leaderboard ({error!r}); expected id, question, function, ground_truth") from error


def _case(row: Mapping[str, Any], category: str, truth: Any, now: datetime) -> Case:
    wanted = "some" if category.endswith("_relevance") else "none" if category.endswith("irrelevance") else "these"
    tools = row["function"]
    if wanted == "these" and (not isinstance(truth, list) or not truth):
        raise ValueError(f"ground_truth {truth!r}")
    functions, unfit = _load(tools) if tools else ((), "")
    request = Request(_text(row["question"]), now, functions=functions)
    expected = Plan(tuple(_first(functions, item) for item in truth) if wanted == "these" else (Call(IRRELEVANT),))
    # what is called does not matter where only some call is wanted; the row then shows an empty plan
    judge = partial(_judge, wanted, tools, truth or [], functions)
    return Case(request, expected if wanted != "some" else Plan(()), category, judge=judge, unfit=unfit and f"{row['id']}: {unfit}")


def _load(tools: Sequence[Any]) -> tuple[tuple[Function, ...], str]:
    """The functions of a row, and why it cannot be asked: a tool less would make it another row."""
    try:
        loaded = json_tools.read(tools)
    except OctocallError as error:
        return (), str(error)
    return loaded.catalog.functions, "; ".join(f"{remark.name}: {remark.reason}" for remark in loaded.skipped)


def _text(question: Any) -> str:
    """What the user said, message after message."""
    turns = question if question and isinstance(question[0], list) else [question]
    return "\n".join(message["content"] for turn in turns for message in turn if message["role"] == "user")


def _first(functions: Sequence[Function], truth: Mapping[str, Any]) -> Call:
    """An acceptable call, to be shown: of each list of values the first, what may be left out left out."""
    [(name, accepted)] = truth.items()
    function = next((f for f in functions if (f.original or f.name) == name), None)
    parameters = {p.original or p.name: p for p in function.parameters} if function else {}
    needed = {key for key, parameter in parameters.items() if parameter.required}
    names = {key: parameter.name for key, parameter in parameters.items()}
    arguments = {names.get(key, key): _unfold(value) for key, value in _firsts(accepted, needed).items()}
    return Call(function.name if function else name, arguments)


def _firsts(accepted: Mapping[str, Any], needed: Container[str] = ()) -> dict[str, Any]:
    lists = {key: values if isinstance(values, list) else [values] for key, values in accepted.items()}
    kept = {key: values for key, values in lists.items() if values and (key in needed or "" not in values)}
    return {key: next((value for value in values if value != ""), "") for key, values in kept.items()}


def _unfold(value: Any) -> Any:
    """The fields of an object have lists of acceptable values too."""
    if isinstance(value, list):
        return [_firsts(item) if isinstance(item, Mapping) else item for item in value]
    return _firsts(value) if isinstance(value, Mapping) else value


def _judge(wanted: str, tools: Sequence[Mapping[str, Any]], truth: Sequence[Mapping[str, Any]], functions: Sequence[Function], plan: Plan) -> Score:
    given = translate(plan, functions)
    if wanted != "these":
        right = bool(given) == (wanted == "some")
        return Score(right, right)
    names = Counter(same_name(next(iter(item))) for item in truth)
    named = names == Counter(same_name(name) for name, _ in given)
    return Score(named, named and all_right(tools, truth, given))


def translate(plan: Plan, functions: Sequence[Function]) -> list[Answer]:
    """The calls of a plan in the names of their source; calling the irrelevant function is calling none."""
    known = {function.name: function for function in functions}
    answers: list[Answer] = []
    for call in plan.calls:
        if call.name == IRRELEVANT:
            continue
        function = known.get(call.name)
        names = {parameter.name: parameter.original or parameter.name for parameter in function.parameters} if function else {}
        name = (function.original or function.name) if function else call.name
        answers.append((name, {names.get(key, key): value for key, value in call.to_json()["arguments"].items()}))
    return answers
