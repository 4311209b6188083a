"""``octocall synth``: phrase books to verified, split training data with a data card."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from octocall.catalog import Catalog
from octocall.codecs.spans import SpansCodec
from octocall.data.config import SynthConfig
from octocall.data.example import Example, write_examples
from octocall.data.phrasebook import Phrasing, Slot, read_phrasebooks
from octocall.data.pools import Pools
from octocall.data.public import data_folder, irrelevant_requests, public_sets, value_pools
from octocall.data.synthesize import Synthesizer
from octocall.data.verify import Verifier, exam_texts
from octocall.files import digest, write_atomically

HERE = Path(__file__).parent
TRAIN, HELD_OUT, FUNCTIONS, CARD = "train.jsonl", "held_out.jsonl", "functions.jsonl", "data_card.md"


def template_key(phrasing: Phrasing) -> str:
    """The words of a phrasing without its values: two phrasings of one key are the same phrasing."""
    words = "".join(f"<{part.parameter}>" if isinstance(part, Slot) else part for part in phrasing.parts)
    return re.sub(r"[^\w<>]+", " ", words.lower()).strip()


def held_out(key: str, share: float) -> bool:
    """Whether a phrasing, an application or a vendor belongs to the held-out side; a function of its words alone."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") < share * 2**32


@dataclass(frozen=True)
class Split:
    """One side of the data: how it was made and what was refused."""

    name: str
    examples: list[Example]
    rejected: Counter[str]
    unreadable: int
    phrasings: int


def compile_data(
    codec: SpansCodec, config: SynthConfig, out: Path, *, exams: Sequence[Path] = (), progress: Callable[[str, int, int], None] = lambda *_: None
) -> list[Split]:
    """Writes ``train.jsonl``, ``held_out.jsonl`` and the data card to ``out``.

    ``exams`` are JSONL files with a "query" per row, against which every example is checked. The
    same catalog, books, sets and configuration give the same bytes.
    """
    catalog = codec.catalog
    phrasings = list({template_key(p): p for p in read_phrasebooks(HERE / "phrasebooks" / catalog.name, catalog)}.values())
    public = irrelevant_requests(data_folder())
    pools = Pools.load(HERE / "pools", phrasings, catalog, value_pools(data_folder()))
    texts = [text for path in exams for text in exam_texts(path)]
    splits = []
    for name, scale, wanted in ((TRAIN, 1.0, False), (HELD_OUT, 0.04, True)):
        chosen = [p for p in phrasings if held_out(template_key(p), config.held_out) == wanted]
        others = [text for text in public if held_out(text.lower(), config.held_out) == wanted]
        synthesizer, verifier = Synthesizer(catalog, chosen, pools, config), Verifier(catalog, codec, texts)
        examples = []
        total = int(scale * (len(catalog) * config.rows_per_function + config.parallel + config.nested + config.irrelevant))
        for example in verifier.verify(synthesizer.examples(scale, others)):
            examples.append(example)
            if len(examples) % 1000 == 0:
                progress(name, len(examples), total)
        progress(name, total, total)
        write_examples(out / name, examples)
        splits.append(Split(name, examples, verifier.rejected, sum(synthesizer.unreadable.values()), len(chosen)))
    write_atomically(out / CARD, data_card(catalog, config, splits, out, exams, len(public)).encode())
    return splits


def data_card(catalog: Catalog, config: SynthConfig, splits: Iterable[Split], out: Path, exams: Sequence[Path], public: int) -> str:
    """What the data are, in Markdown."""
    lines = [f"# Data card: {catalog.name}", "", "Settings: " + ", ".join(f"{k} {v}" for k, v in asdict(config).items()), ""]
    sets = ", ".join(public_sets(data_folder())) or "none"
    lines += [f"Public sets at hand: {sets}. Their {public} requests of unsupported intents may be irrelevant requests, their slots join the value pools.", ""]
    lines += ["Checked against exam files: " + (", ".join(path.name for path in exams) or "none given"), ""]
    for split in splits:
        kinds = Counter(example.kind for example in split.examples)
        names = Counter(call.name for example in split.examples for outer in example.plan.calls for call in outer.walk())
        lines += [f"## {split.name}", "", f"{len(split.examples)} examples of {split.phrasings} phrasings, SHA-256 {digest(out / split.name)}", ""]
        lines += ["Kinds: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())), ""]
        lines += ["Refused: " + (", ".join(f"{why} {count}" for why, count in split.rejected.most_common()) or "none")]
        lines[-1] += f"; values that read otherwise than drawn: {split.unreadable}"
        lines += ["", "| function | calls |", "|---|---|", *(f"| {f.name} | {names[f.name]} |" for f in catalog), ""]
    return "\n".join(lines)
