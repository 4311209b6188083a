"""Training of the base: the network for functions that come with the request."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import tokenizers
import torch
from torch import Tensor
from torch.nn import functional as F

from octocall.codecs.signature import Signature
from octocall.data.compile import FUNCTIONS, HELD_OUT, TRAIN
from octocall.data.example import Example, read_functions
from octocall.errors import DataError, OctocallError
from octocall.files import digest
from octocall.function import Function
from octocall.train.batches import IGNORE
from octocall.train.config import TrainConfig
from octocall.train.networks import Encoder
from octocall.train.open_network import OpenBatch, OpenNetwork
from octocall.train.open_rows import Candidates, OpenEncoder, OpenRow
from octocall.train.run import find_encoder, read_record
from octocall.train.trainer import CHECKPOINT, Trainer, decision_loss, write_record
from octocall.train.vectors import Documents, encode_once

_CHUNK = 2000
_MEASURED = 400
"""At most so many held-out rows of each folder are measured while training."""
_FOUND = 0.3
"""Weight of finding the right function among many, beside writing the plan."""


@dataclass(frozen=True)
class Open:
    """The task: candidates are sampled for each row, at first easy ones."""

    candidates: Candidates
    seed: int
    digest: str = "open"

    def collate(self, rows: Sequence[OpenRow], step: int, share: float) -> OpenBatch:
        return self.candidates.batch(rows, random.Random(f"{self.seed}-{step}"), min(1.0, 3 * share))

    def loss(self, network: Any, batch: OpenBatch) -> tuple[Tensor, Tensor]:
        logits, alike = network(batch)
        loss, right = decision_loss(logits, batch.targets)
        if bool((batch.wanted >= 0).any()):
            loss = loss + _FOUND * F.cross_entropy(20 * alike.float(), batch.wanted, ignore_index=IGNORE)
        return loss, right


@dataclass(frozen=True)
class Ready:
    """Data made ready for training: rows that name functions by number, and the documentation's vectors."""

    rows: list[OpenRow]
    held_out: list[OpenRow]
    candidates: Candidates
    functions: int
    sources: dict[str, str]


def prepare(data: Sequence[tuple[Path, int]], out: Path, encoder: Path | None, config: TrainConfig, progress: Callable[[str, int, int], None]) -> Ready:
    """Reads every folder of ``data``, at most so many rows to train on of each (0: all), and encodes rows and documentation. Raises DataError."""
    folder = find_encoder(encoder)
    tokenizer = plain_tokenizer(folder)
    torch.set_num_threads(config.threads or os.cpu_count() or 1)
    functions, rows, held, sources = _read(data, folder, config.seed, progress)
    texts = (text for function in functions.values() for text in Signature(function).texts)
    documents = Documents(Encoder.pretrained(folder, 0.0), tokenizer)
    numbers, vectors = encode_once(texts, documents, out / "vectors", partial(progress, "documentation"))
    candidates = Candidates(list(functions.values()), numbers, vectors, tokenizer)
    rows, held = ([row for row in part if candidates.fits(row)] for part in (rows, held))
    return Ready(rows, held, candidates, len(functions), sources)


def train_base(
    ready: Ready, out: Path, encoder: Path | None, config: TrainConfig, report: Callable[[dict[str, Any]], None], start: Path | None = None
) -> dict[str, Any]:
    """Trains, with the weights of the run ``start`` where one is given; returns the run record, which is also written to ``out/run.json``."""
    torch.manual_seed(config.seed)
    folder, sources, earlier = find_encoder(encoder), ready.sources, None
    network = OpenNetwork(Encoder.pretrained(folder, config.dropout), config)
    if start is not None:
        earlier = read_record(start)
        try:
            network.load_state_dict(restore_base(start, folder).state_dict())
        except RuntimeError as error:
            raise OctocallError(f"{start} has a network of another shape; train with the settings of its run.json") from error
        sources = {**sources, "start": digest(start / CHECKPOINT)}
    trainer = Trainer(network, Open(ready.candidates, config.seed), config, out, sources)
    trainer.train(ready.rows, ready.held_out, report)
    return write_record(trainer, earlier)


def restore_base(run: Path, encoder: Path) -> OpenNetwork:
    """The network of a finished or running training. Raises OctocallError."""
    path = run / CHECKPOINT
    if not path.is_file():
        raise OctocallError(f"{path} is missing; run: octocall train-base --out {run}")
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    if state["catalog"] != Open.digest:
        raise OctocallError(f"{path} was trained for one catalog; a training of the base is expected")
    network = OpenNetwork(Encoder.pretrained(encoder), TrainConfig(**state["config"]))
    network.load_state_dict(state["network"])
    return network


def plain_tokenizer(folder: Path) -> tokenizers.Tokenizer:
    """The encoder's tokenizer without padding or truncation."""
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _read(
    data: Sequence[tuple[Path, int]], encoder: Path, seed: int, progress: Callable[[str, int, int], None]
) -> tuple[dict[str, Function], list[OpenRow], list[OpenRow], dict[str, str]]:
    functions: dict[str, Function] = {}
    lines: dict[str, list[str]] = {TRAIN: [], HELD_OUT: []}
    for folder, most in data:
        if missing := [name for name in (FUNCTIONS, TRAIN, HELD_OUT) if not (folder / name).is_file()]:
            raise DataError(f"{folder / missing[0]} is missing; give a folder written by octocall books, dataset or teach")
        table = read_functions(folder / FUNCTIONS)
        if doubled := functions.keys() & table.keys():
            raise DataError(f"{folder / FUNCTIONS} has the id {min(doubled)!r}, which another folder has too; rename one")
        functions |= table
        for name, limit in ((TRAIN, most), (HELD_OUT, _MEASURED)):
            found = (folder / name).read_text(encoding="utf-8").splitlines()
            lines[name] += random.Random(seed).sample(found, limit) if 0 < limit < len(found) else found
    used = {name for part in lines.values() for line in part for name in json.loads(line)["functions"]}
    functions = {name: function for name, function in functions.items() if name in used}
    train, held_out = (_encoded(part, functions, encoder, partial(progress, name)) for name, part in lines.items())
    sources = {str(folder / name): digest(folder / name) for folder, _ in data for name in (FUNCTIONS, TRAIN, HELD_OUT)}
    return functions, train, held_out, {**sources, "rows": str([most for _, most in data])}


_WORKER: OpenEncoder


def _prepare(functions: dict[str, Function], encoder: Path) -> None:
    global _WORKER
    _WORKER = OpenEncoder(functions, plain_tokenizer(encoder))


def _work(lines: Sequence[str]) -> list[OpenRow]:
    return list(_WORKER.rows(Example.from_json(json.loads(line), _WORKER.functions) for line in lines))


def _encoded(lines: Sequence[str], functions: dict[str, Function], encoder: Path, progress: Callable[[int, int], None]) -> list[OpenRow]:
    """The rows of a file, in order, encoded in as many processes as there are threads."""
    chunks = [lines[at : at + _CHUNK] for at in range(0, len(lines), _CHUNK)]
    rows: list[OpenRow] = []
    with ProcessPoolExecutor(torch.get_num_threads(), initializer=_prepare, initargs=(functions, encoder)) as pool:
        for i, part in enumerate(pool.map(_work, chunks), 1):
            rows += part
            progress(min(i * _CHUNK, len(lines)), len(lines))
    return rows
