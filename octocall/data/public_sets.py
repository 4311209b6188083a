"""Requests of SNIPS, HWU64 and CLINC150 as their sets mark them: intents, and the places of the slots."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from octocall.data.noise import Piece

_CLINC_TALK = frozenset((
    "are_you_a_bot", "do_you_have_pets", "goodbye", "greeting", "how_old_are_you", "maybe", "meaning_of_life", "no",
    "thank_you", "what_are_your_hobbies", "what_can_i_ask_you", "what_is_your_name", "where_are_you_from", "who_do_you_work_for", "who_made_you", "yes", "oos",
))  # fmt: skip
_POSSESSIVE = frozenset({"person", "relation", "date", "timeofday", "place_name", "artist_name", "audiobook_author"})
MANGLED = re.compile(r"[\ufffdÃ\x80-\x9f]")
"""Letters that went through a wrong encoding."""
_BRACKETS = re.compile(r"\[\s*(\w+)\s*:\s*([^\]]*?)\s*\]")


class Slot(NamedTuple):
    """Of which call, called what in the set, and how many times it came before."""

    call: int
    name: str
    before: int = 0


@dataclass(frozen=True)
class Asked:
    """One request of a set: calls by intent (none: irrelevant), its pieces with the slots of the set, and what is only implied.

    The ``slot`` of a piece is a Slot.
    """

    intents: tuple[str, ...]
    pieces: tuple[Piece, ...]
    place: str
    implied: tuple[tuple[int, str, str], ...] = ()
    kind: str = ""
    """Of the irrelevant: which."""

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def marked_well(requests: Iterable[Asked]) -> list[Asked]:
    """Those whose words outside of slots hold none that the set mostly marks as a value of the same intent."""
    requests = list(requests)
    marked, plain = Counter[tuple[tuple[str, ...], str]](), Counter[tuple[tuple[str, ...], str]]()
    for request in requests:
        marked.update((request.intents, piece.text.lower()) for piece in request.pieces if piece.slot)
        plain.update((request.intents, run) for run in _runs(request))
    mostly = {key for key, n in marked.items() if n >= 3 and n > plain[key]}
    return [request for request in requests if not request.intents or not any((request.intents, run) in mostly for run in _runs(request))]


def _runs(request: Asked) -> set[str]:
    """Every one, two or three words in a row that stand outside of slots."""
    found: set[str] = set()
    for piece in request.pieces:
        if not piece.slot:
            words = re.findall(r"[\w']+", piece.text.lower())
            found.update(" ".join(words[at : at + n]) for n in (1, 2, 3) for at in range(len(words) - n + 1))
    return found


def _numbered(parts: Iterable[tuple[str, str | None]]) -> tuple[Piece, ...]:
    """Pieces of a request with one call; blanks around a value are no part of it."""
    seen: Counter[str] = Counter()
    pieces: list[Piece] = []
    for text, slot in parts:
        if slot is None or not text.strip():
            pieces.append(Piece(text))
            continue
        value = text.strip()
        begin = text.index(value)
        pieces += [Piece(text[:begin]), Piece(value, Slot(0, slot, seen[slot])), Piece(text[begin + len(value) :])]
        seen[slot] += 1
    pieces = [piece if piece.slot else replace(piece, text=re.sub(r"\s+", " ", piece.text)) for piece in pieces if piece.text]
    if pieces:  # blanks at the ends say nothing
        pieces[0] = replace(pieces[0], text=pieces[0].text.lstrip())
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text.rstrip())
    return tuple(piece for piece in pieces if piece.text)


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if path.is_file():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.parent.name}/{path.name}:{number}", json.loads(line)


def snips(folder: Path) -> Iterator[Asked]:
    for place, row in _lines(folder / "snips/train.jsonl"):
        parts = [(part["text"], part.get("entity")) for part in row["data"]]
        text = "".join(part for part, _ in parts)
        if not MANGLED.search(text):
            # whose playlist: the name alone, and only where there is one
            owners = [_possessive(p, None if p.strip().lower() == "my" else s) if s == "playlist_owner" else [(p, s)] for p, s in parts]
            yield Asked((str(row["intent"]),), _numbered(part for both in owners for part in both), place)


def hwu(folder: Path) -> Iterator[Asked]:
    for place, row in _lines(folder / "hwu64/fold1_train.jsonl"):
        intent, text = str(row["intent"]), str(row["annotated"])
        parts: list[tuple[str, str | None]] = []
        at = 0
        for match in _BRACKETS.finditer(text):
            parts.append((text[at : match.start()], None))
            slot, value = match[1], match[2]
            if slot == "change_amount" and (lead := re.match(r"(to|by) (?=\w)", value)):
                parts.append((lead[0], None))
                value = value[lead.end() :]
            parts += _possessive(value, slot) if slot in _POSSESSIVE or intent == "qa_stock" else [(value, slot)]
            at = match.end()
        parts.append((text[at:], None))
        if intent.startswith("general_") and intent != "general_joke":
            yield Asked((), _numbered([("".join(part for part, _ in parts), None)]), place, kind=intent)
        else:
            yield Asked((intent,), _numbered(parts), place)


def _possessive(value: str, slot: str | None) -> list[tuple[str, str | None]]:
    bare = re.sub(r"\s?['’]s$", "", value)
    return [(bare, slot), (value[len(bare) :], None)] if bare != value else [(value, slot)]


def clinc(folder: Path) -> Iterator[Asked]:
    path = folder / "clinc150/data_full.json"
    if path.is_file():
        content = json.loads(path.read_text(encoding="utf-8"))
        for part in ("train", "val", "oos_train", "oos_val"):
            for number, (text, intent) in enumerate(content[part], 1):
                talk = intent in _CLINC_TALK
                yield Asked(() if talk else (intent,), (Piece(text.strip()),), f"clinc150/{part}:{number}", kind=intent if talk else "")
