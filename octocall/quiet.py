"""Packages below that report to their makers unless told not to: they are told. No module here sends anything by itself."""

from __future__ import annotations

import os

SILENT = {"ORT_DISABLE_TELEMETRY": "1", "RAY_USAGE_STATS_ENABLED": "0", "HF_HUB_DISABLE_TELEMETRY": "1"}
"""What turns the reports of onnxruntime, Ray and the hub off, before they are first imported; who wants them sets these variables otherwise."""


def silence() -> None:
    """Sets what is not set. Called before one of the packages is imported."""
    for name, value in SILENT.items():
        os.environ.setdefault(name, value)
