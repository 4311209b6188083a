"""English time expressions: what a piece of text says about a moment, and its resolution.

A text is cut into tokens, each with a one-letter kind; the rules at the end of the grammar are
patterns over the string of kinds. A parse is a cover of the whole string by rules whose pieces
agree with each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from octocall.types.words import NUMBER_STARTS, ORDINALS, TENS, UNITS, read_number

WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = (
    "January February March April May June July August September October November December"
).split()

_DAY = 86400
_LONGEST = 3660 * _DAY
_LAST_NIGHT_HOUR = 5
_MAX_CHARS = 90
_MAX_TOKENS = 16


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


class _Token(NamedTuple):
    kind: str
    number: int
    text: str


class _Piece(NamedTuple):
    day: date | None = None
    weak: bool = False  # a weekday: gives way to a full date
    clock: time | None = None
    bare: bool = False
    part: str | None = None
    overnight: bool = False
    span: int = 0  # seconds
    coarse: bool = True  # the span counts whole days only
    relative: bool = False  # the span counts from now


# Tokens -------------------------------------------------------------------------------------

_PLAIN = {
    "": "about around approximately approx roughly exactly precisely sharp ish ~",
    "P": "at on by for until @",
    "t": "to till til",
    "p": "past after",
    "R": "from",
    "I": "in within",
    "S": "this coming",
    "x": "next",
    "w": "now",
    "a": "a an",
    "L": "the",
    "F": "of",
    "n": "and",
    "c": "couple",
    "h": "half",
    "q": "quarter quarters",
    "K": "oclock",
    "E": "morning afternoon evening night",
    "T": "tonight tonite",
    "2": "second",
    "~": "time",
}
_VALUED: dict[str, dict[str, int]] = {
    "M": {"am": 0, "pm": 12},
    "X": {"noon": 12, "midday": 12, "midnight": 0},
    "U": {
        **dict.fromkeys("hour hours hr hrs h".split(), 3600),
        **dict.fromkeys("minute minutes min mins m".split(), 60),
        **dict.fromkeys("seconds sec secs s".split(), 1),
    },
    "Y": {"day": _DAY, "days": _DAY},
    "W": {"week": 7 * _DAY, "weeks": 7 * _DAY, "wk": 7 * _DAY, "wks": 7 * _DAY},
    "D": {"today": 0, "yesterday": -1, **dict.fromkeys("tomorrow tmrw tmr tmw".split(), 1)},
    "A": {
        **{name.lower(): n for n, name in enumerate(WEEKDAYS)},
        **{"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4},
    },
    "j": {"sat": 5, "sun": 6},
    "B": {
        **{name.lower(): n for n, name in enumerate(MONTHS, 1)},
        **{name[:3].lower(): n for n, name in enumerate(MONTHS, 1)},
        "sept": 9,
    },
    "e": {word: n for word, n in ORDINALS.items() if word != "second"},
}
_LEXICON = {
    word: _Token(kind, {"second": 2}.get(word, 0), word)
    for kind, words in _PLAIN.items()
    for word in words.split()
} | {
    word: _Token(kind, number, word)
    for kind, numbers in _VALUED.items()
    for word, number in numbers.items()
}
_LEXICON[""] = _LEXICON["ish"]

_TOKEN = re.compile(
    r"(?<=[0-9])\s*[-–]\s*(?=[0-9])"  # kept, so that a range is not read as hour and minute
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}t?(?![a-z])"
    r"|[0-9]{1,4}/[0-9]{1,2}(?:/[0-9]{1,4})?"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
    r"|[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])"
    r"|[0-9]+\.[0-9]+"
    r"|[0-9]+(?:st|nd|rd|th)(?![a-z])"
    r"|[0-9]+"
    r"|o ?'? ?clock"
    r"|[ap]\.? ?m(?![a-z])\.?"
    r"|[a-z]+"
    r"|[^\s,;.!?'\"…-]"
)
_INNER = str.maketrans("", "", ". '")


def _digit_token(text: str) -> _Token | None:
    if text[-1] == "t" or "-" in text or "/" in text:
        return _Token("G", 0, text) if "-" in text or "/" in text else None
    if ":" in text:
        return _Token("C", 0, text)
    if "," in text:
        return _Token("V", int(text.replace(",", "")), text)
    if "." in text:
        return _Token("f", 0, text)
    if text[-1] > "9":
        return _Token("o", int(text[:-2]), text) if len(text) <= 4 else None
    if len(text) <= 2:
        return _Token("Z" if text[0] == "0" and len(text) == 2 else "N", int(text), text)
    return _Token("Q" if len(text) <= 4 else "V", int(text), text) if len(text) <= 5 else None


def _word_number(raw: Sequence[str], at: int) -> tuple[_Token, int] | None:
    """A number in words as one token: cardinal, decimal, two-word ordinal or 'oh five'."""
    word = raw[at]
    after = raw[at + 1] if at + 1 < len(raw) else ""
    if word in ("oh", "o", "zero") and after in UNITS:
        return _Token("Z", UNITS[after], after), at + 2
    if word in TENS and ORDINALS.get(after, 10) < 10:
        return _Token("e", TENS[word] + ORDINALS[after], after), at + 2
    found = read_number(raw, at)
    if found is None:
        return None
    value, end = found
    if end + 1 < len(raw) and raw[end] == "point":
        decimals = read_number(raw, end + 1)
        if decimals is not None:
            return _Token("f", 0, f"{value}.{decimals[0]}"), decimals[1]
    return _Token("N" if value < 100 else "V", value, str(value)), end


def _lex(text: str) -> list[_Token] | None:
    raw: list[str] = _TOKEN.findall(text.lower().replace("’", "'"))
    if not raw or len(raw) > _MAX_TOKENS:
        return None
    raw = [word.removesuffix("ish") for word in raw]
    tokens: list[_Token] = []
    at = 0
    while at < len(raw):
        word = raw[at]
        token: _Token | None
        if "0" <= word[:1] <= "9":
            token, at = _digit_token(word), at + 1
        elif (word in NUMBER_STARTS or word in ("oh", "o")) and (number := _word_number(raw, at)):
            token, at = number
        else:
            token, at = _LEXICON.get(word) or _LEXICON.get(word.translate(_INNER) or "?"), at + 1
        if token is None:
            return None
        if token.kind:
            tokens.append(token)
    return tokens


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


def _dated(found: date | None) -> _Piece | None:
    return None if found is None else _Piece(day=found)


def _month_and_day(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
    month = next(token.number for token in tokens if token.kind == "B")
    day, *rest = [token.number for token in tokens if token.kind in "oe2NZQV"]
    if not rest:
        return _dated(_coming_date(month, day, now.date()))
    year = rest[0] if len(rest) == 1 else rest[0] * 100 + rest[1]
    return _dated(_valid(year, month, day)) if 2000 <= year <= 2099 else None


def _day_of_month(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
    return _dated(_coming_day(tokens[-1].number, now.date()))


def _numeric_date(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
    text = tokens[0].text
    numbers = [int(part) for part in text.rstrip("t").replace("-", "/").split("/")]
    if len(numbers) == 2:
        return _dated(_coming_date(numbers[0], numbers[1], now.date()))
    if text[:4].isdigit():
        return _dated(_valid(numbers[0], numbers[1], numbers[2]))
    month, day, year = numbers
    return _dated(_valid(year + 2000 if year < 100 else year, month, day))


def _named_day(tokens: Sequence[_Token], now: datetime) -> _Piece:
    """today, Friday, next Friday, next week, Tuesday next week, Friday week."""
    kinds = {token.kind: token.number for token in tokens}
    today = now.date()
    if "D" in kinds:
        day = today + timedelta(days=kinds["D"])
    elif "x" in kinds:
        day = weekday_of_next_week(today, kinds.get("A", kinds.get("j", 0)))
        return _Piece(day=day, weak=True)
    else:
        day = coming_weekday(today, kinds["A"] if "A" in kinds else kinds["j"])
    weeks = 1 if "W" in kinds else 0
    return _Piece(day=day + timedelta(weeks=weeks), weak="D" not in kinds)


def _days_from(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
    """a week from Friday, the day after tomorrow."""
    at = next(n for n, token in enumerate(tokens) if token.kind in "YW")
    count = tokens[0].number if tokens[0].kind == "N" else 1
    base = _named_day(tokens[at + 2 :], now).day
    ahead = timedelta(seconds=count * tokens[at].number)
    return None if base is None else _Piece(day=base + ahead)


def _part_of_day(tokens: Sequence[_Token], now: datetime) -> _Piece:
    part = tokens[-1].text
    if tokens[-1].kind == "T":
        return _Piece(day=now.date(), part="night", overnight=True)
    named = tokens[0].kind in "SE"
    late = named and part in ("evening", "night")
    return _Piece(day=now.date() if tokens[0].kind == "S" else None, part=part, overnight=late)


# Clock times and spans ----------------------------------------------------------------------


def _clock(hour: int, minute: int, mark: _Token, exact: bool = False) -> _Piece | None:
    """A time of day; the last token of the expression may be the am/pm mark."""
    if hour > 23 or minute > 59:
        return None
    if mark.kind != "M":
        return _Piece(clock=time(hour, minute), bare=not exact and 1 <= hour <= 12)
    if hour > 12 or hour == 0:  # '19:30 pm' and '0:30 am' say the same thing twice
        return _Piece(clock=time(hour, minute)) if (hour > 12) == (mark.number > 0) else None
    return _Piece(clock=time(hour % 12 + mark.number, minute))


def _hour(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
    first = tokens[0]
    return _clock(first.number, 0, tokens[-1], exact=first.kind == "Z")


def _hour_minute(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
    hour, minute = tokens[0], tokens[1]
    if minute.kind == "N" and minute.number < 10:
        return None
    return _clock(hour.number, minute.number, tokens[-1], exact=hour.kind == "Z")


def _digits_clock(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
    """7:30, 7.30, 730, 0730, 1930."""
    text = tokens[0].text
    hour, minute = text[:-2].rstrip(".:"), text[-2:]
    if tokens[0].kind == "C":
        hour, minute = text.split(":")[:2]
    if not (hour + minute).isdigit() or len(hour) > 2:
        return None
    return _clock(int(hour), int(minute), tokens[-1], exact=len(hour) == 2 and hour[0] == "0")


def _noon(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
    if tokens[0].kind == "N" and tokens[0].number != 12:
        return None
    return _Piece(clock=time(tokens[-1].number))


def _half_hour(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
    """half six, which is half past six."""
    return _clock(tokens[1].number, 30, tokens[-1])


def _past(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
    """half past six, a quarter to eight, ten minutes past noon."""
    at = next(n for n, token in enumerate(tokens) if token.kind in "pt")
    lead = next(token for token in tokens if token.kind in "hqNZ")
    minutes = {"h": 30, "q": 15}.get(lead.kind, lead.number)
    back = tokens[at].kind == "t"
    with_unit = tokens[at - 1].kind == "U" and tokens[at - 1].number != 60
    if with_unit or not 0 < minutes < 60 or (back and lead.kind == "h"):
        return None
    base = _clock(tokens[at + 1].number, 0, tokens[-1])
    if base is None or base.clock is None:
        return None
    total = (base.clock.hour * 60 + (-minutes if back else minutes)) % 1440
    hour, minute = divmod(total, 60)
    bare = base.bare and tokens[at + 1].kind != "X"
    return _Piece(clock=time((hour - 1) % 12 + 1 if bare else hour, minute), bare=bare)


def _span(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
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
    return _Piece(span=seconds, coarse=unit.kind in "YW" and seconds % _DAY == 0)


def _hours_minutes(tokens: Sequence[_Token], now: datetime) -> _Piece | None:
    """1h30, an hour thirty."""
    hours = 1 if tokens[0].kind == "a" else tokens[0].number
    minutes = tokens[2].number
    if tokens[1].number != 3600 or minutes > 59:
        return None
    return _Piece(span=hours * 3600 + minutes * 60, coarse=False)


def _from_now(tokens: Sequence[_Token], now: datetime) -> _Piece:
    return _Piece(relative=True)


# Grammar ------------------------------------------------------------------------------------

_Build = Callable[[Sequence[_Token], datetime], _Piece | None]
_YEAR = "(?:Q|V|NN)"
_RULES: list[tuple[str, str, _Build]] = [  # first kinds, pattern over kinds, meaning
    ("LoeNZ2", f"L?[oeNZ2]F?B{_YEAR}", _month_and_day),
    ("LoeNZ2", "L?[oeNZ2]F?B", _month_and_day),
    ("B", f"BL?[oeNZ2]{_YEAR}", _month_and_day),
    ("B", "BL?[oeNZ2]", _month_and_day),
    ("Lo", "o|L[oe2]", _day_of_month),
    ("G", "G", _numeric_date),
    ("aNLYW", "[aNL]?[YW][Rp](?:D|S?[Aj]|x[Aj])", _days_from),
    ("x", "xWP?[Aj]", _named_day),
    ("x", "x[AjW]", _named_day),
    ("Aj", "[Aj]F?xW", _named_day),
    ("AjD", "[AjD]W?", _named_day),
    ("T", "T", _part_of_day),
    ("PILSE", "(?:[PI]?L?|S)E", _part_of_day),
    ("ahqNZ", "a?[hqNZ]U?[pt](?:[NZ]K?|X)M?", _past),
    ("NZa", "[NZa]U[NZ](?=R|$)", _hours_minutes),
    ("aNZQVfU2n", "n?[aNZQVf]?[U2YW]na?[hq]", _span),
    ("NZQVn", "n?[NZQV]na?[hq][U2YW]", _span),
    ("Nn", "n?NqF?a?[U2YW]", _span),
    ("ahqn", "n?a?[hq]F?a?[U2YW]", _span),
    ("ac", "a?cF?[U2YW]", _span),
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
_BY_KIND: dict[str, list[tuple[re.Pattern[str], _Build]]] = {}
for _first, _pattern, _build in _RULES:
    _compiled = re.compile(_pattern)
    for _kind in _first:
        _BY_KIND.setdefault(_kind, []).append((_compiled, _build))

_SKIPPED = "PtRS"
_TOO_LITTLE = ("j", "E")  # 'sat', 'sun', 'night': words with other uses, too weak alone


def _merge(a: _Piece, b: _Piece) -> _Piece | None:
    """What both pieces say together; None where they contradict each other."""
    if (a.clock and b.clock) or (a.span and b.span >= a.span):
        return None
    if a.day and b.day and a.day != b.day and a.weak == b.weak:
        return None
    if a.part and b.part and a.part != b.part and {a.part, b.part} != {"evening", "night"}:
        return None
    day = b if a.day is None or (b.day and a.weak) else a
    clock = a if a.clock else b
    return _Piece(
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


def _finish(piece: _Piece, now: datetime) -> Moment | None:
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


def _fit(
    kinds: str, tokens: Sequence[_Token], at: int, so_far: _Piece, now: datetime
) -> Moment | None:
    """First way to cover the kinds from a position by rules that agree with what came before."""
    for pattern, build in _BY_KIND.get(kinds[at], ()):
        match = pattern.match(kinds, at)
        if match is None:
            continue
        end = match.end()
        piece = build(tokens[at:end], now)
        merged = None if piece is None else _merge(so_far, piece)
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
    tokens = _lex(text)
    if not tokens:
        return None
    kinds = "".join([token.kind for token in tokens])
    if kinds in _TOO_LITTLE or kinds[0] == "n":
        return None
    return _fit(kinds, tokens, 0, _Piece(), now)


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
        return next((end for end in ends if end > start), resolve_datetime(moment, now))
    days = [start.date(), start.date() + timedelta(days=1)]
    ends = [datetime.combine(day, clock, start.tzinfo) for day in days for clock in clocks]
    return next(end for end in ends if end > start)
