"""Law 3 for signatures as they are published: whatever a network says of them, the plan parses and type-checks.

Signatures are drawn from the catalogue of operations in the data folder; OCTOCALL_SIGNATURES says how many (100; the whole law is 10,000).
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice, zip_longest

import pytest

from octocall.base import NOTHING
from octocall.call import Request
from octocall.catalog import Catalog
from octocall.codecs.functional import FunctionalCodec
from octocall.codecs.spans import SpansCodec
from octocall.decode import decode
from octocall.function import Function
from octocall.generate import generate
from octocall.importing.gather import gather
from octocall.mask import Mask
from octocall.runtimes.scripted import Dice
from octocall.sources.common.loaded import Remark
from octocall.token_mask import TokenMask
from octocall.vocab import TokenVocab
from tests.causal.small import byte_level
from tests.conftest import DATA, small_tokenizer
from tests.laws.test_text_codecs import Noise

CATALOGUE = DATA / "api-catalogue"
MANY = int(os.environ.get("OCTOCALL_SIGNATURES", "100"))
REQUESTS = [
    "for 20 minutes or 3.5 kg, 70% of -4, on 2026-05-01 at 7 pm tomorrow, jo@example.com",
    'get (415) 555-0199 "all of it", {"a": 1}, [1, 2], true, https://example.com/x?y=1 and nothing else',
    "a",
]


def drawn() -> Iterator[Function]:
    """Every seventh signature of each of the catalogue's files, from all files in turn."""
    files = [(row[1] for row in gather([str(file)]) if not isinstance(row, Remark)) for file in sorted(CATALOGUE.glob("*.jsonl.gz"))]
    for turn in zip_longest(*(islice(functions, 0, None, 7) for functions in files)):
        yield from filter(None, turn)


@pytest.mark.skipif(not CATALOGUE.is_dir(), reason="the catalogue of operations is not in the data folder")
def test_no_network_writes_what_a_published_signature_does_not_allow() -> None:
    tokenizer, rng, number = small_tokenizer(), random.Random(0), 0
    for number, function in enumerate(islice(drawn(), MANY), 1):
        codec = SpansCodec(Catalog((replace(function, name="drawn"), NOTHING)), tokenizer)
        mask = Mask(codec.grammar, codec.vocab)
        reading = codec.read(Request(rng.choice(REQUESTS), datetime(2026, 3, 4, 10, 30)))
        plan = codec.decode(decode(Dice(number, len(codec.vocab), rng.choice((1.0, 5.0, 20.0))), codec, mask, reading).symbols, reading)
        assert codec.catalog.check(plan) == plan
    assert number == MANY


@pytest.mark.skipif(not CATALOGUE.is_dir(), reason="the catalogue of operations is not in the data folder")
def test_no_language_model_writes_what_a_published_signature_does_not_allow() -> None:
    tokenizer, request = byte_level(("<nexa_0>", "<nexa_1>", "<nexa_end>")), Request("x", datetime(2026, 3, 4, 10, 30))
    for number, function in enumerate(islice(drawn(), MANY // 5)):
        codec = FunctionalCodec(Catalog((replace(function, name="drawn"), NOTHING)))
        vocab = TokenVocab(tokenizer, codec.tokens)
        [decoded] = generate(Noise(number, 5.0, tokenizer.get_vocab_size()), [TokenMask(codec.grammar(request), vocab)], [[]])
        plan = codec.decode(vocab.read(decoded.symbols), request)
        assert decoded.valid and codec.catalog.check(plan) == plan
