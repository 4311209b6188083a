"""Examples of one's own: how they are read, what is wrong with them, and the numbers and units they tell of."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from octocall.base import NOTHING
from octocall.catalog import Catalog
from octocall.data.bookrows import Books
from octocall.data.deeds import Deeds
from octocall.data.functionbook import Group, Wish
from octocall.data.meant import as_meant
from octocall.data.noise import Piece
from octocall.data.own import KEPT, NOW, Given, kept_back, placed, read_lines, read_own, wish_of
from octocall.errors import DataError
from octocall.function import Function, Parameter
from octocall.sources.common.told import as_told
from octocall.types import Boolean, Choice, Context, Date, DateTime, Integer, List, Number, Text

VOLUME = Function("set_volume", "Sets the volume.", (Parameter("level", Integer(0, 100), "How loud"),))
PLAY = Function(
    "play", "Plays a song.", (Parameter("song", Text(), "Its title"), Parameter("artist", Text(), "Who plays it", ""), Parameter("loop", Boolean(), "", False))
)
TASKS = [("call the vet", "Home"), ("buy oat milk", "Shop"), ("email Ruth about the keys", "Work"), ("passport", "Travel")]
CATALOG = Catalog((VOLUME, PLAY, NOTHING), "music")


def write(folder: Path, *rows: object) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return path


def test_rows_are_read_and_bad_ones_named_with_their_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {"query": "volume 40", "calls": [{"name": "set_volume", "arguments": {"level": 40}}]},
        "no json",
        {"query": "play Hurt by Johnny Cash", "calls": [{"name": "play", "arguments": {"song": "Hurt", "artist": "Johnny Cash"}}]},
        {"query": "play Hurt", "calls": [{"name": "play", "arguments": {"song": "Hello"}}]},
        {"query": "play Hurt", "calls": [{"name": "stop", "arguments": {}}]},
        {"query": "volume 400", "calls": [{"name": "set_volume", "arguments": {"level": 400}}]},
        {"calls": []},
        {"query": "what a day", "calls": []},
        {"query": "the volume please", "calls": [{"name": "set_volume", "arguments": {}, "missing": ["level"]}]},
        {"query": "no", "calls": [{"name": "set_volume", "arguments": ["den"]}]},
        {"query": "no", "calls": [{"name": ["set_volume"]}]},
        {"query": "nothing", "calls": [{"name": "irrelevant_function"}]},
    )
    given, none = read_own(path)
    found, contradicting = placed(given, CATALOG)
    assert [example.kind for example in found] == ["single", "single", "irrelevant", "single", "irrelevant"] and found[3].plan.missing == ("set_volume.level",)
    assert [remark.split(":")[1] for remark in none] == ["2", "7", "10", "11"] and "'query' is missing" in none[1]
    assert [remark.split(":")[1] for remark in contradicting] == ["4", "5", "6"]
    assert "does not stand in the request" in contradicting[0] and "there is no function 'stop'" in contradicting[1]
    with pytest.raises(DataError, match="cannot be read"):
        read_own(tmp_path / "nowhere.jsonl")


def test_examples_of_docstrings_are_literals_and_nothing_else() -> None:
    lines = {"set_volume": ['"turn it to 30" -> set_volume(level=30)', "boom -> __import__('os').system('x')", "half => set_volume(50)", "turn on the lamp ->"]}
    given, remarks = read_lines(lines)
    assert [(one.query, one.calls) for one in given] == [("turn it to 30", [("set_volume", {"level": 30}, ())])]
    assert len(remarks) == 3 and all("no call with named arguments" in remark for remark in remarks[:2]) and "no call behind the arrow" in remarks[2]


def test_numbers_that_are_meant_and_not_said_become_literals() -> None:
    rows = [("mute it", 0), ("full blast", 100), ("full volume", 100), ("volume 40", 40), ("down by 7", -7), ("half", 0.5)]
    given, _ = read_own_rows([(text, "set_volume", {"level": level}) for text, level in rows])
    catalog = as_meant(CATALOG, given)
    assert catalog["set_volume"].parameter("level").type == Integer(0, 100, implied=(0, 100))
    found, remarks = placed(given, catalog)
    assert [example.plan.calls[0].arguments for example in found] == [{"level": 0}, {"level": 100}, {"level": 100}, {"level": 40}] and len(remarks) == 2
    assert catalog["set_volume"].parameter("level").type.literals == ("0", "100")


def test_dates_that_lie_behind_are_told_by_documentation_or_by_examples() -> None:
    done, due = Parameter("on", Date(), "Day on which it was done"), Parameter("due", Date(), "Day by which it must be done")
    function = Function("complete", "Ticks a task off.", (done, due))
    assert [parameter.type for parameter in as_told(function).parameters] == [Date(past=True), Date()]
    ahead = ("Day of the appointment; today if none was given", "Birthday to be reminded of", "Until when the offer was extended", "Two days ago or tomorrow")
    for words in ahead:
        assert as_told(Function("f", "", (Parameter("day", Date(), words),))).parameters[0].type == Date()
    assert as_told(Function("f", "", (Parameter("birthDate", DateTime()),))).parameters[0].type == DateTime(past=True)
    rows = [
        ("sorted on march 1st", "complete", {"on": "2026-03-01"}),
        ("was yesterday", "complete", {"on": "2026-03-03"}),
        ("by friday", "complete", {"due": "2026-03-06"}),
    ]
    catalog = as_meant(Catalog((Function("complete", "", tuple(replace(p, description="", default=None) for p in (done, due))),), "tasks"), read_own_rows(rows)[0])
    assert [parameter.type for parameter in catalog["complete"].parameters] == [Date(past=True), Date()]
    spelled = as_meant(CATALOG.append(function), read_own_rows([("milk by 12 may", "complete", {"due": "12 may"}), ("by 1 june", "complete", {"due": "1 june"})])[0])
    assert spelled["complete"].parameter("due").type == Date()  # words tell nothing
    found, remarks = placed(read_own_rows(rows)[0], catalog)
    assert [example.plan.calls[0].arguments for example in found] == [arguments for _, _, arguments in rows] and not remarks


def read_own_rows(rows: list[tuple[str, str, dict[str, object]]]) -> tuple[list, list[str]]:  # type: ignore[type-arg]
    return [Given(text, [(name, arguments, ())], NOW, text) for text, name, arguments in rows], []


def test_an_example_has_variants_with_other_values() -> None:
    given, _ = read_own_rows([("play Hurt by Johnny Cash on repeat", "play", {"song": "Hurt", "artist": "Johnny Cash", "loop": True})])
    (example,), _ = placed(given, CATALOG)
    wish = wish_of(example, CATALOG)
    assert wish is not None and wish.implied == ((0, "loop", "true"),)
    group = Group("music", CATALOG.functions, (wish,))
    made = list(Books([group]).examples(wish, group, 5, random.Random(0)))
    assert len(made) >= 4 and all(row.plan.calls[0].arguments["loop"] is True and row.plan.calls[0].arguments["song"] in row.request.text for row in made)


def test_a_list_in_several_pieces_has_variants() -> None:
    group_rooms = Function("create_zone", "Groups rooms.", (Parameter("rooms", List(Text()), "The rooms"),))
    catalog = Catalog((group_rooms, NOTHING), "home")
    rows = [("put the den and the attic together", ["den", "attic"]), ("a zone of hall, bath", ["hall", "bath"]), ("zone: cellar", ["cellar"])]
    examples, _ = placed(read_own_rows([(query, "create_zone", {"rooms": rooms}) for query, rooms in rows])[0], catalog)
    wishes = tuple(wish for example in examples if (wish := wish_of(example, catalog)))
    assert len(wishes) == 3 and sum(piece.slot is not None for piece in wishes[0].pieces) == 2
    limited = Function("create_zone", "", (Parameter("rooms", List(Text(), 2, 2, True)),))
    pairs = list(Books([Group("home", (limited,), wishes[:2])]).examples(wishes[0], Group("home", (limited,), wishes[:2]), 60, random.Random(0), fresh=True))
    assert len(pairs) > 20 and all(len(set(row.plan.calls[0].arguments["rooms"])) == 2 for row in pairs)
    group = Group("home", catalog.functions, wishes)
    found = [example for example in Books([group]).examples(wishes[0], group, 30, random.Random(0), fresh=True)]
    assert len(found) > 25 and len({str(example.plan) for example in found}) > 3
    assert all(len(example.plan.calls[0].spans["rooms"]) == 2 for example in found)


def test_values_that_are_requests_themselves_give_way_to_others() -> None:
    add = Function("add_task", "Adds a task.", (Parameter("title", Text(), "What to do"), Parameter("list", Text(), "Where", "inbox")))
    catalog = Catalog((add, NOTHING), "tasks")
    examples, _ = placed(read_own_rows([(f"{deed} goes on {name}", "add_task", {"title": deed, "list": name}) for deed, name in TASKS])[0], catalog)
    wishes = tuple(wish for example in examples if (wish := wish_of(example, catalog)))
    group = Group("tasks", catalog.functions, wishes)
    deeds = Deeds([Group("house", (), (Wish((Piece("water the two ferns"),), ("x",), (), (), "b:1"), Wish((Piece("ferns"),), ("x",), (), (), "b:2")))])
    assert "water the two ferns" in deeds.texts and "ferns" not in deeds.texts
    books = Books([group], deeds=deeds)
    found = [example.plan.calls[0].arguments for wish in wishes for example in books.examples(wish, group, 40, random.Random(2), fresh=True)]
    titles = Counter(arguments["title"].lower() in deeds.texts for arguments in found)
    assert titles[True] > 0.2 * len(found) and not any(arguments.get("list", "").lower() in deeds.texts for arguments in found)


def test_a_share_of_the_phrasings_of_each_function_is_kept() -> None:
    words = ["to", "at", "on", "about", "near", "up", "down", "around", "exactly", "just"]
    texts = [f"{'volume' if i % 2 else 'loudness'} {word} {i % 40}" for i, word in enumerate(words * 4)]
    given, _ = read_own_rows([(text, "set_volume", {"level": int(text.split()[-1])}) for text in texts])
    found, _ = placed(given, CATALOG)
    kept = kept_back(found)
    phrasings = {(" ".join(e.request.text.split()[:-1])) for e in found}
    held = {" ".join(e.request.text.split()[:-1]) for e, one in zip(found, kept, strict=True) if one}
    assert len(held) == round(KEPT * len(phrasings)) and Counter(kept)[True] == sum(" ".join(e.request.text.split()[:-1]) in held for e in found)
    assert not any(kept_back(found[:3]))


@pytest.mark.parametrize(("name", "description", "unit"), [
    ("minutes", "", "minutes"), ("timeoutSec", "", "seconds"), ("duration", "How long, in hours.", "hours"), ("days", "", "days"), ("min", "the minimum", ""),
    ("hold_min", "", "minutes"), ("level", "How loud", ""), ("interval", "Minutes or hours", ""), ("second", "", "seconds"),
])  # fmt: skip
def test_units_of_time_are_read_out_of_documentation(name: str, description: str, unit: str) -> None:
    for kind in (Integer(), Number()):
        found = as_told(Function("f", "", (Parameter(name, kind, description),))).parameters[0].type
        assert getattr(found, "unit", "") == unit
    text = Function("f", "", (Parameter(name, Text(), description), Parameter("c", Choice(("minutes", "hours")))))
    assert as_told(text) == text


def test_lengths_of_time_count_in_the_unit() -> None:
    context = Context(datetime(2026, 3, 4, 10, 30))
    minutes, seconds = Integer(1, 600, "minutes"), Integer(0, 3600, "seconds")
    said = {"half an hour": 30, "2h": 120, "an hour and a half": 90, "45": 45, "ninety minutes": 90, "30 secs": None, "11 hours": None, "soon": None}
    assert {text: minutes.parse(text, context) for text in said} == said
    assert seconds.parse("two minutes", context) == 120 and seconds.parse("15", context) == 15
    assert Integer(1, 600).parse("half an hour", context) is None
