from __future__ import annotations

import random

from octocall.data.crossing import Crossing
from octocall.data.functionbook import Wish
from octocall.data.noise import Piece


def wish(text: str, *, implied: tuple[tuple[int, str, str], ...] = (), calls: tuple[str, ...] = ("dim",)) -> Wish:
    """Words in braces are the values of room and level, in this order."""
    parts, names = [part for part in text.replace("}", "{").split("{")], iter(("room", "level"))
    pieces = [Piece(part, ((0, next(names)),)) if i % 2 else Piece(part) for i, part in enumerate(parts) if part]
    return Wish(tuple(pieces), calls, implied, (), text)


def text(of: Wish) -> str:
    return "".join(piece.text for piece in of.pieces)


ONE, TWO = wish("dim {den} to {3} please"), wish("I want the {attic} at {7} percent")
OFF = wish("no light in the {hall}, level {0}, thanks", implied=((0, "off", "true"),))


def test_words_come_from_requests_for_the_same_and_values_stay() -> None:
    crossing, rng = Crossing((ONE, TWO, OFF)), random.Random(0)
    found = {text(crossing.cross(ONE, rng)) for _ in range(200)}
    assert {"dim den to 3 please", "I want the den to 3 please", "dim den at 3 please", "dim den to 3 percent", "I want the den at 3 percent"} <= found
    assert all("den" in one and "3" in one and "light" not in one for one in found)
    assert {text(crossing.cross(OFF, rng)) for _ in range(50)} == {text(OFF)}  # nobody else implies that


def test_values_never_touch_and_requests_for_several_calls_stay() -> None:
    glued = wish("{den}{4} now")
    glued = Wish((glued.pieces[0], glued.pieces[1], glued.pieces[2]), glued.calls, (), (), "g")
    crossing, rng = Crossing((wish("dim {den} to {3}"), glued)), random.Random(1)
    assert all(" to " in text(crossing.cross(crossing.wishes[0], rng)) for _ in range(50))
    both = wish("dim {den} to {3}", calls=("dim", "dim"))
    assert Crossing((both, wish("the {hall} at {4}", calls=("dim", "dim")))).cross(both, rng) is both
