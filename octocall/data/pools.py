"""Values for the slots of phrase books: pools of real-looking words, and the Types' own samples."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from octocall.catalog import Catalog
from octocall.data.phrasebook import Phrasing
from octocall.types import Context, Text


@dataclass(frozen=True)
class Pools:
    """Texts by key. The keys of a slot, from narrow to wide: ``function.parameter.variant``,
    ``parameter.variant``, ``function.parameter``, ``parameter``."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    strange: float = 0.06  # how often a made-up word stands in for a real one, so that copying is learned

    @classmethod
    def load(cls, folder: Path, phrasings: Iterable[Phrasing], catalog: Catalog, public: Mapping[str, Sequence[str]] | None = None) -> Pools:
        """One value a line from ``folder/*.txt``, joined by the values that authors wrote in place and by ``public`` ones."""
        texts: dict[str, dict[str, None]] = defaultdict(dict)
        for key, values in (public or {}).items():
            texts[f"public.{key}"].update(dict.fromkeys(values))
        for file in sorted(folder.glob("*.txt")):
            texts[file.stem].update(dict.fromkeys(filter(None, map(str.strip, file.read_text(encoding="utf-8").splitlines()))))
        for phrasing in phrasings:
            names = [shape.name for outer in phrasing.shapes for shape in outer.walk()]
            for slot in phrasing.slots:
                parameter = catalog[names[slot.call]].parameter(slot.parameter)
                # a sentence written for one frame ("if he can come") does not fit every other
                if slot.words and isinstance(parameter.type, Text) and slot.parameter not in ("message", "content"):
                    texts[f"{names[slot.call]}.{slot.parameter}"][slot.words.strip()] = None
        return cls({key: list(values) for key, values in texts.items()})

    def draw(self, function: str, parameter: str, variant: str, rng: random.Random, context: Context) -> str:
        """A text for a slot."""
        if rng.random() < self.strange:
            return Text().sample(rng, context).text
        narrow = [f"{function}.{parameter}.{variant}", f"{parameter}.{variant}"] if variant else []
        wide = [f"{function}.{parameter}", parameter]
        wide += [_SHARED[parameter]] if parameter in _SHARED else []
        found = [self.texts[key] for key in narrow if self.texts.get(key)]
        found = found or [self.texts[key] for name in wide for key in (name, f"public.{name}") if self.texts.get(key)]
        if not found:
            return Text().sample(rng, context).text
        # the size of a pool counts, but a large public one does not drown what authors wrote
        return rng.choice(rng.choices(found, [min(len(pool), 400) for pool in found])[0])


_SHARED = {"origin": "place", "destination": "place"}
