"""Language models at the command line: train --base, merge, export --format, --model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from octocall.cli import _arguments, app
from octocall.cli_causal import command_of
from octocall.errors import OctocallError


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["train", "--base", "x"], "train-causal"), (["train", "--steps", "5", "--base=x"], "train-causal"), (["train", "--steps", "5"], "train"),
        (["export", "--format", "gguf"], "export-causal"), (["export", "--run", "--base"], "export"), (["--model", "x", "take a selfie"], "ask"),
    ],
)  # fmt: skip
def test_base_and_format_lead_to_commands_of_their_own(given: list[str], wanted: str) -> None:
    assert _arguments(given)[0] == wanted
    assert command_of(["plan", "--format"]) == ["plan", "--format"]


@pytest.fixture
def octocall(capsys: pytest.CaptureFixture[str], phone_home: Path) -> Callable[..., str]:
    def run(*given: object) -> str:
        app(_arguments([str(word) for word in given]), standalone_mode=False)
        return capsys.readouterr().out

    return run


def test_from_rows_to_a_model_that_answers(octocall: Callable[..., str], tmp_path: Path) -> None:
    for package in ("torch", "transformers", "peft", "accelerate"):
        pytest.importorskip(package, reason="language models need the extra causal")
    import torch

    from tests.causal.models import checkpoint, data, examples

    torch.set_num_threads(1)
    base, rows = checkpoint(tmp_path / "base", "llama"), data(tmp_path / "data", examples()[:8])
    flags = ("--method", "lora", "--epochs", 1, "--batch-size", 8, "--no-description", "--token-weight", 2)
    said = octocall("train", "--base", base, "--data", rows, "--out", tmp_path / "run", *flags)
    assert "8 rows" in said and str(tmp_path / "run" / "model") in said.replace("\n", "")
    config = json.loads((tmp_path / "run" / "run.json").read_text())["config"]
    assert config["method"] == "lora" and config["description"] is False and config["token_weight"] == 2.0
    octocall("merge", tmp_path / "run" / "model", "--out", tmp_path / "merged")
    (tmp_path / "asked.jsonl").write_text('{"id": 1, "query": "brightness 3"}\n')
    answers = []
    for model in (tmp_path / "run" / "model", tmp_path / "merged"):
        octocall("plan", "--model", model, "--input", tmp_path / "asked.jsonl", "--output", tmp_path / "answers.jsonl")
        answers.append(json.loads((tmp_path / "answers.jsonl").read_text())["calls"])
    assert answers[0] == answers[1] != []
    with pytest.raises(OctocallError, match="gguf or onnx is expected"):
        octocall("export", "--format", "tflite", "--run", tmp_path / "merged")
    with pytest.raises(OctocallError, match="--method lora"):
        octocall("merge", tmp_path / "merged", "--out", tmp_path / "again")
