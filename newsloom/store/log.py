"""What a topic's feed shows, and in which order it came to show it."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from newsloom.news.identity import feed_id
from newsloom.news.items import Feed
from newsloom.store import instants
from newsloom.store.database import listing as many
from newsloom.store.errors import StoreError
from newsloom.store.rows import load
from newsloom.store.topics import topic_of

NEWEST = 50
"""Entries of a feed, and the most that one publish lets in of what joined in bulk."""
_RESTLESS = timedelta(hours=1)
"""An entry that was corrected before is shown again so often at most."""
_BULK_A_SOURCE = 20
"""Of what joins in bulk, the newest so many a source over the topic's life."""


def dirty(connection: sqlite3.Connection, now: datetime) -> list[str]:
    return [key for (key,) in connection.execute(_DIRTY, _hour(now))]


def advance(connection: sqlite3.Connection, key: str, now: datetime) -> None:
    """Move what is pending to the log, in order; what waits for its page stays."""
    topic = row_of(connection, key)["id"]
    rows = connection.execute(_PENDING, {"topic": topic, **_hour(now)}).fetchall()
    news = [r for r in rows if r["version"] != r["logged"]]
    left_out = _left_out(connection, topic, news)
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM log WHERE topic = ?", (topic,)).fetchone()
    connection.executemany(
        "INSERT INTO log(topic, seq, entry, version, bulk, logged) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (topic, seq, r["entry"], r["version"], r["bulk"], instants.written(now))
            for seq, r in enumerate((r for r in news if r["entry"] not in left_out), last + 1)
        ],
    )
    connection.executemany("DELETE FROM pending WHERE topic = ? AND entry = ?", [(topic, r["entry"]) for r in rows])
    connection.execute(_SETTLED, (many(r["entry"] for r in news),))
    connection.execute("UPDATE topics SET taken = changes WHERE id = ?", (topic,))


def _hour(now: datetime) -> dict[str, str]:
    return {"since": instants.written(now - _RESTLESS), "now": instants.written(now)}


# Shown more than once already, last within the hour: a live blog.
_IS_RESTLESS = """
    SELECT count(*) > 1 AND max(l.logged) > :since AND max(l.logged) <= :now
      FROM log l
     WHERE l.entry = p.entry AND l.topic = p.topic
"""
# Its rule, or what sources mute, changed and is not matched over everything yet: half of what joins in bulk would be shown wrongly.
_IS_MATCHED_AGAIN = "EXISTS (SELECT 1 FROM rematch r WHERE r.topic IN (0, t.id))"
_DIRTY = f"""
SELECT t.key
  FROM topics t
 WHERE t.active = 1 AND NOT {_IS_MATCHED_AGAIN}
   AND (t.changes > t.shown OR EXISTS (
           SELECT 1 FROM pending p JOIN entries e ON e.id = p.entry
            WHERE p.topic = t.id AND e.waiting = '' AND NOT ({_IS_RESTLESS})
       ))
    OR EXISTS (SELECT 1 FROM cuts c WHERE c.topic = t.id)
 ORDER BY t.key
"""  # noqa: S608 - the text above
_PENDING = f"""
SELECT p.entry, p.bulk, e.version, e.source, (
           SELECT l.version FROM log l
            WHERE l.entry = p.entry AND l.topic = p.topic AND l.omitted = 0
            ORDER BY l.seq DESC LIMIT 1
       ) AS logged
  FROM pending p
  JOIN topics t ON t.id = p.topic
  JOIN entries e ON e.id = p.entry
  JOIN membership m ON m.topic = p.topic AND m.entry = p.entry AND m.published = e.published
 WHERE p.topic = :topic AND e.waiting = '' AND NOT ({_IS_RESTLESS}) AND NOT (p.bulk AND {_IS_MATCHED_AGAIN})
 ORDER BY e.published, e.uuid
"""  # noqa: S608 - the text above
# What a feed has shown is settled: another telling of it cannot become the original.
_SETTLED = "UPDATE carriers SET face = '' WHERE face <> '' AND entry IN (SELECT value FROM json_each(?))"


def _left_out(connection: sqlite3.Connection, topic: int, news: list[sqlite3.Row]) -> set[int]:
    """Of what joined in bulk, oldest first, those that no feed will show. What did not has its place in the feed before them."""
    bulk = [r for r in news if r["bulk"]]
    if not bulk:
        return set()
    room = NEWEST - (len(news) - len(bulk))
    places: Counter[str] = Counter(dict(connection.execute(_BULK_LOGGED, (topic,)).fetchall()))
    let_in: set[int] = set()
    for row in reversed(bulk):
        if len(let_in) < room and places[row["source"]] < _BULK_A_SOURCE:
            places[row["source"]] += 1
            let_in.add(row["entry"])
    return {r["entry"] for r in bulk} - let_in


_BULK_LOGGED = """
SELECT e.source, count(*) FROM log l JOIN entries e ON e.id = l.entry WHERE l.topic = ? AND l.bulk = 1 GROUP BY e.source
"""


def published(connection: sqlite3.Connection, key: str) -> None:
    """The files of what `advance` took stand. What came since keeps the topic dirty."""
    connection.execute("UPDATE topics SET shown = taken WHERE id = ?", (row_of(connection, key)["id"],))


def feed(connection: sqlite3.Connection, key: str) -> Feed:
    """The newest entries of the log that are still members, each once, newest log row first.

    They are fifty, or more if more rows of the log stand in no archive page yet.
    """
    row = row_of(connection, key)
    return shown(connection, row, newest(connection, row["id"]))


def shown(connection: sqlite3.Connection, topic: sqlite3.Row, entries: Sequence[int], *, page: int = 0) -> Feed:
    """These entries of a topic, in this order, as its feed or as one of its archive pages."""
    loaded = load(connection, entries, source=topic["source"])
    before = connection.execute(_BEFORE, {"topic": topic["id"], "page": page}).fetchone()
    return Feed(
        topic=topic_of(topic),
        id=feed_id(topic["key"]),
        updated=max((e.updated for e in loaded), default=instants.read(topic["first_known"])),
        entries=tuple(loaded),
        home=_home(connection, topic["source"]) if topic["source"] else "",
        page=page,
        before=before["page"] if before is not None and before["files"] else 0,
    )


def _home(connection: sqlite3.Connection, source: str) -> str:
    row = connection.execute("SELECT url FROM watched WHERE name = ?", (source,)).fetchone()
    return row["url"] if row else ""


_BEFORE = """
SELECT page, files FROM archives WHERE topic = :topic AND (:page = 0 OR page < :page) ORDER BY page DESC LIMIT 1
"""


def newest(connection: sqlite3.Connection, topic: int) -> list[int]:
    """Ids of the entries that a topic's feed shows, in its order."""
    (still_open,) = connection.execute(_OPEN, (topic, topic)).fetchone()
    return [entry for (entry,) in connection.execute(_NEWEST, {"topic": topic, "most": max(NEWEST, still_open)})]


# Rows of the log that stand in no archive page.
_OPEN = """
SELECT coalesce((SELECT seq FROM log WHERE topic = ? ORDER BY seq DESC LIMIT 1), 0)
     - coalesce((SELECT last FROM archives WHERE topic = ? ORDER BY page DESC LIMIT 1), 0)
"""
_NEWEST = """
SELECT l.entry
  FROM log l
 WHERE l.topic = :topic AND l.omitted = 0
   AND NOT EXISTS (
           SELECT 1 FROM log later
            WHERE later.entry = l.entry AND later.topic = l.topic AND later.seq > l.seq AND later.omitted = 0
       )
   AND EXISTS (SELECT 1 FROM membership m WHERE m.entry = l.entry AND m.topic = l.topic)
 ORDER BY l.seq DESC
 LIMIT :most
"""


def row_of(connection: sqlite3.Connection, key: str) -> sqlite3.Row:
    """Of a topic of the config. Raises StoreError for another."""
    row: sqlite3.Row | None = connection.execute("SELECT * FROM topics WHERE key = ? AND active = 1", (key,)).fetchone()
    if row is None:
        raise StoreError(f"there is no topic {key} in the store: check its name in the config")
    return row


def release(connection: sqlite3.Connection, source: str | None) -> list[int]:
    """Entries wait no longer for the pages of this source's crawl (None: of any): it is over. Returns which did."""
    rows = connection.execute(
        "SELECT id FROM entries WHERE waiting <> '' AND (?1 IS NULL OR waiting = ?1)", (source,)
    ).fetchall()
    ids = [r["id"] for r in rows]
    released(connection, ids)
    return ids


def released(connection: sqlite3.Connection, entries: list[int]) -> None:
    """These wait no longer; the topics in which they are pending have something to show."""
    if not entries:
        return
    ids = (many(entries),)
    connection.execute("UPDATE entries SET waiting = '' WHERE id IN (SELECT value FROM json_each(?))", ids)
    connection.execute(
        """
        UPDATE topics SET changes = changes + 1
         WHERE id IN (SELECT topic FROM pending WHERE entry IN (SELECT value FROM json_each(?)))
        """,
        ids,
    )
