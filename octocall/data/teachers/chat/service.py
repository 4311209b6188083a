"""A chat service as a value, what it answers, and how it can fail to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from octocall.errors import TeacherError

_PATH = "/chat/completions"
_CHARACTERS_PER_TOKEN = 3.7
Message = dict[str, str]
"""``{"role": "system" | "user" | "assistant", "content": …}``."""


@dataclass(frozen=True)
class Service:
    """Where a model is asked, and how patiently.

    ``limit`` requests are under way at a time; one that fails in passing is tried ``retries`` times more, first after about
    ``wait`` seconds and twice as long each time. ``max_tokens`` of 0 and a ``temperature`` below 0 leave these to the service.
    Raises TeacherError for an address or a key that cannot be used; no message names the key.
    """

    address: str
    model: str
    key: str = field(default="", repr=False)
    limit: int = 8
    retries: int = 6
    timeout: float = 120.0
    wait: float = 1.0
    max_tokens: int = 4000
    temperature: float = -1.0

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise TeacherError("an empty name was given for the teacher's model; the name that the service has for it is expected")
        if not re.fullmatch(r"[\x21-\x7e]*", self.key):
            raise TeacherError("the teacher's key has a space, a line break or a letter outside of ASCII in it; give it in OCTOCALL_TEACHER_KEY as it was issued")
        self.endpoint  # noqa: B018  (refuses what is no address)

    @property
    def endpoint(self) -> str:
        """The address that takes questions: of ``http://host:8000`` it is ``http://host:8000/v1/chat/completions``."""
        try:
            parts = urlsplit(self.address.strip())
            fit = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError:
            fit = None
        if not fit or not re.fullmatch(r"[\x21-\x7e]+", self.address.strip()):
            shown = self.address.partition("?")[0].rpartition("@")[2]
            raise TeacherError(f"{shown!r} was given as the teacher's address; one such as http://localhost:8000/v1 is expected")
        if "@" in parts.netloc:
            raise TeacherError("the teacher's address has a name or a password in it; give the key in OCTOCALL_TEACHER_KEY")
        path = parts.path.rstrip("/")
        if not path.endswith(_PATH):
            path = (path or "/v1") + _PATH
        return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))

    @property
    def shown(self) -> str:
        """The address for people: without a query, which may hold secrets."""
        return self.endpoint.partition("?")[0].removesuffix(_PATH)


@dataclass(frozen=True)
class Answer:
    """What a model wrote, why it stopped, and the tokens it cost; ``counted`` by the service, else estimated."""

    text: str
    finish: str = "stop"
    refusal: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    counted: bool = True


class Transient(Exception):
    """A failure that may pass. ``after`` is how long the service asks to wait.

    ``doubtful`` says that the address may be wrong, ``at_once`` that the next attempt is another one and need not wait.
    """

    def __init__(self, reason: str, after: float | None = None, doubtful: bool = False, at_once: bool = False) -> None:
        super().__init__(reason)
        self.after, self.doubtful, self.at_once = after, doubtful, at_once


class Declined(Exception):
    """The service will not answer this question; it may answer others."""


class NoAnswer(Exception):
    """A question that was given up for this run; the next run asks it again."""


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return round(len(text) / _CHARACTERS_PER_TOKEN) + 1
