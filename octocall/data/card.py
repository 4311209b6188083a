"""The data card of an open data folder: what the data are, where they come from, their digests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from octocall.data.compile import CARD, FUNCTIONS, HELD_OUT, TRAIN
from octocall.files import digest, write_atomically


def write_card(out: Path, title: str, settings: Mapping[str, object], exams: Sequence[Path], counts: Mapping[str, int], notes: Sequence[str] = ()) -> None:
    """Writes the card of the functions and rows that lie in ``out``, in Markdown; ``notes`` are lines about the sources."""
    lines = [f"# Data card: {title}", "", "Settings: " + ", ".join(f"{key} {value}" for key, value in settings.items()), "", *notes]
    lines += ["Checked against exam files: " + (", ".join(path.name for path in exams) or "none given"), "", "| what | count |", "|---|---|"]
    lines += [f"| {what} | {number} |" for what, number in sorted(counts.items())]
    lines += ["", "| file | SHA-256 |", "|---|---|", *(f"| {name} | {digest(out / name)} |" for name in (FUNCTIONS, TRAIN, HELD_OUT)), ""]
    write_atomically(out / CARD, "\n".join(lines).encode())
