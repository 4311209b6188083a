"""The least that a model must beat: the function whose documentation shares the most words with the request."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Set
from datetime import datetime

from octocall.call import Call, Plan, Request
from octocall.catalog import IRRELEVANT, Catalog
from octocall.function import Function, Parameter
from octocall.types import Context, Text
from octocall.words import document, split


def plan(request: Request, catalog: Catalog | None = None) -> Plan:
    """A plan of one call over the request's candidates, else over the catalog; values that are not found by the simplest means are missing.

    Over a catalog it is in canonical form with defaults; among candidates, parameters that may be left out are, unless a word fits.
    """
    functions = request.functions if request.functions is not None else tuple(catalog or ())
    documents = {f.name: set(split(document(f))) for f in functions if f.name != IRRELEVANT}
    if not documents:
        return Plan((Call(IRRELEVANT),))
    counts = Counter(word for words in documents.values() for word in words)
    weight = {word: math.log(1 + len(documents) / count) for word, count in counts.items()}
    said = set(split(request.text))
    scores = {name: sum(weight[word] for word in said & words) for name, words in documents.items()}
    best = max(scores, key=scores.__getitem__)
    if scores[best] < math.log(1 + len(documents)) / 2:
        return Plan((Call(IRRELEVANT),))
    found = Plan((call(next(f for f in functions if f.name == best), request, documents[best]),))
    return found if catalog is None or request.functions is not None else catalog.check(found)


def call(function: Function, request: Request, matched: Set[str]) -> Call:
    """A call with the first words of the request that fit each type; text is what follows the last of the words that ``matched``."""
    context = Context(request.now or datetime.now(), request.region)
    found = {p.name: _value(p, request.text, matched, context) for p in function.parameters}
    arguments = {name: value for name, value in found.items() if value is not None}
    missing = tuple(p.name for p in function.parameters if p.required and p.name not in arguments)
    return Call(function.name, arguments, missing)


def _value(parameter: Parameter, text: str, matched: Set[str], context: Context) -> object:
    words = text.split()
    if isinstance(parameter.type, Text):
        last = max((i for i, word in enumerate(words) if set(split(word)) & matched), default=-1)
        return (" ".join(words[last + 1 :]) or None) if parameter.required else None
    values = (parameter.type.parse(word, context) for word in words)
    return next((value for value in values if value is not None), None)
