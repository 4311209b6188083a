"""Lists of web operations: what becomes a parameter, what is left to the client, what is skipped."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from octocall.errors import DataError, SignatureError
from octocall.function import REQUIRED, Function
from octocall.sources import load_any
from octocall.sources.common.loaded import Remark
from octocall.sources.operations import read, read_operations
from octocall.types import Anything, Boolean, Choice, Integer, IsoDateTime, List, Text


def _function(*params: dict[str, Any], **row: Any) -> Function:
    (found,) = read_operations([{"api": "a", "id": "op", "description": "Does it.", "params": list(params), **row}])
    assert not isinstance(found, Remark), found
    return found[1]


def _kinds(*params: dict[str, Any]) -> dict[str, Any]:
    return {p.name: p.type for p in _function(*params).parameters}


def _p(name: str, kind: str | None = "string", place: str = "query", **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, **({"type": kind} if kind else {}), **more}


def test_types() -> None:
    whole = Integer(-(2**53) + 1, 2**53 - 1)
    found = _kinds(_p("a"), _p("b", "integer"), _p("c", "array<integer>"), _p("d", "datetime"), _p("e", "boolean"), _p("f", enum=["x", "y"]),
                   _p("g", "string|null"), _p("h", "array<string>", enum=["x", "y"]), _p("i", None, "body", required=True), _p("j", format="google-datetime"),
                   _p("k", "object|string"))  # fmt: skip
    assert found == {"a": Text(), "b": whole, "c": List(whole), "d": IsoDateTime(), "e": Boolean(), "f": Choice(("x", "y")), "g": Text(),
                     "h": List(Choice(("x", "y"))), "i": Anything(), "j": IsoDateTime(), "k": Text()}  # fmt: skip


def test_enumerations() -> None:
    cut = [f"v{i}" for i in range(20)]
    found = _kinds(_p("a", "integer", enum=["1", "2"]), _p("b", enum=["KIND_UNSPECIFIED", "ONE"]), _p("c", enum=cut), _p("d", enum=["Up", "up", "down"]),
                   _p("e", enum=[None, "x"]), _p("f", "integer", enum=[1, 2]), _p("g", "string", enum=[1, 2]))  # fmt: skip
    assert found == {"a": Choice((1, 2)), "b": Choice(("ONE",)), "c": Text(), "d": Choice(("Up", "down")), "e": Choice(("x",)), "f": Choice((1, 2)),
                     "g": Choice(("1", "2"))}  # fmt: skip


def test_what_the_client_adds_is_left_out() -> None:
    left = [_p("api-version", required=True), _p("Authorization", place="header", required=True), _p("X-Amz-Date", place="header"), _p("prettyPrint", "boolean"),
            _p("key", description="API key."), _p("Action", enum=["Go"], required=True), _p("revision", place="header", default="1", required=True)]  # fmt: skip
    kept = [_p("key", description="The key of the entry."), _p("customer-id", place="header", required=True), _p("token", place="body")]
    assert list(_kinds(*left, *kept)) == ["key", "customer_id", "token"]


def test_what_is_not_said_in_words() -> None:
    assert _kinds(_p("a", "object"), _p("b", "array<structure>"), _p("c", "file"), _p("d", format="byte"), _p("e", None, "body"), _p("f")) == {"f": Text()}
    (found,) = read_operations([{"api": "a", "id": "op", "params": [_p("doc", "map", required=True)]}])
    assert found == Remark("a/op", "doc is of the type map, which is not said in words")


def test_read_only_deprecated_and_repeated_parameters() -> None:
    given = [_p("name", place="path", required=True), _p("name", place="body"), _p("made", description="Output only. When."), _p("old", description="Deprecated")]
    assert list(_kinds(*given)) == ["name"]


def test_defaults() -> None:
    function = _function(_p("a", "integer", default="100"), _p("b", "boolean", default="true"), _p("c", "integer", default="many"), _p("d", required=True))
    assert [p.default for p in function.parameters] == [100, True, None, REQUIRED]


def test_names_and_documentation() -> None:
    rows = [{"_api": "a", "title": "Pet Shop API v2"},
            {"api": "a", "id": "pets.get-all", "summary": "Lists pets.", "description": "Lists <b>pets</b> of a [shop](http://x).",
             "params": [_p("shop-id", description="Required. (Optional) the `shop`. More is said here. " + "X " * 90)]},
            {"api": "a", "method": "GET", "path": "/pet/{id}"}, {"api": "a", "id": "buyPet", "description": "Buys in the Pet Shop."}]  # fmt: skip
    first, second, third = read_operations(rows)
    assert not isinstance(first, Remark) and not isinstance(second, Remark) and not isinstance(third, Remark)
    assert (first[0], first[1].name, first[1].original) == ("a/pets.get-all", "pets_get_all", "pets.get-all")
    assert first[1].description == "Lists pets of a shop. (Pet Shop)"
    assert (first[1].parameters[0].name, first[1].parameters[0].original) == ("shop_id", "shop-id")
    assert first[1].parameters[0].description == "The shop. More is said here."
    assert (second[0], second[1].name, second[1].description) == ("a/GET /pet/{id}", "get_pet_id", "Get pet id (Pet Shop)")
    assert third[1].description == "Buys in the Pet Shop."


def test_ids_are_unique_and_names_as_given() -> None:
    rows = [{"api": "a", "id": "x"}, {"api": "a", "id": "x"}, {"api": "b", "id": "x"}]
    assert [found[0] for found in read_operations(rows)] == ["a/x", "a/x_2", "b/x"]
    assert [f.name for f in read(rows).catalog] == ["x", "x_2", "x_3"]


@pytest.mark.parametrize("row, reason", [
    ({"api": "a"}, "without an id"),
    ({"api": "a", "id": "irrelevant_function"}, "nothing here fits"), ({"api": "a", "id": "x", "params": [3]}, "no list of objects"),
    ({"api": "a", "id": "x", "params": {"a": 1}}, "no list of objects"), ([1], "is list"),
    ({"api": "a", "id": "x", "params": [{"name": "n", "type": "quux", "required": True}]}, "'quux'"),
])  # fmt: skip
def test_odd_rows_are_named(row: Any, reason: str) -> None:
    (found,) = read_operations([row])
    assert isinstance(found, Remark) and reason in found.reason


def test_files_and_folders(tmp_path: Path) -> None:
    lines = b'{"_api": "a", "title": "T"}\n\nnonsense\n[1]\n{"api": "a", "id": "x"}\n'
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines))
    (tmp_path / "b.jsonl").write_text(json.dumps({"api": "b", "id": "y"}) + "\n")
    (tmp_path / "NOTICE").write_text("not read")
    found = list(read_operations(tmp_path))
    assert [one.name if isinstance(one, Remark) else one[0] for one in found] == ["a.jsonl.gz:3", "a.jsonl.gz:4", "a/x", "b/y"]
    assert len(load_any(str(tmp_path / "a.jsonl.gz")).catalog) == len(load_any(str(tmp_path / "b.jsonl")).catalog) == 1


def test_damaged_files(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"api": "a", "id": "x"}\n' * 1000)[:-30])
    with pytest.raises(DataError, match="damaged after line"):
        list(read_operations(path))
    path.write_bytes(b"no gzip")
    with pytest.raises(DataError, match="damaged after line 0"):
        list(read_operations(path))
    with pytest.raises(SignatureError, match="holds no operations"):
        list(read_operations(tmp_path / "none.jsonl"))
