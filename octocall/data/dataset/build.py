"""``octocall dataset``: lists of operations to verified, split training rows with a data card."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from octocall.data.bookrows import Backgrounds
from octocall.data.booksets import BACKGROUNDS
from octocall.data.card import write_card
from octocall.data.compile import FUNCTIONS, HELD_OUT, TRAIN, held_out
from octocall.data.dataset.choose import api_of, choose, vendor, weight
from octocall.data.dataset.config import DatasetConfig
from octocall.data.dataset.rows import Voices
from octocall.data.dataset.spread import spread
from octocall.data.dataset.write import Row, Shared, write_rows
from octocall.data.example import write_functions
from octocall.data.negatives import Encode, hashed, ranks
from octocall.data.teachers.rules.script import script
from octocall.data.teachers.rules.words import name_words
from octocall.data.verify import exam_grams
from octocall.errors import DataError
from octocall.files import Draft
from octocall.function import Function
from octocall.sources.common.loaded import Remark
from octocall.sources.operations import files, read_operations

_REPEATED = 4
"""So many functions may be asked for in the same words."""
_TASK = 60


def compile_dataset(
    catalogues: Sequence[Path],
    out: Path,
    config: DatasetConfig,
    *,
    exams: Sequence[Path] = (),
    cluster: str = "",
    encode: Encode = hashed,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Counter[str]:
    """Writes functions, rows of both sides and the data card to ``out``; gives the counts. The same settings give the same bytes, however many workers."""
    chosen = _functions(catalogues, config, cluster)
    if len(chosen) < 20:
        raise DataError(f"{len(chosen)} functions were found that requests can be written for; give catalogues with more operations")
    shared = _shared(chosen, config, exams, encode)
    order = sorted(range(len(chosen)), key=lambda row: (not shared.held_out[row], chosen[row][0]))
    tasks = [order[at : at + _TASK] for at in range(0, len(order), _TASK)]
    counts: Counter[str] = Counter()
    new = NewRows(counts)
    out.mkdir(parents=True, exist_ok=True)
    with Draft(out / TRAIN) as train, Draft(out / HELD_OUT) as held:
        for number, (rows, refused) in enumerate(spread(write_rows, shared, tasks, cluster, config.workers)):
            counts.update({f"refused: {why}": count for why, count in refused.items()})
            lines = new.lines(rows)
            train.write("".join(lines[0]).encode())
            held.write("".join(lines[1]).encode())
            progress("rows", number + 1, len(tasks))
    used = new.used
    write_functions(out / FUNCTIONS, {chosen[row][0]: chosen[row][1] for row in sorted(used)})
    counts["functions"] = len(used)
    settings = {name: value for name, value in asdict(config).items() if name != "workers"}
    write_card(out, "open functions", settings, exams, counts, list(_notes(catalogues)))
    return counts


def _notes(catalogues: Sequence[Path]) -> Iterator[str]:
    """What the card says of the lists of operations: where their texts are from."""
    yield from ("Requests are written by rules from the documentation of published operations; no model and no person wrote them.", "")
    for path in catalogues:
        notices = sorted((path if path.is_dir() else path.parent).glob("NOTICE*"))
        told = [line for notice in notices for line in notice.read_text(encoding="utf-8").splitlines()[:12] if line.strip()]
        yield from (f"Source `{path.name}`:", "", *(f"> {line}" for line in told), "")


@dataclass
class NewRows:
    """Keeps what is new: no request twice, few functions in the same words, no held-out phrasing in training."""

    counts: Counter[str]
    used: set[int] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    _phrasings: Counter[str] = field(default_factory=Counter)
    _held_out: set[str] = field(default_factory=set)

    def lines(self, rows: Sequence[Row]) -> tuple[list[str], list[str]]:
        """The lines of the rows that pass, for training and held out."""
        lines: tuple[list[str], list[str]] = ([], [])
        for side, phrasing, key, kind, functions, line in rows:
            heard = not side and phrasing in self._held_out
            if heard or key in self._seen or self._phrasings[phrasing] >= _REPEATED:
                self.counts["refused: said as in a held-out row" if heard else "refused: said before"] += 1
                continue
            self._seen.add(key)
            self._phrasings[phrasing] += 1
            if side:
                self._held_out.add(phrasing)
            self.used.update(functions)
            self.counts[f"{HELD_OUT if side else TRAIN}: {kind}"] += 1
            lines[side].append(line)
        return lines


def _functions(catalogues: Sequence[Path], config: DatasetConfig, cluster: str) -> list[tuple[str, Function]]:
    paths = [path for catalogue in catalogues for path in files(catalogue)]
    paths.sort(key=lambda path: -path.stat().st_size)
    found: dict[str, Function] = {}
    for rows in spread(_read, f"{config.seed}", paths, cluster, config.workers):
        for place, function in rows:
            found.setdefault(place, function)
    return list(choose(sorted(found.items()), f"{config.seed}", config.functions))


def _read(seed: str, path: Path) -> list[tuple[str, Function]]:
    """The best operations of one file."""
    return list(choose((row for row in read_operations(path) if not isinstance(row, Remark)), seed, 10**9))


def _shared(chosen: Sequence[tuple[str, Function]], config: DatasetConfig, exams: Sequence[Path], encode: Encode) -> Shared:
    """What the workers know. Raises DataError."""
    ids = [place for place, _ in chosen]
    scripts = [found for _, function in chosen if (found := script(function)) is not None]
    held = [held_out(f"{config.seed}-side-{vendor(place)}", config.held_out) for place in ids]
    vectors = encode([f"{' '.join(name_words(function.name))}. {function.description}" for _, function in chosen])
    same_api: dict[str, list[int]] = defaultdict(list)
    for row, place in enumerate(ids):
        same_api[api_of(place)].append(row)
    sides = {side: [row for row, own in enumerate(held) if own == side] for side in (False, True)}
    answering = {side: [row for row in rows if scripts[row].function.returns is not None] or rows for side, rows in sides.items()}
    weights = [weight(found) for found in scripts]
    shares = [each * config.rows * (1 - config.unsolvable) / sum(weights) for each in weights]
    table = ranks(vectors, np.array(held, np.int32))
    return Shared(ids, scripts, held, table, shares, sides, answering, dict(same_api), config, exam_grams(exams), Voices(Backgrounds.read(BACKGROUNDS)))
