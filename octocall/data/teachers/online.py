"""A teacher behind an OpenAI-compatible chat endpoint: requests, then their arguments, then a verdict, each a question of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from octocall.call import Call, Plan
from octocall.catalog import IRRELEVANT
from octocall.data.teachers.chat import answers, prompts
from octocall.data.teachers.chat.client import Client
from octocall.data.teachers.chat.service import Answer, Message
from octocall.data.teachers.common.placing import place_call
from octocall.data.teachers.common.task import IRRELEVANT_KIND, PARALLEL, SINGLE, Rejected, Task
from octocall.errors import PlanError, TeacherError

_ATTEMPTS = 2
"""An answer that cannot be read is shown to the model once, with what was wrong."""
_USELESS = 3
"""So many questions without an answer that can be used, and never one with, end the run: this model cannot teach."""
_MOST_CALLS = 6
_Read = TypeVar("_Read")


class OnlineTeacher:
    """Asks a chat service. Every method raises Rejected, NoAnswer or TeacherError; nothing a model claims is taken over unchecked."""

    def __init__(self, client: Client, seed: int = 0) -> None:
        self._client, self._seed = client, seed
        self._used, self._useless = 0, 0

    async def queries(self, task: Task, batch: int, count: int, now: datetime, known: Sequence[str] = ()) -> list[str]:
        """At most ``count`` requests for a task; voices and setting change from batch to batch. ``known`` ones are not to come again."""
        rng = random.Random(f"{self._seed} {task.name} {batch}")
        found = await self._ask(prompts.queries(task, count, now, known, rng), answers.read_queries)
        return found[:count]

    async def arguments(self, task: Task, query: str, now: datetime, remark: str = "") -> Plan:
        """The calls that a request asks for, every value found in it. ``remark`` is what was wrong before."""
        if task.kind == IRRELEVANT_KIND:
            return Plan((Call(IRRELEVANT),))

        def read(answer: Answer) -> Plan:
            taken: list[tuple[int, int]] = []
            calls = [(task.find(name), name, given) for name, given in answers.read_calls(answer)]
            _check_names(task, [(function.name if function else None, name) for function, name, _ in calls])
            plan = Plan(tuple(place_call(function, given, query, now, taken) for function, _, given in calls if function))
            if any(call in plan.calls[:place] for place, call in enumerate(plan.calls)):
                raise Rejected("two of the calls are the same")
            try:
                task.catalog.check(plan)
            except PlanError as error:
                raise Rejected(str(error)) from None
            return plan

        return await self._ask(prompts.arguments(task, query, now, remark), read, attempts=1 if remark else _ATTEMPTS)

    async def judge(self, task: Task, query: str, plan: Plan, now: datetime) -> None:
        """Returns where a second look finds the row right. Raises Rejected with what it finds wrong."""
        calls = () if task.kind == IRRELEVANT_KIND else plan.calls
        good, reason = await self._ask(prompts.verdict(task, query, calls, now), answers.read_verdict)
        if not good:
            raise Rejected(f"the judge says no: {reason or 'without a reason'}")

    async def _ask(self, messages: Sequence[Message], read: Callable[[Answer], _Read], attempts: int = _ATTEMPTS) -> _Read:
        for left in range(attempts - 1, -1, -1):
            answer = await self._client.ask(messages)
            try:
                found = read(answer)
                self._used += 1
                return found
            except Rejected as error:
                if not left:
                    self._useless += 1
                    if not self._used and self._useless >= _USELESS:
                        raise self._client.stop(TeacherError(f"no answer of the model could be used so far ({error}); try another one")) from None
                    raise
                messages = prompts.again(messages, answer.text, str(error))
        raise AssertionError("at least one attempt is made")


def _check_names(task: Task, calls: Sequence[tuple[str | None, str]]) -> None:
    """Whether the calls are of the kind that was asked for. Raises Rejected."""
    for known, name in calls:
        if known is None:
            raise Rejected(f"there is no function {name[:60]!r} among the candidates")
    if task.kind == SINGLE and [known for known, _ in calls] != [task.function.name]:
        raise Rejected(f"one call of {task.function.name} is expected, {len(calls)} given" if len(calls) != 1 else f"not {task.function.name} is called")
    if task.kind == PARALLEL and not 2 <= len(calls) <= _MOST_CALLS:
        raise Rejected(f"two or more calls are expected, {len(calls)} given")
