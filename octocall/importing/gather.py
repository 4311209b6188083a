"""All functions of several sources, one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from octocall.catalog import IRRELEVANT
from octocall.errors import OctocallError, SignatureError
from octocall.function import Function
from octocall.sources import load_any, operations
from octocall.sources.common.loaded import Remark, unique
from octocall.sources.common.prose import titled

_DESCRIBED = (".json", ".yaml", ".yml", ".jsonl", ".jsonl.gz")


class Unread(Remark):
    """A remark on a file or source that could not be read at all, or not to its end."""


def gather(sources: Sequence[str]) -> Iterator[tuple[str, Function] | Remark]:
    """Each function with an id of its own, or a remark on what is left out. Raises SignatureError where a folder holds nothing to read.

    A file in a folder that cannot be read is a remark; a source that was named is an error.
    """
    taken: set[str] = set()
    for source in sources:
        folder = Path(source).is_dir()
        for part in _parts(source):
            try:
                for found in _read(part, Path(part).relative_to(source).with_suffix("").as_posix() if folder else ""):
                    yield found if isinstance(found, Remark) else (unique(found[0], taken), found[1])
            except OctocallError as error:
                if not folder:
                    raise
                yield Unread(part, str(error))


def _parts(source: str) -> list[str]:
    """The files of a folder, of folders in it as well; else the source itself."""
    path = Path(source)
    if not path.is_dir():
        if "/" in source and not source.startswith(("stdio:", "http://", "https://")) and not path.exists():
            raise SignatureError(f"there is no file or folder {source}; give the path of one")
        return [source]
    found = sorted(str(file) for file in path.rglob("*") if file.name.lower().endswith(_DESCRIBED) and file.is_file())
    if not found:
        raise SignatureError(f"the folder {source} holds nothing to import; files ending in {', '.join(_DESCRIBED)} are expected")
    return found


def _read(source: str, prefix: str) -> Iterator[tuple[str, Function] | Remark]:
    if _is_list(source):
        yield from operations.read_operations(source)
        return
    loaded = load_any(source)
    label = prefix or loaded.catalog.name
    for function in loaded.catalog:
        if function.name != IRRELEVANT:  # a catalogue has everything in it but "nothing here fits"
            told = titled(function.description, loaded.title)
            yield f"{label}/{function.original or function.name}", replace(function, description=told)
    yield from (Remark(f"{label}/{remark.name}", remark.reason) for remark in loaded.skipped)


def _is_list(source: str) -> bool:
    """Whether a source is a file of operations, which may be too long to be read whole."""
    path = Path(source)
    if not source.endswith((".jsonl", ".jsonl.gz")) or not path.is_file():
        return False
    if source.endswith(".gz"):
        return True
    try:
        with path.open("rb") as lines:
            return operations.described(json.loads(next(lines, b"")))
    except (OSError, ValueError):
        return False


def fingerprint(sources: Sequence[str]) -> list[str] | None:
    """What tells whether sources are as they were: names, sizes and times of their files; None where some are no files."""
    found = []
    for source in sources:
        for part in _parts(source):
            try:
                state = Path(part).stat()
            except OSError:
                return None
            found.append(f"{part} {state.st_size} {state.st_mtime_ns}")
    return found
