"""Vectors of texts from the pretrained encoder, as it comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import tokenizers
from numpy.typing import NDArray

from octocall.errors import MissingExtraError
from octocall.train.run import find_encoder

MAX_PIECES = 256


def load_encode(folder: Path | None = None) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    """Texts to vectors [n, width]: the mean of their states, of length one. Raises MissingExtraError, and OctocallError without an encoder."""
    try:
        import torch

        from octocall.train.networks import Encoder
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None
    place = find_encoder(folder)
    tokenizer = tokenizers.Tokenizer.from_file(str(place / "tokenizer.json"))
    tokenizer.enable_padding()
    tokenizer.enable_truncation(MAX_PIECES)
    encoder = Encoder.pretrained(place).eval()

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        found = tokenizer.encode_batch(list(texts))
        ids, mask = torch.tensor([e.ids for e in found]), torch.tensor([e.attention_mask for e in found])[..., None].float()
        with torch.inference_mode():
            states = encoder(ids, (1 - mask[:, None, None, :, 0]) * -1e9)
            vectors = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)
        array: NDArray[np.float32] = vectors.numpy()
        return array

    return encode
