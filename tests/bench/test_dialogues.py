from __future__ import annotations

import json
from pathlib import Path

import pytest

from octocall.bench.cases import Case
from octocall.bench.dialogues import read_dialogues, said, share_said, slot_type
from octocall.call import Call, Plan
from octocall.errors import DataError
from octocall.types import Boolean, Choice, Date, Integer, Number, Text, TimeOfDay
from tests.bench.exams import write_lines


def slot(name: str, *values: str) -> dict[str, object]:
    return {"name": name, "description": name, "is_categorical": bool(values), "possible_values": list(values)}


KENNEL = {
    "service_name": "Kennels_1", "description": "Places for dogs",
    "slots": [slot("town"), slot("arrival_date"), slot("number_of_dogs", "1", "2"), slot("heated", "True", "False")],
    "intents": [
        {"name": "FindKennel", "description": "Find a kennel", "required_slots": ["town"], "optional_slots": {"heated": "dontcare"}},
        {"name": "BookKennel", "description": "Book a place", "required_slots": ["town", "arrival_date"], "optional_slots": {"number_of_dogs": "1"}},
    ],
}  # fmt: skip
SHED = {"service_name": "Sheds_1", "description": "Sheds", "slots": [slot("town")],
        "intents": [{"name": "FindKennel", "description": "Find a shed", "required_slots": [], "optional_slots": {"town": "dontcare"}}]}  # fmt: skip
OLD = {"service_name": "Old_1", "slots": [], "intents": [{"name": "Nothing", "description": "", "required_slots": [], "optional_slots": {}}]}
FIRST = ["U: I need a place for my dog.", "S: Where?", "U: In Ghent, a heated one."]
ROWS = [
    {"id": "1", "service": "Kennels_1", "history": FIRST, "method": "FindKennel", "parameters": {"town": "Ghent", "heated": "True"}},
    {"id": "1", "service": "Kennels_1", "history": [*FIRST, "S: Woof Inn?", "U: Book it for March 8th.", "S: Sure?", "U: Yes please."], "method": "BookKennel",
     "parameters": {"town": "Ghent", "arrival_date": "2019-03-08", "number_of_dogs": "1"}},
    {"id": "2", "service": "Sheds_1", "history": ["U: Sheds?"], "method": "FindKennel", "parameters": {"town": "dontcare"}},
    {"id": "3", "service": "Old_1", "history": ["U: Nothing."], "method": "Nothing", "parameters": {}},
]  # fmt: skip


def exam(folder: Path, turns: str = "2", together: bool = False) -> list[Case]:
    (folder / "train.schema.json").write_text(json.dumps([OLD]))
    (folder / "dev.schema.json").write_text(json.dumps([OLD, KENNEL, SHED]))
    write_lines(folder / "dev.calls.jsonl.gz", ROWS)
    return read_dialogues(folder, turns, together)


def test_requests_are_the_turns_that_were_asked_for(tmp_path: Path) -> None:
    assert [case.request.text for case in exam(tmp_path)] == ["I need a place for my dog.\nIn Ghent, a heated one.", "Book it for March 8th.\nYes please.", "Sheds?"]
    assert exam(tmp_path, "1")[1].request.text == "Yes please."
    assert exam(tmp_path, "call")[1].request.text == "Book it for March 8th.\nYes please."
    assert exam(tmp_path, "all")[1].request.text.startswith("I need a place")


def test_candidates_are_the_methods_of_services_that_train_lacks(tmp_path: Path) -> None:
    cases = exam(tmp_path)
    assert [[f.name for f in case.request.functions or ()] for case in cases] == [["FindKennel", "BookKennel"]] * 2 + [["FindKennel_Sheds_1"]]
    assert {len(case.request.functions or ()) for case in exam(tmp_path, together=True)} == {3}
    book = (cases[1].request.functions or ())[1]
    assert [(p.type, p.required) for p in book.parameters] == [(Text(), True), (Date(), True), (Integer(1, 2), False)]
    assert cases[1].plan.calls[0].arguments == {"town": "Ghent", "arrival_date": "2019-03-08", "number_of_dogs": 1}


def test_arguments_count_where_they_were_said(tmp_path: Path) -> None:
    find, book, shed = exam(tmp_path)
    day = {"arrival_date": "2019-03-08"}
    judged: list[tuple[Case, str, dict[str, object], tuple[bool, bool]]] = [
        (find, "FindKennel", {"town": "ghent"}, (True, True)),  # nobody can tell from the words whether a truth value was said
        (find, "FindKennel", {"town": "Ghent", "heated": False}, (True, False)),
        (find, "FindKennel", {}, (True, False)),
        (find, "BookKennel", {}, (False, False)),
        (book, "BookKennel", day, (True, True)),  # the town was settled before
        (book, "BookKennel", {**day, "town": "Bruges"}, (True, False)),
        (book, "BookKennel", {"town": "Ghent"}, (True, False)),
        (book, "BookKennel", {**day, "number_of_dogs": 1, "odd": 1}, (True, False)),
        (shed, "FindKennel_Sheds_1", {}, (True, True)),
    ]
    for case, name, arguments, expected in judged:
        score = case.score(Plan((Call(name, arguments),)))
        assert (score.functions, score.whole) == expected, (name, arguments)


def test_slots_have_types_by_their_values_and_names() -> None:
    kinds = [slot_type(slot("a", "True", "False")), slot_type(slot("a", "2", "1")), slot_type(slot("a", "x", "y")), slot_type(slot("return_date")),
             slot_type(slot("leaving_time")), slot_type(slot("price_limit")), slot_type(slot("party_size")), slot_type(slot("timezone"))]  # fmt: skip
    assert kinds == [Boolean(), Integer(1, 2), Choice(("x", "y")), Date(), TimeOfDay(), Number(), Integer(), Text()]


def test_what_was_said() -> None:
    assert said("11:30", TimeOfDay(), "a table for half past 11 in the morning, please")
    assert not said("12:30", TimeOfDay(), "a table for half past 11 in the morning, please")
    assert said("San Jose", Text(), "near San Jose, please") and not said("San Jose", Text(), "there")
    assert said(2, Integer(1, 6), "for two people") and not said(True, Boolean(), "true")


def test_the_share_of_what_was_said(tmp_path: Path) -> None:
    assert share_said(exam(tmp_path)) == 2 / 4  # Ghent, then the day of three values
    assert share_said(exam(tmp_path, "all")) == 1 and share_said([]) == 0  # "a heated one" reads as 1, too


def test_bad_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train\.schema\.json cannot be read"):
        read_dialogues(tmp_path)
    exam(tmp_path)
    (tmp_path / "dev.schema.json").write_text(json.dumps([OLD]))
    with pytest.raises(DataError, match="no calls of services that are new"):
        read_dialogues(tmp_path)
    (tmp_path / "dev.schema.json").write_text(json.dumps([{"service_name": "X"}]))
    with pytest.raises(DataError, match="a schema is malformed"):
        read_dialogues(tmp_path)
