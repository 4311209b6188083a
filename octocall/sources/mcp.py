"""A catalog from a running MCP server: its tools, asked for with the official client.

A source is "stdio:" and a command line, which is started and ended again, or the http(s) address of a server.
"""

from __future__ import annotations

import asyncio
import logging
import shlex
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from octocall.catalog import Catalog
from octocall.errors import MissingExtraError, SignatureError
from octocall.sources import json_tools
from octocall.sources.common.loaded import Loaded

if TYPE_CHECKING:
    from mcp import StdioServerParameters

PREFIX = "stdio:"
_MAX_TOOLS = 5000


def load(source: str, seconds: float = 20.0) -> Catalog:
    """The catalog of a server; warns of tools that are left out.

    Raises SignatureError where the server cannot be started or reached, is not heard from within
    ``seconds``, or answers nonsense; MissingExtraError without the package mcp.
    """
    return read(source, seconds).warned()


def read(source: str, seconds: float = 20.0) -> Loaded:
    """The catalog, the tools that cannot be held to and why, and what others lost. Raises as ``load`` does."""
    server, name = _server(source)
    # a thread of its own: the caller may be inside an event loop
    with ThreadPoolExecutor(1) as pool:
        tools = pool.submit(asyncio.run, _tools(server, source, seconds)).result()
    if not tools:
        raise SignatureError(f"the MCP server {source} has no tools; name one that has")
    return json_tools.read(tools, name)


def _server(source: str) -> tuple[StdioServerParameters | str, str]:
    """What the client connects to, and a name for the catalog."""
    try:
        from mcp import StdioServerParameters
    except ImportError:
        raise MissingExtraError("mcp", "mcp") from None
    # what the client logs about a faulty server is told in the error
    logging.getLogger("mcp").addHandler(logging.NullHandler())
    if source.startswith(("http://", "https://")):
        host = urlsplit(source).hostname
        if not host:
            raise SignatureError(f"{source!r} was given as the address of an MCP server; one such as https://example.com/mcp is expected")
        return source, host
    try:
        words = shlex.split(source.removeprefix(PREFIX))
    except ValueError as error:
        raise SignatureError(f"{source!r} cannot be read as a command line ({error}); close the quotes") from None
    if not words or "\0" in source:
        raise SignatureError(f"{source!r} was given as an MCP server; 'stdio:' and a command line, or an http(s) address, is expected")
    return StdioServerParameters(command=words[0], args=words[1:]), "mcp"


async def _tools(server: StdioServerParameters | str, source: str, seconds: float) -> list[dict[str, Any]]:
    """Name, description and input schema of every tool. Raises SignatureError."""
    from mcp import Client

    found: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(seconds), Client(server, cache=None) as client:
            cursor, seen = None, set[str | None]()
            while cursor not in seen and len(found) < _MAX_TOOLS:
                seen.add(cursor)
                page = await client.list_tools(cursor=cursor)
                found += [{"name": tool.name, "description": tool.description or tool.title, "inputSchema": tool.input_schema} for tool in page.tools]
                cursor = page.next_cursor
                if cursor is None:
                    return found
    except Exception as error:
        # the client raises whatever its transport and its validation do, in groups: told in one sentence
        raise SignatureError(_told(error, source, seconds)) from error
    raise SignatureError(f"the MCP server {source} lists its tools without an end; correct the server")


def _told(error: BaseException, source: str, seconds: float) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, TimeoutError):
        return f"the MCP server {source} did not list its tools within {seconds:g} seconds; check that it is one, or allow more time"
    if isinstance(error, FileNotFoundError | PermissionError):
        return f"the MCP server {source} cannot be started ({error.strerror}: {error.filename}); check the command"
    words = " ".join(str(error).split())[:200] or type(error).__name__
    return f"the MCP server {source} did not list its tools ({words}); check that it is one and runs"
