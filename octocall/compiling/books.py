"""The books that a compilation draws on: phrase books of the catalog, function books of others with what they are found by."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from octocall.base import Base, cache_folder
from octocall.catalog import Catalog
from octocall.data.analogy import Analogies, texts
from octocall.data.compile import HERE
from octocall.data.functionbook import Group
from octocall.data.meant import implying
from octocall.data.own import NOW
from octocall.data.phrasebook import Phrasing, read_phrasebooks
from octocall.errors import OctocallError
from octocall.files import write_atomically
from octocall.runtimes.open import encode
from octocall.types import Context, Integer, Number

_TOGETHER = 64


def phrasings(source: str, folder: Path | None, catalog: Catalog) -> list[Phrasing]:
    """The phrasings of the books in ``folder``, or of those that ship for a built-in catalog. Raises DataError."""
    shipped = HERE / "phrasebooks" / source if source.isidentifier() else None
    if folder is None and shipped is not None and shipped.is_dir():
        folder = shipped
    return read_phrasebooks(folder, catalog) if folder is not None else []


def with_constants(catalog: Catalog, phrasings: Sequence[Phrasing]) -> Catalog:
    """The catalog with the numbers that phrasings mean without saying them."""
    found: dict[tuple[str, str], Counter[float]] = defaultdict(Counter)
    for phrasing in phrasings:
        for shape in (inner for outer in phrasing.shapes for inner in outer.walk()):
            for name, text in shape.constants.items():
                kind = catalog[shape.name].parameter(name).type
                value = kind.parse(text, Context(NOW)) if isinstance(kind, Integer | Number) else None
                if value is not None and text not in kind.literals:
                    found[shape.name, name][value] += 1
    return implying(catalog, found)


def analogies(groups: Sequence[Group], catalog: Catalog, base: Base, progress: Callable[[str, int, int], None]) -> Analogies:
    """The function books as the base reads them; that is done once and kept."""
    told = texts(groups)
    name = hashlib.sha256("\n".join([base.bundle.digest, *told]).encode()).hexdigest()
    path = cache_folder() / f"books-{name[:16]}.f16"
    vectors: NDArray[np.float32] | None = None
    with suppress(OSError, ValueError):
        vectors = np.fromfile(path, np.float16).reshape(len(told), -1).astype(np.float32)
    if vectors is None:
        parts = []
        for at in range(0, len(told), _TOGETHER):
            parts.append(encode(base.graphs, base.bundle.tokenizer, told[at : at + _TOGETHER]))
            progress("function books", min(at + _TOGETHER, len(told)), len(told))
        vectors = np.concatenate(parts)
        with suppress(OctocallError):
            # a disk that is full costs time at the next compilation, nothing else
            write_atomically(path, vectors.astype(np.float16).tobytes())
    return Analogies(groups, catalog, lambda given: encode(base.graphs, base.bundle.tokenizer, given), vectors)
