"""The open network at work: documentation is read once a function and kept, requests meet the rows of their candidates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import tokenizers
from numpy.typing import NDArray

from octocall.errors import BundleError
from octocall.runtimes.common import quiet
from octocall.runtimes.common.adapter import Adapter

GRAPHS = ("stem", "document", "understanding", "question", "tables", "step")
MAX_PIECES = 96
"""Documentation is read up to here, text by text."""
_TOGETHER = 64


class Graphs(Protocol):
    """The parts of the network by name; ``past`` is the shape of an empty past [layers, heads, 0, width / heads]."""

    @property
    def past(self) -> tuple[int, ...]: ...

    def run(self, name: str, *given: NDArray[Any]) -> Sequence[NDArray[Any]]:
        """The outputs of a part, in order."""


class OnnxGraphs:
    """The parts as ONNX graphs in a folder. They can be pickled, weights and all, and so be sent to other processes and machines."""

    def __init__(self, folder: Path, threads: int = 0, names: Sequence[str] = GRAPHS, adapter: Adapter | None = None) -> None:
        """Opens the graphs called ``names``, with what an adapter changes of them. Raises BundleError where they cannot be loaded."""
        self._weights: Mapping[str, Path | bytes] = {name: folder / f"{name}.onnx" for name in names}
        self._threads, self._adapter = threads, adapter
        self._load()

    def __getstate__(self) -> dict[str, Any]:
        weights = {name: given if isinstance(given, bytes) else given.read_bytes() for name, given in self._weights.items()}
        return {"_weights": weights, "_threads": self._threads, "_adapter": self._adapter}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._load()

    def _load(self) -> None:
        onnxruntime = quiet.onnxruntime()

        self._sessions, self._names, self._changed = {}, {}, dict[str, dict[str, Any]]()
        for name, weights in self._weights.items():
            options = onnxruntime.SessionOptions()
            # one step is too small to share among threads
            options.intra_op_num_threads = 1 if name == "step" else self._threads
            options.log_severity_level = 3
            # threads that wait by spinning halve the speed of whatever else runs, and their own where processors are short
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            # the session reads them where they are, so they are kept
            self._changed[name] = self._merged(name, weights)
            for tensor, value in self._changed[name].items():
                options.add_initializer(tensor, value)
            try:
                session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
            except Exception as error:
                # onnxruntime's errors have no common base but Exception
                where = "that were sent" if isinstance(weights, bytes) else f"in {weights.parent}"
                raise BundleError(f"the weights {where} cannot be loaded ({str(error)[:120]}); compile or install the bundle again") from error
            self._sessions[name], self._names[name] = session, [given.name for given in session.get_inputs()]

    def _merged(self, name: str, weights: Path | bytes) -> dict[str, Any]:
        """What the adapter changes of a graph, as tensors of the runtime."""
        onnxruntime = quiet.onnxruntime()

        if self._adapter is None:
            return {}
        try:
            model = weights if isinstance(weights, bytes) else weights.read_bytes()
        except OSError as error:
            raise BundleError(f"{weights!r} cannot be read ({error.strerror}); install the base again") from error
        merged = self._adapter.merged(name, model)
        return {tensor: onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(value)) for tensor, value in merged.items()}

    @cached_property
    def past(self) -> tuple[int, ...]:
        shapes = {given.name: given.shape for given in self._sessions["step"].get_inputs()}
        layers, heads, _, width = shapes["past_keys"]
        return (layers, heads, 0, width)

    def run(self, name: str, *given: NDArray[Any]) -> Sequence[NDArray[Any]]:
        found: Sequence[NDArray[Any]] = self._sessions[name].run(None, dict(zip(self._names[name], given, strict=True)))
        return found


@dataclass(frozen=True)
class Understood:
    """What the network keeps of a function: rows [rows, width] and what it is found by [width]."""

    rows: NDArray[np.float32]
    answer: NDArray[np.float32]


def encode(graphs: Graphs, tokenizer: tokenizers.Tokenizer, texts: Sequence[str], run: Callable[[Any, Any], Iterable[Any]] = map) -> NDArray[np.float32]:
    """Vectors [texts, width] of documentation; texts of one length are read together. ``run`` is map, or that of a pool."""
    ids = [e.ids if len(e.ids) <= MAX_PIECES else [*e.ids[: MAX_PIECES - 1], e.ids[-1]] for e in tokenizer.encode_batch(list(texts))]
    lengths: dict[int, list[int]] = {}
    for i, pieces in enumerate(ids):
        lengths.setdefault(len(pieces), []).append(i)
    parts = [group[at : at + _TOGETHER] for group in lengths.values() for at in range(0, len(group), _TOGETHER)]
    found: list[Any] = [None] * len(ids)
    vectors = run(lambda part: graphs.run("document", *graphs.run("stem", np.array([ids[i] for i in part], np.int64)))[0], parts)
    for part, block in zip(parts, vectors, strict=True):
        for i, vector in zip(part, block, strict=True):
            found[i] = vector
    return np.stack(found)


def understand(graphs: Graphs, tokenizer: tokenizers.Tokenizer, codec_texts: Sequence[str], kinds: Sequence[int]) -> Understood:
    """The rows of one function from its texts and kinds."""
    vectors = encode(graphs, tokenizer, codec_texts)
    rows, answers = graphs.run("understanding", vectors, np.array(kinds, np.int64))
    return Understood(rows, answers[0])


def ask(graphs: Graphs, ids: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A request of word pieces [n], read: states [1, n, width], and the vector [width] that it finds functions by."""
    (states,) = graphs.run("stem", np.array([ids], np.int64))
    encoded, question = graphs.run("question", states)
    return encoded, question


def said(symbols: Sequence[frozenset[int]], ids: Sequence[int]) -> NDArray[np.float32]:
    """How much of each symbol's words stands in a request of word pieces [n], from 0 to 1, [symbols]."""
    known = frozenset(ids)
    return np.array([len(pieces & known) / len(pieces) if pieces else 0.0 for pieces in symbols], np.float32)


_FADING = 0.7
"""What a mention says of the word next to it, it says so much less of the one after that."""


def mentions(places: Sequence[Mapping[int, float]], ids: Sequence[int]) -> NDArray[np.float32]:
    """Where the words of places stand in a request of word pieces [n]: how much each piece tells of each place, and how close
    behind or before such a piece it stands, [3, places, n]."""
    found = np.zeros((3, len(places), len(ids)), np.float32)
    told, behind, before = found
    for i, shares in enumerate(places):
        told[i] = [shares.get(piece, 0.0) for piece in ids]
    if told.any():
        for i in range(1, len(ids)):
            behind[:, i] = np.maximum(_FADING * behind[:, i - 1], told[:, i - 1])
            before[:, -1 - i] = np.maximum(_FADING * before[:, -i], told[:, -i])
    return found


@dataclass(frozen=True)
class State:
    """What a request and its candidates came to, and the decoder's past."""

    memory: tuple[NDArray[Any], ...]
    keys: NDArray[Any]
    values: NDArray[Any]


@dataclass(frozen=True)
class Binding:
    """The functions of a codec as the network needs them.

    ``order``: the row of the network's table of each symbol of the codec; ``fixed``: rows of that table before the pointers; ``rows`` [any, width]: what is
    kept of all functions, one after the other, of which ``symbols``, ``places`` and ``seen`` are those of the dynamic symbols, of the places and of what
    the request sees; ``answers`` [symbols, width]: what the symbols are found by, zero for literals; ``spoken``: their word pieces; ``shares``:
    ``shares_of`` the places. ``telling`` is ``telling_of`` the dynamic symbols, empty for literals, and ``trust`` how much of it is added to the logits of
    the functions.
    """

    order: NDArray[np.int64]
    fixed: int
    rows: NDArray[np.float32]
    symbols: NDArray[np.int64]
    places: NDArray[np.int64]
    seen: NDArray[np.int64]
    answers: NDArray[np.float32]
    spoken: Sequence[frozenset[int]]
    shares: Sequence[Mapping[int, float]]
    telling: Sequence[Mapping[int, float]] = ()
    trust: float = 0.0

    @cached_property
    def _by_piece(self) -> dict[int, list[tuple[int, float]]]:
        found: dict[int, list[tuple[int, float]]] = {}
        for symbol, weights in enumerate(self.telling):
            for piece, weight in weights.items():
                found.setdefault(piece, []).append((symbol, weight))
        return found

    def told(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """How much the words of a request tell of each dynamic symbol, [symbols]."""
        found = np.zeros(len(self.symbols), np.float32)
        for piece in dict.fromkeys(ids) if self.trust else ():
            for symbol, weight in self._by_piece.get(piece, ()):
                found[symbol] += self.trust * weight
        return found


class OpenRuntime:
    """The network bound to the functions of a codec, in the codec's numbering of symbols and places."""

    def __init__(self, graphs: Graphs, binding: Binding) -> None:
        self.graphs, self.binding = graphs, binding
        rows = binding.rows
        self._given = rows[binding.symbols], binding.answers, rows[binding.places], rows[binding.seen]
        self._empty = np.zeros(graphs.past, np.float32)

    def start(self, ids: tuple[int, ...]) -> State:
        """Reads word pieces [n]."""
        return self.meet(ids, *ask(self.graphs, ids))

    def meet(self, ids: Sequence[int], encoded: NDArray[Any], question: NDArray[Any]) -> State:
        """The state of a request that has been read already."""
        rows, answers, places, seen = self._given
        found = self.graphs.run("tables", encoded, question, rows, answers, said(self.binding.spoken, ids), places, seen, mentions(self.binding.shares, ids))
        memory = list(found)
        if self.binding.trust:
            hints = memory[-1].copy()  # the first row is of the place where a function is chosen
            hints[0, self.binding.fixed - len(self.binding.symbols) : self.binding.fixed] += self.binding.told(ids)
            memory[-1] = hints
        return State(tuple(memory), self._empty, self._empty)

    def step(self, state: State, symbol: int, label: int) -> tuple[NDArray[np.float32], State]:
        """Logits [symbols + 2 n] and the next state."""
        order = self.binding.order
        row = order[symbol] if symbol < len(order) else symbol - len(order) + self.binding.fixed
        given = (np.array([row], np.int64), np.array([label], np.int64), *state.memory)
        logits, keys, values = self.graphs.run("step", *given, state.keys, state.values)
        return np.concatenate([logits[order], logits[self.binding.fixed :]]), State(state.memory, keys, values)


@dataclass(frozen=True)
class Asked:
    """A runtime for one request that has been read already."""

    runtime: OpenRuntime
    encoded: NDArray[np.float32]
    question: NDArray[np.float32]

    def start(self, ids: tuple[int, ...]) -> State:
        return self.runtime.meet(ids, self.encoded, self.question)

    def step(self, state: State, symbol: int, label: int) -> tuple[NDArray[np.float32], State]:
        return self.runtime.step(state, symbol, label)
