"""The glue of a run: from files of examples and a checkpoint of the encoder to a bundle that answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra train")
pytest.importorskip("onnxscript", reason="exporting needs the extra train")

import octocall  # noqa: E402
from octocall.data.compile import CARD, HELD_OUT, TRAIN  # noqa: E402
from octocall.data.example import write_examples  # noqa: E402
from octocall.errors import OctocallError  # noqa: E402
from octocall.export.run import export_bundle  # noqa: E402
from octocall.train.networks import Encoder, _bert_names  # noqa: E402
from octocall.train.run import train  # noqa: E402
from tests.conftest import small_tokenizer  # noqa: E402
from tests.train.test_trainer import CONFIG as LARGER  # noqa: E402
from tests.train.test_trainer import examples  # noqa: E402

CONFIG = replace(LARGER, decoder_layers=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data, and a random encoder in the form of a BERT checkpoint."""
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("run")
    torch.manual_seed(0)
    tokenizer = small_tokenizer()
    ours = Encoder(tokenizer.get_vocab_size(), 512, 32, 2, 4, 64).state_dict()
    theirs = {name: ours[mine].clone() for mine, name in _bert_names(2).items()}
    theirs |= {"embeddings.position_embeddings.weight": 0.02 * torch.randn(512, 32), "embeddings.token_type_embeddings.weight": torch.zeros(2, 32)}
    (folder / "encoder").mkdir()
    save_file(theirs, str(folder / "encoder" / "model.safetensors"))
    tokenizer.save(str(folder / "encoder" / "tokenizer.json"))
    settings = {"vocab_size": tokenizer.get_vocab_size(), "max_position_embeddings": 512, "hidden_size": 32, "num_hidden_layers": 2,
                "num_attention_heads": 4, "intermediate_size": 64, "layer_norm_eps": 1e-12}  # fmt: skip
    (folder / "encoder" / "config.json").write_text(json.dumps(settings))
    for name in (TRAIN, HELD_OUT):
        write_examples(folder / "data" / name, examples())
    (folder / "data" / CARD).write_text("# Data card")
    return folder


@pytest.mark.slow
def test_from_examples_to_a_bundle_that_answers(folder: Path) -> None:
    record = train("android", folder / "data", folder / "run", folder / "encoder", CONFIG, lambda point: None)
    assert record["curve"][-1]["step"] == CONFIG.steps and set(record["data"]) == {TRAIN, HELD_OUT}
    again = train("android", folder / "data", folder / "run", folder / "encoder", CONFIG, lambda point: None)
    assert again == record  # a finished run is not run again, and keeps its minutes
    report = export_bundle("android", folder / "run", folder / "data", folder / "bundle", folder / "encoder", "float32")
    assert report["same_plans"] == 1.0
    model = octocall.load(folder / "bundle")
    for example in examples():
        assert model.plan(example.request) == example.plan


def test_a_start_that_is_not_finished_is_refused_before_the_training(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    with pytest.raises(OctocallError, match="must be finished"):
        train("android", folder / "data", tmp_path / "run", folder / "encoder", CONFIG, lambda point: None, start=tmp_path / "half")
