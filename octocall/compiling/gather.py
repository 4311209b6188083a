"""The rows of a compilation: examples and phrase books in variants, the teacher's requests, strangers; with the side of each."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.spans import SpansCodec
from octocall.compiling.config import CompileConfig
from octocall.data.analogy import Analogies
from octocall.data.bookrows import Backgrounds, Books
from octocall.data.booksets import BACKGROUNDS
from octocall.data.compile import HERE, held_out, template_key
from octocall.data.config import SynthConfig
from octocall.data.crossing import Crossing
from octocall.data.deeds import Deeds
from octocall.data.example import Example
from octocall.data.functionbook import Group, Wish
from octocall.data.own import kept_back, strangers, taught, wish_of
from octocall.data.phrasebook import Phrasing
from octocall.data.pools import Pools
from octocall.data.synthesize import Synthesizer
from octocall.data.verify import Verifier
from octocall.errors import DataError, RequestError
from octocall.files import write_atomically

OWN, BOOK, TAUGHT, ALIKE, STRANGER = "own", "book", "taught", "alike", "stranger"
"""Where a row comes from: an example of the user's, a phrase book, the offline teacher, a like function of another application, elsewhere."""
NATURAL = (OWN, BOOK)
MOST_ROWS = 14_000
"""So many rows are trained on at most: drawn where there are more."""
_HELD_OUT = 0.06
"""Share of the phrasings of books that are kept."""


@dataclass
class Rows:
    """Rows with where each comes from, to train on and to measure with."""

    train: list[tuple[str, Example]] = field(default_factory=list)
    held_out: list[tuple[str, Example]] = field(default_factory=list)

    def add(self, kept: bool, origin: str, example: Example) -> None:
        """Puts an example on its side."""
        (self.held_out if kept else self.train).append((origin, example))

    @property
    def counts(self) -> Counter[str]:
        """Rows to train on by where they come from."""
        return Counter(origin for origin, _ in self.train)

    def write(self, path: Path) -> None:
        """Writes all rows to a compressed JSONL file, whole or not at all."""
        lines = [
            json.dumps({**example.to_json(), "origin": origin, "held_out": kept}, ensure_ascii=False)
            for kept, side in ((False, self.train), (True, self.held_out))
            for origin, example in side
        ]
        write_atomically(path, gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))

    @classmethod
    def read(cls, path: Path) -> Rows:
        """The reverse of ``write``. Raises DataError."""
        rows = cls()
        try:
            for line in gzip.decompress(path.read_bytes()).splitlines():  # of bytes: at line feeds alone
                row = json.loads(line)
                rows.add(row["held_out"], row["origin"], Example.from_json(row))
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path} cannot be read ({error}); compile the bundle again") from error
        return rows


@dataclass(frozen=True)
class Material:
    """What rows are made of: the user's examples, phrase books, the function books with what they are found by."""

    codec: SpansCodec
    examples: Sequence[Example]
    phrasings: Sequence[Phrasing]
    groups: Sequence[Group]
    analogies: Analogies | None = None

    @property
    def catalog(self) -> Catalog:
        return self.codec.catalog

    @property
    def written(self) -> Counter[str]:
        """How many phrasings people gave, by function."""
        found = Counter(call.name for example in self.examples for outer in example.plan.calls for call in outer.walk())
        return found + Counter(shape.name for phrasing in self.phrasings for outer in phrasing.shapes for shape in outer.walk())


def gather(material: Material, config: CompileConfig, progress: Callable[[str, int, int], None] = lambda *_: None, most: int = MOST_ROWS) -> Rows:
    """All rows, of phrase books about ``most``. The same material and settings give the same rows."""
    catalog, rows, rng = material.catalog, Rows(), random.Random(config.seed)
    mine = _written(material)
    books, crossing = Books([mine, *material.groups], Backgrounds.read(BACKGROUNDS), Deeds(material.groups)), Crossing(mine.wishes)
    own = Group(catalog.name, catalog.functions, ())
    wishes: dict[bool, list[Wish]] = {False: [], True: []}
    for number, (example, kept) in enumerate(zip(material.examples, kept_back(material.examples), strict=True), 1):
        wish = wish_of(example, catalog)
        rows.add(kept, OWN, example)
        if wish is not None:
            wishes[kept].append(wish)
            for variant in _variants(wish, own, books, crossing, 0 if kept else config.variants - 1, rng):
                rows.add(False, OWN, _bare(variant))
        progress("examples", number, len(material.examples))
    for kept, share in ((False, 0.5), (True, 0.25)):
        if several := [wish for wish in wishes[kept] if len(wish.calls) == 1]:
            for example in books.joined(replace(own, wishes=tuple(several)), int(share * len(several) * (1 if kept else config.variants / 2)), rng):
                rows.add(kept, OWN, _bare(example))
    for kept, example in _of_books(material, config, progress, most):
        rows.add(kept, BOOK, example)
    if material.analogies is not None and config.taught:
        told = material.analogies.group()
        for wish in told.wishes:
            for example in books.examples(wish, own, max(1, config.variants // 2), rng):
                rows.add(False, ALIKE, _bare(example))
    for kept, example in taught(catalog, config.taught, config.seed, lambda done, total: progress("teacher", done, total)) if config.taught else ():
        rows.add(kept, TAUGHT, example)
    neighbours = material.analogies.neighbours() if material.analogies is not None else []
    for example in strangers(catalog, material.groups, neighbours, max(60, len(rows.train) // 8), config.seed):
        rows.add(held_out(example.request.text, 0.1), STRANGER, example)
    return Rows(*([pair for pair in side if _readable(pair[1], material.codec)] for side in (rows.train, rows.held_out)))


def _readable(example: Example, codec: SpansCodec) -> bool:
    """Whether a request is one that the network can be asked: several joined ones may be too long."""
    try:
        codec.read(example.request)
    except RequestError:
        return False
    return True


def kept_variants(material: Material, config: CompileConfig) -> list[Example]:
    """Variants of the examples that are kept for measuring: what the training that comes after that learns, too."""
    mine, rng, found = _written(material, True), random.Random(f"{config.seed}-kept"), list[Example]()
    books, crossing = Books([mine, *material.groups], Backgrounds.read(BACKGROUNDS), Deeds(material.groups)), Crossing(mine.wishes)
    for example, kept in zip(material.examples, kept_back(material.examples), strict=True):
        if kept and (wish := wish_of(example, material.catalog)) is not None:
            found += [_bare(variant) for variant in _variants(wish, mine, books, crossing, config.variants - 1, rng)]
    return [example for example in found if _readable(example, material.codec)]


def _variants(wish: Wish, group: Group, books: Books, crossing: Crossing, many: int, rng: random.Random) -> Iterator[Example]:
    for _ in range(many):
        yield from books.examples(crossing.cross(wish, rng), group, 1, rng, fresh=True)


def _written(material: Material, whole: bool = False) -> Group:
    """The catalog as an application of its own, with the examples that are trained on; the ``whole`` one with those that are kept, too."""
    sides = zip(material.examples, kept_back(material.examples), strict=True)
    wishes = tuple(wish for example, kept in sides if (whole or not kept) and (wish := wish_of(example, material.catalog)))
    return Group(material.catalog.name, material.catalog.functions, wishes)


def _bare(example: Example) -> Example:
    return replace(example, candidates=())


def _of_books(material: Material, config: CompileConfig, progress: Callable[[str, int, int], None], most: int) -> Iterator[tuple[bool, Example]]:
    """Rows of phrase books: singles, parallel, nested and irrelevant ones, as ``octocall synth`` writes them; kept ones without slips of typing."""
    catalog = material.catalog
    phrasings = list({template_key(p): p for p in material.phrasings}.values())
    if not phrasings:
        return
    pools, variants = Pools.load(HERE / "pools", phrasings, catalog), max(1, min(config.variants, most // len(phrasings)))
    for kept in (False, True):
        chosen = [p for p in phrasings if held_out(template_key(p), _HELD_OUT) == kept]
        counts = Counter(p.kind for p in chosen)
        wanted = SynthConfig(
            rows_per_function=variants * counts["single"] // max(1, len(catalog) - 1), parallel=2 * variants * counts["parallel"],
            nested=variants * counts["nested"], irrelevant=variants * counts["irrelevant"], public=0.0, seed=config.seed,
        )  # fmt: skip
        total = int(wanted.rows_per_function * len(catalog) + wanted.parallel + wanted.nested + wanted.irrelevant)
        verifier = Verifier(catalog, material.codec)
        for number, example in enumerate(verifier.verify(Synthesizer(catalog, chosen, pools, wanted, as_written=kept).examples(0.15 if kept else 1.0, ())), 1):
            if number % 500 == 0 and not kept:
                progress("phrase books", min(number, total), total)
            yield kept, example
        if not kept:
            progress("phrase books", total, total)


def untold(rows: Rows, catalog: Catalog) -> list[str]:
    """The functions that no request to train on calls: their documentation was not enough for the teacher."""
    called = Counter(call.name for _, example in rows.train for outer in example.plan.calls for call in outer.walk())
    return [function.name for function in catalog if function.name != IRRELEVANT and not called[function.name]]


def give_examples(names: Sequence[str]) -> str:
    """What to do about functions without requests."""
    return f"there is no request for {', '.join(names[:5])}: the documentation is not enough for the teacher; give examples with --examples or in the docstring"
