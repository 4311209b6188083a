"""One call put into words: values drawn for the chosen parameters, each as a bit of the sentence."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from octocall.data.teachers.rules.implied import Bit, boolean_bit, choice_bit, choices_of
from octocall.data.teachers.rules.noun import Noun, mentions, unsaid
from octocall.data.teachers.rules.script import Draft, Script, Setting
from octocall.data.teachers.rules.topics import Topic
from octocall.data.teachers.rules.values import text_of
from octocall.data.teachers.rules.ways import Placed, way_bit
from octocall.types import Choice, List

_MENTIONED = 0.85
"""How often a value stands where the documentation speaks of it."""


class Unsayable(Exception):
    """A value that could not be made or put into words; another attempt may do better."""


@dataclass
class Composing:
    """The state while one call is put into words. Its methods raise Unsayable."""

    draft: Draft
    found: Script
    setting: Setting
    bits: list[Bit] = field(default_factory=list)
    _texts: set[str] = field(default_factory=set)

    def noun(self, chosen: Sequence[Topic]) -> Noun:
        """What is spoken of, with the values that stand in it; the bits of the others are gathered."""
        rng = self.setting.rng
        places = mentions(self.found, chosen) if rng.random() < _MENTIONED else {}
        noun = Noun(self.found.about, silent=unsaid(self.found))
        for each in chosen:
            if isinstance(each.type, Choice) or each.sort == "boolean":
                bit = self._implied(each)
                self.draft.constants[0].update(bit.constants)
                (noun.adjectives.append(bit.text) if bit.kind == "adjective" else self.bits.append(bit))
                continue
            text = self._text(each)
            placed = Placed(each, self.draft.mark([(0, each.name)], text), text)
            if each.name in places:
                noun.inner[places[each.name]] = placed
            else:
                self.bits.append(way_bit(placed, self.found.about, rng))
        return noun

    def _text(self, each: Topic) -> str:
        text = value_text(each, self.setting)
        if not text or text.lower() in self._texts:
            raise Unsayable
        self._texts.add(text.lower())
        return text

    def _implied(self, each: Topic) -> Bit:
        rng, about, default = self.setting.rng, self.found.about, each.parameter.default
        bit: Bit | None = None
        if each.several:
            bit = self._several(each) if each.sort == "choice" else None
        elif each.sort == "boolean":
            value = rng.random() < 0.6
            bit = boolean_bit(each, about, not default if default in (True, False) and rng.random() < 0.85 else value, rng)
        else:
            value = rng.choice([value for value in choices_of(each) if value != default] or list(choices_of(each)))
            if isinstance(each.type, Choice) and {str(choice).lower() for choice in each.type.choices} == {"true", "false"}:
                said = boolean_bit(each, about, str(value).lower() == "true", rng)
                bit = replace(said, constants={each.name: value}) if said else None
            else:
                bit = choice_bit(each, about, value, rng)
        if bit is None:
            raise Unsayable
        return bit

    def _several(self, each: Topic) -> Bit | None:
        rng, options = self.setting.rng, choices_of(each)
        picked = rng.sample(options, min(len(options), rng.choice((1, 1, 2, 2, 3))))
        bits = [choice_bit(each, self.found.about, value, rng) for value in picked]
        said = [bit.value for bit in bits if bit is not None and bit.kind == "label"]
        if len(said) < len(bits) or not bits:
            return None
        text = f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]
        return Bit("label", text, bits[0].label if bits[0] else "", text, {each.name: picked})


def value_text(each: Topic, setting: Setting) -> str | None:
    """Words for a value; several where the parameter takes a list."""
    rng, kind = setting.rng, each.parameter.type
    if not isinstance(kind, List):
        return text_of(each, rng, setting.context)
    size = max(kind.least, rng.choice((1, 2, 2, 2, 3, 3, 4)))
    made = (text_of(each, rng, setting.context) for _ in range(size))
    texts = list(dict.fromkeys(text for text in made if text and not re.search(r",|;|\band\b|&", text)))
    if len(texts) < max(1, kind.least):
        return None
    return listed(texts, rng)


def listed(texts: Sequence[str], rng: random.Random) -> str:
    """ "a, b and c", or with commas alone."""
    if len(texts) == 1 or rng.random() < 0.33:
        return ", ".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"
