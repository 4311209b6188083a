"""The least that a model must beat: the function whose documentation shares the most words with the request."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import datetime

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT, Catalog
from octocall.function import Function, Parameter
from octocall.types import Context, Text


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", text.lower().replace("_", " "))


def plan(request: Request, catalog: Catalog) -> Plan:
    """A valid plan of one call; values that are not found by the simplest means are missing."""
    documents = {f.name: set(_words(f"{f.name} {f.description}")) for f in catalog if f.name != IRRELEVANT}
    counts = Counter(word for words in documents.values() for word in words)
    weight = {word: math.log(1 + len(documents) / count) for word, count in counts.items()}
    said = set(_words(request.text))
    scores = {name: sum(weight[word] for word in said & words) for name, words in documents.items()}
    best = max(scores, key=scores.__getitem__)
    if scores[best] < math.log(1 + len(documents)) / 2:
        return Plan((Call(IRRELEVANT),))
    return catalog.check(Plan((_call(catalog[best], request, documents[best]),)))


def _call(function: Function, request: Request, matched: set[str]) -> Call:
    context = Context(request.now or datetime.now(), request.region)
    found = {p.name: _value(p, request.text, matched, context) for p in function.parameters}
    arguments = {name: value for name, value in found.items() if value is not None}
    missing = tuple(p.name for p in function.parameters if p.required and p.name not in arguments)
    return Call(function.name, arguments, missing)


def _value(parameter: Parameter, text: str, matched: set[str], context: Context) -> object:
    words = text.split()
    if isinstance(parameter.type, Text):
        last = max((i for i, word in enumerate(words) if set(_words(word)) & matched), default=-1)
        return (" ".join(words[last + 1 :]) or None) if parameter.required else None
    values = (parameter.type.parse(word, context) for word in words)
    return next((value for value in values if value is not None), None)
