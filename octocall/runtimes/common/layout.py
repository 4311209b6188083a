"""How prompts of different lengths lie side by side."""

from __future__ import annotations

from collections.abc import Sequence


def side_by_side(rows: Sequence[Sequence[int]], known: Sequence[int]) -> tuple[list[list[int]], list[list[int]]]:
    """Tokens of rows and their places in the prompt, padded on the left (0 at place -1); ``known`` tokens of each were read before."""
    width = max(map(len, rows))
    ids = [[0] * (width - len(row)) + list(row) for row in rows]
    return ids, [[-1] * (width - len(row)) + list(range(at, at + len(row))) for at, row in zip(known, rows, strict=True)]


def alike(kept: Sequence[int], prompt: Sequence[int]) -> int:
    """How many tokens both begin with; the last of the prompt never counts: it is always read, for its logits."""
    most = min(len(kept), len(prompt) - 1)
    return next((i for i in range(most) if kept[i] != prompt[i]), most)
