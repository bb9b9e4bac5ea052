"""An HTTP/1.1 server for the demo's sites: keep-alive, gzip, validators, HEAD (RFC 9110, RFC 9112). GET and HEAD only."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus

from newsloom.news.times import Now

_HEAD_BYTES = 16 * 2**10
_IDLE = 30
"""Seconds that a connection may wait for its next request."""
_COMPRESSED = ("text/", "application/feed+json", "application/rss+xml", "application/atom+xml", "application/xml")


@dataclass(frozen=True)
class Sheet:
    """What stands at one address. Which of the two validators are sent is the site's habit."""

    body: bytes
    content_type: str
    modified: datetime | None = None
    status: HTTPStatus = HTTPStatus.OK
    tagged: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    """More of them."""

    @cached_property
    def etag(self) -> str:
        """Weak: the compressed form has the same one (RFC 9110, 8.8.1)."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:20]}"' if self.tagged else ""

    @cached_property
    def zipped(self) -> bytes:
        return gzip.compress(self.body, compresslevel=6, mtime=0)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it was answered."""

    site: str
    path: str
    """With its query."""
    status: int
    conditional: bool
    method: str
    agent: str


Find = Callable[[str], Sheet | None]
"""What stands at a path, None if nothing does."""


@dataclass(kw_only=True)
class Site:
    """One listening port."""

    name: str
    find: Find
    now: Now
    told: Callable[[Asked], None]
    _server: asyncio.Server | None = None
    _connections: set[asyncio.Task[None]] = field(default_factory=set)

    async def listen(self, port: int) -> int:
        """The port it listens on: this one, or a free one if it is taken or 0."""
        try:
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", port, limit=_HEAD_BYTES)
        except OSError:
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=_HEAD_BYTES)
        there: int = self._server.sockets[0].getsockname()[1]
        return there

    async def close(self) -> None:
        """No more connections; open ones end now."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            pass  # the client went away, or has nothing more to ask
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer: whether the connection goes on."""
        async with asyncio.timeout(_IDLE):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.LimitOverrunError:
                writer.write(_plain(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, self.now()))
                return False
        first, *lines = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            writer.write(_plain(HTTPStatus.BAD_REQUEST, self.now()))
            return False
        headers = {n.strip().lower(): v.strip() for n, _, v in (line.partition(":") for line in lines if line)}
        method, path, version = words
        answer, status = self._answer(method, path, headers)
        conditional = "if-none-match" in headers or "if-modified-since" in headers
        self.told(
            Asked(
                site=self.name,
                path=path,
                status=status,
                conditional=conditional,
                method=method,
                agent=headers.get("user-agent", ""),
            )
        )
        writer.write(answer)
        await writer.drain()
        return version == "HTTP/1.1" and headers.get("connection", "").lower() != "close" and method in ("GET", "HEAD")

    def _answer(self, method: str, path: str, headers: dict[str, str]) -> tuple[bytes, int]:
        now = self.now()
        if method not in ("GET", "HEAD"):
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED, now), HTTPStatus.METHOD_NOT_ALLOWED
        sheet = self.find(path.partition("?")[0]) or _MISSING
        lines = [("Content-Type", sheet.content_type), ("Vary", "Accept-Encoding"), *sheet.headers]
        if sheet.etag:
            lines.append(("ETag", sheet.etag))
        if sheet.modified is not None:
            lines.append(("Last-Modified", http_date(sheet.modified)))
        if sheet.status == HTTPStatus.OK and _unchanged(sheet, headers):
            return _head(HTTPStatus.NOT_MODIFIED, now, lines), HTTPStatus.NOT_MODIFIED
        body = sheet.body
        if sheet.content_type.startswith(_COMPRESSED) and "gzip" in headers.get("accept-encoding", ""):
            body = sheet.zipped
            lines.append(("Content-Encoding", "gzip"))
        lines.append(("Content-Length", str(len(body))))
        return _head(sheet.status, now, lines) + (body if method == "GET" else b""), sheet.status


def http_date(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def _unchanged(sheet: Sheet, headers: dict[str, str]) -> bool:
    """RFC 9110, 13.2.2: an entity tag decides alone, a date only without one."""
    if "if-none-match" in headers:
        return bool(sheet.etag) and sheet.etag in [t.strip() for t in headers["if-none-match"].split(",")]
    if sheet.modified is None or "if-modified-since" not in headers:
        return False
    try:
        since = parsedate_to_datetime(headers["if-modified-since"])
    except ValueError:
        return False
    return sheet.modified.replace(microsecond=0) <= (since if since.tzinfo else since.replace(tzinfo=UTC))


def _head(status: HTTPStatus, now: datetime, lines: list[tuple[str, str]]) -> bytes:
    text = "".join(f"{name}: {value}\r\n" for name, value in [("Date", http_date(now)), *lines])
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n{text}\r\n".encode("latin-1")


def _plain(status: HTTPStatus, now: datetime) -> bytes:
    allow = [("Allow", "GET, HEAD")] if status == HTTPStatus.METHOD_NOT_ALLOWED else []
    return _head(status, now, [*allow, ("Content-Length", "0"), ("Connection", "close")])


_MISSING = Sheet(
    b"<!doctype html><title>Not found</title><h1>404</h1>", "text/html; charset=utf-8", status=HTTPStatus.NOT_FOUND
)
