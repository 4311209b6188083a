"""Simulated devices: one file each, found by its name or by the catalog whose functions it carries out."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from octocall.devices.simulated import Simulated


def device_for(catalog_name: str, path: Path | None = None) -> Simulated | None:
    """The device for the functions of a catalog; None where there is none.

    That is the class after Simulated in the file of that name, or in the file whose class has that
    ``catalog``: the phone has the functions of android.
    """
    for name, kind in _kinds().items():
        if catalog_name in (name, kind.catalog):
            return kind(path)
    return None


def names() -> tuple[str, ...]:
    """The devices there are, in alphabetical order."""
    return tuple(_kinds())


def _kinds() -> dict[str, type[Simulated]]:
    found = {}
    for name in sorted(module.name for module in iter_modules(__path__)):
        for kind in vars(import_module(f"{__name__}.{name}")).values():
            if isinstance(kind, type) and issubclass(kind, Simulated) and kind.__module__ == f"{__name__}.{name}" and kind is not Simulated:
                found[name] = kind
    return found
