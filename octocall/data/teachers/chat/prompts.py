"""What an online teacher is told: one conversation for requests, one for arguments, one for the verdict."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from datetime import datetime

from octocall.call import Call
from octocall.data.teachers.chat.service import Message
from octocall.data.teachers.common.task import IRRELEVANT_KIND, PARALLEL, SINGLE, Task
from octocall.function import Function
from octocall.types import Boolean, Choice, List, Record

VOICES = (
    "plain and short, as an ordinary person says it first",
    "polite, as a question",
    "hurried: elliptic, few words, lower case, hardly any punctuation",
    "spoken aloud, with a little background before or after the wish",
    "precise office English, every value named",
    "a developer who tries the function out: a complete task in one or two sentences",
    "indirect: a need or a situation from which the wish is plain",
    "chatty, with slang",
    "the values first, the wish last",
    "someone whose first language is not English",
    "a statement of what they want to happen, with the reason",
    "brisk, as to an assistant who knows them well",
)
SETTINGS = (
    "a family at home", "a small shop", "a student in a shared flat", "a field engineer", "a hospital ward", "a software team", "a farm in the highlands",
    "a travel agency", "a retired couple", "a newsroom", "a logistics depot", "a school", "a band on tour", "a restaurant kitchen", "a law firm",
    "a research laboratory", "a sports club", "a charity", "a freelancer on the road", "a city council office",
)  # fmt: skip
REGIONS = (
    "West Africa", "Scandinavia", "the Indian subcontinent", "South America", "East Asia", "the Middle East", "Eastern Europe", "North America",
    "South-East Asia", "the British Isles", "Oceania", "the Mediterranean", "East Africa", "Central Europe",
)  # fmt: skip
_VOICES_AT_ONCE = 4
_LONGEST_DESCRIPTION, _LONGEST_MEANING, _LONGEST_NEIGHBOUR = 700, 240, 120
_JSON = "Answer with JSON alone, without a fence or a word around it: "
_HINTS = (
    "Values stand in the request, each in one piece, in the words that people use: 'half past six', 'twenty', 'next Friday', 'INV-2231'; lists as 'a, b and c'. "
    "Only a choice among given words, and yes or no, may be implied by how it is said."
)


def describe(function: Function) -> str:
    """A function as a teacher reads it."""
    lines = [f"{function.name}: {_cut(function.description, _LONGEST_DESCRIPTION) or '(no description)'}"]
    for parameter in function.parameters:
        need = "required" if parameter.required else "optional" if parameter.default is None else f"optional, else {json.dumps(parameter.default)}"
        meaning = _cut(parameter.description, _LONGEST_MEANING)
        lines.append(f"  - {parameter.name} ({need}): {json.dumps(parameter.type.schema(), ensure_ascii=False)}{' ' + meaning if meaning else ''}")
    return "\n".join(lines)


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rstrip() + "…"


def queries(task: Task, count: int, now: datetime, known: Sequence[str], rng: random.Random) -> list[Message]:
    """Asks for ``count`` requests of one kind, in voices and a setting that are drawn; ``known`` ones are not to come again."""
    voices = rng.sample(VOICES, min(_VOICES_AT_ONCE, count))
    others = [f for name, f in task.candidates.items() if name != task.target]
    parts = [f"The function:\n{describe(task.function)}"]
    if task.kind == PARALLEL:
        parts += ["Other functions of the same application:", *map(describe, others)] if others else []
    elif others:
        near = "\n".join(f"{f.name}: {_cut(f.description, _LONGEST_NEIGHBOUR)}" for f in others)
        parts.append(f"Other functions of the same application, which the requests must not ask for:\n{near}")
    parts += [_wanted(task, count), _style(voices, rng, now)]
    if known:
        parts.append("These are known already; write others:\n" + "\n".join(f"- {query}" for query in known))
    parts.append(_JSON + '{"queries": ["…", "…"]}')
    return [_system("You write what people type or say to an assistant that calls functions for them. You write varied, natural English."), _user(parts)]


def _wanted(task: Task, count: int) -> str:
    name = task.function.name
    if task.kind == SINGLE:
        required = [p.name for p in task.function.parameters if p.required]
        given = f"Each gives a value for every required parameter ({', '.join(required)}), and" if required else "Each gives"
        options = " now and then values for optional ones." if any(not p.required for p in task.function.parameters) else " nothing that it does not take."
        return f"Write {count} different requests, each of which is fulfilled by exactly one call of {name}. {given}{options} {_HINTS}"
    if task.kind == PARALLEL:
        return (
            f"Write {count} different requests, each of which needs two or three calls: of {name} twice or three times with different values, or of {name} and of "
            f"others that are listed. No call needs the result of another. Each call gets its required values from the request. {_HINTS}"
        )
    return (
        f"Write {count} different things that a user of this application might say which are near to {name} in topic or wording, but which NONE of the listed "
        "functions can do, not even in part: neighbouring wishes, functions that are missing here, statements, questions about knowledge. "
        "It must be clear to a fair judge."
    )


def _style(voices: Iterable[str], rng: random.Random, now: datetime) -> str:
    return (
        f"Voices, in turn: {'; '.join(voices)}. Setting, where it fits: {rng.choice(SETTINGS)}, {rng.choice(REGIONS)}. It is {now:%A, %d %B %Y, %H:%M}. "
        "Concrete, realistic, varied values; no placeholders, no names of functions or parameters. No two alike in verb, structure and length."
    )


def arguments(task: Task, query: str, now: datetime, remark: str) -> list[Message]:
    """Asks which calls a request asks for, in the words of the request."""
    shown = [task.function] if task.kind == SINGLE else list(task.candidates.values())
    kinds = [p.type for f in shown for p in f.parameters]
    parts = ["Functions:", *map(describe, shown), f"Request: {json.dumps(query, ensure_ascii=False)}", f"It is {now:%A, %d %B %Y, %H:%M}."]
    rules = [
        "Give the calls that fulfil the request, in its order, and their arguments."
        if task.kind == PARALLEL
        else "Give the call that fulfils the request, and its arguments.",
        "Copy each value from the request letter by letter, as a string, also numbers, dates and times ('half past six', not '18:30'), without carrier words "
        "such as 'please', 'called', 'about', and without units where the parameter is a number. A value whose words stand apart is a list of its pieces.",
    ]
    if any(isinstance(kind, List) for kind in kinds):
        rules.append("A list of values is a JSON list of such strings, in the order of the request.")
    if any(isinstance(kind, Choice | Boolean | Record) for kind in kinds):
        rules.append("For a choice give one of its values, and true or false where that is the type, as the request implies it.")
    if any(isinstance(kind, Record) or (isinstance(kind, List) and isinstance(kind.item, Record)) for kind in kinds):
        rules.append("An object is a JSON object of such values.")
    rules.append("Leave out what the request does not mention. Invent nothing. Where the request does not give a required value, leave it out too.")
    parts += ["\n".join(rules)]
    if remark:
        parts.append(f"An earlier answer was rejected: {remark}. Correct it.")
    parts.append(_JSON + '{"calls": [{"name": "…", "arguments": {"…": "…"}}]}')
    return [_system("You read requests exactly and fill in the arguments of function calls."), _user(parts)]


def verdict(task: Task, query: str, calls: Sequence[Call], now: datetime) -> list[Message]:
    """Asks for a yes or a no to a finished row."""
    parts = ["Functions:", *map(describe, task.candidates.values()), f"Request: {json.dumps(query, ensure_ascii=False)}", f"It is {now:%A, %d %B %Y, %H:%M}."]
    if task.kind == IRRELEVANT_KIND:
        parts.append("Claim: none of these functions can do what the request asks, not even a part of it; an honest assistant would call none of them.")
    else:
        parts.append("Claim: exactly these calls fulfil the request:\n" + "\n".join(_shown(call, query) for call in calls))
        parts.append(
            "The claim is wrong if another function fits as well or better, a call is missing or too many, a value is wrong, cut short, too long "
            "or invented, or if the request mentions a value for a parameter that the calls leave out."
        )
    parts.append(_JSON + '{"verdict": "yes" or "no", "reason": "one short clause"}')
    return [_system("You are a strict and fair judge of training data for function calling."), _user(parts)]


def _shown(call: Call, query: str) -> str:
    """A call with its values and, where they stand in the request, the words they were read from."""
    lines = [call.name]
    for name, value in call.arguments.items():
        words = " … ".join(query[begin:end] for begin, end in call.spans.get(name, ()))
        lines.append(f"  {name} = {json.dumps(value, ensure_ascii=False)}" + (f' (from the words "{words}")' if words else " (implied)"))
    return "\n".join(lines)


def again(messages: Sequence[Message], answer: str, reason: str) -> list[Message]:
    """The same question after an answer that could not be read."""
    shape = messages[-1]["content"].rpartition(_JSON)[2]
    told = f"That could not be used: {reason}. {_JSON}{shape}"
    return [*messages, {"role": "assistant", "content": answer[:2000] or "(nothing)"}, {"role": "user", "content": told}]


def _system(text: str) -> Message:
    return {"role": "system", "content": text}


def _user(parts: Iterable[str]) -> Message:
    return {"role": "user", "content": "\n\n".join(parts)}
