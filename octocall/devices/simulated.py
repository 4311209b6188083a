"""What every simulated device has: its state in one SQLite file, calls checked against its catalog, questions."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from octocall.call import Call, Plan
from octocall.catalog import Catalog
from octocall.devices.store import default_path, insert, transaction
from octocall.errors import DeviceError, PlanError
from octocall.types.temporal import STAMP

Answer: TypeAlias = tuple[str, Any]
"""A sentence for people, and the result of the function; None where it has none."""

LOOKUPS = {"lookups": "function TEXT, query TEXT, answer TEXT, at TEXT"}
"""The table of what was made up, for devices that answer questions."""


class Simulated:
    """A device whose state is the file ``path``, by default the user's own.

    Every call is one transaction, so processes that share a file lose nothing to each other. Each
    function of the catalog is a method with the same arguments and returns an Answer; the value is
    what a call around it takes. Every method raises DeviceError where the file cannot be used. What
    a real one would ask the world for is made up from a hash of the arguments and says "simulated".
    """

    catalog: ClassVar[str]
    """The module of ``octocall/catalogs`` whose functions these are."""
    title: ClassVar[str]
    """What people call it."""
    tables: ClassVar[dict[str, str]]
    """The columns of each table, after its ``id``."""
    settings: ClassVar[dict[str, Any]] = {}
    """What is set, with the values at the beginning."""
    questions: ClassVar[dict[str, dict[str, str]]]
    """How to ask for a missing value, by function and parameter."""

    def __init__(self, path: Path | None = None, clock: Callable[[], datetime] = datetime.now) -> None:
        self._path, self._clock = path, clock

    @property
    def path(self) -> Path:
        return default_path(f"{type(self).__name__.lower()}.db") if self._path is None else Path(self._path)

    def asks(self, call: Call) -> str | None:
        """What to ask before ``call``: for its missing values, or whether to do what cannot be undone."""
        if call.missing:
            known = self.questions.get(call.name, {})
            return " ".join(known[name] for name in call.missing) if known.keys() >= set(call.missing) else None
        return self._risk(call.name, self._checked(call.name, call.arguments))

    def call(self, name: str, arguments: Mapping[str, Any]) -> Answer:
        """Carries out one function of the catalog. Raises DeviceError, also for arguments that do not fit it."""
        given = self._checked(name, arguments)  # only names of the catalog come past this, and each is a method
        answer: Answer = getattr(self, name)(**given)
        return answer

    def state(self) -> dict[str, Any]:
        """Everything that is kept, ready for JSON: a list of rows per table, and the settings where there are any."""
        with self._transaction() as db:
            found: dict[str, Any] = {table: self._rows(db, table) for table in self.tables}
            if self.settings:
                stored = {key: json.loads(value) for key, value in db.execute("SELECT key, value FROM settings")}
                found["settings"] = {**self.settings, **stored}
        return found

    def reset(self) -> None:
        """Forgets everything."""
        with self._transaction() as db:
            for table in self._layout:
                db.execute(f"DELETE FROM {table}")

    # For the functions of a device ------------------------------------------------------------

    def _risk(self, name: str, given: dict[str, Any]) -> str | None:
        """The question before a complete call that cannot be undone; None where there is none."""
        return None

    def _rows(self, db: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
        """The rows of a table, oldest first."""
        names = [column.split()[0] for column in self.tables[table].split(", ")]
        rows = db.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY id").fetchall()
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _look_up(self, function: str, query: str, answer: str, value: str | None = None) -> Answer:
        """An answer that was made up, kept among the lookups; ``value`` is its result where it is not the whole text."""
        with self._transaction() as db:
            return self._noted(db, function, query, answer, value)

    def _noted(self, db: sqlite3.Connection, function: str, query: str, answer: str, value: str | None = None) -> Answer:
        text = f"{answer} (simulated)"
        insert(db, "lookups", function=function, query=query, answer=text, at=self._now())
        return text, text if value is None else value

    def _set(self, sentence: str, **settings: Any) -> Answer:
        with self._transaction() as db:
            self._keep(db, **settings)
        return sentence, None

    def _keep(self, db: sqlite3.Connection, **settings: Any) -> None:
        rows = [(key, json.dumps(value)) for key, value in settings.items()]
        db.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", rows)

    def _get(self, db: sqlite3.Connection, key: str) -> Any:
        row = db.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        return self.settings[key] if row is None else json.loads(row[0])

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    @property
    def _layout(self) -> dict[str, str]:
        layout = {table: f"id INTEGER PRIMARY KEY, {columns}" for table, columns in self.tables.items()}
        return layout | ({"settings": "key TEXT PRIMARY KEY, value TEXT"} if self.settings else {})

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        return transaction(self.path, self._layout)

    def _checked(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments in canonical form, defaults filled in; None stands for a default. Raises DeviceError."""
        given = {key: value for key, value in arguments.items() if value is not None}
        if nested := [key for key, value in given.items() if isinstance(value, Call)]:
            raise DeviceError(f"{name}.{nested[0]} was given as a call; the result of that call is expected")
        try:
            return dict(_catalog(self.catalog).check(Plan((Call(name, given),))).calls[0].arguments)
        except (PlanError, ValueError, OverflowError, TypeError) as error:
            raise DeviceError(f"{name} cannot take its arguments: {error}") from error


@cache
def _catalog(name: str) -> Catalog:
    from octocall.sources.python import load

    return load(f"octocall.catalogs.{name}")


def moment(stamp: str) -> datetime:
    """The date and time of a canonical value. Raises DeviceError."""
    try:
        return datetime.strptime(stamp, STAMP)
    except ValueError:
        raise DeviceError(f"{stamp!r} was given where a date and time YYYY-MM-DD-HH-MM is expected") from None


def made_up(*parts: str) -> bytes:
    """Bytes that depend on the arguments alone, whatever their case and spacing."""
    return hashlib.sha256("\x1f".join(map(plain, parts)).encode(errors="surrogatepass")).digest()


def plain(text: str) -> str:
    """``text`` as it is compared: without regard to case and spacing."""
    return " ".join(text.casefold().split())
