"""Rows for somebody's own functions: their own examples and variants of them, the offline teacher, and requests that are none of their business."""

from __future__ import annotations

import ast
import hashlib
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from octocall.call import Call, Plan, Request, read_clock
from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.spans import SpansCodec
from octocall.data.bookrows import Backgrounds
from octocall.data.booksets import BACKGROUNDS, FOLDER
from octocall.data.dataset.rows import Voices, example, setting, skeleton
from octocall.data.example import Example
from octocall.data.functionbook import Group, Wish, read_books
from octocall.data.noise import Piece
from octocall.data.teachers.common.placing import phrasing, place_call
from octocall.data.teachers.common.task import Rejected
from octocall.data.teachers.offline import OfflineTeacher
from octocall.data.teachers.rules.script import Draft, Script, Setting, script
from octocall.data.teachers.rules.several import again, joined, nested, takes_result
from octocall.data.verify import key
from octocall.errors import DataError, OctocallError
from octocall.files import read_row
from octocall.sources.python import ARROW
from octocall.types import List, Text

NOW = datetime(2026, 3, 4, 10, 30)
"""The clock of examples that give none."""
KEPT, HELD_OUT = 0.2, 0.12
"""Share of the examples' phrasings, and of the teacher's rows, that are kept for measuring."""
_FEW = 5
_ALIKE = 4
"""So many rows of one phrasing of the teacher, with other values."""


@dataclass(frozen=True)
class Given:
    """An example as somebody wrote it down: the calls as (name, arguments, names of missing ones); ``place`` says where it stands."""

    query: Any
    calls: Sequence[tuple[str, Mapping[str, Any], Sequence[str]]]
    now: datetime
    place: str


def read_own(path: Path) -> tuple[list[Given], list[str]]:
    """The rows ``{"query", "calls": [{"name", "arguments", "missing"}], "now"}`` of a JSONL file, and why others are none, by line. Raises DataError.

    No ``calls``: nothing fits.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); a file of JSON lines with query and calls is expected") from error
    found, remarks = [], []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = read_row(line)
                calls = [_call(call) for call in row["calls"]]
                found.append(Given(row["query"], calls, read_clock(row["now"]) if row.get("now") else NOW, f"{path}:{number}"))
            except (OctocallError, KeyError, TypeError, AttributeError) as error:
                remarks.append(f"{path}:{number}: {_why(error)}")
    return found, remarks


def _call(row: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], tuple[str, ...]]:
    """Raises DataError, KeyError, TypeError and AttributeError."""
    name, arguments = row["name"], row.get("arguments") or {}
    if not isinstance(name, str) or not isinstance(arguments, dict):
        raise DataError(f"the call {dict(row)!r} has no name of text with an object of arguments")
    return name, arguments, tuple(row.get("missing") or ())


def read_lines(lines: Mapping[str, Sequence[str]]) -> tuple[list[Given], list[str]]:
    """The ``Examples:`` lines of docstrings, by function: ``dim the den to 3 -> set_lamp(room="den", level=3)``; and why others are none."""
    found, remarks = [], []
    for name, written in lines.items():
        for number, line in enumerate(written, 1):
            place = f"example {number} of {name}"
            try:
                text, call = ARROW.split(line.strip(), maxsplit=1)
                if not call.strip():
                    raise ValueError(f"{line.strip()!r} has no call behind the arrow")
                found.append(Given(text.strip().strip("\"'"), list(_calls(call)), NOW, place))
            except (ValueError, SyntaxError) as error:
                remarks.append(f"{place}: {_why(error)}")
    return found, remarks


def _why(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)


def _calls(text: str) -> Iterator[tuple[str, dict[str, Any], tuple[str, ...]]]:
    """``f(a=1); g()`` read as literals, never evaluated. Raises ValueError and SyntaxError."""
    for part in ast.parse(text.strip()).body:
        call = part.value if isinstance(part, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
            raise ValueError(f"{text.strip()!r} is no call with named arguments")
        yield call.func.id, {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}, ()


def placed(given: Sequence[Given], catalog: Catalog, codec: SpansCodec | None = None) -> tuple[list[Example], list[str]]:
    """The examples, each value found in its request, and why others contradict the signatures or their own words, or cannot be read by ``codec``."""
    found, remarks = [], []
    for one in given:
        try:
            example = _placed(one, catalog)
            if codec is not None:
                codec.read(example.request)
            found.append(example)
        except (OctocallError, Rejected, TypeError, AttributeError) as error:
            remarks.append(f"{one.place}: {_why(error)}")
    return found, remarks


def names_of(catalog: Catalog) -> dict[str, str]:
    """The functions' names by those of their source, and by themselves."""
    return {function.original or function.name: function.name for function in catalog} | {function.name: function.name for function in catalog}


def _placed(one: Given, catalog: Catalog) -> Example:
    """Raises Rejected and OctocallError."""
    if not isinstance(one.query, str) or not one.query.strip():
        raise DataError(f"query {one.query!r} is no text")
    request, taken = Request(one.query.strip(), one.now), list[tuple[int, int]]()
    if all(name == IRRELEVANT for name, _, _ in one.calls):
        return Example(request, Plan((Call(IRRELEVANT),)), one.place, "irrelevant")
    names = names_of(catalog)
    if unknown := [name for name, _, _ in one.calls if name not in names]:
        raise DataError(f"there is no function {unknown[0]!r}")
    found = [place_call(catalog[names[name]], arguments, request.text, one.now, taken, missing) for name, arguments, missing in one.calls]
    return Example(request, catalog.check(Plan(tuple(found))), one.place, "parallel" if len(found) > 1 else "single")


def kept_back(examples: Sequence[Example]) -> list[bool]:
    """Which examples are kept for measuring: of each function a share of its phrasings, chosen by their words; none where there are under five."""
    keys = [_phrasing(example) for example in examples]
    by_function: dict[str, set[str]] = defaultdict(set)
    for one, own in zip(examples, keys, strict=True):
        by_function[one.plan.calls[0].name].add(own)
    chosen = set[str]()
    for phrasings in by_function.values():
        ordered = sorted(phrasings, key=lambda text: hashlib.sha256(text.encode()).digest())
        chosen |= set(ordered[: max(1, round(KEPT * len(ordered)))] if len(ordered) >= _FEW else ())
    return [own in chosen for own in keys]


def _phrasing(example: Example) -> str:
    calls = [call for outer in example.plan.calls for call in outer.walk()]
    return re.sub(r"\W+", " ", phrasing(example.request.text, calls).lower()).strip()


def wish_of(example: Example, catalog: Catalog) -> Wish | None:
    """An example as a request with places for its values, of which variants can be made; None where a value that is no list is in several pieces, values share
    words, or a call stands in another."""
    if any(isinstance(value, Call) for call in example.plan.calls for value in call.arguments.values()):
        return None
    if example.plan.calls[0].name == IRRELEVANT:
        return Wish((Piece(example.request.text),), (), (), (), example.source)
    places: dict[tuple[int, int], list[tuple[int, str]]] = {}
    implied = []
    for number, call in enumerate(example.plan.calls):
        for parameter in catalog[call.name].parameters:
            spans = call.spans.get(parameter.name, ())
            if len(spans) > 1 and not isinstance(parameter.type, List):
                return None
            for place in spans:
                places.setdefault(place, []).append((number, parameter.name))
            if spans:
                continue
            if parameter.name in call.arguments and (parameter.required or call.arguments[parameter.name] != parameter.default):
                implied.append((number, parameter.name, _said(call.arguments[parameter.name])))
    pieces, at = [], 0
    for (begin, end), slots in sorted(places.items()):
        if begin < at:
            return None
        typed = not isinstance(catalog[example.plan.calls[slots[0][0]].name].parameter(slots[0][1]).type, Text)
        pieces += [Piece(example.request.text[at:begin])] if begin > at else []
        pieces.append(Piece(example.request.text[begin:end], tuple(slots), typed))
        at = end
    pieces += [Piece(example.request.text[at:])] if at < len(example.request.text) else []
    return Wish(tuple(pieces), tuple(call.name for call in example.plan.calls), tuple(implied), (), example.source)


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)


def taught(catalog: Catalog, rows: int, seed: int, progress: Callable[[int, int], None] = lambda *_: None) -> Iterator[tuple[bool, Example]]:
    """Rows of the offline teacher, so many a function where its documentation carries them, and the side of each: held-out ones are made of other sentences."""
    scripts = {f.name: found for f in catalog if f.name != IRRELEVANT and (found := script(f)) is not None}
    voices, seen, said = Voices(Backgrounds.read(BACKGROUNDS)), set[str](), Counter[str]()
    for number, (name, own) in enumerate(scripts.items(), 1):
        for side, share in ((False, 1.0), (True, HELD_OUT)):
            teacher, rng = OfflineTeacher(side), random.Random(f"{seed}-{name}-{side}")
            made = 0
            for _ in range(8 * rows):
                if made >= rows * share:
                    break
                at = setting(rng)
                draft = _draft(teacher, own, list(scripts.values()), at)
                try:
                    row = example(teacher, draft, f"offline:{name}", voices, at) if draft else None
                except Rejected:
                    continue
                if row is None or key(row.request.text) in seen or said[skeleton(row)] >= _ALIKE:
                    continue
                seen.add(key(row.request.text))
                said[skeleton(row)] += 1
                made += 1
                yield side, row
        progress(number, len(scripts))


def _draft(teacher: OfflineTeacher, own: Script, scripts: Sequence[Script], at: Setting) -> Draft | None:
    draw, other = at.rng.random(), at.rng.choice(scripts)
    if draw < 0.06 and takes_result(own) and other.function.returns is not None and other is not own:
        return nested(teacher, own, other, at)
    if draw < 0.14 and own.topics:
        return again(teacher, own, at)
    if draw < 0.24 and other is not own:
        return joined([teacher.draft(own, at, incomplete=0), teacher.draft(other, at, incomplete=0)], at.rng)
    return teacher.draft(own, at)


def strangers(catalog: Catalog, groups: Sequence[Group], neighbours: Sequence[str], rows: int, seed: int) -> Iterator[Example]:
    """Requests of other applications and talk that asks for nothing: no function fits.

    Of other applications at large what shares a telling word with a function is left out; ``neighbours``, as many again, may share words.
    """
    rng = random.Random(f"{seed}-strangers")
    own = {word for f in catalog for word in _words(f"{f.original or f.name} {f.description}")}
    talk = Backgrounds.read(BACKGROUNDS).before
    texts = ["".join(piece.text for piece in wish.pieces) for group in groups for wish in group.wishes if len(wish.calls) < 2]
    texts = [text for text in texts if not own & _words(text)]
    for source, many in ((texts, rows - rows // 6), (talk, rows // 6), (neighbours, rows)):
        for text in rng.sample(list(source), min(len(source), many)):
            yield Example(Request(text, NOW), Plan((Call(IRRELEVANT),)), "strangers", "irrelevant")


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()) if len(word) > 3}


def groups() -> list[Group]:
    """The function books that ship."""
    return list(read_books(FOLDER))
