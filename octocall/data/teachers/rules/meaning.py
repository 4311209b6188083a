"""What a function is for, read from its documentation: a verb and the phrase of what it works on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from octocall.data.teachers.rules.words import UNCOUNTED, is_plural, lines, lowered, name_words, pattern, singular, verb_of, verbs, word_set
from octocall.function import Function

_PREPOSITIONS = (
    "belonging to", "associated with", "related to", "attached to", "assigned to", "within", "under", "between", "about", "into", "near", "against",
    "per", "over", "during",
    "across", "inside", "through", "for", "from", "with", "of", "in", "to", "by", "on", "at", "as",
)  # fmt: skip
_PREPOSITION = re.compile(rf"\s+({'|'.join(_PREPOSITIONS)})\s+")
_END, _LIST_OF, _DETERMINER, _TRAILER = (pattern(name) for name in ("end", "list_of", "determiner", "trailer"))
_MINE, _MINE_FRONT, _POINTING, _DANGLING, _KEYED = (pattern(name) for name in ("mine", "mine_front", "pointing", "dangling", "keyed"))
_LABELLED = re.compile(r"^[\w /]{2,24}: (?=[A-Z])")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’/&\-]*\.?\d*|\d+(?:th|st|nd|rd)?|&")
_UNKNOWN = re.compile(r"^([A-Za-z]{2,12}?[a-rt-z])s? (?:the|a|an|your|all|one) ")
"""A word before an article is a verb, known or not."""
_PREFIXES = re.compile(r"^[\W\d_]+")
_TITLE_TAIL = re.compile(r"\s*\([^()]*\)\s*$")
_TOTAL = re.compile(r"(?:count|number|total)\b")
_CHANGES = {"create", "update"}
_UNSAID, _FOREIGN, _HELPERS, _NO_NOUNS, _EMPTY, _HANDLING = (word_set(name) for name in ("unsaid", "foreign", "helpers", "no_nouns", "empty", "handling"))
_PLAIN_VERBS = word_set("plain_verbs")


@dataclass(frozen=True)
class Part:
    """A noun phrase with the preposition before it."""

    preposition: str
    phrase: str

    @property
    def head(self) -> str:
        return singular(self.phrase.rpartition(" ")[2]).lower()


@dataclass(frozen=True)
class Meaning:
    """What is done (``want`` is a section of the frames), to what, and what is said of it."""

    want: str
    verb: str
    phrase: str
    parts: tuple[Part, ...] = ()
    mine: bool = False

    @property
    def head(self) -> str:
        return singular(self.phrase.rpartition(" ")[2]).lower()

    @property
    def plural(self) -> bool:
        last = self.phrase.rpartition(" ")[2]
        return is_plural(last) and last not in UNCOUNTED

    @property
    def uncounted(self) -> bool:
        return self.phrase.rpartition(" ")[2] in UNCOUNTED


@cache
def _dropped() -> re.Pattern[str]:
    options = "|".join(f"(?:{line.strip()})" for line in lines("dropped"))
    return re.compile(rf"^(?:{options})(?:\s+|$)", re.I)


@lru_cache(200_000)
def meaning(function: Function) -> Meaning | None:
    """The meaning of a function; None where its documentation is not understood well enough to write requests from it."""
    text = _TITLE_TAIL.sub("", function.description)
    if sum(word in _FOREIGN for word in text.lower().split()[:14]) > 1 or sum(ord(letter) > 0x2FF for letter in text) > 3:
        return None  # in another language
    found = _read(text)
    words = [word if word.isupper() else word.lower() for word in name_words(function.original or function.name)]
    if found is None and 2 <= len(words) <= 5 and sum(bool(verb_of(word)) for word in words) == 1:
        # "list_users" and "users_list" are the same
        first, last = bool(verb_of(words[0])), bool(verb_of(words[-1]))
        found = _read(" ".join(words if first else [words[-1], *words[:-1]])) if first or last else None
    return found


def _read(text: str) -> Meaning | None:
    """The meaning of a sentence."""
    text = _PREFIXES.sub("", _LABELLED.sub("", text.strip()))
    while (shorter := _dropped().sub("", text)) != text:
        text = shorter
    text = re.sub(r"[`\"“”*]", "", text)
    own = _MINE.sub("", _MINE_FRONT.sub("", text))
    action = _action(own)
    if action is None:
        return None
    verb, rest = action
    rest = _POINTING.sub(r"\1 ", rest)
    end = _END.search(" " + rest)
    body, listed = _stripped(_DANGLING.sub("", rest[: max(0, end.start() - 1)] if end else rest))
    parts = _parts(body)
    return None if parts is None else _meant(verb, parts, listed, own != text)


def _action(text: str) -> tuple[str, str] | None:
    """Verb (empty where there is none) and what follows; None where two verbs say different things."""
    first, _, rest = text.partition(" ")
    verb = verb_of(first.split("/")[0].strip(".,:"))
    joined = re.match(r"(?:and|or|/|,) ?(\w+) ", rest)
    other = verb_of(joined[1]) if joined else ""
    if verb and joined and other:
        wants = {verbs()[verb][0], verbs()[other][0]}
        # "add or delete": which one is a matter of the arguments
        return (verb, rest[joined.end() :]) if len(wants) == 1 or wants <= _CHANGES else None
    if not verb and (match := _UNKNOWN.match(text)) and match[1].lower() not in _HELPERS:
        return match[1].lower(), text[match.end(1) :].removeprefix("s").strip()
    return verb, rest if verb else text


def _meant(verb: str, parts: list[Part], listed: bool, mine: bool) -> Meaning | None:
    """The meaning of a verb and its phrase; None where they are not said like that."""
    phrase, tail = parts[0].phrase, tuple(parts[1:])
    last = phrase.rpartition(" ")[2]
    if not all(_sayable(part.phrase) for part in parts) or any(part.phrase in _EMPTY for part in parts):
        return None
    if not verb and any(verb_of(word) in _PLAIN_VERBS or word in _NO_NOUNS for word in phrase.split()):
        return None  # a sentence, and no name of a thing
    if last != phrase and verb_of(last) in _HANDLING:
        return None
    want, plural = verbs()[verb][0] if verb in verbs() else "do" if verb else "get", is_plural(last)
    if want in ("get", "list"):
        want = "list" if (plural or listed) and last not in UNCOUNTED else "get"
        if _TOTAL.match(phrase) and tail and tail[0].preposition == "of":
            want, phrase, tail = "count", tail[0].phrase, tail[1:]
    if want == "list" and listed and not plural:
        return None
    return Meaning(want, verb or ("list" if want == "list" else "get"), phrase, tail, mine)


def _stripped(text: str) -> tuple[str, bool]:
    """Without "a list of", "the details of" and articles, and whether there was a list."""
    text = _PREFIXES.sub("", text)
    listed = False
    match = _LIST_OF.match(text + " ")
    if match and len(text) > match.end():
        listed = bool(re.search(r"\b(?:list|array|collection|page)s?\b", match[0], re.I))
        text = text[match.end() :]
    text = _DETERMINER.sub("", text + " ").strip()
    for _ in range(3):
        text = _TRAILER.sub("", text).strip(" ,.:;-")
    return text, listed


def _parts(text: str) -> list[Part] | None:
    """Noun phrase and prepositional phrases; None where there is nothing."""
    pieces = _PREPOSITION.split(" " + lowered(text).strip())
    found = [Part("", pieces[0].strip())]
    for preposition, phrase in zip(pieces[1::2], pieces[2::2], strict=True):
        phrase = _TRAILER.sub("", _DETERMINER.sub("", phrase.strip() + " ").strip()).strip(" ,.:;-")
        phrase = _KEYED.sub("", phrase)
        if phrase and phrase not in ("it", "them", "id", "ids", "name", "list"):
            found.append(Part(preposition, phrase))
    found[0] = Part("", _DETERMINER.sub("", found[0].phrase + " ").strip())
    return found[:3] if found[0].phrase else None


def _sayable(phrase: str) -> bool:
    words = phrase.split()
    if not 1 <= len(words) <= 5 or not all(_WORD.fullmatch(word) for word in words):
        return False
    if any(word.lower().rstrip("s") in _UNSAID or len(word) > 20 for word in words):
        return False
    return not (len(words) > 1 and verb_of(words[0]) in _HANDLING) and len(phrase) > 1
