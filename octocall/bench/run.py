"""Running a model over exam rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from octocall.bench.baselines import words
from octocall.bench.cases import Case, read_cases
from octocall.call import Plan, Request
from octocall.catalog import Catalog
from octocall.errors import MissingExtraError, RequestError
from octocall.score import Score, score

WARM_UP = 5


@dataclass(frozen=True)
class Result:
    """One case with what was answered, how it scored, and the time of the whole request in milliseconds."""

    case: Case
    plan: Plan
    score: Score
    milliseconds: float


def run(predict: Callable[[Request], Plan], cases: Sequence[Case]) -> list[Result]:
    """Every case once, in order, after a few unmeasured requests. A refused request counts as an empty plan."""
    for case in cases[:WARM_UP]:
        _ask(predict, case.request)
    results = []
    for case in cases:
        began = perf_counter()
        plan = _ask(predict, case.request)
        taken = 1000 * (perf_counter() - began)
        results.append(Result(case, plan, score(case.plan, plan, case.accept), taken))
    return results


def _ask(predict: Callable[[Request], Plan], request: Request) -> Plan:
    try:
        return predict(request)
    except RequestError:
        return Plan(())


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share. Source: Wilson 1927."""
    if n == 0:
        return 0.0, 1.0
    z, share = 1.959964, successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def calibration(results: Sequence[Result], bins: int = 10) -> tuple[list[dict[str, float]], float]:
    """Confidence against accuracy in bins of equal width, and the expected calibration error."""
    rows, error = [], 0.0
    for i in range(bins):
        inside = [r for r in results if i / bins <= r.plan.confidence < (i + 1) / bins or (i == bins - 1 and r.plan.confidence == 1)]
        if inside:
            confidence = sum(r.plan.confidence for r in inside) / len(inside)
            accuracy = sum(r.score.whole for r in inside) / len(inside)
            rows.append({"n": len(inside), "confidence": confidence, "accuracy": accuracy})
            error += len(inside) / len(results) * abs(confidence - accuracy)
    return rows, error


def bench(predict: Callable[[Request], Plan], catalog: Catalog, cases_path: Path, out: Path, *, bundle_digest: str = "") -> None:
    """Measures a model and the word-matching baseline, prints the tables and writes the report folder.

    Without matplotlib a line says so in place of the pictures.
    """
    from octocall.bench.report import draw_report, print_report, write_report

    cases = read_cases(cases_path)
    model, baseline = run(predict, cases), run(lambda request: words.plan(request, catalog), cases)
    print_report(model, baseline)
    write_report(model, baseline, out, cases_path, bundle_digest)
    try:
        draw_report(model, baseline, out)
    except MissingExtraError as error:
        print(f"{out / 'results.json'} is written, without pictures: {error}")
