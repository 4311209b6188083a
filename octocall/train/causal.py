"""Fine-tuning of a language model with functional tokens; an interrupted run goes on where it stopped.

One process or several (``accelerate launch``): every one takes its share of each batch, so that the loss is the same however many there are.
"""

from __future__ import annotations

import io
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_state_dict, set_state_dict
from torch.nn import functional as F

from octocall.errors import OctocallError
from octocall.files import write_atomically
from octocall.runtimes.torch import masks
from octocall.train.batches import batches
from octocall.train.causal_config import CausalConfig
from octocall.train.causal_rows import IGNORE, Batch, Row, collate

Report = Callable[[dict[str, Any]], None]
CHECKPOINT = "checkpoint.pt"
_FULL = StateDictOptions(full_state_dict=True, cpu_offload=True, ignore_frozen_params=True)


class CausalTrainer:
    """Trains what of ``model`` asks for gradients, and keeps its state in ``folder``."""

    def __init__(self, model: Any, config: CausalConfig, folder: Path, sources: Mapping[str, str] | None = None, accelerator: Accelerator | None = None) -> None:
        """``sources`` are digests of what the run is made from: a checkpoint made from others is refused."""
        self.config, self.folder, self.sources = config, folder, dict(sources or {})
        self.accelerator = accelerator or new_accelerator(config)
        self.device, self.world = self.accelerator.device, self.accelerator.num_processes
        if config.checkpointing:
            model.gradient_checkpointing_enable()
            model.enable_input_require_grads()
        model = model.to(self.device)
        self.settings = model.config
        self.model = sharded(model) if config.shard else self.accelerator.prepare(model)
        self.optimizer = torch.optim.AdamW(
            [parameter for parameter in self.model.parameters() if parameter.requires_grad], lr=config.learning_rate, weight_decay=config.weight_decay
        )
        self.step, self.steps, self.seconds, self._began = 0, 0, 0.0, time.monotonic()
        self.curve: list[dict[str, float]] = []

    def train(self, rows: Sequence[Row], held_out: Sequence[Row], report: Report) -> None:
        """Runs all epochs, from the last checkpoint of ``folder`` where there is one."""
        if not rows:
            raise OctocallError("no training rows were given; synthesize some first")
        per_epoch = math.ceil(len(rows) / self.config.batch_size)
        self.steps = per_epoch * self.config.epochs
        self.resume()
        self._began = time.monotonic() - self.seconds
        while self.step < self.steps:
            for i, group in enumerate(batches(rows, self.config.batch_size, self.config.seed, self.step // per_epoch)):
                if i < self.step % per_epoch:
                    continue
                self.update(group, report)
                last = self.step == self.steps
                if held_out and (last or self.step % self.config.evaluate_every == 0):
                    self._evaluate(held_out, report)
                if last or self.step % self.config.checkpoint_every == 0:
                    self.save()
                if i == per_epoch - 1:
                    break

    def loss(self, group: Sequence[Row]) -> tuple[Tensor, Tensor, float]:
        """The weighted loss summed over this process's share of a batch, which of its plans are right, and the weight of the whole batch."""
        total = float(sum(row.weights.sum() for row in group))
        share = list(group[self.accelerator.process_index :: self.world])
        batch = self._moved(collate(share or list(group[:1])))
        loss, right = _cost(self._logits(batch), batch)
        # a process without rows takes part for the others' sake
        return (loss, right, total) if share else (loss * 0, right[:0], total)

    def _logits(self, batch: Batch) -> Tensor:
        kind = torch.bfloat16 if self.accelerator.mixed_precision == "bf16" else next(self.model.parameters()).dtype
        seen = masks(self.settings, batch.places, batch.places, kind)
        cast = self.accelerator.autocast() if self.accelerator.mixed_precision == "bf16" else nullcontext()
        with cast:
            found = self.model(input_ids=batch.ids, attention_mask=seen, position_ids=batch.places.clamp(min=0), use_cache=False, logits_to_keep=batch.kept)
        logits: Tensor = found.logits[:, :-1].float()
        return logits

    def _moved(self, batch: Batch) -> Batch:
        return Batch(*(value.to(self.device, non_blocking=True) for value in vars(batch).values()))

    def update(self, group: Sequence[Row], report: Report) -> None:
        """One step of the optimiser."""
        self.model.train()
        rate = self.config.learning_rate * self._rate(self.step)
        for part in self.optimizer.param_groups:
            part["lr"] = rate
        loss, _, total = self.loss(group)
        self.optimizer.zero_grad(set_to_none=True)
        # gradients are averaged over the processes, the loss is a sum
        (loss * self.world / total).backward()
        torch.nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], 1.0)
        self.optimizer.step()
        self.step += 1
        point = {"step": self.step, "loss": self._summed(loss.detach()) / total}
        self.curve.append(point)
        if self.accelerator.is_main_process:
            report({**point, "steps": self.steps})

    def _summed(self, value: Tensor) -> float:
        return float(self.accelerator.reduce(value.float(), "sum"))

    def _rate(self, step: int) -> float:
        if step < self.config.warmup:
            return (step + 1) / self.config.warmup
        return max(0.0, (self.steps - step) / max(1, self.steps - self.config.warmup))

    @torch.no_grad()
    def _evaluate(self, rows: Sequence[Row], report: Report) -> None:
        self.model.eval()
        losses = rights = weight = 0.0
        for at in range(0, len(rows), self.config.batch_size):
            loss, right, total = self.loss(rows[at : at + self.config.batch_size])
            losses, weight = losses + self._summed(loss), weight + total
            rights += self._summed(right.sum())
        point = {"step": self.step, "held_out_loss": losses / weight, "held_out_right": rights / len(rows)}
        self.curve.append(point)
        if self.accelerator.is_main_process:
            report(point)

    def weights(self) -> dict[str, Tensor]:
        """What is trained of the model, whole and on the processor; every process has to ask, the first one gets it."""
        weights: dict[str, Any] = get_state_dict(self.model, self.optimizer, options=_FULL)[0]
        return weights

    def save(self) -> None:
        """Writes the checkpoint whole or not at all. Raises OctocallError on a full disk."""
        self.seconds = time.monotonic() - self._began
        weights, optimizer = get_state_dict(self.model, self.optimizer, options=_FULL)
        state = {"weights": weights, "optimizer": optimizer, "step": self.step, "curve": self.curve, "seconds": self.seconds, **self._origin()}
        if self.accelerator.is_main_process:
            content = io.BytesIO()
            torch.save(state, content)
            write_atomically(self.folder / CHECKPOINT, content.getvalue())
        self.accelerator.wait_for_everyone()

    def resume(self) -> None:
        """Takes up the checkpoint of ``folder``. Raises OctocallError where it is of another configuration or data."""
        path = self.folder / CHECKPOINT
        if not path.is_file():
            return
        state = torch.load(path, map_location="cpu", weights_only=True)
        if other := [name for name, mine in self._origin().items() if state[name] != mine]:
            raise OctocallError(f"{path} belongs to another {' and '.join(other)}; choose another folder or delete it")
        options = StateDictOptions(full_state_dict=True, ignore_frozen_params=True, strict=False)
        set_state_dict(self.model, self.optimizer, model_state_dict=state["weights"], optim_state_dict=state["optimizer"], options=options)
        self.step, self.curve, self.seconds = state["step"], state["curve"], state["seconds"]

    def _origin(self) -> dict[str, Any]:
        return {"config": asdict(self.config), "data": self.sources}

    def record(self, more: Mapping[str, Any]) -> dict[str, Any]:
        """Writes ``run.json``: configuration, digests of the data, device, seconds and the curve of the loss, with ``more``."""
        record = {
            **self._origin(), **more, "device": str(self.device), "processes": self.world, "precision": self.accelerator.mixed_precision, "torch": torch.__version__,
            "trained": sum(p.numel() for p in self.model.parameters() if p.requires_grad), "weights": sum(p.numel() for p in self.model.parameters()),
            "seconds": round(self.seconds, 1), "curve": self.curve,
        }  # fmt: skip
        if self.accelerator.is_main_process:
            write_atomically(self.folder / "run.json", json.dumps(record, indent=1).encode())
        return record


def _cost(logits: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """The weighted cross-entropy of the targets, summed, and which plans are right at every token [batch]."""
    costs = F.cross_entropy(logits.flatten(0, 1), batch.labels.flatten(), ignore_index=IGNORE, reduction="none")
    right = (logits.argmax(-1) == batch.labels) | ~batch.plan
    return (costs * batch.weights.flatten()).sum(), right.all(1).float()


def new_accelerator(config: CausalConfig) -> Accelerator:
    """The devices of this process."""
    on_gpu = torch.cuda.is_available()
    half = config.precision == "bfloat16" or (config.precision == "auto" and on_gpu)
    return Accelerator(mixed_precision="bf16" if half else "no", cpu=not on_gpu)


def sharded(model: Any) -> Any:
    """``model`` with its weights shared out among the processes, layer by layer (FSDP). Raises OctocallError where there is one process."""
    if not torch.distributed.is_initialized():
        raise OctocallError("--shard was given to a single process; start several: accelerate launch --num_processes N -m octocall train --base … --shard")
    from torch.distributed.fsdp import fully_shard

    layers = next(module for module in model.modules() if isinstance(module, torch.nn.ModuleList))
    for layer in layers:
        fully_shard(layer)
    return fully_shard(model)
