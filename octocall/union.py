"""Several models that answer as one: each plans a request over its own functions, and who is surer is believed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT, Catalog
from octocall.model import Model, Trace

SURE = 0.97
"""A plan of a single model that is as sure is not compared with plans for parts of the request."""
_JOINT = re.compile(r"\s*(?:[,;.&\n]\s*)?\b(?:and then|and also|and|then|also|plus)\b\s*|\s*[;.&\n,]\s+", re.I)
_MOST = 4
"""So many places at most are tried where one wish may end and another begin."""


class Union:
    """Models in order. It plans as a Model does."""

    def __init__(self, models: Sequence[Model]) -> None:
        """A function of a name that an earlier model has is called after its catalog, too: car_set_volume."""
        self.models = tuple(models)
        taken = {IRRELEVANT}
        self.names: list[dict[str, str]] = []
        """For each model the names of its functions here, by their own."""
        for model in self.models:
            own = {f.name: f.name if f.name not in taken else re.sub(r"\W", "_", f"{model.catalog.name}_{f.name}") for f in model.catalog if f.name != IRRELEVANT}
            self.names.append(own | {IRRELEVANT: IRRELEVANT})
            taken |= set(own.values())

    @cached_property
    def catalog(self) -> Catalog:
        """The functions of all. Raises SignatureError where two have one name all the same."""
        title = " + ".join(model.catalog.name for model in self.models)
        pairs = [(names[f.name], f) for model, names in zip(self.models, self.names, strict=True) for f in model.catalog if f.name != IRRELEVANT]
        nothing = [model.catalog[IRRELEVANT] for model in self.models if IRRELEVANT in model.catalog][:1]
        return Catalog((*(f if f.name == name else replace(f, name=name, original="") for name, f in pairs), *nothing), title)

    def plan(self, request: str | Request, **settings: Any) -> Plan:
        """The plan of a request; settings as of Model.plan."""
        return self.trace(request, **settings).plan

    def trace(self, request: str | Request, *, now: datetime | None = None, **settings: Any) -> Trace:
        """The surest plan: of one model for the whole request, or of different ones for two parts of it."""
        if not isinstance(request, Request):
            request = Request(request)
        request = request if now is None else replace(request, now=now)
        whole = self._surest(request, settings)
        if whole.plan.confidence >= SURE and not _refused(whole.plan):
            return whole
        best, taken = whole, whole.plan.latency_ms
        for match in list(_JOINT.finditer(request.text))[:_MOST]:
            parts = [
                self._surest(replace(request, text=text), settings) for text in (request.text[: match.start()], request.text[match.end() :]) if text.strip(" .,;!?")
            ]
            taken += sum(part.plan.latency_ms for part in parts)
            sure = math.prod(part.plan.confidence for part in parts)
            if (
                len(parts) == 2
                and sure >= settings.get("min_confidence", 0.0)
                and not any(_refused(part.plan) for part in parts)
                and (sure > best.plan.confidence or _refused(best.plan))
            ):
                calls = (*parts[0].plan.calls, *(_moved(call, match.end()) for call in parts[1].plan.calls))
                best = Trace(Plan(calls, sure), parts[0].steps + parts[1].steps, all(part.valid for part in parts), self.catalog)
        return replace(best, plan=replace(best.plan, latency_ms=taken))

    def _surest(self, request: Request, settings: Mapping[str, Any]) -> Trace:
        """The plan of the model that is surest of its own, or a refusal where all refuse: as sure as the least sure of them."""
        found = [self._renamed(model.trace(request, **settings), names) for model, names in zip(self.models, self.names, strict=True)]
        able = [trace for trace in found if not _refused(trace.plan)]
        best = max(able, key=lambda trace: trace.plan.confidence) if able else min(found, key=lambda trace: trace.plan.confidence)
        return replace(best, plan=replace(best.plan, latency_ms=sum(trace.plan.latency_ms for trace in found)), catalog=self.catalog)

    def _renamed(self, trace: Trace, names: Mapping[str, str]) -> Trace:
        return replace(trace, plan=replace(trace.plan, calls=tuple(_named(call, names) for call in trace.plan.calls)))


def _named(call: Call, names: Mapping[str, str]) -> Call:
    arguments = {key: _named(value, names) if isinstance(value, Call) else value for key, value in call.arguments.items()}
    return replace(call, name=names.get(call.name, call.name), arguments=arguments)


def _refused(plan: Plan) -> bool:
    return not plan.calls or all(call.name == IRRELEVANT for call in plan.calls)


def _moved(call: Call, by: int) -> Call:
    """A call whose spans count from the beginning of the whole request."""
    arguments = {name: _moved(value, by) if isinstance(value, Call) else value for name, value in call.arguments.items()}
    return replace(call, arguments=arguments, spans={name: tuple((a + by, b + by) for a, b in spans) for name, spans in call.spans.items()})
