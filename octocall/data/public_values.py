"""Values for the numbered slots of Thingpedia's requests: numbers, names, addresses, and words of other public requests."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

from octocall.data.public_sets import MANGLED

_WORD = re.compile(r"\w+")
_LANGUAGES = (
    "French",
    "German",
    "Spanish",
    "Italian",
    "Chinese",
    "Japanese",
    "Korean",
    "Russian",
    "Arabic",
    "Hindi",
    "Turkish",
    "Polish",
    "Czech",
    "Dutch",
    "Greek",
    "Swedish",
    "Welsh",
    "Finnish",
    "Thai",
    "Swahili",
)
_COUNTRIES = (
    "France",
    "Germany",
    "Brazil",
    "Japan",
    "India",
    "Kenya",
    "Canada",
    "Mexico",
    "Italy",
    "Norway",
    "Egypt",
    "Peru",
    "Spain",
    "Vietnam",
    "Ireland",
    "Chile",
    "Nepal",
    "Portugal",
)
_MEMES = (
    "one does not simply",
    "bad luck brian",
    "futurama fry",
    "grumpy cat",
    "success kid",
    "y u no",
    "ancient aliens",
    "doge",
    "philosoraptor",
    "distracted boyfriend",
)
_DAYS = ("may 4", "june 3rd", "12/25/2017", "2018-03-01", "january 5th 2018", "yesterday", "last friday", "the 3rd of april", "july 20", "11/2/2016")
_ENDINGS = (".txt", ".pdf", ".doc", ".jpg", ".xlsx", "", "", "", ".md", ".zip")
_BEGINNINGS = ("https://", "http://", "www.")
_SENTENCE = frozenset({"message", "status", "body", "text", "caption", "purpose", "text_top", "text_bottom", "description"})
_NUMBERS = {
    "value": (55, 88), "low": (1, 60), "high": (61, 100), "volume": (0, 100), "issue_number": (1, 5000), "count": (2, 30),
    "steps_min": (1000, 20000), "value_min": (40, 90), "value_max": (10, 60), "id": (1, 3000),
}  # fmt: skip


class Values:
    """Words and numbers for numbered slots, the words from other public requests."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self._rng = rng
        self.titles, self.sentences, self.cities, self.people = ["Lord of the Rings", "weekly report"], ["see you soon", "i am busy"], ["Paris"], ["maria"]
        snips, hwu, clinc = folder / "snips/train.jsonl", folder / "hwu64/fold1_train.jsonl", folder / "clinc150/data_full.json"
        if snips.is_file():
            parts = [part for line in snips.read_text(encoding="utf-8").splitlines() for part in json.loads(line)["data"]]
            clean = [(part.get("entity"), part["text"].strip(" '\"")) for part in parts if not MANGLED.search(part["text"]) and '"' not in part["text"]]
            self.titles += [text for kind, text in clean if kind in ("object_name", "movie_name", "track", "playlist")]
            self.cities += [text for kind, text in clean if kind == "city"]
        if hwu.is_file():
            slots = re.findall(r"\[\s*(\w+)\s*:\s*([^\]\"]*?)\s*\]", hwu.read_text(encoding="utf-8"))
            self.titles += [text for kind, text in slots if kind in ("event_name", "news_topic", "list_name", "food_type", "definition_word")]
            self.people += [re.sub(r"'s?$", "", text) for kind, text in slots if kind == "person"]
        if clinc.is_file():
            content = json.loads(clinc.read_text(encoding="utf-8"))["train"]
            self.sentences += [text for text, _ in content if len(text.split()) < 10 and '"' not in text]

    def of(self, kind: str, key: str, celsius: bool) -> str | None:
        """A value; one that stands in quotes begins with one. None for kinds that there are no values of."""
        rng = self._rng
        if kind == "NUMBER":
            least, most = _NUMBERS.get(key, (1, 100))
            return str(rng.randint(*((12, 19) if key == "low" else (20, 29)) if celsius else (least, most)))
        if kind == "QUOTED_STRING":
            return self._quoted(key)
        name = rng.choice(self.people)
        word = re.sub(r"\W", "", rng.choice(self.titles).lower())[:16] or "news"
        found = {
            "USERNAME": rng.choice(("@", "@", "")) + re.sub(r"\W+", rng.choice(("_", "")), name) + rng.choice(("", "", str(rng.randrange(100)))),
            "HASHTAG": "#" + word, "LOCATION": rng.choice(self.cities), "DATE": rng.choice(_DAYS),
            "URL": f"{rng.choice(_BEGINNINGS)}{word}.{rng.choice(('com', 'org', 'net', 'tv'))}{rng.choice(('', '/watch', f'/video/{rng.randrange(999)}'))}",
            "EMAIL_ADDRESS": f"{'.'.join(_WORD.findall(name))}@{rng.choice(('gmail.com', 'example.com', 'yahoo.com', word + '.org'))}",
            "PATH_NAME": word + rng.choice(_ENDINGS), "GENERIC_ENTITY_tt:iso_lang_code": rng.choice(_LANGUAGES),
            "GENERIC_ENTITY_tt:country": rng.choice(_COUNTRIES), "GENERIC_ENTITY_imgflip:meme_id": rng.choice(_MEMES),
        }.get(kind)  # fmt: skip
        return found.lower() if found and rng.random() < 0.4 else found

    def _quoted(self, key: str) -> str:
        rng = self._rng
        if key == "target_language":
            return rng.choice(_LANGUAGES)
        if key in ("organizer", "sender", "user_name"):
            return rng.choice(self.people)
        if key.endswith("_name") and key != "file_name":
            text = rng.choice(self.titles)
        elif key == "file_name":
            text = rng.choice(self.titles) + rng.choice(_ENDINGS)
        else:
            text = rng.choice(self.sentences if key in _SENTENCE and rng.random() < 0.7 else self.titles)
        text = text.strip(" .,!?") or "hello"
        return text if rng.random() < 0.3 and len(text.split()) < 5 else f'"{text}'
