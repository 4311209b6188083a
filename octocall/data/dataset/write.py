"""The rows of some functions: requests with their candidates, solvable and unsolvable ones in turn."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.data.dataset.choose import api_of, rivals
from octocall.data.dataset.config import DatasetConfig
from octocall.data.dataset.rows import Unwritten, clock, example, skeleton
from octocall.data.example import Example
from octocall.data.negatives import easy, similar
from octocall.data.teachers.offline import Draft, OfflineTeacher, Script
from octocall.data.teachers.rules.several import again, joined, nested
from octocall.data.verify import carrier_grams
from octocall.function import Function
from octocall.types import Context

_CANDIDATES = (1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5, 6, 7, 8, 10, 12)
_TRIES = 3
_SAME = 90.0
"""Two phrasings of one function are near duplicates from this likeness (0 to 100) on."""


@dataclass(frozen=True)
class Shared:
    """What every worker knows: functions in order, which side they are on, their neighbours."""

    ids: list[str]
    functions: list[Function]
    scripts: list[Script]
    held_out: list[bool]
    table: Any
    sides: tuple[list[int], list[int]]
    answering: tuple[list[int], list[int]]
    same_api: dict[str, list[int]]
    config: DatasetConfig
    shares: list[float]
    exams: frozenset[tuple[str, ...]]
    around: tuple[Sequence[str], Sequence[str]]


def write_rows(shared: Shared, task: Sequence[int]) -> tuple[list[tuple[bool, str, str, str, list[int], str]], Counter[str]]:
    """The rows of some functions: (held out, phrasing, key, kind, functions, line), and why others were refused."""
    from rapidfuzz import fuzz

    rows, refused = [], Counter[str]()
    for own in task:
        rng = random.Random(f"{shared.config.seed}-rows-{shared.ids[own]}")
        teacher = OfflineTeacher(shared.held_out[own])
        said: list[str] = []
        wanted = int(shared.shares[own]) + (rng.random() < shared.shares[own] % 1)
        solvable, tries = 0, 0
        while solvable < wanted and tries < wanted * _TRIES:
            tries += 1
            try:
                made, phrasing, candidates = _solvable(shared, teacher, own, rng)
            except Unwritten as why:
                refused[str(why)] += 1
                continue
            if any(fuzz.ratio(phrasing, other) >= _SAME for other in said):
                refused["nearly said before"] += 1
                continue
            said.append(phrasing)
            solvable += 1
            rows.append(_row(shared, own, made, phrasing, candidates))
            share = shared.config.unsolvable / (1 - shared.config.unsolvable)
            for _ in range(int(share) + (rng.random() < share % 1)):
                beside = _unsolvable(shared, teacher, own, made, rng)
                if beside is not None:
                    twin, candidates = beside
                    rows.append(_row(shared, own, twin, skeleton(twin) if twin.request.text != made.request.text else phrasing, candidates))
    return rows, refused


def _row(shared: Shared, own: int, made: Example, phrasing: str, candidates: list[int]) -> tuple[bool, str, str, str, list[int], str]:
    key = hashlib.sha256(f"{made.kind == 'irrelevant'}{made.request.text.lower()}".encode()).hexdigest()[:16]
    phrase = f"{'-' if made.kind == 'irrelevant' else '+'}{phrasing}"
    return shared.held_out[own], phrase, key, made.kind, candidates, json.dumps(made.to_json(), ensure_ascii=False) + "\n"


def _solvable(shared: Shared, teacher: OfflineTeacher, own: int, rng: random.Random) -> tuple[Example, str, list[int]]:
    now = clock(rng)
    context = Context(now)
    found = shared.scripts[own]
    draw = rng.random()
    targets, kind = [own], "single"
    draft: Draft | None
    if (
        draw > 1 - shared.config.nested
        and found.about.want in ("send", "create", "do", "update")
        and any(each.sort in ("message", "comment") for each in found.topics)
    ):
        targets, kind = [own, rng.choice(shared.answering[shared.held_out[own]])], "nested"
        names = {shared.functions[row].name for row in targets}
        draft = nested(teacher, found, shared.scripts[targets[1]], rng, context) if len(names) == 2 else None
    elif draw < shared.config.parallel * 0.6 and found.topics:
        draft, kind = again(teacher, found, rng, context), "parallel"
    elif draw < shared.config.parallel:
        targets = _family(shared, own, rng)
        drafts = [teacher.draft(shared.scripts[row], rng, context, incomplete=0) for row in targets]
        draft, kind = joined(drafts, rng), "parallel" if len(drafts) > 1 else "single"
    else:
        draft = teacher.draft(found, rng, context)
    if draft is None:
        raise Unwritten("no words were found")
    made = example(draft, f"{shared.ids[own]}", kind, rng, now, shared.around)
    if shared.exams and not shared.exams.isdisjoint(carrier_grams(made)):
        raise Unwritten("shared with an exam")
    candidates = _beside(shared, targets, rng)
    return Example(made.request, made.plan, made.source, kind, tuple(shared.ids[row] for row in candidates)), skeleton(made), candidates


def _family(shared: Shared, own: int, rng: random.Random) -> list[int]:
    """The function and one or two others of its API that are not mistaken for it."""
    about = shared.scripts[own].about
    others = [row for row in shared.same_api[api_of(shared.ids[own])] if row != own and shared.functions[row].name != shared.functions[own].name]
    others = [row for row in rng.sample(others, min(len(others), 6)) if not rivals(about, shared.scripts[row].about)]
    names: dict[str, int] = {}
    for row in others:
        names.setdefault(shared.functions[row].name, row)
    return [own, *list(names.values())[: 2 if rng.random() < 0.15 else 1]]


def _beside(shared: Shared, targets: Sequence[int], rng: random.Random) -> list[int]:
    """Candidates: the right functions with similar and random ones, shuffled."""
    own = targets[0]
    size = max(len(targets), rng.choice(_CANDIDATES))
    scripts = [shared.scripts[row] for row in targets]
    names = {shared.functions[row].name for row in targets}
    fits = _fits(shared, scripts, names)
    chosen = similar(own, shared.table, fits, min(3, size - len(targets)), rng)
    chosen = _distinct(shared, chosen, names)
    chosen += _distinct(shared, easy(own, shared.sides[shared.held_out[own]], fits, size - len(targets) - len(chosen), rng), names)
    candidates = [*targets, *chosen]
    rng.shuffle(candidates)
    return candidates


def _distinct(shared: Shared, rows: Sequence[int], names: set[str]) -> list[int]:
    kept = []
    for row in rows:
        if shared.functions[row].name not in names:
            names.add(shared.functions[row].name)
            kept.append(row)
    return kept


def _fits(shared: Shared, scripts: Sequence[Script], names: set[str]) -> Callable[[int], bool]:
    def fits(row: int) -> bool:
        other = shared.scripts[row].about
        return shared.functions[row].name not in names and not any(rivals(found.about, other) for found in scripts)

    return fits


def _unsolvable(shared: Shared, teacher: OfflineTeacher, own: int, made: Example, rng: random.Random) -> tuple[Example, list[int]] | None:
    """A request that none of its candidates solves: one just written, or another for the same function."""
    found = shared.scripts[own]
    request = made.request
    if rng.random() < 0.04:
        request = Request(rng.choice(shared.around[rng.random() < 0.3]) + rng.choice(("", "", ".", "!")), request.now)
    elif rng.random() < 0.5 or len(made.plan.calls) > 1:
        try:
            draft = teacher.draft(found, rng, Context(clock(rng)), incomplete=0.01)
            request = example(draft, made.source, "irrelevant", rng, clock(rng), shared.around).request if draft else request
        except Unwritten:
            return None
    # a request for several calls is only unsolvable where no function serves any of them
    if request is made.request and len(made.plan.calls) > 1:
        return None
    size = rng.choice(_CANDIDATES)
    fits = _fits(shared, [found], {shared.functions[own].name})
    hard = similar(own, shared.table, fits, min(size, rng.choice((0, 1, 2, 3, 3))), rng)
    names: set[str] = {shared.functions[own].name}
    chosen = _distinct(shared, hard, names)
    chosen += _distinct(shared, easy(own, shared.sides[shared.held_out[own]], fits, size - len(chosen), rng), names)
    rng.shuffle(chosen)
    if not chosen:
        return None
    plan = Plan((Call(IRRELEVANT),))
    return Example(Request(request.text, request.now), plan, made.source, "irrelevant", tuple(shared.ids[row] for row in chosen)), chosen
