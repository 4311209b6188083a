"""Catalogs as JSON that keeps every Type with its settings, for bundles."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from typing import Any

from octocall import types
from octocall.catalog import Catalog
from octocall.function import REQUIRED, Function, Parameter
from octocall.types import Type


def _dump_type(kind: Type | None) -> dict[str, Any] | None:
    if kind is None:
        return None
    # JSON has no infinity
    settings = {name: None if isinstance(value, float) and math.isinf(value) else value for name, value in asdict(kind).items()}
    return {"kind": type(kind).__name__, **settings}


def _load_type(row: dict[str, Any] | None) -> Type | None:
    if row is None:
        return None
    kind = getattr(types, row["kind"]) if row["kind"] in types.__all__ else None
    if not (isinstance(kind, type) and issubclass(kind, Type)):
        raise ValueError(f"unknown type {row['kind']!r}")
    settings = {f.name: row[f.name] for f in fields(kind) if row[f.name] is not None}
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()})


def dump_catalog(catalog: Catalog) -> dict[str, Any]:
    """A catalog as plain values; infinite bounds become None, and None their default again."""
    rows = []
    for function in catalog:
        parameters = []
        for p in function.parameters:
            row = {"name": p.name, "description": p.description, "type": _dump_type(p.type), "required": p.required}
            parameters.append(row if p.required else {**row, "default": p.default})
        rows.append({"name": function.name, "description": function.description, "parameters": parameters, "returns": _dump_type(function.returns)})
    return {"name": catalog.name, "functions": rows}


def load_catalog(row: dict[str, Any]) -> Catalog:
    """The reverse of ``dump_catalog``. Raises KeyError, TypeError or ValueError on another shape."""
    functions = []
    for f in row["functions"]:
        parameters = []
        for p in f["parameters"]:
            kind = _load_type(p["type"])
            if kind is None:
                raise ValueError(f"the parameter {p['name']!r} of {f['name']} has no type")
            parameters.append(Parameter(p["name"], kind, p["description"], REQUIRED if p["required"] else p["default"]))
        functions.append(Function(f["name"], f["description"], tuple(parameters), _load_type(f["returns"])))
    return Catalog(tuple(functions), row["name"])
