"""``octocall books``: function books to rows for the base, verified, split by application and by phrasing, with a data card."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from octocall.catalog import IRRELEVANT, Catalog
from octocall.data.bookrows import Backgrounds, Books, function_id
from octocall.data.card import write_card
from octocall.data.compile import FUNCTIONS, HELD_OUT, HERE, TRAIN, held_out
from octocall.data.example import Example, read_examples, write_examples, write_functions
from octocall.data.functionbook import Group, Wish, read_books
from octocall.data.public_calls import public_rows
from octocall.data.verify import carrier_grams, exam_grams, grams, key
from octocall.errors import DataError, OctocallError
from octocall.function import Function

FOLDER = HERE / "phrasebooks" / "open"
BACKGROUNDS = HERE / "phrasebooks" / "backgrounds.txt"


@dataclass(frozen=True)
class BooksConfig:
    """How many rows of which kind; every field is a flag of ``octocall books``."""

    variants: int = field(default=8, metadata={"help": "Rows of a request, its own words first; twice as many where nothing fits"})
    joined: int = field(default=80, metadata={"help": "Rows an application that are put together from single requests"})
    held_out: float = field(default=0.05, metadata={"help": "Share of the applications that are kept for validation"})
    seed: int = field(default=0, metadata={"help": "Seed of all draws"})

    def __post_init__(self) -> None:
        """Raises OctocallError for settings that no data can have."""
        if self.variants < 1 or self.joined < 0 or not 0 <= self.held_out < 1:
            raise OctocallError(f"{self} was given; variants from 1, joined from 0, and a share held out below 1 are expected")


def compile_books(config: BooksConfig, out: Path, *, exams: Sequence[Path] = (), folder: Path = FOLDER,
                  progress: Callable[[str, int, int], None] = lambda *_: None) -> Counter[str]:  # fmt: skip
    """Writes functions, rows and the data card to ``out`` and returns what was counted. The same books and settings give the same bytes."""
    groups = list(read_books(folder))
    books, sieve = Books(groups, Backgrounds.read(BACKGROUNDS)), Sieve(exams)
    parts: dict[str, list[Example]] = {TRAIN: [], HELD_OUT: []}
    for number, group in enumerate(groups, 1):
        # an application, and with it its functions and phrasings, is on one side
        side = HELD_OUT if held_out(group.name, config.held_out) else TRAIN
        group = replace(group, wishes=tuple(wish for wish in group.wishes if not sieve.shares(wish)))
        parts[side] += sieve.sift(_examples(books, group, config, side == HELD_OUT))
        progress("applications", number, len(groups))
    counts = Counter({"applications": len(groups), "functions": sum(len(group.functions) for group in groups), "requests": sum(len(g.wishes) for g in groups)})
    counts += Counter({f"refused: {why}": number for why, number in (books.rejected + sieve.rejected).items()})
    write_functions(out / FUNCTIONS, {function_id(group, f.name): f for group in groups for f in group.functions})
    write_parts(out, parts, "function books", asdict(config), exams, counts)
    return counts


def _examples(books: Books, group: Group, config: BooksConfig, kept: bool) -> Iterator[Example]:
    rng = random.Random(f"{config.seed}-{group.name}")
    for wish in group.wishes:
        yield from books.examples(wish, group, 2 if kept else config.variants * (1 if wish.calls else 2), rng)
    yield from books.joined(group, 4 if kept else config.joined, rng)


class Sieve:
    """Drops rows that were there before and rows that share six words outside of values with an exam."""

    def __init__(self, exams: Sequence[Path]) -> None:
        self.rejected: Counter[str] = Counter()
        self._exams = exam_grams(exams)
        self._seen: set[str] = set()

    def shares(self, wish: Wish) -> bool:
        """Whether a request shares words with an exam as it was written: a slip of typing in a variant would hide it."""
        found = any(not self._exams.isdisjoint(grams(piece.text)) for piece in wish.pieces if not piece.slot)
        self.rejected["shared with an exam"] += found
        return found

    def sift(self, examples: Iterator[Example]) -> Iterator[Example]:
        """The rows that stay, in order."""
        for example in examples:
            own = key(example.request.text)
            if own in self._seen:
                self.rejected["said before"] += 1
            elif not self._exams.isdisjoint(carrier_grams(example)):
                self.rejected["shared with an exam"] += 1
            else:
                self._seen.add(own)
                yield example


def compile_public(folder: Path, out: Path, most: int, seed: int, *, exams: Sequence[Path] = ()) -> Counter[str]:
    """Writes functions, rows and the data card of the public sets in ``folder`` that there are. Raises DataError where there is none."""
    built, sieve = public_rows(folder, seed), Sieve(exams)
    if not built.train:
        raise DataError(f"{folder} has none of the public sets; expected folders such as snips, hwu64, clinc150 or thingpedia")
    rng = random.Random(seed)
    parts = {name: list(sieve.sift(iter(examples))) for name, examples in ((TRAIN, built.train), (HELD_OUT, built.held_out))}
    parts[TRAIN] = rng.sample(parts[TRAIN], min(most, len(parts[TRAIN])))
    counts = Counter({"functions": len(built.functions)}) + Counter({f"refused: {why}": number for why, number in sieve.rejected.items()})
    write_functions(out / FUNCTIONS, built.functions)
    write_parts(out, parts, "public sets", {"rows": most, "seed": seed}, exams, counts)
    return counts


def compile_compiled(catalog: Catalog, data: Path, out: Path, most: int, seed: int) -> Counter[str]:
    """Writes rows that ``octocall synth`` wrote for one catalog as rows with candidates: what is learned for it helps others."""
    table = {f"{catalog.name}/{function.name}": function for function in catalog if function.name != IRRELEVANT}
    parts = {}
    for name in (TRAIN, HELD_OUT):
        rng = random.Random(f"{seed}-{name}")
        examples = list(read_examples(data / name))
        if unknown := sorted({call.name for example in examples for outer in example.plan.calls for call in outer.walk()} - {f.name for f in catalog}):
            raise DataError(f"{data / name} calls {unknown[0]}, which is no function of {catalog.name}; run: octocall synth")
        parts[name] = [_with_candidates(example, table, catalog.name, rng) for example in rng.sample(examples, min(most, len(examples)))]
    counts = Counter({"functions": len(table)})
    write_functions(out / FUNCTIONS, table)
    write_parts(out, parts, catalog.name, {"rows": most, "seed": seed}, (), counts)
    return counts


def _with_candidates(example: Example, table: Mapping[str, Function], name: str, rng: random.Random) -> Example:
    called = dict.fromkeys(f"{name}/{call.name}" for outer in example.plan.calls for call in outer.walk() if call.name != IRRELEVANT)
    others = [one for one in table if one not in called]
    return Example(example.request, example.plan, example.source, example.kind, (*called, *rng.sample(others, min(6, len(others)))))


def write_parts(out: Path, parts: Mapping[str, list[Example]], title: str, settings: Mapping[str, object], exams: Sequence[Path], counts: Counter[str]) -> None:
    """Writes train, held-out and the data card; the functions lie in ``out`` already."""
    for name, examples in parts.items():
        write_examples(out / name, examples)
        counts += Counter({f"{name}: {kind}": number for kind, number in Counter(example.kind for example in examples).items()})
    write_card(out, title, settings, exams, counts)
