"""Functions to what a base keeps of them, many at a time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from octocall.bundle import Bundle
from octocall.codecs.signature import Signature
from octocall.function import Function
from octocall.runtimes.open import OnnxGraphs, Understood, encode

_GRAPHS = ("stem", "document", "understanding")


class Reader:
    """Reads the documentation of functions; texts that several have are read once. It can be pickled, weights and all, and so be sent to other machines."""

    def __init__(self, bundle: Bundle, threads: int = 0) -> None:
        """``threads``: so many work at the same time; 0: as many as there are processors. Raises BundleError where ``bundle`` is no base."""
        self.base, self.threads, self._tokenizer = bundle.as_base().digest, threads, bundle.tokenizer
        # several texts at once make more of two processors than two processors of one text
        self._graphs = OnnxGraphs(bundle.folder, 1, _GRAPHS)

    def __call__(self, functions: Sequence[Function]) -> list[Understood]:
        """What is kept of each. Raises SignatureError for text that is none."""
        signatures = [Signature(function) for function in functions]
        texts = {text: place for place, text in enumerate(dict.fromkeys(text for signature in signatures for text in signature.texts))}
        with ThreadPoolExecutor(self.threads or os.cpu_count()) as pool:
            vectors = encode(self._graphs, self._tokenizer, list(texts), pool.map)

            def understood(signature: Signature) -> Understood:
                own = vectors[[texts[text] for text in signature.texts]]
                rows, answers = self._graphs.run("understanding", own, np.array(signature.kinds, np.int64))
                return Understood(rows, answers[0])

            return list(pool.map(understood, signatures))
