"""A video behind a link is not downloaded to find out that it is no page: the Content-Type is enough to hang up."""

import re
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload

# Types that servers state for pages and feeds too (octet-stream, a sitemap's gzip, none at all) are not among them.
_MEDIA = re.compile(
    rb"\s*(?:video|audio|image|font|model)/|\s*application/(?:pdf|zip|x-zip|msword|vnd\.(?:ms|openxml|oasis)|x-shockwave)",
    re.IGNORECASE,
)


class MediaMiddleware:
    """Ends such a download after its headers; the response that comes has no body and the flag `download_stopped`."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        middleware = cls()
        crawler.signals.connect(middleware._look, signals.headers_received)
        return middleware

    def _look(self, headers: Any) -> None:
        if _MEDIA.match(headers.get("Content-Type") or b""):
            raise StopDownload(fail=False)
