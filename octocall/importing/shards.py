"""What a base understands of functions, shard by shard: a shard is on disk whole or not at all, under a name that says what it was made from."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from octocall.catalogue import CENTRE, FUNCTIONS, OFFSETS, ROW_OFFSETS, ROW_SCALES, ROWS, SCALES, SIGNS, VECTORS, pack, signs, unit
from octocall.errors import CatalogueError
from octocall.files import Draft
from octocall.function import Function
from octocall.importing.table import save_array
from octocall.interchange import load_function
from octocall.runtimes.open import Understood
from octocall.words import Words

Understand: TypeAlias = Callable[[Sequence[Function]], Sequence[Understood]]
"""Functions to what is kept of each."""

SHARDS = "shards"
PER_SHARD = 512


@dataclass(frozen=True)
class Shard:
    """Some of the lines of functions, by number of the shard; ``path`` is where what is understood of them belongs."""

    number: int
    rows: int
    lines: bytes
    path: Path


class Shards:
    """The shards of the functions in ``folder``. ``base`` names what understands them: another one's are never taken for its own."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder, self.base = folder, base
        self._offsets = np.load(folder / OFFSETS)
        self.rows = len(self._offsets) - 1

    def __len__(self) -> int:
        return -(-self.rows // PER_SHARD)

    def __iter__(self) -> Iterator[Shard]:
        """Every shard; its lines are read when it is reached."""
        with (self.folder / FUNCTIONS).open("rb") as file:
            for number in range(len(self)):
                rows = min(PER_SHARD, self.rows - number * PER_SHARD)
                lines = file.read(int(self._offsets[number * PER_SHARD + rows] - self._offsets[number * PER_SHARD]))
                name = hashlib.sha256(self.base.encode() + b"\0" + lines).hexdigest()[:16]
                yield Shard(number, rows, lines, self.folder / SHARDS / f"{number:06d}-{name}.npz")

    def missing(self) -> Iterator[Shard]:
        """The shards that are not on disk."""
        return (shard for shard in self if not _is_there(shard))


def _is_there(shard: Shard) -> bool:
    """Whether a shard is on disk, with as many functions as it has lines; one that was cut has no index at its end."""
    try:
        with np.load(shard.path) as content:
            return len(content["counts"]) == shard.rows
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return False


def content_of(lines: bytes, understand: Understand) -> bytes:
    """The file of a shard, from functions given as lines. Raises CatalogueError where ``understand`` gives something else.

    counts [n]; vectors [n, width]; rows [counts.sum(), width] in eight bits, and their scales.
    """
    functions = [load_function(json.loads(line)) for line in lines.splitlines()]
    found = understand(functions)
    try:
        vectors, every = np.stack([one.answer for one in found]), np.concatenate([one.rows for one in found])
        right = vectors.ndim == 2 and every.shape[1:] == vectors.shape[1:] and len(vectors) == len(functions)
    except (ValueError, IndexError):
        right = False
    if not right:
        raise CatalogueError(f"the base gave something else than rows and a vector for each of {len(functions)} functions")
    with np.errstate(over="ignore"):
        halves = vectors.astype(np.float16)
    if not (np.isfinite(halves).all() and np.isfinite(every).all()):
        raise CatalogueError("the base gave numbers that are not finite in float16; its weights are damaged: install or export it again")
    rows, scales = pack(every)
    content = io.BytesIO()
    np.savez(content, counts=np.array([len(one.rows) for one in found]), vectors=halves, rows=rows, scales=scales)
    return content.getvalue()


def make_here(shards: Iterable[Shard], understand: Understand) -> Iterator[tuple[Shard, bytes]]:
    """Each shard with its content, one after the other on this machine."""
    return ((shard, content_of(shard.lines, understand)) for shard in shards)


def join(shards: Shards) -> int:
    """Writes the arrays of a catalogue from the shards, which must all be there; the width of a vector.

    Raises CatalogueError where two shards differ in width.
    """
    counts, vectors, scales = (_joined(shards, name) for name in ("counts", "vectors", "scales"))
    width, total = int(vectors.shape[1]), np.zeros(vectors.shape[1])
    for begin in range(0, len(vectors), PER_SHARD):
        total += unit(vectors[begin : begin + PER_SHARD]).sum(0)
    centre = (total / shards.rows).astype(np.float32)
    sides = [signs(vectors[begin : begin + PER_SHARD], centre) for begin in range(0, len(vectors), PER_SHARD)]
    own, own_scales = pack(vectors)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint64)
    named: dict[str, NDArray[Any]] = {
        VECTORS: own,
        SCALES: own_scales,
        CENTRE: centre,
        SIGNS: np.concatenate(sides, axis=1),
        ROW_SCALES: scales,
        ROW_OFFSETS: offsets,
    }
    for name, values in named.items():
        save_array(shards.folder / name, values)
    with (shards.folder / FUNCTIONS).open("rb") as lines:
        Words.of((row["id"], load_function(row)) for row in map(json.loads, lines)).save(shards.folder)
    with Draft(shards.folder / ROWS) as draft:
        head = io.BytesIO()
        np.lib.format.write_array_header_1_0(head, {"descr": "|i1", "fortran_order": False, "shape": (int(offsets[-1]), width)})
        draft.write(head.getvalue())
        for rows in _parts(shards, "rows"):
            draft.write(rows.tobytes())
    return width


def _joined(shards: Shards, name: str) -> NDArray[Any]:
    try:
        return np.concatenate(list(_parts(shards, name)))
    except ValueError as error:
        raise CatalogueError(f"the shards in {shards.folder} differ in width ({error}); delete them and import again") from error


def _parts(shards: Shards, name: str) -> Iterator[NDArray[Any]]:
    for shard in shards:
        with np.load(shard.path) as content:
            yield content[name]
