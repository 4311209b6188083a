"""Tuning of the base for one catalog: the request's encoder stays as it is and has read every row once; what is trained is
how a request meets these functions (fusion, tables, decoder) and the rows of the functions themselves, the functional tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from octocall.codecs.spans import SpansCodec
from octocall.runtimes.open import Binding, mentions, said
from octocall.train.batches import Batch, Row, collate
from octocall.train.config import TrainConfig
from octocall.train.networks import Encoder
from octocall.train.open_network import CORE, HIDDEN, PLACES, Met, OpenNetwork
from octocall.train.trainer import decision_loss

FROZEN = ("side_", "row_norm", "kinds", "ask", "find")
"""Parts of the network that documentation and search go through: they belong to the base."""


@dataclass(frozen=True)
class ReadRow(Row):
    """A row whose request the base has read: ``encoded`` [length, width] in float16, and ``question`` [width]."""

    encoded: NDArray[np.float16]
    question: NDArray[np.float32]


@dataclass(frozen=True)
class TunedBatch(Batch):
    """A batch with ``encoded`` [batch, length, width], ``question`` [batch, width], ``said`` [batch, symbols], ``told`` [3, batch, steps, length]."""

    encoded: Tensor
    question: Tensor
    said: Tensor
    told: Tensor


class Tuned(nn.Module):
    """The part of the open network that a catalog has of its own, with the rows of its functions."""

    order: Tensor
    symbols: Tensor
    places: Tensor
    seen: Tensor
    answers: Tensor

    def __init__(self, network: OpenNetwork, binding: Binding) -> None:
        super().__init__()
        self.network, self.encoder, self.binding = network, network.encoder, binding
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(not name.startswith((*FROZEN, "encoder.")))
        self.rows = nn.Parameter(torch.from_numpy(binding.rows.copy()))
        for name in ("order", "symbols", "places", "seen", "answers"):
            self.register_buffer(name, torch.from_numpy(getattr(binding, name)), persistent=False)

    def bound(self) -> Binding:
        """The binding with the rows as they are now."""
        return replace(self.binding, rows=self.rows.detach().cpu().numpy())

    def forward(self, batch: TunedBatch) -> Tensor:
        """Logits [batch, steps, symbols of the codec + 2 length], all steps at once."""
        size, fixed = len(batch.ids), CORE + len(self.symbols)
        bias = torch.zeros(batch.mask.shape, device=batch.ids.device).masked_fill(~batch.mask, HIDDEN)[:, None, None]
        memory, symbols = self.rows[self.seen].unsqueeze(0), self.rows[self.symbols].expand(size, -1, -1)
        alike = self.network.likeness * (batch.question @ self.answers.T)
        met = Met(batch.encoded, bias, memory, bias.new_zeros(size, 1, 1, memory.shape[1]), symbols, self.rows[self.places], alike)
        own = batch.symbols < len(self.order)
        previous = torch.where(own, self.order[batch.symbols.clamp(max=len(self.order) - 1)], batch.symbols - len(self.order) + fixed)
        logits = self.network.write(met, batch, previous)
        hidden = torch.cat([batch.mask.new_zeros(size, fixed), ~batch.mask, ~batch.mask], 1)
        logits = logits.masked_fill(hidden.unsqueeze(1), HIDDEN)
        return torch.cat([logits[..., self.order], logits[..., fixed:]], -1)


@dataclass(frozen=True)
class Tuning:
    """The task: rows of one catalog."""

    codec: SpansCodec
    binding: Binding

    @property
    def digest(self) -> str:
        return self.codec.catalog.digest

    def collate(self, rows: Sequence[ReadRow], step: int, share: float) -> TunedBatch:
        plain = collate(rows, self.codec)
        size, length = plain.ids.shape
        encoded = np.zeros((size, length, self.binding.rows.shape[1]), np.float32)
        told = np.zeros((3, size, plain.labels.shape[1], length), np.float32)
        for i, row in enumerate(rows):
            ids = row.ids.tolist()
            encoded[i, : len(ids)] = row.encoded
            told[:, i, : len(row.labels), : len(ids)] = mentions([self.binding.shares[at - PLACES] if at >= PLACES else {} for at in row.labels.tolist()], ids)
        question, spoken = np.stack([row.question for row in rows]), np.stack([said(self.binding.spoken, row.ids.tolist()) for row in rows])
        return TunedBatch(*vars(plain).values(), *map(torch.from_numpy, (encoded, question, spoken, told)))

    def loss(self, network: Tuned, batch: TunedBatch) -> tuple[Tensor, Tensor]:
        """The mean cost of a decision, and the share of plans that are right at every decision."""
        return decision_loss(network(batch), batch.targets)


def hollow(config: TrainConfig, width: int) -> OpenNetwork:
    """An open network without an encoder: what the base keeps to itself is not needed here."""
    return OpenNetwork(Encoder(1, 1, width, 0, 1, 1), config)
