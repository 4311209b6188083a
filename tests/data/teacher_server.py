"""A chat service in a thread of the tests, over real HTTP: a parrot that knows about gardens, and faults that come when they are told to."""

from __future__ import annotations

import hashlib
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOOLS = [
    {
        "name": "garden.water", "description": "Waters one zone of the garden.",
        "parameters": {
            "type": "object", "required": ["zone", "minutes"],
            "properties": {
                "zone": {"type": "string", "description": "Name of the zone"}, "minutes": {"type": "integer", "minimum": 1, "maximum": 120},
                "mode": {"type": "string", "enum": ["drip", "spray"], "default": "drip"},
            },
        },
    },
    {
        "name": "garden.moisture", "description": "How dry some zones are.",
        "parameters": {"type": "object", "required": ["zones"], "properties": {"zones": {"type": "array", "items": {"type": "string"}}}},
    },
]  # fmt: skip
_ZONES = ("roses", "ferns", "lawn", "herb bed", "tomatoes", "old orchard", "hedge", "lilies", "back terrace", "greenhouse", "bamboo", "vines", "cabbages")
_WATER = re.compile(r"water the ([a-z ]+?) for (\d+) minutes")


@dataclass(frozen=True)
class Fault:
    """What a request gets instead of an answer; ``cut`` closes the connection after so many bytes of the body."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    cut: int | None = None
    answered: bool = False  # only late or cut, but an answer


Reply = Callable[[list[dict[str, str]]], str]


def parrot(messages: list[dict[str, str]]) -> str:
    """Right answers to every question of an online teacher about ``TOOLS``."""
    system, text = messages[0]["content"], messages[1]["content"]
    if system.startswith("You write"):
        return json.dumps({"queries": list(_requests(text))})
    query = json.loads(re.search(r"^Request: (.*)$", text, re.M)[1])  # type: ignore[index]
    if system.startswith("You read"):
        return json.dumps({"calls": read(query)})
    return json.dumps({"verdict": "yes", "reason": "it fits"})


def read(query: str) -> list[dict[str, Any]]:
    """The calls that a request of the parrot asks for."""
    if query.startswith("how dry"):
        return [{"name": "garden_moisture", "arguments": {"zones": re.findall(r"(?:are|,|and) the ([a-z ]+?)(?=,| and|\?)", query)}}]
    return [{"name": "garden_water", "arguments": {"zone": zone, "minutes": minutes}} for zone, minutes in _WATER.findall(query)]


def _requests(text: str) -> Iterator[str]:
    rng = random.Random(hashlib.sha256(text.encode()).hexdigest())
    name = re.search(r"The function:\n(\w+):", text)[1]  # type: ignore[index]
    count = int(re.search(r"Write (\d+) different", text)[1])  # type: ignore[index]
    for _ in range(count):
        zones, minutes = rng.sample(_ZONES, 3), [rng.randint(1, 120) for _ in range(2)]
        if "NONE of the listed" in text:
            yield f"what kind of soil do {zones[0]} like, number {rng.randint(1, 9999)}"
        elif "two or three calls" in text:
            yield f"water the {zones[0]} for {minutes[0]} minutes and water the {zones[1]} for {minutes[1]} minutes"
        elif name == "garden_moisture":
            yield f"how dry are the {zones[0]}, the {zones[1]} and the {zones[2]}?"
        else:
            yield f"{rng.choice(('please', 'hey', 'now'))} water the {zones[0]} for {minutes[0]} minutes"


@dataclass
class Scripted:
    """A running service: what it was asked, and how many questions at a time."""

    reply: Reply = parrot
    faults: list[Fault] = field(default_factory=list)
    seconds: float = 0.0
    usage: bool = True
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    at_once: int = 0
    most: int = 0
    address: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: dict[str, Any]) -> str:
        message = {"role": "assistant", "content": self.reply(body["messages"])}
        usage = {"usage": {"prompt_tokens": 100, "completion_tokens": 10}} if self.usage else {}
        return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], **usage})

    def take(self, path: str, key: str | None, body: dict[str, Any]) -> Fault | None:
        with self._lock:
            self.paths.append(path)
            self.keys.append(key)
            self.bodies.append(body)
            self.times.append(time.monotonic())
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            return self.faults.pop(0) if self.faults else None

    def leave(self) -> None:
        with self._lock:
            self.at_once -= 1


@contextmanager
def serving(reply: Reply = parrot, faults: Sequence[Fault] = (), seconds: float = 0.0, usage: bool = True) -> Iterator[Scripted]:
    """A service on a port of its own, until the end of the ``with``."""
    service = Scripted(reply, list(faults), seconds, usage)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fault = service.take(self.path, self.headers.get("Authorization"), body)
            try:
                self._send(fault or Fault(seconds=service.seconds, answered=True), body)
            except OSError:
                self.close_connection = True  # whoever asked has gone
            finally:
                service.leave()

        def _send(self, fault: Fault, body: dict[str, Any]) -> None:
            time.sleep(fault.seconds)
            content = (service.answer(body) if fault.answered else fault.body).encode()
            if fault.cut == 0:
                self.close_connection = True
                return
            self.send_response(fault.status)
            for name, value in {"Content-Type": "application/json", **fault.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: fault.cut])
            self.close_connection = fault.cut is not None

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    service.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
