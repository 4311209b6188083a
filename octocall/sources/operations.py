"""Functions from lists of web operations: JSON lines, one ``{"_api", "title"}`` per API and one ``{"api", "id", "params"}`` per operation.

Such lists are long, so they are read line by line. What a client adds by itself (credentials, versions, the form of the
answer) and what is not said in words (files, nested objects) is left out of an operation; one that cannot do
without the latter is skipped.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from octocall.catalog import IRRELEVANT, Catalog
from octocall.errors import DataError, PlanError, SignatureError
from octocall.files import read_row
from octocall.function import REQUIRED, Function, Parameter
from octocall.sources.common.loaded import Collector, Loaded, Remark, identifier, unique
from octocall.sources.common.merge import Unfit
from octocall.sources.common.prose import api_name, clean, plain, titled, told, words
from octocall.sources.common.schema import Reader
from octocall.types import Type

_SUFFIXES = (".jsonl", ".jsonl.gz")
_MOST_TOLD, _MOST_MEANING = 300, 160
_CUT = 20
"""Lists of operations give at most so many values of an enumeration: of one as long as this, others may exist."""
_PREFIX = re.compile(r"^\W*(?:required|optional|output[ -]only|immutable|input[ -]only)\b[\s.:;)\]*-]*", re.I)
_UNUSED = re.compile(r"^\W*(?:output[ -]only|read[ -]?only|deprecated)\b", re.I)
_UNSAID = re.compile(r"(?:^|_)UNSPECIFIED$")

_CLIENT = {
    "access_token", "accesskey", "accesstoken", "alt", "api-key", "api_key", "api-version", "api_version", "apikey", "apiversion", "app_key", "appkey", "auth_token",
    "authtoken", "bearer_token", "callback", "client_secret", "$.xgafv", "jsonp", "ks", "oauth_token", "pp", "pretty", "prettyprint", "quotauser",
    "secret", "secretkey", "signature", "upload_protocol", "uploadtype", "userip", "x-api-key",
}  # fmt: skip
"""Names of parameters outside of bodies that a client fills in."""
_CLIENT_HEADER = re.compile(
    r"^(?:accept|content-|user-agent|if-|ocp-|x-ms-|x-amz-(?!data-partition))|auth|key\b|secret|signature|token|version|idempotency|request-id", re.I
)
_KEY_TOLD = re.compile(r"\b(?:api|developer|access|subscription|user) ?-?(?:key|token)s?\b|\bauth(?:entication|ori[sz]ation) (?:key|token)\b|\boauth\b", re.I)
_KEY_NAMES = {"key", "token", "auth", "appid", "app_id", "session"}
_OPAQUE = {"object", "map", "structure", "blob", "file", "list", "hashmap", "dict"}
_TYPES = {
    "datetime": ("string", "date-time"),
    "timestamp": ("string", "date-time"),
    "uuid": ("string", "uuid"),
    "int32": ("integer", "int32"),
    "int64": ("integer", "int64"),
}
_FORMATS = {"datetime": "date-time", "dateTime": "date-time", "google-datetime": "date-time", "iso-datetime": "date-time", "base64url": "byte", "bytes": "byte"}

Rows = Iterable[Mapping[str, Any]]


def load(source: str | Path | Rows) -> Catalog:
    """The catalog of a file, a folder of files or rows; warns of operations that are left out. Raises SignatureError and DataError."""
    return read(source).warned()


def read(source: str | Path | Rows, name: str = "operations") -> Loaded:
    """The catalog, and the operations that are left out with the reasons. Raises SignatureError and DataError."""
    collector = Collector(Path(source).name if isinstance(source, str | Path) else name)
    for found in read_operations(source):
        if isinstance(found, Remark):
            collector.skip(*found)
            continue
        function = found[1]
        original = function.original or function.name
        named = collector.identifier(function.name)
        collector.add(Function(named, function.description, function.parameters, None, original if named != original else ""), [])
    return collector.loaded()


def described(document: Any) -> bool:
    """Whether a document is a list of operations, or one of them."""
    rows = document if isinstance(document, list) else [document]
    return any(isinstance(row, dict) and ("_api" in row or ("api" in row and "name" not in row)) for row in rows[:2])


def files(source: Path) -> list[Path]:
    """The lists of operations that a path stands for: itself, or those in a folder. Raises SignatureError where there are none."""
    found = sorted(path for path in source.iterdir() if path.name.endswith(_SUFFIXES)) if source.is_dir() else [source]
    if not found or not found[0].is_file():
        raise SignatureError(f"{source} holds no operations; give a file of JSON lines, plain or in gzip, or a folder of such files")
    return found


def read_operations(source: str | Path | Rows) -> Iterator[tuple[str, Function] | Remark]:
    """Each operation as "api/operation" and a function, or as a remark that says why it is left out.

    Several operations of one id get a number behind it. Memory grows by the ids alone.
    Raises SignatureError where there are no files, DataError where one cannot be read to its end.
    """
    titles: dict[str, str] = {}
    taken: set[str] = set()
    for place, row in _rows(source):
        if isinstance(row, str):
            yield Remark(place, row)
        elif "_api" in row:
            titles = {clean(row["_api"]): api_name(row.get("title"))}
        else:
            api, own = clean(row.get("api")), _own_id(row)
            if not own:
                yield Remark(place, "is an operation without an id or a path")
                continue
            name = unique(f"{api}/{own}" if api else own, taken)
            try:
                yield name, _function(own, row, titles.get(api, ""))
            except Unfit as error:
                yield Remark(name, str(error))


def _rows(source: str | Path | Rows) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    """Place and row; instead of a line that is no object, what is wrong with it."""
    if not isinstance(source, str | Path):
        for place, row in enumerate(source, 1):
            yield f"(row {place})", row if isinstance(row, Mapping) else f"is {type(row).__name__}, where an object is expected"
        return
    for path in files(Path(source)):
        number = 0
        try:
            with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield f"{path.name}:{number}", _row(line)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise DataError(f"{path} is damaged after line {number} ({error}); fetch it again") from None


def _row(line: bytes) -> dict[str, Any] | str:
    try:
        return read_row(line)
    except DataError as error:
        return f"is {error}"


def _own_id(row: Mapping[str, Any]) -> str:
    """The id of an operation, else its method and path."""
    return clean(row.get("id")) or " ".join(filter(None, (clean(row.get("method")), clean(row.get("path")))))


def _function(own: str, row: Mapping[str, Any], title: str) -> Function:
    """An operation as a function. Raises Unfit."""
    wanted = own if clean(row.get("id")) else re.sub(r"\W+", "_", own.lower()).strip("_")
    named = identifier(wanted)
    if named == IRRELEVANT:
        raise Unfit("is called like the function that stands for 'nothing here fits'")
    given = row.get("params") or []
    if not isinstance(given, list) or not all(isinstance(each, dict) and clean(each.get("name")) for each in given):
        raise Unfit("has parameters that are no list of objects with names")
    taken: set[str] = set()
    parameters = [found for each in given if (found := _parameter(each, taken)) is not None]
    text = plain(told(row.get("summary"), row.get("description"), _MOST_TOLD), _MOST_TOLD) or words(own).capitalize()
    return Function(named, titled(text, title), tuple(parameters), original=own if named != own else "")


def _parameter(given: Mapping[str, Any], taken: set[str]) -> Parameter | None:
    """A parameter, or None where it may be left out. Raises Unfit."""
    name, required = clean(given["name"]), given.get("required") is True
    if _left_to_client(name, given, required):
        return None
    if not required and (_UNUSED.match(clean(given.get("description"))) or identifier(name) in taken):
        return None  # a body often repeats what the path has said
    kind = _kind(given, clean(given.get("in")), required)
    if isinstance(kind, str):
        if required:
            raise Unfit(kind, (name,))
        return None
    named = unique(identifier(name), taken)
    return Parameter(named, kind, _meaning(given.get("description")), _default(kind, given, required), name if named != name else "")


def _left_to_client(name: str, given: Mapping[str, Any], required: bool) -> bool:
    place, known = given.get("in"), name.lower()
    if place in ("body", "path", "formData", None):
        return False
    if place in ("header", "cookie"):
        # an optional header steers the transfer; a required one with a default is a constant of the client
        return not required or given.get("default") is not None or len(given.get("enum") or ()) == 1 or bool(_CLIENT_HEADER.search(name))
    fixed = known in ("action", "version") and len(given.get("enum") or ()) == 1
    return known in _CLIENT or fixed or (known in _KEY_NAMES and bool(_KEY_TOLD.search(clean(given.get("description")))))


def _meaning(text: object) -> str:
    said = plain(text, 2 * _MOST_MEANING)
    while (rest := _PREFIX.sub("", said)) != said:
        said = rest
    said = plain(said, _MOST_MEANING)
    return said[:1].upper() + said[1:]


def _default(kind: Type, given: Mapping[str, Any], required: bool) -> Any:
    if given.get("default") is None:
        return REQUIRED if required else None
    try:
        return kind.check(_as(given["default"], str(given.get("type"))))
    except PlanError:
        return REQUIRED if required else None


def _as(value: Any, kind: str) -> Any:
    """A value in the type that it was meant in: lists of operations often write numbers as texts."""
    if kind == "boolean" and str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    if kind in ("integer", "number") and isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", value):
        return int(value) if "." not in value else float(value)
    return str(value) if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool) else value


def _kind(given: Mapping[str, Any], place: str, required: bool) -> Type | str:
    """The Type of a parameter, or why there is none."""
    written = given.get("type")
    if written is None and "enum" not in given and place == "body" and not required:
        return "is of no known type"
    name = str(written or ("any" if place == "body" else "string"))
    # of several types the first that can be said
    options = [option for option in name.split("|") if option != "null"] or ["null"]
    name = next((option for option in options if option not in _OPAQUE), options[0])
    inner = name[6:-1] if name.startswith("array<") and name.endswith(">") else name
    enum = given.get("enum")
    values: tuple[Any, ...] = (
        tuple(_as(value, inner) for value in enum if value is not None and not isinstance(value, list | dict)) if isinstance(enum, list) else ()
    )
    values = tuple(value for value in values if not _UNSAID.search(str(value))) or values
    # values that differ in case alone are said alike
    values = () if len(values) >= _CUT else tuple({str(value).lower(): value for value in reversed(values)}.values())[::-1]
    return _read(name, inner, str(given.get("format") or ""), values)


@lru_cache(maxsize=4096)
def _typed(values: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(type(value).__name__ for value in values)


def _read(name: str, inner: str, form: str, values: tuple[Any, ...]) -> Type | str:
    # 1 and True are one key of a cache and different choices
    return _cached(name, inner, form, values, _typed(values))


@lru_cache(maxsize=4096)
def _cached(name: str, inner: str, form: str, values: tuple[Any, ...], _kinds: tuple[str, ...]) -> Type | str:
    if inner in _OPAQUE:
        return f"is of the type {name}, which is not said in words"
    kind, form = _TYPES.get(inner, (inner, form))
    schema: dict[str, Any] = {"type": kind}
    if form and kind == "string":
        schema["format"] = _FORMATS.get(form, form)
    if values:
        schema["enum"] = list(values)
        schema.pop("format", None)
    if name.startswith("array<"):
        schema = {"type": "array", "items": schema}
    elif name == "array":
        schema = {"type": "array", "items": {"type": "string"}}
    try:
        return Reader().type(schema)
    except Unfit as error:
        return str(error)
