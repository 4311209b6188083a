"""JSON Schemas made flat: references followed, allOf merged, so that one dictionary says it all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import unquote

Schema: TypeAlias = dict[str, Any]


class Unfit(Exception):
    """A schema asks for what cannot be read or held to: where in it, and what."""

    def __init__(self, what: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.what, self.path = what, path

    def __str__(self) -> str:
        return f"{'.'.join(self.path)} {self.what}".strip()


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Puts ``name`` before the path of an Unfit that comes from within."""
    try:
        yield
    except Unfit as error:
        raise Unfit(error.what, (name, *error.path)) from None


@dataclass(frozen=True, eq=False)
class Scoped:
    """A schema with the references that were followed to reach it: meeting one again is a recursion."""

    schema: Any
    followed: frozenset[str] = frozenset()


def resolve(root: Any, reference: Any) -> Any:
    """What a reference such as #/components/schemas/Pet points at. Raises Unfit."""
    if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
        raise Unfit(f"refers to {reference!r}, which is outside of the document or no path in it")
    found = root
    for part in reference[2:].split("/") if len(reference) > 1 else ():
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            raise Unfit(f"refers to {reference}, which does not exist")
    return found


def flatten(schema: Any, root: Any, followed: frozenset[str] = frozenset()) -> Schema:
    """``schema`` without references and allOf; the schemas inside it are Scoped. Raises Unfit."""
    if isinstance(schema, Scoped):
        return flatten(schema.schema, root, followed | schema.followed)
    if schema is True or schema is None:
        return {}
    if not isinstance(schema, dict):
        raise Unfit("allows no value" if schema is False else f"is {type(schema).__name__}, where a schema is expected")
    result = _scope({key: value for key, value in schema.items() if key not in ("$ref", "allOf")}, followed)
    if "$ref" in schema:
        reference = schema["$ref"]
        target = resolve(root, reference)
        if reference in followed:
            raise Unfit(f"is recursive ({reference})")
        result = merge(result, flatten(target, root, followed | {reference}))
    every = schema.get("allOf", ())
    if not isinstance(every, list | tuple):
        raise Unfit("has an allOf that is no list")
    for part in every:
        result = merge(result, flatten(part, root, followed))
    return result


def _scope(schema: Schema, followed: frozenset[str]) -> Schema:
    found = dict(schema)
    if isinstance(found.get("properties"), dict):
        found["properties"] = {name: _bind(inner, followed) for name, inner in found["properties"].items()}
    for key in ("anyOf", "oneOf"):
        if isinstance(found.get(key), list):
            found[key] = [_bind(inner, followed) for inner in found[key]]
    if isinstance(found.get("required"), bool):
        del found["required"]  # an older way to say it of one property: whoever reads the properties looks there
    if isinstance(found.get("items"), dict):
        found["items"] = _bind(found["items"], followed)
    for bound, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        # draft 4 and OpenAPI 3.0 say in a boolean whether the bound itself is left out
        if isinstance(found.get(strict), bool) and found.pop(strict) and bound in found:
            found[strict] = found.pop(bound)
    return found


def _bind(schema: Any, followed: frozenset[str]) -> Scoped:
    return schema if isinstance(schema, Scoped) else Scoped(schema, followed)


def _types(a: Any, b: Any) -> list[str]:
    first, second = (set(kinds) if isinstance(kinds, list) else {kinds} for kinds in (a, b))
    both = first & second
    if ("integer" in first and "number" in second) or ("number" in first and "integer" in second):
        both.add("integer")
    if not both:
        raise Unfit(f"asks by allOf for the types {a} and {b} at once")
    return sorted(both, key=str)


def _common(a: Any, b: Any) -> list[Any]:
    return [value for value in a if any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in b)]


_COMBINE: dict[str, Callable[[Any, Any], Any]] = {
    "properties": lambda a, b: {**a, **{name: Scoped({"allOf": [a[name], inner]}) if name in a else inner for name, inner in b.items()}},
    "required": lambda a, b: [*a, *b], "type": _types, "enum": _common, "items": lambda a, b: Scoped({"allOf": [a, b]}),
    "nullable": lambda a, b: a and b, "uniqueItems": lambda a, b: a or b,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}  # fmt: skip
_TOLD = {"title", "description", "summary", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "externalDocs", "xml",
         "discriminator", "$schema", "$id", "$comment", "$defs", "definitions", "additionalProperties", "unevaluatedProperties"}  # fmt: skip


def merge(a: Schema, b: Schema) -> Schema:
    """A schema for what both flat schemas allow; where they only tell, ``a`` is heard. Raises Unfit."""
    for one, other in ((a, b), (b, a)):
        # a closed object knows nothing of the names that the other adds
        if one.get("additionalProperties", True) not in (True, {}) and set(other.get("properties", ())) - set(one.get("properties", ())):
            raise Unfit("is an allOf of an object with additionalProperties and one with further names")
    result = dict(a)
    for key, value in b.items():
        if key not in result:
            result[key] = value
        elif key in _COMBINE:
            try:
                result[key] = _COMBINE[key](result[key], value)
            except (TypeError, AttributeError):
                raise Unfit(f"says {key} twice in ways that do not go together") from None
        elif key == "additionalProperties":
            closed = [allowed for allowed in (result[key], value) if allowed not in (True, {})]
            result[key] = closed[0] if closed else True
        elif key not in _TOLD and not str(key).startswith("x-") and result[key] != value:
            raise Unfit(f"says {key} twice: {result[key]!r} and {value!r}")
    return result
