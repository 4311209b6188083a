from __future__ import annotations

from pathlib import Path

import pytest

from octocall.bundle import MANIFEST
from octocall.errors import OctocallError
from octocall.export.run import check_target, export_bundle, swap


def test_a_folder_with_anything_but_a_bundle_is_left_alone(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    check_target(work)
    check_target(tmp_path / "new")
    (work / "checkpoint.pt").write_text("hours of work")
    for content in ("nothing", MANIFEST):
        (work / content).write_text("{}")
        with pytest.raises(OctocallError, match=r"holds checkpoint\.pt"):
            export_bundle("android", tmp_path / "run", tmp_path / "data", work, None)
    (work / "checkpoint.pt").unlink()
    (work / "nothing").unlink()
    check_target(work)
    with pytest.raises(OctocallError, match="is a file"):
        check_target(work / MANIFEST)


def test_folders_are_swapped_and_kept_where_that_fails(tmp_path: Path) -> None:
    new, out = tmp_path / "scratch" / "int8", tmp_path / "out"
    new.mkdir(parents=True)
    out.mkdir()
    (out / "old").write_text("")
    (new / "new").write_text("")
    swap(new, out)
    assert [path.name for path in out.iterdir()] == ["new"]
    with pytest.raises(OctocallError, match="could not be replaced"):
        swap(tmp_path / "scratch" / "nothing", tmp_path / "other")
    with pytest.raises(OctocallError, match="could not be replaced"):
        swap(tmp_path / "nothing", out)
    assert [path.name for path in out.iterdir()] == ["new"]
