"""A simulated DoorDash: what the functions of ``catalogs/doordash.py`` do, after the public Drive API, kept in one SQLite file."""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from typing import Any

from octocall.devices.simulated import Answer, Simulated, made_up, moment, plain
from octocall.devices.store import insert
from octocall.errors import DeviceError

_TABLES = {
    "deliveries": "delivery TEXT, status TEXT, pickup TEXT, dropoff TEXT, phone TEXT, instructions TEXT, order_value REAL, fee REAL, tip REAL, "
    "minutes INTEGER, dropoff_time TEXT, reason TEXT, created_at TEXT",
    "refunds": "delivery TEXT, reason TEXT, amount REAL, requested_at TEXT",
    "stores": "name TEXT, address TEXT, phone TEXT, status TEXT",
}
_QUESTIONS = {
    "get_delivery_quote": {"pickup_address": "Where should it be fetched?", "dropoff_address": "Where should it be brought?"},
    "accept_quote": {"delivery_id": "Which quote should I accept?"},
    "create_delivery": {"pickup_address": "Where should it be fetched?", "dropoff_address": "Where should it be brought?",
                        "dropoff_phone": "What is the phone number of the one who receives it?"},
    "get_delivery_status": {"delivery_id": "Which delivery do you mean?"},
    "update_delivery": {"delivery_id": "Which delivery should change?"},
    "cancel_delivery": {"delivery_id": "Which delivery should I cancel?"},
    "request_refund": {"delivery_id": "Which delivery went wrong?",
                       "reason": "What went wrong: missing item, damaged, late, never arrived or wrong order?"},
    "create_store": {"name": "What is the name of the store?", "address": "What is the address of the store?"},
}  # fmt: skip
_QUOTE, _DELIVERED, _CANCELLED = "quote", "delivered", "cancelled"
_UNDER_WAY = {
    "created": "is ordered; no courier has taken it yet", "confirmed": "has a courier", "enroute_to_pickup": "has its courier on the way to the pickup",
    "arrived_at_pickup": "has its courier at the pickup", "picked_up": "is with the courier", "enroute_to_dropoff": "is on its way to the dropoff",
    "arrived_at_dropoff": "has its courier at the door",
}  # fmt: skip
_STAGES = (*_UNDER_WAY, _DELIVERED)
"""The life of a delivery; every look at its status takes it one stage further."""
_FREE = (_QUOTE, *_STAGES[:2])
"""Where a delivery can be cancelled without paying the courier's way."""
_FITS = {
    "accept_quote": ((_QUOTE,), "a quote that is not accepted yet"), "update_delivery": (tuple(_UNDER_WAY), "a delivery that is under way"),
    "cancel_delivery": ((_QUOTE, *_STAGES[:4]), "one that the courier has not picked up yet"),
    "request_refund": (_STAGES, "a delivery that was ordered and not cancelled"),
}  # fmt: skip
"""The deliveries that a function takes: their status, and that in words."""
_DIGITS = {word: str(digit) for digit, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))} | {"oh": "0"}
_FIRST, _NAMED = 1001, 5


class DoorDash(Simulated):
    """The simulated courier service. Every fee and time is made up from the two addresses."""

    catalog, title = "doordash", "DoorDash"
    tables, questions = _TABLES, _QUESTIONS

    def _risk(self, name: str, given: dict[str, Any]) -> str | None:
        if name not in ("create_delivery", "accept_quote", "update_delivery", "cancel_delivery", "request_refund"):
            return None
        with self._transaction() as db:
            if name == "create_delivery":
                pickup = self._address(db, given["pickup_address"])
                return _order(pickup, given["dropoff_address"], _fee(pickup, given["dropoff_address"])[0], given.get("tip"))
            row = self._delivery(db, given["delivery_id"], name)
            known = row["delivery"]
            match name:
                case "accept_quote":
                    return _order(row["pickup"], row["dropoff"], row["fee"], given.get("tip"))
                case "cancel_delivery":
                    return f"Cancel {known} from {row['pickup']} to {row['dropoff']}?"
                case "request_refund":
                    return f"Ask for {_dollars(self._due(db, row, given.get('amount')))} back for {known}?"
            address, tip = given.get("dropoff_address"), given.get("tip")
            changes = ([f"bring it to {address}"] if address is not None else []) + ([f"tip {_dollars(tip)}"] if tip is not None else [])
            return f"Change {known}: {' and '.join(changes)}?" if changes else None

    # The functions of the catalog ------------------------------------------------------------

    def get_delivery_quote(self, pickup_address: str, dropoff_address: str, order_value: float | None = None) -> Answer:
        with self._transaction() as db:
            row = self._new(db, _QUOTE, self._address(db, pickup_address), dropoff_address, order_value=_cents(order_value))
        text = f"Quote {row['delivery']}: {_dollars(row['fee'])}, about {row['minutes']} minutes from {row['pickup']} to {dropoff_address} (simulated)"
        return text, row["delivery"]

    def accept_quote(self, delivery_id: str, tip: float | None = None) -> Answer:
        with self._transaction() as db:
            row = self._delivery(db, delivery_id, "accept_quote")
            self._change(db, row, status=_STAGES[0], tip=_cents(tip) or 0.0)
        return _ordered(row | {"tip": tip})

    def create_delivery(
        self, pickup_address: str, dropoff_address: str, dropoff_phone: str, instructions: str | None = None, tip: float | None = None
    ) -> Answer:  # fmt: skip
        with self._transaction() as db:
            pickup = self._address(db, pickup_address)
            row = self._new(db, _STAGES[0], pickup, dropoff_address, phone=dropoff_phone, instructions=instructions, tip=_cents(tip) or 0.0)
        return _ordered(row)

    def get_delivery_status(self, delivery_id: str) -> Answer:
        with self._transaction() as db:
            row = self._delivery(db, delivery_id)
            known, status = row["delivery"], row["status"]
            if status in _UNDER_WAY:
                status = _STAGES[_STAGES.index(status) + 1]
                self._change(db, row, status=status)
        if status in _UNDER_WAY:
            left = round(row["minutes"] * (len(_STAGES) - 1 - _STAGES.index(status)) / (len(_STAGES) - 1))
            when = f"in about {max(1, left)} minutes" if row["dropoff_time"] is None else f"at {row['dropoff_time']}"
            text = f"{known} {_UNDER_WAY[status]}, and arrives {when} (simulated)"
        else:
            ends = {_QUOTE: "is only a quote and not ordered", _DELIVERED: f"was delivered to {row['dropoff']}", _CANCELLED: "was cancelled"}
            text = f"{known} {ends[status]} (simulated)"
        return text, text

    def update_delivery(
        self, delivery_id: str, dropoff_address: str | None = None, instructions: str | None = None, tip: float | None = None, dropoff_time: str | None = None
    ) -> Answer:  # fmt: skip
        changes: dict[str, Any] = {"dropoff": dropoff_address, "instructions": instructions, "tip": _cents(tip)}
        if dropoff_time is not None:
            changes["dropoff_time"] = f"{self._later(dropoff_time):%Y-%m-%d %H:%M}"
        changes = {key: value for key, value in changes.items() if value is not None}
        with self._transaction() as db:
            row = self._delivery(db, delivery_id, "update_delivery")
            known = row["delivery"]
            if not changes:
                raise DeviceError(f"nothing was given to change in {known}; an address, instructions, a tip or a time is expected")
            if dropoff_address is not None:
                changes["fee"], changes["minutes"] = _fee(row["pickup"], dropoff_address)
            self._change(db, row, **changes)
        shown = [f"{key.replace('_', ' ')} {_dollars(value) if key in ('tip', 'fee') else value}" for key, value in changes.items() if key != "minutes"]
        return f"Changed {known}: {', '.join(shown)} (simulated)", None

    def cancel_delivery(self, delivery_id: str, reason: str = "other") -> Answer:
        with self._transaction() as db:
            row = self._delivery(db, delivery_id, "cancel_delivery")
            kept = 0.0 if row["status"] in _FREE else row["fee"]
            self._change(db, row, status=_CANCELLED, reason=reason, fee=kept, tip=0.0)
        cost = f"the courier was on the way, so the fee of {_dollars(kept)} stays" if kept else "nothing is charged"
        return f"Cancelled {row['delivery']} ({_words(reason)}); {cost} (simulated)", None

    def request_refund(self, delivery_id: str, reason: str, amount: float | None = None) -> Answer:
        with self._transaction() as db:
            row = self._delivery(db, delivery_id, "request_refund")
            due = self._due(db, row, amount)
            insert(db, "refunds", delivery=row["delivery"], reason=reason, amount=due, requested_at=self._now())
        text = f"Asked for {_dollars(due)} back for {row['delivery']} ({_words(reason)}) (simulated)"
        return text, text

    def create_store(self, name: str, address: str, phone: str | None = None) -> Answer:
        with self._transaction() as db:
            if any(plain(row["name"]) == plain(name) and plain(row["address"]) == plain(address) for row in self._rows(db, "stores")):
                return f"The store {name}, {address}, was registered already (simulated)", name
            insert(db, "stores", name=name, address=address, phone=phone, status="active")
        return f"Registered the store {name}, {address} (simulated)", name

    def list_stores(self, status: str = "active") -> Answer:
        with self._transaction() as db:
            found = [f"{row['name']}, {row['address']}" for row in self._rows(db, "stores") if status in ("all", row["status"])]
        kind = "" if status == "all" else f"{status} "
        text = f"{len(found) or 'No'} {kind}store{'' if len(found) == 1 else 's'}{': ' if found else ''}{'; '.join(found)} (simulated)"
        return text, text

    def irrelevant_function(self) -> Answer:
        raise DeviceError("nothing on DoorDash does what was asked; ask for one of its functions")

    # Deliveries -------------------------------------------------------------------------------

    def _new(self, db: sqlite3.Connection, status: str, pickup: str, dropoff: str, **given: Any) -> dict[str, Any]:
        fee, minutes = _fee(pickup, dropoff)
        row = {"status": status, "pickup": pickup, "dropoff": dropoff, "fee": fee, "tip": 0.0, "minutes": minutes, "created_at": self._now(), **given}
        number = insert(db, "deliveries", **row)
        row["delivery"] = f"D-{_FIRST - 1 + number}"
        db.execute("UPDATE deliveries SET delivery = ? WHERE id = ?", (row["delivery"], number))
        return row

    def _delivery(self, db: sqlite3.Connection, given: str, function: str | None = None) -> dict[str, Any]:
        """The row of a delivery, whose id may be written or dictated. Raises DeviceError where there is none that ``function`` takes."""
        rows = {_id(row["delivery"]): row for row in self._rows(db, "deliveries")}
        if (found := rows.get(_id(given))) is None:
            known = ", ".join(row["delivery"] for row in list(rows.values())[-_NAMED:])
            raise DeviceError(f"no delivery {given!r} is known (simulated); {f'expected: {known}' if known else 'order one first, or ask for a quote'}")
        statuses, words = _FITS.get(function or "", ((found["status"],), ""))
        if found["status"] not in statuses:
            raise DeviceError(f"{found['delivery']} is {_words(found['status'])} (simulated); {words} is expected")
        return found

    def _change(self, db: sqlite3.Connection, row: dict[str, Any], **columns: Any) -> None:
        db.execute(f"UPDATE deliveries SET {', '.join(f'{name} = ?' for name in columns)} WHERE delivery = ?", (*columns.values(), row["delivery"]))

    def _due(self, db: sqlite3.Connection, row: dict[str, Any], amount: float | None) -> float:
        """What comes back for a delivery: ``amount``, or all that is left of what it cost. Raises DeviceError."""
        known, worth = row["delivery"], row["order_value"]
        asked = sum(refund["amount"] for refund in self._rows(db, "refunds") if refund["delivery"] == known)
        left = max(0.0, round(row["fee"] + row["tip"] + (worth or 0.0) - asked, 2))
        due = left if amount is None else round(amount, 2)
        # what the goods were worth is known of quotes alone
        if left <= 0 and amount is None:
            raise DeviceError(f"nothing of what {known} cost is left to come back; give an amount where it cost more")
        if due <= 0 or (worth is not None and due > left):
            most = "" if worth is None else f" and up to {_dollars(left)}, what is left of the cost,"
            raise DeviceError(f"{_dollars(due)} was to come back for {known}; an amount above $0.00{most} is expected")
        return due

    def _address(self, db: sqlite3.Connection, place: str) -> str:
        """A pickup that is the name of a registered store becomes its address."""
        stores = (row for row in reversed(self._rows(db, "stores")) if plain(row["name"]) == plain(place))
        return next((f"{row['name']}, {row['address']}" for row in stores), place)

    def _later(self, stamp: str) -> datetime:
        if (time := moment(stamp)) <= self._clock():
            raise DeviceError(f"{time:%Y-%m-%d %H:%M} was given for the delivery; a time to come is expected")
        return time


def _fee(pickup: str, dropoff: str) -> tuple[float, int]:
    """Dollars and minutes from one address to another."""
    miles, traffic = made_up(pickup, dropoff, "drive")[:2]
    return round(5.99 + 0.45 * (miles % 15), 2), 14 + 3 * (miles % 15) + traffic % 8


def _order(pickup: str, dropoff: str, fee: float, tip: float | None) -> str:
    return f"Order a courier from {pickup} to {dropoff} for {_dollars(fee)}{f' and a tip of {_dollars(tip)}' if tip else ''}?"


def _ordered(row: dict[str, Any]) -> Answer:
    price = f"{_dollars(row['fee'])}{' and a tip of ' + _dollars(row['tip']) if row['tip'] else ''}"
    return f"Ordered {row['delivery']} from {row['pickup']} to {row['dropoff']} for {price}, about {row['minutes']} minutes (simulated)", row["delivery"]


def _id(text: str) -> str:
    """An id as it is compared: "d one oh oh one" and "1001" are D-1001."""
    return re.sub(r"[\W_]", "", "".join(_DIGITS.get(word, word) for word in re.split(r"[\W_]+", text.casefold()))).removeprefix("d")


def _cents(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 2)


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}"


def _words(reason: str) -> str:
    return reason.replace("_", " ")
