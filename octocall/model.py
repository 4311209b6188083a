"""A compiled model: request in, plan out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from octocall.base import Base, Bound
from octocall.bundle import BASE, Bundle
from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT, Catalog
from octocall.catalogue import Catalogue
from octocall.causal import Causal, is_causal
from octocall.codecs.spans import SpansCodec
from octocall.confidence import Confidence
from octocall.decode import Decoded, Runtime, Step, decode
from octocall.errors import RequestError
from octocall.function import Function
from octocall.mask import Mask
from octocall.sources import as_functions

Functions: TypeAlias = Catalog | Catalogue | Iterable[Function | Callable[..., Any] | Mapping[str, Any]] | str | Path
"""Functions of any source: values, Python functions, JSON tools, or what ``load_any`` reads; or a catalogue on disk."""


@dataclass(frozen=True)
class Trace:
    """How a plan came about: the decisions in order; ``valid`` is False where the unmasked network wrote no plan.

    ``catalog`` has the functions that could be chosen, with the names of their source.
    """

    plan: Plan
    steps: tuple[Step, ...]
    valid: bool
    catalog: Catalog


class Model:
    """Runtime, catalog and codec; and the base, for requests that bring functions of their own."""

    def __init__(
        self, runtime: Runtime | None, codec: SpansCodec, base: Base | None = None, confidence: Confidence | None = None, implementations: Sequence[Path] = ()
    ) -> None:
        """Without ``runtime`` every request has to bring functions of its own. ``confidence`` reads what the network says of its plans; ``implementations``
        are Python files of the bundle with the functions themselves."""
        self.runtime, self.codec, self.confidence, self.implementations = runtime, codec, confidence, tuple(implementations)
        self._mask, self._base = Mask(codec.grammar, codec.vocab), base

    @classmethod
    def load(cls, name: str | Path = "android", threads: int = 0, base: Base | None = None) -> Model:
        """Opens a bundle by name or folder, on top of ``base`` where it needs one and another than that which ships, or a published language model by its
        name. Raises BundleError."""
        from octocall.runtimes.onnx import OnnxRuntime

        if is_causal(name):
            return CausalModel(Causal.load(name, threads))
        bundle = Bundle.open(name, base.bundle.folder if base else BASE)
        if bundle.network == "open":
            return cls(None, bundle.codec, Base(bundle, threads))
        if bundle.network == "tuned":
            base = base or Base.load(threads=threads)
            return cls(base.tuned(bundle, threads), bundle.codec, base, bundle.confidence, bundle.implementations)
        return cls(OnnxRuntime(bundle.folder, threads), bundle.codec)

    @property
    def catalog(self) -> Catalog:
        return self.codec.catalog

    def plan(
        self,
        request: str | Request,
        *,
        now: datetime | None = None,
        functions: Functions | None = None,
        masked: bool = True,
        must_call: bool = False,
        min_confidence: float = 0.0,
    ) -> Plan:
        """The plan of a request.

        ``now`` is the clock against which "tomorrow" is read (default: that of the request, else the
        real one); one with a time zone is taken to local time. ``functions`` are candidates for this
        request alone, of any source, which the network need not know; of a catalogue on disk its nearest ones. Raises
        RequestError for an empty or overlong text, SignatureError for functions that cannot be read, CatalogueError
        for a catalogue of another base. Without ``masked`` the plan may be empty: the network then wrote something
        that is no plan. With ``must_call`` nothing is refused: for requests that are known to ask for something, as at
        the end of a dialogue or in a form. A plan that is less sure than ``min_confidence`` becomes a refusal.
        """
        return self.trace(request, now=now, functions=functions, masked=masked, must_call=must_call, min_confidence=min_confidence).plan

    def trace(
        self, request: str | Request, *, now: datetime | None = None, functions: Functions | None = None, masked: bool = True, must_call: bool = False,
        min_confidence: float = 0.0,
    ) -> Trace:  # fmt: skip
        """The plan with the decisions behind it."""
        request = _request(request, now)
        given = functions if isinstance(functions, Catalogue) else request.functions if functions is None else as_functions(functions)
        began = time.perf_counter()
        if isinstance(given, Catalogue):
            (codec, mask, runtime), reading = self.base.among(given, request)
        else:
            codec, mask, runtime = self._bound if given is None else self.base.bind(given)
            reading = codec.read(request)
        barred = frozenset({codec.vocab.ids[codec.catalog.token(IRRELEVANT)]} if must_call and IRRELEVANT in codec.catalog else ())
        decoded: Decoded = decode(runtime, codec, mask, reading, masked=masked, barred=barred)
        calls = codec.decode(decoded.symbols, reading).calls if decoded.valid else ()
        # a call that says the same as an earlier one is the network going round, not a wish
        calls = tuple(call for i, call in enumerate(calls) if call not in calls[:i])
        sure = self.confidence(decoded.confidence) if self.confidence and given is None else decoded.confidence
        if sure < min_confidence and IRRELEVANT in codec.catalog:
            calls = (Call(IRRELEVANT),)
        plan = Plan(calls, sure, 1000 * (time.perf_counter() - began))
        return Trace(plan, decoded.steps, decoded.valid, codec.catalog)

    @property
    def base(self) -> Base:
        """The network for functions that come with the request; the one that ships is opened when it is first needed."""
        if self._base is None:
            self._base = Base.load()
        return self._base

    @property
    def _bound(self) -> Bound:
        if self.runtime is None:
            raise RequestError("a request without functions was given to the base, which has none of its own; give some with --functions, or choose a bundle")
        return Bound(self.codec, self._mask, self.runtime)


class CausalModel(Model):
    """A language model in the place of the pointer network."""

    def __init__(self, causal: Causal) -> None:
        self.causal, self.runtime, self._base, self.implementations = causal, None, None, ()

    @property
    def catalog(self) -> Catalog:
        return self.causal.codec.catalog

    def trace(
        self, request: str | Request, *, now: datetime | None = None, functions: Functions | None = None, masked: bool = True, must_call: bool = False,
        min_confidence: float = 0.0,
    ) -> Trace:  # fmt: skip
        """The plan with the decisions behind it. Raises RequestError where ``functions`` are given to a model that knows its own alone."""
        request = _request(request, now)
        if isinstance(functions, Catalogue):
            raise RequestError("a catalogue was given to a language model; give it to the base, or some functions with --functions")
        if functions is not None:
            request = replace(request, functions=as_functions(functions))
        began = time.perf_counter()
        [(plan, decoded)] = self.causal.decode([request], masked=masked, must_call=must_call)
        if plan.confidence < min_confidence and IRRELEVANT in self.catalog:
            plan = replace(plan, calls=(Call(IRRELEVANT),))
        plan = replace(plan, latency_ms=1000 * (time.perf_counter() - began))
        return Trace(plan, decoded.steps, decoded.valid, self.causal.codec.candidates(request))


def _request(given: str | Request, now: datetime | None) -> Request:
    request = given if isinstance(given, Request) else Request(given)
    return request if now is None else replace(request, now=now)
