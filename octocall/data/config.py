"""What a run of the data pipeline is made of, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from octocall.errors import OctocallError


@dataclass(frozen=True)
class SynthConfig:
    """How many rows of which kind; every field is a flag of ``octocall synth``."""

    rows_per_function: int = 4000
    parallel: int = 15000
    joined: float = 0.5  # the share of parallel rows made by joining single requests
    nested: int = 9000
    irrelevant: int = 14000
    public: float = 0.45  # the share of irrelevant rows from public sets, where these are at hand
    context: float = 0.15  # the share of requests with a sentence before them that asks for nothing; half as many have one after
    held_out: float = 0.06  # the share of phrasings kept for validation
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises OctocallError for settings that no data can have."""
        for name in ("rows_per_function", "parallel", "nested", "irrelevant"):
            if getattr(self, name) < 0:
                raise OctocallError(f"{name} = {getattr(self, name)} was given; 0 or more is expected")
        for name in ("joined", "public", "context", "held_out"):
            if not 0 <= getattr(self, name) <= 1:
                raise OctocallError(f"{name} = {getattr(self, name)} was given; a share from 0 to 1 is expected")
