"""A catalog from OpenAPI 3.0 and 3.1 and Swagger 2, in JSON or YAML: an operation is a function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from octocall.catalog import Catalog
from octocall.errors import SignatureError
from octocall.function import Function, Parameter
from octocall.sources.common.document import parse_any, read_text
from octocall.sources.common.loaded import Collector, Loaded
from octocall.sources.common.merge import Unfit, inside, resolve
from octocall.sources.common.prose import api_name, plain, told
from octocall.sources.common.schema import Reader

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_OWN_HEADERS = ("accept", "content-type", "authorization")
"""Header parameters of these names are to be ignored (OpenAPI 3.1, section 4.8.12.1)."""
_MEDIA = (r"application/(?:[\w.-]+\+)?json\b", r"(?:\*|application)/\*", "application/x-www-form-urlencoded", "multipart/form-data", r"text/(?:plain|\*)")
_NO_SCHEMA = ("name", "in", "required", "description", "style", "explode", "collectionFormat", "allowEmptyValue")


def load(source: str | Path | Mapping[str, Any]) -> Catalog:
    """The catalog of a description given as values, as text or as the path of a file; warns of operations that are left out.

    Raises SignatureError where the source is no such description, MissingExtraError for YAML without PyYAML.
    """
    return read(source).warned()


def read(source: str | Path | Mapping[str, Any], name: str = "api") -> Loaded:
    """The catalog, the operations that cannot be held to and why, and what others lost. Raises SignatureError."""
    document: Any = source
    if isinstance(source, str | Path):
        text, found = read_text(source)
        name = name if found == "text" else found
        document = parse_any(text, name)
    if not isinstance(document, Mapping) or not {"openapi", "swagger"} & set(document):
        raise SignatureError(f"{name} is no OpenAPI or Swagger description; an object with 'openapi' or 'swagger' is expected")
    collector = Collector(name)
    reader = Reader(document, writing=True, describe=plain)
    seen: set[str] = set()
    for place, operation in _operations(document, collector):
        _add(place, operation, reader, collector, seen)
    info = document.get("info")
    return replace(collector.loaded(), title=api_name(info.get("title")) if isinstance(info, Mapping) else "")


def _operations(document: Mapping[str, Any], collector: Collector) -> Iterator[tuple[str, Any]]:
    """Method and path, and the description, of each operation; parameters of the path are put into it."""
    paths = document.get("paths") or {}
    if not isinstance(paths, Mapping):
        raise SignatureError(f"paths of {collector.name} is {type(paths).__name__}; an object of paths is expected")
    for path, item in paths.items():
        try:
            item = _followed(item, document)
        except Unfit as error:
            collector.skip(str(path), str(error))
            continue
        for method in _METHODS:
            operation, place = item.get(method), f"{method.upper()} {path}"
            if isinstance(operation, Mapping):
                shared, own = item.get("parameters") or [], operation.get("parameters") or []
                joined = [*shared, *own] if isinstance(shared, list) and isinstance(own, list) else None
                yield place, {**operation, "parameters": joined}
            elif operation is not None:
                collector.skip(place, f"is {type(operation).__name__}, where an operation is expected")


def _followed(value: Any, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """``value`` with its reference followed. Raises Unfit."""
    for _ in range(10):
        if not isinstance(value, Mapping):
            raise Unfit(f"is {type(value).__name__}, where an object is expected")
        if "$ref" not in value:
            return value
        value = resolve(document, value["$ref"])
    raise Unfit("refers to itself")


def _add(place: str, operation: Mapping[str, Any], reader: Reader, collector: Collector, seen: set[str]) -> None:
    given = operation.get("operationId")
    # of two operations with one id, the second is called after its method and path
    original = given if isinstance(given, str) and given.strip() and given not in seen else place
    seen.add(original)
    reader.begin()
    try:
        parameters = _parameters(operation, reader)
    except Unfit as error:
        return collector.skip(original, str(error))
    except RecursionError:
        return collector.skip(original, "is nested too deeply")
    wanted = original if original != place else re.sub(r"\W+", "_", place.lower()).strip("_")
    named = collector.identifier(wanted)
    function = Function(
        named, told(operation.get("summary"), operation.get("description")) or place, tuple(parameters), original=original if named != original else ""
    )
    collector.add(function, reader.notes)


def _parameters(operation: Mapping[str, Any], reader: Reader) -> list[Parameter]:
    """The parameters of an operation, then those of its body. Raises Unfit."""
    if operation["parameters"] is None:
        raise Unfit("has parameters that are no list")
    given = [_followed(each, reader.root) for each in operation["parameters"]]
    placed: dict[tuple[str, str], Mapping[str, Any]] = {}
    for each in given:
        if not isinstance(each.get("name"), str) or not isinstance(each.get("in"), str):
            raise Unfit("has a parameter without a name or a place")
        if not (each["in"] == "header" and each["name"].lower() in _OWN_HEADERS):
            placed[each["name"], each["in"]] = each
    taken: set[str] = set()
    body = next((each for (_, place), each in placed.items() if place == "body"), None)
    found = [_parameter(each, reader, taken) for (_, place), each in placed.items() if place != "body"]
    if body is not None:
        return found + _body(body.get("schema", {}), body.get("required") is True, reader, taken)
    if operation.get("requestBody") is not None:
        request = _followed(operation["requestBody"], reader.root)
        return found + _body(_media(request.get("content")).get("schema", {}), request.get("required") is True, reader, taken)
    return found


def _parameter(given: Mapping[str, Any], reader: Reader, taken: set[str]) -> Parameter:
    if "schema" in given:
        schema = given["schema"]
    elif "content" in given:
        with inside(given["name"]):
            schema = _media(given["content"]).get("schema", {})
    else:  # Swagger 2 has no schema here: its words stand in the parameter itself
        schema = {key: value for key, value in given.items() if key not in _NO_SCHEMA}
    found = reader.parameter(given["name"], schema, given["in"] == "path" or given.get("required") is True, taken)
    return replace(found, description=plain(given.get("description")) or found.description)


def _media(content: Any) -> Mapping[str, Any]:
    """The description of JSON in a table of media types, or else of a form. Raises Unfit."""
    if not isinstance(content, Mapping) or not content:
        raise Unfit("has a content that is no table of media types")
    for pattern in _MEDIA:
        for name, media in content.items():
            if re.match(pattern, str(name), re.I) and isinstance(media, Mapping):
                return media
    raise Unfit(f"takes {', '.join(map(str, content))[:80]}, where JSON or a form is expected")


def _body(schema: Any, required: bool, reader: Reader, taken: set[str]) -> list[Parameter]:
    """The properties of a body as parameters; the body as one where it is no object, their names are taken, or it may be left out whole."""
    with inside("body"):
        try:
            properties = reader.properties(schema)
        except Unfit:
            properties = []
        names = {name for name, _, _ in properties}
        may_be_flat = properties and not names & taken and (required or not any(needed for _, _, needed in properties))
        if may_be_flat:
            return [reader.parameter(*each, taken) for each in properties]
    return [reader.parameter("body", schema, required, taken)]
