"""Importing: what comes out, what is left out, what an interruption leaves, damaged files and wrong folders."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from octocall.catalogue import FILES, MANIFEST, Catalogue
from octocall.errors import CatalogueError, OctocallError, SignatureError
from octocall.function import Function
from octocall.importing import shards
from octocall.importing.run import import_catalogue
from octocall.runtimes.open import Understood
from octocall.sources.operations import read_operations
from tests.importing.stand_in import WIDTH, understand

ROOT = Path(__file__).parents[2]
WORDS = ["order", "invoice", "ticket", "parcel", "lamp", "door", "song", "user", "team", "file", "page", "robot", "garden", "ship", "train", "hotel"]


def rows(count: int, api: str = "shop") -> list[dict[str, Any]]:
    """Operations of an interface, no two alike."""
    found: list[dict[str, Any]] = [{"_api": api, "title": f"{api} API"}]
    for i in range(count):
        a, b = WORDS[i % 16], WORDS[i // 16 % 16]
        params = [{"name": f"{b}_id", "in": "path", "type": "string", "required": True}, {"name": "limit", "in": "query", "type": "integer"}]
        found.append({"api": api, "id": f"get{a.capitalize()}Of{b.capitalize()}{i}", "description": f"Gets the {a} of a {b}, number {i}.", "params": params})
    return found


def write(path: Path, given: Sequence[dict[str, Any]]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in given).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def run(source: Path, out: Path, **options: Any) -> Any:
    return import_catalogue([str(source)], out, options.pop("understand", understand), "stand-in", **options)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "in" / "shop.jsonl.gz", rows(1300)).parent


def check(out: Path, count: int) -> Catalogue:
    """A whole catalogue: nothing lost, nothing doubled, every vector that of its own function."""
    catalogue = Catalogue.open(out)
    catalogue.verify()
    assert len(catalogue) == count and sorted(os.listdir(out)) == sorted([*FILES, MANIFEST])
    ids = [catalogue.id(i) for i in range(count)]
    assert len(set(ids)) == count and all(catalogue.number(name) == i for i, name in enumerate(ids))
    for number, own in enumerate(understand([catalogue.function(i) for i in range(count)])):
        kept = catalogue.understood(number)
        assert kept.rows.shape == own.rows.shape and np.allclose(kept.rows, own.rows, atol=float(np.abs(own.rows).max()) / 200)
        assert np.allclose(kept.answer, own.answer, atol=float(np.abs(own.answer).max()) / 200)
    assert not list(out.parent.glob("*.part")) and not list(out.parent.glob("*.old"))
    return catalogue


def test_import(source: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    found = run(source, tmp_path / "apis", progress=lambda *state: seen.append(state))
    assert (found.functions, found.doubled, found.skipped) == (1300, 0, 0)
    catalogue = check(tmp_path / "apis", 1300)
    expected = {one[0]: one[1] for one in read_operations(source) if isinstance(one[1], object) and len(one) == 2}
    assert all(catalogue[name] == function for name, function in expected.items())
    assert catalogue.width == WIDTH and seen[-1] == ("functions understood", 1300, 1300) and seen[0] == ("functions read", 500, 0)


def test_other_sources(tmp_path: Path) -> None:
    operation = {"operationId": "feed", "summary": "Feeds a pet", "parameters": [{"name": "id", "in": "query", "schema": {"type": "integer"}}]}
    for name in ("a/petstore.json", "b/zoo.json"):
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        (tmp_path / "in" / name).write_text(json.dumps({"openapi": "3.1.0", "info": {"title": name[2:-5]}, "paths": {"/feed": {"post": operation}}}))
    (tmp_path / "in" / "tools.json").write_text(json.dumps([{"name": "ring", "description": "Rings."}]))
    (tmp_path / "in" / "broken.yaml").write_text("a: [")
    found = import_catalogue([str(tmp_path / "in"), "android"], tmp_path / "apis", understand, "stand-in")
    catalogue = Catalogue.open(tmp_path / "apis")
    assert found.functions == 3 + 20 and len(found.unread) == 1 and "broken.yaml" in found.unread[0]
    assert catalogue["a/petstore/feed"].description == "Feeds a pet (petstore)" and catalogue["tools/ring"] and catalogue["android/take_a_photo"]


def test_duplicates(tmp_path: Path) -> None:
    given = rows(3)
    version = {**given[1], "id": "get_order_of_order0", "description": "gets THE order of a (order), number 0", "params": given[1]["params"][:1]}
    other = {**given[1], "params": [{"name": "another", "type": "string", "required": True}]}
    typed = {**given[2], "params": [{**given[2]["params"][0], "description": "Documented."}, given[2]["params"][1]]}
    source = write(tmp_path / "in.jsonl", [*given, given[1], version, other, typed])
    assert run(source, tmp_path / "near").doubled == 3
    catalogue = Catalogue.open(tmp_path / "near")
    assert [catalogue.id(i) for i in range(len(catalogue))] == [
        "shop/getOrderOfOrder0",
        "shop/getTicketOfOrder2",
        "shop/getOrderOfOrder0_3",
        "shop/getInvoiceOfOrder1_2",
    ]
    left = [json.loads(line) for line in (tmp_path / "near" / "skipped.jsonl").read_text().splitlines()]
    assert left[0] == {"id": "shop/getInvoiceOfOrder1", "reason": "is the same as shop/getInvoiceOfOrder1_2", "same": "shop/getInvoiceOfOrder1_2"}
    assert dict(catalogue.doubled())["shop/getInvoiceOfOrder1"] == "shop/getInvoiceOfOrder1_2" in catalogue and "shop/getInvoiceOfOrder1" not in catalogue
    assert run(source, tmp_path / "exact", near=False).doubled == 1


def test_what_is_skipped_is_named(tmp_path: Path) -> None:
    opaque = {"api": "a", "id": "put", "params": [{"name": "file", "type": "file", "required": True}]}
    source = write(tmp_path / "in.jsonl", [*rows(2), opaque])
    assert run(source, tmp_path / "apis").skipped == 1
    (line,) = (tmp_path / "apis" / "skipped.jsonl").read_text().splitlines()
    assert json.loads(line) == {"id": "a/put", "reason": "file is of the type file, which is not said in words"}


class Interrupted:
    """Ctrl-C comes at the n-th shard."""

    def __init__(self, at: int) -> None:
        self.at, self.calls = at, 0

    def __call__(self, functions: Sequence[Function]) -> Any:
        self.calls += 1
        if self.calls == self.at:
            raise KeyboardInterrupt
        return understand(functions)


def test_interrupted_and_resumed(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "apis"
    first = Interrupted(2)
    with pytest.raises(KeyboardInterrupt):
        run(source, out, understand=first)
    assert not out.exists()
    rest = Interrupted(0)
    run(source, out, understand=rest)
    assert rest.calls == 2  # of three shards one was there
    check(out, 1300)


@pytest.mark.slow
def test_killed_at_any_moment(source: Path, tmp_path: Path) -> None:
    script = ("import os, signal, sys; from pathlib import Path\n"
              "from octocall.importing.run import import_catalogue; from tests.importing.stand_in import understand\n"
              "left = int(sys.argv[3])\n"
              "def watch(event, arguments):\n"
              "    global left\n"
              "    if event in ('os.rename', 'os.remove', 'os.rmdir', 'open') and '.part' in str(arguments[0]):\n"
              "        left -= 1\n"
              "        if left == 0: os.kill(os.getpid(), signal.SIGKILL)\n"
              "sys.addaudithook(watch)\n"
              "import_catalogue([sys.argv[1]], Path(sys.argv[2]), understand, 'stand-in')\n")  # fmt: skip
    out = tmp_path / "apis"
    kills, moment = 0, 1
    while subprocess.run([sys.executable, "-c", script, str(source), str(out), str(moment)], cwd=ROOT, check=False).returncode:
        assert not (out / MANIFEST).exists() or len(Catalogue.open(out)) == 1300
        kills, moment = kills + 1, moment + 11
    assert kills >= 3
    check(out, 1300)


def test_a_new_import_replaces_the_old_one_when_it_is_whole(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "apis"
    run(source, out)
    write(source / "more.jsonl", rows(10, "more"))
    with pytest.raises(KeyboardInterrupt):
        run(source, out, understand=Interrupted(2))
    check_open = Catalogue.open(out)
    assert len(check_open) == 1300
    run(source, out)
    check(out, 1310)


def test_changed_sources_and_other_bases_are_not_mixed(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "apis"
    with pytest.raises(KeyboardInterrupt):
        import_catalogue([str(source)], out, Interrupted(3), "other base")
    write(source / "shop.jsonl.gz", rows(1200, "changed"))
    again = Interrupted(0)
    run(source, out, understand=again)
    assert again.calls == 3
    check(out, 1200)


def test_a_damaged_shard_is_made_again(source: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(source, tmp_path / "apis", understand=Interrupted(3))
    for number, path in enumerate(sorted((tmp_path / "apis.part" / shards.SHARDS).glob("*.npz"))):
        path.write_bytes(path.read_bytes()[:-100] if number else b"nonsense")
    run(source, tmp_path / "apis")
    check(tmp_path / "apis", 1300)


def test_damaged_source_files_are_named_and_the_others_imported(source: Path, tmp_path: Path) -> None:
    (source / "cut.jsonl.gz").write_bytes(gzip.compress(json.dumps(rows(1, "cut")[1]).encode() + b"\n" * 9000)[:-9])
    (source / "bad.json").write_text("{")
    found = run(source, tmp_path / "apis")
    assert found.functions in (1300, 1301) and len(found.unread) == 2
    assert "damaged" in found.unread[1] and "bad.json" in found.unread[0]
    with pytest.raises(OctocallError, match="damaged"):
        run(source / "cut.jsonl.gz", tmp_path / "alone")


@pytest.mark.parametrize("given, reason", [("empty", "holds nothing to import"), ("none.json", "no file or folder"), ("no thing", "was given as a source")])
def test_bad_sources(given: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SignatureError, match=reason):
        run(tmp_path / given if given != "no thing" else Path(given), tmp_path / "apis")
    assert not (tmp_path / "apis").exists()


def test_nothing_to_import(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no function that can be imported"):
        run(write(tmp_path / "in.jsonl", [{"_api": "a", "title": "A"}]), tmp_path / "apis")


def test_bad_folders(source: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(CatalogueError, match=r"holds letter\.txt"):
        run(source, tmp_path / "mine")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / MANIFEST).write_text('{"name": "of another thing"}')
    with pytest.raises(CatalogueError, match=r"holds manifest\.json"):
        run(source, tmp_path / "site")
    with pytest.raises(CatalogueError, match="is a file"):
        run(source, tmp_path / "mine" / "letter.txt")
    with pytest.raises(OctocallError, match="choose another place"):
        run(source, tmp_path / "mine" / "letter.txt" / "apis")
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def plain(width: int, value: float = 1.0) -> Understood:
    return Understood(np.full((2, width), value, np.float32), np.full(width, value, np.float32))


@pytest.mark.parametrize("wrong, reason", [
    (lambda functions: [plain(4)] * (len(functions) - 1), "something else than rows"),
    (lambda functions: [plain(4 + i % 2) for i in range(len(functions))], "something else"),
    (lambda functions: [Understood(np.zeros((2, 5)), np.zeros(4))] * len(functions), "something else"), (lambda functions: [], "something else"),
    (lambda functions: [plain(4, np.nan)] * len(functions), "not finite"), (lambda functions: [plain(4, 1e9)] * len(functions), "not finite"),
    (lambda functions: [plain(len(functions))] * len(functions), "differ in width"),
])  # fmt: skip
def test_wrong_bases(wrong: Any, reason: str, source: Path, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=reason):
        run(source, tmp_path / "apis", understand=wrong)
