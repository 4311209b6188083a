from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from octocall.bench.baselines.nearest import unit
from octocall.bench.retrieval import Hit, add, bench_retrieval, measure, read_queries, read_toolbench
from octocall.errors import DataError
from tests.bench.exams import hashed, open_data, write_lines

GIVEN = {"required_parameters": [{"name": "parcel id"}], "optional_parameters": [{"name": "full", "description": "All of it"}]}
TOOLS = [
    {**GIVEN, "tool_name": "Parcels", "api_name": name, "api_description": about} for name, about in (("Track", "Where a parcel is"), ("Fees", "What it costs"))
]
ROWS = [[{"query": "where is my parcel", "api_list": TOOLS, "relevant APIs": [["Parcels", "Track"], ["Parcels", "Fees"]]}]]


class Nothing:
    def search(self, vector: NDArray[np.float32], k: int) -> Sequence[Hit]:
        return [Hit(f"none/{i}", -1.0) for i in range(k)]


def test_operations_are_found_among_those_of_the_catalogue_and_the_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    queries, called = read_queries(open_data(tmp_path / "data"))
    home = add(Nothing(), called, hashed)
    write_lines(tmp_path / "bench" / "G1_tool.json.gz", ROWS)
    theirs, table = read_toolbench(tmp_path / "bench")
    assert list(table) == ["Parcels/Track", "Parcels/Fees"] and theirs[0].kind == "G1_tool"
    queries += theirs
    assert len(queries) == 9 and [p.name for p in table["Parcels/Track"].parameters] == ["parcel_id", "full"]
    bench_retrieval(add(home, table, hashed), hashed, queries, tmp_path / "report", {"added": 2})
    found = json.loads((tmp_path / "report" / "results.json").read_text())
    assert found["kinds"]["held out"]["hit@1"]["share"] == 1.0 and found["kinds"]["G1_tool"]["hit@5"]["right"] == 1
    assert found["kinds"]["G1_tool"]["recall@1"] <= 0.5 and found["latency_ms"]["search"]["p50"] <= found["latency_ms"]["whole"]["p50"]
    assert "held out" in capsys.readouterr().out


def test_what_is_not_found_counts(tmp_path: Path) -> None:
    found = measure(Nothing(), hashed, read_queries(open_data(tmp_path))[0])
    assert found["kinds"]["held out"]["hit@5"] == {"n": 8, "right": 0, "share": 0.0, "low": 0.0, "high": pytest.approx(0.324, abs=0.01)}


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
