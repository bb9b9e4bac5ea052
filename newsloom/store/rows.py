"""Rows of `entries` as the entries that the other rooms know."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from newsloom.news.items import Enclosure, Entry, EntryKind, Face, Image
from newsloom.store import instants
from newsloom.store.database import listing as many

_SELECT = """
SELECT e.*, w.title AS source_title, w.url AS source_url, w.content, s.also_at
  FROM entries e JOIN watched w ON w.name = e.source LEFT JOIN settled s ON s.entry = e.id
 WHERE e.id IN (SELECT value FROM json_each(?))
"""
_CARRIERS = """
SELECT c.entry, c.source, w.title, w.url AS home, w.content, min(c.url) AS url
  FROM carriers c JOIN watched w ON w.name = c.source
 WHERE c.entry IN (SELECT value FROM json_each(?))
 GROUP BY c.entry, c.source
 ORDER BY c.entry, c.source
"""


def load(connection: sqlite3.Connection, ids: Sequence[int], *, source: str = "") -> list[Entry]:
    """The entries with these ids, in this order. In the feed of a `source` the link and the name are that source's.

    Where else an entry stood is what was settled when feeds first showed its version; of others, what is known now.
    """
    asked = many(ids)
    carriers: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in connection.execute(_CARRIERS, (asked,)):
        carriers[row["entry"]].append(row)
    entries = {row["id"]: _seen_from(source, row, carriers[row["id"]]) for row in connection.execute(_SELECT, (asked,))}
    return [entries[i] for i in ids if i in entries]


def _seen_from(source: str, row: sqlite3.Row, carriers: list[sqlite3.Row]) -> Entry:
    places = {c["source"]: (c["title"], c["url"], c["home"], c["content"]) for c in carriers}
    places[row["source"]] = (row["source_title"], row["url"], row["source_url"], row["content"])
    shown = source if source in places else row["source"]
    title, url, home, content = places[shown]
    settled = places if row["also_at"] is None else {name: there for name, *there in json.loads(row["also_at"])}
    elsewhere = {**settled, row["source"]: places[row["source"]]}
    also = tuple((elsewhere[s][0], elsewhere[s][1]) for s in sorted(elsewhere) if s != shown)
    said = {"source": shown, "source_title": title, "source_url": home, "content": Face(content)}
    return replace(_entry(row), **said, url=url, also_at=also)


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        id=UUID(row["uuid"]),
        version=row["version"],
        kind=EntryKind(row["kind"]),
        url=row["url"],
        title=row["title"],
        published=instants.read(row["published"]),
        updated=instants.read(row["updated"]),
        first_seen=instants.read(row["first_seen"]),
        source=row["source"],
        source_title=row["source_title"],
        source_url=row["source_url"],
        text=row["text"],
        html=row["html"],
        summary=row["summary"],
        authors=_lines(row["authors"]),
        section=row["section"],
        tags=_lines(row["tags"]),
        language=row["language"],
        image=Image(**json.loads(row["image"])) if row["image"] else None,
        enclosures=tuple(Enclosure(**e) for e in json.loads(row["enclosures"])) if row["enclosures"] else (),
        brief_time=row["brief_time"],
        brief_tag=row["brief_tag"],
        brief_text=row["brief_text"],
        brief_published=instants.read(row["brief_published"]),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()
