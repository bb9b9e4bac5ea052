"""Archive pages (RFC 5005, 4): stretches of a topic's log that stand in files of their own, written once.

A page is closed in two transactions, with the writing of its files between them. Until the second one nothing links those files, so
that whoever is killed in between writes them again, even if with other entries.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsloom.news.items import Feed
from newsloom.store import instants, log
from newsloom.store.database import listing as many

PAGE = 50
"""Log rows of an archive page."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An archive page whose files stand, or should."""

    topic: str
    """Its key."""
    page: int
    files: tuple[str, ...]
    """Their names below the folder of feeds."""


@dataclass(frozen=True, kw_only=True)
class Retired:
    """A topic that the config had and has no more."""

    topic: str
    """Its key."""
    is_archived: bool
    """Whether its archive pages still stand."""


def closing(connection: sqlite3.Connection, key: str) -> Feed | None:
    """The topic's next archive page, if its log has the rows for it; entries that are no members now are left out."""
    topic = log.row_of(connection, key)
    page, first = _next(connection, topic["id"])
    asked = {"topic": topic["id"], "first": first, "last": first + PAGE - 1}
    if connection.execute(_IS_FULL, asked).fetchone() is None:
        return None
    entries = [entry for (entry,) in connection.execute(_PAGE, asked)]
    return log.shown(connection, topic, entries, page=page)


def number_after(connection: sqlite3.Connection, key: str, page: int, now: datetime) -> None:
    """The topic's next page gets a higher number than this one, which another store gave."""
    topic = log.row_of(connection, key)["id"]
    _, first = _next(connection, topic)
    asked = {"topic": topic, "page": page, "first": first, "last": first - 1, "files": "", "now": instants.written(now)}
    connection.execute(_CLOSE, asked)


def closed(connection: sqlite3.Connection, page: Feed, files: Sequence[str], now: datetime) -> None:
    """The files of what `closing` gave stand. Whoever was left out counts as not shown, so that its return is news."""
    topic = log.row_of(connection, page.topic.key)["id"]
    number, first = _next(connection, topic)
    if number != page.page:
        raise AssertionError(f"page {page.page} of {page.topic.key} is closed after page {number - 1}")
    asked = {
        "topic": topic,
        "page": number,
        "first": first,
        "last": first + PAGE - 1,
        "files": "\n".join(files),
        "now": instants.written(now),
        "shown": many(str(e.id) for e in page.entries),
    }
    for statement in (_CLOSE, _OMIT, _WITHDRAWN_MEANWHILE):
        connection.execute(statement, asked)


def expire(connection: sqlite3.Connection, before: datetime) -> list[str]:
    """Archive pages of topics that left the config before that instant are no more; the keys of those topics.

    Of each topic's pages the last one stays known, so that no number is given twice should it come back.
    """
    asked = {"before": instants.written(before)}
    keys = [key for (key,) in connection.execute(_EXPIRED, asked)]
    if keys:
        for statement in _EXPIRE:
            connection.execute(statement, asked)
    return keys


def retired(connection: sqlite3.Connection) -> list[Retired]:
    """Topics that the config had and has no more, by key."""
    return [Retired(topic=r["key"], is_archived=bool(r["is_archived"])) for r in connection.execute(_RETIRED)]


def pages(connection: sqlite3.Connection) -> list[Standing]:
    """All archive pages of the config's topics, those of a topic in their order."""
    return [
        Standing(topic=r["key"], page=r["page"], files=tuple(r["files"].split("\n")))
        for r in connection.execute(_STANDING)
    ]


def again(connection: sqlite3.Connection, key: str, page: int) -> Feed:
    """A page whose files somebody took away: the entries that it had, as they are now."""
    topic = log.row_of(connection, key)
    entries = [entry for (entry,) in connection.execute(_AGAIN, {"topic": topic["id"], "page": page})]
    return log.shown(connection, topic, entries, page=page)


def _next(connection: sqlite3.Connection, topic: int) -> tuple[int, int]:
    """The number of a topic's next page, and its first row."""
    row = connection.execute(_NEWEST, (topic,)).fetchone()
    return (row["page"] + 1, row["last"] + 1) if row else (1, 1)


_NEWEST = "SELECT page, last FROM archives WHERE topic = ? ORDER BY page DESC LIMIT 1"
# Not while its rule is matched anew: half of its entries would be left out, and be news again afterwards.
_IS_FULL = """
SELECT 1 FROM log
 WHERE topic = :topic AND seq >= :last AND NOT EXISTS (SELECT 1 FROM rematch WHERE topic IN (0, :topic))
 LIMIT 1
"""
_PAGE = """
SELECT l.entry
  FROM log l
 WHERE l.topic = :topic AND l.seq BETWEEN :first AND :last AND l.omitted = 0
   AND EXISTS (SELECT 1 FROM membership m WHERE m.entry = l.entry AND m.topic = l.topic)
 GROUP BY l.entry
 ORDER BY max(l.seq) DESC
"""
_STANDING = """
SELECT t.key, a.page, a.files FROM archives a JOIN topics t ON t.id = a.topic
 WHERE t.active = 1 AND a.files <> ''
 ORDER BY a.topic, a.page
"""
_AGAIN = """
SELECT l.entry
  FROM archives a
  JOIN log l ON l.topic = a.topic AND l.seq BETWEEN a.first AND a.last AND l.omitted = 0
  JOIN entries e ON e.id = l.entry AND e.joined IS NULL
 WHERE a.topic = :topic AND a.page = :page
 GROUP BY l.entry
 ORDER BY max(l.seq) DESC
"""
_OLD = "SELECT id FROM topics WHERE active = 0 AND retired <= :before"
_EXPIRED = f"""
SELECT key FROM topics
 WHERE id IN ({_OLD}) AND EXISTS (SELECT 1 FROM archives WHERE topic = topics.id AND files <> '')
 ORDER BY key
"""  # noqa: S608 - the text above
_EXPIRE = (
    f"DELETE FROM cuts WHERE topic IN ({_OLD})",  # noqa: S608 - as above
    f"""
    DELETE FROM archives
     WHERE topic IN ({_OLD}) AND page < (SELECT max(page) FROM archives later WHERE later.topic = archives.topic)
    """,  # noqa: S608 - as above
    f"UPDATE archives SET files = '' WHERE topic IN ({_OLD})",  # noqa: S608 - as above
)
_RETIRED = """
SELECT key, EXISTS (SELECT 1 FROM archives WHERE topic = topics.id AND files <> '') AS is_archived
  FROM topics
 WHERE active = 0
 ORDER BY key
"""
_CLOSE = """
INSERT INTO archives(topic, page, first, last, files, closed) VALUES (:topic, :page, :first, :last, :files, :now)
"""
_OMIT = """
UPDATE log SET omitted = 1
 WHERE topic = :topic AND seq BETWEEN :first AND :last
   AND (SELECT uuid FROM entries WHERE id = entry) NOT IN (SELECT value FROM json_each(:shown))
"""
_WITHDRAWN_MEANWHILE = """
INSERT INTO cuts(topic, page, uuid)
SELECT :topic, :page, uuid FROM entries WHERE uuid IN (SELECT value FROM json_each(:shown)) AND withdrawn <> ''
"""
