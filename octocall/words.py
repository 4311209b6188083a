"""Functions found by the words of a request, beside the vectors: rare names count for more than likeness among very many."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octocall.function import Function

FILES = {
    "data_name": "word_weights.npy",
    "indices_name": "word_functions.npy",
    "indptr_name": "word_offsets.npy",
    "vocab_name": "words.json",
    "params_name": "word_settings.json",
}
"""What an index on disk consists of, by bm25s's names for it."""
_INNER = re.compile(r"(?<=[a-z])(?=[A-Z])")


def split(text: str) -> list[str]:
    """The words and numbers of a text in lower case; findPets and find_pets are two."""
    return re.findall(r"[a-z]+|\d+", _INNER.sub(" ", text).lower())


_COMMON = frozenset(
    split(
        "a an the of to for in on at by with from into and or but not no is are was were be been am it its this that these those there here as if so than then "
        "i me my we us our you your he she his her they them their what which who when where how why do does did can could will would shall should may might must "
        "have has had want need like please just also"
    )
)
"""Words that tell no function from another."""


def document(function: Function) -> str:
    """What is told of a function: its name in words and its description."""
    return f"{' '.join(split(function.original or function.name))}: {function.description}"


class Words:
    """Functions by number, and how much a request's words say each of them (Okapi BM25; Robertson and Zaragoza, 2009).

    Indexed are id, name, description and the names of parameters. A word counts once in a request, however often it is said.
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def of(cls, functions: Iterable[tuple[str, Function]]) -> Words:
        """Indexes functions with their ids."""
        import bm25s

        numbers = {"": 0}
        documents = []
        for name, function in functions:
            words = split(" ".join((name, document(function), *(p.original or p.name for p in function.parameters))))
            documents.append([numbers.setdefault(word, len(numbers)) for word in words if word not in _COMMON] or [0])
        index = bm25s.BM25()
        # numbered in order of appearance, so that the same functions give the same bytes
        index.index((documents, numbers), show_progress=False)
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> Words:
        """Maps what ``save`` wrote. Raises OSError and ValueError where it is missing or damaged."""
        import bm25s

        return cls(bm25s.BM25.load(folder, **FILES, mmap=True, show_progress=False))

    def save(self, folder: Path) -> None:
        """Writes ``FILES``."""
        self._index.save(folder, **FILES, show_progress=False)

    def scores(self, text: str) -> NDArray[np.float32]:
        """How much a request says each function [n]; 0 where they share no word."""
        known = [word for word in dict.fromkeys(split(text)) if word in self._index.vocab_dict and word not in _COMMON]
        found: NDArray[np.float32] = self._index.get_scores(known) if known else np.zeros(self._index.scores["num_docs"], np.float32)
        return found
