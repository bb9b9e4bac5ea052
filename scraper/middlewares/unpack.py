"""Content-Encoding undone, within the bound on bodies."""

from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from newsloom.news.memory import Due, Stage, State
from scraper.outcomes import NotTaken

_GZIP = ([b"gzip"], [b"x-gzip"], [b"GZIP"])
_MOST = 2
"""Codings of one answer. Each is undone here and may fill the bound on bodies, and a header has room for thousands."""


class UnpackMiddleware(HttpCompressionMiddleware):
    """Scrapy's, which takes DOWNLOAD_MAXSIZE (`limits.body_bytes`) as its bound; ours says what was met, and how."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:  # noqa: ARG002
        if isinstance(request.cb_kwargs.get("due"), Due) and response.headers.getlist("Content-Encoding") in _GZIP:
            # What is read by a reading process is unpacked there, within the same bound: a millisecond a page less here.
            del response.headers["Content-Encoding"]
            return response
        named = b",".join(response.headers.getlist("Content-Encoding"))
        if named.count(b",") >= _MOST:
            raise NotTaken(State.GUILTY, Stage.PARSE, f"packed more than {_MOST} times over")
        try:
            return super().process_response(request, response)
        except IgnoreRequest:
            reason = f"unpacks to more than {self._max_size:,} bytes"
            raise NotTaken(State.GUILTY, Stage.PARSE, reason, bound="body_bytes") from None
        except (OSError, EOFError, ValueError) as error:
            encoding = b", ".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
            raise NotTaken(State.FAILED, Stage.PARSE, f"cannot be unpacked ({encoding}): {error}") from None

    def _handle_encoding(self, body: bytes, content_encoding: list[bytes], max_size: int) -> tuple[bytes, list[bytes]]:
        # A robots.txt is asked without a bound on its size (it is cut instead), yet must not unpack without one.
        return super()._handle_encoding(body, content_encoding, max_size or self._max_size)
