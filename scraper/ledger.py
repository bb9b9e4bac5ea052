"""What one crawl asked and what came of it: every address ends as one Page or Listing told to memory, and as a number."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from newsloom.news.identity import key, origin
from newsloom.news.memory import (
    CrawlReport,
    Due,
    Listed,
    Listing,
    Memory,
    News,
    Origin,
    Page,
    Robots,
    Role,
    Saved,
    State,
)
from newsloom.news.sources import Limits, Source
from newsloom.news.times import Now
from scraper.shapes import shape

T = TypeVar("T")

PORTION = 64
"""Addresses asked of memory at once."""

BATCH = 32
"""Pages told to memory at once, at most; fewer if the oldest waits longer than PATIENCE."""

PATIENCE = 5.0
"""Seconds: what a crash may cost of pages that were read and not yet told."""

USELESS = 5
"""What a page that was never read before and gives nothing new (a stored text, no article, no answer) costs of `shape_pages`."""

ENTRANCES = frozenset(Role) - {Role.ARTICLE}

_COUNTED = {
    State.SAME: "known",
    State.FAILED: "failed",
    State.GUILTY: "failed",
    State.REFUSED: "refused",
    State.GONE: "gone",
    State.PUT_OFF: "queued",
}


class HaltedError(Exception):
    """The crawl ends now; what was asked and is not answered stays queued in memory."""


@dataclass(frozen=True, kw_only=True)
class _Fault:
    """Why one entrance could not be read."""

    url: str
    reason: str


class Ledger:
    """One crawl's only way to memory, its numbers, and the switch that ends it."""

    def __init__(self, source: Source, memory: Memory, now: Now, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self.requests = 0
        self.bytes = 0
        self.stopped = False
        self.broken: Exception | None = None
        """What memory raised: nothing more can be told, the crawl ends, and its caller gets to know."""
        self.halting = asyncio.Event()
        self._memory = memory
        self._now = now
        self._started = now()
        self._counts: Counter[str] = Counter()
        self._bounds: dict[str, None] = {}
        self._pages: list[Page] = []
        self._first_waits_since = 0.0
        self._saving = asyncio.Lock()
        self._open: set[str] = set()
        """Addresses that memory handed out and that have no outcome yet."""
        self._entrances: set[str] = set()
        self._pages_left = limits.pages
        self._sitemaps_left = limits.sitemaps
        self._unread: set[str] = set()
        """Of the open ones, those that were never read before."""
        self._depths: dict[str, int] = {}
        """Steps from an entrance, by the key of the address, where that is more than one."""
        self._shapes: Counter[str] = Counter()
        """What was spent on addresses of each shape."""
        self._read_an_entrance = False
        self._faults: list[_Fault] = []
        self._flights: set[asyncio.Task[Any]] = set()

    # The end

    def halt(self) -> None:
        """Ends what is in flight; whatever is asked after it raises HaltedError."""
        self.halting.set()
        for task in self._flights:
            task.cancel()

    async def flight(self, work: Coroutine[Any, Any, T]) -> T:
        """Work that need not be finished when the crawl ends: a request, a reading. Raises HaltedError then."""
        if self.halting.is_set():
            work.close()
            raise HaltedError
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is run by one
        self._flights.add(task)
        try:
            return await work
        except asyncio.CancelledError:
            if not self.halting.is_set():
                raise
            task.uncancel()  # it was `halt`, which meant the work and not what comes of it
            raise HaltedError from None
        finally:
            self._flights.discard(task)

    # What is to be asked

    async def portion(self) -> list[Due]:
        """What to ask next, everything before it told; empty when nothing is left that this crawl may ask."""
        await self.flush()
        wanted: list[Due] = []
        more = True
        while more and not wanted and not self.halting.is_set():
            # With no page left to ask, one long look finds entrances that came late, and counts what stays queued.
            limit = min(PORTION, self._pages_left) if self._pages_left > 0 else self.limits.entries
            due = await self._safe(self._memory.due(self.source, limit))
            wanted = [d for d in due if self._wanted(d)]
            more = len(due) > 0 and limit != self.limits.entries
        self._open.update(d.url for d in wanted)
        self._unread.update(d.url for d in wanted if not d.digest)
        self._entrances.update(d.url for d in wanted if d.role in ENTRANCES)
        return _in_turns(wanted)

    def open_at(self, there: str) -> list[str]:
        """Addresses of an origin that were handed out and have no outcome yet."""
        return [url for url in self._open if _origin(url) == there]

    def first_asked(self, url: str) -> bool:
        """Whether this crawl has not asked that entrance yet; from now on it has. No address gets two outcomes."""
        known = url in self._entrances
        self._entrances.add(url)
        return not known

    def _wanted(self, due: Due) -> bool:
        if not self._within(self._depth(due.url) <= self.limits.depth, "depth"):
            return False
        if due.role is Role.ARTICLE:
            alike = shape(due.url)
            if not self._within(self._shapes[alike] < self.limits.shape_pages, "shape_pages"):
                return False
            self._shapes[alike] += 1
            self._pages_left -= 1
            return self._within(self._pages_left >= 0, "pages")
        if due.role is Role.SITEMAP:
            self._sitemaps_left -= 1
            return self._within(self._sitemaps_left >= 0, "sitemaps")
        return True

    def _depth(self, url: str) -> int:
        return self._depths.get(key(url), 1) if self._depths else 1

    def _leads(self, url: str, to: Iterable[str]) -> None:
        deeper = self._depth(url) + 1
        for address in to:
            self._depths.setdefault(key(address), deeper)

    def _learn(self, page: Page, saved: Saved) -> None:
        """What the outcome of a page says of the addresses that look like its own, and of those that it leads to."""
        useless = saved.news in (News.SAME, News.NONE) and page.state in (State.READ, State.FAILED, State.GONE)
        if page.role is Role.ARTICLE and useless and page.asked in self._unread:
            self._shapes[shape(page.asked)] += USELESS - 1
        self._leads(page.asked, (b.url for b in page.briefs if b.url))

    def _within(self, fine: bool, bound: str) -> bool:  # noqa: FBT001 - the call reads as a sentence
        if not fine:
            self.bound(bound)
            self._counts["queued"] += 1
        return fine

    async def origin(self, origin: str) -> Origin:
        return await self._safe(self._memory.origin(origin))

    # What came of it

    async def tell(self, page: Page) -> None:
        """Keeps the page for the next batch. It is not done before memory answered."""
        if not self._pages:
            self._first_waits_since = asyncio.get_running_loop().time()
        self._pages.append(page)
        self._note(page)
        late = asyncio.get_running_loop().time() - self._first_waits_since > PATIENCE
        if len(self._pages) >= BATCH or late:
            await self.flush()

    def _note(self, page: Page) -> None:
        if page.role in ENTRANCES:
            self._read_an_entrance |= page.state is State.SAME or page.article is not None
            if page.state not in (State.SAME, State.READ):
                self._faults.append(_Fault(url=page.asked, reason=page.reason))

    async def flush(self) -> None:
        """Everything told so far is safe when this returns."""
        async with self._saving:
            pages, self._pages = self._pages, []
            if not pages:
                return
            answers = await self._safe(self._memory.save(self.source, pages))
            for page, saved in zip(pages, answers, strict=True):
                self._learn(page, saved)
                self._open.discard(page.asked)
                self._unread.discard(page.asked)
                self._counts["briefs"] += saved.briefs
                if page.role is Role.ARTICLE or page.article is not None:
                    self._counts[_COUNTED.get(page.state) or _reading(saved.news)] += 1

    async def show(self, listing: Listing) -> Listed:
        """What an entrance showed, together with its validators; how much of it was new."""
        listed = await self._safe(self._memory.listed(self.source, listing))
        self._open.discard(listing.asked)
        self._leads(listing.asked, (f.url for f in listing.found if f.role is Role.SITEMAP))
        self._read_an_entrance |= listing.role is not Role.START
        self._counts["known"] += listed.known
        return listed

    async def filled(self, feed: Listing, *, whole: bool) -> None:
        """The gap of a feed that ran over is told, as far as it could be."""
        await self._safe(self._memory.filled(self.source, feed, whole=whole))

    def bound(self, name: str) -> None:
        """A limit was met; the report says which, by its name in the config."""
        if name:
            self._bounds[name] = None

    async def keep_robots(self, origin: str, robots: Robots) -> None:
        await self._safe(self._memory.keep_robots(origin, robots))

    async def hold(self, origin: str, until: datetime) -> None:
        await self._safe(self._memory.hold(origin, until))

    async def close(self, error: str = "") -> CrawlReport:
        """The last batch, the report; raises what memory raised."""
        if self.broken is None:
            with suppress(HaltedError):  # memory failed over this very batch
                await self.flush()
        if self.broken is not None:
            raise self.broken
        if self.halting.is_set():
            self._counts["queued"] += len(await self._memory.due(self.source, self.limits.entries))
        report = self._report(error)
        await self._memory.record(report)
        return report

    def _report(self, error: str) -> CrawlReport:
        if not error and self._faults and not self._read_an_entrance:
            fault = next((f for f in self._faults if f.url == self.source.url), self._faults[0])
            error = f"{fault.url}: {fault.reason}"
        counts = {k: self._counts[k] for k in ("new", "changed", "known", "failed", "refused", "gone", "briefs")}
        return CrawlReport(
            source=self.source.name, started=self._started, finished=self._now(), **counts,
            queued=self._counts["queued"] + len(self._open), requests=self.requests, bytes=self.bytes,
            bounds=tuple(self._bounds), error=error, stopped=self.stopped,
        )  # fmt: skip

    async def _safe(self, call: Awaitable[T]) -> T:
        if self.broken is not None:
            if isinstance(call, Coroutine):
                call.close()
            raise HaltedError
        try:
            return await call
        except Exception as error:  # whatever memory raises, a full disk say, ends this crawl and reaches its caller
            self.broken = error
            self.halt()
            raise HaltedError from error


def _in_turns(wanted: Iterable[Due]) -> list[Due]:
    """The first of each origin, then the second of each: a slow one holds up as few of the others as may be."""
    before: Counter[str] = Counter()
    ranked: list[tuple[int, Due]] = []
    for due in wanted:
        there = _origin(due.url)
        ranked.append((before[there], due))
        before[there] += 1
    return [due for _, due in sorted(ranked, key=lambda pair: pair[0])]


def _origin(url: str) -> str:
    """Of no address, of a port beyond 65,535, of no scheme of the web: none. Such a one ends as a failure of its own."""
    try:
        return origin(url)
    except (ValueError, KeyError):
        return ""


def _reading(news: News) -> str:
    return {News.NEW: "new", News.CHANGED: "changed", News.SAME: "known", News.NONE: "unread"}[news]
