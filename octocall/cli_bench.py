"""``octocall bench …``: one subcommand per exam."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from octocall import show
from octocall.flags import BundleOption, MaskOption

if TYPE_CHECKING:
    from octocall.bench.baselines.nearest import Encode
    from octocall.bench.run import Predict

app = typer.Typer(rich_markup_mode=None, help="Measure. `octocall bench FILE` is short for `octocall bench phone FILE`.")
NAME = "bench"
PHONE = "phone"
"""The exam that is meant where none is named."""

ReportOption = Annotated[Path, typer.Option("--report", help="Folder for results.json and the pictures")]
RowsOption = Annotated[int, typer.Option("--rows", min=0, help="At most so many rows of each kind, evenly spread; 0 for all")]
ModelOption = Annotated[bool, typer.Option("--model/--no-model", help="Whether the bundle is measured, or the baselines alone")]
OpenOption = Annotated[str, typer.Option("--bundle", help="A bundle that takes functions with the request: its name or folder")]
OPEN = "base"


@app.command(PHONE)
def phone(
    file: Annotated[Path, typer.Argument(help="Exam rows: JSON lines {query, calls, kind, now, accept}")],
    bundle: BundleOption = "android",
    report: ReportOption = Path("report"),
    mask: MaskOption = True,
) -> None:
    """Measure a bundle on exam rows, beside a word-matching baseline."""
    from octocall.bench.run import bench as run_bench
    from octocall.bundle import MANIFEST, Bundle
    from octocall.files import digest
    from octocall.model import Model

    model = Model.load(bundle)
    run_bench(lambda request: model.plan(request, masked=mask), model.catalog, file, report, bundle_digest=digest(Bundle.find(bundle) / MANIFEST))


@app.command()
def bfcl(
    folder: Annotated[Path, typer.Argument(help="Folder of the Berkeley Function-Calling Leaderboard's files")],
    bundle: OpenOption = OPEN,
    rows: RowsOption = 0,
    model: ModelOption = True,
    mask: MaskOption = True,
    report: ReportOption = Path("report/bfcl"),
) -> None:
    """Measure on the leaderboard's single-turn categories by its rules, beside word matching and published figures."""
    from octocall.bench.baselines import words
    from octocall.bench.cases import sampled
    from octocall.bench.compare import compare
    from octocall.bench.leaderboard import PUBLISHED, read_leaderboard

    systems = _systems(bundle if model else None, octocall={"masked": mask})
    cases, others = read_leaderboard(folder)
    cases = sampled(cases, rows)
    for case in cases:
        if case.unfit:
            show.complain(f"counted as wrong, for a tool that cannot be loaded: {case.unfit}")
    for name in others:
        show.complain(f"{name} is of no single-turn category and left out")
    about = {"exam": "bfcl", "bundle": bundle if model else None, "unfit": [case.unfit for case in cases if case.unfit], "left_out": others}
    compare({**systems, "words": words.plan}, cases, report, about, PUBLISHED)


@app.command()
def sgd(
    folder: Annotated[Path | None, typer.Argument(help="Folder of the Schema-Guided Dialogue set; without it, sgd in $OCTOCALL_DATA or ../shared/data")] = None,
    bundle: OpenOption = OPEN,
    turns: Annotated[str, typer.Option("--turns", help="What the request is: the user's last turns (a number), all of them, or those since the last call")] = "2",
    together: Annotated[bool, typer.Option("--together", help="Candidates are the methods of all unseen services, not of the right one")] = False,
    rows: RowsOption = 0,
    model: ModelOption = True,
    mask: MaskOption = True,
    report: ReportOption = Path("report/sgd"),
) -> None:
    """Measure on the calls of services that are new in the dev part of the Schema-Guided Dialogue set, beside word matching."""
    from octocall.bench.baselines import words
    from octocall.bench.cases import sampled
    from octocall.bench.compare import compare
    from octocall.bench.dialogues import read_dialogues, share_said

    # at this point of a dialogue a call is due
    systems = _systems(bundle if model else None, **{"octocall": {"masked": mask, "must_call": True}, "may refuse": {"masked": mask}})
    cases = sampled(read_dialogues(folder or _data("sgd"), turns, together), rows)
    about: dict[str, Any] = {"exam": "sgd", "bundle": bundle if model else None, "turns": turns, "together": together, "said": share_said(cases)}
    show.complain(f"of the values of arguments {100 * about['said']:.1f} % stand in the requests")
    compare({**systems, "words": words.plan}, cases, report, about)


@app.command()
def v1(
    data: Annotated[Path, typer.Argument(help="Folder with functions.jsonl, train.jsonl and held_out.jsonl")],
    bundle: OpenOption = OPEN,
    rows: Annotated[int, typer.Option("--rows", min=2, help="Number of rows; half are unsolvable")] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Chooses rows and order of candidates")] = 0,
    nearest: Annotated[bool, typer.Option("--nearest", help="Candidates are the most similar functions, near duplicates too, also of unsolvable requests")] = False,
    model: ModelOption = True,
    report: ReportOption = Path("report/v1"),
) -> None:
    """Measure on operations that training never saw, one solvable request to one unsolvable, with and without the mask, beside retrieval and word matching."""
    from octocall.bench.baselines import words
    from octocall.bench.baselines.nearest import Nearest
    from octocall.bench.compare import compare
    from octocall.bench.unseen import read_unseen

    systems = _systems(bundle if model else None, **{"octocall": {}, "octocall, no mask": {"masked": False}})
    cases, seen = read_unseen(data, rows, seed, nearest)
    if seen:
        show.complain(f"{seen} rows are left out: training rows call their functions")
    retriever = Nearest(_encode(bundle)).fitted(cases)
    about = {"exam": "v1", "bundle": bundle if model else None, "left_out": seen, "threshold": retriever.threshold, "seed": seed, "nearest": nearest}
    compare({**systems, "retrieval": retriever.plan, "words": words.plan}, cases, report, about)


@app.command()
def retrieval(
    catalogue: Annotated[Path, typer.Argument(help="Folder of a catalogue of operations")],
    data: Annotated[Path, typer.Argument(help="Folder with functions.jsonl and held_out.jsonl")],
    toolbench: Annotated[
        Path | None, typer.Option("--toolbench", help="Folder of StableToolBench; without it, stabletoolbench in $OCTOCALL_DATA or ../shared/data")
    ] = None,
    bundle: OpenOption = OPEN,
    rows: Annotated[int, typer.Option("--rows", min=0, help="At most so many held-out queries; 0 for all")] = 0,
    report: ReportOption = Path("report/retrieval"),
) -> None:
    """Measure how often the right operation is found among those of a catalogue, and how fast, beside word matching (BM25)."""
    from octocall.bench.retrieval import Find, Widened, bench_retrieval, read_queries, read_toolbench, within
    from octocall.catalogue import Catalogue
    from octocall.importing.reader import Reader
    from octocall.model import Model

    opened, model = Catalogue.open(catalogue), Model.load(bundle)
    model.base.check(opened)
    queries, called = read_queries(data)
    queries = [queries[i * len(queries) // rows] for i in range(rows)] if 0 < rows < len(queries) else queries
    theirs, table = read_toolbench(toolbench or _data("stabletoolbench"))
    queries, lacking = within(opened, queries, called)
    more = {**table, **lacking}
    show.complain(f"added to the {len(opened)} operations: {len(table)} of StableToolBench, and {len(lacking)} that the queries call and the catalogue lacks")
    index, question = Widened(opened, more, Reader(model.base.bundle)), model.base.question
    systems: dict[str, Find] = {
        "base": lambda text, k: index.by_both(text, question(text), k),
        "vectors alone": lambda text, k: index.by_vector(question(text), k),
        "words alone": index.by_words,
    }
    about = {"exam": "retrieval", "bundle": bundle, "operations": len(opened), "added": len(table), "lacking": len(lacking)}
    bench_retrieval(systems, [*queries, *theirs], report, about, partial(model.plan, functions=opened))


def _data(name: str) -> Path:
    return Path(os.environ.get("OCTOCALL_DATA", "../shared/data")) / name


def _systems(bundle: str | None, **ways: Mapping[str, Any]) -> dict[str, Predict]:
    """What is measured, by name: a bundle in each of ``ways``; nothing where there is none."""
    from octocall.bench.compare import answering
    from octocall.model import Model

    model = None if bundle is None else Model.load(bundle)
    return {name: answering(partial(model.plan, **way)) for name, way in ways.items()} if model is not None else {}


def _encode(bundle: str) -> Encode:
    """The encoder of a base as it was before any training, as a function of texts."""
    from octocall.base import Base
    from octocall.runtimes.open import encode

    base = Base.load(bundle)
    return partial(encode, base.graphs, base.bundle.tokenizer)
