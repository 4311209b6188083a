"""Small tokenizers of the two kinds that language models have, made on the spot."""

from __future__ import annotations

from collections.abc import Iterable

import tokenizers
from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXTS = [
    "Below is the query from the users, please call the correct function and generate the parameters to call the function.\n\nQuery: take a selfie \n\nResponse:",
    "('front')('back', 'it\\'s', None, 10, True)", "wake me up at 07:30 tomorrow, 2026-03-05", "Function description: \ndef take_a_photo(camera='back'):",
    "send a text to Mum: I'll be late; see you 😀 soon, 晚上见", "location to tell the weather of, navigate, irrelevant_function()",
]  # fmt: skip


def byte_level(special: Iterable[str] = (), size: int = 480) -> tokenizers.Tokenizer:
    """Byte-level BPE, as Llama 3, Qwen and SmolLM have it."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        TEXTS * 20, trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, special_tokens=["<eos>", "<pad>"], show_progress=False)
    )
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in special])
    return tokenizer


def sentence_pieces(special: Iterable[str] = (), prefix: bool = False) -> tokenizers.Tokenizer:
    """BPE with spaces as ▁ and a token for every byte, as Gemma has it, and Llama 2 with ``prefix``."""
    words = sorted({piece for text in TEXTS for piece in text.replace(" ", " ▁").split(" ") if piece.replace("▁", "").isalpha() and piece.isascii() is False})
    vocab = {name: i for i, name in enumerate(["<pad>", "<eos>", "<bos>", *(f"<0x{byte:02X}>" for byte in range(256))])}
    merges: list[tuple[str, str]] = []
    for letter in ["▁", *map(chr, range(33, 127)), "晚", "见"]:
        vocab.setdefault(letter, len(vocab))
    for word in [w for w in words if all(letter in vocab for letter in w)] + ["('", "')", "',"]:
        for end in range(2, len(word) + 1):
            if word[:end] not in vocab:
                vocab[word[:end]] = len(vocab)
                merges.append((word[: end - 1], word[end - 1]))
    tokenizer = tokenizers.Tokenizer(models.BPE(vocab, merges, byte_fallback=True, unk_token="<pad>"))
    tokenizer.normalizer = normalizers.Sequence([*([normalizers.Prepend("▁")] if prefix else []), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(["<pad>", "<eos>", "<bos>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in special])
    return tokenizer
