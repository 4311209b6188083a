"""The base: the network that calls functions it has never seen, told by their documentation alone."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from octocall.bundle import Bundle
from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.signature import Signature
from octocall.codecs.spans import SpansCodec
from octocall.decode import Runtime
from octocall.errors import BundleError, OctocallError
from octocall.files import write_atomically
from octocall.function import Function
from octocall.mask import Mask
from octocall.runtimes.open import OnnxGraphs, OpenRuntime, Understood, understand

NOTHING = Function(IRRELEVANT, "Nothing here fits.", original="no_relevant_function")
_KEPT = 64
"""So many sets of candidates are kept ready."""


class Bound(NamedTuple):
    """A runtime with the codec and the mask of its functions."""

    codec: SpansCodec
    mask: Mask
    runtime: Runtime


def cache_folder() -> Path:
    """Where what was read of documentation is kept: octocall in XDG_CACHE_HOME, else in ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "octocall"


class Base:
    """Binds sets of functions. Each function's documentation is read once and kept on disk by its digest."""

    def __init__(self, bundle: Bundle, threads: int = 0, cache: Path | None = None) -> None:
        """Raises BundleError where ``bundle`` is compiled for one catalog."""
        if bundle.network != "open":
            raise BundleError(f"{bundle.folder} is compiled for the functions of {bundle.catalog.name}; a base is expected, such as the one that ships: base")
        self.bundle, self.graphs = bundle, OnnxGraphs(bundle.folder, threads)
        self._cache = (cache or cache_folder()) / bundle.digest[:16]
        self._bound: OrderedDict[tuple[int, ...], tuple[tuple[Function, ...], Bound]] = OrderedDict()

    @classmethod
    def load(cls, name: str | Path = "base", threads: int = 0) -> Base:
        """Opens a bundle by name or folder. Raises BundleError."""
        return cls(Bundle.open(name), threads)

    def bind(self, functions: tuple[Function, ...]) -> Bound:
        """The network for these candidates, in their order; the irrelevant function comes last where it is not among them.

        Raises SignatureError where two have one name.
        """
        key = tuple(map(id, functions))
        if key in self._bound:
            self._bound.move_to_end(key)
            return self._bound[key][1]
        bound = self._bind(functions)
        # the functions are kept with it, so that no other gets the identity of one of them
        self._bound[key] = (functions, bound)
        if len(self._bound) > _KEPT:
            self._bound.popitem(last=False)
        return bound

    def _bind(self, functions: tuple[Function, ...]) -> Bound:
        catalog = Catalog(functions, "candidates")
        if not any(function.name != IRRELEVANT for function in functions):
            raise OctocallError("no candidate functions were given; at least one is expected")
        if IRRELEVANT not in catalog:
            catalog = catalog.append(NOTHING)
        codec = SpansCodec(catalog, self.bundle.tokenizer, int(self.bundle.settings["max_pieces"]))
        understood = [self.understood(signature) for signature in codec.signatures]
        return Bound(codec, Mask(codec.grammar, codec.vocab), OpenRuntime(self.graphs, codec, understood))

    def understood(self, signature: Signature) -> Understood:
        """What the network keeps of a function, read from its documentation or from the disk."""
        name = hashlib.sha256(repr((signature.texts, signature.kinds)).encode()).hexdigest()
        path = self._cache / name[:2] / f"{name}.f16"
        with suppress(OSError, ValueError):
            kept = np.memmap(path, np.float16, "r").reshape(len(signature.kinds) + 1, -1)
            return Understood(kept[:-1].astype(np.float32), kept[-1].astype(np.float32))
        found = understand(self.graphs, self.bundle.tokenizer, signature.texts, signature.kinds)
        with suppress(OSError, OctocallError):
            # a disk that is full or may not be written to costs time, nothing else
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, np.concatenate([found.rows, found.answer[None]]).astype(np.float16).tobytes())
        return found
