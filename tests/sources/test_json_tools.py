"""JSON tools: what loads is held to, with the library jsonschema as the judge; what cannot be held to is listed."""

from __future__ import annotations

import json
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from octocall.errors import PlanError, SignatureError
from octocall.function import REQUIRED, Parameter
from octocall.interchange import dump_catalog, load_catalog
from octocall.sources.json_tools import load, read
from octocall.types import (
    Anything,
    Boolean,
    Choice,
    Context,
    Date,
    DateTime,
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
    TimeOfDay,
)

CONTEXT = Context(datetime(2026, 3, 4, 10, 30))
EXACT = 2**53 - 1


def tool(schema: Any, required: bool = True, **more: Any) -> dict[str, Any]:
    return {"name": "f", "parameters": {"type": "object", "properties": {"p": schema}, "required": ["p"] * required, **more}}


def parameter(schema: Any, **more: Any) -> Parameter:
    return read([tool(schema, **more)]).catalog["f"].parameters[0]


def reason(schema: Any, **more: Any) -> str:
    found = read([tool(schema, **more)])
    assert not found.catalog.functions and found.skipped[0].name == "f"
    return found.skipped[0].reason


@pytest.mark.parametrize(
    "schema, kind",
    [
        ({"type": "string"}, Text()),
        ({"type": "string", "minLength": 1}, Text()),
        ({"type": "string", "maxLength": 5}, Limited(Text(), 1, 5)),
        ({"type": "string", "pattern": "^a+$"}, Limited(Text(), pattern="^a+$")),
        ({"type": "string", "format": "date"}, Date()),
        ({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}, Date()),
        ({"type": "string", "format": "date-time"}, IsoDateTime()),
        (DateTime().schema(), DateTime()),
        ({"type": "string", "format": "time"}, IsoTime()),
        (TimeOfDay().schema(), TimeOfDay()),
        ({"type": "string", "format": "email", "maxLength": 40}, Limited(Email(), 1, 40)),
        ({"type": "integer"}, Integer(-EXACT, EXACT)),
        ({"type": "integer", "format": "int32", "minimum": 0.5}, Integer(1, 2**31 - 1)),
        ({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10}, Integer(1, 9)),
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, Integer(1, EXACT)),
        ({"type": "integer", "minimum": 0, "maximum": 20, "multipleOf": 5}, Choice((0, 5, 10, 15, 20))),
        ({"type": "number", "minimum": 0, "maximum": 1}, Number(0.0, 1.0)),
        ({"type": "number", "exclusiveMinimum": 0}, Number(5e-324)),
        ({"type": "float"}, Number()),
        ({"type": "boolean"}, Boolean()),
        ({"type": "String"}, Text()),
        ({"type": "tuple", "items": {"type": "float"}}, List(Number())),
        ({"type": "array"}, List(Anything())),
        ({"type": "dict", "properties": {"x": {"type": "any"}}}, Record((Field("x", Anything(), False),))),
        ({"type": "object"}, Dictionary()),
        ({"type": "array", "items": {"type": "object", "additionalProperties": {"type": "boolean"}}}, List(Dictionary(Boolean()))),
        ({}, Anything()),
        (True, Anything()),
        ({"description": "nothing else"}, Anything()),
        ({"enum": ["a", None, 2, True, 1.5]}, Choice(("a", 2, True, 1.5))),
        ({"type": "integer", "enum": [1, "2", 3]}, Choice((1, 3))),
        ({"const": "x"}, Choice(("x",))),
        ({"type": ["string", "integer", "null"], "enum": ["a", 1, True, None]}, Choice(("a", 1))),
        ({"type": ["string", "null"]}, Text()),
        ({"type": "string", "nullable": True}, Text()),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, Boolean()),
        ({"oneOf": [{"const": "x", "title": "X"}, {"enum": ["y"]}]}, Choice(("x", "y"))),
        ({"allOf": [{"type": "number", "minimum": 1}, {"type": "integer", "maximum": 5}], "minimum": 2}, Integer(2, 5)),
        ({"minimum": 3}, Number(3.0)),
        ({"format": "int64"}, Integer(-EXACT, EXACT)),
        ({"type": "array", "enum": ["a", "b"]}, List(Choice(("a", "b")))),
        ({"type": "array", "items": {"type": "integer"}, "enum": [1, 2]}, List(Choice((1, 2)))),
        ({"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 1, "maxItems": 2, "uniqueItems": True}, List(Choice(("a", "b")), 1, 2, True)),
    ],
)
def test_types_of_schemas(schema: Any, kind: Any) -> None:
    assert parameter(schema).type == kind


@pytest.mark.parametrize(
    "schema, words",
    [
        ({"type": "string", "pattern": "(?=a)"}, "p cannot be held to"), ({"type": "string", "pattern": "^a$", "minLength": 3}, "no text of 3"),
        ({"type": "string", "minLength": 3, "maxLength": 2}, "no text"), ({"type": "string", "maxLength": 0}, "no text"),
        ({"type": "string", "format": "binary"}, "not said in words"), ({"type": "string", "contentEncoding": "base64"}, "contentEncoding"),
        ({"type": "string", "not": {"const": "x"}}, "'not'"), ({"type": "null"}, "only null"), ({"enum": [None]}, "no single value"),
        ({"enum": [[1], {}]}, "no single value"), ({"enum": [1, "1"]}, "written alike"), ({"enum": ["<end>", "b"]}, "token"), ({"enum": "ab"}, "no list"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "no number"), ({"type": "number", "multipleOf": 0.01}, "multipleOf"),
        ({"type": "integer", "minimum": "1"}, "a number is expected"), ({"type": "object", "additionalProperties": False}, "no names"),
        ({"type": "widget"}, "'widget'"),
        ({"type": "object", "minProperties": 1}, "restricts the n"), ({"type": "array", "items": [{}, {}]}, "each item"),
        ({"type": "array", "prefixItems": [{}]}, "prefixItems"), ({"type": "array", "maxItems": 0}, "no list"),
        ({"type": "array", "contains": {}}, "contains"), ({"type": "array", "minContains": 2}, "minContains"),
        ({"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 3}, "3 different"),
        ({"type": "object", "properties": {"x": {}}, "patternProperties": {"y": {}}}, "patternProperties"),
        ({"type": "object", "properties": {"x": {}}, "minProperties": 1}, "number of its properties"),
        ({"type": "object", "properties": {"x": {}}, "required": ["y"], "additionalProperties": False}, "'y'"),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, "may hold at once"), ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, "may hold at once"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "at once"), ({"allOf": [{"pattern": "a"}, {"pattern": "b"}]}, "pattern twice"),
        ({"allOf": [{"properties": {"a": {}}, "additionalProperties": False}, {"properties": {"b": {}}}]}, "further names"),
        ({"$ref": "#/$defs/none"}, "does not exist"), ({"$ref": "https://example.com/s.json"}, "outside"), ({"$ref": "#/properties/p"}, "recursive"),
        (False, "no value"), (5, "int"),
    ],
)  # fmt: skip
def test_what_cannot_be_held_to_is_listed_with_its_place(schema: Any, words: str) -> None:
    found = reason(schema)
    assert words in found and found.startswith("p ")


def test_references_recursion_and_size() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}
    assert "p.next is recursive (#/$defs/node)" in reason({"$ref": "#/$defs/node"}, **{"$defs": {"node": node}})
    # a schema met twice on two ways is no recursion
    pet = {"type": "object", "properties": {"name": {"type": "string"}}}
    dog = {"allOf": [{"$ref": "#/$defs/pet"}, {"properties": {"friend": {"$ref": "#/$defs/pet"}}}]}
    kind = parameter({"$ref": "#/$defs/dog"}, **{"$defs": {"pet": pet, "dog": dog}}).type
    inner = Record((Field("name", Text(), False),))
    assert isinstance(kind, Record) and {field.name: field.type for field in kind.fields} == {"friend": inner, "name": Text()}
    double = {f"d{i}": {"type": "object", "properties": {side: {"$ref": f"#/$defs/d{i + 1}"} for side in "lr"}} for i in range(20)}
    assert "more than 2000 parts" in reason({"$ref": "#/$defs/d0"}, **{"$defs": {**double, "d20": {"type": "string"}}})
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(40):
        deep = {"type": "array", "items": deep}
    assert "deep" in reason(deep)


def test_defaults_are_checked() -> None:
    assert parameter({"type": "integer", "default": 3}).default == 3
    assert parameter({"type": "string"}).default is REQUIRED
    assert parameter({"type": "string"}, required=False).default is None
    found = read([tool({"type": "integer", "default": "many"})])
    assert found.catalog["f"].parameters[0].default is REQUIRED and "'many'" in found.noted[0].reason
    found = read([tool({"type": "integer", "maximum": 3, "default": 4}, required=False)])
    assert found.catalog["f"].parameters[0].default is None and found.noted[0].name == "f"


def test_alternatives_are_noted() -> None:
    found = read([tool({"anyOf": [{"not": {}}, {"type": "integer"}, {"type": "string"}]}), {**tool({"type": ["string", "integer"]}), "name": "g"}])
    assert [f.parameters[0].type for f in found.catalog] == [Integer(-EXACT, EXACT), Text()] and len(found.noted) == 2


def test_every_form_of_a_tool() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "description": "what\n it\x1b[1m is"}}, "required": ["a"]}
    forms: list[Any] = [
        {"type": "function", "function": {"name": "one", "description": "One.", "parameters": schema}},
        {"type": "function", "name": "two", "parameters": schema, "strict": True},
        {"name": "three", "input_schema": schema},
        {"name": "four", "inputSchema": schema},
        {"name": "five"},
        {"question": "of the leaderboard", "function": [{"name": "math.gcd", "parameters": {**schema, "type": "dict"}}]},
    ]
    found = load(forms)
    assert [f.name for f in found] == ["one", "two", "three", "four", "five", "math_gcd"]
    assert found["math_gcd"].original == "math.gcd" and found["one"].original == ""
    assert all(f.parameters == found["one"].parameters for f in found if f.name != "five")
    assert found["one"].parameters[0].description == "what it [1m is"
    assert load(json.dumps(forms)).functions == found.functions == load({"tools": forms}).functions
    assert load("\n".join(map(json.dumps, forms))).functions == found.functions


def test_names_become_identifiers_that_do_not_clash() -> None:
    names = ["get-user", "get.user", "2fa", "日本", "get_user_2", "get user"]
    found = load([{"name": name, "parameters": {"properties": {"a-b": {}, "a.b": {}, "class": {}}}} for name in names])
    assert [f.name for f in found] == ["get_user", "get_user_2", "_2fa", "日本", "get_user_2_2", "get_user_3"]
    assert [f.original or f.name for f in found] == names
    assert [(p.name, p.original) for p in found["_2fa"].parameters] == [("a_b", "a-b"), ("a_b_2", "a.b"), ("class", "")]
    assert load_catalog(json.loads(json.dumps(dump_catalog(found)))) == found


def test_tools_that_are_none_are_listed_and_the_others_load() -> None:
    odd = [{"type": "web_search"}, 5, {"name": ""}, {"name": "f", "parameters": [1]}, {"name": "g", "parameters": {"type": "string"}},
           {"name": "irrelevant_function", "parameters": {"properties": {"a": {}}}}, {"name": "ok"}, {"name": "ok"}]  # fmt: skip
    found = read(odd)
    assert [f.name for f in found.catalog] == ["ok"]
    assert [remark.name for remark in found.skipped] == ["(tool 1)", "(tool 2)", "(tool 3)", "f", "g", "irrelevant_function", "ok"]
    with pytest.warns(UserWarning, match="and 6 more of tools cannot be loaded"):
        load(odd)


@pytest.mark.parametrize("source", ["[", "[]", "{}", "[NaN]", "/no/such/file.json", '[{"name": "f", "parameters": ' + "[" * 100_000, 5])
def test_sources_without_tools_end_in_one_sentence(source: Any, tmp_path: Path) -> None:
    with pytest.raises(SignatureError) as refused:
        found = read(source)
        assert found.skipped and not found.catalog.functions
        raise SignatureError("only skipped")
    assert "\n" not in str(refused.value)


def test_files_are_named_after_themselves(tmp_path: Path) -> None:
    path = tmp_path / "kitchen.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps([{"name": "boil"}]).encode())
    assert load(path).name == load(str(path)).name == "kitchen"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SignatureError, match="UTF-8"):
        load(path)


small = st.integers(-3, 6)
limits = st.one_of(small, st.floats(-3, 6, allow_nan=False), st.sampled_from([2**53, -(2**60), 1e300, 0.1]))
words = st.sampled_from(["a", "b", "ab", "A", "", " a", "1", "true", "2026-03-05", "jo@example.com", "日本", "x-1"])
scalars = st.one_of(st.none(), st.booleans(), small, st.sampled_from([0.5, 1.0, 2**60, 10**30]), words)
values = st.recursive(scalars, lambda inner:
                      st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3)), max_leaves=6)  # fmt: skip


def part(**keys: Any) -> Any:
    return st.fixed_dictionaries({}, optional=keys)


def merged(*parts: Any) -> Any:
    return st.tuples(*parts).map(lambda found: {key: value for each in found for key, value in each.items()})


strings = merged(st.just({"type": "string"}), part(minLength=st.integers(0, 3), maxLength=st.integers(0, 5), 
                 pattern=st.sampled_from(["^a", "b$", "^[a-z]{2,3}$", "1|2"]), format=st.sampled_from(["date", "email", "uuid", "slug"])))  # fmt: skip
numbers = merged(st.sampled_from([{"type": "integer"}, {"type": "number"}]), part(minimum=limits, maximum=limits,
                 exclusiveMinimum=limits, exclusiveMaximum=limits, multipleOf=st.sampled_from([1, 2, 0.5, 3])))  # fmt: skip
fixed = st.one_of(part(enum=st.lists(scalars, min_size=1, max_size=4), type=st.sampled_from(["string", "integer", "boolean", ["string", "null"]])),
                  st.builds(lambda value: {"const": value}, scalars))  # fmt: skip
leaves = st.one_of(strings, numbers, fixed, st.just({"type": "boolean"}), st.just({}), st.just({"$ref": "#/$defs/word"}))


def grown(inner: Any) -> Any:
    names = st.sampled_from(["a", "b", "c"])
    lists = merged(st.just({"type": "array"}), st.fixed_dictionaries({"items": inner}), 
                   part(minItems=st.integers(0, 3), maxItems=st.integers(0, 3), uniqueItems=st.booleans()))  # fmt: skip
    objects = merged(st.just({"type": "object"}), st.fixed_dictionaries({"properties": st.dictionaries(names, inner, max_size=3)}),
                     part(required=st.lists(names, unique=True, max_size=2), additionalProperties=st.one_of(st.booleans(), inner), minProperties=st.integers(0, 2),
                          maxProperties=st.integers(0, 3)))  # fmt: skip
    several = st.lists(inner, min_size=1, max_size=3)
    unions = st.builds(lambda key, options, rest: {**rest, key: options}, st.sampled_from(["anyOf", "oneOf", "allOf"]), several,
                       part(minimum=small, maxLength=st.integers(0, 4)))  # fmt: skip
    return st.one_of(lists, objects, unions, merged(inner, st.builds(lambda other: {"allOf": [other]}, inner)))


schemas = st.recursive(leaves, grown, max_leaves=6)


@settings(max_examples=400)
@given(schema=schemas, seed=st.integers(0, 10**9), given_values=st.lists(values, min_size=1, max_size=6))
def test_whatever_loads_is_held_to(schema: Any, seed: int, given_values: list[Any]) -> None:
    definitions = {"word": {"type": "string", "maxLength": 4}}
    found = read([tool(schema, **{"$defs": definitions})])
    assert len(found.catalog) + len(found.skipped) == 1
    if found.skipped:
        return
    function = found.catalog["f"]
    kind = function.parameters[0].type
    # choices of a list that are no lists are meant for its items, whatever the standard says: no list would fit them
    assume(not (isinstance(kind, List) and "enum" in json.dumps(schema)))
    judge = jsonschema.Draft202012Validator({**(schema if isinstance(schema, dict) else {}), "$defs": definitions})
    rng = random.Random(seed)
    for _ in range(3):
        value = kind.sample(rng, CONTEXT).value
        assert kind.check(value) == value and judge.is_valid(value), (kind, value)
    for value in given_values:
        try:
            accepted = kind.check(value)
        except PlanError:
            continue
        assert judge.is_valid(accepted), (kind, value)
    again = read([function.schema()])
    assert again.catalog["f"].parameters == function.parameters, again
    assert load_catalog(json.loads(json.dumps(dump_catalog(found.catalog)))) == found.catalog
