"""What formats wrote of entries, kept while a current feed shows them.

A rendering depends on the entry's row, on where else it stood when its version was first shown, on the link that the feed shows.
The row's changes are counted by a trigger (`settled.revision`), whoever makes them, so that nothing is kept that is out of date.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, NamedTuple

from newsloom.news.items import Face
from newsloom.news.renderings import Issue, Rendering, Slot, Written
from newsloom.store import instants, log
from newsloom.store.database import listing as many


def issue(connection: sqlite3.Connection, key: str, *, formats: Collection[str], edition: str) -> Issue:
    """A topic's feed as it is to be published in these formats, by a writer that says with `edition` what it would write anew."""
    topic = log.row_of(connection, key)
    entries = log.newest(connection, topic["id"])
    asked = {"entries": many(entries), "source": topic["source"]}
    connection.execute(_SETTLE, asked)
    outlines = {entry: _Outline(*said) for entry, *said in _tuples(connection, _OUTLINE, asked)}
    faces = many(
        {outline.content for outline in outlines.values()} if topic["face"] == Face.SOURCE else [topic["face"]]
    )
    kept = _kept(connection, {**asked, "faces": faces, "formats": many(formats)})
    slots = {entry: _slot(entry, outlines[entry], topic["face"], edition, kept) for entry in entries}
    feed = log.shown(connection, topic, [e for e, slot in slots.items() if len(slot.kept) < len(formats)])
    if slots:
        feed = replace(feed, updated=instants.read(max(outline.updated for outline in outlines.values())))
    return Issue(feed=feed, slots=tuple(slots.values()))


# What else is said of an entry is settled when its version is first shown: a copy that comes later is no change of it.
_SETTLE = """
INSERT INTO settled(entry, uuid, source, updated, also_at)
SELECT e.id, e.uuid, e.source, e.updated, (
           SELECT json_group_array(json_array(source, title, url))
             FROM (SELECT c.source, w.title, min(c.url) AS url
                     FROM carriers c JOIN watched w ON w.name = c.source
                    WHERE c.entry = e.id AND c.source <> e.source
                    GROUP BY c.source
                    ORDER BY c.source)
       )
  FROM json_each(:entries) shown CROSS JOIN entries e ON e.id = shown.value
 WHERE NOT EXISTS (SELECT 1 FROM settled s WHERE s.entry = shown.value AND s.also_at IS NOT NULL)
    ON CONFLICT(entry) DO UPDATE SET also_at = excluded.also_at
"""
# `here`: where the source of the feed has it, if that is not the original.
_OUTLINE = """
SELECT s.entry, s.uuid, s.updated, s.revision, coalesce(here.source, ''), coalesce(here.url, ''), w.title, w.url, w.content,
       original.title
  FROM settled s
  LEFT JOIN (SELECT entry, source, min(url) AS url
               FROM carriers
              WHERE source = :source AND entry IN (SELECT value FROM json_each(:entries))
              GROUP BY entry) here ON here.entry = s.entry AND here.source <> s.source
  JOIN watched original ON original.name = s.source
  JOIN watched w ON w.name = coalesce(here.source, s.source)
 WHERE s.entry IN (SELECT value FROM json_each(:entries))
"""


class _Outline(NamedTuple):
    """What an entry's rendering depends on, the row itself counted by its revision."""

    uuid: str
    updated: str
    revision: int
    source: str
    url: str
    title: str
    home: str
    content: str
    original: str
    """The title of the source that has the original, where the feed shows another's link."""


_Kept = Mapping[tuple[int, str, str], Mapping[str, Rendering]]
"""By entry, look and mark; then by format."""
_NOTHING: Mapping[str, Rendering] = MappingProxyType({})


def _slot(entry: int, outline: _Outline, face: str, edition: str, kept: _Kept) -> Slot:
    face = outline.content if face == Face.SOURCE else face
    look = f"{face} {outline.source}" if outline.source else face
    said = "\n".join((edition, str(outline.revision), outline.url, outline.title, outline.home, outline.original))
    mark = blake2b(said.encode(), digest_size=12).hexdigest()
    return Slot(id=outline.uuid, number=entry, look=look, mark=mark, kept=kept.get((entry, look, mark), _NOTHING))


def _kept(connection: sqlite3.Connection, asked: Mapping[str, str]) -> _Kept:
    kept: dict[tuple[int, str, str], dict[str, Rendering]] = defaultdict(dict)
    for entry, look, mark, format_, body, packed in _tuples(connection, _KEPT, asked):
        kept[entry, look, mark][format_] = Rendering(body=body, packed=packed)
    return kept


_KEPT = """
SELECT entry, look, mark, format, body, packed
  FROM renderings
 WHERE entry IN (SELECT value FROM json_each(:entries))
   AND look IN (SELECT value FROM json_each(:faces) UNION ALL SELECT value || ' ' || :source FROM json_each(:faces))
   AND format IN (SELECT value FROM json_each(:formats))
"""


def _tuples(connection: sqlite3.Connection, statement: str, asked: Mapping[str, str]) -> Iterable[tuple[Any, ...]]:
    """Rows without names: there are many."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor.execute(statement, asked)


def published(connection: sqlite3.Connection, issue: Issue, written: Iterable[Written]) -> None:
    """The files of an issue stand: what was written for it is kept, and what no current feed shows any more is not."""
    topic = log.row_of(connection, issue.feed.topic.key)["id"]
    connection.executemany(
        _KEEP,
        [(w.slot.number, w.slot.look, w.format, w.slot.mark, w.rendering.body, w.rendering.packed) for w in written],
    )
    now = {slot.number for slot in issue.slots}
    before = {entry for (entry,) in connection.execute(_SHOWN, (topic,))}
    connection.executemany(
        "INSERT INTO current_entries(topic, entry) VALUES (?, ?)", [(topic, e) for e in now - before]
    )
    connection.executemany(
        "DELETE FROM current_entries WHERE topic = ? AND entry = ?", [(topic, e) for e in before - now]
    )
    _forget(connection, before - now)


_KEEP = """
INSERT INTO renderings(entry, look, format, mark, body, packed) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT(entry, look, format) DO UPDATE
   SET mark = excluded.mark, body = excluded.body, packed = excluded.packed
"""
_SHOWN = "SELECT entry FROM current_entries WHERE topic = ?"


def retired(connection: sqlite3.Connection) -> None:
    """Topics that are no longer in the config have no current feeds."""
    entries = {entry for (entry,) in connection.execute(_RETIRED)}
    connection.execute(f"DELETE FROM current_entries WHERE topic IN ({_INACTIVE})")  # noqa: S608 - the text below
    _forget(connection, entries)


_INACTIVE = "SELECT id FROM topics WHERE active = 0"
_RETIRED = f"SELECT DISTINCT entry FROM current_entries WHERE topic IN ({_INACTIVE})"  # noqa: S608 - the text above


def _forget(connection: sqlite3.Connection, entries: Collection[int]) -> None:
    """Keep nothing of those of these entries that no current feed shows."""
    if not entries:
        return
    ids = many(entries)
    gone = many(entry for (entry,) in connection.execute(_GONE, (ids,)).fetchall())
    connection.execute("DELETE FROM renderings WHERE entry IN (SELECT value FROM json_each(?))", (gone,))
    connection.execute("DELETE FROM settled WHERE entry IN (SELECT value FROM json_each(?))", (gone,))


_GONE = """
SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM current_entries c WHERE c.entry = value)
"""
