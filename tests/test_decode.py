from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.codecs.spans import AND, CALL, END, MISSING, SpansCodec
from octocall.decode import decode
from octocall.mask import Mask
from octocall.model import Model


@dataclass(frozen=True)
class Wishes:
    """A network with fixed wishes: logits by symbol, or by the word that a span begins or ends with."""

    codec: SpansCodec
    text: str
    function: str
    symbols: dict[str, float]
    words: dict[str, float]

    def start(self, ids: tuple[int, ...]) -> int:
        return len(ids)

    def step(self, state: int, symbol: int, label: int) -> tuple[NDArray[np.float32], Any]:
        size, logits = len(self.codec.vocab), np.full(len(self.codec.vocab) + 2 * state, -20.0, np.float32)
        wishes = {self.codec.catalog.token(self.function): 20.0} if label == self.codec.labels[CALL] else self.symbols | {END: 20.0}
        for name, value in wishes.items():
            logits[self.codec.vocab.ids[name]] = value
        reading = self.codec.read(Request(self.text))
        for word, value in self.words.items():
            for first in reading.first:
                for last in reading.last:
                    if first <= last and reading.text(first, last) == word:
                        logits[size + first] = logits[size + state + last] = value
        return logits, state


def plan(codec: SpansCodec, text: str, function: str, symbols: dict[str, float], words: dict[str, float]) -> Plan:
    reading = codec.read(Request(text))
    decoded = decode(Wishes(codec, text, function, symbols, words), codec, Mask(codec.grammar, codec.vocab), reading)
    return codec.decode(decoded.symbols, reading)


@dataclass(frozen=True)
class Torn:
    """A network that slightly prefers a photo, of which it then knows nothing more."""

    codec: SpansCodec

    def start(self, ids: tuple[int, ...]) -> tuple[int, bool]:
        return len(ids), False

    def step(self, state: tuple[int, bool], symbol: int, label: int) -> tuple[NDArray[np.float32], tuple[int, bool]]:
        token, ids = self.codec.catalog.token, self.codec.vocab.ids
        size, unsure = state[0], state[1] or symbol == ids[token("take_a_photo")]
        logits = np.full(len(ids) + 2 * size, 0.0 if unsure else -20.0, np.float32)
        if label == self.codec.labels[CALL]:
            logits[ids[token("take_a_photo")]], logits[ids[token("check_nest_smoke_detector_status")]] = 0.2, 0.0
        elif not unsure:
            logits[ids[END]] = 20.0
        return logits, (size, unsure)


def test_the_likelier_plan_wins_over_the_likelier_first_step(codec: SpansCodec) -> None:
    reading, mask = codec.read(Request("smoke")), Mask(codec.grammar, codec.vocab)
    greedy, best = (decode(Torn(codec), codec, mask, reading, branches=branches) for branches in (1, 3))
    names = [codec.decode(decoded.symbols, reading).calls[0].name for decoded in (greedy, best)]
    assert names == ["take_a_photo", "check_nest_smoke_detector_status"]
    assert best.confidence > greedy.confidence
    assert np.isclose(best.confidence, np.prod([step.probability for step in best.steps]))
    assert len(best.steps) == 2  # the decisions of the plan itself, not those of what was tried beside it


def test_words_that_cannot_be_read_are_not_replaced_by_a_literal(codec: SpansCodec) -> None:
    wishes: dict[str, float] = {"10": 8.0, MISSING: 2.0}
    found = plan(codec, "brightness 15", "change_screen_brightness", wishes, {"15": 10.0})
    assert found == Plan((Call("change_screen_brightness", {}, ("level",)),))
    found = plan(codec, "brightness 7", "change_screen_brightness", wishes, {"7": 10.0})
    assert found == Plan((Call("change_screen_brightness", {"level": 7}),))
    found = plan(codec, "as bright as it goes", "change_screen_brightness", wishes, {"bright": 5.0})
    assert found == Plan((Call("change_screen_brightness", {"level": 10}),))


def test_a_number_behind_a_minus_is_not_that_number(codec: SpansCodec) -> None:
    wishes: dict[str, float] = {"0": 8.0, MISSING: 2.0}
    for text in ("brightness -3", "brightness minus 3"):
        assert plan(codec, text, "change_screen_brightness", wishes, {"3": 10.0}).missing == ("change_screen_brightness.level",)
    found = plan(codec, "brightness 2-3", "change_screen_brightness", wishes, {"3": 10.0})
    assert found.calls[0].arguments == {"level": 3}


def test_a_call_that_repeats_another_is_left_out(codec: SpansCodec) -> None:
    text = "brightness 7"
    going_round = Wishes(codec, text, "change_screen_brightness", {AND: 30.0}, {"7": 10.0})
    assert Model(going_round, codec).plan(text) == Plan((Call("change_screen_brightness", {"level": 7}),))


def test_nothing_is_refused_where_a_call_is_due(codec: SpansCodec) -> None:
    model = Model(Wishes(codec, "hm", IRRELEVANT, {MISSING: 2.0}, {}), codec)
    assert [call.name for call in model.plan("hm").calls] == [IRRELEVANT]
    assert IRRELEVANT not in [call.name for call in model.plan("hm", must_call=True).calls]
