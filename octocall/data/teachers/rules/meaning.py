"""What a function is for, read from its documentation: a verb and the phrase of what it works on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from octocall.data.teachers.rules.words import UNCOUNTED, is_plural, lines, lowered, name_words, singular, verb_of, verbs, word_set
from octocall.function import Function

PREPOSITIONS = ("of", "for", "in", "from", "to", "by", "with", "on", "at", "within", "under", "between", "about", "into", "near", "against", "per", "over", "during",
                "across", "inside", "through", "belonging to", "associated with", "related to", "attached to", "assigned to", "as")  # fmt: skip
_PREPOSITION = re.compile(r"\s+(%s)\s+" % "|".join(sorted(PREPOSITIONS, key=len, reverse=True)))
_END = re.compile(
    r"(?:[.!?;:](?:\s|$)|\s[-–—|]\s|\s\(|,? (?:that|which|who|whose|where|when|while|if|so that|in order to|so|because|based on|using|given|via|matching|including|"
    r"such as|along with|as well as|according to|depending on|unless|without|see|note|but|then|e\.g\.|i\.e\.|specified|identified|filtered|sorted|provided|containing|"
    r"visible to|available to|accessible|available|owned by|you|starting|currently|optionally|both|plus|only|once|after|before|instead|for which|in which|"
    r"asynchronously|synchronously|used|by (?:using|providing|passing|specifying|its|their|the|given|a|an|id|ids|name|slug|key|uuid|guid|code|unique|email))\b|, )", re.I
)  # fmt: skip
_LABELLED = re.compile(r"^[\w /]{2,24}: (?=[A-Z])")
_LIST_OF = re.compile(
    r"^(?:(?:a|an|the|all|complete|full|paginated|paged|filtered|sorted|detailed|current|collection|comprehensive|entire|single|new|specific|specified|given|particular|existing"
    r"|certain|requested|provided|corresponding|one|multiple|several|various|many|any|each|every|your|some|more|selected|set of|this|these|those|list|array|set|page|collection|number|bunch|"
    r"summary list|object|json|details|detail|information|info|data|record|records|representation|metadata|instance|resource|content|contents|response|result|results|collection|value|"
    r"item|items|entity|entities|overview|up to \d+) )*?(?:lists?|arrays?|collection|page|set|objects?|details?|information|info|records?|representation|instances?|bunch|range|"
    r"resources?|json|response|results?) (?:of kind|of type|of|about|on|for|containing|regarding|describing|related to|object of)(?: (?:the|a|an|all|your|one|each|every))* ", re.I
)  # fmt: skip
_KEPT_LIST = re.compile(r"\b(?:details?|information|info)\b", re.I)
_DETERMINER = re.compile(
    r"^(?:(?:a|an|the|all|any|some|your|each|every|this|these|those|one|single|new|specific|specified|given|particular|existing|certain|requested|provided|"
    r"corresponding|multiple|several|various|many|one or more|one or many|individual|of|available|list|supported|defined|configured|selected|current user's|user's own|"
    r"stored|associated|complete|full|about|basic|detailed|paginated|entire|different|possible|related|desired|valid|registered|out|back|up|the list of|up to \d+) )+", re.I
)  # fmt: skip
_TRAILER = re.compile(
    r"\s*(?:\b(?:objects?|resources?|instances?|entity|entities|endpoints?|api|v\d+(?:\.\d+)*|\(s\)|requests?|operations?|method|models?|representation|by ids?|by names?|by slug|by key|by code|"
    r"by uuid|by guid|by \w+ids?|with id|in bulk|deprecated|in the system|in the database|from the system|from the database|in json format|as json|for the api|via api|call|calls|command|"
    r"from the api|in your account|from your account|on your account|to your account|for your account|for an account|of the account|in this account|async)\b)+$", re.I
)  # fmt: skip
_MINE = re.compile(
    r"\s*(?:(?:for|of|by|owned by|belonging to|from) (?:the |your )?(?:currently |current |own )?(?:authenticated|logged[- ]in|signed[- ]in|authorized|calling|current|requesting) "
    r"(?:user|account|member|customer|client|merchant|player|caller|organization|user's account)(?:'s)?)\b|\bof the caller\b", re.I
)  # fmt: skip
_MINE_FRONT = re.compile(
    r"^(?:the )?(?:currently |current )?(?:authenticated |logged[- ]in |authorized |signed[- ]in |current )+(?:user|account|member|customer|player)(?:'s|s') ", re.I
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’/&\-]*\.?\d*|\d+(?:th|st|nd|rd)?|&")
_UNKNOWN = re.compile(r"^([A-Za-z]{2,12}?[a-rt-z])s? (?:the|a|an|your|all|one) ")
"""A word before an article is a verb, known or not."""
_PREFIXES = re.compile(r"^[\W\d_]+")
_TITLE_TAIL = re.compile(r"\s*\([^()]*\)\s*$")
_UNSAID = word_set("unsaid")


_CHANGES = {"create", "update"}
_POINTING = re.compile(
    r"\b(a|an|the|this|of|for|about|by|from|in|to|with|on) (?:given|specified|particular|specific|provided|certain|single|selected|requested|desired|supplied|corresponding|respective|designated) ",
    re.I,
)
_DANGLING = re.compile(r"(?:\s(?:to|of|for|in|from|by|with|on|at|and|or|as|about|the|a|an|on success|successfully|correctly|newly))+$", re.I)
_FOREIGN = word_set("foreign")
_HELPERS = word_set("helpers")
_PLAIN_VERBS = word_set("plain_verbs")
_NO_NOUNS = word_set("no_nouns")
_EMPTY = word_set("empty")


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
    return re.compile("^(?:%s)(?:\\s+|$)" % "|".join(f"(?:{line.strip()})" for line in lines("dropped")), re.I)


@lru_cache(200_000)
def meaning(function: Function) -> Meaning | None:
    """The meaning of a function; None where its documentation is not understood well enough to write requests from it."""
    text = _TITLE_TAIL.sub("", function.description)
    if sum(word in _FOREIGN for word in text.lower().split()[:14]) > 1 or sum(ord(letter) > 0x2FF for letter in text) > 3:
        return None  # in another language
    found = _read(text)
    if found is not None:
        return found
    words = [word.lower() if not word.isupper() else word for word in name_words(function.original or function.name)]
    if 2 <= len(words) <= 5 and sum(bool(verb_of(word)) for word in words) == 1:
        # "list_users" and "users_list" are the same
        return _read(" ".join(words if verb_of(words[0]) else [words[-1], *words[:-1]])) if verb_of(words[0]) or verb_of(words[-1]) else None
    return None


def _read(text: str) -> Meaning | None:
    text = _PREFIXES.sub("", _LABELLED.sub("", text.strip()))
    for _ in range(4):
        shorter = _dropped().sub("", text)
        if shorter == text:
            break
        text = shorter
    text = re.sub(r"[`\"“”*]", "", text)
    text, mine = _own(text)
    first, _, rest = text.partition(" ")
    verb = verb_of(first.strip(".,:"))
    if "/" in first:
        verb = verb_of(first.split("/")[0])
    joined = re.match(r"(?:and|or|/|,) ?(\w+) ", rest)
    if verb and joined and verb_of(joined[1]):
        if not {verbs()[verb][0], verbs()[verb_of(joined[1])][0]} <= _CHANGES and verbs()[verb][0] != verbs()[verb_of(joined[1])][0]:
            return None  # "add or delete": which one is a matter of the arguments
        rest = rest[joined.end() :]
    if not verb and (match := _UNKNOWN.match(text)) and match[1].lower() not in _HELPERS:
        verb, rest = match[1].lower(), text[match.end(1) :].removeprefix("s").strip()
    if not verb:
        rest = text
    rest = _POINTING.sub(r"\1 ", rest)
    end = _END.search(" " + rest)
    rest = rest[: max(0, end.start() - 1)] if end else rest
    rest = _DANGLING.sub("", rest)
    body, listed = _stripped(rest)
    parts = _parts(body)
    if parts is None:
        return None
    phrase, tail = parts[0].phrase, tuple(parts[1:])
    if not _sayable(phrase) or not all(_sayable(part.phrase) for part in tail):
        return None
    want = verbs()[verb][0] if verb in verbs() else "do" if verb else "get"
    plural = is_plural(phrase.rpartition(" ")[2])
    if not verb and any(verb_of(word) in _PLAIN_VERBS or word in _NO_NOUNS for word in phrase.split()):
        return None  # a sentence, and no name of a thing
    if " " in phrase and verb_of(phrase.rpartition(" ")[2]) in ("get", "list", "create", "delete", "update", "post", "put", "retrieve"):
        return None
    if phrase in _EMPTY or any(part.phrase in _EMPTY for part in tail):
        return None
    if want in ("get", "list"):
        want = "list" if (plural or listed) and phrase.rpartition(" ")[2] not in UNCOUNTED else "get"
        if re.match(r"(?:count|number|total)\b", phrase) and tail and tail[0].preposition == "of":
            want, phrase, tail = "count", tail[0].phrase, tail[1:]
    if want == "list" and listed and not plural:
        return None
    return Meaning(want, verb or ("list" if want == "list" else "get"), phrase, tail, mine)


def _own(text: str) -> tuple[str, bool]:
    """Without "of the authenticated user" and the like, and whether that was said."""
    shorter = _MINE.sub("", _MINE_FRONT.sub("", text))
    return shorter, shorter != text


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
        phrase = re.sub(r"(?<=[a-z]) (?:ids?|uuids?|guids?|sids?|identifiers?|slugs?|keys?)$", "", phrase, flags=re.I)
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
    return not (len(words) > 1 and verb_of(words[0]) in ("get", "retrieve", "return", "list", "create", "delete", "update", "add", "remove")) and len(phrase) > 1
