"""A sentence encoder in onnxruntime: texts to vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
from numpy.typing import NDArray

from octocall.errors import BundleError

GRAPH, TOKENIZER = "encoder.onnx", "tokenizer.json"
_PIECES, _BATCH = 128, 8


class OnnxEncoder:
    """``encode(texts) -> float32 [n, width]``: the mean of the states of a text's first 128 word pieces.

    It can be pickled, with its graph in it, and so be sent to other processes and machines.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Raises BundleError where the folder has no such graph and tokenizer."""
        self.threads = threads
        try:
            self._graph = (folder / GRAPH).read_bytes()
            self._tokenizer = (folder / TOKENIZER).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise BundleError(f"the encoder in {folder} cannot be read ({error}); a folder with {GRAPH} and {TOKENIZER} is expected") from error
        _ = self._session, self._pieces

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("threads", "_graph", "_tokenizer")}

    @property
    def digest(self) -> str:
        """SHA-256 of graph and tokenizer."""
        return hashlib.sha256(self._graph + self._tokenizer.encode()).hexdigest()

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(self._graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            # onnxruntime's errors have no common base but Exception
            raise BundleError(f"the graph of the encoder cannot be loaded ({str(error)[:120]}); export it again") from error

    @cached_property
    def _pieces(self) -> tokenizers.Tokenizer:
        try:
            found = tokenizers.Tokenizer.from_str(self._tokenizer)
        except Exception as error:
            # nor have those of tokenizers
            raise BundleError(f"the tokenizer of the encoder cannot be loaded ({str(error)[:120]}); export it again") from error
        found.no_padding()
        found.enable_truncation(_PIECES)
        return found

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors [n, width] of texts [n]."""
        rows = [encoding.ids for encoding in self._pieces.encode_batch(list(texts))]
        # texts of about one length share a batch, so that little is padded
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        parts = [self._batch([rows[i] for i in order[begin : begin + _BATCH]]) for begin in range(0, len(order), _BATCH)]
        if not parts:
            return self._batch([[1]])[:0]
        found = np.concatenate(parts)
        found[order] = found.copy()
        return found

    def _batch(self, rows: list[list[int]]) -> NDArray[np.float32]:
        ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
        vectors: NDArray[np.float32] = self._session.run(None, {"ids": ids})[0]
        return vectors
