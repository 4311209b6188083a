"""A compiled model: request in, plan out."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from octocall.bundle import Bundle
from octocall.call import Plan, Request
from octocall.catalog import Catalog
from octocall.codecs.spans import SpansCodec
from octocall.decode import Decoded, Runtime, Step, decode
from octocall.mask import Mask


@dataclass(frozen=True)
class Trace:
    """How a plan came about: the decisions in order; ``valid`` is False where the unmasked network wrote no plan."""

    plan: Plan
    steps: tuple[Step, ...]
    valid: bool


class Model:
    """Runtime, catalog and codec."""

    def __init__(self, runtime: Runtime, codec: SpansCodec) -> None:
        self.runtime, self.codec = runtime, codec
        self._mask = Mask(codec.grammar, codec.vocab)

    @classmethod
    def load(cls, name: str | Path = "android", threads: int = 0) -> Model:
        """Opens a bundle by name or folder. Raises BundleError."""
        from octocall.runtimes.onnx import OnnxRuntime

        bundle = Bundle.open(name)
        return cls(OnnxRuntime(bundle.folder, threads), bundle.codec)

    @property
    def catalog(self) -> Catalog:
        return self.codec.catalog

    def plan(self, request: str | Request, *, now: datetime | None = None, masked: bool = True) -> Plan:
        """The plan of a request.

        ``now`` is the clock against which "tomorrow" is read (default: that of the request, else the
        real one); one with a time zone is taken to local time. Raises RequestError for an empty or
        overlong text. Without ``masked`` the plan may be empty: the
        network then wrote something that is no plan.
        """
        return self.trace(request, now=now, masked=masked).plan

    def trace(self, request: str | Request, *, now: datetime | None = None, masked: bool = True) -> Trace:
        """The plan with the decisions behind it."""
        began = time.perf_counter()
        if not isinstance(request, Request):
            request = Request(request)
        if now is not None:
            request = replace(request, now=now)
        reading = self.codec.read(request)
        decoded: Decoded = decode(self.runtime, self.codec, self._mask, reading, masked=masked)
        calls = self.codec.decode(decoded.symbols, reading).calls if decoded.valid else ()
        plan = Plan(calls, decoded.confidence, 1000 * (time.perf_counter() - began))
        return Trace(plan, decoded.steps, decoded.valid)
