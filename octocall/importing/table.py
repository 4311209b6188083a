"""The functions of a catalogue as lines on disk with an index; those that are there twice or cannot be had are named beside them."""

from __future__ import annotations

import io
import json
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octocall.catalogue import FUNCTIONS, NAMES, OFFSETS, SKIPPED, id_hash
from octocall.errors import CatalogueError
from octocall.files import Draft, write_atomically
from octocall.function import Function
from octocall.importing.distinct import Chosen
from octocall.importing.gather import Unread
from octocall.interchange import dump_function
from octocall.sources.common.loaded import Remark

_READ = "read.jsonl"
_BUFFER = 1 << 20


@dataclass
class Summary:
    """What an import found: functions kept, left out as the same as another, skipped, and sources that could not be read to their end."""

    functions: int = 0
    doubled: int = 0
    skipped: int = 0
    unread: list[str] = field(default_factory=list)


@dataclass
class _Rows:
    """Where the lines of a file begin, and the ids on them."""

    offsets: array[int] = field(default_factory=lambda: array("Q", [0]))
    ids: list[str] = field(default_factory=list)

    def add(self, name: str, line: bytes) -> None:
        self.ids.append(name)
        self.offsets.append(self.offsets[-1] + len(line))

    def save(self, folder: Path) -> None:
        hashes = np.array([id_hash(name) for name in self.ids], np.uint64)
        order = np.argsort(hashes, kind="stable")
        save_array(folder / OFFSETS, np.array(self.offsets, np.uint64))
        save_array(folder / NAMES, np.stack([hashes[order], order.astype(np.uint64)]))


def save_array(path: Path, values: NDArray[Any]) -> None:
    """Writes an array whole or not at all. Raises OctocallError on a full disk and the like."""
    content = io.BytesIO()
    np.save(content, values)
    write_atomically(path, content.getvalue())


def json_line(row: dict[str, Any]) -> bytes:
    """A row as a line; what is no text in UTF-8 is escaped."""
    text = json.dumps(row, ensure_ascii=False)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row).encode() + b"\n"


def write_table(found: Iterable[tuple[str, Function] | Remark], folder: Path, near: bool, progress: Callable[[int], None]) -> Summary:
    """Writes functions, their index and what was left out to ``folder``. Memory grows by ids and keys alone.

    Raises CatalogueError where there are no functions, OctocallError on a full disk and the like.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows, chosen, summary = _Rows(), Chosen(near), Summary()
    with Draft(folder / SKIPPED) as skipped:
        log = _Buffered(skipped)
        with Draft(folder / _READ) as draft:
            lines = _Buffered(draft)
            for one in found:
                if isinstance(one, Remark):
                    log.write(json_line({"id": one.name, "reason": one.reason}))
                    summary.skipped += 1
                    summary.unread += [f"{one.name}: {one.reason}"] * isinstance(one, Unread)
                    continue
                line = json_line({"id": one[0], **dump_function(one[1])})
                lines.write(line)
                rows.add(one[0], line)
                chosen.add(one[1])
                progress(len(rows.ids))
            lines.flush()
        if not rows.ids:
            raise CatalogueError("the sources hold no function that can be imported" + "".join(f"; {each}" for each in summary.unread[:1]))
        summary.doubled = _keep(rows, chosen, folder, log)
        log.flush()
    summary.functions = len(rows.ids) - summary.doubled
    (folder / _READ).unlink()
    return summary


def _keep(rows: _Rows, chosen: Chosen, folder: Path, log: _Buffered) -> int:
    """Copies the lines of the chosen functions, in order, and logs the others; how many those are."""
    kept, doubled = _Rows(), 0
    with (folder / _READ).open("rb") as lines, Draft(folder / FUNCTIONS) as draft:
        out = _Buffered(draft)
        for place, stands in enumerate(chosen):
            line = lines.readline()
            if stands == place:
                out.write(line)
                kept.add(rows.ids[place], line)
            else:
                log.write(json_line({"id": rows.ids[place], "reason": f"is the same as {rows.ids[stands]}", "same": rows.ids[stands]}))
                doubled += 1
        out.flush()
    kept.save(folder)
    return doubled


class _Buffered:
    """Hands lines to a draft in large pieces: it writes each piece through to the system."""

    def __init__(self, draft: Draft) -> None:
        self._draft, self._held = draft, bytearray()

    def write(self, line: bytes) -> None:
        self._held += line
        if len(self._held) >= _BUFFER:
            self.flush()

    def flush(self) -> None:
        self._draft.write(bytes(self._held))
        self._held.clear()
