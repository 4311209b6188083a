"""Finding the right operation among very many: recall and latency of a catalogue's search."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from octocall.bench.baselines.nearest import Encode, unit
from octocall.bench.baselines.words import document
from octocall.bench.compare import bars, console_for_tables
from octocall.bench.report import cell, machine, pyplot
from octocall.bench.run import WARM_UP, wilson
from octocall.bench.unseen import FUNCTIONS, right_id
from octocall.data.compile import HELD_OUT
from octocall.data.example import read_examples, read_functions
from octocall.errors import DataError, MissingExtraError
from octocall.files import row_text, write_atomically
from octocall.function import Function, Parameter
from octocall.sources.common.loaded import identifier
from octocall.types import Text

AT = (1, 5)
_BATCH = 64


class Found(Protocol):
    """What a search finds: the id of a function and the cosine of its vector and the one searched for."""

    @property
    def id(self) -> str: ...
    @property
    def score(self) -> float: ...


class Searchable(Protocol):
    """A catalogue as it is asked for the ``k`` functions nearest to a vector, nearest first."""

    def search(self, vector: NDArray[np.float32], k: int) -> Sequence[Found]: ...


class Hit(NamedTuple):
    """A function that was found beside the catalogue."""

    id: str
    score: float


@dataclass(frozen=True)
class Query:
    """A request and the ids of the operations that serve it."""

    text: str
    relevant: frozenset[str]
    kind: str


@dataclass(frozen=True)
class Added:
    """A catalogue with a few more functions, which are searched beside it."""

    base: Searchable
    ids: tuple[str, ...]
    vectors: NDArray[np.float32]

    def search(self, vector: NDArray[np.float32], k: int) -> Sequence[Found]:
        """The nearest of both."""
        scores = self.vectors @ unit(vector).reshape(-1)
        own = [Hit(self.ids[i], float(scores[i])) for i in np.argsort(-scores)[:k]]
        return sorted([*self.base.search(vector, k), *own], key=lambda found: -found.score)[:k]


def add(base: Searchable, table: Mapping[str, Function], encode: Encode, describe: Callable[[Function], str] = document) -> Added:
    """``base`` with the functions of ``table``; ``describe`` is the text by which the catalogue holds its own."""
    # texts of one length are read together: the encoder fills shorter ones up
    texts = sorted(((name, describe(function)) for name, function in table.items()), key=lambda pair: len(pair[1]))
    parts = [np.asarray(encode([text for _, text in texts[i : i + _BATCH]]), np.float32) for i in range(0, len(texts), _BATCH)]
    return Added(base, tuple(name for name, _ in texts), unit(np.concatenate(parts)))


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


def measure(index: Searchable, encode: Encode, queries: Sequence[Query]) -> dict[str, Any]:
    """Per kind n, the share of queries with a relevant operation among the first 1 and 5, and the mean share of the relevant ones found; latency."""
    for query in queries[:WARM_UP]:
        index.search(unit(encode([query.text]))[0], max(AT))
    kinds: dict[str, list[tuple[Query, list[str]]]] = {}
    searching, whole = [], []
    for query in queries:
        began = perf_counter()
        vector = unit(encode([query.text]))[0]
        encoded = perf_counter()
        hits = index.search(vector, max(AT))
        ended = perf_counter()
        searching.append(1000 * (ended - encoded))
        whole.append(1000 * (ended - began))
        kinds.setdefault(query.kind, []).append((query, [hit.id for hit in hits]))
    return {
        "kinds": {kind: _rates(answers) for kind, answers in kinds.items()},
        "latency_ms": {name: {"p50": float(np.percentile(of, 50)), "p95": float(np.percentile(of, 95))} for name, of in (("search", searching), ("whole", whole))},
    }


def _rates(answers: Sequence[tuple[Query, list[str]]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for k in AT:
        right, n = sum(bool(query.relevant & set(hits[:k])) for query, hits in answers), len(answers)
        low, high = wilson(right, n)
        found[f"hit@{k}"] = {"n": n, "right": right, "share": right / n, "low": low, "high": high}
        found[f"recall@{k}"] = sum(len(query.relevant & set(hits[:k])) / len(query.relevant) for query, hits in answers) / n
    return found


def bench_retrieval(index: Searchable, encode: Encode, queries: Sequence[Query], out: Path, about: Mapping[str, Any]) -> None:
    """Measures, prints the table, writes results.json and a picture; without matplotlib a line says so."""
    console = console_for_tables()
    found = measure(index, encode, queries)
    table = Table("queries", "n", "hit@1", "hit@5", "recall@1", "recall@5", title="a relevant operation found, % [95 % interval]; share of the relevant ones found")
    for kind, rates in found["kinds"].items():
        n, shares = str(rates["hit@1"]["n"]), [f"{100 * rates[f'recall@{k}']:.1f}" for k in AT]
        table.add_row(kind, n, cell(rates["hit@1"]), cell(rates["hit@5"]), *shares)
    console.print(table)
    for name, speed in found["latency_ms"].items():
        console.print(f"{name}: p50 {speed['p50']:.1f} ms, p95 {speed['p95']:.1f} ms")
    console.print(machine())
    record = {"command": "octocall " + " ".join(sys.argv[1:]), "machine": machine(), "time": datetime.now(UTC).isoformat(timespec="seconds"), **about, **found}
    write_atomically(out / "results.json", row_text(record, indent=1).encode())
    try:
        shares_of = {f"first {k}": {kind: rates[f"hit@{k}"] for kind, rates in found["kinds"].items()} for k in AT}
        bars(pyplot(), shares_of, out / "recall.png", "a relevant operation found")
    except MissingExtraError as error:
        console.print(f"{out / 'results.json'} is written, without pictures: {error}")
