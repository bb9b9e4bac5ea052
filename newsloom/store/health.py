"""How sources are: decided after each crawl by `news/health.py`, from what is usual for them, which is kept here."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import astuple, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from newsloom.news.crawled import Facts, Measure, Tally
from newsloom.news.health import (
    HEALTH_TOPIC,
    ILL,
    Condition,
    Course,
    Failure,
    Health,
    Learned,
    Silence,
    is_news,
    judge,
    says_something,
)
from newsloom.news.identity import feed_id
from newsloom.news.items import Entry, EntryKind, Feed
from newsloom.news.memory import CrawlReport, Stage
from newsloom.news.vitals import SourceVitals
from newsloom.store import instants
from newsloom.store.database import plain
from newsloom.store.topics import topic_of


def record(connection: sqlite3.Connection, report: CrawlReport, crawl: int, tally: Tally) -> None:
    """Judge a source after its crawl, whose row is `crawl`. One that was stopped, or might not ask anything yet, is no sign."""
    usual = connection.execute("SELECT usual FROM health WHERE source = ?", (report.source,)).fetchone()
    before, learned = known(connection, report.source), _read(usual["usual"]) if usual is not None else Learned()
    facts = tally.facts(report.started, error=report.error, new=report.new, recent=learned.recent)
    _keep_failures(connection, crawl, facts)
    after = before
    if not report.stopped and says_something(learned, facts, report.requests):
        learned, after = judge(learned, before, facts)
        if is_news(before, after):
            _tell(connection, report.source, before, after, facts.at)
    connection.execute(
        _KEEP,
        (
            report.source, after.condition, instants.written(after.since), after.field, after.stage or "", plain(after.example),
            plain(after.reason), report.requests, report.bytes, report.new, report.failed + report.refused + report.gone,
            _written(learned),
        ),
    )  # fmt: skip


def known(connection: sqlite3.Connection, source: str) -> Health:
    row = connection.execute("SELECT * FROM health WHERE source = ?", (source,)).fetchone()
    return of(row) if row is not None else Health()


def of(row: sqlite3.Row) -> Health:
    """From a row of `health`."""
    return Health(
        condition=Condition(row["state"]),
        since=instants.read(row["since"]),
        field=row["field"],
        stage=Stage(row["stage"]) if row["stage"] else None,
        example=row["example"],
        reason=row["reason"],
    )


_KEEP = """
INSERT INTO health(source, state, since, field, stage, example, reason, crawls, requests, bytes, articles, failed, usual)
VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
ON CONFLICT(source) DO UPDATE
   SET state = excluded.state, since = excluded.since, field = excluded.field, stage = excluded.stage, example = excluded.example,
       reason = excluded.reason, crawls = crawls + 1, requests = requests + excluded.requests, bytes = bytes + excluded.bytes,
       articles = articles + excluded.articles, failed = failed + excluded.failed, usual = excluded.usual
"""


def _keep_failures(connection: sqlite3.Connection, crawl: int, facts: Facts) -> None:
    connection.executemany(
        "INSERT INTO failures(crawl, stage, addresses, example, reason) VALUES (?, ?, ?, ?, ?)",
        [(crawl, stage, f.addresses, plain(f.example), plain(f.reason)) for stage, f in facts.failures.items()],
    )


def _tell(connection: sqlite3.Connection, source: str, before: Health, after: Health, at: datetime) -> None:
    _put(
        connection, source, at, state=after.condition, before=before.condition, field=after.field, stage=after.stage or "",
        example=plain(after.example), reason=plain(after.reason),
    )  # fmt: skip


def _put(
    connection: sqlite3.Connection, source: str, at: datetime, *, state: str, before: str, reason: str,
    field: str = "", stage: str = "", example: str = "",
) -> None:  # fmt: skip
    """In the transaction that keeps the state: so it is told once, whatever dies when."""
    when = instants.written(at)
    connection.execute(
        """
        INSERT INTO health_events(uuid, source, title, url, at, state, before, field, stage, example, reason)
        SELECT ?1, name, title, url, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM watched WHERE name = ?2
        ON CONFLICT(uuid) DO NOTHING
        """,
        (
            str(uuid5(NAMESPACE_URL, f"newsloom:health/{source}/{when}/{state}")), source, when, state, before, field, stage,
            example, reason,
        ),
    )  # fmt: skip
    connection.execute("UPDATE topics SET changes = changes + 1 WHERE key = ? AND active = 1", (HEALTH_TOPIC,))


# Sources that come and go


_UNWATCHED = "unwatched"
"""The state of an entry that closes those of a source that is in the config no more."""


def follow(connection: sqlite3.Connection, at: datetime) -> None:
    """After `watched` was made the config's: who was told of an illness is told that nobody looks at the source any more.

    A source at the address of one that is gone is that one under another name: what was usual for it stays so.
    """
    for row in connection.execute(_RENAMED).fetchall():
        # All that it lists is new to the new name, and would be taken for copies of itself.
        learned = replace(_read(row["usual"]), recent=())
        connection.execute(
            "INSERT INTO health(source, state, usual) VALUES (?, 'fine', ?)", (row["name"], _written(learned))
        )
    for row in connection.execute(_LEFT_ILL, (json.dumps(sorted(ILL)),)).fetchall():
        reason = (
            f"Its address is watched as {row['again']} now." if row["again"] else "It is not in the config any more."
        )
        _put(connection, row["source"], at, state=_UNWATCHED, before=row["state"], reason=reason)
        connection.execute(_FORGET, (instants.written(at), row["source"]))


_RENAMED = """
SELECT n.name, h.usual, max(o.started) FROM watched n JOIN watched o ON o.url = n.url JOIN health h ON h.source = o.name
 WHERE n.active = 1 AND n.started IS NULL AND o.active = 0 AND NOT EXISTS (SELECT 1 FROM health WHERE source = n.name)
 GROUP BY n.name
"""
_LEFT_ILL = """
SELECT h.source, h.state, (SELECT n.title FROM watched n WHERE n.url = w.url AND n.active = 1) AS again
  FROM watched w JOIN health h ON h.source = w.name
 WHERE w.active = 0 AND h.state IN (SELECT value FROM json_each(?))
 ORDER BY w.name
"""
_FORGET = (
    "UPDATE health SET state = 'fine', since = ?, field = '', stage = '', example = '', reason = '' WHERE source = ?"
)
"""If it comes back as it was, this is told anew: what it fell from is in `usual`."""


# What is told


NEWEST = 50
"""Entries of the feed."""


def feed(connection: sqlite3.Connection) -> Feed:
    """The newest of what was told of sources, as entries that stand in no topic beside this one."""
    topic = connection.execute("SELECT * FROM topics WHERE key = ?", (HEALTH_TOPIC,)).fetchone()
    told = connection.execute("SELECT * FROM health_events ORDER BY id DESC LIMIT ?", (NEWEST,))
    entries = tuple(map(_entry, told))
    return Feed(
        topic=topic_of(topic),
        id=feed_id(HEALTH_TOPIC),
        updated=max((e.updated for e in entries), default=instants.read(topic["first_known"])),
        entries=entries,
    )


def _entry(row: sqlite3.Row) -> Entry:
    at = instants.read(row["at"])
    where = row["field"] or row["stage"]
    now = f"is {row['state']}{f' ({where})' if where else ''}" if row["state"] in ILL else _WELL[row["state"]]
    reason = row["reason"] or f"It was {row['before']}."
    paragraphs = [reason] if reason.startswith(f"{row['example']}: ") else [reason, row["example"]]
    return Entry(
        id=UUID(row["uuid"]),
        version=1,
        kind=EntryKind.ARTICLE,
        url=row["example"] or row["url"],
        title=f"{row['title']} {now}",
        published=at,
        updated=at,
        first_seen=at,
        source=row["source"],
        source_title=row["title"],
        source_url=row["url"],
        text="\n\n".join(p for p in paragraphs if p),
    )


_WELL = {Condition.FINE: "has recovered", Condition.QUIET: "has recovered", _UNWATCHED: "is no longer watched"}


# For machines


def vitals(connection: sqlite3.Connection) -> dict[str, SourceVitals]:
    """Of the sources of the config, by name."""
    return {
        row["name"]: SourceVitals(
            condition=Condition(row["state"]),
            started=instants.read(row["started"]),
            due=instants.read(row["next_due"]),
            **{name: row[name] for name in ("crawls", "articles", "failed", "requests", "bytes")},
        )
        for row in connection.execute(_VITALS)
    }


_VITALS = """
SELECT w.name, w.started, w.next_due, coalesce(h.state, 'fine') AS state, coalesce(h.crawls, 0) AS crawls,
       coalesce(h.articles, 0) AS articles, coalesce(h.failed, 0) AS failed, coalesce(h.requests, 0) AS requests,
       coalesce(h.bytes, 0) AS bytes
  FROM watched w
  LEFT JOIN health h ON h.source = w.name
 WHERE w.active = 1
 ORDER BY w.name
"""


# What is usual, as JSON


_FORM = 1
"""Raised with a change of what stands there; what stands there in another form is learned anew."""


def _written(learned: Learned) -> str:
    silence = learned.silence
    return json.dumps(
        {
            "form": _FORM,
            "courses": {m: [_number(v) for v in astuple(c)] for m, c in learned.courses.items()},
            "lengths": {str(k): v for k, v in learned.lengths.items()},
            "silence": {
                "gaps": round(silence.gaps, 3),
                "total": round(silence.total.total_seconds()),
                "longest": round(silence.longest.total_seconds()),
                "last": instants.written(silence.last),
                "looked": instants.written(silence.looked),
            },
            "listed": learned.listed,
            "errors": learned.errors,
            "failing": instants.written(learned.failing),
            "failure": astuple(learned.failure) if learned.failure is not None else None,
            "worked": learned.worked,
            "recent": learned.recent,
        },
        separators=(",", ":"),
    )


def _number(value: float | datetime | str | None) -> float | str | None:
    if isinstance(value, datetime):
        return instants.written(value)
    return round(value, 4) if isinstance(value, float) else value


def _read(text: str) -> Learned:
    """Of a text that holds measures we no longer have, the others."""
    said: Mapping[str, Any] = json.loads(text) if text else {}
    if said.get("form") != _FORM:
        return Learned()
    known = {str(m) for m in Measure}
    silence = said["silence"]
    return Learned(
        courses={Measure(m): _course(values) for m, values in said["courses"].items() if m in known},
        lengths={int(k): v for k, v in said["lengths"].items()},
        silence=Silence(
            gaps=silence["gaps"],
            total=timedelta(seconds=silence["total"]),
            longest=timedelta(seconds=silence["longest"]),
            last=instants.read(silence["last"]),
            looked=instants.read(silence["looked"]),
        ),
        listed=said["listed"],
        errors=said["errors"],
        failing=instants.read(said["failing"]),
        failure=_failure(*said["failure"]) if said["failure"] is not None else None,
        worked=said["worked"],
        recent=tuple(said["recent"]),
    )


def _failure(error: str, stage: str | None, absent: bool, waits: bool) -> Failure:  # noqa: FBT001 - as it was written
    return Failure(error=error, stage=Stage(stage) if stage else None, absent=absent, waits=waits)


def _course(values: list[Any]) -> Course:
    *counts, fell, example = values
    return Course(**dict(zip(_COUNTS, counts, strict=True)), fell=instants.read(fell), example=example)


_COUNTS = ("right", "wrong", "crawls", "bad", "lately_right", "lately_wrong", "lately", "lately_bad", "evidence")
