"""Importing on a Ray cluster of two workers, one of which is killed in the middle: nothing lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from octocall.errors import CatalogueError
from octocall.importing import shards
from tests.importing.stand_in import Dies, understand
from tests.importing.test_import import check, rows, run, write

ray: Any = pytest.importorskip("ray", reason="Ray is not installed; pip install '.[cluster]' adds it")
pytest.importorskip("ray.data", reason="Ray Data is not installed; pip install '.[cluster]' adds it")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A cluster on this machine with room for two workers."""
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error", object_store_memory=100_000_000)
    yield "local"
    ray.shutdown()


@pytest.mark.filterwarnings("ignore")
def test_a_worker_dies(cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "PER_SHARD", 32)
    source = write(tmp_path / "shop.jsonl", rows(400))
    marker = tmp_path / "killed"
    counts: list[int] = []
    run(source, tmp_path / "apis", understand=Dies(marker), cluster=cluster, progress=lambda name, done, total: counts.append(done))
    assert marker.exists() and counts[-1] == 400 and len(counts[-14:]) == len(set(counts[-14:])) and counts[-14:] == sorted(counts[-14:])
    check(tmp_path / "apis", 400)


@pytest.mark.filterwarnings("ignore")
def test_a_base_that_fails(cluster: str, tmp_path: Path) -> None:
    def fails(functions: Any) -> Any:
        raise RuntimeError("no weights here")

    source = write(tmp_path / "shop.jsonl", rows(20))
    with pytest.raises(CatalogueError, match="RuntimeError: no weights here"):
        run(source, tmp_path / "apis", understand=fails, cluster=cluster)
    run(source, tmp_path / "apis", understand=understand)
    check(tmp_path / "apis", 20)


def test_nobody_answers(tmp_path: Path) -> None:
    source = write(tmp_path / "shop.jsonl", rows(20))
    ray.shutdown()
    with pytest.raises(CatalogueError, match="refused"):
        run(source, tmp_path / "apis", cluster="127.0.0.1:1")
