from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from octocall.errors import DataError, OctocallError
from octocall.files import Draft, read_row, row_text, write_atomically

ROOT = Path(__file__).parents[1]


def test_a_new_file_may_be_read_by_those_the_user_lets(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_atomically(tmp_path / "folder" / "new", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "folder" / "new").stat().st_mode & 0o777 == 0o644


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old")
    with pytest.raises(RuntimeError), Draft(target) as draft:
        draft.write(b"half")
        raise RuntimeError
    assert target.read_text() == "old" and os.listdir(tmp_path) == ["file"]


def test_two_drafts_of_one_file_do_not_meet(tmp_path: Path) -> None:
    with Draft(tmp_path / "file") as one, Draft(tmp_path / "file") as other:
        one.write(b"one")
        other.write(b"other")
    assert (tmp_path / "file").read_bytes() == b"one" and os.listdir(tmp_path) == ["file"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OctocallError, match="could not be made"):
        write_atomically(tmp_path / "file" / "x", b"")


def test_rows() -> None:
    assert read_row(b"\xef\xbb\xbf{}") == {}
    for line in (b"[]", b"\xff", b"{", b"[" * 200_000, b'{"x": NaN}', b'{"x": 1e999}'):
        with pytest.raises(DataError):
            read_row(line)
    assert row_text({"x": "é"}) == '{"x": "é"}' and row_text({"x": "é"}, "ascii") == '{"x": "\\u00e9"}'


def test_the_demonstration_installs_only_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "demo.sh").write_bytes((ROOT / "scripts" / "demo.sh").read_bytes())
    (tmp_path / "octocall").mkdir()
    (tmp_path / "octocall" / "__init__.py").write_text("")
    programs = {"python": f'cd / && PYTHONPATH={tmp_path}/installed exec {sys.executable} "$@"', "pip": "echo installing", "octocall": "echo asked"}
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name, line in programs.items():
        (tmp_path / ".venv" / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / ".venv" / "bin" / name).chmod(0o755)
    demo = [str(tmp_path / "scripts" / "demo.sh")]
    (tmp_path / "installed").mkdir()
    (tmp_path / "installed" / "octocall").symlink_to(tmp_path / "octocall")
    assert subprocess.run(["bash", *demo], capture_output=True, text=True, check=True).stdout == "asked\n"
    (tmp_path / "installed" / "octocall").unlink()
    (tmp_path / "installed" / "octocall").mkdir()
    (tmp_path / "installed" / "octocall" / "__init__.py").write_text("older = True")
    assert subprocess.run(["bash", *demo], capture_output=True, text=True, check=True).stdout == "installing\nasked\n"
