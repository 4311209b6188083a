"""What a teacher is asked for: requests of one kind for one function among its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from octocall.catalog import Catalog
from octocall.function import Function

SINGLE, PARALLEL, IRRELEVANT_KIND = "single", "parallel", "irrelevant"
KINDS = (SINGLE, PARALLEL, IRRELEVANT_KIND)


class Rejected(Exception):
    """A row, or an answer on the way to it, is not good; the message says why in one clause."""


@dataclass(frozen=True)
class Task:
    """``count`` requests of one kind for the function with the id ``target``.

    ``candidates`` are the functions that go with each row, the target among them, by id.
    """

    target: str
    kind: str
    count: int
    candidates: Mapping[str, Function]

    @property
    def name(self) -> str:
        return f"{self.target} {self.kind}"

    @property
    def function(self) -> Function:
        return self.candidates[self.target]

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog(tuple(self.candidates.values()))

    def find(self, name: str) -> Function | None:
        """The candidate of that name, or of that name in its source."""
        by_name = {f.original: f for f in self.candidates.values() if f.original} | {f.name: f for f in self.candidates.values()}
        return by_name.get(name)
