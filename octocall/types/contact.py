"""Ways to reach people: phone numbers and e-mail addresses; and the languages they speak."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, ClassVar

from octocall.grammar import Grammar
from octocall.types.base import Context, Sample, Type
from octocall.types.written import Form, one_of

_DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
    "hundred": "00", "thousand": "000", "plus": "+",
}  # fmt: skip
_TENS = {"twenty": 2, "thirty": 3, "forty": 4, "fifty": 5, "sixty": 6, "seventy": 7, "eighty": 8, "ninety": 9}
_TEENS = {"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19}
_REPEAT = {"double": 2, "triple": 3, "treble": 3}
_FILLER = {"area", "code", "and", "then", "dash", "hyphen", "dot", "point", "space", "number", "uh", "um", "tel"}
_WORD = re.compile(r"[a-z]+|\d+|\+|[^\s]", re.I)
_NUMBER_MARKS = set("()-–—./,:;*")


def spoken_digits(text: str) -> str | None:
    """The digits (and a leading +) that ``text`` spells; None if it says anything else."""
    digits, repeat, tens = "", 1, 0
    for word in _WORD.findall(text.lower()):
        if tens and (word in _DIGITS and len(_DIGITS[word]) == 1 and _DIGITS[word] not in "0+"):
            digits, tens = digits[:-1] + _DIGITS[word], 0
            continue
        tens = 0
        if word.isdecimal() or word == "+":
            part = word
        elif word in _DIGITS:
            part = _DIGITS[word]
        elif word in _TEENS:
            part = str(_TEENS[word])
        elif word in _TENS:
            part, tens = f"{_TENS[word]}0", _TENS[word]
        elif word in _REPEAT:
            repeat = _REPEAT[word]
            continue
        elif word in _FILLER or word in _NUMBER_MARKS:
            continue
        else:
            return None
        digits, repeat = digits + part * repeat, 1
    return digits if any(c.isdecimal() for c in digits) else None


_E164 = re.compile(r"\+[1-9]\d{4,14}")


@lru_cache(4096)
def _e164(digits: str, region: str) -> str | None:
    import phonenumbers  # loaded late: its metadata take 60 ms

    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    written = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return written if _E164.fullmatch(written) else None


@dataclass(frozen=True)
class PhoneNumber(Type):
    """A phone number as E.164; without a country code it is of the caller's region."""

    joins: ClassVar[int] = 3
    canonical: ClassVar[str] = r"\+[1-9][0-9]{4,14}"

    def parse(self, text: str, context: Context) -> str | None:
        digits = spoken_digits(text)
        if digits is None or len(digits) < 5 or digits.rfind("+") > 0:
            return None
        return _e164(digits, context.region)

    def part(self, text: str, context: Context) -> bool:
        return spoken_digits(text) is not None

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not _E164.fullmatch(value):
            raise self._refuse(value, "a phone number in E.164 form such as +14155550199")
        return value

    def sample(self, rng: random.Random, context: Context) -> Sample:
        from octocall.types.contact_sample import sample_phone_number

        return sample_phone_number(rng)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "phone", "pattern": f"^{_E164.pattern}$"}


_EMAIL = re.compile(r"[\w.+\-']+@[\w\-]+(?:\.[\w\-]+)*\.[^\W\d_]{2,}", re.UNICODE)
_DOT = re.compile(r"\bdot\b", re.I)
_SPOKEN = ((re.compile(r"\s+(?:at|\(at\)|\[at\])\s+", re.I), "@"), (re.compile(r"\s+(?:dot|\(dot\))\s+", re.I), "."),
           (re.compile(r"\s+underscore\s+", re.I), "_"), (re.compile(r"\s+(?:dash|hyphen|minus)\s+", re.I), "-"),
           (re.compile(r"\s+plus\s+", re.I), "+"))  # fmt: skip


@dataclass(frozen=True)
class Email(Type):
    """An e-mail address, written or spoken ("jo dot li at example dot com"). Text models write those of ASCII alone."""

    canonical: ClassVar[str] = r"[\w.+\-']+@[\w\-]+(\.[\w\-]+)*\.[A-Za-z]{2,}"

    def parse(self, text: str, context: Context) -> str | None:
        text = text.strip().strip("<>()[]\"',;:!?").rstrip(".")
        if not _EMAIL.fullmatch(text):
            name, at, _ = text.lower().partition(" at ")
            if "@" not in text and not (at and (_DOT.search(text) or " " not in name)):
                return None
            for spoken, written in _SPOKEN:
                text = spoken.sub(written, text)
            name, _, host = text.partition("@")
            # only what was spelled with "dot" and "at" may have spaces between its letters
            text = f"{name.replace(' ', '')}@{host.replace(' ', '')}" if len(name.split()) <= 3 else text
        return text if _EMAIL.fullmatch(text) else None

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not _EMAIL.fullmatch(value):
            raise self._refuse(value, "an e-mail address such as jo@example.com")
        return value

    def sample(self, rng: random.Random, context: Context) -> Sample:
        from octocall.types.contact_sample import sample_email

        return sample_email(rng)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "email"}


@cache
def _languages() -> dict[str, str]:
    from babel import Locale  # loaded late: only requests that name a language need it

    names = Locale("en").languages
    table = {name.lower(): code for code, name in names.items() if len(code) == 2 and "(" not in name}
    table |= {str(Locale(code).languages.get(code, "")).lower(): code for code in _OWN_NAMES}
    return table | {"mandarin": "zh", "mandarin chinese": "zh", "castilian": "es", "farsi": "fa", "tagalog": "tl", "brazilian portuguese": "pt",
                    "american english": "en", "british english": "en", "flemish": "nl", "gaelic": "ga"}  # fmt: skip


_OWN_NAMES = ("de", "fr", "es", "it", "pt", "nl", "sv", "da", "fi", "pl", "cs", "tr", "ja", "ko", "ru", "uk", "el", "zh", "ar", "he", "hi")


@dataclass(frozen=True)
class Language(Type):
    """A language by its ISO 639-1 code; requests name it in words."""

    def written(self, form: Form) -> Grammar:
        return one_of(form, sorted(set(_languages().values())))

    def parse(self, text: str, context: Context) -> str | None:
        return _languages().get(text.strip(" .,;!?\"'").lower().removesuffix(" language"))

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or value not in _languages().values():
            raise self._refuse(value, "an ISO 639-1 language code such as en")
        return value

    def render(self, value: Any) -> str:
        return next(name for name, code in _languages().items() if code == value)

    def sample(self, rng: random.Random, context: Context) -> Sample:
        common = ("spanish", "french", "german", "italian", "portuguese", "japanese", "chinese", "korean", "arabic", "russian", "hindi",
                  "dutch", "swedish", "polish", "turkish", "greek", "mandarin", "english", "hebrew", "danish", "finnish", "ukrainian")  # fmt: skip
        rare = sorted(name for name in _languages() if name.isascii() and " " not in name)
        name = rng.choice(common) if rng.random() < 0.7 else rng.choice(rare)
        return Sample(name.title() if rng.random() < 0.8 else name, _languages()[name])

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[a-z]{2}$", "format": "language"}
