"""A plan being written: symbols come in one by one, values and calls are put together on a stack."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from octocall.call import Call, Spans
from octocall.errors import PlanError
from octocall.function import Function, Parameter
from octocall.reading import Reading
from octocall.types import ABSENT, MISSING, NEXT, OPEN, Context, Field, List, Record, Type, read
from octocall.vocab import Vocab

AND, END, DEFAULT = "<and>", "<end>", "<default>"


@dataclass
class _Frame:
    """A call or a record that is being filled, part by part."""

    of: Function | Record
    values: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    spans: dict[str, Spans] = field(default_factory=dict)
    place: int = 0

    @property
    def parts(self) -> tuple[Parameter, ...] | tuple[Field, ...]:
        return self.of.parameters if isinstance(self.of, Function) else self.of.fields

    @property
    def part(self) -> Parameter | Field:
        return self.parts[self.place]

    @property
    def complete(self) -> bool:
        return self.place == len(self.parts)


@dataclass
class _Items:
    """A list that is being filled, piece by piece; ``None`` among its values breaks it."""

    of: List
    values: list[Any] = field(default_factory=list)
    spans: Spans = ()


class Writer:
    """Builds a plan symbol by symbol; knows at any moment what is being filled and from where."""

    def __init__(self, functions: dict[str, Function], vocab: Vocab, reading: Reading) -> None:
        self.reading = reading
        self.calls: list[Call] = []
        self.start: int | None = None
        self.ranges: list[tuple[int, int]] = []
        self._functions, self._vocab = functions, vocab
        self._stack: list[_Frame | _Items] = []

    @property
    def type(self) -> Type:
        """The type that reads what is pointed at: a list reads its items, and lists inside lists theirs."""
        top = self._stack[-1]
        kind: Type = top.of if isinstance(top, _Items) else top.part.type
        while isinstance(kind, List) and isinstance(kind.item, List):
            kind = kind.item
        return kind

    @property
    def context(self) -> Context:
        call = next((frame for frame in reversed(self._stack) if isinstance(frame, _Frame) and isinstance(frame.of, Function)), None)
        return Context(self.reading.now, self.reading.request.region, call.values if call else {})

    @property
    def floor(self) -> int:
        """The first piece that a pointer may reach: the pointers of one value move forward."""
        return self.ranges[-1][1] + 1 if self.ranges else 1

    def push(self, symbol: int) -> None:
        """Takes the next symbol id; its place must be allowed by the grammar."""
        size, pieces = len(self._vocab), len(self.reading)
        if symbol >= size + pieces:
            assert self.start is not None
            self.ranges.append((self.start, symbol - size - pieces))
            self.start = None
            if isinstance(top := self._stack[-1], _Items):
                top.values += top.of.several(self._text(), self.context) or [None]
                top.spans += self._places()
        elif symbol >= size:
            self._descend()
            self.start = symbol - size
        else:
            self._push_fixed(self._vocab.symbols[symbol])
        self._close()

    def _push_fixed(self, symbol: str) -> None:
        if symbol in self._functions:
            self._stack.append(_Frame(self._functions[symbol]))
        elif symbol in (AND, END):
            return
        elif symbol in (DEFAULT, ABSENT, MISSING):
            self._leave_out(symbol)
        elif symbol == NEXT:
            self._finish()
        else:
            self._descend()
            top = self._stack[-1]
            if symbol == OPEN:
                kind = top.of.item if isinstance(top, _Items) else top.part.type
                assert isinstance(kind, Record)
                self._stack.append(_Frame(kind))
            else:
                kind = top.of.item if isinstance(top, _Items) else top.part.type
                self._fill(kind.parse(symbol, self.context))

    def _descend(self) -> None:
        """Opens the lists that the next value lies in."""
        while True:
            top = self._stack[-1]
            kind = top.of.item if isinstance(top, _Items) else top.part.type
            if not isinstance(kind, List):
                return
            self._stack.append(_Items(kind))

    def _leave_out(self, symbol: str) -> None:
        frame = self._stack[-1]
        assert isinstance(frame, _Frame)
        part = frame.part
        if symbol == DEFAULT and isinstance(part, Parameter):
            value = part.type.fill(part.default, self.context)
            if value is not None:
                frame.values[part.name] = value
        elif symbol == MISSING:
            frame.missing.append(part.name)
        frame.place += 1

    def _finish(self) -> None:
        """NEXT: the end of a list, or of a value made of spans."""
        top = self._stack[-1]
        if isinstance(top, _Items):
            self._stack.pop()
            try:
                value = None if None in top.values else top.of.check(top.values)
            except PlanError:
                value = None
            self._fill(value, top.spans)
        else:
            value = read(top.part.type, top.part.description, self._text(), self.context)
            places = self._places()
            # each part was readable but not their sum, as in "Friday" without a time: ask back
            self._fill(value, places if value is not None else ())

    def _text(self) -> str:
        return " ".join(self.reading.text(*pieces) for pieces in self.ranges)

    def _places(self) -> Spans:
        offsets, ranges = self.reading.offsets, self.ranges
        self.ranges = []
        return tuple((offsets[a][0], offsets[b][1]) for a, b in ranges)

    def _fill(self, value: Any, spans: Spans = ()) -> None:
        """Puts a finished value where it belongs; None says that it could not be read."""
        top = self._stack[-1]
        if isinstance(top, _Items):
            top.values.append(value)
            return
        if value is None:
            top.missing.append(top.part.name)
        else:
            top.values[top.part.name] = value
            if spans and isinstance(top.of, Function):
                top.spans[top.part.name] = spans
        top.place += 1

    def _close(self) -> None:
        while self._stack and isinstance(top := self._stack[-1], _Frame) and top.complete:
            self._stack.pop()
            if isinstance(top.of, Record):
                # a record without a required field is none
                self._fill(None if top.missing else top.values)
                continue
            call = Call(top.of.name, top.values, tuple(top.missing), top.spans)
            if self._stack:
                self._fill(call)
            else:
                self.calls.append(call)
