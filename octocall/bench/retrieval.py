"""Finding the right operation among very many: recall and latency of a catalogue's search, beside word matching."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from octocall.bench.baselines.nearest import unit
from octocall.bench.compare import bars, console_for_tables
from octocall.bench.report import cell, machine, pyplot
from octocall.bench.run import WARM_UP, wilson
from octocall.bench.unseen import FUNCTIONS, right_id
from octocall.catalogue import Catalogue, fit
from octocall.data.compile import HELD_OUT
from octocall.data.example import read_examples, read_functions
from octocall.errors import DataError, MissingExtraError
from octocall.files import row_text, write_atomically
from octocall.function import Function, Parameter
from octocall.runtimes.open import Understood
from octocall.sources.common.loaded import identifier
from octocall.types import Text
from octocall.words import Words

AT = (1, 5, 10)
Find: TypeAlias = Callable[[str, int], Sequence[str]]
"""The ids of the operations that a query is thought to mean, at most so many, the best first."""


@dataclass(frozen=True)
class Query:
    """A request and the ids of the operations that serve it."""

    text: str
    relevant: frozenset[str]
    kind: str


class Widened:
    """A catalogue with a few more functions, which are searched beside it; the words of all are one index."""

    def __init__(self, catalogue: Catalogue, more: Mapping[str, Function], understand: Callable[[Sequence[Function]], Sequence[Understood]]) -> None:
        self.catalogue, self.ids = catalogue, [*(catalogue.id(i) for i in range(len(catalogue))), *more]
        self.vectors = unit(np.stack([one.answer for one in understand(list(more.values()))])) if more else np.zeros((0, catalogue.width), np.float32)
        self.words = Words.of(chain(((self.ids[i], catalogue.function(i)) for i in range(len(catalogue))), more.items()))

    def __len__(self) -> int:
        return len(self.ids)

    def by_both(self, text: str, vector: NDArray[np.float32], k: int) -> list[str]:
        """Ids of the ``k`` best by vector and words, as the catalogue finds them."""
        return self._best(vector, k, self.words.scores(text))

    def by_vector(self, vector: NDArray[np.float32], k: int) -> list[str]:
        """The same without words."""
        return self._best(vector, k, None)

    def _best(self, vector: NDArray[np.float32], k: int, words: NDArray[np.float32] | None) -> list[str]:
        many, cosines = len(self.catalogue), self.vectors @ unit(vector).reshape(-1)
        found = [(one.score, one.id) for one in self.catalogue.search(vector, k, None if words is None else words[:many])]
        own = cosines if words is None else fit(cosines, words[many:])
        found += zip(own.tolist(), self.ids[many:], strict=True)
        return [name for _, name in sorted(found, reverse=True)[:k]]

    def by_words(self, text: str, k: int) -> list[str]:
        """Ids of the ``k`` best by words alone; those that share a word with the text."""
        scores = self.words.scores(text)
        return [self.ids[i] for i in np.argsort(-scores, kind="stable")[:k] if scores[i] > 0]


def read_queries(folder: Path) -> tuple[list[Query], dict[str, Function]]:
    """The held-out single calls of an open data folder, and the functions that they call, by id. Raises DataError."""
    try:
        table = read_functions(folder / FUNCTIONS)
        examples = list(read_examples(folder / HELD_OUT, table))
    except OSError as error:
        raise DataError(f"{error.filename} cannot be read ({error.strerror}); give a folder with {FUNCTIONS} and {HELD_OUT}") from error
    found = [(example.request.text, right_id(example, table)) for example in examples]
    queries = [Query(text, frozenset({name}), "held out") for text, name in found if name is not None]
    return queries, {name: table[name] for query in queries for name in query.relevant}


def within(catalogue: Catalogue, queries: Sequence[Query], called: Mapping[str, Function]) -> tuple[list[Query], dict[str, Function]]:
    """The queries, with the operation that stands for one that the catalogue left out as the same; and the called ones that it lacks."""
    stands = dict(catalogue.doubled())
    found = [replace(query, relevant=frozenset(stands.get(name, name) for name in query.relevant)) for query in queries]
    wanted = {name for query in found for name in query.relevant}
    return found, {name: function for name, function in called.items() if name in wanted and name not in catalogue}


def read_toolbench(folder: Path) -> tuple[list[Query], dict[str, Function]]:
    """StableToolBench's queries, a kind per file, and the operations they choose from, by ``tool/operation``. Raises DataError."""
    queries, table = [], dict[str, Function]()
    for file in sorted(folder.glob("*.json*")):
        try:
            with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as text:
                for row in json.load(text):
                    for tool in row["api_list"]:
                        name = f"{tool['tool_name']}/{tool['api_name']}"
                        shown = f"{tool['tool_name']} {tool['api_name']}"
                        table.setdefault(name, Function(identifier(shown), tool["api_description"] or "", _parameters(tool), original=shown))
                    relevant = frozenset("/".join(pair) for pair in row["relevant APIs"])
                    queries.append(Query(row["query"], relevant, file.name.split(".")[0]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{file} is no file of StableToolBench ({error!r}); a list of query, api_list, relevant APIs is expected") from error
    if not queries:
        raise DataError(f"{folder} has no .json or .json.gz files; give the folder of StableToolBench's queries")
    return queries, table


def _parameters(tool: Mapping[str, Any]) -> tuple[Parameter, ...]:
    rows = [row for key in ("required_parameters", "optional_parameters") for row in tool.get(key) or ()]
    found = {identifier(row["name"]): row for row in rows}
    return tuple(Parameter(name, Text(), row.get("description") or "", original=row["name"]) for name, row in found.items())


def measure(find: Find, queries: Sequence[Query]) -> dict[str, Any]:
    """Per kind n, the share of queries with a relevant operation among the first ones, and the mean share of the relevant ones found; latency."""
    for query in queries[:WARM_UP]:
        find(query.text, max(AT))
    kinds: dict[str, list[tuple[Query, Sequence[str]]]] = {}
    times = []
    for query in queries:
        began = perf_counter()
        found = find(query.text, max(AT))
        times.append(1000 * (perf_counter() - began))
        kinds.setdefault(query.kind, []).append((query, found))
    return {"kinds": {kind: _rates(answers) for kind, answers in kinds.items()}, "latency_ms": _latency(times)}


def timed(plan: Callable[[str], Any], queries: Sequence[Query]) -> dict[str, float]:
    """Latency of whole requests: reading, finding, choosing, arguments."""
    times = []
    for i, query in enumerate([*queries[:WARM_UP], *queries]):
        began = perf_counter()
        plan(query.text)
        times += [1000 * (perf_counter() - began)] * (i >= WARM_UP)
    return _latency(times)


def _latency(times: Sequence[float]) -> dict[str, float]:
    return {"p50": float(np.percentile(times, 50)), "p95": float(np.percentile(times, 95))}


def _rates(answers: Sequence[tuple[Query, Sequence[str]]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for k in AT:
        right, n = sum(bool(query.relevant & set(ids[:k])) for query, ids in answers), len(answers)
        low, high = wilson(right, n)
        found[f"hit@{k}"] = {"n": n, "right": right, "share": right / n, "low": low, "high": high}
        found[f"recall@{k}"] = sum(len(query.relevant & set(ids[:k])) / len(query.relevant) for query, ids in answers) / n
    return found


def bench_retrieval(systems: Mapping[str, Find], queries: Sequence[Query], out: Path, about: Mapping[str, Any], plan: Callable[[str], Any] | None = None) -> None:
    """Measures each way of finding, prints the tables, writes results.json and a picture of the first; without matplotlib a line says so.

    ``plan`` answers whole requests; only their time is taken.
    """
    console = console_for_tables()
    found = {name: measure(find, queries) for name, find in systems.items()}
    heads = [f"{what}@{k}" for what in ("hit", "recall") for k in AT]
    table = Table("queries", "by", "n", *heads, title="hit: a relevant operation found, % [95 % interval]; recall: share of the relevant ones found, %")
    for kind in next(iter(found.values()))["kinds"]:
        for name, rates in ((name, each["kinds"][kind]) for name, each in found.items()):
            table.add_row(kind, name, str(rates["hit@1"]["n"]), *(cell(rates[h]) if h.startswith("hit") else f"{100 * rates[h]:.1f}" for h in heads))
    console.print(table)
    speeds = {**{f"finding by {name}": each["latency_ms"] for name, each in found.items()}, **({"whole request": timed(plan, queries)} if plan else {})}
    for name, speed in speeds.items():
        console.print(f"{name}: p50 {speed['p50']:.1f} ms, p95 {speed['p95']:.1f} ms")
    console.print(machine())
    record = {"command": "octocall " + " ".join(sys.argv[1:]), "machine": machine(), "time": datetime.now(UTC).isoformat(timespec="seconds"), **about}
    write_atomically(out / "results.json", row_text({**record, "systems": found, "latency_ms": speeds}, indent=1).encode())
    try:
        first = next(iter(found.values()))["kinds"]
        bars(pyplot(), {f"first {k}": {kind: rates[f"hit@{k}"] for kind, rates in first.items()} for k in AT}, out / "recall.png", "a relevant operation found")
    except MissingExtraError as error:
        console.print(f"{out / 'results.json'} is written, without pictures: {error}")
