"""The functions of an app that keeps trips: flights, hotels, packing, money, reminders."""

import datetime
from typing import Annotated, Literal

from octocall.types import Email, Integer, Number

_trips: list[dict] = []
_flights: list[dict] = []
_hotels: list[dict] = []
_packing: dict[str, dict] = {}
_expenses: list[dict] = []
_reminders: list[tuple[datetime.datetime, str]] = []
_companions: dict[str, bool] = {}
_settings: dict[str, object] = {"budget": None, "briefing": None}


def create_trip(destination: str, start: datetime.date, end: datetime.date | None = None) -> str:
    """Start a new trip, which becomes the current one.

    Args:
        destination: The place that the trip goes to.
        start: The first day.
        end: The last day.
    """
    _trips.append({"destination": destination, "start": start, "end": end})
    return f"Trip to {destination} from {start}{f' to {end}' if end else ''} created."


def add_flight(flight_number: str, departs: datetime.datetime, seat: str | None = None) -> str:
    """Save a flight that is already booked in the current trip.

    Args:
        flight_number: The airline's code and number.
        departs: The day and time of departure.
        seat: The seat in the plane.
    """
    _flights.append({"number": flight_number, "departs": departs, "seat": seat})
    return f"Flight {flight_number}, {departs:%Y-%m-%d %H:%M}{f', seat {seat}' if seat else ''} saved."


def add_hotel(
    name: str,
    check_in: datetime.date,
    nights: Annotated[int, Integer(1, 60)] = 1,
    breakfast: bool = False,
) -> str:
    """Save a place to stay that is already booked in the current trip.

    Args:
        name: The name of the hotel or lodging.
        check_in: The day of arrival.
        nights: The number of nights.
        breakfast: Whether breakfast is included.
    """
    _hotels.append({"name": name, "check_in": check_in, "nights": nights, "breakfast": breakfast})
    return f"{name}: {nights} night(s) from {check_in}{', with breakfast' if breakfast else ''}."


def add_packing_items(items: list[str], bag: Literal["suitcase", "carry_on", "backpack"] = "suitcase") -> str:
    """Put things on the packing list.

    Args:
        items: The things to take along.
        bag: The piece of luggage that they go in.
    """
    for item in items:
        _packing[item.lower()] = {"bag": bag, "packed": False}
    return f"{len(items)} on the list for the {bag.replace('_', ' ')}: {', '.join(items)}."


def mark_packed(item: str) -> str:
    """Tick off one thing on the packing list as packed.

    Args:
        item: The thing that is packed now.
    """
    _packing.setdefault(item.lower(), {"bag": "suitcase"})["packed"] = True
    left = sum(not entry["packed"] for entry in _packing.values())
    return f"{item} is packed, {left} to go."


def add_expense(
    amount: Annotated[float, Number(0.01, 100000)],
    description: str,
    currency: Literal["EUR", "USD", "GBP", "JPY", "CHF"] = "EUR",
) -> str:
    """Note money that was spent on the trip.

    Args:
        amount: The sum that was paid.
        description: What it was paid for.
        currency: The currency of the sum.
    """
    _expenses.append({"amount": amount, "description": description, "currency": currency})
    total = sum(entry["amount"] for entry in _expenses if entry["currency"] == currency)
    return f"{amount:g} {currency} for {description} noted, {total:g} {currency} in all."


def set_budget(
    amount: Annotated[int, Integer(1, 100000)],
    currency: Literal["EUR", "USD", "GBP", "JPY", "CHF"] = "EUR",
) -> str:
    """Set how much money the whole trip may cost.

    Args:
        amount: The limit.
        currency: The currency of the limit.
    """
    _settings["budget"] = (amount, currency)
    return f"The budget of the trip is {amount} {currency}."


def set_reminder(text: str, at: datetime.datetime) -> str:
    """Have the app remind you of something once.

    Args:
        text: What to be reminded of.
        at: The day and time of the reminder.
    """
    _reminders.append((at, text))
    return f"Reminder on {at:%Y-%m-%d %H:%M}: {text}"


def invite_companion(email: Annotated[str, Email()], can_edit: bool = False) -> str:
    """Share the current trip with another person.

    Args:
        email: The address of the person.
        can_edit: Whether the person may change the trip, not only look at it.
    """
    _companions[email] = can_edit
    return f"Invitation sent to {email} ({'may edit' if can_edit else 'may look'})."


def set_daily_briefing(at: datetime.time) -> str:
    """Set when the overview of the day is sent each day of the trip.

    Args:
        at: The time of day.
    """
    _settings["briefing"] = at
    return f"The overview of the day comes at {at:%H:%M}."


def show_day(day: datetime.date) -> str:
    """Show the flights, hotels and reminders of one day.

    Args:
        day: The day to look at.
    """
    lines = [f"flight {f['number']} at {f['departs']:%H:%M}" for f in _flights if f["departs"].date() == day]
    lines += [f"stay at {h['name']}" for h in _hotels if 0 <= (day - h["check_in"]).days < h["nights"]]
    lines += [f"{at:%H:%M} {text}" for at, text in _reminders if at.date() == day]
    return f"{day}: {'; '.join(lines) or 'nothing planned'}."
