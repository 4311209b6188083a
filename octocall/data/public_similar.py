"""Which functions are asked for in like words: for candidates that are hard to tell apart."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from octocall.function import Function

Vector = dict[str, float]


class Similar:
    """Functions as bags of the words of their documentation and requests, rare words weighing more (tf-idf)."""

    def __init__(self, functions: Mapping[str, Function], requests: Iterable[tuple[str, str]]) -> None:
        self.functions = functions
        counts = {name: Counter(words(f"{f.name.replace('_', ' ')} {f.description}")) for name, f in functions.items()}
        for name, text in requests:
            counts[name].update(set(words(text)))
        held = Counter(word for count in counts.values() for word in count)
        self._weights = {word: math.log(1 + len(functions) / n) for word, n in held.items()}
        self._vectors = {name: self._vector(count) for name, count in counts.items()}
        self._alike: dict[tuple[str, str], float] = {}

    def _vector(self, counts: Mapping[str, int]) -> Vector:
        vector = {word: math.sqrt(n) * self._weights.get(word, 0.0) for word, n in counts.items()}
        length = math.sqrt(sum(value * value for value in vector.values())) or 1.0
        return {word: value / length for word, value in vector.items()}

    def nearest(self, called: Sequence[str], text: str, names: Sequence[str]) -> list[str]:
        """``names``, the most like the called functions first; where none is called, the most like the request."""
        if called:
            return sorted(names, key=lambda name: -max(self._of(one, name) for one in called))
        own = self._vector(Counter(words(text)))
        return sorted(names, key=lambda name: -_dot(own, self._vectors[name]))

    def _of(self, one: str, other: str) -> float:
        key = (one, other) if one < other else (other, one)
        if key not in self._alike:
            self._alike[key] = _dot(self._vectors[one], self._vectors[other])
        return self._alike[key]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def _dot(one: Vector, other: Vector) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(value * other.get(word, 0.0) for word, value in one.items())
