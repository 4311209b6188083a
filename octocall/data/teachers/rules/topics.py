"""What a parameter is about, read from its name, type and description: its class, its label, the noun it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from octocall.data.teachers.rules.meaning import Meaning
from octocall.data.teachers.rules.words import lines, name_words, singular, word_set
from octocall.function import Parameter
from octocall.types import Boolean, Choice, Date, DateTime, Duration, Email, Integer, Language, Limited, List, Number, PhoneNumber, Record, TimeOfDay, Type

_IDENTIFIERS = word_set("identifiers")
_UNIT = re.compile(
    r"\b(?:in|as|number of|unit is|unit:|units?:) (?:the )?(milliseconds|ms|seconds|minutes|hours|days|weeks|months|years|meters|metres|kilometers|kilometres|km|miles|feet|inches|cm"
    r"|centimeters|mm|millimeters|kg|kilograms|grams|pounds|lbs|liters|percent|pixels|px|bytes|megabytes|mb|gb|degrees|celsius|fahrenheit|cents|dollars|usd|euros|watts|volts|points)\b", re.I
)  # fmt: skip
_OF = re.compile(
    r"^(?:(?:the|a|an|unique|numeric|internal|string|integer|uuid|database|global|public|primary|full|display|valid|required|your|alphanumeric|external) )*"
    r"(?:ids?|uuids?|guids?|sids?|identifiers?|names?|keys?|slugs?|codes?|key/id|id or \w+|\w+ or id|number|numbers|title|label) (?:(?:string|value)s? )?(?:of|for|identifying) "
    r"(?:(?:the|a|an|this|that|your|each|specific|given|existing|one|desired|target|selected) )*([A-Za-z][A-Za-z]+(?:[ -][A-Za-z]+){0,2}?)(?: (?:to|that|which|you|in|of|on|for|from|whose|being|is|are|or|and|this|with|"
    r"resource|object|instance|where|as|within|when|we)\b|[^\w -]|$)", re.I
)  # fmt: skip
_BEFORE = re.compile(
    r"^(?:(?:the|a|an|unique|numeric|id of|valid|your|specific|internal|optional|required) )*([A-Za-z]+(?: [A-Za-z]+)?)(?:'s)? (?:unique )?(?:ids?|uuid|guid|sid|identifier)\b",
    re.I,
)
_CALLED = re.compile(
    r"^(?:(?:the|a|an|your|optional|this|specify|enter|provide|required|specifies|indicates|number of) )*([A-Za-z][A-Za-z]+(?: [A-Za-z]+){0,2}?)(?= (?:of|to|for|in|on|by|that|which|is|are|you|from|used|as|with|at|where|"
    r"will|can|must|should|must|and|or|the|has|being)\b|[^\w ]|$)", re.I
)  # fmt: skip
_USELESS = word_set("useless")
_FIXED: tuple[tuple[type[Type], str], ...] = (
    (Email, "email"), (PhoneNumber, "phone"), (Language, "language"), (DateTime, "moment"), (Date, "date"), (TimeOfDay, "time"), (Duration, "duration"),
)  # fmt: skip
_STARTS = word_set("starts")
_ENDS = word_set("ends")
_NOT_CITY = re.compile(
    r"\b(?:url|uri|file|path|folder|aws|azure|bucket|azure|gcp|cloud|header|datacenter|data center|path|redirect|storage|memory|heap|resource)\b", re.I
)


@dataclass(frozen=True)
class Topic:
    """One parameter as something to talk about.

    ``sort`` is a class of the lexicon or one of id, choice, boolean, amount-like and text ones; ``label`` what people call
    it; ``concept`` the noun an id or a name belongs to; ``ways`` how a value is said without its label.
    """

    parameter: Parameter
    sort: str
    label: str
    concept: str = ""
    ways: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    unit: str = ""
    several: bool = False

    @property
    def name(self) -> str:
        return self.parameter.name

    @property
    def type(self) -> Type:
        """The type of one value: of the items where there are several."""
        kind = self.parameter.type
        return kind.item if isinstance(kind, List) else kind


@cache
def _classes() -> dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    """Class to pools, endings of names, and ways."""
    found = {}
    for line in lines("classes"):
        head, names, ways = (part.strip() for part in line.split(";"))
        sort, _, makers = head.partition(":")
        said = tuple(way.strip() for way in ways.split("|") if way.strip() != "-")
        found[sort] = (tuple(makers.split()), tuple(name.strip() for name in names.split(",")), said)
    return found


@cache
def _endings() -> dict[str, str]:
    """Ending of a name to class; of several classes the first one has it."""
    found: dict[str, str] = {}
    for sort, (_, names, _) in _classes().items():
        for name in names:
            found.setdefault(name, sort)
    return found


@cache
def _junk() -> re.Pattern[str]:
    return re.compile("|".join(line for line in lines("junk")))


def is_junk(name: str) -> bool:
    """Whether an optional parameter of this name is something no one asks for."""
    return _junk().fullmatch(re.sub(r"[^a-z]", "", name.lower())) is not None


def sort_of(words: tuple[str, ...], description: str) -> str:
    """The class of a name's words: its longest known ending; empty where none is known."""
    low = [word.lower() for word in words]
    for size in range(min(3, len(low)), 0, -1):
        ending = " ".join(low[-size:])
        for form in (ending, " ".join([*low[-size:-1], singular(low[-1])])):
            if form in _endings() and (
                size == len(low) or form not in ("from", "to", "end", "start", "on", "by", "in", "first", "max", "top", "number", "before", "after", "where")
            ):
                return _endings()[form]
    return ""


@lru_cache(400_000)
def topic(parameter: Parameter, about: Meaning) -> Topic | None:
    """The topic of a parameter; None where nobody could say a value of it."""
    kind, several = parameter.type, isinstance(parameter.type, List)
    inner = parameter.type.item if isinstance(parameter.type, List) else parameter.type
    if isinstance(inner, Record | List) or (isinstance(kind, List) and kind.least > 4):
        return None
    words = name_words(parameter.original or parameter.name)
    if not words:
        return None
    description = parameter.description
    base = inner.of if isinstance(inner, Limited) else inner
    unit = match[1].lower() if (match := _UNIT.search(description)) else ""
    if isinstance(base, Boolean):
        return Topic(parameter, "boolean", _label(words), several=several)
    if len(words) > 1 and words[0].lower() in _IDENTIFIERS and words[-1].lower() not in _IDENTIFIERS:
        words = (*words[1:], words[0])
    if words[-1].lower() in _IDENTIFIERS and not isinstance(base, Choice):
        return _identified(parameter, words, about, several)
    label = _readable(words, description)
    if not label:
        return None
    if isinstance(base, Choice):
        return Topic(parameter, "choice", label, several=several) if len(base.choices) > 1 or parameter.required else None
    sort = sort_of(words, description)
    sort = _typed_sort(base, sort, words, label, description)
    if sort in ("name", "title") and len(words) > 1:
        sort = (
            sort_of((*words[:-1],), description)
            if sort_of((*words[:-1],), description) in ("city", "country", "team", "company", "product", "repo", "folder", "event", "room")
            else sort
        )
    owned = words[-1].lower() in ("name", "number", "code", "key", "slug", "title") and label.lower() not in _endings()
    concept = " ".join(words[:-1]).lower() if owned or (len(words) == 1 and sort in ("name", "slug", "code", "title")) else label.lower()
    if not concept and words[-1].lower() in ("name", "slug", "code", "key", "number"):
        concept = _concept(description, about)
    pools, _, ways = _classes().get(sort, ((), (), ()))
    return Topic(parameter, sort, label, concept, ways, pools, unit, several)


def _typed_sort(base: Type, sort: str, words: tuple[str, ...], label: str, description: str) -> str:
    """The class that fits the type: numbers are no places, dates are dates."""
    low = {word.lower() for word in words}
    for kind, fixed in _FIXED:
        if isinstance(base, kind):
            if fixed in ("date", "moment"):
                side = "start" if low & _STARTS else "end" if low & _ENDS else ""
                return f"{side}{fixed}" if side and sort != "birthday" else "birthday" if sort == "birthday" and fixed == "date" else fixed
            return fixed
    if isinstance(base, Integer | Number):
        numeric = (
            "limit",
            "offset",
            "page",
            "quantity",
            "amount",
            "percent",
            "distance",
            "duration",
            "size",
            "age",
            "rating",
            "index",
            "year",
            "season",
            "month",
            "week",
            "latitude",
            "longitude",
        )
        return sort if sort in numeric else "number"
    if sort in ("limit", "offset", "page", "quantity", "duration", "size", "age", "index", "distance"):
        return sort
    if sort in ("city", "location", "region") and _NOT_CITY.search(description):
        return "name" if sort != "region" else sort
    if not sort:
        return _told_sort(description, label)
    if sort in ("startdate", "enddate") and not _DATED.search(f"{description} {' '.join(words[:-1])} {words[-1] if len(words) > 1 else ''}"):
        return "free"  # "from" and "to" of a message are no dates
    if sort in _WEAK:
        first = description.split(". ")[0]
        return next((told for pattern, told in _TOLD[:6] if pattern.search(first) and not (told == "url" and sort in ("image", "domain"))), sort)
    return sort


_DATED = re.compile(r"date|time|day|timestamp|month|year|period|when|since|until|expir|created|updated|check", re.I)
_WEAK = word_set("weak")


_TOLD = (
    (re.compile(r"\burl\b|\buri\b|https?://", re.I), "url"), (re.compile(r"\be-?mail\b", re.I), "email"), (re.compile(r"\b(?:iso|country) ?code|iso[ -]?3166|two[- ]letter country", re.I), "countrycode"),
    (re.compile(r"\bphone number\b", re.I), "phone"), (re.compile(r"\btime ?zone\b", re.I), "timezone"), (re.compile(r"\bYYYY|\bdate\b.*\bformat\b|\biso ?8601\b|\brfc ?3339\b", re.I), "date"),
    (re.compile(r"\bfile ?name\b", re.I), "file"), (re.compile(r"\bip address\b", re.I), "ip"), (re.compile(r"\bstock symbol\b|\bticker\b", re.I), "symbol"),
    (re.compile(r"\bcurrency\b", re.I), "currency"), (re.compile(r"\bsearch (?:term|query|string|text)\b|\bkeywords?\b", re.I), "query"), (re.compile(r"\bcity\b", re.I), "city"),
    (re.compile(r"\bcountry\b", re.I), "country"), (re.compile(r"\blanguage\b", re.I), "language"), (re.compile(r"\b(?:id|identifier|uuid|guid)\b", re.I), "id"),
    (re.compile(r"\bnames?\b|\btitle\b|\blabel\b", re.I), "name"), (re.compile(r"\bcodes?\b|\bnumber\b", re.I), "code"),
)  # fmt: skip


def _told_sort(description: str, label: str) -> str:
    first = description.split(". ")[0]
    return next((sort for pattern, sort in _TOLD if pattern.search(first)), "free")


def _label(words: tuple[str, ...]) -> str:
    return " ".join(words)


def _readable(words: tuple[str, ...], description: str) -> str:
    """What people call a parameter; empty where its name says nothing and its description neither."""
    label = _label(words)
    if len(words) > 4 or len(label) > 32:
        return ""
    if (
        len(words) == 1
        and len(label) < 4
        and label.lower()
        not in (
            "age",
            "day",
            "tag",
            "url",
            "ip",
            "to",
            "by",
            "sku",
            "vin",
            "dna",
            "zip",
            "sex",
            "key",
            "vat",
            "lat",
            "ids",
            "tax",
            "fee",
            "iso",
            "cc",
            "bcc",
            "dpi",
            "job",
            "bid",
        )
    ):
        match = _CALLED.match(description)
        found = match[1].lower() if match else ""
        return (
            found
            if found and not set(found.split()) & _USELESS and len(found) < 25
            else label
            if len(label) == 1 or label in ("min", "max", "end", "on", "sum", "pin")
            else ""
        )
    if any(not re.fullmatch(r"[A-Za-z][A-Za-z\d]*|\d", word) for word in words) or any(len(word) > 16 for word in words):
        return ""
    return label if re.search(r"[aeiouyAEIOUY]", label) or label.isupper() else ""


def _concept(description: str, about: Meaning) -> str:
    for pattern in (_OF, _BEFORE):
        match = pattern.match(description.strip())
        if match:
            words = [word.lower() for word in match[1].replace("-", " ").split()]
            words = [word for word in words if word not in ("the", "a", "an", "specific", "resource", "valid", "unique")]
            if words and words[-1] not in _USELESS and len(words) <= 3:
                return " ".join([*words[:-1], singular(words[-1])])
    return ""


_ROLES = word_set("roles")
"""Words before "id" that do not say what it is the id of."""


def _identified(parameter: Parameter, words: tuple[str, ...], about: Meaning, several: bool) -> Topic | None:
    """The topic of an id: what it is the id of matters most."""
    concept = " ".join(word for word in words[:-1]).lower()
    if not concept or len(concept) < 3 or concept in _ROLES:
        concept = _concept(parameter.description, about)
    if not concept:
        if about.want in ("list", "search", "create") and about.parts:
            concept = singular(about.parts[0].phrase)
        elif about.want in ("list", "search", "count") or (about.want == "create" and not about.parts):
            return None
        else:
            head, _, last = about.phrase.rpartition(" ")
            concept = f"{head} {singular(last)}".strip()
    words_of = concept.split()
    if len(words_of) > 3 or any(len(word) > 16 for word in words_of):
        return None
    concept = " ".join([*words_of[:-1], singular(words_of[-1])])
    return Topic(parameter, "id", f"{concept} ID", concept, several=several)
