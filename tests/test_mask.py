from __future__ import annotations

from octocall.codecs.spans import AND, CALL, DEFAULT, END, SpansCodec
from octocall.mask import Mask
from octocall.types import NEXT, START, STOP


def walk(mask: Mask, *symbols: str) -> int:
    place = 0
    for symbol in symbols:
        following = mask.advance(place, symbol)
        assert following is not None, symbol
        place = following
    return place


def test_only_functional_tokens_begin_a_plan(codec: SpansCodec) -> None:
    row = Mask(codec.grammar, codec.vocab).allowed(0)
    assert {codec.vocab.symbols[i] for i in row.allowed} == set(codec.catalog.tokens)
    assert row.label == CALL and not row.start and not row.stop


def test_choices_are_the_choices_of_the_parameter(codec: SpansCodec) -> None:
    mask = Mask(codec.grammar, codec.vocab)
    row = mask.allowed(walk(mask, codec.catalog.token("take_a_photo")))
    assert {codec.vocab.symbols[i] for i in row.allowed} == {"front", "back", DEFAULT}
    assert row.label == ("take_a_photo", "camera")


def test_a_span_that_starts_must_stop(codec: SpansCodec) -> None:
    mask = Mask(codec.grammar, codec.vocab)
    row = mask.allowed(walk(mask, codec.catalog.token("get_weather_forecast"), START))
    assert row.stop and not row.start and len(row.allowed) == 0


def test_single_spans_are_closed_without_a_decision(codec: SpansCodec) -> None:
    mask = Mask(codec.grammar, codec.vocab)
    place = walk(mask, codec.catalog.token("set_nest_temperature"), START, STOP)
    assert mask.forced(place) == codec.vocab.ids[NEXT]


def test_the_irrelevant_function_stands_alone(codec: SpansCodec) -> None:
    mask = Mask(codec.grammar, codec.vocab)
    place = walk(mask, codec.catalog.token("irrelevant_function"))
    assert mask.forced(place) == codec.vocab.ids[END]
    assert mask.advance(place, AND) is None


def test_rows_and_states_are_memoised(codec: SpansCodec) -> None:
    mask = Mask(codec.grammar, codec.vocab)
    token = codec.catalog.token("check_nest_smoke_detector_status")
    first = walk(mask, token, AND, token)
    assert mask.allowed(first) is mask.allowed(first)
    assert walk(mask, token, AND, token) == first
