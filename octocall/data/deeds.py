"""Values that are requests themselves: tasks, reminders, messages ("pick up the dry cleaning").

Most values that people's requests hold are names of things, so a network learns that a value begins at a noun. Where the values of a
parameter begin with verbs, variants of its examples take others that do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from octocall.data.functionbook import Group
from octocall.data.teachers.rules.words import verbs

_POOL = Path(__file__).parent / "pools" / "message.do.txt"
_LEAST, _MOST = 2, 8
_BROKEN = re.compile(r"[,.;:?!\d]|[^\x00-\x7f]")


@dataclass(frozen=True)
class Deeds:
    """Things to do as people write them: a pool, and short requests of other applications."""

    groups: Sequence[Group]

    @cached_property
    def texts(self) -> list[str]:
        """The phrases, of two to eight words each."""
        asked = ["".join(piece.text for piece in wish.pieces).rstrip(".! ") for group in self.groups for wish in group.wishes if len(wish.calls) == 1]
        fit = {
            text[:1].lower() + text[1:] for text in asked if _LEAST <= len(text.split()) <= _MOST and not _BROKEN.search(text) and text.split()[0].lower() in verbs()
        }
        return [*self._pool, *sorted(fit - set(self._pool))]

    def share(self, values: Sequence[str]) -> float:
        """How many of the values of a parameter are such phrases, 0 to 1."""
        return sum(len(value.split()) >= _LEAST and value.split()[0].lower() in self._first for value in values) / max(1, len(values))

    @cached_property
    def _pool(self) -> list[str]:
        return list(dict.fromkeys(filter(None, map(str.strip, _POOL.read_text(encoding="utf-8").splitlines()))))

    @cached_property
    def _first(self) -> frozenset[str]:
        return frozenset(verbs()) | {text.split()[0].lower() for text in self._pool}
