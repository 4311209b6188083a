"""A smart home thermostat: target temperatures, modes, schedules, holidays, humidity, fan, zones and reports."""

import datetime
from typing import Annotated, Literal

from octocall.types import Email, Integer, Number

START_DEGREES = 19.0

targets: dict[str, float] = {}
modes: dict[str, str] = {}
fans: dict[str, str] = {}
humidities: dict[str, int] = {}
locks: dict[str, bool] = {}
boosts: dict[str, int] = {}
zones: dict[str, list[str]] = {}
schedule: list[dict] = []
holidays: list[dict] = []
reports: list[dict] = []
readings: dict[str, float] = {"temperature": 18.5, "humidity": 47, "co2": 620, "battery": 83}


def set_temperature(degrees: Annotated[float, Number(5, 35)], room: str = "whole house") -> str:
    """Set the target temperature of a room or zone, effective at once.

    Args:
        degrees: Target temperature in degrees Celsius.
        room: Name of the room or zone.
    """
    targets[room.lower()] = degrees
    return f"The target for {room} is now {degrees:g} °C."


def adjust_temperature(direction: Literal["warmer", "cooler"], degrees: Annotated[float, Number(0.5, 10)] = 1.0, room: str = "whole house") -> str:
    """Make a room or zone some degrees warmer or cooler than it is set now.

    Args:
        direction: Whether to raise or to lower the target temperature.
        degrees: By how many degrees.
        room: Name of the room or zone.
    """
    old = targets.get(room.lower(), START_DEGREES)
    new = min(35.0, max(5.0, old + degrees if direction == "warmer" else old - degrees))
    targets[room.lower()] = new
    return f"{room} goes from {old:g} to {new:g} °C."


def set_mode(mode: Literal["heat", "cool", "auto", "off"], room: str = "whole house") -> str:
    """Choose whether the system heats, cools, decides by itself or is switched off.

    Args:
        mode: Operating mode.
        room: Name of the room or zone.
    """
    modes[room.lower()] = mode
    return f"{room} is in mode {mode}."


def add_schedule(
    at: datetime.time,
    degrees: Annotated[float, Number(5, 35)],
    days: Literal["every day", "weekdays", "weekends", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "every day",
    room: str = "whole house",
) -> str:
    """Add a recurring change of the target temperature to the schedule.

    Args:
        at: Time of day at which the change takes place.
        degrees: Target temperature in degrees Celsius from that time on.
        days: Days on which it repeats.
        room: Name of the room or zone.
    """
    schedule.append({"at": at, "degrees": degrees, "days": days, "room": room})
    return f"Scheduled: {room} at {degrees:g} °C from {at}, {days}; {len(schedule)} entries in all."


def start_holiday(back: datetime.date, leave: datetime.date | None = None, degrees: Annotated[float, Number(5, 20)] = 12.0) -> str:
    """Put the house into holiday mode while everybody is away.

    Args:
        back: Day of return, when normal heating resumes.
        leave: Day of departure; today if not given.
        degrees: Low temperature to hold during the absence.
    """
    holidays.append({"leave": leave, "back": back, "degrees": degrees})
    return f"Holiday mode from {leave or 'today'} until {back} at {degrees:g} °C."


def boost_heating(minutes: Annotated[int, Integer(5, 240)] = 30, room: str = "whole house") -> str:
    """Run the heating at full power for a short while, then go back to normal.

    Args:
        minutes: Length of the boost in minutes.
        room: Name of the room or zone.
    """
    boosts[room.lower()] = minutes
    return f"Boosting {room} for {minutes} minutes."


def set_humidity(percent: Annotated[int, Integer(30, 70)], room: str = "whole house") -> str:
    """Set the relative humidity that the air is kept at.

    Args:
        percent: Target humidity in percent.
        room: Name of the room or zone.
    """
    humidities[room.lower()] = percent
    return f"The air in {room} is kept at {percent} % humidity."


def set_fan(speed: Literal["off", "low", "medium", "high", "auto"], room: str = "whole house") -> str:
    """Set the speed of the ventilation fan.

    Args:
        speed: Fan speed; auto runs it when needed.
        room: Name of the room or zone.
    """
    fans[room.lower()] = speed
    return f"The fan of {room} is on {speed}."


def read_sensor(quantity: Literal["temperature", "humidity", "co2", "battery"], room: str = "whole house") -> str:
    """Tell what the sensor of a room measures at the moment.

    Args:
        quantity: What to read: indoor temperature, humidity, carbon dioxide or the battery of the sensor.
        room: Name of the room or zone.
    """
    unit = {"temperature": "°C", "humidity": "%", "co2": "ppm", "battery": "%"}[quantity]
    return f"{quantity} in {room}: {readings[quantity]:g} {unit}."


def create_zone(name: str, rooms: list[str]) -> str:
    """Group several rooms into a new zone that is controlled as one.

    Args:
        name: Name of the new zone.
        rooms: Names of the rooms that belong to it.
    """
    zones[name] = list(rooms)
    return f"Zone {name} has {len(zones[name])} rooms: {', '.join(zones[name])}."


def email_report(
    address: Annotated[str, Email()],
    topic: Literal["energy", "temperature", "humidity"] = "energy",
    period: Literal["today", "week", "month", "year"] = "month",
) -> str:
    """Send a report on energy use or climate by email.

    Args:
        address: Email address that it goes to.
        topic: What the report is about.
        period: Span of time that it covers.
    """
    reports.append({"address": address, "topic": topic, "period": period})
    return f"The {topic} report ({period}) goes to {address}."


def lock_controls(locked: bool, room: str = "whole house") -> str:
    """Lock or unlock the buttons of the wall thermostat against unwanted changes.

    Args:
        locked: True to lock, False to unlock.
        room: Name of the room or zone where the panel hangs.
    """
    locks[room.lower()] = locked
    return f"The panel of {room} is {'locked' if locked else 'unlocked'}."
