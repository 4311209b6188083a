"""Commands that make bundles of somebody's own functions."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from octocall import show
from octocall.catalog import IRRELEVANT
from octocall.compiling.config import CompileConfig
from octocall.errors import MissingExtraError, OctocallError
from octocall.flags import flags

if TYPE_CHECKING:
    from octocall.base import Base
    from octocall.bundle import Bundle
    from octocall.compiling.gather import Material
    from octocall.data.example import Example
    from octocall.data.own import Given
    from octocall.sources.common.loaded import Loaded

SourceArgument = Annotated[str, typer.Argument(help="A .py file, JSON tools, an OpenAPI description, an MCP server, or a built-in catalog (docs/sources.md)")]
BundleArgument = Annotated[Path, typer.Argument(help="Folder of a bundle that octocall compile wrote")]
ExamplesOption = Annotated[list[Path] | None, typer.Option("--examples", help="JSON lines {query, calls: [{name, arguments}]}; may be given several times")]
PhrasesOption = Annotated[Path | None, typer.Option("--phrases", help="Folder of phrase books (docs/phrasebooks.md); a built-in catalog has its own")]


@flags(CompileConfig)
def compile_(
    config: CompileConfig,
    source: SourceArgument,
    out_: Annotated[Path, typer.Option("--out", "-o", help="Folder of the bundle")],
    examples: ExamplesOption = None,
    phrases: PhrasesOption = None,
) -> None:
    """Compile functions into a bundle.

    Requests come from your examples, from the documentation and from phrase books; what was kept of them measures the result. Interrupted,
    the same command goes on where it stopped.
    """
    patient_threads()
    try:
        from octocall.compiling.page import lines
        from octocall.compiling.run import Compilation
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None
    from octocall.base import Base
    from octocall.bundle import PAGE
    from octocall.progress import counting

    loaded = read_source(source)
    base = Base.load(threads=config.threads)
    with counting(show.err) as update:
        material = material_of(loaded, base, source, examples or [], phrases, config, update)
        facts = {"source": source}
        compilation = Compilation(material.codec, base, config, out_, update, facts)
        bundle, figures = compilation.run(material, _implementations(source))
    if without := figures.facts.get("without requests"):
        show.complain(f"noted: there is no request for {without}: the base's reading of the documentation stays; give examples with --examples or in the docstring")
    for line in lines(figures):
        show.out.print(show.plain(line))
    size = sum(path.stat().st_size for path in bundle.folder.iterdir()) / 1e6
    show.out.print(f"{bundle.folder}: {size:.1f} MB, made in {figures.facts['seconds'] / 60:.1f} minutes; pictures in {bundle.folder / PAGE}")
    # a name of a bundle that ships would open that one
    show.out.print(f'try: octocall --bundle {out_ if out_.parent.name or out_.is_absolute() else f"./{out_}"} "…"')


def _implementations(source: str) -> Path | None:
    """The file with the functions themselves, where the source is one."""
    return Path(source) if Path(source).suffix.lower() == ".py" else None


def patient_threads() -> None:
    """Threads that wait without spinning: beside another program spinning ones make a training ten times slower. Before torch is imported."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")


def read_source(source: str) -> Loaded:
    """What a source describes; what it lost or lacks is named on standard error."""
    from octocall.sources import load_any

    loaded = load_any(source)
    for what, remarks in (("skipped", loaded.skipped), ("noted", loaded.noted)):
        for remark in remarks:
            show.complain(f"{what}: {remark.name}: {remark.reason}")
    if all(function.name == IRRELEVANT for function in loaded.catalog):
        raise OctocallError(f"{source} has no function that can be compiled; at least one is expected")
    return loaded


def material_of(
    loaded: Loaded, base: Base, source: str, files: list[Path], phrases: Path | None, config: CompileConfig, update: Callable[[str, int, int], None]
) -> Material:  # fmt: skip
    """All that the rows are made of; examples that cannot be used are named on standard error."""
    from octocall.base import NOTHING
    from octocall.codecs.spans import SpansCodec
    from octocall.compiling.books import analogies, phrasings, with_constants
    from octocall.compiling.gather import Material
    from octocall.data.meant import as_meant
    from octocall.data.own import groups, placed

    given = read_examples(loaded, files)
    catalog = loaded.catalog if IRRELEVANT in loaded.catalog else loaded.catalog.append(NOTHING)
    written = phrasings(source, phrases, catalog)
    catalog = with_constants(as_meant(catalog, given), written)
    codec = SpansCodec(catalog, base.bundle.tokenizer, int(base.bundle.settings["max_pieces"]))
    own, remarks = placed(given, catalog, codec)
    complain_of(remarks, own)
    books = groups()
    alike = analogies(books, catalog, base, update) if not written else None
    return Material(codec, own, written, books, alike)


def read_examples(loaded: Loaded, files: list[Path]) -> list[Given]:
    """The examples of docstrings and files; lines that are none are named on standard error."""
    from octocall.data.own import read_lines, read_own

    found, remarks = read_lines(loaded.examples)
    for path in files:
        more, other = read_own(path)
        found, remarks = [*found, *more], [*remarks, *other]
    complain_of(remarks, [])
    return found


def complain_of(remarks: list[str], examples: list[Example]) -> None:
    """Names what was left out, and functions of a single example."""
    for remark in remarks:
        show.complain(f"left out: {remark}")
    counts = Counter(call.name for example in examples for call in example.plan.calls)
    for name in [name for name, n in counts.items() if n == 1 and name != IRRELEVANT]:
        show.complain(f"noted: {name} has one example only, which tells little; give about 20")


def add(
    bundle: BundleArgument,
    source: SourceArgument,
    examples: ExamplesOption = None,
) -> None:
    """Add functions to a bundle.

    Only what belongs to them is trained: the tokens of the others stay, and their plans as far as a fixed set of requests tells.
    """
    patient_threads()
    try:
        from octocall.compiling.edit import add as adding
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None
    from octocall.base import Base
    from octocall.progress import counting

    base, config = Base.load(), CompileConfig(curve=False)
    with counting(show.err) as update:
        material = material_of(read_source(source), base, source, examples or [], None, config, update)
        edited = adding(bundle, material, base, config, _implementations(source), update)
    show.out.print(f"kept requests of the new functions right: {edited.right}")
    show.out.print(f"{edited.bundle.folder}: {_count(edited.bundle)} functions; plans of the others that changed: {edited.changed}")


def _count(bundle: Bundle) -> int:
    """Functions that do something."""
    return sum(function.name != IRRELEVANT for function in bundle.catalog)


def remove(bundle: BundleArgument, name: Annotated[str, typer.Argument(help="Name of the function")]) -> None:
    """Remove a function from a bundle.

    The tokens of the others stay.
    """
    patient_threads()
    try:
        from octocall.compiling.edit import remove as removing
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None
    from octocall.base import Base

    edited = removing(bundle, name, Base.load())
    show.out.print(f"{edited.bundle.folder}: {_count(edited.bundle)} functions; plans of the others that changed: {edited.changed}")
