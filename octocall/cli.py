"""The command line: one subcommand per verb. Errors a user can act on are one sentence and exit code 2."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from octocall import cli_base, cli_bench, cli_causal, cli_compile, cli_dataset, cli_device, cli_import, cli_teach, show
from octocall.call import read_clock
from octocall.catalog import CANDIDATES, IRRELEVANT
from octocall.cli_ask import carrying_out, functions_of, model_of
from octocall.data.config import SynthConfig
from octocall.errors import OctocallError, RequestError
from octocall.flags import BundleOption, BundlesOption, EncoderOption, MaskOption, ModelOption, MustCallOption, SureOption, flags
from octocall.train.config import TrainConfig

if TYPE_CHECKING:
    from octocall.call import Outcome, Plan
    from octocall.model import Trace

app = typer.Typer(add_completion=False, no_args_is_help=False, rich_markup_mode=None, pretty_exceptions_enable=False,
                  context_settings={"help_option_names": ["-h", "--help"]},
                  help='Calls functions from plain English, on the device. `octocall "…"` is short for `octocall ask "…"`.')  # fmt: skip
app.add_typer(cli_bench.app, name=cli_bench.NAME)
_UsageError: Any = typer.BadParameter.__mro__[1]  # its module differs between versions of typer

NowOption = Annotated[str | None, typer.Option("--now", help="The clock to read times against, such as 2026-03-04T10:30")]
CatalogOption = Annotated[str, typer.Option("--catalog", help="A catalog by name (android) or dotted module")]
FunctionsOption = Annotated[
    str | None, typer.Option("--functions", help="Functions for these requests alone, never trained for: a file, module or MCP server (docs/sources.md)")
]
CatalogueOption = Annotated[Path | None, typer.Option("--catalogue", help="Folder written by import: the functions nearest to a request are its candidates")]
CandidatesOption = Annotated[int, typer.Option("--candidates", min=1, help="So many functions of the catalogue are candidates of a request")]


def main() -> None:
    """Entry point: whatever a user can act on becomes one sentence and exit code 2."""
    code: int | None = 2
    try:
        show.prepare_streams()
        code = app(_arguments(sys.argv[1:]), prog_name="octocall", standalone_mode=False)
        sys.stdout.flush()
    except OctocallError as error:
        show.complain(f"error: {error}")
    except _UsageError as error:
        shown = error.ctx.command_path if error.ctx else "octocall"
        show.complain(f'error: {error.format_message().rstrip(".")}; see {shown} --help, or write a request as: octocall ask -- "…"')
    except typer.Abort:
        code = 1
        show.complain("Stopped at the question.")
    except BrokenPipeError:
        code = 1
        show.drop_output()
    except OSError as error:
        show.complain(f"error: {error.filename or 'standard output'} could not be used ({error.strerror}); free some space or choose another place")
        show.drop_output()
    sys.exit(code)


def _arguments(given: list[str]) -> list[str]:
    """Text that is no command is a request, so "ask" comes before it; "-5 degrees" is text and no option."""
    if given == ["help"]:
        return ["--help"]
    if not given or given[0] not in _commands(app) | {cli_bench.NAME, "--help", "-h", "--version"}:
        given = ["ask", *given]
    if given[0] == cli_bench.NAME and len(given) > 1 and given[1] not in _commands(cli_bench.app) | {"--help", "-h"}:
        given = [cli_bench.NAME, cli_bench.PHONE, *given[1:]]
    given = cli_causal.command_of(given)
    return [f" {word}" if re.match(r"-[\d.,\s]", word) else word for word in given]


def _commands(group: typer.Typer) -> set[str]:
    return {command.name or command.callback.__name__ for command in group.registered_commands if command.callback}


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and stop")] = False) -> None:
    if version:
        import octocall

        show.out.print(octocall.__version__)
        raise typer.Exit


@app.command()
def ask(
    text: Annotated[list[str] | None, typer.Argument(help="The request; without it, requests are asked for one by one")] = None,
    bundle: BundlesOption = None,
    language_model: ModelOption = None,
    functions: FunctionsOption = None,
    catalogue: CatalogueOption = None,
    candidates: CandidatesOption = CANDIDATES,
    now: NowOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before risky calls")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the calls")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    trace: Annotated[bool, typer.Option("--trace", help="Show every decision of the decoder")] = False,
    mask: MaskOption = True,
    must_call: MustCallOption = False,
    min_confidence: SureOption = 0.0,
) -> None:
    """Carry a request out on the simulated device of the bundle.

    With --functions or --catalogue the calls are only shown. Exit code 0: every call was carried out (or shown, with --dry-run); 1: one was
    refused, not confirmed, or failed; 2: the request could not be read. Of several requests on standard input the highest code counts.
    """
    moment = None if now is None else read_clock(now)
    given = functions_of(functions, catalogue, candidates)
    model = model_of([language_model] if language_model else bundle, given)
    carry_out = carrying_out(model, moment, yes, dry_run) if given is None else None
    planned = partial(model.trace, now=moment, functions=given, masked=mask, must_call=must_call, min_confidence=min_confidence)
    answer = partial(_answer, planned, carry_out, as_json, trace)
    code = answer(" ".join(text).strip()) if text else max(map(partial(_guarded, answer), _requests()), default=0)
    # who types requests one by one has seen what became of each
    raise typer.Exit(code if text or not sys.stdin.isatty() else 0)


def _requests() -> Iterator[str | RequestError]:
    """Requests typed at a prompt until an empty line, or the lines of standard input that are not empty."""
    interactive = sys.stdin.isatty()
    if interactive:
        show.out.print("Say what should be done; an empty line ends.", style="dim")
        show.out.print("> ", end="", style="bold")
    for line in sys.stdin.buffer:
        try:
            text: str | RequestError = line.decode(sys.stdin.encoding).removeprefix("\ufeff").strip()
        except UnicodeDecodeError as error:
            text = RequestError(f"a line that is no text was given ({error}); {sys.stdin.encoding.upper()} is expected")
        if text:
            yield text
        elif interactive:
            return
        if interactive:
            show.out.print("> ", end="", style="bold")


def _guarded(answer: Callable[[str], int], text: str | RequestError) -> int:
    """The exit code of one request among several: an error ends only this one."""
    try:
        if isinstance(text, RequestError):
            raise text
        return answer(text)
    except OctocallError as error:
        show.complain(f"error: {error}")
        return 2


def _answer(trace_of: Callable[[str], Trace], carry_out: Callable[[Plan], list[Outcome]] | None, as_json: bool, trace: bool, text: str) -> int:
    """Plans a request, carries it out where that can be, shows both, and returns the exit code."""
    found = trace_of(text)
    if not as_json:
        show.print_plan(found, trace)
    outcomes = carry_out(found.plan) if carry_out is not None and found.valid else []
    if as_json:
        show.print_json(show.answer_row(found, outcomes, trace))
    elif carry_out is None:
        show.print_untrained(found)
    else:
        show.print_outcomes(found, outcomes)
    if carry_out is None:
        return 0 if found.valid and not found.plan.missing and any(call.name != IRRELEVANT for call in found.plan.calls) else 1
    return 0 if outcomes and all(outcome.status in ("done", "skipped") for outcome in outcomes) else 1


@app.command()
def plan(
    input_: Annotated[str, typer.Option("--input", "-i", help="JSON lines {id, query, now, functions}; - for standard input, answered line by line")] = "-",
    output: Annotated[
        str, typer.Option("--output", "-o", help="JSON lines {id, calls: [{name, arguments, missing}], confidence, latency_ms}; - for standard output")
    ] = "-",
    bundle: BundlesOption = None,
    language_model: ModelOption = None,
    functions: FunctionsOption = None,
    catalogue: CatalogueOption = None,
    candidates: CandidatesOption = CANDIDATES,
    now: Annotated[str | None, typer.Option("--now", help="The clock of rows without one, such as 2026-03-04T10:30")] = None,
    mask: MaskOption = True,
    must_call: MustCallOption = False,
    min_confidence: SureOption = 0.0,
) -> None:
    """Answer a file of requests.

    Bad rows are named on standard error, the others answered; then the exit code is 1. A call names required values that the
    request does not give under "missing".
    """
    from octocall.batch import plan_file

    settings = {"masked": mask, "must_call": must_call, "min_confidence": min_confidence}
    moment = None if now is None else read_clock(now)
    given = functions_of(functions, catalogue, candidates)
    if plan_file(model_of([language_model] if language_model else bundle, given), input_, output, settings, now=moment, functions=given, complain=show.complain):
        raise typer.Exit(1)


@app.command()
def functions(
    source: Annotated[str | None, typer.Argument(help="A file, module, catalog or MCP server (docs/sources.md); without it, the bundle")] = None,
    bundle: BundleOption = "android",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON tools")] = False,
) -> None:
    """List the functions of a bundle, or of a source. Those that cannot be loaded are named on standard error; then the exit code is 1."""
    from octocall.bundle import Bundle
    from octocall.sources import load_any

    loaded = load_any(source) if source is not None else None
    catalog = loaded.catalog if loaded is not None else Bundle.open(bundle).catalog
    if as_json:
        show.print_json(catalog.schema(), indent=1)
    else:
        show.print_functions(catalog)
    if loaded is not None:
        for remark in loaded.noted:
            show.complain(f"noted: {remark.name}: {remark.reason}")
        for remark in loaded.skipped:
            show.complain(f"skipped: {remark.name}: {remark.reason}")
        if loaded.skipped:
            raise typer.Exit(1)


app.command()(cli_device.phone)
app.command()(cli_device.device)


@app.command()
@flags(SynthConfig)
def synth(
    config: SynthConfig,
    out_: Annotated[Path, typer.Option("--out", help="Folder for the data")] = Path("work/data"),
    exam: Annotated[list[Path] | None, typer.Option("--exam", help="Exam rows that the data must not share 6-grams with")] = None,
    catalog: CatalogOption = "android",
    encoder: EncoderOption = None,
) -> None:
    """Write verified training data from phrase books."""
    from octocall.data.compile import compile_data
    from octocall.progress import counting
    from octocall.train.run import load_codec

    with counting(show.err) as update:
        splits = compile_data(load_codec(catalog, encoder), config, out_, exams=exam or (), progress=update)
    for split in splits:
        show.out.print(f"{out_ / split.name}: {len(split.examples)} examples of {split.phrasings} phrasings; refused {sum(split.rejected.values())}")


@app.command()
@flags(TrainConfig)
def train(
    config: TrainConfig,
    data: Annotated[Path, typer.Option("--data", help="Folder written by synth")] = Path("work/data"),
    out_: Annotated[Path, typer.Option("--out", help="Folder for checkpoint and run record")] = Path("work/run"),
    catalog: CatalogOption = "android",
    encoder: EncoderOption = None,
    start: Annotated[Path | None, typer.Option("--start", help="Folder of an earlier run whose weights are the beginning")] = None,
) -> None:
    """Train the embedded network.

    With --base a language model is fine-tuned instead: see train-causal --help.
    Continues where an interrupted run stopped; the record of the run comes last.
    """
    from octocall.progress import training
    from octocall.train.run import train as run_training

    with training(show.err, config.steps) as report:
        record = run_training(catalog, data, out_, encoder, config, report, start)
    show.out.print(f"{out_ / 'run.json'}: {record['seconds'] / 60:.1f} minutes, {record['curve'][-1] if record['curve'] else ''}")


@app.command()
def export(
    run: Annotated[Path, typer.Option("--run", help="Folder written by train")] = Path("work/run"),
    data: Annotated[Path, typer.Option("--data", help="Folder written by synth")] = Path("work/data"),
    out_: Annotated[Path, typer.Option("--out", help="Folder of the bundle")] = Path("work/bundle"),
    precision: Annotated[str, typer.Option("--precision", help="int8 or float32")] = "int8",
    catalog: CatalogOption = "android",
    encoder: EncoderOption = None,
) -> None:
    """Export a trained network as a bundle.

    With --format a language model is exported instead: see export-causal --help.
    A parity check against torch comes first; only a bundle that passes it replaces the one in the folder.
    """
    from octocall.export.run import export_bundle

    found = export_bundle(catalog, run, data, out_, encoder, precision)
    show.out.print(f"{out_}: {found['same_plans']:.1%} of {found['requests']} plans as in torch ({precision})")


app.command("compile")(cli_compile.compile_)
app.command()(cli_compile.add)
app.command()(cli_compile.remove)
app.command()(cli_dataset.dataset)
app.command()(cli_teach.teach)
app.command("import")(cli_import.import_)
app.command("train-causal")(cli_causal.train_causal)
app.command()(cli_causal.merge)
app.command("export-causal")(cli_causal.export_causal)
app.command()(cli_base.books)
app.command()(cli_base.public)
app.command()(cli_base.compiled)
app.command("train-base")(cli_base.train_base)
app.command("export-base")(cli_base.export_base)
