"""Commands for language models: ``train --base``, ``merge`` and ``export --format``.

``train`` and ``export`` are verbs of the embedded network too, with settings of the same names and other defaults; so these two are commands of their
own, and ``command_of`` leads to them where ``--base`` or ``--format`` is given.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from octocall import show
from octocall.errors import MissingExtraError
from octocall.flags import flags
from octocall.train.causal_config import CausalConfig

_OWN = {"train": "--base", "export": "--format"}


def command_of(given: list[str]) -> list[str]:
    """``train … --base X`` becomes ``train-causal … --base X``, and ``export … --format X`` ``export-causal``."""
    wanted = _OWN.get(given[0])
    if wanted and any(word == wanted or word.startswith(f"{wanted}=") for word in given[1:]):
        return [f"{given[0]}-causal", *given[1:]]
    return given


@flags(CausalConfig)
def train_causal(
    config: CausalConfig,
    base: Annotated[str, typer.Option("--base", help="The model to fine-tune: a folder, or a name on the hub such as google/gemma-2b")],
    data: Annotated[Path, typer.Option("--data", help="Folder written by synth")] = Path("work/data"),
    out_: Annotated[Path, typer.Option("--out", help="Folder for checkpoint, run record and model")] = Path("work/causal"),
    catalog: Annotated[str, typer.Option("--catalog", help="A catalog by name (android) or dotted module")] = "android",
) -> None:
    """Fine-tune a language model (train --base).

    Continues where an interrupted run stopped; the model comes last, in the folder model of the output.
    """
    from octocall.progress import training

    try:
        from octocall.train.causal_run import MODEL, train
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "causal") from None
    with training(show.err, 1) as report:
        record = train(base, catalog, data, out_, config, report)
    for reason, number in record["left_out"].items():
        show.complain(f"{number} rows left out: {reason}")
    show.out.print(f"{out_ / MODEL}: {record['rows']} rows, {record['seconds'] / 60:.1f} minutes, {record['curve'][-1] if record['curve'] else ''}")


def merge(
    bundle: Annotated[Path, typer.Argument(help="Folder of a model trained with --method lora")],
    out_: Annotated[Path, typer.Option("--out", help="Folder of the merged model")] = Path("work/merged"),
) -> None:
    """Put low-rank updates into the weights of their base."""
    try:
        from octocall.train.causal_model import merge as run
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "causal") from None
    run(bundle, out_)
    show.out.print(f"{out_}: merged")


def export_causal(
    kind: Annotated[str, typer.Option("--format", help="gguf or onnx")],
    run: Annotated[Path, typer.Option("--run", help="Folder of the model: what train --base or merge wrote")] = Path("work/causal/model"),
    out_: Annotated[Path, typer.Option("--out", help="Folder of the bundle")] = Path("work/bundle"),
    precision: Annotated[str, typer.Option("--precision", help="float32, float16, bfloat16 or int8; without it float16 in GGUF, float32 in ONNX")] = "",
    data: Annotated[Path | None, typer.Option("--data", help="Folder written by synth, whose held-out requests must keep their plans")] = None,
) -> None:
    """Export a language model (export --format).

    A parity check against torch comes first; only a bundle that passes it replaces the one in the folder.
    """
    from octocall.export.causal_run import export_causal as run_export

    found = run_export(run, out_, kind, precision, data)
    show.out.print(f"{out_}: {found['same_plans']:.1%} of {found['requests']} plans as in torch ({kind}, {found['precision']})")
