"""An ordered set of functions, each with a functional token that never moves."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from octocall.call import Call, Plan
from octocall.errors import PlanError, SignatureError
from octocall.function import Function, accepts_result
from octocall.types import Context

IRRELEVANT = "irrelevant_function"
"""The function that stands for: nothing here fits."""
CANDIDATES = 8
"""So many of very many functions, which are kept on disk, become candidates of a request, unless said otherwise."""


@dataclass(frozen=True)
class Catalog:
    """Functions in token order. Appending and removing keep the tokens of the others.

    ``numbers`` are those of the tokens, where functions have been removed; else they are counted from 0.
    """

    functions: tuple[Function, ...]
    name: str = "functions"
    numbers: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.numbers and (len(self.numbers) != len(self.functions) or sorted(set(self.numbers)) != list(self.numbers)):
            raise SignatureError(f"the token numbers {self.numbers} were given for {len(self.functions)} functions; one each, in rising order, is expected")
        names = Counter(function.name for function in self.functions)
        if doubled := sorted(name for name, count in names.items() if count > 1):
            raise SignatureError(f"two functions are called {doubled[0]}; rename one")

    def __len__(self) -> int:
        return len(self.functions)

    def __iter__(self) -> Iterator[Function]:
        return iter(self.functions)

    def __getitem__(self, name: str) -> Function:
        try:
            return self._by_name[name]
        except KeyError:
            raise PlanError(f"no function {name!r} in the catalog {self.name}; it has: {', '.join(self._by_name)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @cached_property
    def _by_name(self) -> dict[str, Function]:
        return {function.name: function for function in self.functions}

    def token(self, name: str) -> str:
        """The functional token of a function, ``<call_i>`` with i its number."""
        return self.tokens[self.functions.index(self[name])]

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        return tuple(f"<call_{i}>" for i in self.numbers or range(len(self.functions)))

    def append(self, *functions: Function) -> Catalog:
        """A catalog with ``functions`` at the end. Raises SignatureError where one has the name of another."""
        first = self.numbers[-1] + 1 if self.numbers else len(self.functions)
        numbers = (*self.numbers, *range(first, first + len(functions))) if self.numbers else ()
        return Catalog(self.functions + functions, self.name, numbers)

    def without(self, name: str) -> Catalog:
        """A catalog without the function called ``name``. Raises PlanError where there is none."""
        at = self.functions.index(self[name])
        numbers = self.numbers or tuple(range(len(self.functions)))
        return Catalog(self.functions[:at] + self.functions[at + 1 :], self.name, numbers[:at] + numbers[at + 1 :])

    @property
    def digest(self) -> str:
        """SHA-256 over names, documentation and types."""
        return hashlib.sha256(json.dumps(self.schema(), sort_keys=True).encode()).hexdigest()

    def schema(self) -> list[dict[str, Any]]:
        return [function.schema() for function in self.functions]

    def outward(self, plan: Plan) -> Plan:
        """``plan`` with the names of the source, where those are no identifiers."""
        return Plan(tuple(map(self._outward, plan.calls)), plan.confidence, plan.latency_ms)

    def _outward(self, call: Call) -> Call:
        function = self[call.name]
        names = {p.name: p.original or p.name for p in function.parameters}
        arguments = {names[name]: self._outward(value) if isinstance(value, Call) else value for name, value in call.arguments.items()}
        return Call(function.original or call.name, arguments, tuple(names[name] for name in call.missing), {names[k]: v for k, v in call.spans.items()})

    def questions(self, plan: Plan) -> dict[str, str]:
        """A question for each required value that the request does not give, by ``function.parameter``."""
        found = {}
        for call in (inner for outer in plan.calls for inner in outer.walk()):
            for name in call.missing:
                parameter = self[call.name].parameter(name)
                meaning = parameter.description.rstrip(".")
                asked = f"Could you tell me {meaning}?" if meaning else f"Which {name.replace('_', ' ')} should {call.name} take?"
                found[f"{call.name}.{name}"] = asked
        return found

    def check(self, plan: Plan) -> Plan:
        """``plan`` with every argument in canonical form and defaults filled in.

        Raises PlanError for an unknown function or parameter, a wrong type, or a required value
        that is neither given nor named as missing.
        """
        if not plan.calls:
            raise PlanError("a plan without calls was given; at least one call is expected")
        return Plan(tuple(self._check(call) for call in plan.calls), plan.confidence, plan.latency_ms)

    def _check(self, call: Call) -> Call:
        function = self[call.name]
        known = {parameter.name for parameter in function.parameters}
        if unknown := sorted(set(call.arguments) - known):
            raise PlanError(f"{call.name} has no parameter {unknown[0]!r}; it has: {', '.join(sorted(known)) or 'none'}")
        arguments: dict[str, Any] = {}
        for parameter in function.parameters:
            if parameter.name in call.arguments:
                value = call.arguments[parameter.name]
                if not isinstance(value, Call):
                    arguments[parameter.name] = parameter.type.check(value)
                elif accepts_result(parameter, self[value.name]):
                    arguments[parameter.name] = self._check(value)
                else:
                    raise PlanError(f"{call.name}.{parameter.name} cannot take the result of {value.name}")
            elif parameter.name in call.missing:
                continue
            elif parameter.required:
                raise PlanError(f"{call.name} needs a value for {parameter.name!r}")
            elif (value := parameter.type.fill(parameter.default, Context(datetime.min, arguments=arguments))) is not None:
                arguments[parameter.name] = value
        return Call(call.name, arguments, call.missing, call.spans)
