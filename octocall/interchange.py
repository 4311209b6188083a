"""Catalogs as JSON that keeps every Type with its settings, for bundles."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

from octocall import types
from octocall.catalog import Catalog
from octocall.function import REQUIRED, Function, Parameter
from octocall.types import Field, Type


def _dump(value: Any) -> Any:
    """A Type, or a setting of one: types and fields inside it keep their kind."""
    if is_dataclass(value):
        return {"kind": type(value).__name__, **{f.name: _dump(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, float) and math.isinf(value):
        return None  # JSON has no infinity
    return tuple(map(_dump, value)) if isinstance(value, tuple) else value


def _load(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(_load, value))
    if not isinstance(value, dict):
        return value
    kind = getattr(types, value["kind"]) if value["kind"] in types.__all__ else None
    if not (isinstance(kind, type) and issubclass(kind, Type | Field)):
        raise ValueError(f"unknown type {value['kind']!r}")
    return kind(**{f.name: _load(value[f.name]) for f in fields(kind) if value.get(f.name) is not None})


def _load_type(row: Any) -> Type:
    kind = _load(row)
    if not isinstance(kind, Type):
        raise ValueError(f"{row!r} was given where a type is expected")
    return kind


def _original(named: Function | Parameter) -> dict[str, str]:
    return {"original": named.original} if named.original else {}


def dump_function(function: Function) -> dict[str, Any]:
    """A function as plain values; infinite bounds become None, and None their default again."""
    parameters = []
    for p in function.parameters:
        row = {"name": p.name, "description": p.description, "type": _dump(p.type), "required": p.required, **_original(p)}
        parameters.append(row if p.required else {**row, "default": p.default})
    row = {"name": function.name, "description": function.description, "parameters": parameters, "returns": _dump(function.returns)}
    return {**row, **_original(function)}


def load_function(row: dict[str, Any]) -> Function:
    """The reverse of ``dump_function``. Raises KeyError, TypeError or ValueError on another shape."""
    parameters = []
    for p in row["parameters"]:
        default = REQUIRED if p["required"] else p["default"]
        parameters.append(Parameter(p["name"], _load_type(p["type"]), p["description"], default, p.get("original", "")))
    returns = None if row["returns"] is None else _load_type(row["returns"])
    return Function(row["name"], row["description"], tuple(parameters), returns, row.get("original", ""))


def dump_catalog(catalog: Catalog) -> dict[str, Any]:
    """A catalog as plain values."""
    row = {"name": catalog.name, "functions": list(map(dump_function, catalog))}
    return {**row, "numbers": list(catalog.numbers)} if catalog.numbers else row


def load_catalog(row: dict[str, Any]) -> Catalog:
    """The reverse of ``dump_catalog``. Raises KeyError, TypeError or ValueError on another shape."""
    return Catalog(tuple(map(load_function, row["functions"])), row["name"], tuple(row.get("numbers", ())))
