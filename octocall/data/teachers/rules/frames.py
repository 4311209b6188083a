"""Sentences around a wish: which ones fit what is there to be said, and the verbs in them."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from functools import cache

from octocall.data.compile import held_out as kept
from octocall.data.teachers.rules.meaning import Meaning
from octocall.data.teachers.rules.words import lines, participle, verbs

HELD_OUT = 0.12
"""Share of the sentences that only held-out requests are written with."""
_ME = re.compile(r"\bme\b|^let ")


@cache
def frames(held_out: bool) -> dict[str, tuple[str, ...]]:
    """Section to sentences; the two sides share none."""
    found: dict[str, list[str]] = defaultdict(list)
    section = ""
    for line in lines("frames"):
        if match := re.fullmatch(r"\[(\w+)\]", line):
            section = match[1]
        else:
            own = kept(line.lower(), HELD_OUT)
            plain = line in ("{V} {N}{A}", "{N}{A}", "{B}{A}", "please {V} {N}{A}")
            if plain or own == held_out:
                found[section].append(line)
    return {name: tuple(texts) for name, texts in found.items()}


def sections(about: Meaning, known: bool) -> tuple[str, ...]:
    """Where sentences for a wish are found; ``known`` tells that a value says which one is meant."""
    if about.want in ("get", "compute") and (about.uncounted or about.plural) and not known:
        return (about.want, about.want, "mass")
    return ("do",) if about.want == "send" else (about.want,)


def agreed(frame: str) -> str:
    """A sentence whose subject is in the plural."""
    frame = re.sub(r"(?<=\{V\}) it\b|(?<=look) it\b", " them", frame)
    frame = re.sub(r"(?<=\{[NA]\}) is\b", " are", frame.replace(" was a mistake", " were a mistake"))
    return re.sub(r"\bneeds to\b", "need to", re.sub(r"\bhas to be\b", "have to be", frame))


def say_verb(lemma: str, frame: str, rng: random.Random) -> str:
    """A verb that fits the sentence; empty where none does."""
    _, ways = verbs().get(lemma, ("do", (lemma,)))
    options = [way for way in ways if _fits(way, frame)]
    if not options:
        return ""
    return lemma if lemma in options and rng.random() < 0.3 else rng.choice(options)


def _fits(way: str, frame: str) -> bool:
    if _ME.search(way) and re.search(r"\bto \{V\}|\bcan we\b|\blet's\b|\bwe \{V\}|help me|please let|for me", frame):
        return False
    return not (" " in way and "{V} it" in frame)


def say_participle(lemma: str, rng: random.Random) -> str:
    """ "deleted", "removed"; empty where there is none."""
    _, ways = verbs().get(lemma, ("do", (lemma,)))
    options = [done for way in ways if (done := participle(way)) and " " not in way]
    return rng.choice(options) if options else ""
