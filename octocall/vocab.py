"""Output symbols and their ids: functional tokens, literals and marks, then pointers into the request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import tokenizers
from numpy.typing import NDArray

from octocall.errors import BundleError

BEGIN = "<begin>"
"""What the decoder reads before its first decision."""


@dataclass(frozen=True)
class Vocab:
    """The fixed symbols in id order. With a request of n word pieces, ids ``len(vocab) + i`` point
    at piece i as the first of a span and ``len(vocab) + n + i`` at piece i as the last."""

    symbols: tuple[str, ...]

    @classmethod
    def build(cls, symbols: Iterable[str]) -> Vocab:
        """A vocabulary of ``symbols`` in order, doubles dropped, BEGIN first."""
        return cls(tuple(dict.fromkeys((BEGIN, *symbols))))

    def __len__(self) -> int:
        return len(self.symbols)

    @cached_property
    def ids(self) -> dict[str, int]:
        return {symbol: i for i, symbol in enumerate(self.symbols)}


_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_MARK = re.compile(r"<\|.*\|>|<unused\d+>")
"""Added tokens of this look are no text, whatever the tokenizer says of them."""
_UNUSED = frozenset((0xC0, 0xC1, *range(0xF5, 0x100)))
"""Bytes that UTF-8 does not have."""


class TokenVocab:
    """The tokens of a language model's tokenizer as the bytes they spell; ``special`` ones (functional tokens) spell nothing and stand for themselves.

    ``order`` [n] are the ids of tokens that spell something, by first byte; ``bytes`` [longest, n] what they spell, ``lengths`` [n] how long it is;
    ``starts`` [257] where each first byte begins among them.
    """

    def __init__(self, tokenizer: tokenizers.Tokenizer, special: Sequence[str]) -> None:
        """Raises BundleError where ``tokenizer`` lacks a special token, or cannot spell every text."""
        tokenizer.encode_special_tokens = True  # an "<eos>" in a request is text
        self.tokenizer = tokenizer
        found = {name: tokenizer.token_to_id(name) for name in special}
        if missing := [name for name, number in found.items() if number is None]:
            raise BundleError(f"the tokenizer has no token {missing[0]}; fine-tune the model for this catalog first: octocall train --base")
        self.ids: dict[str, int] = {name: number for name, number in found.items() if number is not None}
        self.names = {number: name for name, number in self.ids.items()}
        self.spelled = {number: text for number, text in _spelled(tokenizer).items() if number not in self.names and text}
        single = {text[0] for text in self.spelled.values() if len(text) == 1}
        if lost := sorted(set(range(256)) - single - _UNUSED):
            raise BundleError(f"the tokenizer has no token for the byte {lost[0]:#04x}, so it cannot write every text; choose a model with a byte-level tokenizer")
        self.single = {text[0]: number for number, text in reversed(self.spelled.items()) if len(text) == 1}
        numbers = sorted(self.spelled, key=lambda number: self.spelled[number][0])
        self.order: NDArray[np.int32] = np.array(numbers, np.int32)
        self.lengths = np.array([len(self.spelled[number]) for number in numbers], np.int64)
        self.bytes = np.zeros((int(self.lengths.max()), len(numbers)), np.uint8)
        spelled, ends = np.frombuffer(b"".join(self.spelled[number] for number in numbers), np.uint8), np.cumsum(self.lengths)
        for depth, row in enumerate(self.bytes):
            long = self.lengths > depth
            row[long] = spelled[(ends - self.lengths)[long] + depth]
        self.starts = np.searchsorted(self.bytes[0], np.arange(257))

    def encode(self, text: str) -> list[int]:
        """Ids that spell exactly ``text``: the tokenizer's own choice, without a space that it puts before, else the longest tokens from the left."""
        ids = list(self.tokenizer.encode(text, add_special_tokens=False).ids)
        wanted = text.encode()
        for choice in (ids, ids[1:]):
            if b"".join(self.spelled.get(number, b"\xff") for number in choice) == wanted:
                return choice
        return self._longest(wanted)

    def _longest(self, wanted: bytes) -> list[int]:
        found, at = list[int](), 0
        while at < len(wanted):
            size = next(size for size in range(min(len(self.bytes), len(wanted) - at), 0, -1) if wanted[at : at + size] in self._numbers)
            found.append(self._numbers[wanted[at : at + size]])
            at += size
        return found

    @cached_property
    def _numbers(self) -> dict[bytes, int]:
        return {text: number for number, text in reversed(self.spelled.items())}

    def read(self, ids: Iterable[int]) -> str:
        """The text of ``ids``; special tokens by their names."""
        parts = [self.names[i].encode() if i in self.names else self.spelled.get(i, b"") for i in ids]
        return b"".join(parts).decode("utf-8", "replace")


def _spelled(tokenizer: tokenizers.Tokenizer) -> dict[int, bytes]:
    """What each token spells. Raises BundleError for tokenizers that are neither byte-level nor SentencePiece's."""
    settings: dict[str, Any] = json.loads(tokenizer.to_str())
    added = {token["id"]: token for token in settings["added_tokens"]}
    decoder = json.dumps(settings.get("decoder"), ensure_ascii=False)
    found = {}
    for text, number in tokenizer.get_vocab().items():
        if number in added:
            mark = added[number]["special"] or _MARK.fullmatch(text)
            found[number] = b"" if mark else text.encode()
        elif "ByteLevel" in decoder:
            found[number] = bytes(_LETTERS[letter] for letter in text) if all(letter in _LETTERS for letter in text) else b""
        elif "▁" in decoder:
            byte = _BYTE.fullmatch(text)
            found[number] = bytes([int(byte[1], 16)]) if byte else text.replace("▁", " ").encode()
        else:
            raise BundleError("the tokenizer is neither byte-level nor of SentencePiece's kind; choose a model such as Gemma, Llama, Qwen or SmolLM")
    return dict(sorted(found.items()))


def _letters() -> dict[str, int]:
    """The letter that stands for each byte in byte-level tokenizers (GPT-2's table)."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {chr(byte): byte for byte in shown} | {chr(256 + i): byte for i, byte in enumerate(hidden)}


_LETTERS = _letters()
