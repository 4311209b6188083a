"""Requests, calls, plans and outcomes: the values that flow through everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""Where a value stands in the request: character ranges, begin inclusive, end exclusive."""


@dataclass(frozen=True)
class Request:
    """What was asked: text, and where given the clock and the phone region it was said in."""

    text: str
    now: datetime | None = None
    region: str = "US"


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
        arguments = {k: cls.from_json(v) if isinstance(v, dict) and "name" in v and "arguments" in v else v for k, v in row["arguments"].items()}
        return cls(str(row["name"]), arguments, tuple(row.get("missing", ())))

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
