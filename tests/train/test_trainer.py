"""Training, resuming and exporting a tiny random network of the same architecture."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra train")

from octocall.call import Call, Plan, Request  # noqa: E402
from octocall.catalog import Catalog  # noqa: E402
from octocall.codecs.spans import SpansCodec  # noqa: E402
from octocall.data.example import Example  # noqa: E402
from octocall.decode import decode  # noqa: E402
from octocall.errors import OctocallError  # noqa: E402
from octocall.export.onnx import TorchRuntime, export, export_int8, parity  # noqa: E402
from octocall.mask import Mask  # noqa: E402
from octocall.runtimes.onnx import OnnxRuntime  # noqa: E402
from octocall.train.batches import collate  # noqa: E402
from octocall.train.config import TrainConfig  # noqa: E402
from octocall.train.networks import Encoder  # noqa: E402
from octocall.train.trainer import Compiled, Trainer, build, encode_all  # noqa: E402
from tests.conftest import small_tokenizer  # noqa: E402

NOW = datetime(2026, 3, 4, 10, 30)
CONFIG = TrainConfig(steps=200, batch_size=8, learning_rate=2e-3, encoder_rate=1e-3, warmup=5, decoder_inner=64, decoder_heads=4, dropout=0.1,
                     freeze_words=False, evaluate_every=200, checkpoint_every=40, precision="float32", threads=1)  # fmt: skip


def examples() -> list[Example]:
    rows = [
        ("lock it", Call("open_or_lock_door", {"status": "lock"})),
        ("open it", Call("open_or_lock_door", {"status": "open"})),
        ("a selfie", Call("take_a_photo", {"camera": "front"})),
        ("sky of Rome", Call("get_weather_forecast", {"location": "Rome"})),
        ("sky of Oslo", Call("get_weather_forecast", {"location": "Oslo"})),
        ("wake at 7", Call("set_timer_alarm", {"time": "07:00", "label": "alarm"})),
        ("smoke ok", Call("check_nest_smoke_detector_status")),
        ("hm", Call("irrelevant_function")),
    ]
    return [Example(Request(text, NOW), Plan((call,)), text) for text, call in rows]


@pytest.fixture(scope="module")
def small(request: pytest.FixtureRequest) -> SpansCodec:
    from octocall.sources.python import load

    catalog: Catalog = load("octocall.catalogs.android")
    return SpansCodec(catalog, small_tokenizer())


def new_trainer(codec: SpansCodec, folder: Path, config: TrainConfig = CONFIG) -> Trainer:
    torch.manual_seed(0)
    encoder = Encoder(codec.tokenizer.get_vocab_size(), 512, 32, 2, 4, 64, dropout=config.dropout)
    return Trainer(build(codec, encoder, config), Compiled(codec), config, folder)


@pytest.fixture(scope="module")
def trained(small: SpansCodec, tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    trainer = new_trainer(small, tmp_path_factory.mktemp("run"))
    rows = encode_all(examples(), small)
    trainer.train(rows, rows, lambda point: None)
    return trainer


def test_eight_examples_are_learned(small: SpansCodec, trained: Trainer) -> None:
    runtime, mask = TorchRuntime(trained.network), Mask(small.grammar, small.vocab)
    for example in examples():
        reading = small.read(example.request)
        assert small.decode(decode(runtime, small, mask, reading).symbols, reading) == example.plan
    assert trained.curve[-1]["held_out_right"] == 1.0


def test_teacher_forcing_and_cached_steps_agree(small: SpansCodec, trained: Trainer) -> None:
    """Law 4: the same logits with the cache, step by step, as without it, and batched as alone."""
    rows = encode_all(examples(), small)
    batch = collate(rows, small)
    with torch.no_grad():
        together = trained.network.eval()(batch.ids, batch.mask, batch.symbols, batch.labels)
    runtime, size, length = TorchRuntime(trained.network), len(small.vocab), batch.ids.shape[1]
    for i, row in enumerate(rows):
        state, n = runtime.start(tuple(int(x) for x in row.ids)), len(row.ids)
        for step in range(len(row.kinds)):
            symbol = int(batch.symbols[i, step])
            symbol -= (symbol >= size + length) * (length - n)  # pointers to the last word lie closer without padding
            logits, state = runtime.step(state, symbol, int(row.labels[step]))
            wide = together[i, step]
            expected = torch.cat([wide[: size + n], wide[size + length : size + length + n]])
            assert torch.allclose(torch.tensor(logits), expected, atol=2e-4)


def test_an_interrupted_run_ends_as_an_uninterrupted_one(small: SpansCodec, tmp_path: Path, trained: Trainer) -> None:
    rows = encode_all(examples(), small)

    def stop(point: dict[str, float]) -> None:
        if point["step"] == 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        new_trainer(small, tmp_path).train(rows, rows, stop)
    again = new_trainer(small, tmp_path)
    again.train(rows, rows, lambda point: None)
    for one, other in zip(again.network.parameters(), trained.network.parameters(), strict=True):
        # sums in another order differ in the last digits, and 60 steps of AdamW carry that on
        assert torch.allclose(one, other, atol=2e-3)


def test_a_checkpoint_of_another_configuration_is_refused(small: SpansCodec, trained: Trainer) -> None:
    other = new_trainer(small, trained.folder, TrainConfig(**(vars(CONFIG) | {"learning_rate": 1.0})))
    with pytest.raises(OctocallError, match="another configuration"):
        other.resume()


@pytest.fixture(scope="module")
def exported(trained: Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnxscript", reason="exporting needs the extra train")
    folder: Path = tmp_path_factory.mktemp("float32")
    export(trained.network, folder)
    return folder


@pytest.mark.slow
def test_exports_keep_the_plans(small: SpansCodec, trained: Trainer, exported: Path, tmp_path: Path) -> None:
    requests = [example.request for example in examples()] + [Request("sky of Lima and Bonn " * k, NOW) for k in (1, 3)]
    export_int8(trained.network, tmp_path / "int8")
    reference = TorchRuntime(trained.network)
    assert parity(small, OnnxRuntime(exported), reference, requests) == 1.0
    assert parity(small, OnnxRuntime(tmp_path / "int8"), reference, requests[:8]) >= 0.75


def test_more_decisions_than_positions(trained: Trainer, exported: Path) -> None:
    """The mask allows more decisions than the network has positions; the last one is shared."""
    ours, reference = OnnxRuntime(exported), TorchRuntime(trained.network)
    one, other = ours.start((2, 5, 6, 3)), reference.start((2, 5, 6, 3))
    for _ in range(CONFIG.max_steps + 8):
        logits, one = ours.step(one, 1, 0)
        expected, other = reference.step(other, 1, 0)
    assert torch.allclose(torch.tensor(logits), torch.tensor(expected), atol=2e-3)


def test_a_checkpoint_of_other_data_is_refused(small: SpansCodec, trained: Trainer) -> None:
    torch.manual_seed(0)
    encoder = Encoder(small.tokenizer.get_vocab_size(), 512, 32, 2, 4, 64, dropout=0.0)
    other = Trainer(build(small, encoder, CONFIG), Compiled(small), CONFIG, trained.folder, {"train.jsonl": "0"})
    with pytest.raises(OctocallError, match="another data"):
        other.resume()


@pytest.mark.parametrize("setting", [{"batch_size": 0}, {"evaluate_every": 0}, {"precision": "fp16"}])
def test_settings_no_run_can_have(setting: dict[str, object]) -> None:
    with pytest.raises(OctocallError, match=next(iter(setting))):
        TrainConfig(**setting)  # type: ignore[arg-type]


def test_no_rows(small: SpansCodec, tmp_path: Path) -> None:
    with pytest.raises(OctocallError, match="no training rows"):
        new_trainer(small, tmp_path).train([], [], lambda point: None)
