"""Catalogues of many functions on disk: opened in no time, searched by vector, read one function at a time."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from octocall.catalog import CANDIDATES
from octocall.errors import CatalogueError
from octocall.files import digest
from octocall.function import Function
from octocall.interchange import load_function
from octocall.runtimes.open import Understood
from octocall.words import FILES as WORD_FILES
from octocall.words import Words

FORMAT = "octocall-catalogue-3"
MANIFEST = "manifest.json"
FUNCTIONS, OFFSETS, NAMES, SKIPPED = "functions.jsonl", "offsets.npy", "names.npy", "skipped.jsonl"
VECTORS, SCALES, SIGNS, CENTRE = "vectors.npy", "scales.npy", "signs.npy", "centre.npy"
ROWS, ROW_SCALES, ROW_OFFSETS = "rows.npy", "row_scales.npy", "row_offsets.npy"
FILES = (FUNCTIONS, OFFSETS, NAMES, SKIPPED, VECTORS, SCALES, SIGNS, CENTRE, ROWS, ROW_SCALES, ROW_OFFSETS, *WORD_FILES.values())

_CACHED = 4096
_LEAST_RESCORED, _SHARE_RESCORED = 1000, 50
"""Of a large catalogue so many, or one in so many, are compared in full after their signs."""
_BLOCK = 16384
_A_COSINE = 15
"""So much more said by the words (BM25) weighs as much as a cosine higher by one."""


class Found(NamedTuple):
    """A function that a search found: its number and id in the catalogue, and how well it fits: ``fit``."""

    number: int
    id: str
    function: Function
    score: float


def id_hash(name: str) -> int:
    """An id as 64 bits, under which its number is looked up."""
    return int.from_bytes(hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest(), "little")


def fit(cosines: NDArray[np.float32], words: NDArray[np.float32]) -> NDArray[np.float32]:
    """How well functions fit a request [n], by the cosines of their vectors and its own, and by how much its words say them."""
    return cosines + words / np.float32(_A_COSINE)


def signs(vectors: NDArray[Any], centre: NDArray[np.float32]) -> NDArray[np.uint64]:
    """On which side of ``centre`` each component of unit vectors [n, width] lies, a bit each: [ceil(width / 64), n]."""
    bits = np.packbits(unit(vectors) > centre, axis=1)
    padded = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), np.uint8)
    padded[:, : bits.shape[1]] = bits
    return np.ascontiguousarray(padded.view(np.uint64).T)


def unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """Vectors [n, width] of length one; zero stays zero."""
    found: NDArray[np.float32] = vectors.astype(np.float32)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    found /= np.where(length == 0, 1, length)
    return found


def pack(vectors: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Vectors [n, width] in eight bits, and a scale per vector [n]."""
    found = vectors.astype(np.float32)
    scales = np.abs(found).max(axis=1) / 127
    return np.rint(found / np.where(scales == 0, 1, scales)[:, None]).astype(np.int8), scales


class Catalogue:
    """Functions in a folder that ``octocall import`` wrote, with what a base understands of each. Files are mapped, not read; functions are cached.

    The ``candidates`` nearest to a request are those that a model chooses among.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any], candidates: int = CANDIDATES) -> None:
        self.folder, self.manifest, self.candidates = folder, manifest, candidates
        arrays = [np.load(folder / name, mmap_mode="r") for name in (OFFSETS, NAMES, VECTORS, SCALES, SIGNS, ROWS, ROW_SCALES, ROW_OFFSETS)]
        self._offsets, self._names, self._vectors, self._scales, self._signs, self._rows, self._row_scales, self._row_offsets = arrays
        self._centre: NDArray[np.float32] = np.load(folder / CENTRE)
        with (folder / FUNCTIONS).open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._cached = lru_cache(_CACHED)(self._read)

    @classmethod
    def open(cls, folder: str | Path, candidates: int = CANDIDATES) -> Catalogue:
        """Opens a folder. Raises CatalogueError where it is missing, incomplete, damaged or of another format.

        Sizes are checked here, contents by ``verify``.
        """
        folder = Path(folder)
        if candidates < 1:
            raise CatalogueError(f"{candidates} candidates were given; at least 1 is expected")
        if not (folder / MANIFEST).is_file():
            raise CatalogueError(_why_not(folder))
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if manifest["format"] != FORMAT:
                raise CatalogueError(f"{folder} is of the format {manifest['format']!r}; {FORMAT!r} is expected: import it again")
            for name in FILES:
                if (folder / name).stat().st_size != manifest["files"][name]["bytes"]:
                    raise CatalogueError(f"{folder / name} is not what was imported; import it again")
            return cls(folder, manifest, candidates)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CatalogueError(f"{folder} is no complete catalogue ({type(error).__name__}: {error}); import it again") from error

    def verify(self) -> None:
        """Reads every file and compares its digest. Raises CatalogueError."""
        for name, row in self.manifest["files"].items():
            if digest(self.folder / name) != row["sha256"]:
                raise CatalogueError(f"{self.folder / name} is not what was imported; import it again")

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @property
    def width(self) -> int:
        return int(self._vectors.shape[1])

    @property
    def base(self) -> str:
        """Digest of the bundle that understood the functions: no other can be asked about them."""
        return str(self.manifest["base"])

    def id(self, number: int) -> str:
        """The id of a function by its number. Raises IndexError."""
        return self._cached(self._place(number))[0]

    def function(self, number: int) -> Function:
        """A function by its number. Raises IndexError, and CatalogueError where its line is damaged."""
        return self._cached(self._place(number))[1]

    def __getitem__(self, name: str) -> Function:
        """A function by its id. Raises KeyError."""
        return self.function(self.number(name))

    def number(self, name: str) -> int:
        """The number of an id. Raises KeyError."""
        hashes, numbers = self._names
        wanted = np.uint64(id_hash(name))
        for place in range(int(np.searchsorted(hashes, wanted)), len(self)):
            if hashes[place] != wanted:
                break
            if self.id(int(numbers[place])) == name:
                return int(numbers[place])
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        """Whether a function has this id."""
        try:
            return self.number(str(name)) >= 0
        except KeyError:
            return False

    def doubled(self) -> Iterator[tuple[str, str]]:
        """Ids that were left out, and those of the functions that are the same."""
        with (self.folder / SKIPPED).open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if "same" in row:
                    yield row["id"], row["same"]

    def vectors(self, numbers: Sequence[int] | NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """The vectors [k, width] of functions by their numbers [k], what they are found by, but for rounding to eight bits."""
        found: NDArray[np.float32] = self._vectors[numbers].astype(np.float32) * self._scales[numbers][:, None]
        return found

    def understood(self, number: int) -> Understood:
        """What the base keeps of a function, by its number, but for rounding to eight bits. Raises IndexError."""
        begin, end = map(int, self._row_offsets[self._place(number) : number + 2])
        return Understood(self._rows[begin:end].astype(np.float32) * self._row_scales[begin:end, None], self.vectors([number])[0])

    @cached_property
    def words(self) -> Words:
        """The index of the functions' words, mapped. Raises CatalogueError where it is damaged."""
        try:
            return Words.open(self.folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CatalogueError(f"the words of {self.folder} cannot be read ({error}); import it again") from error

    def search(self, vector: NDArray[Any], k: int = 10, words: NDArray[np.float32] | None = None) -> list[Found]:
        """The ``k`` functions that fit a request best, the best first, by its vector [width] and ``words.scores`` of its text [functions], if given.

        Names are made unique by numbers. Small catalogues are compared in full; of large ones those whose signs agree most with
        the vector's, and those that the words say most. Raises CatalogueError for a vector of another width.
        """
        given = np.asarray(vector, np.float32).reshape(1, -1)
        if given.shape[1] != self.width or not np.isfinite(given).all():
            raise CatalogueError(f"a vector of {given.shape[1]} numbers was given to search {self.folder}; {self.width} finite ones are expected")
        numbers = self._shortlist(given, words, max(_LEAST_RESCORED, len(self) // _SHARE_RESCORED, 10 * k))
        near = self._vectors[numbers].astype(np.float32)
        lengths = np.sqrt(np.einsum("ij,ij->i", near, near))
        cosines = np.einsum("ij,j->i", near, unit(given)[0]) / np.where(lengths == 0, 1, lengths)
        scores = cosines if words is None else fit(cosines, words[numbers])
        best = np.argsort(-scores, kind="stable")[: max(0, k)]
        return _named([(int(numbers[i]), *self._cached(int(numbers[i])), float(scores[i])) for i in best])

    def _shortlist(self, given: NDArray[np.float32], words: NDArray[np.float32] | None, many: int) -> NDArray[np.int64]:
        """Numbers of at least ``many`` functions, all where there are no more: those whose signs differ least from a vector's; with words, half as many and
        those that are said at least half as much as the one that is said most."""
        if many >= len(self):
            return np.arange(len(self))
        own = signs(given, self._centre)
        differing = np.zeros(len(self), np.uint16)
        for begin in range(0, len(self), _BLOCK):  # blocks that stay in the processor's cache
            part = differing[begin : begin + _BLOCK]
            for row, bits in zip(self._signs, own[:, 0], strict=True):
                part += np.bitwise_count(row[begin : begin + _BLOCK] ^ bits)
        alike = many if words is None else many // 2
        numbers = np.flatnonzero(differing <= np.searchsorted(np.cumsum(np.bincount(differing)), alike))
        if words is None or not (most := words.max()):
            return numbers
        said = np.flatnonzero(words >= most / 2)  # a partition of very many numbers, most of them zero, takes longer than all the rest
        return np.union1d(numbers, said if len(said) <= many else said[np.argpartition(words[said], -many)[-many:]])

    def _place(self, number: int) -> int:
        if not 0 <= number < len(self):
            raise IndexError(f"{number} was given; {self.folder} has functions 0 to {len(self) - 1}")
        return int(number)

    def _read(self, number: int) -> tuple[str, Function]:
        try:
            row = json.loads(self._lines[int(self._offsets[number]) : int(self._offsets[number + 1])])
            return row["id"], load_function(row)
        except (ValueError, KeyError, TypeError) as error:
            raise CatalogueError(f"function {number} of {self.folder} cannot be read ({error}); import it again") from error


def _why_not(folder: Path) -> str:
    """What to tell of a folder that is no catalogue."""
    part = part_of(folder)
    if part.is_dir() or folder.name.endswith(part.suffix):
        return f"the import of {folder} was interrupted; give the same octocall import again, it goes on where it stopped"
    why = f"{folder} has no {MANIFEST}" if folder.is_dir() else f"there is no folder {folder}"
    return f"{why}; give a folder written by: octocall import SOURCE --out {folder}"


def part_of(out: Path) -> Path:
    """The folder beside ``out`` that holds what is done of it."""
    out = Path(os.path.abspath(out))
    return out.parent / f"{out.name}.part"


def _named(rows: list[tuple[int, str, Function, float]]) -> list[Found]:
    """Rows as results; of functions of one name the later ones get a number behind it, and keep their own as ``original``."""
    taken: set[str] = set()
    found = []
    for number, name, function, score in rows:
        own, place = function.name, 2
        while own in taken:
            own, place = f"{function.name}_{place}", place + 1
        taken.add(own)
        if own != function.name:
            function = replace(function, name=own, original=function.original or function.name)
        found.append(Found(number, name, function, score))
    return found
