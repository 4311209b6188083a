"""Times and number words: what is read, what is refused, and that samples read back."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octocall.types import Context, Date, DateTime
from octocall.types import times_sample as samples
from octocall.types.times import (
    parse_moment,
    resolve_clock,
    resolve_date,
    resolve_datetime,
    resolve_end,
)
from octocall.types.words import number_words, ordinal_words, parse_number

NOW = datetime(2026, 3, 4, 10, 20, 30)  # a Wednesday


def clock_of(text: str, now: datetime = NOW) -> str | None:
    moment = parse_moment(text, now)
    return None if moment is None else resolve_clock(moment, now)


def day_of(text: str, now: datetime = NOW) -> date | None:
    moment = parse_moment(text, now)
    return None if moment is None else resolve_date(moment, now)


def datetime_of(text: str, now: datetime = NOW) -> datetime | None:
    moment = parse_moment(text, now)
    return None if moment is None else resolve_datetime(moment, now)


def end_of(text: str, start: datetime, now: datetime = NOW) -> datetime | None:
    moment = parse_moment(text, now)
    return None if moment is None else resolve_end(moment, start, now)


CLOCKS = {
    "07:00": "7|7 am|7am|7 a.m.|7 AM|at 7|seven o'clock|7 o’clock|7ish|sevenish|07:00",
    "07:05": "seven oh five|7 05|7:05 am|07:05",
    "07:30": "7:30|0730|730|7 30|seven thirty|half past seven|half seven|By 7.30",
    "19:30": "7.30 pm|19:30|1930|7 30 pm|7:30PM.|half past seven in the evening",
    "06:30": "half past six|half six|6 30 am",
    "07:45": "quarter to eight|a quarter to 8|seven forty-five|fifteen minutes to eight",
    "17:15": "a quarter past 5 in the evening|five fifteen pm|quarter past five pm",
    "21:10": "ten past nine at night|9:10 p.m.",
    "14:40": "twenty to 3 in the afternoon|20 to three pm",
    "12:00": "noon|midday|12|12 pm|noonish|12 noon|twelve|at Noon",
    "00:00": "midnight|12 am|12 at night|midnight tonight",
    "12:30": "twelve thirty|12:30|half past noon",
    "12:45": "quarter to one|quarter to one pm|quarter to one in the afternoon",
    "00:45": "quarter to one in the morning|quarter to one am",
    "23:45": "quarter to midnight|quarter to twelve at night|quarter to 12 am",
    "06:00": "6 in the morning|exactly 6|6 this morning|tomorrow morning at 6",
    "18:00": "6 tonight|six in the evening|18:00|until 6 pm|tonight at 6",
    "20:00": "eight this evening|this evening at eight|8 pm tonight",
    "19:00": "7pm sharp|about 7 p.m.|2026-03-05 19:00|around 7 p m",
    "10:40": "in 20 minutes|20 minutes|20 minutes from now|twenty mins|for 20 min",
    "10:21": "45 secs|1 second|a minute|in sixty seconds",
    "11:50": "an hour and a half|1h30|1.5 hours|90 min|in one and a half hours|1 hour 30 minutes",
    "11:35": "1 hr 15 mins|an hour and 15 minutes|an hour and a quarter|75 minutes",
    "10:50": "half an hour|half an hour from now|a half hour|in half an hour's time",
    "11:05": "three quarters of an hour|45m",
    "10:35": "a quarter of an hour|in a quarter hour",
    "12:20": "a couple of hours|in two hours|two hours from now|120 minutes|in 2 hours' time",
    "12:50": "two and a half hours|2 and a half hours|two point five hours|2.5 hrs",
    "12:05": "a hundred and five minutes|105 minutes",
}


@pytest.mark.parametrize(("text", "value"), [(text, value) for value, row in CLOCKS.items() for text in row.split("|")])
def test_clock(text: str, value: str) -> None:
    assert clock_of(text) == value


DAYS = {
    "2026-03-04": "today|tonight|this evening|on 3/4/2026|March 4",
    "2026-03-05": "tomorrow|tmrw|tmr|tomorrow morning|Thursday|March 5|March 5th 2026|5 March"
    "|the 5th of March, 2026|2026-03-05|3/5/2026|3/5|3/5/26|Mar 5|march fifth|the 5th March"
    "|fifth of March|March 5, twenty twenty six|in a day|Thu|the 5th",
    "2026-03-06": "Friday|this Friday|on Friday|FRIDAY|day after tomorrow|in two days|the day after tomorrow|two days from now|this coming Friday",
    "2026-03-09": "next week|next Monday|Monday|next week on Monday",
    "2026-03-10": "next week Tuesday|Tuesday next week|Tuesday, March 10|Tuesday the 10th",
    "2026-03-11": "in a week|Wednesday|a week from today|one week from now",
    "2026-03-12": "the 12th|the twelfth|a week from tomorrow|tomorrow week",
    "2026-03-13": "next Friday|a week from Friday|Friday week|Friday next week",
    "2026-04-02": "the 2nd|the second|April second|2 Apr",
    "2026-05-01": "first of May|May 1st|the first of may",
    "2026-12-25": "December twenty fifth|the twenty-fifth of December|12/25",
    "2027-03-01": "March 1|1 March|3/1|the first of March",
    "2028-02-29": "February 29|29 Feb",
}


@pytest.mark.parametrize(("text", "value"), [(text, value) for value, row in DAYS.items() for text in row.split("|")])
def test_day(text: str, value: str) -> None:
    assert day_of(text) == date.fromisoformat(value)


DATETIMES = {
    "2026-03-04 18:00": "6|6 tonight|tonight at 6|at six|today at 6 pm",
    "2026-03-04 12:00": "noon|12|midday today",
    "2026-03-04 11:00": "11|eleven o'clock",
    "2026-03-05 07:00": "7|7 am|7 in the morning|tomorrow 7",
    "2026-03-05 00:00": "midnight|midnight tonight|tonight at 12|tonight at midnight",
    "2026-03-05 01:00": "tonight at 1|1 am",
    "2026-03-05 15:00": "tomorrow 3 pm|2026-03-05 15:00|2026-03-05T15:00|at 3 tomorrow"
    "|3 PM tomorrow|March 5 at 3|3 o'clock on March 5th|tomorrow afternoon at 3"
    "|3 in the afternoon tomorrow|Thursday, March 5, 3:00",
    "2026-03-05 03:00": "2026-03-05 03:00|tomorrow at 3 am|tomorrow 03:00",
    "2026-03-06 17:00": "in two days at 5 pm|5 pm on Friday|Friday 5|Fri 17:00",
    "2026-03-06 12:00": "Friday noon|Friday at noon|12 Friday",
    "2026-03-07 17:00": "Sat 5pm|5 pm Saturday|on sat at 5",
    "2026-03-06 18:00": "6 the day after tomorrow|6 day after tomorrow",
    "2026-03-15 07:00": "7 15 March",
    "2026-03-05 19:30": "March 5 1930|half past seven tomorrow evening|tomorrow at 7.30 pm",
    "2026-03-04 10:40": "in 20 minutes|20 minutes from now",
    "2026-03-04 21:00": "9 2nite|tonite at 9",
    "2026-03-05 09:00": "2moro at 9 in the mornin|9 in the morn tomorow",
}


@pytest.mark.parametrize(
    ("text", "value"),
    [(text, value) for value, row in DATETIMES.items() for text in row.split("|")],
)
def test_datetime(text: str, value: str) -> None:
    assert datetime_of(text) == datetime.fromisoformat(value)


@pytest.mark.parametrize("text", ["tomorrow", "Friday morning", "20 minutes", "in two days"])
def test_datetime_without_a_time_is_open(text: str) -> None:
    assert parse_moment(text, NOW) is not None
    assert datetime_of(text) is None


@pytest.mark.parametrize(
    ("text", "start", "value"),
    [
        ("5", "2026-03-05 15:00", "2026-03-05 17:00"),
        ("until 11", "2026-03-05 09:00", "2026-03-05 11:00"),
        ("1", "2026-03-05 11:00", "2026-03-05 13:00"),
        ("1", "2026-03-05 22:00", "2026-03-06 01:00"),
        ("12", "2026-03-05 20:00", "2026-03-06 00:00"),
        ("noon", "2026-03-05 10:00", "2026-03-05 12:00"),
        ("midnight", "2026-03-05 20:00", "2026-03-06 00:00"),
        ("2 am", "2026-03-05 20:00", "2026-03-06 02:00"),
        ("two hours", "2026-03-05 20:00", "2026-03-05 22:00"),
        ("in an hour", "2026-03-05 20:00", "2026-03-05 21:00"),
        ("Friday at 5 pm", "2026-03-05 20:00", "2026-03-06 17:00"),
        ("tomorrow 9", "2026-03-05 20:00", "2026-03-05 21:00"),
        ("2026-03-05 10:00", "2026-03-05 09:30", "2026-03-05 10:00"),
    ],
)
def test_end(text: str, start: str, value: str) -> None:
    assert end_of(text, datetime.fromisoformat(start)) == datetime.fromisoformat(value)


def test_a_range_of_hours_is_no_time() -> None:
    assert parse_moment("this friday 7 to 9 pm", NOW) is None
    assert clock_of("10 to 9") == "08:50" and clock_of("7 minutes to 9") == "08:53"


def test_day_alone_is_no_end() -> None:
    assert end_of("tomorrow", NOW) is None


def test_an_end_before_the_start_is_none() -> None:
    assert end_of("2026-03-05 10:00", datetime(2026, 3, 5, 15)) is None
    assert end_of("tomorrow 2 pm", datetime(2026, 3, 5, 15)) is None


NOT_TIMES = (
    "call Bob|at the store|May|in the car|to|at|second|sat|sun|night|the|in|a|half|quarter|for"
    "|10-12|5 - 7|5 pm to 6 pm|30|24/7|hour|1:3|and 20 minutes|5 pm at|in 5|next|week|this|now"
    "|remind me tomorrow|first|and|from now|25:00|Feb 30|2026-13-01||  |.|March|of|o|m|am|pm"
    "|one two|68.5|999999 weeks|12345|morning|Friday to Saturday|7 am in the evening"
    "|noon in the morning|today tomorrow|20 minutes tomorrow|13 am|7:75|finish|English"
    "|half to six|0/0|3/32|zero minutes|7 pm 8 pm|a|o'clock|time|②|٣ pm"
)


@pytest.mark.parametrize(
    ("text", "day", "behind"),
    [
        ("last friday", "2026-02-27", "2026-02-27"),
        ("last wednesday", "2026-02-25", "2026-02-25"),
        ("two days ago", "2026-03-02", "2026-03-02"),
        ("100 days ago", "2025-11-24", "2025-11-24"),
        ("the 31st", "2026-03-31", "2026-01-31"),
        ("feb 29", "2028-02-29", "2024-02-29"),
        ("may 12 1990", "1990-05-12", "1990-05-12"),
        ("12.05.90", "1990-05-12", "1990-05-12"),
        ("5/12/1990", "1990-05-12", "1990-05-12"),
        ("05/12/31", "2031-05-12", "2031-05-12"),
        ("next monday", "2026-03-09", "2026-03-09"),
        ("tuesday next week", "2026-03-10", "2026-03-10"),
        ("wednesday week", "2026-03-18", "2026-03-18"),
        ("this friday", "2026-03-06", "2026-03-06"),
        ("a week ago", "2026-02-25", "2026-02-25"),
        ("26.02.2026", "2026-02-26", "2026-02-26"),
        ("25/07/2026", "2026-07-25", "2026-07-25"),
        ("March 1st", "2027-03-01", "2026-03-01"),
        ("the 20th", "2026-03-20", "2026-02-20"),
        ("monday", "2026-03-09", "2026-03-02"),
        ("wednesday", "2026-03-11", "2026-02-25"),
        ("next friday", "2026-03-13", "2026-03-13"),
        ("tomorrow", "2026-03-05", "2026-03-05"),
        ("today", "2026-03-04", "2026-03-04"),
    ],
)
def test_days_lie_ahead_or_behind(text: str, day: str, behind: str) -> None:
    context = Context(NOW)
    assert (Date().parse(text, context), Date(past=True).parse(text, context)) == (day, behind)
    stamp = DateTime(past=True).parse(f"{text} at 9 pm", context)
    assert stamp is None or stamp == f"{behind}-21-00"


def test_a_clock_behind_is_that_of_today_or_of_yesterday() -> None:
    behind, context = DateTime(past=True), Context(NOW)
    said = {"at 9 am": "2026-03-04-09-00", "at 9 pm": "2026-03-03-21-00", "yesterday at 9 am": "2026-03-03-09-00"}
    assert {text: behind.parse(text, context) for text in said} == said


@given(st.integers(0, 10**9))
def test_what_is_drawn_of_days_behind_reads_as_them(seed: int) -> None:
    for kind in (Date(past=True), DateTime(past=True)):
        sample = kind.sample(random.Random(seed), Context(NOW))
        assert kind.parse(sample.text, Context(NOW)) == sample.value


@pytest.mark.parametrize("text", NOT_TIMES.split("|"))
def test_other_phrases_are_not_times(text: str) -> None:
    assert parse_moment(text, NOW) is None


def test_partial_meanings() -> None:
    bare = parse_moment("7", NOW)
    assert bare is not None and bare.bare and bare.time == time(7)
    evening = parse_moment("in the evening", NOW)
    assert evening is not None and evening.part == "evening" and evening.time is None
    length = parse_moment("two weeks", NOW)
    assert length is not None and length.duration == timedelta(weeks=2)


def test_tonight_in_the_small_hours() -> None:
    assert datetime_of("tonight at 2", datetime(2026, 3, 4, 0, 30)) == datetime(2026, 3, 4, 2)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    clock_of(text)
    datetime_of(text)


WORDS = [
    "a",
    "an",
    "the",
    "of",
    "and",
    "half",
    "quarter",
    "past",
    "to",
    "from",
    "now",
    "in",
    "at",
    "on",
    "next",
    "this",
    "week",
    "day",
    "after",
    "tomorrow",
    "tonight",
    "Friday",
    "sat",
    "May",
    "March",
    "second",
    "first",
    "5th",
    "twenty",
    "five",
    "oh",
    "seven",
    "7",
    "15",
    "30",
    "05",
    "2026",
    "1930",
    "7:30",
    "3/5",
    "2026-03-05",
    "7.30",
    "pm",
    "am",
    "o'clock",
    "noon",
    "midnight",
    "hour",
    "hours",
    "minutes",
    "days",
    "couple",
    "morning",
    "night",
    "hundred",
    "thousand",
    "point",
    "99999",
    "999,999",
    "-",
    ",",
    "0",
]


@given(st.lists(st.sampled_from(WORDS), max_size=9), st.datetimes(datetime(2000, 1, 1)))
def test_any_time_words_are_read_or_refused(words: list[str], now: datetime) -> None:
    now = min(now, datetime(2090, 1, 1))
    moment = parse_moment(" ".join(words), now)
    if moment is not None:
        resolve_clock(moment, now)
        resolve_date(moment, now)
        resolve_datetime(moment, now)
        resolve_end(moment, now, now)


def draws(count: int = 4000) -> list[tuple[random.Random, datetime]]:
    """Sources of randomness, each with a moment of two years at a whole minute."""
    found = []
    for seed in range(count):
        rng = random.Random(seed)
        now = datetime(2026, 1, 1) + timedelta(minutes=rng.randrange(2 * 365 * 1440))
        found.append((rng, now))
    return found


def test_samples_of_times_of_day_read_back() -> None:
    for rng, now in draws():
        for sample in (samples.sample_clock, samples.sample_relative, samples.sample_duration):
            text, value = sample(rng, now)
            assert clock_of(text, now) == value, text


def test_samples_of_days_read_back() -> None:
    for rng, now in draws():
        text, value = samples.sample_date(rng, now)
        assert day_of(text, now) == value, (text, now)


def test_samples_of_datetimes_read_back() -> None:
    for rng, now in draws():
        text, value = samples.sample_datetime(rng, now)
        assert datetime_of(text, now) == value, (text, now)
        day, clock, value = samples.sample_date_clock(rng, now)
        assert datetime_of(f"{day} {clock}", now) == value, (day, clock, now)


def test_samples_of_ends_read_back() -> None:
    for rng, now in draws():
        start = now.replace(hour=rng.randrange(6, 21)) + timedelta(days=rng.randrange(9))
        text, value = samples.sample_end_clock(rng, start, now)
        assert end_of(text, start, now) == value, (text, start)
        text, value = samples.sample_end_duration(rng, start, now)
        assert end_of(text, start, now) == value, (text, start)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("70", 70),
        ("68.5", 68.5),
        ("1,000", 1000),
        ("-3", -3),
        ("seven", 7),
        ("Seventy-Two", 72),
        ("a hundred and five", 105),
        ("two thousand twenty six", 2026),
        ("seventy two point five", 72.5),
        ("two point two five", 2.25),
        ("minus five", -5),
        ("two and a half", 2.5),
        ("three quarters", 0.75),
        ("5 thousand", 5000),
        ("4 and half", 4.5),
        ("4½", 4.5),
        ("¾", 0.75),
        ("−12.5", -12.5),
        ("£20", 20),
        ("-$20", -20),
        ("1,200 €", 1200),
        ("half a dozen", 6),
        ("twice", 2),
        ("4 and two", None),
        ("$", None),
        ("once upon", None),
        ("half", None),
        ("a quarter", None),
        ("one two", None),
        ("a", None),
        ("seven dwarfs", None),
        ("", None),
        ("1,00", None),
    ],
)
def test_numbers(text: str, value: float | None) -> None:
    assert parse_number(text) == value


@given(st.integers(0, 9999))
def test_number_words_read_back(n: int) -> None:
    assert parse_number(number_words(n)) == n


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_not(text: str) -> None:
    parse_number(text)


@pytest.mark.parametrize("n", [-1, 10000])
def test_number_words_end_at_9999(n: int) -> None:
    with pytest.raises(ValueError, match=str(n)):
        number_words(n)


def test_ordinal_words() -> None:
    assert [ordinal_words(n) for n in (1, 12, 20, 25, 30)] == [
        "first", "twelfth", "twentieth", "twenty-fifth", "thirtieth",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="32"):
        ordinal_words(32)
