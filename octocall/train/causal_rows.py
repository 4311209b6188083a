"""Examples as tokens of a language model: prompt, plan, and what follows the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from octocall.call import Request
from octocall.codecs.text import TextCodec, Token
from octocall.data.example import Example
from octocall.errors import OctocallError, PlanError
from octocall.token_mask import TokenMask
from octocall.train.causal_config import CausalConfig
from octocall.vocab import TokenVocab

IGNORE = -100


@dataclass(frozen=True)
class Row:
    """``ids`` of prompt and target; the plan is ``ids[start:stop]``, and ``weights`` [len(ids) - start] those of the target in the loss."""

    ids: NDArray[np.int32]
    start: int
    stop: int
    weights: NDArray[np.float32]

    @property
    def kinds(self) -> NDArray[np.float32]:
        """What rows of one length are sorted by."""
        return self.weights


@dataclass(frozen=True)
class Batch:
    """ids, places [batch, length] and labels, weights [batch, longest target], padded on the left; ``plan`` marks the labels that belong to a plan."""

    ids: Tensor
    places: Tensor
    labels: Tensor
    weights: Tensor
    plan: Tensor

    @property
    def kept(self) -> int:
        """From how many places at the end logits are needed."""
        return self.labels.shape[1] + 1


class Rows:
    """Turns examples into rows; those that cannot be written, or that the mask would not allow, are counted in ``left_out`` by reason."""

    def __init__(self, codec: TextCodec, vocab: TokenVocab, config: CausalConfig, end: int | None) -> None:
        """``end`` is the model's own token for the end of a text."""
        self.codec, self.vocab, self.config, self.end = codec, vocab, config, end
        self.left_out: Counter[str] = Counter()

    def read(self, examples: Iterable[Example]) -> list[Row]:
        """The rows of examples."""
        return [row for example in examples if (row := self._row(example)) is not None]

    @cached_property
    def _mask(self) -> TokenMask:
        return TokenMask(self.codec.grammar(Request("")), self.vocab)

    def _row(self, example: Example) -> Row | None:
        request = self.codec.shown(example.request, example.plan, self.config.seed)
        try:
            pieces = self.codec.pieces(example.plan, request)
            prompt = self.vocab.tokenizer.encode(self.codec.prompt(request)).ids
        except OctocallError as error:
            self.left_out["cannot be written" if isinstance(error, PlanError) else type(error).__name__] += 1
            return None
        target, weights = list[int](), list[float]()
        for piece in pieces:
            new = [self.vocab.ids[piece]] if isinstance(piece, Token) else self.vocab.encode(piece)
            target += new
            weights += [self.config.token_weight if isinstance(piece, Token) else 1.0] * len(new)
        stop = len(prompt) + len(target)
        # a mask for every set of candidates would take longer than all the rest
        if request.functions is None and not _allowed(self._mask, target):
            self.left_out["not in the grammar"] += 1
            return None
        if self.config.description:
            target += [*self.vocab.encode(self.codec.after(example.plan, request)), *([] if self.end is None else [self.end])]
        if len(prompt) + len(target) > self.config.max_tokens:
            self.left_out["too long"] += 1
            return None
        full = np.ones(len(target), np.float32)
        full[: len(weights)] = weights
        return Row(np.array([*prompt, *target], np.int32), len(prompt), stop, full)


def _allowed(mask: TokenMask, target: Sequence[int]) -> bool:
    state: int | None = 0
    for token in target:
        state = None if state is None else mask.advance(state, token)
    return state is not None and mask.final(state)


def limited(examples: Iterable[Example], most: int) -> list[Example]:
    """The first ``most`` examples of each first function; all for 0."""
    kept, counts = list[Example](), Counter[str]()
    for example in examples:
        name = example.plan.calls[0].name
        counts[name] += 1
        if not most or counts[name] <= most:
            kept.append(example)
    return kept


def collate(rows: Sequence[Row]) -> Batch:
    """Rows padded on the left, so that targets stand side by side at the end."""
    length, kept = max(len(row.ids) for row in rows), max(len(row.weights) for row in rows) + 1
    ids, places = np.zeros((len(rows), length), np.int64), np.full((len(rows), length), -1, np.int64)
    labels, weights, plan = np.full((len(rows), kept - 1), IGNORE, np.int64), np.zeros((len(rows), kept - 1), np.float32), np.zeros((len(rows), kept - 1), bool)
    for i, row in enumerate(rows):
        ids[i, -len(row.ids) :], places[i, -len(row.ids) :] = row.ids, np.arange(len(row.ids))
        size = len(row.weights)
        labels[i, -size:], weights[i, -size:] = row.ids[row.start :], row.weights
        plan[i, kept - 1 - size : kept - 1 - size + row.stop - row.start] = True
    return Batch(*map(torch.from_numpy, (ids, places, labels, weights, plan)))
