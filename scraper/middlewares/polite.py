"""Scrapy's HTTP download handler, behind the one line of an origin and with bounds on what Scrapy leaves open.

Pages, redirects, retries and robots.txt all pass here, so all wait in one line; and waiting does not count as time-out,
which Scrapy starts inside.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _BindAddressAgent,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Headers, Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import Agent
from twisted.web.http import _ChunkedTransferDecoder
from twisted.web.iweb import UNKNOWN_LENGTH
from zope.interface import implementer  # type: ignore[import-untyped]

from newsloom.news.identity import origin
from newsloom.news.memory import Stage, State
from scraper.outcomes import EndlessHeadersError, NotTaken, retry_after
from scraper.politeness import TooLongError

if TYPE_CHECKING:
    from scraper.spiders.generic import NewsSpider


MOMENT = 0.5
"""Seconds, at least, for which an origin that answered 503 is left alone."""


class PoliteHandler(HTTP11DownloadHandler):
    """For http and https."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._spider = cast("NewsSpider", crawler.spider)
        self._pool._factory = partial(_BoundedFactory, self._spider.limits.header_bytes)  # type: ignore[assignment]  # noqa: SLF001

        from twisted.internet import reactor  # noqa: PLC0415 - is this loop's only since the network was opened

        self._seconds = self._spider.limits.request_time.total_seconds()
        self._direct = _LateAgent(reactor, self._contextFactory, self._seconds, None, self._pool)

    async def download_request(self, request: Request) -> Response:
        """Raises HaltedError when the crawl ends, NotTaken for what may not be asked now or at all."""
        return await self._spider.ledger.flight(self._in_turn(request))

    async def _in_turn(self, request: Request) -> Response:
        spider, there = self._spider, origin(request.url)
        politeness = spider.network.politeness
        try:
            room = partial(spider.network.children.room, request.url)
            async with politeness.turn(there, spider.source.delay.total_seconds(), room):
                response = await self._guarded(request)
                if (wait := retry_after(response, spider.now())) is not None:
                    politeness.hold(there, wait.total_seconds())
                elif response.status == HTTPStatus.SERVICE_UNAVAILABLE:
                    politeness.hold(there, max(MOMENT, 3 * spider.source.delay.total_seconds()))
                return response
        except TooLongError as busy:
            until = spider.now() + busy.wait
            said = f"the site asks to be left alone until {until + timedelta(seconds=30):%H:%M} UTC"
            raise NotTaken(State.PUT_OFF, Stage.STATUS, said, retry_at=until) from None

    async def _guarded(self, request: Request) -> Response:
        spider = self._spider
        guard = spider.network.guard
        host = urlsplit(request.url).hostname or ""
        if spider.network.rules.proxy:
            request.meta["proxy"] = spider.network.rules.proxy
            if address := await guard.refuses(host):
                raise _forbidden(host, address)
        spider.ledger.requests += 1
        try:
            with wrap_twisted_exceptions():
                response = await maybe_deferred_to_future(
                    self._exchange().download_request(spider.credentials.on(request))
                )
        except CannotResolveHostError:
            if address := guard.forbidden(host):
                raise _forbidden(host, address) from None
            raise
        spider.ledger.bytes += len(response.body)
        return response

    def _exchange(self) -> "_Exchange":
        return _Exchange(
            self._direct, contextFactory=self._contextFactory, connectTimeout=self._seconds, pool=self._pool,
            maxsize=self._spider.limits.body_bytes, crawler=self._crawler,
        )  # fmt: skip


class _Exchange(_ScrapyAgent):
    """One request and its response, by the agent of all requests that no proxy makes."""

    def __init__(self, direct: Agent, **rest: Any) -> None:
        super().__init__(**rest)
        self._direct = direct
        self._headers: Headers | None = None

    def _headers_from_twisted_response(self, response: Any) -> Headers:  # type: ignore[override]
        """Scrapy makes them twice, and brings into form what Twisted did already: a twentieth of a crawl's CPU."""
        if self._headers is None:
            self._headers = Headers()
            if response.length is not UNKNOWN_LENGTH:
                self._headers[b"Content-Length"] = str(response.length)
            dict.update(self._headers, ((name.title(), values) for name, values in response.headers.getAllRawHeaders()))
        return self._headers

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        return super()._get_agent(request, timeout) if request.meta.get("proxy") else self._direct


class _LateAgent(_BindAddressAgent):
    """Makes of an address an endpoint to connect to only when it connects: most requests find a connection that is open."""

    def _getEndpoint(self, uri: Any) -> "_LateEndpoint":  # noqa: N802 - Twisted's name
        return _LateEndpoint(partial(super()._getEndpoint, uri))


@implementer(IStreamClientEndpoint)
class _LateEndpoint:
    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def connect(self, factory: Any) -> "Deferred[Protocol]":
        connected: Deferred[Protocol] = self._make().connect(factory)
        return connected


def _forbidden(host: str, address: str) -> NotTaken:
    there = host if host == address else f"{host} ({address})"
    reason = f"{there} is no public address; `network.open_networks` in the config can open it"
    return NotTaken(State.REFUSED, Stage.ADDRESS, reason)


class _CountedChunks(_ChunkedTransferDecoder):
    """Knows how much of what came is no body: the lengths of chunks and what is written beside them."""

    def __init__(self, body: Callable[[bytes], None], finish: Callable[[bytes], None]) -> None:
        super().__init__(self._counted, finish)
        self._body = body
        self.framing = 0
        self.content = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        before = self.content
        super().dataReceived(data)
        self.framing += len(data) - (self.content - before)

    def _counted(self, data: bytes) -> None:
        self.content += len(data)
        self._body(data)


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Counts the bytes of a response's head, which neither Scrapy nor Twisted bounds, and ends what has no end.

    The framing of chunks is bounded too: a body in chunks of one byte takes a hundred times as long as it should.
    """

    def __init__(self, header_bytes: int, quiescent: Any) -> None:
        super().__init__(quiescent)  # type: ignore[no-untyped-call]
        self._header_bytes = header_bytes
        self._head = 0
        self._chunks: _CountedChunks | None = None
        self._endless = ""

    def request(self, request: Any) -> Any:
        self._head, self._chunks = 0, None
        answer = super().request(request)
        if self._parser is not None:
            # A line of 16 KiB would end the connection without a word, and some policies are longer.
            self._parser.MAX_LENGTH = self._header_bytes + 1
            self._parser._transferDecoders = {b"chunked": self._decoder}  # type: ignore[dict-item]  # noqa: SLF001
        return answer

    def _decoder(self, body: Callable[[bytes], None], finish: Callable[[bytes], None]) -> _CountedChunks:
        self._chunks = _CountedChunks(body, finish)
        return self._chunks

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self._endless:
            return
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._parser is None:
            return
        if self._parser.state != "BODY":
            self._head += len(data)
            if self._head > self._header_bytes:
                self._end(f"headers larger than {self._header_bytes:,} bytes")
        elif self._chunks is not None and self._chunks.framing > self._header_bytes + self._chunks.content:
            self._end("more bytes around its chunks than in them")

    def _end(self, why: str) -> None:
        self._endless = why
        self.transport.abortConnection()  # type: ignore[union-attr]

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's name
        if self._endless:
            reason = Failure(EndlessHeadersError(self._endless))  # type: ignore[no-untyped-call]
        super().connectionLost(reason)  # type: ignore[no-untyped-call]


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def __init__(self, header_bytes: int, *rest: Any) -> None:
        super().__init__(*rest)  # type: ignore[no-untyped-call]
        self._header_bytes = header_bytes

    def buildProtocol(self, addr: Any) -> _BoundedProtocol:  # noqa: ARG002, N802 - Twisted's names
        return _BoundedProtocol(self._header_bytes, self._quiescentCallback)
