"""The commands as functions: what they read, measure and write, without a bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from octocall import cli_bench
from tests.bench import exams, test_dialogues, test_leaderboard


def written(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "results.json").read_text())
    return found


def test_bfcl_names_rows_that_cannot_be_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test_leaderboard.exam(tmp_path)
    cli_bench.bfcl(tmp_path, model=False, report=tmp_path / "report")
    told = capsys.readouterr()
    assert "a tool that cannot be loaded: i3: odd" in told.err and "multi_turn_base.jsonl is of no single-turn category" in told.err
    assert "live_relevance" in told.out and written(tmp_path / "report")["left_out"] == ["multi_turn_base.jsonl"]


def test_sgd_tells_how_much_was_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test_dialogues.exam(tmp_path)
    cli_bench.sgd(tmp_path, rows=1, model=False, report=tmp_path / "report")
    assert "of the values of arguments 100.0 % stand in the requests" in capsys.readouterr().err
    assert written(tmp_path / "report")["turns"] == "2"


def test_v1_puts_retrieval_beside(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_bench, "_encode", lambda bundle: exams.hashed)
    cli_bench.v1(exams.open_data(tmp_path), model=False, report=tmp_path / "report")
    told = capsys.readouterr()
    assert "1 rows are left out" in told.err and "retrieval: function" in told.out
    assert 0 < float(str(written(tmp_path / "report")["threshold"])) <= 2
