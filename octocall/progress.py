"""Progress of long work on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def _bar(console: Console) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console)


@contextmanager
def counting(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """A bar per name: ``update(name, done, total)``; a total of 0 is not known. In a log file a line per tenth."""
    with _bar(console) as bars:
        tasks: dict[str, Any] = {}
        tenths: dict[str, int] = {}

        def update(name: str, done: int, total: int) -> None:
            if not console.is_terminal and total and tenths.get(name) != 10 * done // total:
                tenths[name] = 10 * done // total
                console.print(f"{name}: {done} of {total}")
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total or None)
            bars.update(tasks[name], completed=done, total=total or None)

        yield update


@contextmanager
def training(console: Console, steps: int) -> Iterator[Callable[[dict[str, Any]], None]]:
    """A bar of steps with the loss beside it; held-out figures on lines of their own. In a log file a line per hundred steps.

    A point may know better how many ``steps`` there are.
    """
    with _bar(console) as bars:
        task = bars.add_task("training", total=steps)
        loss = 0.0

        def report(point: dict[str, Any]) -> None:
            nonlocal loss
            if "held_out_right" in point:
                console.print(f"step {point['step']}: held-out loss {point['held_out_loss']:.4f}, all decisions right {point['held_out_right']:.1%}")
                return
            loss = 0.98 * loss + 0.02 * point["loss"] if loss else point["loss"]
            total = point.get("steps", steps)
            bars.update(task, completed=point["step"], total=total, description=f"training, loss {loss:.3f}")
            if not console.is_terminal and point["step"] % 100 == 0:
                console.print(f"step {point['step']} of {total}: loss {loss:.3f}")

        yield report


@contextmanager
def teaching(console: Console, total: int) -> Iterator[Callable[[int, str], None]]:
    """A bar of rows with what was spent beside it: ``update(rows, spent)``. In a log file a line per hundred rows."""
    with _bar(console) as bars:
        task = bars.add_task("rows", total=total)
        said = 0

        def update(rows: int, spent: str) -> None:
            nonlocal said
            bars.update(task, completed=rows, description=f"rows, {spent}")
            if not console.is_terminal and rows >= said + 100:
                said = rows
                console.print(f"{rows} of {total} rows, {spent}")

        yield update
