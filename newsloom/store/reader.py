"""The store as those see it who only read: `status`, `search`, pages. Never writes, needs no lock."""

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from newsloom.news import identity
from newsloom.news.health import Health
from newsloom.news.items import Entry, EntryKind
from newsloom.news.pushes import Kind
from newsloom.news.rules import Rule, parse
from newsloom.news.sources import DueWhy
from newsloom.news.times import Now
from newsloom.news.vitals import Vitals
from newsloom.store import health, instants, rhythm, tidy
from newsloom.store.database import open_reading
from newsloom.store.errors import speaking
from newsloom.store.named import as_uuid, entry_named
from newsloom.store.reasons import Reason
from newsloom.store.rhythm import Delay, Learned
from newsloom.store.rows import load
from newsloom.store.search import find, held, reasons
from newsloom.store.tidy import Freed, Keep
from newsloom.store.versions import Change, changes
from newsloom.store.why import Why, why


@dataclass(frozen=True, kw_only=True)
class SourceStatus:
    """A source and its last crawl. Times are None before its first one."""

    name: str
    title: str
    url: str
    started: datetime | None
    finished: datetime | None
    next_due: datetime | None
    """None: now."""
    new: int = 0
    changed: int = 0
    known: int = 0
    briefs: int = 0
    failed: int = 0
    refused: int = 0
    gone: int = 0
    queued: int = 0
    """Addresses that are to be asked, now or later."""
    error: str = ""
    """Why its last crawl failed; empty: it did not."""
    failing_since: datetime | None = None
    health: Health = field(default_factory=Health)
    """How it is, and why; `since` is None before its first crawl."""
    moved: str = ""
    """Where the address in the config has moved for good, if it has: a line of the config to change."""
    due_why: DueWhy | None = None
    """Why it is due then; None: it was never looked at, or somebody asked for it."""
    rhythm: Learned | None = None
    delay: Delay | None = None


@dataclass(frozen=True, kw_only=True)
class TopicStatus:
    key: str
    title: str
    entries: int
    newest: datetime | None


@dataclass(frozen=True, kw_only=True)
class TargetStatus:
    """Who is told what is new in a topic, and how that goes."""

    topic: str
    """Its key."""
    kind: Kind
    told: datetime | None
    """When it last took something."""
    error: str = ""
    """Why it did not take what it was told last; empty: it did."""
    failing_since: datetime | None = None
    tries: int = 0
    """Failures in a row."""
    retry_at: datetime | None = None
    """It is told nothing before; None: now, or never again if it is `stopped`."""
    stopped: bool = False
    """It wants nothing any more."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """What of a source is stored. An entry that was both a brief and an article counts as both."""

    articles: int = 0
    briefs: int = 0


@dataclass(frozen=True, kw_only=True)
class Status:
    now: datetime
    """When it was asked."""
    sources: tuple[SourceStatus, ...]
    topics: tuple[TopicStatus, ...]
    targets: tuple[TargetStatus, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hit:
    """An entry that a rule holds, and why."""

    entry: Entry
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Tested:
    """What a topic would hold."""

    count: int
    newest: tuple[Hit, ...]


class Reader:
    """A read-only view of a store, also while another process writes it."""

    def __init__(self, connection: sqlite3.Connection, path: Path, now: Now) -> None:
        self._connection = connection
        self._path = path
        self._now = now

    @classmethod
    def open(cls, path: Path, now: Now) -> Self:
        """Raises StoreError if there is no store at `path`, or none of this version."""
        return cls(open_reading(path), path, now)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def status(self) -> Status:
        """Sources and topics of the config that the store last worked with, by name."""
        with speaking(self._path):
            learned = rhythm.all_learned(self._connection)
            delays = rhythm.delays(self._connection, self._now())
            sources = tuple(_source(r, learned, delays) for r in self._connection.execute(_SOURCES))
            topics = tuple(
                TopicStatus(key=r["key"], title=r["title"], entries=r["entries"], newest=instants.read(r["newest"]))
                for r in self._connection.execute(TOPICS)
            )
            targets = tuple(_target(r) for r in self._connection.execute(_TARGETS))
        return Status(now=self._now(), sources=sources, topics=topics, targets=targets)

    def vitals(self) -> Vitals:
        """How sources and topics are, for machines: in some milliseconds, however large the store is."""
        with speaking(self._path):
            sources = health.vitals(self._connection)
            topics = {r["key"]: r["entries"] for r in self._connection.execute(TOPICS)}
        return Vitals(at=self._now(), sources=sources, topics=topics)

    def held(self) -> dict[str, Held]:
        """By source. Counts every entry: on a large store it takes its time."""
        with speaking(self._path):
            rows = self._connection.execute(_HELD).fetchall()
        return {r["source"]: Held(articles=r["articles"], briefs=r["briefs"]) for r in rows}

    def search(self, query: str | Rule, limit: int = 20, *, muted: bool = False) -> tuple[Entry, ...]:
        """The newest entries that `query` holds, newest first. Raises RuleError for a query that means nothing."""
        rule = parse(query, searching=True) if isinstance(query, str) else query
        with speaking(self._path):
            return tuple(load(self._connection, find(self._connection, rule, limit, self._now(), muted=muted)))

    def topic(self, rule: Rule, include: Collection[EntryKind], limit: int) -> Tested:
        """What a topic with this rule would hold, and why."""
        with speaking(self._path):
            count, ids = held(self._connection, rule, include, limit)
            why = reasons(self._connection, rule, ids)
            entries = load(self._connection, ids)
        hits = (Hit(entry=entry, reasons=why.get(i, ())) for i, entry in zip(ids, entries, strict=True))
        return Tested(count=count, newest=tuple(hits))

    def old(self, keep: Keep) -> Freed:
        """What `tidy` would drop now."""
        freed = Freed()
        with speaking(self._path):
            old = tidy.begin(self._connection, keep, self._now())
            while not old.done:
                old, dropped = tidy.step(self._connection, old, self._now(), dry=True)
                freed += dropped
        return freed

    def changes(
        self, limit: int, *, url_or_id: str | None = None, sources: Collection[str] = ()
    ) -> tuple[Change, ...] | None:
        """The newest changes of titles and texts, newest first. None if one entry's are asked, and it is not known."""
        with speaking(self._path):
            entry = entry_named(self._connection, url_or_id) if url_or_id is not None else None
            if entry is None and url_or_id is not None:
                return None
            return changes(self._connection, limit, entry=entry, sources=sources)

    def entry(self, url_or_id: str) -> Entry | None:
        """The entry with this id, or known under this address."""
        with speaking(self._path):
            entry = entry_named(self._connection, url_or_id)
            return load(self._connection, [entry])[0] if entry is not None else None

    def why(self, url_or_id: str) -> Why:
        """All that was decided about an address, or about the entry with this id."""
        with speaking(self._path):
            uuid = as_uuid(url_or_id)
            return why(self._connection, "" if uuid else identity.key(url_or_id), uuid)


def _source(row: sqlite3.Row, learned: Mapping[str, Learned], delays: Mapping[str, Delay]) -> SourceStatus:
    counts = {
        name: row[name] or 0 for name in ("new", "changed", "known", "briefs", "failed", "refused", "gone", "queued")
    }
    return SourceStatus(
        name=row["name"],
        title=row["title"],
        url=row["url"],
        error=row["error"],
        moved=row["moved"] or "",
        started=instants.read(row["started"]),
        finished=instants.read(row["finished"]),
        next_due=instants.read(row["next_due"]),
        failing_since=instants.read(row["failing_since"]),
        health=health.of(row) if row["state"] else Health(),
        due_why=DueWhy(row["due_why"]) if row["due_why"] else None,
        rhythm=learned.get(row["name"]),
        delay=delays.get(row["name"]),
        **counts,
    )


def _target(row: sqlite3.Row) -> TargetStatus:
    return TargetStatus(
        topic=row["key"],
        kind=Kind(row["kind"]),
        told=instants.read(row["told_at"]),
        error=row["error"],
        failing_since=instants.read(row["failing_since"]),
        tries=row["tries"],
        retry_at=None if row["stopped"] else instants.read(row["retry_at"]),
        stopped=bool(row["stopped"]),
    )


_TARGETS = """
SELECT t.key, d.* FROM deliveries d JOIN topics t ON t.id = d.topic WHERE t.active = 1 ORDER BY t.key, d.kind
"""
_SOURCES = """
SELECT w.*, h.state, h.since, h.field, h.stage, h.example, h.reason,
       c.new, c.changed, c.known, c.briefs, c.failed, c.refused, c.gone, (
           SELECT count(*) FROM addresses a
            WHERE a.source = w.name AND a.role = 'article' AND a.retry_at IS NOT NULL
              AND a.state IN ('queued', 'failed', 'put off')
       ) AS queued, (
           SELECT a.moved FROM addresses a WHERE a.source = w.name AND a.role <> 'article' AND a.configured = 1
       ) AS moved
  FROM watched w
  LEFT JOIN health h ON h.source = w.name
  LEFT JOIN crawls c ON c.id = (SELECT max(id) FROM crawls WHERE source = w.name)
 WHERE w.active = 1
 ORDER BY w.name
"""
TOPICS = """
SELECT t.key, t.title, iif(t.key = 'health', (SELECT count(*) FROM health_events), t.members) AS entries,
       iif(t.key = 'health', (SELECT max(at) FROM health_events),
           (SELECT m.published FROM membership m WHERE m.topic = t.id ORDER BY m.published DESC LIMIT 1)) AS newest
  FROM topics t
 WHERE t.active = 1
 ORDER BY t.id
"""
_HELD = """
SELECT c.source, sum(e.kind = 'article') AS articles, sum(e.is_brief) AS briefs
  FROM (SELECT DISTINCT entry, source FROM carriers) c JOIN entries e ON e.id = c.entry AND e.joined IS NULL
 GROUP BY c.source
"""
