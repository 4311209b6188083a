"""Retrieval alone: the candidate whose documentation lies nearest to the request in an encoder's space; no network chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from octocall.bench.baselines import words
from octocall.bench.cases import Case
from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.function import Function
from octocall.words import document, split

Encode: TypeAlias = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to vectors [n, width]."""


@dataclass(frozen=True)
class Nearest:
    """The candidate of the highest cosine, irrelevant below ``threshold``; arguments are the first words that fit each type."""

    encode: Encode
    threshold: float = 0.0
    known: dict[str, NDArray[np.float32]] = field(default_factory=dict, repr=False)

    def plan(self, request: Request) -> Plan:
        """A plan of one call among the request's candidates."""
        function, likeness = self.best(request)
        if function is None or likeness < self.threshold:
            return Plan((Call(IRRELEVANT),))
        matched = set(split(document(function)))
        return Plan((words.call(function, request, matched),))

    def best(self, request: Request) -> tuple[Function | None, float]:
        """The nearest candidate and its cosine; None where there are no candidates."""
        functions = request.functions or ()
        if not functions:
            return None, 0.0
        texts = [request.text, *map(document, functions)]
        self._read(texts)
        own, *others = (self.known[text] for text in texts)
        scores = np.stack(others) @ own
        place = int(np.argmax(scores))
        return functions[place], float(scores[place])

    def fitted(self, cases: Sequence[Case]) -> Nearest:
        """The same with the threshold that suits ``cases`` best. Chosen on the exam itself it flatters the baseline, never the model."""
        self._read(text for case in cases for text in (case.request.text, *map(document, case.request.functions or ())))
        found = [(likeness, _gain(case, function)) for case in cases for function, likeness in [self.best(case.request)]]
        found.sort(key=lambda pair: -pair[0])
        # answering the first i of them, from the most alike down, and refusing the others
        gains = np.concatenate([[0], np.cumsum([gain for _, gain in found])])
        many = int(np.argmax(gains))
        return replace(self, threshold=found[many - 1][0] if many else 2.0)

    def _read(self, texts: Iterable[str]) -> None:
        if unknown := sorted(set(texts) - self.known.keys()):
            self.known.update(zip(unknown, unit(self.encode(unknown)), strict=True))


def _gain(case: Case, function: Function | None) -> int:
    """What calling ``function`` adds to the number of right answers, beside refusing."""
    names = [call.name for call in case.plan.calls]
    right = function is not None and names == [function.name]
    return int(right) - int(names == [IRRELEVANT])


def unit(vectors: Any) -> NDArray[np.float32]:
    """Rows of length one; rows of zeros stay."""
    array = np.asarray(vectors, np.float32)
    found: NDArray[np.float32] = array / np.maximum(np.linalg.norm(array, axis=-1, keepdims=True), 1e-12)
    return found
