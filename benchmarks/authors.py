"""Whole calls right on phrasings of two authors whose books no training has seen: vehicle, yelp and doordash.

    python benchmarks/authors.py [--bundle NAME_OR_FOLDER] [vehicle yelp doordash]

Beside the bundle stands word matching over the same functions.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import octocall
from octocall.bench.baselines import words
from octocall.bench.cases import Case
from octocall.bench.report import machine, print_report
from octocall.bench.run import calibration, run
from octocall.catalog import Catalog
from octocall.data.config import SynthConfig
from octocall.data.phrasebook import Phrasing, read_phrasebooks
from octocall.data.pools import Pools
from octocall.data.synthesize import Synthesizer
from octocall.model import Model

NOW = datetime(2026, 3, 4, 10, 30)
BOOKS = Path(octocall.__file__).parent / "data"


def cases(model: Model) -> list[Case]:
    """The phrasings of the held-out authors."""
    catalog = model.catalog
    return asked(catalog, read_phrasebooks(BOOKS / "phrasebooks" / catalog.name / "held_out", catalog))


def asked(catalog: Catalog, phrasings: Sequence[Phrasing]) -> list[Case]:
    """Each phrasing once, with values of its own or drawn; the same each time."""
    writer = Synthesizer(catalog, phrasings, Pools.load(BOOKS / "pools", phrasings, catalog), SynthConfig(), as_written=True)
    found = []
    for number, phrasing in enumerate(phrasings):
        rng = random.Random(number)
        try:
            example = writer.example([writer.fill(phrasing, rng, NOW)], phrasing.source, rng, NOW)
        except ValueError:
            continue
        found.append(Case(example.request, catalog.check(example.plan), example.kind))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("catalogs", nargs="*", default=["vehicle", "yelp", "doordash"])
    parser.add_argument("--bundle", help="in place of the bundles that ship; one catalog then")
    given = parser.parse_args()
    print(machine())
    for name in given.catalogs:
        model = Model.load(given.bundle or name)
        requests = cases(model)
        ours = run(model.plan, requests)
        print(f"\n{name}: {len(requests)} phrasings; expected calibration error {100 * calibration(ours)[1]:.1f} %")
        print_report(ours, run(lambda request, model=model: words.plan(request, model.catalog), requests))  # type: ignore[misc]


if __name__ == "__main__":
    main()
