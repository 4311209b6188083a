"""Exam rows: a request, the plan it asks for, and what else a fair judge would take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from octocall.call import Plan, Request, read_clock
from octocall.errors import DataError, OctocallError
from octocall.files import read_row
from octocall.score import Score, score


@dataclass(frozen=True)
class Case:
    """One exam row.

    ``judge`` scores an answer where the exam has rules of its own; ``unfit`` says why the row cannot be asked, and then it counts as wrong.
    """

    request: Request
    plan: Plan
    kind: str
    accept: Mapping[str, list[Any]] = field(default_factory=dict)
    judge: Callable[[Plan], Score] | None = field(default=None, repr=False)
    unfit: str = ""

    def score(self, given: Plan) -> Score:
        """How an answer compares with the plan that is asked for."""
        return score(self.plan, given, self.accept) if self.judge is None else self.judge(given)


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


def sampled(cases: Sequence[Case], rows: int) -> list[Case]:
    """At most ``rows`` of each kind, evenly spread over the order given; all of them for 0."""
    found = []
    for kind in dict.fromkeys(case.kind for case in cases):
        of = [case for case in cases if case.kind == kind]
        found += of if not rows or len(of) <= rows else [of[i * len(of) // rows] for i in range(rows)]
    return found
