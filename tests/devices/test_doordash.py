"""The simulated DoorDash: a delivery from the quote to the door, and the money on the way."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octocall.call import Call
from octocall.devices.doordash import DoorDash
from octocall.errors import DeviceError

NUMBER = "+14155550199"
STAGES = ["created", "confirmed", "enroute_to_pickup", "arrived_at_pickup", "picked_up", "enroute_to_dropoff", "arrived_at_dropoff", "delivered"]


@pytest.fixture
def service(tmp_path: Path) -> DoorDash:
    return DoorDash(tmp_path / "doordash.db", lambda: datetime(2026, 3, 4, 10, 30))


def row(service: DoorDash, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = service.state()["deliveries"][number]
    return found


def test_a_quote_is_accepted_and_followed_to_the_door(service: DoorDash) -> None:
    message, delivery = service.get_delivery_quote("1 Main Street", "2 Elm Street", 30.0)
    assert delivery == "D-1001" and message.startswith("Quote D-1001: $") and message.endswith("from 1 Main Street to 2 Elm Street (simulated)")
    assert "not ordered" in service.get_delivery_status(delivery)[0] and row(service)["status"] == "quote"
    price = message.split(": ")[1].split(",")[0]
    question = f"Order a courier from 1 Main Street to 2 Elm Street for {price} and a tip of $3.00?"
    assert service.asks(Call("accept_quote", {"delivery_id": delivery, "tip": 3})) == question
    assert service.accept_quote(delivery, 3.0)[1] == delivery
    with pytest.raises(DeviceError, match=r"D-1001 is created .*a quote that is not accepted yet is expected"):
        service.asks(Call("accept_quote", {"delivery_id": delivery}))
    followed = [row(service)["status"]]
    while followed[-1] != "delivered":
        message, _ = service.get_delivery_status(delivery)
        followed.append(row(service)["status"])
    assert followed == STAGES and message == "D-1001 was delivered to 2 Elm Street (simulated)"
    assert service.get_delivery_status(delivery)[0] == message


@pytest.mark.parametrize("said", ["D-1001", "d1001", " d one oh oh one ", "1001", "D 1001.", "#1001"])
def test_ids_may_be_dictated(service: DoorDash, said: str) -> None:
    with pytest.raises(DeviceError, match="order one first"):
        service.get_delivery_status(said)
    service.create_delivery("here", "there", NUMBER)
    assert service.get_delivery_status(said)[0].startswith("D-1001 has a courier, and arrives in about ")
    with pytest.raises(DeviceError, match=r"no delivery '77' is known \(simulated\); expected: D-1001"):
        service.get_delivery_status("77")


def test_prices_depend_on_the_addresses_alone(tmp_path: Path) -> None:
    for number in range(2):
        service = DoorDash(tmp_path / f"{number}.db")
        for dropoff in ("there", " There", "elsewhere"):
            service.get_delivery_quote("here", dropoff)
    first, second, third = ((found["fee"], found["minutes"]) for found in service.state()["deliveries"])
    assert first == second != third
    assert [found["fee"] for found in DoorDash(tmp_path / "0.db").state()["deliveries"]] == [first[0], second[0], third[0]]


def test_changes_under_way(service: DoorDash) -> None:
    delivery = service.create_delivery("here", "there", NUMBER, "ring twice", 2.0)[1]
    change = {"delivery_id": delivery, "dropoff_address": "9 Oak Avenue", "tip": 5}
    assert service.asks(Call("update_delivery", change)) == "Change D-1001: bring it to 9 Oak Avenue and tip $5.00?"
    assert service.asks(Call("update_delivery", {"delivery_id": delivery, "instructions": "knock"})) is None
    message = service.call("update_delivery", {**change, "dropoff_time": "2026-03-04-18-00"})[0]
    assert message.startswith("Changed D-1001: dropoff 9 Oak Avenue, tip $5.00, dropoff time 2026-03-04 18:00, fee $")
    assert (row(service)["dropoff"], row(service)["tip"], row(service)["instructions"]) == ("9 Oak Avenue", 5.0, "ring twice")
    assert "arrives at 2026-03-04 18:00" in service.get_delivery_status(delivery)[0]
    with pytest.raises(DeviceError, match="a time to come is expected"):
        service.update_delivery(delivery, dropoff_time="2026-03-04-10-30")
    with pytest.raises(DeviceError, match="nothing was given to change"):
        service.update_delivery(delivery)
    service.cancel_delivery(delivery)
    with pytest.raises(DeviceError, match=r"D-1001 is cancelled .*under way is expected"):
        service.update_delivery(delivery, tip=1.0)


@pytest.mark.parametrize(("looks", "ends"), [(0, "nothing is charged"), (1, "nothing is charged"), (2, " stays"), (3, " stays"), (4, None), (7, None)])
def test_cancelling_costs_the_fee_once_the_courier_is_on_the_way(service: DoorDash, looks: int, ends: str | None) -> None:
    delivery = service.create_delivery("here", "there", NUMBER, tip=4.0)[1]
    fee = row(service)["fee"]
    for _ in range(looks):
        service.get_delivery_status(delivery)
    if ends is None:
        with pytest.raises(DeviceError, match="not picked up yet is expected"):
            service.cancel_delivery(delivery)
        return
    assert service.asks(Call("cancel_delivery", {"delivery_id": delivery})) == "Cancel D-1001 from here to there?"
    assert f"{ends} (simulated)" in service.cancel_delivery(delivery, "too_slow")[0]
    assert (row(service)["status"], row(service)["reason"], row(service)["tip"]) == ("cancelled", "too_slow", 0.0)
    assert row(service)["fee"] == (fee if "stays" in ends else 0.0)


@settings(max_examples=15)
@given(amounts=st.lists(st.none() | st.floats(0, 60), min_size=1, max_size=5))
def test_no_more_comes_back_than_was_paid(tmp_path_factory: pytest.TempPathFactory, amounts: list[float | None]) -> None:
    service = DoorDash(tmp_path_factory.mktemp("refunds") / "doordash.db")
    delivery = service.accept_quote(service.get_delivery_quote("here", "there", 40.0)[1], 5.0)[1]
    paid = round(45.0 + row(service)["fee"], 2)
    for amount in amounts:
        before = sum(refund["amount"] for refund in service.state()["refunds"])
        wanted = round(paid - before if amount is None else amount, 2)
        try:
            service.request_refund(delivery, "late", amount)
        except DeviceError:
            assert wanted <= 0 or wanted > round(paid - before, 2)
        after = sum(refund["amount"] for refund in service.state()["refunds"])
        assert after <= paid + 1e-6 and (after == before or abs(after - before - wanted) < 1e-6)


def test_refunds_ask_first_and_need_an_order(service: DoorDash) -> None:
    quote = service.get_delivery_quote("here", "there")[1]
    with pytest.raises(DeviceError, match=r"is quote .*ordered"):
        service.request_refund(quote, "late")
    delivery = service.create_delivery("here", "there", NUMBER, tip=1.0)[1]
    assert service.asks(Call("request_refund", {"delivery_id": delivery, "reason": "damaged", "amount": 12.5})) == "Ask for $12.50 back for D-1002?"
    assert service.request_refund(delivery, "damaged", 900.0)[0] == "Asked for $900.00 back for D-1002 (damaged) (simulated)"
    with pytest.raises(DeviceError, match="nothing of what D-1002 cost is left"):
        service.request_refund(delivery, "never_arrived")


def test_stores_are_listed_and_stand_for_their_address(service: DoorDash) -> None:
    assert service.list_stores()[0] == "No active stores (simulated)"
    store = service.create_store("Acme", "1 Main Street", NUMBER)[1]
    assert "already" in service.create_store("acme", "1 main street")[0]
    assert service.list_stores("all")[0] == "1 store: Acme, 1 Main Street (simulated)"
    assert service.list_stores("inactive")[0] == "No inactive stores (simulated)"
    service.create_delivery(store, "there", NUMBER)
    assert row(service)["pickup"] == "Acme, 1 Main Street"


def test_only_what_costs_or_cannot_be_undone_is_asked(service: DoorDash) -> None:
    assert service.asks(Call("get_delivery_quote", {"pickup_address": "a", "dropoff_address": "b"})) is None
    assert service.asks(Call("create_store", {"name": "a", "address": "b"})) is None
    order = {"pickup_address": "a", "dropoff_address": "b", "dropoff_phone": NUMBER}
    question = service.asks(Call("create_delivery", order))
    assert question is not None and question.startswith("Order a courier from a to b for $") and service.state()["deliveries"] == []
