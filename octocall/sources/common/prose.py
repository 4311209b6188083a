"""Descriptions as plain text: one line, without HTML, Markdown or control characters."""

from __future__ import annotations

import html
import re
from functools import lru_cache

_MAX_READ, _MOST, _MOST_TITLE = 4000, 240, 60
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MARKED = re.compile(r"[<&*_`\[#|>]|^\s*(?:[-+]|\d+[.)])\s", re.M)
_HTML = re.compile(r"<!--.*?-->|<(script|style)\b[^<>]*>.*?</\1>|</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>", re.S | re.I)
_BREAK = re.compile(r"<(?:br|p|li|tr|h[1-6]|div)\b[^<>]*>|</(?:p|li|tr|h[1-6]|div|ul|ol|table)>", re.I)
_MARKDOWN = (
    (re.compile(r"```.*?(?:```|\Z)", re.S), " "),
    (re.compile(r"!\[[^\]\n]*\]\([^()\n]*\)"), " "),
    (re.compile(r"\[([^\]\n]+)\]\([^()\n]*\)"), r"\1"),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.*)$", re.M), r"\1\n\n"),
    (re.compile(r"^[ \t]{0,3}(?:>[ \t]?|[-*+][ \t]+|\d{1,3}[.)][ \t]+)", re.M), ""),
    (re.compile(r"^[ \t]*\|?[ \t:|-]{3,}\|?[ \t]*$", re.M), ""),
    (re.compile(r"(\*\*|__)(?=\S)([^\n]*?\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]*?\S)\1(?!\w)"), r"\2"),
    (re.compile(r"`([^`\n]*)`"), r"\1"),
)
_TITLE = re.compile(r"\s*\b(?:(?:RESTful|REST|Web|HTTP|JSON)\s+)*(?:APIs?|ManagementClient|Client)?\s*(?:\(?v?\d[\w.]*\)?)?\s*$", re.I)
_CLIENT_TITLE = re.compile(r"(?:Management)?Client$")
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\betc\.)\s+(?=[^a-z])")


def clean(text: object) -> str:
    """``text`` in one line without control characters; nothing where it is no text."""
    return " ".join(_CONTROL.sub(" ", text).split()) if isinstance(text, str) else ""


def plain(text: object, most: int = _MOST) -> str:
    """The first sentences of a description in HTML or Markdown, up to ``most`` characters; a longer first one is cut at a word."""
    return _plain(text[:_MAX_READ], most) if isinstance(text, str) else ""


def told(summary: object, description: object, most: int = _MOST) -> str:
    """The summary, with the first sentences of the description where they say more."""
    short, long = plain(summary, most), plain(description, most)
    if not short or long.lower().startswith(short.rstrip(".").lower()):
        return long or short
    return f"{short.rstrip('.')}. {long}" if long and len(short) < 80 else short


def api_name(title: object) -> str:
    """What an interface is called, without "API" and its version."""
    found = plain(title, _MOST_TITLE)
    if _CLIENT_TITLE.search(found) and " " not in found:
        found = _HUMP.sub(" ", _CLIENT_TITLE.sub("", found))
    return _TITLE.sub("", found).strip(" -:") or found


def words(name: str) -> str:
    """The words of an identifier: "listPull_requests" is "list pull requests"."""
    return " ".join(re.findall(r"[^\W_]+", _HUMP.sub(" ", name))).lower()


def titled(text: str, title: str) -> str:
    """A description with the name of its interface behind it where it does not say it already."""
    return text if set(title.lower().split()) <= set(re.findall(r"\w+", text.lower())) else f"{text} ({title})"


@lru_cache(maxsize=4096)
def _plain(text: str, most: int) -> str:
    if _MARKED.search(text):
        text = _HTML.sub(" ", _BREAK.sub("\n\n", text.replace("\r\n", "\n")))
        for pattern, replacement in _MARKDOWN:
            text = pattern.sub(replacement, text)
        text = html.unescape(text)
    first = next((found for paragraph in re.split(r"\n\s*\n", text) if (found := clean(paragraph))), "")
    found = ""
    for sentence in _SENTENCE.split(first):
        if found and len(found) + len(sentence) >= most:
            break
        found = f"{found} {sentence}".strip()
    return found if len(found) <= most else found[: most - 1].rpartition(" ")[0] + "…"
