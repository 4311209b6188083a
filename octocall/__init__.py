"""octocall: compiles functions into a small model that calls them on the device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from octocall.call import Call, Outcome, Plan, Request
from octocall.errors import OctocallError

if TYPE_CHECKING:
    from pathlib import Path

    from octocall.agent import Agent
    from octocall.catalog import Catalog
    from octocall.model import Model

__version__ = "0.1.0"
__all__ = ["Agent", "Call", "Catalog", "Model", "OctocallError", "Outcome", "Plan", "Request", "load"]

_LATE = {"Agent": "octocall.agent", "Catalog": "octocall.catalog", "Model": "octocall.model"}


def load(bundle: str | Path = "android") -> Model:
    """The model of a bundle: a folder, or the name of one that ships with the package."""
    from octocall.model import Model

    return Model.load(bundle)


def __getattr__(name: str) -> Any:
    if name in _LATE:
        from importlib import import_module

        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'octocall' has no attribute {name!r}")
