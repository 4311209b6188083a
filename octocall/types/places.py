"""Places as documentation wants them written: "Boston" where it asks for city and state is "Boston, MA"."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from octocall.types.base import Context, Type
from octocall.types.text import Text

_CITIES = Path(__file__).with_name("cities.txt")
_CITY_AND_STATE = re.compile(r"\bcity(?: name)?\s*(?:,|and|/|&|\+)\s*(?:the )?(?:state|us state)\b", re.I)
_NAMES = {
    "new york": ("New York", "NY"), "new york city": ("New York", "NY"), "nyc": ("New York", "NY"), "la": ("Los Angeles", "CA"),
    "sf": ("San Francisco", "CA"), "san fran": ("San Francisco", "CA"),
    "vegas": ("Las Vegas", "NV"), "philly": ("Philadelphia", "PA"), "washington dc": ("Washington", "DC"), "washington d.c.": ("Washington", "DC"),
}  # fmt: skip


def read(kind: Type, description: str, text: str, context: Context) -> Any:
    """What ``text`` means to a place of this type, as its documentation wants it written; None where it means nothing."""
    value = kind.parse(text, context)
    return written(value, description) if isinstance(kind, Text) and isinstance(value, str) else value


def written(said: str, description: str) -> str:
    """A city with its state where a description asks for both, in letters or in full as its example is; anything else as it was said."""
    if not _CITY_AND_STATE.search(description):
        return said
    states, cities = _places()
    city, _, state = (part.strip() for part in said.rpartition(",")) if "," in said else _apart(said, states)
    name, code = cities.get(city.casefold(), (city, "")) if not state else (city, states.get(state.casefold(), ("", ""))[0])
    if not code:
        return said
    full = any(re.search(rf", {name}\b", description) for _, name in states.values())
    return f"{name}, {states[code.casefold()][1] if full else code}"


def _apart(said: str, states: dict[str, tuple[str, str]]) -> tuple[str, str, str]:
    """ "Salem Oregon" as city and state; a city alone has none."""
    for state in states:
        if said.casefold().endswith(f" {state}") and len(said) > len(state) + 1 and said.casefold() not in _NAMES:
            return said[: -len(state) - 1], "", said[-len(state) :]
    return said, "", ""


@cache
def _places() -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """States by their letters and by their name, as both; cities by name in lower case."""
    states: dict[str, tuple[str, str]] = {}
    cities: dict[str, tuple[str, str]] = {}
    for line in _CITIES.read_text(encoding="utf-8").splitlines()[1:]:
        state, _, names = line.partition(": ")
        code, _, name = state.partition(" ")
        states[code.casefold()] = states[name.casefold()] = (code, name)
        for city in names.split(", "):
            cities[city.casefold()] = (city, code)
    return states, cities | _NAMES
