"""What Scrapy downloads with, without the lines it keeps: those are in politeness.py, for all crawls together."""

from heapq import heappop, heappush
from itertools import count

from scrapy import Request
from scrapy.core.downloader.handlers import DownloadHandlers
from scrapy.core.downloader.middleware import DownloaderMiddlewareManager
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.defer import Deferred


class Downloader:
    """Passes each request through the middlewares to its handler at once (Scrapy's setting DOWNLOADER).

    Scrapy's own has a queue for each host, and a task, a future and three signals for each request to go through it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.active: set[Request] = set()
        """The engine looks whether there are any."""
        self._most = crawler.settings.getint("CONCURRENT_REQUESTS")
        self._handlers = DownloadHandlers(crawler)
        self._middleware = DownloaderMiddlewareManager.from_crawler(crawler)

    def fetch(self, request: Request) -> Deferred[Response | Request]:
        """The response, or the request to make in place of this one (a redirect)."""
        self.active.add(request)
        return deferred_from_coro(self._fetch(request))

    async def _fetch(self, request: Request) -> Response | Request:
        try:
            return await self._middleware.download_async(self._handlers.download_request_async, request)
        finally:
            self.active.remove(request)

    def needs_backout(self) -> bool:
        """Whether so many are under way that no other may begin."""
        return len(self.active) >= self._most

    def close(self) -> None:
        """Nothing is left to close: the handlers hear of the engine's end themselves."""


class Line(BaseScheduler):
    """The requests of a crawl that wait for their turn (Scrapy's setting SCHEDULER): higher priority first, then as they came."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, Request]] = []
        self._numbers = count()

    def has_pending_requests(self) -> bool:
        """Whether one waits."""
        return bool(self._waiting)

    def enqueue_request(self, request: Request) -> bool:
        """Takes it, whatever was taken before: what is asked twice in a crawl is the ledger's to know."""
        heappush(self._waiting, (-request.priority, next(self._numbers), request))
        return True

    def next_request(self) -> Request | None:
        """The next one, if one waits."""
        return heappop(self._waiting)[-1] if self._waiting else None
