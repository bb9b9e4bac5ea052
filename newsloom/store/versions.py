"""What articles said before they were corrected."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from newsloom.store import instants
from newsloom.store.database import listing as many


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of an article's title or text, as one look at it after another saw it."""

    changed: datetime
    """When the look that saw it was."""
    id: UUID
    version: int
    """That it made; the first is 1."""
    source: str
    """Its name (its key)."""
    url: str
    title_before: str
    title_after: str
    text_before: str
    text_after: str | None
    """None: it was found to be another entry's piece then, which has the text."""


def changes(
    connection: sqlite3.Connection, limit: int, *, entry: int | None = None, sources: Collection[str] = ()
) -> tuple[Change, ...]:
    """The newest changes, newest first: of all that is shown, of some sources, or of one entry."""
    which, values = _ALL, {"limit": limit, "entry": entry, "sources": many(sources)}
    if entry is not None:
        which = _OF_ENTRY
    elif sources:
        which = _OF_SOURCES
    return tuple(_change(row) for row in connection.execute(_CHANGES.format(which=which), values))


_CHANGES = """
SELECT v.replaced, e.uuid, v.version + 1 AS version, e.source, e.url, v.title AS title_before,
       coalesce(n.title, e.title) AS title_after, v.text AS text_before,
       CASE WHEN n.entry IS NOT NULL THEN n.text WHEN e.joined IS NULL THEN e.text END AS text_after
  FROM versions v
  JOIN entries e ON e.id = v.entry
  LEFT JOIN versions n ON n.entry = v.entry AND n.version = v.version + 1
 WHERE {which}
 ORDER BY v.replaced DESC, v.entry, v.version DESC
 LIMIT :limit
"""
_ALL = "e.muted = 0"
_OF_SOURCES = "e.muted = 0 AND e.source IN (SELECT value FROM json_each(:sources))"
_OF_ENTRY = """e.withdrawn = '' AND v.entry IN (
           WITH RECURSIVE its(id) AS (SELECT :entry UNION SELECT e.id FROM its i JOIN entries e ON e.joined = i.id)
           SELECT id FROM its
       )"""


def _change(row: sqlite3.Row) -> Change:
    return Change(
        changed=instants.read(row["replaced"]),
        id=UUID(row["uuid"]),
        version=row["version"],
        source=row["source"],
        url=row["url"],
        title_before=row["title_before"],
        title_after=row["title_after"],
        text_before=row["text_before"],
        text_after=row["text_after"],
    )
