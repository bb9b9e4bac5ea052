"""What every request of a crawl says of us."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers


class HeadersMiddleware:
    """Puts the settings' DEFAULT_REQUEST_HEADERS and USER_AGENT on a request that says nothing else.

    Scrapy has a middleware for each of the two, which brings their names and values into form anew for every request.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        said = {**settings.getdict("DEFAULT_REQUEST_HEADERS"), "User-Agent": settings["USER_AGENT"]}
        self._in_form = list(Headers(said).items())

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        for name, values in self._in_form:
            dict.setdefault(request.headers, name, values)
