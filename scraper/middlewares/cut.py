"""A feed, a sitemap, a robots.txt is of use in part: it is taken up to its bound, where Scrapy throws away what is larger.

What the bytes are is not known before they are read, so whatever is asked as an entrance is cut; a page is refused then where
pages are read.
"""

from typing import Self, cast

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response

from newsloom.news.memory import Due, Role
from scraper.outcomes import CUT
from scraper.spiders.generic import NewsSpider

UP_TO = "newsloom_up_to"
"""In a request's meta: bytes of the body after which the download ends, as one that is done."""

_GOT = "newsloom_got"


class CutMiddleware:
    """The response of a download that was ended has the flag CUT, and as many bytes as were wanted."""

    def __init__(self, crawler: Crawler) -> None:
        self._spider = cast("NewsSpider", crawler.spider)
        crawler.signals.connect(self._count, signals.bytes_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        due = request.cb_kwargs.get("due")
        if isinstance(due, Due) and due.role is not Role.ARTICLE:
            request.meta[UP_TO] = self._spider.limits.body_bytes
        if UP_TO in request.meta:
            request.meta.update({"download_maxsize": 0, _GOT: 0})  # anew on every hop

    def process_response(self, request: Request, response: Response) -> Response:
        up_to = request.meta.get(UP_TO)
        if up_to is None or request.meta[_GOT] <= up_to:
            return response
        return response.replace(body=response.body[:up_to], flags=[CUT])

    def _count(self, data: bytes, request: Request) -> None:
        up_to = request.meta.get(UP_TO)
        if up_to is None:
            return
        request.meta[_GOT] += len(data)
        if request.meta[_GOT] > up_to:
            raise StopDownload(fail=False)
