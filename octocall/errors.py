"""Errors a user can act on: what was given, what was expected, what to do."""

from __future__ import annotations


class OctocallError(Exception):
    """Base of every error octocall raises on purpose; the command line prints it and exits with 2."""


class SignatureError(OctocallError):
    """A function's signature or documentation cannot be read."""


class PlanError(OctocallError):
    """A plan does not fit its catalog or request: unknown function, wrong type, value not in the text."""


class RequestError(OctocallError):
    """A request cannot be answered: empty, too long, not text."""


class BundleError(OctocallError):
    """A bundle is missing, corrupt or of another format."""


class CatalogueError(OctocallError):
    """A catalogue of functions on disk is missing, damaged or of another format, or cannot be made."""


class DataError(OctocallError):
    """A file of phrases, examples or exam rows is malformed."""


class TeacherError(OctocallError):
    """The service of an online teacher cannot be asked, or does not answer."""


class DeviceError(OctocallError):
    """The device could not carry out a call."""


class MissingExtraError(OctocallError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"this needs the package {package!r}, which the base install leaves out; in a clone of octocall run: pip install '.[{extra}]'")
