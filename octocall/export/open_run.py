"""``octocall export --open``: the base as a bundle, with parity measured before it counts."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from octocall.base import NOTHING, Base
from octocall.bundle import Bundle
from octocall.catalog import Catalog
from octocall.codecs.spans import SpansCodec
from octocall.data.compile import CARD, HELD_OUT
from octocall.data.example import Example, read_examples, read_functions
from octocall.decode import decode
from octocall.errors import MissingExtraError, OctocallError, RequestError
from octocall.export.run import LEAST_PARITY, check_target, runs, swap

FUNCTIONS = "functions.jsonl"


def export_base(run: Path, data: Sequence[Path], out: Path, encoder: Path | None, precision: str = "int8", requests: int = 600) -> dict[str, Any]:
    """Writes the base and returns how many of ``requests`` held-out plans stayed the same as torch's.

    Raises OctocallError, and writes nothing, where too few did or ``out`` holds anything but a bundle.
    """
    out = out.resolve()
    check_target(out)
    try:
        from octocall.export.open import TorchGraphs, export_open, export_open_int8
        from octocall.train.networks import Encoder
        from octocall.train.open_run import plain_tokenizer, restore_base
        from octocall.train.run import find_encoder
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None
    if precision not in LEAST_PARITY:
        raise OctocallError(f"precision {precision!r} was given; float32 or int8 is expected")
    pretrained = find_encoder(encoder)
    network, unchanged = restore_base(run, pretrained), Encoder.pretrained(pretrained, 0.0)
    if not (run / "run.json").is_file():
        raise OctocallError(f"{run / 'run.json'} is missing; let octocall train come to its end first")
    asked = [example for folder in data for example in _every(folder, requests // len(data))]
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        folder = Path(scratch) / precision
        (export_open_int8 if precision == "int8" else export_open)(network, unchanged, folder)
        codec = SpansCodec(Catalog((NOTHING,), "base"), plain_tokenizer(pretrained))
        Bundle.save(folder, codec, "", {}, "open")
        exported = Base(Bundle.open(folder), cache=Path(scratch) / "exported")
        torch_one = Base(Bundle.open(folder), cache=Path(scratch) / "torch", graphs=TorchGraphs(network, unchanged))
        same = parity(exported, torch_one, asked)
        report = {"precision": precision, "requests": len(asked), "same_plans": round(same, 4)}
        if same < LEAST_PARITY[precision]:
            raise OctocallError(f"only {same:.1%} of {len(asked)} plans stayed the same in {precision}; at least {LEAST_PARITY[precision]:.1%} are expected")
        Bundle.save(folder, codec, base_card(run, data, report), {"parity": report}, "open")
        swap(folder, out)
    return report


def _every(folder: Path, wanted: int) -> list[Example]:
    """Held-out examples with their candidates, spread evenly."""
    examples = list(read_examples(folder / HELD_OUT, read_functions(folder / FUNCTIONS)))
    return examples[:: max(1, len(examples) // max(1, wanted))][:wanted]


def parity(ours: Base, theirs: Base, examples: Sequence[Example]) -> float:
    """The share of requests for which two networks write the same symbols."""
    same = asked = 0
    for example in examples:
        functions = example.request.functions or ()
        try:
            plans = []
            for base in (ours, theirs):
                codec, mask, runtime = base.bind(functions)
                plans.append(decode(runtime, codec, mask, codec.read(example.request)).symbols)
        except RequestError:
            continue
        asked += 1
        same += plans[0] == plans[1]
    return same / max(1, asked)


def base_card(run: Path, data: Sequence[Path], report: dict[str, Any]) -> str:
    """What the base is, what it was trained on, and what is known of it."""
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    last = record["curve"][-1] if record["curve"] else {}
    cards = [(folder / CARD).read_text(encoding="utf-8") for folder in data if (folder / CARD).is_file()]
    return "\n".join([
        "# The base: functions that come with the request", "",
        "A request in English becomes calls of functions that the network has never seen, told by their documentation alone.",
        "Encoder: all-MiniLM-L6-v2 (Apache-2.0), fine-tuned for requests, unchanged for documentation; function side, fusion and decoder:",
        "octocall's own. Licence of the weights: Apache-2.0.", "",
        *runs(record),
        f"Held-out rows, every decision right without the mask: {last.get('held_out_right', 0):.1%}.",
        f"Export: {report['precision']}; {report['same_plans']:.1%} of {report['requests']} held-out plans as in torch.", "",
        "Trained on requests written for this project, on requests written by rules for operations of published API descriptions, and on SNIPS (CC0), HWU64",
        "(CC-BY-4.0), CLINC150 (CC-BY-3.0) and Thingpedia (BSD-3-Clause) as calls of functions documented for them; sources and licences: NOTICE.", "",
        "Limits: English only; a value must stand in the request, be a choice, or be a word that the documentation names in quotes.", "",
        *cards,
    ])  # fmt: skip
