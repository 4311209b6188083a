from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

import octocall
from octocall.bundle import FILES, MANIFEST, Bundle
from octocall.errors import BundleError
from octocall.model import Model


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(Bundle.find("android"), tmp_path / "copy"))


@pytest.fixture(scope="module")
def phone() -> Model:
    return octocall.load("android")


def test_the_shipped_bundle_is_of_this_catalog_and_small(android: octocall.Catalog) -> None:
    bundle = Bundle.open("android")
    assert bundle.catalog == android
    assert sum(path.stat().st_size for path in bundle.folder.iterdir()) < 40_000_000


def test_a_changed_file_is_refused(copy: Path) -> None:
    for name in FILES:
        content = (copy / name).read_bytes()
        (copy / name).write_bytes(content[:-1])
        with pytest.raises(BundleError, match=r"is not what the bundle was made with"):
            Bundle.open(copy)
        (copy / name).write_bytes(content)
    Bundle.open(copy)


def test_a_foreign_or_incomplete_bundle_is_refused(copy: Path) -> None:
    (copy / "step.onnx").unlink()
    with pytest.raises(BundleError, match="not a complete bundle"):
        Bundle.open(copy)
    (copy / MANIFEST).write_text(json.dumps({"format": "other"}))
    with pytest.raises(BundleError, match="'other'"):
        Bundle.open(copy)
    (copy / MANIFEST).write_text("[]")
    with pytest.raises(BundleError):
        Bundle.open(copy)
    with pytest.raises(BundleError, match="no bundle 'nowhere'"):
        Bundle.open("nowhere")


def test_the_python_api(phone: Model) -> None:
    plan = phone.plan("Set an alarm in 20 minutes", now=datetime(2026, 3, 4, 10, 30))
    assert plan.calls[0].name == "set_timer_alarm"
    assert plan.calls[0].arguments == {"time": "10:50", "label": "alarm"}
    assert plan.latency_ms > 0 and 0 < plan.confidence <= 1


def test_text_keeps_its_case_spelling_and_emoji(phone: Model) -> None:
    plan = phone.plan('Text Zoë O\'Hara "cu l8r 😀"')
    assert plan.calls[0].arguments["contact_name"] == "Zoë O'Hara"
    start, end = plan.calls[0].spans["contact_name"][0]
    assert 'Text Zoë O\'Hara "cu l8r 😀"'[start:end] == "Zoë O'Hara"


def test_without_a_mask_the_answer_is_a_plan_or_nothing(phone: Model) -> None:
    trace = phone.trace("lock the front door", masked=False)
    assert (trace.valid and trace.plan.calls) or (not trace.valid and not trace.plan.calls)


def test_the_same_request_gives_the_same_plan(phone: Model) -> None:
    text = "text Anna the weather in Paris and set the thermostat to 70"
    assert phone.plan(text) == phone.plan(text)
