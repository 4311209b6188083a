"""Functions as frozen values: what can be called, with which parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from octocall.errors import SignatureError
from octocall.types import Text, Type


class _Required:
    """The default of a parameter that has none."""

    def __repr__(self) -> str:
        return "REQUIRED"

    def __reduce__(self) -> str:
        return "REQUIRED"  # a copy made for another process is this very value


REQUIRED: Any = _Required()
_SHOWN = 12
"""A signature shows at most this many choices."""


@dataclass(frozen=True)
class Parameter:
    """One argument of a function.

    ``default`` is REQUIRED where the request must give the value. ``original`` is the name in the
    source, where that is no identifier.
    """

    name: str
    type: Type
    description: str = ""
    default: Any = REQUIRED
    original: str = ""

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the parameter, with its description and default."""
        schema = self.type.schema()
        if self.description:
            schema["description"] = self.description
        if not self.required and self.default is not None:
            schema["default"] = self.default
        return schema


@dataclass(frozen=True)
class Function:
    """A callable thing: name, documentation, ordered parameters, and the type it returns, if any.

    ``original`` is the name in the source, where that is no identifier.
    """

    name: str
    description: str
    parameters: tuple[Parameter, ...] = ()
    returns: Type | None = None
    original: str = ""

    def __post_init__(self) -> None:
        names = [parameter.name for parameter in self.parameters]
        if not self.name.isidentifier():
            raise SignatureError(f"{self.name!r} was given as a function name; a Python identifier is expected")
        if len(set(names)) != len(names):
            raise SignatureError(f"{self.name} has two parameters of one name; rename one")

    def parameter(self, name: str) -> Parameter:
        """The parameter called ``name``. Raises KeyError."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)

    @property
    def signature(self) -> str:
        """``name(parameter: kind = default, …)`` for people to read."""
        parts = []
        for parameter in self.parameters:
            kind = parameter.type.schema()
            values = [*map(str, kind.get("enum", ()))]
            shown = "|".join(values[:_SHOWN]) + ("|…" if len(values) > _SHOWN else "")
            text = f"{parameter.name}: {shown or kind.get('type', 'any')}"
            parts.append(text if parameter.required else f"{text} = {parameter.default}")
        return f"{self.name}({', '.join(parts)})"

    def schema(self) -> dict[str, Any]:
        """The function as a JSON tool (name, description, parameters)."""
        return {
            "name": self.name,
            "description": self.description,
            "parameters": {
                "type": "object",
                "properties": {p.name: p.schema() for p in self.parameters},
                "required": [p.name for p in self.parameters if p.required],
            },
        }


def accepts_result(parameter: Parameter, function: Function) -> bool:
    """Whether a call of ``function`` may stand where ``parameter`` is expected (a nested call)."""
    return isinstance(parameter.type, Text) and function.returns is not None
