"""What a model wrote, read: JSON wherever it stands in the text, in the shapes that models give it."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from octocall.data.teachers.chat.service import Answer
from octocall.data.teachers.common.task import Rejected
from octocall.data.verify import key

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|$)", re.S)
_START = re.compile(r"""\{(?=\s*["}])|\[(?=\s*["{\[\]])""")
_MOST_CHARACTERS = 600
"""A longer request is none that people make."""
_YES, _NO = ("yes", "true", "correct", "right", "valid", "good"), ("no", "false", "incorrect", "wrong", "invalid", "bad")


def read_json(answer: Answer) -> Any:
    """The first JSON object or list in an answer, fenced or among prose. Raises Rejected."""
    text = _THOUGHT.sub("", answer.text)
    start = _START.search(text)
    if start is None:
        if answer.finish == "length":
            raise Rejected("the answer was cut off before it began; allow more with --max-tokens")
        if answer.refusal or answer.finish == "content_filter":
            raise Rejected(f"the model refused: {' '.join(answer.refusal.split())[:100] or 'its service filters such answers'}")
        raise Rejected("the answer has no JSON in it" if text.strip() else "the answer is empty")
    try:
        # of an answer that is broken nothing is taken: a part of it could pass for the whole
        value, _ = json.JSONDecoder(parse_float=_finite, parse_constant=_finite).raw_decode(text, start.start())
    except (ValueError, RecursionError):
        raise Rejected("the answer was cut off; allow more with --max-tokens" if answer.finish == "length" else "the answer is broken JSON") from None
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number that JSON can write")
    return value


def read_queries(answer: Answer) -> list[str]:
    """The requests in an answer, cleaned, without those that are no text, too long or said before. Raises Rejected where there is none."""
    found = read_json(answer)
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), None)
    if not isinstance(found, list):
        raise Rejected("the answer has no list of requests")
    queries: dict[str, str] = {}
    for entry in found:
        if isinstance(entry, dict):
            entry = next((entry[name] for name in ("query", "request", "text") if name in entry), None)
        text = " ".join(entry.split()) if isinstance(entry, str) else ""
        if 1 < len(text) <= _MOST_CHARACTERS and text.isprintable() and re.search(r"\w", text):
            queries.setdefault(key(text), text)
    if not queries:
        raise Rejected("the answer has no request in its list")
    return list(queries.values())


def read_calls(answer: Answer) -> list[tuple[str, dict[str, Any]]]:
    """Name and arguments of each call in an answer. Raises Rejected."""
    found = read_json(answer)
    if isinstance(found, dict):
        found = found["calls"] if "calls" in found else found.get("tool_calls", [found])
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        raise Rejected("the answer has no list of calls")
    return list(map(_read_call, found))


def _read_call(entry: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(entry, dict) and isinstance(entry.get("function"), dict):
        entry = entry["function"]
    name = entry.get("name", entry.get("function")) if isinstance(entry, dict) else None
    if not isinstance(name, str):
        raise Rejected("the answer has a call without a name")
    arguments = entry.get("arguments", entry.get("parameters", {}))
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments, parse_float=_finite, parse_constant=_finite)
        except (ValueError, RecursionError):
            arguments = None
    if not isinstance(arguments, dict):
        raise Rejected(f"the call of {name[:60]} has no object of arguments")
    return name, arguments


def read_verdict(answer: Answer) -> tuple[bool, str]:
    """Yes or no, and why. Raises Rejected."""
    bare = _THOUGHT.sub("", answer.text).strip(" .!*\"'`\n").lower()
    found = {"verdict": bare} if bare in _YES + _NO else read_json(answer)
    verdict = found.get("verdict") if isinstance(found, dict) else None
    word = str(verdict).strip(" .!").lower()
    if word not in _YES + _NO:
        raise Rejected("the answer has no verdict of yes or no")
    reason = found.get("reason")
    return word in _YES, " ".join(reason.split())[:200] if isinstance(reason, str) else ""
