"""Right calls on the requests of the function files beside this one.

    python benchmarks/own/measure.py                              # day zero: the base, told by the documentation alone
    python benchmarks/own/measure.py music_player=m.bundle …      # files with the bundles compiled of them

benchmarks/own/examples/*.jsonl are 20 examples a function by authors who saw none of the requests: octocall compile … --examples.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from octocall.bench.cases import Case
from octocall.bench.report import cell, machine, rate
from octocall.bench.run import Result, calibration, run
from octocall.bench.unseen import without_defaults
from octocall.call import Call, Plan, Request, read_clock
from octocall.catalog import IRRELEVANT, Catalog
from octocall.model import Model
from octocall.score import score
from octocall.sources import load_any

HERE = Path(__file__).parent


def results(name: str, model: Model, given: Catalog | None) -> list[Result]:
    """Every request of a file; what is left to a default counts as left out."""
    functions = (given or model.catalog).functions
    cases = []
    for line in (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        wanted = without_defaults(Plan.from_json(row["calls"]) if row["calls"] else Plan((Call(IRRELEVANT),)), functions)
        request = Request(row["query"], read_clock(row["now"]), functions=None if given is None else given.functions)
        cases.append(Case(request, wanted, row["kind"], judge=lambda plan, wanted=wanted: score(wanted, without_defaults(plan, functions))))  # type: ignore[misc]
    return run(model.plan, cases)


def main() -> None:
    pairs = dict(word.split("=", 1) for word in sys.argv[1:])
    names = list(pairs) or sorted(path.stem for path in HERE.glob("*.jsonl"))
    print(f"{machine()}; command: python {' '.join(sys.argv)}")
    base = None if pairs else Model.load("base")
    found: list[Result] = []
    for name in names:
        own = results(name, Model.load(pairs[name]), None) if base is None else results(name, base, load_any(str(HERE / f"{name}.py")).catalog)
        found += own
        show(name, own)
    show("all", found)


def show(name: str, found: list[Result]) -> None:
    """A line per kind: function and whole call right, %, with 95 % intervals."""
    for kind in ("single", "parallel", "irrelevant"):
        own = [r for r in found if r.case.kind == kind]
        print(f"{name:>17} {kind:>10}, {len(own):3}: function {cell(rate(own, lambda r: r.score.functions))}, whole call {cell(rate(own, lambda r: r.score.whole))}")
    print(f"{name:>17} expected calibration error {100 * calibration(found)[1]:.1f} %")


if __name__ == "__main__":
    main()
