"""A small MCP server for the tests: with a word as argument, one that misbehaves in that way."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

TOOLS: list[dict[str, Any]] = [
    {"name": "weather.now", "description": "Tells the weather.",
     "inputSchema": {"type": "object", "required": ["city"], "properties": {
         "city": {"type": "string"}, "days": {"type": "integer", "minimum": 1, "maximum": 7, "default": 1}}}},
    {"name": "free", "inputSchema": {"type": "object", "properties": {"data": {"not": {}}}, "required": ["data"]}},
    {"name": "rest", "title": "Rests.", "inputSchema": {"type": "object"}},
]  # fmt: skip


def answer(message: dict[str, Any], way: str) -> dict[str, Any]:
    if message["method"] == "initialize":
        return {"protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "small", "version": "1"}}
    if way == "none":
        return {"tools": []}
    if way == "endless":
        return {"tools": TOOLS[:1], "nextCursor": "again"}
    if way == "wrong":
        return {"tools": [{"name": 5, "inputSchema": "none"}]}
    # two pages
    return {"tools": TOOLS[1:]} if (message.get("params") or {}).get("cursor") else {"tools": TOOLS[:1], "nextCursor": "2"}


def main(way: str) -> None:
    for line in sys.stdin:
        message = json.loads(line)
        if way == "dies" and message["method"] == "tools/list":
            sys.exit(3)
        if way == "hangs":
            time.sleep(60)
        if way == "babbles":
            print("Welcome to my server!", flush=True)
        elif "id" in message and way == "fails" and message["method"] == "tools/list":
            print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32603, "message": "no\ndisk"}}), flush=True)
        elif "id" in message and message["method"] not in ("initialize", "tools/list"):
            print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "no such method"}}), flush=True)
        elif "id" in message:
            print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": answer(message, way)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
