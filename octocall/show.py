"""What the terminal shows: plans, traces, outcomes, errors. What comes from outside is printed as it stands, without markup."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from octocall.errors import OctocallError
from octocall.files import row_text

if TYPE_CHECKING:
    from octocall.call import Call, Outcome
    from octocall.catalog import Catalog
    from octocall.model import Trace

_PLAIN: dict[str, Any] = {"highlight": False, "soft_wrap": True, "markup": False, "emoji": False}
out, err = Console(**_PLAIN), Console(stderr=True, **_PLAIN)

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MARKS = {"done": ("✓", "green"), "skipped": ("·", "dim"), "refused": ("–", "yellow"), "error": ("✗", "red")}


def prepare_streams() -> None:
    """Makes the standard streams take every text, and stands in for closed ones. Raises OctocallError without standard output."""
    for name, mode in (("stdin", "r"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  (open to the end)
    if sys.stdout is None:
        raise OctocallError("standard output is closed; an open one is expected: send it to /dev/null where the answer is not wanted")
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def drop_output() -> None:
    """Leaves what standard output could not take, so that the interpreter does not try again at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def plain(text: str) -> str:
    """``text`` with control characters written out: no request moves the cursor, colours a question or turns its direction."""
    return _CONTROLS.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def complain(message: str) -> None:
    """One line on standard error."""
    with suppress(OSError):
        err.print(plain(message))


def confirm(call: Call, question: str) -> bool:
    """The answer to a question of the agent; asked on the error stream, so that --json keeps standard output for itself."""
    if not sys.stdin.isatty():
        complain(f"{question} Not confirmed: there is no terminal to ask on; give --yes to allow it.")
        return False
    return typer.confirm(plain(question), err=True)


def ask_back(question: str) -> str:
    """What is typed to a question about a missing value; empty leaves it missing."""
    answer: str = typer.prompt(plain(question), default="", show_default=False, err=True)
    if "\ufffd" in answer:
        complain("An answer that is no text was given; nothing is taken from it.")
        return ""
    return answer


def print_json(value: Any, indent: int | None = None) -> None:
    """JSON on standard output, in what its encoding can write."""
    print(row_text(value, sys.stdout.encoding, indent))


def print_plan(found: Trace, steps: bool) -> None:
    """The calls of a plan; with ``steps`` the decisions before them."""
    from octocall.catalog import IRRELEVANT

    if steps:
        table = Table("symbol", "allowed", "probability", "ms", box=None)
        for step in found.steps:
            table.add_row(plain(step.symbol), str(step.allowed), f"{step.probability:.3f}", f"{step.milliseconds:.2f}")
        out.print(table)
    if not found.valid:
        out.print("The network alone wrote something that is no plan.", style="yellow")
    for call, named in zip(found.plan.calls, found.catalog.outward(found.plan).calls, strict=True):
        if call.name != IRRELEVANT:
            out.print(plain(str(named)), style="bold")


def print_outcomes(found: Trace, outcomes: Sequence[Outcome]) -> None:
    """What became of every call, then time and confidence."""
    for outcome in outcomes:
        mark, style = _MARKS[outcome.status]
        shown = mark if _can_write(mark) else f"{outcome.status}:"
        out.print(f"{shown} {plain(outcome.message)}", style=style)
    out.print(f"{found.plan.latency_ms:.1f} ms, confidence {found.plan.confidence:.2f}", style="dim")


def print_untrained(found: Trace) -> None:
    """What is to be known of a plan over functions that came with the request; nothing was carried out."""
    from octocall.catalog import IRRELEVANT

    if all(call.name == IRRELEVANT for call in found.plan.calls):
        out.print("– none of these functions fits", style="yellow")
    for name, question in found.catalog.questions(found.plan).items():
        out.print(f"? {plain(name)} is not given: {plain(question)}", style="yellow")
    out.print(f"{found.plan.latency_ms:.1f} ms, confidence {found.plan.confidence:.2f}; from the documentation alone, not trained for these functions", style="dim")


def _can_write(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return False
    return True


def answer_row(found: Trace, outcomes: Sequence[Outcome], steps: bool) -> dict[str, Any]:
    """A plan and its outcomes ready for JSON."""
    row: dict[str, Any] = {
        "calls": found.catalog.outward(found.plan).to_json(), "confidence": round(found.plan.confidence, 4), "latency_ms": round(found.plan.latency_ms, 2),
        "missing": list(found.plan.missing), "questions": found.catalog.questions(found.plan),
        "outcomes": [{"call": o.call.to_json(), "status": o.status, "message": o.message, "value": o.value} for o in outcomes],
    }  # fmt: skip
    if steps:
        row["trace"] = [vars(step) for step in found.steps]
    return row


def print_functions(catalog: Catalog) -> None:
    """Token, signature and description of every function."""
    for token, function in zip(catalog.tokens, catalog, strict=True):
        rest = plain(function.signature[len(function.name) :])
        out.print(Text.assemble(f"{token:>10}  ", (function.name, "bold"), rest))
        out.print(f"{'':>12}{plain(function.description)}", style="dim")


def print_state(state: Mapping[str, Any]) -> None:
    """The simulated phone: a list of rows per table, then the settings."""
    for name, value in state.items():
        rows = [", ".join(f"{k}: {v}" for k, v in row.items()) for row in value] if isinstance(value, list) else [f"{k}: {v}" for k, v in value.items()]
        out.print(Text.assemble((name, "bold"), f" ({len(value)})" if isinstance(value, list) else ""))
        for row in rows:
            out.print(f"  {plain(row)}")
