"""Operations that no training saw: one of four candidates fits the request, or none does.

Source: the evaluation of Octopus v1, which asks as many unsolvable requests as solvable ones.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from octocall.bench.cases import Case
from octocall.call import Call, Plan
from octocall.catalog import IRRELEVANT
from octocall.data.compile import HELD_OUT, TRAIN
from octocall.data.example import Example, read_examples, read_functions
from octocall.errors import DataError
from octocall.function import Function
from octocall.score import Score, score
from octocall.words import document, split

FUNCTIONS = "functions.jsonl"
SOLVABLE, UNSOLVABLE = "solvable", "unsolvable"
SIMILAR = 3
"""So many similar functions stand beside the right one; one more where it is taken away."""
RANKS = range(4, 10)
"""They are drawn from these ranks of similarity: closer ones are near duplicates."""
_ALIKE, _UNRELATED = 0.9, 0.05
"""What shares more of its words with the right function might answer in its place; what shares less is unrelated."""


def read_unseen(folder: Path, rows: int = 1000, seed: int = 0, nearest: bool = False) -> tuple[list[Case], int]:
    """``rows`` cases, half of them unsolvable, and the number of rows left out because training saw their function.

    Of an open data folder the single calls of held_out.jsonl are taken. Candidates are the right function and three similar ones of ``RANKS``,
    or four unrelated ones; with ``nearest`` the three, or four, whose documentation shares the most words with the right one's, near
    duplicates among them. The irrelevant function is always a candidate.
    Where there are fewer requests than ``rows``, each serves at most twice, once with its function and once without. Raises DataError.
    """
    try:
        table = read_functions(folder / FUNCTIONS)
        examples = list(read_examples(folder / HELD_OUT, table))
        trained = _trained(folder / TRAIN, table)
    except OSError as error:
        raise DataError(f"{error.filename} cannot be read ({error.strerror}); give a folder with {FUNCTIONS}, {TRAIN} and {HELD_OUT}") from error
    singles = [(example, found) for example in examples if (found := right_id(example, table)) is not None]
    fresh = [(example, found) for example, found in singles if found not in trained]
    if not fresh:
        raise DataError(f"{folder / HELD_OUT} has no single calls of functions that {TRAIN} lacks; at least one is expected")
    rng = random.Random(seed)
    rng.shuffle(fresh)
    half = min(rows // 2, len(fresh))
    index = Similar({name: table[name] for example in examples for name in example.candidates})
    cases = []
    for number, (example, found) in enumerate([*fresh[:half], *fresh[-half:]]):
        solvable = number < half
        if nearest:
            others = index.near(found, SIMILAR + (not solvable))
        else:
            others = index.near(found, SIMILAR, RANKS, rng) if solvable else index.far(found, SIMILAR + 1, rng)
        cases.append(_case(example, table[found] if solvable else None, others, rng))
    return cases, len(singles) - len(fresh)


def right_id(example: Example, table: Mapping[str, Function]) -> str | None:
    """The id of the one function that an example calls; None where it calls none or several."""
    calls = [call for outer in example.plan.calls for call in outer.walk()]
    if len(calls) != 1 or calls[0].name == IRRELEVANT:
        return None
    return next((name for name in example.candidates if table[name].name == calls[0].name), None)


def _trained(file: Path, table: Mapping[str, Function]) -> set[str]:
    """Ids of the functions that training rows call. Read line by line: the file is large."""
    found = set()
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            names = {call["name"] for call in row["calls"]}
            found |= {name for name in row.get("functions") or () if table[name].name in names}
    return found


class Similar:
    """Functions by the words of their documentation, rare words counting more."""

    def __init__(self, table: Mapping[str, Function]) -> None:
        self.table = table
        self._words = {name: set(split(document(function))) for name, function in table.items()}
        counts = Counter(word for words in self._words.values() for word in words)
        self._weight = {word: math.log(1 + len(table) / count) ** 2 for word, count in counts.items()}
        self._size = {name: math.sqrt(sum(self._weight[word] for word in words)) or 1.0 for name, words in self._words.items()}
        self._having: dict[str, list[str]] = defaultdict(list)
        for name, words in self._words.items():
            for word in words:
                self._having[word].append(name)

    def near(self, name: str, many: int, ranks: range = range(0), rng: random.Random | None = None) -> list[Function]:
        """The ``many`` functions most like that of the id ``name``, or as many drawn from ``ranks``: not itself, nothing all but the same, no two of one name."""
        likeness = self._likeness(name)
        found: list[Function] = []
        taken = {self.table[name].name}
        # where too few share a word, any will do
        for other in chain(sorted(likeness, key=lambda other: (-likeness[other], other)), (other for other in self.table if other not in likeness)):
            function = self.table[other]
            if len(found) == max(many, ranks.stop):
                break
            if other != name and function.name not in taken and likeness.get(other, 0.0) <= _ALIKE:
                found.append(function)
                taken.add(function.name)
        drawn = found[ranks.start : ranks.stop]
        return rng.sample(drawn, many) if rng is not None and len(drawn) >= many else found[:many]

    def far(self, name: str, many: int, rng: random.Random) -> list[Function]:
        """``many`` functions drawn from those that share next to no words with that of the id ``name``, else the least alike; no two of one name."""
        likeness = self._likeness(name)
        others = {self.table[other].name: other for other in self.table if self.table[other].name != self.table[name].name}
        ranked = sorted(others.values(), key=lambda other: likeness.get(other, 0.0))
        unrelated = sum(likeness.get(other, 0.0) <= _UNRELATED for other in ranked)
        return [self.table[other] for other in rng.sample(ranked[: max(many, unrelated)], min(many, len(ranked)))]

    def _likeness(self, name: str) -> dict[str, float]:
        """The cosine of weighted words, of those functions that share one with that of the id ``name``."""
        found: dict[str, float] = defaultdict(float)
        for word in self._words[name]:
            # a word that half of all functions share tells nothing and costs the most
            if len(self._having[word]) <= max(20, len(self.table) // 2):
                for other in self._having[word]:
                    found[other] += self._weight[word] / self._size[other] / self._size[name]
        return found


def _case(example: Example, right: Function | None, others: Sequence[Function], rng: random.Random) -> Case:
    functions = [*others, *([right] if right else [])]
    rng.shuffle(functions)
    plan = example.plan if right else Plan((Call(IRRELEVANT),))
    request = replace(example.request, functions=tuple(functions))
    return Case(request, plan, SOLVABLE if right else UNSOLVABLE, judge=partial(_judge, plan, request.functions or ()))


def _judge(expected: Plan, functions: Sequence[Function], given: Plan) -> Score:
    return score(without_defaults(expected, functions), without_defaults(given, functions))


def without_defaults(plan: Plan, functions: Sequence[Function]) -> Plan:
    """The plan without arguments that say what would hold anyway."""
    known = {function.name: {p.name: p for p in function.parameters} for function in functions}
    calls = []
    for call in plan.calls:
        defaults = {name: p.default for name, p in known.get(call.name, {}).items() if not p.required}
        calls.append(replace(call, arguments={k: v for k, v in call.arguments.items() if k not in defaults or v != defaults[k]}))
    return replace(plan, calls=tuple(calls))
