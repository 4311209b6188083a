"""A source, a service and a folder brought together: what ``octocall teach`` does, without the talking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from octocall.catalog import Catalog
from octocall.data.compile import CARD, FUNCTIONS, HELD_OUT, TRAIN, held_out
from octocall.data.example import Example, write_examples, write_functions
from octocall.data.teach.config import TeachConfig
from octocall.data.teach.estimate import Estimate, estimate
from octocall.data.teach.journal import Journal, Spent
from octocall.data.teach.run import Run
from octocall.data.teach.tasks import function_ids, make_tasks
from octocall.data.teachers.chat.cache import Cache
from octocall.data.teachers.chat.client import Client
from octocall.data.teachers.chat.service import Service
from octocall.data.teachers.common.placing import phrasing
from octocall.data.teachers.common.task import KINDS, Task
from octocall.data.teachers.online import OnlineTeacher
from octocall.data.verify import key
from octocall.errors import DataError, MissingExtraError, TeacherError
from octocall.files import digest, write_atomically
from octocall.function import Function

_FORMAT = 1
_GRACE = 30.0
"""Seconds that a run which is called off waits for answers on their way, which are paid for."""


@dataclass(frozen=True)
class Written:
    """What a folder holds in the end: rows of each side by kind, and doubles that were left out."""

    train: Counter[str]
    held_out: Counter[str]
    doubles: int

    @property
    def rows(self) -> int:
        return sum(self.train.values()) + sum(self.held_out.values())


@dataclass
class Lesson:
    """One run over a folder, with its journal open."""

    service: Service
    config: TeachConfig
    out: Path
    functions: Mapping[str, Function]
    tasks: list[Task]
    journal: Journal
    unanswered: list[str]

    @classmethod
    @contextmanager
    def opened(cls, catalog: Catalog, service: Service, config: TeachConfig, out: Path) -> Iterator[Lesson]:
        """Raises TeacherError where the folder is of another catalog, model or seed, MissingExtraError without httpx."""
        try:
            import octocall.data.teachers.chat.wire  # noqa: F401  (said before anything is asked or paid)
        except ImportError as error:
            raise MissingExtraError(error.name or "httpx", "data") from None
        functions = function_ids(catalog)
        if not functions:
            raise TeacherError("a source without functions was given; one with at least one is expected")
        header = {"format": _FORMAT, "catalog": catalog.digest, "model": service.model, "seed": config.seed}
        with Journal(out, header) as journal:
            yield cls(service, config, out, functions, make_tasks(functions, config), journal, [])

    @property
    def estimate(self) -> Estimate:
        return estimate(self.tasks, self.journal.tasks, self.config)

    @property
    def missing(self) -> int:
        """Rows that were asked for and are not there."""
        return sum(max(0, task.count - len(self.journal.task(task.name).rows)) for task in self.tasks)

    async def hold(self, cache: Path, progress: Callable[[], None] = lambda: None, stopping: Callable[[int], None] = lambda _: None) -> None:
        """Asks until all rows are there or nothing more is to be had. ``stopping`` hears how many answers a run that is called off waits for.

        Raises TeacherError where the service cannot be used; what was done until then is in the journal.
        """
        from octocall.data.teachers.chat.wire import Wire

        wire = Wire(self.service)
        client = Client(self.service, wire, Cache(cache), self.journal.add_paid)
        run = Run(OnlineTeacher(client, self.config.seed), self.journal, self.config, self.service.model, progress)
        try:
            await run.all(self.tasks)
        finally:
            self.unanswered = run.unanswered
            try:
                if client.flying:
                    stopping(client.flying)
                await client.drain(_GRACE)
            finally:
                await wire.close()

    def write(self) -> Written:
        """The rows of the journal as an open data folder: functions, both sides, and the data card. Raises DataError where one is none."""
        sides: dict[str, list[Example]] = {TRAIN: [], HELD_OUT: []}
        seen: set[str] = set()
        doubles = 0
        for example in self._examples():
            own = key(example.request.text)
            if own in seen:
                doubles += 1
                continue
            seen.add(own)
            held = held_out(phrasing(example.request.text, example.plan.calls), self.config.held_out)
            sides[HELD_OUT if held else TRAIN].append(example)
        write_functions(self.out / FUNCTIONS, self.functions)
        for name, examples in sides.items():
            write_examples(self.out / name, examples)
        written = Written(Counter(e.kind for e in sides[TRAIN]), Counter(e.kind for e in sides[HELD_OUT]), doubles)
        write_atomically(self.out / CARD, self._card(written).encode())
        return written

    def _examples(self) -> Iterator[Example]:
        for name in self.functions:
            for kind in KINDS:
                done = self.journal.task(f"{name} {kind}")
                for place in sorted(done.rows):
                    try:
                        yield Example.from_json(done.rows[place], self.functions)
                    except (KeyError, TypeError, ValueError) as error:
                        raise DataError(f"{self.journal.path} holds something else than a row at {place} of {name} ({error!r}); take that line out") from error

    def _card(self, written: Written) -> str:
        """What the data are, in Markdown. Times and prices are not in it: the same rows give the same card."""
        own = ("limit", "retries", "wait", "timeout", "price_in", "price_out")
        settings = ", ".join(f"{name} {value}" for name, value in asdict(self.config).items() if name not in own)
        lines = [f"# Data card: {len(self.functions)} functions, taught by {self.service.model}", "", f"Settings: {settings}", ""]
        lines += ["| kind | train | held out |", "|---|---|---|", *(f"| {kind} | {written.train[kind]} | {written.held_out[kind]} |" for kind in KINDS), ""]
        lines += [f"Said twice and left out: {written.doubles}. Rejected:", ""]
        lines += [f"- {count} × {reason}" for reason, count in sorted(self.journal.reasons.items(), key=lambda found: (-found[1], found[0]))] or ["- none"]
        lines += ["", *(f"- `{name}`: SHA-256 {digest(self.out / name)}" for name in (FUNCTIONS, TRAIN, HELD_OUT)), ""]
        return "\n".join(lines)

    def spent(self) -> tuple[Spent, Spent]:
        """What this run and what all runs of the folder were answered."""
        now, before = self.journal.now, self.journal.before
        total = Spent(now.answers + before.answers, now.tokens_in + before.tokens_in, now.tokens_out + before.tokens_out, now.counted + before.counted)
        return now, total
