"""Asking a chat service over real HTTP: every way in which it can fail, and what a model may write."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from teacher_server import Fault, Scripted, serving

from octocall.data.teachers.chat.answers import read_calls, read_queries, read_verdict
from octocall.data.teachers.chat.cache import Cache
from octocall.data.teachers.chat.client import Client
from octocall.data.teachers.chat.service import Answer, NoAnswer, Service
from octocall.data.teachers.chat.wire import Wire
from octocall.data.teachers.common.task import Rejected
from octocall.errors import OctocallError, TeacherError

KEY = "sk-the-most-secret-key"
PAGE = "<!DOCTYPE html><html><body>Bad gateway</body></html>"
EMPTY = json.dumps({"choices": []})


def messages(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


class Asking:
    """Questions to a service, with a cache in a folder of the test."""

    def __init__(self, folder: Path, address: str, **settings: Any) -> None:
        self.service = Service(address, "parrot", **{"key": KEY, "wait": 0.02, "retries": 3, **settings})
        self.cache, self.paid = Cache(folder / "cache"), list[Answer]()

    def __call__(self, *questions: str, before: Callable[[Client], None] = lambda _: None) -> list[Any]:
        async def run() -> list[Any]:
            wire = Wire(self.service)
            client = Client(self.service, wire, self.cache, self.paid.append)
            before(client)
            try:
                return await asyncio.gather(*(client.ask(messages(question)) for question in questions), return_exceptions=True)
            finally:
                await wire.close()

        found = asyncio.run(run())
        return [answer.text if isinstance(answer, Answer) else answer for answer in found]


def echo(given: list[dict[str, str]]) -> str:
    return given[-1]["content"].upper()


def test_answers_come_once_and_are_kept(tmp_path: Path) -> None:
    with serving(echo) as service:
        ask = Asking(tmp_path, f"{service.address}/v1/")
        assert ask("a", "b", "ü\ud800") == ["A", "B", "Ü\ud800"]
        assert ask("b", "a", "c") == ["B", "A", "C"]
        assert len(service.bodies) == 4 and set(service.paths) == {"/v1/chat/completions"} and set(service.keys) == {f"Bearer {KEY}"}
        assert [(a.tokens_in, a.tokens_out, a.counted) for a in ask.paid] == [(100, 10, True)] * 4
        assert service.bodies[0]["max_tokens"] == 4000 and "temperature" not in service.bodies[0]
    # with the service gone the cache answers; a file in it that is damaged does not
    assert ask("a", "c") == ["A", "C"]
    for path in (tmp_path / "cache").rglob("*.json"):
        assert KEY not in path.read_text()
        path.write_text(path.read_text()[:-20])
    with serving(echo) as again:
        other = Asking(tmp_path, again.address, key="")
        assert other("a") == ["A"] and again.keys == [None] and again.paths == ["/v1/chat/completions"]


def test_other_settings_are_other_questions(tmp_path: Path) -> None:
    with serving(echo) as service:
        for settings in ({}, {"temperature": 0.5}, {"max_tokens": 0}, {"temperature": 0.5}):
            assert Asking(tmp_path, service.address, **settings)("a") == ["A"]
        assert len(service.bodies) == 3
        assert service.bodies[1]["temperature"] == 0.5 and "max_tokens" not in service.bodies[2]


PASSING = {
    "429": Fault(429, '{"error": {"message": "slow down"}}'),
    "500": Fault(500, "oops"),
    "502": Fault(502, PAGE, {"Content-Type": "text/html"}),
    "529": Fault(529, '{"error": "overloaded"}'),
    "408": Fault(408, ""),
    "half a body": Fault(answered=True, cut=25),
    "closed at once": Fault(cut=0),
    "half a JSON": Fault(body='{"choices": [{"message"'),
    "a web page": Fault(body=PAGE),
    "an empty body": Fault(body=""),
    "no choices": Fault(body=EMPTY),
    "no message": Fault(body='{"choices": [{"index": 0}]}'),
    "another shape": Fault(body='[1, "x"]'),
    "choices of another shape": Fault(body='{"choices": {"a": 1}}'),
    "an error with 200": Fault(body='{"error": {"code": 503, "message": "no provider"}}'),
    "too late": Fault(seconds=0.7, answered=True),
}


@pytest.mark.parametrize("name", PASSING)
def test_failures_that_pass_are_tried_again(tmp_path: Path, name: str) -> None:
    with serving(echo, [PASSING[name], PASSING[name]]) as service:
        ask = Asking(tmp_path, service.address, timeout=0.4)
        assert ask("a") == ["A"] and len(service.bodies) == 3 and len(ask.paid) == 1


def test_waits_double_and_a_question_is_given_up_in_the_end(tmp_path: Path) -> None:
    with serving(echo, [Fault(answered=True), *[Fault(500, "oops")] * 4]) as service:
        ask = Asking(tmp_path, service.address, wait=0.1, limit=1)
        first, second, third = ask("a", "b", "c")
        assert (first, third) == ("A", "C") and isinstance(second, NoAnswer) and "500, oops" in str(second)
        gaps = [after - before for before, after in zip(service.times[1:5], service.times[2:5], strict=False)]
        assert [0.05 * 2**i <= gap for i, gap in enumerate(gaps)] == [True] * 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured_by_all(tmp_path: Path, form: str) -> None:
    after = "1" if form == "seconds" else formatdate(time.time() + 2, usegmt=True)
    with serving(echo, [Fault(429, "", {"Retry-After": after})], seconds=0.05) as service:
        began = time.monotonic()
        assert Asking(tmp_path, service.address, limit=2)("a", "b", "c", "d") == ["A", "B", "C", "D"]
        least = 1.0 if form == "seconds" else 0.9
        assert time.monotonic() - began >= least
        # two were under way when one was told to wait; nothing was sent until that was over
        assert len(service.times) == 5 and service.times[2] - service.times[0] >= least - 0.05


def test_who_asks_to_wait_for_hours_is_not_waited_for(tmp_path: Path) -> None:
    for value in ("7200", "inf"):
        with serving(echo, [Fault(429, "", {"Retry-After": value})]) as service:
            (found,) = Asking(tmp_path, service.address)("a")
            assert isinstance(found, TeacherError) and "asks to wait" in str(found)
    with serving(echo, [Fault(429, "", {"Retry-After": value}) for value in ("soon", "-5", "nan")]) as service:
        assert Asking(tmp_path, service.address)("b") == ["B"]


def test_no_more_questions_at_a_time_than_allowed(tmp_path: Path) -> None:
    with serving(echo, seconds=0.05) as service:
        assert len(set(Asking(tmp_path, service.address, limit=3)(*map(str, range(12))))) == 12
        assert service.most == 3


LASTING = {
    "401": (Fault(401, json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}})), "OCTOCALL_TEACHER_KEY"),
    "402": (Fault(402, '{"error": {"message": "Insufficient Balance"}}'), "wants to be paid"),
    "404": (Fault(404, '{"error": {"message": "model parrot not found"}}'), "model parrot not found"),
    "405": (Fault(405, PAGE), "ends in /v1"),
    "307": (Fault(307, "", {"Location": "https://elsewhere.example/v1?secret=x"}), "'https://elsewhere.example/v1'"),
    "403": (Fault(403, '{"detail": "not in your country"}'), "not in your country"),
    "400": (Fault(400, '{"message": "model is required"}'), "model is required"),
    "no money": (Fault(429, '{"error": {"code": "insufficient_quota", "message": "You exceeded your quota"}}'), "You exceeded"),
}


@pytest.mark.parametrize("name", LASTING)
def test_failures_that_last_are_one_sentence_and_asked_once(tmp_path: Path, name: str) -> None:
    fault, words = LASTING[name]
    with serving(echo, [fault]) as service:
        (found,) = Asking(tmp_path, service.address)("a")
        assert isinstance(found, TeacherError) and words in str(found) and "\n" not in str(found)
        assert KEY not in str(found) and "secret" not in str(found) and len(service.bodies) == 1


def test_a_question_that_is_declined_leaves_the_others(tmp_path: Path) -> None:
    with serving(echo, [Fault(answered=True), Fault(400, '{"error": {"code": "content_filter", "message": "filtered"}}')]) as service:
        first, second, third = Asking(tmp_path, service.address, limit=1)("a", "b", "c")
        assert (first, third) == ("A", "C") and isinstance(second, NoAnswer) and "filtered" in str(second)


def test_a_service_that_goes_down_ends_the_run(tmp_path: Path) -> None:
    with serving(echo, [Fault(answered=True), *[Fault(500)] * 100]) as service:
        found = Asking(tmp_path, service.address, limit=1, retries=1, wait=0.0)(*"abcdefgh")
        assert [type(one) for one in found[:6]] == [str, NoAnswer, NoAnswer, NoAnswer, NoAnswer, TeacherError]
        assert "in a row" in str(found[5])


def test_where_nothing_listens_is_said_soon(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        (found,) = Asking(tmp_path, f"http://127.0.0.1:{closed.getsockname()[1]}", retries=9)("a")
    assert isinstance(found, TeacherError) and "no connection" in str(found)
    with serving(echo, [Fault(body=PAGE)] * 10) as service:
        (found,) = Asking(tmp_path, service.address, retries=9)("a")
        assert isinstance(found, TeacherError) and "web page" in str(found) and len(service.bodies) == 3


def test_a_service_with_another_name_for_the_limit(tmp_path: Path) -> None:
    fault = Fault(400, '{"error": {"message": "Unsupported parameter: max_tokens. Use max_completion_tokens instead."}}')
    with serving(echo, [fault]) as service:
        assert Asking(tmp_path, service.address)("a", "b") == ["A", "B"]
        assert [("max_tokens" in body, "max_completion_tokens" in body) for body in service.bodies].count((False, True)) >= 1


def test_what_is_on_its_way_when_a_run_is_called_off_is_kept(tmp_path: Path) -> None:
    async def run(service: Scripted) -> None:
        ask = Asking(tmp_path, service.address)
        wire = Wire(ask.service)
        client = Client(ask.service, wire, ask.cache, ask.paid.append)
        task = asyncio.create_task(client.ask(messages("a")))
        await asyncio.sleep(0.1)
        task.cancel()
        await client.drain(5)
        await wire.close()
        assert len(ask.paid) == 1 and client.flying == 0

    with serving(echo, seconds=0.3) as service:
        asyncio.run(run(service))
        assert Asking(tmp_path, service.address)("a") == ["A"] and len(service.bodies) == 1


@pytest.mark.parametrize(
    "content, text",
    [([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"), (None, ""), (7, ""), (["a", {"x": 1}], "a")],
)  # fmt: skip
def test_content_in_parts_and_none(tmp_path: Path, content: Any, text: str) -> None:
    body = {"choices": [{"message": {"content": content, "refusal": None}, "finish_reason": None}], "usage": {"prompt_tokens": "x", "completion_tokens": -1}}
    with serving(echo, [Fault(body=json.dumps(body))]) as service:
        ask = Asking(tmp_path, service.address)
        assert ask("a") == [text] and not ask.paid[0].counted and ask.paid[0].tokens_in > 10


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"address": "localhost:8000"}, "such as http"), ({"address": "ftp://x"}, "such as http"), ({"address": "http://"}, "such as http"),
        ({"address": "http://x:99999"}, "such as http"), ({"address": "http://jo:hunter2@x/v1"}, "OCTOCALL_TEACHER_KEY"),
        ({"address": "http://ex ample"}, "such as http"),
        ({"model": " "}, "model"), ({"key": "a\nb"}, "key"), ({"key": "schlüssel"}, "key"), ({"address": ""}, "such as http"),
    ],
)  # fmt: skip
def test_addresses_and_keys_that_cannot_be_used(settings: dict[str, str], words: str) -> None:
    with pytest.raises(TeacherError, match=words) as found:
        Service(**{"address": "http://x", "model": "m", **settings})
    assert "hunter2" not in str(found.value) and settings.get("key", "-") not in str(found.value).replace("http", "")


@pytest.mark.parametrize(
    "given, endpoint",
    [
        ("http://x:8000", "http://x:8000/v1/chat/completions"), ("http://x/", "http://x/v1/chat/completions"), ("https://x/api/v1", "https://x/api/v1/chat/completions"),
        ("https://x/v1/chat/completions/", "https://x/v1/chat/completions"), ("https://x/openai?api-version=1", "https://x/openai/chat/completions?api-version=1"),
    ],
)  # fmt: skip
def test_endpoints(given: str, endpoint: str) -> None:
    service = Service(given, "m", KEY)
    assert service.endpoint == endpoint and "?" not in service.shown and KEY not in repr(service)


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with serving(echo) as service:
        (found,) = Asking(tmp_path, service.address)("a")
        assert isinstance(found, OctocallError) and "could not be made" in str(found)


@pytest.mark.parametrize(
    "text, found",
    [
        ('{"queries": ["a b", " c\\n d "]}', ["a b", "c d"]),
        ('Sure! Here they are:\n```json\n{"queries": ["a b"]}\n```\nEnjoy [them].', ["a b"]),
        ('<think>{"queries": ["no"]} hm</think>["a b", {"query": "c d"}, {"x": 1}, 7, null, ""]', ["a b", "c d"]),
        ('{"requests": [{"request": "a b"}, {"text": "A B!"}]}', ["a b"]),
        ('As [asked] and {planned}: ["a b"]', ["a b"]),
        (json.dumps(["ok then", "x" * 700, "bell\x07", "half \ud800", "?!"]), ["ok then"]),
    ],
)  # fmt: skip
def test_requests_are_read_as_models_write_them(text: str, found: list[str]) -> None:
    assert read_queries(Answer(text)) == found


@pytest.mark.parametrize(
    "text, finish, why",
    [
        ("", "stop", "empty"), ("I cannot help with that.", "stop", "no JSON"),
        ('{"queries": ["a b", "c', "length", "--max-tokens"), ('{"queries": ["a b", "c', "stop", "broken"),
        ("", "length", "--max-tokens"), ("", "content_filter", "refused"), ('{"queries": []}', "stop", "no request"), ('{"queries": "a b"}', "stop", "no list"),
        ("{'queries': ['a b']}", "stop", "no JSON"), ("<html>[]</html>", "stop", "no request"),
        ("[" * 100_000, "stop", "broken"), ('{"a": ' * 50_000, "stop", "broken"),
        ("<think>" + '{"queries": ["a b"]}', "length", "--max-tokens"),
    ],
)  # fmt: skip
def test_requests_that_cannot_be_read(text: str, finish: str, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        read_queries(Answer(text, finish))


@pytest.mark.parametrize(
    "text, found",
    [
        ('{"calls": [{"name": "f", "arguments": {"x": 1}}]}', [("f", {"x": 1})]),
        ('{"name": "f", "arguments": "{\\"x\\": 1}"}', [("f", {"x": 1})]),
        ('[{"function": {"name": "f", "arguments": {}}}, {"function": "g", "parameters": {"y": "z"}}]', [("f", {}), ("g", {"y": "z"})]),
        ('{"tool_calls": [{"type": "function", "function": {"name": "f"}}]}', [("f", {})]),
        ('{"calls": {"name": "f"}}', [("f", {})]),
        ('{"calls": []}', []),
    ],
)  # fmt: skip
def test_calls_are_read_as_models_write_them(text: str, found: list[Any]) -> None:
    assert read_calls(Answer(text)) == found


@pytest.mark.parametrize(
    "text, why",
    [
        ('{"calls": [{"name": "f", "arguments": {"x": 1}}, {"name": "g", "argu', "broken"), ('{"calls": [{"name": "f", "arguments": {"x": 1}},]}', "broken"),
        ('{"calls": "f"}', "no list"), ('{"calls": [1]}', "without a name"), ('{"calls": [{"name": 3}]}', "without a name"),
        ('{"name": "f", "arguments": "x"}', "no object"), ('{"name": "f", "arguments": [1]}', "no object"), ('{"name": "f", "arguments": {"x": NaN}}', "broken"),
        ('{"name": "f", "arguments": {"x": 1e999}}', "broken"), ("f(x=1)", "no JSON"),
    ],
)  # fmt: skip
def test_calls_that_cannot_be_read(text: str, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        read_calls(Answer(text))


def test_verdicts() -> None:
    assert read_verdict(Answer('{"verdict": "yes", "reason": "fine"}')) == (True, "fine")
    assert read_verdict(Answer('```\n{"verdict": false}\n```')) == (False, "")
    assert read_verdict(Answer("Yes.")) == (True, "") and read_verdict(Answer(" **No** ")) == (False, "")
    for text in ("perhaps", '{"verdict": "perhaps"}', "[]", '{"answer": "yes"}', ""):
        with pytest.raises(Rejected):
            read_verdict(Answer(text))
