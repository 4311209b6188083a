"""A language model in llama.cpp, on processors and on whatever else it was built for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from octocall.errors import BundleError
from octocall.runtimes.common.layout import alike

FILE = "model.gguf"
CONTEXT = 4096
"""A prompt and its plan have at most so many tokens."""


@dataclass(frozen=True)
class State:
    """All tokens of each prompt so far. What llama.cpp has read is compared with them, so that a state is a value although its cache is not."""

    tokens: tuple[tuple[int, ...], ...]
    read: bool = False


class GgufRuntime:
    """One prompt after the other: llama.cpp keeps the past of the last one, and what the next has in common with it is not read again."""

    together = False

    def __init__(self, path: Path, threads: int = 0) -> None:
        """Raises BundleError where the file cannot be loaded, and ImportError without llama-cpp-python."""
        from llama_cpp import Llama

        # half of the processors, which are often two to a core: its threads wait by spinning
        count = threads or max(1, (os.cpu_count() or 1) // 2)
        try:
            # the past outside of a sliding window is kept too: a state may be gone back to
            self._llama = Llama(str(path), n_ctx=CONTEXT, n_threads=count, n_threads_batch=count, n_gpu_layers=-1, swa_full=True, verbose=False)
        except (ValueError, AssertionError, OSError) as error:
            raise BundleError(f"the weights {path} cannot be loaded ({str(error)[:120]}); export the model again") from error

    @classmethod
    def open(cls, folder: Path, threads: int = 0) -> GgufRuntime:
        """The weights of a bundle."""
        return cls(folder / FILE, threads)

    def keep(self, ids: Sequence[int]) -> None:
        """Reads what prompts have in common at their beginning."""
        if ids:
            self._logits(tuple(ids))

    def start(self, prompts: Sequence[Sequence[int]]) -> State:
        """The state of prompts. Raises BundleError where one is longer than CONTEXT."""
        if max(map(len, prompts)) >= CONTEXT:
            raise BundleError(f"a prompt of {max(map(len, prompts))} tokens was given; at most {CONTEXT} are read: give fewer functions")
        return State(tuple(map(tuple, prompts)))

    def step(self, state: State, tokens: Sequence[Sequence[int]]) -> tuple[NDArray[np.float32], State]:
        """Logits [prompts, vocabulary] behind ``tokens``, zeros for prompts that have ended, and the next state."""
        rows = tuple((*before, *new) for before, new in zip(state.tokens, tokens, strict=True))
        size = self._llama.n_vocab()
        logits = [self._logits(row) if new or not state.read else np.zeros(size, np.float32) for row, new in zip(rows, tokens, strict=True)]
        return np.stack(logits), replace(state, tokens=rows, read=True)

    def _logits(self, row: tuple[int, ...]) -> NDArray[np.float32]:
        llama = self._llama
        llama.n_tokens = alike(llama.input_ids[: llama.n_tokens].tolist(), row)
        llama.eval(row[llama.n_tokens :])
        found: NDArray[np.float32] = np.ctypeslib.as_array(llama._ctx.get_logits(), shape=(llama.n_vocab(),)).copy()
        return found
