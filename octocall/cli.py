"""The command line: one subcommand per verb. Errors a user can act on end with exit code 2."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import MISSING, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from octocall.data.config import SynthConfig
from octocall.errors import OctocallError
from octocall.train.config import TrainConfig

if TYPE_CHECKING:
    from octocall.call import Call, Outcome
    from octocall.model import Model, Trace

app = typer.Typer(add_completion=False, no_args_is_help=False, rich_markup_mode=None, pretty_exceptions_enable=False,
                  help='Calls functions from plain English, on the device. `octocall "…"` is short for `octocall ask "…"`.')  # fmt: skip
out, err = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)

BundleOption = Annotated[str, typer.Option("--bundle", help="A bundle's folder, or the name of one that ships")]
NowOption = Annotated[str | None, typer.Option("--now", help="The clock to read times against, such as 2026-03-04T10:30")]
CatalogOption = Annotated[str, typer.Option("--catalog", help="A catalog by name or dotted module")]
EncoderOption = Annotated[Path | None, typer.Option("--encoder", help="Folder of the pretrained encoder")]
MaskOption = Annotated[bool, typer.Option("--mask/--no-mask", help="Whether decoding is held to the grammar of the functions")]


def main() -> None:
    """Entry point: turns octocall's errors into one sentence and exit code 2."""
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    arguments = sys.argv[1:]
    # text that is no command is a request: put "ask" before it
    if not arguments or (arguments[0] not in commands and arguments[0] not in ("--help", "--version")):
        arguments = ["ask", *arguments]
    try:
        app(arguments, prog_name="octocall")
    except OctocallError as error:
        err.print(f"error: {error}", markup=False)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(1)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and stop")] = False) -> None:
    if version:
        import octocall

        out.print(octocall.__version__)
        raise typer.Exit


def clock(text: str | None) -> datetime | None:
    """An ISO date-time given as a flag or in a row. Raises OctocallError."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except (TypeError, ValueError):
        raise OctocallError(f"now = {text!r} was given; a date and time such as 2026-03-04T10:30 is expected") from None


@app.command()
def ask(
    text: Annotated[list[str] | None, typer.Argument(help="The request; without it, requests are asked for one by one")] = None,
    bundle: BundleOption = "android",
    now: NowOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before risky calls")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the calls")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    trace: Annotated[bool, typer.Option("--trace", help="Show every decision of the decoder")] = False,
    mask: MaskOption = True,
) -> None:
    """Turn a request into calls and carry them out on the simulated phone."""
    from octocall.model import Model

    model = Model.load(bundle)
    moment = clock(now)
    if text:
        _answer(model, " ".join(text), moment, yes, dry_run, as_json, trace, mask)
        return
    interactive = sys.stdin.isatty()
    if interactive:
        out.print("Say what the phone should do; an empty line ends.", style="dim")
    while line := _read_line(interactive):
        try:
            _answer(model, line, moment, yes, dry_run, as_json, trace, mask)
        except OctocallError as error:
            err.print(f"error: {error}", markup=False)


def _read_line(interactive: bool) -> str:
    if interactive:
        out.print("> ", end="", style="bold")
    return sys.stdin.readline().strip()


def _answer(model: Model, text: str, now: datetime | None, yes: bool, dry_run: bool, as_json: bool, trace: bool, mask: bool) -> None:
    from octocall.agent import Agent
    from octocall.devices.phone import Phone

    found = model.trace(text, now=now, masked=mask)
    if not as_json:
        _show_plan(found, trace)
    outcomes: list[Outcome] = []
    if found.valid:
        agent = Agent(Phone(), (lambda call, question: True) if yes else _confirm, dry_run, model.catalog)
        outcomes = agent.run(found.plan)
    if as_json:
        print(json.dumps(_json(found, outcomes, trace), ensure_ascii=False))
        return
    for outcome in outcomes:
        mark, style = {"done": ("✓", "green"), "skipped": ("·", "dim"), "refused": ("–", "yellow")}.get(outcome.status, ("✗", "red"))
        out.print(f"{mark} {outcome.message}", style=style, markup=False)
    out.print(f"{found.plan.latency_ms:.1f} ms, confidence {found.plan.confidence:.2f}", style="dim")


def _show_plan(found: Trace, trace: bool) -> None:
    if trace:
        table = Table("symbol", "allowed", "probability", "ms", box=None)
        for step in found.steps:
            table.add_row(step.symbol, str(step.allowed), f"{step.probability:.3f}", f"{step.milliseconds:.2f}")
        out.print(table)
    if not found.valid:
        out.print("The network alone wrote something that is no plan.", style="yellow")
    for call in found.plan.calls:
        out.print(str(call), style="bold", markup=False)


def _confirm(call: Call, question: str) -> bool:
    # asked on the error stream, so that --json keeps standard output for itself
    if not sys.stdin.isatty():
        err.print(f"{question} Not confirmed: there is no terminal to ask on; give --yes to allow it.", markup=False)
        return False
    return typer.confirm(question, err=True)


def _json(found: Trace, outcomes: list[Outcome], trace: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "calls": found.plan.to_json(), "confidence": round(found.plan.confidence, 4), "latency_ms": round(found.plan.latency_ms, 2),
        "missing": list(found.plan.missing),
        "outcomes": [{"call": o.call.to_json(), "status": o.status, "message": o.message, "value": o.value} for o in outcomes],
    }  # fmt: skip
    if trace:
        row["trace"] = [vars(step) for step in found.steps]
    return row


@app.command()
def plan(
    input_: Annotated[str, typer.Option("--input", "-i", help="JSON lines {id, query, now}; - for standard input")] = "-",
    output: Annotated[str, typer.Option("--output", "-o", help="JSON lines {id, calls, confidence, latency_ms}; - for standard output")] = "-",
    bundle: BundleOption = "android",
    mask: MaskOption = True,
) -> None:
    """Answer a file of requests. Bad rows are named on standard error, the others answered; then the exit code is 1."""
    from octocall.batch import plan_file
    from octocall.model import Model

    bad = plan_file(Model.load(bundle), input_, output, masked=mask, complain=lambda message: err.print(message, markup=False))
    if bad:
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
        print(json.dumps(catalog.schema(), indent=1, ensure_ascii=False))
    else:
        for token, function in zip(catalog.tokens, catalog, strict=True):
            out.print(f"{token:>10}  [bold]{function.name}[/bold]{escape(function.signature[len(function.name) :])}")
            out.print(f"{'':>12}{function.description}", style="dim", markup=False)
    if loaded is not None:
        for remark in loaded.noted:
            err.print(f"noted: {remark.name}: {remark.reason}", markup=False)
        for remark in loaded.skipped:
            err.print(f"skipped: {remark.name}: {remark.reason}", markup=False)
        if loaded.skipped:
            raise typer.Exit(1)


@app.command()
def phone(
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Forget everything (asks first)")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
) -> None:
    """Show the state of the simulated phone."""
    from octocall.devices.phone import Phone

    device = Phone()
    if reset and (yes or typer.confirm("Forget everything on the simulated phone?", err=True)):
        device.reset()
    state = device.state()
    if as_json:
        print(json.dumps(state, indent=1, ensure_ascii=False))
        return
    for name, value in state.items():
        if isinstance(value, list):
            out.print(f"[bold]{name}[/bold] ({len(value)})")
            for item in value:
                shown = ", ".join(f"{k}: {v}" for k, v in item.items()) if isinstance(item, dict) else str(item)
                out.print(f"  {shown}", markup=False)
        elif isinstance(value, dict):
            out.print(f"[bold]{name}[/bold]")
            for key, inner in value.items():
                out.print(f"  {key}: {inner}", markup=False)
        else:
            out.print(f"{name}: {value}", markup=False)


@app.command()
def bench(
    file: Annotated[Path, typer.Argument(help="Exam rows: JSON lines {query, calls, kind, now, accept}")],
    bundle: BundleOption = "android",
    report: Annotated[Path, typer.Option("--report", help="Folder for results.json and the pictures")] = Path("report"),
    mask: MaskOption = True,
) -> None:
    """Measure a bundle on exam rows, beside a word-matching baseline."""
    from octocall.bench.run import bench as run_bench
    from octocall.bundle import Bundle
    from octocall.model import Model

    model = Model.load(bundle)
    run_bench(lambda request: model.plan(request, masked=mask), model.catalog, file, report, bundle_digest=Bundle.open(bundle).digest)


def flags(config: type, defaults: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Adds a flag per field of a frozen dataclass; the command receives the value as ``config``."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "config"]
        extra = []
        for field in fields(config):
            assert field.default is not MISSING
            kind = {"int": int, "float": float, "str": str, "bool": bool}[str(field.type)]
            name = f"--{field.name.replace('_', '-')}"
            option = typer.Option(f"{name}/--no-{name[2:]}" if kind is bool else name, help=f"{config.__name__}.{field.name}")
            extra.append(inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=getattr(defaults, field.name), annotation=Annotated[kind, option]))

        def run(**given: Any) -> None:
            chosen = config(**{field.name: given.pop(field.name) for field in fields(config)})
            err.print(str(chosen), style="dim", markup=False)
            command(config=chosen, **given)

        keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        run.__signature__ = inspect.Signature([*keyword, *extra])  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in [*keyword, *extra]}
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        return run

    return decorate


@app.command()
@flags(SynthConfig, SynthConfig())
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

    with counting(err) as update:
        splits = compile_data(load_codec(catalog, encoder), config, out_, exams=exam or (), progress=update)
    for split in splits:
        out.print(f"{out_ / split.name}: {len(split.examples)} examples of {split.phrasings} phrasings; refused {sum(split.rejected.values())}")


@app.command()
@flags(TrainConfig, TrainConfig())
def train(
    config: TrainConfig,
    data: Annotated[Path, typer.Option("--data", help="Folder written by synth")] = Path("work/data"),
    out_: Annotated[Path, typer.Option("--out", help="Folder for checkpoint and run record")] = Path("work/run"),
    catalog: CatalogOption = "android",
    encoder: EncoderOption = None,
    start: Annotated[Path | None, typer.Option("--start", help="Folder of an earlier run whose weights are the beginning")] = None,
) -> None:
    """Train the embedded network; continues where an interrupted run stopped."""
    from octocall.progress import training
    from octocall.train.run import train as run_training

    with training(err, config.steps) as report:
        record = run_training(catalog, data, out_, encoder, config, report, start)
    out.print(f"{out_ / 'run.json'}: {record['seconds'] / 60:.1f} minutes, {record['curve'][-1] if record['curve'] else ''}")


@app.command()
def export(
    run: Annotated[Path, typer.Option("--run", help="Folder written by train")] = Path("work/run"),
    data: Annotated[Path, typer.Option("--data", help="Folder written by synth")] = Path("work/data"),
    out_: Annotated[Path, typer.Option("--out", help="Folder of the bundle")] = Path("work/bundle"),
    precision: Annotated[str, typer.Option("--precision", help="int8 or float32")] = "int8",
    catalog: CatalogOption = "android",
    encoder: EncoderOption = None,
) -> None:
    """Export a trained network as a bundle, with a parity check against torch."""
    from octocall.export.run import export_bundle

    found = export_bundle(catalog, run, data, out_, encoder, precision)
    out.print(f"{out_}: {found['same_plans']:.1%} of {found['requests']} plans as in torch ({precision})")
