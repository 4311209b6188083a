from __future__ import annotations

from octocall.grammar import EMPTY, choice, labelled, literal, repetition, sequence

a, b, c = literal("a"), literal("b"), literal("c")


def test_sequences_and_choices() -> None:
    grammar = sequence(a, choice(b, c))
    assert grammar.accepts("ab") and grammar.accepts("ac")
    assert not grammar.accepts("a") and not grammar.accepts("abc") and not grammar.accepts("b")
    assert grammar.allowed() == {"a"}


def test_repetition_counts_and_separates() -> None:
    grammar = repetition(a, 1, 3, literal(","))
    assert [grammar.accepts(text) for text in ("", "a", "a,a", "a,a,a", "a,a,a,a", "a,", "aa")] == [False, True, True, True, False, False, False]


def test_equal_states_are_equal_keys() -> None:
    one, two = sequence(a, b), sequence(a, b)
    assert hash(one) == hash(two) and one.step("a") == two.step("a")


def test_labels_name_the_place_and_inner_ones_win() -> None:
    grammar = sequence(a, labelled("outer", choice(b, sequence(c, labelled("inner", a)))))
    after_a = grammar.step("a")
    assert grammar.label is None and after_a is not None and after_a.label == "outer"
    after_c = after_a.step("c")
    assert after_c is not None and after_c.label == "inner"
    assert after_a.step("b") is EMPTY
