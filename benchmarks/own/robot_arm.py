"""Benchmate, a bench-top robot arm with five joints and a two-finger gripper."""

import datetime
from typing import Annotated, Literal

from octocall.types import Integer, Number

POSITION = {"x": 150.0, "y": 0.0, "z": 120.0}
LIMITS = {"x": (-350.0, 350.0), "y": (-350.0, 350.0), "z": (0.0, 400.0)}
JOINTS = {"base": 0.0, "shoulder": 40.0, "elbow": 80.0, "forearm": 0.0, "wrist": 0.0}
GRIPPER = {"gap": 80.0, "force": 0}
SETTINGS = {"speed": 40, "motors": True}
PROGRAMS: dict[str, list[str]] = {"sorting demo": ["feeder", "camera", "bin 2"]}
PLACED: list[str] = []
SCHEDULE: list[str] = []
LAST_PROGRAM: list[str] = []


def move_axis(axis: Literal["x", "y", "z"], distance: Annotated[float, Number(-400, 400)]) -> str:
    """Move the arm in a straight line along one axis, starting from where it is now.

    Args:
        axis: Axis to move along: x is forward, y is left, z is up.
        distance: How far to move in millimetres. Negative goes the other way, such as down on z.
    """
    target = POSITION[axis] + distance
    low, high = LIMITS[axis]
    if not low <= target <= high:
        return f"Out of reach: {axis} would be {target:g} mm."
    POSITION[axis] = target
    return f"Moved {distance:g} mm along {axis}, now at {axis} = {target:g} mm."


def move_to(
    x: Annotated[float, Number(-350, 350)],
    y: Annotated[float, Number(-350, 350)],
    z: Annotated[float, Number(0, 400)] | None = None,
) -> str:
    """Move the gripper to a point given by its coordinates.

    Args:
        x: X coordinate in millimetres.
        y: Y coordinate in millimetres.
        z: Height above the bench in millimetres. Stays as it is when not given.
    """
    POSITION["x"], POSITION["y"] = x, y
    if z is not None:
        POSITION["z"] = z
    return "Now at x {x:g}, y {y:g}, z {z:g}.".format(**POSITION)


def rotate_joint(
    joint: Literal["base", "shoulder", "elbow", "forearm", "wrist"],
    angle: Annotated[float, Number(-180, 180)],
    absolute: bool = False,
) -> str:
    """Rotate one joint of the arm by an angle, or to an angle.

    Args:
        joint: Joint to rotate.
        angle: Angle in degrees. Negative turns the other way.
        absolute: Whether the angle is where the joint shall end, rather than how far it turns.
    """
    target = angle if absolute else JOINTS[joint] + angle
    if not -180 <= target <= 180:
        return f"The {joint} cannot turn to {target:g} degrees."
    JOINTS[joint] = target
    return f"The {joint} is at {target:g} degrees."


def close_gripper(force: Annotated[int, Integer(1, 100)] = 40) -> str:
    """Close the gripper to hold what is between its fingers.

    Args:
        force: Grip force in percent.
    """
    GRIPPER["gap"], GRIPPER["force"] = 0.0, force
    return f"Gripper closed with {force} percent force."


def open_gripper(width: Annotated[float, Number(1, 80)] = 80) -> str:
    """Open the gripper and release what it holds.

    Args:
        width: Gap between the fingers in millimetres.
    """
    GRIPPER["gap"], GRIPPER["force"] = width, 0
    return f"Gripper open, {width:g} mm wide."


def set_speed(percent: Annotated[int, Integer(1, 100)]) -> str:
    """Set how fast the arm moves from now on.

    Args:
        percent: Speed in percent of the top speed.
    """
    before, SETTINGS["speed"] = SETTINGS["speed"], percent
    return f"Speed is {percent} percent, it was {before}."


def go_home(motors_off: bool = False) -> str:
    """Return the arm to its home position.

    Args:
        motors_off: Whether to switch the motors off once it is there.
    """
    POSITION.update(x=150.0, y=0.0, z=120.0)
    JOINTS.update(base=0.0, shoulder=40.0, elbow=80.0, forearm=0.0, wrist=0.0)
    SETTINGS["motors"] = not motors_off
    return "The arm is home, motors " + ("off." if motors_off else "on.")


def pick_and_place(item: str, destination: str, count: Annotated[int, Integer(1, 20)] = 1) -> str:
    """Pick an object by its name and put it somewhere else.

    Args:
        item: Name of the object to pick.
        destination: Place to put it.
        count: How many of the object to carry over.
    """
    PLACED.extend(f"{item} -> {destination}" for _ in range(count))
    return f"Put {count} x {item}: {destination}."


def run_program(
    program: str,
    repeats: Annotated[int, Integer(1, 50)] = 1,
    start_at: datetime.datetime | None = None,
) -> str:
    """Run a saved program, at once or at a later date and time.

    Args:
        program: Name of the saved program.
        repeats: How many times to run it.
        start_at: When to start. Starts at once when not given.
    """
    if start_at is not None:
        SCHEDULE.append(f"{start_at:%Y-%m-%d %H:%M} {program} x {repeats}")
        return f"{program} starts on {start_at:%A, %d %B at %H:%M}, {repeats} time(s)."
    stops = PROGRAMS.get(program.lower())
    if stops is None:
        return f"There is no program {program}."
    LAST_PROGRAM[:] = [program]
    return f"Ran {program} {repeats} time(s): " + ", ".join(stops) + "."


def create_program(name: str, positions: list[str]) -> str:
    """Save a new program that visits named positions one after another.

    Args:
        name: Name of the new program.
        positions: Names of the positions, in the order they are visited.
    """
    PROGRAMS[name.lower()] = list(positions)
    return f"Saved {name} with {len(positions)} stops."


def get_state(
    part: Literal["position", "joints", "gripper", "speed", "program", "everything"] = "everything",
) -> str:
    """Report the present state of the arm.

    Args:
        part: What to report: the coordinates, the joint angles, the gripper, the speed, the program that is running, or everything.
    """
    state = {
        "position": ", ".join(f"{a} {v:g}" for a, v in POSITION.items()),
        "joints": ", ".join(f"{j} {v:g}" for j, v in JOINTS.items()),
        "gripper": f"{GRIPPER['gap']:g} mm open" if GRIPPER["gap"] else f"closed at {GRIPPER['force']} percent",
        "speed": f"{SETTINGS['speed']} percent",
        "program": LAST_PROGRAM[0] if LAST_PROGRAM else "none",
    }
    if part == "everything":
        return "; ".join(f"{k}: {v}" for k, v in state.items())
    return f"{part}: {state[part]}"
