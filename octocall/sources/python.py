"""A catalog from plain Python functions: signatures, type hints, Google- or Sphinx-style docstrings."""

from __future__ import annotations

import importlib
import inspect
import re
import types as builtin_types
import typing
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any

from octocall.catalog import Catalog
from octocall.errors import SignatureError
from octocall.function import REQUIRED, Function, Parameter
from octocall.types import Boolean, Choice, Date, DateTime, Integer, Number, Text, TimeOfDay, Type

_PLAIN: dict[Any, Type] = {
    str: Text(), int: Integer(), float: Number(), bool: Boolean(), time: TimeOfDay(), date: Date(), datetime: DateTime(),
}  # fmt: skip
_SPHINX = re.compile(r"^\s*:param\s+(?:[^:]*\s)?(\w+)\s*:\s*(.*)$")
_GOOGLE = re.compile(r"^\s+\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")
_SECTION = re.compile(r"^\s*(Args|Arguments|Parameters|Returns|Raises|Yields|Examples?|Notes?)\s*:\s*$")


def load(source: str | builtin_types.ModuleType | Iterable[Callable[..., Any]]) -> Catalog:
    """The catalog of a module (object or dotted name: its public functions in order) or of given functions.

    Raises SignatureError where a hint has no Type; the message names function and parameter.
    """
    module = importlib.import_module(source) if isinstance(source, str) else source
    if isinstance(module, builtin_types.ModuleType):
        name = module.__name__.rpartition(".")[2]
        found = [f for n, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__ and not n.startswith("_")]
        return Catalog(tuple(map(function, found)), name)
    return Catalog(tuple(map(function, module)))


def function(callable_: Callable[..., Any]) -> Function:
    """One Function from a Python function. Raises SignatureError."""
    name = callable_.__name__
    summary, meanings = read_docstring(inspect.getdoc(callable_) or "")
    hints = typing.get_type_hints(callable_, include_extras=True)
    parameters = []
    for parameter in inspect.signature(callable_).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise SignatureError(f"{name} takes *{parameter.name}; parameters with names of their own are expected: write them out")
        kind = read_hint(hints.get(parameter.name, str), f"{name}.{parameter.name}")
        default = REQUIRED if parameter.default is parameter.empty else parameter.default
        parameters.append(Parameter(parameter.name, kind, meanings.get(parameter.name, ""), default))
    returned = hints.get("return", type(None))
    returns = None if returned is type(None) else read_hint(returned, f"{name} -> …")
    return Function(name, summary, tuple(parameters), returns)


def read_hint(hint: Any, where: str) -> Type:
    """The Type of a type hint: plain types, Literal, Annotated with a Type or with (least, most), Optional."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        for extra in args[1:]:
            if isinstance(extra, Type):
                return extra
            if isinstance(extra, range):
                return Integer(extra.start, extra.stop - 1)
            if isinstance(extra, tuple) and len(extra) == 2:
                return Number(*extra) if args[0] is float else Integer(*extra)
        return read_hint(args[0], where)
    if origin is typing.Literal:
        return Choice(tuple(map(str, args)))
    if origin in (typing.Union, builtin_types.UnionType):
        inner = [arg for arg in args if arg is not type(None)]
        if len(inner) == 1:
            return read_hint(inner[0], where)
    if isinstance(hint, type) and hint in _PLAIN:
        return _PLAIN[hint]
    raise SignatureError(f"{where} has the type hint {hint!r}; expected str, int, float, bool, time, date, datetime, Literal[…] or Annotated[…, an octocall type]")


def read_docstring(doc: str) -> tuple[str, dict[str, str]]:
    """Summary and parameter meanings of a Google- or Sphinx-style docstring."""
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
        elif section in ("Args", "Arguments", "Parameters") and (match := _GOOGLE.match(line)):
            last = match[1]
            meanings[last] = match[2].strip()
        elif section in ("Args", "Arguments", "Parameters") and last and line.strip():
            meanings[last] += " " + line.strip()
        elif not section:
            summary.append(line.strip())
    return " ".join(filter(None, summary)), meanings
