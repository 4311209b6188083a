from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from octocall.bench.baselines import words
from octocall.bench.cases import read_cases
from octocall.bench.report import summarise
from octocall.bench.run import Result, bench, calibration, run, wilson
from octocall.call import Plan, Request
from octocall.catalog import Catalog
from octocall.errors import DataError
from octocall.score import Score

ROWS = [
    {"query": "lock the front door", "kind": "single", "now": None, "calls": [{"name": "open_or_lock_door", "arguments": {"status": "lock"}}]},
    {"query": "sing", "kind": "irrelevant", "now": None, "calls": [{"name": "irrelevant_function", "arguments": {}}]},
]


def exam(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "exam.jsonl"
    path.write_text("\n".join(lines or map(json.dumps, ROWS)), encoding="utf-8")
    return path


def test_a_perfect_model_and_a_mute_one(tmp_path: Path) -> None:
    cases = read_cases(exam(tmp_path))
    answers = {case.request.text: case.plan for case in cases}
    assert all(r.score.whole for r in run(lambda request: answers[request.text], cases))
    assert not any(r.score.functions for r in run(lambda request: Plan(()), cases))


def test_the_report_is_written(tmp_path: Path, android: Catalog, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib", reason="the pictures need the extra bench")
    bench(lambda request: words.plan(request, android), android, exam(tmp_path), tmp_path / "report", bundle_digest="x")
    found = json.loads((tmp_path / "report" / "results.json").read_text())
    assert found["model"]["kinds"] == found["words"]["kinds"] and found["bundle"] == "x"
    assert (tmp_path / "report" / "functions.png").read_bytes().startswith(b"\x89PNG")
    assert "latency p50" in capsys.readouterr().out


def test_without_matplotlib_the_figures_are_written(tmp_path: Path, android: Catalog, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    rows = exam(tmp_path, json.dumps(ROWS[0] | {"kind": "[/odd]"}))
    bench(lambda request: words.plan(request, android), android, rows, tmp_path / "report")
    assert json.loads((tmp_path / "report" / "results.json").read_text())["model"]["kinds"]["[/odd]"]["whole"]["n"] == 1
    shown = capsys.readouterr().out
    assert "[/odd]" in shown and "pip install '.[bench]'" in shown


def test_malformed_rows_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"exam\.jsonl:2"):
        read_cases(exam(tmp_path, json.dumps(ROWS[0]), '{"query": "x"}'))
    for change in ({"calls": []}, {"calls": [{"name": "f", "arguments": []}]}, {"query": 5}, {"now": "soon"}, {"accept": {"0.x": 1}}, {"kind": 3}):
        with pytest.raises(DataError, match=r"exam\.jsonl:1 is not an exam row"):
            read_cases(exam(tmp_path, json.dumps(ROWS[0] | change)))
    (tmp_path / "exam.jsonl").write_bytes(b"\xff\n")
    with pytest.raises(DataError, match=r"exam\.jsonl:1 is not an exam row"):
        read_cases(tmp_path / "exam.jsonl")
    with pytest.raises(DataError, match="cannot be read"):
        read_cases(tmp_path / "nothing.jsonl")


@pytest.mark.parametrize("text", ["lock the door", "music volume 7", "", "what", "call 415 555 0199", "wake me at 7 am"])
def test_the_baseline_gives_valid_plans(android: Catalog, text: str) -> None:
    plan = words.plan(Request(text), android)
    assert android.check(plan) == plan


def test_wilson() -> None:
    low, high = wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert wilson(0, 0) == (0.0, 1.0)


def test_calibration_of_a_sure_and_right_model(tmp_path: Path) -> None:
    cases = read_cases(exam(tmp_path))
    answers = {case.request.text: case.plan for case in cases}
    bins, error = calibration(run(lambda request: answers[request.text], cases))
    assert error == 0 and bins == [{"n": 2, "confidence": 1.0, "accuracy": 1.0}]


def test_latency_percentiles_lie_between_the_values(tmp_path: Path) -> None:
    case = read_cases(exam(tmp_path))[0]
    results = [Result(case, case.plan, Score(True, True), float(milliseconds)) for milliseconds in range(1, 22)]
    assert summarise(results)["latency_ms"] == {"p50": 11.0, "p95": 20.0}
