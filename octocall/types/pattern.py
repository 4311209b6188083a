"""Regular expressions of JSON Schema (ECMA 262): matched in linear time, so that no pattern can hang, and sampled.

What cannot be done that way (look-around, back references, word boundaries) is refused.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]

_LAST = 0x10FFFF
_DIGIT: Ranges = ((48, 57),)
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Ranges = ((9, 13), (32, 32), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F),
                  (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF))  # fmt: skip
_LINE_ENDS: Ranges = ((10, 10), (13, 13), (0x2028, 0x2029))
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}
_COUNT = re.compile(r"\{(\d{1,6})(,(\d{0,6}))?\}")
_HEX = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}")
_MAX_STATES = 3000
_MAX_DEPTH = 30


class PatternError(ValueError):
    """The pattern is not understood; the message says what in it."""


@dataclass(frozen=True)
class Chars:
    """One character out of ranges of code points."""

    ranges: Ranges

    def has(self, letter: str) -> bool:
        return any(low <= ord(letter) <= high for low, high in self.ranges)

    def pick(self, rng: random.Random) -> str:
        plain = [(max(low, 33), min(high, 126)) for low, high in self.ranges]
        low, high = rng.choice([pair for pair in plain if pair[0] <= pair[1]] or list(self.ranges))
        return chr(rng.randint(low, high))


@dataclass(frozen=True)
class Several:
    """Nodes in order."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Either:
    """One of several nodes."""

    options: tuple[Node, ...]


@dataclass(frozen=True)
class Repeated:
    """A node ``least`` to ``most`` times (None: any number); ``padding`` is what an unanchored pattern leaves open."""

    item: Node
    least: int
    most: int | None
    padding: bool = False


Node: TypeAlias = Chars | Several | Either | Repeated
_ANYTHING = Repeated(Chars(((0, _LAST),)), 0, None, padding=True)


def _without(ranges: Ranges) -> Ranges:
    found, at = [], 0
    for low, high in sorted(ranges):
        if low > at:
            found.append((at, low - 1))
        at = max(at, high + 1)
    return (*found, (at, _LAST)) if at <= _LAST else tuple(found)


class _Parser:
    """Recursive descent over the text of a pattern."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def _next(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _take(self, word: str) -> bool:
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True

    def whole(self) -> Node:
        node = self.either(0)
        if self.at < len(self.text):
            raise PatternError(f"{self._next()!r} at {self.at}")
        return node

    def either(self, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise PatternError("too many groups inside each other")
        options = [self.several(depth)]
        while self._take("|"):
            options.append(self.several(depth))
        return options[0] if len(options) == 1 else Either(tuple(options))

    def several(self, depth: int) -> Node:
        # anchors are understood around a whole alternative; elsewhere they are refused as characters
        items: list[Node] = [] if depth or self._take("^") else [_ANYTHING]
        while self._next() not in ("", "|", ")"):
            if not depth and self._next() == "$" and self.text[self.at + 1 : self.at + 2] in ("", "|"):
                self.at += 1
                return Several(tuple(items))
            items.append(self.counted(depth))
        return Several((*items, *(() if depth else (_ANYTHING,))))

    def counted(self, depth: int) -> Node:
        node = self.atom(depth)
        if match := _COUNT.match(self.text, self.at):
            self.at = match.end()
            least = int(match[1])
            most = least if match[2] is None else int(match[3]) if match[3] else None
            if most is not None and most < least:
                raise PatternError(f"the count {match[0]}")
        elif self._next() and self._next() in "*+?":
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[self._next()]
            self.at += 1
        else:
            return node
        self._take("?")  # a lazy count matches the same texts
        return Repeated(node, least, most)

    def atom(self, depth: int) -> Node:
        letter = self._next()
        self.at += 1
        if letter == "(":
            if not self._take("?:") and self._next() == "?":
                raise PatternError(f"the group {self.text[self.at - 1 : self.at + 3]!r}")
            node = self.either(depth + 1)
            if not self._take(")"):
                raise PatternError("a group that is not closed")
            return node
        if letter == "[":
            return self.characters()
        if letter == "\\":
            return Chars(self.escape())
        if letter == ".":
            return Chars(_without(_LINE_ENDS))
        if letter in "^$*+?{}":
            raise PatternError(f"{letter!r} at {self.at - 1}")
        return Chars(((ord(letter), ord(letter)),))

    def escape(self) -> Ranges:
        if match := _HEX.match(self.text, self.at):
            self.at = match.end()
            code = int(match[1] or match[2] or match[3], 16)
            return ((code, code),)
        letter = self._next()
        self.at += 1
        for sign, ranges in (("d", _DIGIT), ("w", _WORD), ("s", _SPACE)):
            if letter.lower() == sign:
                return ranges if letter == sign else _without(ranges)
        code = _CONTROLS.get(letter, ord(letter) if letter and not letter.isalnum() else -1)
        if code < 0:
            raise PatternError(f"'\\{letter}'")
        return ((code, code),)

    def characters(self) -> Chars:
        negated = self._take("^")
        ranges: list[tuple[int, int]] = []
        while not self._take("]"):
            if not self._next() or self.text.startswith("[:", self.at):
                raise PatternError("a class of characters that is not closed")
            low = self._member()
            if self._next() == "-" and self.text[self.at + 1 : self.at + 2] not in ("", "]"):
                self.at += 1
                high = self._member()
                if len(low) > 1 or len(high) > 1 or low[0][0] != low[0][1] or low[0][0] > high[0][1]:
                    raise PatternError("a range of characters that runs backwards")
                low = ((low[0][0], high[0][1]),)
            ranges += low
        if not ranges:
            raise PatternError("an empty class of characters")
        return Chars(_without(tuple(ranges)) if negated else tuple(ranges))

    def _member(self) -> Ranges:
        letter = self._next()
        self.at += 1
        return self.escape() if letter == "\\" else ((ord(letter), ord(letter)),)


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern: ``edges[state]`` are (characters or nothing, next state); the last state accepts."""

    node: Node

    @cached_property
    def edges(self) -> list[list[tuple[Chars | None, int]]]:
        edges: list[list[tuple[Chars | None, int]]] = [[]]
        self._add(self.node, 0, edges)
        return edges

    def _add(self, node: Node, start: int, edges: list[list[tuple[Chars | None, int]]]) -> int:
        """Adds ``node`` after the state ``start``; gives the state behind it, which is the newest."""

        def new() -> int:
            if len(edges) >= _MAX_STATES:
                raise PatternError("its size")
            edges.append([])
            return len(edges) - 1

        if isinstance(node, Chars):
            edges[start].append((node, end := new()))
            return end
        if isinstance(node, Several):
            for item in node.items:
                start = self._add(item, start, edges)
            return start if node.items else self._link(start, new(), edges)
        if isinstance(node, Either):
            ends = []
            for option in node.options:
                edges[start].append((None, first := new()))
                ends.append(self._add(option, first, edges))
            end = new()
            return max(self._link(last, end, edges) for last in ends)
        for _ in range(node.least):
            start = self._add(node.item, start, edges)
        if node.most is None:
            loop = self._link(start, new(), edges)
            self._link(self._add(node.item, loop, edges), loop, edges)
            return self._link(loop, new(), edges)
        leaves = [start]
        for _ in range(node.most - node.least):
            leaves.append(start := self._add(node.item, self._link(start, new(), edges), edges))
        end = new()
        return max(self._link(last, end, edges) for last in leaves)

    @staticmethod
    def _link(start: int, end: int, edges: list[list[tuple[Chars | None, int]]]) -> int:
        edges[start].append((None, end))
        return end

    def _closed(self, states: set[int]) -> set[int]:
        found, todo = set(states), list(states)
        while todo:
            for chars, end in self.edges[todo.pop()]:
                if chars is None and end not in found:
                    found.add(end)
                    todo.append(end)
        return found

    def matches(self, text: str) -> bool:
        """Whether the pattern is found in ``text``, as JSON Schema asks."""
        states = self._closed({0})
        for letter in text:
            states = self._closed({end for state in states for chars, end in self.edges[state] if chars is not None and chars.has(letter)})
        return len(self.edges) - 1 in states

    def sample(self, rng: random.Random, padding: int = 0) -> str:
        """A short text that matches; ``padding`` letters stand where the pattern leaves an end open."""
        return _sample(self.node, rng, padding)


def _sample(node: Node, rng: random.Random, padding: int, more: int = 6) -> str:
    """``more`` bounds open counts; it shrinks inward, so that counts of counts stay short."""
    if isinstance(node, Chars):
        return node.pick(rng)
    if isinstance(node, Several):
        return "".join(_sample(item, rng, padding, more) for item in node.items)
    if isinstance(node, Either):
        return _sample(rng.choice(node.options), rng, padding, more)
    if node.padding:
        return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=padding))
    most = node.least + more if node.most is None else min(node.most, node.least + 2 * more)
    return "".join(_sample(node.item, rng, padding, more // 2) for _ in range(rng.randint(node.least, most)))


@lru_cache(maxsize=1024)
def compiled(text: str) -> Pattern:
    """The pattern of a regular expression. Raises PatternError."""
    pattern = Pattern(_Parser(text).whole())
    len(pattern.edges)  # built now, so that one too large is refused now
    return pattern
