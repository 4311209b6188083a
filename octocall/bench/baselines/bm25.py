"""Retrieval by words: Okapi BM25 (Robertson and Zaragoza, 2009) over names and descriptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from octocall.bench.baselines.words import document, split
from octocall.errors import MissingExtraError
from octocall.function import Function


class Bm25:
    """An index of functions with their ids."""

    def __init__(self, functions: Iterable[tuple[str, Function]]) -> None:
        """Raises MissingExtraError without bm25s."""
        try:
            import bm25s
        except ImportError:
            raise MissingExtraError("bm25s", "bench") from None
        pairs = [(name, split(document(function))) for name, function in functions]
        self.ids = [name for name, _ in pairs]
        self._index = bm25s.BM25()
        self._index.index([words for _, words in pairs], show_progress=False)

    def find(self, text: str, k: int) -> Sequence[str]:
        """The ids of the best ``k``; none where no word is known."""
        known = [word for word in split(text) if word in self._index.vocab_dict]
        if not known:
            return []
        places, _ = self._index.retrieve([known], k=min(k, len(self.ids)), show_progress=False)
        return [self.ids[place] for place in places[0]]
