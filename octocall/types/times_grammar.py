"""The parts of time expressions: patterns over token kinds and what each of them says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from octocall.types.times_tokens import DAY_SECONDS, Token

_LONGEST = 3660 * DAY_SECONDS
_FAR_AHEAD = 20
"""A year of two digits lies at most so many years ahead."""


class Piece(NamedTuple):
    """What one part of an expression says."""

    day: date | None = None
    weak: bool = False  # a weekday: gives way to a full date
    clock: time | None = None
    bare: bool = False
    part: str | None = None
    overnight: bool = False
    span: int = 0  # seconds
    coarse: bool = True  # the span counts whole days only
    relative: bool = False  # the span counts from now


# Days ---------------------------------------------------------------------------------------


def coming_weekday(today: date, weekday: int) -> date:
    """The first such weekday after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def weekday_of_next_week(today: date, weekday: int) -> date:
    """That weekday of the Monday-to-Sunday week after today's."""
    return today + timedelta(days=7 - today.weekday() + weekday)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming_date(month: int, day: int, today: date) -> date | None:
    years = range(today.year, today.year + 9)  # 29 February can be eight years off
    days = (_valid(year, month, day) for year in years)
    return next((found for found in days if found and found >= today), None)


def _coming_day(day: int, today: date) -> date | None:
    months = (divmod(today.year * 12 + today.month - 1 + ahead, 12) for ahead in range(4))
    days = (_valid(year, month + 1, day) for year, month in months)
    return next((found for found in days if found and found >= today), None)


def _dated(found: date | None) -> Piece | None:
    return None if found is None else Piece(day=found)


def _month_and_day(tokens: Sequence[Token], now: datetime) -> Piece | None:
    month = next(token.number for token in tokens if token.kind == "B")
    day, *rest = [token.number for token in tokens if token.kind in "oe2NZQV"]
    if not rest:
        return _dated(_coming_date(month, day, now.date()))
    year = rest[0] if len(rest) == 1 else rest[0] * 100 + rest[1]
    return _dated(_valid(year, month, day)) if 1960 <= year <= 2099 else None  # 1930 is half past seven


def _day_of_month(tokens: Sequence[Token], now: datetime) -> Piece | None:
    return _dated(_coming_day(tokens[-1].number, now.date()))


def _numeric_date(tokens: Sequence[Token], now: datetime) -> Piece | None:
    """2026-03-05, 3/5, 3/5/2026, 05.03.2026. Where no month has such a number, the day stands first: 25/3/2026."""
    text = tokens[0].text
    numbers = [int(part) for part in re.split(r"[-/.]", text.rstrip("t"))]
    if len(numbers) == 2:
        return _dated(_coming_date(numbers[0], numbers[1], now.date()))
    year, month, day = numbers if text[:4].isdigit() else (numbers[2], *numbers[:2])
    if not text[:4].isdigit() and ("." in text or month > 12):
        month, day = day, month
    if year < 100:
        year += 2000 if year <= now.year % 100 + _FAR_AHEAD else 1900
    return _dated(_valid(year, month, day)) if 1900 <= year <= 2099 else None


def _named_day(tokens: Sequence[Token], now: datetime) -> Piece:
    """today, Friday, next Friday, next week, Tuesday next week, Friday week."""
    kinds = {token.kind: token.number for token in tokens}
    today = now.date()
    if "D" in kinds:
        day = today + timedelta(days=kinds["D"])
    elif "x" in kinds:
        day = weekday_of_next_week(today, kinds.get("A", kinds.get("j", 0)))
        return Piece(day=day, weak=True)
    else:
        day = coming_weekday(today, kinds["A"] if "A" in kinds else kinds["j"])
    weeks = 1 if "W" in kinds else 0
    return Piece(day=day + timedelta(weeks=weeks), weak="D" not in kinds)


def _last_weekday(tokens: Sequence[Token], now: datetime) -> Piece:
    return Piece(day=coming_weekday(now.date(), tokens[1].number) - timedelta(weeks=1 + (tokens[1].number == now.weekday())))


def _ago(tokens: Sequence[Token], now: datetime) -> Piece | None:
    """two days ago, a week ago."""
    span = _span(tokens[:-1], now)
    return Piece(day=now.date() - timedelta(seconds=span.span)) if span is not None and span.coarse else None


def _days_from(tokens: Sequence[Token], now: datetime) -> Piece | None:
    """a week from Friday, the day after tomorrow."""
    at = next(n for n, token in enumerate(tokens) if token.kind in "YW")
    count = tokens[0].number if tokens[0].kind == "N" else 1
    if count > 1 and tokens[at].text[-1] != "s":  # 'at 6 the day after tomorrow', cut short
        return None
    base = _named_day(tokens[at + 2 :], now).day
    ahead = timedelta(seconds=count * tokens[at].number)
    return None if base is None else Piece(day=base + ahead)


def _part_of_day(tokens: Sequence[Token], now: datetime) -> Piece:
    part = tokens[-1].text
    if tokens[-1].kind == "T":
        return Piece(day=now.date(), part="night", overnight=True)
    named = tokens[0].kind in "SE"
    late = named and part in ("evening", "night")
    return Piece(day=now.date() if tokens[0].kind == "S" else None, part=part, overnight=late)


# Clock times and spans ----------------------------------------------------------------------


def _clock(hour: int, minute: int, mark: Token, exact: bool = False) -> Piece | None:
    """A time of day; the last token of the expression may be the am/pm mark."""
    if hour > 23 or minute > 59:
        return None
    if mark.kind != "M":
        return Piece(clock=time(hour, minute), bare=not exact and 1 <= hour <= 12)
    if hour > 12 or hour == 0:  # '19:30 pm' and '0:30 am' say the same thing twice
        return Piece(clock=time(hour, minute)) if (hour > 12) == (mark.number > 0) else None
    return Piece(clock=time(hour % 12 + mark.number, minute))


def _hour(tokens: Sequence[Token], now: datetime) -> Piece | None:
    first = tokens[0]
    return _clock(first.number, 0, tokens[-1], exact=first.kind == "Z")


def _hour_minute(tokens: Sequence[Token], now: datetime) -> Piece | None:
    hour, minute = tokens[0], tokens[1]
    if minute.kind == "N" and minute.number < 10:
        return None
    return _clock(hour.number, minute.number, tokens[-1], exact=hour.kind == "Z")


def _digits_clock(tokens: Sequence[Token], now: datetime) -> Piece | None:
    """7:30, 7.30, 730, 0730, 1930."""
    text = tokens[0].text
    hour, minute = text[:-2].rstrip(".:"), text[-2:]
    if tokens[0].kind == "C":
        hour, minute = text.split(":")[:2]
    if not (hour + minute).isdigit() or len(hour) > 2:
        return None
    return _clock(int(hour), int(minute), tokens[-1], exact=len(hour) == 2 and hour[0] == "0")


def _stamp(tokens: Sequence[Token], now: datetime) -> Piece | None:
    """2026-03-05 03:00, whose hour is one of 24."""
    day, clock = _numeric_date(tokens, now), _digits_clock(tokens[1:], now)
    if day is None or clock is None or len(tokens[1].text.split(":")[0]) < 2:
        return None
    return day._replace(clock=clock.clock)


def _noon(tokens: Sequence[Token], now: datetime) -> Piece | None:
    if tokens[0].kind == "N" and tokens[0].number != 12:
        return None
    return Piece(clock=time(tokens[-1].number))


def _half_hour(tokens: Sequence[Token], now: datetime) -> Piece | None:
    """half six, which is half past six."""
    return _clock(tokens[1].number, 30, tokens[-1])


def _past(tokens: Sequence[Token], now: datetime) -> Piece | None:
    """half past six, a quarter to eight, quarter of eight, ten minutes past noon."""
    at = next(n for n, token in enumerate(tokens) if token.kind in "ptF")
    lead = next(token for token in tokens if token.kind in "hqNZ")
    minutes = {"h": 30, "q": 15}.get(lead.kind, lead.number)
    back = tokens[at].kind in "tF"  # 'quarter of eight' is a quarter to
    with_unit = tokens[at - 1].kind == "U" and tokens[at - 1].number != 60
    if with_unit or not 0 < minutes < 60 or (back and lead.kind == "h"):
        return None
    if back and lead.kind in "NZ" and tokens[at - 1].kind != "U" and minutes not in (5, 10, 20, 25):
        return None  # "7 to 9" are two hours
    base = _clock(tokens[at + 1].number, 0, tokens[-1])
    if base is None or base.clock is None:
        return None
    total = (base.clock.hour * 60 + (-minutes if back else minutes)) % 1440
    hour, minute = divmod(total, 60)
    bare = base.bare and tokens[at + 1].kind != "X"
    return Piece(clock=time((hour - 1) % 12 + 1 if bare else hour, minute), bare=bare)


def _span(tokens: Sequence[Token], now: datetime) -> Piece | None:
    """90 min, half an hour, an hour and a half, three quarters of an hour."""
    if tokens[0].kind == "n":
        tokens = tokens[1:]
    kinds = "".join(token.kind for token in tokens)
    unit = next(token for token in tokens if token.kind in "U2YW")
    first = tokens[0]
    whole = float(first.text if first.kind == "f" else first.number)
    if kinds[0] not in "NZQVf":
        whole = 2.0 if "c" in kinds else 1.0
    portion = 0.5 if "h" in kinds else 0.25 if "q" in kinds else 0.0
    amount = whole + portion if "n" in kinds or not portion else whole * portion
    seconds = round(amount * (1 if unit.kind == "2" else unit.number))
    if not 0 < seconds <= _LONGEST:
        return None
    return Piece(span=seconds, coarse=unit.kind in "YW" and seconds % DAY_SECONDS == 0)


def _hours_minutes(tokens: Sequence[Token], now: datetime) -> Piece | None:
    """1h30, an hour thirty."""
    hours = 1 if tokens[0].kind == "a" else tokens[0].number
    minutes = tokens[2].number
    if tokens[1].number != 3600 or minutes > 59:
        return None
    return Piece(span=hours * 3600 + minutes * 60, coarse=False)


def _from_now(tokens: Sequence[Token], now: datetime) -> Piece:
    return Piece(relative=True)


# Grammar ------------------------------------------------------------------------------------

_Build = Callable[[Sequence[Token], datetime], Piece | None]
_YEAR = "(?:Q|V|NN)"
_RULES: list[tuple[str, str, _Build]] = [  # first kinds, pattern over kinds, meaning
    ("LoeNZ2", f"L?[oeNZ2]F?B{_YEAR}", _month_and_day),
    ("LoeNZ2", "L?[oeNZ2]F?B", _month_and_day),
    ("B", f"BL?[oeNZ2]{_YEAR}", _month_and_day),
    ("B", "BL?[oeNZ2]", _month_and_day),
    ("Lo", "o|L[oe2]", _day_of_month),
    ("G", "GC(?!M)", _stamp),
    ("G", "G", _numeric_date),
    ("aNLYW", "[aNL]?[YW][Rp](?:D|S?[Aj]|x[Aj])", _days_from),
    ("aNQVcn", "n?(?:[aNQV]|a?cF?)[YW]b", _ago),
    ("l", "l[Aj]", _last_weekday),
    ("x", "xWP?[Aj]", _named_day),
    ("x", "x[AjW]", _named_day),
    ("Aj", "[Aj]F?xW", _named_day),
    ("AjD", "[AjD]W?", _named_day),
    ("T", "T", _part_of_day),
    ("PILSE", "(?:[PI]?L?|S)E", _part_of_day),
    ("ahqNZ", "a?[hqNZ]U?[pt](?:[NZ]K?|X)M?", _past),
    ("aq", "a?qF(?:[NZ]K?|X)M?", _past),
    ("NZa", "[NZa]U[NZ](?=R|$)", _hours_minutes),
    ("aNZQVfU2n", "n?[aNZQVf]?[U2YW]na?[hq]", _span),
    ("NZQVn", "n?[NZQV]na?[hq][U2YW]~?", _span),
    ("Nn", "n?NqF?a?[U2YW]", _span),
    ("ahqn", "n?a?[hq]F?a?[U2YW]~?", _span),
    ("ac", "a?cF?[U2YW]~?", _span),
    ("aNZQVfn", "n?[aNZQVf][U2YW]~?", _span),
    ("I", "I(?=.)", _from_now),
    ("R", "Rw", _from_now),
    ("N", "NX", _noon),
    ("X", "X", _noon),
    ("h", "h[NZ]K?M?", _half_hour),
    ("NZ", "[NZ][NZ]M?", _hour_minute),
    ("NZ", "[NZ]K?M?", _hour),
    ("CfQ", "[CfQ]M?", _digits_clock),
]
_Match = Callable[[str, int], re.Match[str] | None]


def _by_kind() -> dict[str, list[tuple[_Match, _Build]]]:
    found: dict[str, list[tuple[_Match, _Build]]] = {}
    for first, pattern, build in _RULES:
        match = re.compile(pattern).match
        for kind in first:
            found.setdefault(kind, []).append((match, build))
    return found


RULES = _by_kind()
"""The rules by the first kind of what they match, each a matcher and a meaning."""
