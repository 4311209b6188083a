"""Laws 1 to 3: what is encoded decodes to itself, is accepted by the grammar, and noise decodes to valid plans."""

from __future__ import annotations

import random
from datetime import datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.spans import SpansCodec
from octocall.decode import decode
from octocall.function import Function, Parameter, accepts_result
from octocall.mask import Mask
from octocall.runtimes.scripted import Dice, Scripted
from octocall.types import START, STOP, Context, Integer, List, Record, Text, Type
from tests.conftest import small_tokenizer

NOW = datetime(2026, 3, 4, 10, 30)
HARD = ["it's", 'say "hi"', "O'Neill & Söhne", "line one\nline two", "see you 😀 soon", "晚上 见", "a, b; c.", "100% <call_3>", "don’t “stop”", "x"]
texts = st.one_of(st.sampled_from(HARD), st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")), min_size=1, max_size=12))


def sample_plan(codec: SpansCodec, rng: random.Random, values: list[str]) -> tuple[Request, Plan]:
    """A random plan over the whole catalog, and a request in which its values stand."""
    words = ["start"]

    def argument(parameter: Parameter, arguments: dict[str, object], nested: bool) -> object:
        kind = parameter.type
        inner = [f for f in codec.catalog if accepts_result(parameter, f)]
        if nested and inner and rng.random() < 0.2:
            return call(rng.choice(inner).name, nested=False)
        if not parameter.required and rng.random() < 0.4:
            return kind.fill(parameter.default, Context(NOW, arguments=dict(arguments)))
        return say(kind, arguments)

    def say(kind: Type, arguments: dict[str, object], listed: bool = False) -> object:
        if isinstance(kind, Record):
            return {f.name: say(f.type, arguments) for f in kind.fields if f.required or rng.random() < 0.5}
        if isinstance(kind, List):
            items = [say(kind.item, arguments, True) for _ in range(rng.randint(max(1, kind.least), max(1, kind.least) + 2))]
            return items if not kind.unique or len(set(map(str, items))) == len(items) else items[:1]
        text = rng.choice(values if not listed else ["x", "it's", "晚上 见", "😀"]) if isinstance(kind, Text) else kind.sample(rng, Context(NOW)).text
        value = kind.parse(text, Context(NOW, arguments=dict(arguments)))
        if kind.pointed:
            words.extend([text, rng.choice(("|", "with", "in"))])
        return value

    def call(name: str, nested: bool) -> Call:
        arguments: dict[str, object] = {}
        missing = []
        for parameter in codec.catalog[name].parameters:
            value = None if parameter.required and rng.random() < 0.1 else argument(parameter, arguments, nested)
            if value is None and not parameter.required:
                value = parameter.type.fill(parameter.default, Context(NOW, arguments=arguments))
            if value is not None:
                arguments[parameter.name] = value
            elif parameter.required:
                missing.append(parameter.name)
        return Call(name, arguments, tuple(missing))

    if rng.random() < 0.05:
        return Request("nothing that fits", NOW), Plan((Call(IRRELEVANT),))
    names = [f.name for f in codec.catalog if f.name != IRRELEVANT]
    calls = tuple(call(rng.choice(names), nested=True) for _ in range(rng.randint(1, 3)))
    return Request(" ".join(words), NOW), Plan(calls)


def grammar_symbols(codec: SpansCodec, symbols: list[int], pieces: int) -> list[str]:
    size = len(codec.vocab)
    return [codec.vocab.symbols[s] if s < size else START if s < size + pieces else STOP for s in symbols]


def script_of(codec: SpansCodec, symbols: list[int], pieces: int) -> list[int]:
    """The symbols that the network chooses: those that the mask forces are left out."""
    mask, place, script = Mask(codec.grammar, codec.vocab), 0, []
    for symbol, name in zip(symbols, grammar_symbols(codec, symbols, pieces), strict=True):
        if mask.forced(place) is None:
            script.append(symbol)
        following = mask.advance(place, name)
        assert following is not None
        place = following
    return script


@given(st.integers(0, 10**9), st.lists(texts, min_size=1, max_size=4))
def test_decode_reverses_encode_and_the_grammar_accepts(any_codec: SpansCodec, seed: int, values: list[str]) -> None:
    codec = any_codec
    request, plan = sample_plan(codec, random.Random(seed), [v for v in values if codec.tokenizer.encode(v).ids[1:-1]] or ["x"])
    reading = codec.read(request)
    symbols = codec.encode(plan, reading)
    assert codec.decode(symbols, reading) == plan
    assert codec.grammar.accepts(grammar_symbols(codec, symbols, len(reading)))


@given(st.integers(0, 10**9), st.text(min_size=1, max_size=60).filter(lambda t: t.strip()), st.floats(0.1, 30))
def test_whatever_noise_says_is_a_valid_plan(any_codec: SpansCodec, seed: int, text: str, spread: float) -> None:
    codec = any_codec
    assume(any(word is not None for word in codec.tokenizer.encode(text).word_ids))
    reading = codec.read(Request(text, NOW))
    mask = Mask(codec.grammar, codec.vocab)
    decoded = decode(Dice(seed, len(codec.vocab), spread), codec, mask, reading)
    plan = codec.decode(decoded.symbols, reading)
    assert decoded.valid and 0 <= decoded.confidence <= 1
    assert codec.catalog.check(plan) == plan
    names = {f.name for f in codec.catalog}
    assert all(call.name in names for outer in plan.calls for call in outer.walk())


@given(st.integers(0, 10**9))
def test_noise_over_requests_full_of_values_reads_typed_values(any_codec: SpansCodec, seed: int) -> None:
    codec = any_codec
    text = "mail jo@example.com at 7 pm tomorrow for 20 minutes, call (415) 555-0199 in Spanish, 72 degrees or 70%"
    reading = codec.read(Request(text, NOW))
    decoded = decode(Dice(seed, len(codec.vocab)), codec, Mask(codec.grammar, codec.vocab), reading)
    plan = codec.decode(decoded.symbols, reading)
    assert codec.catalog.check(plan) == plan


@given(st.integers(0, 10**9), st.lists(texts, min_size=1, max_size=4))
def test_a_scripted_network_writes_the_plan(any_codec: SpansCodec, seed: int, values: list[str]) -> None:
    """Forced symbols are left out of the script: the loop supplies them."""
    codec = any_codec
    request, plan = sample_plan(codec, random.Random(seed), [v for v in values if codec.tokenizer.encode(v).ids[1:-1]] or ["x"])
    reading, mask = codec.read(request), Mask(codec.grammar, codec.vocab)
    symbols = codec.encode(plan, reading)
    decoded = decode(Scripted(script_of(codec, symbols, len(reading)), len(codec.vocab)), codec, mask, reading)
    assert list(decoded.symbols) == symbols
    assert decoded.confidence > 0.99


def test_digits_and_letters_in_one_word_can_be_parted() -> None:
    codec = SpansCodec(Catalog((Function("cut", "", (Parameter("width", Integer()), Parameter("depth", Integer()))),)), small_tokenizer())
    for text, width, depth in (("cut 5cm deep 12mm", 5, 12), ("from 45° to 90°", 45, 90), ("3 and -3 or 4", 3, 4), ("-3 or 3, 9", 3, 9)):
        reading = codec.read(Request(text, NOW))
        plan = Plan((Call("cut", {"width": width, "depth": depth}),))
        symbols = codec.encode(plan, reading)
        assert codec.decode(symbols, reading) == plan
        mask = Mask(codec.grammar, codec.vocab)
        decoded = decode(Scripted(script_of(codec, symbols, len(reading)), len(codec.vocab)), codec, mask, reading)
        assert list(decoded.symbols) == symbols  # the mask lets through what is encoded
