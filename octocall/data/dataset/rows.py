"""From drafts with marked values to examples: disturbed as people type, each value read back from its place."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from octocall.call import Plan, Request
from octocall.data.bookrows import Backgrounds
from octocall.data.example import Example
from octocall.data.noise import Piece, disturb
from octocall.data.teachers.common.placing import phrasing
from octocall.data.teachers.offline import OfflineTeacher
from octocall.data.teachers.rules.script import FIRST, Draft, Setting
from octocall.types import Context, Text

_MARK = re.compile("\ue000(.)([^\ue001]*)\ue001", re.S)


@dataclass(frozen=True)
class Voices:
    """How requests are said: shares of them with slips of typing and with a sentence around them that asks for nothing."""

    backgrounds: Backgrounds = field(default_factory=Backgrounds)
    slips: float = 0.25
    around: float = 0.1

    def applied(self, parts: list[Piece], command: bool, rng: random.Random) -> list[Piece]:
        """``parts`` as somebody might say them; ``command`` tells that "please" and the like may stand before."""
        parts = self.backgrounds.around(parts, rng) if rng.random() < self.around else parts
        return disturb(parts, rng, wrap=command) if rng.random() < self.slips else parts


def setting(rng: random.Random) -> Setting:
    """Chance, and when a request is made."""
    return Setting(rng, Context(datetime(2024, 1, 1) + timedelta(minutes=rng.randrange(3 * 365 * 24 * 60))))


def pieces(draft: Draft) -> list[Piece]:
    """The text of a draft cut at its marks; the slot of a value is its number."""
    found, at = [], 0
    for match in _MARK.finditer(draft.text):
        slot = ord(match[1]) - FIRST
        call, name = draft.slots[slot][0]
        if match.start() > at:
            found.append(Piece(draft.text[at : match.start()]))
        found.append(Piece(match[2], (slot,), not isinstance(draft.functions[call].parameter(name).type, Text)))
        at = match.end()
    return found + ([Piece(draft.text[at:])] if at < len(draft.text) else [])


def example(teacher: OfflineTeacher, draft: Draft, source: str, voices: Voices, at: Setting) -> Example:
    """The example of a draft, checked. Raises Rejected."""
    text = ""
    places: dict[int, tuple[int, int]] = {}
    for part in voices.applied(pieces(draft), draft.frame.startswith("{V}"), at.rng):
        if isinstance(part.slot, tuple):
            lead = len(part.text) - len(part.text.lstrip())
            places[part.slot[0]] = (len(text) + lead, len(text) + len(part.text.rstrip()))
        text += part.text
    request = Request(text.rstrip(), at.context.now)
    calls = teacher.arguments(draft, request, places)
    teacher.judge(request, calls, places)
    kind = "nested" if draft.nested else "parallel" if len(calls) > 1 else "single"
    return Example(request, Plan(calls), source, kind)


def skeleton(example: Example) -> str:
    """The words of a request without its values: the phrasing."""
    calls = [call for outer in example.plan.calls for call in outer.walk()]
    return re.sub(r"\s*<\w+>\s*", " _ ", phrasing(example.request.text, calls)).strip()
