"""Thingpedia's paraphrases and recorded commands: programs read as calls, their numbered slots filled with varied values."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from octocall.data.noise import Piece
from octocall.data.public_sets import Asked, Slot
from octocall.data.public_values import Values

_START = re.compile(r"\$dialogue @org\.thingpedia\.dialogue\.transaction\s*\.\s*")
_CALL = re.compile(r"@([\w.-]+)(?: \( name = \" [^\"]* \" \))? \. (\w+) \( (.*?) ?\)$")
_SLOT = re.compile(r"\b((?:[A-Z]+(?:_[A-Z]+)*)(?:_[a-z]+:[a-z_]+)?)_(\d+)\b")
_FILTERED = re.compile(r"^(.*?\)) filter (.*)$")
_FILTER = re.compile(r"^(\w+) (==|=~|>=|<=) (.+)$")
_CONTAINS = re.compile(r"^contains~? \( (\w+) , (.+) \)$")
_NOT = re.compile(r"^! \( (.+) \)$")
_RULE = re.compile(r"\b(when|whenever|if|every|everytime|any|anytime|each|once|soon|upon|after|new|changes?|auto\w*|moment|case|while)\b")
_CONDITION = re.compile(r"\b(if|when|whenever|every\w*|once|unless|only|until|anytime|any time|as soon|while|case)\b")
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
    values = Values(folder, rng)
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


def _pieces(text: str, read: _Read, values: Values) -> tuple[Piece, ...]:
    """The request with its values in place. Raises _Unreadable where they do not all stand in it once."""
    found: list[tuple[int, int, Slot, str]] = []
    named = {slot: (call, key) for call, key, slot in read.slots}
    if len(named) < len(read.slots) or sorted(named) != sorted(match[0] for match in _SLOT.finditer(text)):
        raise _Unreadable("slots that do not match")
    for match in _SLOT.finditer(text):
        call, key = named[match[0]]
        value = values.of(match[1], key, (call, "unit", "C") in read.implied)
        if value is None:
            raise _Unreadable(match[1])
        found.append((match.start(), match.end(), Slot(call, key), value))
    for call, key, words in read.words:
        places = list(re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.I))
        if len(places) != 1:
            raise _Unreadable("words that do not stand in it once")
        found.append((places[0].start(), places[0].end(), Slot(call, key), places[0][0]))
    pieces, at, closing = [], 0, ""
    for begin, end, slot, value in sorted(found):
        if begin < at:
            raise _Unreadable("values that overlap")
        quote = '"' if value.startswith('"') else ""
        pieces += [Piece(closing + text[at:begin] + quote), Piece(value.strip('"'), slot)]
        closing, at = quote, end
    return tuple(piece for piece in (*pieces, Piece(closing + text[at:])) if piece.text)
