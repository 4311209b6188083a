"""A catalog on top of the base: what is restored, what is learned, and the bundle that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra train")

from octocall.base import NOTHING, Base  # noqa: E402
from octocall.bundle import Bundle  # noqa: E402
from octocall.catalog import Catalog  # noqa: E402
from octocall.codecs.spans import SpansCodec  # noqa: E402
from octocall.decode import decode  # noqa: E402
from octocall.errors import BundleError  # noqa: E402
from octocall.export.tuned import write_tuned  # noqa: E402
from octocall.mask import Mask  # noqa: E402
from octocall.model import Model  # noqa: E402
from octocall.runtimes.open import OpenRuntime  # noqa: E402
from octocall.train.restore import restore_own  # noqa: E402
from octocall.train.trainer import Trainer, decision_loss  # noqa: E402
from octocall.train.tune import bound, read_rows, tune, untrained  # noqa: E402
from octocall.train.tuning import Tuned, Tuning  # noqa: E402
from tests.train.test_open import CONFIG, FUNCTIONS, examples, trained_in, write_base  # noqa: E402


@pytest.fixture(scope="module")
def folder(shared: Callable[[str, Callable[[Path], None]], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared("base", lambda folder: write_base(trained_in(tmp_path_factory.mktemp("run")), folder))


@pytest.fixture
def base(folder: Path, tmp_path: Path) -> Base:
    return Base(Bundle.open(folder), cache=tmp_path / "cache")


def codec_of(base: Base) -> SpansCodec:
    return SpansCodec(Catalog((*FUNCTIONS.values(), NOTHING), "home"), base.bundle.tokenizer, int(base.bundle.settings["max_pieces"]))


def test_what_is_restored_writes_the_same_plans(base: Base, folder: Path) -> None:
    codec = codec_of(base)
    given = bound(codec, base)
    tuned = Tuned(restore_own(folder), given).eval()
    mask, runtime = Mask(codec.grammar, codec.vocab), OpenRuntime(base.graphs, given)
    rows = [row for _, row in read_rows(examples(), codec, base)]
    assert len(rows) == len(examples())
    batch = Tuning(codec, given).collate(rows, 0, 0.0)
    with torch.no_grad():
        logits = tuned(batch)
    for example, row, own in zip(examples(), rows, logits, strict=True):
        # step by step through the exported graphs, with what the example decides
        reading = codec.read(example.request)
        state, previous, size = runtime.start(reading.ids), 0, len(codec.vocab)
        length = len(reading)
        for step, (kind, value, label) in enumerate(zip(row.kinds, row.values, row.labels, strict=True)):
            theirs, state = runtime.step(state, previous, int(label))
            longest = (own.shape[1] - size) // 2
            assert np.allclose(theirs, np.concatenate([own[step, : size + length], own[step, size + longest :][:length]]), atol=0.02)  # read in float16
            previous = int(value) + (0 if kind == 0 else size if kind == 1 else size + length)
        assert decode(runtime, codec, mask, reading).valid


def test_a_catalog_is_learned_and_its_bundle_answers(base: Base, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codec = codec_of(base)
    rows = [row for _, row in read_rows(examples(), codec, base)]
    tuned = untrained(codec, base)
    record = tune(tuned, codec, rows, rows, CONFIG, tmp_path / "run", lambda point: None, {"base": base.bundle.digest})
    assert record["curve"][-1]["held_out_right"] == 1.0 and record["data"] == {"base": base.bundle.digest}
    write_tuned(tuned, codec, base, tmp_path / "bundle")
    Bundle.save(tmp_path / "bundle", codec, "card", {"base": base.bundle.digest}, "tuned")
    model = Model.load(tmp_path / "bundle", base=base)
    for example in examples():
        assert model.plan(example.request) == codec.catalog.check(example.plan)
    monkeypatch.setattr(Bundle, "digest", "other")
    with pytest.raises(BundleError, match="another base"):
        Base(Bundle.open(folder), cache=tmp_path / "cache").tuned(Bundle.open(tmp_path / "bundle", folder))


def test_of_a_training_a_share_is_kept(base: Base) -> None:
    codec = codec_of(base)
    rows = [row for _, row in read_rows(examples()[:2], codec, base)]
    tuned = untrained(codec, base)
    batch = Tuning(codec, tuned.binding).collate(rows, 0, 0.0)
    with torch.no_grad():
        before = tuned.eval()(batch)
        for value in tuned.parameters():
            if value.requires_grad:
                value.add_(0.05)
        moved = tuned(batch)
        tuned.keep(0.0)
        assert not torch.allclose(moved, before, atol=1e-3) and torch.allclose(tuned(batch), before, atol=1e-4)


def test_functional_tokens_can_count_more() -> None:
    logits, targets = torch.tensor([[[2.0, 0.0], [0.0, 1.0]]]), torch.tensor([[0, 0]])
    plain, _ = decision_loss(logits, targets)
    costs = torch.nn.functional.cross_entropy(logits[0], targets[0], reduction="none")
    assert torch.isclose(plain, costs.mean())
    weighted, right = decision_loss(logits, targets, torch.tensor([[3.0, 1.0]]))
    assert torch.isclose(weighted, (3 * costs[0] + costs[1]) / 4) and right == 0


def test_weights_that_cannot_be_read_back(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="cannot be read back"):
        restore_own(tmp_path)


@pytest.mark.slow
def test_an_interrupted_tuning_goes_on(base: Base, tmp_path: Path) -> None:
    codec = codec_of(base)
    rows, given = [row for _, row in read_rows(examples(), codec, base)], bound(codec, base)

    def stop(point: dict[str, float]) -> None:
        if point["step"] == 45:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(untrained(codec, base), codec, rows, rows, CONFIG, tmp_path, stop, {})
    seen: list[float] = []
    tune(untrained(codec, base), codec, rows, rows, CONFIG, tmp_path, lambda point: seen.append(point["step"]), {})
    assert seen[0] == 41
    assert Trainer(Tuned(restore_own(base.bundle.folder), given), Tuning(codec, given), CONFIG, tmp_path / "new").step == 0
