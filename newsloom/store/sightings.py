"""Rows of "Read next" blocks: each sighting is kept; a link leads to its article; a row without one may be an entry itself."""

import hashlib
import sqlite3
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


class Rows:
    """One page's rows, within a batch. `leads` is how many more addresses this crawl may take from briefs."""

    def __init__(self, batch: Batch, page: Page, address: sqlite3.Row, leads: int) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._page = page
        self._address = address
        self._site = identity.site(page.url or address["url"])
        self._leads = leads
        self.queued = 0
        self.new = 0

    def see(self) -> None:
        """Keep every row, lead to what they link, and make entries of those that are complete."""
        here = {self._address["key"], identity.key(self._page.url)}
        for brief in self._page.briefs:
            key = identity.key(brief.url) if brief.url else ""
            if brief.kind in KEPT_BRIEFS and (brief.title or brief.text) and key not in here - {""}:
                self._see_one(brief, key)

    def _see_one(self, brief: Brief, key: str) -> None:
        row = self._row(brief, key)
        is_new = (
            self._connection.execute("SELECT 1 FROM sightings WHERE digest = ? LIMIT 1", (row["digest"],)).fetchone()
            is None
        )
        self.new += is_new
        seen = self._keep(row)
        if not key:
            entry = self._unlinked(seen)
        elif identity.site(brief.url) == self._site:
            entry = self._linked(seen, dated=brief.dated)
        else:
            entry = self._batch.known_as([key])
        if entry is not None:
            self._connection.execute(
                "UPDATE sightings SET entry = ? WHERE digest = ? AND entry IS NOT ?",
                (entry["id"], row["digest"], entry["id"]),
            )
            if not key or identity.site(brief.url) == self._site:
                wear(self._batch, entry, seen, is_new=is_new)

    def _row(self, brief: Brief, key: str) -> dict[str, Any]:
        published = instants.believable(brief.published, self._batch.now)
        row = {
            "page": self._address["id"], "kind": brief.kind, "place": brief.place, "time_text": _line(brief.time_text),
            "published": instants.written(published), "dated": int(brief.dated), "tag": _line(brief.tag),
            "title": _line(brief.title), "text": _line(brief.text), "link": plain(brief.url) if key else "", "link_key": key,
            "thumbnail": plain(brief.thumbnail), "at": instants.written(self._page.fetched),
        }  # fmt: skip
        return row | {"digest": self._digest(row)}

    def _digest(self, row: dict[str, Any]) -> str:
        told = bool(row["link_key"]) or len(row["text"]) >= _TELLING
        said = (
            self._batch.source.name,
            row["link_key"],
            row["tag"],
            row["title"],
            row["text"],
            "" if told else row["time_text"],
        )
        return hashlib.sha256("\0".join(said).encode()).hexdigest()[:24]

    def _keep(self, row: dict[str, Any]) -> sqlite3.Row:
        """The sighting: a new one, or this page's own with when and where it was seen last."""
        self._connection.execute(
            """
            INSERT INTO sightings(page, kind, place, time_text, published, dated, tag, title, text, link, link_key, thumbnail,
                                  digest, first_seen, last_seen)
            VALUES (:page, :kind, :place, :time_text, :published, :dated, :tag, :title, :text, :link, :link_key, :thumbnail,
                    :digest, :at, :at)
            ON CONFLICT(page, digest) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen), place = excluded.place
            """,
            row,
        )
        seen: sqlite3.Row = self._connection.execute(
            "SELECT * FROM sightings WHERE page = ? AND digest = ?", (row["page"], row["digest"])
        ).fetchone()
        return seen

    def _linked(self, seen: sqlite3.Row, *, dated: bool) -> sqlite3.Row | None:
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
            address = self._lead(seen)
        if address is None or seen["published"] is None:
            return None
        if address["state"] in (State.GONE, State.REFUSED) or dated or self._on_two_pages(seen):
            return self._batch.entry(lead(self._batch, seen, waits=address["state"] == addresses.QUEUED))
        return None

    def _lead(self, seen: sqlite3.Row) -> sqlite3.Row | None:
        """Queue the address, if this crawl may take one more."""
        if self.queued >= self._leads:
            return None
        self.queued += 1
        at = instants.written(self._batch.now)
        self._connection.execute(
            """
            INSERT INTO addresses(source, url, key, role, state, retry_at, title, found_at, found_on)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                self._batch.source.name, seen["link"], seen["link_key"], Role.ARTICLE, addresses.QUEUED, at, seen["title"], at,
                self._address["id"],
            ),
        )  # fmt: skip
        row: sqlite3.Row = self._connection.execute(
            "SELECT * FROM addresses WHERE key = ? AND source = ?", (seen["link_key"], self._batch.source.name)
        ).fetchone()
        return row

    def _on_two_pages(self, seen: sqlite3.Row) -> bool:
        """The same row, naming the same instant, on another page: its clock is not about that one page."""
        other = self._connection.execute(
            "SELECT 1 FROM sightings WHERE link_key = ? AND page <> ? AND published = ? LIMIT 1",
            (seen["link_key"], seen["page"], seen["published"]),
        )
        return other.fetchone() is not None

    def _unlinked(self, seen: sqlite3.Row) -> sqlite3.Row | None:
        """A row without a link is an entry of its own if it has a time and a text."""
        if seen["published"] is None or not seen["text"]:
            return None
        key = f"brief:{seen['digest']}"
        if known := self._batch.known_as([key]):
            return known
        if form := self._form(seen):
            self._batch.know(form["id"], [key], "brief")
            return form
        columns = _columns(self._batch, seen, self._page.url or self._address["url"])
        return self._batch.entry(self._batch.add(columns, key, "brief", carried_at=columns["url"]))

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


def attach(batch: Batch, entry: int, keys: list[str]) -> None:
    """The rows that led to an article now read are sightings of its entry, which wears the face of the first."""
    rows: list[sqlite3.Row] = []
    for key in keys:
        rows += batch.connection.execute(
            "SELECT * FROM sightings WHERE link_key = ? AND entry IS NULL ORDER BY id", (key,)
        )
    for row in rows:
        batch.connection.execute("UPDATE sightings SET entry = ? WHERE id = ?", (entry, row["id"]))
        if identity.site(row["link"]) == identity.site(_page_url(batch, row["page"])):
            wear(batch, batch.entry(entry), row, is_new=False)


def _page_url(batch: Batch, page: int) -> str:
    url: str = batch.connection.execute("SELECT url FROM addresses WHERE id = ?", (page,)).fetchone()["url"]
    return url


def stays_brief(batch: Batch, key: str) -> int | None:
    """What a row said is kept as an entry when its page is gone or refused, if its instant is known."""
    if batch.known_as([key]) is not None:
        return None
    row = batch.connection.execute(
        "SELECT * FROM sightings WHERE link_key = ? AND entry IS NULL AND published IS NOT NULL ORDER BY id LIMIT 1",
        (key,),
    ).fetchone()
    if row is None:
        return None
    entry = lead(batch, row, waits=False)
    batch.connection.execute("UPDATE sightings SET entry = ? WHERE link_key = ?", (entry, key))
    return entry
