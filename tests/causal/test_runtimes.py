"""Law 4: the same ids with and without the cache, batched and alone; and language models in the place of a bundle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

for package in ("torch", "transformers"):
    pytest.importorskip(package, reason="language models need the extra causal")

import torch  # noqa: E402

from octocall import causal  # noqa: E402
from octocall.call import Call, Plan, Request  # noqa: E402
from octocall.catalog import IRRELEVANT, Catalog  # noqa: E402
from octocall.causal import Causal  # noqa: E402
from octocall.codecs.functional import FunctionalCodec  # noqa: E402
from octocall.codecs.pythonic import PythonicCodec  # noqa: E402
from octocall.errors import BundleError, OctocallError, RequestError  # noqa: E402
from octocall.export.causal_run import export_causal  # noqa: E402
from octocall.function import Function, Parameter  # noqa: E402
from octocall.generate import generate  # noqa: E402
from octocall.model import Model  # noqa: E402
from octocall.runtimes.torch import TorchRuntime, load_model  # noqa: E402
from octocall.train.causal_model import add_tokens  # noqa: E402
from octocall.types import Choice, Integer  # noqa: E402
from tests.causal.models import ANDROID, CODEC, FAMILIES, NOW, checkpoint, tokenizer_of  # noqa: E402

SHORT = (
    Function("set_level", "Sets a level.", (Parameter("level", Integer(0, 10)), Parameter("of", Choice(("sound", "light"))))), Function("stop_all", "Stops."),
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


class Forgetful:
    """A runtime that reads everything again at every step."""

    together = True

    def __init__(self, runtime: TorchRuntime) -> None:
        self.runtime = runtime

    def keep(self, ids: Sequence[int]) -> None:
        self.runtime.keep([])

    def start(self, prompts: Sequence[Sequence[int]]) -> list[list[int]]:
        return [list(prompt) for prompt in prompts]

    def step(self, state: list[list[int]], tokens: Sequence[Sequence[int]]) -> tuple[Any, list[list[int]]]:
        read = [[*before, *new] for before, new in zip(state, tokens, strict=True)]
        self.keep([])
        logits, _ = self.runtime.step(self.runtime.start(read), [[] for _ in read])
        return logits, read


def small(folder: Path, family: str, codec: Any = CODEC) -> Path:
    """A random model with functional tokens, as a bundle."""
    checkpoint(folder, family)
    model, tokenizer = load_model(folder), tokenizer_of(family)
    add_tokens(model, tokenizer, codec)
    model.save_pretrained(folder)
    causal.save(folder, codec, tokenizer, "torch", "# A random model\n")
    return folder


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_same_ids_with_and_without_cache_batched_and_alone(family: str, tmp_path: Path) -> None:
    model = Causal.load(small(tmp_path, family, PythonicCodec(ANDROID, template="{query} of {now} >")))
    assert isinstance(model.runtime, TorchRuntime)
    requests = [Request(text, NOW, functions=SHORT) for text in ("go", "make it seven please", "set the light to 3")]
    together = [decoded.symbols for _, decoded in model.decode(requests)]
    alone = [model.decode([request])[0][1].symbols for request in requests]
    forgetful = [generate(Forgetful(model.runtime), [model.mask(request)], [model.ids(request)])[0].symbols for request in requests]
    assert together == alone == forgetful


@pytest.mark.parametrize("family", ["llama", "gemma3"])
def test_a_kept_beginning_changes_nothing(family: str, tmp_path: Path) -> None:
    runtime = TorchRuntime(load_model(checkpoint(tmp_path, family)))
    prompts = [[5, 6, 7, 8, 9, 10, 11, 12, 13, 14], [5, 6, 7, 20], [30, 31]]
    plain = [runtime.step(runtime.start([prompt]), [[]])[0][0] for prompt in prompts]
    runtime.keep([5, 6, 7, 8, 9, 10, 11, 12])
    for prompt, wanted in zip(prompts, plain, strict=True):
        assert np.allclose(runtime.step(runtime.start([prompt]), [[]])[0][0], wanted, atol=1e-4)
    assert len(runtime.start([prompts[0]]).unread[0]) == 2 and len(runtime.start([prompts[1]]).unread[0]) == 1


def test_a_language_model_stands_in_for_a_bundle(tmp_path: Path) -> None:
    model = Model.load(small(tmp_path, "llama", PythonicCodec(ANDROID, template="{query} >")))
    assert model.catalog == ANDROID
    trace = model.trace("take a selfie", functions=SHORT, now=NOW)
    assert trace.valid and {call.name for call in trace.plan.calls} <= {"set_level", "stop_all", IRRELEVANT} and trace.steps and trace.plan.latency_ms > 0
    assert model.plan("x", functions=SHORT[1:], must_call=True) == Plan((Call("stop_all"),))
    assert not model.trace("take a selfie", functions=SHORT, masked=False).valid
    with pytest.raises(RequestError, match="empty request"):
        model.plan(" ")
    (tmp_path / "codec.json").write_text("{}")
    with pytest.raises(BundleError, match=r"codec\.json is not what"):
        Model.load(tmp_path)


def test_functional_tokens_know_their_catalog_alone(tmp_path: Path) -> None:
    small(tmp_path, "llama")
    with pytest.raises(RequestError, match="its catalog alone"):
        Model.load(tmp_path).plan("go", functions=SHORT)


def test_a_published_checkpoint_is_known_by_its_name(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "Octopus-v2", "gemma")
    assert causal.is_causal("NexaAIDev/Octopus-v2") and causal.is_causal("NexaAIDev/Octopus-v1-gemma-7B") and causal.is_causal(folder)
    assert not causal.is_causal("android") and not causal.is_causal("google/gemma-2b") and not causal.is_causal(tmp_path)
    with pytest.raises(BundleError, match="no token <nexa_0>"):
        Model.load(folder)
    model, tokenizer = load_model(folder), tokenizer_of("gemma")
    add_tokens(model, tokenizer, CODEC)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    found = Causal.load(folder)
    request = Request("Take a selfie", NOW)
    assert found.codec.prompt(request) == (
        "Below is the query from the users, please call the correct function and generate the parameters to call the function.\n\nQuery: Take a selfie \n\nResponse:"
    )
    assert found.codec.encode(Plan((Call("take_a_photo", {"camera": "front"}),)), request) == " <nexa_0>('front')<nexa_end>"
    kept = found.runtime._kept  # type: ignore[attr-defined]
    assert found.vocab.read(kept).endswith("function.\n\nQuery: ") or found.vocab.read(kept).endswith("function.\n\nQuery:")


@pytest.mark.parametrize("family", ["llama", "gemma", "qwen2", "qwen3", "gemma2", "gemma3"])
def test_llama_cpp_computes_what_torch_does(family: str, tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp", reason="GGUF needs the extra gguf")
    pytest.importorskip("gguf", reason="GGUF needs the extra gguf")
    from octocall.export.gguf import export

    codec = PythonicCodec(ANDROID, template="{query} >")
    bundle = small(tmp_path / "torch", family, codec)
    ours, tokenizer = TorchRuntime(load_model(bundle)), Causal.load(bundle).vocab.tokenizer
    (tmp_path / "gguf").mkdir()
    export(ours.model, tokenizer, tmp_path / "gguf", "float32")
    causal.save(tmp_path / "gguf", codec, tokenizer, "gguf", "")
    first, second = Causal.load(bundle), Causal.load(tmp_path / "gguf", threads=1)
    requests = [Request(text, NOW, functions=SHORT) for text in ("go", "make it seven please", "set the light to 3")]
    assert [plan for plan, _ in first.decode(requests)] == [plan for plan, _ in second.decode(requests)]
    prompts = [[5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], [5, 6, 7, 20]]
    a, b = first.runtime.start(prompts), second.runtime.start(prompts)
    for tokens in ([[], []], [[3], [4, 5, 6]], [[9], [7]]):
        (ours_say, a), (theirs_say, b) = first.runtime.step(a, tokens), second.runtime.step(b, tokens)
        assert np.allclose(ours_say, theirs_say, atol=0.02)


@pytest.mark.parametrize(("family", "pieces"), [("llama", "gpt2"), ("gemma", "llama")])
def test_a_gguf_file_holds_every_tensor_and_token(family: str, pieces: str, tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf", reason="GGUF needs the extra gguf")
    from octocall.export.gguf import export

    tokenizer = tokenizer_of(family)
    model = load_model(checkpoint(tmp_path, family))
    export(model, tokenizer, tmp_path, "int8")
    found = gguf.GGUFReader(tmp_path / "model.gguf")
    names = {tensor.name for tensor in found.tensors}
    tied = family == "gemma"
    assert len(names) == len(model.state_dict()) - tied and "blk.1.attn_q.weight" in names and ("output.weight" in names) != tied
    assert found.fields["tokenizer.ggml.model"].contents() == pieces and len(found.fields["tokenizer.ggml.tokens"].contents()) == tokenizer.get_vocab_size()
    assert {tensor.tensor_type.name for tensor in found.tensors} == {"F32", "Q8_0"}
    with pytest.raises(OctocallError, match="float32, float16"):
        export(model, tokenizer, tmp_path, "int3")


@pytest.mark.slow
@pytest.mark.parametrize("family", ["llama", "gemma3"])
@pytest.mark.parametrize(("kind", "precision"), [("onnx", ""), ("gguf", "float32")])
def test_an_export_keeps_the_plans(family: str, kind: str, precision: str, tmp_path: Path) -> None:
    for package in ("onnxscript", "onnxruntime") if kind == "onnx" else ("gguf", "llama_cpp"):
        pytest.importorskip(package, reason=f"exporting to {kind} needs an extra")
    bundle = small(tmp_path / "torch", family, FunctionalCodec(Catalog((*SHORT, Function(IRRELEVANT, "Nothing fits.")))))
    report = export_causal(bundle, tmp_path / kind, kind, precision)
    assert report == {"format": kind, "precision": "float32", "requests": 3, "same_plans": 1.0}
    first, second = Causal.load(bundle), Causal.load(tmp_path / kind)
    asked = [Request(text, NOW) for text in ("go", "make it seven please")]
    assert [plan for plan, _ in first.decode(asked)] == [plan for plan, _ in second.decode(asked)]
    assert "plans as in torch" in (tmp_path / kind / "card.md").read_text() and json.loads((tmp_path / kind / "codec.json").read_text())["weights"] == kind
    for wrong, message in ((bundle.parent, "no language model"), (tmp_path / kind, "an export already")):
        with pytest.raises(OctocallError, match=message):
            export_causal(wrong, tmp_path / "other", kind)
