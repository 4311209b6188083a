"""The pretrained encoder as it came, for the texts of documentation: one vector a text, each encoded once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import tokenizers
import torch
from numpy.typing import NDArray

from octocall.files import write_atomically
from octocall.train.networks import Encoder

MAX_PIECES = 96
_BLOCK = 4096  # texts of a step of the progress and of a file of the cache


class Documents:
    """Mean-pooled states of the pretrained encoder, scaled to length 1."""

    def __init__(self, encoder: Encoder, tokenizer: tokenizers.Tokenizer) -> None:
        self.encoder, self.tokenizer = encoder.eval(), tokenizer

    @torch.no_grad()
    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors [texts, width]."""
        ids = [
            encoding.ids[: MAX_PIECES - 1] + encoding.ids[-1:] if len(encoding.ids) > MAX_PIECES else encoding.ids
            for encoding in self.tokenizer.encode_batch(list(texts))
        ]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        found = np.zeros((len(ids), self.encoder.width), np.float32)
        at = 0
        while at < len(order):
            size = max(1, 4096 // len(ids[order[min(at + 255, len(order) - 1)]]))
            group = order[at : at + size]
            length = len(ids[group[-1]])
            padded = torch.tensor([ids[i] + [0] * (length - len(ids[i])) for i in group])
            mask = torch.tensor([[1.0] * len(ids[i]) + [0.0] * (length - len(ids[i])) for i in group])
            states = self.encoder(padded, (1 - mask)[:, None, None] * -1e4)
            pooled = torch.nn.functional.normalize((states * mask.unsqueeze(-1)).sum(1), dim=-1)
            found[group] = pooled.numpy()
            at += size
        return found


def encode_once(
    texts: Iterable[str], encode: Callable[[Sequence[str]], NDArray[np.float32]], folder: Path, progress: Callable[[int, int], None]
) -> tuple[dict[str, int], NDArray[np.float16]]:
    """The number of each text, and the vectors in that order; texts that lie in blocks of ``folder`` are not encoded again."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers: dict[str, int] = {}
    blocks = []
    for path in sorted(folder.glob("*.json")):
        known = json.loads(path.read_text(encoding="utf-8"))
        blocks.append(np.frombuffer(path.with_suffix(".f16").read_bytes(), np.float16).reshape(len(known), -1))
        numbers |= {text: len(numbers) + i for i, text in enumerate(known)}
    missing = sorted({text for text in texts if text not in numbers})
    for at in range(0, len(missing), _BLOCK):
        part = missing[at : at + _BLOCK]
        path = folder / f"{len(blocks):06d}.json"
        block = encode(part).astype(np.float16)
        write_atomically(path.with_suffix(".f16"), block.tobytes())
        write_atomically(path, json.dumps(part, ensure_ascii=False).encode())
        blocks.append(block)
        numbers |= {text: len(numbers) + i for i, text in enumerate(part)}
        progress(at + len(part), len(missing))
    return numbers, np.concatenate(blocks)
