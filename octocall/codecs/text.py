"""What codecs that write plans as text have in common: calls with positional arguments, ``head('a', 5)``.

Calls that stand side by side are separated by ``;``, a call in the place of an argument is nested, and one token ends the plan. Every argument is
written, in the order of the signature; NOTHING ("None") takes the default, or says of a required one that the request does not give it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from importlib import import_module
from typing import Any

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT, Catalog
from octocall.errors import OctocallError, PlanError, RequestError
from octocall.function import Function, Parameter, accepts_result
from octocall.grammar import EMPTY, Grammar, choice, literal, repetition, sequence
from octocall.letters import word
from octocall.types import Context, Date, DateTime, List, Record, Text, TimeOfDay, Type
from octocall.types.written import ESCAPED, NOTHING, Form, expect

MAX_CALLS = 6
AND, COMMA = ";", ", "
END = "<nexa_end>"


class Token(str):
    """A symbol that is one token of its own, and none that text can spell."""

    __slots__ = ()


@dataclass(frozen=True)
class TextCodec:
    """Plan ↔ text, given the request, with the grammar of that text: its bytes, and Tokens.

    ``template`` is the prompt around ``{query}``, with ``{functions}`` where they are told and ``{now}`` where the clock is. ``lead`` stands between
    the prompt and the plan.
    """

    catalog: Catalog
    form: Form = ESCAPED
    template: str = ""
    lead: str = ""

    def candidates(self, request: Request) -> Catalog:
        """The functions that a request can call."""
        raise NotImplementedError

    def head(self, catalog: Catalog, function: Function) -> str:
        """How a call of ``function`` begins: a Token or a name."""
        raise NotImplementedError

    def heading(self, text: str, at: int) -> str | None:
        """The head of the call that is written at a place of ``text``; None where none is."""
        raise NotImplementedError

    def after(self, plan: Plan, request: Request) -> str:
        """What a model learns to write behind the end of a plan; nobody waits for it."""
        raise NotImplementedError

    @property
    def tokens(self) -> tuple[str, ...]:
        """The Tokens in order; a model needs each in its vocabulary."""
        return (END,)

    def shown(self, request: Request, plan: Plan, seed: int = 0) -> Request:
        """``request`` as a model is trained on it: where candidates are told, those of ``plan`` among others."""
        return request

    def prompt(self, request: Request) -> str:
        """What the model is given. Raises RequestError for an empty request, and for one that is no text."""
        if not isinstance(request.text, str) or not request.text.strip():
            raise RequestError("an empty request was given; a sentence is expected: say what should be done")
        if any("\ud800" <= letter <= "\udfff" for letter in request.text):
            raise RequestError("bytes that are no UTF-8 text were given; a sentence is expected")
        now = moment(request)
        told = {"query": request.text, "now": f"{now:%A} {now:%Y-%m-%d %H:%M}", "functions": self._told(request)}
        return self.template.format_map(told)

    def _told(self, request: Request) -> str:
        return "\n\n".join(map(documentation, self.candidates(request))) if "{functions}" in self.template else ""

    def encode(self, plan: Plan, request: Request) -> str:
        """``plan`` as text. Raises PlanError where it cannot be written."""
        return "".join(self.pieces(plan, request))

    def pieces(self, plan: Plan, request: Request) -> list[str]:
        """The text of ``plan`` cut at its Tokens. Raises PlanError where it cannot be written."""
        catalog = self.candidates(request)
        if len(plan.calls) > MAX_CALLS:
            raise PlanError(f"a plan of {len(plan.calls)} calls was given; at most {MAX_CALLS} are written")
        found = [self.lead]
        for i, call in enumerate(plan.calls):
            found += [*([AND] if i else []), *self._write(call, catalog, request)]
        found = joined([*found, Token(END)])
        if not self.form.escapes and self.decode("".join(found), request) != plan:
            raise PlanError(f"{plan} cannot be written without escapes: a text in it has a quote before a comma or a bracket")
        return found

    def _write(self, call: Call, catalog: Catalog, request: Request) -> Iterator[str]:
        function = catalog[call.name]
        yield self.head(catalog, function)
        yield "("
        arguments: dict[str, Any] = {}
        for i, parameter in enumerate(function.parameters):
            if i:
                yield COMMA
            value = call.arguments.get(parameter.name)
            if isinstance(value, Call):
                yield from self._write(value, catalog, request)
            else:
                yield self._value(parameter, value, call, Context(moment(request), request.region, dict(arguments)))
            arguments[parameter.name] = value
        yield ")"

    def _value(self, parameter: Parameter, value: Any, call: Call, context: Context) -> str:
        if parameter.name in call.missing:
            if not parameter.required:
                raise PlanError(f"{call.name}.{parameter.name} is optional; it cannot be written as missing")
            return NOTHING
        filled = None if parameter.required else parameter.type.fill(parameter.default, context)
        if value is None and (parameter.required or filled is not None):
            raise PlanError(f"no value was given for {call.name}.{parameter.name}")
        if value is None or (parameter.default is None and value == filled):
            return NOTHING  # a default that is counted from something else
        text = self.form.write(whole(parameter.type, value))
        plain = isinstance(parameter.type, Text) and text[1:2].strip()
        if not plain and not (written(parameter.type, self.form) or EMPTY).accepts(text.encode()):
            raise PlanError(f"{call.name}.{parameter.name} = {value!r} cannot be written: it is too long, too large, or nested too deep")
        return text

    def decode(self, text: str, request: Request) -> Plan:
        """The plan that ``text`` writes, every argument in canonical form, defaults filled in. Raises PlanError where it writes none."""
        catalog = self.candidates(request)
        known = {str(self.head(catalog, function)): function for function in catalog}
        at, calls = expect(text, 0, self.lead), list[Call]()
        while not calls or text.startswith(AND, at):
            call, at = self._read(text, at + bool(calls), known, request)
            calls.append(call)
        if text[at:] not in ("", END):
            raise PlanError(f"{text[at : at + 20]!r} was written behind the plan")
        return Plan(tuple(calls))

    def _read(self, text: str, at: int, known: dict[str, Function], request: Request) -> tuple[Call, int]:
        head = self.heading(text, at)
        if head not in known or head is None:
            raise PlanError(f"{text[at : at + 20]!r} was written where a function is expected")
        function, at = known[head], expect(text, at + len(head), "(")
        arguments, missing = dict[str, Any](), list[str]()
        for i, parameter in enumerate(function.parameters):
            at = expect(text, at, COMMA) if i else at
            value: Any
            if self.heading(text, at) in known:
                value, at = self._read(text, at, known, request)
            else:
                raw, at = self.form.read(text, at)
                value = received(parameter, raw, Context(moment(request), request.region, dict(arguments)))
            if value is not None:
                arguments[parameter.name] = value
            elif parameter.required:
                missing.append(parameter.name)
        return Call(function.name, arguments, tuple(missing)), expect(text, at, ")")

    def grammar(self, request: Request, must_call: bool = False) -> Grammar:
        """One to MAX_CALLS calls, or the irrelevant function alone; not that where there ``must`` be a call and some function can be called."""
        catalog = self.candidates(request)
        calls = [self._call(f, catalog, nested=True) for f in catalog if f.name != IRRELEVANT]
        options = [repetition(choice(*calls), 1, MAX_CALLS, word(AND))] if calls else []
        if IRRELEVANT in catalog and not (must_call and calls):
            options.append(self._call(catalog[IRRELEVANT], catalog, nested=False))
        return sequence(word(self.lead), choice(*options), literal(END))

    def _call(self, function: Function, catalog: Catalog, nested: bool) -> Grammar:
        head = self.head(catalog, function)
        parts = [literal(str(head)) if isinstance(head, Token) else word(head), word("(")]
        for i, parameter in enumerate(function.parameters):
            value = written(parameter.type, self.form)
            inner = [self._call(f, catalog, nested=False) for f in catalog if nested and accepts_result(parameter, f)]
            parts += [*([word(COMMA)] if i else []), choice(*([value] if value else []), word(NOTHING), *inner)]
        return sequence(*parts, word(")"))

    @cached_property
    def timed(self) -> bool:
        """Whether a function of the catalog takes a time, so that the clock is worth telling."""
        return any(isinstance(p.type, Date | DateTime | TimeOfDay) for f in self.catalog for p in f.parameters)


@lru_cache(maxsize=4096)
def written(kind: Type, form: Form) -> Grammar | None:
    """The text of a value; None where its type has none that can be written."""
    try:
        return kind.written(form)
    except PlanError:
        return None


def whole(kind: Type, value: Any) -> Any:
    """``value`` with NOTHING for the fields that its records leave out."""
    if isinstance(kind, Record) and isinstance(value, dict):
        return {field.name: whole(field.type, value.get(field.name)) for field in kind.fields}
    return [whole(kind.item, item) for item in value] if isinstance(kind, List) and isinstance(value, list | tuple) else value


def received(parameter: Parameter, raw: Any, context: Context) -> Any:
    """The canonical value of what was written for a parameter: its default for NOTHING, None where it has none or cannot take what was written."""
    kind = parameter.type
    if raw is None:
        return None if parameter.required else kind.fill(parameter.default, context)
    try:
        return kind.check(_stripped(kind, raw))
    except PlanError:
        # published models quote whatever they like
        return kind.parse(raw, context) if isinstance(raw, str) else None


def _stripped(kind: Type, raw: Any) -> Any:
    """``raw`` without the fields of records that are left out, and without repetitions where a list has none."""
    if isinstance(kind, Record) and isinstance(raw, dict):
        return {field.name: _stripped(field.type, raw[field.name]) for field in kind.fields if raw.get(field.name) is not None}
    if isinstance(kind, List) and isinstance(raw, list):
        items = [_stripped(kind.item, item) for item in raw]
        return [item for i, item in enumerate(items) if item not in items[:i]] if kind.unique else items
    return raw


def moment(request: Request) -> datetime:
    """The clock of a request in local time, the real one where it has none."""
    now = request.now or datetime.now().replace(second=0, microsecond=0)
    return now.astimezone().replace(tzinfo=None) if now.tzinfo else now


def joined(pieces: list[str]) -> list[str]:
    """``pieces`` with the text between two Tokens in one."""
    found: list[str] = []
    for piece in pieces:
        if found and not isinstance(piece, Token) and not isinstance(found[-1], Token):
            found[-1] += piece
        elif piece:
            found.append(piece)
    return found


def documentation(function: Function) -> str:
    """A function as Python code without a body: what is put into prompts, and learned behind the end of a plan."""
    names = [p.name if p.required else f"{p.name}={p.default!r}" for p in function.parameters]
    lines = [f"def {function.original or function.name}({', '.join(names)}):", "    '''", f"    {function.description}"]
    if function.parameters:
        lines += ["", "    Args:", *(f"    {p.name} ({p.type.schema().get('type', 'any')}): {p.description}" for p in function.parameters)]
    return "\n".join([*lines, "    '''"])


def text_codec(name: str) -> type[TextCodec]:
    """The codec of a module of this folder by the module's name. Raises OctocallError where there is none."""
    if name not in TEXT_CODECS:
        raise OctocallError(f"a codec {name!r} was given; {' or '.join(TEXT_CODECS)} is expected")
    found: type[TextCodec] = import_module(f"octocall.codecs.{name}").Codec
    return found


TEXT_CODECS = ("functional", "pythonic")
