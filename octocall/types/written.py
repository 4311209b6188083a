"""Values as text models write them: quoted strings, numbers, True and False, lists and records, all as in Python."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from octocall.errors import PlanError
from octocall.grammar import EMPTY, Grammar, choice, labelled, literal, repetition, sequence
from octocall.letters import ANY, INSIDE, SPACES, Ranges, both, character, digits, numeral, without, word
from octocall.types.pattern import Chars, Either, Node, Several, compiled

NOTHING = "None"
"""Stands for a value that the request does not give: the default is taken, and what has none is missing."""
_ESCAPES = {chr(code): f"\\x{code:02x}" for code in (*range(32), 127)} | {"\n": "\\n", "\r": "\\r", "\t": "\\t", "'": "\\'", "\\": "\\\\"}
_UNESCAPED = {text: letter for letter, text in _ESCAPES.items()}
_SPECIAL: Ranges = tuple((ord(letter), ord(letter)) for letter in _ESCAPES)
_STRING = re.compile(r"'((?:[^'\\]|\\.)*)'", re.S)
_ESCAPE = re.compile(r"\\(?:x[0-9a-f]{2}|.)", re.S)
_PLAIN = re.compile(r"'(.*?'*)'(?=[,)\]}:]|\Z)", re.S)
_CLOSERS = ",)]}:"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_WORDS = {"True": True, "False": False, NOTHING: None}
DEPTH = 3
"""Values of which nothing is known are written in at most so many lists and objects inside each other."""
_MOST_SPACES = 8
_OPEN = 2**31 - 1


@dataclass(frozen=True)
class Form:
    """How strings are quoted: in single quotes, with Python's escapes, or without any as the published models write them.

    Without escapes a quote belongs to the string unless a comma, a colon or a bracket follows; a string in which one does cannot be written.
    """

    escapes: bool = True

    def characters(self, ranges: Ranges) -> Grammar:
        """One character of ``ranges`` inside a string."""
        return _characters(ranges, self.escapes)

    def text(self) -> Grammar:
        """The inside of a string that is not blank."""
        return labelled(INSIDE, sequence(
            choice(EMPTY, repetition(self.characters(SPACES), 1, _MOST_SPACES)), self.characters(without(ANY, SPACES)), self.several(ANY, 0, None),
        ))  # fmt: skip

    def several(self, ranges: Ranges, least: int, most: int | None) -> Grammar:
        """``least`` to ``most`` characters inside a string."""
        return repetition(self.characters(ranges), least, most) if most != 0 else EMPTY

    def pattern(self, text: str, least: int = 0, most: int | None = None) -> Grammar:
        """The inside of a string of ``least`` to ``most`` characters in which a regular expression is found. Raises PlanError where there is none."""
        found: Grammar | None = self.node(compiled(text).node)
        if least > 1 or (most is not None and most < _OPEN):
            found = both(found or EMPTY, self.several(ANY, least, most))
        if found is None:
            raise PlanError(f"no text of {least} to {most} characters matches {text!r}; give another pattern or length")
        return labelled(INSIDE, found)

    def node(self, node: Node) -> Grammar:
        """A part of a regular expression."""
        if isinstance(node, Chars):
            return self.characters(node.ranges)
        if isinstance(node, Several):
            return sequence(*map(self.node, node.items))
        if isinstance(node, Either):
            return choice(*map(self.node, node.options))
        inner = self.node(node.item)
        return EMPTY if node.most == 0 else repetition(inner, node.least, node.most)

    def quoted(self, inside: Grammar) -> Grammar:
        """A string."""
        if not self.escapes:
            plain, quote = without(ANY, ((39, 39),)), literal(39)
            open_end = without(plain, tuple((ord(mark), ord(mark)) for mark in _CLOSERS))
            part = choice(character(plain), sequence(repetition(quote, 1, None), character(open_end)))
            held = both(inside, sequence(repetition(part, 0, None), repetition(quote, 0, None)))
            if held is None:
                raise PlanError("no text can be written here without escapes; use the form with escapes")
            inside = held
        return sequence(word("'"), inside, word("'"))

    def write(self, value: Any) -> str:
        """A canonical value as text. Raises PlanError where a number is too large, or a string cannot be written without escapes."""
        if isinstance(value, str):
            inner = "".join(_ESCAPES.get(letter, letter) for letter in value) if self.escapes else value
            return f"'{inner}'"
        if value is None or isinstance(value, bool):
            return str(value)
        if isinstance(value, int | float):
            if not math.isfinite(value) or abs(value) >= 10**20:
                raise PlanError(f"{value!r} was given; a number below 10^20 is expected")
            return digits(value)
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.write(str(name))}: {self.write(inner)}" for name, inner in value.items()) + "}"
        return "[" + ", ".join(map(self.write, value)) + "]"

    def read(self, text: str, at: int) -> tuple[Any, int]:
        """The value that is written at a place of ``text``, and the place behind it. Raises PlanError."""
        if text[at : at + 1] == "'":
            match = (_STRING if self.escapes else _PLAIN).match(text, at)
            if match is None:
                raise PlanError(f"the string at {at} of {text!r} does not end")
            return _ESCAPE.sub(_unescape, match[1]) if self.escapes else match[1], match.end()
        if text[at : at + 1] in ("[", "{"):
            return self._read_several(text, at)
        if match := _NUMBER.match(text, at):
            return (float if match[1] else int)(match[0]), match.end()
        for name, value in _WORDS.items():
            if text.startswith(name, at):
                return value, at + len(name)
        raise PlanError(f"{text[at : at + 20]!r} was written where a value is expected")

    def _read_several(self, text: str, at: int) -> tuple[Any, int]:
        named, close = text[at] == "{", {"[": "]", "{": "}"}[text[at]]
        items: list[Any] = []
        at += 1
        while text[at : at + 1] != close:
            if items:
                at = expect(text, at, ", ")
            item, at = self.read(text, at)
            if named:
                value, at = self.read(text, expect(text, at, ": "))
                item = (str(item), value)
            items.append(item)
        return dict(items) if named else items, at + 1


def expect(text: str, at: int, mark: str) -> int:
    """The place behind ``mark``. Raises PlanError where something else stands there."""
    if not text.startswith(mark, at):
        raise PlanError(f"{text[at : at + 20]!r} was written where {mark!r} is expected")
    return at + len(mark)


def _unescape(match: re.Match[str]) -> str:
    if match[0] not in _UNESCAPED:
        raise PlanError(f"{match[0]!r} was written in a string; it is no escape")
    return _UNESCAPED[match[0]]


@lru_cache(maxsize=4096)
def _characters(ranges: Ranges, escapes: bool) -> Grammar:
    if not escapes:
        return character(ranges)
    escaped = [word(text) for letter, text in _ESCAPES.items() if any(low <= ord(letter) <= high for low, high in ranges)]
    plain = without(ranges, _SPECIAL)
    return choice(*([character(plain)] if plain else []), *escaped)


def one_of(form: Form, values: Sequence[Any]) -> Grammar:
    """One of a few values."""
    return choice(*(word(form.write(value)) for value in values))


def listed(item: Grammar, least: int, most: int) -> Grammar:
    """A list."""
    items = repetition(item, least, most, word(", "))
    return sequence(word("["), items, word("]"))


def anything(form: Form, most: int, depth: int = DEPTH) -> Grammar:
    """A value of which nothing is known, in at most ``depth`` lists and objects of up to ``most`` values; NOTHING only inside of those."""
    options = [form.quoted(_open(form)), numeral(-math.inf, math.inf, fractions=True), one_of(form, (True, False))]
    if depth:
        inner = anything(form, most, depth - 1)
        options += [word("[]"), listed(inner, 1, most), mapping(form, inner, most)]
    return choice(*options) if depth == DEPTH else choice(*options, word(NOTHING))


def mapping(form: Form, inner: Grammar, most: int) -> Grammar:
    """An object of any names."""
    pair = sequence(form.quoted(_open(form)), word(": "), inner)
    return sequence(word("{"), choice(EMPTY, repetition(pair, 1, most, word(", "))), word("}"))


def _open(form: Form) -> Grammar:
    return labelled(INSIDE, form.several(ANY, 0, None))


ESCAPED, PUBLISHED = Form(), Form(escapes=False)
