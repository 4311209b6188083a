"""Every way in which functions arrive: one file each with ``load(source) -> Catalog``; ``load_any`` picks the file."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from octocall.catalog import Catalog
from octocall.errors import SignatureError
from octocall.function import Function
from octocall.sources.common.told import as_told

if TYPE_CHECKING:
    from octocall.sources.common.loaded import Loaded

_CATALOGS = "octocall.catalogs"


def load_any(source: str) -> Loaded:
    """What a source describes, whichever kind it is of; numbers with the units of time that their documentation tells.

    "stdio:" and a command line or an http(s) address is an MCP server; a file ending in .py is run as a
    module; .json, .jsonl, .yaml and .yml hold an OpenAPI description, JSON tools or a list of operations, which
    .jsonl.gz holds as well; .txt and .md a prompt;
    anything else is the name of a built-in catalog or a dotted module, which is imported.
    Raises SignatureError, and MissingExtraError where a source needs a package that is not installed.
    """
    loaded = _load(source)
    return replace(loaded, catalog=Catalog(tuple(map(as_told, loaded.catalog)), loaded.catalog.name))


def _load(source: str) -> Loaded:
    from octocall.sources import mcp, operations, prompt, python

    if source.startswith((mcp.PREFIX, "http://", "https://")):
        return mcp.read(source)
    path = Path(source)
    suffix = path.suffix.lower()
    if suffix == ".py":
        return python.read(run_module(path), str(path))
    if source.endswith(".jsonl.gz"):
        return operations.read(path)
    if suffix in (".json", ".jsonl", ".yaml", ".yml"):
        return _described(path)
    if suffix in (".txt", ".md"):
        return prompt.read(path)
    if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", source):
        raise SignatureError(
            f"{source!r} was given as a source of functions; a .py, .json, .yaml, .txt or .md file, a module, a catalog, an http(s) address or stdio: is expected"
        )
    builtin = "." not in source and importlib.util.find_spec(f"{_CATALOGS}.{source}") is not None
    return python.read(f"{_CATALOGS}.{source}" if builtin else source, source)


def as_functions(given: Any) -> tuple[Function, ...]:
    """Functions given as a catalog, as values, Python functions or JSON tools in any mixture, or as a source for ``load_any``.

    Warns of tools that cannot be loaded. Raises SignatureError.
    """
    from octocall.sources import json_tools, python

    if isinstance(given, str | Path):
        return load_any(str(given)).warned().functions
    if isinstance(given, Mapping):
        return tuple(map(as_told, json_tools.load(given).functions))
    found: list[Function] = []
    for one in given:
        if isinstance(one, Function):
            found.append(one)
        elif callable(one):
            found.append(python.function(one))
        else:
            found += json_tools.load([one]).functions
    return tuple(map(as_told, found))


def _described(path: Path) -> Loaded:
    from octocall.sources import json_tools, openapi, operations
    from octocall.sources.common.document import parse_any, parse_json, read_text

    text, name = read_text(path)
    document = (parse_any if path.suffix.lower() in (".yaml", ".yml") else parse_json)(text, name)
    if operations.described(document):
        return operations.read(document if isinstance(document, list) else [document], name)
    described = isinstance(document, dict) and ("openapi" in document or "swagger" in document)
    return openapi.read(document, name) if described else json_tools.read(document, name)


def run_module(path: Path) -> ModuleType:
    """A Python file, run as a module. Raises SignatureError where it cannot be, or where two of its functions have one name."""
    name = f"{__name__}.given.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise SignatureError(f"{path} cannot be read; give the path of a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while it runs
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        # whatever a file raises while it runs, or that it ends there, is told as its author's error
        raise SignatureError(f"{path} cannot be run ({type(error).__name__}: {' '.join(str(error).split())}); correct it") from error
    doubled = [n for n, count in Counter(node.name for node in ast.parse(path.read_bytes()).body if isinstance(node, ast.FunctionDef)).items() if count > 1]
    if doubled:
        raise SignatureError(f"two functions of {path} are called {doubled[0]}; rename one")
    return module
