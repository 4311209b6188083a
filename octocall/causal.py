"""Compiled language models: a runtime, the tokens it speaks, and the codec that makes plans of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import tokenizers

from octocall.bundle import FORMAT, MANIFEST
from octocall.call import Plan, Request
from octocall.codecs.functional import PUBLISHED_PROMPT
from octocall.codecs.text import TextCodec, text_codec
from octocall.decode import Decoded
from octocall.errors import BundleError, MissingExtraError
from octocall.files import digest, write_atomically
from octocall.function import Function
from octocall.generate import TokenRuntime, generate
from octocall.interchange import dump_catalog, load_catalog
from octocall.sources.python import load as load_python
from octocall.token_mask import TokenMask
from octocall.types.written import PUBLISHED, Form
from octocall.vocab import TokenVocab

NETWORK = "causal"
FILES = ("catalog.json", "codec.json", "tokenizer.json", "card.md")
RUNTIMES = {"torch": ("torch", "TorchRuntime"), "onnx": ("onnx_causal", "OnnxCausalRuntime"), "gguf": ("gguf", "GgufRuntime")}
"""What reads the weights of a bundle, by their kind: a module of octocall.runtimes, and its class."""


@dataclass(frozen=True)
class Profile:
    """How a published checkpoint is spoken to."""

    codec: str
    template: str = ""
    lead: str = ""
    catalog: str = "octocall.catalogs.android"


PROFILES = {"octopus-v2": Profile("functional", PUBLISHED_PROMPT, " "), "octopus-v1": Profile("pythonic", lead=" ")}
"""By how the name of the checkpoint begins, without its owner: NexaAIDev/Octopus-v2, NexaAIDev/Octopus-v1-gemma-7B, or a folder of such a name."""


class Causal:
    """Plans from a language model. The beginning that all its prompts have in common is read once."""

    def __init__(self, runtime: TokenRuntime, codec: TextCodec, tokenizer: tokenizers.Tokenizer) -> None:
        """Raises BundleError where the tokenizer lacks a token of the codec."""
        self.runtime, self.codec, self.vocab = runtime, codec, TokenVocab(tokenizer, codec.tokens)
        self._mask = lru_cache(maxsize=64)(self._new_mask)
        runtime.keep(self._beginning())

    def _beginning(self) -> list[int]:
        first, second = (self.ids(Request(text)) for text in ("a", "7"))
        same = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), 0)
        return first[:same]

    def ids(self, request: Request) -> list[int]:
        """The prompt of a request in tokens. Raises RequestError."""
        return list(self.vocab.tokenizer.encode(self.codec.prompt(request)).ids)

    def _new_mask(self, functions: tuple[Function, ...], must_call: bool) -> TokenMask:
        return TokenMask(self.codec.grammar(Request("", functions=None if functions is self.codec.catalog.functions else functions), must_call), self.vocab)

    def mask(self, request: Request, must_call: bool = False) -> TokenMask:
        """The mask of a request's functions; requests of the same ones share it."""
        self.codec.candidates(request)
        return self._mask(self.codec.catalog.functions if request.functions is None else request.functions, must_call)

    def decode(self, requests: Sequence[Request], *, masked: bool = True, must_call: bool = False) -> list[tuple[Plan, Decoded]]:
        """Plans of requests, which the runtime reads side by side where it can, with the decisions behind them; without calls where nothing valid was written."""
        masks, prompts = [self.mask(request, must_call) for request in requests], [self.ids(request) for request in requests]
        if self.runtime.together:
            found = generate(self.runtime, masks, prompts, masked=masked)
        else:
            found = [decoded for mask, ids in zip(masks, prompts, strict=True) for decoded in generate(self.runtime, [mask], [ids], masked=masked)]
        return [(self._plan(decoded, request), decoded) for decoded, request in zip(found, requests, strict=True)]

    def _plan(self, decoded: Decoded, request: Request) -> Plan:
        calls = self.codec.decode(self.vocab.read(decoded.symbols), request).calls if decoded.valid else ()
        # a call that says the same as an earlier one is the network going round, not a wish
        return Plan(tuple(call for i, call in enumerate(calls) if call not in calls[:i]), decoded.confidence)

    @classmethod
    def load(cls, name: str | Path, threads: int = 0) -> Causal:
        """Opens a bundle of this kind, or a published checkpoint that has a profile. Raises BundleError."""
        if (manifest := _manifest(name)) is None:
            return _published(str(name))
        folder = Path(name)
        try:
            _verify(folder, manifest)
            catalog = load_catalog(json.loads((folder / "catalog.json").read_text(encoding="utf-8")))
            settings = json.loads((folder / "codec.json").read_text(encoding="utf-8"))
            tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            codec = text_codec(settings["codec"])(catalog, Form(settings["escapes"]), settings["template"], settings["lead"])
        except BundleError:
            raise
        except Exception as error:
            # the contents may be anything, and tokenizers' errors have no common base but Exception
            raise BundleError(f"{folder} is not a complete bundle ({type(error).__name__}: {error}); export or train it again") from error
        return cls(_runtime(settings["weights"], folder, threads), codec, tokenizer)


def is_causal(name: str | Path) -> bool:
    """Whether a name or folder is of a language model."""
    return _manifest(name) is not None or _profile(str(name)) is not None


def save(folder: Path, codec: TextCodec, tokenizer: tokenizers.Tokenizer, weights: str, card: str) -> None:
    """Makes a bundle of a folder in which the weights lie already; the manifest comes last."""
    settings = {
        "codec": type(codec).__module__.rsplit(".", 1)[-1],
        "escapes": codec.form.escapes,
        "template": codec.template,
        "lead": codec.lead,
        "weights": weights,
    }
    write_atomically(folder / "catalog.json", json.dumps(dump_catalog(codec.catalog), indent=1, ensure_ascii=False).encode())
    write_atomically(folder / "codec.json", json.dumps(settings, indent=1, ensure_ascii=False).encode())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    write_atomically(folder / "tokenizer.json", tokenizer.to_str().encode())
    write_atomically(folder / "card.md", card.encode())
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != MANIFEST)
    manifest = {"format": FORMAT, "network": NETWORK, "files": {name: digest(folder / name) for name in names}}
    write_atomically(folder / MANIFEST, json.dumps(manifest, indent=1).encode())


def _manifest(name: str | Path) -> dict[str, Any] | None:
    try:
        found = json.loads((Path(name) / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("network") == NETWORK else None


def _verify(folder: Path, manifest: dict[str, Any]) -> None:
    """Raises BundleError where a file is missing or changed; of the weights, which may be gigabytes, only whether they are there is asked."""
    if manifest.get("format") != FORMAT:
        raise BundleError(f"{folder} is of the format {manifest.get('format')!r}; {FORMAT!r} is expected: export or train it again")
    for name, wanted in manifest["files"].items():
        if not (folder / name).is_file() or (name in FILES and digest(folder / name) != wanted):
            raise BundleError(f"{folder / name} is not what the bundle was made with; export or train it again")


def _runtime(weights: str, folder: Path, threads: int) -> TokenRuntime:
    if weights not in RUNTIMES:
        raise BundleError(f"{folder} has weights of the kind {weights!r}; {' or '.join(RUNTIMES)} is expected: export it again")
    module, name = RUNTIMES[weights]
    try:
        found: TokenRuntime = getattr(import_module(f"octocall.runtimes.{module}"), name).open(folder, threads)
    except ImportError as error:
        raise MissingExtraError(error.name or weights, "gguf" if weights == "gguf" else "causal") from None
    return found


def _profile(name: str) -> Profile | None:
    """The profile of a checkpoint by its name: one on the hub, or a folder with a model's configuration."""
    if not (Path(name) / "config.json").is_file() and name.count("/") != 1:
        return None
    short = Path(name).name.lower()
    return next((profile for beginning, profile in PROFILES.items() if short.startswith(beginning)), None)


def _published(name: str) -> Causal:
    profile = _profile(name)
    if profile is None:
        raise BundleError(f"{name!r} is neither a bundle nor a published checkpoint that is known ({', '.join(PROFILES)}); train one: octocall train --base")
    try:
        from octocall.runtimes.torch import TorchRuntime, load_model, load_tokenizer
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "causal") from None
    codec = text_codec(profile.codec)(load_python(profile.catalog), PUBLISHED, profile.template, profile.lead)
    return Causal(TorchRuntime(load_model(name)), codec, load_tokenizer(name))
