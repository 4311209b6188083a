"""The data card: what the data are, where they come from, their digests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from octocall.data.dataset.config import DatasetConfig


def data_card(config: DatasetConfig, counts: Counter[str], catalogues: Sequence[Path], exams: Sequence[Path], digests: Mapping[str, str]) -> str:
    """What the data are, in Markdown."""
    lines = ["# Data card: open functions", "", "Settings: " + ", ".join(f"{k} {v}" for k, v in asdict(config).items() if k != "workers"), ""]
    lines += ["Requests are written by rules from the documentation of published operations; no model and no person wrote them.", ""]
    for path in catalogues:
        notes = sorted((path if path.is_dir() else path.parent).glob("NOTICE*"))
        lines += [f"Source `{path.name}`:", "", *(f"> {line}" for note in notes for line in note.read_text(encoding="utf-8").splitlines()[:12] if line.strip()), ""]
    lines += ["Checked against exam files: " + (", ".join(path.name for path in exams) or "none given"), ""]
    lines += ["| what | count |", "|---|---|", *(f"| {name} | {count} |" for name, count in sorted(counts.items())), "", "| file | SHA-256 |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in digests.items()]
    return "\n".join(lines) + "\n"
