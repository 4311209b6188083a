from __future__ import annotations

import json
from pathlib import Path

import pytest

from octocall.bench.baselines import words
from octocall.bench.baselines.nearest import Nearest
from octocall.bench.compare import compare
from octocall.bench.run import run
from octocall.bench.unseen import read_unseen, without_defaults
from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.errors import DataError
from octocall.function import Function, Parameter
from octocall.types import Integer
from tests.bench.exams import hashed, open_data


def test_half_of_the_rows_are_unsolvable_and_have_four_candidates(tmp_path: Path) -> None:
    cases, left_out = read_unseen(open_data(tmp_path), rows=100)
    assert left_out == 1 and len(cases) == 14
    assert [case.kind for case in cases] == ["solvable"] * 7 + ["unsolvable"] * 7
    for case in cases:
        names = [f.name for f in case.request.functions or ()]
        called, wanted = case.plan.calls[0].name, f"use_{case.request.text.split()[2]}"
        assert len(set(names)) == 4 and ((wanted in names and called == wanted) if case.kind == "solvable" else (wanted not in names and called == IRRELEVANT))
    assert read_unseen(tmp_path, rows=100)[0][0].request == cases[0].request
    assert len(read_unseen(tmp_path, rows=4)[0]) == 4


def test_defaults_may_be_said_or_not(tmp_path: Path) -> None:
    case = read_unseen(open_data(tmp_path))[0][0]
    [call] = case.plan.calls
    assert case.score(Plan((Call(call.name, {**call.arguments, "times": 1}),))).whole
    assert not case.score(Plan((Call(call.name, {**call.arguments, "times": 2}),))).whole
    f = Function("f", "", (Parameter("n", Integer(), "", None), Parameter("m", Integer())))
    assert without_defaults(Plan((Call("f", {"n": 3, "m": 1}), Call("g", {"x": 1}))), [f]) == Plan((Call("f", {"n": 3, "m": 1}), Call("g", {"x": 1})))


def test_retrieval_gets_the_threshold_that_suits_it_best(tmp_path: Path) -> None:
    cases, _ = read_unseen(open_data(tmp_path))
    nearest = Nearest(hashed).fitted(cases)
    right = sum(result.score.functions for result in run(nearest.plan, cases))
    assert right >= 7 and all(right >= sum(r.score.functions for r in run(Nearest(hashed, at).plan, cases)) for at in (0.0, 0.3, 0.5, 0.7, 1.1))
    assert nearest.plan(Request("x", functions=())).calls[0].name == IRRELEVANT
    assert Nearest(hashed, 0.0).plan(cases[0].request).calls[0].name == cases[0].plan.calls[0].name


def test_the_report_compares_systems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases, _ = read_unseen(open_data(tmp_path))
    compare({"retrieval": Nearest(hashed).plan, "words": words.plan}, cases, tmp_path / "report", {"exam": "v1"})
    found = json.loads((tmp_path / "report" / "results.json").read_text())
    assert found["systems"]["words"]["kinds"]["solvable"]["function"]["n"] == 7 and "retrieval: whole" in capsys.readouterr().out


def test_folders_without_new_functions_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_unseen(tmp_path)
    open_data(tmp_path)
    (tmp_path / "train.jsonl").write_text((tmp_path / "held_out.jsonl").read_text())
    with pytest.raises(DataError, match="no single calls of functions that"):
        read_unseen(tmp_path)
