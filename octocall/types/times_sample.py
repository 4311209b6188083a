"""Random times, days and lengths of time in the ways people say them, with what they mean."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from octocall.types.times import MONTHS, WEEKDAYS, coming_weekday, weekday_of_next_week
from octocall.types.words import number_words, ordinal_words

_Forms = list[tuple[float, str]]  # surfaces with their weights

_ALARM_HOURS = (5, 6, 6, 6, 7, 7, 7, 8, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22)
_EVENT_HOURS = (7, 8, 9, 9, 10, 10, 11, 12, 13, 13, 14, 14, 15, 15, 16, 17, 18, 18, 19, 19, 20, 21)
_MINUTES = (0,) * 12 + (30,) * 6 + (15, 15, 15, 45, 45, 45, 5, 10, 10, 20, 20, 25, 35, 40, 50, 55)
_LENGTHS = (1, 2, 3, 4, 5, 5, 7, 8, 10, 10, 12, 15, 15, 20, 20, 25, 30, 30, 40, 45, 45, 50, *(60, 60, 60, 75, 90, 90, 105, 120, 120, 135, 150, 180, 210, 240, 300))
_SECONDS = (5, 10, 15, 20, 30, 30, 40, 45, 50, 75, 90, 100)


def _pick(rng: random.Random, forms: _Forms) -> str:
    return rng.choices([text for _, text in forms], [weight for weight, _ in forms])[0]


def _spoken(n: int) -> str:
    return number_words(n).replace("-", " ")


def _number(rng: random.Random, n: int, words: float = 0.3) -> str:
    return (number_words(n) if rng.random() < 0.7 else _spoken(n)) if rng.random() < words else str(n)


def _minute(rng: random.Random) -> int:
    return rng.randrange(60) if rng.random() < 0.06 else rng.choice(_MINUTES)


# Times of day -------------------------------------------------------------------------------


def _twelve(hour: int) -> int:
    return (hour - 1) % 12 + 1


def _part(rng: random.Random, hour: int, today: bool) -> str:
    """The part of the day after a clock time; ' tonight' and the like only where that is today."""
    if hour < 12:
        at_night = (hour < 4 and rng.random() < 0.6) or hour == 0
        return " at night" if at_night else " this morning" if today else " in the morning"
    if hour < 17:
        return " this afternoon" if today else " in the afternoon"
    if today:
        return " tonight" if hour >= 18 and rng.random() < 0.7 else " this evening"
    return " at night" if hour >= 22 or (hour == 21 and rng.random() < 0.5) else " in the evening"


def _mark(rng: random.Random, hour: int) -> str:
    mark = "am" if hour < 12 else "pm"
    dotted = f" {mark[0]}.m."
    forms = [(10.0, f" {mark}"), (7, mark), (1.5, dotted), (3, f" {mark.upper()}")]
    return _pick(rng, [*forms, (1.5, mark.upper())])


def _past(rng: random.Random, hour: int, minute: int) -> tuple[str, int]:
    """'quarter to eight' and the hour that it names."""
    back = minute > 30
    named = (hour + 1) % 24 if back else hour
    rest = 60 - minute if back else minute
    article = "a " if rng.random() < 0.3 else ""
    lead = {30: "half", 15: f"{article}quarter"}.get(rest, _number(rng, rest, 0.6))
    if rest not in (15, 30) and rng.random() < 0.2:
        lead += " minutes" if rest > 1 else " minute"
    side = ("to" if rng.random() < 0.8 else "till") if back else "past"
    return f"{lead} {side} {_number(rng, _twelve(named), 0.6)}", named


def _core(rng: random.Random, hour: int, minute: int) -> tuple[str, int]:
    """A clock time on twelve hours, without am or pm, and the hour that it names."""
    twelve = _twelve(hour)
    if minute == 0:
        oclock = f"{_number(rng, twelve, 0.5)} o'clock"
        forms = [(12.0, str(twelve)), (4, number_words(twelve)), (3, oclock)]
        return _pick(rng, [*forms, (1, f"{twelve}:00")]), hour
    if minute % 5 == 0 and rng.random() < 0.25:
        if minute == 30 and rng.random() < 0.15:
            return f"half {number_words(twelve)}", hour
        return _past(rng, hour, minute)
    spoken = f"oh {number_words(minute)}" if minute < 10 else _spoken(minute)
    forms = [(12.0, f"{twelve}:{minute:02d}"), (4, f"{number_words(twelve)} {spoken}")]
    return _pick(rng, [*forms, (1.5, f"{twelve} {minute:02d}"), (1, f"{twelve}.{minute:02d}")]), hour


def _exact(rng: random.Random, hour: int, minute: int, compact: bool) -> str:
    """A clock time on 24 hours, or noon and midnight."""
    if minute == 0 and hour % 12 == 0 and rng.random() < 0.7:
        return rng.choice(("noon", "noon", "midday") if hour else ("midnight",))
    return f"{hour:02d}{minute:02d}" if compact and rng.random() < 0.2 else f"{hour:02d}:{minute:02d}"


def _say_clock(rng: random.Random, at: time, bare: bool, today: bool = False, compact: bool = True) -> str:
    """A time of day; bare and today say that am or pm may be left out, that 'tonight' fits."""
    noon = at.minute == 0 and at.hour % 12 == 0
    if rng.random() < (0.4 if noon else 0.08):
        return _exact(rng, at.hour, at.minute, compact)
    text, named = _core(rng, at.hour, at.minute)
    draw = rng.random()
    if not bare or draw < 0.55:
        part = draw > 0.8 or draw < 0.12
        this_day = today and rng.random() < 0.5
        mark = _part(rng, at.hour, this_day) if part else _mark(rng, named)
        text += mark if text[-1].isdigit() else f" {mark.lstrip()}"
    extra = rng.random()
    if extra < 0.03:
        return f"{rng.choice(('exactly', 'about', 'around'))} {text}"
    return f"{text} sharp" if extra < 0.045 else text


def sample_clock(rng: random.Random, now: datetime) -> tuple[str, str]:
    """A time of day and HH:MM."""
    hour = rng.randrange(24) if rng.random() < 0.1 else rng.choice(_ALARM_HOURS)
    at = time(hour, _minute(rng))
    text = _say_clock(rng, at, bare=1 <= hour <= 12, today=True)
    named_day = any(word in text for word in ("this", "tonight", "midnight"))
    if rng.random() < 0.06 and not named_day:
        text = rng.choice((f"{text} tomorrow", f"tomorrow at {text}", f"{text} on Monday"))
    return text, f"{at:%H:%M}"


# Lengths of time ----------------------------------------------------------------------------


def _hours_forms(rng: random.Random, hours: int, rest: int) -> _Forms:
    unit = rng.choice(("hour", "hour", "hour", "hr") if hours == 1 else ("hours", "hours", "hrs"))
    count = _number(rng, hours)
    several = hours > 1
    if not rest:
        forms = [(8.0, f"{count} {unit}"), (0.5, f"{hours}h")]
        return forms + ([(1.5, "a couple of hours")] if hours == 2 else [(8, "an hour")][several:])
    minutes = f"{_number(rng, rest)} {rng.choice(('minutes', 'minutes', 'mins', 'min'))}"
    forms = [(2.0, f"{count} {unit} {minutes}"), (2, f"{count} {unit} and {minutes}")]
    forms += [
        (0.5, f"{hours}h{rest:02d}"),
        (0.5, f"{hours}h {rest}m"),
        (0.5, f"{count} {unit} {rest}"),
    ]
    if not several:
        forms += [(2, f"an hour and {minutes}")]
    if rest == 30:
        half = [(6.0, f"{count} and a half hours"), (2.0, f"{hours}.5 hours")]
        return forms + half + ([] if several else [(8, "an hour and a half")])
    return forms + ([(2, "an hour and a quarter")] if rest == 15 and not several else [])


def _say_length(rng: random.Random, minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    forms: _Forms = _hours_forms(rng, hours, rest) if hours else []
    if minutes <= 120:
        unit = "minute" if minutes == 1 else rng.choice(("minutes", "minutes", "mins", "min"))
        forms += [(2.0 if hours else 8, f"{_number(rng, minutes)} {unit}"), (0.3, f"{minutes}m")]
    named: dict[int, _Forms] = {
        1: [(4, "a minute")],
        15: [(1, "a quarter of an hour"), (0.5, "quarter of an hour")],
        30: [(8, "half an hour"), (0.7, "a half hour")],
        45: [(1.5, "three quarters of an hour")],
    }
    return _pick(rng, forms + named.get(minutes, []))


def _length(rng: random.Random, least: int = 1, most: int = 600) -> tuple[str, int]:
    fitting = [minutes for minutes in _LENGTHS if least <= minutes <= most]
    minutes = rng.choice(fitting)
    if rng.random() < 0.15:
        minutes = rng.randint(least, min(most, 90))
    return _say_length(rng, minutes), minutes


def sample_relative(rng: random.Random, now: datetime) -> tuple[str, str]:
    """'in 20 minutes' and the time of day it means, HH:MM."""
    text, minutes = _length(rng)
    forms = [(12.0, f"in {text}"), (5, f"{text} from now"), (0.7, f"in about {text}")]
    return _pick(rng, forms), f"{now + timedelta(minutes=minutes):%H:%M}"


def sample_duration(rng: random.Random, now: datetime) -> tuple[str, str]:
    """The length of a timer and the time of day when it rings, HH:MM."""
    if rng.random() < 0.08:
        seconds = rng.choice(_SECONDS)
        text = f"{_number(rng, seconds)} {rng.choice(('seconds', 'seconds', 'secs', 'sec'))}"
        return text, f"{now + timedelta(seconds=max(seconds, 60)):%H:%M}"
    text, minutes = _length(rng)
    return text, f"{now + timedelta(minutes=minutes):%H:%M}"


# Days ---------------------------------------------------------------------------------------


def _ordinal(n: int) -> str:
    return f"{n}{'th' if 10 < n < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def _calendar_forms(rng: random.Random, day: date, ahead: int) -> _Forms:
    month = MONTHS[day.month - 1]
    short = rng.choice((month, month, month, month[:3]))
    spoken = ordinal_words(day.day).replace("-", rng.choice("- "))
    nth = rng.choice((_ordinal(day.day), _ordinal(day.day), spoken))
    forms = [(6.0, f"{short} {day.day}"), (5, f"{month} {nth}"), (2, f"{day.day} {short}")]
    forms += [(3, f"the {nth} of {month}"), (1, f"{nth} of {month}"), (0.5, f"{month} the {nth}")]
    forms = [(weight, f"{text}{rng.choice((' ', ', '))}{day.year}") for weight, text in forms] if (rng.random() < 0.25) else forms
    weekday = WEEKDAYS[day.weekday()]
    forms += [(1.5, f"{weekday}, {month} {day.day}"), (1, f"{weekday} {short} {_ordinal(day.day)}")]
    forms += [(1.5, day.isoformat()), (1, f"{day.month}/{day.day}/{day.year}")]
    forms += [(1, f"{day.month}/{day.day}")]
    if ahead < 28:
        forms += [(5, f"the {nth}"), (1, f"{weekday} the {nth}")]
    return forms


def _weekday_forms(rng: random.Random, day: date, today: date) -> _Forms:
    name = WEEKDAYS[day.weekday()]
    forms: _Forms = []
    if coming_weekday(today, day.weekday()) == day:
        forms += [(30, name), (6, f"this {name}")]
        forms += [(2, name[:3])] if day.weekday() < 5 else []
    if weekday_of_next_week(today, day.weekday()) == day:
        forms += [(12, f"next {name}"), (2, f"next week {name}"), (2, f"{name} next week")]
        forms += [(1, f"{name} of next week")]
    if coming_weekday(today, day.weekday()) + timedelta(weeks=1) == day:
        forms += [(2, f"a week from {name}"), (1, f"{name} week")]
    return forms


def _near_forms(rng: random.Random, ahead: int) -> _Forms:
    named: dict[int, _Forms] = {
        0: [(60.0, "today")],
        1: [(150, "tomorrow"), (5, "tmrw"), (3, "tmr")],
        2: [(15, "the day after tomorrow"), (6, "day after tomorrow")],
        7: [(4, "a week from today"), (6, "in a week"), (2, "one week from now")],
        8: [(5, "a week from tomorrow")],
        14: [(6, "in two weeks"), (2, "two weeks from now"), (1, "in 2 weeks")],
    }
    forms = named.get(ahead, [])
    if 2 <= ahead <= 10:
        count = _number(rng, ahead, 0.6)
        forms += [(4, f"in {count} days"), (1.5, f"{count} days from now")]
    return forms


def sample_date(rng: random.Random, now: datetime) -> tuple[str, date]:
    """A day from today on."""
    draw = rng.random()
    ahead = 1 if draw < 0.25 else 0 if draw < 0.3 else rng.randint(2, 7) if draw < 0.65 else (rng.randint(8, 20) if draw < 0.82 else rng.randint(21, 360))
    today = now.date()
    day = today + timedelta(days=ahead)
    forms = _near_forms(rng, ahead) + _weekday_forms(rng, day, today)
    return _pick(rng, forms + (_calendar_forms(rng, day, ahead) if ahead else [])), day


# Moments ------------------------------------------------------------------------------------


def _event_clock(rng: random.Random) -> tuple[str, time]:
    at = time(rng.choice(_EVENT_HOURS), _minute(rng))
    # Four digits after a month and a day would be a year.
    return _say_clock(rng, at, bare=7 <= at.hour <= 18, compact=False), at


def sample_date_clock(rng: random.Random, now: datetime) -> tuple[str, str, datetime]:
    """A day, a clock time, and the moment they mean together."""
    day_text, day = sample_date(rng, now)
    text, at = _event_clock(rng)
    return day_text, text, datetime.combine(day, at, now.tzinfo)


def _needs_on(day: str) -> bool:
    first = day.split()[0].lower()
    free = ("today", "tomorrow", "tmrw", "tmr", "next", "this", "in")
    return first not in free


def _part_of_named_day(rng: random.Random, now: datetime) -> tuple[str, datetime]:
    """'tomorrow morning at 8', 'tonight at 7:30'."""
    hour = rng.choice((6, 7, 8, 9, 10, 13, 14, 15, 17, 18, 19, 20, 21))
    part = "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"
    at = time(hour, _minute(rng))
    text, _ = _core(rng, at.hour, at.minute)
    weekday = rng.randrange(7)
    name, day = rng.choice([("tomorrow", now.date() + timedelta(days=1))] * 3 + [(WEEKDAYS[weekday], coming_weekday(now.date(), weekday))])
    if hour > now.hour and rng.random() < 0.5:
        name, day = "this", now.date()
    said = f"{name} {part}"
    if name == "this" and hour >= 18:
        said = rng.choice(("tonight", "tonight", said))
    order = rng.random() < 0.6
    return f"{said} at {text}" if order else f"{text} {said}", datetime.combine(day, at, now.tzinfo)


def sample_datetime(rng: random.Random, now: datetime) -> tuple[str, datetime]:
    """A day with a clock time in either order, a clock time alone, or a length from now."""
    draw = rng.random()
    if draw < 0.06:
        text, minutes = _length(rng)
        later = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        return rng.choice((f"in {text}", f"in {text}", f"{text} from now")), later
    if draw < 0.16:
        text, at = _event_clock(rng)
        value = datetime.combine(now.date(), at, now.tzinfo)
        return text, value if value > now else value + timedelta(days=1)
    if draw < 0.26:
        return _part_of_named_day(rng, now)
    day, text, value = sample_date_clock(rng, now)
    if draw < 0.29:
        return f"{value:%Y-%m-%d}{rng.choice(' T')}{value:%H:%M}", value
    if draw < 0.75:
        return f"{day}{rng.choice((' at ', ' at ', ' at ', ', ', ' ', ' around '))}{text}", value
    return f"{text}{' on ' if _needs_on(day) else rng.choice((' ', ' ', ', '))}{day}", value


# Ends ---------------------------------------------------------------------------------------


def _ends(start: datetime) -> Sequence[datetime]:
    """Whole ends from a quarter of an hour to five hours after start."""
    base = start.replace(second=0, microsecond=0)
    base += timedelta(minutes=-base.minute % 5)
    return [base + timedelta(minutes=ahead) for ahead in range(15, 301, 5)]


def sample_end_clock(rng: random.Random, start: datetime, now: datetime) -> tuple[str, datetime]:
    """The clock time when something ends that begins at start."""
    ends = _ends(start)
    round_ends = [end for end in ends if end.minute in (0, 30)]
    end = rng.choice(round_ends if rng.random() < 0.75 else ends)
    today = end.date() == start.date() == now.date()
    return _say_clock(rng, end.time(), bare=True, today=today), end


def sample_end_duration(rng: random.Random, start: datetime, now: datetime) -> tuple[str, datetime]:
    """How long something lasts that begins at start, from 15 minutes to 5 hours."""
    text, minutes = _length(rng, 15, 300)
    return text, start + timedelta(minutes=minutes)
