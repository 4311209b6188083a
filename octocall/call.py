"""Requests, calls, plans and outcomes: the values that flow through everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from octocall.errors import RequestError
from octocall.function import Function

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""Where a value stands in the request: character ranges, begin inclusive, end exclusive."""


@dataclass(frozen=True)
class Request:
    """What was asked: text, and where given the clock and the phone region it was said in.

    ``functions`` are the candidates for this request, where it does not go to a compiled catalog;
    none of them need be known to the network.
    """

    text: str
    now: datetime | None = None
    region: str = "US"
    functions: tuple[Function, ...] | None = field(default=None, repr=False)


def read_clock(text: str) -> datetime:
    """An ISO 8601 date and time of the years 1900 to 2100; one with an offset becomes local time. Raises RequestError."""
    try:
        moment = datetime.fromisoformat(text)
        if 1900 <= moment.year <= 2100:
            return moment if moment.tzinfo is None else moment.astimezone().replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError):
        pass
    raise RequestError(f"now = {text!r} was given; a date and time such as 2026-03-04T10:30, of the years 1900 to 2100, is expected")


@dataclass(frozen=True)
class Call:
    """One function with its arguments; an argument may itself be a Call (nested).

    ``missing`` names required parameters that the request does not give. ``spans`` tells where in
    the request the arguments stand; it does not take part in comparison.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    spans: Mapping[str, Spans] = field(default_factory=dict, compare=False, repr=False)

    def __str__(self) -> str:
        shown = [f"{name}={value if isinstance(value, Call) else repr(value)}" for name, value in self.arguments.items()]
        return f"{self.name}({', '.join(shown + [f'{name}=?' for name in self.missing])})"

    def to_json(self) -> dict[str, Any]:
        """``{"name": …, "arguments": {…}}``, nested calls likewise; ``missing`` only where there is any."""
        arguments = {k: v.to_json() if isinstance(v, Call) else v for k, v in self.arguments.items()}
        row: dict[str, Any] = {"name": self.name, "arguments": arguments}
        if self.missing:
            row["missing"] = list(self.missing)
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Call:
        """The reverse of ``to_json``. Raises KeyError or TypeError on another shape."""
        name, given, missing = row["name"], row["arguments"], row.get("missing", [])
        if not isinstance(name, str) or not isinstance(given, Mapping) or not isinstance(missing, list):
            raise TypeError(f"{row!r} is no call; expected a name, an object of arguments and, where any are, a list of missing ones")
        arguments = {k: cls.from_json(v) if isinstance(v, dict) and "name" in v and "arguments" in v else v for k, v in given.items()}
        return cls(name, arguments, tuple(missing))

    def walk(self) -> tuple[Call, ...]:
        """This call and the calls inside it, outer first."""
        inner = [c for v in self.arguments.values() if isinstance(v, Call) for c in v.walk()]
        return (self, *inner)


@dataclass(frozen=True)
class Plan:
    """An ordered tuple of calls, with how sure the model is of the whole (0 to 1)."""

    calls: tuple[Call, ...]
    confidence: float = field(default=1.0, compare=False)
    latency_ms: float = field(default=0.0, compare=False)

    def __str__(self) -> str:
        return "; ".join(map(str, self.calls))

    @property
    def missing(self) -> tuple[str, ...]:
        """``function.parameter`` of every required value that the request does not give."""
        return tuple(f"{call.name}.{name}" for outer in self.calls for call in outer.walk() for name in call.missing)

    def to_json(self) -> list[dict[str, Any]]:
        return [call.to_json() for call in self.calls]

    @classmethod
    def from_json(cls, rows: list[Mapping[str, Any]]) -> Plan:
        return cls(tuple(Call.from_json(row) for row in rows))


@dataclass(frozen=True)
class Outcome:
    """What the device answered to one call."""

    call: Call
    status: str  # "done", "refused", "skipped" (dry run) or "error"
    message: str
    value: Any = None
