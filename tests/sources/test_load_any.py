"""A source is told by what it looks like."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from octocall.errors import SignatureError
from octocall.sources import load_any

TOOLS = [{"name": "a.b", "description": "[bold]x", "parameters": {"properties": {"p": {"type": "integer"}}}}]
MODULE = """
from dataclasses import dataclass

@dataclass
class Lamp:
    name: str

def turn(on: bool, name: "str" = "all") -> None:
    '''Turns a lamp.'''
"""


def octocall(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "octocall", *arguments], capture_output=True, text=True)


@pytest.mark.parametrize(
    "file, text, names",
    [
        ("lamps.py", MODULE, ["turn"]),
        ("t.json", json.dumps(TOOLS), ["a_b"]),
        ("t.jsonl", json.dumps(TOOLS[0]) + "\n" + json.dumps({"name": "c"}), ["a_b", "c"]),
        ("t.yaml", "- name: c\n", ["c"]),
        ("api.json", '{"swagger": "2.0", "paths": {"/a": {"get": {}}}}', ["get_a"]),
        ("api.yml", "openapi: 3.1.0\npaths:\n  /a:\n    get: {}\n", ["get_a"]),
        ("p.txt", "Use def f(): ...\ndef g(a: int): ...\n", ["g"]),
        ("p.md", "```\ndef g(a: int): ...\n```", ["g"]),
    ],
)
def test_files(tmp_path: Path, file: str, text: str, names: list[str]) -> None:
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")
    found = load_any(str(path))
    assert [f.name for f in found.catalog] == names and found.catalog.name == path.stem


def test_modules_and_catalogs() -> None:
    assert len(load_any("android").catalog) == len(load_any("octocall.catalogs.android").catalog) == 21


@pytest.mark.parametrize("source", ["", "no_such_catalog", "no.such.module", "/no/such.py", "/no/such.json", "a b", "../x", "/tmp", "x.exe", "os..path", "stdio:"])
def test_what_is_no_source(source: str) -> None:
    with pytest.raises(SignatureError) as refused:
        load_any(source)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["def f(: ...", "raise ValueError('a\\nb')", "import no_such_module", "x = 1"])
def test_modules_that_cannot_be_run(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.py"
    path.write_text(text)
    with pytest.raises(SignatureError, match=r"cannot be run|no public Python functions"):
        load_any(str(path))


def test_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps([*TOOLS, {"name": "bad", "parameters": {"properties": {"p": {"not": {}}}}}]))
    result = octocall("functions", str(path))
    assert result.returncode == 1 and "a_b(p: integer" in result.stdout and "[bold]x" in result.stdout
    assert "skipped: bad: p restricts" in result.stderr
    listed = octocall("functions", str(path), "--json")
    assert listed.returncode == 1 and [tool["name"] for tool in json.loads(listed.stdout)] == ["a_b"]
    path.write_text(json.dumps(TOOLS))
    assert octocall("functions", str(path)).returncode == 0
    wrong = octocall("functions", str(tmp_path / "none.json"))
    assert wrong.returncode == 2 and wrong.stderr.startswith("error:") and wrong.stderr.count("\n") == 1
