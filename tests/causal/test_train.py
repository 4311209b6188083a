"""Fine-tuning of tiny checkpoints: what is learned, what moves, and what is the same after saving, merging and interruption."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

for package in ("torch", "transformers", "peft", "accelerate"):
    pytest.importorskip(package, reason="fine-tuning language models needs the extra causal")

import torch  # noqa: E402

from octocall.codecs.functional import CLOCKED_PROMPT, FunctionalCodec  # noqa: E402
from octocall.errors import OctocallError  # noqa: E402
from octocall.model import Model  # noqa: E402
from octocall.runtimes.torch import load_model  # noqa: E402
from octocall.train.causal_config import CausalConfig  # noqa: E402
from octocall.train.causal_model import add_tokens, merge  # noqa: E402
from octocall.train.causal_rows import IGNORE, Rows, collate, limited  # noqa: E402
from octocall.train.causal_run import fit, train  # noqa: E402
from octocall.vocab import TokenVocab  # noqa: E402
from tests.causal.models import ANDROID, CODEC, QUIET, checkpoint, data, examples, fitted, pretrained  # noqa: E402
from tests.causal.small import byte_level, sentence_pieces  # noqa: E402

LEARNING = {"full": {"learning_rate": 1e-2, "epochs": 160}, "lora": {"learning_rate": 1e-2, "epochs": 250}}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)  # threads on tiny networks wait for each other


def plans(folder: Path, rows: int = 40) -> list[str]:
    model = Model.load(folder)
    return [str(model.plan(example.request)) for example in examples()[:rows]]


def test_forty_rows_are_learned(tmp_path: Path) -> None:
    bundle = fitted(checkpoint(tmp_path / "base", "llama"), tmp_path / "run", method="full", learning_rate=1e-2, epochs=100)
    assert plans(bundle) == [str(example.plan) for example in examples()]
    model = Model.load(bundle)
    assert model.plan("text Ada it's 0", masked=False) == model.plan("text Ada it's 0")  # it has learned the form too


@pytest.mark.slow
@pytest.mark.parametrize("family", ["llama", "gemma", "qwen2"])
@pytest.mark.parametrize("method", ["full", "lora"])
def test_forty_rows_are_learned_by_every_family(family: str, method: str, tmp_path: Path) -> None:
    base = checkpoint(tmp_path / "base", family) if method == "full" else pretrained(tmp_path / "base", family)
    bundle = fitted(base, tmp_path / "run", method=method, **LEARNING[method])
    assert plans(bundle) == [str(example.plan) for example in examples()]


@pytest.mark.parametrize("family", ["llama", "gemma"])
def test_low_rank_updates_move_the_new_rows_alone_and_merge(family: str, tmp_path: Path) -> None:
    base = checkpoint(tmp_path / "base", family)
    bundle = fitted(base, tmp_path / "run", method="lora", learning_rate=1e-2, epochs=4)
    merge(bundle, tmp_path / "merged")
    assert plans(tmp_path / "merged", 1) == plans(bundle, 1)
    before, after = load_model(base), load_model(tmp_path / "merged")
    start = load_model(base)
    add_tokens(start, byte_level() if family == "llama" else sentence_pieces(), CODEC)
    size = before.get_input_embeddings().weight.shape[0]
    for table in ("get_input_embeddings", "get_output_embeddings"):
        old, new = getattr(before, table)().weight, getattr(after, table)().weight
        assert new.shape[0] == size + len(ANDROID) + 1
        assert torch.equal(old, new[:size])
        moved = (new[size:] - getattr(start, table)().weight[size:]).abs().amax(1)
        assert (moved[[5, 20]] > 1e-4).all() if table == "get_output_embeddings" else (moved[[20]] > 1e-4).all()
    names = [name for name, value in after.state_dict().items() if not torch.equal(value, before.state_dict().get(name, value)) and "embed" not in name]
    assert any("q_proj" in name for name in names) and not any("gate_proj" in name or "norm" in name for name in names)
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["trained"] < record["weights"] and record["config"]["method"] == "lora" and len(record["curve"]) == 5


def test_rows_hold_prompt_plan_and_documentation() -> None:
    codec = FunctionalCodec(ANDROID)
    vocab, example = TokenVocab(byte_level(codec.tokens), codec.tokens), examples()[0]
    config = CausalConfig(token_weight=4.0)
    [row] = Rows(codec, vocab, config, 0).read([example])
    assert vocab.read(row.ids[: row.start]) == CLOCKED_PROMPT.format(now="Wednesday 2026-03-04 10:30", query=example.request.text)
    assert vocab.read(row.ids[row.start : row.stop]) == "<nexa_7>('Ada', 'it\\'s 0')<nexa_end>"
    assert vocab.read(row.ids[row.stop : -1]).startswith("\n\nFunction description: \ndef send_text_message(contact_name, message):")
    assert row.ids[-1] == 0  # the end of the text
    assert row.weights[0] == 4.0 and row.weights[1] == 1.0 and (row.weights == 4.0).sum() == 2
    [short] = Rows(codec, vocab, CausalConfig(description=False), 0).read([example])
    assert len(short.ids) == short.stop == row.stop
    batch = collate([row, short])
    assert batch.labels.shape == batch.weights.shape == (2, len(row.weights)) and batch.kept == len(row.weights) + 1
    assert (batch.labels[1] != IGNORE).sum() == len(short.weights) and batch.plan.sum() == 2 * (row.stop - row.start)
    assert np.array_equal(batch.ids[1, -len(short.ids) :], short.ids) and (batch.places[1] == -1).sum() == len(row.ids) - len(short.ids)


def test_rows_that_are_too_long_are_counted() -> None:
    rows = Rows(CODEC, TokenVocab(byte_level(CODEC.tokens), CODEC.tokens), CausalConfig(max_tokens=3), 0)
    assert rows.read(examples()) == [] and rows.left_out == {"too long": 40}
    assert len(limited(examples(), 3)) == 12 and len(limited(examples(), 0)) == 40


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    base, rows = checkpoint(tmp_path / "base", "qwen2"), examples()
    config = CausalConfig(**{**QUIET, "batch_size": 10, "checkpoint_every": 2, "epochs": 2})

    def stop(point: dict[str, float]) -> None:
        if point["step"] == 5:
            raise KeyboardInterrupt

    def run(folder: str, report: Callable[[dict[str, float]], None] = lambda point: None) -> dict[str, object]:
        return fit(str(base), CODEC, (rows, rows), tmp_path / folder, config, report, {})

    whole = run("whole")
    with pytest.raises(KeyboardInterrupt):
        run("broken", stop)
    again = run("broken")
    assert again["curve"] == whole["curve"] and len(again["curve"]) == 9
    assert (tmp_path / "broken" / "model" / "model.safetensors").read_bytes() == (tmp_path / "whole" / "model" / "model.safetensors").read_bytes()
    with pytest.raises(OctocallError, match="another config"):
        fit(str(base), CODEC, (rows, rows), tmp_path / "whole", CausalConfig(**QUIET), lambda point: None, {})


def test_the_command_reads_what_synth_writes(tmp_path: Path) -> None:
    base, given = checkpoint(tmp_path / "base", "llama"), data(tmp_path / "data", examples()[:8])
    record = train(str(base), "android", given, tmp_path / "run", CausalConfig(epochs=1, batch_size=4, token_weight=2.0), lambda point: None)
    assert record["rows"] == 8 and record["left_out"] == {} and set(record["data"]) == {"train.jsonl", "held_out.jsonl", "base", "catalog"}
    assert Model.load(tmp_path / "run" / "model").catalog == ANDROID
    with pytest.raises(OctocallError, match="octocall synth"):
        train(str(base), "android", tmp_path, tmp_path / "run", CausalConfig(), lambda point: None)
