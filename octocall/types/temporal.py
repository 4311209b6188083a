"""Times of day, dates and date-times, read against the caller's clock."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from octocall.types.base import Context, Sample, Type
from octocall.types.times import Moment, parse_moment, resolve_clock, resolve_date, resolve_datetime, resolve_end
from octocall.types.times_sample import sample_clock, sample_date, sample_datetime

_DAY = (
    "[1-9][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    "|([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)-02-29"
)
DAY = f"({_DAY})"
"""Days as YYYY-MM-DD from the year 1000 on; the 29th of February only in leap years."""
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
STAMP = "%Y-%m-%d-%H-%M"

_EVENING = re.compile(r"(?<![-\w])(?:dinner|supper|drinks|cocktails|concert|opera|night out|(?:date|movie|game|poker|quiz|trivia|bingo) night)(?![-\w])", re.I)
_EVENING_HOURS = range(7, 11)


@dataclass(frozen=True)
class _Temporal(Type):
    joins: ClassVar[int] = 3

    def part(self, text: str, context: Context) -> bool:
        return parse_moment(text, context.now) is not None

    def _moment(self, text: str, context: Context) -> Moment | None:
        return parse_moment(text, context.now)


_DAY_BACK, _WEEK_BACK = timedelta(days=1), timedelta(days=7)
_STEPS_BACK = (_WEEK_BACK + _DAY_BACK, timedelta(days=31), timedelta(days=62), timedelta(days=366), timedelta(days=1461))
_AHEAD = re.compile(r"(?<![a-z])(?:next|coming|this|in|from|weeks?)(?![a-z])", re.I)


def _behind(text: str, day: date, now: datetime) -> date:
    """The last such day where ``day``, what a text says, is yet to come: the Monday, the 1st or the 1st of March before ``now``. "tomorrow" and "next Friday"
    stay."""
    if day <= now.date() or _AHEAD.search(text) or _day(text, now - _DAY_BACK) == day - _DAY_BACK:
        return day
    steps = _STEPS_BACK[:1] if _day(text, now - _WEEK_BACK) == day - _WEEK_BACK else _STEPS_BACK
    earlier = (_day(text, now - step) for step in steps)
    return next((found for found in earlier if found is not None and found <= now.date()), day)


def _day(text: str, now: datetime) -> date | None:
    moment = parse_moment(text, now)
    return resolve_date(moment, now) if moment is not None else None


@dataclass(frozen=True)
class TimeOfDay(_Temporal):
    """A time of day as HH:MM; lengths of time count from now."""

    canonical: ClassVar[str] = CLOCK

    def parse(self, text: str, context: Context) -> str | None:
        moment = self._moment(text, context)
        try:
            return resolve_clock(moment, context.now) if moment is not None else None
        except OverflowError:
            return None

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise self._refuse(value, "a time of day HH:MM from 00:00 to 23:59")
        return value

    def sample(self, rng: random.Random, context: Context) -> Sample:
        return Sample(*sample_clock(rng, context.now))

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "time", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


@dataclass(frozen=True)
class Date(_Temporal):
    """A day as YYYY-MM-DD; with ``past`` one that lies behind: "Monday" is the last one."""

    canonical: ClassVar[str] = DAY
    past: bool = False

    def parse(self, text: str, context: Context) -> str | None:
        day = _day(text, context.now)
        if day is None:
            return None
        return (_behind(text, day, context.now) if self.past else day).isoformat()

    def check(self, value: Any) -> str:
        try:
            return date.fromisoformat(value).isoformat()
        except (TypeError, ValueError):
            raise self._refuse(value, "a date YYYY-MM-DD") from None

    def sample(self, rng: random.Random, context: Context) -> Sample:
        text, day = sample_date(rng, context.now)
        return Sample(text, self.parse(text, context) if self.past else day.isoformat())

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class DateTime(_Temporal):
    """A minute on the calendar as YYYY-MM-DD-HH-MM.

    With ``after`` it ends what the parameter of that name begins: lengths of time and bare clock
    times are counted from there, and its default lies ``minutes`` later. A bare hour from 7 to 10 is
    one of the evening where an earlier argument says so ("dinner", "concert"). With ``past`` its day lies behind.
    """

    canonical: ClassVar[str] = f"{DAY}-{CLOCK.replace(':', '-')}"
    after: str = ""
    minutes: int = 60
    past: bool = False

    def _start(self, context: Context) -> datetime | None:
        begin = context.arguments.get(self.after)
        return datetime.strptime(begin, STAMP) if isinstance(begin, str) else None

    def parse(self, text: str, context: Context) -> str | None:
        moment = self._moment(text, context)
        if moment is None:
            return None
        start = self._start(context)
        if moment.bare and moment.time and moment.time.hour in _EVENING_HOURS and self._in_evening(context):
            moment = replace(moment, time=moment.time.replace(hour=moment.time.hour + 12), bare=False)
        if self.past and moment.date is not None:
            moment = replace(moment, date=_behind(text, moment.date, context.now))
        try:
            value = resolve_datetime(moment, context.now) if start is None else resolve_end(moment, start, context.now)
            if self.past and value is not None and moment.date is None and moment.offset is None and start is None and value > context.now:
                value -= _DAY_BACK  # "at 9" was this morning, or yesterday
        except OverflowError:
            return None
        return value.strftime(STAMP) if value is not None else None

    def _in_evening(self, context: Context) -> bool:
        """Whether what was said before names something of the evening: "dinner at 7" is not at breakfast."""
        return not self.after and any(isinstance(value, str) and _EVENING.search(value) for value in context.arguments.values())

    def fill(self, default: Any, context: Context) -> Any:
        start = self._start(context)
        if self.after and start is None:
            return None
        return default if start is None else (start + timedelta(minutes=self.minutes)).strftime(STAMP)

    def check(self, value: Any) -> str:
        try:
            return datetime.strptime(value, STAMP).strftime(STAMP)
        except (TypeError, ValueError):
            raise self._refuse(value, "a date and time YYYY-MM-DD-HH-MM") from None

    def render(self, value: Any) -> str:
        return datetime.strptime(value, STAMP).strftime("%Y-%m-%d %H:%M")

    def sample(self, rng: random.Random, context: Context) -> Sample:
        text, value = sample_datetime(rng, context.now)
        return Sample(text, DateTime.parse(self, text, context) if self.past else value.strftime(STAMP))

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "pattern": "^[0-9]{4}(-[0-9]{2}){4}$"}
