"""Files of requests: good rows are answered, bad ones named, and no file is lost or half written."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import octocall as package
from octocall.batch import plan_file
from octocall.errors import OctocallError
from octocall.model import Model
from tests.test_cli import COMMAND, NOW, octocall, shell

GOOD = '{"id": 1, "query": "lock the door"}\n'


@pytest.fixture(scope="module")
def phone() -> Model:
    return package.load("android")


@pytest.fixture
def plan(phone: Model, tmp_path: Path) -> Callable[..., tuple[list[dict[str, object]], list[str]]]:
    """Plans rows given as bytes: the answers, and what was complained of."""

    def run(content: bytes, now: datetime | None = None) -> tuple[list[dict[str, object]], list[str]]:
        source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        source.write_bytes(content)
        said: list[str] = []
        assert plan_file(phone, str(source), str(target), {"masked": True}, now=now, complain=said.append) == len(said)
        return [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()], said

    return run


def test_plan_answers_good_rows_and_names_bad_ones(tmp_path: Path) -> None:
    rows = ['{"id": "a", "query": "lock the door"}', "not json", '{"id": "c", "query": ""}', '{"id": "d", "query": "x", "now": "soon"}', "[1]",
            json.dumps({"id": "e", "query": "set an alarm in 20 minutes", "now": NOW})]  # fmt: skip
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(rows), encoding="utf-8")
    result = octocall("plan", "--input", str(source), "--output", str(target))
    assert result.returncode == 1
    assert [line.split(":")[0] for line in result.stderr.strip().splitlines()] == ["line 2", "line 3", "line 4", "line 5"]
    answers = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["id"] for row in answers] == ["a", "e"]
    assert answers[1]["calls"] == [{"name": "set_timer_alarm", "arguments": {"time": "10:50", "label": "alarm"}}]
    assert set(answers[0]) == {"id", "calls", "confidence", "latency_ms"}


def test_plan_on_standard_streams() -> None:
    result = octocall("plan", given=GOOD)
    assert result.returncode == 0 and json.loads(result.stdout)["id"] == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").symlink_to("/dev/full")
    result = octocall("plan", "--output", str(tmp_path / "out.jsonl"), given=GOOD)
    assert result.returncode == 2 and "could not be written" in result.stderr and "Traceback" not in result.stderr
    assert (tmp_path / "out.jsonl").is_symlink() and len(list(tmp_path.iterdir())) == 1


def test_what_was_done_before_the_disk_was_full_is_named(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    result = subprocess.run(
        [*COMMAND, "plan", "-o", str(target)], input=GOOD * 20, capture_output=True, text=True, timeout=120, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
    )  # fmt: skip
    (part,) = tmp_path.iterdir()
    assert result.returncode == 2 and f"what was done is in {part};" in result.stderr and part.stat().st_size == 1000


def test_strange_bytes_and_numbers(plan: Callable[..., tuple[list[dict[str, object]], list[str]]]) -> None:
    rows = [b'\xef\xbb\xbf{"id": 1, "query": "lock the door"}\r', '{"query": "text Bob caf\xe9"}'.encode("latin-1"), b'{"id": NaN, "query": "lock the door"}',
            b'{"id": 1e999, "query": "lock the door"}', b"[" * 200_000, b'{"id": "\\ud800", "query": "lock the door"}']  # fmt: skip
    answers, said = plan(b"\n".join(rows))
    assert [answer["id"] for answer in answers] == [1, "\ud800"]
    assert [message.split(":")[0] for message in said] == ["line 2", "line 3", "line 4", "line 5"]


def test_one_row_with_an_impossible_clock_ends_only_itself(plan: Callable[..., tuple[list[dict[str, object]], list[str]]]) -> None:
    row = '{"id": 2, "query": "wake me in 20 minutes", "now": "9999-12-31T23:59"}\n'
    answers, said = plan((row + GOOD).encode())
    assert [answer["id"] for answer in answers] == [1] and "1900 to 2100" in said[0]


def test_an_error_of_arithmetic_ends_only_its_row(phone: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Overflowing(Model):
        def trace(self, request: object, **_: object) -> Any:  # type: ignore[override]
            raise OverflowError("date value out of range")

    (tmp_path / "in.jsonl").write_text(GOOD)
    said: list[str] = []
    assert plan_file(Overflowing(phone.runtime, phone.codec), str(tmp_path / "in.jsonl"), "-", {"masked": True}, complain=said.append) == 1
    assert said == ["line 1: date value out of range"] and not capsys.readouterr().out


def test_rows_without_a_clock_take_the_one_given(plan: Callable[..., tuple[list[dict[str, object]], list[str]]]) -> None:
    answers, _ = plan(b'{"query": "set an alarm in 20 minutes"}', datetime.fromisoformat(NOW))
    assert answers[0]["calls"] == [{"name": "set_timer_alarm", "arguments": {"time": "10:50", "label": "alarm"}}]
    assert json.loads(octocall("plan", "--now", NOW, given='{"query": "set an alarm in 20 minutes"}').stdout)["calls"] == answers[0]["calls"]


def test_links_are_followed_and_the_mode_stays(phone: Model, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(GOOD)
    real, link = tmp_path / "real.out", tmp_path / "link.out"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    plan_file(phone, str(tmp_path / "in.jsonl"), str(link), {"masked": True}, complain=print)
    assert link.is_symlink() and "open_or_lock_door" in real.read_text() and real.stat().st_mode & 0o777 == 0o640


def test_a_pipe_is_written_to(phone: Model, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(GOOD)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()), daemon=True)
    reader.start()
    plan_file(phone, str(tmp_path / "in.jsonl"), str(pipe), {"masked": True}, complain=print)
    reader.join(20)
    assert "open_or_lock_door" in heard[0] and pipe.is_fifo()


def test_the_name_of_standard_output_keeps_what_is_there(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    shell(f"{{}} plan -o /dev/stdout >> {log} <<< '{GOOD}'; echo after >> {log}")
    lines = log.read_text().splitlines()
    assert lines[0] == "before" and json.loads(lines[1])["id"] == 1 and lines[2] == "after"


@pytest.mark.parametrize("target, reason", [("nowhere/x.jsonl", "No such file"), ("", "empty name"), (".", "directory")])
def test_a_target_that_cannot_be(phone: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, reason: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text(GOOD)
    with pytest.raises(OctocallError, match=reason) as caught:
        plan_file(phone, "in.jsonl", target, {"masked": True}, complain=print)
    assert ".part" not in str(caught.value) and os.listdir() == ["in.jsonl"]


def test_rows_are_answered_as_they_come_and_an_interruption_names_what_was_done(tmp_path: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*COMMAND, "plan"], text=True, bufsize=1, **pipes) as process:  # type: ignore[call-overload]
        for number in (1, 2):
            process.stdin.write(f'{{"id": {number}, "query": "lock the door"}}\n')
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
    target = tmp_path / "out.jsonl"
    with subprocess.Popen([*COMMAND, "plan", "-o", str(target)], text=True, bufsize=1, **pipes) as process:  # type: ignore[call-overload]
        process.stdin.write(GOOD + "not JSON\n")
        assert "line 2" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    (part,) = tmp_path.iterdir()
    assert process.returncode == 130 and f"what was done is in {part}" in said and json.loads(part.read_text())["id"] == 1
