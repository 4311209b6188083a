"""Descriptions as plain text: one line, without HTML, Markdown or control characters."""

from __future__ import annotations

import html
import re
import unicodedata

_MAX_READ = 20_000
_HTML = re.compile(r"<!--.*?-->|<(script|style)\b[^<>]*>.*?</\1>|</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>", re.S | re.I)
_BREAK = re.compile(r"<(?:br|p|li|tr|h[1-6]|div)\b[^<>]*>|</(?:p|li|tr|h[1-6]|div|ul|ol|table)>", re.I)
_MARKDOWN = (
    (re.compile(r"```.*?(?:```|\Z)", re.S), " "),
    (re.compile(r"!\[[^\]\n]*\]\([^()\n]*\)"), " "),
    (re.compile(r"\[([^\]\n]+)\]\([^()\n]*\)"), r"\1"),
    (re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+|\d{1,3}[.)]\s+)", re.M), ""),
    (re.compile(r"^\s*\|?[\s:|-]{3,}\|?\s*$", re.M), ""),
    (re.compile(r"(\*\*|__)(?=\S)([^\n]*?\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]*?\S)\1(?!\w)"), r"\2"),
    (re.compile(r"`([^`\n]*)`"), r"\1"),
)
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\betc\.)\s+(?=[^a-z])")


def clean(text: object) -> str:
    """``text`` in one line without control characters; nothing where it is no text."""
    if not isinstance(text, str):
        return ""
    return " ".join("".join(" " if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter for letter in text).split())


def plain(text: object, most: int = 240) -> str:
    """The first sentences of a description in HTML or Markdown, up to ``most`` characters; a longer first one is cut at a word."""
    if not isinstance(text, str):
        return ""
    text = _HTML.sub(" ", _BREAK.sub("\n\n", text[:_MAX_READ].replace("\r\n", "\n")))
    for pattern, replacement in _MARKDOWN:
        text = pattern.sub(replacement, text)
    paragraphs = [clean(paragraph) for paragraph in re.split(r"\n\s*\n", html.unescape(text))]
    found = ""
    for sentence in _SENTENCE.split(next(filter(None, paragraphs), "")):
        if found and len(found) + len(sentence) >= most:
            break
        found = f"{found} {sentence}".strip()
    return found if len(found) <= most else found[: most - 1].rpartition(" ")[0] + "…"
