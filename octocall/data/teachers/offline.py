"""The teacher without a model: requests for any function, written from its documentation alone."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from octocall.call import Call, Request
from octocall.data.teachers.rules.composing import Composing, Unsayable
from octocall.data.teachers.rules.frames import agreed, frames, say_participle, say_verb, sections
from octocall.data.teachers.rules.implied import Bit
from octocall.data.teachers.rules.labels import after, sentences, terse
from octocall.data.teachers.rules.noun import ITSELF, Noun
from octocall.data.teachers.rules.reading import Places, judge, read_calls
from octocall.data.teachers.rules.script import Draft, Script, Setting, script
from octocall.data.teachers.rules.topics import Topic
from octocall.function import Function

INCOMPLETE = 0.03
"""Share of the requests that leave out a required value."""
_FRONT = ("in ", "for ", "on ", "from ", "at ", "near ", "around ", "since ", "with ")
_TRIES = 6


class OfflineTeacher:
    """Writes requests by rules. ``held_out`` chooses the sentences that no training request is written with."""

    def __init__(self, held_out: bool = False) -> None:
        self.frames = frames(held_out)

    def queries(self, function: Function, count: int, setting: Setting) -> Iterator[Draft]:
        """Up to ``count`` requests; fewer, or none, where the documentation does not carry them."""
        found = script(function)
        for _ in range(count):
            draft = self.draft(found, setting) if found else None
            if draft is not None:
                yield draft

    def arguments(self, draft: Draft, request: Request, places: Places) -> tuple[Call, ...]:
        """The calls of a draft, each value read from its place in the request. Raises Rejected."""
        return read_calls(draft, request, places)

    def judge(self, request: Request, calls: Sequence[Call], places: Mapping[int, tuple[int, int]]) -> None:
        """Returns where nothing is ambiguous or said twice. Raises Rejected."""
        judge(request, calls, places)

    def draft(self, found: Script, setting: Setting, incomplete: float = INCOMPLETE) -> Draft | None:
        """One request, or None where an attempt failed."""
        rng = setting.rng
        draft = Draft([found.function])
        chosen = [*found.required, *found.chosen(rng)]
        if found.required and rng.random() < incomplete:
            left_out = rng.choice(found.required)
            chosen.remove(left_out)
            draft.missing[0].append(left_out.name)
        rng.shuffle(chosen)
        return self.compose(draft, found, chosen, setting)

    def compose(self, draft: Draft, found: Script, chosen: Sequence[Topic], setting: Setting, frame: str = "") -> Draft | None:
        """Values drawn and put into words; into ``frame`` where one is given."""
        composing = Composing(draft, found, setting)
        try:
            noun = composing.noun(chosen)
        except Unsayable:
            return None
        sentence = _Sentence(noun, composing.bits, setting.rng)
        options = [frame] if frame else [text for name in sections(found.about, noun.known) for text in self.frames[name]]
        picked = sentence.frame(options)
        if picked:
            draft.text, draft.frame = finished(sentence.filled(picked), setting.rng), picked
        return draft if picked else None


@dataclass
class _Sentence:
    """A sentence while it is filled: what it is about and the bits to be said."""

    noun: Noun
    bits: list[Bit]
    rng: random.Random
    verb: str = ""
    done: str = ""

    @property
    def labelled(self) -> list[Bit]:
        return [bit for bit in self.bits if bit.label and not bit.long]

    @property
    def fronts(self) -> list[Bit]:
        return [bit for bit in self.bits if bit.kind == "way" and not bit.long and bit.text.startswith(_FRONT)]

    def frame(self, options: Sequence[str]) -> str:
        """A frame in which all can be said; empty where none was found."""
        for _ in range(_TRIES):
            frame = self.rng.choice(options)
            listing = "{S}" in frame or "{K}" in frame
            if listing and (not self.labelled or (len(self.labelled) == 1 and self.rng.random() < 0.5)):
                continue
            if ("{F}" in frame and not self.fronts) or ("{B}" in frame and not self.noun.bare):
                continue
            self.verb = say_verb(self.noun.about.verb, frame, self.rng) if "{V}" in frame else "-"
            self.done = say_participle(self.noun.about.verb, self.rng) if "{P}" in frame else "-"
            if self.verb and self.done:
                return frame
        return ""

    def filled(self, frame: str) -> str:
        """The frame with everything in its place; each bit stands in the sentence once."""
        rng, about = self.rng, self.noun.about
        first = rng.choice(self.fronts) if "{F}" in frame else None
        rest = [bit for bit in self.bits if bit is not first]
        listed: list[Bit] = []
        if "{S}" in frame or "{K}" in frame:
            listed = self.labelled if rng.random() < 0.6 else [bit for bit in self.labelled if bit.kind == "label"] or self.labelled
        else:
            rest = self._limited(frame, rest)
        rest = [bit for bit in rest if bit not in listed]
        if "{A}" not in frame:
            frame = re.sub(r"\{([NB])\}", r"{\1}{A}", frame, count=1)
        if about.plural and ITSELF not in self.noun.inner:
            frame = agreed(frame)
        fields = {"V": self.verb, "P": self.done, "F": first.text if first else "", "A": after(rest, about.want, rng)}
        fields |= {"S": sentences(listed, rng) if "{S}" in frame else "", "K": terse(listed, rng) if "{K}" in frame else ""}
        fields |= {"N": self.noun.said(rng) if "{N}" in frame else "", "B": self.noun.plain(rng) if "{B}" in frame else ""}
        return re.sub(r"\{(\w)\}", lambda match: fields[match[1]], frame)

    def _limited(self, frame: str, bits: list[Bit]) -> list[Bit]:
        """Now and then "the first 5 issues" instead of "…, only 5"."""
        limit = next((bit for bit in bits if bit.limit), None)
        plain = self.noun.about.plural and not self.noun.about.mine and not self.noun.adjectives
        if limit is None or "{N}" not in frame or not plain or self.rng.random() < 0.5:
            return bits
        self.noun.limit = limit.limit
        return [bit for bit in bits if bit is not limit]


def finished(text: str, rng: random.Random) -> str:
    """Capital letter and full stop, as most people write them."""
    text = re.sub(r" ([,.?!:;])", r"\1", re.sub(r"\s+", " ", text).strip())
    if rng.random() < 0.8 and text[:1].isalpha():
        text = text[0].upper() + text[1:]
    if text[-1] not in ".?!:" and rng.random() < 0.35:
        text += "."
    return re.sub(r"\?\.$", "?", text)
