"""Records of crawls, and what all crawls know of an origin."""

import sqlite3
from datetime import datetime, timedelta

from newsloom.news.memory import CrawlReport, Origin, Robots
from newsloom.store import instants
from newsloom.store.database import plain


def record(connection: sqlite3.Connection, report: CrawlReport, *, looked: bool) -> int:
    """Keep a crawl's numbers; the id of its row. `looked`: one of the source's entrances answered.

    One that was stopped, or asked articles only, says nothing about how the source is.
    """
    started, finished, error = instants.written(report.started), instants.written(report.finished), plain(report.error)
    connection.execute(
        "INSERT INTO watched(name, url, title) VALUES (?, '', ?) ON CONFLICT DO NOTHING", (report.source, report.source)
    )
    kept = connection.execute(
        """
        INSERT INTO crawls(source, started, finished, new, changed, known, failed, refused, gone, briefs, queued, requests, bytes,
                           bounds, error, stopped)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            report.source, started, finished, report.new, report.changed, report.known, report.failed, report.refused, report.gone,
            report.briefs, report.queued, report.requests, report.bytes, ",".join(report.bounds), error, report.stopped,
        ),
    )  # fmt: skip
    crawl = kept.lastrowid or 0
    _forget(connection, report)
    if report.stopped:
        return crawl
    told = bool(error or looked)
    connection.execute(
        """
        UPDATE watched
           SET started = ?1, finished = ?2, error = iif(?5, ?3, error),
               failing_since = CASE WHEN NOT ?5 THEN failing_since WHEN ?3 = '' THEN NULL ELSE coalesce(failing_since, ?1) END
         WHERE name = ?4
        """,
        (started, finished, error, report.source, told),
    )
    return crawl


def _forget(connection: sqlite3.Connection, report: CrawlReport) -> None:
    """The source's oldest crawls that are old: a look every quarter of an hour is 35,000 rows a year, most of them of nothing new.

    Its last fine one stays: it says since when what it lists is news.
    """
    asked = {"source": report.source, "most": _FORGOTTEN, "before": instants.written(report.started - STAY)}
    old = connection.execute(_OLD, asked).fetchall()
    for row in old:
        connection.execute("DELETE FROM failures WHERE crawl = ?", (row["id"],))
        connection.execute("DELETE FROM crawls WHERE id = ?", (row["id"],))


STAY = timedelta(days=90)
_FORGOTTEN = 10
"""At one crawl."""
_OLD = """
SELECT id
  FROM (SELECT id, started FROM crawls WHERE source = :source ORDER BY id LIMIT :most)
 WHERE started < :before
   AND id <> coalesce(
           (SELECT id FROM crawls WHERE source = :source AND error = '' AND stopped = 0 ORDER BY id DESC LIMIT 1), 0
       )
"""


def origin(connection: sqlite3.Connection, name: str) -> Origin:
    row = connection.execute("SELECT * FROM origins WHERE origin = ?", (name,)).fetchone()
    if row is None:
        return Origin()
    robots = None
    if row["robots_status"] is not None:
        robots = Robots(
            status=row["robots_status"], body=row["robots_body"], expires=instants.read(row["robots_expires"])
        )
    return Origin(robots=robots, hold_until=instants.read(row["hold_until"]))


def keep_robots(connection: sqlite3.Connection, name: str, robots: Robots) -> None:
    connection.execute(
        """
        INSERT INTO origins(origin, robots_status, robots_body, robots_expires) VALUES (?, ?, ?, ?)
        ON CONFLICT(origin) DO UPDATE
           SET robots_status = excluded.robots_status, robots_body = excluded.robots_body, robots_expires = excluded.robots_expires
        """,
        (name, robots.status, robots.body, instants.written(robots.expires)),
    )


def hold(connection: sqlite3.Connection, name: str, until: datetime) -> None:
    connection.execute(
        """
        INSERT INTO origins(origin, hold_until) VALUES (?, ?)
        ON CONFLICT(origin) DO UPDATE SET hold_until = max(coalesce(hold_until, ''), excluded.hold_until)
        """,
        (name, instants.written(until)),
    )
