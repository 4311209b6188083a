"""The simulated phone: what each function does, and a state that survives company and damage."""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from octocall.call import Call
from octocall.catalog import Catalog
from octocall.devices.phone import Phone
from octocall.errors import DeviceError

SPAWN = multiprocessing.get_context("spawn")
NUMBER = "+14155550199"
EXAMPLES: dict[str, dict[str, Any]] = {
    "take_a_photo": {"camera": "front"},
    "get_trending_news": {"query": "bees", "language": "fr"},
    "get_weather_forecast": {"location": "Paris"},
    "send_email": {"recipient": "jo@example.com", "title": "Hi", "content": 'It\'s "me" 🐙\n再见'},
    "search_youtube_videos": {"query": "knots"},
    "find_route_google_maps": {"origin": "home", "destination": "the zoo", "mode": "walking"},
    "check_nest_smoke_detector_status": {},
    "send_text_message": {"contact_name": "Jo", "message": "hello"},
    "make_phone_call": {"phone_number": NUMBER},
    "create_contact": {"name": "Jo", "phone_number": NUMBER},
    "set_timer_alarm": {"time": "06:30"},
    "change_screen_brightness": {"level": 3},
    "create_calendar_event": {"title": "Dentist", "start_time": "2026-03-04-15-00"},
    "set_volume": {"level": 0, "volume_type": "ring"},
    "connect_to_bluetooth_device": {"device_name": "Car"},
    "enable_do_not_disturb": {"enabled": True},
    "set_nest_temperature": {"target_temperature": 68.5},
    "play_music_on_nest_hub": {"music_service": "Spotify", "music_name": "Jazz"},
    "play_video_on_nest_hub": {"video_service": "Netflix", "video_name": "Dark"},
    "open_or_lock_door": {"status": "open"},
}
LOOKUPS = {name for name in EXAMPLES if name.split("_")[0] in ("get", "search", "find", "check")}


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    return Phone(tmp_path / "deep" / "phone.db")


# Every function of the catalog ------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_does_something_visible(phone: Phone, android: Catalog, name: str) -> None:
    before = phone.state()
    message, value = phone.call(name, EXAMPLES[name])
    assert message
    assert (value is not None) == (android[name].returns is not None)
    assert phone.state() != before
    assert json.loads(json.dumps(phone.state())) == phone.state()
    assert ("simulated" in message) == (name in LOOKUPS or name == "connect_to_bluetooth_device")
    phone.reset()
    assert phone.state() == before


def test_examples_cover_the_catalog(android: Catalog) -> None:
    assert set(EXAMPLES) == {function.name for function in android} - {"irrelevant_function"}


@pytest.mark.parametrize("name", sorted(LOOKUPS))
def test_lookups_depend_on_their_arguments_alone(tmp_path: Path, name: str) -> None:
    answers = {Phone(tmp_path / f"{i}.db").call(name, EXAMPLES[name]) for i in range(3)}
    assert len(answers) == 1


def test_photos_are_counted(phone: Phone) -> None:
    assert [phone.take_a_photo()[1], phone.take_a_photo("front")[1]] == ["IMG_0001.jpg", "IMG_0002.jpg"]
    assert [photo["camera"] for photo in phone.state()["photos"]] == ["back", "front"]


def test_numbers_and_names_are_resolved_where_known(phone: Phone) -> None:
    phone.make_phone_call(NUMBER)
    phone.send_text_message("jo", "hi")
    phone.create_contact("Jo", NUMBER)
    assert phone.create_contact("Jo", NUMBER)[0] == f"Jo ({NUMBER}) was in the contacts already"
    assert phone.make_phone_call(NUMBER)[0] == f"Called Jo ({NUMBER})"
    phone.send_text_message("jo", "hi")
    state = phone.state()
    assert [call["contact"] for call in state["calls"]] == [None, "Jo"]
    assert [message["number"] for message in state["messages"]] == [None, NUMBER]
    assert len(state["contacts"]) == 1


def test_conflicting_events_are_noted(phone: Phone) -> None:
    phone.create_calendar_event("Standup", "2026-03-04-14-30", "2026-03-04-15-00")
    assert "conflict" not in phone.create_calendar_event("Dentist", "2026-03-04-15-00")[0]
    assert phone.create_calendar_event("Call", "2026-03-04-14-45")[0].endswith("; conflicts with “Standup”, “Dentist”")
    assert phone.state()["events"][1]["end_time"] == "2026-03-04-16-00"
    with pytest.raises(DeviceError, match="a later end is expected"):
        phone.create_calendar_event("Backwards", "2026-03-04-15-00", "2026-03-04-14-00")
    assert len(phone.state()["events"]) == 3


def test_short_bluetooth_timeout(phone: Phone) -> None:
    names = [f"device {i}" for i in range(20)]
    with pytest.raises(DeviceError, match="did not answer within 1 s"):
        for name in names:
            phone.connect_to_bluetooth_device(name, timeout=1)
    for name in names:
        phone.connect_to_bluetooth_device(name)


# Permission and arguments -----------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_asks_before_what_cannot_be_undone(phone: Phone, name: str) -> None:
    risky = name in {"make_phone_call", "send_text_message", "send_email", "open_or_lock_door"}
    assert (phone.asks(Call(name, EXAMPLES[name])) is not None) == risky


def test_locking_needs_no_permission_and_calling_names_the_contact(phone: Phone) -> None:
    assert phone.asks(Call("open_or_lock_door", {"status": "lock"})) is None
    phone.create_contact("Jo", NUMBER)
    assert phone.asks(Call("make_phone_call", {"phone_number": NUMBER})) == f"Call Jo ({NUMBER})?"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("reset", {}),
        ("__init__", {"path": "elsewhere"}),
        ("make_coffee", {}),
        ("irrelevant_function", {}),
        ("set_volume", {"level": 11, "volume_type": "ring"}),
        ("set_volume", {"level": 1, "volume_type": "television"}),
        ("set_volume", {"level": float("inf"), "volume_type": "ring"}),
        ("set_volume", {"level": 1}),
        ("take_a_photo", {"flash": True}),
        ("create_calendar_event", {"title": "x", "start_time": "tomorrow"}),
        ("create_calendar_event", {"title": "x", "start_time": "9999-12-31-23-30"}),
        ("set_timer_alarm", {"time": "25:00"}),
        ("set_timer_alarm", {"time": "06:30", "label": Call("take_a_photo")}),
        ("set_timer_alarm", {"time": "06:30", "label": "\udc80"}),
        ("get_weather_forecast", {"location": "\udc80"}),
    ],
)
def test_calls_that_do_not_fit_are_errors(phone: Phone, name: str, arguments: dict[str, Any]) -> None:
    before = phone.state()
    with pytest.raises(DeviceError):
        phone.call(name, arguments)
    assert phone.state() == before


def test_none_stands_for_the_default(phone: Phone) -> None:
    phone.call("create_calendar_event", {"title": "x", "start_time": "2026-03-04-23-30", "end_time": None})
    assert phone.state()["events"][0]["end_time"] == "2026-03-05-00-30"


# The file ---------------------------------------------------------------------------------------


def test_state_is_kept_and_its_place_is_looked_up_at_each_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = Phone()
    for folder in ("one", "two"):
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / folder))
        phone.change_screen_brightness(9)
        assert (tmp_path / folder / "octocall" / "phone.db").is_file()
        assert Phone().state()["settings"]["brightness"] == 9
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert Phone().path.is_relative_to(tmp_path / "home")


def _write_many(path: Path, name: str, count: int) -> None:
    phone = Phone(path)
    for i in range(count):
        phone.take_a_photo()
        phone.create_contact(f"{name} {i}", NUMBER)


def test_processes_lose_nothing_to_each_other(tmp_path: Path) -> None:
    path, count = tmp_path / "phone.db", 40
    writers = [SPAWN.Process(target=_write_many, args=(path, name, count)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0, 0]
    state = Phone(path).state()
    assert {c["name"] for c in state["contacts"]} == {f"{name} {i}" for name in ("a", "b") for i in range(count)}
    assert [photo["file"] for photo in state["photos"]] == [f"IMG_{i:04d}.jpg" for i in range(1, 2 * count + 1)]


def test_corrupt_file(tmp_path: Path) -> None:
    path = tmp_path / "phone.db"
    path.write_bytes(b"this is no database " * 300)
    for use in (Phone(path).state, Phone(path).reset, Phone(path).take_a_photo):
        with pytest.raises(DeviceError, match=r"phone\.db .*is expected: move this one away or delete it"):
            use()
    assert path.read_bytes() == b"this is no database " * 300


def test_damaged_pages(phone: Phone) -> None:
    for i in range(50):
        phone.create_contact(f"name {i} " * 20, NUMBER)
    content = phone.path.read_bytes()
    phone.path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(DeviceError, match="move this one away or delete it"):
        phone.state()


def test_database_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "phone.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE photos (id INTEGER)")
    with pytest.raises(DeviceError, match="another program"):
        Phone(path).reset()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("photos",)]


def test_file_of_a_later_version(phone: Phone) -> None:
    phone.take_a_photo()
    with sqlite3.connect(phone.path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(DeviceError, match="format 99"):
        phone.state()


def test_setting_that_is_no_json(phone: Phone) -> None:
    phone.change_screen_brightness(1)
    with sqlite3.connect(phone.path) as db:
        db.execute("UPDATE settings SET value = '{'")
    with pytest.raises(DeviceError, match="is damaged"):
        phone.state()


def test_folder_where_the_file_should_be(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="can be written is expected"):
        Phone(tmp_path).take_a_photo()
    (tmp_path / "file").touch()
    with pytest.raises(DeviceError, match="can be written is expected"):
        Phone(tmp_path / "file" / "phone.db").take_a_photo()


def _error_of(phone: Phone, text: str) -> str:
    try:
        phone.send_text_message("Jo", text)
    except DeviceError as error:
        return str(error)
    return ""


def _write_without_rights(path: Path, answer: Connection) -> None:
    if os.geteuid() == 0:
        os.setuid(65534)  # the super-user may write anywhere
    answer.send((_error_of(Phone(path), "hi"), _error_of(Phone(path.parent / "new" / "phone.db"), "hi")))


def _write_with_little_space(path: Path, answer: Connection) -> None:
    import resource

    limit = path.stat().st_size + 20_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    answer.send((_error_of(Phone(path), "x" * 1_000_000), _error_of(Phone(path), "short")))


def _in_process(target: Any, path: Path) -> Any:
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=target, args=(path, there))
    process.start()
    assert here.poll(60), "the process gave no answer"
    process.join(60)
    return here.recv()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX rights")
def test_read_only_folder() -> None:
    with tempfile.TemporaryDirectory() as name:  # unlike tmp_path, one that others may enter
        folder = Path(name)
        Phone(folder / "phone.db").take_a_photo()
        folder.chmod(0o555)
        try:
            errors = _in_process(_write_without_rights, folder / "phone.db")
        finally:
            folder.chmod(0o755)
        assert all("can be written is expected" in error for error in errors)
        assert Phone(folder / "phone.db").state()["messages"] == []


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX limits")
def test_full_disk(phone: Phone) -> None:
    phone.send_text_message("Jo", "before")
    full, short = _in_process(_write_with_little_space, phone.path)
    assert "free some and try again" in full
    assert short == ""
    assert [message["text"] for message in phone.state()["messages"]] == ["before", "short"]
