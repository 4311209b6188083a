"""Commands for the base: the network for functions that come with the request."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from octocall import show
from octocall.data.booksets import BooksConfig
from octocall.errors import MissingExtraError
from octocall.flags import EncoderOption, flags
from octocall.train.config import TrainConfig

DataOption = Annotated[list[Path], typer.Option("--data", help="Folder with functions.jsonl, train.jsonl and held_out.jsonl; may be given several times")]


@flags(BooksConfig)
def books(
    config: BooksConfig,
    out_: Annotated[Path, typer.Option("--out", help="Folder for the data")] = Path("work/books"),
    exam: Annotated[list[Path] | None, typer.Option("--exam", help="Exam rows that the data must not share 6-grams with")] = None,
) -> None:
    """Write training rows for the base from function books."""
    from octocall.data.booksets import compile_books
    from octocall.progress import counting

    with counting(show.err) as update:
        counts = compile_books(config, out_, exams=exam or (), progress=update)
    for what, number in counts.items():
        show.out.print(f"{what}: {number}")


@flags(TrainConfig)
def train_base(
    config: TrainConfig,
    data: DataOption,
    out_: Annotated[Path, typer.Option("--out", help="Folder for checkpoint and run record")] = Path("work/base-run"),
    encoder: EncoderOption = None,
) -> None:
    """Train the base.

    Continues where an interrupted run stopped; the record of the run comes last.
    """
    from octocall.progress import counting, training

    try:
        from octocall.train.open_run import prepare, train_base
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None
    with counting(show.err) as update:
        ready = prepare(data, out_, encoder, config, update)
    show.complain(f"{len(ready.rows)} rows to train on, {len(ready.held_out)} held out, {ready.functions} functions")
    with training(show.err, config.steps) as report:
        record = train_base(ready, out_, encoder, config, report)
    show.out.print(f"{out_ / 'run.json'}: {record['seconds'] / 60:.1f} minutes, {record['curve'][-1] if record['curve'] else ''}")


def export_base(
    data: DataOption,
    run: Annotated[Path, typer.Option("--run", help="Folder written by train-base")] = Path("work/base-run"),
    out_: Annotated[Path, typer.Option("--out", help="Folder of the bundle")] = Path("work/base"),
    precision: Annotated[str, typer.Option("--precision", help="int8 or float32")] = "int8",
    encoder: EncoderOption = None,
) -> None:
    """Export the base as a bundle.

    A parity check against torch comes first; only a bundle that passes it replaces the one in the folder.
    """
    from octocall.export.open_run import export_base as run_export

    found = run_export(run, data, out_, encoder, precision)
    show.out.print(f"{out_}: {found['same_plans']:.1%} of {found['requests']} plans as in torch ({precision})")
