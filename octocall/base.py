"""The base: the network that calls functions it has never seen, told by their documentation alone."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from octocall.bundle import Bundle
from octocall.call import Request
from octocall.catalog import IRRELEVANT, Catalog
from octocall.catalogue import Catalogue
from octocall.codecs.signature import Signature, pieces_of, shares_of, telling_of
from octocall.codecs.spans import MARKS, SpansCodec
from octocall.decode import Runtime
from octocall.errors import BundleError, CatalogueError, OctocallError
from octocall.files import write_atomically
from octocall.function import Function
from octocall.mask import Mask
from octocall.reading import Reading
from octocall.runtimes.common.adapter import Adapter
from octocall.runtimes.open import Asked, Binding, Graphs, OnnxGraphs, OpenRuntime, Understood, ask, understand
from octocall.types import ABSENT, OPEN
from octocall.vocab import BEGIN

NOTHING = Function(IRRELEVANT, "Nothing here fits.", original="no_relevant_function")
CORE = (BEGIN, *MARKS, OPEN, ABSENT, IRRELEVANT)
"""Symbols with rows of their own in the network, in this order."""
ROWS, ADAPTER, OWN = "rows.npz", "adapter.npz", ("question", "tables", "step")
"""What a bundle on top of the base has of its own: the rows of its functions, and an adapter of these graphs."""
TRUST = 0.3
"""How much words that tell one function from the others count, for functions that the network was not trained for."""
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


class Joined:
    """The graphs of a base with those that a catalog has of its own in their place."""

    def __init__(self, base: Graphs, own: Graphs) -> None:
        self._base, self._own = base, own

    @property
    def past(self) -> tuple[int, ...]:
        return self._own.past

    def run(self, name: str, *given: NDArray[Any]) -> Sequence[NDArray[Any]]:
        """The outputs of a part."""
        return (self._own if name in OWN else self._base).run(name, *given)


class Base:
    """Binds sets of functions. Each function's documentation is read once and kept on disk by its digest."""

    def __init__(self, bundle: Bundle, threads: int = 0, cache: Path | None = None, graphs: Graphs | None = None) -> None:
        """``graphs`` stand in for those of the bundle. Raises BundleError where ``bundle`` is compiled for one catalog."""
        self.bundle: Bundle = bundle.as_base()
        self.graphs: Graphs = graphs or OnnxGraphs(bundle.folder, threads)
        self._digest = bundle.digest
        self._cache = (cache or cache_folder()) / self._digest[:16]
        self._bound: OrderedDict[tuple[int, ...], tuple[tuple[Function, ...], Bound]] = OrderedDict()

    @classmethod
    def load(cls, name: str | Path = "base", threads: int = 0) -> Base:
        """Opens a bundle by name or folder. Raises BundleError."""
        return cls(Bundle.open(name), threads)

    def tuned(self, bundle: Bundle, threads: int = 0) -> OpenRuntime:
        """The network of a bundle that was compiled on top of this base. Raises BundleError where it was another base."""
        if bundle.settings["base"] != self._digest:
            raise BundleError(f"{bundle.folder} was compiled on top of another base than {self.bundle.folder}; compile it again")
        understood = read_functions(bundle.folder, bundle.codec)
        own = OnnxGraphs(self.bundle.folder, threads, OWN, Adapter.load(bundle.folder / ADAPTER))
        return OpenRuntime(Joined(self.graphs, own), binding(bundle.codec, understood, float(bundle.settings.get("trust", 0.0))))

    def bind(self, functions: tuple[Function, ...]) -> Bound:
        """The network for these candidates, in their order; the irrelevant function comes last where it is not among them.

        Raises SignatureError where two have one name.
        """
        key = tuple(map(id, functions))
        if key in self._bound:
            self._bound.move_to_end(key)
            return self._bound[key][1]
        bound = Bound(*self._bind(functions))
        # the functions are kept with it, so that no other gets the identity of one of them
        self._bound[key] = (functions, bound)
        if len(self._bound) > _KEPT:
            self._bound.popitem(last=False)
        return bound

    def check(self, catalogue: Catalogue) -> None:
        """Raises CatalogueError for a catalogue of another base."""
        if catalogue.base != self._digest:
            raise CatalogueError(f"{catalogue.folder} was imported with another base than {self.bundle.folder}; name that one, or import again with this one")

    def question(self, text: str) -> NDArray[np.float32]:
        """The vector [width] that a request finds functions by. Raises RequestError."""
        return ask(self.graphs, self.bundle.codec.read(Request(text)).ids)[1]

    def among(self, catalogue: Catalogue, request: Request) -> tuple[Bound, Reading]:
        """The network for the candidates that a catalogue has for a request, and the request as it has read it.

        The plan names functions by their ids in the catalogue. Raises RequestError, and CatalogueError for a catalogue of another base.
        """
        self.check(catalogue)
        reading = self.bundle.codec.read(request)  # every codec of the base reads alike
        encoded, question = ask(self.graphs, reading.ids)
        found = catalogue.search(question, catalogue.candidates, catalogue.words.scores(request.text))
        functions = tuple(replace(one.function, original=one.id) for one in found)
        codec, mask, runtime = self._bind(functions, [catalogue.understood(one.number) for one in found])
        return Bound(codec, mask, Asked(runtime, encoded, question)), reading

    def _bind(self, functions: tuple[Function, ...], known: Sequence[Understood] = ()) -> tuple[SpansCodec, Mask, OpenRuntime]:
        """``known``: what is kept of the functions, of the first ones where it is not as long."""
        catalog = Catalog(functions, "candidates")
        if not any(function.name != IRRELEVANT for function in functions):
            raise OctocallError("no candidate functions were given; at least one is expected")
        if IRRELEVANT not in catalog:
            catalog = catalog.append(NOTHING)
        codec = SpansCodec(catalog, self.bundle.tokenizer, int(self.bundle.settings["max_pieces"]))
        for signature, own in zip(codec.signatures, known, strict=False):
            if len(own.rows) != 1 + len(signature.rows):
                name = signature.function.original
                raise CatalogueError(f"of {name} {len(own.rows)} rows are kept where this version of octocall needs {1 + len(signature.rows)}; import it again")
        understood = [*known, *(self.understood(signature) for signature in codec.signatures[len(known) :])]
        # what a catalogue finds has been chosen by its words already
        return codec, Mask(codec.grammar, codec.vocab), OpenRuntime(self.graphs, binding(codec, understood, 0.0 if known else TRUST))

    def understood(self, signature: Signature) -> Understood:
        """What the network keeps of a function, read from its documentation or from the disk."""
        if signature.function is NOTHING:
            return self._nothing
        return self._understood(signature)

    @cached_property
    def _nothing(self) -> Understood:
        return self._understood(Signature(NOTHING))

    def _understood(self, signature: Signature) -> Understood:
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


def read_functions(folder: Path, codec: SpansCodec) -> list[Understood]:
    """What a bundle on top of a base keeps of the functions of its codec, in their order. Raises BundleError."""
    try:
        with np.load(folder / ROWS) as kept:
            rows, answers = kept["rows"].astype(np.float32), kept["answers"].astype(np.float32)
    except (OSError, ValueError, KeyError) as error:
        raise BundleError(f"{folder / ROWS} cannot be read ({error}); compile the bundle again") from error
    ends = np.cumsum([len(signature.kinds) for signature in codec.signatures])
    return [Understood(own, answer) for own, answer in zip(np.split(rows, ends[:-1]), answers, strict=True)]


def write_functions(folder: Path, functions: Sequence[Understood]) -> None:
    """The reverse of ``read_functions``, in float16."""
    rows, answers = np.concatenate([one.rows for one in functions]), np.stack([one.answer for one in functions])
    np.savez_compressed(folder / ROWS, rows=rows.astype(np.float16), answers=answers.astype(np.float16))


def binding(codec: SpansCodec, functions: Sequence[Understood], trust: float = 0.0) -> Binding:
    """What the network needs of a codec's functions; ``functions`` are those of its catalog in order. ``trust``: how far telling words count."""
    signatures = codec.signatures
    first = np.concatenate([[0], np.cumsum([len(function.rows) for function in functions])]).astype(np.int64)
    tokens = {token: i for i, token in enumerate(codec.catalog.tokens)}
    order, names, answers = list[int](), list[str](), list[NDArray[np.float32]]()
    symbols, owners = list[int](), list[int]()
    for symbol in codec.vocab.symbols:
        number = tokens.get(symbol)
        if number is not None and codec.catalog.functions[number].name == IRRELEVANT:
            order.append(CORE.index(IRRELEVANT))
        elif number is None and symbol not in codec.literals:
            order.append(CORE.index(symbol))
        else:
            order.append(len(CORE) + len(symbols))
            owner = number if number is not None else codec.literals[symbol][0]
            owners.append(owner if number is not None else -1)
            names.append(symbol if number is None else codec.catalog.functions[number].name)
            symbols.append(int(first[owner]) + (0 if number is not None else signatures[owner].rows[symbol]))
            answers.append(functions[owner].answer if number is not None else np.zeros_like(functions[owner].answer))
    places = [first[i] + s.rows[path] for i, s in enumerate(signatures) for path in s.places]
    seen = [first[i] + row for i, s in enumerate(signatures) if s.function.name != IRRELEVANT for row in range(1 + len(s.places))]
    real = [i for i, function in enumerate(codec.catalog) if function.name != IRRELEVANT]
    telling = dict(zip(real, telling_of(codec.tokenizer, [codec.catalog.functions[i] for i in real]), strict=True)) if trust else {}
    return Binding(
        np.array(order), len(CORE) + len(symbols), np.concatenate([function.rows for function in functions]), np.array(symbols), np.array(places or [0]),
        np.array(seen), np.stack(answers), pieces_of(codec.tokenizer, names), shares_of(codec.tokenizer, signatures) or [{}],
        [telling.get(owner, {}) for owner in owners], trust,
    )  # fmt: skip
