"""What was measured of a compilation, for people: text, a page with pictures, a model card."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Sequence
from typing import Any

from octocall.bench.report import machine, pyplot
from octocall.bench.run import wilson
from octocall.catalog import Catalog
from octocall.compiling.figures import Figures, Rate
from octocall.errors import MissingExtraError

_SHOWN = 8
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "td,th{padding:.15rem .8rem;text-align:left}svg{max-width:100%;height:auto}"
)


def lines(figures: Figures) -> Iterator[str]:
    """The report as text, line by line."""
    yield from _summary(figures)
    if figures.curve:
        yield "learning curve (rows a function: right): " + ", ".join(f"{point}: {100 * rate.share:.1f} %" for point, rate in figures.curve)
    for expected, given, n in figures.confusions[:_SHOWN]:
        yield f"{expected} taken for {given}: {n}×"
    advice = figures.advice()
    for line in advice[:_SHOWN]:
        yield f"to do: {line}"
    if len(advice) > _SHOWN:
        yield f"and {len(advice) - _SHOWN} more in the page"


def _summary(figures: Figures) -> Iterator[str]:
    said = "phrasings of people that the measured training had not seen" if figures.natural else (
        "requests that the offline teacher wrote by rules and with sentences the measured training had not seen: people speak more freely, expect less"
    )  # fmt: skip
    yield f"Measured on {said}; 95 % intervals."
    yield f"function right, requests for one call: {figures.names}"
    yield f"whole call right: {figures.whole}"
    yield f"whole plan right, requests for several calls: {figures.several}"
    yield f"refused where nothing fits: {figures.refused}"
    before = f" ({100 * figures.ece_before:.1f} % before it was calibrated)" if figures.ece != figures.ece_before else ""
    yield f"expected calibration error of the confidence: {100 * figures.ece:.1f} %{before}"


def draw(figures: Figures, catalog: Catalog) -> str:
    """The page, pictures within it; without matplotlib it has tables alone."""
    parts = [f"<h1>{html.escape(catalog.name)}: {len(figures.functions)} functions</h1>", *(f"<p>{html.escape(line)}</p>" for line in _summary(figures))]
    try:
        pictures = list(_pictures(figures))
    except MissingExtraError as error:
        pictures = [f"<p>{html.escape(str(error))}</p>"]
    parts += [*pictures, "<h2>Functions</h2>", _table(("function", "whole call right", "phrasings given"), _rates(figures))]
    if figures.curve:
        parts += ["<h2>Learning curve</h2>", _table(("rows a function", "whole call right"), [(point, rate) for point, rate in figures.curve])]
    if figures.confusions:
        parts += ["<h2>Taken for another</h2>", _table(("asked for", "given", "times"), figures.confusions)]
    if advice := figures.advice():
        parts += ["<h2>What would help most</h2>", "<ol>", *(f"<li>{html.escape(line)}</li>" for line in advice), "</ol>"]
    parts += ["<h2>How it was made</h2>", _table(("", ""), [*figures.facts.items(), ("machine", machine())])]
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(catalog.name)}</title><style>{_STYLE}</style>{"".join(parts)}</html>\n'


def _rates(figures: Figures) -> list[tuple[str, Rate, int]]:
    return [(name, rate, figures.written.get(name, 0)) for name, rate in sorted(figures.functions.items(), key=lambda pair: pair[1].share)]


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    cells = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return "<table><tr>" + "".join(f"<th>{html.escape(name)}</th>" for name in head) + f"</tr>{cells}</table>"


def _pictures(figures: Figures) -> Iterator[str]:
    """Right calls per function with intervals, and the learning curve, as SVG."""
    plt = pyplot()
    rates = [(name, rate) for name, rate in sorted(figures.functions.items(), key=lambda pair: pair[1].share) if rate.n]
    if rates:
        figure, axes = plt.subplots(figsize=(8, 0.8 + 0.3 * len(rates)), layout="constrained")
        shares = [rate.share for _, rate in rates]
        errors = [[max(0.0, share - wilson(rate.right, rate.n)[0]) for share, (_, rate) in zip(shares, rates, strict=True)],
                  [max(0.0, wilson(rate.right, rate.n)[1] - share) for share, (_, rate) in zip(shares, rates, strict=True)]]  # fmt: skip
        axes.barh([name for name, _ in rates], shares, xerr=errors, color="#31688e", ecolor="#90a4ae")
        axes.set(xlim=(0, 1), xlabel="whole call right, with 95 % interval")
        yield _svg(plt, figure)
    if figures.curve:
        figure, axes = plt.subplots(figsize=(8, 3), layout="constrained")
        points = [point for point, _ in figures.curve]
        bounds = [wilson(rate.right, rate.n) for _, rate in figures.curve]
        axes.fill_between(points, [low for low, _ in bounds], [high for _, high in bounds], color="#31688e", alpha=0.2)
        axes.plot(points, [rate.share for _, rate in figures.curve], "o-", color="#31688e")
        axes.set(xscale="log", ylim=(0, 1), xlabel="rows a function", ylabel="whole call right", xticks=points, xticklabels=points)
        yield _svg(plt, figure)


def _svg(plt: Any, figure: Any) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg")
    plt.close(figure)
    return out.getvalue()[out.getvalue().index("<svg") :]


def card(figures: Figures, catalog: Catalog) -> str:
    """The model card, in Markdown."""
    return "\n".join([
        f"# {catalog.name}: {len(figures.functions)} functions", "",
        "A request in English becomes calls of the functions in catalog.json. It was trained on top of octocall's base, whose encoder it shares.", "",
        *(f"- {line}" for line in _summary(figures)), "",
        "| function | whole call right | phrasings given |", "|---|---|---|",
        *(f"| {name} | {rate} | {n} |" for name, rate, n in _rates(figures)), "",
        *(f"- {name}: {value}" for name, value in figures.facts.items()), "",
        "Limits: English only; a value must stand in the request, be a choice, or be a word that the documentation names in quotes.", "",
    ])  # fmt: skip
