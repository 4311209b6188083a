"""Times and date-times as ISO 8601 writes them: what JSON Schema's formats "time" and "date-time" ask for."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, ClassVar

from octocall.types.base import Context, Sample
from octocall.types.temporal import CLOCK, DAY, STAMP, DateTime, TimeOfDay

_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:[Zz]|[+-]\d\d:\d\d)?"
_CANONICAL = rf"{CLOCK}:[0-5][0-9](\.[0-9]{{6}})?([+-]{CLOCK})?"
_TIME = re.compile(_CLOCK, re.ASCII)
_DATETIME = re.compile(rf"\d{{4}}-\d\d-\d\d[Tt ]{_CLOCK}", re.ASCII)


@dataclass(frozen=True)
class IsoTime(TimeOfDay):
    """A time of day as HH:MM:SS. Requests speak of local time: no zone is added, a given one is kept."""

    canonical: ClassVar[str] = _CANONICAL

    def parse(self, text: str, context: Context) -> str | None:
        value = super().parse(text, context)
        return None if value is None else f"{value}:00"

    def check(self, value: Any) -> str:
        try:
            if not isinstance(value, str) or not _TIME.fullmatch(value):
                raise ValueError
            return time.fromisoformat(value.upper()).isoformat()
        except ValueError:
            raise self._refuse(value, "a time of day HH:MM:SS") from None

    def render(self, value: Any) -> str:
        return str(value)[:5]

    def sample(self, rng: random.Random, context: Context) -> Sample:
        text, value = super().sample(rng, context)
        return Sample(text, f"{value}:00")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "time"}


@dataclass(frozen=True)
class IsoDateTime(DateTime):
    """A minute on the calendar as YYYY-MM-DDTHH:MM:SS. Requests speak of local time: no zone is added, a given one is kept."""

    canonical: ClassVar[str] = f"{DAY}T{_CANONICAL}"

    def parse(self, text: str, context: Context) -> str | None:
        value = super().parse(text, context)
        return None if value is None else datetime.strptime(value, STAMP).isoformat()

    def check(self, value: Any) -> str:
        try:
            if not isinstance(value, str) or not _DATETIME.fullmatch(value):
                raise ValueError
            return datetime.fromisoformat(value.upper()).isoformat()
        except ValueError:
            raise self._refuse(value, "a date and time YYYY-MM-DDTHH:MM:SS") from None

    def _start(self, context: Context) -> datetime | None:
        begin = context.arguments.get(self.after)
        return datetime.fromisoformat(begin).replace(tzinfo=None) if isinstance(begin, str) else None

    def fill(self, default: Any, context: Context) -> Any:
        value = super().fill(default, context)
        return datetime.strptime(value, STAMP).isoformat() if isinstance(value, str) and value != default else value

    def render(self, value: Any) -> str:
        return str(value)[:16].replace("T", " ")

    def sample(self, rng: random.Random, context: Context) -> Sample:
        text, value = super().sample(rng, context)
        return Sample(text, datetime.strptime(value, STAMP).isoformat())

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}
