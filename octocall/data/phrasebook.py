"""Phrase books: requests written by hand, with slots for the values.

A book is a text file with a section per function. A line is a template, ``{parameter}`` a slot
filled from a pool, ``{parameter=words}`` a value of the author's own, ``{parameter:variant}`` a slot
of another wording; what is only implied stands behind ``|``, in quotes where it has spaces. Under ``[combined]`` the calls stand
before ``=>`` and ``{2.level}`` says whose value a slot is; ``{1.name+2.contact_name}`` is said once
and serves two calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from octocall.catalog import IRRELEVANT, Catalog
from octocall.errors import DataError

COMBINED = "combined"
_SLOT = re.compile(r"\{(?:(\d+)\.)?(\w+)(?:\+(\d+)\.(\w+))?(?::(\w+))?(?:=([^{}]*))?\}")
_TOKEN = re.compile(r"\s*(\"[^\"]*\"|[A-Za-z_]\w*|[()=;,]|[^\s()=;,]+)")


@dataclass(frozen=True)
class Shape:
    """A call of which only the implied values are known; nested calls are shapes of their own."""

    name: str
    constants: Mapping[str, str] = field(default_factory=dict)
    nested: Mapping[str, Shape] = field(default_factory=dict)

    def walk(self) -> tuple[Shape, ...]:
        """This shape and those inside it, outer first."""
        return (self, *(inner for shape in self.nested.values() for inner in shape.walk()))


@dataclass(frozen=True)
class Slot:
    """A place in a template: which call (index in walking order), which parameter, how it is worded.

    ``also`` is a second call and parameter that takes the same words.
    """

    call: int
    parameter: str
    variant: str = ""
    words: str | None = None
    also: tuple[int, str] | None = None


@dataclass(frozen=True)
class Phrasing:
    """A template cut into text and slots, with the calls it asks for."""

    parts: tuple[str | Slot, ...]
    shapes: tuple[Shape, ...]
    source: str

    @property
    def kind(self) -> str:
        """single, parallel, nested or irrelevant."""
        if self.shapes[0].name == IRRELEVANT:
            return "irrelevant"
        if any(shape.nested for shape in self.shapes):
            return "nested"
        return "parallel" if len(self.shapes) > 1 else "single"

    @property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(part for part in self.parts if isinstance(part, Slot))


def read_phrasebook(path: Path, catalog: Catalog) -> Iterator[Phrasing]:
    """The phrasings of one file. Raises DataError naming file and line on the first mistake."""
    section = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line, source = line.strip(), f"{path.stem}:{number}"
        if not line or line.startswith("# "):
            continue
        if re.fullmatch(r"\[\w+\]", line):
            section = line[1:-1]
            if section != COMBINED and section not in catalog:
                raise DataError(f"{source}: section [{section}] is not a function of the catalog {catalog.name}")
            continue
        if not section:
            raise DataError(f"{source}: a section such as [set_volume] is expected before the first phrase")
        try:
            yield _phrasing(line, section, source, catalog)
        except (ValueError, KeyError, IndexError) as error:
            raise DataError(f"{source}: {error} in {line!r}") from error


def read_phrasebooks(folder: Path, catalog: Catalog) -> list[Phrasing]:
    """All phrasings of all ``*.txt`` books of a folder, in the order of their names."""
    books = sorted(folder.glob("*.txt"))
    if not books:
        raise DataError(f"no phrase book (*.txt) was found in {folder}")
    return [phrasing for book in books for phrasing in read_phrasebook(book, catalog)]


def _phrasing(line: str, section: str, source: str, catalog: Catalog) -> Phrasing:
    if section == IRRELEVANT:
        return Phrasing((line,), (Shape(IRRELEVANT),), source)
    if section == COMBINED:
        calls, _, template = line.partition("=>")
        shapes = read_shapes(calls)
    else:
        template, _, constants = line.partition(" | ")
        pairs = re.findall(r"(\w+)=(\"[^\"]*\"|\S+?)[,;]?(?=\s|$)", constants)
        shapes = (Shape(section, {name: value.strip('"') for name, value in pairs}),)
    if not template.strip():
        raise ValueError("no template")
    return Phrasing(tuple(_cut(template.strip(), shapes, catalog)), shapes, source)


def read_shapes(text: str) -> tuple[Shape, ...]:
    """``f(a=1, b=g()); h()`` as shapes. Raises ValueError."""
    tokens = [match[1] for match in _TOKEN.finditer(text.strip())]
    shapes = []
    at = 0
    while at < len(tokens):
        shape, at = _read_shape(tokens, at)
        shapes.append(shape)
        if at < len(tokens) and tokens[at] not in ";,":
            raise ValueError(f"expected ; but found {tokens[at]!r}")
        at += 1
    if not shapes:
        raise ValueError("no calls")
    return tuple(shapes)


def _read_shape(tokens: list[str], at: int) -> tuple[Shape, int]:
    name, constants, nested = tokens[at], {}, {}
    if tokens[at + 1] != "(":
        raise ValueError(f"expected ( after {name}")
    at += 2
    while tokens[at] != ")":
        if tokens[at] == ",":
            at += 1
            continue
        parameter = tokens[at]
        if tokens[at + 1] != "=":
            raise ValueError(f"expected = after {parameter}")
        if at + 3 < len(tokens) and tokens[at + 3] == "(":
            nested[parameter], at = _read_shape(tokens, at + 2)
        else:
            constants[parameter], at = tokens[at + 2].strip('"'), at + 3
    return Shape(name, constants, nested), at + 1


def _cut(template: str, shapes: tuple[Shape, ...], catalog: Catalog) -> Iterator[str | Slot]:
    calls = [inner for shape in shapes for inner in shape.walk()]
    for call in calls:
        for parameter in (*call.constants, *call.nested):
            catalog[call.name].parameter(parameter)
    at, seen = 0, set()
    for match in _SLOT.finditer(template):
        if at < match.start():
            yield template[at : match.start()]
        at = match.end()
        number, parameter, second, other, variant, words = match.groups()
        index = int(number) - 1 if number else _owner(parameter, calls, catalog)
        kind = catalog[calls[index].name].parameter(parameter).type
        also = (int(second) - 1, other) if second else None
        if also and catalog[calls[also[0]].name].parameter(other).type != kind:
            raise ValueError(f"{parameter} and {other} have different types")
        if (index, parameter) in seen and kind.joins == 1:
            raise ValueError(f"{parameter} has two slots")
        seen.add((index, parameter))
        yield Slot(index, parameter, variant or "", words, also)
    if at < len(template):
        yield template[at:]
    if re.search(r"[{}]", _SLOT.sub("", template)):
        raise ValueError("a brace does not match")


def _owner(parameter: str, calls: list[Shape], catalog: Catalog) -> int:
    for i, shape in enumerate(calls):
        known = {p.name for p in catalog[shape.name].parameters}
        if parameter in known and parameter not in shape.constants and parameter not in shape.nested:
            return i
    raise ValueError(f"no call takes {parameter!r}")
