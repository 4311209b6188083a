"""Carrying plans out: order, nested results, permission, dry run, failures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from octocall.agent import Agent, Functions
from octocall.call import Call, Outcome, Plan
from octocall.catalog import Catalog
from octocall.devices.phone import Phone
from octocall.errors import DeviceError

FORECAST = Call("get_weather_forecast", {"location": "Paris"})
TEXT = Call("send_text_message", {"contact_name": "Jo", "message": FORECAST})


class Diary:
    """Implementations that write down what was called."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def named(self, name: str, answer: Any = None) -> Callable[..., Any]:
        def implementation(**arguments: Any) -> Any:
            self.calls.append((name, arguments))
            if isinstance(answer, BaseException):
                raise answer
            return answer

        return implementation


def run(plan: Plan | Call, answers: dict[str, Any], risky: tuple[str, ...] = (), **options: Any) -> tuple[list[Outcome], Diary]:
    diary = Diary()
    device = Functions({name: diary.named(name, answer) for name, answer in answers.items()}, risky)
    plan = plan if isinstance(plan, Plan) else Plan((plan,))
    return Agent(device, **options).run(plan), diary


def test_result_of_the_inner_call_is_the_argument_of_the_outer() -> None:
    outcomes, diary = run(TEXT, {"get_weather_forecast": "sunny", "send_text_message": None})
    assert [(o.call, o.status) for o in outcomes] == [(FORECAST, "done"), (TEXT, "done")]
    assert diary.calls[-1] == ("send_text_message", {"contact_name": "Jo", "message": "sunny"})


def test_values_become_text_and_no_value_gives_the_message() -> None:
    _, diary = run(TEXT, {"get_weather_forecast": 21.5, "send_text_message": None})
    assert diary.calls[-1][1]["message"] == "21.5"
    _, diary = run(TEXT, {"get_weather_forecast": None, "send_text_message": None})
    assert diary.calls[-1][1]["message"] == "get_weather_forecast is done"


def test_failed_inner_call_fails_the_outer() -> None:
    outcomes, diary = run(TEXT, {"get_weather_forecast": RuntimeError("no network"), "send_text_message": None})
    assert [o.status for o in outcomes] == ["error", "error"]
    assert "no network" in outcomes[0].message
    assert "get_weather_forecast" in outcomes[1].message and "no network" in outcomes[1].message
    assert [name for name, _ in diary.calls] == ["get_weather_forecast"]


def test_refused_inner_call_fails_the_outer() -> None:
    outcomes, diary = run(TEXT, {"get_weather_forecast": "sunny", "send_text_message": None}, ("get_weather_forecast",))
    assert [o.status for o in outcomes] == ["refused", "error"]
    assert "was refused" in outcomes[1].message
    assert diary.calls == []


def test_parallel_calls_go_on_after_an_error() -> None:
    plan = Plan((Call("a"), Call("b"), Call("unknown"), Call("c")))
    outcomes, diary = run(plan, {"a": 1, "b": ValueError("broken"), "c": 3})
    assert [o.status for o in outcomes] == ["done", "error", "error", "done"]
    assert [o.value for o in outcomes] == [1, None, None, 3]
    assert "expected: a, b, c" in outcomes[2].message
    assert [name for name, _ in diary.calls] == ["a", "b", "c"]


@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit])
def test_interruption_passes_through(signal: type[BaseException]) -> None:
    diary = Diary()
    device = Functions({"a": diary.named("a", signal()), "b": diary.named("b")})
    with pytest.raises(signal):
        Agent(device).run(Plan((Call("a"), Call("b"))))
    assert [name for name, _ in diary.calls] == ["a"]


def test_confirmation_sees_the_call_with_its_results() -> None:
    asked: list[tuple[Call, str]] = []

    def confirm(call: Call, question: str) -> bool:
        asked.append((call, question))
        return True

    answers = {"get_weather_forecast": "sunny", "send_text_message": None}
    outcomes, _ = run(TEXT, answers, ("send_text_message",), confirm=confirm)
    assert [o.status for o in outcomes] == ["done", "done"]
    assert [call.arguments["message"] for call, _ in asked] == ["sunny"]
    assert "sunny" in asked[0][1]


def test_without_confirm_risky_calls_are_refused() -> None:
    outcomes, diary = run(Plan((Call("a"), Call("b"))), {"a": 1, "b": 2}, ("a",))
    assert [o.status for o in outcomes] == ["refused", "done"]
    assert outcomes[0].message == "Carry out a()? Not confirmed."
    assert [name for name, _ in diary.calls] == ["b"]


def test_dry_run_calls_and_asks_nothing() -> None:
    def confirm(call: Call, question: str) -> bool:
        raise AssertionError(question)

    answers = {"get_weather_forecast": "sunny", "send_text_message": None}
    outcomes, diary = run(TEXT, answers, ("send_text_message",), confirm=confirm, dry_run=True)
    assert [o.status for o in outcomes] == ["skipped", "skipped"]
    assert str(TEXT) in outcomes[1].message
    assert diary.calls == []


@pytest.mark.parametrize("dry_run", [False, True])
def test_missing_values_are_asked_for(android: Catalog, dry_run: bool) -> None:
    call = Call("make_phone_call", missing=("phone_number",))
    outcomes, diary = run(call, {"make_phone_call": None}, dry_run=dry_run, catalog=android)
    assert [(o.status, o.message) for o in outcomes] == [("refused", "Could you tell me the number to dial?")]
    outcomes, _ = run(call, {"make_phone_call": None}, dry_run=dry_run)
    assert outcomes[0].message == "Which phone number should make_phone_call take?"
    assert diary.calls == []


def test_inner_calls_of_an_incomplete_call_are_not_carried_out() -> None:
    outer = Call("send_text_message", {"message": FORECAST}, missing=("contact_name",))
    outcomes, diary = run(outer, {"get_weather_forecast": "sunny", "send_text_message": None})
    assert [(o.call, o.status) for o in outcomes] == [(FORECAST, "refused"), (outer, "refused")]
    assert outcomes[1].message == "Which contact name should send_text_message take?"
    assert diary.calls == []


def test_missing_value_inside_fails_the_outer() -> None:
    inner = Call("get_weather_forecast", missing=("location",))
    outer = Call("send_text_message", {"contact_name": "Jo", "message": inner})
    outcomes, diary = run(outer, {"get_weather_forecast": "sunny", "send_text_message": None})
    assert [o.status for o in outcomes] == ["refused", "error"]
    assert diary.calls == []


def test_irrelevant_request_is_refused() -> None:
    outcomes, diary = run(Call("irrelevant_function"), {"irrelevant_function": None})
    assert outcomes[0].status == "refused" and outcomes[0].message.endswith(".")
    assert diary.calls == []


def test_risky_names_must_be_implemented() -> None:
    with pytest.raises(DeviceError, match="'b' is named as risky"):
        Functions({"a": print}, ["b"])


def test_on_the_phone(tmp_path: Path) -> None:
    phone = Phone(tmp_path / "phone.db")
    plan = Plan((TEXT, Call("make_phone_call", missing=("phone_number",)), Call("take_a_photo", {"camera": "front"})))
    outcomes = Agent(phone, confirm=lambda call, question: True).run(plan)
    assert [o.status for o in outcomes] == ["done", "done", "refused", "done"]
    assert outcomes[2].message == "Which number should I call?"
    state = phone.state()
    assert state["messages"][0]["text"] == outcomes[0].value == state["lookups"][0]["answer"]
    assert [photo["file"] for photo in state["photos"]] == ["IMG_0001.jpg"]


def test_unusable_phone_is_an_error_of_each_call(tmp_path: Path) -> None:
    (tmp_path / "phone.db").write_bytes(b"no database " * 100)
    plan = Plan((Call("make_phone_call", {"phone_number": "+14155550199"}), Call("take_a_photo")))
    outcomes = Agent(Phone(tmp_path / "phone.db")).run(plan)
    assert [o.status for o in outcomes] == ["error", "error"]


def test_an_answer_to_a_question_becomes_the_value(android: Catalog, phone_home: Path) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return {"When does the event start?": "tomorrow at 3"}.get(question, "planning")

    call = Call("create_calendar_event", {}, ("title", "start_time"))
    agent = Agent(Phone(), catalog=android, answer=answer, now=datetime(2026, 3, 4, 10, 30))
    (outcome,) = agent.run(Plan((call,)))
    assert outcome.status == "done"
    assert asked == ["What should the event be called?", "When does the event start?"]
    assert outcome.call.arguments == {"title": "planning", "start_time": "2026-03-05-15-00", "end_time": "2026-03-05-16-00"}


def test_an_answer_that_is_no_value_leaves_the_call_refused(android: Catalog, phone_home: Path) -> None:
    call = Call("set_timer_alarm", {"label": "alarm"}, ("time",))
    (outcome,) = Agent(Phone(), catalog=android, answer=lambda question: "whenever").run(Plan((call,)))
    assert outcome.status == "refused" and outcome.message == "When should it ring?"
    assert Phone().state()["alarms"] == []


def test_a_doubtful_plan_is_confirmed_before_anything_happens() -> None:
    plan = Plan((FORECAST,), confidence=0.2)
    outcomes, diary = run(plan, {"get_weather_forecast": "sunny"}, sure=0.4)
    assert outcomes[0].status == "refused" and "20%" in outcomes[0].message and not diary.calls
    outcomes, diary = run(plan, {"get_weather_forecast": "sunny"}, sure=0.4, confirm=lambda call, question: True)
    assert outcomes[0].status == "done"
    outcomes, _ = run(Plan((FORECAST,), confidence=0.5), {"get_weather_forecast": "sunny"}, sure=0.4)
    assert outcomes[0].status == "done"
