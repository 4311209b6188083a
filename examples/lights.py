"""The lights of a house: what the command compile takes, with examples in the docstrings."""

from typing import Annotated, Literal

from octocall.types import Integer

LAMPS: dict[str, dict[str, object]] = {}


def set_light(room: str, brightness: Annotated[int, Integer(0, 100)] = 100, colour: Literal["white", "warm", "red", "blue", "green"] = "white") -> str:
    """Switches the light of a room on, with a brightness and a colour.

    Args:
        room: Name of the room.
        brightness: From 0 (off) to 100 (brightest), in percent.
        colour: Colour of the light.

    Examples:
        light in the study please -> set_light(room="study")
        make the bedroom red -> set_light(room="bedroom", colour="red")
        40 percent is plenty in the hall -> set_light(room="hall", brightness=40)
        I'd love a cosy light in the lounge -> set_light(room="lounge", colour="warm")
        kitchen, full blast -> set_light(room="kitchen", brightness=100)
        dim the den to 15 -> set_light(room="den", brightness=15)
    """
    LAMPS[room] = {"brightness": brightness, "colour": colour}
    return f"{room}: {brightness} % {colour}"


def lights_off(room: str = "everywhere", after_minutes: Annotated[int, Integer(0, 600)] = 0) -> str:
    """Switches the light of a room off, or all lights.

    Args:
        room: Name of the room; everywhere if none is named.
        after_minutes: How long to wait first, in minutes.

    Examples:
        I'm off to bed, all lights out -> lights_off()
        nobody's in the cellar, kill that lamp -> lights_off(room="cellar")
        let the porch go dark in half an hour -> lights_off(room="porch", after_minutes=30)
        lights out in twenty minutes -> lights_off(after_minutes=20)
        it's far too bright in the nursery, off with it -> lights_off(room="nursery")
        turn off the attic -> lights_off(room="attic")
    """
    LAMPS.clear() if room == "everywhere" else LAMPS.pop(room, None)
    return f"{room}: off" + (f" in {after_minutes} minutes" if after_minutes else "")


def which_lights() -> str:
    """Tells which lights are on.

    Examples:
        did I leave anything burning -> which_lights()
        what's lit right now -> which_lights()
        any lamps still on in this house? -> which_lights()
        show me all the lights that are on -> which_lights()
        is there a light on somewhere -> which_lights()
    """
    return ", ".join(LAMPS) or "all dark"
