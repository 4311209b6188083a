"""What typing and dictation do to a request, with the places of its values kept."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

_BEFORE = ("please ", "hey, ", "ok ", "okay, ", "hi, ", "hey phone, ", "could you please ", "can you ", "um, ", "so ", "quick one: ", "yo ")
_AFTER = (" please", ", please", " thanks", ", thanks!", " thank you", " now", " for me", " asap", " if you can", " pls")
_KEYS = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "t": "r", "s": "d", "r": "t", "l": "k", "h": "j", "u": "i", "c": "v", "m": "n"}


@dataclass(frozen=True)
class Piece:
    """A stretch of a request: ``slot`` is None for the words around the values."""

    text: str
    slot: object = None
    typed: bool = False


def typo(word: str, rng: random.Random) -> str:
    """``word`` with one slip: letters swapped, dropped, doubled or hit beside."""
    at = rng.randrange(1, len(word) - 1)
    slip = rng.randrange(4)
    if slip == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if slip == 1:
        return word[:at] + word[at + 1 :]
    if slip == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + _KEYS.get(word[at], word[at]) + word[at + 1 :]


def _slips(text: str, rng: random.Random) -> str:
    words = re.split(r"(\W+)", text)
    long = [i for i, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    for i in rng.sample(long, min(len(long), rng.choice((1, 1, 2)))):
        words[i] = typo(words[i], rng)
    return "".join(words)


def in_context(pieces: list[Piece], before: str, after: str, rng: random.Random) -> list[Piece]:
    """``pieces`` with a sentence around them that asks for nothing; an empty one is left out."""
    if before:
        joint = rng.choice((". ", ". ", ". ", "! ", ", so ", ", ", " so ", " - ", " "))
        first = pieces[0]
        if joint[0] not in ".!" and first.slot is None and first.text[:2] not in ("I ", "I'"):
            first = Piece(first.text[:1].lower() + first.text[1:])
        elif joint[0] in ".!" and rng.random() < 0.5:
            first = Piece(first.text[:1].upper() + first.text[1:], first.slot, first.typed)
        pieces = [Piece(before + joint), first, *pieces[1:]]
    if after:
        closed = pieces[-1].slot is None and pieces[-1].text.rstrip()[-1:] in tuple(".!?")
        joint = " " if closed else rng.choice((". ", ". ", ". ", ", ", "! ", " - ", " ", " "))
        pieces = [*pieces, Piece(joint + (after if joint[0] in ".!" or closed else after[:1].lower() + after[1:] if after[:2] not in ("I ", "I'") else after))]
    return pieces


def disturb(pieces: list[Piece], rng: random.Random, wrap: bool = True) -> list[Piece]:
    """A variant of ``pieces`` as somebody else might have typed it; about a third stay as they are."""
    if wrap and rng.random() < 0.08:
        first = pieces[0]
        keep = first.slot is not None or first.text[:2] in ("I ", "I'")
        lowered = first.text if keep else first.text[:1].lower() + first.text[1:]
        pieces = [Piece(rng.choice(_BEFORE)), Piece(lowered, first.slot, first.typed), *pieces[1:]]
    if wrap and rng.random() < 0.08 and not pieces[-1].text.endswith(("?", "!", ".")):
        pieces = [*pieces, Piece(rng.choice(_AFTER))]
    if rng.random() < 0.12:
        pieces = [p if p.slot else Piece(_slips(p.text, rng)) for p in pieces]
    if rng.random() < 0.15:
        pieces = [p if p.slot else Piece(re.sub(r"[,!?.;](?=\s|$)", "", p.text)) for p in pieces]
    style = rng.random()
    if style < 0.25:
        pieces = [Piece(p.text.lower() if len(p.text.lower()) == len(p.text) else p.text, p.slot, p.typed) for p in pieces]
    elif style < 0.45 and pieces[0].text[:1].islower():
        pieces = [Piece(pieces[0].text[:1].upper() + pieces[0].text[1:], pieces[0].slot, pieces[0].typed), *pieces[1:]]
        if pieces[-1].text[-1:].isalnum() and rng.random() < 0.6:
            pieces = [*pieces, Piece(rng.choice((".", ".", "!")))]
    elif style < 0.47:
        pieces = [p if p.typed else Piece(p.text.upper() if len(p.text.upper()) == len(p.text) else p.text, p.slot, p.typed) for p in pieces]
    return pieces
