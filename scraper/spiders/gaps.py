"""A feed that ran over between two looks: what it showed in between and shows no more is looked for in its older pages, its archive
(RFC 5005), or the site's news sitemap, back to what was known.

All of it counts as shown by the feed. The store keeps the feed's validators only when that is told (`Memory.filled`), so a crawl
that ends before leaves the gap for the next one.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING

from newsloom.news.identity import key, origin, site
from newsloom.news.memory import Found, Listing, Page, Role, State
from scraper.spiders import indexes, ways_in

if TYPE_CHECKING:
    from scraper.spiders.generic import NewsSpider

log = logging.getLogger(__name__)

STEP = 25
"""Addresses of a sitemap that are told at once until a known one is met."""

PARTS = 3
"""Files of a sitemap index that are read."""

TIME = 0.5
"""Of a crawl's time, what going back may take: the articles that were found want some of it."""


@dataclass(frozen=True, kw_only=True)
class FeedListing(Listing):
    """What a feed showed, and what it says of where the rest is."""

    older_at: str = ""
    """Where what came before stands; empty if it says nothing of it."""
    title: str = ""
    home: str = ""


class End(Enum):
    """Why the walk back ended."""

    MET = "something known was met"
    OVER = "nothing older is said to be"
    BOUND = "a limit was met"
    LOST = "what should be an older page is none"
    LATER = "an older page cannot be read for now"


async def fill(spider: "NewsSpider", feed: FeedListing) -> None:
    """Tell what came before `feed`, and that it is told. Raises HaltedError when the crawl ends before."""
    of_feed = {"source": spider.source.name, "url": feed.url}
    log.info("feed has run over", extra=of_feed)
    walk = _Walk(spider, feed)
    end = await walk.back() if feed.older_at else End.LOST
    if end in (End.LOST, End.LATER):
        by_map = await _by_sitemap(spider, feed, walk)
        end = by_map if by_map is not End.LOST else end
    log.info("its gap ends", extra=of_feed | {"pages": walk.pages, "because": end.value})
    await spider.ledger.filled(feed, whole=end is not End.LATER)


class _Walk:
    """From page to older page, a page at a time; of those that were told only their addresses are kept."""

    def __init__(self, spider: "NewsSpider", feed: FeedListing) -> None:
        self.pages = 0
        self.shown = {key(f.url) for f in feed.found}
        self.oldest = _oldest(feed.found)
        self._spider = spider
        self._feed = feed
        self._asked = {key(feed.asked), key(feed.url)}
        self._until = asyncio.get_running_loop().time() + TIME * spider.limits.crawl_time.total_seconds()

    async def back(self) -> End:
        at = self._feed.older_at
        while at:
            if end := self._unasked(at):
                return end
            self._asked.add(key(at))
            page = await self._spider.attempt(at, Role.FEED)
            if isinstance(page, Page):
                return await _put_off(self._spider, page)
            if not isinstance(page, FeedListing) or not self._continues(page):
                return End.LOST
            if end := await self._tell(page):
                return end
            at = page.older_at
        return End.OVER

    def _unasked(self, at: str) -> End | None:
        """Why the next page is not even asked."""
        limits = self._spider.limits
        met = {
            "pages": self.pages >= limits.pages,
            "entries": len(self.shown) >= limits.entries,
            "crawl_time": asyncio.get_running_loop().time() >= self._until,
        }
        for bound in (name for name, is_met in met.items() if is_met):
            self._spider.ledger.bound(bound)
            return End.BOUND
        return End.LOST if key(at) in self._asked or site(at) != site(self._feed.url) else None

    def _continues(self, page: FeedListing) -> bool:
        """Whether it is an older page of this feed: no other feed, and none that shows only what was shown already."""
        feed = self._feed
        other = page.home and feed.home and key(page.home) != key(feed.home) and page.title != feed.title
        foreign = site(page.url) != site(feed.url)
        return not other and not foreign and not self.shown.issuperset(key(f.url) for f in page.found)

    async def _tell(self, page: FeedListing) -> End | None:
        self.pages += 1
        self._asked.add(key(page.url))
        self.shown.update(key(f.url) for f in page.found)
        self.oldest = _oldest(page.found, self.oldest)
        listed = await self._spider.ledger.show(replace(self._feed, found=page.found, older=True))
        if not listed.gap:
            return End.MET
        return End.BOUND if self._too_old(page.found) else None

    def _too_old(self, found: Iterable[Found]) -> bool:
        """Whether the source wants nothing that is as old as the newest of these."""
        age = self._spider.source.max_age
        newest = max((d for f in found if (d := f.modified or f.published) is not None), default=None)
        return age is not None and newest is not None and newest < self._feed.fetched - age


async def _by_sitemap(spider: "NewsSpider", feed: FeedListing, walk: _Walk) -> End:
    """From the oldest that was shown backwards until something known is met; the sitemap does not become an entrance."""
    finds = await _sitemap_finds(spider, feed.url)
    if isinstance(finds, End):
        return finds
    missed = ways_in.before(finds, walk.oldest, walk.shown)[: spider.limits.entries]
    for start in range(0, len(missed), STEP):
        listed = await spider.ledger.show(replace(feed, found=missed[start : start + STEP], older=True))
        if not listed.gap:
            return End.MET
    return End.OVER if missed else End.LOST


async def _sitemap_finds(spider: "NewsSpider", url: str) -> tuple[Found, ...] | End:
    """What the site's news sitemap shows, its likeliest parts if it is an index; nothing is recorded of it. LATER: none could be
    read now, though there may be one; LOST: there is none."""
    end = End.LOST
    for place in filter(spider.ledger.first_asked, await spider.sitemaps(url)):
        whole = await spider.attempt(place, Role.SITEMAP)
        if isinstance(whole, Page):
            end = End.LATER if await _put_off(spider, whole) is End.LATER else end
        elif await spider.shows_news(whole):
            if not ways_in.is_index(whole.found):
                return whole.found
            parts = [await spider.attempt(p.url, Role.SITEMAP) for p in indexes.preferred(whole.found, PARTS)]
            return tuple(found for part in parts if isinstance(part, Listing) for found in part.found)
    return end


async def _put_off(spider: "NewsSpider", page: Page) -> End:
    """Whether an address that could not be read is worth another crawl's time."""
    if page.state is State.PUT_OFF and page.retry_at is not None and page.url:
        await spider.ledger.hold(origin(page.url), page.retry_at)
    broken = page.status is None or page.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return End.LATER if page.state is State.PUT_OFF or (page.state is State.FAILED and broken) else End.LOST


def _oldest(found: Iterable[Found], than: datetime | None = None) -> datetime | None:
    dates = [f.published for f in found if f.published is not None]
    return min([*dates, *([than] if than else [])], default=None)
