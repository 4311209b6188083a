"""``octocall teach``: asks before it spends, shows what it does, says what it cost."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from octocall import show
from octocall.data.teach.config import TeachConfig
from octocall.errors import OctocallError, TeacherError
from octocall.flags import flags

if TYPE_CHECKING:
    from octocall.data.teach.journal import Spent
    from octocall.data.teach.lesson import Lesson

KEY = "OCTOCALL_TEACHER_KEY"
_INTERRUPTED = 130
"""Exit code of a program that Ctrl-C ended."""
_REASONS = 5


@flags(TeachConfig)
def teach(
    config: TeachConfig,
    source: Annotated[str, typer.Argument(help="A file, module, catalog or MCP server (docs/sources.md)")],
    teacher: Annotated[str, typer.Option("--teacher", help="Address of an OpenAI-compatible service, such as http://localhost:8000/v1")],
    teacher_model: Annotated[str, typer.Option("--teacher-model", help="The service's name for the model")],
    out_: Annotated[Path, typer.Option("--out", help="Folder for the data")],
    cache: Annotated[Path | None, typer.Option("--cache", help="Folder where answers are kept, so that none is paid for twice; else the user's")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before spending")] = False,
) -> None:
    """Have a language model write training data.

    The key of the service, if it needs one, is read from the environment variable OCTOCALL_TEACHER_KEY. An interrupted run
    continues when the same command is given again. Exit code 1: some rows or functions are missing; 130: interrupted.
    """
    from octocall.data.teach.lesson import Lesson
    from octocall.data.teachers.chat.cache import default_folder
    from octocall.data.teachers.chat.service import Service
    from octocall.sources import load_any

    service = Service(teacher, teacher_model, os.environ.get(KEY, "").strip(), config.limit, config.retries, config.timeout, config.wait,
                      config.max_tokens, config.temperature)  # fmt: skip
    loaded = load_any(source)
    with Lesson.opened(loaded.catalog, service, config, out_) as lesson:
        for remark in loaded.skipped:
            show.complain(f"skipped: {remark.name}: {remark.reason}")
        if lesson.estimate.questions:
            _agree(lesson, yes)
        _hold(lesson, cache or default_folder())
        raise typer.Exit(1 if loaded.skipped or lesson.missing else 0)


def _agree(lesson: Lesson, yes: bool) -> None:
    """Says what is to be asked and, on a terminal, asks whether to. Raises OctocallError where nobody can be asked, typer.Exit after a no."""
    found, config = lesson.estimate, lesson.config
    cost = f", about {_money(lesson, found.tokens_in, found.tokens_out)}" if _priced(config) else "; give --price-in and --price-out to see what that costs"
    show.complain(
        f"{found.rows} rows of {len(lesson.functions)} functions by {lesson.service.model} at {lesson.service.shown}: about {found.questions} requests, "
        f"{found.tokens_in} tokens sent, {found.tokens_out} received{cost}. What is rejected is asked again and adds to that; what is in the cache is free."
    )
    if yes:
        return
    if not sys.stdin.isatty():
        raise OctocallError("there is no terminal to ask whether to go on; give --yes to allow it")
    if not typer.confirm("Go on?", err=True):
        show.complain("Nothing was asked.")
        raise typer.Exit(1)


def _hold(lesson: Lesson, cache: Path) -> None:
    """The run itself, whatever ends it; then what there is is written and told."""
    from octocall.progress import teaching

    try:
        with teaching(show.err, sum(task.count for task in lesson.tasks)) as update:

            def progress() -> None:
                update(lesson.journal.rows, _spent(lesson, lesson.journal.now))

            progress()
            asyncio.run(lesson.hold(cache, progress, _stopping))
    except KeyboardInterrupt:
        _tell(lesson)
        show.complain("Interrupted; give the same command again to continue.")
        raise typer.Exit(_INTERRUPTED) from None
    except TeacherError as error:
        raise TeacherError(f"{error}{_tell(lesson)}") from error
    _tell(lesson)


def _stopping(flying: int) -> None:
    show.complain(f"Waiting for {flying} answers that are on their way; Ctrl-C drops them.")


def _tell(lesson: Lesson) -> str:
    """Writes the rows there are and says what they are; the same in half a sentence, for an error."""
    now, total = lesson.spent()
    if not lesson.journal.rows:
        show.complain(f"No rows yet; {_spent(lesson, now)}.")
        return ""
    written = lesson.write()
    for side, rows in (("train", written.train), ("held_out", written.held_out)):
        show.out.print(f"{lesson.out / side}.jsonl: {', '.join(f'{count} {kind}' for kind, count in rows.items()) or 'no rows'}")
    reasons = lesson.journal.reasons
    if reasons:
        shown = "; ".join(f"{count} × {show.plain(reason)}" for reason, count in reasons.most_common(_REASONS))
        show.complain(f"rejected {sum(reasons.values())}: {shown}")
    if lesson.unanswered:
        show.complain(f"without an answer {len(lesson.unanswered)}, the last: {lesson.unanswered[-1]}; give the same command again to ask for these")
    if lesson.missing:
        show.complain(f"{lesson.missing} rows are missing of those that were asked for")
    all_runs = f"; all runs of this folder: {_spent(lesson, total)}" if total != now else ""
    show.out.print(f"{_spent(lesson, now)}{all_runs}")
    return f"; {written.rows} rows are kept in {lesson.out}"


def _priced(config: TeachConfig) -> bool:
    return bool(config.price_in or config.price_out)


def _money(lesson: Lesson, tokens_in: int, tokens_out: int) -> str:
    return f"{lesson.config.price(tokens_in, tokens_out):.4f} in the currency of the prices"


def _spent(lesson: Lesson, spent: Spent) -> str:
    about = "" if spent.counted == spent.answers else "about "
    cost = f", {about}{lesson.config.price(spent.tokens_in, spent.tokens_out):.4f} spent" if _priced(lesson.config) else ""
    return f"{spent.answers} answers paid, {about}{spent.tokens_in} tokens sent, {spent.tokens_out} received{cost}"
