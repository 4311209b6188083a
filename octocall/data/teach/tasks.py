"""What a source gives to do: for each function and kind a task, with neighbours among the candidates."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from octocall.catalog import IRRELEVANT, Catalog
from octocall.data.teach.config import TeachConfig
from octocall.data.teachers.common.task import KINDS, Task
from octocall.function import Function
from octocall.sources.common.loaded import unique

_NEAR = slice(3, 13)
"""Neighbours are drawn from these ranks of likeness: closer ones are mostly the same thing under another name (Octopus v1 takes 5 to 10)."""


def function_ids(catalog: Catalog) -> dict[str, Function]:
    """The functions under ids such as "github/repos.list"; the one that stands for "nothing fits" is none of them."""
    taken: set[str] = set()
    return {unique(f"{catalog.name}/{f.original or f.name}", taken): f for f in catalog if f.name != IRRELEVANT}


def make_tasks(functions: Mapping[str, Function], config: TeachConfig) -> list[Task]:
    """Every task, in the order of the functions."""
    tasks = []
    words = {name: _words(function) for name, function in functions.items()}
    for name in functions:
        candidates = {other: functions[other] for other in _candidates(name, words, config)}
        tasks += [Task(name, kind, config.count(kind), candidates) for kind in KINDS if config.count(kind)]
    return tasks


def _words(function: Function) -> frozenset[str]:
    names = " ".join((function.name, *(p.name for p in function.parameters)))
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", f"{names} {function.description}").lower()
    return frozenset(re.findall(r"[^\W_]{3,}", parts))


def _candidates(name: str, words: Mapping[str, frozenset[str]], config: TeachConfig) -> Sequence[str]:
    """The function and its neighbours: all there are, or half of them alike and half of them any, in an order without meaning."""
    rng = random.Random(f"{config.seed} {name}")
    others = [other for other in words if other != name]
    room = min(config.candidates - 1, len(others))
    if room < len(others):
        alike = sorted(others, key=lambda other: -len(words[name] & words[other]) / (len(words[name] | words[other]) or 1))[_NEAR]
        near = rng.sample(alike, min(len(alike), room // 2))
        others = near + rng.sample([other for other in others if other not in near], room - len(near))
    chosen = [name, *others]
    rng.shuffle(chosen)
    return chosen
