"""Which functions are the same: exactly, or but for spelling and what is optional."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from octocall.function import Function
from octocall.sources.common.prose import words
from octocall.types import Anything

_WORD = re.compile(r"[^\W_]+")
_METHOD = re.compile(r"^(?:GET|POST|PUT|PATCH|DELETE|HEAD)_")


def key(function: Function, near: bool) -> bytes:
    """Equal for functions that are the same.

    ``near``: those whose names, descriptions and required parameters have the same words; then two versions
    of an interface are one, and so are GET_Reboot and POST_Reboot.
    """
    if near:
        required = sorted(words(p.name) for p in function.parameters if p.required)
        told = " ".join(_WORD.findall(function.description.lower()))
        parts = [words(_METHOD.sub("", function.original or function.name)), told, *required]
    else:
        parts = [function.name, function.description, *(f"{p.name} {p.required} {p.type!r} {p.description}" for p in function.parameters)]
    return hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=16).digest()


def quality(function: Function) -> int:
    """How much is known of a function: its typed parameters, and their documentation."""
    return sum(2 * (not isinstance(p.type, Anything)) + bool(p.description) for p in function.parameters)


class Chosen:
    """Of the functions that are the same the best documented, the first of those that are equally so."""

    def __init__(self, near: bool) -> None:
        self.near = near
        self._best: dict[bytes, tuple[int, int]] = {}
        self._keys: list[bytes] = []

    def add(self, function: Function) -> None:
        """Adds the next function; functions are known by their place."""
        name = key(function, self.near)
        best, place = quality(function), len(self._keys)
        self._keys.append(name)
        if name not in self._best or best > self._best[name][0]:
            self._best[name] = best, place

    def __iter__(self) -> Iterator[int]:
        """For every place the place of the function that stands for it, itself where it is chosen."""
        return (self._best[name][1] for name in self._keys)

    def __len__(self) -> int:
        return len(self._best)
