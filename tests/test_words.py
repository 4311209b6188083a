"""Functions by words."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from octocall.function import Function, Parameter
from octocall.types import Text
from octocall.words import FILES, Words, document, split

GIVEN = [
    ("shop/ring", Function("ring_bell", "Rings a bell.")),
    ("shop/track", Function("trackParcel", "Tells where a parcel is.", (Parameter("depotCode", Text()),))),
    ("rail/none", Function("x", "")),
]


def test_names_are_words() -> None:
    assert split("findPets or find_pets2, HTTPServer") == ["find", "pets", "or", "find", "pets", "2", "httpserver"]
    assert document(GIVEN[1][1]) == "track parcel: Tells where a parcel is."


def test_id_name_description_and_parameters_are_found() -> None:
    words = Words.of(GIVEN)
    for text, number in (("the bell please", 0), ("parcel at DEPOT 4", 1), ("code?", 1), ("something about rail", 2)):
        scores = words.scores(text)
        assert scores.shape == (3,) and scores.argmax() == number and scores[number] > 0
    assert not words.scores("zebra, please and the").any() and not words.scores("").any()
    assert np.array_equal(words.scores("bell bell bell"), words.scores("bell"))


def test_an_index_on_disk_is_the_same(tmp_path: Path) -> None:
    Words.of(GIVEN).save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES.values())
    assert np.array_equal(Words.open(tmp_path).scores("track the bell"), Words.of(GIVEN).scores("track the bell"))
    (tmp_path / "again").mkdir()
    Words.of(GIVEN).save(tmp_path / "again")
    assert all((tmp_path / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in FILES.values())


def test_no_words_at_all(tmp_path: Path) -> None:
    words = Words.of([("", Function("the", ""))])
    words.save(tmp_path)
    assert not Words.open(tmp_path).scores("the thing").any()
