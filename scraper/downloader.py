"""What Scrapy downloads with, without the lines it keeps: those are in politeness.py, for all crawls together."""

from typing import cast

from scrapy import Request
from scrapy.core.downloader.handlers import DownloadHandlers
from scrapy.core.downloader.middleware import DownloaderMiddlewareManager
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.defer import Deferred


class Downloader:
    """Passes each request through the middlewares to its handler at once (Scrapy's setting DOWNLOADER)."""

    def __init__(self, crawler: Crawler) -> None:
        self.active: set[Request] = set()
        """The engine looks whether there are any."""
        self._most = crawler.settings.getint("CONCURRENT_REQUESTS")
        self._handlers = DownloadHandlers(crawler)
        self._middleware = DownloaderMiddlewareManager.from_crawler(crawler)

    async def ask(self, request: Request) -> Response:
        """The response, redirects followed, with the last request of them."""
        while True:
            got = await self._hop(request)
            if isinstance(got, Response):
                got.request = request
                return got
            request = got

    def fetch(self, request: Request) -> Deferred[Response | Request]:
        """One hop, for Scrapy's engine, should a spider of the user's own hand it requests."""
        return deferred_from_coro(self._hop(request))

    async def _hop(self, request: Request) -> Response | Request:
        """The response, or the request to make in place of this one (a redirect)."""
        self.active.add(request)
        try:
            return await self._middleware.download_async(self._handlers.download_request_async, request)
        finally:
            self.active.remove(request)

    def needs_backout(self) -> bool:
        """Whether so many are under way that no other may begin."""
        return len(self.active) >= self._most

    def close(self) -> None:
        """Nothing is left to close: the handlers hear of the engine's end themselves."""


async def ask(crawler: Crawler, request: Request) -> Response:
    """What a request within a crawl gets, whoever makes it.

    It does not go through Scrapy's engine, whose queue, signals, tasks and chains of generators for each request cost a fifth
    of a crawl: nothing of ours waits there, listens to them or hooks into them.
    """
    return await cast("Downloader", crawler.engine.downloader).ask(request)
