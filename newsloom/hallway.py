"""Connects the rooms, which do not know each other: one round is crawl what is due, save, publish what changed."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from newsloom.adopting import adopt
from newsloom.config import Config
from newsloom.news.health import Condition, Health
from newsloom.news.memory import CrawlReport
from newsloom.news.sources import Source
from newsloom.news.times import Now
from newsloom.publishing import publish_dirty
from newsloom.pushing import Post
from newsloom.store import Store, StoreError
from newsloom.store.entrances import Waits
from newsloom.timetable import Timetable

if TYPE_CHECKING:
    from scraper.network import Network

log = logging.getLogger("newsloom")

CRAWLS = 64
"""Side by side at most. A crawl mostly waits for its site's turn, so there are more of them than connections, which the
network counts by itself; sixteen slow sites must not keep the others waiting."""


@dataclass(frozen=True, kw_only=True)
class House:
    """The rooms, open, and what is handed from one to the other."""

    config: Config
    store: Store
    network: "Network"
    timetable: Timetable
    now: Now

    @property
    def sources(self) -> dict[str, Source]:
        return {s.name: s for s in self.config.sources}


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round did. `newly_failing` are sources that are failing or gone now and were not before."""

    reports: tuple[CrawlReport, ...] = ()
    newly_failing: tuple[str, ...] = ()
    waiting: Mapping[str, Waits] = field(default_factory=dict)
    """Sources of which nothing might be asked."""
    files: tuple[Path, ...] = ()
    unpublished: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    """Webhooks and commands that fail now and did not the time before."""
    stopped: bool = False
    """It was asked to stop; sources may be missing from `reports`."""

    @property
    def fine(self) -> bool:
        return not (self.newly_failing or self.unpublished or self.untold)


class Watch:
    """Is told what goes on; the command line shows it on a terminal. This one is silent."""

    def begin(self, total: int) -> None: ...
    def crawling(self, source: str) -> None: ...
    def crawled(self, report: CrawlReport) -> None: ...
    def publishing(self, topic: str) -> None: ...


@asynccontextmanager
async def opened(config: Config, now: Now, *, whole: bool = True) -> AsyncIterator[House]:
    """The rooms for as long as a command works. The caller holds the lock. `whole` as in `adopt`."""
    from scraper.network import Network  # noqa: PLC0415 - brings Twisted, which who only publishes must not pay for

    with Store.open(config.store, now, config.limits) as store:
        await adopt(config, store, whole=whole)
        async with Network.open(config.network, config.limits) as network:
            yield House(config=config, store=store, network=network, timetable=Timetable(store, now), now=now)


async def under(house: House, config: Config) -> House:
    """The house under another config, of the same store, connections and children. What is under way ends under its own.

    Nothing may be published meanwhile.
    """
    await adopt(config, house.store, whole=False)
    house.store.keep_to(config.limits)
    house.network.keep_to(config.network, config.limits)
    return replace(house, config=config)


async def crawl_round(
    house: House,
    names: Iterable[str],
    *,
    stop: asyncio.Event | None = None,
    watch: Watch | None = None,
) -> Round:
    """Crawl these sources side by side, then publish once what changed, then tell those who are to be told what is new.

    When the store fails, all crawls are stopped and have ended before its StoreError is raised.
    """
    stop = stop or asyncio.Event()
    chosen = [house.sources[n] for n in names]
    watch = watch or Watch()
    watch.begin(len(chosen))
    places = asyncio.Semaphore(CRAWLS)
    known_to_fail = await house.store.failing()

    async def one(source: Source) -> CrawlReport | None:
        async with places:
            if stop.is_set():
                return None
            watch.crawling(source.name)
            try:
                report = await crawl_one(house, source, stop=stop)
            except StoreError:
                stop.set()
                raise
            watch.crawled(report)
            return report

    outcomes = await asyncio.gather(*map(one, chosen), return_exceptions=True)
    for broken in outcomes:
        if isinstance(broken, BaseException):
            raise broken
    reports = tuple(r for r in outcomes if isinstance(r, CrawlReport))
    waiting = {r.source: waits for r in reports if (waits := await _waits(house, r)) is not None}
    files, unpublished = await publish_dirty(house.config, house.store, publishing=watch.publishing)
    pushed = await Post(house.config, house.store, house.now).push(stop)
    return Round(
        reports=reports,
        newly_failing=tuple(sorted((await house.store.failing() - known_to_fail) & {r.source for r in reports})),
        waiting=waiting,
        files=files,
        unpublished=unpublished,
        untold=pushed.newly_failing,
        stopped=stop.is_set(),
    )


async def crawl_one(house: House, source: Source, *, stop: asyncio.Event | None = None) -> CrawlReport:
    """One crawl, and when the next one is due. A defect of ours in one source is logged and stays that source's own."""
    from scraper.crawl import crawl  # noqa: PLC0415 - as in `opened`

    was_due = await house.store.next_due(source.name)
    before, failed_before = await house.store.health(source.name), source.name in await house.store.failing()
    started, began = house.now(), time.monotonic()
    defect: Exception | None = None
    try:
        report = await crawl(source, house.store, house.network, house.now, house.config.limits, stop)
    except StoreError:
        raise  # a full disk or a damaged file is no fault of the source, and nothing could be recorded
    except Exception as error:  # noqa: BLE001 - one source must not stop the others: it is failing, and the log has the trace
        defect = error
        report = CrawlReport(source=source.name, started=started, finished=house.now(), error=f"defect: {error!r}")
        await house.store.record(report)
    if not report.stopped and await house.store.next_due(source.name) == was_due:  # else it was asked for meanwhile
        await house.timetable.put(house.config, source, was_due, report)
    after = await house.store.health(source.name)
    newly_fails = not failed_before and source.name in await house.store.failing()
    seconds = time.monotonic() - began
    waits = await _waits(house, report)
    _tell(report, before, after, newly_fails=newly_fails, seconds=seconds, waits=waits, defect=defect)
    return report


async def _waits(house: House, report: CrawlReport) -> Waits | None:
    """What a crawl waits for that asked nothing."""
    return None if report.requests or report.error or report.stopped else await house.store.waits(report.source)


def _tell(
    report: CrawlReport,
    before: Health,
    after: Health,
    *,
    newly_fails: bool,
    seconds: float,
    waits: Waits | None,
    defect: Exception | None,
) -> None:
    """That a source newly fails is a warning, and a defect of our own an error: cron mails whatever is printed under -q."""
    level = logging.INFO
    if newly_fails:
        level = logging.WARNING if defect is None else logging.ERROR
    numbers = {name: getattr(report, name) for name in _TOLD}
    end = {
        "seconds": round(seconds, 2),
        "bounds": report.bounds,
        "stopped": report.stopped or None,
        "error": report.error,
        "waits_until": waits.until if waits is not None else None,
        "waits_for": waits.reason if waits is not None else None,
        "health": after.condition if after.condition is not Condition.FINE else None,
        "why": after.reason if after != before and after.reason != report.error else None,
    }
    log.log(level, "crawled", extra={"source": report.source} | numbers | end, exc_info=defect)


_TOLD = ("new", "changed", "known", "briefs", "failed", "refused", "gone", "queued", "requests", "bytes")


async def leave_word(config: Config, now: Now, *, sources: Iterable[str] = (), topics: Sequence[str] = ()) -> None:
    """For the process that holds the lock, which looks at every tick: crawl these now, publish these."""
    with Store.open(config.store, now, config.limits) as store:
        for source in sources:
            await store.ask(source)
        if topics:
            await store.ask_publish(topics)
