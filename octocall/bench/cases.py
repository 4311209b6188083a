"""Exam rows: a request, the plan it asks for, and what else a fair judge would take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from octocall.call import Plan, Request, read_clock
from octocall.errors import DataError, OctocallError
from octocall.files import read_row


@dataclass(frozen=True)
class Case:
    """One exam row."""

    request: Request
    plan: Plan
    kind: str
    accept: Mapping[str, list[Any]]


def read_cases(path: Path) -> list[Case]:
    """The rows of a JSONL file ``{query, calls, kind, now, accept}``. Raises DataError naming file and line."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); give a file of exam rows") from error
    cases = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            cases.append(_case(read_row(line)))
        except (OctocallError, KeyError, TypeError) as error:
            raise DataError(f"{path}:{number} is not an exam row ({error!r}); expected query, calls, kind, now, accept") from error
    if not cases:
        raise DataError(f"{path} has no rows; JSON lines with query and calls are expected")
    return cases


def _case(row: Mapping[str, Any]) -> Case:
    query, kind, accept = row["query"], row.get("kind") or "single", row.get("accept") or {}
    if not isinstance(query, str) or not isinstance(kind, str):
        raise TypeError(f"query {query!r} and kind {kind!r} are to be texts")
    if not isinstance(accept, dict) or not all(isinstance(values, list) for values in accept.values()):
        raise TypeError(f"accept {accept!r} is to be an object of lists")
    if not isinstance(row["calls"], list) or not row["calls"]:
        raise TypeError(f"calls {row['calls']!r} is to be a list of at least one call")
    return Case(Request(query, read_clock(row["now"]) if row.get("now") else None), Plan.from_json(row["calls"]), kind, accept)
