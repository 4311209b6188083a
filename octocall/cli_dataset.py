"""``octocall dataset``: rows for the open network from lists of operations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from octocall import show
from octocall.data.dataset.config import DatasetConfig
from octocall.flags import flags


@flags(DatasetConfig)
def dataset(
    config: DatasetConfig,
    catalogue: Annotated[list[Path], typer.Option("--catalogue", help="A list of operations (JSON lines, plain or in gzip) or a folder of lists")],
    out_: Annotated[Path, typer.Option("--out", help="Folder for the data")] = Path("work/operations"),
    exam: Annotated[list[Path] | None, typer.Option("--exam", help="Exam rows that the data must not share 6-grams with")] = None,
    cluster: Annotated[str, typer.Option("--cluster", help='"local" or the address of a Ray cluster; without it, processes of this machine')] = "",
) -> None:
    """Write training rows for the base from published operations.

    The same settings and lists give the same bytes, however many processes write them.
    """
    from octocall.data.dataset.build import compile_dataset
    from octocall.progress import counting

    with counting(show.err) as update:
        counts = compile_dataset(catalogue, out_, config, exams=exam or (), cluster=cluster, progress=update)
    for name, count in sorted(counts.items()):
        show.out.print(f"{name}: {count}")
