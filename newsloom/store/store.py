"""The store's door for those who write: the crawl's `Memory`, and what the hallway needs to publish.

All work is done by one thread, a transaction a call; whoever awaits a call knows that what it told is safe when it returns.
"""

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from newsloom.news import identity
from newsloom.news.crawled import Tally
from newsloom.news.health import Health
from newsloom.news.items import Feed, Topic
from newsloom.news.lookout import Pace
from newsloom.news.memory import (
    READER,
    CrawlReport,
    Due,
    Found,
    Listed,
    Listing,
    News,
    Origin,
    Page,
    Robots,
    Role,
    Saved,
    State,
)
from newsloom.news.pushes import Delivery, Outcome, Target
from newsloom.news.renderings import Issue, Written
from newsloom.news.rules import RuleError
from newsloom.news.sources import DueWhy, Limits, Source
from newsloom.news.times import Now
from newsloom.store import (
    addresses,
    archives,
    copies,
    crawls,
    deliveries,
    entrances,
    fields,
    health,
    instants,
    log,
    renderings,
    rhythm,
    sightings,
    tidy,
    topics,
    withdrawals,
)
from newsloom.store.copies import NearCopies
from newsloom.store.database import listing as many
from newsloom.store.database import open_writing, transaction
from newsloom.store.entries import Batch
from newsloom.store.errors import StoreError, speaking
from newsloom.store.match import parsed
from newsloom.store.named import entry_named
from newsloom.store.reader import TOPICS, TopicStatus
from newsloom.store.stories import Stories
from newsloom.store.tidy import Freed, Keep
from newsloom.store.vocabulary import Vocabulary
from newsloom.store.withdrawals import Cut, Withdrawal

_T = TypeVar("_T")


@dataclass(kw_only=True)
class _Crawl:
    """What is known of a running crawl. It dies with the process: nothing is lost by that, its addresses are queued."""

    started: datetime
    handed: set[int] = field(default_factory=set)
    """Ids of addresses that were given out to be asked."""
    leads: int = 0
    """Addresses taken from briefs."""
    looks: dict[int, int] = field(default_factory=dict)
    """The last row there was when a feed was looked at, by the feed's row: of feeds that ran over."""
    tally: Tally = field(default_factory=Tally)
    finds: rhythm.Finds = field(default_factory=rhythm.Finds)


class Store:
    """One SQLite file. Opened by `Store.open`; closed by `close` or at the end of a `with` block."""

    def __init__(self, path: Path, now: Now, limits: Limits) -> None:
        self._path = path
        self._now = now
        self._limits = limits
        self._crawls: dict[str, _Crawl] = {}
        self._settled = False
        self._near_keys = copies.postings()
        self._words = Vocabulary()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        try:
            self._connection = self._writer.submit(open_writing, path).result()
        except BaseException:
            self._writer.shutdown()
            raise

    @classmethod
    def open(cls, path: Path, now: Now, limits: Limits | None = None) -> Self:
        """Opens the file, makes it if there is none, and brings an older one up to date. Takes no lock.

        Raises StoreError for one that is damaged, newer than this program, or may not be written.
        """
        return cls(path, now, limits or Limits())

    def close(self) -> None:
        """After what was begun is done. Twice is no error."""
        try:
            self._writer.submit(self._connection.close)
        except RuntimeError:  # the thread has ended: it is closed
            return
        self._writer.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _do(self, work: Callable[[sqlite3.Connection], _T], *, beside: bool = False) -> _T:
        """`work` in one transaction on the writer's thread. `beside`: another process works with the store."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._transact, work, beside)

    def _transact(self, work: Callable[[sqlite3.Connection], _T], beside: bool) -> _T:  # noqa: FBT001 - run_in_executor knows no names
        with speaking(self._path):
            if not (beside or self._settled):
                with transaction(self._connection):
                    self._settle(self._connection)
                self._settled = True
            with transaction(self._connection):
                return work(self._connection)

    def _settle(self, connection: sqlite3.Connection) -> None:
        """Once, before this process works with the store: what a killed one left waiting waits no longer."""
        self._stories(connection).come(log.release(connection, None))
        connection.execute(
            "UPDATE addresses SET retry_at = ? WHERE state = ? AND reader <> ? AND role = 'article'",
            (instants.written(self._now()), State.GUILTY, READER),
        )

    # Config

    async def adopt(self, sources: Sequence[Source], topics_: Sequence[Topic], *, whole: bool = True) -> list[str]:
        """Make the store's sources and topics those of the config. Returns the keys of all topics that it once had and has no more.

        A new or changed rule is matched over everything stored, a step after the other, so that others' work gets in between; what
        it brings in joins in bulk. No feed shows a part of that, and what is broken off is done by the next `adopt`. Not `whole`:
        it is left to `match_again`.
        """
        gone = await self._do(lambda connection: self._adopt(connection, sources, topics_))
        while whole and await self.match_again():
            pass
        return gone

    async def match_again(self) -> bool:
        """A step of matching new and changed rules over everything stored; False if there was none left to do."""
        return await self._do(topics.match_again)

    def keep_to(self, limits: Limits) -> None:
        """What crawls tell from now on is kept within these."""
        self._limits = limits

    def _adopt(self, connection: sqlite3.Connection, sources: Sequence[Source], topics_: Sequence[Topic]) -> list[str]:
        mutes = dict(connection.execute("SELECT name, mute FROM watched").fetchall())
        for source in sources:
            _check_mute(source)
            addresses.watch(connection, source)
        connection.execute(
            "UPDATE watched SET active = 0 WHERE active = 1 AND name NOT IN (SELECT value FROM json_each(?))",
            (many(s.name for s in sources),),
        )
        gone = topics.adopt(connection, topics_, self._now())
        health.follow(connection, self._now())
        renderings.retired(connection)
        if any(mutes.get(source.name, "") != source.mute for source in sources):
            topics.mutes_changed(connection)
        return gone

    # The clock

    async def due_sources(self) -> list[str]:
        """Names of sources that are due: first those somebody asked for, then those where most is likely to wait."""

        def work(connection: sqlite3.Connection) -> list[str]:
            # Or its last crawl lies in the future: the clock ran ahead, and what it said of the next one with it.
            # What waits is in proportion to the square of the time and of the looks it asks for; 1,000 is as good as any.
            rows = connection.execute(
                """
                SELECT w.name FROM watched w LEFT JOIN rhythms r ON r.source = w.name
                 WHERE w.active = 1 AND (coalesce(w.next_due, '') <= ?1 OR w.started > ?1)
                 ORDER BY w.due_why <> '', w.started IS NOT NULL,
                          (julianday(?1) - julianday(w.started)) * coalesce(json_extract(r.asks, '$[0]'), 1000) DESC,
                          coalesce(w.next_due, ''), w.name
                """,
                (instants.written(self._now()),),
            )
            return [name for (name,) in rows]

        return await self._do(work)

    async def next_due(self, source: str) -> datetime | None:
        """When it is due; None if it never was crawled or scheduled."""

        def work(connection: sqlite3.Connection) -> datetime | None:
            row = connection.execute("SELECT next_due FROM watched WHERE name = ?", (source,)).fetchone()
            return instants.read(row["next_due"]) if row else None

        return await self._do(work)

    async def schedule(
        self, source: str, next_due: datetime, why: DueWhy | None = None, pace: Pace | None = None
    ) -> None:
        """When a source is due and why then, together with the pace of all looks as it is by now."""

        def work(connection: sqlite3.Connection) -> None:
            self._set_due(connection, source, next_due, why)
            if pace is not None:
                rhythm.keep_pace(connection, pace)

        await self._do(work)

    async def outlook(self, source: str) -> rhythm.Outlook:
        """What is known of when to look at a source."""
        return await self._do(lambda connection: rhythm.outlook(connection, source))

    async def next_try(self, source: str) -> datetime | None:
        """When the first of the entrances is tried again from which a source lived, if all of them fail."""
        return await self._do(lambda connection: entrances.next_try(connection, source))

    async def waits(self, source: str) -> entrances.Waits | None:
        """Why nothing may be asked of a source now, and until when; None: something may."""
        return await self._do(lambda connection: entrances.waits(connection, source, self._now()))

    async def asked_for(self) -> tuple[dict[str, Sequence[float]], Pace | None]:
        """Looks that sources ask for by their rhythms (`Course.appetites`), and the pace that `schedule` was given last."""
        return await self._do(lambda connection: (rhythm.asks(connection), rhythm.pace(connection)))

    async def ask(self, source: str) -> None:
        """Set a source due now, for the process that runs."""
        await self._do(lambda connection: self._set_due(connection, source, self._now(), None), beside=True)

    def _set_due(self, connection: sqlite3.Connection, source: str, due: datetime, why: DueWhy | None) -> None:
        changed = connection.execute(
            "UPDATE watched SET next_due = ?, due_why = ? WHERE name = ?", (instants.written(due), why or "", source)
        )
        if changed.rowcount == 0:
            raise StoreError(
                f"{self._path}: knows no source {source}: `newsloom run` takes it over from the config at its next tick"
            )

    async def health(self, source: str) -> Health:
        """How it was when its last crawl ended."""
        return await self._do(lambda connection: health.known(connection, source))

    async def health_feed(self) -> Feed:
        """What is told of sources that fell ill or recovered."""
        return await self._do(health.feed)

    async def failing(self) -> frozenset[str]:
        """Sources whose last crawl failed as a whole, or of which no news can be read though it did not."""

        def work(connection: sqlite3.Connection) -> frozenset[str]:
            return frozenset(
                name
                for (name,) in connection.execute(
                    "SELECT name FROM watched WHERE error <> '' "
                    "UNION SELECT source FROM health WHERE state IN ('failing', 'gone')"
                )
            )

        return await self._do(work)

    # What is not kept for ever

    async def tidy(self, keep: Keep, *, beside: bool = False) -> Freed:
        """Drop texts that are older than `keep` says, and give back what that frees, a step after the other.

        Others' work gets in between; `beside` another process this one rests as long as it worked. What is broken off is done by
        the next one.
        """
        freed = Freed()
        if keep.drops:
            old = await self._do(lambda connection: tidy.begin(connection, keep, self._now()), beside=beside)
            while not old.done:
                old, dropped = await self._resting(partial(tidy.step, old=old, now=self._now()), beside=beside)
                freed += dropped
        while await self._resting(tidy.merge, beside=beside):
            pass
        while given := await self._resting(tidy.give_back, beside=beside):
            freed += Freed(bytes=given)
        if freed.bytes:
            await self._alone(tidy.shorten)
        await self._do(lambda connection: tidy.done(connection, self._now()), beside=beside)
        return freed

    async def tidied(self) -> datetime | None:
        """When `tidy` last came to its end."""
        return await self._do(tidy.last)

    async def rewrite(self) -> int:
        """Write the file anew if it is one of those that cannot become shorter in steps; by how many bytes it became shorter.

        For a caller that holds the lock: nobody else can write meanwhile.
        """
        return 0 if await self._do(tidy.gives_back) else await self._alone(tidy.rewrite)

    async def free_bytes(self) -> int:
        """What stands empty in the file; it is filled before the file grows."""
        return await self._do(tidy.free_bytes, beside=True)

    async def _resting(self, work: Callable[[sqlite3.Connection], _T], *, beside: bool) -> _T:
        """`work`, and `beside` another process a rest as long: whoever waits for a lock of SQLite's has no place in a line."""
        began = time.monotonic()
        done = await self._do(work, beside=beside)
        if beside:
            await asyncio.sleep(time.monotonic() - began)
        return done

    async def _alone(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """`work` in no transaction, on the writer's thread: what SQLite does with a whole file."""

        def alone() -> _T:
            with speaking(self._path):
                return work(self._connection)

        return await asyncio.get_running_loop().run_in_executor(self._writer, alone)

    # Publishing

    async def dirty(self) -> list[str]:
        """Keys of topics whose files do not show everything yet, or show what was withdrawn."""

        def work(connection: sqlite3.Connection) -> list[str]:
            return log.dirty(connection, self._now())

        return await self._do(work)

    async def advance(self, topic: str) -> None:
        """Move what is pending to the topic's log."""
        await self._do(lambda connection: log.advance(connection, topic, self._now()))

    async def feed(self, topic: str) -> Feed:
        """The feed as `advance` last left it."""
        return await self._do(lambda connection: log.feed(connection, topic))

    async def closing(self, topic: str) -> Feed | None:
        """The topic's next archive page, if there are rows enough in its log: write its files, then call `closed`."""
        return await self._do(lambda connection: archives.closing(connection, topic))

    async def number_pages_after(self, topic: str, page: int) -> None:
        """Give the topic's next archive page a higher number than this one, of which readers know from another store's feeds."""
        await self._do(lambda connection: archives.number_after(connection, topic, page, self._now()))

    async def closed(self, page: Feed, files: Sequence[str]) -> None:
        """What `closing` gave stands in these files, whose names are below the folder of feeds. Feeds may link it."""
        await self._do(lambda connection: archives.closed(connection, page, files, self._now()))

    async def pages(self) -> list[archives.Standing]:
        """Every archive page that was closed, those of a topic in their order."""
        return await self._do(archives.pages)

    async def retired(self) -> list[archives.Retired]:
        """Topics that the config had and has no more."""
        return await self._do(archives.retired)

    async def expire(self, stay: timedelta) -> list[str]:
        """Forget the archive pages of topics that left the config so long ago; the keys of those topics."""
        return await self._do(lambda connection: archives.expire(connection, self._now() - stay))

    async def page_again(self, page: archives.Standing) -> Feed:
        """What stood in a page whose files are gone, as it is now."""
        return await self._do(lambda connection: archives.again(connection, page.topic, page.page))

    async def withdraw(self, url_or_id: str, *, beside: bool = False) -> Withdrawal | None:
        """Take an entry out of everything, for good; `cuts` then says which files still hold it. None: it is not known."""

        def work(connection: sqlite3.Connection) -> Withdrawal | None:
            entry = entry_named(connection, url_or_id)
            return withdrawals.withdraw(connection, entry, self._now()) if entry is not None else None

        return await self._do(work, beside=beside)

    async def restore(self, url_or_id: str, *, beside: bool = False) -> Withdrawal | None:
        """Have a withdrawn entry shown again: it is news where it was shown before. None: it is not known."""

        def work(connection: sqlite3.Connection) -> Withdrawal | None:
            entry = entry_named(connection, url_or_id)
            return withdrawals.restore(connection, entry) if entry is not None else None

        return await self._do(work, beside=beside)

    async def cuts(self) -> list[Cut]:
        """Archive pages whose files hold what was withdrawn."""
        return await self._do(withdrawals.cuts)

    async def cut(self, done: Cut) -> None:
        """The files of this page hold it no longer."""
        await self._do(lambda connection: withdrawals.cut(connection, done))

    async def issue(self, topic: str, *, formats: Collection[str], edition: str) -> Issue:
        """The feed as `advance` last left it, with what this `edition` of a writer wrote of it before in these formats."""
        return await self._do(lambda connection: renderings.issue(connection, topic, formats=formats, edition=edition))

    async def published(self, topic: str, issue: Issue | None = None, written: Sequence[Written] = ()) -> None:
        """The files of what `advance` gave stand: the topic is dirty no longer, unless something came since.

        What was written for its `issue` is kept for the next one.
        """

        def work(connection: sqlite3.Connection) -> None:
            log.published(connection, topic)
            if issue is not None:
                renderings.published(connection, issue, written)

        await self._do(work)

    async def ask_publish(self, topics_: Sequence[str]) -> None:
        """Have these topics published by the process that runs."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE topics SET changes = changes + 1 WHERE active = 1 AND key IN (SELECT value FROM json_each(?))",
                (many(topics_),),
            )

        await self._do(work, beside=True)

    async def publish_as(self, face: str) -> None:
        """Have every topic published if `face` is not what it was: whatever decides how files are written, and where."""

        def work(connection: sqlite3.Connection) -> None:
            before = connection.execute("SELECT value FROM meta WHERE name = 'published as'").fetchone()
            if before is not None and before["value"] == face:
                return
            connection.execute("UPDATE topics SET changes = changes + 1 WHERE active = 1")
            connection.execute(
                """
                INSERT INTO meta(name, value) VALUES ('published as', ?)
                    ON CONFLICT(name) DO UPDATE SET value = excluded.value
                """,
                (face,),
            )

        await self._do(work)

    async def counted(self) -> Mapping[str, TopicStatus]:
        """Each topic's number of entries and newest one, by key."""

        def work(connection: sqlite3.Connection) -> dict[str, TopicStatus]:
            return {
                r["key"]: TopicStatus(
                    key=r["key"], title=r["title"], entries=r["entries"], newest=instants.read(r["newest"])
                )
                for r in connection.execute(TOPICS)
            }

        return await self._do(work)

    # Pushing

    async def adopt_targets(self, targets: Sequence[Target]) -> None:
        """Make these the webhooks and commands that are told what is new, each from now on."""
        await self._do(lambda connection: deliveries.adopt(connection, targets))

    async def targets_due(self) -> list[Target]:
        """Those that may have something to be told, and may be told it now."""
        return await self._do(lambda connection: deliveries.due(connection, self._now()))

    async def delivery(self, target: Target) -> Delivery | None:
        """What it is to be told next, the same until it has taken it; None if that is nothing, or not now."""
        return await self._do(lambda connection: deliveries.upcoming(connection, target, self._now()))

    async def delivered(self, delivery: Delivery) -> None:
        """It has taken that, and is never told it again."""
        await self._do(lambda connection: deliveries.delivered(connection, delivery, self._now()))

    async def undelivered(self, delivery: Delivery, outcome: Outcome) -> bool:
        """It has not taken that. Whether it took what it was told before: then it newly fails."""
        chance = random.random()  # noqa: S311 - spreads tries, guards nothing
        return await self._do(lambda connection: deliveries.failed(connection, delivery, outcome, self._now(), chance))

    # Memory: what a crawl may ask and tell

    async def due(self, source: Source, limit: int) -> Sequence[Due]:
        """Addresses to ask now: entrances first, then articles, newest first; each once a crawl."""

        def work(connection: sqlite3.Connection) -> list[Due]:
            addresses.watch(connection, source)
            return addresses.due(
                connection, source, limit, now=self._now(), limits=self._limits, handed=self._crawl(source.name).handed
            )

        return await self._tell(source, work)

    async def _tell(self, source: Source, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """`work` as a part of the source's crawl. If the store cannot do it that crawl ends, and nobody will record it."""
        try:
            return await self._do(work)
        except StoreError:
            self._crawls.pop(source.name, None)
            raise

    def _crawl(self, source: str) -> _Crawl:
        """The running crawl of a source; it begins with the first word about it since the last one's record."""
        return self._crawls.setdefault(source, _Crawl(started=self._now()))

    async def listed(self, source: Source, listing: Listing) -> Listed:
        """Store or queue every address an entrance showed, together with its validators; its feed items become entries."""
        return await self._tell(source, lambda connection: self._listed(connection, source, listing))

    def _listed(self, connection: sqlite3.Connection, source: Source, listing: Listing) -> Listed:
        now = self._now()
        addresses.watch(connection, source)
        entrance = addresses.row_of(connection, source.name, listing.asked, listing.role, now)
        finds = addresses.shown(connection, source, entrance, listing, now=now, limits=self._limits)
        gap = addresses.has_gap(entrance, listing, finds)
        if not listing.older:
            addresses.listed(connection, entrance, listing, gap=gap)
        addresses.keep(connection, source, entrance, finds, now)
        if listing.role is Role.FEED and not listing.older:
            self._look(connection, source, entrance, gap=gap)
        batch = self._batch(connection, source, now)
        articles = [s for s in finds if s.found.role is Role.ARTICLE]
        self._crawl(source.name).finds.add(source, now, articles)
        self._crawl(source.name).finds.gap = gap
        if not listing.older:
            entrances.keep_wishes(connection, entrance, listing.wishes, read=True)
            entrances.keep_place(
                connection, entrance, [s.key for s in articles], first=any(s.row is None for s in articles)
            )
        for shown in _in_order(articles):
            self._show(batch, shown)
        batch.finish()
        new = sum(1 for s in articles if s.row is None)
        self._crawl(source.name).tally.listing(listing, new=new)
        return Listed(new=new, known=len(articles) - new, gap=gap)

    def _batch(self, connection: sqlite3.Connection, source: Source, now: datetime) -> Batch:
        near = NearCopies(connection, now, self._near_keys)
        return Batch(
            connection, source, now, self._crawl(source.name).started, near=near, stories=self._stories(connection)
        )

    def _stories(self, connection: sqlite3.Connection) -> Stories:
        return Stories(connection, self._now(), self._words)

    def _look(self, connection: sqlite3.Connection, source: Source, entrance: sqlite3.Row, *, gap: bool) -> None:
        last = addresses.last(connection)
        if gap:
            self._crawl(source.name).looks[entrance["id"]] = last
        else:
            addresses.seen(connection, entrance, last)

    async def filled(self, source: Source, listing: Listing, *, whole: bool) -> None:
        """What stood before a feed's window is told as far as it goes: its validators may be kept."""

        def work(connection: sqlite3.Connection) -> None:
            entrance = addresses.row_of(connection, source.name, listing.asked, listing.role, self._now())
            looked = self._crawl(source.name).looks.pop(entrance["id"], None)
            self._crawl(source.name).finds.gap = not whole
            if looked is not None and (whole or addresses.given_up(connection, entrance)):
                addresses.listed(connection, entrance, listing)
                addresses.seen(connection, entrance, looked)

        await self._tell(source, work)

    def _show(self, batch: Batch, shown: addresses.Shown) -> None:
        """A listed article: its item becomes an entry; one that another source read already is carried by this one too."""
        found = shown.found
        if found.item is None:
            if shown.row is None and (known := batch.known_as([shown.key])) is not None:
                batch.carry(known["id"], batch.source.name, found.url)
                if known["read_key"]:
                    addresses.known_elsewhere(batch.connection, batch.source.name, shown.key, known["id"])
            return
        if shown.row is not None and shown.row["face"] == addresses.face(found) and shown.row["entry"] is not None:
            return
        entry = batch.item(
            shown.key,
            found.item,
            found.published or found.item.published,
            waits=shown.ask_at is not None and shown.ask_at <= batch.now,
            backlog=shown.backlog and shown.row is None,
        )
        if entry is None:
            return
        addresses.gave(batch.connection, batch.source.name, shown.key, entry)
        sightings.attach(batch, entry, [shown.key])
        if shown.row is None and batch.standing(entry)["read_key"]:
            addresses.known_elsewhere(batch.connection, batch.source.name, shown.key, entry)

    async def save(self, source: Source, pages: Sequence[Page]) -> Sequence[Saved]:
        """Keep what pages gave, one answer for each in its order. The same pages saved twice are saved once."""
        return await self._tell(source, lambda connection: self._save(connection, source, pages))

    def _save(self, connection: sqlite3.Connection, source: Source, pages: Sequence[Page]) -> list[Saved]:
        now, crawl = self._now(), self._crawl(source.name)
        addresses.watch(connection, source)
        batch = self._batch(connection, source, now)
        rows = sightings.Rows(batch)
        answers: dict[int, Saved] = {}
        # Decided in an order of its own, so that it does not matter in which one they arrived.
        order = sorted(range(len(pages)), key=lambda i: (_when(pages[i]), identity.key(pages[i].asked), pages[i].asked))
        for i in order:
            answers[i] = self._save_one(batch, rows, pages[i], crawl)
        batch.finish()
        fields.note(connection, source.name, crawl.started, pages)
        return [answers[i] for i in range(len(pages))]

    def _save_one(self, batch: Batch, rows: sightings.Rows, page: Page, crawl: _Crawl) -> Saved:
        connection = batch.connection
        row = addresses.row_of(connection, batch.source.name, page.asked, page.role, batch.now)
        first = row["worked_at"] is None and row["tries"] == 0
        crawl.tally.page(page, first=first, listed=instants.read(row["published"]))
        entry, news = row["entry"], News.SAME if page.state is State.SAME else News.NONE
        published: datetime | None = None
        gave: int | None = None
        if page.article is not None and page.state is State.READ:
            entry, news = batch.page(page, page.article, row)
            gave = entry
            if entry is not None:
                addresses.read_for_all(connection, batch.source.name, row["key"], entry)
                sightings.attach(batch, entry, list({row["key"], identity.key(page.url)} - {""}))
        elif page.state in (State.GONE, State.REFUSED):
            entry = sightings.stays_brief(batch, row["key"]) or entry
        if entry is not None:
            kept = batch.standing(entry)
            if page.state is State.GONE and kept["read_key"] == row["key"]:
                batch.change(batch.entry(entry), {"read_key": ""}, shows=False)
            if page.state in (State.READ, State.SAME) and (news is not News.NONE or page.state is State.SAME):
                published = instants.read(kept["published"])
            if kept["waiting"] == batch.source.name or (kept["waiting"] and page.state is State.READ):
                batch.release(kept["id"])
        addresses.asked(connection, row, page, gave, published, calm=news is News.SAME)
        if page.role is not Role.ARTICLE:
            entrances.keep_wishes(connection, row, page.wishes, read=False)
        seen = rows.see(page, row, self._limits.leads - crawl.leads)
        crawl.leads += seen.queued
        return Saved(news=news, briefs=seen.new, leads=seen.queued)

    async def origin(self, origin: str) -> Origin:
        """What is known of `scheme://host:port`."""
        return await self._do(lambda connection: crawls.origin(connection, origin))

    async def keep_robots(self, origin: str, robots: Robots) -> None:
        await self._do(lambda connection: crawls.keep_robots(connection, origin, robots))

    async def hold(self, origin: str, until: datetime) -> None:
        """Ask nothing of this origin until then; a later hold stays."""
        await self._do(lambda connection: crawls.hold(connection, origin, until))

    async def record(self, report: CrawlReport) -> None:
        """The crawl is over: its numbers are kept, and what waited for its pages waits no longer."""

        def work(connection: sqlite3.Connection) -> None:
            tally = self._crawl(report.source).tally
            crawl = crawls.record(connection, report, looked=tally.looked)
            health.record(connection, report, crawl, tally)
            self._stories(connection).come(log.release(connection, report.source))
            rhythm.learn(connection, report, self._crawl(report.source).finds)

        await self._do(work)
        self._crawls.pop(report.source, None)


def _check_mute(source: Source) -> None:
    try:
        if source.mute:
            parsed(source.mute)
    except RuleError as error:
        raise StoreError(f"source {source.name}: its mute rule {source.mute!r} is wrong {error}") from error


def _when(page: Page) -> str:
    article = page.article
    if article is None or article.published is None:
        return instants.NEVER
    return article.published.isoformat()


def _in_order(finds: Sequence[addresses.Shown]) -> list[addresses.Shown]:
    def when(shown: addresses.Shown) -> str:
        found: Found = shown.found
        at = found.published or (found.item.published if found.item else None)
        return at.isoformat() if at else instants.NEVER

    return sorted(finds, key=lambda s: (when(s), s.key))
