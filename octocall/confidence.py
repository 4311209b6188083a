"""How sure a plan is: what the network says, read so that of plans with 0.8 eight in ten are right."""

from __future__ import annotations

import math
from dataclasses import dataclass

_LEAST = 1e-4


def log_odds(share: float) -> float:
    """The log odds of a share, which is kept away from 0 and 1."""
    share = min(max(share, _LEAST), 1 - _LEAST)
    return math.log(share / (1 - share))


@dataclass(frozen=True)
class Confidence:
    """A rising logistic curve over the log odds of what the network says. Source: Platt 1999."""

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, share: float) -> float:
        return 1 / (1 + math.exp(-(self.slope * log_odds(share) + self.shift)))
