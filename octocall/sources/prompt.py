"""A catalog from the text of a prompt in which functions stand as Python signatures with docstrings (Octopus v1).

The text is parsed, never run: hints are looked up by name, defaults are literals.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from octocall.catalog import Catalog
from octocall.errors import PlanError
from octocall.function import REQUIRED, Function, Parameter
from octocall.sources.common.document import read_text
from octocall.sources.common.loaded import Collector, Loaded
from octocall.sources.common.merge import Unfit, inside
from octocall.sources.common.prose import clean
from octocall.sources.python import read_docstring
from octocall.types import Anything, Boolean, Choice, Date, DateTime, Integer, List, Number, Text, TimeOfDay, Type

_DEF = re.compile(r"^([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)", re.M)
_BULLET = re.compile(r"^([ \t]*)[-*•][ \t]+", re.M)
_TOLD = re.compile(r"^\s*\*{0,2}(\w+)\s*\(([^()]*)\)\s*:", re.M)
_EXACT = 2**53 - 1
_INTEGER = Integer(-_EXACT, _EXACT)
_PLAIN: dict[str, Type] = {
    "str": Text(), "string": Text(), "int": _INTEGER, "integer": _INTEGER, "float": Number(), "number": Number(), "bool": Boolean(), "boolean": Boolean(),
    "date": Date(), "datetime": DateTime(), "time": TimeOfDay(), "Any": Anything(), "any": Anything(),
    "list": List(Anything()), "List": List(Anything()), "tuple": List(Anything()),
}  # fmt: skip
_LISTS = ("list", "List", "Sequence", "Iterable", "Collection", "MutableSequence")
_SETS = ("set", "Set", "frozenset", "FrozenSet")
_MAX_LINES = 400


def load(source: str | Path) -> Catalog:
    """The catalog of a prompt given as text or as the path of a file; warns of functions that are left out.

    Raises SignatureError where there is no function in it.
    """
    return read(source).warned()


def read(source: str | Path) -> Loaded:
    """The catalog, the functions that cannot be read and why, and what others lost. Raises SignatureError."""
    given = isinstance(source, str) and source.lstrip().startswith(("def ", "async def "))
    text, name = (str(source), "text") if given else read_text(source)
    collector = Collector("prompt" if name == "text" else name)
    for name, node in _definitions(text):
        notes: list[str] = []
        try:
            if node is None:
                raise Unfit("is no Python that can be parsed")
            if any(name == function.name for function in collector.functions):
                raise Unfit("there is another function of this name before it; rename one")
            function = _function(node, notes)
        except (Unfit, RecursionError) as error:
            collector.skip(name, str(error))
        else:
            collector.add(function, notes)
    return collector.loaded()


def _definitions(text: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | None]]:
    """Name and syntax tree of every function outside of another; None where it cannot be parsed."""
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    end = 0
    for match in _DEF.finditer(text):
        if match.start() < end:
            continue
        lines = text[match.start() :].split("\n")[:_MAX_LINES]
        own = len(match[1])
        node, size = _parsed(lines, own)
        if node is not None:
            end = match.start() + sum(len(line) + 1 for line in lines[:size])
        yield match[2], node


def _parsed(lines: list[str], own: int) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef | None, int]:
    """The longest beginning of ``lines`` that is one function, or the shortest that is a signature without a body."""
    stop = next((i for i, line in enumerate(lines) if i and _DEF.match(line) and len(line) - len(line.lstrip()) <= own), len(lines))
    for size in range(stop, 0, -1):
        if lines[size - 1].strip() and (node := _tree(lines[:size])) is not None:
            return node, size
    for size in range(1, stop + 1):
        signature = "\n".join(lines[:size]).rstrip().rstrip(":").rstrip(".").rstrip()
        if (node := _tree([*f"{signature}:".split("\n"), " " * own + "    ..."])) is not None:
            return node, size
    return None, 0


def _tree(lines: list[str]) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    try:
        body = ast.parse(textwrap.dedent("\n".join(lines))).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0] if len(body) == 1 and isinstance(body[0], ast.FunctionDef | ast.AsyncFunctionDef) else None


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, notes: list[str]) -> Function:
    given = node.args
    if given.posonlyargs or given.vararg or given.kwarg:
        raise Unfit("takes parameters that are not given by name: write them out")
    doc = ast.get_docstring(node) or ""
    told = {match[1]: match[2] for match in _TOLD.finditer(_BULLET.sub(r"\1", doc))}
    arguments = [argument for argument in (*given.args, *given.kwonlyargs) if argument.arg not in ("self", "cls")]
    # a bullet begins a line of the list of parameters; indented, it reads like those of Google's style
    summary, meanings = read_docstring(_BULLET.sub(r"\1    ", doc), [argument.arg for argument in arguments])
    defaults = dict(zip([argument.arg for argument in given.args][::-1], given.defaults[::-1], strict=False))
    defaults |= {argument.arg: value for argument, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is not None}
    parameters = []
    for argument in arguments:
        name = argument.arg
        with inside(name):
            kind = _kind(argument.annotation, told.get(name), defaults.get(name))
        default = _default(defaults[name], kind, name, notes) if name in defaults else None if "optional" in told.get(name, "").lower() else REQUIRED
        parameters.append(Parameter(name, kind, clean(meanings.get(name)), default))
    return Function(node.name, clean(summary), tuple(parameters), _returned(node.returns))


def _default(node: ast.expr, kind: Type, name: str, notes: list[str]) -> Any:
    try:
        value = ast.literal_eval(node)
        return None if value is None else kind.check(value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        notes.append(f"{name}: the default {ast.unparse(node)[:60]} is left out, since it is no literal")
    except PlanError as error:
        notes.append(f"{name}: the default is left out, since {error}")
    return None


def _kind(hint: ast.expr | None, told: str | None, default: ast.expr | None) -> Type:
    """The Type of a hint; without one, what the docstring says in brackets, or the kind of the default."""
    if hint is not None:
        return read_hint(hint)
    words = re.sub(r",?\s*(?:optional|required|default\b.*)", "", told or "", flags=re.I).strip()
    if words:
        try:
            return read_hint(ast.parse(re.sub(r"\b(list|tuple|set) of (\w+?)s?\b", r"\1[\2]", words), mode="eval").body)
        except (SyntaxError, ValueError):
            raise Unfit(f"has the type {words!r} in its docstring; a Python hint is expected") from None
    try:
        value = ast.literal_eval(default) if default is not None else None
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        value = None
    return {bool: Boolean(), int: _INTEGER, float: Number(), list: List(Anything())}.get(type(value), Text())


def read_hint(node: ast.expr) -> Type:
    """The Type of a hint by its name. Raises Unfit."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return read_hint(ast.parse(node.value, mode="eval").body)
        except SyntaxError:
            raise Unfit(f"has the hint {node.value!r}, which is no Python") from None
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        if name in _PLAIN:
            return _PLAIN[name]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _one_of([node.left, node.right], node)
    if isinstance(node, ast.Subscript):
        name = node.value.id if isinstance(node.value, ast.Name) else node.value.attr if isinstance(node.value, ast.Attribute) else ""
        inner = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if (found := _subscripted(name, inner, node)) is not None:
            return found
    raise Unfit(f"has the hint {ast.unparse(node)[:80]}; str, int, float, bool, date, time, datetime, Literal, Optional, list of these or Annotated is expected")


def _subscripted(name: str, inner: list[ast.expr], node: ast.expr) -> Type | None:
    if name in _LISTS and len(inner) == 1:
        return List(read_hint(inner[0]))
    if name in _SETS and len(inner) == 1:
        return List(read_hint(inner[0]), unique=True)
    if name in ("tuple", "Tuple") and len(inner) == 2 and isinstance(inner[1], ast.Constant) and inner[1].value is ...:
        return List(read_hint(inner[0]))
    if name in ("Optional", "Union"):
        return _one_of(inner, node)
    if name == "Literal":
        try:
            values = tuple(value for value in map(ast.literal_eval, inner) if value is not None)
        except (ValueError, TypeError):
            return None
        fit = values and all(isinstance(value, str | bool | int | float) for value in values) and len(set(map(str, values))) == len(values)
        return Choice(values) if fit else None
    if name == "Annotated" and inner:
        return _annotated(read_hint(inner[0]), inner[1:])
    return None


def _annotated(kind: Type, extras: list[ast.expr]) -> Type:
    """A number with its (least, most); what else is said beside a hint is for people, unless it looks like a limit."""
    for extra in extras:
        if isinstance(extra, ast.Constant) and isinstance(extra.value, str):
            continue
        try:
            bounds = ast.literal_eval(extra)
        except (ValueError, TypeError):
            bounds = None
        numbers = isinstance(bounds, tuple) and len(bounds) == 2 and all(isinstance(bound, int | float) for bound in bounds) and bounds[0] <= bounds[1]
        if not numbers or not isinstance(kind, Integer | Number):
            raise Unfit(f"has {ast.unparse(extra)[:60]} beside its hint; (least, most) of a number is expected")
        kind = type(kind)(*bounds)
    return kind


def _one_of(options: list[ast.expr], node: ast.expr) -> Type:
    given = [option for option in options if not (isinstance(option, ast.Constant) and option.value is None)]
    if len(given) != 1:
        raise Unfit(f"has the hint {ast.unparse(node)[:80]}; one type, or one and None, is expected")
    return read_hint(given[0])


def _returned(hint: ast.expr | None) -> Type | None:
    """What a call gives to the call around it; a value without a Type of its own is handed on as text."""
    if hint is None or (isinstance(hint, ast.Constant) and hint.value is None):
        return None
    try:
        return read_hint(hint)
    except Unfit:
        return Text()
