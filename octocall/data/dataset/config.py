"""What a run of ``octocall dataset`` is made of, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field

from octocall.errors import OctocallError


@dataclass(frozen=True)
class DatasetConfig:
    """What a run is made of; every field is a flag of ``octocall dataset``."""

    rows: int = field(default=260_000, metadata={"help": "Rows in all"})
    functions: int = field(default=26_000, metadata={"help": "Most functions"})
    unsolvable: float = field(default=0.5, metadata={"help": "Share of the rows whose candidates do not solve the request"})
    parallel: float = field(default=0.26, metadata={"help": "Share of the solvable rows that ask for several calls"})
    nested: float = field(default=0.25, metadata={"help": "Share of the requests of a function that takes a message in which the message is another call's result"})
    held_out: float = field(default=0.04, metadata={"help": "Share of the vendors whose functions and sentences are kept for validation"})
    workers: int = field(default=0, metadata={"help": "Processes; 0: one for each processor"})
    seed: int = field(default=0, metadata={"help": "Seed of all draws"})

    def __post_init__(self) -> None:
        """Raises OctocallError for settings that no data can have."""
        if self.rows < 1 or self.functions < 20:
            raise OctocallError(f"rows = {self.rows}, functions = {self.functions} were given; at least 1 and 20 are expected")
        for name in ("unsolvable", "parallel", "nested", "held_out"):
            if not 0 <= getattr(self, name) < 1:
                raise OctocallError(f"{name} = {getattr(self, name)} was given; a share from 0 to below 1 is expected")
