"""The embedded network: a pretrained sentence encoder and a small decoder that points.

The encoder reads the request once. The decoder's inputs and outputs are tables made per request:
rows for the fixed symbols, then one row per word piece as the first of a span, then one per word
piece as the last. A step is therefore the same for a functional token, a literal and a pointer.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from octocall.errors import OctocallError
from octocall.train.config import TrainConfig


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None) -> Tensor:
    """Softmax attention, [batch, heads, length, width] each; plain, since its backward pass on a CPU
    takes half the time of the fused kernel's."""
    scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
    return torch.softmax(scores if bias is None else scores + bias, dim=-1) @ value


class Attention(nn.Module):
    """Multi-head attention of ``x`` over ``memory``."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        if width % heads:
            raise OctocallError(f"{heads} attention heads were given; a divisor of the width {width} is expected")
        self.heads = heads
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.out = nn.Linear(width, width), nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        """[batch, length, width] to [batch, heads, length, width / heads]."""
        return x.view(x.shape[0], -1, self.heads, x.shape[-1] // self.heads).transpose(1, 2)

    def remember(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of ``memory``."""
        return self.split(self.key(memory)), self.split(self.value(memory))

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, bias: Tensor | None) -> Tensor:
        mixed = attend(self.split(self.query(x)), keys, values, bias)
        out: Tensor = self.out(mixed.transpose(1, 2).reshape(x.shape))
        return out


class EncoderLayer(nn.Module):
    """One layer of BERT: normalisation after each block."""

    def __init__(self, width: int, heads: int, inner: int, epsilon: float, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm1, self.norm2 = nn.LayerNorm(width, epsilon), nn.LayerNorm(width, epsilon)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        x = self.norm1(x + self.dropout(self.attention(x, *self.attention.remember(x), bias)))
        return cast(Tensor, self.norm2(x + self.dropout(self.down(F.gelu(self.up(x))))))


class Encoder(nn.Module):
    """BERT's encoder, with the weights of a checkpoint folder (config.json, model.safetensors)."""

    def __init__(self, vocabulary: int, positions: int, width: int, layers: int, heads: int, inner: int,
                 epsilon: float = 1e-12, dropout: float = 0.1) -> None:  # fmt: skip
        super().__init__()
        self.words, self.positions = nn.Embedding(vocabulary, width), nn.Parameter(torch.zeros(positions, width))
        self.norm = nn.LayerNorm(width, epsilon)
        self.layers = nn.ModuleList(EncoderLayer(width, heads, inner, epsilon, dropout) for _ in range(layers))
        self.dropout = nn.Dropout(dropout)
        self.width = width

    def forward(self, ids: Tensor, bias: Tensor | None = None) -> Tensor:
        """States [batch, length, width] of ids [batch, length]; ``bias`` hides padding."""
        x: Tensor = self.dropout(self.norm(self.words(ids) + self.positions[: ids.shape[1]]))
        for layer in self.layers:
            x = layer(x, bias)
        return x

    @classmethod
    def pretrained(cls, folder: Path, dropout: float = 0.1) -> Encoder:
        """The encoder of a BERT checkpoint. Source: all-MiniLM-L6-v2 and its kin."""
        from safetensors.torch import load_file

        c = json.loads((folder / "config.json").read_text())
        encoder = cls(c["vocab_size"], c["max_position_embeddings"], c["hidden_size"], c["num_hidden_layers"],
                      c["num_attention_heads"], c["intermediate_size"], c["layer_norm_eps"], dropout)  # fmt: skip
        theirs = load_file(folder / "model.safetensors")
        theirs = {name.removeprefix("bert."): tensor for name, tensor in theirs.items()}
        encoder.load_state_dict({ours: theirs[name] for ours, name in _bert_names(c["num_hidden_layers"]).items()} | {
            # every request is one segment: its embedding is a constant
            "positions": theirs["embeddings.position_embeddings.weight"] + theirs["embeddings.token_type_embeddings.weight"][0]
        })  # fmt: skip
        return encoder


def _bert_names(layers: int) -> dict[str, str]:
    names = {"words.weight": "embeddings.word_embeddings.weight"}
    pairs = {"norm": "embeddings.LayerNorm"}
    for i in range(layers):
        ours, theirs = f"layers.{i}.", f"encoder.layer.{i}."
        pairs |= {ours + "attention." + name: theirs + "attention.self." + name for name in ("query", "key", "value")}
        pairs |= {
            ours + "attention.out": theirs + "attention.output.dense",
            ours + "norm1": theirs + "attention.output.LayerNorm",
            ours + "up": theirs + "intermediate.dense",
            ours + "down": theirs + "output.dense",
            ours + "norm2": theirs + "output.LayerNorm",
        }
    return names | {f"{ours}.{part}": f"{theirs}.{part}" for ours, theirs in pairs.items() for part in ("weight", "bias")}


class DecoderLayer(nn.Module):
    """Self-attention, attention over the request, feed-forward; normalisation before each block."""

    def __init__(self, width: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.own, self.cross = Attention(width, heads), Attention(width, heads)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, past: tuple[Tensor, Tensor] | None, memory: tuple[Tensor, Tensor], own_bias: Tensor | None, cross_bias: Tensor | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        y = self.norm1(x)
        keys, values = self.own.remember(y)
        if past is not None:
            keys, values = torch.cat([past[0], keys], 2), torch.cat([past[1], values], 2)
        x = x + self.dropout(self.own(y, keys, values, own_bias))
        x = x + self.dropout(self.cross(self.norm2(x), *memory, cross_bias))
        x = x + self.dropout(self.down(F.gelu(self.up(self.norm3(x)))))
        return x, (keys, values)


class Network(nn.Module):
    """Encoder, tables and decoder.

    ``symbols`` fixed symbols, ``labels`` grammar places (the parameter being filled), both
    initialised from documentation by ``describe``.
    """

    def __init__(self, encoder: Encoder, symbols: int, labels: int, config: TrainConfig) -> None:
        super().__init__()
        width = encoder.width
        self.encoder, self.symbols, self.heads = encoder, symbols, config.decoder_heads
        self.inputs, self.outputs = nn.Parameter(0.02 * torch.randn(symbols, width)), nn.Parameter(0.02 * torch.randn(symbols, width))
        self.labels = nn.Parameter(0.02 * torch.randn(labels, width))
        self.places = nn.Parameter(0.02 * torch.randn(config.max_steps, width))
        self.start_in, self.stop_in = nn.Linear(width, width), nn.Linear(width, width)
        self.start_out, self.stop_out = nn.Linear(width, width), nn.Linear(width, width)
        self.gist = nn.Linear(width, width)
        self.layers = nn.ModuleList(DecoderLayer(width, config.decoder_heads, config.decoder_inner, config.dropout) for _ in range(config.decoder_layers))
        self.norm = nn.LayerNorm(width)

    @property
    def blocks(self) -> list[DecoderLayer]:
        """The decoder's layers."""
        return cast("list[DecoderLayer]", list(self.layers))

    def tables(self, states: Tensor, present: Tensor | None) -> tuple[Tensor, Tensor]:
        """Input and output rows [batch, symbols + 2 length, width] from encoder states [batch, length, width].

        The first row (what the decoder begins with) carries the mean of the request.
        """
        batch = states.shape[0]
        if present is None:
            mean = states.mean(1)
        else:
            mean = (states * present.unsqueeze(-1)).sum(1) / present.sum(1, keepdim=True)
        begin = self.inputs[:1] + self.gist(mean).unsqueeze(1)
        fixed = self.inputs[1:].unsqueeze(0).expand(batch, -1, -1)
        inputs = torch.cat([begin, fixed, self.start_in(states), self.stop_in(states)], 1)
        outputs = torch.cat([self.outputs.unsqueeze(0).expand(batch, -1, -1), self.start_out(states), self.stop_out(states)], 1)
        return inputs, outputs

    def forward(self, ids: Tensor, mask: Tensor, symbols: Tensor, labels: Tensor) -> Tensor:
        """Logits [batch, steps, symbols + 2 length] for all steps at once (teacher forcing).

        ``ids`` and ``mask`` [batch, length]; ``symbols`` (the previous decision) and ``labels``
        [batch, steps].
        """
        bias = torch.zeros(mask.shape, device=ids.device).masked_fill(~mask, -1e4)[:, None, None]
        states = self.encoder(ids, bias)
        inputs, outputs = self.tables(states, mask.to(states.dtype))
        steps = symbols.shape[1]
        x = inputs.gather(1, symbols.unsqueeze(-1).expand(-1, -1, inputs.shape[-1]))
        x = x + self.labels[labels] + self.places[torch.arange(steps, device=ids.device).clamp(max=len(self.places) - 1)]
        causal = torch.full((steps, steps), -1e4, device=ids.device).triu(1)
        for layer in self.blocks:
            x, _ = layer(x, None, layer.cross.remember(states), causal, bias)
        return self.score(x, outputs, states.shape[1], mask)

    def score(self, x: Tensor, outputs: Tensor, length: int, mask: Tensor | None) -> Tensor:
        """Scaled products of decoder states with the output rows; padding scores -10,000."""
        logits: Tensor = self.norm(x) @ outputs.transpose(1, 2) / math.sqrt(x.shape[-1]) * 4
        if mask is not None:
            hidden = torch.cat([mask.new_ones(mask.shape[0], self.symbols), mask, mask], 1)
            logits = logits.masked_fill(~hidden.unsqueeze(1), -1e4)
        return logits

    @torch.no_grad()
    def describe(self, rows: dict[int, Tensor], labels: dict[int, Tensor]) -> None:
        """Sets the rows of symbols and labels to vectors of their documentation [width]."""
        for i, vector in rows.items():
            self.inputs[i] = vector
            self.outputs[i] = vector
        for i, vector in labels.items():
            self.labels[i] = vector


class Prefill(nn.Module):
    """The request part of the exported network: ids [1, length] to tables and attention memory."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Inputs, outputs [symbols + 2 length, width]; keys, values [layers, heads, length, width / heads]."""
        states = self.network.encoder(ids)
        inputs, outputs = self.network.tables(states, None)
        memories = [layer.cross.remember(states) for layer in self.network.blocks]
        keys, values = (torch.cat([memory[i] for memory in memories]) for i in (0, 1))
        return inputs[0], outputs[0], keys, values


class DecodeStep(nn.Module):
    """One decision of the exported network."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, symbol: Tensor, label: Tensor, inputs: Tensor, outputs: Tensor, keys: Tensor, values: Tensor, past_keys: Tensor, past_values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """``symbol``, ``label`` [1]; past keys and values [layers, heads, steps, width / heads]; returns
        logits [symbols + 2 length] and the past with this step."""
        network = self.network
        # the mask allows more decisions than any training row has: those share the last position
        place = network.places[torch.sym_min(past_keys.shape[2], len(network.places) - 1)]  # type: ignore[no-untyped-call]
        x = (inputs[symbol] + network.labels[label] + place).unsqueeze(0)
        new_keys, new_values = [], []
        for i, layer in enumerate(network.blocks):
            past = (past_keys[i : i + 1], past_values[i : i + 1])
            x, (key, value) = layer(x, past, (keys[i : i + 1], values[i : i + 1]), None, None)
            new_keys.append(key)
            new_values.append(value)
        logits = network.score(x, outputs.unsqueeze(0), 0, None)
        return logits[0, 0], torch.cat(new_keys), torch.cat(new_values)
