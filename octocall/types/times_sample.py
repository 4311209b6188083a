"""Random times, days and lengths of time in the ways people say them, with what they mean."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from octocall.types.times import MONTHS, WEEKDAYS, coming_weekday, weekday_of_next_week
from octocall.types.words import number_words

_ORDINAL = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth", 10: "tenth",
            11: "eleventh", 12: "twelfth", 15: "fifteenth", 20: "twentieth", 21: "twenty first", 25: "twenty fifth", 30: "thirtieth"}  # fmt: skip


def _suffix(day: int) -> str:
    return f"{day}{'th' if 10 <= day % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def _part(hour: int, rng: random.Random) -> str:
    if hour < 12:
        return " in the morning"
    if hour < 17:
        return " in the afternoon"
    return rng.choice((" in the evening", " this evening", " tonight")) if hour < 21 else " at night"


def _minute(rng: random.Random) -> int:
    return rng.choice((0, 0, 0, 0, 0, 30, 30, 15, 45, 10, 20, 5, 50, 40, rng.randrange(60)))


def _say_clock(hour: int, minute: int, rng: random.Random) -> str:
    """An unambiguous way to say a time."""
    twelve, half = (hour - 1) % 12 + 1, "am" if hour < 12 else "pm"
    if minute == 0 and hour in (0, 12) and rng.random() < 0.6:
        return "noon" if hour == 12 else "midnight"
    mark = rng.choice((f" {half}", half, f" {half}", f" {half}", f" {half[0]}.m.", f" {half.upper()}", half.upper()))
    word = number_words(twelve)
    forms = [f"{twelve}:{minute:02d}{mark}"] * 3 + [f"{hour:02d}:{minute:02d}"] if hour < 1 or hour > 12 or minute else []
    if hour >= 13:
        forms += [f"{hour}:{minute:02d}"]
    part = _part(hour, rng)
    night = part in (" this evening", " tonight")
    if minute == 0:
        forms += [f"{twelve}{mark}"] * 6 + [f"{word} {half}"] * 2 + [f"{twelve}{part}", f"{word}{part}", f"{word} o'clock{part}", f"{twelve} o'clock{part}"]
    elif minute >= 10:
        forms += [f"{word} {number_words(minute).replace('-', ' ')} {half}"] * 2 + [f"{twelve}.{minute:02d}{mark}", f"{twelve} {minute:02d}{mark}"]
    if minute == 30:
        forms += [f"half past {rng.choice((word, str(twelve)))}{rng.choice((part, ' ' + half))}"] * 2
    if minute in (15, 45):
        side, at = ("past", twelve) if minute == 15 else ("to", twelve % 12 + 1)
        if hour not in (11, 23) or minute == 15:
            forms += [f"{rng.choice(('', 'a '))}quarter {side} {rng.choice((str(at), number_words(at)))}{rng.choice((part, ' ' + half))}"] * 2
    forms = [form for form in forms if not (night and form.endswith(part) and hour < 17)]
    return rng.choice(forms or [f"{twelve}:{minute:02d} {half}"])


def sample_clock(rng: random.Random, now: datetime) -> tuple[str, str]:
    """A time of day and HH:MM."""
    if rng.random() < 0.22:
        hour, minute = rng.randint(1, 11), _minute(rng)
        forms = [f"{hour}:{minute:02d}"] * 3 + ([str(hour), str(hour), number_words(hour), f"{number_words(hour)} o'clock", f"{hour} o'clock"] if not minute else [])
        forms += [f"{number_words(hour)} {number_words(minute).replace('-', ' ')}"] if minute >= 10 else []
        forms += [f"half past {number_words(hour)}"] if minute == 30 else []
        forms += [f"quarter past {number_words(hour)}"] if minute == 15 else []
        return rng.choice(forms), f"{hour:02d}:{minute:02d}"
    hour, minute = rng.choice((5, 6, 6, 7, 7, 8, 9, 12, 13, 15, 17, 18, 19, 20, 21, 22, 23, rng.randrange(24))), _minute(rng)
    return _say_clock(hour, minute, rng), f"{hour:02d}:{minute:02d}"


def _length(rng: random.Random, least: int = 1, most: int = 600) -> tuple[str, int]:
    """A length of time in words and in minutes."""
    while True:
        minutes = rng.choice((1, 2, 3, 4, 5, 5, 6, 8, 10, 10, 12, 15, 15, 20, 20, 25, 30, 30, 40, 45, 50, 60, 60, 75, 90, 90, 105, 120, 120, 150, 180, 240, 300, rng.randint(1, 120)))
        if least <= minutes <= most:
            break
    hours, rest = divmod(minutes, 60)
    say = (lambda n: str(n)) if rng.random() < 0.6 else number_words
    unit = rng.choice(("minutes", "minutes", "minutes", "mins", "min"))
    forms = [f"{say(minutes)} {'minute' if minutes == 1 else unit}"] if minutes <= 90 else []
    if hours and not rest:
        forms += [f"{say(hours)} {'hour' if hours == 1 else rng.choice(('hours', 'hours', 'hrs'))}"] * 3
    if hours and rest:
        forms += [f"{say(hours)} hour{'s' * (hours > 1)} {rng.choice(('and ', ''))}{say(rest)} {unit}"]
        if rest == 30:
            forms += [f"{say(hours)} and a half hours", "an hour and a half" if hours == 1 else f"{say(hours)} and a half hours"] * 2
    forms += {30: ["half an hour", "half an hour"], 60: ["an hour", "an hour", "one hour"], 45: ["three quarters of an hour"], 1: ["a minute"], 120: ["a couple of hours"]}.get(minutes, [])
    return rng.choice(forms), minutes


def _later(now: datetime, minutes: int) -> str:
    return (now + timedelta(minutes=minutes)).strftime("%H:%M")


def sample_relative(rng: random.Random, now: datetime) -> tuple[str, str]:
    """ "in 20 minutes" and the time of day it means."""
    text, minutes = _length(rng)
    return (f"in {text}" if rng.random() < 0.75 else f"{text} from now"), _later(now, minutes)


def sample_duration(rng: random.Random, now: datetime) -> tuple[str, str]:
    """The length of a timer and the time of day when it rings."""
    text, minutes = _length(rng)
    return text, _later(now, minutes)


def sample_date(rng: random.Random, now: datetime) -> tuple[str, date]:
    """A day."""
    today = now.date()
    draw = rng.random()
    if draw < 0.25:
        return rng.choice(("tomorrow", "tomorrow", "tomorrow", "tmrw", "Tomorrow")), today + timedelta(1)
    if draw < 0.29:
        return rng.choice(("the day after tomorrow", "day after tomorrow")), today + timedelta(2)
    if draw < 0.55:
        weekday = rng.randrange(7)
        return f"{rng.choice(('', '', 'this '))}{WEEKDAYS[weekday]}", coming_weekday(today, weekday)
    if draw < 0.68:
        weekday = rng.randrange(7)
        return f"next {WEEKDAYS[weekday]}", weekday_of_next_week(today, weekday)
    day = today + timedelta(rng.randint(2, 330))
    month, said = MONTHS[day.month - 1], rng.choice((str(day.day), _suffix(day.day), _suffix(day.day), _ORDINAL.get(day.day, _suffix(day.day))))
    year = rng.random() < 0.35
    forms = [f"{month} {said}", f"{month} {said}", f"{month[:3]} {said}", f"the {said if not said.isdecimal() else _suffix(day.day)} of {month}", f"{day.day} {month}"]
    forms = [f"{form}{rng.choice((' ', ', '))}{day.year}" if year else form for form in forms]
    forms += [day.isoformat(), f"{day.month}/{day.day}/{day.year}"]
    return rng.choice(forms), day


def _event_clock(rng: random.Random) -> tuple[str, time]:
    hour, minute = rng.choice((7, 8, 9, 9, 10, 10, 11, 12, 12, 13, 14, 14, 15, 15, 16, 17, 18, 18, 19, 19, 20, 21)), _minute(rng)
    if rng.random() < 0.2 and (8 <= hour <= 11 or 13 <= hour <= 18):
        twelve = (hour - 1) % 12 + 1
        bare = f"{twelve}:{minute:02d}" if minute else rng.choice((str(twelve), number_words(twelve), f"{twelve} o'clock"))
        return bare, time(hour, minute)
    text = _say_clock(hour, minute, rng)
    while "tonight" in text or "this evening" in text:
        text = _say_clock(hour, minute, rng)
    return text, time(hour, minute)


def sample_date_clock(rng: random.Random, now: datetime) -> tuple[str, str, datetime]:
    """A day, a clock time, and the moment they mean together."""
    text, day = sample_date(rng, now)
    clock, at = _event_clock(rng)
    return text, clock, datetime.combine(day, at)


def sample_datetime(rng: random.Random, now: datetime) -> tuple[str, datetime]:
    """A day with a clock time, in either order; or a length of time from now."""
    if rng.random() < 0.06:
        text, minutes = _length(rng, 20)
        return f"in {text}", now + timedelta(minutes=minutes)
    day, clock, value = sample_date_clock(rng, now)
    draw = rng.random()
    if draw < 0.06 and 17 <= value.hour <= 22 and now.hour < 16:
        evening = value.replace(year=now.year, month=now.month, day=now.day)
        return rng.choice(("tonight at {}", "this evening at {}", "{} tonight")).format(f"{(value.hour - 1) % 12 + 1}" + (f":{value.minute:02d}" if value.minute else "")), evening
    if draw < 0.12 and value.hour > now.hour:
        return rng.choice(("today at {}", "{} today")).format(clock), datetime.combine(now.date(), value.time())
    if draw < 0.72:
        return f"{day}{rng.choice((' at ', ' at ', ' at ', ', ', ' ', ' around '))}{clock}", value
    on = "" if day.lower().startswith(("t", "day", "this", "next")) else rng.choice(("on ", "on ", ""))
    return f"{clock}{rng.choice((' ', ' ', ', '))}{on}{day}", value


def sample_end_clock(rng: random.Random, start: datetime, now: datetime) -> tuple[str, datetime]:
    """A clock time after ``start`` on the same day."""
    end = start + timedelta(minutes=rng.choice((15, 30, 45, 60, 60, 90, 120, 120, 180, 240)))
    if end.date() != start.date():
        end = start.replace(hour=23, minute=59)
    if rng.random() < 0.35:
        twelve = (end.hour - 1) % 12 + 1
        if (end - start) < timedelta(hours=11) and end.hour:
            return (f"{twelve}:{end.minute:02d}" if end.minute else rng.choice((str(twelve), number_words(twelve)))), end
    text = _say_clock(end.hour, end.minute, rng)
    while "tonight" in text or "this evening" in text:
        text = _say_clock(end.hour, end.minute, rng)
    return text, end


def sample_end_duration(rng: random.Random, start: datetime, now: datetime) -> tuple[str, datetime]:
    """A length of time counted from ``start``."""
    text, minutes = _length(rng, 15, 300)
    return text, start + timedelta(minutes=minutes)
