from __future__ import annotations

import time

import pytest

from octocall.sources.common.prose import clean, plain


@pytest.mark.parametrize(
    "text, words",
    [
        ("Plain words.", "Plain words."),
        ("<p>One <b>bold</b> thing.</p><p>Another.</p>", "One bold thing."),
        ("A [link](http://x.y/z) and `code` and **bold** and *soft*.", "A link and code and bold and soft."),
        ("- a point\n- another", "a point another"),
        ("# Title\nText.", "Title"),
        ("a < b and c > d &amp; e", "a < b and c > d & e"),
        ("snake_case_name stays, 2 * 3 * 4 too", "snake_case_name stays, 2 * 3 * 4 too"),
        ("<script>alert(1)</script>Safe\x1b[31m.", "Safe [31m."),
        ("One. Two, e.g. this. " + "X" * 300, "One. Two, e.g. this."),
        ("word " * 100, "word " * 45 + "word word…"),
        ("", ""),
        (None, ""),
        (["x"], ""),
    ],
)
def test_descriptions_become_one_plain_line(text: object, words: str) -> None:
    assert plain(text) == words


def test_clean_keeps_all_of_the_words() -> None:
    assert clean("a\n  b\x00c\u2028d  " + "e" * 500) == "a b c d " + "e" * 500 and clean(5) == ""


def test_no_description_takes_long() -> None:
    begin = time.perf_counter()
    for odd in ("<" * 10_000, "<a " * 5000, "[" * 10_000, "**" * 5000, "`" * 9999, "* a\n" * 3000, "_a" * 5000, "<script>" * 2000):
        assert len(plain(odd)) <= 240
    assert time.perf_counter() - begin < 10
