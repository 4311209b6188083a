"""What a tuning has made of a catalog, as a bundle on top of its base."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from octocall.base import ROWS, Base
from octocall.bundle import Bundle
from octocall.codecs.spans import SpansCodec
from octocall.export.open import export_open, export_open_int8
from octocall.train.tuning import Tuned


def save_tuned(tuned: Tuned, codec: SpansCodec, base: Base, folder: Path, card: str, settings: dict[str, Any], precision: str = "int8") -> Bundle:
    """Writes graphs, rows and manifest to ``folder``."""
    tuned.cpu().eval()
    (export_open_int8 if precision == "int8" else export_open)(tuned.network, None, folder)
    answers = np.stack([base.understood(signature).answer for signature in codec.signatures])
    np.savez(folder / ROWS, rows=tuned.rows.detach().numpy().astype(np.float16), answers=answers.astype(np.float16))
    return Bundle.save(folder, codec, card, {**settings, "base": base.bundle.digest}, "tuned")
