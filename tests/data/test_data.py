from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest

from octocall.catalog import Catalog
from octocall.codecs.spans import SpansCodec
from octocall.data.compile import HERE, compile_data, held_out, template_key
from octocall.data.config import SynthConfig
from octocall.data.example import Example, read_examples, write_examples
from octocall.data.phrasebook import read_phrasebook, read_phrasebooks, read_shapes
from octocall.data.pools import Pools
from octocall.data.synthesize import Synthesizer
from octocall.data.verify import Verifier
from octocall.errors import DataError

SMALL = SynthConfig(rows_per_function=4, parallel=20, nested=20, irrelevant=10, seed=3)


def book(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "book.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_phrase_book_is_read(tmp_path: Path, android: Catalog) -> None:
    path = book(tmp_path, "[set_volume]\nmusic to {level} | volume_type=media\n[combined]\n"
                          "send_text_message(message=get_weather_forecast()) => text {contact_name=Ann} the weather in {location}\n")  # fmt: skip
    single, nested = read_phrasebook(path, android)
    assert single.kind == "single" and single.shapes[0].constants == {"volume_type": "media"}
    assert nested.kind == "nested" and [slot.call for slot in nested.slots] == [0, 1]
    assert nested.slots[0].words == "Ann"


@pytest.mark.parametrize(
    "line, why",
    [("[fly]\nup", "not a function"), ("loose words", "a section"), ("[set_volume]\n{loudness}", "no call takes"), ("[set_volume]\n{level", "brace"),
     ("[set_volume]\nx | pitch=3", "pitch"), ("[combined]\nset_volume( => x", "book:2")],
)  # fmt: skip
def test_mistakes_are_named_with_their_line(tmp_path: Path, android: Catalog, line: str, why: str) -> None:
    with pytest.raises(DataError, match=why):
        list(read_phrasebook(book(tmp_path, line), android))


def test_shapes() -> None:
    outer, other = read_shapes("send_email(title=x, content=take_a_photo(camera=front)); set_volume(level=0)")
    assert outer.nested["content"].constants == {"camera": "front"} and other.constants == {"level": "0"}


def test_shipped_books_are_large_and_every_phrasing_can_be_filled(android: Catalog, codec: SpansCodec) -> None:
    phrasings = read_phrasebooks(HERE / "phrasebooks" / "android", android)
    counts = {f.name: len({template_key(p) for p in phrasings if p.kind == "single" and p.shapes[0].name == f.name}) for f in android}
    counts.pop("irrelevant_function")
    assert min(counts.values()) >= 150, counts
    kinds = [p.kind for p in phrasings]
    assert kinds.count("irrelevant") >= 1500 and kinds.count("parallel") + kinds.count("nested") >= 300
    pools = Pools.load(HERE / "pools", phrasings, android)
    synthesizer, rng, now = Synthesizer(android, phrasings, pools, SMALL), random.Random(0), datetime(2026, 3, 4, 10, 30)
    failed = []
    for phrasing in phrasings:
        try:
            synthesizer.example([synthesizer.fill(phrasing, rng, now)], phrasing.source, rng, now)
        except ValueError as error:
            failed.append(f"{phrasing.source}: {error}")
    assert len(failed) < 0.005 * len(phrasings), failed


@pytest.mark.slow
def test_data_are_the_same_again_verified_and_disjoint(tmp_path: Path, codec: SpansCodec) -> None:
    first = compile_data(codec, SMALL, tmp_path / "a")
    compile_data(codec, SMALL, tmp_path / "b")
    for name in ("train.jsonl", "held_out.jsonl", "data_card.md"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    train, held = (list(read_examples(tmp_path / "a" / name)) for name in ("train.jsonl", "held_out.jsonl"))
    assert train == first[0].examples
    used = {source for e in train for source in e.source.split("+") if source != "public"}
    assert used.isdisjoint(source for e in held for source in e.source.split("+"))
    for example in train:
        reading = codec.read(example.request)
        assert codec.decode(codec.encode(example.plan, reading), reading) == example.plan


def test_a_sentence_around_a_request_leaves_its_values_in_place(android: Catalog, tmp_path: Path) -> None:
    (phrasing,) = read_phrasebook(book(tmp_path, "[get_weather_forecast]\nWill it rain in {location}\n"), android)
    pools = Pools({"location": ["Oslo"], "context.before": ["I'm in the car"], "context.after": ["No rush"]}, strange=0)
    synthesizer = Synthesizer(android, [phrasing], pools, SynthConfig(context=1))
    seen = set()
    for seed in range(40):
        rng = random.Random(seed)
        example = synthesizer.example([synthesizer.fill(phrasing, rng)], "x", rng)
        (call,) = example.plan.calls
        assert call.arguments["location"].lower() == "oslo" and example.kind == "single"
        seen.add(("car" in example.request.text.lower(), "rush" in example.request.text.lower()))
    assert (True, True) in seen


def test_the_split_hangs_on_the_words_alone() -> None:
    sides = [held_out(f"phrase {i}", 0.1) for i in range(2000)]
    assert 0.07 < sum(sides) / 2000 < 0.13 and sides == [held_out(f"phrase {i}", 0.1) for i in range(2000)]


def test_the_verifier_refuses_doubles_and_exam_rows(android: Catalog, codec: SpansCodec, tmp_path: Path) -> None:
    row = {"query": "make the screen as bright as it can be today", "calls": [{"name": "change_screen_brightness", "arguments": {"level": 10}}]}
    example = Example.from_json(row)
    verifier = Verifier(android, codec)
    assert verifier.reason(example) == "" and verifier.reason(example) == "duplicate"
    exam = Verifier(android, codec, ["please, the screen as bright as it can go"])
    assert exam.reason(example) == "shared with an exam"
    wrong = Example.from_json(row | {"calls": [{"name": "change_screen_brightness", "arguments": {"level": 11}}]})
    assert Verifier(android, codec).reason(wrong) == "PlanError"
    write_examples(tmp_path / "x.jsonl", [example])
    assert list(read_examples(tmp_path / "x.jsonl")) == [example]


def test_malformed_examples_are_named(tmp_path: Path) -> None:
    path = book(tmp_path, '{"query": 1}\n')
    with pytest.raises(DataError, match=r"book\.txt:1"):
        list(read_examples(path))
