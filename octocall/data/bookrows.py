"""From function books to training rows: values swapped for others of their kind, slips of typing, candidates."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from octocall.call import Call, Plan, Request, Spans
from octocall.catalog import IRRELEVANT
from octocall.data.deeds import Deeds
from octocall.data.example import Example
from octocall.data.functionbook import Group, Wish, implied_value
from octocall.data.noise import Piece, disturb, in_context
from octocall.errors import DataError, OctocallError, PlanError
from octocall.function import Function
from octocall.types import Choice, Context, Date, Integer, IsoDateTime, List, Number, Text, TimeOfDay, Type, suggested
from octocall.types.words import number_words

_DEEDS, _FEW_DEEDS = 0.8, 0.3
_NUMBER = re.compile(r"(?<![\w.,])[-−]?\d[\d,]*(?:\.\d+)?(?![\w.]*\d)")
_LAST_WORD = re.compile(r"([a-z]+)\W*$", re.I)


class Unsuited(Exception):
    """A variant that cannot become a row; the message says why."""


@dataclass(frozen=True)
class Backgrounds:
    """Sentences that ask for nothing and stand before or after a request."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Backgrounds:
        """The lines of a file: "< text" stands before, "> text" after. Raises DataError naming file and line."""
        sides: dict[str, list[str]] = {"<": [], ">": []}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            mark, _, text = line.partition(" ")
            if line.strip():
                if mark not in sides or not text.strip():
                    raise DataError(f"{path}:{number} is {line!r}; expected '< text' or '> text'")
                sides[mark].append(text.strip())
        return cls(tuple(sides["<"]), tuple(sides[">"]))

    def around(self, pieces: list[Piece], rng: random.Random) -> list[Piece]:
        """``pieces`` with one of them before, one after, or both."""
        if not self.before or not self.after:
            return pieces
        where = rng.random()
        before = rng.choice(self.before).rstrip(".!") if where < 0.75 else ""
        return in_context(pieces, before, rng.choice(self.after) if where > 0.6 else "", rng)


@dataclass
class Books:
    """Groups with the pools of values that their authors wrote."""

    groups: Sequence[Group]
    backgrounds: Backgrounds = Backgrounds()
    deeds: Deeds | None = None
    """What parameters whose values are requests themselves take others from."""
    rejected: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._shares: dict[tuple[str, ...], float] = {}
        self._own: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self._shared: dict[str, list[str]] = defaultdict(list)
        self._timed: dict[tuple[type, str], list[str]] = defaultdict(list)
        for group in self.groups:
            for wish in group.wishes:
                self._gather(group, wish)

    def _gather(self, group: Group, wish: Wish) -> None:
        functions = {f.name: f for f in group.functions}
        meant = {at for at, _ in wish.means}
        for at, piece in enumerate(wish.pieces):
            if piece.slot and at not in meant:
                call, name = piece.slot[0]  # type: ignore[index]
                kind = functions[wish.calls[call]].parameter(name).type
                if isinstance(kind, Date | TimeOfDay | IsoDateTime):
                    self._timed[type(kind), _before(wish.pieces, at)].append(piece.text)
                elif len(piece.text) < 60:
                    self._own[group.name, wish.calls[call], name].append(piece.text)
                    self._shared[f"{type(kind).__name__} {name.lower()}"].append(piece.text)

    def examples(self, wish: Wish, group: Group, times: int, rng: random.Random, fresh: bool = False) -> Iterator[Example]:
        """The request as it was written, then variants of it; those that cannot become rows are counted in ``rejected``."""
        for i in range(times):
            try:
                yield self._example(group, wish, rng, fresh or i > 0)
            except Unsuited as why:
                self.rejected[str(why)] += 1
            except OctocallError as error:
                self.rejected[type(error).__name__] += 1

    def joined(self, group: Group, times: int, rng: random.Random) -> Iterator[Example]:
        """Requests for several calls, put together from single ones; a quarter of them of one function."""
        single = [wish for wish in group.wishes if len(wish.calls) == 1]
        for _ in range(times):
            chosen = rng.sample(single, min(len(single), rng.choice((2, 2, 3, 3, 4))))
            if rng.random() < 0.25:
                chosen = [rng.choice([wish for wish in single if wish.calls == chosen[0].calls]) for _ in chosen]
            yield from self.examples(_join(chosen, rng), group, 1, rng, fresh=True)

    def _example(self, group: Group, wish: Wish, rng: random.Random, fresh: bool) -> Example:
        functions = {f.name: f for f in group.functions}
        now = datetime(2024, 1, 1) + timedelta(minutes=rng.randrange(3 * 365 * 24 * 60))
        pieces = list(wish.pieces)
        if fresh:
            pieces = [self._swap(group, wish, at, functions, rng) if piece.slot else piece for at, piece in enumerate(pieces)]
            pieces = self.backgrounds.around(pieces, rng) if rng.random() < (0.2 if len(wish.calls) < 2 else 0.1) else pieces
            pieces = disturb(pieces, rng, wrap=bool(wish.calls))
        text = "".join(piece.text for piece in pieces)
        meant = {wish.pieces[at].slot: value for at, value in wish.means}
        plan = Plan(tuple(read_calls(wish, functions, pieces, meant, Context(now))) if wish.calls else (Call(IRRELEVANT),))
        others = [f.name for f in group.functions if f.name not in wish.calls]
        rng.shuffle(others)
        kind = "irrelevant" if not wish.calls else "single" if len(wish.calls) == 1 else "parallel"
        candidates = tuple(function_id(group, name) for name in (*dict.fromkeys(wish.calls), *others))
        return Example(Request(text, now), plan, wish.place, kind, candidates)

    def _swap(self, group: Group, wish: Wish, at: int, functions: dict[str, Function], rng: random.Random) -> Piece:
        """Another value for a slot, or the author's own."""
        piece = wish.pieces[at]
        call, name = piece.slot[0]  # type: ignore[index]
        parameter = functions[wish.calls[call]].parameter(name)
        kind = parameter.type
        text = piece.text
        if at in {place for place, _ in wish.means} or text in suggested(kind, parameter.description) or rng.random() < 0.25:
            pass
        elif self.deeds is not None and isinstance(kind, Text) and rng.random() < self._done(group.name, wish.calls[call], name):
            text = rng.choice(self.deeds.texts)
        elif isinstance(kind, Integer | Number) or (isinstance(kind, List) and isinstance(kind.item, Integer | Number)):
            text = other_numbers(text, rng)
        elif isinstance(kind, Date | TimeOfDay | IsoDateTime):
            text = rng.choice(self._timed.get((type(kind), _before(wish.pieces, at))) or [text])
        elif isinstance(kind, Text) and rng.random() < 0.05:
            text = kind.sample(rng, Context(datetime(2026, 1, 1))).text
        elif len(text.split()) <= 4 or rng.random() < 0.3:
            own = self._own[group.name, wish.calls[call], name]
            wide = self._shared[f"{type(kind).__name__} {name.lower()}"]
            text = rng.choice(own if rng.random() < 0.5 or not wide else wide) if own else text
        return Piece(text, piece.slot, typed=not isinstance(kind, Text))

    def _done(self, *parameter: str) -> float:
        """How often another deed takes the place of a value of a parameter: more often than not where they all are such, never where few are."""
        if parameter not in self._shares:
            share = self.deeds.share(self._own[parameter]) if self.deeds else 0.0  # type: ignore[index]
            self._shares[parameter] = _DEEDS * share if share > _FEW_DEEDS else 0.0
        return self._shares[parameter]


_JOINTS = (
    " and ",
    ", and ",
    ". Also, ",
    ". ",
    ". ",
    " then ",
    ", then ",
    ". After that, ",
    "; ",
    ", also ",
    " plus ",
    ". And ",
    "\n",
    ". Then ",
    ", and also ",
    " as well as ",
)


def _join(wishes: Sequence[Wish], rng: random.Random) -> Wish:
    """One request out of several, as if said in one breath."""
    pieces: list[Piece] = []
    implied: list[tuple[int, str, str]] = []
    means: list[tuple[int, str]] = []
    joint = rng.choice(_JOINTS)
    for number, wish in enumerate(wishes):
        own = [Piece(p.text, tuple((number, name) for _, name in p.slot) if p.slot else None, p.typed) for p in wish.pieces]  # type: ignore[attr-defined]
        if pieces:
            last, first = pieces[-1], own[0]
            if last.slot is None:
                pieces[-1] = Piece(last.text.rstrip().rstrip(".!?"))
            if first.slot is None and "." not in joint and first.text[:2] not in ("I ", "I'"):
                own[0] = Piece(first.text[:1].lower() + first.text[1:])
            pieces.append(Piece(joint))
            joint = rng.choice(_JOINTS) if rng.random() < 0.5 else joint
        means += [(len(pieces) + at, value) for at, value in wish.means]
        implied += [(number, name, value) for _, name, value in wish.implied]
        pieces += own
    return Wish(tuple(pieces), tuple(wish.calls[0] for wish in wishes), tuple(implied), tuple(means), wishes[0].place)


def function_id(group: Group, name: str) -> str:
    """The id of a function in the table beside the rows."""
    return f"{group.name}/{name}"


def _before(pieces: Sequence[Piece], at: int) -> str:
    """The word in front of a value, which says what form it may have: "on", "at", "since"."""
    match = _LAST_WORD.search(pieces[at - 1].text) if at else None
    return match[1].lower() if match else ""


def other_numbers(text: str, rng: random.Random) -> str:
    """``text`` with its numbers in digits replaced by others of about their size and form."""

    def other(match: re.Match[str]) -> str:
        digits = match[0].replace(",", "")
        sign = "-" if digits[0] in "-−" else ""
        whole, _, part = digits.lstrip("-−").partition(".")
        if (whole.startswith("0") and len(whole) > 1) or rng.random() < 0.1:
            return match[0]
        size = max(1, len(whole) + rng.choice((0, 0, 0, 0, -1, 1)))
        value = rng.randrange(10 ** (size - 1) if size > 1 else 1, 10**size)
        round_one = whole.endswith("0") and len(whole) > 1 and rng.random() < 0.7
        value = value - value % 10 ** min(size - 1, len(whole) - len(whole.rstrip("0"))) if round_one else value
        shown = f"{value:,}" if "," in match[0] else str(value)
        if part:
            return f"{sign}{shown}.{rng.randrange(1, 10 ** len(part)):0{len(part)}d}"
        return number_words(value) if not sign and value < 100 and text == match[0] and rng.random() < 0.06 else sign + shown

    return _NUMBER.sub(other, text)


def read_calls(wish: Wish, functions: dict[str, Function], pieces: Sequence[Piece], meant: dict[Any, str], context: Context) -> Iterator[Call]:
    values: list[dict[str, Any]] = [{} for _ in wish.calls]
    spans: list[dict[str, Spans]] = [{} for _ in wish.calls]
    at = 0
    for piece in pieces:
        for call, name in piece.slot or ():  # type: ignore[attr-defined]
            kind, own = functions[wish.calls[call]].parameter(name).type, values[call]
            if isinstance(kind, List) and sum((call, name) in (other.slot or ()) for other in pieces) > 1:  # type: ignore[operator]
                own[name], spoken = [*own.get(name, ()), *(kind.several(piece.text, context) or [None])], True
            elif name in own:
                raise Unsuited("a value given twice")
            else:
                own[name], spoken = _read(kind, piece.text, meant.get(piece.slot), context)
            if spoken:
                spans[call][name] = (*spans[call].get(name, ()), (at, at + len(piece.text)))
        at += len(piece.text)
    for call, places in enumerate(spans):
        for name in (name for name, own in places.items() if len(own) > 1):
            try:
                values[call][name] = functions[wish.calls[call]].parameter(name).type.check(values[call][name])
            except PlanError as error:
                raise Unsuited("a list beyond its limits") from error
    for call, name, text in wish.implied:
        parameter = functions[wish.calls[call]].parameter(name)
        values[call][name] = _implied(parameter.type, text, suggested(parameter.type, parameter.description))
    for call, function in enumerate(wish.calls):
        missing = tuple(p.name for p in functions[function].parameters if p.required and p.name not in values[call])
        yield Call(function, values[call], missing, spans[call])


def _read(kind: Type, text: str, meant: str | None, context: Context) -> tuple[Any, bool]:
    """The value of a slot, and whether its words say it, so that they can be pointed at."""
    if not kind.pointed:
        value = kind.parse(text, context)
        if value is None:
            raise Unsuited("a choice in other words")
        return value, False
    value = kind.parse(text, context)
    if value is None or (meant is not None and value != _means(kind, meant, context)):
        raise Unsuited("words that read otherwise")
    return value, True


def _means(kind: Type, text: str, context: Context) -> Any:
    value = kind.parse(text, context)
    return value if value is not None else text


def _implied(kind: Type, text: str, words: tuple[str, ...]) -> Any:
    try:
        value = implied_value(kind, text)
    except (OctocallError, KeyError, ValueError) as error:
        raise Unsuited("an implied value that is none") from error
    item = kind.item if isinstance(kind, List) else kind
    written = [item.render(part) for part in (value if isinstance(kind, List) else [value])]
    if not isinstance(item, Choice) and any(word not in (*item.literals, *words) for word in written):
        raise Unsuited("an implied value that is no literal")
    return value
