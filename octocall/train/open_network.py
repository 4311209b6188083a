"""The network for functions it has never seen: they come with the request, as rows made of their documentation.

The encoder reads the request once; the pretrained encoder, unchanged, has read every text of the
documentation once. ``side`` lets the rows of one function see each other, ``fusion`` lets the words of
the request see the candidates, and the decoder writes over a table made for this request: marks,
functions and literals by their rows, then pointers to the first and the last words of a span.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from octocall.codecs.signature import KINDS
from octocall.train.config import TrainConfig
from octocall.train.networks import Attention, DecoderLayer, Encoder

CORE = 9
"""Marks with rows of their own: BEGIN, AND, END, DEFAULT, MISSING, NEXT, OPEN, ABSENT, and the irrelevant function."""
PLACES = 2
"""Places with rows of their own: choosing a function, and going on or ending."""
HIDDEN = -1e4
_SCALE = 20
"""Lets the weights of closeness to a mention, few and far from zero, move as fast as they must."""


@dataclass(frozen=True)
class OpenBatch:
    """Rows with their candidates.

    ids, mask [batch, length]; rows [rows, width] with kinds and owner [rows]: the number of the first row of the
    same function; symbols [batch, dynamic symbols]: numbers of rows, -1 for none; is_function likewise; said likewise: how
    much of its words stands in the request, 0 to 1;
    memory [batch, seen]: rows that the request sees, -1 for none; previous, labels, targets [batch, steps]; told [3, batch, steps, length]:
    where the words of the place to fill stand in the request, and what stands close behind or before them;
    bank [functions, width] and wanted [batch]: documents to be found among, and the right one or IGNORE.
    """

    ids: Tensor
    mask: Tensor
    rows: Tensor
    kinds: Tensor
    owner: Tensor
    symbols: Tensor
    is_function: Tensor
    said: Tensor
    memory: Tensor
    previous: Tensor
    labels: Tensor
    targets: Tensor
    told: Tensor
    bank: Tensor
    wanted: Tensor


class Decisions(Protocol):
    """What of a batch the decoder needs: ``mask`` [batch, length], ``said`` [batch, dynamic], ``labels`` [batch, steps], ``told`` [3, batch, steps, length]."""

    @property
    def mask(self) -> Tensor: ...
    @property
    def said(self) -> Tensor: ...
    @property
    def labels(self) -> Tensor: ...
    @property
    def told(self) -> Tensor: ...


@dataclass(frozen=True)
class Met:
    """Requests that have been read, and the functions they meet: states [batch, length, width], rows that they see [batch or 1, seen, width], each with the
    bias that hides padding; rows of the dynamic symbols [batch, dynamic, width] and of the places [any, width]; likeness [batch, dynamic]."""

    states: Tensor
    bias: Tensor
    memory: Tensor
    memory_bias: Tensor
    symbols: Tensor
    places: Tensor
    alike: Tensor


class OpenNetwork(nn.Module):
    """Request encoder, function side, fusion and decoder."""

    def __init__(self, encoder: Encoder, config: TrainConfig) -> None:
        super().__init__()
        width, heads, inner, dropout = encoder.width, config.decoder_heads, config.decoder_inner, config.dropout
        self.encoder, self.heads, self.shared = encoder, heads, config.shared_layers
        # the lowest layers read documentation too, as they came
        for frozen in (encoder.words, encoder.norm, *list(encoder.layers)[: config.shared_layers]):
            frozen.requires_grad_(False)
        encoder.positions.requires_grad_(False)
        self.row_norm, self.kinds = nn.LayerNorm(width), nn.Embedding(KINDS, width)
        self.side_own, self.side_function, self.side_mean = (nn.Linear(width, 2 * width) for _ in range(3))
        self.side_down, self.side_norm = nn.Linear(2 * width, width), nn.LayerNorm(width)
        self.to_input, self.to_output, self.to_label = (nn.Linear(width, width) for _ in range(3))
        self.inputs, self.outputs = nn.Parameter(0.5 * torch.randn(CORE, width)), nn.Parameter(0.5 * torch.randn(CORE, width))
        self.labels = nn.Parameter(0.5 * torch.randn(PLACES, width))
        self.places = nn.Parameter(0.02 * torch.randn(config.max_steps, width))
        self.start_in, self.stop_in = nn.Linear(width, width), nn.Linear(width, width)
        self.start_out, self.stop_out = nn.Linear(width, width), nn.Linear(width, width)
        self.gist, self.heard = nn.Linear(width, width), nn.Parameter(torch.zeros(width))
        self.mention, self.beside = nn.Linear(width, width, bias=False), nn.Parameter(torch.zeros(2, 2))
        nn.init.zeros_(self.mention.weight)
        self.ask, self.find = nn.Linear(width, width), nn.Linear(width, width)
        for layer in (self.ask, self.find):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.likeness = nn.Parameter(torch.tensor(4.0))
        self.fusion = DecoderLayer(width, heads, inner, dropout)
        self.layers = nn.ModuleList(DecoderLayer(width, heads, inner, dropout) for _ in range(config.decoder_layers))
        self.norm = nn.LayerNorm(width)

    @property
    def blocks(self) -> list[DecoderLayer]:
        """The decoder's layers."""
        return cast("list[DecoderLayer]", list(self.layers))

    def understand(self, rows: Tensor, kinds: Tensor, owner: Tensor) -> Tensor:
        """Rows [rows, width] that know their function: its own row and the mean of all of its rows."""
        x = self.row_norm(rows) + self.kinds(kinds)
        count = torch.zeros(len(x), 1, dtype=x.dtype, device=x.device).index_add(0, owner, torch.ones_like(x[:, :1]))
        mean = torch.zeros_like(x).index_add(0, owner, x) / count.clamp(min=1)
        return self.mixed(x, self.side_function(x)[owner] + self.side_mean(mean)[owner])

    def understand_one(self, rows: Tensor, kinds: Tensor) -> Tensor:
        """``understand`` for the rows [1, rows, width] of a single function."""
        x = self.row_norm(rows) + self.kinds(kinds)
        return self.mixed(x, self.side_function(x[:, :1]) + self.side_mean(x.mean(1, keepdim=True)))

    def mixed(self, x: Tensor, context: Tensor) -> Tensor:
        """Rows with what is around them."""
        return cast(Tensor, self.side_norm(x + self.side_down(F.gelu(self.side_own(x) + context))))

    def question(self, mean: Tensor) -> Tensor:
        """What a request is found by, [..., width], of length 1."""
        return F.normalize(mean + self.ask(mean), dim=-1)

    def answer(self, rows: Tensor) -> Tensor:
        """What a function's own row is found by, [..., width], of length 1."""
        return F.normalize(rows + self.find(rows), dim=-1)

    def tables(self, states: Tensor, fused: Tensor, present: Tensor | None, rows: Tensor, said: Tensor) -> tuple[Tensor, Tensor]:
        """Input and output rows [batch, CORE + dynamic + 2 length, width] from states, rows [batch, dynamic, width] and how much of each is said."""
        batch = states.shape[0]
        begin = self.inputs[:1] + self.gist(mean_of(fused, present)).unsqueeze(1)
        inputs = torch.cat([begin, self.inputs[1:].expand(batch, -1, -1), self.to_input(rows), self.start_in(fused), self.stop_in(fused)], 1)
        named = self.to_output(rows + said.unsqueeze(-1) * self.heard)
        outputs = torch.cat([self.outputs.expand(batch, -1, -1), named, self.start_out(fused), self.stop_out(fused)], 1)
        return inputs, outputs

    def forward(self, batch: OpenBatch) -> tuple[Tensor, Tensor]:
        """Logits [batch, steps, CORE + dynamic + 2 length] and likeness [batch, bank], all steps at once."""
        bias = torch.zeros(batch.mask.shape, device=batch.ids.device).masked_fill(~batch.mask, HIDDEN)[:, None, None]
        present = batch.mask.float()
        states = self.encoder(batch.ids, bias)
        flat = self.understand(batch.rows, batch.kinds, batch.owner)
        memory = flat[batch.memory.clamp(min=0)]
        memory_bias = torch.zeros(batch.memory.shape, device=bias.device).masked_fill(batch.memory < 0, HIDDEN)[:, None, None]
        question = self.question(mean_of(states, present))
        alike = self.alike(question, batch.rows[batch.symbols.clamp(min=0)], batch.is_function)
        met = Met(states, bias, memory, memory_bias, flat[batch.symbols.clamp(min=0)], flat, alike)
        logits = self.write(met, batch, batch.previous)
        hidden = torch.cat([batch.mask.new_zeros(len(batch.mask), CORE), batch.symbols < 0, ~batch.mask, ~batch.mask], 1)
        return logits.masked_fill(hidden.unsqueeze(1), HIDDEN), question @ self.answer(batch.bank).T

    def write(self, met: Met, batch: Decisions, previous: Tensor) -> Tensor:
        """Logits [batch, steps, CORE + dynamic + 2 length] of all steps at once, ``previous`` [batch, steps] being what was decided before."""
        present = batch.mask.float()
        size = len(met.states)
        fused, _ = self.fusion(met.states, None, remembered(self.fusion.cross, size, met.memory), met.bias, met.memory_bias)
        inputs, outputs = self.tables(met.states, fused, present, met.symbols, batch.said)
        told, *beside = batch.told
        x = inputs.gather(1, previous.unsqueeze(-1).expand(-1, -1, inputs.shape[-1]))
        steps = previous.shape[1]
        labels = torch.cat([self.labels, self.to_label(met.places)])
        x = x + labels[batch.labels] + self.mentioned(told, fused) + self.places[torch.arange(steps, device=x.device).clamp(max=len(self.places) - 1)]
        causal = torch.full((steps, steps), HIDDEN, device=x.device).triu(1)
        seen_bias = torch.cat([met.bias, met.memory_bias], -1)
        for layer in self.blocks:
            x, _ = layer(x, None, remembered(layer.cross, size, fused, met.memory), causal, seen_bias)
        return self.score(x, outputs) + self.hints(batch.labels == 0, met.alike.unsqueeze(1), *beside)

    def alike(self, question: Tensor, rows: Tensor, is_function: Tensor) -> Tensor:
        """How much the request resembles each dynamic symbol that is a function, [batch, dynamic]."""
        return self.likeness * (self.answer(rows) @ question.unsqueeze(-1)).squeeze(-1) * is_function

    def mentioned(self, told: Tensor, fused: Tensor) -> Tensor:
        """What the request says where it mentions places, [..., places, width], from told [..., places, length] and states [..., length, width]."""
        return cast(Tensor, self.mention(told @ fused / told.sum(-1, keepdim=True).clamp(min=1)))

    def hints(self, choosing: Tensor, alike: Tensor, behind: Tensor, before: Tensor) -> Tensor:
        """What is added to logits, [..., places, CORE + dynamic + 2 length]: likeness [..., 1, dynamic] where a function is chosen, else how close
        behind or before its mention [..., places, length] a span would begin and end."""
        start, stop = (_SCALE * (own[0] * behind + own[1] * before) for own in self.beside)
        dynamic = choosing.unsqueeze(-1) * alike
        return torch.cat([dynamic.new_zeros(*dynamic.shape[:-1], CORE), dynamic, start, stop], -1)

    def score(self, x: Tensor, outputs: Tensor) -> Tensor:
        """Scaled products of decoder states with the output rows."""
        logits: Tensor = self.norm(x) @ outputs.transpose(1, 2) / math.sqrt(x.shape[-1])
        return logits


def remembered(attention: Attention, size: int, *memories: Tensor) -> tuple[Tensor, Tensor]:
    """Keys and values of memories [size or 1, length, width], one after the other; what all of a batch see is worked out once."""
    keys, values = zip(*map(attention.remember, memories), strict=True)
    return tuple(torch.cat([part.expand(size, -1, -1, -1) for part in parts], 2) for parts in (keys, values))  # type: ignore[return-value]


def mean_of(states: Tensor, present: Tensor | None) -> Tensor:
    """Mean over the length of the request, [batch, width]."""
    if present is None:
        return states.mean(1)
    return (states * present.unsqueeze(-1)).sum(1) / present.sum(1, keepdim=True)
