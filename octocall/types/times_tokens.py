"""The words of time expressions as tokens, each with a one-letter kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from octocall.types.words import NUMBER_STARTS, ORDINALS, TENS, UNITS, read_number

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
DAY_SECONDS = 86400

_MAX_TOKENS = 16


class Token(NamedTuple):
    """A word or number: its kind, its value where it has one, and its text."""

    kind: str
    number: int
    text: str


_PLAIN = {
    "": "about around approximately approx roughly exactly precisely sharp ish ~",
    "P": "at on by for until @",
    "t": "to till til before",
    "p": "past after",
    "R": "from",
    "I": "in within",
    "S": "this coming",
    "x": "next",
    "l": "last",
    "b": "ago",
    "w": "now",
    "a": "a an",
    "L": "the",
    "F": "of",
    "n": "and n nd &",
    "c": "couple",
    "h": "half",
    "q": "quarter quarters",
    "K": "oclock",
    "E": "morning afternoon evening night",
    "T": "tonight tonite 2nite 2night",
    "2": "second",
    "~": "time",
}
_VALUED: dict[str, dict[str, int]] = {
    "M": {"am": 0, "pm": 12},
    "X": {"noon": 12, "midday": 12, "midnight": 0},
    "U": {
        **dict.fromkeys(["hour", "hours", "hr", "hrs", "h"], 3600),
        **dict.fromkeys(["minute", "minutes", "min", "mins", "m"], 60),
        **dict.fromkeys(["seconds", "sec", "secs", "s"], 1),
    },
    "Y": {"day": DAY_SECONDS, "days": DAY_SECONDS},
    "W": dict.fromkeys(["week", "weeks", "wk", "wks"], 7 * DAY_SECONDS),
    "D": {
        "today": 0,
        "2day": 0,
        "yesterday": -1,
        **dict.fromkeys(["tomorrow", "tomorow", "tommorow", "tommorrow", "tmrw", "tmr", "tmw", "tmrrw", "2moro", "2morrow"], 1),
    },
    "A": {
        **{name.lower(): n for n, name in enumerate(WEEKDAYS)},
        **{"mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4},
    },
    "j": {"sat": 5, "sun": 6},
    "B": {
        **{name.lower(): n for n, name in enumerate(MONTHS, 1)},
        **{name[:3].lower(): n for n, name in enumerate(MONTHS, 1)},
        "sept": 9,
    },
    "e": {word: n for word, n in ORDINALS.items() if word != "second"},
}
_LEXICON = {word: Token(kind, {"second": 2}.get(word, 0), word) for kind, words in _PLAIN.items() for word in words.split()} | {
    word: Token(kind, number, word) for kind, numbers in _VALUED.items() for word, number in numbers.items()
}
_LEXICON[""] = _LEXICON["ish"]
_LEXICON |= {short: _LEXICON[word] for short, word in {"mornin": "morning", "morn": "morning", "evenin": "evening", "eve": "evening", "nite": "night"}.items()}

_TOKEN = re.compile(
    r"2nite|2night|2moro|2morrow|2day"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}t?(?![a-z])"
    r"|[0-9]{1,4}/[0-9]{1,2}(?:/[0-9]{1,4})?"
    r"|[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4}|[0-9]{2})(?![0-9])"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
    r"|[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])"
    r"|[0-9]+\.[0-9]+"
    r"|[0-9]+(?:st|nd|rd|th)(?![a-z])"
    r"|[0-9]+"
    r"|o ?'? ?clock"
    r"|[ap]\.? ?m(?![a-z])\.?"
    r"|[a-z]+"
    # Kept between numbers, so that a range is not read as an hour and a minute.
    r"|(?<=[0-9])[-–](?=\s*[0-9])|(?<=[0-9]\s)[-–](?=\s*[0-9])"
    r"|[^\s,;.!?'\"…–-]"
)
_INNER = str.maketrans("", "", ". '")


def _digit_token(text: str) -> Token | None:
    if "-" in text or "/" in text or text.count(".") == 2:
        return Token("G", 0, text)
    if ":" in text:
        return Token("C", 0, text)
    if "," in text:
        return Token("V", int(text.replace(",", "")), text)
    if "." in text:
        return Token("f", 0, text)
    if text[-1] > "9":
        return Token("o", int(text[:-2]), text) if len(text) <= 4 else None
    if len(text) <= 2:
        return Token("Z" if text[0] == "0" and len(text) == 2 else "N", int(text), text)
    return Token("Q" if len(text) <= 4 else "V", int(text), text) if len(text) <= 5 else None


def _word_number(raw: Sequence[str], at: int) -> tuple[Token, int] | None:
    """A number in words as one token: cardinal, decimal, two-word ordinal or 'oh five'."""
    word = raw[at]
    after = raw[at + 1] if at + 1 < len(raw) else ""
    if word in ("oh", "o", "zero") and after in UNITS:
        return Token("Z", UNITS[after], after), at + 2
    if word in TENS and ORDINALS.get(after, 10) < 10:
        return Token("e", TENS[word] + ORDINALS[after], after), at + 2
    found = read_number(raw, at)
    if found is None:
        return None
    value, end = found
    if end + 1 < len(raw) and raw[end] == "point":
        decimals = read_number(raw, end + 1)
        if decimals is not None:
            return Token("f", 0, f"{value}.{decimals[0]}"), decimals[1]
    return Token("N" if value < 100 else "V", value, str(value)), end


def lex(text: str) -> list[Token] | None:
    """Tokens of a text, without fillers; None where a word has no place in a time expression."""
    text = text.lower().replace("’", "'").replace("'s time", " time")
    raw: list[str] = _TOKEN.findall(text)
    if not raw or len(raw) > _MAX_TOKENS:
        return None
    if "ish" in text:
        raw = [word.removesuffix("ish") for word in raw]
    tokens: list[Token] = []
    at = 0
    while at < len(raw):
        word = raw[at]
        token: Token | None
        if "0" <= word[:1] <= "9" and word not in _LEXICON:
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
