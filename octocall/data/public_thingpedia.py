"""Thingpedia's paraphrases and recorded commands: programs read as calls, their numbered slots filled with varied values."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from octocall.data.noise import Piece
from octocall.data.public_sets import Asked

_START = re.compile(r"\$dialogue @org\.thingpedia\.dialogue\.transaction\s*\.\s*")
_CALL = re.compile(r"@([\w.-]+)(?: \( name = \" [^\"]* \" \))? \. (\w+) \( (.*?) ?\)$")
_SLOT = re.compile(r"\b((?:[A-Z]+(?:_[A-Z]+)*)(?:_[a-z]+:[a-z_]+)?)_(\d+)\b")
_FILTERED = re.compile(r"^(.*?\)) filter (.*)$")
_FILTER = re.compile(r"^(\w+) (==|=~|>=|<=) (.+)$")
_CONTAINS = re.compile(r"^contains~? \( (\w+) , (.+) \)$")
_NOT = re.compile(r"^! \( (.+) \)$")
_RULE = re.compile(r"\b(when|whenever|if|every|everytime|any|anytime|each|once|soon|upon|after|new|changes?|auto\w*|moment|case|while)\b")
_CONDITION = re.compile(r"\b(if|when|whenever|every\w*|once|unless|only|until|anytime|any time|as soon|while|case)\b")
_WORD = re.compile(r"\w+")
_TALK = re.compile(r"(greet|cancel)$")


@dataclass
class _Read:
    """What the statements of a program ask for."""

    intents: list[str] = field(default_factory=list)
    slots: list[tuple[int, str, str]] = field(default_factory=list)  # call, parameter, numbered slot
    words: list[tuple[int, str, str]] = field(default_factory=list)  # call, parameter, words of the request
    implied: list[tuple[int, str, str]] = field(default_factory=list)


class _Unreadable(Exception):
    pass


def thingpedia(folder: Path, rng: random.Random) -> Iterator[Asked]:
    """Requests with their calls; programs that say more than calls with values can say are left out."""
    values = _Values(folder, rng)
    for place, text, program in _pairs(folder):
        if "faq_reply" in program or _TALK.search(program.strip(" ;")):
            yield Asked((), (Piece(text),), place, kind="talk")
            continue
        try:
            read = _said(_read(_normal(program), text), text.lower())
            for _ in range(2 if read.slots else 1):
                yield Asked(tuple(read.intents), _pieces(text, read, values), place, tuple(read.implied))
        except _Unreadable:
            continue


def _pairs(folder: Path) -> Iterator[tuple[str, str, str]]:
    paraphrases, recorded = folder / "thingpedia/paraphrase.tsv.gz", folder / "thingpedia/train.annotated.txt.gz"
    if paraphrases.is_file():
        for number, line in enumerate(gzip.decompress(paraphrases.read_bytes()).decode().splitlines(), 1):
            _, _, text, program = line.split("\t")
            yield f"thingpedia/paraphrase.tsv:{number}", _joined(text), program
    if recorded.is_file():
        for number, block in enumerate(gzip.decompress(recorded.read_bytes()).decode().split("====\n"), 1):
            # only first turns: later ones lean on what was said before
            if match := re.match(r"(?:#.*\n)?U: (.+)\n((?:UT: .*\n)+)", block):
                yield f"thingpedia/train.annotated.txt:{number}", match[1].strip(), " ".join(re.findall(r"UT: (.*)", match[2]))


def _joined(text: str) -> str:
    """The words as they are written, punctuation with the word before."""
    text = re.sub(r"\s+([.,!?;:%])", r"\1", text.strip())
    return re.sub(r"\s+('(?:s|m|re|ll|ve|d|t)\b)", r"\1", text).replace(" n't", "n't")


def _normal(program: str) -> str:
    """Both writings of a program as one, a token at a time between blanks."""
    program = _START.sub("", program)
    program = re.sub(r"null\s*\^\^[\w.:-]+\s*\(\s*(\"[^\"]*\")\s*\)|new Location\(\s*(\"[^\"]*\")\s*\)|(\"[^\"]*\")\s*\^\^[\w.:-]+",
                     lambda m: m[1] or m[2] or m[3], program)  # fmt: skip
    program = re.sub(r"\"\s*([^\"]*?)\s*\"", r'" \1 "', program)
    program = re.sub(r"(?<![\s(])\.(\w+)\s*\(", r" . \1 (", program)
    program = re.sub(r"([(),;!])|(=>|==|=~|>=|<=)|(?<![=<>~!])=(?![=>~])", r" \g<0> ", program)
    program = re.sub(r"^\s*execute\s*;", "", re.sub(r"\s+", " ", program)).strip(" ;")
    played = r"@org\.thingpedia\.media-source \. (\w+) \( \)( filter .*?)? => @org\.thingpedia\.media-player \. play \( playable = id \)$"
    return re.sub(played, r"@play . \1 ( )\2", program).replace("$location . ", "$location.")


def _read(program: str, text: str) -> _Read:
    read = _Read()
    for statement in program.split(" ; "):
        for part in statement.split(" => "):
            _read_call(part.strip(), read)
    rule = read.intents[0].startswith("monitor ")
    if any(intent.startswith("monitor ") for intent in read.intents[1:]) or (rule and len(read.intents) < 2):
        raise _Unreadable("a rule that does nothing, or two")
    said = text.lower()
    if not (_RULE.search(said) if rule else not _CONDITION.search(said)):
        raise _Unreadable("the words say another kind of thing")
    return read


def _said(read: _Read, text: str) -> _Read:
    """``read`` without a unit that is not said. Raises _Unreadable where the words say something else than the program."""
    units = {"F": r"\bf(ahrenheit)?\b", "C": r"\bc(elsius|entigrade)?\b"}
    read.implied = [one for one in read.implied if one[1] != "unit" or re.search(units[one[2]], text)]
    if any(one[2] == "started" for one in read.implied) and re.search(r"\b(about|going|soon|ready) to\b|\bsoon\b", text):
        raise _Unreadable("soon is not now")
    marks = {"is_primary": "primary", "is_important": "important"}
    if any(slot in marks and marks[slot] not in text for _, slot, _ in read.implied):
        raise _Unreadable("a mark that is not said")
    return read


def _read_call(part: str, read: _Read) -> None:
    filters = []
    rule = re.match(r"^monitor \( (?:[\w ,]+ of )?(.*) \)(?: filter (.*))?$", part)
    if part.startswith("monitor"):
        if not rule:
            raise _Unreadable(part)
        # the filter may stand inside or outside of the parentheses
        part = rule[1]
        if ") filter" in part and part.count("(") < part.count(")"):
            part, _, outside = part.rpartition(" ) filter ")
            filters.append(outside + " )")
        filters += [rule[2]] if rule[2] else []
    if inner := _FILTERED.match(part):
        part = inner[1]
        filters.append(inner[2])
    match = _CALL.match(part)
    if not match:
        raise _Unreadable(part)
    name = f"{match[1]}.{match[2]}" if match[1] != "play" else f"play_{match[2]}"
    read.intents.append(f"monitor {name}" if rule else name)
    for argument in filter(None, match[3].split(" , ")):
        key, _, value = argument.partition(" = ")
        _add(read, key.strip(), value.strip())
    for clause in filters:
        for one in clause.split(" && "):
            _add(read, *_clause(one.strip()))


def _clause(text: str) -> tuple[str, str]:
    negated = _NOT.match(text)
    text = negated[1] if negated else text
    if match := _CONTAINS.match(text):
        key, value = match[1], match[2]
    elif match := _FILTER.match(text):
        key, value = match[1] + {">=": "_min", "<=": "_max"}.get(match[2], ""), match[3]
    else:
        raise _Unreadable(text)
    return ("!" if negated else "") + key, value.strip()


def _add(read: _Read, key: str, value: str) -> None:
    call = len(read.intents) - 1
    if match := re.fullmatch(r"(\S+_\d+)( [FC]| %)?", value):
        read.slots.append((call, key, match[1]))
        if match[2] in (" F", " C"):
            read.implied.append((call, "unit", match[2].strip()))
    elif match := re.fullmatch(r"enum (\w+)|(true|false)", value):
        read.implied.append((call, key, match[1] or match[2]))
    elif match := re.fullmatch(r"\$location\.(home|work)|\" (.+) \"|(\d+)", value):
        read.words.append((call, key, match[1] or match[2] or match[3]))
    else:
        raise _Unreadable(value)


def _pieces(text: str, read: _Read, values: _Values) -> tuple[Piece, ...]:
    """The request with its values in place. Raises _Unreadable where they do not all stand in it once."""
    found: list[tuple[int, int, tuple[int, str, int], str]] = []
    named = {slot: (call, key) for call, key, slot in read.slots}
    if len(named) < len(read.slots) or sorted(named) != sorted(match[0] for match in _SLOT.finditer(text)):
        raise _Unreadable("slots that do not match")
    for match in _SLOT.finditer(text):
        call, key = named[match[0]]
        found.append((match.start(), match.end(), (call, key, 0), values.of(match[1], key, read, call)))
    for call, key, words in read.words:
        places = list(re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.I))
        if len(places) != 1:
            raise _Unreadable("words that do not stand in it once")
        found.append((places[0].start(), places[0].end(), (call, key, 0), places[0][0]))
    pieces, at, closing = [], 0, ""
    for begin, end, slot, value in sorted(found):
        if begin < at:
            raise _Unreadable("values that overlap")
        quote = '"' if value.startswith('"') else ""
        pieces += [Piece(closing + text[at:begin] + quote), Piece(value.strip('"'), slot)]
        closing, at = quote, end
    return tuple(piece for piece in (*pieces, Piece(closing + text[at:])) if piece.text)


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


class _Values:
    """Words and numbers for numbered slots, the words from other public requests."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self._rng = rng
        self.titles, self.sentences, self.cities, self.people = ["Lord of the Rings", "weekly report"], ["see you soon", "i am busy"], ["Paris"], ["maria"]
        snips, hwu, clinc = folder / "snips/train.jsonl", folder / "hwu64/fold1_train.jsonl", folder / "clinc150/data_full.json"
        if snips.is_file():
            parts = [part for line in snips.read_text(encoding="utf-8").splitlines() for part in json.loads(line)["data"]]
            clean = [(part.get("entity"), part["text"].strip(" '\"")) for part in parts if not re.search(r"[\ufffdÃ\"]", part["text"])]
            self.titles += [text for kind, text in clean if kind in ("object_name", "movie_name", "track", "playlist")]
            self.cities += [text for kind, text in clean if kind == "city"]
        if hwu.is_file():
            slots = re.findall(r"\[\s*(\w+)\s*:\s*([^\]\"]*?)\s*\]", hwu.read_text(encoding="utf-8"))
            self.titles += [text for kind, text in slots if kind in ("event_name", "news_topic", "list_name", "food_type", "definition_word")]
            self.people += [re.sub(r"'s?$", "", text) for kind, text in slots if kind == "person"]
        if clinc.is_file():
            content = json.loads(clinc.read_text(encoding="utf-8"))["train"]
            self.sentences += [text for text, _ in content if len(text.split()) < 10 and '"' not in text]

    def of(self, kind: str, key: str, read: _Read, call: int) -> str:
        """A value; one that stands in quotes begins with one. Raises _Unreadable for kinds that there are no values of."""
        rng = self._rng
        if kind == "NUMBER":
            least, most = _NUMBERS.get(key, (1, 100))
            celsius = (call, "unit", "C") in read.implied
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
        if found is None:
            raise _Unreadable(kind)
        return found.lower() if rng.random() < 0.4 else found

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
