"""``octocall teach`` as a user meets it: a process of its own, and a service over real HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from teacher_server import TOOLS, Fault, Scripted, parrot, serving

from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.spans import SpansCodec
from octocall.data.example import Example, read_examples, read_functions
from octocall.data.teach.config import TeachConfig
from octocall.data.teach.journal import FILE, Journal
from octocall.data.teach.lesson import Lesson
from octocall.data.teach.tasks import function_ids, make_tasks
from octocall.data.teachers.chat.service import Service
from octocall.data.teachers.common.placing import phrasing
from octocall.errors import OctocallError, TeacherError
from octocall.function import Function, Parameter
from octocall.sources import json_tools
from octocall.types import Text
from tests.conftest import small_tokenizer

KEY = "sk-the-most-secret-key"
COMMAND = [sys.executable, "-c", "from octocall.cli import main; main()"]
IDS = ["tools/garden.water", "tools/garden.moisture"]
NAMES = {"garden_water": IDS[0], "garden_moisture": IDS[1]}


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("OCTOCALL_TEACHER_KEY", KEY)
    (tmp_path / "tools.json").write_text(json.dumps(TOOLS))


def arguments(folder: Path, address: str, *more: str, out: str = "out", model: str = "parrot") -> list[str]:
    fixed = ["--teacher", address, "--teacher-model", model, "--out", str(folder / out), "--per-function", "8", "--batch", "4", "--wait", "0.02"]
    return [*COMMAND, "teach", str(folder / "tools.json"), *fixed, *more]


def teach(folder: Path, address: str, *more: str, out: str = "out", model: str = "parrot") -> subprocess.CompletedProcess[str]:
    command = arguments(folder, address, "--yes", *more, out=out, model=model)
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)


def rows(folder: Path, out: str = "out") -> list[Example]:
    functions = read_functions(folder / out / "functions.jsonl")
    return [example for side in ("train", "held_out") for example in read_examples(folder / out / f"{side}.jsonl", functions)]


def in_process(folder: Path, service: Service, config: TeachConfig, tools: Any = TOOLS, out: str = "out") -> Lesson:
    """A whole run without a process of its own."""
    with Lesson.opened(json_tools.read(tools).catalog, service, config, folder / out) as lesson:
        asyncio.run(lesson.hold(folder / "answers"))
        if lesson.journal.rows:
            lesson.write()
    return lesson


def test_a_source_becomes_an_open_data_folder(tmp_path: Path) -> None:
    with serving(seconds=0.03) as service:
        found = teach(tmp_path, service.address, "--price-in", "1", "--price-out", "5", "--limit", "3")
        asked = len(service.bodies)
        assert found.returncode == 0, found.stderr
        assert 1 < service.most <= 3 and set(service.keys) == {f"Bearer {KEY}"}
        # what was said before is what came: 2 functions, 12 rows each, of which 2 are near misses that need no arguments
        assert f"about {asked} requests" in found.stderr and asked == 2 * (2 + 1 + 1 + 2 * 10 + 2)
        assert f"{asked} answers paid, {100 * asked} tokens sent, {10 * asked} received, {asked * 150 / 1e6:.4f} spent" in found.stdout
        # neither the same folder nor another one pays again, and the rows are the same
        again, other = teach(tmp_path, service.address), teach(tmp_path, service.address, out="other")
        assert again.returncode == other.returncode == 0 and len(service.bodies) == asked
        assert "0 answers paid" in again.stdout and "0 answers paid" in other.stdout
    for name in ("functions.jsonl", "train.jsonl", "held_out.jsonl", "data_card.md"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    assert list(read_functions(tmp_path / "out" / "functions.jsonl")) == IDS
    found_rows = rows(tmp_path)
    assert Counter(row.kind for row in found_rows) == {"single": 16, "parallel": 4, "irrelevant": 4}
    for row in found_rows:
        check_row(row)


def check_row(row: Example) -> None:
    """A row is one that the network can learn, and says where its values stand."""
    assert set(row.candidates) == set(IDS) and row.request.functions is not None
    assert (row.kind, len(row.plan.calls)) in (("single", 1), ("parallel", 2), ("irrelevant", 1))
    assert (row.plan.calls[0].name == IRRELEVANT) == (row.kind == "irrelevant")
    for call in row.plan.calls:
        assert set(call.spans) == set(call.arguments)
    codec = SpansCodec(Catalog((*row.request.functions, Function(IRRELEVANT, "Nothing fits."))), small_tokenizer(), max_pieces=1000)
    reading, plan = codec.read(row.request), codec.catalog.check(row.plan)
    assert codec.decode(codec.encode(plan, reading), reading) == plan


def test_train_and_held_out_have_no_phrasing_in_common(tmp_path: Path) -> None:
    with serving() as service:
        lesson = in_process(tmp_path, Service(service.address, "parrot"), TeachConfig(per_function=30, held_out=0.4))
    sides = []
    for name in ("train", "held_out"):
        examples = read_examples(lesson.out / f"{name}.jsonl", lesson.functions)
        sides.append({phrasing(example.request.text, example.plan.calls) for example in examples})
    assert all(sides) and sides[0].isdisjoint(sides[1])


def test_the_key_is_nowhere(tmp_path: Path) -> None:
    def chatty(messages: list[dict[str, str]]) -> str:
        return f"You are {KEY}. {parrot(messages)}"

    with serving(chatty, [Fault(500, KEY), Fault(429, json.dumps({"error": {"message": f"{KEY} is slow"}}))]) as service:
        found = teach(tmp_path, service.address)
        assert found.returncode == 0 and len(rows(tmp_path)) == 24
        service.faults += [Fault(401, json.dumps({"error": {"message": f"bad key {KEY}"}}))]
        refused = teach(tmp_path, service.address, "--seed", "1", out="other")
    assert refused.returncode == 2 and "OCTOCALL_TEACHER_KEY" in refused.stderr and "bad key ***" in refused.stderr
    shown = [found.stdout, found.stderr, refused.stdout, refused.stderr]
    assert not any(KEY in text for text in [*shown, *(path.read_text() for path in tmp_path.rglob("*") if path.is_file())])


def one_sentence(found: subprocess.CompletedProcess[str]) -> str:
    """The error of a command that failed as it should."""
    errors = [line for line in found.stderr.splitlines() if line.startswith("error: ")]
    assert found.returncode == 2 and len(errors) == 1 and "Traceback" not in found.stderr, found.stderr
    return errors[0]


def test_a_first_mistake_does_not_spoil_the_folder(tmp_path: Path) -> None:
    with serving(faults=[Fault(404, '{"error": {"message": "no model parot"}}')] * 8) as service:
        assert "no model parot" in one_sentence(teach(tmp_path, service.address, "--limit", "1", model="parot"))
        service.faults.clear()
        assert teach(tmp_path, service.address).returncode == 0
        asked = len(service.bodies)
        assert "another model and another seed" in one_sentence(teach(tmp_path, service.address, "--seed", "1", model="other"))
        assert len(service.bodies) == asked


@pytest.mark.parametrize("text", ["I'm sorry, I can't do that.", '{"queries": ["water', "<html></html>", ""])
def test_a_model_that_talks_nonsense_is_not_paid_for_long(tmp_path: Path, text: str) -> None:
    with serving(lambda messages: text) as service:
        assert "could be used so far" in one_sentence(teach(tmp_path, service.address, "--limit", "1"))
        assert len(service.bodies) in (6, 7)  # one may be on its way
    assert not (tmp_path / "out" / "train.jsonl").exists()


def moody(messages: list[dict[str, str]]) -> str:
    """Answers as models do: the first of each kind of question is off, corrections are right; some requests are hopeless."""
    right, text, system = parrot(messages), messages[1]["content"], messages[0]["content"]
    corrected = len(messages) > 2 or "An earlier answer was rejected" in text
    if "lawn" in text and system.startswith("You read"):
        return json.dumps({"calls": [{"name": "mow", "arguments": {}}]})
    if "ferns" in text and system.startswith("You are a strict"):
        return json.dumps({"verdict": "no", "reason": f"I don't \ud800 like 'ferns' {len(text)}"})
    if corrected:
        return f"```json\n{right}\n```"
    if system.startswith("You write"):
        return right[: len(right) // 2]
    return right.replace('"minutes": "', '"minutes": "1').replace("the ", "a ")


def test_rows_are_made_again_until_they_are_right(tmp_path: Path) -> None:
    with serving(moody, usage=False) as service:
        found = teach(tmp_path, service.address, "--price-in", "1")
        assert found.returncode in (0, 1) and "about" in found.stdout
        texts = [row.request.text for row in rows(tmp_path) if row.kind != "irrelevant"]
        assert len(texts) >= 14 and not any("lawn" in text or "ferns" in text for text in texts)
        for row in rows(tmp_path):
            check_row(row)
        asked = len(service.bodies)
        # who gave up once does not try in vain again
        teach(tmp_path, service.address)
        assert len(service.bodies) == asked
        remarks = [body["messages"][1]["content"] for body in service.bodies if "An earlier answer was rejected" in body["messages"][1]["content"]]
        assert any("the judge says no" in remark for remark in remarks)
    card = (tmp_path / "out" / "data_card.md").read_text()
    assert "× the judge says no\n" in card and "there is no function … among the candidates" in card


def test_answers_of_the_wrong_kind_are_refused(tmp_path: Path) -> None:
    calls: dict[str, list[dict[str, Any]]] = {
        "one of the other kind": [{"name": "garden_moisture", "arguments": {"zones": ["the"]}}],
        "twice the same": [{"name": "garden_water", "arguments": {"zone": "roses", "minutes": "5"}}] * 2,
        "none": [],
    }

    def reply(messages: list[dict[str, str]]) -> str:
        text = messages[1]["content"]
        if messages[0]["content"].startswith("You write"):
            return json.dumps({"queries": [f"water the roses for 5 minutes, {name}" for name in calls]})
        name = next(name for name in calls if name in text)
        return json.dumps({"calls": calls[name]})

    with serving(reply) as service:
        config = TeachConfig(per_function=3, irrelevant=0, parallel=1, tries=1)
        lesson = in_process(tmp_path, Service(service.address, "m"), config)
    assert not lesson.journal.rows and lesson.missing == 12
    reasons = set(lesson.journal.reasons)
    assert {
        "not garden_water is called",
        "one call of garden_water is expected, 2 given",
        "two of the calls are the same",
        "two or more calls are expected, 0 given",
    } <= reasons


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Scripted, subprocess.Popen[str]]]:
    """A run in the middle of its rows, at a service that takes its time."""
    with serving(seconds=0.15) as service:
        command = arguments(tmp_path, service.address, "--yes", "--limit", "3")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        began = time.monotonic()
        while len(service.bodies) < 32 and time.monotonic() - began < 60:
            time.sleep(0.02)
        try:
            yield service, process
        finally:
            process.kill()
            process.wait()


def uninterrupted(folder: Path, service: Scripted) -> None:
    """Both folders hold what one run alone would have made, and no question was asked twice."""
    service.seconds = 0.0
    assert teach(folder, service.address).returncode == 0
    asked = [json.dumps(body["messages"]) for body in service.bodies]
    assert len(set(asked)) == len(asked) == 52
    assert teach(folder, service.address, "--cache", str(folder / "fresh"), out="alone").returncode == 0
    assert len(service.bodies) == 104
    for name in ("train.jsonl", "held_out.jsonl"):
        assert (folder / "out" / name).read_bytes() == (folder / "alone" / name).read_bytes()


def test_ctrl_c_keeps_everything_and_the_next_run_continues(tmp_path: Path, running: tuple[Scripted, subprocess.Popen[str]]) -> None:
    service, process = running
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130 and "same command again" in err and "Traceback" not in err and "Waiting for" in err
    assert 0 < len(rows(tmp_path)) < 24 and f"{len(service.bodies)} answers paid" in out
    uninterrupted(tmp_path, service)


def test_a_killed_run_loses_only_what_was_on_its_way(tmp_path: Path, running: tuple[Scripted, subprocess.Popen[str]]) -> None:
    service, process = running
    process.kill()
    process.wait()
    time.sleep(0.3)
    lost = len(service.bodies) - len(list((tmp_path / "cache").rglob("*.json")))
    assert 0 <= lost <= 3
    with (tmp_path / "out" / FILE).open("ab") as journal:
        journal.write(b'{"task": "tools/garden.water single", "pla')
    service.bodies[:] = service.bodies[lost:]  # their number counts below, and these were paid for in vain
    service.seconds = 0.0
    assert teach(tmp_path, service.address).returncode == 0 and len(service.bodies) == 52 and len(rows(tmp_path)) == 24


def test_two_runs_of_one_folder_are_refused(tmp_path: Path, running: tuple[Scripted, subprocess.Popen[str]]) -> None:
    service, _ = running
    service.seconds = 3.0
    assert "in use" in one_sentence(teach(tmp_path, service.address))


def test_more_rows_are_added_to_those_there_are(tmp_path: Path) -> None:
    with serving() as service:
        ask = Service(service.address, "parrot")
        in_process(tmp_path, ask, TeachConfig(per_function=5))
        before = {row.request.text for row in rows(tmp_path)}
        asked = len(service.bodies)
        lesson = in_process(tmp_path, ask, TeachConfig(per_function=15))
        after = {row.request.text for row in rows(tmp_path)}
        assert before < after and len(after) == lesson.journal.rows == 2 * (15 + 4 + 4)
        told = [body["messages"][1]["content"] for body in service.bodies[asked:] if "These are known already" in body["messages"][1]["content"]]
        assert told


def test_service_down_in_the_middle_keeps_what_there_is(tmp_path: Path) -> None:
    with serving(faults=[Fault(answered=True)] * 20 + [Fault(503, "down")] * 400) as service:
        told = one_sentence(teach(tmp_path, service.address, "--retries", "1", "--limit", "2"))
        kept = len(rows(tmp_path))
        assert "503, down" in told and f"{kept} rows are kept" in told and kept
        service.faults.clear()
        assert teach(tmp_path, service.address).returncode == 0 and len(rows(tmp_path)) == 24


def test_single_failures_are_told_and_asked_for_by_the_next_run(tmp_path: Path) -> None:
    with serving(faults=[Fault(answered=True)] * 20 + [Fault(503, "down")]) as service:
        found = teach(tmp_path, service.address, "--retries", "0")
        assert found.returncode == 1 and "without an answer 1" in found.stderr and "1 rows are missing" in found.stderr
        assert teach(tmp_path, service.address).returncode == 0 and len(rows(tmp_path)) == 24


def test_nothing_is_spent_without_a_yes(tmp_path: Path) -> None:
    with serving() as service:
        found = subprocess.run(arguments(tmp_path, service.address), capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
        assert "--yes" in one_sentence(found) and "24 rows of 2 functions" in found.stderr and "--price-in" in found.stderr
        for answer, code in ((b"n\n", 1), (b"\x03", 1), (b"y\n", 0)):
            assert not service.bodies
            main, side = pty.openpty()
            process = subprocess.Popen(
                arguments(tmp_path, service.address), stdin=side, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
            )
            assert process.stderr is not None
            if answer == b"\x03":
                while "Go on?" not in os.read(process.stderr.fileno(), 4096).decode():
                    pass
                process.send_signal(signal.SIGINT)
            else:
                os.write(main, answer)
            err = process.communicate(timeout=60)[1]
            os.close(main)
            os.close(side)
            assert process.returncode == code and "Traceback" not in err, err
        assert service.bodies


def test_mistakes_are_one_sentence(tmp_path: Path) -> None:
    assert "such as http" in one_sentence(teach(tmp_path, "nowhere"))
    (tmp_path / "file").write_text("")
    service = Service("http://localhost:1", "m")
    with pytest.raises(TeacherError, match="could not be written"):
        in_process(tmp_path, service, TeachConfig(), out="file")
    with pytest.raises(TeacherError, match="without functions"):
        in_process(tmp_path, service, TeachConfig(), [{"name": "irrelevant_function"}])


def test_without_httpx_the_command_to_paste_is_shown(tmp_path: Path) -> None:
    command = arguments(tmp_path, "http://localhost:1", "--yes")
    command[2] = f"import sys; sys.modules['httpx'] = None; {command[2]}"
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "pip install '.[data]'" in one_sentence(found)


def test_skipped_functions_are_named(tmp_path: Path) -> None:
    bad = {"name": "odd", "parameters": {"type": "object", "properties": {"x": {"not": {"type": "string"}}}}}
    (tmp_path / "tools.json").write_text(json.dumps([*TOOLS, bad]))
    with serving() as service:
        found = teach(tmp_path, service.address)
    assert found.returncode == 1 and "skipped: odd" in found.stderr and len(rows(tmp_path)) == 24


def test_objects_and_lists_of_them_are_taught(tmp_path: Path) -> None:
    inner = {"type": "object", "required": ["zone"], "properties": {"zone": {"type": "string"}, "minutes": {"type": "integer"}}}
    tool = {"name": "plan", "parameters": {"type": "object", "required": ["steps"], "properties": {"steps": {"type": "array", "items": inner}}}}

    def reply(messages: list[dict[str, str]]) -> str:
        step = {"You wri": {"queries": ["first roses for 5, then ferns"]}, "You are": {"verdict": "yes"},
                "You rea": {"calls": [{"name": "plan", "arguments": {"steps": [{"zone": "roses", "minutes": "5"}, {"zone": "ferns"}]}}]}}  # fmt: skip
        return json.dumps(step[messages[0]["content"][:7]])

    with serving(reply) as service:
        in_process(tmp_path, Service(service.address, "m"), TeachConfig(per_function=1, parallel=0, irrelevant=0), [tool])
    (row,) = rows(tmp_path)
    assert row.plan.calls[0].arguments == {"steps": [{"zone": "roses", "minutes": 5}, {"zone": "ferns"}]}


def test_candidates_are_neighbours_and_ids_are_their_own() -> None:
    functions = tuple(Function(f"get_{word}_{i}", f"Gets the {word}.", (Parameter("a", Text()),)) for word in ("song", "bill", "road") for i in range(20))
    catalog = Catalog((*functions, Function("x_1", "", original="x.1"), Function("x_2", "", original="x.1"), Function(IRRELEVANT, "")), "app")
    ids = function_ids(catalog)
    assert list(ids)[-2:] == ["app/x.1", "app/x.1_2"] and len(ids) == 62
    tasks = make_tasks(ids, TeachConfig(candidates=8))
    assert len(tasks) == 3 * 62 and all(len(task.candidates) == 8 and task.target in task.candidates for task in tasks)
    alike = [sum("song" in name for name in task.candidates) for task in tasks if "song" in task.target]
    assert sum(alike) / len(alike) > 4
    assert [list(task.candidates).index(task.target) for task in tasks[:30]].count(0) < 20
    assert tasks == make_tasks(ids, TeachConfig(candidates=8))


def test_a_journal_survives_what_is_wrong_in_it(tmp_path: Path) -> None:
    header = {"model": "m"}
    with Journal(tmp_path, header) as journal:
        journal.add_batch("t", 0, "2026-01-01T10:00", ["a", "b", "c"])
        journal.add_row("t", (0, 1), {"query": "b"})
        journal.add_rejected("t", (0, 0), "the value 'x' is odd \ud800")
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"task": "t", "place": [0]}\n{"task": "t", "batch": 1, "now": "soon", "queries": ["d"]}\n{"task": 7, "pl\n[1]\n\xff\xfe\n{"paid": [1]}\n{"torn')
    with Journal(tmp_path, header) as journal:
        assert journal.damaged == 7 and journal.rows == 1 and list(journal.task("t").pending) == [(0, 2)]
        journal.add_row("t", (0, 2), {"query": "c"})
    with Journal(tmp_path, header) as journal:
        assert journal.rows == 2 and not journal.task("t").pending and journal.reasons == {"the value … is odd ?": 1}
    with pytest.raises(TeacherError, match="another model"), Journal(tmp_path, {"model": "n"}):
        pass


def test_a_line_of_the_journal_that_is_no_row_is_named(tmp_path: Path) -> None:
    with serving() as service:
        lesson = in_process(tmp_path, Service(service.address, "m"), TeachConfig(per_function=1))
        with (lesson.out / FILE).open("a") as file:
            file.write('{"task": "tools/garden.water single", "place": [9, 9], "row": {"query": "b"}}\n')
        with pytest.raises(OctocallError, match=r"journal\.jsonl holds something else than a row"):
            in_process(tmp_path, Service(service.address, "m"), TeachConfig(per_function=1))


def test_settings_that_no_run_can_have() -> None:
    for wrong in ({"limit": 0}, {"held_out": 1.0}, {"timeout": 0.0}, {"price_in": float("nan")}, {"parallel": -1.0}, {"tries": 0}, {"wait": float("inf")}):
        with pytest.raises(OctocallError, match="was given"):
            TeachConfig(**wrong)  # type: ignore[arg-type]
