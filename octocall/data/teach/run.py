"""A run of an online teacher: tasks worked on at the same time, every finished row kept at once, all of it written out at the end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from octocall.call import Plan, Request
from octocall.data.example import Example
from octocall.data.teach.config import TeachConfig
from octocall.data.teach.journal import Done, Journal, Place
from octocall.data.teachers.chat.service import NoAnswer
from octocall.data.teachers.common.task import IRRELEVANT_KIND, Rejected, Task
from octocall.data.verify import key

_KNOWN = 12
"""A further batch is told this many of the requests that are there."""
_DAY_ONE, _DAYS = datetime(2025, 1, 1), 1000
_Result = TypeVar("_Result")


class Teacher(Protocol):
    """What a run needs of a teacher; see ``OnlineTeacher``."""

    async def queries(self, task: Task, batch: int, count: int, now: datetime, known: Sequence[str] = ()) -> list[str]: ...

    async def arguments(self, task: Task, query: str, now: datetime, remark: str = "") -> Plan: ...

    async def judge(self, task: Task, query: str, plan: Plan, now: datetime) -> None: ...


class Run:
    """Brings every task of a journal to its number of rows, as far as the teacher's answers allow."""

    def __init__(self, teacher: Teacher, journal: Journal, config: TeachConfig, source: str, progress: Callable[[], None] = lambda: None) -> None:
        self.teacher, self.journal, self.config, self.source, self.progress = teacher, journal, config, source, progress
        self.unanswered: list[str] = []

    async def all(self, tasks: Sequence[Task]) -> None:
        """Raises OctocallError where going on makes no sense; what was done until then is in the journal."""
        slots = asyncio.Semaphore(self.config.limit)

        async def one(task: Task) -> None:
            async with slots:
                await self.task(task)

        await _together([one(task) for task in tasks])

    async def task(self, task: Task) -> None:
        done = self.journal.task(task.name)
        most = self.config.batches(task.count)
        failed: set[Place] = set()
        while (needed := task.count - len(done.rows) - len(failed)) > 0:
            pending = [(place, query) for place, query in done.pending.items() if place not in failed]
            if pending:
                await _together([self._row(task, place, query, done, failed) for place, query in pending[:needed]])
            elif not await self._more(task, done, needed, most - len(done.batches)):
                return

    async def _more(self, task: Task, done: Done, needed: int, most: int) -> bool:
        """Asks for as many further requests as are needed, in at most ``most`` batches; whether there was an answer to all."""
        first = max(done.batches, default=-1) + 1
        sizes = [min(self.config.batch, needed - at) for at in range(0, needed, self.config.batch)][: max(0, most)]
        known = [done.queries[place] for place in sorted(done.rows)][-_KNOWN:]
        numbers = range(first, first + len(sizes))
        found = await _together([self._batch(task, number, size, known) for number, size in zip(numbers, sizes, strict=True)])
        # a request that two batches have is taken once; a batch without an answer ends the task for this run
        seen = set(map(key, done.queries.values()))
        for number, queries in zip(numbers, found, strict=True):
            if queries is None:
                return False
            new = {key(query): query for query in reversed(queries) if key(query) not in seen}
            seen |= set(new)
            self.journal.add_batch(task.name, number, _clock(self.config.seed, task, number).isoformat(), [*reversed(new.values())])
        return bool(sizes)

    async def _batch(self, task: Task, number: int, size: int, known: Sequence[str]) -> list[str] | None:
        try:
            return await self.teacher.queries(task, number, size, _clock(self.config.seed, task, number), known)
        except Rejected as error:
            self.unanswered.append(f"requests for {task.name}: {error}")
            return []
        except NoAnswer as error:
            self.unanswered.append(str(error))
            return None

    async def _row(self, task: Task, place: Place, query: str, done: Done, failed: set[Place]) -> None:
        try:
            example = await self._example(task, place, query, datetime.fromisoformat(done.clocks[place[0]]))
        except Rejected as error:
            self.journal.add_rejected(task.name, place, str(error))
        except NoAnswer as error:
            failed.add(place)
            self.unanswered.append(str(error))
        else:
            self.journal.add_row(task.name, place, example.to_json())
        self.progress()

    async def _example(self, task: Task, place: Place, query: str, now: datetime) -> Example:
        """Arguments and verdict; where either is not good, again with what was wrong. Raises Rejected, NoAnswer."""
        remark = ""
        for left in range(self.config.tries - 1, -1, -1):
            try:
                plan = await self.teacher.arguments(task, query, now, remark)
                await self.teacher.judge(task, query, plan, now)
            except Rejected as error:
                # of a near miss there are no arguments to be made better
                if not left or task.kind == IRRELEVANT_KIND:
                    raise
                remark = str(error)
            else:
                source = f"{self.source}:{task.target}:{place[0]}.{place[1]}"
                return Example(Request(query, now, functions=tuple(task.candidates.values())), plan, source, task.kind, tuple(task.candidates))
        raise AssertionError("at least one try is made")


async def _together(jobs: Sequence[Awaitable[_Result]]) -> list[_Result]:
    """The results of all jobs, in order; the first failure calls the others off."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _clock(seed: int, task: Task, batch: int) -> datetime:
    """The clock that the requests of a batch are said at."""
    rng = random.Random(f"{seed} {task.name} {batch} clock")
    return _DAY_ONE + timedelta(days=rng.randrange(_DAYS), hours=rng.randint(6, 22), minutes=rng.randrange(0, 60, 5))
