"""English number words, read and written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]

UNITS: dict[str, int] = {word: n for n, word in enumerate(_UNITS, 1)}
SMALL: dict[str, int] = UNITS | {word: n for n, word in enumerate(_TEENS, 10)}
TENS: dict[str, int] = {word: n * 10 for n, word in enumerate(_TENS, 2)} | {"fourty": 40}
SCALES: dict[str, int] = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
ORDINALS: dict[str, int] = {word: n for n, word in enumerate(_ORDINALS, 1)} | {"thirtieth": 30}
NUMBER_STARTS: frozenset[str] = frozenset({"a", "zero"} | SMALL.keys() | TENS.keys())

_FRACTIONS = {"half": 0.5, "quarter": 0.25, "quarters": 0.25, "third": 1 / 3, "thirds": 1 / 3}
_DIGITS = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|[-+]?\.[0-9]+")
_THOUSANDS = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?)k")
_VULGAR = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_MIXED = re.compile(r"([-+]?)([0-9]*)\s*([½¼¾])")
_COUNTS = {"once": 1, "twice": 2, "thrice": 3, "a couple": 2, "half a dozen": 6, "a dozen": 12, "two dozen": 24, "three dozen": 36}
_SEPARATOR = re.compile(r"[\s-]+")
_MONEY = "£€¥₹$"
_SIGNS = str.maketrans("−", "-", _MONEY)
_BEGINS = re.compile(rf"\s*(?:[-−+.0-9½¼¾{_MONEY}]|(?:{'|'.join((*NUMBER_STARTS, 'minus', 'negative', 'once', 'twice', 'thrice', 'half'))})(?![a-z]))", re.I)


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int] | None:
    if at >= len(words):
        return None
    word = words[at]
    if word in SMALL:
        return SMALL[word], at + 1
    if word not in TENS:
        return None
    unit = UNITS.get(words[at + 1], 0) if at + 1 < len(words) else 0
    return TENS[word] + unit, at + (2 if unit else 1)


def _after_scale(words: Sequence[str], at: int) -> int:
    """Skip an 'and' that more number words follow."""
    follows = at + 1 < len(words) and words[at] == "and" and words[at + 1] in NUMBER_STARTS
    return at + 1 if follows and words[at + 1] not in ("a", "zero") else at


def read_number(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """Read the longest whole number in words from a position; give it and the next position."""
    if at < len(words) and words[at] == "zero":
        return 0, at + 1
    article = at + 1 < len(words) and words[at] == "a" and words[at + 1] in SCALES
    head = (1, at + 1) if article else _below_hundred(words, at)
    if head is None:
        return None
    value, at = head
    for scale, factor in SCALES.items():
        if at >= len(words) or words[at] != scale:
            continue
        value, at = value * factor, at + 1
        rest_at = _after_scale(words, at)
        rest = _below_hundred(words, rest_at) if factor == 100 else read_number(words, rest_at)
        if rest is not None and 0 < rest[0] < factor:
            value, at = value + rest[0], rest[1]
    return value, at


def _decimals(words: Sequence[str], at: int) -> float | None:
    """Value of the words after 'point': a number below a hundred or digits one by one."""
    whole = _below_hundred(words, at)
    if whole is not None and whole[1] == len(words):
        return float(f"0.{whole[0]}")
    digits = [str({"zero": 0, "oh": 0, **UNITS}.get(word, "x")) for word in words[at:]]
    text = "".join(digits)
    return float(f"0.{text}") if text.isdigit() else None


def _tail(words: Sequence[str], at: int) -> float | None:
    """What follows a whole number: nothing, 'point ...', 'and a half', 'and half', 'and three quarters'."""
    rest = list(words[at:])
    if not rest:
        return 0.0
    if rest[0] == "point":
        return _decimals(rest, 1)
    if rest[0] not in ("and", "n", "&") or rest[-1] not in _FRACTIONS or len(rest) > 3:
        return None
    if len(rest) == 2:
        return 0.5 if rest[1] == "half" else None
    count = 1 if rest[1] in ("a", "an") else UNITS.get(rest[1])
    return None if count is None else count * _FRACTIONS[rest[-1]]


_MAX_CHARS = 100
"""Longer texts are no numbers."""


@lru_cache(4096)
def parse_number(text: str) -> float | None:
    """Value of digits or number words; None where the whole text is not clearly a number."""
    if not _BEGINS.match(text):
        return None
    text = text.translate(_SIGNS).strip().lower()
    if len(text) > _MAX_CHARS:
        return None
    if match := _THOUSANDS.fullmatch(text):
        return round(1000 * float(match[1]), 6)
    if _DIGITS.fullmatch(text):
        return float(text.replace(",", ""))
    if text in _COUNTS:
        return float(_COUNTS[text])
    if match := _MIXED.fullmatch(text):
        return (-1 if match[1] == "-" else 1) * (int(match[2] or 0) + _VULGAR[match[3]])
    words = [word for word in _SEPARATOR.split(text) if word]
    sign = -1.0 if words and words[0] in ("minus", "negative") else 1.0
    words = words[1:] if sign < 0 else words
    if not words:
        return None
    if len(words) == 2 and words[0] in UNITS and words[1] in _FRACTIONS:
        return sign * UNITS[words[0]] * _FRACTIONS[words[1]]
    if _DIGITS.fullmatch(words[0]):
        head: tuple[float, int] | None = (float(words[0].replace(",", "")), 1)
        if len(words) > 1 and words[1] in SCALES and head is not None:
            head = (head[0] * SCALES[words[1]], 2)
    else:
        head = read_number(words, 0)
    tail = None if head is None else _tail(words, head[1])
    return None if head is None or tail is None else sign * (head[0] + tail)


def number_words(n: int) -> str:
    """Write 0..9999 in words: 72 is 'seventy-two', 105 'one hundred and five'."""
    if not 0 <= n <= 9999:
        raise ValueError(f"no words for {n}: only 0..9999")
    if n == 0:
        return "zero"
    if n < 20:
        return (_UNITS + _TEENS)[n - 1]
    if n < 100:
        ten, unit = divmod(n, 10)
        return _TENS[ten - 2] + (f"-{_UNITS[unit - 1]}" if unit else "")
    scale, name = (1000, "thousand") if n >= 1000 else (100, "hundred")
    head, rest = divmod(n, scale)
    joint = " and " if rest < 100 else " "
    return f"{number_words(head)} {name}" + (joint + number_words(rest) if rest else "")


def ordinal_words(n: int) -> str:
    """Write 1..31 as an ordinal: 5 is 'fifth', 25 'twenty-fifth'."""
    if not 1 <= n <= 31:
        raise ValueError(f"no ordinal for {n}: only 1..31")
    if n <= 20:
        return _ORDINALS[n - 1]
    if n == 30:
        return "thirtieth"
    return f"{_TENS[n // 10 - 2]}-{_ORDINALS[n % 10 - 1]}"
