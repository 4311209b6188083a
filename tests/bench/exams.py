"""Small exams in the formats of the published ones, written for the tests."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT
from octocall.data.example import Example, write_examples, write_functions
from octocall.function import Function, Parameter
from octocall.types import Integer, Text

LAMP = {
    "name": "lamp.dim", "description": "Dims a lamp.",
    "parameters": {"type": "dict", "required": ["room"], "properties": {
        "room": {"type": "string", "description": "Where it hangs"},
        "level": {"type": "integer", "description": "0 to 100", "default": 50},
        "warmth": {"type": "float", "description": "Share of warm light"},
        "zone-ids": {"type": "array", "items": {"type": "integer"}, "description": "Zones"},
        "fade": {"type": "boolean", "description": "Slowly"},
    }},
}  # fmt: skip
BELL = {"name": "ring_bell", "description": "Rings the bell.", "parameters": {"type": "dict", "required": [], "properties": {"times": {"type": "integer"}}}}
ODD = {"name": "odd", "description": "Any object.", "parameters": {"type": "dict", "required": ["x"], "properties": {"x": {"type": "string", "not": {}}}}}


def asked(text: str, name: str = "1", functions: Sequence[Any] = (LAMP, BELL), truth: Any = None) -> dict[str, Any]:
    """A row of the leaderboard."""
    row = {"id": name, "question": [[{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]], "function": list(functions)}
    return row if truth is None else {**row, "ground_truth": truth}


def write_lines(path: Path, rows: Sequence[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(map(json.dumps, rows))
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def hashed(texts: Sequence[str]) -> NDArray[np.float32]:
    """A stand-in for the encoder: texts of the same words lie near each other."""
    vectors = np.zeros((len(texts), 384), np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().replace(":", " ").replace(".", " ").split():
            vectors[row, sum(ord(letter) * (i + 7) for i, letter in enumerate(word)) % 384] += 1
    return vectors


NOUNS = ("lamp", "door", "oven", "fence", "boat", "kite", "drum", "cake")


def open_data(folder: Path) -> Path:
    """An open data folder with a function per noun; the last one is trained on."""
    table = {
        f"home/{noun}": Function(f"use_{noun}", f"Uses the {noun} at home.", (Parameter("name", Text()), Parameter("times", Integer(), "", 1))) for noun in NOUNS
    }
    ids = tuple(table)
    rows = [
        Example(Request(f"use the {noun} called Max", functions=tuple(table.values())), Plan((Call(f"use_{noun}", {"name": "Max"}),)), noun, "single", ids)
        for noun in NOUNS
    ]
    idle = Example(Request("sing", functions=tuple(table.values())), Plan((Call(IRRELEVANT),)), "idle", "irrelevant", ids)
    write_functions(folder / "functions.jsonl", table)
    write_examples(folder / "held_out.jsonl", [*rows, idle])
    write_examples(folder / "train.jsonl", [rows[-1]])
    return folder
