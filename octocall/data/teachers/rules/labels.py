"""Values with their labels: one after the other behind a phrase, in sentences of their own, or as a terse list."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import cache

from octocall.data.teachers.rules.implied import Bit
from octocall.data.teachers.rules.words import article, lines

_KINDS = {"list": "get", "search": "get", "count": "get", "create": "create", "update": "update", "get": "get", "compute": "compute", "delete": "delete"}
"""What is wanted to the section of the lexicon that says how labels go with it; "do" for all else."""


@cache
def _table(name: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Section to style to leads; in the lexicon "_" is a space."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in lines(name):
        heads, _, told = line.partition(":")
        section, _, style = heads.partition(" ")
        found.setdefault(section, {})[style] = tuple(told.replace("_", " ").split("|")) if style else tuple(told.split())
    return found


def joined(items: Sequence[str], rng: random.Random) -> str:
    """ "a, b and c"."""
    if len(items) == 1:
        return items[0]
    last = rng.choice((" and ", " and ", ", ", ", and " if len(items) > 2 else " and "))
    return ", ".join(items[:-1]) + last + items[-1]


def _item(bit: Bit, style: str, first: bool) -> str:
    label, value = bit.label, bit.value
    if style == "of":
        return f"{article(label)} {label} of {value}" if bit.number and not label.endswith("s") else f"{label} {value}"
    if style == "equal":
        return f"{label} = {value}"
    if style == "colon":
        return f"{label}: {value}"
    if style == "is":
        return f"the {label} {_be(label)} {value}"
    if style == "as":
        return f"{value} as {'the ' if first else ''}{label}"
    return f"{label} {value}"


def _be(label: str) -> str:
    return "are" if re.search(r"[^s]s$", label) and not label.endswith(("us", "is", "ss")) else "is"


def after(bits: Sequence[Bit], want: str, rng: random.Random) -> str:
    """What stands behind the object: ways and clauses first, then what needs a label, then long texts."""
    ways = [bit.text for bit in bits if bit.kind == "way" and not bit.long]
    labelled = [bit for bit in bits if bit.kind == "label"]
    clauses = [bit.text for bit in bits if bit.kind == "clause" and not bit.long]
    rng.shuffle(ways)
    text = "".join(f" {way}" for way in ways)
    if labelled:
        text = text + _labels(labelled, want, rng) if rng.random() < 0.75 else _labels(labelled, want, rng) + text
    text += "".join(f" {clause}" for clause in clauses)
    return text + "".join(f" {bit.text}" if i == 0 else f" and {bit.text.removeprefix('and ')}" for i, bit in enumerate(bit for bit in bits if bit.long))


def _labels(bits: Sequence[Bit], want: str, rng: random.Random) -> str:
    table = _table("labels")[_KINDS.get(want, "do")]
    style = rng.choice(table[""])
    if style == "to":
        named = [bit for bit in bits if bit.label.lower().endswith(" id")]
        bits = [bit for bit in bits if bit not in named]
        before = f" with {joined([_item(bit, 'plain', False) for bit in named], rng)}" if named else ""
        if not bits:
            return before
        items = [f"{rng.choice(('the ', '', 'its '))}{bit.label} to {bit.value}" for bit in bits]
        return before + rng.choice((" and set ", ", setting ", ": set ", ", change ", " by changing ", " and change ", " and set ")) + joined(items, rng)
    items = [_item(bit, style, True) for bit in bits]
    if style in ("colon", "equal"):
        wrap = rng.choice((" ({})", ", {}", " - {}", " with {}") if style == "equal" else (" ({})", ", {}", " - {}"))
        return wrap.format((", " if rng.random() < 0.8 else "; ").join(items))
    if style == "as":
        return f" with {joined(items, rng)}"
    lead = rng.choice(table[style])
    if lead == " whose ":
        items = [item.removeprefix("the ") for item in items]
    return lead + joined(items, rng)


def terse(bits: Sequence[Bit], rng: random.Random) -> str:
    """A list for who has no time: "name: Anna, age: 4"; values that speak for themselves may stand alone."""
    style = rng.choice(("colon", "plain", "plain", "equal", "bare"))
    items = [bit.value if style == "bare" and bit.kind == "way" else _item(bit, "plain" if style == "bare" else style, False) for bit in bits]
    return (", " if rng.random() < 0.8 else "; " if style != "plain" else ", ").join(items)


def sentences(bits: Sequence[Bit], rng: random.Random) -> str:
    """The values in sentences of their own."""
    style = rng.choice(("is", "is", "is", "colon", "use", "should", "each"))
    if style == "is":
        text = joined([_item(bit, "is", True) for bit in bits], rng)
    elif style == "colon":
        text = ", ".join(_item(bit, "colon", False) for bit in bits)
    elif style == "use":
        link = rng.choice(("as the", "as the", "for the"))
        text = f"{rng.choice(('use', 'take', 'put'))} {joined([f'{bit.value} {link} {bit.label}' for bit in bits], rng)}"
    elif style == "should":
        text = joined([f"the {bit.label} should be {bit.value}" for bit in bits], rng)
    else:
        return " ".join(_closed(f"the {bit.label} {_be(bit.label)} {bit.value}") for bit in bits)
    return _closed(text)


def _closed(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
