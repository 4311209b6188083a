"""Law 5 for every source in the folder: what loads is the same after a dump, and nothing is left out unsaid."""

from __future__ import annotations

import importlib
import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

import octocall.sources
from octocall.interchange import dump_catalog, load_catalog

FILES = sorted(path.stem for path in Path(octocall.sources.__file__).parent.glob("*.py") if path.stem != "__init__")
_SCHEMA = {
    "type": "object", "required": ["user-id", "when"],
    "properties": {
        "user-id": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 9}, "when": {"type": "string", "format": "date-time"},
        "parts": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "number", "exclusiveMinimum": 0}}}}, "any": {"default": {"a": [1]}},
    },
}  # fmt: skip
_TOOL = {"name": "get-user", "description": "Gets.", "parameters": _SCHEMA}
_BODY = {"content": {"application/json": {"schema": _SCHEMA}}, "required": True}
_SERVER = Path(__file__).parents[1] / "sources" / "mcp_server.py"
EXAMPLES: dict[str, Any] = {
    "python": "octocall.catalogs.android",
    "json_tools": [_TOOL],
    "openapi": {"openapi": "3.1.0", "paths": {"/users/{id}": {"post": {"operationId": "post.user", "requestBody": _BODY}}}},
    "mcp": f"stdio:{shlex.quote(sys.executable)} {shlex.quote(str(_SERVER))}",
    "operations": [{"_api": "a", "title": "A"}, {"api": "a", "id": "x.y", "params": [{"name": "user-id", "type": "array<integer>", "required": True}]}],
    "prompt": "def f(a: list[int], b: 'Literal[1, 2]' = 2, c=None) -> str: 'F.'",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.filterwarnings("ignore:.*cannot be loaded:UserWarning")
def test_load_of_dump_is_the_same(name: str) -> None:
    assert name in EXAMPLES, f"add an example of the source {name}"
    source = importlib.import_module(f"octocall.sources.{name}")
    catalog = source.load(EXAMPLES[name])
    assert len(catalog) and load_catalog(json.loads(json.dumps(dump_catalog(catalog)))) == catalog
    assert json.dumps(catalog.schema()) and source.load(EXAMPLES[name]) == catalog
