"""robots.txt (RFC 9309): asked once a day an origin, kept over restarts, obeyed on every hop; its Crawl-delay too.

No answer and 5xx forbid everything for now, 4xx allows everything. The first 500 KiB count (RFC 9309, 2.5).
"""

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from typing import Self, cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from newsloom.news.identity import origin, site
from newsloom.news.memory import Due, Robots, Role, Stage, State
from scraper.children import Guilty
from scraper.downloader import ask
from scraper.ledger import HaltedError
from scraper.middlewares.cut import UP_TO
from scraper.origins import OriginState
from scraper.outcomes import NotTaken, failed, phrase, retry_after
from scraper.spiders.generic import NewsSpider

log = logging.getLogger(__name__)

KEPT = timedelta(days=1)
"""RFC 9309, 2.4: no longer than 24 hours."""

KEPT_UNANSWERED = timedelta(hours=1)

BYTES = 500 * 2**10

_ASKED = "newsloom_robots"


@dataclass(eq=False)
class _Said:
    """What one crawl was told of addresses that it has not asked yet."""

    robots: Robots
    allowed: dict[str, bool] = field(default_factory=dict)
    guilty: str = ""
    """Which bound its rules broke: this crawl reads them no second time."""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


def _answers(robots: Robots) -> bool:
    """Whether it says anything: no answer, 5xx and 429 forbid everything for now."""
    return 0 < robots.status < HTTPStatus.INTERNAL_SERVER_ERROR and robots.status != HTTPStatus.TOO_MANY_REQUESTS


class RobotsMiddleware:
    """Lets a request pass, or raises NotTaken."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._spider = cast("NewsSpider", crawler.spider)
        self._said: dict[str, _Said] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get(_ASKED):
            return
        there = origin(request.url)
        state = await self._state(there)
        if not self._spider.source.robots or self._written_by_the_user(request):
            return
        robots = await self._robots(state, there)
        if await self._allows(robots, there, request.url):
            return
        if not _answers(robots):
            reason = f"robots.txt: {state.why or 'no answer'}; until it answers nothing may be asked"
            outcome = State.PUT_OFF if robots.status else State.FAILED
            raise NotTaken(outcome, Stage.ROBOTS, reason, retry_at=robots.expires)
        raise NotTaken(State.REFUSED, Stage.ROBOTS, "robots.txt forbids it")

    def _written_by_the_user(self, request: Request) -> bool:
        """A feed that stands in the config is asked whatever robots.txt says, as feed readers do; redirects in its site too."""
        due = request.cb_kwargs.get("due")
        source = self._spider.source
        return (
            isinstance(due, Due)
            and due.role is Role.FEED
            and due.url == source.url
            and site(request.url) == site(source.url)
        )

    async def _state(self, there: str) -> OriginState:
        state = self._spider.network.origins.state(there)
        if not state.known:
            known = await self._spider.ledger.origin(there)
            state.robots = state.robots or known.robots
            if known.hold_until is not None and (left := known.hold_until - self._spider.now()) > timedelta(0):
                self._spider.network.politeness.hold(there, left.total_seconds())
            state.known = True
        return state

    async def _robots(self, state: OriginState, there: str) -> Robots:
        async with state.asking:
            if state.robots is None or state.robots.expires <= self._spider.now():
                asked, state.why = await self._ask(there)
                if not _answers(asked) and state.robots is not None and _answers(state.robots):
                    # RFC 9309, 2.4: what is known may be used for longer while the file cannot be reached.
                    asked = replace(state.robots, expires=asked.expires)
                state.robots = asked
                await self._spider.ledger.keep_robots(there, state.robots)
            return state.robots

    async def _ask(self, there: str) -> tuple[Robots, str]:
        """What /robots.txt answers, and what went wrong if it did not."""
        address = there + "/robots.txt"
        asked = Request(address, meta={_ASKED: True, UP_TO: BYTES}, dont_filter=True, priority=100)
        now = self._spider.now
        try:
            response = await ask(self._crawler, asked)
        except HaltedError:
            raise
        except NotTaken as error:
            if (
                error.state is not State.GUILTY
            ):  # the page would fare the same: a forbidden host, one that asks for peace
                raise
            return Robots(status=0, body=b"", expires=now() + KEPT_UNANSWERED), error.reason
        except IgnoreRequest as error:  # too many redirects: RFC 9309, 2.3.1.2 lets us take it for absent
            log.debug("robots.txt not followed", extra={"url": address, "error": str(error)})
            return Robots(status=HTTPStatus.NOT_FOUND, body=b"", expires=now() + KEPT), ""
        except Exception as error:  # noqa: BLE001 - any failure to get it means the same: nothing may be asked for now
            page, _ = failed(Due(url=address, role=Role.START), error, now())
            return Robots(status=0, body=b"", expires=now() + KEPT_UNANSWERED), page.reason
        return await self._answered(response)

    async def _answered(self, response: Response) -> tuple[Robots, str]:
        now, status = self._spider.now(), response.status
        if (wait := retry_after(response, now)) is not None:
            await self._spider.ledger.hold(origin(response.url), now + wait)
            return Robots(status=status, body=b"", expires=now + wait), phrase(status)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Robots(status=status, body=b"", expires=now + KEPT_UNANSWERED), phrase(status)
        body = response.body[:BYTES] if status == HTTPStatus.OK else b""
        return Robots(status=status, body=body, expires=now + KEPT), ""

    async def _allows(self, robots: Robots, there: str, url: str) -> bool:
        """What the rules say of one address. Rules that cannot be read forbid it (not to understand is not to be allowed).

        The reading process is asked about all addresses of the origin at once that the crawl is about to ask.
        """
        if not _answers(robots) or not robots.body.strip():
            return _answers(robots)
        said = self._said.setdefault(there, _Said(robots))
        async with said.asking:
            if said.robots is not robots:
                said.robots, said.guilty = robots, ""
                said.allowed.clear()
            if url not in said.allowed and not said.guilty:
                await self._learn(said, there, url)
            if said.guilty:
                raise NotTaken(State.REFUSED, Stage.ROBOTS, f"robots.txt cannot be read: {said.guilty}")
            return said.allowed.pop(url)

    async def _learn(self, said: _Said, there: str, url: str) -> None:
        network = self._spider.network
        urls = tuple({url: None} | dict.fromkeys(self._spider.ledger.open_at(there)))
        asked = network.children.robots(said.robots.body, agent=network.rules.user_agent, urls=urls)
        try:
            answer = await self._spider.ledger.flight(asked)
        except Guilty as error:
            said.guilty = str(error)
            return
        said.allowed.update(zip(urls, answer.allowed, strict=True))
        if answer.crawl_delay is not None:
            network.politeness.pace(there, answer.crawl_delay)
