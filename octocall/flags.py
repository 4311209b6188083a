"""Flags of the command line from the fields of a frozen dataclass."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Annotated, Any

import typer

from octocall.show import err


def flags(config: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Adds a flag per field of a frozen dataclass; the command receives the value as ``config``."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "config"]
        extra = []
        for field in fields(config):
            assert field.default is not MISSING
            kind = {"int": int, "float": float, "str": str, "bool": bool}[str(field.type)]
            name = f"--{field.name.replace('_', '-')}"
            option = typer.Option(f"{name}/--no-{name[2:]}" if kind is bool else name, help=field.metadata["help"])
            extra.append(inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=Annotated[kind, option]))

        def run(**given: Any) -> None:
            chosen = config(**{field.name: given.pop(field.name) for field in fields(config)})
            err.print(str(chosen), style="dim")
            command(config=chosen, **given)

        keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        run.__signature__ = inspect.Signature([*keyword, *extra])  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in [*keyword, *extra]}
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        return run

    return decorate
