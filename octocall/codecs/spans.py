"""Plans as functional tokens, literals and pointers into the request.

A plan is written call by call: the functional token, then every parameter in the order of the
signature. A value that stands in the request is pointed at (first word, last word; several spans
are joined by a space) and read by its Type; one that is only implied is a literal; DEFAULT takes
the default of the signature; MISSING says that the request does not give it; a functional token in
the place of a value is a nested call. Calls are separated by AND and closed by END.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import tokenizers

from octocall.call import Call, Plan, Request, Spans
from octocall.catalog import IRRELEVANT, Catalog
from octocall.errors import PlanError, RequestError, SignatureError
from octocall.function import Function, Parameter, accepts_result
from octocall.grammar import Grammar, choice, labelled, literal, repetition, sequence
from octocall.reading import Reading
from octocall.types import NEXT, START, STOP, Context, List, Record, Type
from octocall.vocab import Vocab

AND, END, DEFAULT, MISSING = "<and>", "<end>", "<default>", "<missing>"
CALL, AFTER = "<call>", "<after>"
"""Labels of the two places outside of parameters: choosing a function, and going on or ending."""
MAX_CALLS = 6
MAX_WORDS = 24
"""A typed value has at most this many words; free text may be as long as the request."""
_MINUS = re.compile(r"(?:(?<![\w)])[-−]|\b(?:minus|negative)\s+)$", re.I)


@dataclass
class _Frame:
    """A call that is being written."""

    function: Function
    arguments: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    spans: dict[str, Spans] = field(default_factory=dict)
    place: int = 0

    @property
    def parameter(self) -> Parameter:
        return self.function.parameters[self.place]

    @property
    def complete(self) -> bool:
        return self.place == len(self.function.parameters)

    def call(self) -> Call:
        return Call(self.function.name, self.arguments, tuple(self.missing), self.spans)


class Writer:
    """Builds a plan symbol by symbol; knows at any moment what is being filled and from where."""

    def __init__(self, codec: SpansCodec, reading: Reading) -> None:
        self.codec, self.reading = codec, reading
        self.calls: list[Call] = []
        self.start: int | None = None
        self.ranges: list[tuple[int, int]] = []
        self._frames: list[_Frame] = []

    @property
    def type(self) -> Type:
        """The type of the value being filled."""
        return self._frames[-1].parameter.type

    @property
    def context(self) -> Context:
        arguments = self._frames[-1].arguments if self._frames else {}
        return Context(self.reading.now, self.reading.request.region, arguments)

    @property
    def floor(self) -> int:
        """The first piece that a pointer may reach: pointers of one value move forward."""
        return self.ranges[-1][1] + 1 if self.ranges else 1

    def push(self, symbol: int) -> None:
        """Takes the next symbol id; its place must be allowed by the grammar."""
        size = len(self.codec.vocab)
        if symbol >= size + len(self.reading):
            assert self.start is not None
            self.ranges.append((self.start, symbol - size - len(self.reading)))
            self.start = None
        elif symbol >= size:
            self.start = symbol - size
        else:
            self._push_fixed(self.codec.vocab.symbols[symbol])

    def _push_fixed(self, symbol: str) -> None:
        if symbol in self.codec.functions:
            self._frames.append(_Frame(self.codec.functions[symbol]))
        elif symbol in (AND, END):
            return
        else:
            frame = self._frames[-1]
            parameter = frame.parameter
            if symbol == DEFAULT:
                self._fill(parameter.type.fill(parameter.default, self.context))
            else:
                value = None
                if symbol == NEXT:
                    value = self._read(parameter, frame)
                elif symbol != MISSING:
                    value = parameter.type.parse(symbol, self.context)
                if value is None:
                    frame.missing.append(parameter.name)
                self._fill(value)
        self._close()

    def _read(self, parameter: Parameter, frame: _Frame) -> Any:
        text = " ".join(self.reading.text(*pieces) for pieces in self.ranges)
        offsets = self.reading.offsets
        frame.spans[parameter.name] = tuple((offsets[a][0], offsets[b][1]) for a, b in self.ranges)
        self.ranges = []
        value = parameter.type.parse(text, self.context)
        if value is None:
            # each part was readable but not their sum, as in "Friday" without a time: ask back
            del frame.spans[parameter.name]
        return value

    def _fill(self, value: Any) -> None:
        frame = self._frames[-1]
        if value is not None:
            frame.arguments[frame.parameter.name] = value
        frame.place += 1

    def _close(self) -> None:
        while self._frames and self._frames[-1].complete:
            call = self._frames.pop().call()
            if self._frames:
                self._fill(call)
            else:
                self.calls.append(call)


@dataclass(frozen=True)
class SpansCodec:
    """Plan ↔ symbol ids of one request, and the grammar of those symbols."""

    catalog: Catalog
    tokenizer: tokenizers.Tokenizer
    max_pieces: int = 256

    def __post_init__(self) -> None:
        self.tokenizer.encode_special_tokens = True  # a "[SEP]" in a request is text
        for function in self.catalog:
            for parameter in function.parameters:
                if isinstance(parameter.type, List | Record):
                    kind = type(parameter.type).__name__.lower()
                    raise SignatureError(f"{function.name}.{parameter.name} takes a {kind}; this codec writes single values: leave the function out")

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Functions by functional token."""
        return dict(zip(self.catalog.tokens, self.catalog.functions, strict=True))

    @cached_property
    def vocab(self) -> Vocab:
        literals = {text for f in self.catalog for p in f.parameters for text in p.type.literals}
        return Vocab.build((AND, END, DEFAULT, MISSING, NEXT, *sorted(literals), *self.catalog.tokens))

    @cached_property
    def labels(self) -> dict[Any, int]:
        """Row of each grammar place in the network's table: CALL, AFTER, then (function, parameter)."""
        places = [(f.name, p.name) for f in self.catalog for p in f.parameters]
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
        return sequence(token, *(labelled((function.name, p.name), self._argument(p, nested)) for p in function.parameters))

    def _argument(self, parameter: Parameter, nested: bool) -> Grammar:
        options = [parameter.type.grammar(), literal(MISSING if parameter.required else DEFAULT)]
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

    def decode(self, symbols: Iterable[int], reading: Reading) -> Plan:
        """The plan that ``symbols`` write. Every argument is canonical, defaults are filled in."""
        writer = Writer(self, reading)
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
        if kind.pointed:
            found = [reading.pieces(*span) for span in spans] if spans else self._find(kind, value, reading, context)
            if found and None not in found:
                return self._pointers([pieces for pieces in found if pieces], reading)
            if spans:
                raise PlanError(f"the span of {parameter.name!r} cuts a word of {reading.request.text!r}")
        rendered = kind.render(value)
        if rendered in kind.literals:
            return [rendered]
        raise PlanError(f"the value {value!r} of {parameter.name!r} does not stand in {reading.request.text!r}")

    def _pointers(self, found: Sequence[tuple[int, int]], reading: Reading) -> list[str | int]:
        size = len(self.vocab)
        return [p for a, b in found for p in (size + a, size + len(reading) + b)] + [NEXT]

    def _find(self, kind: Type, value: Any, reading: Reading, context: Context) -> list[tuple[int, int] | None]:
        """One span that reads as ``value``; the longest of the first place where there is one."""
        for start in reading.first:
            stops = [stop for stop in reading.last if stop >= start]
            for stop in reversed(stops):
                if kind.parse(reading.text(start, stop), context) == value:
                    return [(start, stop)]
        return []

    def part(self, writer: Writer, start: int, stop: int) -> bool:
        """Whether the pieces from ``start`` to ``stop`` may be a span of the value being filled."""
        reading = writer.reading
        if writer.type.signed and _MINUS.search(reading.request.text[: reading.offsets[start][0]]):
            return False  # "-3" is not 3
        return writer.type.part(reading.text(start, stop), writer.context)


def symbol_name(vocab: Vocab, reading: Reading, symbol: int) -> str:
    """A symbol for people to read: its text, or the word it points at."""
    if symbol < len(vocab):
        return vocab.symbols[symbol]
    mark, piece = (START, symbol - len(vocab)) if symbol < len(vocab) + len(reading) else (STOP, symbol - len(vocab) - len(reading))
    return f"{mark[:-1]} {reading.text(piece, piece)!r}>"
