"""JSON Schema as Types and parameters. Whatever restricts values is held to, or the whole is refused: nothing is ignored unsaid.

Where a Type holds less than the schema allows (no empty texts, one of several alternatives), that is safe
and, where it matters, noted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from octocall.errors import PlanError, SignatureError
from octocall.function import REQUIRED, Parameter
from octocall.sources.common.loaded import identifier, unique
from octocall.sources.common.merge import Schema, Scoped, Unfit, flatten, inside, merge
from octocall.sources.common.prose import clean
from octocall.sources.common.scalars import read_fixed, read_integer, read_number, read_string
from octocall.types import Anything, Boolean, Dictionary, Field, List, Record, Type

T = TypeVar("T")

_KINDS = {  # also as the leaderboard of function calling and its Java and JavaScript parts write them
    "str": "string", "char": "string", "text": "string", "int": "integer", "long": "integer", "short": "integer", "byte": "integer", "bigint": "integer",
    "float": "number", "double": "number", "decimal": "number", "bool": "boolean", "dict": "object", "map": "object", "hashmap": "object",
    "list": "array", "tuple": "array", "arraylist": "array", "any": "any",
    "string": "string", "integer": "integer", "number": "number", "boolean": "boolean", "object": "object", "array": "array", "null": "null",
}  # fmt: skip
_REFUSED = ("not", "if", "then", "else", "dependentSchemas", "dependentRequired", "dependencies", "$dynamicRef", "$recursiveRef", "contentEncoding",
            "contentMediaType", "prefixItems", "additionalItems", "unevaluatedItems", "contains", "minContains", "maxContains", "patternProperties", "propertyNames",
            "extends", "disallow", "divisibleBy", "keys")  # fmt: skip
_VACUOUS = ("dependentSchemas", "dependentRequired", "dependencies", "prefixItems", "patternProperties")
"""Of these the empty ones restrict nothing."""
_HINTS = (("properties", "object"), ("items", "array"), ("pattern", "string"), ("maxLength", "string"), ("minLength", "string"), ("format", "string"),
          ("minimum", "number"), ("maximum", "number"), ("exclusiveMinimum", "number"), ("exclusiveMaximum", "number"), ("multipleOf", "number"),
          ("minItems", "array"), ("maxItems", "array"), ("uniqueItems", "array"), ("required", "object"), ("additionalProperties", "object"),
          ("minProperties", "object"), ("maxProperties", "object"))  # fmt: skip
_NUMERIC = {"int32": "integer", "int64": "integer", "float": "number", "double": "number"}
_MAX_PARTS = 2000
_MAX_DEPTH = 24


class Reader:
    """Reads the schemas of one document; ``notes`` gathers what the schemas of one function lost.

    ``writing`` says that values are sent, so that properties which are only read are left out;
    ``describe`` turns descriptions into plain text.
    """

    def __init__(self, root: Any = None, writing: bool = False, describe: Callable[[object], str] = clean) -> None:
        self.root, self.writing, self.describe = root, writing, describe
        self.notes: list[str] = []
        self._left, self._depth = _MAX_PARTS, 0
        self._known: dict[str, tuple[Type | Unfit, int, list[str]]] = {}

    def begin(self) -> None:
        """Starts the next function: its notes and its size are counted anew."""
        self.notes = []
        self._left, self._depth = _MAX_PARTS, 0

    def type(self, schema: Any) -> Type:
        """The Type of a schema. Raises Unfit."""
        self._spend(1)
        inner = schema.schema if isinstance(schema, Scoped) else schema
        reference = inner["$ref"] if isinstance(inner, dict) and set(inner) == {"$ref"} else None
        if not isinstance(reference, str):
            return self._type(schema)
        if reference not in self._known:
            left, said = self._left, len(self.notes)
            try:
                found: Type | Unfit = self._type(schema)
            except Unfit as error:
                if self._left < 0 or self._depth >= _MAX_DEPTH:
                    raise
                found = error
            self._known[reference] = found, left - self._left, self.notes[said:]
            # what was read just now is already counted
            self._left, self.notes = left, self.notes[:said]
        known, size, notes = self._known[reference]
        self._spend(size)
        if isinstance(known, Unfit):
            raise Unfit(known.what, known.path)
        self.notes += notes
        return known

    def _spend(self, parts: int) -> None:
        self._left -= parts
        if self._left < 0:
            raise Unfit(f"has more than {_MAX_PARTS} parts when its references are written out")

    def _type(self, schema: Any) -> Type:
        self._depth += 1
        try:
            if self._depth > _MAX_DEPTH:
                raise Unfit(f"is nested more than {_MAX_DEPTH} deep")
            return self._choose(flatten(schema, self.root), self._plain)
        finally:
            self._depth -= 1

    def _plain(self, schema: Schema) -> Type:
        """The Type of a flat schema without alternatives."""
        self._refuse(schema)
        if kinds_of(schema) == ["array"] and isinstance(values := schema.get("enum"), list) and not any(isinstance(value, list) for value in values):
            # choices that are no lists can only be meant for the items
            items = merge(flatten(schema.get("items", {}), self.root), {"enum": values})
            schema = {**{key: value for key, value in schema.items() if key != "enum"}, "items": items}
        if "enum" in schema or "const" in schema:
            rest = {key: value for key, value in schema.items() if key not in ("enum", "const")}
            return read_fixed(schema, [self._plain({**rest, "type": kind}) for kind in kinds_of(rest) if kind != "any"])
        kinds = kinds_of(schema)
        if len(kinds) > 1:
            self.notes.append(f"of the types {', '.join(kinds)} only {kinds[0]} is used")
        read: dict[str, Callable[[], Type]] = {
            "string": lambda: read_string(schema, self.notes), "integer": lambda: read_integer(schema), "number": lambda: read_number(schema),
            "boolean": Boolean, "array": lambda: self._array(schema), "object": lambda: self._object(schema), "any": Anything,
        }  # fmt: skip
        return read[kinds[0]]()

    def _refuse(self, schema: Schema) -> None:
        for key in _REFUSED:
            if key in schema and not (key in _VACUOUS and not schema[key]):
                raise Unfit(f"restricts its values by {key!r}, which cannot be held to")

    def _choose(self, schema: Schema, read: Callable[[Schema], T]) -> T:
        """Reads a flat schema; of its alternatives the first that can be read, which holds less than all of them and never more."""
        key = next((key for key in ("anyOf", "oneOf") if key in schema), None)
        if key is None:
            return read(schema)
        rest = {name: value for name, value in schema.items() if name != key}
        if not isinstance(schema[key], list) or not schema[key]:
            raise Unfit(f"has an {key} that is no list of schemas")
        options = [option for option in (flatten(inner, self.root) for inner in schema[key]) if not _only_null(option)]
        if not options:
            raise Unfit("allows only null")
        if len(options) == 1:
            return self._choose(merge(rest, options[0]), read)
        if (values := _fixed_values(options, once=key == "oneOf")) is not None:
            return self._choose(merge(rest, {"enum": values}), read)
        if key == "oneOf" and _overlap(options):
            raise Unfit("has a oneOf whose alternatives may hold at once")
        failed: list[Unfit] = []
        for option in options:
            try:
                found = self._choose(merge(rest, option), read)
            except Unfit as error:
                failed.append(error)
            else:
                self.notes.append(f"of {len(options)} alternatives only {'the first' if not failed else f'number {len(failed) + 1}'} is used")
                return found
        raise failed[0]

    def _array(self, schema: Schema) -> Type:
        items = schema.get("items", {})
        if isinstance(items, list):
            raise Unfit("has a schema for each item, which cannot be held to")
        with inside("items"):
            item = self.type(items)
        least = max(0, count(schema, "minItems", 0))
        most = count(schema, "maxItems", max(least, 1000))
        try:
            kind = List(item, least, most, bool(schema.get("uniqueItems", False)))
        except SignatureError:
            raise Unfit(f"allows no list: {least} to {most} items") from None
        if kind.unique and item.literals and not item.pointed and len(item.literals) < least:
            raise Unfit(f"asks for {least} different items out of {len(item.literals)}")
        return kind

    def _object(self, schema: Schema) -> Type:
        fields = []
        for name, inner, required in self._properties(schema):
            with inside(name):
                fields.append(Field(name, self.type(inner), required, self.describe(flatten(inner, self.root).get("description"))))
        if not fields:
            return self._dictionary(schema)
        return Record(tuple(fields))

    def _dictionary(self, schema: Schema) -> Type:
        """An object of which no names are given."""
        inner = schema.get("additionalProperties", True)
        if inner is False:
            raise Unfit("is an object that may have no names")
        if {"minProperties", "maxProperties", "propertyNames", "patternProperties"} & set(schema):
            raise Unfit("restricts the names of an object of which none are given, which cannot be held to")
        with inside("additionalProperties"):
            return Dictionary() if inner is True else Dictionary(self.type(inner))

    def _properties(self, schema: Schema) -> list[tuple[str, Any, bool]]:
        """Name, schema and whether it is required, of each property."""
        properties, required = schema.get("properties") or {}, schema.get("required") or []
        if not isinstance(properties, dict) or not isinstance(required, list | tuple):
            raise Unfit("has properties that are no object, or a required that is no list")
        found: dict[str, tuple[Any, bool]] = {}
        for name, inner in properties.items():
            bare = inner.schema if isinstance(inner, Scoped) else inner
            needed = name in required or (isinstance(bare, dict) and bare.get("required") is True)
            if not (self.writing and isinstance(bare, dict) and bare.get("readOnly") is True):
                found[str(name)] = inner, needed
        for name in required:
            if name not in properties:
                if schema.get("additionalProperties", True) not in (True, {}):
                    raise Unfit(f"requires {name!r}, which it does not describe")
                found[str(name)] = {}, True  # any value will do
        needs = sum(needed for _, needed in found.values())
        if count(schema, "minProperties", 0) > needs or count(schema, "maxProperties", len(found)) < len(found):
            raise Unfit("restricts the number of its properties, which cannot be held to")
        return [(name, *rest) for name, rest in found.items()]

    def properties(self, schema: Any) -> list[tuple[str, Any, bool]]:
        """Name, schema and whether it is required, of each property of an object. Raises Unfit."""
        return self._choose(flatten(schema, self.root), self._plain_properties)

    def _plain_properties(self, schema: Schema) -> list[tuple[str, Any, bool]]:
        self._refuse(schema)
        if "enum" in schema or "const" in schema or kinds_of({"properties": {}, **schema}) != ["object"]:
            raise Unfit("is no object, where the parameters of a function are expected")
        return self._properties(schema)

    def parameter(self, name: str, schema: Any, required: bool, taken: set[str]) -> Parameter:
        """A parameter with its description and default; a default that does not fit is left out and noted. Raises Unfit."""
        with inside(name):
            kind = self.type(schema)
            flat = flatten(schema, self.root)
        default = REQUIRED if required else None
        if flat.get("default") is not None:
            try:
                default = kind.check(flat["default"])
            except PlanError as error:
                self.notes.append(f"{name}: the default is left out, since {error}")
        named = unique(identifier(name), taken)
        return Parameter(named, kind, self.describe(flat.get("description")), default, name if named != name else "")

    def parameters(self, schema: Any) -> tuple[Parameter, ...]:
        """The parameters of a function whose arguments form one object. Raises Unfit."""
        taken: set[str] = set()
        return tuple(self.parameter(*each, taken) for each in self.properties(schema or {}))


def count(schema: Schema, key: str, default: int) -> int:
    """A limit that must be a whole number. Raises Unfit."""
    value = schema.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 2**53 or value != int(value):
        raise Unfit(f"has {key} = {value!r}, where a whole number is expected")
    return int(value)


def kinds_of(schema: Schema) -> list[str]:
    """The types that a flat schema names, or that its other words speak of; ["any"] where it says nothing. Raises Unfit."""
    given = schema.get("type")
    if given is None or given == []:
        told = _NUMERIC.get(str(schema.get("format")))
        return [told or next((kind for word, kind in _HINTS if word in schema), "any")]
    found = []
    for name in given if isinstance(given, list | tuple) else [given]:
        kind = _KINDS.get(name.lower() if isinstance(name, str) else "")
        if kind is None:
            raise Unfit(f"is of the type {name!r}, which is not known")
        found.append(kind)
    kinds = [kind for kind in dict.fromkeys(found) if kind != "null"]
    if not kinds:
        raise Unfit("allows only null")
    return kinds


def _only_null(schema: Schema) -> bool:
    return schema.get("type") in ("null", ["null"]) or schema.get("enum") == [None] or ("const" in schema and schema["const"] is None)


def _fixed_values(options: list[Schema], once: bool) -> list[Any] | None:
    """The values of alternatives that are all enumerated and say nothing else; those of one alternative alone where ``once``."""
    values: list[Any] = []
    for option in options:
        if not ({"enum", "const"} & set(option)) or set(option) & {word for word, _ in _HINTS}:
            return None
        own = option["enum"] if "enum" in option else [option["const"]]
        if not isinstance(own, list) or ("enum" in option and "const" in option):
            return None
        if "type" in option:
            kind = Reader().type({"type": option["type"], "enum": own})
            own = list(getattr(kind, "choices", ()))
        values += own
    return [value for value in values if sum(value == other for other in values) == 1] if once else values


def _overlap(options: list[Schema]) -> bool:
    """Whether two alternatives may hold for one value, as far as their types tell."""
    kinds = [kind for option in options for kind in kinds_of(option) if option.get("type") is not None] if all(map(_typed, options)) else ["any", "any"]
    return len(set(kinds)) < len(kinds) or {"integer", "number"} <= set(kinds)


def _typed(schema: Schema) -> bool:
    return schema.get("type") is not None and not any(key in schema for key in ("anyOf", "oneOf"))
