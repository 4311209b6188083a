"""What a compilation is made of, in one frozen value."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from octocall.errors import OctocallError


@dataclass(frozen=True)
class CompileConfig:
    """Settings of ``octocall compile``; every field is a flag."""

    taught: int = field(default=40, metadata={"help": "Rows of the offline teacher for each function; 0 for none"})
    variants: int = field(
        default=24,
        metadata={"help": "Rows of each example: as it stands, then with other values, slips of typing and words of others; fewer of each of many phrasings"},
    )
    steps: int = field(default=0, metadata={"help": "Steps of the optimiser; 0: by the number of rows, at most 700, and no more than minutes has room for, but 150"})
    minutes: float = field(default=10.0, metadata={"help": "So long the trainings may take on this machine, where steps are not given"})
    batch_size: int = field(default=32, metadata={"help": "Rows of a step"})
    learning_rate: float = field(default=2e-3, metadata={"help": "Highest rate"})
    curve: bool = field(default=True, metadata={"help": "Whether the learning curve is measured"})
    seed: int = field(default=0, metadata={"help": "Seed of all draws"})
    threads: int = field(default=0, metadata={"help": "Threads of the processor; 0 for all"})

    def __post_init__(self) -> None:
        """Raises OctocallError for settings that no compilation can have."""
        for name, least in (("taught", 0), ("variants", 1), ("steps", 0), ("batch_size", 1), ("threads", 0)):
            if getattr(self, name) < least:
                raise OctocallError(f"{name} = {getattr(self, name)} was given; at least {least} is expected")
        if not 0 < self.minutes < math.inf:
            raise OctocallError(f"minutes = {self.minutes} was given; more than 0 is expected")
        if not 0 < self.learning_rate < 1:
            raise OctocallError(f"learning_rate = {self.learning_rate} was given; a number between 0 and 1 is expected")
