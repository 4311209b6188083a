"""The 20 functions of a car: five as Octopus v2 has published them, the others as a driver would want them."""

from __future__ import annotations

from typing import Annotated, Literal

from octocall.types import Integer


def adjust_volume(volume_diff: Annotated[int | None, Integer(-10, 10)] = None, set_value: Annotated[int | None, Integer(0, 50)] = None) -> None:
    """Makes the sound of the car louder or quieter, by a difference or to a value; one of the two is given.

    Args:
        volume_diff: steps by which the volume changes, negative for quieter: 2 for a little, 5 where nothing is said, 10 for a lot
        set_value: the volume itself, from 0 to 50
    """


def set_climate_temperature(zone: Literal["driver", "passenger", "rear"], temperature: Annotated[int, Integer(60, 80)]) -> None:
    """Sets the air conditioning or heating of a part of the car to a temperature.

    Args:
        zone: the part of the car
        temperature: the temperature in degrees Fahrenheit, from 60 to 80
    """


def adjust_seat_position(
    seat: Literal["driver", "passenger"], position: Literal["forward", "backward", "up", "down"], distance: Annotated[int, Integer(1, 300)]
) -> None:
    """Moves a front seat by some millimetres.

    Args:
        seat: which seat moves
        position: the direction in which it moves
        distance: how far it moves, in millimetres
    """


def control_window(
    window: Literal["front left", "front right", "rear left", "rear right"], position: Literal["up", "down"], distance: Annotated[int, Integer(1, 600)]
) -> None:
    """Opens (down) or closes (up) a window by some millimetres.

    Args:
        window: which window moves
        position: up to close it, down to open it
        distance: how far it moves, in millimetres
    """


def operate_sunroof(action: Literal["open", "close", "tilt"], intensity: Annotated[int | None, Integer(0, 100)] = None) -> None:
    """Opens, closes or tilts the sunroof.

    Args:
        action: what the sunroof does
        intensity: how far, in percent
    """


def lock_doors(action: Literal["lock", "unlock"], doors: Literal["all", "driver", "passenger", "rear"] = "all") -> None:
    """Locks or unlocks the doors of the car.

    Args:
        action: whether they are locked or unlocked
        doors: which doors
    """


def control_trunk(action: Literal["open", "close"], lid: Literal["rear", "front"] = "rear") -> None:
    """Opens or closes the trunk (boot) of the car, or the one under the hood.

    Args:
        action: whether it opens or closes
        lid: the rear trunk, or the front one (frunk)
    """


def set_fan_speed(speed: Annotated[int, Integer(0, 7)]) -> None:
    """Sets how strongly the ventilation blows.

    Args:
        speed: from 0 (off) to 7 (strongest)
    """


def set_seat_heating(seat: Literal["driver", "passenger", "rear left", "rear right"], level: Annotated[int, Integer(0, 3)]) -> None:
    """Warms a seat, or stops warming it.

    Args:
        seat: which seat
        level: from 0 (off) to 3 (hottest)
    """


def defrost_window(window: Literal["windshield", "rear"], enabled: bool = True) -> None:
    """Clears a window of ice or mist, or stops doing so.

    Args:
        window: the windshield or the rear window
        enabled: whether the defroster is on
    """


def set_wipers(mode: Literal["off", "interval", "slow", "fast"], window: Literal["windshield", "rear"] = "windshield") -> None:
    """Sets the wipers.

    Args:
        mode: how they wipe
        window: the windshield or the rear window
    """


def set_headlights(mode: Literal["off", "auto", "parking", "low beam", "high beam"]) -> None:
    """Switches the lights in front of the car.

    Args:
        mode: which light
    """


def set_ambient_light(
    color: Literal["red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "off"], brightness: Annotated[int | None, Integer(0, 100)] = None
) -> None:
    """Lights the cabin in a colour.

    Args:
        color: the colour of the light, or off
        brightness: how bright, in percent
    """


def adjust_mirror(mirror: Literal["left", "right"], direction: Literal["up", "down", "inward", "outward", "fold", "unfold"]) -> None:
    """Moves an outside mirror.

    Args:
        mirror: which mirror
        direction: where it turns, or whether it folds in or out
    """


def set_drive_mode(mode: Literal["eco", "comfort", "sport", "snow", "off-road"]) -> None:
    """Chooses how the car drives.

    Args:
        mode: the way of driving
    """


def set_cruise_control(speed: Annotated[int, Integer(20, 90)], gap: Literal["short", "medium", "long"] = "medium") -> None:
    """Keeps a speed, and a distance from the car ahead.

    Args:
        speed: the speed in miles per hour, from 20 to 90
        gap: the distance from the car ahead
    """


def navigate_to(destination: str, avoid: Literal["nothing", "tolls", "highways", "ferries"] = "nothing") -> str:
    """Shows the way to a place.

    Args:
        destination: the place or address
        avoid: what the route should not use
    """


def find_charging_station(max_distance: Annotated[int | None, Integer(1, 200)] = None, fast: bool = False) -> str:
    """Looks for charging stations around the car.

    Args:
        max_distance: how far away at most, in miles
        fast: whether only fast chargers (direct current) count
    """


def play_radio(station: str) -> None:
    """Tunes the radio to a station.

    Args:
        station: name or frequency of the station
    """


def check_vehicle_status(item: Literal["battery", "range", "tire pressure", "oil", "washer fluid", "mileage", "next service"]) -> str:
    """Tells how it is with a part of the car.

    Args:
        item: what is asked about
    """


def irrelevant_function() -> None:
    """Nothing of the above: small talk, knowledge, wishes that no function of the car can fulfil."""
