"""What holds for every simulated device: all calls of its catalog are answered, nothing is lost, and the command line finds it."""

from __future__ import annotations

import inspect
import io
import json
import multiprocessing
import random
import sqlite3
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from octocall import cli_device
from octocall.agent import Agent, Functions
from octocall.call import Call, Plan
from octocall.catalog import IRRELEVANT, Catalog
from octocall.cli import app
from octocall.devices import device_for, names
from octocall.devices.simulated import Simulated
from octocall.errors import DeviceError
from octocall.function import Function
from octocall.sources.python import load
from octocall.types import Context

SPAWN = multiprocessing.get_context("spawn")
CLOCK = datetime(2026, 3, 4, 10, 30)
HARD = ("x", 'It\'s "me" 🐙\n再见', "“quoted”; DROP TABLE stores", "\x00\u202e", "D-1001", "a " * 300, "\udc80")
VISIBLE: dict[str, tuple[str, dict[str, Any]]] = {
    "phone": ("take_a_photo", {}),
    "vehicle": ("adjust_volume", {"volume_diff": 1}),
    "yelp": ("save_business", {"business": "x"}),
    "doordash": ("get_delivery_quote", {"pickup_address": "a", "dropoff_address": "b"}),
}
"""One call of each device that changes its state."""


def simulated(name: str, path: Path | None = None) -> Simulated:
    found = device_for(name, path)
    assert found is not None
    return found


def catalog_of(device: Simulated) -> Catalog:
    return load(f"octocall.catalogs.{device.catalog}")


# Every function of every catalog ------------------------------------------------------------------


def test_every_catalog_has_its_device() -> None:
    assert {"doordash", "phone", "vehicle", "yelp"} <= set(names())
    for catalog, kind in (("android", "Phone"), ("vehicle", "Vehicle"), ("yelp", "Yelp"), ("doordash", "DoorDash"), ("phone", "Phone")):
        assert type(simulated(catalog)).__name__ == kind
    for name in ("base", "simulated", "store", "toaster", "", "../phone", "os.path"):
        assert device_for(name) is None


@pytest.mark.parametrize("name", names())
def test_methods_have_the_signatures_of_the_catalog(name: str) -> None:
    device = simulated(name)
    for function in catalog_of(device):
        parameters = inspect.signature(getattr(type(device), function.name)).parameters
        assert list(parameters) == ["self", *(p.name for p in function.parameters)]
        for parameter in function.parameters:
            default = parameters[parameter.name].default
            assert default is inspect.Parameter.empty if parameter.required else default == parameter.default


@pytest.mark.parametrize("name", names())
def test_every_required_value_has_a_question(name: str) -> None:
    device = simulated(name)
    for function in catalog_of(device):
        for parameter in function.parameters:
            question = device.asks(Call(function.name, missing=(parameter.name,)))
            assert question is None if not parameter.required else question and question.endswith("?"), f"{function.name}.{parameter.name}"


def sample(device: Simulated, function: Function, rng: random.Random) -> dict[str, Any]:
    """Arguments that the signature allows: of the values of its types, hard texts, and ids that are known."""
    known = [row["delivery"] for row in device.state().get("deliveries", ())]
    arguments: dict[str, Any] = {}
    for parameter in function.parameters:
        if parameter.required or rng.random() < 0.5:
            value = parameter.type.sample(rng, Context(CLOCK)).value
            free = parameter.type.schema() == {"type": "string", "minLength": 1}
            arguments[parameter.name] = rng.choice([*HARD, value, *known * 4]) if free else value
    return arguments


@settings(max_examples=30)
@given(name=st.sampled_from(names()), seed=st.integers(0, 2**32))
def test_whatever_fits_the_catalog_is_answered_in_a_sentence(name: str, seed: int) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        device = type(simulated(name))(Path(folder) / "state.db", lambda: CLOCK)
        catalog = catalog_of(device)
        for function in rng.choices(catalog.functions, k=8):
            call = Call(function.name, sample(device, function, rng))
            before = device.state()
            try:
                question = device.asks(call)
                assert device.state() == before, f"the question before {call} changed something"
                message, value = device.call(call.name, call.arguments)
            except DeviceError as error:
                assert str(error) and not str(error).startswith("/"), call
                assert device.state() == before, f"{call} failed and changed something"
                continue
            assert question is None or question.endswith("?")
            assert message and (value is not None) == (function.returns is not None)
            # so that it can stand in the call around it
            assert value is None or (isinstance(value, str) and value.strip())
            assert json.loads(json.dumps(device.state())) == device.state()


@pytest.mark.parametrize("name", names())
def test_what_fits_nothing_is_an_error(name: str, tmp_path: Path) -> None:
    device = simulated(name, tmp_path / "state.db")
    for call in (Call(IRRELEVANT), Call("reset"), Call("__init__", {"path": "elsewhere"}), Call("state"), Call("make_coffee")):
        with pytest.raises(DeviceError):
            device.call(call.name, call.arguments)
    with pytest.raises(DeviceError, match=r"nothing .* does what was asked"):
        device.call(IRRELEVANT, {})


@pytest.mark.parametrize("name", VISIBLE)
def test_a_reset_forgets_everything(name: str, tmp_path: Path) -> None:
    device = simulated(name, tmp_path / "deep" / "state.db")
    empty = device.state()
    device.call(*VISIBLE[name])
    assert simulated(name, tmp_path / "deep" / "state.db").state() == device.state() != empty
    device.reset()
    assert device.state() == empty


@pytest.mark.parametrize("name", ["vehicle", "yelp", "doordash"])
def test_a_file_that_is_none_of_octocall_is_left_alone(name: str, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE stores (id INTEGER)")
    device = simulated(name, path)
    for use in (device.state, device.reset, lambda: device.call(*VISIBLE[name])):
        with pytest.raises(DeviceError, match="another program"):
            use()


# Two processes ------------------------------------------------------------------------------------


def _use(path: Path, count: int) -> None:
    vehicle, doordash = simulated("vehicle", path / "vehicle.db"), simulated("doordash", path / "doordash.db")
    for _ in range(count):
        vehicle.call("control_window", {"window": "rear left", "position": "down", "distance": 5})
        doordash.call("get_delivery_quote", {"pickup_address": "here", "dropoff_address": "there"})


def test_processes_lose_nothing_to_each_other(tmp_path: Path) -> None:
    count = 30
    users = [SPAWN.Process(target=_use, args=(tmp_path, count)) for _ in range(2)]
    for user in users:
        user.start()
    for user in users:
        user.join(120)
    assert [user.exitcode for user in users] == [0, 0]
    assert simulated("vehicle", tmp_path / "vehicle.db").state()["settings"]["window_rear_left_open_mm"] == 2 * count * 5
    deliveries = simulated("doordash", tmp_path / "doordash.db").state()["deliveries"]
    assert [row["delivery"] for row in deliveries] == [f"D-{1001 + i}" for i in range(2 * count)]


# The command line ---------------------------------------------------------------------------------


def test_the_state_is_shown_and_forgotten(phone_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    simulated("vehicle").call("set_fan_speed", {"speed": 5})
    assert (phone_home / "octocall" / "vehicle.db").is_file()
    cli_device.device("vehicle", as_json=True)
    assert json.loads(capsys.readouterr().out)["settings"]["fan_speed"] == 5
    cli_device.device("vehicle", reset=True, yes=True)
    shown = capsys.readouterr()
    assert "Everything on the simulated car is forgotten." in shown.err and not shown.out
    cli_device.device("vehicle")
    assert "fan_speed: 2" in capsys.readouterr().out
    app(["device", "yelp"], standalone_mode=False)
    assert "businesses (0)" in capsys.readouterr().out
    with pytest.raises(DeviceError, match="no device 'toaster' is simulated; expected: doordash, "):
        cli_device.device("toaster")


def test_nothing_is_forgotten_unasked(phone_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    simulated("doordash").call("create_store", {"name": "Acme", "address": "1 Main Street"})
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    with pytest.raises(typer.Exit):
        cli_device.device("doordash", reset=True)
    assert "Nothing was forgotten." in capsys.readouterr().err
    assert len(simulated("doordash").state()["stores"]) == 1


def test_a_plan_is_carried_out_on_the_device_of_its_catalog(phone_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalog = load("octocall.catalogs.doordash")
    device, real = cli_device.acting(catalog)
    quote = Call("get_delivery_quote", {"pickup_address": "here", "dropoff_address": "there"})
    outcomes = Agent(device, lambda call, question: True, catalog=catalog).run(Plan((Call("accept_quote", {"delivery_id": quote}),)))
    assert real and [outcome.status for outcome in outcomes] == ["done", "done"]
    assert simulated("doordash").state()["deliveries"][0]["status"] == "created"
    station = Call("navigate_to", {"destination": Call("find_charging_station")})
    outcomes = Agent(cli_device.acting(load("octocall.catalogs.vehicle"))[0]).run(Plan((station,)))
    assert outcomes[1].message.startswith("Route to Voltway Market Street: 2 miles")
    assert not capsys.readouterr().err


def test_functions_without_a_device_are_only_shown(capsys: pytest.CaptureFixture[str]) -> None:
    for functions, said in (((Function("brew", "Makes coffee."),), True), ((Function(IRRELEVANT, "Nothing."),), False)):
        device, real = cli_device.acting(Catalog(functions, "kitchen"))
        assert isinstance(device, Functions) and not real
        assert ("has the functions of kitchen" in capsys.readouterr().err) == said
