"""What tests share: the phone's catalog, a small tokenizer, the shipped bundle where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import tokenizers
from hypothesis import HealthCheck, settings
from tokenizers import models, normalizers, pre_tokenizers, processors

import octocall
from octocall.catalog import Catalog
from octocall.codecs.spans import SpansCodec
from octocall.sources.python import load

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
settings.load_profile("default")


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


@pytest.fixture(scope="session", params=["letters", "shipped"])
def codec(android: Catalog, request: pytest.FixtureRequest) -> SpansCodec:
    """The phone's codec over a tokenizer of letters and over the one that ships."""
    if request.param == "letters":
        return SpansCodec(android, small_tokenizer(), max_pieces=2000)
    if not SHIPPED.is_file():
        pytest.skip(f"{SHIPPED} is not there: no bundle has been exported")
    return SpansCodec(android, tokenizers.Tokenizer.from_file(str(SHIPPED)), max_pieces=2000)


@pytest.fixture
def phone_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The simulated phone keeps its state in a folder of the test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


SHIPPED = Path(octocall.__file__).parent / "bundles" / "android" / "tokenizer.json"
DATA = Path(os.environ.get("OCTOCALL_DATA", "../shared/data"))
