"""The simulated car: what moves stops at its end and says so, and everything is seen in its state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from octocall.call import Call
from octocall.devices.vehicle import Vehicle
from octocall.errors import DeviceError
from octocall.sources.python import load

EXAMPLES: dict[str, dict[str, Any]] = {
    "adjust_volume": {"volume_diff": -5},
    "set_climate_temperature": {"zone": "rear", "temperature": 75},
    "adjust_seat_position": {"seat": "driver", "position": "backward", "distance": 30},
    "control_window": {"window": "front left", "position": "down", "distance": 200},
    "operate_sunroof": {"action": "tilt", "intensity": 30},
    "lock_doors": {"action": "unlock"},
    "control_trunk": {"action": "open", "lid": "front"},
    "set_fan_speed": {"speed": 0},
    "set_seat_heating": {"seat": "rear right", "level": 3},
    "defrost_window": {"window": "windshield"},
    "set_wipers": {"mode": "fast", "window": "rear"},
    "set_headlights": {"mode": "high beam"},
    "set_ambient_light": {"color": "blue"},
    "adjust_mirror": {"mirror": "left", "direction": "outward"},
    "set_drive_mode": {"mode": "snow"},
    "set_cruise_control": {"speed": 65, "gap": "long"},
    "navigate_to": {"destination": "Boston", "avoid": "tolls"},
    "find_charging_station": {"fast": True},
    "play_radio": {"station": "KQED"},
    "check_vehicle_status": {"item": "tire pressure"},
}


@pytest.fixture
def car(tmp_path: Path) -> Vehicle:
    return Vehicle(tmp_path / "vehicle.db")


def said(car: Vehicle, name: str, **arguments: Any) -> str:
    return car.call(name, arguments)[0]


@pytest.mark.parametrize("function", load("octocall.catalogs.vehicle").functions[:-1], ids=lambda function: function.name)
def test_every_function_does_something_visible(car: Vehicle, function: Any) -> None:
    before = car.state()
    message, _ = car.call(function.name, EXAMPLES[function.name])
    assert car.state() != before
    assert ("simulated" in message) == (function.returns is not None)
    assert (car.asks(Call(function.name, EXAMPLES[function.name])) is not None) == (function.name in {"lock_doors", "control_trunk", "set_cruise_control"})


def test_closing_and_locking_need_no_permission(car: Vehicle) -> None:
    assert car.asks(Call("lock_doors", {"action": "lock"})) is None
    assert car.asks(Call("control_trunk", {"action": "close"})) is None
    assert car.asks(Call("lock_doors", {"action": "unlock", "doors": "rear"})) == "Unlock the rear doors?"


def test_windows_stop_at_their_ends(car: Vehicle) -> None:
    def moved(position: str, distance: int) -> str:
        return said(car, "control_window", window="rear right", position=position, distance=distance)

    assert moved("up", 10) == "The rear right window was closed already"
    assert moved("down", 200) == "The rear right window is open 200 of 600 mm"
    assert moved("down", 600) == "The rear right window is fully open; it went 400 of 600 mm"
    assert moved("down", 1) == "The rear right window was fully open already"
    assert moved("up", 600) == "The rear right window is closed"
    assert car.state()["settings"]["window_rear_right_open_mm"] == car.state()["settings"]["window_rear_left_open_mm"] == 0


def test_seats_stop_at_their_ends(car: Vehicle) -> None:
    def moved(position: str, distance: int) -> str:
        return said(car, "adjust_seat_position", seat="driver", position=position, distance=distance)

    assert moved("forward", 20) == "The driver seat is 170 of 300 mm forward"
    assert moved("backward", 300) == "The driver seat is as far backward as it goes; it went 170 of 300 mm"
    assert moved("down", 60) == "The driver seat is as far down as it goes"
    assert moved("up", 300) == "The driver seat is as far up as it goes; it went 120 of 300 mm"


def test_volume_by_steps_and_to_a_value(car: Vehicle) -> None:
    assert said(car, "adjust_volume", volume_diff=5) == "The volume is 20 of 50"
    assert said(car, "adjust_volume", set_value=47) == "The volume is 47 of 50"
    assert said(car, "adjust_volume", volume_diff=10) == "The volume is 50 of 50; it went 3 of 10 steps"
    assert said(car, "adjust_volume", volume_diff=0) == "The volume is 50 of 50"
    for arguments, given in (({}, "neither"), ({"volume_diff": 1, "set_value": 2}, "both")):
        with pytest.raises(DeviceError, match=f"{given} .*one of the two is expected"):
            car.call("adjust_volume", arguments)
    assert car.state()["settings"]["volume"] == 50


def test_the_sunroof_opens_tilts_and_closes(car: Vehicle) -> None:
    assert said(car, "operate_sunroof", action="open", intensity=60) == "The sunroof is open 60 %"
    assert said(car, "operate_sunroof", action="close", intensity=25) == "The sunroof is open 60 %"
    assert said(car, "operate_sunroof", action="close", intensity=75) == "The sunroof is open 25 %"
    assert said(car, "operate_sunroof", action="tilt") == "The sunroof is tilted 100 %"
    assert said(car, "operate_sunroof", action="close") == "The sunroof is closed"


def test_mirrors_turn_both_ways_but_not_when_folded(car: Vehicle) -> None:
    sentences = [said(car, "adjust_mirror", mirror="left", direction=direction) for direction in ("up", "down", "down", "inward")]
    assert sentences == [f"The left mirror is {where}" for where in ("2 degrees up", "in the middle again", "2 degrees down", "2 degrees inward")]
    for _ in range(4):
        last = said(car, "adjust_mirror", mirror="left", direction="inward")
    assert last == "The left mirror is as far inward as it goes"
    assert said(car, "adjust_mirror", mirror="left", direction="inward") == "The left mirror was as far inward as it goes already"
    said(car, "adjust_mirror", mirror="left", direction="fold")
    with pytest.raises(DeviceError, match="unfold it first"):
        said(car, "adjust_mirror", mirror="left", direction="outward")
    assert car.state()["settings"]["mirror_left_folded"] is True


def test_doors_one_by_one(car: Vehicle) -> None:
    assert said(car, "lock_doors", action="unlock") == "All doors are unlocked"
    assert said(car, "lock_doors", action="lock", doors="driver") == "The driver door is locked"
    assert [car.state()["settings"][f"door_{door}"] for door in ("driver", "passenger", "rear")] == ["locked", "unlocked", "unlocked"]


def test_light_keeps_its_brightness(car: Vehicle) -> None:
    assert said(car, "set_ambient_light", color="red", brightness=80) == "The ambient light is red, at 80 %"
    assert said(car, "set_ambient_light", color="off") == "The ambient light is off"
    assert said(car, "set_ambient_light", color="green") == "The ambient light is green, at 80 %"


def test_stations_within_reach(car: Vehicle) -> None:
    message, nearest = car.find_charging_station(max_distance=5)
    assert nearest == "Voltway Market Street" and "GreenPlug City Hall" in message and "Riverside" not in message
    with pytest.raises(DeviceError, match="no fast charging stations within 1 mile "):
        car.find_charging_station(1, fast=True)
    assert car.navigate_to("boston")[0] == Vehicle(car.path).navigate_to("boston")[0]
    assert car.state()["settings"]["destination"] == "boston"
