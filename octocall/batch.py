"""Files of requests: JSON lines in, JSON lines out, in order."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from octocall.call import Request
from octocall.errors import DataError, OctocallError
from octocall.model import Model


def plan_file(model: Model, source: str, target: str, *, masked: bool, complain: Callable[[str], None]) -> int:
    """Answers every good row of ``source`` in ``target`` (``-`` for the standard streams).

    Returns the number of bad rows; each is reported with its line number through ``complain``.
    """
    from rich.console import Console
    from rich.progress import track

    lines = _lines(source)
    bad = 0
    with _writer(target) as file:
        for number, line in track(enumerate(lines, 1), "planning", total=len(lines), console=Console(stderr=True), disable=not sys.stderr.isatty()):
            if not line.strip():
                continue
            try:
                file.write(json.dumps(_answer(model, line, masked), ensure_ascii=False) + "\n")
            except (OctocallError, ValueError) as error:
                bad += 1
                complain(f"line {number}: {error}")
    return bad


def _lines(source: str) -> list[str]:
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise DataError(f"{source} cannot be read ({error.strerror}); give a file of JSON lines, or - for standard input") from error
    return data.decode("utf-8", errors="replace").split("\n")


def _answer(model: Model, line: str, masked: bool) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DataError(f'not JSON ({error}); expected {{"id": …, "query": "…", "now": null}}') from None
    if not isinstance(row, dict) or not isinstance(row.get("query"), str):
        raise DataError('no text under "query"; expected {"id": …, "query": "…", "now": null}')
    now = row.get("now")
    try:
        moment = None if now is None else datetime.fromisoformat(now).replace(tzinfo=None)
    except (TypeError, ValueError):
        raise DataError(f"now = {now!r} was given; null or a date and time such as 2026-03-04T10:30 is expected") from None
    plan = model.plan(Request(row["query"], moment), masked=masked)
    return {"id": row.get("id"), "calls": plan.to_json(), "confidence": round(plan.confidence, 4), "latency_ms": round(plan.latency_ms, 2)}


@contextmanager
def _writer(target: str) -> Iterator[IO[str]]:
    """Standard output, or a file that gets its name when it is complete; what was done before an interruption stays beside it."""
    if target == "-":
        yield sys.stdout
        return
    part = Path(target + ".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
        os.replace(part, target)
    except OSError as error:
        raise OctocallError(f"{target} could not be written ({error.strerror}); what was done is in {part}; free some space or choose another place") from error
