"""Work spread over processes, on Ray where it is wanted and there; results come in order, so they do not depend on how many workers there are."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from octocall.errors import MissingExtraError
from octocall.quiet import silence

_shared: Any = None


def spread(work: Callable[[Any, Any], Any], shared: Any, tasks: Sequence[Any], cluster: str = "", workers: int = 0) -> Iterator[Any]:
    """``work(shared, task)`` for each task, in order. ``cluster`` is "local" or the address of a Ray cluster; without it, processes of this machine.

    Raises MissingExtraError where Ray is wanted and missing.
    """
    count = workers or len(os.sched_getaffinity(0))
    if cluster:
        yield from _on_ray(work, shared, tasks, cluster)
    elif count == 1 or len(tasks) < 2:
        yield from (work(shared, task) for task in tasks)
    else:
        yield from _in_processes(work, shared, tasks, count)


def _in_processes(work: Callable[[Any, Any], Any], shared: Any, tasks: Sequence[Any], count: int) -> Iterator[Any]:
    global _shared
    _shared = (work, shared)  # processes that are forked see it without a copy
    try:
        with multiprocessing.get_context("fork").Pool(count) as pool:
            yield from pool.imap(_one, tasks)
    finally:
        _shared = None


def _one(task: Any) -> Any:
    work, shared = _shared
    return work(shared, task)


def _on_ray(work: Callable[[Any, Any], Any], shared: Any, tasks: Sequence[Any], cluster: str) -> Iterator[Any]:
    try:
        silence()
        import ray
    except ImportError as error:
        raise MissingExtraError("ray", "cluster") from error
    ray.init(address=None if cluster == "local" else cluster, log_to_driver=False, ignore_reinit_error=True)
    try:
        kept = ray.put(shared)
        remote = ray.remote(work)
        waiting = [remote.remote(kept, task) for task in tasks]
        while waiting:
            yield ray.get(waiting.pop(0))
    finally:
        ray.shutdown()
