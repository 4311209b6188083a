"""English time expressions: what a piece of text says about a moment, and its resolution.

A text is cut into tokens, each with a one-letter kind, and read as a cover of the string of kinds
by grammar rules whose pieces agree with each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from octocall.types.times_grammar import RULES, Piece, coming_weekday, weekday_of_next_week
from octocall.types.times_tokens import MONTHS, WEEKDAYS, Token, lex

__all__ = [
    "MONTHS",
    "WEEKDAYS",
    "Moment",
    "coming_weekday",
    "parse_moment",
    "resolve_clock",
    "resolve_date",
    "resolve_datetime",
    "resolve_end",
    "weekday_of_next_week",
]

_LAST_NIGHT_HOUR = 5
_MAX_CHARS = 90


@dataclass(frozen=True, slots=True)
class Moment:
    """The partial meaning of a time expression; what the text leaves open is None or False."""

    date: date | None = None
    time: time | None = None
    bare: bool = False  # the hour is 1..12 and nothing says whether am or pm
    part: str | None = None  # morning, afternoon, evening or night
    overnight: bool = False  # the night that begins on the date: its small hours are a day on
    offset: timedelta | None = None  # from now
    duration: timedelta | None = None


_SKIPPED = "PtRS"
_TOO_LITTLE = ("j", "E")  # 'sat', 'sun', 'night': words with other uses, too weak alone


def _merge(a: Piece, b: Piece) -> Piece | None:
    """What both pieces say together; None where they contradict each other."""
    if (a.clock and b.clock) or (a.span and b.span >= a.span):
        return None
    if a.day and b.day and a.day != b.day and a.weak == b.weak:
        return None
    if a.part and b.part and a.part != b.part and {a.part, b.part} != {"evening", "night"}:
        return None
    day = b if a.day is None or (b.day and a.weak) else a
    clock = a if a.clock else b
    return Piece(
        day.day,
        day.weak,
        clock.clock,
        clock.bare,
        a.part or b.part,
        a.overnight or b.overnight,
        a.span + b.span,
        a.coarse and b.coarse,
        a.relative or b.relative,
    )


_PART_HOURS = {  # hours that agree with the part when am or pm is known
    "morning": range(0, 12),
    "afternoon": range(12, 20),
    "evening": (*range(15, 24), 0),
    "night": (*range(17, 24), *range(6)),
}


def _in_part(hour: int, part: str) -> int:
    """The 24-hour reading of a bare hour in a part of the day."""
    if part == "morning" or (hour == 12 and part != "afternoon"):
        return hour % 12
    if part == "night" and hour < _LAST_NIGHT_HOUR:
        return hour
    return hour % 12 + 12


def _finish(piece: Piece, now: datetime) -> Moment | None:
    day, clock, bare, part = piece.day, piece.clock, piece.bare, piece.part
    if piece.relative and not piece.span:
        return None
    if piece.span:
        span = timedelta(seconds=piece.span)
        dated = piece.relative and piece.coarse
        if day or ((clock or part) and not dated):
            return None
        if not dated:
            return Moment(offset=span) if piece.relative else Moment(duration=span)
        day = now.date() + span
    if clock and part:
        hour = _in_part(clock.hour, part) if bare else clock.hour
        if hour not in _PART_HOURS[part]:
            return None
        clock, bare = time(hour, clock.minute), False
    return Moment(day, clock, bare, part, piece.overnight)


def _fit(kinds: str, tokens: Sequence[Token], at: int, so_far: Piece | None, now: datetime) -> Moment | None:
    """First way to cover the kinds from a position by rules that agree with what came before."""
    for match, build in RULES.get(kinds[at], ()):
        found_here = match(kinds, at)
        if found_here is None:
            continue
        end = found_here.end()
        piece = build(tokens[at:end], now)
        merged = piece if piece is None or so_far is None else _merge(so_far, piece)
        if merged is None:
            continue
        last = end == len(kinds)
        found = _finish(merged, now) if last else _fit(kinds, tokens, end, merged, now)
        if found is not None:
            return found
    if kinds[at] in _SKIPPED and at + 1 < len(kinds):
        return _fit(kinds, tokens, at + 1, so_far, now)
    return None


@lru_cache(maxsize=8192)
def parse_moment(text: str, now: datetime) -> Moment | None:
    """What a text says about a moment; None where the text as a whole is not a time."""
    if len(text) > _MAX_CHARS:
        return None
    tokens = lex(text)
    if not tokens:
        return None
    kinds = "".join([token.kind for token in tokens])
    if kinds in _TOO_LITTLE or kinds[0] == "n":
        return None
    try:
        return _fit(kinds, tokens, 0, None, now)
    except OverflowError:  # "in 99999 thousand weeks"
        return None


# Resolution ---------------------------------------------------------------------------------


def _after(base: datetime, span: timedelta) -> datetime:
    """The minute a span after a base; a span below a minute counts as one."""
    return (base + max(span, timedelta(minutes=1))).replace(second=0, microsecond=0)


def resolve_clock(moment: Moment, now: datetime) -> str | None:
    """The time of day as 'HH:MM'; spans count from now, bare hours are taken as written."""
    span = moment.offset or moment.duration
    if span is not None:
        return f"{_after(now, span):%H:%M}"
    return None if moment.time is None else f"{moment.time:%H:%M}"


def resolve_date(moment: Moment, now: datetime) -> date | None:
    """The calendar day, named or reached by an offset from now."""
    return (now + moment.offset).date() if moment.offset else moment.date


def _on_day(day: date, clock: time, moment: Moment, now: datetime) -> datetime:
    found = datetime.combine(day, clock, now.tzinfo)
    small = moment.overnight and clock.hour <= _LAST_NIGHT_HOUR
    # In the small hours themselves 'tonight at 2' is still to come on the same date.
    in_it = now.hour <= _LAST_NIGHT_HOUR and day == now.date() and found > now
    return found + timedelta(days=1) if small and not in_it else found


def resolve_datetime(moment: Moment, now: datetime) -> datetime | None:
    """The date and time; a bare hour is read as between 7 in the morning and 6:59 pm."""
    if moment.offset is not None:
        return _after(now, moment.offset)
    clock = moment.time
    if clock is None:
        return None
    if moment.bare and clock.hour < 7:
        clock = clock.replace(hour=clock.hour + 12)
    if moment.date is not None:
        return _on_day(moment.date, clock, moment, now)
    today = datetime.combine(now.date(), clock, now.tzinfo)
    return today if today > now else today + timedelta(days=1)


def resolve_end(moment: Moment, start: datetime, now: datetime) -> datetime | None:
    """The end of what starts at start: a span from it, or the first such time after it."""
    if moment.duration is not None:
        return start + moment.duration
    if moment.offset is not None:
        end = _after(now, moment.offset)
        return end if end > start else start + moment.offset
    if moment.time is None:
        return None
    clocks = [moment.time]
    if moment.bare:
        hour = moment.time.hour % 12
        clocks = [moment.time.replace(hour=hour), moment.time.replace(hour=hour + 12)]
    if moment.date is not None:
        ends = [_on_day(moment.date, clock, moment, now) for clock in clocks]
        return next((end for end in ends if end > start), None)
    days = [start.date(), start.date() + timedelta(days=1)]
    ends = [datetime.combine(day, clock, start.tzinfo) for day in days for clock in clocks]
    return next(end for end in ends if end > start)
