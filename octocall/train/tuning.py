"""Tuning of the base for one catalog: how a request is read and meets these functions changes by low-rank adapters, and the rows of the functions
themselves, the functional tokens, are trained whole. What documentation goes through stays as it is. Source: Hu et al. 2021 (LoRA)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from octocall.codecs.spans import SpansCodec
from octocall.runtimes.common.adapter import Adapter, Change
from octocall.runtimes.open import Binding, mentions, said
from octocall.train.batches import Batch, Row, collate
from octocall.train.open_network import CORE, HIDDEN, PLACES, Met, mean_of
from octocall.train.restore import Restored
from octocall.train.trainer import decision_loss

RANK, STRENGTH = 16, 2.0
"""Rank of the adapters, and what their product is multiplied by (alpha / rank). Source: Octopus v2, section 3.3."""
_WHOLE = ("labels", "heard", "likeness", "places", "norm.", "norm1.", "norm2.", "norm3.", ".bias")
"""Small parameters that are trained as they are, by what is in their names."""


@dataclass(frozen=True)
class ReadRow(Row):
    """A row whose request the base has begun to read: ``states`` [length, width] in float16, as the layers shared with documentation leave it."""

    states: NDArray[np.float16]


@dataclass(frozen=True)
class TunedBatch(Batch):
    """A batch with ``states`` [batch, length, width], ``said`` and ``telling`` [batch, symbols], ``told`` [3, batch, steps, length]."""

    states: Tensor
    said: Tensor
    telling: Tensor
    told: Tensor


class Adapted(nn.Module):
    """A product with a change of low rank beside it, nothing at first."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        out, width = linear.weight.shape
        rank = min(RANK, out, width)
        self.linear = linear.requires_grad_(False)
        self.down, self.up = nn.Parameter(torch.randn(rank, width) / math.sqrt(width)), nn.Parameter(torch.zeros(out, rank))

    def forward(self, x: Tensor) -> Tensor:
        """Both, [..., out]. The change is worked out apart: so the large weight needs no gradient."""
        changed: Tensor = self.linear(x) + STRENGTH * F.linear(F.linear(x, self.down), self.up)
        return changed


class Tuned(nn.Module):
    """The network of a base with what a catalog has of its own. Without ``adapted`` the weights themselves are trained, which no bundle can hold: to compare."""

    order: Tensor
    symbols: Tensor
    places: Tensor
    seen: Tensor
    answers: Tensor

    def __init__(self, restored: Restored, binding: Binding, adapted: bool = True) -> None:
        super().__init__()
        self.network, self.encoder, self.binding = restored.network, restored.network.encoder, binding
        self.stands = restored.places
        self.network.requires_grad_(False)
        for name, parameter in list(self.network.named_parameters()):
            if name not in self.stands or name.startswith("ask."):
                continue
            if not adapted:
                parameter.requires_grad_(True)
            elif parameter.dim() == 2 and name.endswith(".weight"):
                parent, _, own = name.removesuffix(".weight").rpartition(".")
                holder = self.network.get_submodule(parent)
                setattr(holder, own, Adapted(getattr(holder, own)))
        for name, parameter in self.network.named_parameters():
            if _plain(name) in self.stands and any(part in f".{name}" for part in _WHOLE) and not name.startswith("ask."):
                parameter.requires_grad_(True)
        self.rows = nn.Parameter(torch.from_numpy(binding.rows.copy()))
        self._begun = {name: value.detach().clone() for name, value in self.named_parameters() if value.requires_grad and not name.endswith((".up", ".down"))}
        for name in ("order", "symbols", "places", "seen", "answers"):
            self.register_buffer(name, torch.from_numpy(getattr(binding, name)), persistent=False)

    def bound(self) -> Binding:
        """The binding with the rows as they are now."""
        return replace(self.binding, rows=self.rows.detach().cpu().numpy())

    @torch.no_grad()
    def keep(self, share: float) -> None:
        """Takes back all of the training but a share: the weights on the line from the base's. Source: Wortsman et al. 2022 (WiSE-FT)."""
        for name, value in self.named_parameters():
            if name in self._begun:
                value.lerp_(self._begun[name].to(value.device), 1 - share)
            elif name.endswith(".up") and value.requires_grad:
                value.mul_(share)

    def only_rows(self, first: int) -> None:
        """From now on only rows from ``first`` on are trained: functions that come later change nothing of the others."""
        self.network.requires_grad_(False)
        self.rows.register_hook(lambda gradient: torch.cat([torch.zeros_like(gradient[:first]), gradient[first:]]))  # type: ignore[no-untyped-call]

    def forward(self, batch: TunedBatch) -> Tensor:
        """Logits [batch, steps, symbols of the codec + 2 length], all steps at once."""
        size, fixed = len(batch.ids), CORE + len(self.symbols)
        bias = torch.zeros(batch.mask.shape, device=batch.ids.device).masked_fill(~batch.mask, HIDDEN)[:, None, None]
        states = batch.states
        for layer in list(self.encoder.layers)[self.network.shared :]:
            states = layer(states, bias)
        question = self.network.question(mean_of(states, batch.mask.float()))
        memory, symbols = self.rows[self.seen].unsqueeze(0), self.rows[self.symbols].expand(size, -1, -1)
        alike = self.network.likeness * (question @ self.answers.T) + batch.telling
        met = Met(states, bias, memory, memory.new_zeros(size, 1, 1, memory.shape[1]), symbols, self.rows[self.places], alike)
        own = batch.symbols < len(self.order)
        previous = torch.where(own, self.order[batch.symbols.clamp(max=len(self.order) - 1)], batch.symbols - len(self.order) + fixed)
        logits = self.network.write(met, batch, previous)
        hidden = torch.cat([batch.mask.new_zeros(size, fixed), ~batch.mask, ~batch.mask], 1)
        logits = logits.masked_fill(hidden.unsqueeze(1), HIDDEN)
        return torch.cat([logits[..., self.order], logits[..., fixed:]], -1)

    def adapter(self) -> Adapter:
        """What was changed of the base."""
        found = Adapter()
        for name, low in self._adapters():
            place = self.stands[f"{name}.weight"]
            found.changes[place.graph][place.tensor] = Change((STRENGTH * low.up).detach().cpu().numpy(), low.down.detach().cpu().numpy(), place.turned)
        for name, parameter in self.network.named_parameters():
            if parameter.requires_grad and _plain(name) in self.stands:
                place = self.stands[_plain(name)]
                found.tensors[place.graph][place.tensor] = parameter.detach().cpu().numpy()
        return found

    def adopt(self, adapter: Adapter) -> None:
        """Takes the changes of an adapter of the same base as its own."""
        with torch.no_grad():
            for name, low in self._adapters():
                place = self.stands[f"{name}.weight"]
                change = adapter.changes[place.graph][place.tensor]
                low.up.copy_(torch.from_numpy(change.up) / STRENGTH)
                low.down.copy_(torch.from_numpy(change.down))
            for name, parameter in self.network.named_parameters():
                if parameter.requires_grad and _plain(name) in self.stands:
                    place = self.stands[_plain(name)]
                    parameter.copy_(torch.from_numpy(adapter.tensors[place.graph][place.tensor]).reshape(parameter.shape))

    def _adapters(self) -> Iterator[tuple[str, Adapted]]:
        for name, module in self.network.named_modules():
            if isinstance(module, Adapted):
                yield name, module


def _plain(name: str) -> str:
    """The name that a parameter had before its product was adapted."""
    return name.replace(".linear.", ".")


@dataclass(frozen=True)
class Tuning:
    """The task: rows of one catalog. The choice of a function counts ``weight`` times as much as another decision."""

    codec: SpansCodec
    binding: Binding
    weight: float = 1.0

    @property
    def digest(self) -> str:
        return self.codec.catalog.digest

    def collate(self, rows: Sequence[ReadRow], step: int, share: float) -> TunedBatch:
        plain = collate(rows, self.codec)
        size, length = plain.ids.shape
        states = np.zeros((size, length, self.binding.rows.shape[1]), np.float32)
        told = np.zeros((3, size, plain.labels.shape[1], length), np.float32)
        for i, row in enumerate(rows):
            ids = row.ids.tolist()
            states[i, : len(ids)] = row.states
            told[:, i, : len(row.labels), : len(ids)] = mentions([self.binding.shares[at - PLACES] if at >= PLACES else {} for at in row.labels.tolist()], ids)
        spoken = np.stack([said(self.binding.spoken, row.ids.tolist()) for row in rows])
        telling = np.stack([self.binding.told(row.ids.tolist()) for row in rows])
        return TunedBatch(*vars(plain).values(), *map(torch.from_numpy, (states, spoken, telling, told)))

    def loss(self, network: Tuned, batch: TunedBatch) -> tuple[Tensor, Tensor]:
        """The mean cost of a decision, and the share of plans that are right at every decision."""
        weights = 1 + (self.weight - 1) * (batch.labels == 0).float() if self.weight != 1 else None
        return decision_loss(network(batch), batch.targets, weights)
