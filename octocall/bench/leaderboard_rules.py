"""The published rules by which the Berkeley Function-Calling Leaderboard compares a call with what is acceptable.

Each parameter has a list of acceptable values; an empty text among them means that it may be left out.
Source: the leaderboard's documentation and its checker of abstract syntax trees, v4, for Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Answer: TypeAlias = tuple[str, Mapping[str, Any]]
"""A call in the names of the source: function and arguments."""

_KINDS: dict[str, type] = {
    "string": str, "integer": int, "float": float, "number": float, "boolean": bool,
    "array": list, "tuple": list, "dict": dict, "object": dict, "any": str,
}  # fmt: skip
_IGNORED = re.compile(r"[ ,./\-_*^]")


def all_right(tools: Sequence[Mapping[str, Any]], expected: Sequence[Mapping[str, Any]], given: Sequence[Answer]) -> bool:
    """Whether the calls are those expected, in any order: each expected one takes the first call that fits and is not taken."""
    left = list(given)
    for truth in expected:
        place = next((i for i, answer in enumerate(left) if call_right(tools, truth, answer)), None)
        if place is None:
            return False
        left.pop(place)
    return not left


def call_right(tools: Sequence[Mapping[str, Any]], truth: Mapping[str, Any], given: Answer) -> bool:
    """Whether one call is right: its name, its required parameters, every value, and nothing that was not asked for."""
    (name, accepted), (called, arguments) = next(iter(truth.items())), given
    schema = next((tool["parameters"] for tool in tools if tool["name"] == name), None)
    if schema is None or same_name(name) != same_name(called):
        return False
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if any(name not in arguments for name in required) or any(name not in properties or name not in accepted for name in arguments):
        return False
    if any(name not in arguments and "" not in values for name, values in accepted.items()):
        return False
    return all(value_right(properties[name], accepted[name], value) for name, value in arguments.items())


def same_name(name: str) -> str:
    """A function's name as it is compared: many interfaces allow no dot in one."""
    return name.replace(".", "_")


def value_right(schema: Mapping[str, Any], accepted: Sequence[Any], value: Any) -> bool:
    """Whether a value has the type of its schema, or that of the accepted values, and is one of them."""
    kind = _KINDS.get(schema.get("type", "any"), str)
    inner = _inner(schema) if kind is list else None
    if kind is float and type(value) is int:
        value = float(value)
    usual = _usual(accepted)
    found: type = type(value)
    if found is not kind:
        return found is usual and value in accepted
    if inner is not None and not any(_items_typed(value, option, inner) for option in accepted):
        return False
    if usual not in (None, kind):
        return value in accepted  # a variable's name or the like
    if kind is dict:
        return any(_fields_right(option, value) for option in accepted if option != "")
    if kind is list and inner is dict:
        return any(len(option) == len(value) and all(map(_fields_right, option, value)) for option in accepted)
    if kind is list:
        return list(map(_plain, value)) in [list(map(_plain, option)) for option in accepted]
    return _plain(value) in list(map(_plain, accepted))


def _inner(schema: Mapping[str, Any]) -> type | None:
    items = schema.get("items")
    return _KINDS.get(items.get("type", "any"), str) if isinstance(items, Mapping) else None


def _usual(accepted: Sequence[Any]) -> type | None:
    """The type of the accepted values."""
    return next((type(value) for value in accepted if value != ""), None)


def _items_typed(value: Sequence[Any], option: Any, inner: type) -> bool:
    """Whether the items have the type of the schema or that of an acceptable list."""
    return not isinstance(option, list) or all(type(item) in (inner, _usual(option)) for item in value)


def _fields_right(accepted: Mapping[str, Any], value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(accepted, Mapping) or any(key not in accepted for key in value):
        return False
    if any(key not in value and "" not in options for key, options in accepted.items()):
        return False
    return all(_plain(item) in list(map(_plain, accepted[key])) for key, item in value.items())


def _plain(value: Any) -> Any:
    """A text as it is compared, without case, spaces and some punctuation; anything else as it is."""
    return _IGNORED.sub("", value).lower().replace("'", '"') if isinstance(value, str) else value
