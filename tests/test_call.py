from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from octocall.call import Call, Plan, read_clock
from octocall.errors import RequestError


def test_a_clock_is_local_time_without_an_offset() -> None:
    assert read_clock("2026-03-04T10:30") == datetime(2026, 3, 4, 10, 30)
    noon = read_clock("2026-03-04T12:00+02:00")
    assert noon.tzinfo is None and noon.astimezone() == datetime.fromisoformat("2026-03-04T10:00Z")


@pytest.mark.parametrize("text", ["soon", "", 5, None, "9999-12-31T23:59", "0001-01-01T00:00Z"])
def test_what_is_no_clock(text: Any) -> None:
    with pytest.raises(RequestError, match="1900 to 2100"):
        read_clock(text)


def test_plans_are_read_back() -> None:
    plan = Plan((Call("f", {"x": Call("g"), "y": 1}, ("z",)),))
    assert Plan.from_json(plan.to_json()) == plan


CALL = {"name": "f", "arguments": {}}


@pytest.mark.parametrize("row", [[], "f", 5, {}, {"name": "f"}, CALL | {"name": 5}, CALL | {"arguments": []}, CALL | {"missing": "x"}])
def test_what_is_no_call(row: Any) -> None:
    with pytest.raises((KeyError, TypeError)):
        Call.from_json(row)
