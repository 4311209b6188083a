"""What a run has done so far, in a file to which whole lines are added and nothing else is ever done."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from octocall.data.teachers.chat.service import Answer
from octocall.errors import TeacherError

FILE = "journal.jsonl"
Place = tuple[int, int]
"""Batch, and place in the batch, of a request."""


@dataclass
class Done:
    """What the journal holds of a task: requests by batch, with their clock; rows and reasons of rejection by place."""

    batches: dict[int, list[str]] = field(default_factory=dict)
    clocks: dict[int, str] = field(default_factory=dict)
    rows: dict[Place, dict[str, Any]] = field(default_factory=dict)
    rejected: dict[Place, str] = field(default_factory=dict)

    @property
    def queries(self) -> dict[Place, str]:
        return {(batch, place): query for batch, queries in sorted(self.batches.items()) for place, query in enumerate(queries)}

    @property
    def pending(self) -> dict[Place, str]:
        return {place: query for place, query in self.queries.items() if place not in self.rows and place not in self.rejected}


@dataclass
class Spent:
    """Answers that the service gave, with their tokens; ``counted`` answers say themselves how many."""

    answers: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    counted: int = 0

    def add(self, tokens_in: int, tokens_out: int, counted: bool) -> None:
        self.answers += 1
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        self.counted += counted


class Journal:
    """The journal of a folder, open for one process. Raises TeacherError where it is of another run, in use, or cannot be written."""

    def __init__(self, folder: Path, header: Mapping[str, Any]) -> None:
        self.path = folder / FILE
        self.tasks: dict[str, Done] = {}
        self.before, self.now = Spent(), Spent()
        self.damaged, self.rows = 0, 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("ab+", buffering=0)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            self._lock()
            self._open(dict(header))
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def task(self, name: str) -> Done:
        return self.tasks.setdefault(name, Done())

    def add_batch(self, task: str, batch: int, now: str, queries: list[str]) -> None:
        self._write({"task": task, "batch": batch, "now": now, "queries": queries})

    def add_row(self, task: str, place: Place, row: Mapping[str, Any]) -> None:
        self._write({"task": task, "place": list(place), "row": row})

    def add_rejected(self, task: str, place: Place, reason: str) -> None:
        # a model may write halves of letters; no file can
        self._write({"task": task, "place": list(place), "rejected": reason.encode(errors="replace").decode()})

    def add_paid(self, answer: Answer) -> None:
        self._write({"paid": [answer.tokens_in, answer.tokens_out, answer.counted]})

    @property
    def reasons(self) -> Counter[str]:
        """Why rows were rejected, in general: without the values that the reasons name."""
        return Counter(_general(reason) for done in self.tasks.values() for reason in done.rejected.values())

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TeacherError(f"{self.path} is in use by another run; wait until it has ended, or choose another folder") from None
        except OSError:
            pass  # file systems without locks

    def _open(self, header: dict[str, Any]) -> None:
        self._file.seek(0)
        lines = self._file.readall().split(b"\n")
        torn = lines.pop()  # an interruption may have left the beginning of a line
        rows = list(map(_parse, lines))
        self.damaged = rows.count(None) + bool(torn)
        if torn:
            self._append(b"\n")
        content = [row for row in rows if row and "header" not in row]
        found: dict[str, Any] = next((row["header"] for row in reversed(rows) if row and isinstance(row.get("header"), dict)), {})
        if found != header and content:
            different = [name for name in header if found.get(name) != header[name]]
            raise TeacherError(f"{self.path} was begun with another {' and another '.join(different)}; choose another folder with --out, or delete that one")
        if found != header:
            self._write({"header": header})
        for row in content:
            self._take(row, self.before)

    def _write(self, row: dict[str, Any]) -> None:
        self._append(json.dumps(row).encode() + b"\n")
        self._take(row, self.now)

    def _append(self, content: bytes) -> None:
        try:
            while content:
                content = content[self._file.write(content) or 0 :]
        except OSError as error:
            raise self._unusable(error) from error

    def _take(self, row: Mapping[str, Any], spent: Spent) -> None:
        try:
            if "paid" in row:
                spent.add(*row["paid"])
            elif "queries" in row:
                datetime.fromisoformat(row["now"])
                done = self.task(row["task"])
                done.batches[int(row["batch"])], done.clocks[int(row["batch"])] = list(map(str, row["queries"])), row["now"]
            elif "place" in row:
                batch, place = row["place"]
                done = self.task(row["task"])
                if "row" in row:
                    done.rows[batch, place] = row["row"]
                    self.rows += 1
                else:
                    done.rejected[batch, place] = row["rejected"]
        except (KeyError, TypeError, ValueError):
            self.damaged += 1

    def _unusable(self, error: OSError) -> TeacherError:
        return TeacherError(f"{self.path} could not be written ({error.strerror or os.strerror(error.errno or 0)}); free some space or choose another folder")


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _general(reason: str) -> str:
    """A reason without what stands in quotes, and without the words of the judge."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", "…", reason.partition(": ")[0] if reason.startswith("the judge") else reason)[:120]
