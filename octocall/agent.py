"""Carrying a plan out on a device: permission, confirmation, dry run, nested results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from octocall.call import Call, Outcome, Plan
from octocall.catalog import IRRELEVANT, Catalog
from octocall.errors import DeviceError
from octocall.types import Context

Confirm: TypeAlias = Callable[[Call, str], bool]
"""Whether the user lets a call happen, given the call and the question to put to them."""
Reply: TypeAlias = Callable[[str], str]
"""What the user says to a question about a missing value; empty where they say nothing."""


class Device(Protocol):
    """What an Agent needs of a phone, a vehicle, a service."""

    def asks(self, call: Call) -> str | None:
        """The question to put to the user before ``call``; None where there is none.

        Of a complete call: whether to go on. Of one with ``missing`` values: what they are, None
        leaving the wording to the agent. Raises DeviceError.
        """
        ...

    def call(self, name: str, arguments: Mapping[str, Any]) -> tuple[str, Any]:
        """Carries one call out: a sentence for people, and the result. Raises DeviceError."""
        ...


def nobody(call: Call, question: str) -> bool:
    """The answer of an agent that nobody confirms anything to: no."""
    return False


class Agent:
    """Carries plans out on ``device``.

    ``confirm`` answers the device's questions; without it every call the device asks about is
    refused. With ``dry_run`` nothing reaches the device's ``call``. The descriptions of ``catalog`` serve
    to ask for missing values where the device has no words of its own; with ``answer`` what is said
    to that is read as the value, times against ``now``. A plan whose confidence lies below ``sure``
    is confirmed as a whole before anything happens.
    """

    def __init__(
        self, device: Device, confirm: Confirm = nobody, dry_run: bool = False, catalog: Catalog | None = None, *,
        answer: Reply | None = None, now: datetime | None = None, sure: float = 0.0,
    ) -> None:  # fmt: skip
        self.device, self.confirm, self.dry_run, self.catalog = device, confirm, dry_run, catalog
        self.answer, self.now, self.sure = answer, now, sure

    def run(self, plan: Plan) -> list[Outcome]:
        """One Outcome per call, in order, calls inside a call before it.

        A call that fails does not stop the others; only what needs its result fails with it.
        Whatever is no DeviceError passes through, Ctrl-C among it.
        """
        outcomes: list[Outcome] = []
        if self._doubtful(plan):
            question = f"Only {plan.confidence:.0%} sure that this was asked: {plan}. Carry it out?"
            if not self.confirm(plan.calls[0], question):
                return [Outcome(call, "refused", f"{question} Not confirmed.") for call in plan.calls]
        for call in plan.calls:
            self._run(call, outcomes, wanted=True)
        return outcomes

    def _doubtful(self, plan: Plan) -> bool:
        """Whether the plan would do something and is too uncertain to be done unasked."""
        acts = any(call.name != IRRELEVANT and not call.missing for call in plan.calls)
        return acts and not self.dry_run and plan.confidence < self.sure

    def _run(self, call: Call, outcomes: list[Outcome], wanted: bool) -> Outcome:
        """Appends the outcomes of the calls inside ``call``, then its own, and returns the latter."""
        call = self._completed(call)
        arguments = dict(call.arguments)
        broken: Outcome | None = None
        for name, value in call.arguments.items():
            if isinstance(value, Call):
                # a photo taken for a message that has no addressee would be a photo nobody asked for
                inner = self._run(value, outcomes, wanted and not call.missing)
                if inner.status == "done":
                    arguments[name] = result(inner)
                elif inner.status != "skipped":
                    broken = broken or inner
        outcome = self._carry_out(call, replace(call, arguments=arguments), broken, wanted)
        outcomes.append(outcome)
        return outcome

    def _completed(self, call: Call) -> Call:
        """``call`` with what the user answers to the questions about its missing values."""
        if not call.missing or self.answer is None or self.catalog is None or self.dry_run:
            return call
        arguments, missing = dict(call.arguments), []
        for parameter in self.catalog[call.name].parameters:
            context = Context(self.now or datetime.now(), arguments=arguments)
            value = None
            if parameter.name in call.missing:
                value = parameter.type.parse(self.answer(self._ask_for(replace(call, missing=(parameter.name,)))), context)
                missing += [parameter.name] if value is None else []
            elif parameter.name not in arguments:
                value = parameter.type.fill(parameter.default, context)
            if value is not None:
                arguments[parameter.name] = value
        return replace(call, arguments=arguments, missing=tuple(missing))

    def _ask_for(self, call: Call) -> str:
        """The question about the missing values of ``call``, in the device's words or those of the documentation."""
        try:
            return self.device.asks(call) or self._question(call)
        except DeviceError:
            return self._question(call)

    def _carry_out(self, call: Call, ready: Call, broken: Outcome | None, wanted: bool) -> Outcome:
        """The outcome of ``call``, whose inner calls have given way to their results in ``ready``."""
        if call.name == IRRELEVANT:
            return Outcome(call, "refused", "None of the functions here does what was asked.")
        try:
            if call.missing:
                return Outcome(call, "refused", self._ask_for(ready))
            if not wanted:
                return Outcome(call, "refused", f"{call.name} was not carried out: what needs its result lacks a value")
            if broken is not None:
                why = f"{broken.call.name}, whose result it needs, {_FAILED[broken.status]} ({broken.message})"
                return Outcome(call, "error", f"{call.name} was not carried out: {why}")
            if self.dry_run:
                return Outcome(call, "skipped", f"Dry run, not carried out: {call}")
            question = self.device.asks(ready)
            if question is not None and not self.confirm(ready, question):
                return Outcome(call, "refused", f"{question} Not confirmed.")
            message, value = self.device.call(ready.name, ready.arguments)
        except DeviceError as error:
            return Outcome(call, "error", str(error))
        return Outcome(call, "done", message, value)

    def _question(self, call: Call) -> str:
        if self.catalog is not None and call.name in self.catalog:
            return " ".join(self.catalog.questions(Plan((call,))).values())
        return " ".join(f"Which {name.replace('_', ' ')} should {call.name} take?" for name in call.missing)


_FAILED = {"refused": "was refused", "error": "failed"}


def result(outcome: Outcome) -> str:
    """What a call gives to the call around it: its value as text, its message where it has no value."""
    return outcome.message if outcome.value is None else str(outcome.value)


class Functions:
    """A device made of plain Python callables, by function name.

    Those named in ``risky`` are confirmed first. A returned value is the result; a callable that
    raises fails its own call only.
    """

    def __init__(self, functions: Mapping[str, Callable[..., Any]], risky: Collection[str] = ()) -> None:
        self.functions = dict(functions)
        self.risky = frozenset(risky)
        if unknown := sorted(self.risky - set(self.functions)):
            raise DeviceError(f"{unknown[0]!r} is named as risky but not implemented; expected: {self._known}")

    def asks(self, call: Call) -> str | None:
        """Whether to go on with a risky call."""
        return f"Carry out {call}?" if call.name in self.risky and not call.missing else None

    def call(self, name: str, arguments: Mapping[str, Any]) -> tuple[str, Any]:
        """Calls the Python callable. Raises DeviceError where there is none, or where it raises anything."""
        if name not in self.functions:
            raise DeviceError(f"no function {name!r} is implemented; expected: {self._known}")
        try:
            value = self.functions[name](**arguments)
        except Exception as error:  # the application's own code: it may raise anything
            raise DeviceError(f"{name} failed with {type(error).__name__}: {error}") from error
        return (f"{name} is done" if value is None else str(value)), value

    @property
    def _known(self) -> str:
        return ", ".join(self.functions) or "none"


class Devices:
    """Several devices as one, each with the functions that it carries out."""

    def __init__(self, devices: Mapping[str, tuple[Device, str]]) -> None:
        """``devices`` by function name, with the name that the device has for the function."""
        self.devices = dict(devices)

    def asks(self, call: Call) -> str | None:
        """The question of the device that the call goes to."""
        device, name = self._of(call.name)
        return device.asks(replace(call, name=name))

    def call(self, name: str, arguments: Mapping[str, Any]) -> tuple[str, Any]:
        """Carries the call out where it belongs. Raises DeviceError."""
        device, own = self._of(name)
        return device.call(own, arguments)

    def _of(self, name: str) -> tuple[Device, str]:
        if name not in self.devices:
            raise DeviceError(f"no device carries out {name!r}; expected: {', '.join(self.devices) or 'none'}")
        return self.devices[name]
