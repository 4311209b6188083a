"""From public data sets to rows for the open network: what people really asked, as calls of documented functions.

SNIPS (CC0), HWU64 (CC-BY-4.0), CLINC150 (CC-BY-3.0) and Thingpedia (BSD-3-Clause) say which intent or
program a request has; ``public_functions.txt`` documents a function for each. Requests that none of them
serves, such as small talk, become irrelevant rows.
"""

from __future__ import annotations

import random
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.data.bookrows import Unsuited, read_calls
from octocall.data.example import Example
from octocall.data.functionbook import Wish, read_book
from octocall.data.noise import Piece, disturb
from octocall.data.public_sets import Asked, Slot, clinc, hwu, marked_well, snips
from octocall.data.public_similar import Similar
from octocall.data.public_thingpedia import thingpedia
from octocall.errors import OctocallError
from octocall.function import Function
from octocall.types import Context, Text

_DOCUMENTATION = Path(__file__).parent / "public_functions.txt"
# these might do what is asked for, whatever the set says
_MIGHT_FIT = {
    "general_quirky": re.compile(r"^(answer|define|get|query|recommend|look|check|convert|add|set_alarm|tell|play|calculate|rate|post|send|order)"),
    "general_commandstop": re.compile(r"off$|mute|down|remove|play|music|^set_"),
    "general_repeat": re.compile(r"^(play|set_music)"),
    "talk": re.compile(r"mute|pause|message|quieter|off$|^my_name"),
}
_MOST = 6
"""A row has at most this many candidates."""


@dataclass(frozen=True)
class Documented:
    """A function of ours with its id.

    ``rules`` name the parameters of slots (slot, parameter, condition). A request has one of the ``words``, and none behind a "!".
    """

    id: str
    function: Function
    rules: tuple[tuple[str, str, str], ...]
    words: tuple[str, ...]


@dataclass
class PublicRows:
    """The table of functions, rows to train on and rows to measure with, and why others were left out."""

    functions: dict[str, Function]
    train: list[Example] = field(default_factory=list)
    held_out: list[Example] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)


def public_rows(folder: Path, seed: int) -> PublicRows:
    """Functions by id, rows to train on, and held-out rows: of one function in twenty, and of phrasings that training does not have.

    Sets that are not in the folder are left out. Raises DataError where the documentation cannot be read.
    """
    rng = random.Random(seed)
    result = PublicRows({})
    sets = {"snips": marked_well(snips(folder)), "hwu64": marked_well(hwu(folder)), "clinc150": list(clinc(folder)), "thingpedia": list(thingpedia(folder, rng))}
    for name, requests in sets.items():
        _add_set(name, documentation(name), requests, result, random.Random(f"{seed} {name}"))
    for rows in (result.train, result.held_out):
        rng.shuffle(rows)
    return result


def documentation(set_name: str) -> dict[str, Documented]:
    """The documented functions of a set by intent."""
    group = next(group for group in read_book(_DOCUMENTATION) if group.name == set_name)
    text = _DOCUMENTATION.read_text(encoding="utf-8").split(f"\n[{set_name}]\n")[1].split("\n[")[0]
    sources = re.findall(r"^# from (.+?)(?:: (.*))?\n", text, re.M)
    known = {}
    for (intent, rules), function in zip(sources, group.functions, strict=True):
        words = tuple(word[1:] for word in rules.split() if word.startswith("~"))
        named = [_rule(word) for word in rules.split() if not word.startswith("~")]
        same = [(p.name, p.name, "") for p in function.parameters]
        known[intent] = Documented(f"public/{set_name}/{intent.replace(' ', '/')}", function, (*named, *same), words)
    return known


def _rule(word: str) -> tuple[str, str, str]:
    slot, _, parameter = word.partition("=")
    parameter, _, condition = parameter.partition("/")
    return slot, parameter, condition


def _add_set(name: str, known: Mapping[str, Documented], requests: Sequence[Asked], result: PublicRows, rng: random.Random) -> None:
    if not requests:
        return
    table = {one.id: one.function for one in known.values()}
    result.functions.update(table)
    ids = sorted(table)
    unseen = frozenset(rng.sample(ids, round(len(ids) / 20)))
    maker = _Maker(known, Similar(table, ((known[i].id, r.text) for r in requests for i in r.intents if i in known)), unseen, rng)
    told: set[tuple[str, tuple[str, ...]]] = set()
    for request in requests:
        key = (request.text.lower(), request.intents)
        if key in told:
            continue
        told.add(key)
        try:
            example = maker.example(request)
        except Unsuited as why:
            result.rejected[f"{name}: {why}"] += 1
        except OctocallError as error:
            result.rejected[f"{name}: {type(error).__name__}"] += 1
        else:
            apart = maker.is_new(example) or zlib.crc32(_phrasing(request).encode()) % 40 == 0
            (result.held_out if apart else result.train).append(example)


def _phrasing(request: Asked) -> str:
    """The request without its values: rows of one phrasing are all held out or none."""
    return re.sub(r"\W+", " ", "".join("_" if piece.slot else piece.text for piece in request.pieces).lower()).strip()


@dataclass
class _Maker:
    """Makes rows of one set."""

    known: Mapping[str, Documented]
    similar: Similar
    unseen: frozenset[str]
    rng: random.Random

    def __post_init__(self) -> None:
        self.ids = {one.function.name: one.id for one in self.known.values()}
        self.by_name = {one.function.name: one.function for one in self.known.values()}

    def is_new(self, example: Example) -> bool:
        """Whether it calls a function that training never sees."""
        return any(call.name != IRRELEVANT and self.ids[call.name] in self.unseen for call in example.plan.calls)

    def example(self, request: Asked) -> Example:
        """Raises Unsuited and OctocallError."""
        now = datetime(2024, 1, 1) + timedelta(minutes=self.rng.randrange(3 * 365 * 24 * 60))
        if unknown := [intent for intent in request.intents if intent not in self.known]:
            raise Unsuited(f"no function for {unknown[0]}")
        found = [self.known[intent] for intent in request.intents]
        self._check_words(found, request.text.lower())
        wish = self._wish(request, found)
        pieces = list(wish.pieces)
        if self.rng.random() < 1 / 3:
            pieces = disturb(pieces, self.rng, wrap=bool(found))
        calls = tuple(read_calls(wish, self.by_name, pieces, {}, Context(now))) if found else (Call(IRRELEVANT),)
        kind = "irrelevant" if not found else "single" if len(found) == 1 else "parallel"
        text = "".join(piece.text for piece in pieces)
        return Example(Request(text, now), Plan(calls), request.place, kind, self._candidates([one.id for one in found], text, request.kind))

    @staticmethod
    def _check_words(found: Iterable[Documented], text: str) -> None:
        for one in found:
            wanted = [word for word in one.words if not word.startswith("!")]
            barred = [word[1:] for word in one.words if word.startswith("!")]
            if (wanted and not any(word in text for word in wanted)) or any(re.search(rf"\b{word}\b", text) for word in barred):
                raise Unsuited("the words do not speak of the function")

    @staticmethod
    def _wish(request: Asked, found: Sequence[Documented]) -> Wish:
        counts = Counter((slot.call, slot.name) for piece in request.pieces if isinstance(slot := piece.slot, Slot))
        taken: list[set[str]] = [set() for _ in found]
        pieces: list[Piece] = []
        for at, piece in enumerate(request.pieces):
            slot = piece.slot
            if not isinstance(slot, Slot):
                pieces.append(piece)
                continue
            one, used = found[slot.call], taken[slot.call]
            name = _parameter(one, slot, counts[slot.call, slot.name], _words_before(request.pieces[:at]), used)
            if name == "-":
                pieces.append(Piece(piece.text))
                continue
            used.add(name)
            pieces.append(Piece(piece.text, ((slot.call, name),), typed=not isinstance(one.function.parameter(name).type, Text)))
        implied = []
        for call, key, value in request.implied:
            name = _parameter(found[call], Slot(call, key), 1, (), taken[call])
            taken[call].add(name)
            implied.append((call, name, value))
        return Wish(tuple(pieces), tuple(one.function.name for one in found), tuple(implied), (), request.place)

    def _candidates(self, called: Sequence[str], text: str, kind: str) -> tuple[str, ...]:
        called = list(dict.fromkeys(called))
        new = any(name in self.unseen for name in called)
        barred = _MIGHT_FIT.get(kind)
        names = [one.id for one in self.known.values() if one.id not in called and (new or one.id not in self.unseen)]
        names = [name for name in names if not (barred and barred.search(self.similar.functions[name].name))]
        near = self.similar.nearest(called, text, names)
        wanted = max(0, _MOST - len(called))
        hard = self.rng.sample(near[: wanted + 1], min(len(near), (wanted + 1) * 2 // 3))
        others = [name for name in names if name not in hard]
        rest = self.rng.sample(others, min(len(others), wanted - len(hard)))
        return (*called, *hard, *rest)


def _parameter(one: Documented, slot: Slot, times: int, before: Sequence[str], used: set[str]) -> str:
    """The parameter that a slot fills: of the first rule that holds and is not used up. Raises Unsuited."""
    for known, name, condition in one.rules:
        if known != slot.name or name in used:
            continue
        if not condition or condition in before or (times > 1 and condition == str(slot.before + 1)):
            return name
    raise Unsuited("a slot twice" if times > 1 else "a slot without a parameter")


def _words_before(pieces: Sequence[Piece]) -> list[str]:
    """The last two words before a value, articles aside, back to the value before it."""
    since = pieces[max((at + 1 for at, piece in enumerate(pieces) if piece.slot), default=0) :]
    return [word for word in re.findall(r"[a-z]+", "".join(piece.text for piece in since).lower()) if word not in ("the", "my", "a", "an")][-2:]
