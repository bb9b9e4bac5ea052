"""Entries that somebody took out of everything: they stay stored and known, so that copies which come later stay hidden too."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from newsloom.store import instants
from newsloom.store.database import listing as many
from newsloom.store.errors import StoreError
from newsloom.store.topics import Matcher


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """An entry that was withdrawn, or is no longer, and where that shows."""

    id: UUID
    title: str
    url: str
    topics: tuple[str, ...]
    """Keys of topics whose feeds may have shown it, or may again."""
    pages: tuple[str, ...]
    """Files of archive pages that still hold it, below the folder of feeds."""


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Withdrawn entries that are to be taken out of an archive page."""

    topic: int
    """Its row's id."""
    page: int
    files: tuple[str, ...]
    """Their names below the folder of feeds."""
    ids: tuple[UUID, ...]


def withdraw(connection: sqlite3.Connection, entry: int, now: datetime) -> Withdrawal:
    """Take an entry, and what was joined to it, out of everything; archive pages that hold it are noted to be rewritten."""
    its = {"its": _family(connection, entry), "now": instants.written(now)}
    topics = tuple(key for (key,) in connection.execute(_TOPICS, its))
    for statement in _WITHDRAW:
        connection.execute(statement, its)
    return _told(connection, entry, topics, (cut for cut in cuts(connection) if _is_of(connection, cut, its["its"])))


def restore(connection: sqlite3.Connection, entry: int) -> Withdrawal:
    """Have it shown again, as news where it was shown before.

    Raises StoreError for one that was not withdrawn, and for one whose text was dropped since.
    """
    row = connection.execute("SELECT url, withdrawn, dropped FROM entries WHERE id = ?", (entry,)).fetchone()
    if not row["withdrawn"]:
        raise StoreError(f"{row['url']} is not withdrawn: `newsloom why {row['url']}` says what decides about it")
    if row["dropped"]:
        raise StoreError(
            f"{row['url']}: its text was dropped because of its age, so that no rule can say where it belongs"
        )
    connection.execute(_RESTORE, {"its": _family(connection, entry)})
    Matcher(connection).match({entry}, {entry})
    topics = tuple(key for (key,) in connection.execute(_TOPICS, {"its": many([entry])}))
    return _told(connection, entry, topics, ())


def cuts(connection: sqlite3.Connection) -> list[Cut]:
    """What is to be rewritten."""
    return [
        Cut(
            topic=r["topic"],
            page=r["page"],
            files=tuple(r["files"].split("\n")),
            ids=tuple(map(UUID, r["ids"].split())),
        )
        for r in connection.execute(_CUTS)
    ]


def cut(connection: sqlite3.Connection, done: Cut) -> None:
    """It was."""
    connection.executemany(_DONE, [(done.topic, done.page, str(i)) for i in done.ids])


def _family(connection: sqlite3.Connection, entry: int) -> str:
    """The entry and all that was joined to it."""
    return many(i for (i,) in connection.execute(_FAMILY, (entry,)))


def _is_of(connection: sqlite3.Connection, cut: Cut, its: str) -> bool:
    uuids = {UUID(u) for (u,) in connection.execute(_UUIDS, (its,))}
    return not uuids.isdisjoint(cut.ids)


def _told(connection: sqlite3.Connection, entry: int, topics: tuple[str, ...], noted: Iterable[Cut]) -> Withdrawal:
    row = connection.execute("SELECT uuid, title, url FROM entries WHERE id = ?", (entry,)).fetchone()
    return Withdrawal(
        id=UUID(row["uuid"]),
        title=row["title"],
        url=row["url"],
        topics=topics,
        pages=tuple(name for cut in noted for name in cut.files),
    )


_FAMILY = """
WITH RECURSIVE its(id) AS (SELECT ?1 UNION SELECT e.id FROM its i JOIN entries e ON e.joined = i.id) SELECT id FROM its
"""
_UUIDS = "SELECT uuid FROM entries WHERE id IN (SELECT value FROM json_each(?))"
_TOPICS = """
SELECT t.key FROM topics t
 WHERE t.active = 1 AND t.id IN (SELECT topic FROM membership WHERE entry IN (SELECT value FROM json_each(:its)))
 ORDER BY t.key
"""
_WITHDRAW = (
    # Muted too: whoever leaves out what is muted leaves out this.
    """
    UPDATE entries SET withdrawn = :now, muted = 1
     WHERE id IN (SELECT value FROM json_each(:its)) AND withdrawn = ''
    """,
    """
    INSERT INTO cuts(topic, page, uuid)
    SELECT a.topic, a.page, e.uuid
      FROM log l
      JOIN entries e ON e.id = l.entry
      JOIN archives a ON a.topic = l.topic AND l.seq BETWEEN a.first AND a.last AND a.files <> ''
     WHERE l.entry IN (SELECT value FROM json_each(:its)) AND l.omitted = 0
        ON CONFLICT DO NOTHING
    """,
    "UPDATE log SET omitted = 1 WHERE entry IN (SELECT value FROM json_each(:its))",
    """
    UPDATE topics SET changes = changes + 1
     WHERE id IN (SELECT topic FROM membership WHERE entry IN (SELECT value FROM json_each(:its)))
    """,
    "DELETE FROM membership WHERE entry IN (SELECT value FROM json_each(:its))",
    "DELETE FROM pending WHERE entry IN (SELECT value FROM json_each(:its))",
)
_RESTORE = (
    "UPDATE entries SET withdrawn = '', muted = 0 WHERE id IN (SELECT value FROM json_each(:its)) AND withdrawn <> ''"
)
_CUTS = """
SELECT cuts.topic, cuts.page, a.files, group_concat(cuts.uuid, ' ') AS ids
  FROM cuts JOIN archives a ON a.topic = cuts.topic AND a.page = cuts.page
 GROUP BY cuts.topic, cuts.page
"""
_DONE = "DELETE FROM cuts WHERE topic = ? AND page = ? AND uuid = ?"
