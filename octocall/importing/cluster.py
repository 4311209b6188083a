"""Shards made on the machines of a Ray cluster."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast

from octocall.errors import CatalogueError, MissingExtraError
from octocall.importing.shards import Shard, Understand, content_of
from octocall.quiet import silence

LOCAL = "local"
_PATIENCE = 10
_WAVE = 256
"""So many shards are handed to the cluster at once: the memory of this process does not grow with their number."""


class _Worker:
    """One process of the cluster with its copy of the base."""

    def __init__(self, understand: Any) -> None:
        silence()
        import ray

        self._understand: Understand = ray.get(understand)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        try:
            found = [content_of(bytes(lines), self._understand) for lines in batch["lines"]]
        except Exception as error:
            # whatever it is, it comes back as one sentence, and not in the words of several machines
            return {"number": batch["number"], "failed": [f"{type(error).__name__}: {error}"]}
        return {"number": batch["number"], "content": found}


def make_on_cluster(shards: Iterable[Shard], understand: Understand, address: str) -> Iterator[tuple[Shard, bytes]]:
    """Each shard with its content, in whatever order they come.

    ``address`` is that of a running cluster, or LOCAL for one of this machine's cores. A shard whose worker dies is
    made again by another; results come back to this process, which alone writes them, each once. Raises
    MissingExtraError without Ray, CatalogueError where the cluster cannot be reached or gives up.
    """
    try:
        silence()
        import ray
        import ray.data
        import ray.exceptions
    except ImportError:
        raise MissingExtraError("ray", "cluster") from None
    own = not ray.is_initialized()
    try:
        if own:
            _reach(address)
            ray.init(address=address, include_dashboard=False if address == LOCAL else None, log_to_driver=False, logging_level=logging.ERROR)
        ray.data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        shared = ray.put(understand)
        waiting = iter(shards)
        while wave := {shard.number: shard for shard in islice(waiting, _WAVE)}:
            rows = ray.data.from_items([{"number": n, "lines": shard.lines} for n, shard in wave.items()], override_num_blocks=len(wave))
            size = max(1, min(len(wave), int(cast(Any, ray).cluster_resources().get("CPU", 1))))
            done = rows.map_batches(_Worker, fn_constructor_args=(shared,), batch_size=1, compute=ray.data.ActorPoolStrategy(size=size), num_cpus=1)
            for row in done.iter_rows():
                if row.get("failed"):
                    raise CatalogueError(f"the base failed on the cluster {address} ({row['failed']}); what is done is kept: import again")
                yield wave[int(row["number"])], bytes(row["content"])
    except (ConnectionError, ray.exceptions.RayError, ValueError) as error:
        told = (str(error).strip() or type(error).__name__).splitlines()[-1][:200]
        raise CatalogueError(f"the cluster {address} failed ({told}); what is done is kept: import again") from error
    finally:
        if own and ray.is_initialized():
            ray.shutdown()


def _reach(address: str) -> None:
    """Raises ConnectionError where nobody answers at host:port or ray://host:port, for which Ray itself would wait for long."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        try:
            socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
        except (OSError, OverflowError) as error:
            raise ConnectionError(str(error)) from None
