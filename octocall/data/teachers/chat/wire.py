"""One attempt to ask a chat service over HTTP. The only file that knows httpx."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from octocall.data.teachers.chat.service import Answer, Declined, Message, Service, Transient, tokens
from octocall.errors import TeacherError

_MAX_BYTES = 8_000_000
_MAX_WORDS = 200
_CONNECT_SECONDS = 15.0
_SHORTEST_SECRET = 8
"""Shorter keys, such as "none" for a service that wants no key, are words; they are not taken out of texts."""
_PASSING = {408, 409, 425, 429}
_CURES = {
    401: "give the right key in the environment variable OCTOCALL_TEACHER_KEY",
    402: "it wants to be paid first",
    404: "check the address and the name of the model",
    405: "check the address; it mostly ends in /v1",
    407: "check the proxy in HTTPS_PROXY",
}


class Wire:
    """An open connection to a service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._limit_name = "max_tokens"
        headers = {"Content-Type": "application/json", "User-Agent": "octocall"}
        if service.key:
            headers["Authorization"] = f"Bearer {service.key}"
        try:
            timeout = httpx.Timeout(service.timeout, connect=min(_CONNECT_SECONDS, service.timeout), pool=None)
            limits = httpx.Limits(max_connections=service.limit, max_keepalive_connections=service.limit)
            self._client = httpx.AsyncClient(headers=headers, timeout=timeout, limits=limits)
            self._url = httpx.URL(service.endpoint)
        except (httpx.InvalidURL, ValueError, ImportError) as error:
            raise TeacherError(f"{service.shown} cannot be asked ({error}); check the address and the proxies in the environment") from None

    async def close(self) -> None:
        await self._client.aclose()

    async def post(self, messages: Sequence[Message]) -> Answer:
        """Asks once. Raises Transient, Declined or TeacherError."""
        sent = self._limit_name
        body = {"model": self.service.model, "messages": list(messages), "stream": False, **self._settings(sent)}
        content = json.dumps(body).encode()
        try:
            async with asyncio.timeout(self.service.timeout), self._client.stream("POST", self._url, content=content) as response:
                text = await self._text(response)
        except (TimeoutError, httpx.TimeoutException):
            raise Transient(f"no answer within {self.service.timeout:g} seconds") from None
        except httpx.ConnectError as error:
            if "CERTIFICATE" in str(error):
                raise TeacherError(f"the certificate of {self.service.shown} is not trusted ({error}); check the address") from None
            raise Transient(f"no connection: {self._clean(str(error))}", doubtful=True) from None
        except (httpx.TransportError, httpx.DecodingError, httpx.InvalidURL) as error:
            raise Transient(f"the connection broke: {self._clean(str(error)) or type(error).__name__}") from None
        status = response.status_code
        if status == 400 and sent == "max_tokens" and "max_completion_tokens" in text:
            self._limit_name = "max_completion_tokens"
            raise Transient("it wants max_completion_tokens", at_once=True)
        if not 200 <= status < 300:
            raise self._failure(status, response.headers, text)
        return self._answer(text, response.headers, content)

    def _settings(self, limit_name: str) -> dict[str, float]:
        limit = {limit_name: self.service.max_tokens} if self.service.max_tokens else {}
        return {**limit, **({"temperature": self.service.temperature} if self.service.temperature >= 0 else {})}

    async def _text(self, response: httpx.Response) -> str:
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > _MAX_BYTES:
                raise Transient(f"an answer of more than {_MAX_BYTES // 1_000_000} megabytes")
        return self._without_key(content.decode("utf-8", errors="replace"))

    def _without_key(self, text: str) -> str:
        """A service that repeats the key does not get it into files or on the screen."""
        return text.replace(self.service.key, "***") if len(self.service.key) >= _SHORTEST_SECRET else text

    def _clean(self, text: str) -> str:
        return " ".join(self._without_key(text).split())[:_MAX_WORDS]

    def _failure(self, status: int, headers: Mapping[str, str], text: str) -> Exception:
        """What a status of failure means for this question and for the others."""
        words = self._clean(_complaint(text)) or "no reason given"
        said = f"{self.service.shown} answered {status} ({words})"
        # who has no money left waits in vain
        if status == 429 and "insufficient_quota" in text:
            return TeacherError(f"{said}; {_CURES[402]}")
        if status in _PASSING or status >= 500:
            return Transient(f"{status}, {words}", after=_retry_after(headers.get("retry-after")))
        if status in _CURES:
            return TeacherError(f"{said}; {_CURES[status]}")
        if 300 <= status < 400:
            return TeacherError(f"{said}: it is elsewhere; give the address {self._clean(headers.get('location', '')).partition('?')[0]!r} if you trust it")
        return Declined(said)

    def _answer(self, text: str, headers: Mapping[str, str], sent: bytes) -> Answer:
        """The answer in a response that says all is well. Raises Transient where there is none in it."""
        try:
            row = json.loads(text)
        except (ValueError, RecursionError):
            page = text.lstrip()[:1] == "<"
            raise Transient("a web page instead of an answer; check the address" if page else "an answer that is no JSON, or half of one", doubtful=page) from None
        choices = row.get("choices") if isinstance(row, dict) else None
        if not choices and isinstance(row, dict) and row.get("error"):
            code = row["error"].get("code") if isinstance(row["error"], dict) else None
            raise self._failure(code if isinstance(code, int) and 300 <= code < 600 else 500, headers, text)
        choice = choices[0] if isinstance(choices, list) and choices else None
        message = choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(choice, dict) or not isinstance(message, dict):
            raise Transient("an answer without a message; check that the address is that of a chat service", doubtful=True)
        words = _words(message.get("content"))
        counts = _counts(row.get("usage"))
        given, written = counts or (tokens(sent.decode()), tokens(words))
        return Answer(words, str(choice.get("finish_reason") or "stop"), _words(message.get("refusal")), given, written, counts is not None)


def _counts(usage: Any) -> tuple[int, int] | None:
    """Tokens sent and received as the service counts them, where it does."""
    found = (usage.get("prompt_tokens"), usage.get("completion_tokens")) if isinstance(usage, dict) else ()
    given, written = found or (None, None)
    fit = all(type(count) is int and 0 <= count < 10**9 for count in (given, written))
    return (int(given), int(written)) if fit and given is not None and written is not None else None


def _words(content: Any) -> str:
    """Content as text; some services give it in parts."""
    if isinstance(content, list):
        return "".join(_words(part.get("text")) if isinstance(part, dict) else _words(part) for part in content)
    return content if isinstance(content, str) else ""


def _complaint(text: str) -> str:
    """What a service says is wrong, in whichever of the usual shapes."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "a web page" if text.lstrip()[:1] == "<" else text
    for _ in range(3):
        if isinstance(found, dict):
            found = next((found[name] for name in ("error", "message", "detail") if found.get(name)), "")
    return found if isinstance(found, str) else json.dumps(found)


def _retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, section 10.2.3): a number, or a date."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, TypeError):
            return None
        seconds = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if seconds == seconds else None
