"""From lists of web operations to functions worth learning from: short signatures, no repetitions, no API above the others."""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from octocall.data.teachers.rules.meaning import Meaning
from octocall.data.teachers.rules.script import Script, script
from octocall.data.teachers.rules.topics import is_junk
from octocall.data.teachers.rules.words import lines, name_words, pattern, singular
from octocall.function import Function, Parameter
from octocall.types import Anything, Dictionary, Record, Text

_MOST_PARAMETERS = 10
_CREDENTIAL = pattern("credential")
_VENDOR = re.compile(r"[a-z0-9]+")
_COMMON = {"com", "io", "org", "net", "local", "api", "www", "app", "main", "co", "uk", "gov", "dev", "us", "rest", "the", "my", "v1", "v2"}


def unit_share(text: str) -> float:
    """A number from 0 to 1 that hangs on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def vendor(api: str) -> str:
    """Who offers an API: lists from several places name one vendor in several ways."""
    words = [word for word in _VENDOR.findall(api.lower().split("/")[0]) if word not in _COMMON]
    name = words[0] if words else api.lower()
    return re.sub(r"(?:apis?|aws)$", "", name) or name


def api_of(place: str) -> str:
    """The API of an operation's id."""
    return place.rpartition("/")[0] or place


@cache
def _jargon() -> frozenset[str]:
    return frozenset(word for line in lines("jargon") for word in line.split())


@cache
def _everyday() -> frozenset[str]:
    return frozenset(word for line in lines("everyday") for word in line.split())


def quality(found: Script) -> float:
    """How well a function is documented and how likely people are to ask for it."""
    function, about = found.function, found.about
    words = re.findall(r"[a-z]+", f"{function.description} {' '.join(' '.join(name_words(p.name)) for p in function.parameters)}".lower())[:40]
    strange = sum(singular(word) in _jargon() for word in words) / max(1, len(words))
    common = sum(singular(word) in _everyday() for word in {singular(word) for word in words})
    described = sum(bool(p.description) for p in function.parameters) / max(1, len(function.parameters))
    letters = re.sub(r"[^a-z]", "", re.sub(r"\s*\([^()]*\)\s*$", "", function.description.lower()))
    unclear = letters == re.sub(r"[^a-z]", "", " ".join(name_words(function.original or function.name)).lower()) and "_" not in function.name
    value = -0.6 * unclear - 1.2 * ("deprecated" in function.description.lower())
    value += 1.0 + 0.12 * min(common, 6) + 0.6 * described + 0.3 * (len(function.description) > 30) - 8 * strange
    value += 0.4 * any(topic.sort not in ("id", "name", "free", "choice", "boolean") for topic in found.topics)
    value += 0.3 * bool(found.topics) - 0.12 * max(0, len(found.required) - 3) - 0.15 * (len(about.phrase.split()) > 3)
    return value


def weight(found: Script) -> float:
    """How many requests a function gets: the better ones and those that work something out more."""
    value = min(3.0, max(0.3, quality(found) - 0.8))
    return value * (2.5 if found.about.want == "compute" else 1.3 if found.about.want == "search" else 1.0)


def tidy(function: Function, seed: str) -> Function | None:
    """A clean signature: without credentials, records, dictionaries and most of the junk, at most ten parameters.

    None where two parameters mean the same.
    """
    rng = random.Random(f"{seed}-{function.name}")
    kept: list[Parameter] = []
    names = {p.name for p in function.parameters}
    room = _MOST_PARAMETERS - sum(p.required for p in function.parameters)
    for p in function.parameters:
        plain = re.sub(r"[^a-z]", "", (p.original or p.name).lower())
        if re.fullmatch(r".+_\d", p.name) and p.name[:-2] in names:
            if p.required:
                return None  # two values that nobody can tell apart
            continue
        if _CREDENTIAL.fullmatch(plain) and not (plain == "format" and p.required):
            continue
        if p.required:
            kept.append(p)
        elif not isinstance(p.type, Record | Dictionary | Anything) and room > 0 and (not is_junk(p.original or p.name) or rng.random() < 0.06):
            kept.append(p)
            room -= 1
    return replace(function, parameters=tuple(kept))


def renamed(found: Script, seed: str) -> Function:
    """The function under a name as some other developer might have given it, where its own is long or now and then."""
    function, about = found.function, found.about
    rng = random.Random(f"{seed}-name-{function.name}")
    if len(function.name) <= 36 and not function.name.startswith("_") and rng.random() < 0.6:
        return function
    words = [about.verb, *about.phrase.split()]
    if about.parts and rng.random() < 0.5:
        words += [about.parts[0].preposition, *about.parts[0].phrase.split()] if about.parts[0].preposition in ("for", "by", "of", "in", "to", "from") else []
    words = [clean for word in words if (clean := re.sub(r"\W", "", word))]
    style = rng.random()
    name = "_".join(words).lower() if style < 0.5 else words[0].lower() + "".join(word[:1].upper() + word[1:] for word in words[1:])
    return replace(function, name=name, original="") if name.isidentifier() and len(name) <= 48 else function


def sameness(function: Function) -> tuple[str, ...]:
    """Two functions of one key are the same one in two lists."""
    text = re.sub(r"\s*\([^()]*\)\s*$", "", function.description.lower())
    names = sorted(re.sub(r"[^a-z]", "", p.name.lower()) for p in function.parameters if p.required)
    return (re.sub(r"[^a-z]+", " ", text)[:90].strip(), re.sub(r"[^a-z]", "", function.name.lower())[-24:], *names[:4])


def choose(operations: Iterable[tuple[str, Function]], seed: str, most: int, per_api: int = 60, per_vendor: int = 160) -> Iterator[tuple[str, Function]]:
    """The best operations, few enough of each API and of each vendor that none sets the tone."""
    best: dict[tuple[str, ...], tuple[float, str, Script]] = {}
    for place, function in operations:
        plain = tidy(function, seed)
        found = script(plain) if plain is not None else None
        if found is None:
            continue
        value = quality(found) + 0.3 * unit_share(seed + place)
        key = sameness(found.function)
        if value > 0.6 and (key not in best or value > best[key][0]):
            best[key] = (value, place, found)
    best = _understood(best)
    by_api: Counter[str] = Counter()
    by_vendor: Counter[str] = Counter()
    by_phrase: Counter[tuple[str, str, str]] = Counter()
    chosen: list[tuple[str, Function]] = []
    for value, place, found in sorted(best.values(), key=lambda row: (-row[0], row[1])):
        api, owner = api_of(place), vendor(place)
        phrase = (owner, found.about.want, found.about.phrase)
        if len(chosen) < most and value > 0.55 and by_api[api] < per_api and by_vendor[owner] < per_vendor and by_phrase[phrase] < 4:
            by_api[api], by_vendor[owner], by_phrase[phrase] = by_api[api] + 1, by_vendor[owner] + 1, by_phrase[phrase] + 1
            other = renamed(found, seed)
            other = other if script(other) is not None else found.function
            # what some functions give back may be said in a message
            tells = found.about.want in ("get", "compute", "count") and len(found.required) < 3 and unit_share(f"{seed}-returns-{place}") < 0.2
            chosen.append((place, replace(other, returns=Text()) if tells else other))
    yield from sorted(chosen, key=lambda row: row[0])


def _understood(best: dict[tuple[str, ...], tuple[float, str, Script]]) -> dict[tuple[str, ...], tuple[float, str, Script]]:
    """With what speaks in words of its own put last: a long word that only one or two vendors use is no word."""
    users: dict[str, set[str]] = defaultdict(set)
    for _, place, found in best.values():
        for word in found.about.phrase.split():
            users[singular(word)].add(vendor(place))
    rare = {word for word, owners in users.items() if len(owners) < 3 and len(word) > 8}
    return {
        key: (value - (0.8 if any(singular(word) in rare for word in found.about.phrase.split()) else 0), place, found)
        for key, (value, place, found) in best.items()
    }


def rivals(about: Meaning, other: Meaning) -> bool:
    """Whether a request for the one might be meant for the other."""
    reads = {"get", "list", "search", "count"}
    same = about.want == other.want or {about.want, other.want} <= reads or {about.want, other.want} <= {"do", "update", "create", "send"}
    mine, its = set(about.phrase.split()), set(other.phrase.split())
    return same and about.head == other.head and (about.phrase == other.phrase or mine <= its or its <= mine)


def by_api(functions: Iterable[tuple[str, Function]]) -> dict[str, list[str]]:
    """The ids of the functions of each API."""
    found: dict[str, list[str]] = defaultdict(list)
    for place, _ in functions:
        found[api_of(place)].append(place)
    return dict(found)
