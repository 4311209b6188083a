from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from octocall.bench.baselines import words
from octocall.bench.cases import Case, sampled
from octocall.bench.compare import answering, compare
from octocall.bench.leaderboard import PUBLISHED, read_leaderboard, translate
from octocall.bench.leaderboard_rules import all_right, call_right, value_right
from octocall.bench.run import run
from octocall.call import Call, Plan, Request
from octocall.errors import DataError, RequestError
from tests.bench.exams import BELL, LAMP, ODD, asked, write_lines

TRUTH = [{"lamp.dim": {"room": ["Hall", "the hall"], "level": [30], "warmth": ["", 0.5], "zone-ids": ["", [1, 2]]}}]


@pytest.mark.parametrize(
    "kind, accepted, value, right",
    [
        ("string", ["New York, NY"], "new york ny", True), ("string", ["it's"], 'it"s', True), ("string", ["a"], "b", False), ("string", ["5"], 5, False),
        ("integer", [5], 5, True), ("integer", [5], 5.0, False), ("integer", [1], True, False), ("float", [5.0], 5, True), ("float", [5], 5.0, True),
        ("boolean", [True], True, True), ("boolean", [True], 1, False), ("boolean", [True], "true", False), ("integer", ["x"], "x", True),
        ("dict", [{"a": ["X", "Y"], "b": ["", 1]}], {"a": "y"}, True), ("dict", [{"a": ["X"]}], {}, False), ("dict", [{"a": ["X"]}], {"a": "x", "c": 1}, False),
        ("any", ["Blue-ish"], "blueish", True),
    ],
)  # fmt: skip
def test_values_are_compared_as_published(kind: str, accepted: list[Any], value: Any, right: bool) -> None:
    assert value_right({"type": kind}, accepted, value) is right


@pytest.mark.parametrize(
    "inner, accepted, value, right",
    [
        ("string", [["A b", "c"]], ["ab", "C"], True), ("string", [["a", "b"]], ["b", "a"], False), ("integer", [[1, 2]], [1.0, 2.0], False),
        ("float", [[1.5, 2.0]], [1.5, 2.0], True), ("float", [[1, 2]], [1, 2], True), ("integer", [[1]], [1, 2], False), ("integer", [[1], ""], [], True),
        ("dict", [[{"a": [1]}, {"a": [2]}]], [{"a": 1}, {"a": 2}], True), ("dict", [[{"a": [1]}]], [{"a": 1}, {"a": 1}], False),
        ("dict", [[{"a": [1]}]], [{"a": 3}], False),
    ],
)  # fmt: skip
def test_lists_are_compared_item_by_item(inner: str, accepted: list[Any], value: Any, right: bool) -> None:
    assert value_right({"type": "array", "items": {"type": inner}}, accepted, value) is right
    assert value_right({"type": "tuple", "items": {"type": inner}}, accepted, value) is right


def test_what_may_be_left_out_and_what_may_not() -> None:
    tools, [truth] = [LAMP, BELL], TRUTH
    assert call_right(tools, truth, ("lamp_dim", {"room": "hall", "level": 30}))
    assert not call_right(tools, truth, ("lamp.dim", {"room": "hall"}))  # level is not marked as optional
    assert not call_right(tools, truth, ("lamp.dim", {"level": 30}))  # the required room
    assert not call_right(tools, truth, ("lamp.dim", {"room": "hall", "level": 30, "fade": True}))  # nobody asked for it
    assert not call_right(tools, truth, ("ring_bell", {}))
    assert not call_right(tools, {"gone": {}}, ("gone", {}))


def test_parallel_calls_come_in_any_order_and_number() -> None:
    truth = [{"ring_bell": {"times": [1]}}, {"ring_bell": {"times": [2]}}]
    one, two = ("ring_bell", {"times": 1}), ("ring_bell", {"times": 2})
    assert all_right([BELL], truth, [one, two]) and all_right([BELL], truth, [two, one])
    assert not all_right([BELL], truth, [one]) and not all_right([BELL], truth, [one, one]) and not all_right([BELL], truth, [one, two, two])


def exam(folder: Path) -> list[Case]:
    write_lines(folder / "live_simple.jsonl", [asked("dim the hall to 30", truth=TRUTH), asked("ring", "2", [BELL], [{"ring_bell": {"times": [""]}}])])
    write_lines(folder / "irrelevance.jsonl", [asked("what is love"), asked("and now", "i2", []), asked("bad tool", "i3", [BELL, ODD])])
    write_lines(folder / "live_relevance.jsonl", [asked("do something")])
    write_lines(folder / "BFCL_v4_parallel.json", [asked("ring twice", "p")])
    write_lines(folder / "possible_answer" / "BFCL_v4_parallel.json", [{"id": "p", "ground_truth": [{"ring_bell": {}}] * 2}])
    write_lines(folder / "multi_turn_base.jsonl", [asked("and then")])
    cases, others = read_leaderboard(folder)
    assert others == ["multi_turn_base.jsonl"]
    return cases


def test_both_layouts_are_read_and_rows_are_judged(tmp_path: Path) -> None:
    cases = exam(tmp_path)
    assert [case.kind for case in cases] == ["parallel", "irrelevance", "irrelevance", "irrelevance", "live_simple", "live_simple", "live_relevance"]
    assert cases[4].request.text == "dim the hall to 30" and cases[4].plan.to_json() == [{"name": "lamp_dim", "arguments": {"room": "Hall", "level": 30}}]
    assert "i3" in cases[3].unfit and "odd" in cases[3].unfit
    best = run(lambda request: next(case.plan if case.kind != "live_relevance" else Plan((Call("x"),)) for case in cases if case.request == request), cases)
    assert [r.score.whole for r in best] == [True, True, True, False, True, True, True]
    mute = run(lambda request: Plan(()), cases)
    assert [r.score.whole for r in mute] == [False, True, True, False, False, False, False] and mute[3].refused


def test_names_come_back_as_the_source_has_them(tmp_path: Path) -> None:
    functions = exam(tmp_path)[4].request.functions
    assert functions is not None
    plan = Plan((Call("lamp_dim", {"zone_ids": [1, 2]}), Call("irrelevant_function"), Call("stranger", {"a": 1})))
    assert translate(plan, functions) == [("lamp.dim", {"zone-ids": [1, 2]}), ("stranger", {"a": 1})]


def test_a_refused_request_is_wrong_also_where_no_call_is_right(tmp_path: Path) -> None:
    def refuse(request: Request) -> Plan:
        raise RequestError("too long")

    assert not any(result.score.whole for result in run(refuse, exam(tmp_path)))


def test_the_report_has_kinds_and_published_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib", reason="the pictures need the extra bench")
    cases = exam(tmp_path)
    compare({"words": answering(words.plan), "mute": lambda request: Plan(())}, cases, tmp_path / "report", {"exam": "bfcl"}, PUBLISHED)
    found = json.loads((tmp_path / "report" / "results.json").read_text())
    assert found["systems"]["mute"]["kinds"]["irrelevance"]["whole"]["right"] == 2 and found["exam"] == "bfcl"
    assert found["systems"]["mute"]["kinds"]["all"]["whole"]["n"] == 7 and len(found["wrong"]["mute"]) == 5
    assert found["systems"]["words"]["refused"][0]["kind"] == "irrelevance"
    shown = capsys.readouterr().out
    assert "73.7" in shown and "no answer to 1, counted as wrong" in shown
    assert (tmp_path / "report" / "accuracy.png").read_bytes().startswith(b"\x89PNG")


def test_malformed_rows_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file of a single-turn category"):
        read_leaderboard(tmp_path)
    for row in (asked("x"), {"id": "1"}, asked("x", truth=[{}]), asked("x", truth=["a"])):
        write_lines(tmp_path / "multiple.jsonl", [asked("ring", "1", [BELL], [{"ring_bell": {}}]), row])
        with pytest.raises(DataError, match=r"multiple\.jsonl:2 is no row of the leaderboard"):
            read_leaderboard(tmp_path)
    (tmp_path / "multiple.jsonl").write_text("{")
    with pytest.raises(DataError, match=r"multiple\.jsonl:1"):
        read_leaderboard(tmp_path)


def test_samples_are_spread_over_each_kind(tmp_path: Path) -> None:
    cases = exam(tmp_path)
    assert [case.kind for case in sampled(cases, 1)] == ["parallel", "irrelevance", "live_simple", "live_relevance"]
    assert sampled(cases, 0) == cases
