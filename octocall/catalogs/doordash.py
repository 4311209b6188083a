"""Nine functions after the public DoorDash Drive API: quotes, deliveries, stores."""

from __future__ import annotations

from typing import Annotated, Literal

from octocall.types import DateTime, Number, PhoneNumber


def get_delivery_quote(pickup_address: str, dropoff_address: str, order_value: Annotated[float | None, Number(0, 10000)] = None) -> str:
    """Tells what a delivery would cost and how long it would take, without ordering it.

    Args:
        pickup_address: where it is fetched
        dropoff_address: where it is brought
        order_value: what the goods are worth, in dollars
    """


def accept_quote(delivery_id: str, tip: Annotated[float | None, Number(0, 500)] = None) -> str:
    """Orders a delivery that was quoted before.

    Args:
        delivery_id: the id of the quoted delivery
        tip: the tip for the courier, in dollars
    """


def create_delivery(
    pickup_address: str,
    dropoff_address: str,
    dropoff_phone: Annotated[str, PhoneNumber()],
    instructions: str | None = None,
    tip: Annotated[float | None, Number(0, 500)] = None,
) -> str:
    """Orders a courier who brings something from one address to another.

    Args:
        pickup_address: where it is fetched
        dropoff_address: where it is brought
        dropoff_phone: the phone number of the one who receives it
        instructions: what the courier should know at the door
        tip: the tip for the courier, in dollars
    """


def get_delivery_status(delivery_id: str) -> str:
    """Tells where a delivery is and when it arrives.

    Args:
        delivery_id: the id of the delivery
    """


def update_delivery(
    delivery_id: str,
    dropoff_address: str | None = None,
    instructions: str | None = None,
    tip: Annotated[float | None, Number(0, 500)] = None,
    dropoff_time: Annotated[str | None, DateTime()] = None,
) -> None:
    """Changes a delivery that is under way: its address, its instructions, its tip or its time.

    Args:
        delivery_id: the id of the delivery
        dropoff_address: the new address where it is brought
        instructions: what the courier should know at the door
        tip: the new tip, in dollars
        dropoff_time: the new day and time at which it should arrive
    """


def cancel_delivery(delivery_id: str, reason: Literal["changed_mind", "wrong_address", "too_slow", "store_closed", "duplicate", "other"] = "other") -> None:
    """Calls a delivery off.

    Args:
        delivery_id: the id of the delivery
        reason: why it is called off
    """


def request_refund(
    delivery_id: str, reason: Literal["missing_item", "damaged", "late", "never_arrived", "wrong_order"], amount: Annotated[float | None, Number(0, 10000)] = None
) -> str:
    """Asks for money back after a delivery went wrong.

    Args:
        delivery_id: the id of the delivery
        reason: what went wrong
        amount: how much, in dollars; all of it if not given
    """


def create_store(name: str, address: str, phone: Annotated[str | None, PhoneNumber()] = None) -> str:
    """Registers a store from which things are fetched.

    Args:
        name: the name of the store
        address: the address of the store
        phone: the phone number of the store
    """


def list_stores(status: Literal["active", "inactive", "all"] = "active") -> str:
    """Lists the stores that are registered.

    Args:
        status: which of them
    """


def irrelevant_function() -> None:
    """Nothing of the above: small talk, knowledge, choosing dishes, and wishes that no delivery service can fulfil."""
