"""``octocall dataset``: lists of operations to verified, split training rows with a data card."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.data.example import Example, write_functions
from octocall.data.negatives import Encode, easy, hashed, ranks, similar
from octocall.data.dataset.choose import api_of, choose, rivals, unit_share, vendor, weight
from octocall.data.dataset.rows import Unwritten, clock, example, skeleton
from octocall.data.dataset.spread import spread
from octocall.data.teachers.offline import Draft, OfflineTeacher, Script, script
from octocall.data.teachers.rules.several import again, joined, nested
from octocall.data.verify import carrier_grams, grams
from octocall.errors import DataError, OctocallError
from octocall.files import Draft as FileDraft
from octocall.files import digest, write_atomically
from octocall.function import Function
from octocall.types import Context

TRAIN, HELD_OUT, FUNCTIONS, CARD = "train.jsonl", "held_out.jsonl", "functions.jsonl", "data_card.md"
_CANDIDATES = (1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5, 6, 7, 8, 10, 12)
_TRIES = 3
_SAME = 90.0
"""Two phrasings of one function are near duplicates from this likeness (0 to 100) on."""
_REPEATED = 4
"""So many functions may be asked for in the same words."""
_TASK = 60


@dataclass(frozen=True)
class DatasetConfig:
    """What a run is made of; every field is a flag of ``octocall dataset``."""

    rows: int = field(default=260_000, metadata={"help": "Rows in all"})
    functions: int = field(default=26_000, metadata={"help": "Most functions"})
    unsolvable: float = field(default=0.5, metadata={"help": "Share of the rows whose candidates do not solve the request"})
    parallel: float = field(default=0.26, metadata={"help": "Share of the solvable rows that ask for several calls"})
    nested: float = field(default=0.25, metadata={"help": "Share of the requests of a function that takes a message in which the message is another call's result"})
    held_out: float = field(default=0.04, metadata={"help": "Share of the vendors whose functions and sentences are kept for validation"})
    workers: int = field(default=0, metadata={"help": "Processes; 0: one for each processor"})
    seed: int = field(default=0, metadata={"help": "Seed of all draws"})

    def __post_init__(self) -> None:
        """Raises OctocallError for settings that no data can have."""
        if self.rows < 1 or self.functions < 20:
            raise OctocallError(f"rows = {self.rows}, functions = {self.functions} were given; at least 1 and 20 are expected")
        for name in ("unsolvable", "parallel", "nested", "held_out"):
            if not 0 <= getattr(self, name) < 1:
                raise OctocallError(f"{name} = {getattr(self, name)} was given; a share from 0 to below 1 is expected")


@dataclass(frozen=True)
class Shared:
    """What every worker knows: functions in order, which side they are on, their neighbours."""

    ids: list[str]
    functions: list[Function]
    scripts: list[Script]
    held_out: list[bool]
    table: Any
    sides: tuple[list[int], list[int]]
    answering: tuple[list[int], list[int]]
    same_api: dict[str, list[int]]
    config: DatasetConfig
    shares: list[float]
    exams: frozenset[tuple[str, ...]]
    around: tuple[Sequence[str], Sequence[str]]


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
    used: set[int] = set()
    seen: set[str] = set()
    phrasings: Counter[str] = Counter()
    kept: set[str] = set()
    out.mkdir(parents=True, exist_ok=True)
    with FileDraft(out / TRAIN) as train, FileDraft(out / HELD_OUT) as held:
        for number, (rows, refused) in enumerate(spread(write_rows, shared, tasks, cluster, config.workers)):
            counts.update({f"refused: {why}": count for why, count in refused.items()})
            lines: tuple[list[str], list[str]] = ([], [])
            for side, phrasing, key, kind, functions, line in rows:
                if key in seen or phrasings[phrasing] >= _REPEATED or (not side and phrasing in kept):
                    counts["refused: said before" if side or phrasing not in kept else "refused: said as in a held-out row"] += 1
                    continue
                seen.add(key)
                phrasings[phrasing] += 1
                if side:
                    kept.add(phrasing)
                used.update(functions)
                counts[f"{HELD_OUT if side else TRAIN}: {kind}"] += 1
                lines[side].append(line)
            train.write("".join(lines[0]).encode())
            held.write("".join(lines[1]).encode())
            progress("rows", number + 1, len(tasks))
    write_functions(out / FUNCTIONS, {chosen[row][0]: chosen[row][1] for row in sorted(used)})
    counts["functions"] = len(used)
    write_atomically(out / CARD, data_card(config, counts, out, catalogues, exams).encode())
    return counts


def _functions(catalogues: Sequence[Path], config: DatasetConfig, cluster: str) -> list[tuple[str, Function]]:
    from octocall.sources.operations import files

    paths = [path for catalogue in catalogues for path in files(catalogue)]
    paths.sort(key=lambda path: -path.stat().st_size)
    found: dict[str, Function] = {}
    for rows in spread(_read, f"{config.seed}", paths, cluster, config.workers):
        for place, function in rows:
            found.setdefault(place, function)
    return list(choose(sorted(found.items()), f"{config.seed}", config.functions))


def _read(seed: str, path: Path) -> list[tuple[str, Function]]:
    """The best operations of one file."""
    from octocall.sources.common.loaded import Remark
    from octocall.sources.operations import read_operations

    return list(choose((row for row in read_operations(path) if not isinstance(row, Remark)), seed, 10**9))


def _shared(chosen: list[tuple[str, Function]], config: DatasetConfig, exams: Sequence[Path], encode: Encode) -> Shared:
    import numpy as np

    held = [unit_share(f"{config.seed}-side-{vendor(place)}") < config.held_out for place, _ in chosen]
    vectors = encode([f"{' '.join(script_words(function))}. {function.description}" for _, function in chosen])
    table = ranks(vectors, np.array(held, np.int32))
    same_api: dict[str, list[int]] = {}
    for row, (place, _) in enumerate(chosen):
        same_api.setdefault(api_of(place), []).append(row)
    sides = ([row for row, side in enumerate(held) if not side], [row for row, side in enumerate(held) if side])
    texts = [text for path in exams for text in exam_texts(path)]
    taken = frozenset().union(*map(grams, texts)) if texts else frozenset()
    folder = Path(__file__).parent / "pools"
    around = tuple((folder / f"context.{where}.txt").read_text(encoding="utf-8").splitlines() for where in ("before", "after"))
    scripts = [found for _, function in chosen if (found := script(function)) is not None]
    if len(scripts) != len(chosen):
        raise DataError("a function was chosen that no request can be written for")
    weights = [weight(found) for found in scripts]
    shares = [each * config.rows * (1 - config.unsolvable) / sum(weights) for each in weights]
    functions = [function for _, function in chosen]
    answers = [row for row, function in enumerate(functions) if function.returns is not None]
    answering = tuple([row for row in answers if held[row] == side] for side in (False, True))
    return Shared([place for place, _ in chosen], functions, scripts, held, table, sides, (answering[0], answering[1]), same_api, config, shares, taken, (around[0], around[1]))


def script_words(function: Function) -> tuple[str, ...]:
    """The words of a function's name."""
    from octocall.data.teachers.rules.words import name_words

    return name_words(function.name)


def exam_texts(path: Path) -> list[str]:
    """The requests of exam rows: "query", or "question" as text or as turns of messages. Raises DataError."""
    try:
        return [text for line in path.read_text(encoding="utf-8").splitlines() if line.strip() for text in _asked(json.loads(line))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} cannot be read as exam rows ({error}); JSON lines with a query or a question are expected") from error


def _asked(row: Any) -> list[str]:
    if isinstance(row, dict) and not {"query", "question", "content"} & set(row):
        raise KeyError("query")
    if isinstance(row, dict):
        row = row.get("query") or row.get("question") or row.get("content")
    return [row] if isinstance(row, str) else [text for part in row or () for text in _asked(part)]


def write_rows(shared: Shared, task: Sequence[int]) -> tuple[list[tuple[bool, str, str, str, list[int], str]], Counter[str]]:
    """The rows of some functions: (held out, phrasing, key, kind, functions, line), and why others were refused."""
    from rapidfuzz import fuzz

    rows, refused = [], Counter[str]()
    for own in task:
        rng = random.Random(f"{shared.config.seed}-rows-{shared.ids[own]}")
        teacher = OfflineTeacher(shared.held_out[own])
        said: list[str] = []
        wanted = int(shared.shares[own]) + (rng.random() < shared.shares[own] % 1)
        solvable, tries = 0, 0
        while solvable < wanted and tries < wanted * _TRIES:
            tries += 1
            try:
                made, phrasing, candidates = _solvable(shared, teacher, own, rng)
            except Unwritten as why:
                refused[str(why)] += 1
                continue
            if any(fuzz.ratio(phrasing, other) >= _SAME for other in said):
                refused["nearly said before"] += 1
                continue
            said.append(phrasing)
            solvable += 1
            rows.append(_row(shared, own, made, phrasing, candidates))
            share = shared.config.unsolvable / (1 - shared.config.unsolvable)
            for _ in range(int(share) + (rng.random() < share % 1)):
                beside = _unsolvable(shared, teacher, own, made, rng)
                if beside is not None:
                    twin, candidates = beside
                    rows.append(_row(shared, own, twin, skeleton(twin) if twin.request.text != made.request.text else phrasing, candidates))
    return rows, refused


def _row(shared: Shared, own: int, made: Example, phrasing: str, candidates: list[int]) -> tuple[bool, str, str, str, list[int], str]:
    key = hashlib.sha256(f"{made.kind == 'irrelevant'}{made.request.text.lower()}".encode()).hexdigest()[:16]
    phrase = f"{'-' if made.kind == 'irrelevant' else '+'}{phrasing}"
    return shared.held_out[own], phrase, key, made.kind, candidates, json.dumps(made.to_json(), ensure_ascii=False) + "\n"


def _solvable(shared: Shared, teacher: OfflineTeacher, own: int, rng: random.Random) -> tuple[Example, str, list[int]]:
    now = clock(rng)
    context = Context(now)
    found = shared.scripts[own]
    draw = rng.random()
    targets, kind = [own], "single"
    draft: Draft | None
    if draw > 1 - shared.config.nested and found.about.want in ("send", "create", "do", "update") and any(each.sort in ("message", "comment") for each in found.topics):
        targets, kind = [own, rng.choice(shared.answering[shared.held_out[own]])], "nested"
        names = {shared.functions[row].name for row in targets}
        draft = nested(teacher, found, shared.scripts[targets[1]], rng, context) if len(names) == 2 else None
    elif draw < shared.config.parallel * 0.6 and found.topics:
        draft, kind = again(teacher, found, rng, context), "parallel"
    elif draw < shared.config.parallel:
        targets = _family(shared, own, rng)
        drafts = [teacher.draft(shared.scripts[row], rng, context, incomplete=0) for row in targets]
        draft, kind = joined(drafts, rng), "parallel" if len(drafts) > 1 else "single"
    else:
        draft = teacher.draft(found, rng, context)
    if draft is None:
        raise Unwritten("no words were found")
    made = example(draft, f"{shared.ids[own]}", kind, rng, now, shared.around)
    if shared.exams and not shared.exams.isdisjoint(carrier_grams(made)):
        raise Unwritten("shared with an exam")
    candidates = _beside(shared, targets, rng)
    return Example(made.request, made.plan, made.source, kind, tuple(shared.ids[row] for row in candidates)), skeleton(made), candidates


def _family(shared: Shared, own: int, rng: random.Random) -> list[int]:
    """The function and one or two others of its API that are not mistaken for it."""
    about = shared.scripts[own].about
    others = [row for row in shared.same_api[api_of(shared.ids[own])] if row != own and shared.functions[row].name != shared.functions[own].name]
    others = [row for row in rng.sample(others, min(len(others), 6)) if not rivals(about, shared.scripts[row].about)]
    names: dict[str, int] = {}
    for row in others:
        names.setdefault(shared.functions[row].name, row)
    return [own, *list(names.values())[: 2 if rng.random() < 0.15 else 1]]


def _beside(shared: Shared, targets: Sequence[int], rng: random.Random) -> list[int]:
    """Candidates: the right functions with similar and random ones, shuffled."""
    own = targets[0]
    size = max(len(targets), rng.choice(_CANDIDATES))
    scripts = [shared.scripts[row] for row in targets]
    names = {shared.functions[row].name for row in targets}
    fits = _fits(shared, scripts, names)
    chosen = similar(own, shared.table, fits, min(3, size - len(targets)), rng)
    chosen = _distinct(shared, chosen, names)
    chosen += _distinct(shared, easy(own, shared.sides[shared.held_out[own]], fits, size - len(targets) - len(chosen), rng), names)
    candidates = [*targets, *chosen]
    rng.shuffle(candidates)
    return candidates


def _distinct(shared: Shared, rows: Sequence[int], names: set[str]) -> list[int]:
    kept = []
    for row in rows:
        if shared.functions[row].name not in names:
            names.add(shared.functions[row].name)
            kept.append(row)
    return kept


def _fits(shared: Shared, scripts: Sequence[Script], names: set[str]) -> Callable[[int], bool]:
    def fits(row: int) -> bool:
        other = shared.scripts[row].about
        return shared.functions[row].name not in names and not any(rivals(found.about, other) for found in scripts)

    return fits


def _unsolvable(shared: Shared, teacher: OfflineTeacher, own: int, made: Example, rng: random.Random) -> tuple[Example, list[int]] | None:
    """A request that none of its candidates solves: one just written, or another for the same function."""
    found = shared.scripts[own]
    request = made.request
    if rng.random() < 0.04:
        request = Request(rng.choice(shared.around[rng.random() < 0.3]) + rng.choice(("", "", ".", "!")), request.now)
    elif rng.random() < 0.5 or len(made.plan.calls) > 1:
        try:
            draft = teacher.draft(found, rng, Context(clock(rng)), incomplete=0.01)
            request = example(draft, made.source, "irrelevant", rng, clock(rng), shared.around).request if draft else request
        except Unwritten:
            return None
    # a request for several calls is only unsolvable where no function serves any of them
    if request is made.request and len(made.plan.calls) > 1:
        return None
    size = rng.choice(_CANDIDATES)
    fits = _fits(shared, [found], {shared.functions[own].name})
    hard = similar(own, shared.table, fits, min(size, rng.choice((0, 1, 2, 3, 3))), rng)
    names: set[str] = {shared.functions[own].name}
    chosen = _distinct(shared, hard, names)
    chosen += _distinct(shared, easy(own, shared.sides[shared.held_out[own]], fits, size - len(chosen), rng), names)
    rng.shuffle(chosen)
    if not chosen:
        return None
    plan = Plan((Call(IRRELEVANT),))
    return Example(Request(request.text, request.now), plan, made.source, "irrelevant", tuple(shared.ids[row] for row in chosen)), chosen


def data_card(config: DatasetConfig, counts: Counter[str], out: Path, catalogues: Sequence[Path], exams: Sequence[Path]) -> str:
    """What the data are, in Markdown."""
    lines = ["# Data card: open functions", "", "Settings: " + ", ".join(f"{k} {v}" for k, v in asdict(config).items() if k != "workers"), ""]
    lines += ["Requests are written by rules from the documentation of published operations; no model and no person wrote them.", ""]
    for path in catalogues:
        notes = sorted((path if path.is_dir() else path.parent).glob("NOTICE*"))
        lines += [f"Source `{path.name}`:", "", *(f"> {line}" for note in notes for line in note.read_text(encoding="utf-8").splitlines()[:12] if line.strip()), ""]
    lines += ["Checked against exam files: " + (", ".join(path.name for path in exams) or "none given"), ""]
    lines += ["| what | count |", "|---|---|", *(f"| {name} | {count} |" for name, count in sorted(counts.items())), "", "| file | SHA-256 |", "|---|---|"]
    lines += [f"| {name} | {digest(out / name)} |" for name in (FUNCTIONS, TRAIN, HELD_OUT)]
    return "\n".join(lines) + "\n"
