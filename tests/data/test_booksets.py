"""Function books, public sets and the rows of one catalog, as folders of data for the base."""

from __future__ import annotations

from pathlib import Path

import pytest

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.data.bookrows import Backgrounds
from octocall.data.booksets import BACKGROUNDS, BooksConfig, compile_books, compile_compiled, compile_public
from octocall.data.compile import HELD_OUT, TRAIN
from octocall.data.example import Example, read_examples, read_functions, write_examples
from octocall.errors import DataError
from octocall.sources.python import load

BOOK = """[greenhouse {n}]
def waterBed{n}(bed: str, minutes: int, share: float?)
  Waters a bed.
> give {bed=row 4} a drink of {minutes=20}min
> water {bed=tomatoes} for {minutes=2} minutes, {share=45%} of the flow
+ waterBed{n}, waterBed{n}: {1.bed=roses} {1.minutes=10} minutes, {2.bed=ferns} {2.minutes=7}
- the roses look lovely
- order two bags of bark mulch
"""


@pytest.fixture
def books(tmp_path: Path) -> Path:
    folder = tmp_path / "books"
    folder.mkdir()
    for n in range(30):
        (folder / f"b{n}.txt").write_text(BOOK.replace("{n}", str(n)))
    return folder


def test_books_become_rows_split_by_application(books: Path, tmp_path: Path) -> None:
    config = BooksConfig(variants=4, joined=4, held_out=0.2)
    counts = compile_books(config, tmp_path / "a", folder=books)
    functions = read_functions(tmp_path / "a" / "functions.jsonl")
    rows = {name: list(read_examples(tmp_path / "a" / name, functions)) for name in (TRAIN, HELD_OUT)}
    owners = {name: {i.split("/")[0] for row in part for i in row.candidates} for name, part in rows.items()}
    assert counts["applications"] == 30 and owners[TRAIN] and owners[HELD_OUT] and not owners[TRAIN] & owners[HELD_OUT]
    shares = {call.arguments["share"] for row in rows[TRAIN] for call in row.plan.calls if "share" in call.arguments}
    assert shares and all(0 < share < 10 for share in shares)  # with its sign a percentage is a fraction
    longer = [row for row in rows[TRAIN] if len(row.request.text) > 90 and row.kind == "single"]
    assert longer  # a background stands around some requests
    compile_books(config, tmp_path / "b", folder=books)
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in (TRAIN, HELD_OUT, "data_card.md"))


def test_rows_that_share_words_with_an_exam_are_left_out(books: Path, tmp_path: Path) -> None:
    exam = tmp_path / "exam.jsonl"
    exam.write_text('{"query": "please order two bags of bark mulch today", "calls": []}\n')
    counts = compile_books(BooksConfig(variants=2, joined=0), tmp_path / "out", folder=books, exams=[exam])
    assert counts["refused: shared with an exam"] > 0
    assert "two bags of bark mulch" not in (tmp_path / "out" / TRAIN).read_text().lower()


def test_backgrounds_ask_for_nothing_and_are_read_line_by_line(tmp_path: Path) -> None:
    shipped = Backgrounds.read(BACKGROUNDS)
    assert len(shipped.before) > 100 and len(shipped.after) > 100 and not any("?" in text for text in shipped.before + shipped.after)
    (tmp_path / "b.txt").write_text("< fine\n= odd\n")
    with pytest.raises(DataError, match=r"b.txt:2 is '= odd'"):
        Backgrounds.read(tmp_path / "b.txt")


def test_a_folder_without_public_sets_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none of the public sets"):
        compile_public(tmp_path, tmp_path / "out", 10, 0)


def test_rows_of_one_catalog_get_candidates_of_it(tmp_path: Path) -> None:
    said = [("take a picture", Call("take_a_photo", {"camera": "back"})), ("hm", Call(IRRELEVANT))]
    for name in (TRAIN, HELD_OUT):
        write_examples(tmp_path / name, [Example(Request(text), Plan((call,)), "") for text, call in said])
    compile_compiled(load("octocall.catalogs.android"), tmp_path, tmp_path / "out", 5, 0)
    functions = read_functions(tmp_path / "out" / "functions.jsonl")
    rows = list(read_examples(tmp_path / "out" / TRAIN, functions))
    with pytest.raises(DataError, match="enable_torch, which is no function of android"):
        write_examples(tmp_path / TRAIN, [Example(Request("open the torch"), Plan((Call("enable_torch", {}),)), "")])
        compile_compiled(load("octocall.catalogs.android"), tmp_path, tmp_path / "out", 5, 0)
    assert len(rows) == 2 and all(len(row.candidates) > 3 and set(row.candidates) <= set(functions) for row in rows)
