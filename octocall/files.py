"""Writing files whole or not at all, and reading and writing rows of JSON."""

from __future__ import annotations

import hashlib
import json
import math
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from octocall.errors import DataError, OctocallError

_STREAMS = ("/dev/std", "/dev/fd/", "/proc/")
"""Names of streams that are open already, even where a regular file lies behind them."""


class Draft:
    """A file that lies beside ``path`` under a name of its own, ``part``, and takes its place when the ``with`` ends well.

    Links are followed and the mode of a file that is replaced stays. A pipe, a device or a stream
    is written to directly; ``part`` is None then. With ``keep`` what was written before a failure
    stays in ``part``. Everything raises OctocallError on a full disk and the like.
    """

    def __init__(self, path: Path, keep: bool = False) -> None:
        self.path, self.keep = path, keep
        self.part: Path | None = None
        with self._explained():
            if path.exists() and (not path.is_file() or str(path).startswith(_STREAMS)):
                self._file: IO[bytes] = path.open("ab")
                return
            self._target = Path(os.path.realpath(path))
            part = self._target.with_name(f"{self._target.name}.{secrets.token_hex(4)}.part")
            self._file, self.part = part.open("xb"), part
            if self._target.exists():
                part.chmod(stat.S_IMODE(self._target.stat().st_mode))

    def write(self, content: bytes) -> None:
        """Adds ``content`` and hands it to the system, so that an interruption leaves it there."""
        with self._explained():
            self._file.write(content)
            self._file.flush()

    @property
    def left(self) -> str:
        """Where what was written is to be found before the end; empty where nothing is kept."""
        return f"what was done is in {self.part}; " if self.keep and self.part and self.part.exists() and self.part.stat().st_size else ""

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            with self._explained():
                if self.part:
                    os.fsync(self._file.fileno())
                self._file.close()
                if self.part:
                    os.replace(self.part, self._target)
            return
        self._abandon()

    def _abandon(self) -> None:
        with suppress(OSError, AttributeError):
            self._file.close()
        if self.part and not self.left:
            self.part.unlink(missing_ok=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._abandon()
            raise OctocallError(f"{self.path} could not be written ({error.strerror}); {self.left}free some space or choose another place") from error


def write_atomically(path: Path, content: bytes) -> None:
    """Writes ``path`` whole or not at all, with the folders above it. Raises OctocallError on a full disk and the like."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OctocallError(f"the folder {path.parent} could not be made ({error.strerror}); choose another place") from error
    with Draft(path) as draft:
        draft.write(content)


@contextmanager
def replacing(folder: Path, mark: str) -> Iterator[Path]:
    """A new folder that takes the place of ``folder`` when the ``with`` ends well.

    Raises OctocallError where ``folder`` is there, is not empty and has no file called ``mark``: then it is somebody else's.
    """
    folder = folder.resolve()
    if folder.exists() and not (folder / mark).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise OctocallError(f"{folder} is there and holds no {mark}; give a folder that is new, empty, or one that octocall wrote")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
            part = Path(scratch) / "new"
            part.mkdir()
            yield part
            if folder.exists():
                folder.rename(Path(scratch) / "old")
            part.rename(folder)
    except OSError as error:
        raise OctocallError(f"{folder} could not be written ({error.strerror}); free some space or choose another place") from error


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_row(line: bytes) -> dict[str, Any]:
    """The object on a line of JSON; a byte-order mark before it is skipped. Raises DataError."""
    try:
        row = json.loads(line.decode("utf-8-sig"), parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise DataError(f"not JSON in UTF-8 ({error})") from None
    if not isinstance(row, dict):
        raise DataError(f"a {type(row).__name__} and no object")
    return row


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number that JSON can write")
    return value


def row_text(value: Any, encoding: str = "utf-8", indent: int | None = None) -> str:
    """``value`` as JSON; where ``encoding`` lacks a character, all that are not ASCII are written as escapes. Raises ValueError for NaN."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent, allow_nan=False)
    return text
