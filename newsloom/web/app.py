"""Serves what was published, and what machines ask of the server itself: GET and HEAD, conditional and compressed."""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from email.utils import format_datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from newsloom.news.vitals import Vitals
from newsloom.web.conditions import Answer, answer, takes_gzip
from newsloom.web.files import Files, Head
from newsloom.web.machines import HEALTH, METRICS, Watched, healthz, metrics
from newsloom.web.names import fits

_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
"""Feeds carry text from outside; a browser that shows one as a document may run none of it."""

_FRESH = "max-age=60, must-revalidate"
"""A reader's own cache may spare a question within a minute; after that it asks, and mostly hears 304."""


def app(out: Path, names: AbstractSet[str] | None = None, *, look: Callable[[], Vitals] | None = None) -> Starlette:
    """The application over the folder `out`, which may come into being and change at any time.

    `names` are those by which it may be asked (see names.py), None: any. `look` says how this newsloom is (see machines.py);
    without it nothing is said of that.
    """
    application = Starlette()
    application.router.default = _Published(Files(out), names, Watched(look) if look is not None else None)
    return application


class _Published:
    """The folder as an ASGI application."""

    def __init__(self, files: Files, names: AbstractSet[str] | None, watched: Watched | None) -> None:
        self._files = files
        self._names = names
        self._watched = watched
        self._one_reads = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if fits(headers.get("host", ""), self._names):
            response = await self._answer(scope["method"], scope["path"], headers)
        else:
            response = _plain(421, "this server is asked by its address, or by the host in `public_url:` of its config")
        await response(scope, receive, send)

    async def _answer(self, method: str, asked: str, headers: Headers) -> Response:
        if method not in ("GET", "HEAD"):
            return _plain(405, "only GET and HEAD are answered here", {"Allow": "GET, HEAD"})
        if self._watched is not None and asked in (HEALTH, METRICS):
            return _told(asked, await self._watched.vitals())
        return await self._file(method, asked, headers)

    async def _file(self, method: str, asked: str, headers: Headers) -> Response:
        path = self._files.locate(asked)
        if path is None:
            return self._lacking(asked)
        said = {name: ", ".join(headers.getlist(name)) for name in headers}
        zipped = takes_gzip(said.get("accept-encoding", ""))
        head, body = self._files.known(path, zipped=zipped), None
        try:
            if head is None:
                head, body = await self._read(path, zipped=zipped)
            outcome = answer(said, head.facts)
            if outcome is Answer.FAILED:
                return _plain(412, "the file is another one than the request asks for", {"ETag": head.facts.etag})
            if outcome is Answer.SAME:
                return Response(status_code=304, headers=_validators(head))
            if method == "GET" and body is None:
                head, body = await self._read(path, zipped=zipped)
        except OSError:
            return self._lacking(asked)
        return Response(body or b"", headers=_validators(head) | _content(head))

    def _lacking(self, asked: str) -> Response:
        if self._files.is_gone(asked):
            return _plain(410, "this feed is no more: unsubscribe from it")
        return _plain(404, "no such file is published here")

    async def _read(self, path: Path, *, zipped: bool) -> tuple[Head, bytes]:
        async with self._one_reads:
            return await asyncio.to_thread(self._files.read, path, zipped=zipped)


def _told(asked: str, vitals: Vitals) -> Response:
    if asked == HEALTH:
        status, body = healthz(vitals)
        kind = "application/json"
    else:
        (body, kind), status = metrics(vitals), 200
    return Response(body, status, headers=_SAFE | {"Cache-Control": "no-store", "Content-Type": kind})


def _validators(head: Head) -> dict[str, str]:
    """What a 304 says as well (RFC 9110, 15.4.5)."""
    return {
        "ETag": head.facts.etag,
        "Last-Modified": format_datetime(head.facts.modified, usegmt=True),
        "Cache-Control": _FRESH,
        **({"Vary": "Accept-Encoding"} if head.varies else {}),
        **_SAFE,
    }


def _content(head: Head) -> dict[str, str]:
    return {
        "Content-Type": head.content_type,
        "Content-Length": str(head.length),
        "Accept-Ranges": "none",
        **({"Content-Encoding": head.encoding} if head.encoding else {}),
    }


def _plain(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(
        f"{status}: {text}\n", status, headers=_SAFE | {"Cache-Control": "no-store"} | (headers or {})
    )
