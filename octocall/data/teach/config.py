"""What a run of an online teacher is made of, in one frozen value."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from octocall.errors import OctocallError


@dataclass(frozen=True)
class TeachConfig:
    """How much of what is asked for, and how patiently; every field is a flag of ``octocall teach``."""

    per_function: int = field(default=20, metadata={"help": "Single requests of each function"})
    parallel: float = field(default=0.25, metadata={"help": "Requests for several calls, for each single one"})
    irrelevant: float = field(default=0.25, metadata={"help": "Near misses that no function fits, for each single request"})
    candidates: int = field(default=8, metadata={"help": "Functions that go with each row, its own among them"})
    batch: int = field(default=10, metadata={"help": "Requests asked for at a time"})
    tries: int = field(default=3, metadata={"help": "How often what is rejected is made again"})
    held_out: float = field(default=0.1, metadata={"help": "Share of phrasings kept for validation"})
    seed: int = field(default=0, metadata={"help": "Seed of voices, settings, clocks and neighbours; another one gives other requests"})
    limit: int = field(default=8, metadata={"help": "Requests to the service at the same time"})
    retries: int = field(default=6, metadata={"help": "How often a request that failed in passing is sent again"})
    wait: float = field(default=1.0, metadata={"help": "Seconds before the first of these; twice as long before each further one"})
    timeout: float = field(default=120.0, metadata={"help": "Seconds for one answer"})
    max_tokens: int = field(default=4000, metadata={"help": "Longest answer, in tokens; 0 leaves it to the service"})
    temperature: float = field(default=-1.0, metadata={"help": "Sampling temperature; below 0 it is left to the service"})
    price_in: float = field(default=0.0, metadata={"help": "Price of a million tokens sent"})
    price_out: float = field(default=0.0, metadata={"help": "Price of a million tokens received"})

    def __post_init__(self) -> None:
        """Raises OctocallError for settings that no run can have."""
        least = {"per_function": 1, "candidates": 1, "batch": 1, "tries": 1, "limit": 1, "retries": 0, "max_tokens": 0, "parallel": 0, "irrelevant": 0,
                 "price_in": 0, "price_out": 0, "wait": 0}  # fmt: skip
        for name, bound in least.items():
            value = getattr(self, name)
            if not value >= bound or math.isinf(value):
                raise OctocallError(f"{name} = {value} was given; {bound} or more is expected")
        if not 0 <= self.held_out < 1:
            raise OctocallError(f"held_out = {self.held_out} was given; a share from 0 to below 1 is expected")
        if not 0 < self.timeout < math.inf:
            raise OctocallError(f"timeout = {self.timeout} was given; seconds above 0 are expected")

    def count(self, kind: str) -> int:
        """Rows of one kind for a function."""
        share = {"parallel": self.parallel, "irrelevant": self.irrelevant}.get(kind, 1.0)
        return round(self.per_function * share)

    def batches(self, count: int) -> int:
        """How many batches of requests are asked for, at most, until there are ``count`` rows."""
        return self.tries * math.ceil(count / self.batch)

    def price(self, tokens_in: float, tokens_out: float) -> float:
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1e6
