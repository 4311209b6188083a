"""The encoder of documents as a graph, and the command that imports with it."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from octocall.catalogue import Catalogue
from octocall.errors import BundleError
from octocall.runtimes.encoder import GRAPH, OnnxEncoder
from tests.conftest import small_tokenizer
from tests.test_cli import octocall

torch = pytest.importorskip("torch", reason="torch is not installed; pip install '.[train]' adds it")
pytest.importorskip("onnxscript", reason="onnxscript is not installed; pip install '.[train]' adds it")
TEXTS = ["get a pet", "x", "remove the pet with this number from the shop", ""]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small checkpoint of BERT with weights of chance."""
    from safetensors.torch import save_file

    from octocall.train.networks import Encoder, _bert_names

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("checkpoint")
    tokenizer = small_tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    sizes = {"vocab_size": tokenizer.get_vocab_size(), "max_position_embeddings": 160, "hidden_size": 32, "num_hidden_layers": 2,
             "num_attention_heads": 2, "intermediate_size": 64, "layer_norm_eps": 1e-12}  # fmt: skip
    (folder / "config.json").write_text(json.dumps(sizes))
    own = Encoder(*list(sizes.values())[:6]).state_dict()
    theirs = {name: own[ours].contiguous() for ours, name in _bert_names(2).items()}
    extra = {"embeddings.position_embeddings.weight": torch.randn(160, 32), "embeddings.token_type_embeddings.weight": torch.randn(2, 32)}
    save_file(theirs | extra, folder / "model.safetensors")
    return folder


@pytest.fixture(scope="module")
def exported(checkpoint: Path) -> Path:
    from octocall.export.encoder import export_encoder

    export_encoder(checkpoint, checkpoint / "exported")
    return checkpoint / "exported"


def test_the_graph_is_the_network(checkpoint: Path, exported: Path) -> None:
    from octocall.train.networks import Encoder

    encoder = OnnxEncoder(exported, threads=1)
    network, tokenizer = Encoder.pretrained(checkpoint).eval(), small_tokenizer()
    for text, vector in zip(TEXTS, encoder(TEXTS), strict=True):
        states = network(torch.tensor([tokenizer.encode(text).ids]))
        assert np.allclose(states.mean(1)[0].detach().numpy(), vector, atol=1e-4)
    assert encoder(["a" * 1000]).shape == (1, 32) and encoder([]).shape == (0, 32)


def test_it_can_be_sent(exported: Path) -> None:
    encoder = OnnxEncoder(exported, threads=1)
    sent = pickle.loads(pickle.dumps(encoder))
    assert (sent(TEXTS) == encoder(TEXTS)).all() and sent.digest == encoder.digest


def test_folders_that_hold_none(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="cannot be read"):
        OnnxEncoder(tmp_path)
    (tmp_path / "tokenizer.json").write_text((exported / "tokenizer.json").read_text())
    (tmp_path / GRAPH).write_bytes(b"no graph")
    with pytest.raises(BundleError, match="cannot be loaded"):
        OnnxEncoder(tmp_path)
    (tmp_path / GRAPH).write_bytes((exported / GRAPH).read_bytes())
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(BundleError, match="tokenizer of the encoder cannot be loaded"):
        OnnxEncoder(tmp_path)


def test_the_command(checkpoint: Path, exported: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "tools.json").write_text(json.dumps([{"name": "ring_bell", "description": "Rings a bell."}]))
    arguments = ("import", str(tmp_path / "in"), "android", "--out", str(tmp_path / "apis"), "--encoder")
    first = octocall(*arguments, str(checkpoint))
    assert first.returncode == 0 and "21 functions" in first.stdout.replace("\n", " ")
    assert len(Catalogue.open(tmp_path / "apis")) == 21 and not (tmp_path / "apis.part").exists()
    (tmp_path / "in" / "broken.json").write_text("{")
    second = octocall(*arguments, str(exported))
    assert second.returncode == 1 and "broken.json" in second.stderr
    third = octocall("import", str(tmp_path / "none" / "x.json"), "--out", str(tmp_path / "apis"), "--encoder", str(exported))
    assert third.returncode == 2 and third.stderr.count("error: there is no file or folder") == 1
