"""Files of requests: JSON lines in, JSON lines out, in order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from octocall.call import Request, read_clock
from octocall.errors import DataError, OctocallError
from octocall.files import Draft, read_row, row_text
from octocall.model import Model

EXPECTED = 'expected {"id": …, "query": "…", "now": null}'


def plan_file(model: Model, source: str, target: str, *, masked: bool, now: datetime | None = None, complain: Callable[[str], None]) -> int:
    """Answers every good row of ``source`` in ``target`` (``-`` for the standard streams), each as soon as it is read.

    ``now`` is the clock of rows that have none. Returns the number of bad rows; each is reported
    with its line number through ``complain``. A file gets its name when it is complete; what was
    done before an interruption stays beside it.
    """
    if not target:
        raise OctocallError("an empty name was given for the output; a file, or - for standard output, is expected")
    lines = _lines(source)
    if target == "-":
        stream = sys.stdout  # taken now: a bar of progress on a terminal stands in for it later
        return _plan_lines(model, lines, masked, now, stream.encoding, lambda text: print(text, file=stream, flush=True), complain)
    with Draft(Path(target), keep=True) as draft:
        try:
            return _plan_lines(model, lines, masked, now, "utf-8", lambda text: draft.write(f"{text}\n".encode()), complain)
        except KeyboardInterrupt:
            complain(f"interrupted; {draft.left}{target} is as it was" if draft.part else "interrupted")
            raise


def _plan_lines(
    model: Model, lines: Iterable[bytes], masked: bool, now: datetime | None, encoding: str, write: Callable[[str], None], complain: Callable[[str], None]
) -> int:
    bad = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            text = row_text(_answer(model, line, masked, now), encoding)
        except (OctocallError, ValueError, OverflowError, RecursionError) as error:
            bad += 1
            complain(f"line {number}: {error}")
        else:
            write(text)
    return bad


def _lines(source: str) -> Iterable[bytes]:
    """The lines of a file, with a bar of progress on a terminal, or of standard input as they come."""
    from rich.console import Console
    from rich.progress import track

    if source == "-":
        return getattr(sys.stdin, "buffer", ())  # a closed stream has no lines
    try:
        lines = Path(source).read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(f"{source} cannot be read ({error.strerror}); give a file of JSON lines, or - for standard input") from error
    return track(lines, "planning", console=Console(stderr=True), disable=not sys.stderr.isatty())


def _answer(model: Model, line: bytes, masked: bool, now: datetime | None) -> dict[str, Any]:
    try:
        row = read_row(line)
    except DataError as error:
        raise DataError(f"{error}; {EXPECTED}") from None
    if not isinstance(row.get("query"), str):
        raise DataError(f'no text under "query"; {EXPECTED}')
    moment = now if row.get("now") is None else read_clock(row["now"])
    plan = model.plan(Request(row["query"], moment), masked=masked)
    return {"id": row.get("id"), "calls": plan.to_json(), "confidence": round(plan.confidence, 4), "latency_ms": round(plan.latency_ms, 2)}
