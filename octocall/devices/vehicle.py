"""A simulated car: what the functions of ``catalogs/vehicle.py`` do, kept in one SQLite file."""

from __future__ import annotations

import sqlite3
from typing import Any

from octocall.devices.simulated import LOOKUPS, Answer, Simulated, made_up, plain
from octocall.errors import DeviceError

_LOUDEST, _WINDOW, _MIRROR, _STEP = 50, 600, 10, 2
"""Volume; how far a window opens (mm); how far a mirror turns each way, and in one go (degrees)."""
_SEAT = {"forward": 300, "up": 120}
"""How far a seat moves in all, in mm."""
_DOORS = ("driver", "passenger", "rear")
_SETTINGS: dict[str, Any] = {
    "volume": 15, "radio": None, "destination": None, "route_avoids": "nothing", "drive_mode": "comfort", "cruise_mph": None, "cruise_gap": "medium",
    **{f"climate_{zone}_fahrenheit": 70 for zone in ("driver", "passenger", "rear")}, "fan_speed": 2,
    **{f"seat_{seat}_{axis}_mm": most // 2 for seat in ("driver", "passenger") for axis, most in _SEAT.items()},
    **{f"seat_heating_{seat}": 0 for seat in ("driver", "passenger", "rear_left", "rear_right")},
    **{f"window_{window}_open_mm": 0 for window in ("front_left", "front_right", "rear_left", "rear_right")},
    "sunroof_open_percent": 0, "sunroof_tilt_percent": 0,
    **{f"door_{door}": "locked" for door in _DOORS}, "trunk_rear": "closed", "trunk_front": "closed",
    "defrost_windshield": False, "defrost_rear": False, "wipers_windshield": "off", "wipers_rear": "off",
    "headlights": "auto", "ambient_light": "off", "ambient_light_percent": 50,
    **{f"mirror_{side}_{what}": value for side in ("left", "right") for what, value in (("up_degrees", 0), ("outward_degrees", 0), ("folded", False))},
}  # fmt: skip
_QUESTIONS = {
    "set_climate_temperature": {"zone": "Which part of the car: driver, passenger or rear?",
                                "temperature": "Which temperature should I set, from 60 to 80 degrees Fahrenheit?"},
    "adjust_seat_position": {"seat": "Which seat should move: the driver's or the passenger's?",
                             "position": "Which way should the seat move: forward, backward, up or down?",
                             "distance": "How many millimetres should the seat move?"},
    "control_window": {"window": "Which window: front left, front right, rear left or rear right?",
                       "position": "Should the window go up or down?",
                       "distance": "How many millimetres should the window move?"},
    "operate_sunroof": {"action": "Should I open, close or tilt the sunroof?"},
    "lock_doors": {"action": "Should I lock or unlock the doors?"},
    "control_trunk": {"action": "Should the trunk open or close?"},
    "set_fan_speed": {"speed": "How strong should the fan be, from 0 to 7?"},
    "set_seat_heating": {"seat": "Which seat: driver, passenger, rear left or rear right?",
                         "level": "How warm should the seat be, from 0 to 3?"},
    "defrost_window": {"window": "Which window should I defrost: the windshield or the rear one?"},
    "set_wipers": {"mode": "How should the wipers go: off, interval, slow or fast?"},
    "set_headlights": {"mode": "Which light: off, auto, parking, low beam or high beam?"},
    "set_ambient_light": {"color": "Which colour should the cabin have?"},
    "adjust_mirror": {"mirror": "Which mirror: left or right?",
                      "direction": "Where should the mirror turn: up, down, inward, outward, fold or unfold?"},
    "set_drive_mode": {"mode": "Which drive mode: eco, comfort, sport, snow or off-road?"},
    "set_cruise_control": {"speed": "Which speed should I keep, from 20 to 90 miles per hour?"},
    "navigate_to": {"destination": "Where do you want to go?"},
    "play_radio": {"station": "Which station should I play?"},
    "check_vehicle_status": {"item": "What should I check: battery, range, tire pressure, oil, washer fluid, mileage or next service?"},
}  # fmt: skip
_STATUS = {
    "battery": "battery at 72 %", "range": "210 miles left", "tire pressure": "tires at 36, 36, 35 and 31 psi; the rear right one is low",
    "oil": "oil level good, next change in 4,200 miles", "washer fluid": "washer fluid at 40 %", "mileage": "23,480 miles driven",
    "next service": "next service in 1,520 miles or in 4 months",
}  # fmt: skip
_STATIONS = (
    ("Voltway Market Street", 2, 50), ("GreenPlug City Hall", 4, 11), ("ChargePark Riverside", 7, 150), ("Amp & Go Airport", 13, 250),
    ("GreenPlug Hill Road", 21, 22), ("Voltway Interstate", 38, 350), ("ChargePark Lakeview", 74, 150),
)  # fmt: skip
"""Charging stations: name, miles away, kilowatts."""
_FAST = 50


class Vehicle(Simulated):
    """The simulated car; the road around it is made up."""

    catalog, title = "vehicle", "car"
    tables, settings, questions = LOOKUPS, _SETTINGS, _QUESTIONS

    def _risk(self, name: str, given: dict[str, Any]) -> str | None:
        match name, given:
            case "lock_doors", {"action": "unlock", "doors": doors}:
                return f"Unlock {_doors(doors)}?"
            case "control_trunk", {"action": "open", "lid": lid}:
                return f"Open the {lid} trunk?"
            case "set_cruise_control", {"speed": speed}:
                return f"Let the car keep {speed} mph by itself?"
        return None

    # The functions of the catalog ------------------------------------------------------------

    def adjust_volume(self, volume_diff: int | None = None, set_value: int | None = None) -> Answer:
        if (volume_diff is None) == (set_value is None):
            given = "neither a difference nor a value was" if set_value is None else "both a difference and a value were"
            raise DeviceError(f"{given} given for the volume; one of the two is expected: how much louder or quieter, or a volume from 0 to {_LOUDEST}")
        if volume_diff is None:
            return self._set(f"The volume is {set_value} of {_LOUDEST}", volume=set_value)
        with self._transaction() as db:
            volume, went = self._moved(db, "volume", volume_diff, (0, _LOUDEST))
        return _arrived("The volume", f"{volume} of {_LOUDEST}", went, abs(volume_diff), "steps")

    def set_climate_temperature(self, zone: str, temperature: int) -> Answer:
        return self._set(f"The {zone} zone is set to {temperature} °F", **{f"climate_{zone}_fahrenheit": temperature})

    def adjust_seat_position(self, seat: str, position: str, distance: int) -> Answer:
        axis, sign = {"forward": ("forward", 1), "backward": ("forward", -1), "up": ("up", 1), "down": ("up", -1)}[position]
        most = _SEAT[axis]
        with self._transaction() as db:
            at, went = self._moved(db, f"seat_{seat}_{axis}_mm", sign * distance, (0, most))
        where = f"as far {position} as it goes" if at in (0, most) else f"{at} of {most} mm {axis}"
        return _arrived(f"The {seat} seat", where, went, distance, "mm")

    def control_window(self, window: str, position: str, distance: int) -> Answer:
        with self._transaction() as db:
            at, went = self._moved(db, f"window_{_key(window)}_open_mm", distance if position == "down" else -distance, (0, _WINDOW))
        where = {0: "closed", _WINDOW: "fully open"}.get(at, f"open {at} of {_WINDOW} mm")
        return _arrived(f"The {window} window", where, went, distance, "mm")

    def operate_sunroof(self, action: str, intensity: int | None = None) -> Answer:
        percent = 100 if intensity is None else intensity
        with self._transaction() as db:
            opened, tilted = (self._get(db, f"sunroof_{what}_percent") for what in ("open", "tilt"))
            match action:
                case "open":
                    opened, tilted = percent, 0
                case "tilt":
                    opened, tilted = 0, percent
                case _:  # closed so far, it never opens further
                    opened, tilted = min(opened, 100 - percent), min(tilted, 100 - percent)
            self._keep(db, sunroof_open_percent=opened, sunroof_tilt_percent=tilted)
        where = f"open {opened} %" if opened else f"tilted {tilted} %" if tilted else "closed"
        return f"The sunroof is {where}", None

    def lock_doors(self, action: str, doors: str = "all") -> Answer:
        status = f"{action}ed"
        verb = "is" if doors in ("driver", "passenger") else "are"
        chosen = _DOORS if doors == "all" else (doors,)
        return self._set(f"{_doors(doors).capitalize()} {verb} {status}", **{f"door_{door}": status for door in chosen})

    def control_trunk(self, action: str, lid: str = "rear") -> Answer:
        status = "open" if action == "open" else "closed"
        return self._set(f"The {lid} trunk is {status}", **{f"trunk_{lid}": status})

    def set_fan_speed(self, speed: int) -> Answer:
        return self._set(f"The fan is {f'at {speed} of 7' if speed else 'off'}", fan_speed=speed)

    def set_seat_heating(self, seat: str, level: int) -> Answer:
        return self._set(f"The heating of the {seat} seat is {f'at {level} of 3' if level else 'off'}", **{f"seat_heating_{_key(seat)}": level})

    def defrost_window(self, window: str, enabled: bool = True) -> Answer:
        return self._set(f"The defroster of the {_pane(window)} is {'on' if enabled else 'off'}", **{f"defrost_{window}": enabled})

    def set_wipers(self, mode: str, window: str = "windshield") -> Answer:
        how = {"off": "are off", "interval": "wipe at intervals", "slow": "wipe slowly", "fast": "wipe fast"}[mode]
        return self._set(f"The wipers of the {_pane(window)} {how}", **{f"wipers_{window}": mode})

    def set_headlights(self, mode: str) -> Answer:
        return self._set(f"The headlights are {'off' if mode == 'off' else f'on {mode}'}", headlights=mode)

    def set_ambient_light(self, color: str, brightness: int | None = None) -> Answer:
        with self._transaction() as db:
            percent = self._get(db, "ambient_light_percent") if brightness is None else brightness
            self._keep(db, ambient_light=color, ambient_light_percent=percent)
        return f"The ambient light is {'off' if color == 'off' else f'{color}, at {percent} %'}", None

    def adjust_mirror(self, mirror: str, direction: str) -> Answer:
        if direction in ("fold", "unfold"):
            return self._set(f"The {mirror} mirror is {direction}ed", **{f"mirror_{mirror}_folded": direction == "fold"})
        axis, sign = {"up": ("up", 1), "down": ("up", -1), "outward": ("outward", 1), "inward": ("outward", -1)}[direction]
        with self._transaction() as db:
            if self._get(db, f"mirror_{mirror}_folded"):
                raise DeviceError(f"the {mirror} mirror is folded and was to turn {direction}; unfold it first")
            at, went = self._moved(db, f"mirror_{mirror}_{axis}_degrees", sign * _STEP, (-_MIRROR, _MIRROR))
        side = axis if at >= 0 else {"up": "down", "outward": "inward"}[axis]
        where = f"as far {direction} as it goes" if abs(at) == _MIRROR else f"{abs(at)} degrees {side}" if at else "in the middle again"
        return _arrived(f"The {mirror} mirror", where, went, _STEP, "degrees")

    def set_drive_mode(self, mode: str) -> Answer:
        return self._set(f"The drive mode is {mode}", drive_mode=mode)

    def set_cruise_control(self, speed: int, gap: str = "medium") -> Answer:
        return self._set(f"The cruise control keeps {speed} mph and a {gap} gap", cruise_mph=speed, cruise_gap=gap)

    def navigate_to(self, destination: str, avoid: str = "nothing") -> Answer:
        first, second = made_up(destination, avoid, "drive")[:2]
        miles = next((miles for name, miles, _ in _STATIONS if plain(name) == plain(destination)), 2 + first % 60)
        text = f"Route to {destination}, avoiding {avoid}" if avoid != "nothing" else f"Route to {destination}"
        with self._transaction() as db:
            self._keep(db, destination=destination, route_avoids=avoid)
            return self._noted(db, "navigate_to", destination, f"{text}: {miles} miles, about {round(miles * (1.4 + second / 256))} minutes")

    def find_charging_station(self, max_distance: int | None = None, fast: bool = False) -> Answer:
        near = [s for s in _STATIONS if (max_distance is None or s[1] <= max_distance) and (not fast or s[2] >= _FAST)][:3]
        around = "" if max_distance is None else f" within {max_distance} mile{'' if max_distance == 1 else 's'}"
        wanted = f"{'fast ' if fast else ''}charging stations{around}"
        if not near:
            raise DeviceError(f"there are no {wanted} (simulated); allow a longer way")
        shown = "; ".join(f"{name}, {miles} miles, {power} kW" for name, miles, power in near)
        return self._look_up("find_charging_station", wanted, f"{wanted.capitalize()}: {shown}", near[0][0])

    def play_radio(self, station: str) -> Answer:
        return self._set(f"The radio plays {station}", radio=station)

    def check_vehicle_status(self, item: str) -> Answer:
        return self._look_up("check_vehicle_status", item, f"{item.capitalize()}: {_STATUS[item]}")

    def irrelevant_function(self) -> Answer:
        raise DeviceError("nothing in the car does what was asked; ask for one of its functions")

    def _moved(self, db: sqlite3.Connection, key: str, by: int, ends: tuple[int, int]) -> tuple[int, int]:
        """Moves what ``key`` keeps by ``by``, not past its ends: where it stands then, and how far it went."""
        before: int = self._get(db, key)
        after = min(ends[1], max(ends[0], before + by))
        self._keep(db, **{key: after})
        return after, abs(after - before)


def _arrived(what: str, where: str, went: int, asked: int, unit: str) -> Answer:
    """The sentence about something that moved, which says so where it stopped at its end."""
    if asked and not went:
        return f"{what} was {where} already", None
    return f"{what} is {where}{'' if went == asked else f'; it went {went} of {asked} {unit}'}", None


def _key(words: str) -> str:
    return words.replace(" ", "_")


def _doors(doors: str) -> str:
    return {"all": "all doors", "rear": "the rear doors"}.get(doors, f"the {doors} door")


def _pane(window: str) -> str:
    return "windshield" if window == "windshield" else "rear window"
