"""An exported language model in onnxruntime: one graph, with its past going in and coming out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from octocall.errors import BundleError
from octocall.runtimes.common import quiet
from octocall.runtimes.common.layout import alike, side_by_side

GRAPH = "model.onnx"
Past: TypeAlias = tuple[NDArray[Any], ...]
"""Keys and values [batch, heads, length, width] of each layer, one after the other."""


@dataclass(frozen=True)
class State:
    """What was read: the past, ``places`` [batch, length] of its tokens in their prompts (-1 for padding), and tokens that are still unread."""

    past: Past
    places: NDArray[np.int64]
    unread: tuple[tuple[int, ...], ...] = ()


class OnnxCausalRuntime:
    """Inputs ids, queries [batch, n], keys [batch, length] and past_i; outputs logits [batch, vocabulary] and present_i."""

    together = True

    def __init__(self, path: Path, threads: int = 0) -> None:
        """Raises BundleError where the graph cannot be loaded."""
        onnxruntime = quiet.onnxruntime()

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=onnxruntime.get_available_providers())
        except Exception as error:
            # onnxruntime's errors have no common base but Exception
            raise BundleError(f"the weights {path} cannot be loaded ({str(error)[:120]}); export the model again") from error
        self._pasts = [given for given in self._session.get_inputs() if given.name.startswith("past_")]
        self._kept: tuple[int, ...] = ()
        self._past: Past = ()

    @classmethod
    def open(cls, folder: Path, threads: int = 0) -> OnnxCausalRuntime:
        """The graph of a bundle."""
        return cls(folder / GRAPH, threads)

    def keep(self, ids: Sequence[int]) -> None:
        """Reads what prompts have in common at their beginning, once for all of them."""
        self._kept, self._past = (), ()
        if ids:
            _, state = self._read(State(self._empty(1), np.zeros((1, 0), np.int64)), [tuple(ids)])
            self._kept, self._past = tuple(ids), state.past

    def start(self, prompts: Sequence[Sequence[int]]) -> State:
        """The state of prompts; what they have in common with what is kept is not read again."""
        same = min(alike(self._kept, prompt) for prompt in prompts)
        past = tuple(np.repeat(part[:, :, :same], len(prompts), 0) for part in self._past) if same else self._empty(len(prompts))
        places = np.tile(np.arange(same, dtype=np.int64), (len(prompts), 1))
        return State(past, places, tuple(tuple(prompt[same:]) for prompt in prompts))

    def step(self, state: State, tokens: Sequence[Sequence[int]]) -> tuple[NDArray[np.float32], State]:
        """Logits [prompts, vocabulary] behind ``tokens``, and the next state."""
        unread = state.unread or ((),) * len(tokens)
        return self._read(state, [(*before, *new) for before, new in zip(unread, tokens, strict=True)])

    def _read(self, state: State, rows: Sequence[tuple[int, ...]]) -> tuple[NDArray[np.float32], State]:
        ids, queries = (np.array(part, np.int64) for part in side_by_side(rows, (state.places >= 0).sum(1).tolist()))
        keys = np.concatenate([state.places, queries], 1)
        feed = {"ids": ids, "queries": queries, "keys": keys, **{given.name: part for given, part in zip(self._pasts, state.past, strict=True)}}
        logits, *past = self._session.run(None, feed)
        return logits.astype(np.float32), State(tuple(past), keys)

    def _empty(self, batch: int) -> Past:
        kinds = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
        return tuple(np.zeros((batch, given.shape[1], 0, given.shape[3]), kinds[given.type]) for given in self._pasts)
