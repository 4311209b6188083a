"""``octocall export``: a trained network to a bundle, with parity measured before it counts."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from octocall.bundle import EXTRAS, FILES, GRAPHS, MANIFEST, Bundle
from octocall.codecs.spans import SpansCodec
from octocall.data.compile import CARD, HELD_OUT
from octocall.data.example import read_examples
from octocall.errors import MissingExtraError, OctocallError
from octocall.runtimes.onnx import OnnxRuntime

LEAST_PARITY = {"float32": 0.995, "int8": 0.95}


def export_bundle(catalog: str, run: Path, data: Path, out: Path, encoder: Path | None, precision: str = "int8", requests: int = 600) -> dict[str, Any]:
    """Writes a bundle and returns how many of ``requests`` held-out plans stayed the same as torch's.

    Raises OctocallError, and writes nothing, where too few did or ``out`` holds anything but a bundle.
    """
    out = out.resolve()
    check_target(out)
    try:
        from octocall.export.onnx import TorchRuntime, export, export_int8, parity
        from octocall.train.run import restore
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None
    if precision not in LEAST_PARITY:
        raise OctocallError(f"precision {precision!r} was given; float32 or int8 is expected")
    network, codec = restore(catalog, run, encoder)
    for path, command in ((run / "run.json", "train"), (data / CARD, "synth"), (data / HELD_OUT, "synth")):
        if not path.is_file():
            raise OctocallError(f"{path} is missing; let octocall {command} come to its end first")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        folder = Path(scratch) / precision
        (export_int8 if precision == "int8" else export)(network, folder)
        asked = [example.request for example, _ in zip(_every(data, requests), range(requests), strict=False)]
        same = parity(codec, OnnxRuntime(folder), TorchRuntime(network), asked)
        report = {"precision": precision, "requests": len(asked), "same_plans": round(same, 4)}
        if same < LEAST_PARITY[precision]:
            raise OctocallError(f"only {same:.1%} of {len(asked)} plans stayed the same in {precision}; at least {LEAST_PARITY[precision]:.1%} are expected")
        Bundle.save(folder, codec, model_card(codec, run, data, report), {"parity": report})
        swap(folder, out)
    return report


def check_target(out: Path) -> None:
    """Raises OctocallError unless ``out`` does not exist, is empty, or holds a bundle and nothing else."""
    if not out.exists():
        return
    if not out.is_dir():
        raise OctocallError(f"{out} is a file; a folder for the bundle is expected")
    names = {path.name for path in out.iterdir()}
    own = {*FILES, *(graph for graphs in GRAPHS.values() for graph in graphs), MANIFEST, *(path.name for extra in EXTRAS for path in out.glob(extra))}
    other = sorted(names - own if MANIFEST in names else names)
    if other:
        raise OctocallError(f"{out} holds {other[0]}, which is no part of a bundle; give a folder that is new, empty, or a bundle's own")


def swap(new: Path, out: Path) -> None:
    """Puts ``new`` in the place of ``out``. What was there lies beside ``new`` afterwards; on an error it stays."""
    old = new.with_name("replaced")
    try:
        if not out.exists():
            new.rename(out)
            return
        out.rename(old)
        try:
            new.rename(out)
        except OSError:
            old.rename(out)
            raise
    except OSError as error:
        raise OctocallError(f"{out} could not be replaced ({error.strerror}); choose another folder") from error


def _every(data: Path, wanted: int) -> list[Any]:
    """Held-out examples spread evenly over the kinds."""
    examples = list(read_examples(data / HELD_OUT))
    return examples[:: max(1, len(examples) // wanted)]


def model_card(codec: SpansCodec, run: Path, data: Path, report: dict[str, Any]) -> str:
    """What the bundle is, what it was trained on, and what is known of it."""
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    last = record["curve"][-1] if record["curve"] else {}
    return "\n".join([
        f"# {codec.catalog.name}: {len(codec.catalog)} functions", "",
        "A request in English becomes calls of the functions in catalog.json. Encoder: all-MiniLM-L6-v2 (Apache-2.0), fine-tuned;",
        "decoder over functional tokens, literals and pointers into the request: octocall's own. Licence of the weights: Apache-2.0.", "",
        *runs(record),
        f"Held-out phrasings, every decision right: {last.get('held_out_right', 0):.1%}.",
        f"Export: {report['precision']}; {report['same_plans']:.1%} of {report['requests']} held-out plans as in torch.", "",
        "Trained on phrase books written for octocall and on the public sets named in the data card below: CLINC150 is by Larson et al. 2019,",
        "HWU64 by Liu et al. 2019, SNIPS by Coucke et al. 2018.", "",
        "Limits: English only; at most " + str(codec.max_pieces) + " word pieces; a value must stand in the request or be implied by it.", "",
        (data / CARD).read_text(encoding="utf-8"),
    ])  # fmt: skip


def runs(record: dict[str, Any] | None) -> list[str]:
    """A line per run, the first one first."""
    if record is None:
        return []
    config = record["config"]
    data = ", ".join(digest[:16] + "…" for name, digest in record["data"].items() if name.endswith("train.jsonl"))
    line = (
        f"Training: {config['steps']} steps of {config['batch_size']} on {record['device']} ({record['precision']}), {record['seconds'] / 60:.0f} minutes, "
        f"seed {config['seed']}, torch {record['torch']}, data SHA-256 {data}"
    )
    return [*runs(record.get("start")), line]
