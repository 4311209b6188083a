"""``octocall import``: many functions to a catalogue on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from octocall import show

_INTERRUPTED = 130
"""Exit code of a program that Ctrl-C ended."""


def import_(
    sources: Annotated[
        list[str], typer.Argument(help="Files or folders of OpenAPI descriptions, JSON tools or lists of operations, or other sources (docs/sources.md)")
    ],
    out_: Annotated[Path, typer.Option("--out", help="Folder of the catalogue")] = Path("apis"),
    bundle: Annotated[str, typer.Option("--bundle", help="The base that is to be asked about the functions: its name or folder")] = "base",
    near: Annotated[bool, typer.Option("--near/--no-near", help="Leave out functions that differ from another one but in spelling and in what is optional")] = True,
    cluster: Annotated[str | None, typer.Option("--cluster", help="Address of a Ray cluster that reads the functions, or local")] = None,
) -> None:
    """Import many functions into a catalogue.

    A catalogue is a folder (docs/catalogue.md). What is left out is named in skipped.jsonl. Interrupted, the same command goes on where it
    stopped. The exit code is 1 where a file could not be read, which is named on standard error; 130: interrupted.
    """
    from octocall.bundle import Bundle
    from octocall.importing.reader import Reader
    from octocall.importing.run import import_catalogue
    from octocall.progress import counting

    reader = Reader(Bundle.open(bundle), threads=0 if cluster is None else 1)
    try:
        with counting(show.err) as update:
            found = import_catalogue(sources, out_, reader, reader.base, near=near, cluster=cluster, progress=update)
    except KeyboardInterrupt:
        show.complain("Stopped. The same command goes on where this one ended.")
        raise typer.Exit(_INTERRUPTED) from None
    for file in found.unread:
        show.complain(f"skipped: {file}")
    show.out.print(
        f"{out_}: {found.functions} functions; left out as the same as another: {found.doubled}, for other reasons: {found.skipped} ({out_}/skipped.jsonl)"
    )
    if found.unread:
        raise typer.Exit(1)
