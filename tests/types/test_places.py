from __future__ import annotations

from datetime import datetime

import pytest

from octocall.call import Call, Plan, Request
from octocall.catalog import Catalog
from octocall.codecs.spans import SpansCodec
from octocall.function import Function, Parameter
from octocall.types import Context, Integer, List, Text, read
from octocall.types.places import written
from tests.conftest import small_tokenizer

LETTERS = "The city and state, e.g. San Francisco, CA"
FULL = "Location in the form City, State (such as 'Austin, Texas')"


@pytest.mark.parametrize(
    ("said", "letters", "full"),
    [
        ("boston", "Boston, MA", "Boston, Massachusetts"),
        ("Boston, Massachusetts", "Boston, MA", "Boston, Massachusetts"),
        ("Salem Oregon", "Salem, OR", "Salem, Oregon"),
        ("Springfield, IL", "Springfield, IL", "Springfield, Illinois"),
        ("NYC", "New York, NY", "New York, New York"),
        ("new york city", "New York, NY", "New York, New York"),
        ("Washington DC", "Washington, DC", "Washington, District of Columbia"),
    ],
)
def test_a_city_gets_its_state_in_the_form_of_the_example(said: str, letters: str, full: str) -> None:
    assert written(said, LETTERS) == letters
    assert written(said, FULL) == full
    assert written(letters, LETTERS) == letters


@pytest.mark.parametrize("said", ["Paris", "Dublin", "Toronto", "Berlin, Germany", "Atlantis", "", ",", "the state", "Georgia"])
def test_what_is_no_american_city_stays_as_it_was_said(said: str) -> None:
    assert written(said, LETTERS) == said


@pytest.mark.parametrize("description", ["", "a city", "the state of the light", "city, country"])
def test_nothing_is_added_where_documentation_does_not_ask_for_it(description: str) -> None:
    assert written("Boston", description) == "Boston"


def test_only_text_is_written_otherwise() -> None:
    context = Context(datetime(2026, 3, 4))
    assert read(Text(), LETTERS, "boston", context) == "Boston, MA"
    assert read(Integer(), LETTERS, "12", context) == 12
    assert read(List(Text()), LETTERS, "boston", context) == ["boston"]


def test_the_codec_finds_and_writes_a_city_as_documented() -> None:
    weather = Function("weather", "Weather of a place.", (Parameter("location", Text(), LETTERS),))
    codec = SpansCodec(Catalog((weather,)), small_tokenizer())
    plan = Plan((Call("weather", {"location": "Boston, MA"}),))
    reading = codec.read(Request("weather in boston please", datetime(2026, 3, 4)))
    assert codec.decode(codec.encode(plan, reading), reading) == plan
