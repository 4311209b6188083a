"""What a run of the data pipeline is made of, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field

from octocall.errors import OctocallError


@dataclass(frozen=True)
class SynthConfig:
    """How many rows of which kind; every field is a flag of ``octocall synth``."""

    rows_per_function: int = field(default=4000, metadata={"help": "Single requests of each function"})
    parallel: int = field(default=15000, metadata={"help": "Requests for several calls"})
    joined: float = field(default=0.5, metadata={"help": "Share of parallel rows made by joining single requests"})
    nested: int = field(default=9000, metadata={"help": "Requests with a call inside a call"})
    irrelevant: int = field(default=14000, metadata={"help": "Requests that fit no function"})
    public: float = field(default=0.45, metadata={"help": "Share of irrelevant rows from public sets, where these are at hand"})
    context: float = field(default=0.15, metadata={"help": "Share of requests with a sentence before them that asks for nothing; half as many have one after"})
    held_out: float = field(default=0.06, metadata={"help": "Share of phrasings kept for validation"})
    seed: int = field(default=0, metadata={"help": "Seed of all draws"})

    def __post_init__(self) -> None:
        """Raises OctocallError for settings that no data can have."""
        for name in ("rows_per_function", "parallel", "nested", "irrelevant"):
            if getattr(self, name) < 0:
                raise OctocallError(f"{name} = {getattr(self, name)} was given; 0 or more is expected")
        for name in ("joined", "public", "context", "held_out"):
            if not 0 <= getattr(self, name) <= 1:
                raise OctocallError(f"{name} = {getattr(self, name)} was given; a share from 0 to 1 is expected")
