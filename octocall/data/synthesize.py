"""From phrase books and pools to examples: values drawn, requests disturbed, single requests joined."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from octocall.call import Call, Plan, Request, Spans
from octocall.catalog import IRRELEVANT, Catalog
from octocall.data.config import SynthConfig
from octocall.data.example import Example
from octocall.data.noise import Piece, disturb, in_context
from octocall.data.phrasebook import Phrasing, Shape, Slot
from octocall.data.pools import Pools
from octocall.types import Context, DateTime, Text, TimeOfDay
from octocall.types.temporal import STAMP
from octocall.types.times_sample import (
    sample_date_clock,
    sample_duration,
    sample_end_clock,
    sample_end_duration,
    sample_relative,
)  # fmt: skip

JOINTS = (
    " and ", " and ", " and then ", " then ", ", then ", ", and ", ", also ", " and also ", ". ", ". Then ", ". Also, ", "; ", " plus ",
    ". After that ", " after that ", ", oh and ", ". Oh and ", " and while you're at it ", ". And ", " & ", ", ", " as well as ", " next ", ". Next, ",
)  # fmt: skip


OPEN_ENDED = ("message", "content", "title", "label", "query")
"""Values that a sentence behind them could belong to."""


@dataclass
class Filled:
    """A phrasing with its values: pieces of text, the expected values by (call, parameter).

    ``shared`` maps a parameter to the one whose words it takes.
    """

    pieces: list[Piece]
    shapes: tuple[Shape, ...]
    expected: dict[tuple[int, str], Any] = field(default_factory=dict)
    shared: dict[tuple[int, str], tuple[int, str]] = field(default_factory=dict)


class Synthesizer:
    """Writes examples for a catalog. The same seed gives the same examples; ``as_written`` leaves out slips of typing and keeps the authors' own values."""

    def __init__(self, catalog: Catalog, phrasings: Sequence[Phrasing], pools: Pools, config: SynthConfig, as_written: bool = False) -> None:
        self.catalog, self.pools, self.config, self.as_written = catalog, pools, config, as_written
        self.unreadable: Counter[str] = Counter()
        """Phrasings whose values read otherwise than they were meant, by source."""
        self.by_function: dict[str, list[Phrasing]] = defaultdict(list)
        self.by_kind: dict[str, list[Phrasing]] = defaultdict(list)
        for phrasing in phrasings:
            self.by_kind[phrasing.kind].append(phrasing)
            if phrasing.kind == "single":
                self.by_function[phrasing.shapes[0].name].append(phrasing)

    def examples(self, scale: float = 1.0, public: Sequence[str] = ()) -> Iterator[Example]:
        """``scale`` times the configured numbers of rows, kind after kind."""
        config = self.config
        for name, phrasings in sorted(self.by_function.items()):
            rng = random.Random(f"{config.seed}-{name}")
            for phrasing in _rounds(phrasings, int(scale * config.rows_per_function), rng):
                yield from self._one([phrasing], rng)
        rng = random.Random(f"{config.seed}-parallel")
        for phrasing in _rounds(self.by_kind["parallel"], int(scale * config.parallel * (1 - config.joined)), rng):
            yield from self._one([phrasing], rng)
        for _ in range(int(scale * config.parallel * config.joined)):
            yield from self._one(self._to_join(rng), rng)
        rng = random.Random(f"{config.seed}-nested")
        for phrasing in _rounds(self.by_kind["nested"], int(scale * config.nested), rng):
            yield from self._one([phrasing], rng)
        if IRRELEVANT in self.catalog:
            yield from self._irrelevant(scale, public)

    def _irrelevant(self, scale: float, public: Sequence[str]) -> Iterator[Example]:
        rng = random.Random(f"{self.config.seed}-irrelevant")
        count = int(scale * self.config.irrelevant)
        ours = self.by_kind["irrelevant"]
        for phrasing in _rounds(ours, count - int(count * self.config.public * bool(public)), rng):
            yield from self._one([phrasing], rng)
        for text in rng.sample(list(public), min(len(public), int(count * self.config.public))):
            yield self.example([Filled([Piece(text)], (Shape(IRRELEVANT),))], "public", rng)

    def _one(self, phrasings: Sequence[Phrasing], rng: random.Random) -> Iterator[Example]:
        now = self._clock(rng)
        source = "+".join(phrasing.source for phrasing in phrasings)
        try:
            yield self.example([self.fill(phrasing, rng, now) for phrasing in phrasings], source, rng, now)
        except ValueError as error:
            self.unreadable[f"{source} {error}"] += 1

    def _to_join(self, rng: random.Random) -> list[Phrasing]:
        """Two or three single requests for one breath."""
        names = sorted(self.by_function)
        return [rng.choice(self.by_function[rng.choice(names)]) for _ in range(3 if rng.random() < 0.2 else 2)]

    def _context(self, pieces: Sequence[Piece], rng: random.Random) -> tuple[str, str]:
        """What somebody says before and after a request without asking for anything; mostly nothing."""
        before, after = (self.pools.texts.get(f"context.{where}", [""]) for where in ("before", "after"))
        last = pieces[-1].slot
        open_ended = isinstance(last, tuple) and last[1] in OPEN_ENDED
        return (
            rng.choice(before) if rng.random() < self.config.context else "",
            rng.choice(after) if rng.random() < self.config.context / 2 and not open_ended else "",
        )

    def _clock(self, rng: random.Random) -> datetime:
        return datetime(2024, 1, 1) + timedelta(minutes=rng.randrange(3 * 366 * 24 * 60))

    def fill(self, phrasing: Phrasing, rng: random.Random, now: datetime | None = None) -> Filled:
        """Draws a value for every slot of ``phrasing``."""
        now = now or self._clock(rng)
        calls = [shape for outer in phrasing.shapes for shape in outer.walk()]
        filled = Filled([], phrasing.shapes)
        both = self._apart(phrasing, rng, now)
        for part in phrasing.parts:
            if isinstance(part, str):
                filled.pieces.append(Piece(part))
                continue
            kind = self.catalog[calls[part.call].name].parameter(part.parameter).type
            text, value = both.get((part.call, part.parameter, part.variant)) or self._value(part, calls[part.call].name, rng, now, filled)
            filled.pieces.append(Piece(text, (part.call, part.parameter), not isinstance(kind, Text)))
            if value is not None:
                filled.expected[part.call, part.parameter] = value
            if part.also is not None:
                filled.shared[part.also] = (part.call, part.parameter)
        return filled

    def _apart(self, phrasing: Phrasing, rng: random.Random, now: datetime) -> dict[tuple[int, str, str], tuple[str, Any]]:
        """Day and clock time of one date-time that stand apart in the template."""
        both = {}
        for call in {slot.call for slot in phrasing.slots if slot.variant in ("date", "clock")}:
            day, clock, value = sample_date_clock(rng, now)
            stamp = value.strftime(STAMP)
            variants = {slot.variant for slot in phrasing.slots if slot.call == call}
            both[call, "start_time", "date"] = (day, stamp if "clock" in variants else None)
            both[call, "start_time", "clock"] = (clock, stamp if "date" in variants else None)
        return both

    def _value(self, slot: Slot, function: str, rng: random.Random, now: datetime, filled: Filled) -> tuple[str, Any]:
        """The words of a slot and, for a typed value, what they mean."""
        kind = self.catalog[function].parameter(slot.parameter).type
        if isinstance(kind, Text):
            if slot.words is not None and (self.as_written or rng.random() < 0.5):
                return slot.words, None
            return self.pools.draw(function, slot.parameter, slot.variant, rng, Context(now)), None
        if slot.words is not None and (self.as_written or rng.random() < 0.25 or isinstance(kind, TimeOfDay | DateTime)):
            return slot.words, None
        if isinstance(kind, TimeOfDay) and slot.variant:
            return (sample_relative if slot.variant == "in" else sample_duration)(rng, now)
        if isinstance(kind, DateTime) and kind.after:
            start = filled.expected.get((slot.call, kind.after))
            begin = datetime.strptime(start, STAMP) if start else now + timedelta(hours=rng.randint(2, 60))
            text, value = (sample_end_duration if slot.variant == "duration" else sample_end_clock)(rng, begin, now)
            return text, value.strftime(STAMP) if start else None
        return tuple(kind.sample(rng, Context(now)))

    def example(self, parts: list[Filled], source: str, rng: random.Random, now: datetime | None = None) -> Example:
        """The example of one request, or of several joined to one."""
        now = now or self._clock(rng)
        pieces: list[Piece] = []
        shapes: list[Shape] = []
        expected: dict[tuple[int, str], Any] = {}
        shared: dict[tuple[int, str], tuple[int, str]] = {}
        for filled in parts:
            offset = sum(len(shape.walk()) for shape in shapes)
            moved = [Piece(p.text, (p.slot[0] + offset, p.slot[1]) if isinstance(p.slot, tuple) else None, p.typed) for p in filled.pieces]
            pieces = _join(pieces, moved, rng) if pieces else moved
            shapes += filled.shapes
            expected |= {(call + offset, name): value for (call, name), value in filled.expected.items()}
            shared |= {(a + offset, name): (b + offset, other) for (a, name), (b, other) in filled.shared.items()}
        if not self.as_written:
            pieces = disturb(in_context(pieces, *self._context(pieces, rng), rng), rng)
        text, spans = _lay_out(pieces)
        spans |= {place: spans[source] for place, source in shared.items()}
        request = Request(text, now)
        calls = _calls(shapes, spans, expected, request, self.catalog)
        kind = "irrelevant" if shapes[0].name == IRRELEVANT else "nested" if any(s.nested for s in shapes) else "parallel" if len(shapes) > 1 else "single"
        return Example(request, Plan(calls), source, kind)


def _rounds(phrasings: Sequence[Phrasing], count: int, rng: random.Random) -> Iterator[Phrasing]:
    """``count`` phrasings, each as often as the others give or take one."""
    left: list[Phrasing] = []
    for _ in range(count if phrasings else 0):
        if not left:
            left = rng.sample(list(phrasings), len(phrasings))
        yield left.pop()


def _join(first: list[Piece], second: list[Piece], rng: random.Random) -> list[Piece]:
    joint = rng.choice(JOINTS)
    last = first[-1]
    if last.slot is None:
        stripped = last.text.rstrip(" .!?" if not joint.startswith(".") or last.text.rstrip().endswith((".", "!", "?")) else " ")
        first = [*first[:-1], Piece(stripped)]
        if last.text.rstrip().endswith(("?", "!")) and joint.startswith("."):
            joint = last.text.rstrip()[-1] + joint[1:]
    head = second[0]
    if head.slot is None and not joint.rstrip().endswith((".", "?", "!")) and head.text[:2] not in ("I ", "I'"):
        second = [Piece(head.text[:1].lower() + head.text[1:]), *second[1:]]
    return [*first, Piece(joint), *second]


def _lay_out(pieces: Iterable[Piece]) -> tuple[str, dict[tuple[int, str], list[tuple[int, int]]]]:
    text, spans = "", defaultdict(list)
    for piece in pieces:
        if piece.slot is not None:
            lead = len(piece.text) - len(piece.text.lstrip())
            spans[piece.slot].append((len(text) + lead, len(text) + len(piece.text.rstrip())))
        text += piece.text
    return text, spans  # type: ignore[return-value]


def _calls(
    shapes: Sequence[Shape],
    spans: Mapping[tuple[int, str], list[tuple[int, int]]],
    expected: Mapping[tuple[int, str], Any],
    request: Request,
    catalog: Catalog,
) -> tuple[Call, ...]:
    """The calls with their values read from the text. A value that reads otherwise than drawn raises ValueError."""
    counter = iter(range(10**6))

    def build(shape: Shape) -> Call:
        index = next(counter)
        arguments: dict[str, Any] = {}
        missing: list[str] = []
        where: dict[str, Spans] = {}
        for parameter in catalog[shape.name].parameters:
            context = Context(request.now or datetime.min, request.region, dict(arguments))
            name, value = parameter.name, None
            if name in shape.nested:
                value = build(shape.nested[name])
            elif name in shape.constants:
                value = parameter.type.parse(shape.constants[name], context)
            elif (index, name) in spans:
                chosen = spans[index, name] if len(spans[index, name]) <= parameter.type.joins else spans[index, name][:1]
                where[name] = tuple(chosen) if not isinstance(parameter.type, Text) else tuple(chosen[:1])
                value = parameter.type.parse(" ".join(request.text[a:b] for a, b in where[name]), context)
                wanted = expected.get((index, name), value)
                if value is None or str(value).lower() != str(wanted).lower():
                    if value is None and not parameter.required:
                        raise ValueError(f"{name}: unreadable")
                    if value is not None or wanted is not None:
                        raise ValueError(f"{name}: {[request.text[a:b] for a, b in where[name]]} reads as {value!r}, not {wanted!r}")
            elif not parameter.required:
                value = parameter.type.fill(parameter.default, context)
            if value is not None:
                arguments[name] = value
            elif parameter.required:
                missing.append(name)
                where.pop(name, None)
        return Call(shape.name, arguments, tuple(missing), where)

    return tuple(build(shape) for shape in shapes)
