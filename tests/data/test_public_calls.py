from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from octocall.call import Call
from octocall.catalog import IRRELEVANT, Catalog
from octocall.data import public_calls
from octocall.data.example import Example
from octocall.data.public_calls import documentation
from octocall.function import Function

SETS = ("snips", "hwu64", "clinc150", "thingpedia")


def public_rows(folder: Path, seed: int) -> tuple[dict[str, Function], list[Example], list[Example]]:
    found = public_calls.public_rows(folder, seed)
    return found.functions, found.train, found.held_out


def snips(intent: str, *parts: str | tuple[str, str]) -> str:
    return json.dumps({"intent": intent, "data": [{"text": p} if isinstance(p, str) else {"text": p[0], "entity": p[1]} for p in parts]})


def hwu(intent: str, text: str) -> str:
    return json.dumps({"intent": intent, "annotated": text})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in SETS:
        (tmp_path / name).mkdir()
    rows = [
        snips("BookRestaurant", "Book a ", ("pub", "restaurant_type"), " for ", ("seven", "party_size_number"), " in ", (" Avant ", "city")),
        snips("AddToPlaylist", "add ", ("Wing", "artist"), " to ", ("clarice's", "playlist_owner"), " ", ("nu metal", "playlist"), " list"),
        snips("AddToPlaylist", "add ", ("Wing", "artist"), " and ", ("Ruby", "artist"), " to ", ("nu metal", "playlist")),
    ]
    (tmp_path / "snips/train.jsonl").write_text("\n".join(rows))
    rows = [
        hwu("transport_ticket", "a [transport_type : train] ticket to [place_name : york] from downtown [place_name : leeds]"),
        hwu("audio_volume_up", "turn it up [change_amount : to sixty]"),
        hwu("email_query", "did [person : susan's] mail come"),
        hwu("general_praise", "well done [person : olly]"),
    ]
    (tmp_path / "hwu64/fold1_train.jsonl").write_text("\n".join(rows))
    content = {
        "train": [["what is my routing number", "routing"], ["are you a robot", "are_you_a_bot"]],
        "val": [],
        "oos_train": [["who won", "oos"]],
        "oos_val": [],
    }
    (tmp_path / "clinc150/data_full.json").write_text(json.dumps(content))
    start = "$dialogue @org.thingpedia.dialogue.transaction . execute ; "
    lines = [
        "1\tnull\tset the volume to NUMBER_0 % , then turn on my light bulb .\t" + start
        + "@org.thingpedia.volume-control . set_volume ( volume = NUMBER_0 ) ; @org.thingpedia.iot.light-bulb . set_power ( power = enum on ) ;",
        "2\tnull\twhen it starts raining at home , tweet QUOTED_STRING_0\t" + start
        + "monitor ( @org.thingpedia.weather . current ( location = $location . home ) ) filter status == enum raining"
        " => @com.twitter . post ( status = QUOTED_STRING_0 ) ;",
        "3\tnull\tpost something on facebook and get a HASHTAG_0 gif\t" + start + "@com.giphy . get ( tag = HASHTAG_0 ) ; @com.facebook . post ( ) ;",
        "4\tnull\ttweet my new pictures\t" + start + "monitor ( @com.instagram . get_pictures ( ) ) => @com.twitter . post ( status = $result ) ;",
    ]  # fmt: skip
    (tmp_path / "thingpedia/paraphrase.tsv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    recorded = (
        "====\n# log/1\nU: Play levitating by Dua Lipa.\nUT: $dialogue @org.thingpedia.dialogue.transaction.execute;\n"
        'UT: @org.thingpedia.media-source.playable() filter contains(artists, null^^org.thingpedia.media-source:artist("dua lipa")) && id =~ "levitating"'
        " => @org.thingpedia.media-player.play(playable=id);\n====\n# log/2\nU: hi\nUT: $dialogue @org.thingpedia.dialogue.transaction.greet;\n"
    )
    (tmp_path / "thingpedia/train.annotated.txt.gz").write_bytes(gzip.compress(recorded.encode()))
    return tmp_path


def plain(rows: list[Example]) -> dict[str, list[Call]]:
    """The calls by the place of the request."""
    return {row.source.removeprefix("hwu64/fold1_"): list(row.plan.calls) for row in rows}


def test_every_function_is_documented_and_every_rule_fits() -> None:
    for name in SETS:
        known = documentation(name)
        Catalog(tuple(one.function for one in known.values()))
        for one in known.values():
            names = {p.name for p in one.function.parameters} | {"-"}
            assert one.function.description and all(p.description for p in one.function.parameters), one.id
            assert {parameter for _, parameter, _ in one.rules} <= names, one.id


def test_requests_become_calls_with_the_places_of_their_values(folder: Path) -> None:
    functions, train, held_out = public_rows(folder, 3)
    for row in (*train, *held_out):
        for call in row.plan.calls:
            for spans in call.spans.values():
                assert all(row.request.text[begin:end].strip() == row.request.text[begin:end] != "" for begin, end in spans)
        called = [call.name for call in row.plan.calls if call.name != IRRELEVANT]
        assert [functions[name].name for name in row.candidates[: len(called)]] == called
        assert len({functions[name].name for name in row.candidates}) == len(row.candidates) <= 6
    for seed in range(4):  # slips of typing never touch a value, but its case
        _, train, held_out = public_rows(folder, seed)
        arguments = {place: [{k: str(v).lower() for k, v in call.arguments.items()} for call in calls] for place, calls in plain([*train, *held_out]).items()}
        assert arguments["snips/train.jsonl:1"] == [{"venue_type": "pub", "party_size": "7", "city": "avant"}]
        assert arguments["snips/train.jsonl:2"] == [{"artist": "wing", "owner": "clarice", "playlist": "nu metal"}]
        assert "snips/train.jsonl:3" not in arguments  # two values for one parameter
        assert arguments["train.jsonl:1"] == [{"vehicle": "train", "destination": "york", "origin": "leeds"}]
        assert arguments["train.jsonl:2"] == [{"amount": "sixty"}]
        assert arguments["train.jsonl:3"] == [{"sender": "susan"}]


def test_requests_that_nothing_serves_are_irrelevant(folder: Path) -> None:
    _, train, held_out = public_rows(folder, 3)
    calls = plain([*train, *held_out])
    assert [call.name for call in calls["clinc150/train:1"]] == ["find_routing_number"]
    for place in ("train.jsonl:4", "clinc150/train:2", "clinc150/oos_train:1", "thingpedia/train.annotated.txt:3"):
        assert [call.name for call in calls[place]] == [IRRELEVANT]


def test_programs_become_calls(folder: Path) -> None:
    _, train, held_out = public_rows(folder, 3)
    rows = {row.source.removeprefix("thingpedia/"): row for row in (*train, *held_out)}
    volume, light = rows["paraphrase.tsv:1"].plan.calls
    assert volume.name == "speaker_set_volume" and str(volume.arguments["volume"]) in rows["paraphrase.tsv:1"].request.text
    assert (light.name, light.arguments) == ("light_set_power", {"power": "on"})
    rule, tweet = rows["paraphrase.tsv:2"].plan.calls
    assert rule.name == "when_weather_changes" and rule.arguments["condition"] == "raining"
    assert rule.arguments["location"].lower() == "home" and tweet.arguments["status"] in rows["paraphrase.tsv:2"].request.text
    assert [call.missing for call in rows["paraphrase.tsv:3"].plan.calls] == [(), ("status",)]
    assert "paraphrase.tsv:4" not in rows  # a result that is passed on
    (play,) = rows["train.annotated.txt:2"].plan.calls
    assert play.name == "media_play" and {k: v.lower() for k, v in play.arguments.items()} == {"title": "levitating", "artist": "dua lipa"}


def test_what_is_held_out_is_not_trained_on(folder: Path) -> None:
    lines = [["please tell me the " + word + " of my bank", "routing"] for word in ("number", "code", "digits")]
    lines += [[f"{word} {intent.replace('_', ' ')}", intent] for intent in documentation("clinc150") for word in ("about", "show")]
    (folder / "clinc150/data_full.json").write_text(json.dumps({"train": lines, "val": [], "oos_train": [], "oos_val": []}))
    functions, train, held_out = public_rows(folder, 5)
    trained = {name for row in train for name in row.candidates}
    unseen = {name for name in functions if name.startswith("public/clinc150/")} - trained
    assert 5 <= len(unseen) <= 8
    assert {row.plan.calls[0].name for row in held_out} >= {functions[name].name for name in unseen}


def test_without_sets_there_is_nothing(tmp_path: Path) -> None:
    assert public_rows(tmp_path, 1) == ({}, [], [])
