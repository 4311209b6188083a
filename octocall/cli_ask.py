"""What answers and what acts: the model of one or several bundles, and the devices behind its functions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from octocall import cli_device, show
from octocall.errors import OctocallError

if TYPE_CHECKING:
    from octocall.agent import Device
    from octocall.call import Outcome, Plan
    from octocall.model import Functions, Model
    from octocall.union import Union

SHIPPED = "android"
"""The bundle that answers where none is named."""
SURE = 0.4
"""Plans of less confidence are confirmed first."""


def model_of(bundles: list[str] | None, given: Functions | None) -> Model | Union:
    """The model of a bundle or of several, in place of the one that ships for the phone the base where functions were given."""
    from octocall.catalogue import Catalogue
    from octocall.model import Model
    from octocall.union import Union

    names = list(dict.fromkeys(bundles or ["base" if given is not None else SHIPPED]))
    if len(names) > 1:
        if given is not None:
            raise OctocallError("several bundles and functions of the request's own were given; one or the other is expected")
        return Union([Model.load(name) for name in names])
    model = Model.load(names[0])
    if isinstance(given, Catalogue):
        model.base.check(given)
    return model


def functions_of(source: str | None, catalogue: Path | None, candidates: int) -> Functions | None:
    """The functions of a source, or a catalogue; what cannot be loaded of a source is named on standard error."""
    from octocall.catalogue import Catalogue
    from octocall.sources import load_any

    if source is not None and catalogue is not None:
        raise OctocallError("--functions and --catalogue were given; one of them is expected")
    if catalogue is not None:
        return Catalogue.open(catalogue, candidates)
    if source is None:
        return None
    loaded = load_any(source)
    for remark in loaded.skipped:
        show.complain(f"skipped: {remark.name}: {remark.reason}")
    return loaded.catalog.functions


def carrying_out(model: Model | Union, now: datetime | None, yes: bool, dry_run: bool) -> Callable[[Plan], list[Outcome]]:
    """What carries a plan out on the devices of the bundles; where one has none, its calls are only shown."""
    from octocall.agent import Agent, Devices
    from octocall.union import Union

    devices: dict[str, tuple[Device, str]] = {}
    real = True
    for number, one in enumerate(model.models if isinstance(model, Union) else [model]):
        found, acts = _device(one)
        real = real and acts
        names = model.names[number] if isinstance(model, Union) else {}
        devices |= {names.get(function.name, function.name): (found, function.name) for function in one.catalog}
    answer = show.ask_back if sys.stdin.isatty() else None
    confirm = (lambda call, question: True) if yes else show.confirm
    return Agent(Devices(devices), confirm, dry_run or not real, model.catalog, answer=answer, now=now, sure=SURE).run


def _device(model: Model) -> tuple[Device, bool]:
    """The device of one bundle, and whether it acts: the functions in the bundle itself before a simulated one."""
    from octocall.agent import Functions
    from octocall.sources import run_module
    from octocall.sources.python import native, public

    if not model.implementations:
        return cli_device.acting(model.catalog)
    return Functions({one.__name__: native(one) for path in model.implementations for one in public(run_module(path))}), True
