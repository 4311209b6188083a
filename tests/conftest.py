"""What tests share: the phone's catalog, a small tokenizer, the shipped bundle where there is one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import tokenizers
from hypothesis import HealthCheck, settings
from tokenizers import models, normalizers, pre_tokenizers, processors

import octocall
from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.spans import SpansCodec
from octocall.function import Function, Parameter
from octocall.sources.python import load
from octocall.types import Anything, Boolean, Choice, Field, Integer, List, Number, Record, Text

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
settings.load_profile("default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that no test process is left with one of them while the others are done."""
    items.sort(key=lambda item: Path(item.nodeid).parent.name != "train")


def small_tokenizer() -> tokenizers.Tokenizer:
    """A BERT-like tokenizer whose word pieces are single characters."""
    letters = [chr(c) for c in range(33, 127)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters)]
    tokenizer = tokenizers.Tokenizer(models.WordPiece({p: i for i, p in enumerate(dict.fromkeys(pieces))}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


@pytest.fixture(scope="session")
def android() -> Catalog:
    return load("octocall.catalogs.android")


OPEN_SET = Catalog((
    Function("plan_trip", "Plans a trip.", (
        Parameter("stops", List(Record((Field("place", Text()), Field("nights", Integer(), False), Field("tags", List(Choice(("sea", "city"))), False))))),
        Parameter("budget", Record((
            Field("amount", Number()), Field("unit", Text(), False, "either 'eur' or 'usd'"), Field("range", Record((Field("low", Integer()),)), False),
        )), "", None),
        Parameter("note", Text(), "Free text, 'none' where there is none", "none"),
    )),
    Function("add", "Adds numbers.", (
        Parameter("numbers", List(Number(), 2)), Parameter("table", List(List(Integer())), "", None), Parameter("flags", List(Boolean()), "", None),
    )),
    Function("give", "Gives anything.", (Parameter("what", Anything()), Parameter("words", List(Text(), unique=True)))),
    Function(IRRELEVANT, "Nothing here fits."),
), "open")  # fmt: skip
"""Lists and records in every combination."""


@pytest.fixture(scope="session", params=["letters", "shipped"])
def codec(android: Catalog, request: pytest.FixtureRequest) -> SpansCodec:
    """The phone's codec over a tokenizer of letters and over the one that ships."""
    return phone_codec(android, request.param)


def phone_codec(android: Catalog, tokenizer: str) -> SpansCodec:
    if tokenizer == "letters":
        return SpansCodec(android, small_tokenizer(), max_pieces=2000)
    if not SHIPPED.is_file():
        pytest.skip(f"{SHIPPED} is not there: no bundle has been exported")
    return SpansCodec(android, tokenizers.Tokenizer.from_file(str(SHIPPED)), max_pieces=2000)


@pytest.fixture(scope="session", params=["letters", "shipped", "open"])
def any_codec(android: Catalog, request: pytest.FixtureRequest) -> SpansCodec:
    """Those of the phone, and one of lists and records."""
    if request.param == "open":
        return SpansCodec(OPEN_SET, small_tokenizer(), max_pieces=2000)
    return phone_codec(android, request.param)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """What takes long to make, made once for all test processes: ``shared(name, make)`` is the folder that ``make`` has filled."""
    from filelock import FileLock  # comes with torch

    own = tmp_path_factory.getbasetemp()
    root = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder = root / f"shared-{name}"
        with FileLock(root / f"{name}.lock"):
            if not folder.is_dir():
                part = root / f"shared-{name}.{os.getpid()}"
                make(part)
                part.rename(folder)
        return folder

    return made


@pytest.fixture
def phone_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The simulated phone keeps its state in a folder of the test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


SHIPPED = Path(octocall.__file__).parent / "bundles" / "android" / "tokenizer.json"
DATA = Path(os.environ.get("OCTOCALL_DATA", "../shared/data"))
