"""A catalog from JSON tools: OpenAI's and Anthropic's form, bare descriptions, those of MCP, and the leaderboard's dialect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from octocall.catalog import Catalog
from octocall.errors import SignatureError
from octocall.function import Function
from octocall.sources.common.document import parse_json, read_text
from octocall.sources.common.loaded import Collector, Loaded
from octocall.sources.common.merge import Unfit
from octocall.sources.common.prose import clean
from octocall.sources.common.schema import Reader

_LISTS = ("tools", "functions", "function")
_SCHEMAS = ("parameters", "input_schema", "inputSchema")


def load(source: str | Path | Mapping[str, Any] | Iterable[Any]) -> Catalog:
    """The catalog of tools given as values, as JSON text or as the path of a file; warns of those that are left out.

    Raises SignatureError where the source holds no tools at all.
    """
    return read(source).warned()


def read(source: str | Path | Mapping[str, Any] | Iterable[Any], name: str = "tools") -> Loaded:
    """The catalog, the tools that cannot be held to and why, and what others lost. Raises SignatureError."""
    if isinstance(source, str | Path):
        text, found = read_text(source)
        source, name = parse_json(text, found), name if found == "text" else found
    collector = Collector(name)
    seen: set[str] = set()
    for place, tool in enumerate(_tools(source), 1):
        _add(tool, f"(tool {place})", collector, seen)
    return collector.loaded()


def _tools(source: Any) -> Iterable[Any]:
    """Each tool of a list, of an object that holds one, or alone."""
    if isinstance(source, Mapping):
        inner = next((source[key] for key in _LISTS if isinstance(source.get(key), list | tuple)), None)
        yield from [source] if inner is None else _tools(inner)
    elif isinstance(source, Iterable) and not isinstance(source, str | bytes):
        for entry in source:
            # a row of the leaderboard holds a list of functions of its own
            inner = isinstance(entry, Mapping) and any(isinstance(entry.get(key), list | tuple) for key in _LISTS)
            yield from _tools(entry) if inner else [entry]
    else:
        raise SignatureError(f"{type(source).__name__} was given as tools; a list of JSON tools is expected")


def _add(tool: Any, place: str, collector: Collector, seen: set[str]) -> None:
    body = tool.get("function", tool) if isinstance(tool, Mapping) else None
    name = body.get("name") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(name, str) or not name.strip():
        kind = f" of the type {tool['type']!r}" if isinstance(tool, Mapping) and isinstance(tool.get("type"), str) else ""
        return collector.skip(place, f"a tool{kind} without a name; name, description and parameters are expected")
    if name in seen:
        return collector.skip(name, "there is another function of this name before it; rename one")
    seen.add(name)
    schema: Any = next((body[key] for key in _SCHEMAS if body.get(key) is not None), {})
    reader = Reader(schema)
    try:
        parameters = reader.parameters(schema)
    except Unfit as error:
        return collector.skip(name, str(error))
    except RecursionError:
        return collector.skip(name, "is nested too deeply")
    named = collector.identifier(name)
    collector.add(Function(named, clean(body.get("description")), parameters, original=name if named != name else ""), reader.notes)
