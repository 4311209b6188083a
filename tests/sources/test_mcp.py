"""MCP servers over stdio and HTTP: a small real one, and ones that hang, die or talk nonsense."""

from __future__ import annotations

import asyncio
import shlex
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from octocall.errors import SignatureError
from octocall.sources.mcp import load, read
from octocall.types import Integer, Text

pytest.importorskip("mcp")
SERVER = f"stdio:{shlex.quote(sys.executable)} {shlex.quote(str(Path(__file__).with_name('mcp_server.py')))}"


def test_the_tools_of_a_server() -> None:
    found = read(SERVER)
    assert [(f.name, f.original, f.description) for f in found.catalog] == [("weather_now", "weather.now", "Tells the weather."), ("rest", "", "Rests.")]
    assert [(p.name, p.type, p.default) for p in found.catalog["weather_now"].parameters][1] == ("days", Integer(1, 7), 1)
    assert found.catalog["weather_now"].parameters[0].type == Text()
    assert [remark.name for remark in found.skipped] == ["free"]


def test_a_server_over_http() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = f"""
from mcp.server import MCPServer
server = MCPServer("sums")

@server.tool()
def add(a: int, b: int = 0) -> int:
    "Adds."
    return a + b

server.run(transport="streamable-http", host="127.0.0.1", port={port})
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        found = read(f"http://127.0.0.1:{port}/mcp")
    finally:
        process.terminate()
        process.wait(10)
    assert found.catalog.name == "127.0.0.1" and [(f.name, f.description, len(f.parameters)) for f in found.catalog] == [("add", "Adds.", 2)]


def test_inside_of_an_event_loop() -> None:
    async def inner() -> int:
        with pytest.warns(UserWarning, match="free of mcp cannot be loaded"):
            return len(load(SERVER))

    assert asyncio.run(inner()) == 2


@pytest.mark.parametrize(
    "way, words",
    [("hangs", "within 2 seconds"), ("babbles", "within 2 seconds"), ("dies", "did not list its tools"), ("fails", "no disk"), ("wrong", "did not list"),
     ("none", "no tools"), ("endless", "without an end")],
)  # fmt: skip
def test_servers_that_misbehave_end_in_one_sentence(way: str, words: str, capfd: pytest.CaptureFixture[str]) -> None:
    begin = time.perf_counter()
    with pytest.raises(SignatureError, match=words) as refused:
        read(f"{SERVER} {way}", seconds=2)
    assert "\n" not in str(refused.value) and time.perf_counter() - begin < 15
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("source", ["stdio:/no/such/command", "stdio:", "stdio:'", "http://", "http://127.0.0.1:9/mcp", f"stdio:{sys.executable} -c 1"])
def test_what_is_no_server(source: str) -> None:
    with pytest.raises(SignatureError) as refused:
        read(source, seconds=3)
    assert "\n" not in str(refused.value)
