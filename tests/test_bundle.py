from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

import octocall
from octocall.bundle import FILES, FORMAT, GRAPHS, MANIFEST, Bundle
from octocall.catalog import Catalog
from octocall.errors import BundleError
from octocall.files import digest
from octocall.function import Function, Parameter
from octocall.interchange import dump_catalog, load_catalog
from octocall.model import Model
from octocall.runtimes.scripted import Scripted
from octocall.types import Number


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
    for manifest in ([], {"format": FORMAT, "files": None}, {"format": FORMAT, "files": []}):
        (copy / MANIFEST).write_text(json.dumps(manifest))
        with pytest.raises(BundleError, match="not a complete bundle"):
            Bundle.open(copy)
    (copy / MANIFEST).unlink()
    with pytest.raises(BundleError, match=r"has no bundle\.json"):
        Bundle.open(copy)
    with pytest.raises(BundleError, match="no bundle 'nowhere'"):
        Bundle.open("nowhere")


@pytest.mark.parametrize("name, content", [
    ("catalog.json", b"[]"), ("catalog.json", b'{"name": "n", "functions": [{"name": "f", "parameters": [{"name": "x", "type": null}]}]}'),
    ("tokenizer.json", b"junk"), ("codec.json", b"{}"), ("codec.json", b'{"max_pieces": null, "symbols": []}'),
])  # fmt: skip
def test_content_that_fits_its_digest_and_is_no_bundle(copy: Path, name: str, content: bytes) -> None:
    (copy / name).write_bytes(content)
    (copy / MANIFEST).write_text(json.dumps({"format": FORMAT, "files": {file: digest(copy / file) for file in (*FILES, *GRAPHS["compiled"])}}))
    with pytest.raises(BundleError, match="not a complete bundle"):
        Bundle.open(copy)


def test_a_name_that_ships_is_no_folder_of_the_working_directory(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy.parent)
    copy.rename("android")
    assert Bundle.find("android").parent.name == "bundles"
    assert Bundle.find("./android") == Bundle.find(Path("android")) == Path("android")


def test_infinite_bounds_are_kept_in_json() -> None:
    catalog = Catalog((Function("f", "", (Parameter("x", Number(), ""), Parameter("y", Number(0.5), ""))),))
    text = json.dumps(dump_catalog(catalog), allow_nan=False)
    assert load_catalog(json.loads(text)) == catalog


def test_the_python_api(phone: Model) -> None:
    plan = phone.plan("Set an alarm in 20 minutes", now=datetime(2026, 3, 4, 10, 30))
    assert plan.calls[0].name == "set_timer_alarm"
    assert plan.calls[0].arguments == {"time": "10:50", "label": "alarm"}
    assert plan.latency_ms > 0 and 0 < plan.confidence <= 1


def test_text_keeps_its_case_spelling_and_emoji(phone: Model) -> None:
    text = "Send Zoë O'Hara a message saying “cu l8r  😀”"
    plan = phone.plan(text)
    assert plan.calls[0].arguments == {"contact_name": "Zoë O'Hara", "message": "cu l8r  😀"}
    start, end = plan.calls[0].spans["contact_name"][0]
    assert text[start:end] == "Zoë O'Hara"


def test_without_a_mask_the_network_alone_is_shown(phone: Model) -> None:
    """Plain requests come out the same without the mask; what the network alone cannot write is no plan."""
    trace = phone.trace("lock the front door", masked=False)
    assert trace.valid and trace.plan == phone.plan("lock the front door")
    silent = Model(Scripted([0], len(phone.codec.vocab)), phone.codec)
    assert not silent.trace("lock the front door", masked=False).valid


def test_the_same_request_gives_the_same_plan(phone: Model) -> None:
    text = "text Anna the weather in Paris and set the thermostat to 70"
    assert phone.plan(text) == phone.plan(text)
