"""Integers, numbers and durations, in digits or words."""

from __future__ import annotations

import math
import random
import re
import sys
from dataclasses import dataclass
from typing import Any, ClassVar

from octocall.grammar import Grammar
from octocall.letters import numeral
from octocall.types.base import Context, Sample, Type
from octocall.types.times import parse_moment
from octocall.types.words import number_words, parse_number
from octocall.types.written import Form

_TAIL = re.compile(r"[\s.,;!?°]+$")
_PERCENT = re.compile(r"\s*(%|percent|per cent|pct)$", re.I)
_OUT_OF = re.compile(r"^(.+?)\s*(?:/|out of|of)\s*(10|ten|100|a hundred)$", re.I)
_DEGREES = re.compile(
    r"\s*(?:(?:°|(?<![a-z])(?:degrees?|degs?))\s*)?(?:(?P<celsius>(?<![a-z])(?:celsius|centigrade|c))|(?P<fahrenheit>(?<![a-z])(?:fahrenheit|f)))?\s*(?:°|(?<![a-z])(?:degrees?|degs?))?$",
    re.I,
)


UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
"""Units of time that numbers may count, in seconds."""


def parse_length(text: str, unit: str, context: Context) -> float | None:
    """A length of time ("an hour", "90 secs", "2 days") in a unit; None where the text is none, as a bare number."""
    if not _LENGTH.search(text):
        return None
    moment = parse_moment(text, context.now)
    return moment.duration.total_seconds() / UNITS[unit] if moment is not None and moment.duration is not None else None


_LENGTH = re.compile(r"(?<![a-z])(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|days?|weeks?)(?![a-z])", re.I)


def _whole(value: float) -> bool:
    return math.isfinite(value) and value == int(value)


def _near(least: float, most: float, span: int = 1000) -> tuple[float, float]:
    """The part of a range that samples come from: at most ``span`` on either side of zero, where it reaches there."""
    if least > span or most < -span:
        return (least, min(most, least + span)) if least > span else (max(least, most - span), most)
    return max(least, -span), min(most, max(span, least))


def _spelled(value: float, rng: random.Random) -> str:
    if value == int(value) and 0 <= value < 10000 and rng.random() < 0.4:
        return number_words(int(value))
    return f"{value:.17g}" if value != round(value, 3) else f"{value:.12g}"


@dataclass(frozen=True)
class Integer(Type):
    """A whole number between ``least`` and ``most``.

    Small ranges are scales: percentages are read on them, and their values can also be written
    without pointing, for levels that are only implied. ``implied`` are such values of a wider range. With a
    ``unit`` of time (seconds, minutes, hours, days, weeks) lengths of time are read as well: "half an hour" is 30 minutes.
    """

    signed: ClassVar[bool] = True
    least: int = -(10**9)
    most: int = 10**9
    unit: str = ""
    implied: tuple[int, ...] = ()

    @property
    def literals(self) -> tuple[str, ...]:
        return tuple(map(str, range(self.least, self.most + 1) if self._scale else self.implied))

    @property
    def _scale(self) -> bool:
        return self.most - self.least <= 20

    def written(self, form: Form) -> Grammar:
        return numeral(self.least, self.most, fractions=False)

    def parse(self, text: str, context: Context) -> int | None:
        text = _TAIL.sub("", text.strip())
        if self.unit and (length := parse_length(text, self.unit, context)) is not None:
            return int(length) if length == int(length) and self.least <= length <= self.most else None
        if (match := _PERCENT.search(text)) and not self._scale:
            value = parse_number(text[: match.start()])
        elif match:
            share = parse_number(text[: match.start()])
            value = None if share is None else float(round(self.least + share / 100 * (self.most - self.least)))
        elif self._scale and (match := _OUT_OF.match(text)):
            part, whole = parse_number(match[1]), 10 if match[2].lower() in ("10", "ten") else 100
            value = None if part is None else float(round(self.least + part / whole * (self.most - self.least)))
        else:
            value = parse_number(text)
        return int(value) if value is not None and value == int(value) and self.least <= value <= self.most else None

    def check(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or not _whole(value):
            raise self._refuse(value, "a whole number")
        if not self.least <= value <= self.most:
            raise self._refuse(value, f"a whole number from {self.least} to {self.most}")
        return int(value)

    def sample(self, rng: random.Random, context: Context) -> Sample:
        least, most = _near(self.least, self.most)
        value = rng.randint(int(least), int(most))
        share = 100 * (value - self.least) / max(1, self.most - self.least)
        forms = [_spelled(value, rng)] * 5
        if share == int(share) and self._scale and self.most > self.least:
            number = _spelled(share, rng)
            forms += [f"{int(share)}%", f"{int(share)} percent", f"{number} percent", f"{int(share)} %"]
            forms += [f"{_spelled(value, rng)} out of {rng.choice(('10', 'ten'))}"] if self.most - self.least == 10 else []
        forms += [f"{_spelled(value, rng)} {word}" for word in (self.unit, self.unit, self.unit[:3])] if self.unit and value > 1 else []
        return Sample(rng.choice(forms), value)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Number(Type):
    """A number between ``least`` and ``most``; ``unit`` "fahrenheit" also reads degrees Celsius, one of time lengths of time.

    ``implied`` values can be written without pointing. With its sign a percentage is a fraction ("5%" is 0.05); where the signature says a range
    beyond one, it is the number.
    """

    signed: ClassVar[bool] = True
    least: float = float("-inf")
    most: float = float("inf")
    unit: str = ""
    implied: tuple[float, ...] = ()

    @property
    def literals(self) -> tuple[str, ...]:
        return tuple(map(self.render, self.implied))

    def written(self, form: Form) -> Grammar:
        return numeral(self.least, self.most, fractions=True)

    def parse(self, text: str, context: Context) -> float | None:
        text = _TAIL.sub("", text.strip())
        celsius = False
        if self.unit in UNITS and (length := parse_length(text, self.unit, context)) is not None:
            return length if self.least <= length <= self.most else None
        if self.unit == "fahrenheit" and (match := _DEGREES.search(text)):
            celsius = match["celsius"] is not None
            text = text[: match.start()]
        percent = _PERCENT.search(text)
        value = parse_number(text[: percent.start()] if percent else text)
        if value is not None and celsius:
            value = round(value * 9 / 5 + 32, 1)
        if value is not None and percent and not 1 < self.most < math.inf:
            value = round(value / 100, 12)
        return value if value is not None and self.least <= value <= self.most else None

    def check(self, value: Any) -> float:
        # neither infinity nor a whole number beyond the range of floats can be passed on
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
            raise self._refuse(value, "a number")
        if not self.least <= value <= self.most:
            raise self._refuse(value, f"a number from {self.least:g} to {self.most:g}")
        return float(value)

    def render(self, value: Any) -> str:
        return repr(float(value)).removesuffix(".0")

    def sample(self, rng: random.Random, context: Context) -> Sample:
        least, most = _near(self.least, self.most)
        whole = math.ceil(least), math.floor(most)
        value = float(rng.randint(*whole)) if most - least > 2 else rng.uniform(least, most)
        value = rounded if least <= (rounded := round(value, 3)) <= most else value
        if rng.random() < 0.08 and value + 0.5 <= most:
            value += 0.5
        if self.unit != "fahrenheit":
            return Sample(_spelled(value, rng), value)
        if rng.random() < 0.1:
            celsius = rng.randint(int((least - 32) / 1.8) + 1, int((most - 32) / 1.8))
            value = round(celsius * 9 / 5 + 32, 1)
            return Sample(f"{_spelled(celsius, rng)}{rng.choice((' celsius', ' degrees celsius', ' C', '°C', ' degrees C'))}", value)
        tails = ("", "", "", " degrees", " degrees", "°", " F", "°F", " fahrenheit", " degrees fahrenheit", " deg")
        return Sample(_spelled(value, rng) + rng.choice(tails), value)

    def schema(self) -> dict[str, Any]:
        bounds = {"minimum": self.least, "maximum": self.most}
        return {"type": "number", **{k: v for k, v in bounds.items() if abs(v) != float("inf")}}


@dataclass(frozen=True)
class Duration(Type):
    """A length of time in whole seconds."""

    most: int = 24 * 3600

    def written(self, form: Form) -> Grammar:
        return numeral(1, self.most, fractions=False)

    def parse(self, text: str, context: Context) -> int | None:
        moment = parse_moment(text, context.now)
        length = moment.duration if moment is not None else None
        seconds = length.total_seconds() if length is not None else parse_number(_TAIL.sub("", text.strip()))
        return int(seconds) if seconds is not None and seconds == int(seconds) and 0 < seconds <= self.most else None

    def check(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or not _whole(value) or not 0 < value <= self.most:
            raise self._refuse(value, f"a whole number of seconds from 1 to {self.most}")
        return int(value)

    def sample(self, rng: random.Random, context: Context) -> Sample:
        seconds = rng.choice((5, 10, 12, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90, 120, 180, 300, rng.randint(2, 120)))
        named = {30: ["half a minute"], 60: ["a minute", "one minute", "1 minute", "1 min"], 90: ["a minute and a half", "one and a half minutes"]}
        forms = [f"{_spelled(seconds, rng)} {rng.choice(('seconds', 'seconds', 'secs', 'sec'))}", f"{seconds}s"] + 2 * named.get(seconds, [])
        if seconds % 60 == 0 and seconds > 60:
            forms += 2 * [f"{_spelled(seconds // 60, rng)} {rng.choice(('minutes', 'mins', 'min'))}"]
        return Sample(rng.choice(forms), seconds)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": self.most}
