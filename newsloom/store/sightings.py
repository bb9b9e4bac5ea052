"""Rows of "Read next" blocks: each sighting is kept; a link leads to its article; a row without one may be an entry itself.

Statements say `link_key <> ''` beside `link_key = ?`: the index leaves rows without a link out, and of a parameter SQLite cannot
know that it is none of those.
"""

import hashlib
import sqlite3
from dataclasses import dataclass
from typing import Any

from newsloom.news import identity
from newsloom.news.items import KEPT_BRIEFS, Brief
from newsloom.news.memory import Page, Role, State
from newsloom.store import addresses, faces, instants
from newsloom.store.database import plain
from newsloom.store.entries import Batch

_TELLING = 40
"""Letters of a text that makes a row the same row whatever its clock says: "2 hours ago" moves, and a bare 18:27 names another
day each day it is seen."""
_FORM_OF = 0.5
"""Similarity from which a row without a link is a new form of an old one of the same instant and tag."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one page's rows were: how many were never seen before, and how many addresses were queued from them."""

    new: int
    queued: int


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A row as it is kept, whichever page shows it; `said` are the columns from `kind` to `digest`."""

    said: tuple[Any, ...]
    digest: str
    key: str
    """Of its link; empty: it has none."""
    site: str
    """That its link leads to."""
    dated: bool
    whole: bool
    """Whether it can be an entry: a row without a link needs a time."""


class Rows:
    """A batch's rows. Mostly the same few stand on every page of a site, so what was found out about one is remembered."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._rows: dict[Brief, _Row] = {}
        self._settled: dict[tuple[str, bool], int] = {}
        """The entry of a row, and of every sighting of it, that has nothing to learn from one more; by the row's digest and
        whether its link leads to the site of the page."""
        self._joins = batch.joins

    def see(self, page: Page, address: sqlite3.Row, leads: int) -> Seen:
        """Keep every row of a page, lead to what they link, and make entries of those that are complete.

        `leads` is how many more addresses this crawl may take from briefs.
        """
        if not page.briefs:
            return Seen(new=0, queued=0)
        here = _Here(page, address, leads)
        known: list[tuple[Any, ...]] = []
        for brief in page.briefs:
            if brief.kind not in KEPT_BRIEFS or not (brief.title or brief.text):
                continue
            row = self._row(brief)
            if row.key and row.key in here.keys:
                continue
            entry = self._settled_as(row, here)
            if entry is not None:
                known.append((here.page, *row.said, here.at, here.at, entry))
                continue
            if known:
                self._connection.executemany(_KEEP, known)
                known.clear()
            self._see_one(row, here)
        if known:
            self._connection.executemany(_KEEP, known)
        return Seen(new=here.new, queued=here.queued)

    def _row(self, brief: Brief) -> _Row:
        row = self._rows.get(brief)
        if row is None:
            row = self._rows[brief] = self._read(brief)
        return row

    def _read(self, brief: Brief) -> _Row:
        key = identity.key(brief.url) if brief.url else ""
        published = instants.written(instants.believable(brief.published, self._batch.now))
        time, tag, title, text = map(_line, (brief.time_text, brief.tag, brief.title, brief.text))
        told = bool(key) or len(text) >= _TELLING
        parts = (self._batch.source.name, key, tag, title, text, "" if told else time)
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
        link, thumbnail = plain(brief.url) if key else "", plain(brief.thumbnail)
        said = (
            brief.kind, brief.place, time, published, int(brief.dated), tag, title, text, link, key, thumbnail, digest,
        )  # fmt: skip
        site = identity.site(brief.url) if key else ""
        whole = bool(key) or published is not None
        return _Row(said=said, digest=digest, key=key, site=site, dated=brief.dated, whole=whole)

    def _settled_as(self, row: _Row, here: "_Here") -> int | None:
        if self._joins != self._batch.joins:  # an entry may have gone
            self._settled.clear()
            self._joins = self._batch.joins
        return self._settled.get((row.digest, row.site == here.site)) if row.whole else None

    def _see_one(self, row: _Row, here: "_Here") -> None:
        is_new = (
            self._connection.execute("SELECT 1 FROM sightings WHERE digest = ? LIMIT 1", (row.digest,)).fetchone()
            is None
        )
        here.new += is_new
        # The sighting: a new one, or this page's own with when and where it was seen last.
        values = (here.page, *row.said, here.at, here.at, None)
        seen: sqlite3.Row = self._connection.execute(f"{_KEEP} RETURNING *", values).fetchone()
        if not row.key:
            entry = self._unlinked(seen, here)
        elif row.site == here.site:
            entry = self._linked(seen, here, dated=row.dated)
        else:
            entry = self._batch.known_as([row.key])
        if entry is None:
            return
        self._connection.execute(_LEADS_TO, (entry["id"], row.digest))
        if not row.key or row.site == here.site:
            wear(self._batch, entry, seen, is_new=is_new)
            if not _is_dressed(self._batch.entry(entry["id"])):
                return
        self._settled[row.digest, row.site == here.site] = entry["id"]

    def _linked(self, seen: sqlite3.Row, here: "_Here", *, dated: bool) -> sqlite3.Row | None:
        """The entry that a row of this site leads to. None as long as its page is not read and its instant is not certain."""
        known = self._batch.known_as([seen["link_key"]])
        if known is not None:
            return known
        address = self._connection.execute(
            "SELECT * FROM addresses WHERE key = ? AND source = ?", (seen["link_key"], self._batch.source.name)
        ).fetchone()
        if address is None and not addresses.is_old(
            self._batch.source, instants.read(seen["published"]), self._batch.now
        ):
            address = self._lead(seen, here)
        if address is None or seen["published"] is None:
            return None
        if address["state"] in (State.GONE, State.REFUSED) or dated or self._on_two_pages(seen):
            return self._batch.entry(lead(self._batch, seen, waits=address["state"] == addresses.QUEUED))
        return None

    def _lead(self, seen: sqlite3.Row, here: "_Here") -> sqlite3.Row | None:
        """Queue the address, if this crawl may take one more."""
        if here.queued >= here.leads:
            return None
        here.queued += 1
        at = instants.written(self._batch.now)
        self._connection.execute(
            """
            INSERT INTO addresses(source, url, key, role, state, retry_at, title, found_at, found_on)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                self._batch.source.name, seen["link"], seen["link_key"], Role.ARTICLE, addresses.QUEUED, at, seen["title"], at,
                here.page,
            ),
        )  # fmt: skip
        row: sqlite3.Row = self._connection.execute(
            "SELECT * FROM addresses WHERE key = ? AND source = ?", (seen["link_key"], self._batch.source.name)
        ).fetchone()
        return row

    def _on_two_pages(self, seen: sqlite3.Row) -> bool:
        """The same row, naming the same instant, on another page: its clock is not about that one page."""
        other = self._connection.execute(
            "SELECT 1 FROM sightings WHERE link_key = ? AND link_key <> '' AND page <> ? AND published = ? LIMIT 1",
            (seen["link_key"], seen["page"], seen["published"]),
        )
        return other.fetchone() is not None

    def _unlinked(self, seen: sqlite3.Row, here: "_Here") -> sqlite3.Row | None:
        """A row without a link is an entry of its own if it has a time and a text."""
        if seen["published"] is None or not seen["text"]:
            return None
        key = f"brief:{seen['digest']}"
        if known := self._batch.known_as([key]):
            return known
        if form := self._form(seen):
            self._batch.know(form["id"], [key], "brief")
            return form
        columns = _columns(self._batch, seen, here.url)
        entry = self._batch.add(columns, key, "brief", carried_at=columns["url"])
        self._batch.relate(entry, columns["text"])
        return self._batch.entry(entry)

    def _form(self, seen: sqlite3.Row) -> sqlite3.Row | None:
        """The entry that this row is a new form of."""
        rows = self._connection.execute(
            """
            SELECT * FROM entries
             WHERE source = ? AND brief_published = ? AND is_brief = 1 AND brief_tag = ? AND kind = 'brief' AND joined IS NULL
             ORDER BY id
            """,
            (self._batch.source.name, seen["published"], seen["tag"]),
        )
        alike = [(identity.similar(r["brief_text"], seen["text"]), -r["id"], r) for r in rows]
        best = max((a for a in alike if a[0] >= _FORM_OF), default=None)
        return best[2] if best else None


class _Here:
    """One page, and how far its rows have been seen."""

    def __init__(self, page: Page, address: sqlite3.Row, leads: int) -> None:
        self.page: int = address["id"]
        self.url: str = page.url or address["url"]
        self.site = identity.site(self.url)
        self.at = instants.written(page.fetched)
        self.keys = {address["key"], identity.key(page.url)}
        """Its own: what links to the page itself is no teaser."""
        self.leads = leads
        self.queued = 0
        self.new = 0


_KEEP = """
INSERT INTO sightings(page, kind, place, time_text, published, dated, tag, title, text, link, link_key, thumbnail, digest,
                      first_seen, last_seen, entry)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT(page, digest) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen), place = excluded.place
"""
# Three steps into the index; `IS NOT` would look at every sighting of the row.
_LEADS_TO = """
UPDATE sightings SET entry = ?1
 WHERE (digest = ?2 AND entry IS NULL) OR (digest = ?2 AND entry < ?1) OR (digest = ?2 AND entry > ?1)
"""


def _line(text: str) -> str:
    return " ".join(plain(text).split())


def _columns(batch: Batch, seen: sqlite3.Row, url: str) -> dict[str, Any]:
    title = seen["title"] or faces.first_sentence(seen["text"])
    return {
        "kind": "brief", "url": url, "title": title, "text": seen["text"], "published": seen["published"], "guessed": 0,
        "updated": seen["published"], "first_seen": instants.written(batch.first_seen), "body_from": faces.BRIEF,
        "language": batch.source.language, **_face(seen),
    }  # fmt: skip


def _face(seen: sqlite3.Row) -> dict[str, Any]:
    return {
        "is_brief": 1, "brief_time": seen["time_text"], "brief_tag": seen["tag"], "brief_text": seen["text"],
        "brief_published": seen["published"],
    }  # fmt: skip


def lead(batch: Batch, seen: sqlite3.Row, *, waits: bool) -> int:
    """An entry of a linked row whose instant is certain, or whose page cannot be read."""
    columns = _columns(batch, seen, seen["link"]) | {"waiting": batch.source.name if waits else ""}
    return batch.add(columns, seen["link_key"], "brief", carried_at=seen["link"])


def wear(batch: Batch, entry: sqlite3.Row, seen: sqlite3.Row, *, is_new: bool) -> None:
    """Give an entry the face of a row that shows it: the first one's, and the newer words of a row that changed."""
    if not entry["is_brief"]:
        batch.change(entry, _face(seen))
        return
    if not entry["brief_text"] and not entry["brief_time"] and (seen["text"] or seen["time_text"]):
        batch.change(entry, _face(seen))
        return
    if not is_new or not seen["text"] or seen["text"] == entry["brief_text"]:
        return
    if entry["kind"] != "brief":
        batch.change(entry, {"brief_text": seen["text"]})
        return
    new = {
        "brief_text": seen["text"],
        "text": seen["text"],
        "title": seen["title"] or faces.first_sentence(seen["text"]),
    }
    if faces.corrected(entry, new):
        batch.correct(entry, new, None, instants.read(seen["last_seen"]))
    else:
        batch.change(entry, new, shows=False)


def _is_dressed(entry: sqlite3.Row) -> bool:
    """Whether an entry has a face that a row which is not new leaves as it is."""
    return bool(entry["is_brief"] and (entry["brief_text"] or entry["brief_time"]))


def attach(batch: Batch, entry: int, keys: list[str]) -> None:
    """The rows that led to an article now read are sightings of its entry, which wears the face of the first."""
    rows: list[sqlite3.Row] = []
    for key in keys:
        rows += batch.connection.execute(
            "SELECT * FROM sightings WHERE link_key = ? AND link_key <> '' AND entry IS NULL ORDER BY id", (key,)
        )
    if not rows:
        return
    for key in keys:
        batch.connection.execute(
            "UPDATE sightings SET entry = ? WHERE link_key = ? AND link_key <> '' AND entry IS NULL", (entry, key)
        )
    for row in rows:
        known = batch.entry(entry)
        if _is_dressed(known):
            return
        if identity.site(row["link"]) == identity.site(_page_url(batch, row["page"])):
            wear(batch, known, row, is_new=False)


def _page_url(batch: Batch, page: int) -> str:
    url: str = batch.connection.execute("SELECT url FROM addresses WHERE id = ?", (page,)).fetchone()["url"]
    return url


def stays_brief(batch: Batch, key: str) -> int | None:
    """What a row said is kept as an entry when its page is gone or refused, if its instant is known."""
    if batch.known_as([key]) is not None:
        return None
    row = batch.connection.execute(
        """
        SELECT * FROM sightings
         WHERE link_key = ? AND link_key <> '' AND entry IS NULL AND published IS NOT NULL ORDER BY id LIMIT 1
        """,
        (key,),
    ).fetchone()
    if row is None:
        return None
    entry = lead(batch, row, waits=False)
    batch.connection.execute("UPDATE sightings SET entry = ? WHERE link_key = ? AND link_key <> ''", (entry, key))
    return entry
