from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import Enum
from typing import Annotated, Literal, Required, TypedDict

import pytest

from octocall.errors import PlanError, SignatureError
from octocall.function import REQUIRED
from octocall.interchange import dump_catalog, load_catalog
from octocall.sources.python import function, load
from octocall.types import Boolean, Choice, Context, Field, Integer, List, Number, Record, Text, TimeOfDay


def brew(kind: Literal["tea", "coffee"], cups: Annotated[int, (1, 6)] = 1, at: time | None = None, *, hot: bool = True) -> str:
    """Brews something to drink.

    Slowly.

    Args:
        kind: what to brew
        cups (int): how many
            cups there are
        at: when

    Returns:
        a word
    """
    return kind


def dim(level: Annotated[float, (0.0, 1.0)], name: str) -> None:
    """Dims a lamp.

    :param level: how bright
    :param str name: which lamp
    """


def test_google_docstring_and_hints() -> None:
    found = function(brew)
    assert found.description == "Brews something to drink. Slowly."
    assert [p.type for p in found.parameters] == [Choice(("tea", "coffee")), Integer(1, 6), TimeOfDay(), Boolean()]
    assert [p.description for p in found.parameters] == ["what to brew", "how many cups there are", "when", ""]
    assert [p.default for p in found.parameters] == [REQUIRED, 1, None, True]
    assert found.returns == Text()


class Size(Enum):
    SMALL, LARGE = "small", "large"


@dataclass
class Stop:
    place: str
    nights: int = 1


class Room(TypedDict, total=False):
    name: Required[str]
    size: Size


@dataclass
class Box:
    inside: "Box"  # noqa: UP037


def pack(items: list[str], seats: tuple[int, ...], tags: set[Size], stops: Sequence[Stop] | None = None, room: Room | None = None) -> None:
    """Packs."""


def test_lists_records_and_enumerations() -> None:
    size = Choice(("small", "large"))
    stop, room = Record((Field("place", Text()), Field("nights", Integer(), False))), Record((Field("name", Text()), Field("size", size, False)))
    assert [p.type for p in function(pack).parameters] == [List(Text()), List(Integer()), List(size, unique=True), List(stop), room]

    def hold(box: Box) -> None: ...

    with pytest.raises(SignatureError, match="more than 8 deep"):
        function(hold)


def test_sphinx_docstring() -> None:
    found = function(dim)
    assert [(p.description, p.type) for p in found.parameters] == [("how bright", Number(0.0, 1.0)), ("which lamp", Text())]
    assert found.returns is None


def test_the_phone_has_its_functions_in_token_order() -> None:
    catalog = load("octocall.catalogs.android")
    names = [f.name for f in catalog]
    assert len(names) == 21 and names[0] == "take_a_photo" and names[19] == "open_or_lock_door" and names[20] == "irrelevant_function"
    assert catalog.token("make_phone_call") == "<call_8>"
    assert all(f.description for f in catalog)


def test_load_of_dump_is_the_same() -> None:
    for catalog in (load("octocall.catalogs.android"), load([brew, dim])):
        assert load_catalog(dump_catalog(catalog)) == catalog


def test_appending_moves_no_token() -> None:
    catalog = load([brew])
    more = catalog.append(function(dim))
    assert more.tokens[0] == catalog.tokens[0] and more.digest != catalog.digest


def test_a_hint_without_a_type_names_the_parameter() -> None:
    def odd(what: dict) -> None:  # type: ignore[type-arg]
        """Odd."""

    with pytest.raises(SignatureError, match=r"odd\.what"):
        function(odd)


def test_a_parameter_without_a_hint_is_of_the_type_of_its_default() -> None:
    def water(plant, litres=1, often=False, note="soon") -> None:  # type: ignore[no-untyped-def]
        """Waters a plant."""

    assert [p.type for p in function(water).parameters] == [Text(), Integer(), Boolean(), Text()]


def test_two_functions_of_one_name() -> None:
    with pytest.raises(SignatureError, match="two functions are called brew"):
        load([brew, brew])


def test_choices_keep_their_values_and_bounds_survive_optional() -> None:
    def heat(stage: Literal[1, 2, 3] = 2, share: Annotated[float | None, (0.0, 1.0)] = None, at: time = time(7)) -> dict[str, str]:
        """Heats.

        Args:
            stage: how much
                note: more is more
            share: of what
        """
        return {}

    found = function(heat)
    assert [p.type for p in found.parameters] == [Choice((1, 2, 3)), Number(0.0, 1.0), TimeOfDay()]
    assert [p.default for p in found.parameters] == [2, None, "07:00"]
    assert found.parameters[0].description == "how much note: more is more"
    assert found.parameters[0].type.check(2) == 2 and found.parameters[0].type.parse("2", Context(datetime.min)) == 2
    assert found.schema()["parameters"]["properties"]["stage"]["type"] == "integer"
    assert found.returns == Text()
    with pytest.raises(PlanError, match="one of 1, 2, 3"):
        found.parameters[0].type.check(True)


def test_signatures_that_cannot_be_called_by_name_are_refused() -> None:
    def first(a: str, /) -> None: ...
    def second(*a: str) -> None: ...
    def third(a: Annotated[int, range(0, 10, 2)]) -> None: ...
    def fourth(a: Annotated[int, (0, 5)] = 9) -> None: ...

    for odd, words in ((first, "given by name"), (second, "given by name"), (third, "step 1"), (fourth, "not of its type")):
        with pytest.raises(SignatureError, match=words):
            function(odd)
    with pytest.raises(SignatureError, match="cannot be imported"):
        load("no_such_module_of_functions")
