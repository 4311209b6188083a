"""Texts, numbers and enumerations of JSON Schema as Types."""

from __future__ import annotations

import json
import math
import random
import re
from contextlib import suppress
from datetime import datetime
from typing import Any

from octocall.errors import PlanError, SignatureError
from octocall.sources.common.merge import Schema, Unfit
from octocall.types import Choice, Context, Date, DateTime, Email, Integer, IsoDateTime, IsoTime, Language, Limited, Number, PhoneNumber, Text, TimeOfDay, Type
from octocall.types.limited import UNLIMITED

_EXACT = 2**53 - 1
"""Up to here every whole number survives JSON (RFC 8259, section 6)."""
_WIDTHS = {"int8": 7, "int16": 15, "int32": 31}
_MAX_STEPS = 200
_OWN: tuple[Type, ...] = (TimeOfDay(), DateTime(), PhoneNumber(), Language())
_FORMATS: dict[str, Type] = {"date": Date(), "date-time": IsoDateTime(), "time": IsoTime(), "email": Email(), "idn-email": Email()}
_PATTERNS = {
    "uuid": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", "guid": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    "uri": r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$", "url": r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$",
    "ipv4": r"^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)$", "hostname": "^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$",
}  # fmt: skip
_FREE = {"password", "string", "text", "markdown", "html", "multiline", "textarea"}
_BINARY = {"binary", "byte", "base64", "file"}
_SAME_AS_DATE = {r"^\d{4}-\d{2}-\d{2}$", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", r"\d{4}-\d{2}-\d{2}", r"^\d{4}-\d\d-\d\d$"}
_SYMBOL = re.compile(r"<\w+>")


def read_string(schema: Schema, notes: list[str]) -> Type:
    """Text, a time, an address: by format, pattern and lengths. Raises Unfit."""
    form, pattern = schema.get("format"), schema.get("pattern") or ""
    least, most = (_length(schema, key, default) for key, default in (("minLength", 1), ("maxLength", UNLIMITED)))
    if not isinstance(pattern, str) or not (form is None or isinstance(form, str)):
        raise Unfit("has a pattern or a format that is no text")
    kind = next((own for own in _OWN if own.schema() == {"type": "string", "format": form, "pattern": pattern}), None)
    if kind is not None:
        pattern = ""
    elif form in _BINARY:
        raise Unfit(f"has the format {form!r}: such data are not said in words")
    elif form in _FORMATS:
        kind = _FORMATS[str(form)]
        pattern = "" if form == "date" and pattern in _SAME_AS_DATE else pattern
    elif form in _PATTERNS and not pattern:
        pattern = _PATTERNS[str(form)]
    elif form and form not in _FREE:
        notes.append(f"the format {clean_word(form)} is not held to")
    return _limited(kind or Text(), max(1, least), most, pattern)


def clean_word(word: object) -> str:
    """A word of a schema, as it may stand in a message."""
    return repr(word)[:60]


def _length(schema: Schema, key: str, default: int) -> int:
    value = schema.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _EXACT or value != int(value):
        raise Unfit(f"has {key} = {value!r}, where a whole number is expected")
    return min(int(value), UNLIMITED)


def _limited(kind: Type, least: int, most: int, pattern: str) -> Type:
    if least == 1 and most == UNLIMITED and not pattern:
        return kind
    if least > most:
        raise Unfit(f"allows no text that is not empty: {least} to {most} characters")
    try:
        limited = Limited(kind, least, most, pattern)
        limited.sample(random.Random(0), Context(datetime(2026, 3, 4, 10, 30)))
    except SignatureError as error:
        raise Unfit(f"cannot be held to: {error}") from None
    return limited


def _bounds(schema: Schema) -> tuple[float, float, bool, bool]:
    """The tighter of the bounds on either side, and whether each is left out itself."""
    found: dict[str, float] = {}
    for key in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"):
        value = schema.get(key)
        if value is not None and not isinstance(value, bool):
            if not isinstance(value, int | float) or not math.isfinite(value):
                raise Unfit(f"has {key} = {value!r}, where a number is expected")
            found[key] = value
    least, most = found.get("minimum", -math.inf), found.get("maximum", math.inf)
    above, below = found.get("exclusiveMinimum", -math.inf), found.get("exclusiveMaximum", math.inf)
    open_least, open_most = above >= least and above > -math.inf, below <= most and below < math.inf
    return max(least, above), min(most, below), open_least, open_most


def read_integer(schema: Schema) -> Type:
    """A whole number between its bounds; steps of more than one become choices where they are few. Raises Unfit."""
    least, most, above, below = _bounds(schema)
    low = -_EXACT if least == -math.inf else math.floor(least) + 1 if above else math.ceil(least)
    high = _EXACT if most == math.inf else math.ceil(most) - 1 if below else math.floor(most)
    width = _WIDTHS.get(str(schema.get("format")))
    if width is not None:
        low, high = max(low, -(2**width)), min(high, 2**width - 1)
    low, high = max(low, -_EXACT), min(high, _EXACT)
    if low > high:
        raise Unfit(f"allows no number: {low} to {high}")
    step = _step(schema)
    if step in (None, 1):
        return Integer(low, high)
    if step is None or step != int(step) or (high - low) // int(step) > _MAX_STEPS:
        raise Unfit(f"restricts its values by multipleOf = {step!r}, which cannot be held to")
    first = -(-low // int(step)) * int(step)
    if not (values := tuple(range(first, high + 1, int(step)))):
        raise Unfit(f"allows no number: multiples of {step} from {low} to {high}")
    return Choice(values)


def _step(schema: Schema) -> float | None:
    step = schema.get("multipleOf")
    if step is not None and (isinstance(step, bool) or not isinstance(step, int | float) or not 0 < step < math.inf):
        raise Unfit(f"has multipleOf = {step!r}, where a number above 0 is expected")
    return step


def read_number(schema: Schema) -> Type:
    """A number between its bounds. Raises Unfit."""
    least, most, above, below = _bounds(schema)
    step = _step(schema)
    if step is not None and step == int(step):
        return read_integer(schema)  # its multiples are whole
    if step is not None:
        raise Unfit(f"restricts its values by multipleOf = {step!r}, which cannot be held to")
    try:
        # rounding to a float must not widen the range
        low, high = float(least), float(most)
        low = math.nextafter(low, math.inf) if (above and low <= least) or low < least else low
        high = math.nextafter(high, -math.inf) if (below and high >= most) or high > most else high
    except OverflowError:
        raise Unfit("has bounds beyond the range of numbers") from None
    if low > high:
        raise Unfit(f"allows no number: {low} to {high}")
    return Number(low, high)


def read_fixed(schema: Schema, kinds: list[Type]) -> Type:
    """The choice among the values of enum and const that one of ``kinds`` allows, any where there are none. Raises Unfit."""
    values = schema.get("enum", [schema.get("const")])
    if not isinstance(values, list | tuple):
        raise Unfit("has an enum that is no list")
    if "const" in schema:
        values = [value for value in values if value == schema["const"] and isinstance(value, bool) == isinstance(schema["const"], bool)]
    kept: dict[tuple[bool, Any], Any] = {}
    if not any(isinstance(value, str | bool | int | float) and _allowed(value, kinds) for value in values):
        values = [_as_meant(value) for value in values]
    for value in values:
        if isinstance(value, str | bool | int | float) and _allowed(value, kinds):
            kept.setdefault((isinstance(value, bool), value), value)
    choices = tuple(kept.values())
    if not choices:
        raise Unfit("allows no single value that is not empty")
    written = [str(choice) for choice in choices]
    if len(set(written)) < len(written):
        raise Unfit(f"has values that are written alike: {next(word for word in written if written.count(word) > 1)!r}")
    if symbol := next(filter(_SYMBOL.fullmatch, written), None):
        raise Unfit(f"has the value {symbol!r}, which is written like a token of the codec")
    return Choice(choices)


def _as_meant(value: Any) -> Any:
    """Of a schema that contradicts itself, such as a boolean with the values "true" and "false", what the text means."""
    if isinstance(value, str):
        with suppress(ValueError):
            return json.loads(value.strip().lower())
    return value


def _allowed(value: str | bool | int | float, kinds: list[Type]) -> bool:
    if isinstance(value, str):
        passable = bool(value.strip())
    else:
        passable = abs(value) <= _EXACT if isinstance(value, int) else math.isfinite(value)
    return passable and (not kinds or any(_checks(kind, value) for kind in kinds))


def _checks(kind: Type, value: Any) -> bool:
    try:
        kind.check(value)
    except PlanError:
        return False
    return True
