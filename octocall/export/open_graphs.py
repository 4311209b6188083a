"""The open network in the parts that are exported: what is read once, once a function, once a request, and once a decision."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from octocall.train.networks import Encoder
from octocall.train.open_network import PLACES, OpenNetwork, mean_of


class Stem(nn.Module):
    """Word pieces [batch, length] to states after the layers that requests and documentation share."""

    def __init__(self, network: OpenNetwork) -> None:
        super().__init__()
        self.encoder, self.shared = network.encoder, network.shared

    def forward(self, ids: Tensor) -> Tensor:
        """States [batch, length, width]; texts of a batch are equally long."""
        x: Tensor = self.encoder.norm(self.encoder.words(ids) + self.encoder.positions[: ids.shape[1]])
        for layer in list(self.encoder.layers)[: self.shared]:
            x = layer(x, None)
        return x


class Document(nn.Module):
    """The upper layers of the pretrained encoder as they came."""

    def __init__(self, pretrained: Encoder, shared: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(list(pretrained.layers)[shared:])

    def forward(self, states: Tensor) -> Tensor:
        """Vectors [batch, width] of length 1 from the stem's states."""
        for layer in self.layers:
            states = layer(states, None)
        return F.normalize(states.mean(1), dim=-1)


class Understanding(nn.Module):
    """The rows of a function, once."""

    def __init__(self, network: OpenNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, rows: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor]:
        """What the decoder sees of each row, and what it is found by, both [rows, width]."""
        # a batch of one: products of three dimensions are the ones that are packed to eight bits
        return self.network.understand_one(rows[None], kinds[None])[0], self.network.answer(rows[None])[0]


class Question(nn.Module):
    """The upper layers of the request's encoder, once per request."""

    def __init__(self, network: OpenNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """From the stem's states [1, length, width]: the encoder's, and what the request finds functions by, [width]."""
        for layer in list(self.network.encoder.layers)[self.network.shared :]:
            states = layer(states, None)
        return states, self.network.question(mean_of(states, None))[0]


class Tables(nn.Module):
    """A request meets its candidates, once."""

    def __init__(self, network: OpenNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, states: Tensor, question: Tensor, symbols: Tensor, answers: Tensor, said: Tensor, labels: Tensor, memory: Tensor, told: Tensor
    ) -> tuple[Tensor, ...]:
        """From the encoder's states [1, length, width] and question [width], rows of the dynamic symbols, what each is found by
        (zero for literals) and how much of it is said, rows of the places and rows that the request sees, [any, width] each, and where the
        places are mentioned [3, places, length]: input and output tables, place table, keys and values [layers, heads, length + seen, width / heads], and
        what is added to the logits of each place [labels, symbols of the table]."""
        network = self.network
        fused, _ = network.fusion(states, None, network.fusion.cross.remember(memory[None]), None, None)
        inputs, outputs = network.tables(states, fused, None, symbols[None], said[None])
        seen = torch.cat([fused, memory[None]], 1)
        memories = [layer.cross.remember(seen) for layer in network.blocks]
        keys, values = (torch.cat([part[i] for part in memories]) for i in (0, 1))
        where, behind, before = F.pad(told, (0, 0, PLACES, 0))  # choosing and going on are mentioned nowhere
        places = torch.cat([network.labels, network.to_label(labels)]) + network.mentioned(where[None], fused)[0]
        choosing = torch.arange(places.shape[0]) == 0
        return inputs[0], outputs[0], places, keys, values, network.hints(choosing, network.likeness * (answers @ question)[None], behind, before)


class OpenStep(nn.Module):
    """One decision."""

    def __init__(self, network: OpenNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, symbol: Tensor, label: Tensor, inputs: Tensor, outputs: Tensor, labels: Tensor, keys: Tensor, values: Tensor, hints: Tensor,
        past_keys: Tensor, past_values: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
        """``symbol``, ``label`` [1] are rows of the tables; past keys and values [layers, heads, steps, width / heads]; returns
        logits [rows of the table] and the past with this step."""
        network = self.network
        # the mask allows more decisions than any training row has: those share the last position
        place = network.places[torch.sym_min(past_keys.shape[2], len(network.places) - 1)]  # type: ignore[no-untyped-call]
        x = (inputs[symbol] + labels[label] + place).unsqueeze(0)
        new_keys, new_values = [], []
        for i, layer in enumerate(network.blocks):
            past = (past_keys[i : i + 1], past_values[i : i + 1])
            x, (key, value) = layer(x, past, (keys[i : i + 1], values[i : i + 1]), None, None)
            new_keys.append(key)
            new_values.append(value)
        logits = (network.norm(x) @ outputs.T)[0, 0] / x.shape[-1] ** 0.5
        return logits + hints[label][0], torch.cat(new_keys), torch.cat(new_values)
