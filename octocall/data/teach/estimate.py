"""What a run will ask and cost, before it does."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from octocall.call import Call
from octocall.data.teach.config import TeachConfig
from octocall.data.teach.journal import Done
from octocall.data.teachers.chat import prompts
from octocall.data.teachers.chat.service import Message, tokens
from octocall.data.teachers.common.task import IRRELEVANT_KIND, Task

_QUERY = "Could you please do this for me in the way that I have described to you, next Friday at half past six?"
"""A request of the usual length."""
_TOKENS_PER_QUERY, _TOKENS_PER_CALL, _TOKENS_PER_ARGUMENT, _TOKENS_PER_VERDICT = 26, 18, 10, 28
_NOW = datetime(2026, 3, 4, 10, 30)


@dataclass(frozen=True)
class Estimate:
    """Rows to be made, and the questions and tokens that they take where nothing is rejected."""

    rows: int = 0
    questions: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(self.rows + other.rows, self.questions + other.questions, self.tokens_in + other.tokens_in, self.tokens_out + other.tokens_out)


def estimate(tasks: Sequence[Task], done: Mapping[str, Done], config: TeachConfig) -> Estimate:
    """The sum over all tasks, less what the journal has. Answers in the cache cost nothing and are not looked for."""
    return sum((_task(task, done.get(task.name, Done()), config) for task in tasks), Estimate())


def _task(task: Task, done: Done, config: TeachConfig) -> Estimate:
    missing = max(0, task.count - len(done.rows))
    held = min(missing, len(done.pending))
    left = max(0, config.batches(task.count) - len(done.batches)) * config.batch
    new = min(missing - held, left)
    rows, batches = held + new, math.ceil(new / config.batch)
    calls = 2 if task.kind == "parallel" else 1
    asked = _size(prompts.queries(task, config.batch, _NOW, (), random.Random(0)))
    judged = _size(prompts.verdict(task, _QUERY, [Call(task.function.name)] * calls, _NOW))
    found = Estimate(rows, batches + rows, batches * asked + rows * judged, new * _TOKENS_PER_QUERY + rows * _TOKENS_PER_VERDICT)
    if task.kind == IRRELEVANT_KIND:
        return found
    filled = _size(prompts.arguments(task, _QUERY, _NOW, ""))
    written = calls * (_TOKENS_PER_CALL + _TOKENS_PER_ARGUMENT * len(task.function.parameters))
    return found + Estimate(0, rows, rows * filled, rows * written)


def _size(messages: Sequence[Message]) -> int:
    return sum(tokens(message["content"]) + 4 for message in messages)
