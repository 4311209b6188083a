"""Running a model over exam rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

from octocall.bench.baselines import words
from octocall.bench.cases import Case, read_cases
from octocall.call import Plan, Request
from octocall.catalog import Catalog
from octocall.errors import MissingExtraError, PlanError, RequestError, SignatureError
from octocall.score import Score

WARM_UP = 5


@dataclass(frozen=True)
class Result:
    """One case with what was answered, how it scored, and the time of the whole request in milliseconds.

    ``refused`` says why there is no answer, where there is none; then it is wrong.
    """

    case: Case
    plan: Plan
    score: Score
    milliseconds: float
    refused: str = ""


Predict: TypeAlias = Callable[[Request], Plan]
"""What is measured; ``request.functions`` are the candidates, where the exam gives them."""


def run(predict: Predict, cases: Sequence[Case]) -> list[Result]:
    """Every case once, in order, after a few unmeasured requests. A refused request counts as wrong."""
    for case in cases[:WARM_UP]:
        _answer(predict, case)
    return [_answer(predict, case) for case in cases]


def _answer(predict: Predict, case: Case) -> Result:
    began, refused, plan = perf_counter(), case.unfit, Plan(())
    try:
        if not refused:
            plan = predict(case.request)
    except (RequestError, SignatureError, PlanError) as error:
        refused = str(error)
    taken = 1000 * (perf_counter() - began)
    return Result(case, plan, Score(False, False) if refused else case.score(plan), taken, refused)


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


def bench(predict: Predict, catalog: Catalog, cases_path: Path, out: Path, *, bundle_digest: str = "") -> None:
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
