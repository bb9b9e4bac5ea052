"""From what was read to entries: one for each piece of news, whatever it came as and wherever it stood.

Everything here happens inside one transaction, a batch: rows are written as they are decided, the full-text index and the topics
once at its end.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from newsloom.news import copies, identity
from newsloom.news.items import Article
from newsloom.news.memory import News, Page
from newsloom.news.sources import Source
from newsloom.store import faces, instants, log, withdrawals
from newsloom.store.copies import Found, NearCopies
from newsloom.store.database import inserted, plain
from newsloom.store.database import listing as many
from newsloom.store.stories import Stories
from newsloom.store.topics import Matcher

_COLUMNS = (
    "kind", "source", "url", "title", "summary", "text", "html", "authors", "section", "tags", "language", "image", "enclosures",
    "form", "access", "alternates", "origins",
    "published", "guessed", "updated", "first_seen", "body_from", "read_key", "digest", "preferred", "is_brief", "brief_time",
    "brief_tag", "brief_text", "brief_published", "waiting", "bulk",
)  # fmt: skip
_INSERT = f"INSERT INTO entries(uuid, {', '.join(_COLUMNS)}) VALUES (?{', ?' * len(_COLUMNS)})"  # noqa: S608 - names
_values = itemgetter(*_COLUMNS)
_DEFAULTS: Mapping[str, Any] = {
    "summary": "", "text": "", "html": "", "authors": "", "section": "", "tags": "", "language": "", "image": "", "enclosures": "",
    "form": "", "access": "", "alternates": "", "origins": "",
    "read_key": "", "digest": "", "preferred": "", "is_brief": 0, "brief_time": "", "brief_tag": "", "brief_text": "",
    "brief_published": None, "waiting": "", "bulk": 0,
}  # fmt: skip
_SEARCHED = frozenset({"title", "summary", "text", "authors"})
_LABELLED = frozenset({"section", "tags", "language", "brief_tag"})


class Batch:
    """One transaction's work on entries. `first_seen` is the begin of the crawl it belongs to."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        source: Source,
        now: datetime,
        first_seen: datetime,
        *,
        near: NearCopies,
        stories: Stories,
    ) -> None:
        self.connection = connection
        self.source = source
        self.now = now
        self.first_seen = first_seen
        self.joins = 0
        """How often two entries turned out to be one."""
        self._unindexed: set[int] = set()
        """Entries that the full-text index does not hold at this moment."""
        self._touched: set[int] = set()
        self._changed: set[int] = set()
        self._told: set[int] = set()
        """Entries that say something new, or that may be shown now."""
        self._near = near
        self._stories = stories
        self._sketched: tuple[copies.Sketch, Found] | None = None
        """Of the text that is being placed, if it is new to the store, and what is stored near it."""

    # Reading

    def entry(self, entry: int) -> sqlite3.Row:
        """The row; of an entry that was joined to another, the other's."""
        row: sqlite3.Row = self.connection.execute("SELECT * FROM entries WHERE id = ?", (entry,)).fetchone()
        return self.entry(row["joined"]) if row["joined"] is not None else row

    def standing(self, entry: int) -> sqlite3.Row:
        """How the entry stands: the few columns that every page asks of its own. Beside them the row holds its text."""
        row: sqlite3.Row = self.connection.execute(
            "SELECT id, published, read_key, waiting, joined FROM entries WHERE id = ?", (entry,)
        ).fetchone()
        return self.standing(row["joined"]) if row["joined"] is not None else row

    def known_as(self, keys: Iterable[str], said: Mapping[str, Any] | None = None) -> sqlite3.Row | None:
        """The entry known under the first of these keys that is known at all.

        A key that an entry only declares counts with what is `said` there, if that makes both one: many pages declare another's.
        """
        for key in keys:
            found = self.connection.execute("SELECT entry, how FROM keys WHERE key = ?", (key,)).fetchone()
            if found is None or (found["how"] == DECLARED and said is None):
                continue
            entry = self.entry(found["entry"])
            if found["how"] != DECLARED or said is None or faces.is_declared_one(entry, said):
                return entry
        return None

    def _with_text(self, columns: Mapping[str, Any], other_than: int) -> sqlite3.Row | None:
        """The other entry with this very text, if that makes them one: rather one with the same headline, then the oldest."""
        if not columns["digest"]:
            return None
        rows = self.connection.execute(
            "SELECT * FROM entries WHERE digest = ? AND digest <> '' AND id <> ? AND joined IS NULL ORDER BY id",
            (columns["digest"], other_than),
        )
        copies = [r for r in rows if faces.is_copy(r, columns)]
        return min(
            copies, key=lambda r: (faces.folded(r["title"]) != faces.folded(columns["title"]), r["id"]), default=None
        )

    def _copy(self, columns: Mapping[str, Any], known: sqlite3.Row | None = None) -> tuple[sqlite3.Row | None, str]:
        """The entry other than the `known` one that has this text or nearly it, if that makes them one, and which of both it is."""
        own = known["id"] if known is not None else 0
        if (same := self._with_text(columns, own)) is not None:
            return same, "text"
        if known is None or known["digest"] != columns["digest"]:
            self._look(columns["text"], columns["title"], own)
        for near in self._sketched[1].copies if self._sketched and columns["digest"] else ():
            row = self.entry(near.entry)
            if row["id"] != own and row["digest"] and faces.is_copy(row, columns):
                return row, f"near {near.score:.2f}"
        return None, ""

    def _look(self, text: str, title: str, other_than: int) -> None:
        sketch = copies.sketch(text, title)
        self._sketched = (
            (sketch, self._near.find(sketch, other_than=other_than, at_most=_LIKELY)) if sketch is not None else None
        )

    def relate(self, entry: int, text: str) -> None:
        """Note of which article a brief is the beginning, now or when that comes."""
        self._look(text, "", entry)
        self._keep_sketch(entry)

    def _keep_sketch(self, entry: int) -> None:
        """Have the text that was looked for found as this entry's, and note which briefs are the beginning of which articles."""
        if self._sketched is None:
            return
        (sketch, found), self._sketched = self._sketched, None
        self._near.keep(entry, sketch)
        for near in found.brief_of:
            self._near.relate(entry, self.entry(near.entry)["id"], near.score)
        for near in found.briefs:
            self._near.relate(self.entry(near.entry)["id"], entry, near.score)

    def is_shown(self, entry: int) -> bool:
        """Whether any feed has shown it."""
        return self.connection.execute("SELECT 1 FROM log WHERE entry = ? LIMIT 1", (entry,)).fetchone() is not None

    # Writing

    def add(self, columns: Mapping[str, Any], key: str, how: str, *, carried_at: str) -> int:
        """A new entry under its first key."""
        row = {**_DEFAULTS, "source": self.source.name, **columns}
        entry = inserted(self.connection.execute(_INSERT, (str(identity.entry_id(key)), *_values(row))))
        self._unindexed.add(entry)
        self._told.add(entry)
        source: str = row["source"]
        self._label(entry, row, ("source", source))
        self.know(entry, [key], how)
        self.connection.execute(_CARRY, (entry, source, plain(carried_at)))
        self._mark(entry)
        return entry

    def change(self, old: sqlite3.Row, new: Mapping[str, Any], *, shows: bool = True) -> None:
        """Write what differs. `shows`: feeds that have it are to show the difference."""
        entry = old["id"]
        differing = {name: value for name, value in new.items() if old[name] != value}
        if not differing:
            return
        if differing.keys() & _SEARCHED:
            self._unindex(entry)
            self._told.add(entry)
        names = ", ".join(f"{name} = :{name}" for name in differing)
        self.connection.execute(f"UPDATE entries SET {names} WHERE id = :id", differing | {"id": entry})  # noqa: S608 - our own names
        if differing.keys() & _LABELLED:
            self.connection.execute("DELETE FROM labels WHERE entry = ? AND field <> 'source'", (entry,))
            self._label(entry, {**dict(old), **new})
        self._touched.add(entry)
        if shows:
            self._changed.add(entry)

    def correct(self, old: sqlite3.Row, new: Mapping[str, Any], modified: datetime | None, seen: datetime) -> None:
        """Write a new version: title or text say something else. The earlier one is kept."""
        entry = old["id"]
        self.connection.execute(
            """
            INSERT INTO versions(entry, version, title, summary, text, html, updated, replaced)
            SELECT id, version, title, summary, text, html, updated, ? FROM entries WHERE id = ?
            """,
            (instants.written(seen), entry),
        )
        before = instants.read(old["updated"])
        said = instants.believable(modified, self.now)
        later = said if said is not None and before < said <= self.now else max(seen, before + timedelta(seconds=1))
        self.change(old, {**new, "version": old["version"] + 1, "updated": instants.written(later)})

    def release(self, entry: int) -> None:
        """It waits for its page no longer."""
        log.released(self.connection, [entry])
        self._told.add(entry)

    def know(self, entry: int, keys: Iterable[str], how: str) -> None:
        """Addresses by which the entry is known from now on, unless they are another's. What is only declared gives way."""
        if known := [(plain(k), entry, how) for k in keys if k]:
            self.connection.executemany(_DECLARE if how == DECLARED else _KNOW, known)

    def carry(self, entry: int, source: str, url: str) -> None:
        """That this source carried it, there."""
        added = self.connection.execute(_CARRY, (entry, source, plain(url)))
        if added.rowcount > 0:
            self.connection.execute(_LABEL, ("source", source.casefold(), entry))
            self._touched.add(entry)

    def _label(self, entry: int, columns: Mapping[str, Any], *more: tuple[str, str]) -> None:
        language = columns["language"]
        labels = {
            *more,
            ("section", columns["section"]),
            ("tag", columns["brief_tag"]),
            ("lang", language),
            ("lang", language.split("-")[0]),
        }
        labels |= {("tag", tag) for tag in columns["tags"].split("\n")}
        self.connection.executemany(_LABEL, [(field, value.casefold(), entry) for field, value in labels if value])

    def _mark(self, entry: int) -> None:
        self._touched.add(entry)
        self._changed.add(entry)

    def _unindex(self, entry: int) -> None:
        """Take an entry out of the full-text index while its row still holds what was indexed."""
        if entry in self._unindexed:
            return
        self.connection.execute(
            """
            INSERT INTO entries_fts(entries_fts, rowid, title, summary, text, authors)
            SELECT 'delete', id, spaced(title), spaced(summary), spaced(text), spaced(authors) FROM entries WHERE id = ?
            """,
            (entry,),
        )
        self._unindexed.add(entry)

    def finish(self) -> None:
        """Index, match and group what the batch touched."""
        self.connection.execute(
            """
            INSERT INTO entries_fts(rowid, title, summary, text, authors)
            SELECT id, spaced(title), spaced(summary), spaced(text), spaced(authors)
              FROM entries WHERE id IN (SELECT value FROM json_each(?)) AND joined IS NULL
            """,
            (many(sorted(self._unindexed)),),
        )
        self._unindexed.clear()
        self._near.prune()
        self._stories.come(self._told)
        Matcher(self.connection).match(self._touched, self._changed)

    # Articles

    def item(self, key: str, article: Article, published: datetime | None, *, waits: bool, backlog: bool) -> int | None:
        """What a feed item gives: an entry at once. None for one that says nothing."""
        new = faces.columns(article, faces.ITEM)
        new["title"] = new["title"] or faces.first_sentence(new["text"] or new["summary"])
        if not new["title"]:
            return None
        new = faces.dated(new, published, article.modified, self.first_seen, self.now)
        known = self.known_as([key], new)
        if known is None:
            copy, how = self._copy(new)
            if copy is not None:
                self._join_copy(copy, new, [key], how)
                return int(copy["id"])
            known = self._declares(self._declared(article), new)
        if known is not None:
            self._sketched = None
            self.know(known["id"], [key], "address")
            self._item_again(known, new, article.modified)
            return int(known["id"])
        facts = {
            "first_seen": instants.written(self.first_seen),
            "waiting": self.source.name if waits else "",
            "bulk": int(backlog),
        }
        entry = self.add({**new, **facts, "preferred": self._preferred(article)}, key, "address", carried_at=new["url"])
        self._keep_sketch(entry)
        return entry

    def _item_again(self, known: sqlite3.Row, new: dict[str, Any], modified: datetime | None) -> None:
        self.carry(known["id"], self.source.name, new["url"])
        if known["source"] != self.source.name:
            return
        if known["body_from"] == faces.BRIEF:
            self._fill(known, faces.filled(known, new, sure=True), new)
        elif known["body_from"] == faces.ITEM and not known["read_key"]:
            said = faces.reread(known, new, sure=True)
            if faces.corrected(known, said):
                self.correct(known, said, modified, self.now)
            else:
                self.change(known, said, shows=False)

    def page(self, page: Page, article: Article, listed: sqlite3.Row) -> tuple[int | None, News]:
        """What a read page gives: its entry, and what it was to the store."""
        new = faces.columns(article, faces.PAGE)
        new["url"] = plain(page.url or article.url or page.asked)
        new["title"] = new["title"] or listed["title"] or faces.first_sentence(new["text"])
        if not new["title"] or not (new["text"] or new["summary"] or article.title):
            return None, News.NONE
        from_feed = bool(listed["face"])
        when = faces.published(
            article.published, instants.read(listed["published"]), self.now,
            from_feed=from_feed, zoned=article.published_offset is not None,
        )  # fmt: skip
        new = faces.dated(new, when, article.modified, self.first_seen, self.now)
        own = self._own(page)
        if article.canonical and identity.key(article.canonical) in own:  # the same address as the publisher writes it
            new["url"] = plain(article.canonical)
        facts = {"read_key": own[-1], "preferred": self._preferred(article), "bulk": listed["backlog"]}
        led, declared = self._redirects(page), self._declared(article)
        entry, news = self._place(page, article, new | facts, own, led=led, declared=declared)
        self.know(entry, led, "redirect")
        self.know(entry, declared, DECLARED)
        return entry, news

    def _place(
        self,
        page: Page,
        article: Article,
        new: dict[str, Any],
        own: Sequence[str],
        *,
        led: Sequence[str],
        declared: Sequence[str],
    ) -> tuple[int, News]:
        """Find or make the entry of a page: by its address, by those that redirects and it itself name, by its text."""
        known = self._led_to(own, new)
        for how, other in (("redirect", self._redirected(led, new)), (DECLARED, self._declares(declared, new))):
            known = self.join(known, other, how) if known is not None and other is not None else known or other
        copy, how = self._copy(new, known)
        if known is not None:
            news = self._read(known, new, article, page, own)
            if copy is not None:
                known = self.join(self.entry(known["id"]), self.entry(copy["id"]), how)
            self.know(known["id"], own, "address")
            self._keep_sketch(known["id"])
            return int(known["id"]), news
        if copy is not None:
            self._join_copy(copy, new, own, how)
            return int(copy["id"]), News.SAME
        facts = {"first_seen": instants.written(self.first_seen)}
        entry = self.add({**new, **facts}, own[0], "address", carried_at=new["url"])
        self.know(entry, own[1:], "address")
        self._keep_sketch(entry)
        return entry, News.NEW

    def _led_to(self, own: Sequence[str], new: Mapping[str, Any]) -> sqlite3.Row | None:
        """The entry of the address asked and of the one it led to. Dead addresses may lead to another article's."""
        asked, final = self.known_as(own[:1], new), self.known_as(own[1:], new)
        if asked is None or final is None:
            return final or asked
        return self.join(asked, final, "redirect") if faces.may_be_one(asked, new) else final

    def _redirected(self, keys: Iterable[str], new: Mapping[str, Any]) -> sqlite3.Row | None:
        known = self.known_as(keys, new)
        return known if known is not None and faces.may_be_one(known, new) else None

    def _declares(self, keys: Iterable[str], new: Mapping[str, Any]) -> sqlite3.Row | None:
        known = self.known_as(keys, new)
        return known if known is not None and faces.is_declared_one(known, new) else None

    def _read(self, known: sqlite3.Row, new: dict[str, Any], article: Article, page: Page, own: Sequence[str]) -> News:
        """What a page's reading does to the entry it has already."""
        self.carry(known["id"], self.source.name, new["url"])
        if not known["read_key"]:
            self._fill(known, faces.filled(known, new, sure=article.sure), new)
            return News.NEW
        if known["read_key"] not in own:
            self._rival(known, new)
            return News.SAME
        said = faces.reread(known, new, sure=article.sure)
        if known["guessed"] and not new["guessed"]:
            said |= {"published": new["published"], "guessed": 0}
        if faces.corrected(known, said):
            self.correct(known, said, article.modified, page.fetched)
            return News.CHANGED
        self.change(known, said, shows=False)
        return News.SAME

    def _fill(self, known: sqlite3.Row, filled: dict[str, Any], new: dict[str, Any]) -> None:
        """A page filling in an item or a teaser is reading, not a correction: the version stays, the times become its own."""
        times = {name: new[name] for name in ("published", "guessed")} if not new["guessed"] or known["guessed"] else {}
        if self.is_shown(known["id"]):
            times["updated"] = max(known["updated"], times.get("published", ""))
        elif times:
            times["updated"] = new["updated"]
        facts = {
            "read_key": new.get("read_key", known["read_key"]),
            "preferred": new.get("preferred") or known["preferred"],
        }
        self.change(known, {**filled, **times, **facts})

    def _join_copy(self, known: sqlite3.Row, new: dict[str, Any], own: Iterable[str], how: str) -> None:
        """The text stands in another entry already, or nearly: this is one more place where it stands."""
        self.know(known["id"], own, how)
        self.carry(known["id"], self.source.name, new["url"])
        self._keep_sketch(known["id"])
        self._rival(known, new)

    def _rival(self, known: sqlite3.Row, new: dict[str, Any]) -> None:
        """Two addresses of one piece: as long as no feed has shown it, the better original gives title, text and link."""
        new = {"source": self.source.name, "read_key": "", **new}
        preferred = _least(known["preferred"], new.get("preferred", ""))
        first_seen = min(known["first_seen"], instants.written(self.first_seen))
        facts: dict[str, Any] = {"preferred": preferred, "first_seen": first_seen}
        shown = self.is_shown(known["id"])
        if (
            not shown and known["body_from"] != faces.PAGE and new["body_from"] == faces.PAGE
        ):  # only this one has been read
            facts |= {name: new[name] for name in ("kind", *faces.FACE)}
        self.change(known, facts, shows=False)
        if not shown:
            self._elect(known["id"], preferred, first_seen, new)

    def _elect(self, entry: int, preferred: str, first_seen: str, *rivals: faces.Columns) -> None:
        """Of all tellings of an entry that no feed has shown yet, the original becomes its face; the others are kept beside it.

        They are kept because one that comes later may declare which of them the original is.
        """
        known = self.entry(entry)
        stored = [json.loads(f) for (f,) in self.connection.execute(_KEPT_FACES, (entry,))]
        tellings: dict[tuple[str, str], dict[str, Any]] = {}
        for telling in ({name: t[name] for name in faces.FACE} for t in (known, *rivals, *stored)):
            if telling["body_from"] == known["body_from"]:
                tellings.setdefault((telling["source"], telling["url"]), telling)
        best = min(tellings.values(), key=lambda t: faces.rank(t, preferred))
        self.connection.executemany(
            "UPDATE carriers SET face = ? WHERE entry = ? AND source = ? AND url = ?",
            [("" if t is best else json.dumps(t, ensure_ascii=False), entry, *where) for where, t in tellings.items()],
        )
        times = {"published": first_seen, "updated": first_seen} if best["guessed"] else {}
        self.change(known, {**best, **times})

    def join(self, one: sqlite3.Row, other: sqlite3.Row, how: str) -> sqlite3.Row:
        """Two entries turned out to be one, `how` as in `keys`. The id first shown stays, else the older row's; both ids answer."""
        if one["id"] == other["id"]:
            return one
        kept, lost = sorted((one, other), key=lambda r: (self._first_shown(r["id"]), r["id"]))
        self._unindex(lost["id"])
        self.joins += 1
        ids = (kept["id"], lost["id"])
        self.connection.execute(_LEADS_HERE, (*ids, how))
        for statement in _JOIN:
            self.connection.execute(statement, ids)
        self._stories.joined(*ids)
        self._told.discard(lost["id"])
        self._touched.discard(lost["id"])
        self._changed.discard(lost["id"])
        self.connection.execute(_BURIED, ids)
        self._mark(kept["id"])
        self._take_over(kept, lost)
        if kept["withdrawn"] or lost["withdrawn"]:
            withdrawals.withdraw(self.connection, kept["id"], self.now)
        return self.entry(kept["id"])

    def _take_over(self, kept: sqlite3.Row, lost: sqlite3.Row) -> None:
        """What the one that stays takes from the one that goes."""
        preferred, first_seen = (
            _least(kept["preferred"], lost["preferred"]),
            min(kept["first_seen"], lost["first_seen"]),
        )
        facts: dict[str, Any] = {
            "preferred": preferred,
            "first_seen": first_seen,
            "bulk": min(kept["bulk"], lost["bulk"]),
        }
        if lost["is_brief"] and not kept["is_brief"]:
            facts |= {
                name: lost[name] for name in ("is_brief", "brief_time", "brief_tag", "brief_text", "brief_published")
            }
        shown = self.is_shown(kept["id"])
        if kept["body_from"] != faces.PAGE and lost["body_from"] == faces.PAGE:  # only the other one has been read
            stay = ("published", "guessed", "updated") if shown else ()  # where a feed has put it, it stays
            facts |= {name: lost[name] for name in ("kind", *faces.FACE) if name not in stay}
        self.change(kept, facts)
        if not shown:
            self._elect(kept["id"], preferred, first_seen, lost)

    def _first_shown(self, entry: int) -> str:
        row = self.connection.execute("SELECT min(logged) AS first FROM log WHERE entry = ?", (entry,)).fetchone()
        return row["first"] or instants.NEVER

    # Keys

    def _own(self, page: Page) -> list[str]:
        """Keys of the address asked and of the one it led to; a front page that dead links lead to is none."""
        keys = [identity.key(page.url)] if page.url else []
        keys = [k for k in keys if k and not faces.is_front(k)]
        asked = identity.key(page.asked) or page.asked
        return list(dict.fromkeys([asked, *keys]))

    def _redirects(self, page: Page) -> list[str]:
        keys = [identity.key(a) for a in page.aliases]
        return [k for k in keys if k and not faces.is_front(k)]

    def _declared(self, article: Article) -> list[str]:
        """Keys of the addresses that an article declares as its own, on its own site: on another's it is a copy there."""
        if not (article.canonical or article.aliases):
            return []
        mine = identity.site(article.url) if article.url else ""
        keys = [identity.key(a) for a in (article.canonical, *article.aliases) if a and identity.site(a) == mine]
        return [k for k in dict.fromkeys(keys) if k and not faces.is_front(k)]

    def _preferred(self, article: Article) -> str:
        """Key of the original on another site, if the article names one."""
        if not article.canonical or not article.url or identity.site(article.canonical) == identity.site(article.url):
            return ""
        key = identity.key(article.canonical)
        return "" if faces.is_front(key) else key


def _least(one: str, other: str) -> str:
    return min(filter(None, (one, other)), default="")


_LIKELY = 6
"""Stored texts that a new one is compared with: it is joined to one at most."""
DECLARED = "declared"
"""How an entry is known under an address that nothing but its own page says is its."""
_DECLARE = "INSERT INTO keys(key, entry, how) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_KNOW = """
INSERT INTO keys(key, entry, how) VALUES (?, ?, ?)
    ON CONFLICT(key) DO UPDATE SET entry = excluded.entry, how = excluded.how WHERE how = 'declared'
"""
_CARRY = "INSERT INTO carriers(entry, source, url) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_LABEL = "INSERT INTO labels(field, value, entry) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_LEADS_HERE = "UPDATE keys SET entry = ?1, how = iif(how = 'address', ?3, how) WHERE entry = ?2"
_JOIN = (
    """INSERT INTO carriers(entry, source, url, face) SELECT ?1, source, url, face FROM carriers WHERE entry = ?2
       ON CONFLICT DO NOTHING""",
    "DELETE FROM carriers WHERE entry = ?2",
    """INSERT INTO labels(field, value, entry) SELECT field, value, ?1 FROM labels WHERE entry = ?2 AND field = 'source'
       ON CONFLICT DO NOTHING""",
    "DELETE FROM labels WHERE entry = ?2",
    "UPDATE sightings SET entry = ?1 WHERE entry = ?2",
    "UPDATE addresses SET entry = ?1 WHERE entry = ?2",
    "UPDATE topics SET changes = changes + 1 WHERE id IN (SELECT topic FROM membership WHERE entry = ?2)",
    "DELETE FROM membership WHERE entry = ?2",
    "DELETE FROM pending WHERE entry = ?2",
    "UPDATE OR IGNORE brief_of SET brief = ?1 WHERE brief = ?2",
    "DELETE FROM brief_of WHERE brief = ?2",
    "UPDATE brief_of SET article = ?1 WHERE article = ?2",
    "DELETE FROM brief_of WHERE brief = ?1 AND brief = article AND brief <> ?2",
)
"""?1 stays, ?2 goes. Versions and log rows of the one that goes stay with its row."""

_BURIED = """
UPDATE entries SET joined = ?, summary = '', text = '', html = '', digest = '', waiting = '', is_brief = 0 WHERE id = ?
"""
_KEPT_FACES = "SELECT face FROM carriers WHERE entry = ? AND face <> ''"
