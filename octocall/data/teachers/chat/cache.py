"""Answers on disk, each under the digest of its question, so that none is paid for twice."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from octocall.data.teachers.chat.service import Answer
from octocall.errors import TeacherError
from octocall.files import write_atomically


def default_folder() -> Path:
    """``octocall/teachers`` in the user's cache folder: XDG_CACHE_HOME where set, else the platform's own. Raises TeacherError."""
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if given.is_absolute():
        return given / "octocall" / "teachers"
    folder = {"darwin": "Library/Caches", "win32": "AppData/Local"}.get(sys.platform, ".cache")
    try:
        return Path.home() / folder / "octocall" / "teachers"
    except RuntimeError as error:
        raise TeacherError(f"there is no home folder to keep answers in ({error}); name one with --cache") from error


class Cache:
    """A folder of answers. A file that cannot be read counts as absent, and is written anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, question: Mapping[str, Any]) -> Path:
        key = hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()
        return self.folder / key[:2] / f"{key}.json"

    def read(self, question: Mapping[str, Any]) -> Answer | None:
        """The answer kept for a question. The question is kept with it, and compared."""
        try:
            row = json.loads(self.path(question).read_text(encoding="utf-8"))
            return Answer(**row["answer"]) if row["question"] == question else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def write(self, question: Mapping[str, Any], answer: Answer) -> None:
        """Raises OctocallError where the folder cannot be written."""
        write_atomically(self.path(question), json.dumps({"question": question, "answer": asdict(answer)}).encode())
