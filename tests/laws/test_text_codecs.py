"""Laws 1 to 3 for codecs that write plans as text: in letters, and in the tokens of language models."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import octocall.codecs
from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.functional import FunctionalCodec
from octocall.codecs.pythonic import PythonicCodec
from octocall.codecs.text import END, TEXT_CODECS, TextCodec, Token
from octocall.errors import PlanError
from octocall.function import Function, Parameter, accepts_result
from octocall.generate import generate
from octocall.sources.python import load
from octocall.token_mask import TokenMask
from octocall.types import (
    Anything,
    Boolean,
    Choice,
    Context,
    Date,
    Dictionary,
    Email,
    Integer,
    IsoDateTime,
    IsoTime,
    Language,
    Limited,
    List,
    Number,
    Record,
    Text,
    Type,
)  # fmt: skip
from octocall.types.written import PUBLISHED
from octocall.vocab import TokenVocab
from tests.causal.small import byte_level, sentence_pieces
from tests.conftest import OPEN_SET

NOW = datetime(2026, 3, 4, 10, 30)
HARD = ["it's", 'say "hi"', "O'Neill & Söhne", "line one\nline two", "see you 😀 soon", "晚上 见", "a, b; c.", "100% <nexa_3>", "don’t “stop”", "x", "\\n", "None",
        " ( [ { 5", "<nexa_end>", "tab\there", "\x00\x7f", "dogs'", "a)b", "<eos>"]  # fmt: skip
texts = st.one_of(
    st.sampled_from(HARD), st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(lambda text: len(text) - len(text.lstrip()) < 8 and text.strip())
)
KINDS = Catalog((
    Function("book", "Books.", (
        Parameter("day", Date()), Parameter("at", IsoTime(), "", None), Parameter("until", IsoDateTime(), "", None), Parameter("mail", Email()),
        Parameter("language", Language(), "", "en"), Parameter("code", Limited(Text(), 2, 6, "^[a-z']+$")), Parameter("short", Limited(Text(), 1, 5), "", None),
    )),
    Function("mix", "Mixes.", (
        Parameter("ratio", Number(0, 1)), Parameter("small", Integer(-3, 12)), Parameter("either", Choice(("a'b", 1, True, "1", 2.5))),
        Parameter("names", Dictionary(Integer())), Parameter("any", Dictionary(), "", None), Parameter("sure", Boolean(), "", False),
    )),
    Function(IRRELEVANT, "Nothing here fits."),
), "kinds")  # fmt: skip
CATALOGS = {"android": load("octocall.catalogs.android"), "open": OPEN_SET, "kinds": KINDS}
CODECS = {"functional": FunctionalCodec, "pythonic": PythonicCodec}
TOKENIZERS = {"bytes": byte_level, "pieces": sentence_pieces, "prefixed": lambda special: sentence_pieces(special, prefix=True)}


@cache
def codec_of(catalog: str, name: str, published: bool = False) -> TextCodec:
    codec = CODECS[name](CATALOGS[catalog])
    return replace(codec, form=PUBLISHED, lead=" ") if published else codec


@cache
def mask_of(catalog: str, name: str, published: bool, tokenizer: str) -> TokenMask:
    codec = codec_of(catalog, name, published)
    return TokenMask(codec.grammar(Request("x", NOW)), TokenVocab(TOKENIZERS[tokenizer](codec.tokens), codec.tokens))


codecs = st.builds(codec_of, st.sampled_from(sorted(CATALOGS)), st.sampled_from(sorted(CODECS)))


def sample_plan(catalog: Catalog, rng: random.Random, values: list[str]) -> Plan:
    """A random plan over a catalog, canonical."""

    def argument(parameter: Parameter, arguments: dict[str, Any], nested: bool) -> Any:
        inner = [f for f in catalog if accepts_result(parameter, f)]
        if nested and inner and rng.random() < 0.2:
            return call(rng.choice(inner).name, nested=False)
        if not parameter.required and rng.random() < 0.4:
            return None
        return say(parameter.type)

    def say(kind: Type) -> Any:
        if isinstance(kind, Record):
            return {f.name: say(f.type) for f in kind.fields if f.required or rng.random() < 0.5}
        if isinstance(kind, List):
            items = [say(kind.item) for _ in range(rng.randint(max(1, kind.least), max(1, kind.least) + 2))]
            return items if not kind.unique or len(set(map(str, items))) == len(items) else items[:1]
        if isinstance(kind, Anything):
            return rng.choice([rng.choice(values), 5, -2.5, True, ["a", {"b": None}], {"it's": [1]}, ""])
        return rng.choice(values) if isinstance(kind, Text) else kind.sample(rng, Context(NOW)).value

    def call(name: str, nested: bool) -> Call:
        arguments: dict[str, Any] = {}
        missing = []
        for parameter in catalog[name].parameters:
            value = None if parameter.required and rng.random() < 0.1 else argument(parameter, arguments, nested)
            if value is not None:
                arguments[parameter.name] = value
            elif parameter.required:
                missing.append(parameter.name)
            elif (value := parameter.type.fill(parameter.default, Context(NOW, arguments=arguments))) is not None:
                arguments[parameter.name] = value
        return Call(name, arguments, tuple(missing))

    if rng.random() < 0.05:
        return Plan((Call(IRRELEVANT),))
    names = [f.name for f in catalog if f.name != IRRELEVANT]
    return Plan(tuple(call(rng.choice(names), nested=True) for _ in range(rng.randint(1, 3))))


def symbols(pieces: list[str]) -> list[Any]:
    return [symbol for piece in pieces for symbol in ([str(piece)] if isinstance(piece, Token) else piece.encode())]


@dataclass
class Noise:
    """Random logits: whatever it says, the mask must make a plan of it."""

    seed: int
    spread: float
    size: int
    together: bool = True

    def keep(self, ids: Any) -> None:
        """Nothing is read."""

    def start(self, prompts: Any) -> np.random.Generator:
        return np.random.default_rng(self.seed)

    def step(self, state: np.random.Generator, tokens: Any) -> tuple[NDArray[np.float32], np.random.Generator]:
        return state.normal(0.0, self.spread, (len(tokens), self.size)).astype(np.float32), state


def test_every_codec_of_the_folder_is_under_a_law() -> None:
    found = {path.stem for path in Path(octocall.codecs.__file__).parent.glob("*.py")}
    assert found - {"__init__", "signature", "writer", "text"} == {"spans", *CODECS} and set(TEXT_CODECS) == set(CODECS)


@settings(max_examples=40)
@given(codecs, st.integers(0, 10**9), st.lists(texts, min_size=1, max_size=4))
def test_decode_reverses_encode_and_the_grammar_accepts(codec: TextCodec, seed: int, values: list[str]) -> None:
    plan, request = sample_plan(codec.catalog, random.Random(seed), values), Request("do it", NOW)
    assert codec.decode(codec.encode(plan, request), request) == plan
    assert codec.grammar(request).accepts(symbols(codec.pieces(plan, request)))


@settings(max_examples=40)
@given(st.sampled_from(sorted(CATALOGS)), st.sampled_from(sorted(CODECS)), st.integers(0, 10**9), st.lists(texts, min_size=1, max_size=4))
def test_the_published_form_reverses_too_or_says_that_it_cannot(catalog: str, name: str, seed: int, values: list[str]) -> None:
    codec = codec_of(catalog, name, published=True)
    plan, request = sample_plan(codec.catalog, random.Random(seed), values), Request("do it", NOW)
    try:
        pieces = codec.pieces(plan, request)
    except PlanError:
        assert any(mark in str(plan) for mark in "'\"")
        return
    assert codec.decode("".join(pieces), request) == plan
    assert codec.grammar(request).accepts(symbols(pieces))


@pytest.mark.parametrize("text", ["it's", "O'Neill's", "dogs'", "'", "晚上 见", "a\nb", "say \\"])
def test_apostrophes_need_no_escape_in_the_published_form(text: str) -> None:
    codec = codec_of("android", "functional", published=True)
    plan, request = Plan((Call("send_text_message", {"contact_name": text, "message": text}),)), Request("do it", NOW)
    assert codec.encode(plan, request) == f" <nexa_7>('{text}', '{text}')<nexa_end>"
    assert codec.decode(codec.encode(plan, request), request) == plan
    assert codec.grammar(request).accepts(symbols(codec.pieces(plan, request)))


@settings(max_examples=15)
@given(
    st.sampled_from(sorted(CATALOGS)), st.sampled_from(sorted(CODECS)), st.booleans(), st.sampled_from(sorted(TOKENIZERS)), st.integers(0, 10**9), st.floats(0.1, 30)
)
def test_whatever_noise_says_is_a_valid_plan(catalog: str, name: str, published: bool, tokenizer: str, seed: int, spread: float) -> None:
    codec, request = codec_of(catalog, name, published), Request("do it", NOW)
    mask = mask_of(catalog, name, published, tokenizer)
    for decoded in generate(Noise(seed, spread, max(mask.vocab.tokenizer.get_vocab().values()) + 1), [mask], [[]]):
        plan = codec.decode(mask.vocab.read(decoded.symbols), request)
        catalogue = codec.candidates(request)
        assert decoded.valid and 0 <= decoded.confidence <= 1
        assert catalogue.check(plan) == plan


@settings(max_examples=15)
@given(
    st.sampled_from(sorted(CATALOGS)),
    st.sampled_from(sorted(CODECS)),
    st.sampled_from(sorted(TOKENIZERS)),
    st.integers(0, 10**9),
    st.lists(texts, min_size=1, max_size=4),
)
def test_the_mask_allows_every_encoding_in_tokens(catalog: str, name: str, tokenizer: str, seed: int, values: list[str]) -> None:
    codec, request, mask = codec_of(catalog, name), Request("do it", NOW), mask_of(catalog, name, False, tokenizer)
    plan = sample_plan(codec.catalog, random.Random(seed), values)
    ids = [i for piece in codec.pieces(plan, request) for i in ([mask.vocab.ids[piece]] if isinstance(piece, Token) else mask.vocab.encode(piece))]
    assert codec.decode(mask.vocab.read(ids), request) == plan
    state = 0
    for token in ids:
        assert token in mask.allowed(state)
        following = mask.advance(state, token)
        assert following is not None
        state = following
    assert mask.final(state) and mask.vocab.read(ids).endswith(END)
