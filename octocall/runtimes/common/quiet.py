"""onnxruntime without the telemetry of its official builds, which send events and keep an identifier of the device unless told not to."""

from __future__ import annotations

import os
from typing import Any

from octocall.quiet import silence


def onnxruntime() -> Any:
    """The package, silenced before it is first imported."""
    silence()
    import onnxruntime as package

    if os.environ["ORT_DISABLE_TELEMETRY"] != "0" and hasattr(package, "disable_telemetry_events"):
        package.disable_telemetry_events()  # where something else imported it first
    return package
