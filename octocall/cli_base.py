"""Commands for the base: the network for functions that come with the request."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from octocall import show
from octocall.data.booksets import BooksConfig
from octocall.errors import MissingExtraError
from octocall.flags import EncoderOption, flags
from octocall.train.config import TrainConfig

OpenOut = Annotated[Path, typer.Option("--out", help="Folder for the data")]
ExamOption = Annotated[list[Path] | None, typer.Option("--exam", help="Exam rows that the data must not share 6-grams with")]
MostOption = Annotated[int, typer.Option("--rows", min=1, help="At most so many rows to train on, drawn at random")]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of all draws")]
DataOption = Annotated[list[Path], typer.Option("--data", help="Folder with functions.jsonl, train.jsonl and held_out.jsonl; may be given several times")]


@flags(BooksConfig)
def books(
    config: BooksConfig,
    out_: OpenOut = Path("work/books"),
    exam: ExamOption = None,
) -> None:
    """Write training rows for the base from function books."""
    from octocall.data.booksets import compile_books
    from octocall.progress import counting

    with counting(show.err) as update:
        counts = compile_books(config, out_, exams=exam or (), progress=update)
    for what, number in counts.items():
        show.out.print(f"{what}: {number}")


def public(
    out_: OpenOut = Path("work/public"),
    folder: Annotated[Path | None, typer.Option("--from", help="Folder of the data sets; without it $OCTOCALL_DATA or ../shared/data")] = None,
    rows: MostOption = 22000,
    seed: SeedOption = 0,
    exam: ExamOption = None,
) -> None:
    """Write training rows for the base from public sets.

    They are what people asked, as calls of documented functions.
    """
    from octocall.data.booksets import compile_public

    counts = compile_public(folder or Path(os.environ.get("OCTOCALL_DATA", "../shared/data")), out_, rows, seed, exams=exam or ())
    for what, number in counts.items():
        show.out.print(f"{what}: {number}")


def compiled(
    catalog: Annotated[str, typer.Argument(help="Module of octocall.catalogs, or a dotted module")],
    data: Annotated[Path, typer.Option("--data", help="Folder written by octocall synth for it")],
    out_: OpenOut = Path("work/compiled"),
    rows: MostOption = 20000,
    seed: SeedOption = 0,
) -> None:
    """Write training rows for the base from a catalog.

    They are the requests that octocall synth wrote for it, beside other functions of it.
    """
    from octocall.data.booksets import compile_compiled
    from octocall.sources.python import load

    counts = compile_compiled(load(catalog if "." in catalog else f"octocall.catalogs.{catalog}"), data, out_, rows, seed)
    for what, number in counts.items():
        show.out.print(f"{what}: {number}")


@flags(TrainConfig)
def train_base(
    config: TrainConfig,
    data: Annotated[
        list[str],
        typer.Option(
            "--data", help="Folder with functions.jsonl, train.jsonl and held_out.jsonl, or FOLDER:ROWS for so many of its rows; may be given several times"
        ),
    ],
    out_: Annotated[Path, typer.Option("--out", help="Folder for checkpoint and run record")] = Path("work/base-run"),
    start: Annotated[Path | None, typer.Option("--start", help="Folder of a run whose weights this one starts from")] = None,
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
        ready = prepare([_share(folder) for folder in data], out_, encoder, config, update)
    show.complain(f"{len(ready.rows)} rows to train on, {len(ready.held_out)} held out, {ready.functions} functions")
    with training(show.err, config.steps) as report:
        record = train_base(ready, out_, encoder, config, report, start)
    show.out.print(f"{out_ / 'run.json'}: {record['seconds'] / 60:.1f} minutes, {record['curve'][-1] if record['curve'] else ''}")


def _share(text: str) -> tuple[Path, int]:
    """FOLDER or FOLDER:ROWS; 0 stands for all."""
    folder, colon, rows = text.rpartition(":")
    return (Path(folder), int(rows)) if colon and rows.isdigit() else (Path(text), 0)


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
