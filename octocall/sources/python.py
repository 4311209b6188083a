"""A catalog from plain Python functions: signatures, type hints, Google- or Sphinx-style docstrings."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import types as builtin_types
import typing
from collections.abc import Callable, Container, Iterable, Sequence
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from octocall.catalog import Catalog
from octocall.errors import PlanError, SignatureError
from octocall.function import REQUIRED, Function, Parameter
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
_SECTION = re.compile(r"^\s*(Args|Arguments|Parameters|Returns|Raises|Yields|Examples?|Notes?)\s*:\s*$")


def load(source: str | builtin_types.ModuleType | Iterable[Callable[..., Any]]) -> Catalog:
    """The catalog of a module (object or dotted name: its public functions in order) or of given functions.

    Raises SignatureError where a hint has no Type; the message names function and parameter.
    """
    try:
        module = importlib.import_module(source) if isinstance(source, str) else source
    except ImportError as error:
        raise SignatureError(f"the module {source!r} cannot be imported ({error}); give the dotted name of a module with functions") from error
    if isinstance(module, builtin_types.ModuleType):
        name = module.__name__.rpartition(".")[2]
        found = [f for n, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__ and not n.startswith("_")]
        return Catalog(tuple(map(function, found)), name)
    return Catalog(tuple(map(function, module)))


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
        kind = read_hint(hints.get(parameter.name, str), where)
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
