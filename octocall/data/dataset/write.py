"""The rows of some functions: requests with their candidates, solvable and unsolvable ones in turn."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.data.dataset.choose import api_of, rivals
from octocall.data.dataset.config import DatasetConfig
from octocall.data.dataset.rows import Voices, example, pieces, setting, skeleton
from octocall.data.example import Example, example_line
from octocall.data.negatives import easy, similar
from octocall.data.teachers.common.task import Rejected
from octocall.data.teachers.offline import OfflineTeacher
from octocall.data.teachers.rules.script import Draft, Script, Setting
from octocall.data.teachers.rules.several import again, joined, nested, takes_result
from octocall.data.verify import carrier_grams, grams, key
from octocall.errors import MissingExtraError

_CANDIDATES = (1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5, 6, 7, 8, 10, 12)
_HARD = 3
_TRIES = 3
_SAME = 90.0
"""Two phrasings of one function are near duplicates from this likeness (0 to 100) on."""
_CHATTER = 0.04
"""Share of the unsolvable requests that ask for nothing."""
_AGAIN = 0.6
"""Share of the requests for several calls that call one function with other values."""


@dataclass(frozen=True)
class Shared:
    """What every worker knows: functions in order, which side they are on, their neighbours, how many requests each gets."""

    ids: list[str]
    scripts: list[Script]
    held_out: list[bool]
    table: NDArray[np.int32]
    shares: list[float]
    sides: dict[bool, list[int]]
    answering: dict[bool, list[int]]
    same_api: dict[str, list[int]]
    config: DatasetConfig
    exams: frozenset[tuple[str, ...]]
    voices: Voices


class Row(NamedTuple):
    """One row on its way to a file: its side, its words without values, a key of all its words, its kind, its functions, its line."""

    held_out: bool
    phrasing: str
    key: str
    kind: str
    functions: list[int]
    line: str


def write_rows(shared: Shared, task: Sequence[int]) -> tuple[list[Row], Counter[str]]:
    """The rows of some functions, and why others were refused. Raises MissingExtraError."""
    refused: Counter[str] = Counter()
    return [row for own in task for row in _Writer(shared, own, refused).rows()], refused


@dataclass
class _Writer:
    """Writes the rows of one function; the same one writes the same."""

    shared: Shared
    own: int
    refused: Counter[str]

    def __post_init__(self) -> None:
        self.rng = random.Random(f"{self.shared.config.seed}-rows-{self.shared.ids[self.own]}")
        self.side = self.shared.held_out[self.own]
        self.teacher = OfflineTeacher(self.side)
        self.found = self.shared.scripts[self.own]

    def rows(self) -> Iterator[Row]:
        """Solvable rows, each followed by its share of unsolvable ones."""
        try:
            from rapidfuzz import fuzz
        except ImportError:
            raise MissingExtraError("rapidfuzz", "data") from None
        share = self.shared.shares[self.own]
        wanted = int(share) + (self.rng.random() < share % 1)
        said: list[str] = []
        for _ in range(wanted * _TRIES):
            if len(said) == wanted:
                return
            try:
                made, candidates = self.solvable()
            except Rejected as why:
                self.refused[str(why)] += 1
                continue
            phrasing = skeleton(made)
            if any(fuzz.ratio(phrasing, other) >= _SAME for other in said):
                self.refused["nearly said before"] += 1
                continue
            said.append(phrasing)
            yield self._row(made, phrasing, candidates)
            yield from self._twins(made, phrasing)

    def _twins(self, made: Example, phrasing: str) -> Iterator[Row]:
        share = self.shared.config.unsolvable / (1 - self.shared.config.unsolvable)
        for _ in range(int(share) + (self.rng.random() < share % 1)):
            beside = self.unsolvable(made)
            if beside is not None and self._examined(beside[0]):
                self.refused["shared with an exam"] += 1
            elif beside is not None:
                twin, candidates = beside
                yield self._row(twin, phrasing if twin.request is made.request else skeleton(twin), candidates)

    def _row(self, made: Example, phrasing: str, candidates: list[int]) -> Row:
        named = replace(made, candidates=tuple(self.shared.ids[row] for row in candidates))
        sign = "-" if made.kind == "irrelevant" else "+"
        return Row(self.side, sign + phrasing, sign + key(made.request.text), made.kind, candidates, example_line(named))

    def solvable(self) -> tuple[Example, list[int]]:
        """A request with its calls, and candidates. Raises Rejected."""
        at = setting(self.rng)
        config, draw = self.shared.config, self.rng.random()
        targets = [self.own]
        draft: Draft | None
        if draw > 1 - config.nested and takes_result(self.found):
            targets.append(self.rng.choice(self.shared.answering[self.side]))
            same = self._name(targets[0]) == self._name(targets[1])
            draft = None if same else nested(self.teacher, self.found, self.shared.scripts[targets[1]], at)
        elif draw < config.parallel * _AGAIN and self.found.topics:
            draft = again(self.teacher, self.found, at)
        elif draw < config.parallel:
            targets += self._family()
            draft = joined([self.teacher.draft(self.shared.scripts[row], at, incomplete=0) for row in targets], self.rng)
        else:
            draft = self.teacher.draft(self.found, at)
        if draft is None:
            raise Rejected("no words were found")
        return self._written(draft, at), self._beside(targets)

    def _written(self, draft: Draft, at: Setting) -> Example:
        """The example of a draft. Raises Rejected, also where an exam has its words before slips of typing hide them."""
        made = example(self.teacher, draft, self.shared.ids[self.own], self.shared.voices, at)
        if self._examined(made) or any(not self.shared.exams.isdisjoint(grams(part.text)) for part in pieces(draft) if part.slot is None):
            raise Rejected("shared with an exam")
        return made

    def _examined(self, made: Example) -> bool:
        """Whether an exam has words of a request; an unsolvable one has no values, so that all of it counts."""
        return bool(self.shared.exams) and not self.shared.exams.isdisjoint(carrier_grams(made))

    def unsolvable(self, made: Example) -> tuple[Example, list[int]] | None:
        """A request that none of its candidates solves: ``made`` itself, another one for the same function, or one that asks for nothing."""
        request: Request | None = made.request
        if self.rng.random() < _CHATTER:
            said = self.shared.voices.backgrounds
            request = Request(self.rng.choice(said.after if self.rng.random() < 0.3 else said.before), made.request.now)
        elif self.rng.random() < 0.5 or len(made.plan.calls) > 1 or made.kind == "nested":
            request = self._another()
        if request is None:
            return None
        chosen = self._others([self.found], {self._name(self.own)}, self.rng.choice(_CANDIDATES), self.rng.choice((0, 1, 2, _HARD, _HARD)))
        self.rng.shuffle(chosen)
        return (Example(request, Plan((Call(IRRELEVANT),)), made.source, "irrelevant"), chosen) if chosen else None

    def _another(self) -> Request | None:
        at = setting(self.rng)
        draft = self.teacher.draft(self.found, at)
        try:
            return self._written(draft, at).request if draft else None
        except Rejected:
            return None

    def _family(self) -> list[int]:
        """One or two other functions of the API that are not mistaken for this one."""
        known = [row for row in self.shared.same_api[api_of(self.shared.ids[self.own])] if row != self.own]
        names = {self._name(self.own): self.own}
        for row in self.rng.sample(known, min(len(known), 6)):
            if not any(rivals(self.shared.scripts[other].about, self.shared.scripts[row].about) for other in names.values()):
                names.setdefault(self._name(row), row)
        return list(names.values())[1 : 3 if self.rng.random() < 0.15 else 2]

    def _name(self, row: int) -> str:
        return self.shared.scripts[row].function.name

    def _beside(self, targets: Sequence[int]) -> list[int]:
        """Candidates: the right functions with similar and random ones, shuffled."""
        size = max(len(targets), self.rng.choice(_CANDIDATES)) - len(targets)
        candidates = [*targets, *self._others([self.shared.scripts[row] for row in targets], {self._name(row) for row in targets}, size, _HARD)]
        self.rng.shuffle(candidates)
        return candidates

    def _others(self, scripts: Sequence[Script], names: set[str], size: int, hard: int) -> list[int]:
        """``size`` functions that serve none of the wishes, up to ``hard`` of them similar ones; no two of one name."""
        fits = self._fits(scripts, names)
        found: list[int] = []
        for row in similar(self.own, self.shared.table, fits, min(hard, size), self.rng):
            if self._name(row) not in names:
                names.add(self._name(row))
                found.append(row)
        for row in easy(self.own, self.shared.sides[self.side], fits, size - len(found), self.rng):
            if self._name(row) not in names:
                names.add(self._name(row))
                found.append(row)
        return found

    def _fits(self, scripts: Sequence[Script], names: set[str]) -> Callable[[int], bool]:
        def fits(row: int) -> bool:
            other = self.shared.scripts[row].about
            return self._name(row) not in names and not any(rivals(found.about, other) for found in scripts)

        return fits
