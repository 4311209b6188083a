"""Exam rows: a request, the plan it asks for, and what else a fair judge would take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from octocall.call import Plan, Request
from octocall.errors import DataError


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
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); give a file of exam rows") from error
    cases = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            now = datetime.fromisoformat(row["now"]) if row.get("now") else None
            cases.append(Case(Request(row["query"], now), Plan.from_json(row["calls"]), row.get("kind", "single"), row.get("accept") or {}))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path}:{number} is not an exam row ({error!r}); expected query, calls, kind, now, accept") from error
    if not cases:
        raise DataError(f"{path} has no rows; JSON lines with query and calls are expected")
    return cases
