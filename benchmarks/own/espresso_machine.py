"""The functions of a smart espresso machine and grinder in a small office."""

import datetime
from typing import Annotated, Literal

from octocall.types import Email, Integer, Number

_state = {"eco": False, "eco_after": 30, "temperature": 93.0, "wake": {}, "cleaning": []}
_grind = {"left": 12, "right": 20}
_levels = {"beans": 80, "milk": 65, "water": 90, "grounds_bin": 25}
_users: dict[str, dict] = {}
_brewed: list[str] = []
_beans: list[dict] = []
_orders: list[dict] = []


def brew_drink(
    drink: Literal["espresso", "double_espresso", "americano", "cappuccino", "latte", "flat_white", "hot_water"],
    cups: Annotated[int, Integer(1, 6)] = 1,
    decaf: bool = False,
) -> str:
    """Brew a drink right now.

    Args:
        drink: The drink to make.
        cups: How many cups of it.
        decaf: Whether to use the beans without caffeine.
    """
    _brewed.extend([drink] * cups)
    for part, share in (("beans", 2), ("water", 3)):
        _levels[part] = max(0, _levels[part] - share * cups)
    return f"Brewing {cups} x {drink.replace('_', ' ')}{' (decaf)' if decaf else ''}."


def brew_for_user(name: str, strong: bool = False) -> str:
    """Brew the favorite drink that a user has saved in the profile.

    Args:
        name: The user whose usual drink is made.
        strong: Whether to make it stronger than usual.
    """
    drink = _users.get(name.lower(), {}).get("favorite") or "espresso"
    _brewed.append(drink)
    return f"Brewing the usual for {name}: {'strong ' if strong else ''}{drink.replace('_', ' ')}."


def set_wake_time(
    at: datetime.time,
    days: Literal["every_day", "weekdays", "weekend"] = "weekdays",
) -> str:
    """Set the time at which the machine switches itself on and warms up.

    Args:
        at: The time of day to wake up.
        days: The days on which it applies.
    """
    _state["wake"][days] = at
    return f"The machine warms up at {at:%H:%M} ({days.replace('_', ' ')})."


def set_grind(level: Annotated[int, Integer(1, 40)], hopper: Literal["left", "right"] = "left") -> str:
    """Set how fine the grinder grinds.

    Args:
        level: The grind size, 1 is the finest and 40 the coarsest.
        hopper: The bean hopper that it applies to.
    """
    before, _grind[hopper] = _grind[hopper], level
    return f"Grind of the {hopper} hopper: {before} -> {level}."


def set_brew_temperature(celsius: Annotated[float, Number(85, 98)]) -> str:
    """Set the temperature of the water that coffee is brewed with.

    Args:
        celsius: The temperature in degrees Celsius.
    """
    _state["temperature"] = celsius
    return f"Coffee is brewed at {celsius:g} °C now."


def add_user(
    name: str,
    email: Annotated[str, Email()] | None = None,
    favorite: Literal["espresso", "double_espresso", "americano", "cappuccino", "latte", "flat_white", "hot_water"] | None = None,
) -> str:
    """Create a profile for a person who uses the machine.

    Args:
        name: The name of the person.
        email: The address for messages to the person.
        favorite: The drink that the person usually has.
    """
    _users[name.lower()] = {"name": name, "email": email, "favorite": favorite}
    return f"Welcome, {name}! There are {len(_users)} users now."


def log_beans(blend: str, grams: Annotated[int, Integer(50, 10000)], roasted_on: datetime.date | None = None) -> str:
    """Record coffee beans that were added to the stock.

    Args:
        blend: The name of the coffee.
        grams: The amount in grams.
        roasted_on: The day on which the beans were roasted.
    """
    _beans.append({"blend": blend, "grams": grams, "roasted_on": roasted_on})
    _levels["beans"] = min(100, _levels["beans"] + grams // 50)
    return f"{grams} g of {blend} added, {sum(bag['grams'] for bag in _beans)} g in stock."


def start_cleaning(
    program: Literal["rinse", "backflush", "descale", "milk_line"] = "rinse",
    at: datetime.time | None = None,
) -> str:
    """Run a cleaning program, now or later today.

    Args:
        program: The cleaning program.
        at: The time to start it, if not now.
    """
    _state["cleaning"].append((program, at))
    return f"Cleaning program {program.replace('_', ' ')} starts {f'at {at:%H:%M}' if at else 'now'}."


def order_supplies(items: list[str], urgent: bool = False) -> str:
    """Order things for the coffee corner from the supplier.

    Args:
        items: The things to order.
        urgent: Whether to have them sent by express delivery.
    """
    _orders.append({"items": items, "urgent": urgent})
    return f"Ordered{' by express' if urgent else ''}: {', '.join(items)}."


def check_level(part: Literal["beans", "milk", "water", "grounds_bin"]) -> str:
    """Tell how full a container of the machine is.

    Args:
        part: The container: beans, milk, water tank, or the bin of used coffee grounds.
    """
    return f"{part.replace('_', ' ').capitalize()}: {_levels[part]} % full."


def set_eco_mode(enabled: bool, after_minutes: Annotated[int, Integer(5, 180)] = 30) -> str:
    """Turn the energy saving mode on or off.

    Args:
        enabled: Whether the machine saves energy when nobody uses it.
        after_minutes: The minutes without use after which it goes to sleep.
    """
    _state.update(eco=enabled, eco_after=after_minutes)
    return f"Eco mode on after {after_minutes} minutes." if enabled else "Eco mode off."
