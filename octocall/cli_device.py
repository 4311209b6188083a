"""The commands that show the simulated devices, and the device that carries a plan out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from octocall import show
from octocall.catalog import IRRELEVANT, Catalog
from octocall.errors import DeviceError

if TYPE_CHECKING:
    from octocall.agent import Device

JsonOption = Annotated[bool, typer.Option("--json", help="As one JSON object")]
ResetOption = Annotated[bool, typer.Option("--reset", help="Forget everything (asks first)")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")]


def phone(as_json: JsonOption = False, reset: ResetOption = False, yes: YesOption = False) -> None:
    """Show the state of the simulated phone."""
    device("phone", as_json, reset, yes)


def device(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The device: phone, vehicle, yelp or doordash")],
    as_json: JsonOption = False,
    reset: ResetOption = False,
    yes: YesOption = False,
) -> None:
    """Show the state of a simulated device."""
    from octocall.devices import device_for, names

    found = device_for(name)
    if found is None:
        raise DeviceError(f"no device {name!r} is simulated; expected: {', '.join(names())}")
    if reset:
        if not yes and not typer.confirm(f"Forget everything on the simulated {found.title}?", err=True):
            show.complain("Nothing was forgotten.")
            raise typer.Exit(1)
        found.reset()
        show.complain(f"Everything on the simulated {found.title} is forgotten.")
    if as_json:
        show.print_json(found.state(), indent=1)
    elif not reset:
        show.print_state(found.state())


def acting(catalog: Catalog) -> tuple[Device, bool]:
    """The device for the functions of a bundle, and whether there is one; where not, it is said that the calls can only be shown."""
    from octocall.agent import Functions
    from octocall.devices import device_for

    if (found := device_for(catalog.name)) is not None:
        return found, True
    if any(function.name != IRRELEVANT for function in catalog):
        show.complain(f"No simulated device has the functions of {catalog.name}; the calls are only shown.")
    return Functions({}), False
