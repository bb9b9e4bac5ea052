"""Whether an article's text may be published again; asks the well-known file of its origin, once a day."""

import logging
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from scrapy import Request

from newsloom.news.identity import origin
from newsloom.news.items import Article
from newsloom.news.memory import Robots
from scraper import reservation
from scraper.children import ChildError
from scraper.downloader import ask
from scraper.ledger import HaltedError
from scraper.outcomes import Answer

if TYPE_CHECKING:
    from scraper.spiders.generic import NewsSpider

log = logging.getLogger(__name__)

KEPT = timedelta(days=1)
KEPT_UNANSWERED = timedelta(hours=1)


async def reserved(spider: "NewsSpider", answer: Answer, in_page: str) -> str:
    """The reason, empty for none. The nearer word counts: the page's tags, then the headers, then the origin's file."""
    if not spider.source.respect_reservation:
        return ""
    why, final = reservation.of_headers(answer.robots_tags, answer.tdm, spider.network.rules.user_agent)
    if in_page or final:
        return in_page or why
    return reservation.of_file(await _file(spider, answer.url), answer.url)


def without_text(article: Article) -> Article:
    """Headline and link, and who wrote it when."""
    return replace(article, text="", html="", summary="")


async def _file(spider: "NewsSpider", url: str) -> bytes:
    there = origin(url)
    state = spider.network.origins.state(there)
    async with state.asking_tdm:
        if state.tdm is None:
            state.tdm = (await spider.ledger.origin(there + reservation.WELL_KNOWN)).robots
        if state.tdm is None or state.tdm.expires <= spider.now():
            state.tdm = await _ask(spider, there + reservation.WELL_KNOWN)
            await spider.ledger.keep_robots(there + reservation.WELL_KNOWN, state.tdm)
        return state.tdm.body if state.tdm.status == HTTPStatus.OK else b""


async def _ask(spider: "NewsSpider", address: str) -> Robots:
    """What it answers. No answer is no reservation, for nearly no site has the file; but it is asked again soon."""
    try:
        response = await ask(spider.crawler, Request(address, dont_filter=True))
    except (HaltedError, ChildError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever kept it from being read, there is no file that says anything
        log.debug("not read", extra={"url": address, "error": repr(error)})
        return Robots(status=0, body=b"", expires=spider.now() + KEPT_UNANSWERED)
    body = response.body[: reservation.FILE_BYTES + 1]
    return Robots(status=response.status, body=body, expires=spider.now() + KEPT)
