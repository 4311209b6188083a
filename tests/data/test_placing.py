"""The local check of what a teacher claims: values are found in the request, or the row is refused."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octocall.call import Call, Plan, Request
from octocall.catalog import Catalog
from octocall.codecs.spans import SpansCodec
from octocall.data.teachers.common.placing import phrasing, place_call
from octocall.data.teachers.common.task import Rejected
from octocall.function import REQUIRED, Function, Parameter
from octocall.types import (
    Boolean,
    Choice,
    Context,
    Date,
    DateTime,
    Email,
    Field,
    Integer,
    IsoDateTime,
    Limited,
    List,
    Number,
    PhoneNumber,
    Record,
    Text,
    TimeOfDay,
    Type,
)  # fmt: skip
from tests.conftest import small_tokenizer

NOW = datetime(2026, 3, 4, 10, 30)


def place(kind: Type, words: Any, query: str, default: Any = REQUIRED, meaning: str = "") -> Call:
    return place_call(Function("f", "", (Parameter("p", kind, meaning, default),)), {"p": words}, query, NOW)


@pytest.mark.parametrize(
    "kind, given, query, value, words",
    [
        (Text(), "Ann", "text Ann that Annie is late", "Ann", ["Ann"]),
        (Text(), "paris", "is it raining in Paris?", "Paris", ["Paris"]),
        (Text(), "Ann’s dog", "walk Ann's dog", "Ann's dog", ["Ann's dog"]),
        (Text(), "晚上", "我们晚上见", "晚上", ["晚上"]),
        (Integer(1, 120), "twenty", "water it for twenty minutes", 20, ["twenty"]),
        (Integer(1, 120), 20, "water it for twenty minutes", 20, ["twenty"]),
        (Integer(1, 120), "20", "water it for twenty minutes", 20, ["twenty"]),
        (Integer(0, 10), 10, "as loud as it goes", 10, []),
        (Integer(0, 10), 7, "set it to 70 %", 7, ["70 %"]),
        (Integer(), 7, "up to seven, please.", 7, ["seven"]),
        (Integer(-50, 50), "-3", "make it -3 degrees", -3, ["-3"]),
        (Number(), "2,500.75", "send 2,500.75 to Jo", 2500.75, ["2,500.75"]),
        (TimeOfDay(), "18:30", "wake me at half past six in the evening", "18:30", ["half past six in the evening"]),
        (DateTime(), ["tomorrow", "3 pm"], "tomorrow, and not later than 3 pm, please", "2026-03-05-15-00", ["tomorrow", "3 pm"]),
        (PhoneNumber(), "(415) 555-0199", "call (415) 555-0199 now", "+14155550199", ["(415) 555-0199"]),
        (Email(), "jo@example.com", "mail jo at example dot com please", "jo@example.com", ["jo at example dot com"]),
        (Choice(("celsius", "fahrenheit")), "Celsius", "how warm in celsius", "celsius", []),
        (Choice((1, 2, 5)), "2", "the second one", 2, []),
        (Boolean(), True, "switch it on", True, []),
        (List(Text()), ["eggs", "rye bread"], "buy eggs and rye bread", ["eggs", "rye bread"], ["eggs and rye bread"]),
        (List(Text()), "eggs, milk and tea", "buy eggs, milk and tea", ["eggs", "milk", "tea"], ["eggs, milk and tea"]),
        (List(Text()), ["eggs", "tea"], "buy eggs for me, then also tea", ["eggs", "tea"], ["eggs", "tea"]),
        (List(Integer()), [3, 5], "add 3 and 5", [3, 5], ["3 and 5"]),
        (List(Choice(("mon", "tue"))), ["mon", "tue"], "on the first two days", ["mon", "tue"], []),
        (Record((Field("x", Number()), Field("name", Text(), False))), {"x": "7"}, "put it at 7", {"x": 7.0}, []),
        (List(Record((Field("n", Integer()),))), [{"n": "3"}, {"n": "4"}], "first 3, then 4", [{"n": 3}, {"n": 4}], []),
    ],
)  # fmt: skip
def test_values_are_found(kind: Type, given: Any, query: str, value: Any, words: list[str]) -> None:
    call = place(kind, given, query)
    assert call.arguments == {"p": value}
    assert [query[begin:end] for begin, end in call.spans.get("p", ())] == words


@pytest.mark.parametrize(
    "kind, given, query, why",
    [
        (Text(), "Anna", "text Ann", "does not stand"),
        (Text(), "nn", "text Ann", "does not stand"),
        (Integer(), 3, "make it -3 degrees", "does not stand"),
        (Integer(), "2", "about 2.5 of it", "does not stand"),
        (Integer(), "1", "pay 1,000", "does not stand"),
        (Integer(1, 120), "400", "for 400 minutes", "cannot be read"),
        (Integer(), float("nan"), "for 4 minutes", "does not stand"),
        (Integer(), True, "just 1", "does not stand"),
        (Choice(("a", "b")), "c", "take c", "none of the choices"),
        (Boolean(), "maybe", "maybe", "none of the choices"),
        (Date(), "2026-03-09", "next Tuesday", "does not stand"),
        (List(Text()), ["eggs", "tea"], "buy tea and eggs", "does not stand"),
        (List(Text()), ["eggs", {"x": 1}], "buy eggs", "does not stand"),
        (List(Text()), [], "buy eggs", "does not stand"),
        (Limited(Text(), 1, 5), "tomatoes", "buy tomatoes", "cannot be read"),
        (Record((Field("x", Number()),)), "7", "put it at 7", "no object"),
        (Record((Field("x", Number()),)), {"y": "7"}, "put it at 7", "no field"),
        (Record((Field("x", Number()),)), {}, "put it at 7", "has 'x'"),
        (Text(), None, "text Ann", "gives no value"),
        (Text(), {"deep": [1]}, "text Ann", "does not stand"),
        (Text(), "", "text Ann", "does not stand"),
    ],
)  # fmt: skip
def test_what_does_not_stand_there_is_refused(kind: Type, given: Any, query: str, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        place(kind, given, query)


def test_unknown_and_missing_parameters_are_refused_and_names_of_the_source_known() -> None:
    function = Function("f", "", (Parameter("user_id", Text(), original="user-id"), Parameter("n", Integer(), "", None)))
    assert place_call(function, {"user-id": "jo", "n": None}, "find jo", NOW).arguments == {"user_id": "jo"}
    for words, why in (({"user-id": "jo", "m": "1"}, "no parameter 'm'"), ({}, "gives no value for 'user_id'")):
        with pytest.raises(Rejected, match=why):
            place_call(function, words, "find jo 1", NOW)


def test_a_default_that_is_written_out_was_not_said() -> None:
    assert place(Integer(), 10, "do it", default=10).arguments == {}
    assert place(Integer(), "10", "do it", default=10).arguments == {}
    assert place(Integer(), "ten", "do it ten times", default=10).arguments == {"p": 10}
    with pytest.raises(Rejected):
        place(Integer(), 11, "do it", default=10)


def test_words_that_documentation_quotes_may_be_implied() -> None:
    meaning = "Unit: 'kg' or 'lb'"
    assert place(Text(), "kg", "in kilos", meaning=meaning).arguments == {"p": "kg"}
    assert place(List(Text()), ["kg", "lb"], "in both", meaning=meaning).arguments == {"p": ["kg", "lb"]}
    with pytest.raises(Rejected):
        place(Text(), "st", "in stones", meaning=meaning)


def test_equal_values_of_several_calls_stand_in_places_of_their_own() -> None:
    water = Function("water", "", (Parameter("zone", Text()), Parameter("minutes", Integer())))
    query, taken = "roses for 6 and ferns for 6", list[tuple[int, int]]()
    calls = [place_call(water, {"zone": zone, "minutes": "6"}, query, NOW, taken) for zone in ("roses", "ferns")]
    assert [call.spans["minutes"] for call in calls] == [((10, 11),), ((26, 27),)]
    assert phrasing(query, calls) == "<zone> for <minutes> and <zone> for <minutes>"
    assert phrasing("ferns for 9 and moss for 12", []) != phrasing(query, calls)


@pytest.mark.parametrize(
    ("query", "leave", "back", "degrees", "said"),
    [
        ("away from Saturday until the 21st, hold at 10", "2026-03-07", "2026-03-21", 10, ("Saturday", "the 21st", "10")),
        ("away from Saturday until 10 May, hold at 10", "2026-03-07", "2026-05-10", 10, ("Saturday", "10 May", "10")),
        ("empty from friday til 1 may, 7 degs", "2026-03-06", "2026-05-01", 7, ("friday", "1 may", "7")),
    ],
)
def test_the_words_of_another_value_do_not_belong_to_a_date(query: str, leave: str, back: str, degrees: int, said: tuple[str, ...]) -> None:
    away = Function("away", "", (Parameter("back", Date()), Parameter("leave", Date()), Parameter("degrees", Number())))
    call = place_call(away, {"back": back, "leave": leave, "degrees": degrees}, query, NOW)
    assert tuple(query[slice(*call.spans[name][0])] for name in ("leave", "back", "degrees")) == said


KINDS = (Text(), Integer(0, 10), Integer(), Number(), TimeOfDay(), Date(), IsoDateTime(), PhoneNumber(), Email(), List(Text()), List(Integer(0, 999)),
         Choice(("a b", "c")), Boolean(), Limited(Text(), 2, 30), Record((Field("x", Integer()), Field("why", Text(), False))))  # fmt: skip


@given(st.integers(0, 10**9), st.integers(0, len(KINDS) - 1))
def test_what_is_taken_over_can_be_written_by_the_codec_and_read_again(seed: int, place_of_kind: int) -> None:
    """A teacher that copies words rightly gets its row in; and every row that gets in is one that the network can learn."""
    kind, rng = KINDS[place_of_kind], random.Random(seed)
    text, value = kind.sample(rng, Context(NOW))
    function = Function("f", "", (Parameter("p", kind),))
    query = f"please do it with {text} | and so on"
    given_value = value if isinstance(kind, Record | Choice | Boolean) else text
    try:
        call = place_call(function, {"p": given_value}, query, NOW)
    except Rejected:
        # a sample that reads otherwise in another place of a request ("{}" of a record holds the words that are wanted)
        assert isinstance(kind, Record | Limited)
        return
    codec = SpansCodec(Catalog((function,)), small_tokenizer(), max_pieces=1000)
    reading = codec.read(Request(query, NOW))
    plan = codec.catalog.check(Plan((call,)))
    assert codec.decode(codec.encode(plan, reading), reading) == plan


texts = st.one_of(st.text(max_size=8), st.sampled_from(["3", "-3", "2.5", "Ann", "ß", "İ", "ﬁ", "\ud800", "'", "a, b"]))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@given(st.integers(0, len(KINDS) - 1), values, st.lists(texts, min_size=1, max_size=5).map(" ".join))
def test_whatever_is_claimed_is_found_or_refused(place_of_kind: int, words: Any, query: str) -> None:
    kind = KINDS[place_of_kind]
    try:
        call = place(kind, words, query)
    except Rejected:
        return
    assert kind.check(call.arguments["p"]) == call.arguments["p"]
    assert all(0 <= begin < end <= len(query) for begin, end in call.spans.get("p", ()))
