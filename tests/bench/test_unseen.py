from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from octocall.bench.baselines import words
from octocall.bench.baselines.nearest import Nearest
from octocall.bench.compare import compare
from octocall.bench.run import run
from octocall.bench.unseen import RANKS, Similar, read_unseen, without_defaults
from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.errors import DataError
from octocall.function import Function, Parameter
from octocall.types import Integer
from tests.bench.exams import hashed, open_data


@pytest.mark.parametrize("nearest", [False, True])
def test_half_of_the_rows_are_unsolvable_and_have_four_candidates(tmp_path: Path, nearest: bool) -> None:
    cases, left_out = read_unseen(open_data(tmp_path), rows=100, nearest=nearest)
    assert left_out == 1 and len(cases) == 14
    assert [case.kind for case in cases] == ["solvable"] * 7 + ["unsolvable"] * 7
    for case in cases:
        names = [f.name for f in case.request.functions or ()]
        called, wanted = case.plan.calls[0].name, f"use_{case.request.text.split()[2]}"
        assert len(set(names)) == 4 and ((wanted in names and called == wanted) if case.kind == "solvable" else (wanted not in names and called == IRRELEVANT))
    assert read_unseen(tmp_path, rows=100, nearest=nearest)[0][0].request == cases[0].request
    assert len(read_unseen(tmp_path, rows=4)[0]) == 4


def test_similar_ones_are_drawn_from_the_middle_ranks_and_unrelated_ones_from_far() -> None:
    about = [
        "open the blue door",
        *(f"open the blue door {'and wait ' * n}" for n in range(1, 14)),
        "weigh parcels",
        "bake bread",
        "tune radios",
        "feed cats",
        "count votes",
    ]
    table = {f"x/{n}": Function(f"f{chr(97 + n)}", text) for n, text in enumerate(about)}
    index, rng = Similar(table), random.Random(0)
    ranked = [f.name for f in index.near("x/0", 12)]
    for _ in range(20):
        assert {f.name for f in index.near("x/0", 3, RANKS, rng)} <= set(ranked[4:10])
        assert {f.name for f in index.far("x/0", 4, rng)} <= {f"f{chr(97 + n)}" for n in range(14, 19)}


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
