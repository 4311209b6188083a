"""Questions to a chat service: several at a time, tried again where a failure may pass, never asked twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from octocall.data.teachers.chat.cache import Cache
from octocall.data.teachers.chat.service import Answer, Declined, Message, NoAnswer, Service, Transient
from octocall.errors import TeacherError

_LONGEST_WAIT = 60.0
_LONGEST_ASKED = 900.0
"""Seconds that a service may ask to wait; who wants more is asked again by the next run."""
_DOUBTFUL = 2
"""A service that has never answered, and whose address may be wrong, is tried this many times more."""
_IN_A_ROW = 5
"""So many questions given up one after the other end the run: the service is down."""


class Post(Protocol):
    """One attempt to ask; see ``Wire``."""

    async def post(self, messages: Sequence[Message]) -> Answer: ...


class Client:
    """Answers from the cache or from the service; ``paid`` hears of every answer that the service gave."""

    def __init__(self, service: Service, wire: Post, cache: Cache, paid: Callable[[Answer], None]) -> None:
        self.service, self._wire, self._cache, self._paid = service, wire, cache, paid
        self._slots = asyncio.Semaphore(service.limit)
        self._flying: set[asyncio.Task[Answer]] = set()
        self._answered = False
        self._given_up = 0
        self._quiet_until = 0.0
        self._over: TeacherError | None = None

    @property
    def flying(self) -> int:
        """Questions whose answers are on their way."""
        return len(self._flying)

    async def ask(self, messages: Sequence[Message]) -> Answer:
        """The answer to a conversation. Raises NoAnswer where this question failed, TeacherError where the service does."""
        question = self._question(messages)
        if (found := self._cache.read(question)) is not None:
            return found
        async with self._slots:
            if self._over:  # those who waited for their turn ask no more
                raise self._over
            try:
                return await self._asked(question, messages)
            except Declined as failure:
                raise self._given(str(failure), fatal=not self._answered) from None
            except TeacherError as error:
                raise self.stop(error) from None

    def stop(self, error: TeacherError) -> TeacherError:
        """Ends the asking: nothing new is sent from here on."""
        self._over = self._over or error
        return self._over

    async def drain(self, seconds: float) -> None:
        """Waits for answers that are on their way, so that what is paid is kept; the rest is dropped."""
        if self._flying:
            _, late = await asyncio.wait(self._flying, timeout=seconds)
            for task in late:
                task.cancel()

    def _question(self, messages: Sequence[Message]) -> dict[str, Any]:
        """What an answer hangs on."""
        s = self.service
        return {"address": s.endpoint, "model": s.model, "messages": list(messages), "max_tokens": s.max_tokens, "temperature": s.temperature}

    async def _asked(self, question: dict[str, Any], messages: Sequence[Message]) -> Answer:
        attempt = 0
        while True:
            await self._quiet()
            try:
                answer = await self._fly(question, messages)
            except Transient as failure:
                retries = self.service.retries
                if failure.doubtful and not self._answered:
                    retries = min(retries, _DOUBTFUL)
                if attempt >= retries:
                    raise self._given(f"{self.service.shown} does not answer ({failure})", fatal=not self._answered) from None
                await self._wait(attempt, failure)
                attempt += 1
            else:
                self._answered, self._given_up = True, 0
                return answer

    def _given(self, reason: str, fatal: bool) -> Exception:
        """A question is given up; after several of them, or at the very beginning, so is the service."""
        self._given_up += 1
        if fatal:
            return self.stop(TeacherError(reason))
        if self._given_up >= _IN_A_ROW:
            return self.stop(TeacherError(f"{reason}; so it went {_IN_A_ROW} times in a row: run the same command again later"))
        return NoAnswer(reason)

    async def _fly(self, question: dict[str, Any], messages: Sequence[Message]) -> Answer:
        """One attempt, which goes on when whoever waits for it is called off: it is paid for."""

        async def post() -> Answer:
            answer = await self._wire.post(messages)
            self._paid(answer)
            self._cache.write(question, answer)
            return answer

        def landed(task: asyncio.Task[Answer]) -> None:
            self._flying.discard(task)
            _ = task.cancelled() or task.exception()  # heard, also where nobody waits any more

        task = asyncio.create_task(post())
        self._flying.add(task)
        task.add_done_callback(landed)
        return await asyncio.shield(task)

    async def _wait(self, attempt: int, failure: Transient) -> None:
        """Exponential back-off with jitter; never shorter than the service asks for. Raises TeacherError where that is too long."""
        if failure.at_once:
            return
        wait = min(_LONGEST_WAIT, self.service.wait * 2**attempt) * random.uniform(0.5, 1)
        if failure.after is not None:
            if failure.after > _LONGEST_ASKED:
                minutes = failure.after / 60
                raise TeacherError(f"{self.service.shown} asks to wait for {minutes:.0f} minutes ({failure}); run the same command again after that")
            # whoever is asked to wait, all wait: the others would hear the same
            self._quiet_until = max(self._quiet_until, asyncio.get_running_loop().time() + failure.after)
            wait = max(wait, failure.after + random.uniform(0, self.service.wait))
        await asyncio.sleep(wait)

    async def _quiet(self) -> None:
        loop = asyncio.get_running_loop()
        while (left := self._quiet_until - loop.time()) > 0:
            await asyncio.sleep(left + random.uniform(0, self.service.wait) / 2)
