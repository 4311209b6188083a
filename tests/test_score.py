"""Law 6: a plan scores perfectly against itself; order does not matter between parallel calls and does inside a nested one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octocall.call import Call, Plan
from octocall.codecs.spans import SpansCodec
from octocall.score import normalise, score
from tests.laws.test_codec import sample_plan


@given(st.integers(0, 10**9))
def test_a_plan_is_right_against_itself_in_any_order(codec: SpansCodec, seed: int) -> None:
    rng = random.Random(seed)
    _, plan = sample_plan(codec, rng, ["one thing", "it's", "晚上 见"])
    assert score(plan, plan).whole and score(plan, plan).functions
    shuffled = Plan(tuple(rng.sample(plan.calls, len(plan.calls))))
    assert score(plan, shuffled).whole


def test_nested_calls_are_not_exchanged() -> None:
    weather, selfie = Call("get_weather_forecast", {"location": "Paris"}), Call("take_a_photo", {"camera": "front"})
    one = Plan((Call("send_text_message", {"contact_name": "Ann", "message": weather}), selfie))
    other = Plan((Call("send_text_message", {"contact_name": "Ann", "message": selfie}), weather))
    assert not score(one, other).functions and not score(one, other).whole


@pytest.mark.parametrize(
    "one, other, same",
    [('"The Airport."', "airport", True), ("Café", "CAFE\u0301", True), ("a b", "ab", False), ("don't", "don’t", False), ("An apple!", "apple", True)],
)
def test_texts_are_compared_after_normalisation(one: str, other: str, same: bool) -> None:
    assert (normalise(one) == normalise(other)) == same


def test_values_types_and_alternatives() -> None:
    plan = Plan((Call("f", {"a": 5, "b": True, "c": "Paris"}),))
    assert score(plan, Plan((Call("f", {"a": 5.0, "b": True, "c": "paris"}),))).whole
    assert not score(plan, Plan((Call("f", {"a": 1, "b": 1, "c": "Paris"}),))).whole
    other = Plan((Call("f", {"a": 5, "b": True, "c": "Paris, France"}),))
    assert not score(plan, other).whole and score(plan, other, {"0.c": ["Paris, France"]}).whole
    nested, wider = (Plan((Call("g", {"x": Call("f", {"c": c})}),)) for c in ("Paris", "Paris, France"))
    assert score(nested, wider, {"0.x.c": ["Paris, France"]}).whole and score(nested, wider, {"0.c": ["Paris, France"]}).whole
    assert not score(nested, wider).whole


def test_a_missing_or_extra_call_is_wrong() -> None:
    call = Call("f")
    assert not score(Plan((call,)), Plan((call, call))).whole
    assert not score(Plan((call, call)), Plan((call,))).functions
    assert not score(Plan((call,)), Plan(())).whole
