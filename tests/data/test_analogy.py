"""Requests of like functions of other applications, told of one's own; and those of functions beside them, which are to be refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from octocall.base import NOTHING
from octocall.catalog import Catalog
from octocall.data.analogy import Analogies, texts
from octocall.data.functionbook import Group, Wish
from octocall.data.noise import Piece
from octocall.function import Function, Parameter
from octocall.types import Integer, Text

VOLUME = Function("set_volume", "Sets the volume.", (Parameter("level", Integer(0, 100), "How loud"),))
LOUD = Function("loudness", "Sets the volume.", (Parameter("amount", Integer(0, 10), "How loud"),))
BASS = Function("set_bass", "Sets the bass.", (Parameter("amount", Integer(0, 10), "How deep"),))
BAKE = Function("bake", "Bakes a cake.", (Parameter("cake", Text(), "Which one"),))
WORDS = ("volume", "loud", "bass", "cake", "sets")


def encode(given: Sequence[str]) -> NDArray[np.float32]:
    """Texts by the words in them: "volume" counts most, so that what sets anything lies beside, not near."""
    weights = np.array([2.0, 1.0, 2.0, 2.0, 1.3], np.float32)
    return np.stack([weights * [float(word in text.lower()) for word in WORDS] + 0.01 for text in given]).astype(np.float32)


def wish(name: str, before: str, value: str, parameter: str) -> Wish:
    return Wish((Piece(before), Piece(value, ((0, parameter),), True)), (name,), (), (), "book:1")


def test_near_functions_speak_for_ours_and_those_beside_are_refused() -> None:
    group = Group(
        "radio",
        (LOUD, BASS, BAKE),
        (wish("loudness", "crank it to ", "7", "amount"), wish("set_bass", "more bass, ", "4", "amount"), wish("bake", "bake ", "a tart", "cake")),
    )
    known = encode(texts([group]))
    alike = Analogies([group], Catalog((VOLUME, NOTHING), "music"), encode, known / np.linalg.norm(known, axis=1, keepdims=True))
    (told,) = alike.group().wishes
    assert told.calls == ("set_volume",) and [piece.slot for piece in told.pieces] == [None, ((0, "level"),)]
    assert alike.neighbours() == ["more bass, 4"]
