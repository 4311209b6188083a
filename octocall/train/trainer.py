"""The training loop, the same on a CPU and on a GPU; an interrupted run goes on where it stopped."""

from __future__ import annotations

import io
import json
import math
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from octocall.codecs.spans import SpansCodec
from octocall.data.example import Example
from octocall.errors import OctocallError
from octocall.files import write_atomically
from octocall.mask import Mask
from octocall.train.batches import IGNORE, Batch, Row, batches, collate, encode
from octocall.train.config import TrainConfig
from octocall.train.networks import Encoder, Network

Report = Callable[[dict[str, Any]], None]
CHECKPOINT = "checkpoint.pt"


def faster_precision(device: torch.device) -> torch.dtype:
    """bfloat16 where it is measured to be faster than float32 on a product of this network's size."""
    if device.type == "cuda":
        return torch.bfloat16
    seconds = {}
    for kind in (torch.float32, torch.bfloat16):
        a, b = torch.ones(512, 384, dtype=kind), torch.ones(384, 1536, dtype=kind)
        _ = a @ b
        began = time.perf_counter()
        for _ in range(3):
            _ = a @ b
        seconds[kind] = time.perf_counter() - began
    return min(seconds, key=seconds.__getitem__)


class Task(Protocol):
    """What is trained: how rows become batches and what a batch costs. ``digest`` names what a checkpoint belongs to."""

    @property
    def digest(self) -> str: ...

    def collate(self, rows: Sequence[Any], step: int, share: float) -> Any:
        """A dataclass of tensors; ``share`` of the run is done at ``step``."""

    def loss(self, network: Any, batch: Any) -> tuple[Tensor, Tensor]:
        """The loss, and the share of plans that are right at every decision."""


@dataclass(frozen=True)
class Compiled:
    """Training for one catalog."""

    codec: SpansCodec

    @property
    def digest(self) -> str:
        return self.codec.catalog.digest

    def collate(self, rows: Sequence[Row], step: int, share: float) -> Batch:
        return collate(rows, self.codec)

    def loss(self, network: Network, batch: Batch) -> tuple[Tensor, Tensor]:
        logits = network(batch.ids, batch.mask, batch.symbols, batch.labels)
        return decision_loss(logits, batch.targets)


def decision_loss(logits: Tensor, targets: Tensor, weights: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Mean cross-entropy of the decisions, each counted as often as ``weights`` [batch, steps] says, and the share of plans that are right at every decision."""
    right = ((logits.argmax(-1) == targets) | (targets == IGNORE)).all(1).float().mean()
    if weights is None:
        return F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORE), right
    costs = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORE, reduction="none").view_as(weights)
    return (weights * costs).sum() / (weights * (targets != IGNORE)).sum(), right


class Trainer:
    """Trains a network for one task and keeps its state in ``folder``.

    ``sources`` are digests of what the run is made from (data, the run it starts from): a checkpoint
    made from others is refused.
    """

    def __init__(self, network: nn.Module, task: Task, config: TrainConfig, folder: Path, sources: Mapping[str, str] | None = None) -> None:
        self.task, self.config, self.folder, self.sources = task, config, folder, dict(sources or {})
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.set_num_threads(config.threads or os.cpu_count() or 1)
        self.precision = faster_precision(self.device) if config.precision == "auto" else getattr(torch, config.precision)
        self.network = network.to(self.device)
        pretrained: Encoder = network.get_submodule("encoder")  # type: ignore[assignment]
        if config.freeze_words:
            pretrained.words.weight.requires_grad_(False)
        encoder = {id(p) for p in pretrained.parameters()}
        trained = [p for p in network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in trained if id(p) in encoder], "lr": config.encoder_rate},
                {"params": [p for p in trained if id(p) not in encoder], "lr": config.learning_rate},
            ],
            weight_decay=config.weight_decay, betas=(0.9, 0.98), fused=True,
        )  # fmt: skip
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self._rate)
        self.step, self.seconds, self._began = 0, 0.0, time.monotonic()
        self.curve: list[dict[str, float]] = []

    def _rate(self, step: int) -> float:
        if step < self.config.warmup:
            return (step + 1) / self.config.warmup
        done = (step - self.config.warmup) / max(1, self.config.steps - self.config.warmup)
        return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))

    def loss(self, rows: Sequence[Any]) -> tuple[Tensor, Tensor]:
        """The task's loss on rows."""
        batch = self.task.collate(rows, self.step, self.step / self.config.steps)
        batch = type(batch)(*(t.to(self.device, non_blocking=True) for t in vars(batch).values()))
        autocast = torch.autocast(self.device.type, self.precision) if self.precision != torch.float32 else nullcontext()
        with autocast:
            return self.task.loss(self.network, batch)

    def train(self, rows: Sequence[Any], held_out: Sequence[Any], report: Report) -> None:
        """Runs to ``config.steps``, from the last checkpoint of ``folder`` where there is one."""
        if not rows:
            raise OctocallError("no training rows were given; synthesize some first")
        self.resume()
        self._began = time.monotonic() - self.seconds
        per_epoch = math.ceil(len(rows) / self.config.batch_size)
        while self.step < self.config.steps:
            epoch = self.step // per_epoch
            skip = self.step % per_epoch
            for i, group in enumerate(batches(rows, self.config.batch_size, self.config.seed, epoch)):
                if i < skip:
                    continue
                self._update(group, report)
                if self.step % self.config.evaluate_every == 0 or self.step == self.config.steps:
                    self._evaluate(held_out, report)
                if self.step % self.config.checkpoint_every == 0 or self.step == self.config.steps:
                    self.save()
                if self.step >= self.config.steps:
                    return

    def _update(self, rows: Sequence[Any], report: Report) -> None:
        self.network.train()
        loss, _ = self.loss(rows)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.step += 1
        report({"step": self.step, "loss": float(loss.detach())})

    @torch.no_grad()
    def _evaluate(self, rows: Sequence[Any], report: Report) -> None:
        self.network.eval()
        losses, rights, count = 0.0, 0.0, 0
        for at in range(0, len(rows), 128):
            group = rows[at : at + 128]
            loss, right = self.loss(group)
            losses, rights, count = losses + float(loss) * len(group), rights + float(right) * len(group), count + len(group)
        point = {"step": self.step, "held_out_loss": losses / max(1, count), "held_out_right": rights / max(1, count)}
        self.curve.append(point)
        report(point)

    def save(self) -> None:
        """Writes the checkpoint whole or not at all. Raises OctocallError on a full disk."""
        self.seconds = time.monotonic() - self._began
        state = {
            "network": self.network.state_dict(), "optimizer": self.optimizer.state_dict(), "schedule": self.schedule.state_dict(),
            "step": self.step, "curve": self.curve, "seconds": self.seconds, "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state_all() if self.device.type == "cuda" else [],
            "config": asdict(self.config), "catalog": self.task.digest, "sources": self.sources,
        }  # fmt: skip
        content = io.BytesIO()
        torch.save(state, content)
        write_atomically(self.folder / CHECKPOINT, content.getvalue())

    def resume(self) -> None:
        """Takes up the checkpoint of ``folder``. Raises OctocallError where it is of another catalog, configuration or data."""
        path = self.folder / CHECKPOINT
        if not path.is_file():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        mine = {"catalog": self.task.digest, "configuration": asdict(self.config), "data": self.sources}
        theirs = {"catalog": state["catalog"], "configuration": state["config"], "data": state.get("sources")}
        if other := [name for name in mine if mine[name] != theirs[name]]:
            raise OctocallError(f"{path} belongs to another {' and '.join(other)}; choose another folder or delete it")
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.step, self.curve, self.seconds = state["step"], state["curve"], state["seconds"]
        torch.set_rng_state(state["torch"].cpu())
        if state["cuda"] and self.device.type == "cuda":
            torch.cuda.set_rng_state_all([rng.cpu() for rng in state["cuda"]])


def encode_all(examples: Iterable[Example], codec: SpansCodec) -> list[Row]:
    """Examples as rows of decisions."""
    mask = Mask(codec.grammar, codec.vocab)
    return [encode(example, codec, mask) for example in examples]


def build(codec: SpansCodec, encoder: Encoder, config: TrainConfig) -> Network:
    """A new network for ``codec``: functional tokens, literals and parameters start from their documentation."""
    torch.manual_seed(config.seed)
    network = Network(encoder, len(codec.vocab), len(codec.labels), config)
    encoder.eval()

    @torch.no_grad()
    def vector(text: str) -> Tensor:
        states = encoder(torch.tensor([codec.tokenizer.encode(text).ids]))
        mean: Tensor = states[0].mean(0)
        scale: Tensor = 0.02 * math.sqrt(mean.numel()) / mean.norm()
        return scale * mean

    catalog = codec.catalog
    rows = {codec.vocab.ids[catalog.token(f.name)]: vector(f"{f.name.replace('_', ' ')}. {f.description}") for f in catalog}
    rows |= {codec.vocab.ids[text]: vector(f"{p.name.replace('_', ' ')}: {text}") for f in catalog for p in f.parameters for text in p.type.literals}
    labels = {
        codec.labels[f.name, p.name]: vector(f"{f.name.replace('_', ' ')}: {p.name.replace('_', ' ')}, {p.description}") for f in catalog for p in f.parameters
    }
    network.describe(rows, labels)
    return network


def write_record(trainer: Trainer, start: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The run record ``run.json``: configuration, digests of the data, device, curve, and the record of the run it started from."""
    record = {
        "config": asdict(trainer.config), "data": trainer.sources, "catalog": trainer.task.digest, "device": str(trainer.device),
        "precision": str(trainer.precision), "threads": torch.get_num_threads(), "torch": torch.__version__, "seconds": round(trainer.seconds, 1),
        "curve": trainer.curve, "start": start,
    }  # fmt: skip
    write_atomically(trainer.folder / "run.json", json.dumps(record, indent=1).encode())
    return record
