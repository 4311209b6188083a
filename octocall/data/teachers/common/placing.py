"""Where the values of a call stand in its request, and what they mean there: the local check of whatever a teacher claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice, pairwise, product
from typing import Any

from octocall.call import Call, Spans
from octocall.data.teachers.common.task import Rejected
from octocall.errors import PlanError
from octocall.function import Function, Parameter
from octocall.types import Boolean, Choice, Context, Field, List, Record, Type, suggested

MAX_WORDS = 24
"""A typed value has at most this many words."""
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_MINUS = re.compile(r"(?:(?<![\w)])[-−]|\b(?:minus|negative)\s+)$", re.I)
_SAME = str.maketrans("’‘“”−\u00a0", "''\"\"- ")
"""Letters that are written one way by people and another by models; each is one letter, so that places stay."""
_CARRIERS, _STOPS = {"at", "on", "by", "from", "until", "till", "til", "to", "for", "around", "about"}, set(".,;!?")
"""Words before a value, and marks around it, that parsers pass over."""
_SHOWN = 60
_MOST_PARTS, _MOST_PLACES = 8, 4
"""A value in several pieces has at most so many, each looked for in at most so many places."""


@dataclass
class _Place:
    """Where values are looked for: the request, what was read before, and the places that other values point at."""

    query: str
    context: Context
    taken: list[tuple[int, int]]


def place_call(
    function: Function, given: Mapping[str, Any], query: str, now: datetime, taken: list[tuple[int, int]] | None = None, missing: Sequence[str] = ()
) -> Call:
    """The call with its values read out of ``query``, where they stand in it. Raises Rejected.

    ``given`` has the words of the request, or the value itself, by the parameter's name; ``taken`` are
    places that other calls of the plan point at, which are used again only where there is no other; ``missing`` names required
    parameters that the request does not give.
    """
    named = {parameter.original or parameter.name: parameter.name for parameter in function.parameters}
    words = {named.get(name, name): value for name, value in given.items() if value is not None}
    if unknown := sorted(set(words) - set(named.values())):
        raise Rejected(f"{function.name} has no parameter {unknown[0][:_SHOWN]!r}")
    taken = [] if taken is None else taken
    arguments: dict[str, Any] = {}
    spans: dict[str, Spans] = {}
    for parameter in function.parameters:
        if parameter.name not in words:
            if parameter.required and parameter.name not in missing:
                raise Rejected(f"the request gives no value for {parameter.name!r} of {function.name}, which is required")
            continue
        place = _Place(query, Context(now, arguments=dict(arguments)), taken)
        try:
            value, own = _value(parameter, words[parameter.name], place)
        except Rejected:
            # a default that is written out and stands nowhere was not said
            if not parameter.required and _reads_as(parameter.type, words[parameter.name], parameter.default, place.context):
                continue
            raise
        arguments[parameter.name] = value
        if own:
            spans[parameter.name] = own
            taken += own
    spans = _parted(function, arguments, spans, _Place(query, Context(now, arguments=arguments), []))
    left = tuple(parameter.name for parameter in function.parameters if parameter.name in missing and parameter.name not in arguments)
    return Call(function.name, arguments, left, spans)


def _parted(function: Function, arguments: Mapping[str, Any], spans: Mapping[str, Spans], place: _Place) -> dict[str, Spans]:
    """New places for values that share words with another: "from Friday until the 21st" reads as the 21st, but Friday does not belong to it."""
    found = dict(spans)
    sharing = [name for name, own in spans.items() if any(_overlap(a, b) for other in spans if other != name for a in own for b in spans[other])]
    cores = {name: _search(function.parameter(name).type, arguments[name], place, within=spans[name], shortest=True) or spans[name] for name in sharing}
    for name in sharing:
        others = [core for other in found if other != name for core in cores.get(other, found[other])]
        found[name] = _search(function.parameter(name).type, arguments[name], replace(place, taken=others), within=spans[name]) or found[name]
    return found


def _value(of: Parameter | Field, given: Any, place: _Place) -> tuple[Any, Spans]:
    """Value and places of what is given for a parameter or field. Raises Rejected."""
    kind = of.type
    if isinstance(kind, Record):
        return _record(kind, of.name, given, place), ()
    if isinstance(kind, List) and isinstance(kind.item, List | Record):
        items = given if isinstance(given, list) else [given]
        inner = Field(of.name, kind.item, description=of.description)
        return _checked(kind, [_value(inner, item, place)[0] for item in items], of.name), ()
    if kind.pointed and not (isinstance(kind, List) and not kind.item.pointed):
        for spans in _literal_places(kind, given, place):
            value = _read(kind, spans, place)
            if value is not None and (not isinstance(kind, List) or _same_items(kind, value, given, place.context)):
                return value, spans
        wanted = _canonical(kind, given)
        if wanted is None and isinstance(given, str):
            wanted = kind.parse(given, place.context)
        if wanted is not None and (spans := _search(kind, wanted, place)):
            return wanted, spans
    if (written := _written(of, given, place.context)) is not None:
        return written, ()
    shown = str(given)[:_SHOWN]
    if kind.pointed and any(_literal_places(kind, given, place)):
        raise Rejected(f"{shown!r} cannot be read as the value of {of.name!r}")
    where = "is none of the choices" if isinstance(kind, Choice | Boolean) else "does not stand in the request"
    raise Rejected(f"the value {shown!r} of {of.name!r} {where}")


def _record(kind: Record, name: str, given: Any, place: _Place) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Rejected(f"the value of {name!r} is no object")
    fields = {field.name: field for field in kind.fields}
    if unknown := sorted(set(map(str, given)) - set(fields)):
        raise Rejected(f"{name!r} has no field {unknown[0][:_SHOWN]!r}")
    values = {}
    for field in kind.fields:
        if given.get(field.name) is not None:
            values[field.name], own = _value(field, given[field.name], place)
            place.taken += own
    return dict(_checked(kind, values, name))


def _checked(kind: Type, value: Any, name: str) -> Any:
    try:
        return kind.check(value)
    except PlanError as error:
        raise Rejected(f"{name}: {error}") from None


def _reads_as(kind: Type, given: Any, wanted: Any, context: Context) -> bool:
    """Whether what is given, as a value or as text, is ``wanted``."""
    read = kind.parse(given, context) if isinstance(given, str) else None
    return wanted is not None and (wanted in (given, _canonical(kind, given), read))


def _same_items(kind: List, value: Sequence[Any], given: Any, context: Context) -> bool:
    """Whether a list that was read has the given items, no more and no others."""
    return not isinstance(given, list) or [kind.item.parse(str(part), context) for part in given] == list(value)


def _canonical(kind: Type, given: Any) -> Any:
    try:
        return kind.check(given)
    except PlanError:
        return None


def _written(of: Parameter | Field, given: Any, context: Context) -> Any:
    """A value that is only implied: a choice, a truth value, a step of a small scale, a word that the documentation quotes; a list of these."""
    kind = of.type
    allowed = {*kind.literals, *suggested(kind, of.description)}
    items = given if isinstance(given, list) and isinstance(kind, List) else [given]
    inner = kind.item if isinstance(kind, List) else kind
    values = []
    for item in items:
        value = inner.parse(item, context) if isinstance(item, str) else _canonical(inner, item)
        if value is None or inner.render(value) not in allowed:
            return None
        values.append(value)
    return _canonical(kind, values if isinstance(kind, List) else values[0]) if values else None


def _literal_places(kind: Type, given: Any, place: _Place) -> Iterator[Spans]:
    """Places where the given words stand as they are, those that no other value points at first."""
    query, taken = place.query, place.taken
    if isinstance(given, list) and given and all(isinstance(part, str | int | float) for part in given):
        words = list(map(str, given))
        if isinstance(kind, List):
            yield from (((begin, end),) for begin, end in _list_places(words, query))
        if isinstance(kind, List) or len(words) <= kind.joins:
            found = [_occurrences(part, query, kind.signed)[:_MOST_PLACES] for part in words[:_MOST_PARTS]]
            yield from (spans for spans in product(*found) if all(a[1] <= b[0] for a, b in pairwise(spans)))
    elif isinstance(given, str | int | float) and not isinstance(given, bool):
        places = _occurrences(str(given), query, kind.signed)
        yield from (((begin, end),) for begin, end in sorted(places, key=lambda own: any(_overlap(own, other) for other in taken)))


def _list_places(items: Sequence[str], query: str) -> Iterator[tuple[int, int]]:
    """The one piece of the request that goes from the first item of a list to its last, the items in between in order."""
    for begin, at in _occurrences(items[0], query, False):
        for item in items[1:]:
            following = next((place for place in _occurrences(item, query, False) if place[0] >= at), None)
            if following is None:
                return
            at = following[1]
        yield begin, at


def _occurrences(words: str, query: str, signed: bool) -> list[tuple[int, int]]:
    """Where ``words`` stand in ``query`` between borders of words; as they are written or else with letters of the other case."""
    words = words.strip()
    if not words:
        return []
    for fold in (str, str.lower):
        own, text = fold(words.translate(_SAME)), fold(query.translate(_SAME))
        if len(text) != len(query):  # a letter whose small form is two: its places would be wrong
            continue
        found = [(m.start(), m.start() + len(own)) for m in re.finditer(f"(?={re.escape(own)})", text)]
        if whole := [place for place in found if _whole(query, *place) and not (signed and _MINUS.search(query[: place[0]]))]:
            return whole
    return []


def _whole(query: str, begin: int, end: int) -> bool:
    """Whether a piece of text cuts neither a word nor a number such as 1,000 or 2.5."""

    def cut(at: int) -> bool:
        before, after = query[:at], query[at:]
        inside = bool(re.search(r"\w$", before) and re.match(r"\w", after)) and not _alone(before[-1]) and not _alone(after[0])
        number = re.search(r"\d[.,:]$", before) and re.match(r"\d", after), re.search(r"\d$", before) and re.match(r"[.,:]\d", after)
        return inside or any(number)

    return not cut(begin) and not cut(end)


def _alone(letter: str) -> bool:
    """Letters of scripts without spaces between words."""
    return "\u2e80" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af" or "\uf900" <= letter <= "\ufaff"


def _read(kind: Type, spans: Spans, place: _Place) -> Any:
    texts = [place.query[begin:end] for begin, end in spans]
    if isinstance(kind, List) and len(spans) > 1:  # a list may lie in several pieces
        return _canonical(kind, [item for text in texts for item in kind.several(text, place.context) or [None]])
    return kind.parse(" ".join(texts), place.context)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _search(kind: Type, value: Any, place: _Place, within: Spans = (), shortest: bool = False) -> Spans:
    """The first and longest piece of the request that reads as ``value``, without what does not belong to it, or else the ``shortest`` one; ``within`` a
    piece and apart from places that are taken, where that is asked for. Empty where there is none."""
    query = place.query

    def reads(begin: int, end: int) -> bool:
        if within and (begin < within[0][0] or end > within[-1][1] or any(_overlap((begin, end), other) for other in place.taken)):
            return False
        whole = _whole(query, begin, end) and not (kind.signed and _MINUS.search(query[:begin]))
        return whole and bool(_read(kind, ((begin, end),), place) == value)

    words = [match.span() for match in _WORD.finditer(query)]
    if shortest:
        pieces = ((words[i][0], words[i + size][1]) for size in range(MAX_WORDS) for i in range(len(words) - size))
        return tuple(islice((piece for piece in pieces if reads(*piece)), 1))
    for i in range(len(words)):
        for j in reversed(range(i, min(len(words), i + MAX_WORDS))):
            if not reads(words[i][0], words[j][1]):
                continue
            while i < j and query[slice(*words[i])].lower() in _CARRIERS | _STOPS and reads(words[i + 1][0], words[j][1]):
                i += 1
            while i < j and query[slice(*words[j])] in _STOPS and reads(words[i][0], words[j - 1][1]):
                j -= 1
            return ((words[i][0], words[j][1]),)
    return ()


def phrasing(query: str, calls: Sequence[Call]) -> str:
    """The words of a request without its values: two requests of one key are the same phrasing."""
    places = sorted((place, name) for call in calls for name, spans in call.spans.items() for place in spans)
    words, at = "", 0
    for (begin, end), name in places:
        if begin >= at:
            words += f"{query[at:begin]}<{name}>"
            at = end
    return re.sub(r"[^\w<>]+", " ", (words + query[at:]).lower()).strip()
