"""Several models that answer as one: each plans a request over its own functions, and who is surer is believed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT, Catalog
from octocall.model import Model, Trace

SURE = 0.5
"""What is asked for beside the surest plan has to be at least as sure."""
_JOINT = re.compile(r"\b(?:and|then|also|plus)\b|[,;.&\n]", re.I)


class Union:
    """Models in order. It plans as a Model does."""

    def __init__(self, models: Sequence[Model]) -> None:
        """A function of a name that an earlier model has is called after its catalog, too: car_set_volume."""
        self.models = tuple(models)
        taken = {IRRELEVANT}
        self.names: list[dict[str, str]] = []
        """For each model the names of its functions here, by their own."""
        for model in self.models:
            own = {f.name: f.name if f.name not in taken else f"{model.catalog.name}_{f.name}" for f in model.catalog if f.name != IRRELEVANT}
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
        """The surest plan that refuses nothing, with what others ask for in another part of the request."""
        if not isinstance(request, Request):
            request = Request(request)
        found = [self._renamed(model.trace(request, now=now, **settings), names) for model, names in zip(self.models, self.names, strict=True)]
        able = sorted((trace for trace in found if not _refused(trace.plan)), key=lambda trace: -trace.plan.confidence)
        if not able:
            # all refuse: as sure as the least sure of them
            plan = Plan(found[0].plan.calls, min(trace.plan.confidence for trace in found), sum(trace.plan.latency_ms for trace in found))
            return replace(found[0], plan=plan, catalog=self.catalog)
        calls = list(able[0].plan.calls)
        sure = able[0].plan.confidence
        for trace in able[1:]:
            if trace.plan.confidence >= SURE and all(_apart(request.text, call, other) for call in trace.plan.calls for other in calls):
                calls += trace.plan.calls
                sure *= trace.plan.confidence
        calls.sort(key=_first)
        plan = Plan(tuple(calls), sure, sum(trace.plan.latency_ms for trace in found))
        return Trace(plan, tuple(step for trace in found for step in trace.steps), all(trace.valid for trace in able), self.catalog)

    def _renamed(self, trace: Trace, names: Mapping[str, str]) -> Trace:
        return replace(trace, plan=replace(trace.plan, calls=tuple(_named(call, names) for call in trace.plan.calls)))


def _named(call: Call, names: Mapping[str, str]) -> Call:
    arguments = {key: _named(value, names) if isinstance(value, Call) else value for key, value in call.arguments.items()}
    return replace(call, name=names.get(call.name, call.name), arguments=arguments)


def _refused(plan: Plan) -> bool:
    return not plan.calls or all(call.name == IRRELEVANT for call in plan.calls)


def _spans(call: Call) -> list[tuple[int, int]]:
    return sorted(span for inner in call.walk() for spans in inner.spans.values() for span in spans)


def _first(call: Call) -> int:
    return min((begin for begin, _ in _spans(call)), default=0)


def _apart(text: str, one: Call, other: Call) -> bool:
    """Whether the values of two calls stand in different parts of a request, with a joint between them."""
    ours, theirs = _spans(one), _spans(other)
    if not ours or not theirs:
        return False
    before, after = (ours, theirs) if ours[0] < theirs[0] else (theirs, ours)
    return before[-1][1] <= after[0][0] and _JOINT.search(text[before[-1][1] : after[0][0]]) is not None
