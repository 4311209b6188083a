"""Catalogues on disk: searching, reading single functions, folders that are none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from octocall.catalogue import CENTRE, FILES, FUNCTIONS, MANIFEST, NAMES, OFFSETS, ROW_OFFSETS, ROWS, SIGNS, VECTORS, Catalogue, pack, signs, unit
from octocall.errors import CatalogueError
from octocall.function import Function, Parameter
from octocall.importing.run import save_catalogue
from octocall.runtimes.open import Understood
from octocall.types import Integer, Text
from tests.importing.stand_in import encode, understand


def function(number: int, name: str = "") -> Function:
    return Function(name or f"f{number}", f"Does number {number}.", (Parameter("user_id", Text()), Parameter("n", Integer(), "How many.", 3)))


def one(vector: np.ndarray[Any, Any]) -> Understood:
    return Understood(vector[None].astype(np.float32), vector.astype(np.float32))


def made(folder: Path, vectors: np.ndarray[Any, Any]) -> Catalogue:
    """A catalogue of as many functions as there are vectors."""
    rows = iter(vectors)
    save_catalogue(((f"id/{i}", function(i)) for i in range(len(vectors))), folder, lambda functions: [one(next(rows)) for _ in functions], "given")
    return Catalogue.open(folder)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "apis"
    own = [Function("list", "Lists orders of a shop."), Function("list", "Lists trains to a station."), Function("ring", "Rings a bell.", original="bell-ring")]
    save_catalogue(((f"{place}/{one.name}", one) for place, one in enumerate(own)), folder, understand, "stand-in")
    return folder


def test_search_by_words(small: Path) -> None:
    found = Catalogue.open(small).search(encode(["which trains leave the station"])[0], 3)
    assert found[0].id == "1/list" and [one.function.name for one in found if one.function.name != "ring"] == ["list", "list_2"]
    assert next(one.function for one in found if one.function.name == "list_2").original == "list"
    assert found[0].score > found[1].score >= found[2].score and Catalogue.open(small)[found[0].id].name == "list"


def test_by_id_and_by_number(small: Path) -> None:
    catalogue = Catalogue.open(small)
    assert len(catalogue) == 3 and catalogue["2/ring"] is catalogue.function(2) and catalogue.id(2) == "2/ring" and catalogue["2/ring"].original == "bell-ring"
    with pytest.raises(KeyError):
        catalogue["2/rin"]
    for number in (3, -1):
        with pytest.raises(IndexError, match="functions 0 to 2"):
            catalogue.function(number)


@pytest.mark.parametrize("k, expected", [(0, 0), (-1, 0), (2, 2), (9, 3)])
def test_how_many(k: int, expected: int, small: Path) -> None:
    assert len(Catalogue.open(small).search(encode(["bell"])[0], k)) == expected


@pytest.mark.parametrize("vector", [np.ones(3), np.full(96, np.nan), np.ones((2, 96))])
def test_wrong_vectors(vector: Any, small: Path) -> None:
    with pytest.raises(CatalogueError, match="96 finite ones are expected"):
        Catalogue.open(small).search(vector)


def test_zero_vectors_are_nothing_special(tmp_path: Path, small: Path) -> None:
    assert len(Catalogue.open(small).search(np.zeros(96), 2)) == 2
    assert [one.number for one in made(tmp_path / "apis", np.eye(4, dtype=np.float32) * [[0], [1], [2], [3]]).search(np.array([0, 1, 0, 0]), 1)] == [1]


def test_a_large_catalogue_finds_what_a_full_comparison_finds(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    middles = rng.standard_normal((60, 100)).astype(np.float32) + 1.5  # one side of the room, as sentence vectors are
    vectors = middles[rng.integers(0, 60, 6000)] + 0.7 * rng.standard_normal((6000, 100)).astype(np.float32)
    catalogue = made(tmp_path / "apis", vectors)
    queries = unit(vectors[:40]) + 0.02 * rng.standard_normal((40, 100)).astype(np.float32)
    hits = []
    for query in queries:
        exact = set(np.argsort(-(unit(vectors) @ query))[:10].tolist())
        hits.append(len(exact & {one.number for one in catalogue.search(query, 10)}) / 10)
    assert np.mean(hits) > 0.97
    many = catalogue.search(queries[0], 3000)
    assert len({one.number for one in many}) == 3000


def test_packing_and_signs() -> None:
    rng = np.random.default_rng(1)
    vectors = np.concatenate([rng.standard_normal((50, 70)) * 9, np.zeros((1, 70))]).astype(np.float32)
    packed, scales = pack(vectors)
    cosines = (unit(packed * scales[:, None]) * unit(vectors)).sum(1)
    assert packed.dtype == np.int8 and cosines[:50].min() > 0.9999 and not packed[50].any()
    assert signs(vectors, np.zeros(70, np.float32)).shape == (2, 51)


@pytest.mark.parametrize("file", FILES)
def test_files_that_are_missing_or_cut(file: str, small: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small, tmp_path / "apis"))
    if (folder / file).stat().st_size:
        (folder / file).write_bytes((folder / file).read_bytes()[:-1])
        with pytest.raises(CatalogueError, match="is not what was imported"):
            Catalogue.open(folder)
    (folder / file).unlink()
    with pytest.raises(CatalogueError, match="no complete catalogue"):
        Catalogue.open(folder)


@pytest.mark.parametrize("file", [OFFSETS, NAMES, VECTORS, SIGNS, CENTRE, ROWS, ROW_OFFSETS])
def test_files_of_the_right_size_that_are_something_else(file: str, small: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small, tmp_path / "apis"))
    (folder / file).write_bytes(b"\0" * (folder / file).stat().st_size)
    with pytest.raises(CatalogueError):
        Catalogue.open(folder)


def test_changed_contents(small: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small, tmp_path / "apis"))
    lines = (folder / FUNCTIONS).read_bytes()
    (folder / FUNCTIONS).write_bytes(b"x" + lines[1:])
    catalogue = Catalogue.open(folder)
    with pytest.raises(CatalogueError, match=r"function 0 of .* cannot be read"):
        catalogue.function(0)
    with pytest.raises(CatalogueError, match="is not what was imported"):
        catalogue.verify()


@pytest.mark.parametrize(
    "manifest",
    ["{", "[]", "{}", '{"format": "octocall-catalogue-0"}', '{"format": "octocall-catalogue-2"}', '{"format": "octocall-catalogue-2", "files": 3}', "\xff"],
)
def test_manifests_that_are_none(manifest: str, small: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small, tmp_path / "apis"))
    (folder / MANIFEST).write_text(manifest, encoding="latin-1")
    with pytest.raises(CatalogueError, match="import it again"):
        Catalogue.open(folder)


def test_folders_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="there is no folder"):
        Catalogue.open(tmp_path / "none")
    with pytest.raises(CatalogueError, match=r"has no manifest\.json"):
        Catalogue.open(tmp_path)


def test_an_interrupted_import_is_told(small: Path, tmp_path: Path) -> None:
    (tmp_path / "apis.part").mkdir()
    for folder in ("apis", "apis.part"):
        with pytest.raises(CatalogueError, match="was interrupted; give the same octocall import again"):
            Catalogue.open(tmp_path / folder)
    with pytest.raises(CatalogueError, match="0 candidates were given"):
        Catalogue.open(small, 0)


def test_a_manifest_says_what_it_was_made_of(small: Path) -> None:
    manifest = json.loads((small / MANIFEST).read_text())
    assert (manifest["count"], manifest["width"], manifest["base"], manifest["summary"]["functions"]) == (3, 96, "stand-in", 3)
