"""The simulated Yelp: an answer depends on what is asked, and what was shown is found again."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from octocall.devices.yelp import Yelp
from octocall.errors import DeviceError
from octocall.types import PhoneNumber

EXAMPLES: dict[str, dict[str, Any]] = {
    "search_businesses": {"term": "tacos", "location": "Boston"},
    "search_by_phone": {"phone": "+14155550142"},
    "find_delivery": {"location": "12 Oak Street"},
    "get_business_details": {"business": "Luna's Bakery", "location": "Rome"},
    "get_reviews": {"business": "Luna's Bakery", "limit": 2},
    "search_events": {"location": "Boston", "category": "music"},
    "get_event_details": {"event": "Jazz on the Lawn"},
    "get_featured_event": {"location": "Boston"},
    "save_business": {"business": "Luna's Bakery"},
}


@pytest.fixture
def yelp(tmp_path: Path) -> Yelp:
    return Yelp(tmp_path / "yelp.db", lambda: datetime(2026, 3, 4, 12))


@pytest.mark.parametrize("name", EXAMPLES)
def test_answers_depend_on_their_arguments_alone(tmp_path: Path, name: str) -> None:
    answers = set()
    for number in range(2):
        yelp = Yelp(tmp_path / f"{number}.db")
        before = yelp.state()
        answers.add(yelp.call(name, EXAMPLES[name]))
        assert yelp.state() != before
    assert len(answers) == 1 and all("(simulated)" in message for message, _ in answers)


def test_case_and_spacing_do_not_matter(yelp: Yelp) -> None:
    assert yelp.search_businesses("Tacos", " boston")[1] == yelp.search_businesses("tacos", "Boston")[1]
    assert yelp.search_businesses("tacos", "Boston")[1] != yelp.search_businesses("tacos", "Chicago")[1]


def test_what_was_shown_is_found_again_by_name_and_number(yelp: Yelp) -> None:
    name = yelp.search_businesses("tacos", "Boston")[1]
    details = yelp.get_business_details(name)[0]
    assert ", Boston: " in details and yelp.get_business_details(name, "boston")[0] == details
    assert "Chicago" in yelp.get_business_details(name, "Chicago")[0] != details
    phone = re.search(r"\+\d+", details)
    assert phone is not None and PhoneNumber().check(phone[0])
    assert yelp.search_by_phone(phone[0])[1] == name
    stranger = yelp.search_by_phone("+4915112345678")[1]
    assert "+4915112345678" in yelp.get_business_details(stranger)[0]


def test_searches_keep_to_their_limits(yelp: Yelp) -> None:
    for price in ("$", "$$", "$$$", "$$$$"):
        message = yelp.search_businesses("coffee", "Oslo", price=price)[0]
        assert set(re.findall(r"reviews, (\$+),", message)) == {price}
    stars = [float(x) for x in re.findall(r"\(([\d.]+) stars", yelp.search_businesses("coffee", "Oslo", sort_by="rating")[0])]
    miles = [float(x) for x in re.findall(r"([\d.]+) miles", yelp.search_businesses("coffee", "Oslo", sort_by="distance")[0])]
    assert stars == sorted(stars, reverse=True) and miles == sorted(miles) and len(miles) == 3
    night = Yelp(yelp.path, lambda: datetime(2026, 3, 4, 3))
    with pytest.raises(DeviceError, match="nothing was found for “coffee” in Oslo, open now"):
        night.search_businesses("coffee", "Oslo", open_now=True)
    assert "open now" in yelp.search_businesses("coffee", "Oslo", open_now=True)[0]


def test_reviews_are_counted_and_sorted(yelp: Yelp) -> None:
    def stars(sort_by: str) -> list[int]:
        return [int(x) for x in re.findall(r"(\d) of 5", yelp.get_reviews("Mama Rosa's", sort_by, 20)[0])]

    assert len(stars("newest")) == 20 and sorted(stars("newest")) == stars("lowest") == stars("highest")[::-1]
    days = [int(x) for x in re.findall(r"(\d+) days ago", yelp.get_reviews("Mama Rosa's", limit=5)[0])]
    assert len(days) == 5 and days == sorted(days)


def test_events_take_place_on_the_day_asked_for(yelp: Yelp) -> None:
    for day in range(1, 8):
        message, name = yelp.search_events("Rome", "film", f"2026-03-{day:02d}")
        weekday = f"{date(2026, 3, day):%A}"
        assert message.count(f"every {weekday}") == message.count("every ") > 0
        details = yelp.get_event_details(name)[0]
        assert details.removesuffix(" (simulated)") in message
    assert "$" not in yelp.search_events("Rome", free=True)[0]


def test_a_business_is_saved_once_in_a_collection(yelp: Yelp) -> None:
    assert "Saved" in yelp.save_business("Luna's")[0] and "already" in yelp.save_business("luna's ")[0]
    yelp.save_business("Luna's", "to go")
    assert [row["collection"] for row in yelp.state()["saved"]] == ["favorites", "to go"]
