"""Connects the rooms, which do not know each other: one round is crawl what is due, save, publish what changed."""

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from io import TextIOWrapper
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from feeds import archives
from feeds.publish import (
    PublishError,
    Shelf,
    edition,
    missing,
    publish,
    publish_index,
    publish_page,
    suffixes,
    withdraw_files,
)
from newsloom.config import Config
from newsloom.news.items import Topic
from newsloom.news.memory import CrawlReport
from newsloom.news.pushes import targets
from newsloom.news.sources import Source
from newsloom.news.times import Now
from newsloom.pushing import Post
from newsloom.store import Keep, Store, StoreError
from newsloom.store.archives import Standing

if TYPE_CHECKING:
    from scraper.network import Network

log = logging.getLogger("newsloom")

CRAWLS = 64
"""Side by side at most. A crawl mostly waits for its site's turn, so there are more of them than connections, which the
network counts by itself; sixteen slow sites must not keep the others waiting."""

Timetable = Callable[[Source, datetime | None], datetime]
"""When a source is due next, from when it was due last (None: never)."""


class LockedError(Exception):
    """Another newsloom works on this store."""


class LockError(Exception):
    """The lock file cannot be made or opened; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class House:
    """The rooms, open, and what is handed from one to the other."""

    config: Config
    store: Store
    network: "Network"
    now: Now

    @property
    def sources(self) -> dict[str, Source]:
        return {s.name: s for s in self.config.sources}


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round did. `newly_failing` are sources that fail now and did not the time before."""

    reports: tuple[CrawlReport, ...] = ()
    newly_failing: tuple[str, ...] = ()
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


@contextmanager
def locked(store: Path) -> Iterator[None]:
    """Holds the one lock that writers take; readers never ask for it. It falls with the process, however that ends.

    Raises LockedError at once if another process holds it, LockError if there can be no lock.
    """
    with _lock_file(store.with_name(store.name + ".lock")) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            raise LockedError(
                f"{store} is in use by another newsloom{f' (process {holder})' if holder else ''}"
            ) from None
        with suppress(OSError):  # a full disk has no room for the number, which is for people: the lock itself holds
            file.truncate(0)
            os.pwrite(file.fileno(), str(os.getpid()).encode(), 0)
        yield


def _lock_file(path: Path) -> TextIOWrapper:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+")
    except OSError as error:
        raise LockError(
            f"{path} cannot be made ({error.strerror}): give this user write access to its folder, "
            "or choose another store with --store"
        ) from error


@asynccontextmanager
async def opened(config: Config, now: Now) -> AsyncIterator[House]:
    """The rooms for as long as a command works. The caller holds the lock."""
    from scraper.network import Network  # noqa: PLC0415 - brings Twisted, which who only publishes must not pay for

    with Store.open(config.store, now, config.limits) as store:
        await adopt(config, store)
        async with Network.open(config.network, config.limits) as network:
            yield House(config=config, store=store, network=network, now=now)


async def adopt(config: Config, store: Store) -> None:
    """Make the store's sources and topics those of the config, and see that the next publish leaves the folder right.

    Files of topics that are gone are taken away; what somebody removed, or what would be written otherwise now, is due
    to be published, news or not.
    """
    await store.adopt(config.sources, config.topics)
    await _retire(config, store)
    await store.adopt_targets(list(targets(config.topics)))
    await _restore_pages(config, store)
    await store.publish_as(_face(config))
    await store.ask_publish(missing((t.key for t in config.topics), config.out))


async def _retire(config: Config, store: Store) -> None:
    """Topics that are gone have no feed, archive pages for a month yet, and a word for servers that they were there."""
    await store.expire(_ARCHIVES_STAY)
    gone = {each.topic: each.is_archived for each in await store.retired()}
    try:
        for topic, is_archived in gone.items():
            withdraw_files(topic, config.out)
            if not is_archived:
                archives.forget(topic, config.out)
        archives.say_gone(gone, config.out)
    except PublishError as error:
        log.error("files of topics that are gone still stand: %s", error)  # noqa: TRY400 - as below


_ARCHIVES_STAY = timedelta(days=30)


async def _restore_pages(config: Config, store: Store) -> None:
    """Archive pages that somebody took away, or that are not in the folder of now, are written from what is stored."""
    try:
        for topic, several in groupby(await store.pages(), key=lambda page: page.topic):
            await _restore_pages_of(config, store, topic, list(several))
    except PublishError as error:
        log.error("archive pages are not all there: %s", error)  # noqa: TRY400 - as above


async def _restore_pages_of(config: Config, store: Store, topic: str, pages: Sequence[Standing]) -> None:
    newest = pages[-1].page
    lost = archives.missing(((page.page, page.files) for page in pages), newest, config.out)
    if not lost:
        return
    lost = await asyncio.to_thread(archives.unpack, lost, config.out)
    for page in pages:
        if not lost.isdisjoint(page.files):
            again = await store.page_again(page)
            await asyncio.to_thread(
                publish_page, again, config.out, public_url=config.public_url, rights=config.copyright, only=lost
            )
    await asyncio.to_thread(archives.pack, topic, newest, config.out)


def _face(config: Config) -> str:
    """What decides how every feed is written: where it goes, under which address, by which version."""
    every = sorted(s.schedule.every.total_seconds() for s in config.sources)
    return repr((version("newsloom"), edition(), str(config.out), config.public_url, config.copyright, every))


async def crawl_round(
    house: House,
    names: Iterable[str],
    timetable: Timetable,
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
                report = await crawl_one(house, source, timetable, stop=stop)
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
    files, unpublished = await publish_dirty(house.config, house.store, watch=watch)
    pushed = await Post(house.config, house.store, house.now).push(stop)
    return Round(
        reports=reports,
        newly_failing=tuple(r.source for r in reports if r.error and r.source not in known_to_fail),
        files=files,
        unpublished=unpublished,
        untold=pushed.newly_failing,
        stopped=stop.is_set(),
    )


async def crawl_one(
    house: House, source: Source, timetable: Timetable, *, stop: asyncio.Event | None = None
) -> CrawlReport:
    """One crawl, and when the next one is due. A defect of ours in one source is logged and stays that source's own."""
    from scraper.crawl import crawl  # noqa: PLC0415 - as in `opened`

    was_due = await house.store.next_due(source.name)
    failed_before = source.name in await house.store.failing()
    started = house.now()
    try:
        report = await crawl(source, house.store, house.network, house.now, house.config.limits, stop)
    except StoreError:
        raise  # a full disk or a damaged file is no fault of the source, and nothing could be recorded
    except Exception as error:
        # One source must not stop the others; it is recorded as failing, with the trace in the log.
        log.exception("crawl broke off source=%s", source.name)
        report = CrawlReport(source=source.name, started=started, finished=house.now(), error=f"defect: {error!r}")
        await house.store.record(report)
    if not report.stopped and await house.store.next_due(source.name) == was_due:  # else it was asked for meanwhile
        await house.store.schedule(source.name, timetable(source, was_due))
    _tell(report, known=failed_before)
    return report


def _tell(report: CrawlReport, *, known: bool) -> None:
    """A failure is a warning once: cron mails whatever is printed under -q."""
    level = logging.WARNING if report.error and not known else logging.INFO
    log.log(
        level,
        "crawled source=%s new=%d changed=%d known=%d briefs=%d failed=%d refused=%d gone=%d queued=%d requests=%d%s%s%s",
        *(report.source, report.new, report.changed, report.known, report.briefs, report.failed, report.refused),
        *(report.gone, report.queued, report.requests),
        f" bounds={','.join(report.bounds)}" if report.bounds else "",
        " stopped" if report.stopped else "",
        f" error={report.error!r}" if report.error else "",
    )


async def publish_dirty(
    config: Config, store: Store, *, only: Sequence[str] | None = None, watch: Watch | None = None
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Write the feeds of topics with something new (of `only`, whatever is new): the files written, the topics that failed.

    A topic stays dirty until its last file stands, so one that fails is tried again by the next round.
    """
    topics = {t.key: t for t in config.topics}
    files: list[Path] = []
    failed: list[str] = []
    watch = watch or Watch()
    await _cut_withdrawn(config, store, files, failed)
    for key in await store.dirty() if only is None else only:
        if key not in topics:
            continue
        watch.publishing(key)
        await store.advance(key)
        try:
            files += await _publish_topic(config, store, topics[key])
        except StoreError:
            raise
        except PublishError as error:
            failed.append(key)
            log.error("not published topic=%s: %s", key, error)  # noqa: TRY400 - the sentence says it; a trace says less
        except Exception:  # a defect of ours in one feed must not stop the others; it stays to be published
            failed.append(key)
            log.exception("not published topic=%s", key)
    try:
        files += await _publish_index(config, store)
    except PublishError as error:
        failed.append("index")
        log.error("index not published: %s", error)  # noqa: TRY400 - as above
    if files:
        log.info("published files=%d", len(files))
    return tuple(files), tuple(failed)


async def _cut_withdrawn(config: Config, store: Store, files: list[Path], failed: list[str]) -> None:
    """Archive pages lose what was withdrawn since they were written."""
    for cut in await store.cuts():
        try:
            files += await asyncio.to_thread(archives.cut, cut.files, config.out, {i.urn for i in cut.ids})
        except PublishError as error:
            failed.append("archive")
            log.error("a withdrawn entry still stands in %s: %s", " ".join(cut.files), error)  # noqa: TRY400 - as above
        else:
            await store.cut(cut)


async def _publish_topic(config: Config, store: Store, topic: Topic) -> list[Path]:
    """The archive pages that are full, each before it is linked; then the feed."""
    files: list[Path] = []
    while (page := await store.closing(topic.key)) is not None:
        if page.page == 1 and (last := archives.last_page(topic.key, config.out)):
            # Of a store that is no more. Readers know those pages, and would not ask for others under their names.
            await store.number_pages_after(topic.key, last)
            continue
        names = await asyncio.to_thread(
            publish_page, page, config.out, public_url=config.public_url, rights=config.copyright
        )
        await store.closed(page, names)
        await asyncio.to_thread(archives.pack, topic.key, page.page, config.out)
        files += [config.out / name for name in names]
    issue = await store.issue(topic.key, formats=suffixes(), edition=edition())
    done = await asyncio.to_thread(
        publish,
        issue,
        config.out,
        public_url=config.public_url,
        every=_every(config, topic),
        rights=config.copyright,
    )
    await store.published(topic.key, issue, done.written)
    return [*files, *done.files]


async def _publish_index(config: Config, store: Store) -> list[Path]:
    counted = await store.counted()
    shelf = [Shelf(topic=t, entries=counted[t.key].entries, newest=counted[t.key].newest) for t in config.topics]
    return await asyncio.to_thread(publish_index, shelf, config.out, title=config.title, public_url=config.public_url)


def _every(config: Config, topic: Topic) -> timedelta:
    """How often a topic's sources are looked at: the feed's time to live."""
    mine = [s.schedule.every for s in config.sources if topic.source in ("", s.name)]
    return min(mine, default=config.schedule.every)


def kept(config: Config) -> Keep:
    """How long texts are kept."""
    return Keep(sources={s.name: s.keep for s in config.sources}, others=config.keep)


async def tidy_daily(config: Config, store: Store, now: Now) -> None:
    """Drop what is too old, unless that was done within the day. Crawls get in between."""
    if await store.expire(_ARCHIVES_STAY):
        await _retire(config, store)
    keep = kept(config)
    last = await store.tidied()
    if not keep.drops or (last is not None and now() - last < _DAY):
        return
    freed = await store.tidy(keep)
    log.info("tidied texts=%d versions=%d bytes=%d", freed.entries, freed.versions, freed.bytes)


_DAY = timedelta(days=1)


async def leave_word(config: Config, now: Now, *, sources: Iterable[str] = (), topics: Sequence[str] = ()) -> None:
    """For the process that holds the lock, which looks at every tick: crawl these now, publish these."""
    with Store.open(config.store, now, config.limits) as store:
        for source in sources:
            await store.ask(source)
        if topics:
            await store.ask_publish(topics)


async def bring_forward(house: House, timetable: Timetable) -> None:
    """What is due later than its schedule would have it is due by its schedule.

    So a shorter interval in the config holds at once, and a machine whose clock was ahead does not wait until that time comes.
    """
    for source in house.config.sources:
        due, soon = await house.store.next_due(source.name), timetable(source, None)
        if due is not None and due > soon:
            await house.store.schedule(source.name, soon)
