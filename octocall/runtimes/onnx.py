"""The exported network in onnxruntime."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octocall.errors import BundleError
from octocall.runtimes.common import quiet


@dataclass(frozen=True)
class State:
    """What a request was encoded to, and the decoder's past."""

    memory: dict[str, Any]
    keys: Any
    values: Any


class OnnxRuntime:
    """Two sessions: the request once, then a decision a step."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Raises BundleError where the graphs cannot be loaded."""
        onnxruntime = quiet.onnxruntime()

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self._prefill = onnxruntime.InferenceSession(folder / "prefill.onnx", options, providers=["CPUExecutionProvider"])
            options.intra_op_num_threads = 1  # one step is too small to share among threads
            self._step = onnxruntime.InferenceSession(folder / "step.onnx", options, providers=["CPUExecutionProvider"])
        except Exception as error:
            # onnxruntime's errors have no common base but Exception
            raise BundleError(f"the weights in {folder} cannot be loaded ({str(error)[:120]}); compile or install the bundle again") from error
        shapes = {given.name: given.shape for given in self._step.get_inputs()}
        layers, heads, _, width = shapes["past_keys"]
        self._empty = np.zeros((layers, heads, 0, width), np.float32)

    def start(self, ids: tuple[int, ...]) -> State:
        """Encodes word pieces [n]."""
        outputs = self._prefill.run(None, {"ids": np.array([ids], np.int64)})
        memory = dict(zip(("inputs", "outputs", "keys", "values"), outputs, strict=True))
        return State(memory, self._empty, self._empty)

    def step(self, state: State, symbol: int, label: int) -> tuple[NDArray[np.float32], State]:
        """Logits [symbols + 2 n] and the next state."""
        feed = {"symbol": np.array([symbol], np.int64), "label": np.array([label], np.int64), **state.memory}
        logits, keys, values = self._step.run(None, {**feed, "past_keys": state.keys, "past_values": state.values})
        return logits, State(state.memory, keys, values)
