"""What a compiled model is on disk: a folder of files with their digests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import tokenizers

from octocall.catalog import Catalog
from octocall.codecs.spans import SpansCodec
from octocall.confidence import Confidence
from octocall.errors import BundleError
from octocall.files import digest, write_atomically
from octocall.interchange import dump_catalog, load_catalog

FORMAT = "octocall-bundle-1"
FILES = ("catalog.json", "codec.json", "card.md")
TOKENIZER = "tokenizer.json"
"""Of a bundle on top of a base it is the base's."""
GRAPHS = {
    "compiled": (TOKENIZER, "prefill.onnx", "step.onnx"),
    "open": (TOKENIZER, "stem.onnx", "document.onnx", "understanding.onnx", "question.onnx", "tables.onnx", "step.onnx", "folded.npz"),
    "tuned": ("adapter.npz", "rows.npz"),
}
"""The weights by kind of network: for one catalog alone, for functions that come with the request, for one catalog on top of such a base."""
EXAMPLES, IMPLEMENTATIONS, PAGE = "examples.jsonl.gz", "functions*.py", "report.html"
EXTRAS = (EXAMPLES, IMPLEMENTATIONS, PAGE)
"""What a bundle may hold beside: the rows it was made with, files with the functions themselves, what was measured of it."""
MANIFEST = "bundle.json"
BASE = "base"
"""The base that ships."""


@dataclass(frozen=True)
class Bundle:
    """A folder with exactly FILES, the GRAPHS of its ``network``, any of EXTRAS, and a manifest of their SHA-256 digests."""

    folder: Path
    catalog: Catalog
    tokenizer: tokenizers.Tokenizer
    settings: dict[str, Any]
    network: str = "compiled"

    @cached_property
    def codec(self) -> SpansCodec:
        """The codec that the network was trained with."""
        return SpansCodec(self.catalog, self.tokenizer, int(self.settings["max_pieces"]))

    @property
    def implementations(self) -> list[Path]:
        """Files with the functions themselves, those of later ones last."""
        return sorted(self.folder.glob(IMPLEMENTATIONS), key=lambda path: (len(path.name), path.name))

    @property
    def confidence(self) -> Confidence | None:
        """How the network's own probabilities are to be read, where that was measured."""
        found = self.settings.get("confidence")
        return Confidence(**found) if found else None

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest: one name for all that is in the bundle."""
        return digest(self.folder / MANIFEST)

    @classmethod
    def save(cls, folder: Path, codec: SpansCodec, card: str, settings: dict[str, Any], network: str = "compiled") -> Bundle:
        """Writes everything but the weights, which must lie in ``folder`` already; the manifest comes last."""
        settings = {"max_pieces": codec.max_pieces, "symbols": list(codec.vocab.symbols), **settings}
        write_atomically(folder / "catalog.json", json.dumps(dump_catalog(codec.catalog), indent=1, ensure_ascii=False).encode())
        if TOKENIZER in GRAPHS[network]:
            write_atomically(folder / TOKENIZER, codec.tokenizer.to_str().encode())
        write_atomically(folder / "codec.json", json.dumps(settings, indent=1).encode())
        write_atomically(folder / "card.md", card.encode())
        sums = {name: digest(folder / name) for name in (*FILES, *GRAPHS[network], *_extras(folder))}
        write_atomically(folder / MANIFEST, json.dumps({"format": FORMAT, "network": network, "files": sums}, indent=1).encode())
        return cls(folder, codec.catalog, codec.tokenizer, settings, network)

    @classmethod
    def open(cls, name: str | Path, base: str | Path = BASE) -> Bundle:
        """Opens a folder, or a bundle that ships with the package by its name; ``base`` is the one below it, where there is one.

        Raises BundleError where it is missing, of another format, or where a file was changed.
        """
        folder = cls.find(name)
        try:
            network = _verify(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
            catalog = load_catalog(json.loads((folder / "catalog.json").read_text(encoding="utf-8")))
            settings = json.loads((folder / "codec.json").read_text(encoding="utf-8"))
            tokenizer = tokenizers.Tokenizer.from_file(str((cls.find(base) if network == "tuned" else folder) / TOKENIZER))
            bundle = cls(folder, catalog, tokenizer, settings, network)
            same = list(bundle.codec.vocab.symbols) == settings["symbols"]
        except BundleError:
            raise
        except Exception as error:
            # the contents may be anything, and tokenizers' errors have no common base but Exception
            raise BundleError(f"{folder} is not a complete bundle ({type(error).__name__}: {error}); install or compile it again") from error
        if not same:
            raise BundleError(f"{folder} was compiled for other symbols than this version writes; compile it again")
        return bundle

    def as_base(self) -> Bundle:
        """This bundle, where it takes functions with the request. Raises BundleError."""
        if self.network != "open":
            raise BundleError(f"{self.folder} is compiled for the functions of {self.catalog.name}; a base is expected, such as the one that ships: base")
        return self

    @staticmethod
    def find(name: str | Path) -> Path:
        """The folder of a bundle: of a name that ships, else of a path. Raises BundleError.

        A text that names a shipped bundle is never a folder of the working directory: write "./android" for that.
        """
        shipped = Path(str(files("octocall"))) / "bundles"
        names = sorted(path.parent.name for path in shipped.glob(f"*/{MANIFEST}"))
        if isinstance(name, str) and name in names:
            return shipped / name
        if (Path(name) / MANIFEST).is_file():
            return Path(name)
        why = f"{str(name)!r} has no {MANIFEST}" if Path(name).is_dir() else f"no bundle {str(name)!r} was found"
        raise BundleError(f"{why}; give a folder with {MANIFEST}, or one of: {', '.join(names) or 'none ships here'}")


def _extras(folder: Path) -> list[str]:
    return [path.name for pattern in EXTRAS for path in sorted(folder.glob(pattern))]


def _verify(folder: Path, manifest: dict[str, Any]) -> str:
    """The kind of network. Raises BundleError where a file is not the one that the manifest names."""
    if manifest.get("format") != FORMAT:
        raise BundleError(f"{folder} is of the format {manifest.get('format')!r}; {FORMAT!r} is expected: compile it again")
    network = manifest.get("network", "compiled")
    if network == "causal":
        raise BundleError(f"{folder} is a language model; only ask, plan and bench phone take one")
    if network not in GRAPHS:
        raise BundleError(f"{folder} has a network of the kind {network!r}; {' or '.join(GRAPHS)} is expected: compile it again")
    for file in (*FILES, *GRAPHS[network], *_extras(folder)):
        if digest(folder / file) != manifest["files"].get(file):
            raise BundleError(f"{folder / file} is not what the bundle was made with; install or compile the bundle again")
    return str(network)
