"""One SQLite file that several processes may use at once, with errors a user can act on."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from octocall.errors import DeviceError

_APPLICATION, _VERSION = 0x0C70CA11, 1
_BUSY_SECONDS = 10.0


def default_path(name: str) -> Path:
    """The file ``octocall/<name>`` in the user's data folder: XDG_DATA_HOME where set, else the platform's own."""
    given = Path(os.environ.get("XDG_DATA_HOME", ""))
    if given.is_absolute():  # the specification says to ignore any other
        return given / "octocall" / name
    folder = {"darwin": "Library/Application Support", "win32": "AppData/Local"}.get(sys.platform, ".local/share")
    try:
        return Path.home() / folder / "octocall" / name
    except RuntimeError as error:
        raise DeviceError(f"there is no home folder to keep {name} in ({error}); set XDG_DATA_HOME") from error


@contextmanager
def transaction(path: Path, tables: dict[str, str]) -> Iterator[sqlite3.Connection]:
    """The file, locked for writing until the end: then everything written is kept or, on an error, nothing.

    A new file is laid out with ``tables`` (name to columns). Raises DeviceError where the file is
    damaged, of another program or of a later version, cannot be written, or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as db:
            # the lock is taken before the first read: two readers that then both want to write would block each other
            db.execute("BEGIN IMMEDIATE")
            with db:
                _prepare(db, path, tables)
                yield db
    except sqlite3.Error as error:
        raise DeviceError(f"{path} cannot keep the state of the device ({error}); {_advice(error)}") from error
    except json.JSONDecodeError as error:
        raise DeviceError(f"{path} is damaged ({error}); {_OWN}") from error
    except (UnicodeEncodeError, OverflowError) as error:
        raise DeviceError(f"a value that no file can keep was given ({error}); plain text is expected") from error
    except OSError as error:
        raise DeviceError(f"{path} cannot be used ({error.strerror}); {_WRITABLE}") from error


def insert(db: sqlite3.Connection, table: str, **row: Any) -> int:
    """Adds a row and returns its number, counted from 1."""
    marks = ", ".join("?" * len(row))
    cursor = db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
    return int(cursor.lastrowid or 0)


def _prepare(db: sqlite3.Connection, path: Path, tables: dict[str, str]) -> None:
    application, version = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if (application, version) == (_APPLICATION, _VERSION):
        return
    if application == _APPLICATION:
        raise DeviceError(f"{path} has format {version}, {_VERSION} is expected; update octocall or move it away")
    if application or version or db.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise DeviceError(f"{path} is another program's database; octocall's own is expected: move it away")
    for table, columns in tables.items():
        db.execute(f"CREATE TABLE {table} ({columns})")
    db.execute(f"PRAGMA application_id = {_APPLICATION}")
    db.execute(f"PRAGMA user_version = {_VERSION}")


_WRITABLE = "a file in a folder that can be written is expected: choose another folder with XDG_DATA_HOME"
_OWN = "a file written by octocall is expected: move this one away or delete it"


def _advice(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return _WRITABLE
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return "a disk with space is expected: free some and try again"
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "no other process should hold it: try again when that one is done"
    return _OWN
