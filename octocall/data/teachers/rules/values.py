"""Values for the topics of parameters: real-looking ones from pools, made-up ones, and what documentation gives as an example."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, lru_cache

from octocall.data.teachers.rules.topics import Topic
from octocall.data.teachers.rules.words import lines, pattern, pools, word_set
from octocall.errors import SignatureError
from octocall.types import Anything, Context, Date, DateTime, Duration, Email, Integer, Language, Limited, Number, PhoneNumber, Text, TimeOfDay, suggested
from octocall.types.words import number_words

_EXAMPLE, _NO_EXAMPLE = pattern("example"), pattern("no_example")
_FORMATS = tuple(
    (re.compile(told, re.I), form)
    for told, form in (
        (r"YYYY-MM-DD[T ]", "%Y-%m-%dT%H:%M:%SZ"),
        (r"YYYY-?MM-?DD|ISO ?8601|RFC ?3339", "%Y-%m-%d"),
        (r"MM/DD/YYYY", "%m/%d/%Y"),
        (r"DD/MM/YYYY", "%d/%m/%Y"),
        (r"DD[.-]MM[.-]YYYY", "%d-%m-%Y"),
    )
)
_EXACT = word_set("exact")
_UNIX = re.compile(r"\bunix\b|\bepoch\b|\btimestamp\b", re.I)
_MADE_UP = "abcdefghijklmnoprstuvwz"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_STRANGE = 0.05
"""How often a made-up word stands in for a real one, so that copying is learned."""
_SHARED_EXAMPLE = 0.15


def pick(name: str, rng: random.Random) -> str:
    """A value of a pool. Raises KeyError."""
    return rng.choice(pools()[name])


def person(rng: random.Random) -> str:
    """A name of one or two words."""
    return pick("first", rng) if rng.random() < 0.15 else f"{pick('first', rng)} {pick('last', rng)}"


def spelled(value: float, rng: random.Random, least: float = float("-inf")) -> str:
    """A number as people write it."""
    if value != int(value):
        return f"{value:.10g}"
    whole = int(value)
    draw = rng.random()
    if 0 <= whole <= 100 and draw < 0.1:
        return number_words(whole)
    return f"{whole:,}" if whole >= 1000 and draw < 0.2 else str(whole)


def identifier(topic: Topic, rng: random.Random) -> str:
    """An id as systems write them: numbers, UUIDs, words and digits."""
    told = f"{topic.parameter.name} {topic.parameter.description}".lower()
    if "uuid" in told or "guid" in told:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    if re.search(r"\bsid\b", told) or topic.parameter.name.endswith("Sid"):
        return rng.choice(("AC", "SM", "CA", "PN", "IS", "MG", "ZS")) + f"{rng.getrandbits(128):032x}"
    draw = rng.random()
    if draw < 0.4:
        return str(rng.randrange(1, 10 ** rng.choice((2, 3, 3, 4, 4, 5, 5, 6, 8, 10))))
    if draw < 0.5:
        return f"{rng.getrandbits(rng.choice((24, 32, 48, 96))):x}"
    if draw < 0.56:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    letters = "".join(part[:1] for part in (topic.concept or "x").split()) + rng.choice("abcdefghkmnprstw")
    stem = rng.choice((letters, (topic.concept or "item").split()[-1][:4], (topic.concept or "item").split()[-1][:3]))
    number = rng.randrange(1, 10 ** rng.choice((2, 3, 4, 5)))
    forms = [f"{stem.upper()}-{number}", f"{stem}_{number}", f"{stem}-{number}", f"{stem.upper()}{number:04d}", f"{stem}{number}",
             f"{stem}_{''.join(rng.choices('abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789', k=rng.choice((6, 8, 12, 16))))}",
             "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=rng.choice((5, 6, 8)))),
             "".join(rng.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=rng.choice((11, 17, 20, 22)))),
             f"{rng.randrange(10, 99)}-{rng.randrange(100, 9999)}", f"{pick('name', rng).lower().replace(' ', '-')}-{number % 100}"]  # fmt: skip
    return rng.choice(forms)


def made_up(rng: random.Random) -> str:
    """One or two words that mean nothing."""
    words = ["".join(rng.choices(_MADE_UP, k=rng.randint(3, 8))) for _ in range(rng.choice((1, 1, 1, 2)))]
    return " ".join(word.title() if rng.random() < 0.5 else word for word in words)


@lru_cache(100_000)
def examples(description: str) -> tuple[str, ...]:
    """What a description gives as examples."""
    found = [match.strip() for match in _EXAMPLE.findall(description)]
    return tuple(value for value in found if 1 < len(value) < 32 and not _NO_EXAMPLE.search(value))


def text_of(topic: Topic, rng: random.Random, context: Context) -> str | None:
    """A value in the words of a request; None where none can be made."""
    kind = topic.type
    inner = kind.of if isinstance(kind, Limited) else kind
    if isinstance(inner, Email | PhoneNumber | Language | TimeOfDay):
        return kind.sample(rng, context).text
    if isinstance(inner, Date | DateTime):
        return _day(topic, rng, context) if isinstance(inner, Date) and rng.random() < 0.5 else kind.sample(rng, context).text
    if isinstance(inner, Duration):
        return kind.sample(rng, context).text
    if isinstance(inner, Integer | Number):
        return _number(topic, inner, rng)
    if not isinstance(inner, Text | Anything):
        return None
    if isinstance(kind, Limited):
        return _limited(topic, kind, rng, context)
    return _plain(topic, rng, context)


def _limited(topic: Topic, kind: Limited, rng: random.Random, context: Context) -> str | None:
    if "0-9a-fA-F" in kind.pattern and "{8}" in kind.pattern:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    for _ in range(4):
        text = _plain(topic, rng, context)
        if kind.parse(text, context) is not None:
            return text
    try:
        text = kind.sample(rng, context).text
    except SignatureError:
        return None
    return text if len(text) < 48 and re.fullmatch(r"[\w.:/@+\- ]+", text) and not re.search(r"\s\s|^\s|\s$", text) else None


def _day(topic: Topic, rng: random.Random, context: Context) -> str:
    """A day in figures, where the documentation asks for them or people like to."""
    day = context.now + timedelta(days=rng.randint(-400, 400)) if topic.sort != "birthday" else datetime(1950, 1, 1) + timedelta(days=rng.randrange(22000))
    form = next((form for pattern, form in _FORMATS if pattern.search(topic.parameter.description)), "%Y-%m-%d")
    return day.strftime(form)


@cache
def _likely() -> dict[str, tuple[int, ...]]:
    """Class to likely whole numbers."""
    found = {}
    for line in lines("figures"):
        sort, _, told = line.partition(":")
        ranges = [part.partition("-") for part in told.split()]
        found[sort] = tuple(number for low, _, high in ranges for number in range(int(low), int(high or low) + 1))
    return found


def _number(topic: Topic, kind: Integer | Number, rng: random.Random) -> str | None:
    """A number of the size that its topic suggests, inside the bounds."""
    for _ in range(6):
        value = _figure(topic, kind, rng)
        if kind.least <= value <= kind.most:
            if topic.sort in ("year", "season", "id", "index") or (topic.sort == "number" and value > 10**6):
                return str(int(value)) if value == int(value) else f"{value:.10g}"
            return spelled(value, rng)
    least, most = max(kind.least, -1000), min(kind.most, max(1000, kind.least + 100))
    if least > most:
        return None
    value = rng.randint(int(least + 0.999), int(most)) if int(least + 0.999) <= int(most) else round(rng.uniform(least, most), 3)
    return spelled(value, rng) if kind.least <= value <= kind.most else None


def _figure(topic: Topic, kind: Integer | Number, rng: random.Random) -> float:
    sort, exact = topic.sort, isinstance(kind, Integer)
    told = topic.parameter.description
    if sort == "id":
        return rng.randrange(1, 10 ** rng.choice((2, 3, 4, 4, 5, 5, 6, 7, 9)))
    if sort in ("latitude", "longitude"):
        return round(rng.uniform(-90, 90) * (2 if sort == "longitude" else 1), rng.choice((2, 4, 4, 5))) if not exact else rng.randint(-80, 80)
    if _UNIX.search(told) and exact and not topic.unit.startswith(("minute", "hour", "day")):
        return rng.randrange(1_500_000_000, 1_790_000_000)
    if sort == "amount":
        value = rng.choice((rng.randrange(1, 100), rng.randrange(10, 1000), rng.randrange(1, 100) * 100, rng.randrange(1, 60) * 1000))
        return value if exact or rng.random() < 0.4 else value + rng.choice((0.5, 0.99, 0.95, 0.25, 0.49, 0.9))
    if sort == "percent" and not exact:
        return rng.choice((rng.randrange(1, 100), rng.randrange(1, 30) + rng.choice((0.5, 0.25, 0.75, 0.1)), round(rng.random(), 2)))
    if kind.most <= 1 and not exact:
        return round(rng.uniform(max(0, kind.least), 1), rng.choice((1, 2, 2)))
    table = _likely().get(sort)
    if table and rng.random() < 0.85:
        value = rng.choice(table)
        return (
            value if exact or rng.random() < 0.6 or sort in ("year", "limit", "page", "month", "week", "season") else value + rng.choice((0.5, 0.25, 0.75, 0.2, 0.8))
        )
    value = rng.randrange(1, 10 ** rng.choice((1, 2, 2, 3, 3, 4)))
    if sort == "year":
        return rng.randrange(1900, 2030)
    value = -value if rng.random() < 0.03 and sort == "number" else value
    return value if exact or rng.random() < 0.5 else value + rng.choice((0.5, 0.25, 0.75, 0.1, 0.8, 0.05))


def _plain(topic: Topic, rng: random.Random, context: Context) -> str:
    """A text of the topic's class."""
    sort, told = topic.sort, topic.parameter.description
    words = tuple(word for word in suggested(topic.type, told) if not re.search(r"[][\\^$*+?|{}<>]", word))
    if words and rng.random() < 0.8:
        return rng.choice(words)
    shown = examples(told)
    if shown and rng.random() < (0.5 if sort in ("free", "name", "code") else _SHARED_EXAMPLE) and not topic.several:
        return rng.choice(shown)
    if sort in ("date", "startdate", "enddate", "moment", "startmoment", "endmoment", "birthday"):
        if _UNIX.search(told):
            return str(rng.randrange(1_500_000_000, 1_790_000_000))
        return _day(topic, rng, context)
    made = _MAKERS.get(sort)
    if made:
        return made(topic, rng)
    if rng.random() < _STRANGE and sort not in _EXACT:
        return made_up(rng)
    if topic.pools and topic.pools[0] in pools():
        return pick(rng.choice([topic.pools[0], *topic.pools]), rng)
    return pick(rng.choice(("name", "name", "code", "title", "tag")), rng)


def _email(topic: Topic, rng: random.Random) -> str:
    return Email().sample(rng, Context(datetime(2026, 1, 1))).value  # type: ignore[no-any-return]


def _phone(topic: Topic, rng: random.Random) -> str:
    return PhoneNumber().sample(rng, Context(datetime(2026, 1, 1))).text


def _clock(topic: Topic, rng: random.Random) -> str:
    return f"{rng.randrange(24):02d}:{rng.choice((0, 0, 15, 30, 45)):02d}"


def _coordinate(topic: Topic, rng: random.Random) -> str:
    return f"{rng.uniform(-60, 70):.{rng.choice((2, 4))}f},{rng.uniform(-170, 170):.4f}" if topic.sort == "coordinates" else f"{rng.uniform(-80, 80):.4f}"


def _small(topic: Topic, rng: random.Random) -> str:
    table = _likely().get(topic.sort) or _likely()["index"]
    return str(rng.choice(table))


def _named(topic: Topic, rng: random.Random) -> str:
    draw = rng.random()
    if draw < _STRANGE * 2:
        return made_up(rng)
    return pick("name", rng) if draw < 0.6 else pick("title", rng) if draw < 0.9 else person(rng)


def _user(topic: Topic, rng: random.Random) -> str:
    return pick("username", rng) if rng.random() < 0.65 else pick("first", rng).lower() + str(rng.randrange(100))


def _slug(topic: Topic, rng: random.Random) -> str:
    return re.sub(r"[^a-z\d]+", "-", pick(rng.choice(("title", "product", "name", "topic")), rng).lower()).strip("-")


def _amount(topic: Topic, rng: random.Random) -> str:
    return f"{rng.randrange(1, 2000)}{rng.choice(('', '.50', '.99', '.00'))}"


def _person(topic: Topic, rng: random.Random) -> str:
    return person(rng)


def _month(topic: Topic, rng: random.Random) -> str:
    return rng.choice(_MONTHS) if rng.random() < 0.6 else str(rng.randint(1, 12))


_MAKERS: dict[str, Callable[[Topic, random.Random], str]] = {
    "id": identifier,
    "email": _email,
    "phone": _phone,
    "person": _person,
    "username": _user,
    "slug": _slug,
    "amount": _amount,
    "month": _month,
    **dict.fromkeys(("name", "title"), _named),
    **dict.fromkeys(("time", "starttime", "endtime"), _clock),
    **dict.fromkeys(("coordinates", "latitude", "longitude"), _coordinate),
    **dict.fromkeys(word_set("figures") - {"amount", "month", "latitude", "longitude"}, _small),
}
