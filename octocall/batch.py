"""Files of requests: JSON lines in, JSON lines out, in order."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from octocall.call import Request, read_clock
from octocall.errors import DataError, OctocallError, SignatureError
from octocall.files import Draft, read_row, row_text
from octocall.function import Function
from octocall.model import Functions, Model
from octocall.sources import json_tools
from octocall.union import Union

EXPECTED = 'expected {"id": …, "query": "…", "now": null, "functions": null}'


def plan_file(
    model: Model | Union, source: str, target: str, settings: Mapping[str, Any], *, now: datetime | None = None, functions: Functions | None = None,
    complain: Callable[[str], None],
) -> int:  # fmt: skip
    """Answers every good row of ``source`` in ``target`` (``-`` for the standard streams), each as soon as it is read.

    ``settings`` are those of Model.plan (masked, must_call, min_confidence). ``now`` is the clock and ``functions`` the candidates of rows that have
    none. Returns the number of bad rows; each is reported with its line number through ``complain``. A file gets its name when it is complete; what was
    done before an interruption stays beside it.
    """
    if not target:
        raise OctocallError("an empty name was given for the output; a file, or - for standard output, is expected")
    lines = _lines(source)
    answer = partial(_answer, model, settings, now, functions)
    if target == "-":
        stream = sys.stdout  # taken now: a bar of progress on a terminal stands in for it later
        return _plan_lines(answer, lines, stream.encoding, lambda text: print(text, file=stream, flush=True), complain)
    with Draft(Path(target), keep=True) as draft:
        try:
            return _plan_lines(answer, lines, "utf-8", lambda text: draft.write(f"{text}\n".encode()), complain)
        except KeyboardInterrupt:
            complain(f"interrupted; {draft.left}{target} is as it was" if draft.part else "interrupted")
            raise


def _plan_lines(
    answer: Callable[[bytes], dict[str, Any]], lines: Iterable[bytes], encoding: str, write: Callable[[str], None], complain: Callable[[str], None]
) -> int:
    bad = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            text = row_text(answer(line), encoding)
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


@lru_cache(64)
def _functions(text: str) -> tuple[Function, ...]:
    """The candidates of a row; rows often share them, and the same values find the same mask. Raises SignatureError."""
    loaded = json_tools.read(json.loads(text))
    if loaded.skipped:
        raise SignatureError(f"{loaded.skipped[0].name} cannot be loaded: {loaded.skipped[0].reason}")
    return loaded.catalog.functions


def _answer(model: Model | Union, settings: Mapping[str, Any], now: datetime | None, given: Functions | None, line: bytes) -> dict[str, Any]:
    try:
        row = read_row(line)
    except DataError as error:
        raise DataError(f"{error}; {EXPECTED}") from None
    if not isinstance(row.get("query"), str):
        raise DataError(f'no text under "query"; {EXPECTED}')
    moment = now if row.get("now") is None else read_clock(row["now"])
    functions = _functions(json.dumps(row["functions"])) if row.get("functions") is not None else given
    found = model.trace(Request(row["query"], moment), functions=functions, **settings)
    plan = found.plan
    answer = {"id": row.get("id"), "calls": found.catalog.outward(plan).to_json(), "confidence": round(plan.confidence, 4), "latency_ms": round(plan.latency_ms, 2)}
    return {**answer, "questions": found.catalog.questions(plan)} if plan.missing else answer
