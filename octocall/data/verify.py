"""The verifier: only examples that are right, new and clean become training data."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from octocall.catalog import Catalog
from octocall.codecs.spans import SpansCodec
from octocall.data.example import Example
from octocall.errors import DataError, OctocallError

GRAM = 6


def grams(text: str) -> set[tuple[str, ...]]:
    """The word 6-grams of a text, case and punctuation aside."""
    words = re.findall(r"[\w']+", text.lower())
    return {tuple(words[i : i + GRAM]) for i in range(len(words) - GRAM + 1)}


def exam_texts(path: Path) -> list[str]:
    """The requests of exam rows: under "query", or under "question" as text or as turns of messages. Raises DataError."""
    try:
        return [text for line in path.read_text(encoding="utf-8").splitlines() if line.strip() for text in _asked(json.loads(line))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} cannot be read as exam rows ({error}); JSON lines with a query or a question are expected") from error


def exam_grams(paths: Iterable[Path]) -> frozenset[tuple[str, ...]]:
    """The 6-grams of all requests of exam files. Raises DataError."""
    return frozenset(gram for path in paths for text in exam_texts(path) for gram in grams(text))


def key(query: str) -> str:
    """Requests of one key are the same request."""
    return re.sub(r"\W+", " ", query.lower()).strip()


def _asked(row: Any) -> list[str]:
    if isinstance(row, dict):
        row = row[next(key for key in ("query", "question", "content") if key in row)] if {"query", "question", "content"} & set(row) else row["query"]
    return [row] if isinstance(row, str) else [text for part in row for text in _asked(part)]


@dataclass
class Verifier:
    """Passes examples on or counts why not in ``rejected``.

    ``exams`` are texts kept for measuring: an example that shares a word 6-gram with one, outside of
    the values, is dropped.
    """

    catalog: Catalog
    codec: SpansCodec
    exams: Iterable[str] = ()
    rejected: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._exam_grams = set().union(*map(grams, self.exams))
        self._seen: set[str] = set()

    def verify(self, examples: Iterable[Example]) -> Iterator[Example]:
        """The examples that pass, in order."""
        for example in examples:
            reason = self.reason(example)
            if reason:
                self.rejected[reason] += 1
            else:
                yield example

    def reason(self, example: Example) -> str:
        """Why an example is refused; empty where it is good."""
        own = key(example.request.text)
        if own in self._seen:
            return "duplicate"
        try:
            checked = self.catalog.check(example.plan)
            reading = self.codec.read(example.request)
            decoded = self.codec.decode(self.codec.encode(checked, reading), reading)
        except OctocallError as error:
            return type(error).__name__
        if decoded != checked:
            return "reads back otherwise"
        if self._exam_grams and not self._exam_grams.isdisjoint(carrier_grams(example)):
            return "shared with an exam"
        self._seen.add(own)
        return ""


def carrier_grams(example: Example) -> set[tuple[str, ...]]:
    """6-grams of the words around the values of a request."""
    spans = sorted(span for outer in example.plan.calls for call in outer.walk() for places in call.spans.values() for span in places)
    found, at = set(), 0
    for begin, end in [*spans, (len(example.request.text), 0)]:
        found |= grams(example.request.text[at:begin])
        at = max(at, end)
    return found
