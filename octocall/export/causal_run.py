"""``octocall export --format``: a fine-tuned language model to another runtime, with parity measured before it counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from octocall import causal
from octocall.bundle import MANIFEST
from octocall.call import Request
from octocall.causal import Causal
from octocall.data.compile import HELD_OUT
from octocall.data.example import read_examples
from octocall.errors import MissingExtraError, OctocallError
from octocall.files import replacing

FORMATS = {"gguf": "float16", "onnx": "float32"}
"""The precision of each, unless said otherwise."""
LEAST_PARITY = {"float32": 0.995, "float16": 0.98, "bfloat16": 0.95, "int8": 0.9}


def export_causal(bundle: Path, out: Path, kind: str, precision: str = "", data: Path | None = None, requests: int = 100) -> dict[str, Any]:
    """Writes ``out`` and returns how many plans stayed the same as torch's: those of held-out rows of ``data``, else of the functions' descriptions.

    Low-rank updates are merged on the way. Raises OctocallError, and writes nothing, where too few plans stayed the same.
    """
    if kind not in FORMATS:
        raise OctocallError(f"format {kind!r} was given; {' or '.join(FORMATS)} is expected")
    precision = precision or FORMATS[kind]
    given = _torch(bundle)
    model = given.runtime.model  # type: ignore[attr-defined]
    model = model.merge_and_unload() if hasattr(model, "merge_and_unload") else model
    asked = _requests(given, data, requests)
    wanted = [plan for request in asked for plan, _ in given.decode([request])]
    with replacing(out, MANIFEST) as part:
        _write(model, given, part, kind, precision)
        causal.save(part, given.codec, given.vocab.tokenizer, kind, (bundle / "card.md").read_text(encoding="utf-8"))
        made = Causal.load(part)
        same = sum(made.decode([request])[0][0] == plan for request, plan in zip(asked, wanted, strict=True)) / len(asked)
        report = {"format": kind, "precision": precision, "requests": len(asked), "same_plans": round(same, 4)}
        if same < LEAST_PARITY[precision]:
            raise OctocallError(f"only {same:.1%} of {len(asked)} plans stayed the same in {precision}; at least {LEAST_PARITY[precision]:.1%} are expected")
        line = f"\nExported as {kind} in {precision}: {same:.1%} of {len(asked)} plans as in torch.\n"
        causal.save(part, given.codec, given.vocab.tokenizer, kind, (part / "card.md").read_text(encoding="utf-8") + line)
    return report


def _torch(bundle: Path) -> Causal:
    """A bundle that torch reads. Raises OctocallError."""
    if not causal.is_causal(bundle):
        raise OctocallError(f"{bundle} is no language model; give the folder that octocall train --base wrote")
    given = Causal.load(bundle)
    if not hasattr(given.runtime, "model"):
        raise OctocallError(f"{bundle} is an export already; give the folder that octocall train --base wrote")
    return given


def _requests(given: Causal, data: Path | None, most: int) -> Sequence[Request]:
    if data is None:
        return [Request(function.description) for function in given.codec.catalog][:most]
    return [example.request for example, _ in zip(read_examples(data / HELD_OUT), range(most), strict=False)]


def _write(model: Any, given: Causal, folder: Path, kind: str, precision: str) -> None:
    try:
        if kind == "gguf":
            from octocall.export.gguf import export as to_gguf

            to_gguf(model, given.vocab.tokenizer, folder, precision)
        else:
            from octocall.export.onnx_causal import export as to_onnx

            if precision != "float32":
                raise OctocallError(f"precision {precision!r} was given; ONNX is written in float32, for others choose --format gguf")
            to_onnx(model, folder)
    except ImportError as error:
        raise MissingExtraError(error.name or kind, "gguf" if kind == "gguf" else "causal") from None
