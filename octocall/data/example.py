"""Examples: a request with the plan it asks for, as training data and as test case."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from octocall.call import Call, Plan, Request
from octocall.errors import DataError
from octocall.files import write_atomically
from octocall.function import Function
from octocall.interchange import dump_function, load_function


@dataclass(frozen=True)
class Example:
    """One request, its plan, and where it comes from (``source``: file and line of the phrasing).

    ``candidates`` are the ids of the request's candidate functions in the table beside the rows.
    """

    request: Request
    plan: Plan
    source: str
    kind: str = "single"
    candidates: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        now = self.request.now.isoformat(timespec="minutes") if self.request.now else None
        spans = [[{k: list(map(list, v)) for k, v in c.spans.items()} for c in call.walk()] for call in self.plan.calls]
        return {"query": self.request.text, "calls": self.plan.to_json(), "kind": self.kind, "now": now, "spans": spans, "source": self.source,
                **({"functions": list(self.candidates)} if self.candidates else {})}  # fmt: skip

    @classmethod
    def from_json(cls, row: dict[str, Any], functions: Mapping[str, Function] | None = None) -> Example:
        """The reverse of ``to_json``, with the table of candidate functions by id; ``spans`` may be left out.

        Raises KeyError, TypeError or ValueError.
        """
        now = datetime.fromisoformat(row["now"]) if row.get("now") else None
        calls = [Call.from_json(call) for call in row["calls"]]
        spans = row.get("spans") or [[] for _ in calls]
        placed = tuple(_place(call, list(reversed(inner))) for call, inner in zip(calls, spans, strict=True))
        candidates = tuple(row.get("functions") or ())
        request = Request(row["query"], now, functions=tuple((functions or {})[name] for name in candidates) if candidates else None)
        return cls(request, Plan(placed), row.get("source", ""), row.get("kind", "single"), candidates)


def _place(call: Call, spans: list[dict[str, Any]]) -> Call:
    own = spans.pop() if spans else {}
    arguments = {k: _place(v, spans) if isinstance(v, Call) else v for k, v in call.arguments.items()}
    return Call(call.name, arguments, call.missing, {k: tuple((a, b) for a, b in v) for k, v in own.items()})


def read_examples(path: Path, functions: Mapping[str, Function] | None = None) -> Iterator[Example]:
    """Examples of a JSONL file. Raises DataError with file and line on a malformed row."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield Example.from_json(json.loads(line), functions)
            except (KeyError, TypeError, ValueError) as error:
                raise DataError(f"{path}:{number} is not an example ({error!r}); expected query, calls, kind, now") from error


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """Writes a JSONL file whole or not at all."""
    write_atomically(path, "".join(map(example_line, examples)).encode())


def example_line(example: Example) -> str:
    """The line of a row in a JSONL file."""
    return json.dumps(example.to_json(), ensure_ascii=False) + "\n"


def read_functions(path: Path) -> dict[str, Function]:
    """The table of candidate functions, one ``{id, name, description, parameters, …}`` a line. Raises DataError."""
    table = {}
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                table[str(row["id"])] = load_function(row)
            except (KeyError, TypeError, ValueError) as error:
                raise DataError(f"{path}:{number} is not a function ({error!r}); expected id, name, description, parameters") from error
    return table


def write_functions(path: Path, functions: Mapping[str, Function]) -> None:
    """Writes the table whole or not at all."""
    lines = (json.dumps({"id": name, **dump_function(function)}, ensure_ascii=False) + "\n" for name, function in functions.items())
    write_atomically(path, "".join(lines).encode())
