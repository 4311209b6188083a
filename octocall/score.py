"""Comparing two plans: the verifier, the benchmark and the tests all use this one.

A call is right when its function and every argument are right. Text is compared after Unicode
normalisation, trimming, case folding and dropping of surrounding quotes, a leading article and
final punctuation; numbers by value. Parallel calls may come in any order; a nested call belongs to
its outer one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from octocall.call import Call, Plan

Accept = Mapping[str, Sequence[Any]]
"""Other values that count as right, by ``<call index>.<parameter>`` of the expected plan."""

_QUOTES = "\"'`“”‘’«»"


@dataclass(frozen=True)
class Score:
    """Whether all function names are right, and whether the whole plan is."""

    functions: bool
    whole: bool


def normalise(text: str) -> str:
    """The form in which texts are compared."""
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    text = text.strip(_QUOTES).strip().rstrip(".!?,;:").strip(_QUOTES).strip()
    return re.sub(r"^(?:a|an|the)\s+", "", text)


def score(expected: Plan, given: Plan, accept: Accept | None = None) -> Score:
    """How ``given`` compares with ``expected``; ``score(plan, plan)`` is perfect."""
    functions = sorted(map(_names, expected.calls)) == sorted(map(_names, given.calls))
    whole = functions and _match(list(enumerate(expected.calls)), list(given.calls), accept or {})
    return Score(functions, whole)


def _names(call: Call) -> str:
    """The function with those nested in it, in place."""
    inner = (f"{name}:{_names(value)}" for name, value in sorted(call.arguments.items()) if isinstance(value, Call))
    return f"{call.name}({','.join(inner)})"


def _match(expected: list[tuple[int, Call]], given: list[Call], accept: Accept) -> bool:
    """Whether the calls can be paired one to one; plans are short, so trying all pairs is cheap."""
    if not expected:
        return not given
    index, call = expected[0]
    return any(_same_call(call, other, str(index), accept) and _match(expected[1:], given[:i] + given[i + 1 :], accept) for i, other in enumerate(given))


def _same_call(expected: Call, given: Call, place: str, accept: Accept) -> bool:
    if expected.name != given.name or set(expected.arguments) != set(given.arguments):
        return False
    return all(_same(value, given.arguments[name], f"{place}.{name}", place, accept) for name, value in expected.arguments.items())


def _same(expected: Any, given: Any, key: str, place: str, accept: Accept) -> bool:
    if isinstance(expected, Call):
        if not isinstance(given, Call):
            return False
        # alternatives of an inner argument may be filed under the outer parameter or directly under the call
        inner = {f"{key}.{k[len(place) + 1 :]}": v for k, v in accept.items() if k.startswith(f"{place}.")}
        return _same_call(expected, given, key, {**inner, **accept})
    return any(_equal(value, given) for value in (expected, *accept.get(key, ())))


def _equal(expected: Any, given: Any) -> bool:
    if isinstance(expected, bool) or isinstance(given, bool):
        return expected is given
    if isinstance(expected, int | float) and isinstance(given, int | float):
        return float(expected) == float(given)
    if isinstance(expected, str) and isinstance(given, str):
        return normalise(expected) == normalise(given)
    return bool(expected == given)
