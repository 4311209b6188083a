from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from octocall.bench.baselines.nearest import unit
from octocall.bench.retrieval import Find, Query, Widened, bench_retrieval, measure, read_queries, read_toolbench, within
from octocall.catalogue import Catalogue
from octocall.codecs.signature import Signature
from octocall.errors import DataError
from octocall.function import Function
from octocall.importing.run import save_catalogue
from octocall.runtimes.open import Understood
from tests.bench.exams import hashed, open_data, write_lines

GIVEN = {"required_parameters": [{"name": "parcel id"}], "optional_parameters": [{"name": "full", "description": "All of it"}]}
TOOLS = [
    {**GIVEN, "tool_name": "Parcels", "api_name": name, "api_description": about} for name, about in (("Track", "Where a parcel is"), ("Fees", "What it costs"))
]
ROWS = [[{"query": "where is my parcel", "api_list": TOOLS, "relevant APIs": [["Parcels", "Track"], ["Parcels", "Fees"]]}]]


def hashed_rows(functions: Sequence[Function]) -> list[Understood]:
    return [Understood(vector[None], vector) for vector in hashed([Signature(function).texts[0] for function in functions])]


def test_operations_are_found_among_those_of_the_catalogue_and_the_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    queries, called = read_queries(open_data(tmp_path / "data"))
    write_lines(tmp_path / "bench" / "G1_tool.json.gz", ROWS)
    theirs, table = read_toolbench(tmp_path / "bench")
    assert list(table) == ["Parcels/Track", "Parcels/Fees"] and theirs[0].kind == "G1_tool"
    queries += theirs
    assert len(queries) == 9 and [p.name for p in table["Parcels/Track"].parameters] == ["parcel_id", "full"]
    save_catalogue(called.items(), tmp_path / "apis", hashed_rows, "none")
    index = Widened(Catalogue.open(tmp_path / "apis"), table, hashed_rows)
    asked: list[str] = []
    systems: dict[str, Find] = {
        "base": lambda text, k: index.by_both(text, hashed([text])[0], k),
        "vectors": lambda text, k: index.by_vector(hashed([text])[0], k),
        "words": index.by_words,
    }
    bench_retrieval(systems, queries, tmp_path / "report", {"added": 2}, asked.append)
    found = json.loads((tmp_path / "report" / "results.json").read_text())
    for name in systems:
        kinds = found["systems"][name]["kinds"]
        assert kinds["held out"]["hit@1"]["share"] == 1.0 and kinds["G1_tool"]["hit@10"]["right"] == 1 and kinds["G1_tool"]["recall@1"] <= 0.5
    assert "held out" in capsys.readouterr().out and asked[-9:] == [query.text for query in queries] and found["latency_ms"]["whole request"]["p50"] >= 0


def test_what_is_not_found_counts(tmp_path: Path) -> None:
    found = measure(lambda text, k: [], read_queries(open_data(tmp_path))[0])
    assert found["kinds"]["held out"]["hit@5"] == {"n": 8, "right": 0, "share": 0.0, "low": 0.0, "high": pytest.approx(0.324, abs=0.01)}


def test_what_the_catalogue_left_out_as_the_same_is_asked_of_the_one_that_stands_for_it(tmp_path: Path) -> None:
    queries, called = read_queries(open_data(tmp_path / "data"))
    drum = called["home/drum"]
    given = [("home/lamp", called["home/lamp"]), ("home/drum", drum), ("other/drum", drum)]
    save_catalogue(given, tmp_path / "apis", hashed_rows_of_all, "none")
    found, lacking = within(Catalogue.open(tmp_path / "apis"), [*queries, Query("drum", frozenset({"other/drum"}), "x")], called)
    assert found[-1].relevant == {"home/drum"} and len(found) == len(queries) + 1 and set(lacking) == set(called) - {"home/lamp", "home/drum"}


def hashed_rows_of_all(functions: Sequence[Function]) -> list[Understood]:
    found = [hashed(Signature(function).texts) for function in functions]
    return [Understood(rows, rows[0]) for rows in found]


def test_bad_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_queries(tmp_path)
    with pytest.raises(DataError, match="has no"):
        read_toolbench(tmp_path)
    (tmp_path / "G1_tool.json").write_text("[{}]")
    with pytest.raises(DataError, match="no file of StableToolBench"):
        read_toolbench(tmp_path)


def test_vectors_of_length_one() -> None:
    assert np.allclose(unit([[3, 4], [0, 0]]), [[0.6, 0.8], [0, 0]])
