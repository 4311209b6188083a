"""What is measured of a compilation on phrasings that were kept: right calls with intervals, what is taken for what, confidence, the learning curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from octocall.bench.cases import Case
from octocall.bench.run import Result, calibration, run, wilson
from octocall.call import Plan, Request
from octocall.catalog import IRRELEVANT, Catalog
from octocall.confidence import Confidence, log_odds
from octocall.data.example import Example

GOOD = 0.9
"""A function of fewer right calls than this share is weak."""


@dataclass(frozen=True)
class Rate:
    """A share with its 95 % interval (Wilson)."""

    right: int
    n: int

    @property
    def share(self) -> float:
        return self.right / self.n if self.n else 0.0

    def __str__(self) -> str:
        low, high = wilson(self.right, self.n)
        return f"{100 * self.share:.1f} % [{100 * low:.0f}–{100 * high:.0f}] of {self.n}" if self.n else "not measured"


@dataclass
class Figures:
    """What was found out.

    ``natural``: people's phrasings were measured, and not only the teacher's rules. ``names`` and ``whole`` are the functions and the whole calls that are right
    of requests for one call, ``functions`` the latter by function; ``several``: whole plans of requests for more than one. ``written``: phrasings that people
    gave, by function. ``curve``: (rows a function, right whole calls of requests for one).
    """

    natural: bool
    names: Rate
    whole: Rate
    several: Rate
    refused: Rate
    functions: dict[str, Rate]
    confusions: list[tuple[str, str, int]]
    written: Mapping[str, int] = field(default_factory=dict)
    ece: float = 0.0
    ece_before: float = 0.0
    curve: list[tuple[int, Rate]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def advice(self) -> list[str]:
        """What would help most, weakest function first."""
        found = []
        for name, rate in sorted(self.functions.items(), key=lambda pair: pair[1].share):
            taken = [f"{given} ({n}×)" for expected, given, n in self.confusions if expected == name and given != name][:2]
            if rate.n and rate.share < GOOD:
                found.append(f"give 20 more phrasings of {name}: {rate} right{', taken for ' + ' and '.join(taken) if taken else ''}")
            elif not self.written.get(name):
                found.append(f"give 20 phrasings of {name}: none was written by people, so these figures say little of what your users will say")
        return found

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(predict: Callable[[Request], Plan], examples: Sequence[Example], catalog: Catalog, natural: bool) -> tuple[Figures, list[Result]]:
    """Figures of a model on examples, and the results behind them."""
    results = run(predict, [Case(e.request, catalog.check(e.plan), e.kind) for e in examples])
    away = [r for r in results if r.case.kind == "irrelevant"]
    several = [r for r in results if r.case.kind in ("parallel", "nested")]
    called = [r for r in results if r.case.kind == "single"]
    functions = {}
    for function in catalog:
        own = [r for r in called if r.case.plan.calls[0].name == function.name]
        functions[function.name] = Rate(sum(r.score.whole for r in own), len(own))
    functions.pop(IRRELEVANT, None)
    confused = Counter((expected, given) for r in results for expected, given in _confused(r))
    names = Rate(sum(r.score.functions for r in called), len(called))
    whole, joined, refused = (Rate(sum(r.score.whole for r in own), len(own)) for own in (called, several, away))
    return Figures(natural, names, whole, joined, refused, functions, [(*pair, n) for pair, n in confused.most_common(20)]), results


def _confused(result: Result) -> Iterable[tuple[str, str]]:
    """What was expected and what was given in its place; of single calls only, where it is clear."""
    expected, given = ([call.name for call in plan.calls] for plan in (result.case.plan, result.plan))
    if len(expected) == 1 and given and not result.score.functions:
        yield expected[0], given[0] if len(given) == 1 else "several calls"


def fitted(results: Sequence[Result]) -> Confidence:
    """The curve that tells best which plans were right; the plain one where all were, or none."""
    from sklearn.linear_model import LogisticRegression

    right = np.array([r.score.whole for r in results])
    if right.all() or not right.any():
        return Confidence()
    model = LogisticRegression(C=10.0).fit(np.array([[log_odds(r.plan.confidence)] for r in results]), right)
    return Confidence(max(float(model.coef_[0, 0]), 0.05), float(model.intercept_[0]))


def calibrated(results: Sequence[Result], confidence: Confidence) -> list[Result]:
    """The results with the confidence of each plan read anew."""
    return [replace(r, plan=replace(r.plan, confidence=confidence(r.plan.confidence))) for r in results]


def crossed(results: Sequence[Result]) -> tuple[float, float]:
    """Expected calibration error as the network tells it, and as one half of the results reads the other: so the figure is not the fit's own."""
    halves = results[::2], results[1::2]
    read = [r for own, other in (halves, halves[::-1]) if other for r in calibrated(own, fitted(other))]
    return calibration(results)[1], calibration(read)[1] if read else 0.0
