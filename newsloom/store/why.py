"""All that was decided about an address or an entry, and from what."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from newsloom.store import instants, log
from newsloom.store.match import parsed
from newsloom.store.reasons import Explained, Reason


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An address as one source's crawls know it."""

    source: str
    url: str
    """As it was first shown."""
    key: str
    role: str
    """start, feed, sitemap, listing or article."""
    found_at: datetime
    configured: bool
    """The config names it."""
    found_on: str
    """The entrance or page that showed it first; empty: none did."""
    found_on_role: str
    backlog: bool
    """It stood there before the source was first looked at."""
    listed_title: str
    listed_published: datetime | None
    listed_modified: datetime | None
    state: str
    reason: str
    status: int | None
    tries: int
    """Failures in a row."""
    asked_at: datetime | None
    worked_at: datetime | None
    next_at: datetime | None
    """Not before; None: of an article never by itself, of an entrance with the next crawl."""
    moved: str
    entry: UUID | None
    """What it gave."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key under which an entry is known."""

    key: str
    how: str
    """address, redirect, declared, text, near and how near, or brief."""


@dataclass(frozen=True, kw_only=True)
class Related:
    """Another entry."""

    id: UUID
    title: str
    url: str
    share: float | None = None
    """How much of the short one stands in the long one's beginning."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """What an entry tells of, with others."""

    number: int
    entries: int
    title: str
    """Of its first entry."""
    score: float
    """How like the entry was to it when it came, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a topic makes of an entry."""

    topic: str
    member: bool
    """False: its rule holds, and what it mutes or lets in leaves the entry out."""
    reasons: tuple[Reason, ...]
    """Parts of its rule with what they found; nothing for a topic without a rule."""
    mutes: tuple[Reason, ...]
    bulk: bool
    logged: tuple[datetime, ...]
    """When its feed showed a version of it."""
    waits: bool
    """Its feed shows it when it is published next."""
    shown: bool
    """Its feed shows it now."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An entry and what decided about it."""

    id: UUID
    kind: str
    title: str
    url: str
    source: str
    version: int
    published: datetime
    guessed: bool
    """Nobody believable said when it was published."""
    updated: datetime
    first_seen: datetime
    body_from: str
    """item, page or brief."""
    read_key: str
    origins: Mapping[str, str]
    """Of each field where it was found."""
    form: str
    access: str
    preferred: str
    """Key of the original elsewhere that it declares."""
    dropped: datetime | None
    """When its text was dropped because of its age."""
    withdrawn: datetime | None
    """When somebody took it out of everything."""
    waiting: str
    """The source whose running crawl is to read its page."""
    muted: tuple[tuple[str, tuple[Reason, ...]], ...]
    """Of each source that mutes it why; empty: it is shown."""
    keys: tuple[Key, ...]
    carriers: tuple[tuple[str, str], ...]
    """Source and address of every place where it stood."""
    joined: tuple[Related, ...]
    """Entries that turned out to be this one; their ids answer too."""
    begins: Related | None
    """The article that begins with this short text."""
    briefs: tuple[Related, ...]
    """Short texts that this one begins with."""
    story: Story | None
    sightings: int
    """Rows of "Read next" blocks that showed it."""
    pages: int
    """On so many pages."""
    topics: tuple[Chosen, ...]


@dataclass(frozen=True, kw_only=True)
class Why:
    """The answer."""

    key: str
    """Of what was asked, if that was an address."""
    addresses: tuple[Asked, ...] = ()
    """Those asked for, then the others of the entry."""
    entry: Kept | None = None
    joined_as: UUID | None = None
    """The id that was asked for, if it is that of an entry which was joined to this one."""

    @property
    def known(self) -> bool:
        return bool(self.addresses) or self.entry is not None


def why(connection: sqlite3.Connection, key: str, uuid: str) -> Why:
    """What is known of the address with this key, or of the entry with this id."""
    asked = connection.execute("SELECT id FROM entries WHERE uuid = ?", (uuid,)).fetchone()
    if asked is None and key:
        asked = connection.execute("SELECT entry AS id FROM keys WHERE key = ?", (key,)).fetchone()
    rows = connection.execute(_ADDRESSES.format(which="a.key = ?"), (key,)).fetchall() if key else []
    if asked is None:
        asked = next(({"id": r["entry"]} for r in rows if r["entry"] is not None), None)
    if asked is None:
        return Why(key=key, addresses=tuple(map(_address, rows)))
    entry = _final(connection, asked["id"])
    rows += connection.execute(_ADDRESSES.format(which="a.entry = ? AND a.key <> ?"), (entry["id"], key)).fetchall()
    return Why(
        key=key,
        addresses=tuple(map(_address, rows)),
        entry=_kept(connection, entry),
        joined_as=UUID(uuid) if uuid and uuid != entry["uuid"] else None,
    )


def _final(connection: sqlite3.Connection, entry: int) -> sqlite3.Row:
    row: sqlite3.Row = connection.execute("SELECT * FROM entries WHERE id = ?", (entry,)).fetchone()
    return row if row["joined"] is None else _final(connection, row["joined"])


_ADDRESSES = """
SELECT a.*, coalesce(f.url, '') AS on_url, coalesce(f.role, '') AS on_role, e.uuid
  FROM addresses a
  LEFT JOIN addresses f ON f.id = a.found_on
  LEFT JOIN entries e ON e.id = a.entry
 WHERE {which}
 ORDER BY a.found_at, a.id
"""


def _address(row: sqlite3.Row) -> Asked:
    return Asked(
        source=row["source"],
        url=row["url"],
        key=row["key"],
        role=row["role"],
        found_at=instants.read(row["found_at"]),
        configured=bool(row["configured"]),
        found_on=row["on_url"],
        found_on_role=row["on_role"],
        backlog=bool(row["backlog"]),
        listed_title=row["title"],
        listed_published=instants.read(row["published"]),
        listed_modified=instants.read(row["modified"]),
        state=row["state"],
        reason=row["reason"],
        status=row["status"],
        tries=row["tries"],
        asked_at=instants.read(row["asked_at"]),
        worked_at=instants.read(row["worked_at"]),
        next_at=instants.read(row["retry_at"]) if (row["retry_at"] or instants.NEVER) < instants.NEVER else None,
        moved=row["moved"],
        entry=UUID(row["uuid"]) if row["uuid"] else None,
    )


def _kept(connection: sqlite3.Connection, row: sqlite3.Row) -> Kept:
    entry = row["id"]
    rules = _Rules(connection, row)
    keys = connection.execute("SELECT key, how FROM keys WHERE entry = ? ORDER BY how = 'address' DESC, key", (entry,))
    carriers = connection.execute("SELECT source, url FROM carriers WHERE entry = ? ORDER BY source, url", (entry,))
    sightings, pages = connection.execute(_SIGHTINGS, (entry,)).fetchone()
    begins = _related(connection, _BEGINS, entry)
    return Kept(
        id=UUID(row["uuid"]),
        kind=row["kind"],
        title=row["title"],
        url=row["url"],
        source=row["source"],
        version=row["version"],
        published=instants.read(row["published"]),
        guessed=bool(row["guessed"]),
        updated=instants.read(row["updated"]),
        first_seen=instants.read(row["first_seen"]),
        body_from=row["body_from"],
        read_key=row["read_key"],
        origins=json.loads(row["origins"]) if row["origins"] else {},
        form=row["form"],
        access=row["access"],
        preferred=row["preferred"],
        dropped=instants.read(row["dropped"] or None),
        withdrawn=instants.read(row["withdrawn"] or None),
        waiting=row["waiting"],
        muted=_muted(connection, entry, rules) if row["muted"] else (),
        keys=tuple(Key(key=k, how=how) for k, how in keys),
        carriers=tuple((source, url) for source, url in carriers),
        joined=_related(connection, _JOINED, entry),
        begins=begins[0] if begins else None,
        briefs=_related(connection, _BRIEFS, entry),
        story=_story(connection, entry),
        sightings=sightings,
        pages=pages,
        topics=tuple(_chosen(connection, row, rules)),
    )


_SIGHTINGS = "SELECT count(*), count(DISTINCT page) FROM sightings WHERE entry = ?"
_JOINED = """
WITH RECURSIVE its(id) AS (SELECT id FROM entries WHERE joined = ?1 UNION SELECT e.id FROM its i JOIN entries e ON e.joined = i.id)
SELECT e.uuid, e.title, e.url, NULL AS share FROM its JOIN entries e ON e.id = its.id ORDER BY e.id
"""
_BEGINS = """
SELECT e.uuid, e.title, e.url, b.share FROM brief_of b JOIN entries e ON e.id = b.article WHERE b.brief = ?
"""
_BRIEFS = """
SELECT e.uuid, e.title, e.url, b.share FROM brief_of b JOIN entries e ON e.id = b.brief WHERE b.article = ? ORDER BY e.id
"""


def _related(connection: sqlite3.Connection, statement: str, entry: int) -> tuple[Related, ...]:
    found = connection.execute(statement, (entry,))
    return tuple(Related(id=UUID(r["uuid"]), title=r["title"], url=r["url"], share=r["share"]) for r in found)


def _story(connection: sqlite3.Connection, entry: int) -> Story | None:
    row = connection.execute(_STORY, (entry,)).fetchone()
    return Story(number=row[0], entries=row[1], title=row[2], score=row[3]) if row else None


_STORY = """
SELECT s.story, v.entries, v.title, s.score FROM story_entries s JOIN stories v ON v.story = s.story WHERE s.entry = ?
"""


class _Rules:
    """Rules asked of one entry, each once: many topics have the same."""

    def __init__(self, connection: sqlite3.Connection, row: sqlite3.Row) -> None:
        labels = connection.execute("SELECT field, value FROM labels WHERE entry = ?", (row["id"],)).fetchall()
        fields = {name: row[name] for name in ("title", "summary", "text", "authors")}
        self._explained = Explained(fields, [(name, value) for name, value in labels])
        self._answers: dict[str, tuple[Reason, ...] | None] = {"": ()}

    def reasons(self, rule: str) -> tuple[Reason, ...] | None:
        """Why it holds; nothing for no rule, None if it does not hold."""
        if rule not in self._answers:
            self._answers[rule] = self._explained.reasons(parsed(rule))
        return self._answers[rule]


_MUTING = """
SELECT DISTINCT w.name, w.mute FROM carriers c JOIN watched w ON w.name = c.source
 WHERE c.entry = ? AND w.mute <> '' ORDER BY w.name
"""


def _muted(connection: sqlite3.Connection, entry: int, rules: _Rules) -> tuple[tuple[str, tuple[Reason, ...]], ...]:
    """Of each source that carries it why that mutes it."""
    return tuple((source, rules.reasons(mute) or ()) for source, mute in connection.execute(_MUTING, (entry,)))


def _chosen(connection: sqlite3.Connection, row: sqlite3.Row, rules: _Rules) -> Iterable[Chosen]:
    """Topics that have it, and those whose rule holds and that leave it out."""
    stands = dict(connection.execute(_MEMBER, (row["id"],)).fetchall())
    waits = {topic for (topic,) in connection.execute("SELECT topic FROM pending WHERE entry = ?", (row["id"],))}
    logged: dict[int, list[datetime]] = {}
    for topic, at in connection.execute(_LOGGED, (row["id"],)):
        logged.setdefault(topic, []).append(instants.read(at))
    for topic in connection.execute("SELECT id, key, match, mute FROM topics WHERE active = 1 ORDER BY id").fetchall():
        member, why_in = topic["id"] in stands, rules.reasons(topic["match"])
        if not member and not (topic["match"] and why_in is not None):
            continue
        yield Chosen(
            topic=topic["key"],
            member=member,
            reasons=why_in or (),
            mutes=() if member else (rules.reasons(topic["mute"]) or ()),
            bulk=bool(stands.get(topic["id"])),
            logged=tuple(logged.get(topic["id"], ())),
            waits=topic["id"] in waits,
            shown=member and topic["id"] in logged and row["id"] in log.newest(connection, topic["id"]),
        )


_MEMBER = "SELECT topic, bulk FROM membership WHERE entry = ?"
_LOGGED = "SELECT topic, logged FROM log WHERE entry = ? ORDER BY topic, seq"
