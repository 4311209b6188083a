from __future__ import annotations

import json
import random
import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octocall.catalog import Catalog
from octocall.errors import PlanError, SignatureError
from octocall.function import Function, Parameter
from octocall.interchange import dump_catalog, load_catalog
from octocall.types import (
    ABSENT,
    MISSING,
    NEXT,
    OPEN,
    START,
    STOP,
    Anything,
    Boolean,
    Choice,
    Context,
    Date,
    Dictionary,
    Email,
    Field,
    Integer,
    IsoDateTime,
    IsoTime,
    Limited,
    List,
    Number,
    Record,
    Text,
    Type,
    suggested,
)
from octocall.types.pattern import PatternError, compiled

NOW = datetime(2026, 3, 4, 10, 30)
CONTEXT = Context(NOW)
POINT = Record((Field("x", Number()), Field("y", Number(0, 1), description="up"), Field("label", Text(), required=False)))
READ = [List(Text()), List(Integer(0, 5), 1, 3, unique=True), List(Choice(("red", "green"))), List(Date(), 2), IsoTime(), IsoDateTime(), Anything(),
        Limited(Text(), 3, 8), Limited(Text(), pattern="^[A-Z]{3}-\\d+$"), Limited(Email(), most=20), List(Limited(Text(), most=5))]  # fmt: skip
PATTERNS = [r"^[a-z]+$", r"a", r"^(foo|bar)?x{2,3}$", r"^#?([a-f0-9]{6}|[a-f0-9]{3})$", r"^a|b$", r"^[\w.-]+@\w+$", "", "^$", r"^(a*)*b$", r"^\d{3}-\d{4}$",
            r"^(|x)y$", r"^[^a-c]{2}$", r"^a{0}$", r"^(?:[A-Z]{2}){1,2}$", r"x*?$", r"^\x41\u0042\.[\]\-]$"]  # fmt: skip


@pytest.mark.parametrize("kind", READ, ids=str)
@given(seed=st.integers(0, 10**9))
def test_samples_read_as_meant_and_are_canonical(kind: Type, seed: int) -> None:
    text, value = kind.sample(random.Random(seed), CONTEXT)
    assert kind.parse(text, CONTEXT) == value
    assert kind.check(value) == value
    assert kind.parse(kind.render(value), CONTEXT) == value
    json.dumps(kind.schema())


@pytest.mark.parametrize("kind", [*READ, POINT, List(POINT)], ids=str)
def test_types_inside_types_survive_the_interchange(kind: Type) -> None:
    catalog = Catalog((Function("f", "F.", (Parameter("p", kind, original="p-1"),), kind, "f.f"),))
    again = load_catalog(json.loads(json.dumps(dump_catalog(catalog))))
    assert again == catalog and again.functions[0].original == "f.f" and again.functions[0].parameters[0].original == "p-1"


@pytest.mark.parametrize(
    "kind, text, value",
    [
        (List(Text()), "tomatoes, onions and garlic", ["tomatoes", "onions", "garlic"]),
        (List(Text()), "tomatoes, onions, and garlic", ["tomatoes", "onions", "garlic"]),
        (List(Text()), "sandwiches & andouille; brandy", ["sandwiches", "andouille", "brandy"]),
        (List(Integer()), "1,000 and two", [1000, 2]),
        (List(Integer()), "1, 2,3", [1, 2, 3]),
        (List(Integer()), "1, two and many", None),
        (List(Text(), 3), "a and b", None),
        (List(Text(), unique=True), "a and a", None),
        (List(Text()), "[broken", None),
        (List(Text()), " , ", None),
        (POINT, '{"x": 1, "y": 0}', None),
        (IsoTime(), "half past six in the evening", "18:30:00"),
        (IsoDateTime(), "tomorrow at 3 pm", "2026-03-05T15:00:00"),
        (Limited(Text(), most=3), "long", None),
        (Limited(Date(), pattern="^2026"), "tomorrow", "2026-03-05"),
    ],
)
def test_what_a_piece_of_text_means(kind: Type, text: str, value: object) -> None:
    assert kind.parse(text, CONTEXT) == value


@pytest.mark.parametrize(
    "kind, value",
    [
        (POINT, {"x": 1}), (POINT, {"x": 1, "y": 0, "z": 2}), (POINT, {"x": 1, "y": 2}), (POINT, [1, 0]), (List(Text()), "abc"), (List(Boolean(), 1), []),
        (List(Integer(), unique=True), [1, 1.0]), (Anything(), None), (Anything(), {1, 2}), (Anything(), float("nan")), (Limited(Text(), 2), "a"),
        (IsoTime(), "25:00"), (IsoTime(), "18"), (IsoDateTime(), "2026-03-05"), (IsoDateTime(), "2026-13-05T00:00"), (Number(), 10**400), (Number(), float("inf")),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(kind: Type, value: object) -> None:
    with pytest.raises(PlanError):
        kind.check(value)


def test_canonical_forms() -> None:
    assert POINT.check({"y": 1, "x": 2}) == {"x": 2.0, "y": 1.0} and list(POINT.check({"y": 1, "x": 2})) == ["x", "y"]
    assert IsoDateTime().check("2026-03-05t15:00:00Z") == "2026-03-05T15:00:00+00:00"
    assert List(Boolean(), unique=True).check((True, False)) == [True, False]
    assert Choice(("asc", "ASC", " x")).parse("ASC", CONTEXT) == "ASC" and Choice(("asc", "ASC", " x")).parse(" x", CONTEXT) == " x"
    with pytest.raises(PlanError, match="5000 in all") as refused:
        Choice(tuple(f"v{i}" for i in range(5000))).check("w")
    assert len(str(refused.value)) < 300


def test_grammars_are_made_of_those_of_the_items() -> None:
    assert List(Text(), 1, 2).grammar().accepts([START, STOP, START, STOP, NEXT])
    assert not List(Text()).grammar().accepts([NEXT]) and not List(Boolean(), 2).grammar().accepts(["true", NEXT])
    assert List(Choice(("a", "b"))).grammar().accepts(["a", "b", "a", NEXT])
    record = Record((Field("on", Boolean()), Field("names", List(Text()), required=False)))
    assert record.grammar().accepts([OPEN, "true", ABSENT]) and record.grammar().accepts([OPEN, MISSING, START, STOP, NEXT])
    assert List(record, 1).grammar().accepts([OPEN, "true", ABSENT, OPEN, "false", ABSENT, NEXT])
    assert record.literals == ("true", "false")


@pytest.mark.parametrize("make", [lambda: List(Text(), 3, 2), lambda: List(Text(), 0, 0), lambda: Limited(Text(), pattern="(?=a)")])
def test_types_that_hold_nothing_or_cannot_be_held_to(make: object) -> None:
    with pytest.raises(SignatureError):
        make()  # type: ignore[operator]


def test_limits_without_a_value_are_found_by_sampling() -> None:
    for kind in (Limited(Text(), 5, 9, "^a$"), List(Boolean(), 3, unique=True)):
        with pytest.raises(SignatureError):
            kind.sample(random.Random(0), CONTEXT)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(seed=st.integers(0, 10**9), text=st.text("abcxyzfor#12 -@A", max_size=8))
def test_patterns_match_what_the_standard_library_matches(pattern: str, seed: int, text: str) -> None:
    assert compiled(pattern).matches(text) == bool(re.search(pattern, text))
    made = compiled(pattern).sample(random.Random(seed))
    assert compiled(pattern).matches(made) and re.search(pattern, made)


@pytest.mark.parametrize("pattern", [r"(?=a)", r"\bfoo", r"(a)\1", r"a{2,1}", "[z-a]", "(a", "a)", "[a", r"\p{L}", "^a$b", "(^a)", ".{1,9999}", "a**",
                                     "(?i)a", "(?<n>a)", "(" * 50 + ")" * 50, "[", "[[:alpha:]]", "\\"])  # fmt: skip
def test_patterns_that_are_not_understood_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compiled(pattern)


def test_no_pattern_hangs() -> None:
    assert not compiled("^(a+)+$").matches("a" * 2000 + "b")
    assert len(compiled("^((((a*)*)*)*)*$").sample(random.Random(1))) < 10_000


@pytest.mark.parametrize(
    "description, words",
    [
        ("Either 'metric' or \"imperial\". Default is 'metric'.", ("metric", "imperial")),
        ("The user's own words, the driver's too", ()),
        ("`<call_1>` or ‘kg’", ("kg",)),
    ],
)
def test_words_that_documentation_suggests(description: str, words: tuple[str, ...]) -> None:
    assert suggested(Text(), description) == words and suggested(List(Text()), description) == words and suggested(Integer(), description) == ()


def test_an_object_of_any_names_is_read_from_json_alone() -> None:
    kind = Dictionary(Integer(0, 9))
    assert kind.parse('{"a": 3}', Context(datetime(2026, 1, 1))) == {"a": 3} and kind.parse("a is 3", Context(datetime(2026, 1, 1))) is None
    assert kind.parse('{"a": 30}', Context(datetime(2026, 1, 1))) is None and kind.parse('{"a": 3', Context(datetime(2026, 1, 1))) is None
    with pytest.raises(PlanError, match="an object"):
        kind.check([1])
