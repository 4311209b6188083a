"""English words: forms of verbs and nouns, synonyms, and the words inside the names of functions and parameters."""

from __future__ import annotations

import random
import re
from functools import cache, lru_cache
from pathlib import Path

LEXICON = Path(__file__).parents[2] / "lexicon"
VALUES = Path(__file__).parents[2] / "values"


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a file of the lexicon without comments."""
    text = (LEXICON / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line.strip() and not line.startswith("# "))


@cache
def _sets() -> dict[str, frozenset[str]]:
    return {(parts := line.partition(":"))[0]: frozenset(word.strip() for word in parts[2].split(",")) for line in lines("sets")}


@cache
def _patterns() -> dict[str, str]:
    text = (LEXICON / "patterns.txt").read_text(encoding="utf-8")
    return {(parts := section.partition("]\n"))[0]: parts[2].replace("\n", "") for section in re.split(r"^\[(?=\w+\]$)", text, flags=re.M)[1:]}


def pattern(name: str) -> re.Pattern[str]:
    """A regular expression of the lexicon by its name. Raises KeyError."""
    return re.compile(_patterns()[name], re.I)


@cache
def phrases(name: str) -> tuple[str, ...]:
    """Ways to say a value, by the name of the line. Raises KeyError."""
    return next(tuple(way.strip() for way in line.partition(":")[2].split("|")) for line in lines("phrases") if line.startswith(f"{name}:"))


@cache
def swaps(name: str) -> dict[str, str]:
    """A table of the lexicon: "this = that" a line."""
    return {(parts := line.partition("="))[0].strip(): parts[2].strip() for line in lines(name)}


def word_set(name: str) -> frozenset[str]:
    """A set of words of the lexicon by its name. Raises KeyError."""
    return _sets()[name]


_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ACRONYM = re.compile(r"[A-Z]{2,}[a-z]?\d*|[A-Z]\d+|[A-Za-z]*\d[A-Za-z\d]*")
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_SINGULAR = word_set("singular")
UNCOUNTED = word_set("uncounted")


@cache
def verbs() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Lemma to (what is wanted, ways to say it); the first line of a lemma counts."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for line in lines("verbs"):
        head, _, said = line.partition(":")
        kind, lemma = head.split()
        found.setdefault(lemma.replace("_", " "), (kind, tuple(way.strip() for way in said.split("|"))))
    return found


@cache
def _forms() -> dict[str, str]:
    """Third persons and gerunds of the known verbs."""
    found: dict[str, str] = {}
    for lemma in verbs():
        if " " in lemma:
            continue
        third = lemma + "es" if _SIBILANT.search(lemma) else lemma[:-1] + "ies" if re.search(r"[^aeiou]y$", lemma) else lemma + "s"
        stem = lemma[:-1] if lemma.endswith("e") and not lemma.endswith("ee") else lemma
        past = swaps("forms").get(lemma, "")
        doubled = stem + stem[-1] if past.startswith(stem + stem[-1]) else stem + stem[-1] if lemma in ("get", "put", "set", "run", "begin", "let", "cut") else stem
        found |= {lemma: lemma, third: lemma, doubled + "ing": lemma}
    return found


def verb_of(word: str) -> str:
    """The lemma of a known verb in one of its forms; empty for other words."""
    return _forms().get(word.lower(), "")


@lru_cache(4096)
def participle(said: str) -> str:
    """ "turn off" becomes "turned off"; empty where there is none to be said."""
    first, _, rest = said.partition(" ")
    if first in ("get", "grab") or (rest and first in ("show", "give", "let", "tell", "look", "see", "come", "go", "ask", "sum", "boil", "hunt", "sign", "write")):
        return ""
    past = swaps("forms").get(first)
    if past is None:
        past = first + "d" if first.endswith("e") else first[:-1] + "ied" if re.search(r"[^aeiou]y$", first) else first + "ed"
    return f"{past} {rest}".strip()


@lru_cache(20000)
def singular(word: str) -> str:
    """The singular of a noun."""
    low = word.lower()
    if word.isupper():
        return word
    if low in swaps("plurals"):
        return swaps("plurals")[low]
    if low in _SINGULAR or len(low) < 4 or not low.endswith("s") or low.endswith(("ss", "us", "is")):
        return word[:-1] if low in ("ids", "ips", "vms") else word
    if low.endswith("ies"):
        return word[:-3] + "y"
    if re.search(r"(?:ss|x|ch|sh|z)es$", low):
        return word[:-2]
    return word[:-1]


def is_plural(word: str) -> bool:
    """Whether a noun is in the plural."""
    return singular(word).lower() != word.lower()


def article(word: str) -> str:
    """a or an, by the letters that follow."""
    low = word.lower()
    vowel = low[:1] in "aeiou" and not re.match(r"(?:uni|use|usa|user|uti|one\b|eur|ubi|uu|url|uri)", low)
    spelled = _ACRONYM.fullmatch(word) is not None and word[:1].isupper() and word[:1] in "AEFHILMNORSX" and not re.match(r"[A-Z]{2}[a-z]|UUID|U", word)
    return "an" if vowel or (spelled and word.isupper()) or re.match(r"hour|honest|heir", low) else "a"


_GLUED = re.compile(r"([a-z]{3,}?)(id|ids|name|date|time|code|number)")
_WHOLE = word_set("whole")


def _unglued(word: str) -> list[str]:
    """ "startdate" is two words."""
    match = _GLUED.fullmatch(word) if word not in _WHOLE else None
    return [match[1], match[2]] if match else [word]


@lru_cache(50000)
def name_words(name: str) -> tuple[str, ...]:
    """The words in a name: "ownerId", "owner_id" and "OWNER-ID" are owner and ID; abbreviations are written out."""
    found: list[str] = []
    parts = [part for whole in _HUMP.sub(" ", re.sub(r"[\W_]+", " ", name)).split() for part in (_unglued(whole) if whole.islower() else [whole])]
    for part in parts:
        low = part.lower()
        found += swaps("abbreviations").get(low, part if _ACRONYM.fullmatch(part) and not part.islower() and len(part) < 6 and not name.isupper() else low).split()
    return tuple(found)


@cache
def _synonyms() -> dict[str, tuple[str, ...]]:
    return {(parts := [part.strip() for part in line.split("|")])[0]: tuple(parts[1:]) for line in lines("nouns")}


def reworded(phrase: str, rng: random.Random, share: float = 0.3) -> str:
    """``phrase`` with its last word or the whole now and then replaced by another of the same meaning."""
    if rng.random() > share:
        return phrase
    table = _synonyms()
    if phrase in table:
        return rng.choice(table[phrase])
    head, _, last = phrase.rpartition(" ")
    return f"{head} {rng.choice(table[last])}".strip() if last in table else phrase


def lowered(text: str) -> str:
    """Words in small letters but acronyms; "OAuthClient" and the like are taken apart."""
    words = []
    for word in text.split():
        core = word.strip("\"'.,:;()")
        if _ACRONYM.fullmatch(core) and not core.islower():
            words.append(word)
        else:
            words.append(_HUMP.sub(" ", word).lower() if "://" not in word and not word[:1].isdigit() else word)
    return " ".join(words)


@cache
def pools() -> dict[str, tuple[str, ...]]:
    """The pools of values by name."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(VALUES.glob("*.txt")):
        for section in re.split(r"^\[", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            name, _, body = section.partition("]")
            found[name] = tuple(value.strip() for value in body.strip().split(" | "))
    return found
