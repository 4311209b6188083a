"""Plans as functional tokens, literals and pointers into the request.

A plan is written call by call: the functional token, then every parameter in the order of the
signature. A value that stands in the request is pointed at (first word, last word; several spans
are joined by a space) and read by its Type; one that is only implied is a literal; DEFAULT takes
the default of the signature; MISSING says that the request does not give it; a functional token in
the place of a value is a nested call. A list is its pieces and NEXT, a record OPEN and its fields.
Calls are separated by AND and closed by END.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import tokenizers

from octocall.call import Call, Plan, Request, Spans
from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.signature import Signature
from octocall.codecs.writer import AND, DEFAULT, END, Writer
from octocall.errors import PlanError, RequestError
from octocall.function import Function, Parameter, accepts_result
from octocall.grammar import Grammar, choice, labelled, literal, repetition, sequence
from octocall.reading import Reading
from octocall.types import ABSENT, MISSING, NEXT, OPEN, START, STOP, Context, List, Record, Text, Type, read, suggested
from octocall.vocab import Vocab

MARKS = (AND, END, DEFAULT, MISSING, NEXT)
CALL, AFTER = "<call>", "<after>"
"""Labels of the two places outside of parameters: choosing a function, and going on or ending."""
MAX_CALLS = 6
MAX_WORDS = 24
"""A typed value has at most this many words; free text may be as long as the request."""
_MINUS = re.compile(r"(?:(?<![\w)])[-−]|\b(?:minus|negative)\s+)$", re.I)


@dataclass(frozen=True)
class SpansCodec:
    """Plan ↔ symbol ids of one request, and the grammar of those symbols."""

    catalog: Catalog
    tokenizer: tokenizers.Tokenizer
    max_pieces: int = 256

    def __post_init__(self) -> None:
        self.tokenizer.encode_special_tokens = True  # a "[SEP]" in a request is text

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Functions by functional token."""
        return dict(zip(self.catalog.tokens, self.catalog.functions, strict=True))

    @cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """What the network is told of each function, in order."""
        return tuple(map(Signature, self.catalog))

    @cached_property
    def literals(self) -> dict[str, tuple[int, str]]:
        """Values that are written without pointing, in order: the number of the function that has one first, and its parameter or field."""
        found: dict[str, tuple[int, str]] = {}
        for number, signature in enumerate(self.signatures):
            for text, path in signature.literals.items():
                found.setdefault(text, (number, path[-1]))
        return dict(sorted(found.items()))

    @cached_property
    def vocab(self) -> Vocab:
        composite = any(isinstance(kind, List | Record) for signature in self.signatures for kind, _, _ in signature.places.values())
        return Vocab.build((*MARKS, *((OPEN, ABSENT) if composite else ()), *self.literals, *self.catalog.tokens))

    @cached_property
    def labels(self) -> dict[Any, int]:
        """Row of each grammar place in the network's table: CALL, AFTER, then (function, parameter) and (…, field)."""
        places = [(signature.function.name, *path) for signature in self.signatures for path in signature.places]
        return {label: i for i, label in enumerate((CALL, AFTER, *places))}

    @cached_property
    def grammar(self) -> Grammar:
        """One to MAX_CALLS calls, or the irrelevant function alone."""
        calls = [self._call(f, nested=True) for f in self.catalog if f.name != IRRELEVANT]
        plan = repetition(labelled(CALL, choice(*calls)), 1, MAX_CALLS, literal(AND)) if calls else None
        nothing = [labelled(CALL, literal(self.catalog.token(IRRELEVANT)))] if IRRELEVANT in self.catalog else []
        return sequence(choice(*([plan] if plan else []), *nothing), literal(END))

    def _call(self, function: Function, nested: bool) -> Grammar:
        token = literal(self.catalog.token(function.name))
        return sequence(token, *(labelled((function.name, p.name), self._argument(function, p, nested)) for p in function.parameters))

    def _argument(self, function: Function, parameter: Parameter, nested: bool) -> Grammar:
        kind, own = parameter.type, (function.name, parameter.name)
        options = [kind.grammar(suggested(kind, parameter.description), own), literal(MISSING if parameter.required else DEFAULT)]
        if nested:
            options += [self._call(f, nested=False) for f in self.catalog if accepts_result(parameter, f)]
        return choice(*options)

    def read(self, request: Request) -> Reading:
        """Tokenises a request. Raises RequestError where it is empty, no text, or longer than ``max_pieces``."""
        if not isinstance(request.text, str):
            raise RequestError(f"a request of type {type(request.text).__name__} was given; text is expected")
        if not request.text.strip():
            raise RequestError("an empty request was given; a sentence is expected: say what should be done")
        if any("\ud800" <= letter <= "\udfff" for letter in request.text):
            raise RequestError("bytes that are no UTF-8 text were given; a sentence is expected")
        encoding = self.tokenizer.encode(request.text)
        if len(encoding.ids) > self.max_pieces:
            raise RequestError(f"a request of {len(encoding.ids)} word pieces was given; at most {self.max_pieces} are read: shorten it")
        words = tuple(-1 if word is None else word for word in encoding.word_ids)
        if all(word < 0 for word in words):
            raise RequestError("a request without words was given; a sentence is expected: say what should be done")
        now = request.now or datetime.now().replace(second=0, microsecond=0)
        if not isinstance(now, datetime):
            raise RequestError(f"now = {now!r} was given; a datetime is expected")
        if not 1900 <= now.year <= 2100:
            raise RequestError(f"a clock in the year {now.year} was given; one from 1900 to 2100 is expected")
        now = now.astimezone().replace(tzinfo=None) if now.tzinfo else now
        return Reading(request, tuple(encoding.ids), tuple(encoding.offsets), words, now)

    def writer(self, reading: Reading) -> Writer:
        """What puts a plan together from symbols."""
        return Writer(self.functions, self.vocab, reading)

    def decode(self, symbols: Iterable[int], reading: Reading) -> Plan:
        """The plan that ``symbols`` write. Every argument is canonical, defaults are filled in."""
        writer = self.writer(reading)
        for symbol in symbols:
            writer.push(symbol)
        return Plan(tuple(writer.calls))

    def encode(self, plan: Plan, reading: Reading) -> list[int]:
        """The symbol ids of ``plan``. Spans are taken from the calls, else looked for in the request.

        Raises PlanError where a value neither stands in the request nor can be written as a literal.
        """
        symbols: list[str | int] = []
        for i, call in enumerate(plan.calls):
            symbols += [AND] * (i > 0)
            symbols += self._encode_call(call, reading)
        ids = self.vocab.ids
        return [ids[s] if isinstance(s, str) else s for s in [*symbols, END]]

    def _encode_call(self, call: Call, reading: Reading) -> Iterator[str | int]:
        function = self.catalog[call.name]
        yield self.catalog.token(call.name)
        arguments: dict[str, Any] = {}
        for parameter in function.parameters:
            context = Context(reading.now, reading.request.region, dict(arguments))
            value = call.arguments.get(parameter.name)
            if isinstance(value, Call):
                yield from self._encode_call(value, reading)
            elif parameter.name in call.missing:
                if not parameter.required:
                    raise PlanError(f"{call.name}.{parameter.name} is optional; it cannot be written as missing")
                yield MISSING
            else:
                yield from self._encode_value(parameter, value, call.spans.get(parameter.name, ()), reading, context)
            if value is not None:
                arguments[parameter.name] = value

    def _encode_value(self, parameter: Parameter, value: Any, spans: Spans, reading: Reading, context: Context) -> Sequence[str | int]:
        kind = parameter.type
        if not spans and not parameter.required:
            filled = kind.fill(parameter.default, context)
            if value is None or value == filled:
                return [DEFAULT]
        if value is None:
            raise PlanError(f"no value was given for {parameter.name!r}")
        try:
            return list(self._write(kind, value, spans, reading, context, parameter.description))
        except PlanError as error:
            raise PlanError(f"{parameter.name!r}: {error}") from None

    def _write(self, kind: Type, value: Any, spans: Spans, reading: Reading, context: Context, description: str = "") -> Iterator[str | int]:
        """The symbols of a value, for a place of that description. Raises PlanError where it neither stands in the request nor is a literal."""
        if isinstance(kind, Record):
            yield OPEN
            for field in kind.fields:
                if field.name in value:
                    yield from self._write(field.type, value[field.name], (), reading, context, field.description)
                else:
                    yield MISSING if field.required else ABSENT
        elif isinstance(kind, List):
            yield from self._write_list(kind, value, spans, reading, context)
            yield NEXT
        elif kind.pointed and (found := self._place(kind, value, spans, reading, context, description)):
            yield from self._pointers(found, reading)
            yield NEXT
        else:
            yield self._literal(kind, value, reading)

    def _literal(self, kind: Type, value: Any, reading: Reading) -> str:
        if (rendered := kind.render(value)) not in self.literals:
            raise PlanError(f"the value {value!r} does not stand in {reading.request.text!r}")
        return rendered

    def _write_list(self, kind: List, value: Sequence[Any], spans: Spans, reading: Reading, context: Context) -> Iterator[str | int]:
        if isinstance(kind.item, List | Record):
            for item in value:
                yield from self._write(kind.item, item, (), reading, context)
        elif kind.item.pointed and (found := self._place(kind, value, spans, reading, context)):
            yield from self._pointers(found, reading)
        else:
            one = List(kind.item)
            for item in value:
                if kind.item.pointed and (found := self._find(one, [item], reading, context)):
                    yield from self._pointers(found, reading)
                else:
                    yield self._literal(kind.item, item, reading)

    def _place(self, kind: Type, value: Any, spans: Spans, reading: Reading, context: Context, description: str = "") -> list[tuple[int, int]]:
        """Pieces in which a value stands: those of ``spans``, else looked for. Raises PlanError where a span cuts a word."""
        if not spans:
            return self._find(kind, value, reading, context, description)
        found = [reading.pieces(*span) for span in spans]
        if None in found:
            raise PlanError(f"its span cuts a word of {reading.request.text!r}")
        return [pieces for pieces in found if pieces]

    def _pointers(self, found: Sequence[tuple[int, int]], reading: Reading) -> list[int]:
        size = len(self.vocab)
        return [p for a, b in found for p in (size + a, size + len(reading) + b)]

    def _find(self, kind: Type, value: Any, reading: Reading, context: Context, description: str = "") -> list[tuple[int, int]]:
        """One span that reads as ``value``; the longest of the first place where there is one."""
        for start in reading.first:
            if kind.signed and _negated(reading, start):
                continue
            for stop in reversed(self.stops(kind, reading, start)):
                if read(kind, description, reading.text(start, stop), context) == value:
                    return [(start, stop)]
        return []

    @staticmethod
    def stops(kind: Type, reading: Reading, start: int) -> list[int]:
        """The pieces at which a span from ``start`` may end."""
        stops = [stop for stop in reading.last if stop >= start]
        return stops if isinstance(kind, Text) else stops[:MAX_WORDS]

    def part(self, writer: Writer, start: int, stop: int) -> bool:
        """Whether the pieces from ``start`` to ``stop`` may be a span of the value being filled."""
        reading = writer.reading
        if writer.type.signed and _negated(reading, start):
            return False  # "-3" is not 3
        return writer.type.part(reading.text(start, stop), writer.context)


def _negated(reading: Reading, start: int) -> bool:
    return _MINUS.search(reading.request.text[: reading.offsets[start][0]]) is not None


def symbol_name(vocab: Vocab, reading: Reading, symbol: int) -> str:
    """A symbol for people to read: its text, or the word it points at."""
    if symbol < len(vocab):
        return vocab.symbols[symbol]
    mark, piece = (START, symbol - len(vocab)) if symbol < len(vocab) + len(reading) else (STOP, symbol - len(vocab) - len(reading))
    return f"{mark[:-1]} {reading.text(piece, piece)!r}>"
