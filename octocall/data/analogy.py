"""Requests by analogy: what people ask of like functions of other applications, told of the functions of a catalog.

The function books hold thousands of functions with requests that people wrote for them. A request for one that lies near a function
of the catalog is a request for that one too, where each of its values has a parameter to go to; a request for one a little farther away is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.signature import Signature, words
from octocall.data.functionbook import Group, Wish, implied_value
from octocall.data.teachers.rules.meaning import meaning
from octocall.errors import OctocallError
from octocall.function import Function, Parameter
from octocall.types import Boolean, Choice, Date, DateTime, Duration, Integer, IsoDateTime, IsoTime, Limited, List, Number, Text, TimeOfDay, Type

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to vectors [n, width]."""

NEAR = 0.45
"""From this cosine on a function is like another."""
APART, ANOTHER = 0.22, 0.42
"""Between these cosines a function lies beside another and is not like it."""
_NEAREST = 24
"""So many functions of other applications at most speak for one."""
_ALIKE = 0.35
"""From this cosine on a parameter, or the value of a choice, is like another."""
_FAMILIES: tuple[tuple[type[Type], ...], ...] = ((Integer, Number, Duration), (Boolean,), (Choice,), (Date,), (DateTime, IsoDateTime), (TimeOfDay, IsoTime), (List,))


@dataclass(frozen=True)
class Kin:
    """A function of another application, and how its parameters and choices are called here."""

    group: Group
    function: Function
    names: dict[str, str]


class Analogies:
    """The books, and which of their functions speak for which function of ``catalog``."""

    def __init__(self, groups: Sequence[Group], catalog: Catalog, encode: Encode, known: NDArray[np.float32]) -> None:
        """``known``: vectors [functions of all groups, width] of what ``texts`` gives for the groups, each of length one."""
        self.groups, self.catalog, self._encode = groups, catalog, encode
        self.functions = [function for function in catalog if function.name != IRRELEVANT]
        self._others = [(group, function) for group in groups for function in group.functions]
        self._vectors: dict[str, NDArray[np.float32]] = {}
        own = _unit(encode([Signature(function).texts[0] for function in self.functions]))
        self.likeness = own @ known.T

    @cached_property
    def kin(self) -> dict[str, list[Kin]]:
        """The functions that speak for each of the catalog, nearest first: each for the one that it is nearest to."""
        owners = self.likeness.argmax(0)
        found: dict[str, list[Kin]] = {}
        for number, function in enumerate(self.functions):
            near = [i for i in np.argsort(-self.likeness[number])[: 4 * _NEAREST].tolist() if owners[i] == number and self.likeness[number, i] >= NEAR]
            near = [i for i in near if _same_end(function, self._others[i][1])][:_NEAREST]
            self._read([parameter for i in near for parameter in self._others[i][1].parameters] + list(function.parameters))
            found[function.name] = [Kin(group, other, self._named(function, other)) for i in near for group, other in (self._others[i],)]
        return found

    def group(self) -> Group:
        """The catalog as an application of its own, with all requests that can be told of it."""
        wishes: list[Wish] = []
        by_other = {(kin.group.name, kin.function.name): (self.catalog[name], kin) for name, group in self.kin.items() for kin in group}
        for group in {kin.group.name: kin.group for each in self.kin.values() for kin in each}.values():
            for wish in group.wishes:
                if wish.calls and all((group.name, call) in by_other for call in wish.calls):
                    told = self._told(wish, [by_other[group.name, call] for call in wish.calls])
                    wishes += [told] if told else []
        return Group(self.catalog.name, tuple(self.functions), tuple(wishes))

    def neighbours(self) -> list[str]:
        """Requests for functions that lie beside those of the catalog and do something else: near misses, which are to be refused."""
        most = self.likeness.max(0)
        beside = {(group.name, function.name) for (group, function), near in zip(self._others, most, strict=True) if APART <= near <= ANOTHER}
        wishes = [wish for group in self.groups for wish in group.wishes if len(wish.calls) == 1 and (group.name, wish.calls[0]) in beside]
        return ["".join(piece.text for piece in wish.pieces) for wish in wishes]

    def _told(self, wish: Wish, pairs: Sequence[tuple[Function, Kin]]) -> Wish | None:
        """A request in the catalog's own names; None where a value has no place to go to."""
        pieces = []
        for piece in wish.pieces:
            slots = [(call, pairs[call][1].names.get(name, "")) for call, name in piece.slot or ()]  # type: ignore[attr-defined]
            if not all(name for _, name in slots):
                return None
            typed = any(not isinstance(pairs[call][0].parameter(name).type, Text) for call, name in slots)
            pieces.append(replace(piece, slot=tuple(slots) if slots else None, typed=typed))
        implied = []
        for call, name, value in wish.implied:
            function, kin = pairs[call]
            mapped = kin.names.get(name)
            said = self._value(function.parameter(mapped), kin.function.parameter(name), value) if mapped else None
            if mapped is None or said is None:
                return None
            implied.append((call, mapped, said))
        given = [*((call, name) for call, name, _ in implied), *(slot for piece in pieces for slot in piece.slot or ())]  # type: ignore[attr-defined]
        filled = [{name for call, name in given if call == i} for i in range(len(pairs))]
        missing = [p for (function, _), own in zip(pairs, filled, strict=True) for p in function.parameters if p.required and p.name not in own]
        if any(not p.type.pointed for p in missing) or len(missing) > 1:
            return None  # a choice that nothing decides
        return Wish(tuple(pieces), tuple(function.name for function, _ in pairs), tuple(implied), wish.means, wish.place)

    def _value(self, own: Parameter, other: Parameter, text: str) -> str | None:
        """The value of ``own`` that is meant by ``text`` of ``other``."""
        kind = _inner(own.type)
        if isinstance(kind, Choice) and isinstance(_inner(other.type), Choice):
            same = [choice for choice in kind.choices if _flat(choice) == _flat(text)]
            if same:
                return str(same[0])
            mine = [f"{words(own.name)}: {choice}" for choice in kind.choices]
            likeness = _unit(self._encode(mine)) @ _unit(self._encode([f"{words(other.name)}: {text}"]))[0]
            best = int(likeness.argmax())
            return str(kind.choices[best]) if likeness[best] > 0.75 else None
        try:
            implied_value(own.type, text)
        except (OctocallError, KeyError, ValueError):
            return None
        return text

    def _named(self, function: Function, other: Function) -> dict[str, str]:
        """The function's parameter for each of the other's that has one: of a like type, nearest first, each once."""
        pairs = []
        for theirs in other.parameters:
            for own in function.parameters:
                if _compatible(own.type, theirs.type):
                    likeness = float(self._vector(own) @ self._vector(theirs)) + (0.5 if _flat(own.name) == _flat(theirs.name) else 0.0)
                    pairs.append((likeness, theirs.name, own.name))
        found: dict[str, str] = {}
        for likeness, theirs_name, own_name in sorted(pairs, reverse=True):
            alone = sum(name == theirs_name for _, name, _ in pairs) == 1 and sum(name == own_name for _, _, name in pairs) == 1
            if theirs_name not in found and own_name not in found.values() and likeness >= (0.2 if alone else _ALIKE):
                found[theirs_name] = own_name
        return found

    def _read(self, parameters: Sequence[Parameter]) -> None:
        texts = sorted({text for parameter in parameters if (text := _text(parameter)) not in self._vectors})
        if texts:
            self._vectors |= dict(zip(texts, _unit(self._encode(texts)), strict=True))

    def _vector(self, parameter: Parameter) -> NDArray[np.float32]:
        return self._vectors[_text(parameter)]


def texts(groups: Sequence[Group]) -> list[str]:
    """What the functions of the groups are found by, in order."""
    return [Signature(function).texts[0] for group in groups for function in group.functions]


def _text(parameter: Parameter) -> str:
    return f"{words(parameter.name)}: {parameter.description}" if parameter.description else words(parameter.name)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit


def _flat(text: object) -> str:
    return "".join(letter for letter in str(text).lower() if letter.isalnum())


def _inner(kind: Type) -> Type:
    while isinstance(kind, Limited):
        kind = kind.of
    return kind


def _family(kind: Type) -> int:
    kind = _inner(kind)
    return next((i for i, kinds in enumerate(_FAMILIES) if isinstance(kind, kinds)), -1 if isinstance(kind, Text) else -2)


def _compatible(own: Type, theirs: Type) -> bool:
    """Whether words that stand for a value of one type can stand for one of the other."""
    own, theirs = _inner(own), _inner(theirs)
    if isinstance(own, List):
        return _compatible(own.item, theirs.item if isinstance(theirs, List) else theirs)
    if _family(own) == -2 or _family(theirs) == -2:
        return type(own) is type(theirs)
    return _family(own) == _family(theirs) or (isinstance(own, Text) and isinstance(theirs, Choice))


def _same_end(function: Function, other: Function) -> bool:
    """Whether both create, both delete, both tell …: as far as their documentation says it."""
    mine, theirs = meaning(function), meaning(other)
    return mine is None or theirs is None or mine.want == theirs.want or not ({"delete", "get", "search"} & {mine.want, theirs.want})
