"""Vectors of functions, shard by shard: a shard is on disk whole or not at all, under a name that says what it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from octocall.catalogue import CENTRE, FUNCTIONS, OFFSETS, SCALES, SIGNS, VECTORS, document, pack, signs, unit
from octocall.errors import CatalogueError
from octocall.importing.table import save_array
from octocall.interchange import load_function

Encode: TypeAlias = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to vectors [n, width]."""

SHARDS = "shards"
ROWS = 512


@dataclass(frozen=True)
class Shard:
    """Some of the lines of functions, by number of the shard; ``path`` is where their vectors belong."""

    number: int
    rows: int
    lines: bytes
    path: Path


class Shards:
    """The shards of the functions in ``folder``. ``encoder`` names what makes the vectors: others are never taken for them."""

    def __init__(self, folder: Path, encoder: str) -> None:
        self.folder, self.encoder = folder, encoder
        self._offsets = np.load(folder / OFFSETS)
        self.rows = len(self._offsets) - 1

    def __len__(self) -> int:
        return -(-self.rows // ROWS)

    def __iter__(self) -> Iterator[Shard]:
        """Every shard; its lines are read when it is reached."""
        with (self.folder / FUNCTIONS).open("rb") as file:
            for number in range(len(self)):
                rows = min(ROWS, self.rows - number * ROWS)
                lines = file.read(int(self._offsets[number * ROWS + rows] - self._offsets[number * ROWS]))
                name = hashlib.sha256(self.encoder.encode() + b"\0" + lines).hexdigest()[:16]
                yield Shard(number, rows, lines, self.folder / SHARDS / f"{number:06d}-{name}.npy")

    def missing(self) -> Iterator[Shard]:
        """The shards without vectors."""
        return (shard for shard in self if not _is_there(shard))


def _is_there(shard: Shard) -> bool:
    """Whether a shard's vectors are on disk: an array of as many rows as it has lines, of the right length to the byte."""
    try:
        return len(np.load(shard.path, mmap_mode="r")) == shard.rows
    except (OSError, ValueError):
        return False


def vectors_of(lines: bytes, encode: Encode) -> NDArray[np.float16]:
    """Vectors [n, width] of the documents of functions given as lines. Raises CatalogueError where ``encode`` gives something else."""
    documents = [document(load_function(json.loads(line))) for line in lines.splitlines()]
    found: NDArray[Any] = np.asarray(encode(documents))
    if found.ndim != 2 or len(found) != len(documents) or found.dtype.kind != "f":
        raise CatalogueError(f"the encoder gave {found.dtype} of the shape {list(found.shape)} for {len(documents)} texts; a vector of floats per text is expected")
    with np.errstate(over="ignore"):
        packed = found.astype(np.float16)
    if not np.isfinite(packed).all():
        raise CatalogueError("the encoder gave numbers that are not finite in float16; vectors of moderate length are expected")
    return packed


def encode_here(shards: Iterable[Shard], encode: Encode) -> Iterator[tuple[Shard, NDArray[np.float16]]]:
    """Each shard with its vectors, one after the other on this machine."""
    return ((shard, vectors_of(shard.lines, encode)) for shard in shards)


def join(shards: Shards) -> int:
    """Writes vectors, their signs and their centre from the shards, which must all be there; the width of a vector.

    Raises CatalogueError where two shards differ in width.
    """
    parts = [shard.path for shard in shards]
    width = int(np.load(parts[0], mmap_mode="r").shape[1])
    total = np.zeros(width)
    vectors, scales = np.empty((shards.rows, width), np.int8), np.empty(shards.rows, np.float32)
    for number, path in enumerate(parts):
        part = np.load(path)
        if part.shape[1] != width:
            raise CatalogueError(f"{path} has vectors of {part.shape[1]} numbers, the first shard of {width}; delete {shards.folder} and import again")
        rows = slice(number * ROWS, number * ROWS + len(part))
        vectors[rows], scales[rows] = pack(part)
        total += unit(part).sum(0)
    centre = (total / shards.rows).astype(np.float32)
    for name, values in ((VECTORS, vectors), (SCALES, scales), (CENTRE, centre), (SIGNS, np.concatenate([signs(np.load(path), centre) for path in parts], axis=1))):
        save_array(shards.folder / name, values)
    return width
