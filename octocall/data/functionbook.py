"""Function books: invented applications with the requests that people make of them, in plain text files.

    [garden irrigation]
    def waterZone(zone: str, minutes: int(1..120), mode: drip|spray = drip, start: time?)
      Waters one zone of the garden.
      zone: Name of the zone.
    > mist {zone=the back lawn} for {minutes=15} minutes please | mode=spray
    + waterZone, waterZone: {1.zone=roses} for {1.minutes=10} minutes and {2.zone=ferns} for {2.minutes=5}
    - order two bags of bark mulch

``>`` asks for the function above, ``+`` for several, ``-`` for none of the group. ``{parameter=words}``
is where a value stands, ``{parameter=words|value}`` what it means where the words alone do not say;
behind `` | `` are the values that are only implied.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from octocall.data.noise import Piece
from octocall.errors import DataError, OctocallError
from octocall.function import REQUIRED, Function, Parameter
from octocall.sources.common.loaded import identifier
from octocall.types import Boolean, Choice, Date, Integer, IsoDateTime, List, Number, Text, TimeOfDay, Type

_DEF = re.compile(r"def\s+([\w.\-]+)\s*\((.*)\)\s*$")
_SLOT = re.compile(r"\{((?:\d\.)?\w+(?:\+(?:\d\.)?\w+)*)=([^{}|]*)(?:\|([^{}]*))?\}")
_RANGE = re.compile(r"(int|float)\((-?[\d.]*)\s*\.\.\s*(-?[\d.]*)\)$")
_PLAIN: dict[str, Type] = {
    "str": Text(), "int": Integer(), "float": Number(), "bool": Boolean(), "date": Date(), "time": TimeOfDay(), "datetime": IsoDateTime(),
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """One authored request: its words and values in order, the functions it asks for, and what is only implied.

    The ``slot`` of a value is a tuple of (call, parameter). No calls: none of the group's functions fits.
    """

    pieces: tuple[Piece, ...]
    calls: tuple[str, ...]
    implied: tuple[tuple[int, str, str], ...]
    means: tuple[tuple[int, str], ...]  # by number of the piece: the value that its words stand for
    place: str


@dataclass(frozen=True)
class Group:
    """One application."""

    name: str
    functions: tuple[Function, ...]
    wishes: tuple[Wish, ...]


def read_books(folder: Path) -> Iterator[Group]:
    """The groups of every file of a folder, in order. Raises DataError naming file and line, or a group that is there twice."""
    places: dict[str, Path] = {}
    for path in sorted(folder.glob("*.txt")):
        for group in _Reader(path).groups():
            if group.name in places:
                raise DataError(f"[{group.name}] is in {places[group.name]} and again in {path}; rename one")
            places[group.name] = path
            yield group


def read_book(path: Path) -> Iterator[Group]:
    """The groups of one file. Raises DataError naming file and line."""
    return _Reader(path).groups()


class _Reader:
    """Reads one file line by line."""

    def __init__(self, path: Path) -> None:
        self.path, self.place = path, ""

    def groups(self) -> Iterator[Group]:
        name, functions, wishes = "", dict[str, Function](), list[Wish]()
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), 1):
            self.place = f"{self.path.name}:{number}"
            try:
                if line.startswith("["):
                    if functions:
                        yield Group(name, tuple(functions.values()), tuple(wishes))
                    name, functions, wishes = line.strip().strip("[]"), {}, []
                elif line.startswith("def "):
                    function = _function(line)
                    functions[function.original or function.name] = function
                    last = function.original or function.name
                elif line[:2].strip() == "" and line.strip():
                    functions[last] = _documented(functions[last], line.strip())
                elif line[:2] in ("> ", "+ ", "- "):
                    wishes.append(self._wish(line, last, functions))
                elif line.strip() and not line.startswith("#"):
                    raise DataError("the line is of no known kind")
            except (OctocallError, KeyError, ValueError, UnboundLocalError) as error:
                raise DataError(f"{self.place} cannot be read ({error}): {line[:80]!r}") from error
        if functions:
            yield Group(name, tuple(functions.values()), tuple(wishes))

    def _wish(self, line: str, last: str, functions: dict[str, Function]) -> Wish:
        mark, text = line[0], line[2:].strip()
        calls: tuple[str, ...] = (last,) if mark == ">" else ()
        if mark == "+":
            names, text = text.split(":", 1)
            calls = tuple(name.strip() for name in names.split(","))
        calls = tuple(functions[name].name for name in calls)
        implied: list[tuple[int, str, str]] = []
        if match := re.search(r"\s\|\s+((?:[\w.]+=(?:\"[^\"]*\"|\S+)\s*)+)$", text):
            text = text[: match.start()]
            implied = [_implied(word) for word in shlex.split(match[1].replace("'", "\\'"))]
        pieces, means = _pieces(text.strip())
        by_name = {function.name: function for function in functions.values()}
        for at, name in [*((at, name) for at, name, _ in implied), *(slot for piece in pieces for slot in (piece.slot or ()))]:  # type: ignore[attr-defined]
            by_name[calls[at]].parameter(name)
        return Wish(tuple(pieces), calls, tuple(implied), tuple(means), self.place)


def _implied(word: str) -> tuple[int, str, str]:
    name, value = word.split("=", 1)
    return (*_slot(name), value)


def _slot(name: str) -> tuple[int, str]:
    number, _, parameter = name.rpartition(".")
    return (int(number) - 1 if number else 0), parameter


def _pieces(text: str) -> tuple[list[Piece], list[tuple[int, str]]]:
    pieces: list[Piece] = []
    means = []
    at = 0
    for match in _SLOT.finditer(text):
        if match.start() > at:
            pieces.append(Piece(text[at : match.start()]))
        if match[3] is not None:
            means.append((len(pieces), match[3].strip()))
        pieces.append(Piece(match[2].strip(), tuple(map(_slot, match[1].split("+")))))
        at = match.end()
    if at < len(text):
        pieces.append(Piece(text[at:]))
    if "{" in "".join(piece.text for piece in pieces):
        raise ValueError("a brace that opens no value")
    return pieces, means


def _function(line: str) -> Function:
    match = _DEF.match(line)
    if not match:
        raise ValueError("def name(parameter: type, …) is expected")
    parameters = tuple(_parameter(part) for part in _split(match[2]) if part.strip())
    name = identifier(match[1])
    return Function(name, "", parameters, original=match[1] if match[1] != name else "")


def _split(text: str) -> list[str]:
    """The parts between commas that stand outside of quotes, brackets and parentheses."""
    return re.findall(r"(?:[^,\"\[\](]|\"[^\"]*\"|\[[^\]]*\]|\([^)]*\))+", text)


def _parameter(text: str) -> Parameter:
    name, _, rest = text.partition(":")
    kind, _, default = rest.partition("=")
    optional, kind = kind.strip().endswith("?"), kind.strip().removesuffix("?").strip()
    found = _type(kind)
    value: Any = REQUIRED
    if default.strip():
        value = found.check(_value(found, default.strip().strip('"')))
    elif optional:
        value = None
    return Parameter(name.strip(), found, "", value)


def _type(kind: str) -> Type:
    if kind.startswith("[") and kind.endswith("]"):
        return List(_type(kind[1:-1].strip()))
    if kind in _PLAIN:
        return _PLAIN[kind]
    if match := _RANGE.match(kind):
        least, most = (float(bound) if bound else None for bound in match.groups()[1:])
        if match[1] == "int":
            return Integer(int(least) if least is not None else -(10**9), int(most) if most is not None else 10**9)
        return Number(least if least is not None else float("-inf"), most if most is not None else float("inf"))
    choices = tuple(choice.strip().strip('"') for choice in kind.split("|"))
    if len(choices) < 2 or not all(choices):
        raise ValueError(f"the type {kind!r}; str, int, float, bool, date, time, datetime, a|b or a list of one is expected")
    return Choice(choices)


def _value(kind: Type, text: str) -> Any:
    """What the text of a default or of an implied value means."""
    if isinstance(kind, Integer | Number):
        return float(text.replace(",", "")) if isinstance(kind, Number) else int(text.replace(",", ""))
    if isinstance(kind, Boolean):
        return {"true": True, "false": False}[text.lower()]
    if isinstance(kind, List):
        return [_value(kind.item, part.strip()) for part in text.strip("[]").split(",")]
    return text


def implied_value(kind: Type, text: str) -> Any:
    """The canonical value that an author wrote behind the bar. Raises PlanError, KeyError or ValueError."""
    return kind.check(_value(kind, text))


def _documented(function: Function, line: str) -> Function:
    """The function with a line of documentation: of a parameter where it begins with its name, else of the whole."""
    name, colon, meaning = line.partition(":")
    if colon and any(p.name == name.strip() for p in function.parameters):
        parameters = tuple(Parameter(p.name, p.type, meaning.strip(), p.default, p.original) if p.name == name.strip() else p for p in function.parameters)
        return Function(function.name, function.description, parameters, function.returns, function.original)
    return Function(function.name, f"{function.description} {line}".strip(), function.parameters, function.returns, function.original)
