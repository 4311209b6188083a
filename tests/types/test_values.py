from __future__ import annotations

import random
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octocall.errors import PlanError
from octocall.types import (
    Boolean,
    Choice,
    Context,
    Date,
    DateTime,
    Duration,
    Email,
    Integer,
    Language,
    Number,
    PhoneNumber,
    Text,
    TimeOfDay,
    Type,
)

NOW = datetime(2026, 3, 4, 10, 30)
CONTEXT = Context(NOW)
KINDS = [Text(), Choice(("front", "back")), Boolean(), Integer(0, 10), Integer(), Number(50, 90, "fahrenheit"), Number(0, 1), Duration(),
         PhoneNumber(), Email(), Language(), TimeOfDay(), Date(), DateTime()]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
@given(seed=st.integers(0, 10**9))
def test_samples_read_as_meant_and_are_canonical(kind: Type, seed: int) -> None:
    text, value = kind.sample(random.Random(seed), CONTEXT)
    assert kind.parse(text, CONTEXT) == value
    assert kind.check(value) == value
    assert kind.parse(kind.render(value), CONTEXT) == value
    assert kind.schema()["type"]


@pytest.mark.parametrize(
    "kind, text, value",
    [
        (PhoneNumber(), "four one five, 555 0199", "+14155550199"),
        (PhoneNumber(), "+44 20 7946 0958", "+442079460958"),
        (PhoneNumber(), "two one two triple five oh one double nine", "+12125550199"),
        (PhoneNumber(), "my mom", None),
        (Integer(0, 10), "fifty percent", 5),
        (Integer(0, 10), "7 out of 10", 7),
        (Integer(0, 10), "eleven", None),
        (Integer(0, 10), "150%", None),
        (Number(50, 90, "fahrenheit"), "seventy two degrees", 72.0),
        (Number(50, 90, "fahrenheit"), "20 degrees celsius", 68.0),
        (Number(50, 90, "fahrenheit"), "120", None),
        (Duration(), "a minute and a half", 90),
        (Duration(), "15 secs", 15),
        (Email(), "jo dot li at example dot com", "jo.li@example.com"),
        (Email(), "Jo.Li@Example.com,", "Jo.Li@Example.com"),
        (Email(), "meet at noon", None),
        (Language(), "Japanese", "ja"),
        (Language(), "cheese", None),
        (TimeOfDay(), "half past six in the evening", "18:30"),
        (TimeOfDay(), "in 20 minutes", "10:50"),
        (DateTime(), "tomorrow at 3", "2026-03-05-15-00"),
        (DateTime(), "next Friday at noon", "2026-03-13-12-00"),
        (DateTime(), "Friday", None),
    ],
)
def test_what_people_say(kind: Type, text: str, value: object) -> None:
    assert kind.parse(text, CONTEXT) == value


def test_an_end_is_counted_from_its_start() -> None:
    end = DateTime(after="start_time")
    context = Context(NOW, arguments={"start_time": "2026-03-05-14-00"})
    assert end.parse("two hours", context) == "2026-03-05-16-00"
    assert end.parse("4", context) == "2026-03-05-16-00"
    assert end.fill(None, context) == "2026-03-05-15-00"
    assert end.fill(None, CONTEXT) is None


@pytest.mark.parametrize(
    "title, hour", [("dinner with Ann", "19"), ("standup", "07"), ("quiz night", "19"), ("film crew interview", "07"), ("dinner-table delivery", "07")]
)
def test_a_bare_hour_of_an_evening_occasion_is_one_of_the_evening(title: str, hour: str) -> None:
    context = Context(NOW, arguments={"title": title})
    assert DateTime().parse("tomorrow at 7", context) == f"2026-03-05-{hour}-00"
    assert DateTime().parse("tomorrow at 7 am", context) == "2026-03-05-07-00"


@pytest.mark.parametrize(
    "kind, wrong",
    [(Text(), ""), (Text(), 3), (Choice(("a",)), "b"), (Boolean(), 1), (Integer(0, 10), 11), (Integer(0, 10), True), (Integer(), 1.5), (Number(0, 1), 2),
     (Number(), float("nan")), (Duration(), 0), (PhoneNumber(), "5550199"), (Email(), "jo"), (Language(), "English"), (TimeOfDay(), "25:00"),
     (Date(), "soon"), (DateTime(), "2026-13-01-00-00")],
)  # fmt: skip
def test_wrong_values_are_refused_with_given_and_expected(kind: Type, wrong: object) -> None:
    with pytest.raises(PlanError, match=r"was given where .* is expected"):
        kind.check(wrong)


@pytest.mark.parametrize("text, value", [("66 and a half", 66.5), ("68degrees", 68.0), ("20 C", 68.0), ("sixty six n a half F", 66.5), ("9" * 310, None)])
def test_temperatures(text: str, value: float | None) -> None:
    assert Number(50, 90, "fahrenheit").parse(text, CONTEXT) == value


def test_a_share_of_no_scale_is_the_number_itself() -> None:
    assert Integer().parse("20%", CONTEXT) == 20
    assert Integer().parse("3 out of 10", CONTEXT) is None
    assert Integer(0, 10).parse("20%", CONTEXT) == 2


@pytest.mark.parametrize("text", ["meet me at 12.30", "see you at the bar dot", "jo@example", "a b at c.com"])
def test_no_address_is_invented(text: str) -> None:
    assert Email().parse(text, CONTEXT) is None


@given(st.text("0123456789+ -()", max_size=24))
def test_what_a_phone_number_reads_it_accepts(text: str) -> None:
    value = PhoneNumber().parse(text, CONTEXT)
    assert value is None or PhoneNumber().check(value) == value


@given(st.integers(-(10**4), 10**4), st.integers(0, 3000), st.integers(0, 10**6))
def test_samples_lie_in_any_range(least: int, width: int, seed: int) -> None:
    for kind in (Integer(least, least + width), Number(least / 7, (least + width) / 7 + 0.01)):
        text, value = kind.sample(random.Random(seed), CONTEXT)
        assert kind.check(value) == value
        assert kind.parse(text, CONTEXT) == value


def test_percentages_scales_and_thousands() -> None:
    read = {text: (Number().parse(text, CONTEXT), Integer().parse(text, CONTEXT)) for text in ("5%", "4.5 percent", "2k", "1.5 million", "three hundred thousand")}
    assert read == {"5%": (0.05, 5), "4.5 percent": (0.045, None), "2k": (2000, 2000), "1.5 million": (1.5e6, 1500000), "three hundred thousand": (3e5, 300000)}
    assert Number(0, 100).parse("5%", CONTEXT) == 5 and Number(0, 1).parse("5%", CONTEXT) == 0.05
