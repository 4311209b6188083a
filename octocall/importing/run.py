"""``octocall import``: sources to a catalogue on disk. What a run has done, the next one with the same sources does not do again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from octocall.catalogue import FILES, FORMAT, MANIFEST, Catalogue, part_of
from octocall.errors import CatalogueError, OctocallError
from octocall.files import digest, write_atomically
from octocall.function import Function
from octocall.importing.cluster import make_on_cluster
from octocall.importing.gather import fingerprint, gather
from octocall.importing.shards import Shards, Understand, join, make_here
from octocall.importing.table import Summary, write_table

_STATE = "state.json"
Progress = Callable[[str, int, int], None]


def import_catalogue(
    sources: Sequence[str], out: Path, understand: Understand, base: str, *, near: bool = True, cluster: str | None = None, progress: Progress = lambda *_: None
) -> Summary:
    """Writes the catalogue ``out``; until it is whole it lies beside it, ending in .part, and ``out`` is as it was.

    ``base`` names what ``understand`` is, by its digest: what another one has understood is not taken for its own.
    ``near`` leaves out what differs from another function but in spelling and in what is optional.
    ``cluster`` is the address of a Ray cluster, or "local". Raises SignatureError, CatalogueError, and
    OctocallError on a full disk and the like.
    """
    origin = {"format": FORMAT, "near": near, "files": fingerprint(sources)}
    with _making(out) as part:
        if not _is_whole(part, {"origin": origin, "base": base}):
            (part / MANIFEST).unlink(missing_ok=True)
            summary = _table(sources, part, origin, progress)
            shards = Shards(part, base)
            _make(shards, understand, cluster, progress)
            _close(shards, {"sources": list(sources), "origin": origin}, summary)
        return _publish(part, out)


def save_catalogue(functions: Iterable[tuple[str, Function]], out: Path, understand: Understand, base: str) -> Summary:
    """Writes ids and functions as the catalogue ``out``; of functions that are exactly the same one is kept. Errors as above."""
    with _making(out) as part:
        (part / MANIFEST).unlink(missing_ok=True)
        (part / _STATE).unlink(missing_ok=True)
        summary = write_table(functions, part, False, lambda done: None)
        shards = Shards(part, base)
        _make(shards, understand, None, lambda *_: None)
        _close(shards, {"sources": [], "origin": None}, summary)
        return _publish(part, out)


@contextmanager
def _making(out: Path) -> Iterator[Path]:
    """The folder beside ``out`` in which it is made."""
    _may_be_replaced(out)
    try:
        yield part_of(out)
    except OSError as error:
        raise OctocallError(f"{error.filename or out} could not be used ({error.strerror}); free some space or choose another place") from error


def _may_be_replaced(out: Path) -> None:
    """Raises CatalogueError where ``out`` is a file, or a folder with something else than a catalogue in it."""
    if out.exists() and not out.is_dir():
        raise CatalogueError(f"{out} is a file; give a folder that is new, empty or a catalogue")
    names = {path.name for path in out.iterdir()} if out.is_dir() else set()
    if names and MANIFEST in names:
        try:
            manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
            own = str(manifest["format"]).startswith(FORMAT.rpartition("-")[0])
        except (ValueError, KeyError, TypeError):
            own = False
        names -= {MANIFEST, *FILES} if own else set()
    if names:
        raise CatalogueError(f"{out} holds {min(names)}; give a folder that is new, empty or a catalogue")


def _is_whole(part: Path, wanted: dict[str, Any]) -> bool:
    """Whether an interrupted run had nothing left to do but to put ``part`` in its place."""
    if wanted["origin"]["files"] is None:
        return False
    try:
        manifest = Catalogue.open(part).manifest
    except CatalogueError:
        return False
    return all(manifest.get(name) == value for name, value in wanted.items())


def _table(sources: Sequence[str], part: Path, origin: dict[str, Any], progress: Progress) -> Summary:
    """Reads the sources, unless an interrupted run has done so and they are as they were."""
    try:
        known = json.loads((part / _STATE).read_text(encoding="utf-8"))
        if origin["files"] is not None and known["origin"] == origin:
            return Summary(**known["summary"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing was done yet, or something else: the sources are read
    summary = write_table(gather(sources), part, origin["near"], lambda done: progress("functions read", done, 0) if done % 500 == 0 else None)
    write_atomically(part / _STATE, json.dumps({"origin": origin, "summary": asdict(summary)}).encode())
    return summary


def _make(shards: Shards, understand: Understand, cluster: str | None, progress: Progress) -> None:
    missing = sum(shard.rows for shard in shards.missing())
    done = shards.rows - missing
    progress("functions understood", done, shards.rows)
    if not missing:
        return
    made = make_here(shards.missing(), understand) if cluster is None else make_on_cluster(shards.missing(), understand, cluster)
    for shard, content in made:
        write_atomically(shard.path, content)
        done += shard.rows
        progress("functions understood", done, shards.rows)
    if any(True for _ in shards.missing()):
        raise CatalogueError("some functions were left out; run the same import again")


def _close(shards: Shards, facts: dict[str, Any], summary: Summary) -> None:
    """Joins the shards and writes the manifest, with which a folder is a catalogue."""
    facts = {"format": FORMAT, "count": shards.rows, "width": join(shards), "base": shards.base, **facts, "summary": asdict(summary)}
    files = {name: {"bytes": (shards.folder / name).stat().st_size, "sha256": digest(shards.folder / name)} for name in FILES}
    write_atomically(shards.folder / MANIFEST, json.dumps({**facts, "files": files}, indent=1).encode())


def _publish(part: Path, out: Path) -> Summary:
    """Puts a whole catalogue in the place of ``out``, without what was only needed to make it."""
    summary = Summary(**Catalogue.open(part).manifest["summary"])
    for path in part.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in (*FILES, MANIFEST):
            path.unlink()
    old = part.with_suffix(".old")
    if out.exists():
        shutil.rmtree(old, ignore_errors=True)
        os.rename(out, old)
    os.rename(part, out)
    shutil.rmtree(old, ignore_errors=True)
    return summary
