"""Writing files whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from octocall.errors import OctocallError


def write_atomically(path: Path, content: bytes) -> None:
    """Writes to a temporary file beside ``path`` and renames it. Raises OctocallError on a full disk and the like."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OctocallError(f"{path} could not be written ({error.strerror}); free some space or choose another place") from error


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
