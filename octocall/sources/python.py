"""A catalog from plain Python functions: signatures, type hints, Google- or Sphinx-style docstrings."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import types as builtin_types
import typing
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from octocall.catalog import Catalog
from octocall.errors import PlanError, SignatureError
from octocall.function import REQUIRED, Function, Parameter
from octocall.sources.common.loaded import Loaded, Remark
from octocall.types import Boolean, Choice, Date, DateTime, Field, Integer, List, Number, Record, Text, TimeOfDay, Type
from octocall.types.temporal import STAMP

_PLAIN: dict[Any, Type] = {
    str: Text(), int: Integer(), float: Number(), bool: Boolean(), time: TimeOfDay(), date: Date(), datetime: DateTime(),
}  # fmt: skip
_LISTS = {list: False, tuple: False, Sequence: False, set: True, frozenset: True}
"""Hints of several values, and whether each stands there once."""
_DEEPEST = 8
_SPHINX = re.compile(r"^\s*:param\s+(?:[^:]*\s)?(\w+)\s*:\s*(.*)$")
_GOOGLE = re.compile(r"^\s+\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")
ARROW = re.compile(r"\s*(?:->|=>|→)\s*")
"""Between a request and the call that it asks for."""
_SECTION = re.compile(r"^\s*(Args|Arguments|Parameters|Returns|Raises|Yields|Examples?|Notes?)\s*:\s*$")


def load(source: str | builtin_types.ModuleType | Iterable[Callable[..., Any]]) -> Catalog:
    """The catalog of a module (object or dotted name: its public functions in order) or of given functions.

    Raises SignatureError where a hint has no Type; the message names function and parameter.
    """
    if isinstance(source, str | builtin_types.ModuleType):
        module = _module(source)
        return Catalog(tuple(map(function, public(module))), module.__name__.rpartition(".")[2])
    return Catalog(tuple(map(function, source)))


def read(source: str | builtin_types.ModuleType, name: str) -> Loaded:
    """The catalog of a module with its examples and with remarks on what is told of no type or meaning. Raises SignatureError, also where it has no functions."""
    module = _module(source)
    catalog = load(module)
    if not len(catalog):
        raise SignatureError(f"{name} has no public Python functions; give one with at least one")
    noted = [Remark(f.__name__, reason) for f in public(module) for reason in _bare(f)]
    return Loaded(catalog, noted=tuple(noted), examples={f.__name__: found for f in public(module) if (found := examples(f))})


def _bare(callable_: Callable[..., Any]) -> Iterator[str]:
    """What the documentation of a function leaves out."""
    if not inspect.getdoc(callable_):
        yield "it has no docstring, so only its name says what it does: describe it"
    for parameter in inspect.signature(callable_).parameters.values():
        if parameter.annotation is parameter.empty:
            kind = _unhinted(parameter)
            taken = "text" if kind is str else f"{kind.__name__}, the type of its default"
            yield f"{parameter.name} has no type hint and is taken as {taken}: give it one"


def _unhinted(parameter: inspect.Parameter) -> type:
    """What a parameter without a type hint is taken as: what its default is, else text."""
    return next((kind for kind in (bool, int, float) if type(parameter.default) is kind), str)


def _module(source: str | builtin_types.ModuleType) -> builtin_types.ModuleType:
    try:
        return importlib.import_module(source) if isinstance(source, str) else source
    except ImportError as error:
        raise SignatureError(f"the module {source!r} cannot be imported ({error}); give the dotted name of a module with functions") from error


def public(module: builtin_types.ModuleType) -> list[Callable[..., Any]]:
    """The public functions that a module defines, in order."""
    return [f for n, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__ and not n.startswith("_")]


def function(callable_: Callable[..., Any]) -> Function:
    """One Function from a Python function. Raises SignatureError."""
    name = callable_.__name__
    signature = inspect.signature(callable_).parameters
    summary, meanings = read_docstring(inspect.getdoc(callable_) or "", signature)
    try:
        hints = typing.get_type_hints(callable_, include_extras=True)
    except NameError as error:
        raise SignatureError(f"{name} has a type hint that cannot be looked up ({error}); import it outside of TYPE_CHECKING") from error
    parameters = []
    for parameter in signature.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise SignatureError(f"{name} takes {parameter}; parameters that are given by name are expected: write them out")
        where = f"{name}.{parameter.name}"
        kind = read_hint(hints.get(parameter.name, _unhinted(parameter)), where)
        default = REQUIRED if parameter.default is parameter.empty else _default(parameter.default, kind, where)
        parameters.append(Parameter(parameter.name, kind, meanings.get(parameter.name, ""), default))
    returned = hints.get("return", type(None))
    return Function(name, summary, tuple(parameters), None if returned is type(None) else _result(returned))


def _default(value: Any, kind: Type, where: str) -> Any:
    """A default in the canonical form of its type; None says that there is none."""
    if isinstance(value, time | date):
        value = value.strftime(STAMP if isinstance(value, datetime) else "%H:%M" if isinstance(value, time) else "%Y-%m-%d")
    try:
        return None if value is None else kind.check(value)
    except PlanError as error:
        raise SignatureError(f"{where} has a default that is not of its type: {error}") from None


def _result(hint: Any) -> Type:
    """What a call gives to the call around it; a value without a Type of its own is handed on as text."""
    try:
        return read_hint(hint, "")
    except SignatureError:
        return Text()


def read_hint(hint: Any, where: str) -> Type:
    """The Type of a type hint: plain types, Literal, Annotated with a Type or with (least, most), Optional."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        inner = read_hint(args[0], where)
        for extra in args[1:]:
            if isinstance(extra, Type):
                return extra
            if isinstance(extra, range) and extra.step == 1:
                return Integer(extra.start, extra.stop - 1)
            if isinstance(extra, tuple) and len(extra) == 2 and isinstance(inner, Number | Integer):
                return type(inner)(*extra)
            if isinstance(extra, range | tuple):
                raise SignatureError(f"{where} has the bounds {extra!r}; (least, most) of a number or a range with step 1 is expected")
        return inner
    if origin is typing.Literal:
        return Choice(args)
    if origin in (typing.Required, typing.NotRequired):
        return read_hint(args[0], where)
    if origin in (typing.Union, builtin_types.UnionType):
        given = [arg for arg in args if arg is not type(None)]
        if len(given) == 1:
            return read_hint(given[0], where)
    if isinstance(hint, type) and hint in _PLAIN:
        return _PLAIN[hint]
    if origin in _LISTS and (len(args) == 1 or args[1:] == (...,)):
        return List(read_hint(args[0], where), unique=_LISTS[origin])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Choice(tuple(one.value for one in hint))
    if isinstance(hint, type) and (dataclasses.is_dataclass(hint) or typing.is_typeddict(hint)):
        return _record(hint, where)
    raise SignatureError(
        f"{where} has the type hint {hint!r}; expected str, int, float, bool, time, date, datetime, Literal[…], an Enum, list[…], a dataclass, a TypedDict "
        "or Annotated[…, an octocall type]"
    )


def _record(hint: type, where: str) -> Record:
    """The fields of a dataclass or TypedDict. Raises SignatureError, also where one holds itself."""
    if where.count(".") > _DEEPEST:
        raise SignatureError(f"{where} is nested more than {_DEEPEST} deep; give it fewer levels, or a text")
    try:
        hints = typing.get_type_hints(hint, include_extras=True)
    except NameError as error:
        raise SignatureError(f"{where} has a field whose type hint cannot be looked up ({error}); import it outside of TYPE_CHECKING") from error
    if dataclasses.is_dataclass(hint):
        required = {f.name: f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING for f in dataclasses.fields(hint)}
    else:
        # __required_keys__ is wrong where annotations are texts
        whole: bool = hint.__total__  # type: ignore[attr-defined]
        required = {
            name: typing.get_origin(kind) is typing.Required or (whole and typing.get_origin(kind) is not typing.NotRequired) for name, kind in hints.items()
        }
    return Record(tuple(Field(name, read_hint(kind, f"{where}.{name}"), required[name]) for name, kind in hints.items()))


def examples(callable_: Callable[..., Any]) -> tuple[str, ...]:
    """The lines under ``Examples:`` of a docstring that hold an arrow: ``dim the den to 3 -> set_lamp(room="den", level=3)``."""
    found, inside = [], False
    for line in (inspect.getdoc(callable_) or "").splitlines():
        if match := _SECTION.match(line):
            inside = match[1].startswith("Example")
        elif inside and ARROW.search(line):
            found.append(line.strip())
    return tuple(found)


def native(callable_: Callable[..., Any]) -> Callable[..., Any]:
    """A callable that takes canonical values and hands them to ``callable_`` as its hints say: dates, times, Enums, dataclasses, sets and tuples."""
    hints = typing.get_type_hints(callable_)

    def call(**given: Any) -> Any:
        return callable_(**{name: _native(value, hints.get(name)) for name, value in given.items()})

    return call


def _native(value: Any, hint: Any) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, builtin_types.UnionType):
        given = [arg for arg in args if arg is not type(None)]
        return value if value is None or len(given) != 1 else _native(value, given[0])
    if isinstance(value, str) and hint in (datetime, date, time):
        return datetime.strptime(value, STAMP) if hint is datetime else date.fromisoformat(value) if hint is date else time.fromisoformat(value)
    if isinstance(value, list) and origin in _LISTS:
        return (list if origin is Sequence else origin)(_native(item, args[0]) for item in value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if isinstance(value, dict) and isinstance(hint, type) and dataclasses.is_dataclass(hint):
        inner = typing.get_type_hints(hint)
        return hint(**{name: _native(part, inner.get(name)) for name, part in value.items()})
    return value


def read_docstring(doc: str, names: Container[str]) -> tuple[str, dict[str, str]]:
    """Summary and meanings of the parameters ``names`` of a Google- or Sphinx-style docstring."""
    summary: list[str] = []
    meanings: dict[str, str] = {}
    section, last = "", ""
    for line in doc.splitlines():
        if match := _SECTION.match(line):
            section, last = match[1], ""
        elif match := _SPHINX.match(line):
            section, last = "Args", match[1]
            meanings[last] = match[2].strip()
        elif re.match(r"^\s*:\w+", line):
            section, last = "Returns", ""
        elif section in ("Args", "Arguments", "Parameters") and (match := _GOOGLE.match(line)) and match[1] in names:
            last = match[1]
            meanings[last] = match[2].strip()
        elif section in ("Args", "Arguments", "Parameters") and last and line.strip():
            meanings[last] += " " + line.strip()
        elif not section:
            summary.append(line.strip())
    return " ".join(filter(None, summary)), meanings
