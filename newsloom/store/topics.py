"""Which entries belong to which topics: matched when they arrive, when they change, and when a rule changes."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsloom.news.items import EntryKind, Face, Topic
from newsloom.news.rules import RuleError, parse
from newsloom.store import instants
from newsloom.store.database import listing as many
from newsloom.store.errors import StoreError
from newsloom.store.match import Conditions, Some, parsed

_SELECTION = ("match", "include", "source", "mute")
"""What decides who is a member; a change of the rest only makes the feed be written anew."""


def adopt(connection: sqlite3.Connection, topics: Sequence[Topic], now: datetime) -> list[str]:
    """Make the store's topics those of the config. Returns the keys of all that it once had and has no more."""
    known = {r["key"]: r for r in connection.execute("SELECT * FROM topics")}
    for topic in topics:
        _check(topic)
        _adopt_one(connection, topic, known.get(topic.key), now)
    keys = {t.key for t in topics}
    gone = [r for key, r in known.items() if key not in keys]
    for row in gone:
        if not row["active"]:
            continue
        connection.execute("UPDATE topics SET active = 0 WHERE id = ?", (row["id"],))
        connection.execute("DELETE FROM membership WHERE topic = ?", (row["id"],))
        connection.execute("DELETE FROM pending WHERE topic = ?", (row["id"],))
    return [r["key"] for r in gone]


def _check(topic: Topic) -> None:
    for name, rule in (("match", topic.match), ("mute", topic.mute)):
        try:
            if rule:
                parse(rule)
        except RuleError as error:
            raise StoreError(f"topic {topic.key}: its {name} rule {rule!r} is wrong {error}") from error


def _adopt_one(connection: sqlite3.Connection, topic: Topic, row: sqlite3.Row | None, now: datetime) -> None:
    facts = _row(topic)
    if row is not None and row["active"] and all(row[name] == value for name, value in facts.items()):
        return
    connection.execute(
        """
        INSERT INTO topics(key, title, description, match, include, source, group_name, language, face, mute, first_known, changes)
        VALUES (:key, :title, :description, :match, :include, :source, :group_name, :language, :face, :mute, :now, 1)
        ON CONFLICT(key) DO UPDATE
           SET title = excluded.title, description = excluded.description, match = excluded.match, include = excluded.include,
               source = excluded.source, group_name = excluded.group_name, language = excluded.language, face = excluded.face,
               mute = excluded.mute, active = 1, changes = changes + 1
        """,
        facts | {"now": instants.written(now)},
    )
    if row is None or not row["active"] or any(row[name] != facts[name] for name in _SELECTION):
        _match_store(connection, connection.execute("SELECT * FROM topics WHERE key = ?", (topic.key,)).fetchone())


def _row(topic: Topic) -> dict[str, Any]:
    return {
        "key": topic.key, "title": topic.title, "description": topic.description, "match": topic.match,
        "include": ",".join(sorted(topic.include)), "source": topic.source, "group_name": topic.group,
        "language": topic.language, "face": topic.face, "mute": topic.mute,
    }  # fmt: skip


def topic_of(row: sqlite3.Row) -> Topic:
    return Topic(
        key=row["key"], title=row["title"], description=row["description"], match=row["match"],
        include=frozenset(EntryKind(k) for k in row["include"].split(",") if k), source=row["source"],
        group=row["group_name"], language=row["language"], face=Face(row["face"]), mute=row["mute"],
    )  # fmt: skip


def _members(row: sqlite3.Row, conditions: Conditions) -> str:
    """The condition over `entries e` for being a member."""
    include = row["include"].split(",")
    kinds = [
        said
        for kind, said in ((EntryKind.ARTICLE, "e.kind = 'article'"), (EntryKind.BRIEF, "e.is_brief = 1"))
        if kind in include
    ]
    parts = ["e.joined IS NULL", "e.muted = 0", f"({' OR '.join(kinds) or '0'})"]
    if row["source"]:
        name = f"source{row['id']}"
        conditions.values[name] = row["source"]
        parts.append(f"EXISTS (SELECT 1 FROM carriers WHERE entry = e.id AND source = :{name})")  # noqa: S608 - a parameter's name
    if row["match"]:
        parts.append(f"({conditions.of(parsed(row['match']))})")
    if row["mute"]:
        parts.append(f"NOT ({conditions.of(parsed(row['mute']))})")
    return " AND ".join(parts)


def _match_store(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Match a new or changed rule over everything stored. Those who join do so in bulk; those who were shown are no news."""
    conditions = Conditions()
    condition = _members(row, conditions)
    topic = {"topic": row["id"]}
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (entry INTEGER PRIMARY KEY, published TEXT NOT NULL)")
    connection.execute("DELETE FROM temp.chosen")
    connection.execute(
        f"INSERT INTO temp.chosen SELECT e.id, e.published FROM entries e WHERE {condition}",  # noqa: S608 - match.py's, with parameters
        conditions.values,
    )
    connection.execute(
        "DELETE FROM membership WHERE topic = :topic AND entry NOT IN (SELECT entry FROM temp.chosen)", topic
    )
    connection.execute(
        "DELETE FROM pending WHERE topic = :topic AND entry NOT IN (SELECT entry FROM temp.chosen)", topic
    )
    connection.execute(
        """
        INSERT INTO pending(topic, entry, bulk)
        SELECT :topic, c.entry, NOT EXISTS (SELECT 1 FROM log l WHERE l.entry = c.entry AND l.topic = :topic)
          FROM temp.chosen c
         WHERE NOT EXISTS (SELECT 1 FROM membership m WHERE m.entry = c.entry AND m.topic = :topic)
            ON CONFLICT DO NOTHING
        """,
        topic,
    )
    connection.execute(
        """
        INSERT INTO membership(topic, published, entry, bulk)
        SELECT :topic, c.published, c.entry, 1 FROM temp.chosen c
         WHERE NOT EXISTS (SELECT 1 FROM membership m WHERE m.entry = c.entry AND m.topic = :topic)
        """,
        topic,
    )


@dataclass(frozen=True, kw_only=True)
class _Stand:
    """How one entry stands to one topic."""

    published: str
    bulk: int


class Matcher:
    """Keeps membership and pending true while entries come and change."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._topics = connection.execute("SELECT * FROM topics WHERE active = 1").fetchall()
        self._mutes = connection.execute("SELECT name, mute FROM watched WHERE mute <> ''").fetchall()

    def match(self, entries: set[int], changed: set[int], *, in_bulk: bool = False) -> None:
        """Match `entries` anew. Those in `changed` have something to show where they are members already.

        `in_bulk`: whoever joins does so because a rule changed, not because it is news.
        """
        if not entries:
            return
        some = _Entries(self._connection, entries)
        self._mute(some)
        change = _Change(some, changed, in_bulk=in_bulk)
        for topic in self._topics:
            change.note(topic["id"], some.members(topic))
        change.write()

    def _mute(self, some: "_Entries") -> None:
        """Muted is what every source that carries it mutes."""
        muted_by = {m["name"]: some.rules.of(parsed(m["mute"])) for m in self._mutes}
        muted = {e for e, by in some.sources.items() if all(e in muted_by.get(s, ()) for s in by)}
        for said, ids in ((1, muted - some.muted), (0, some.muted - muted)):
            if ids:
                self._connection.execute(
                    "UPDATE entries SET muted = ? WHERE id IN (SELECT value FROM json_each(?))", (said, many(ids))
                )
        some.muted = muted


class _Entries:
    """Some entries, and what topics ask of them."""

    def __init__(self, connection: sqlite3.Connection, entries: set[int]) -> None:
        self.connection = connection
        self.rules = Some(connection, entries)
        self.asked = (many(entries),)
        self.sources: dict[int, set[str]] = defaultdict(set)
        self._carried: dict[str, set[int]] = defaultdict(set)
        for entry, source in connection.execute(_CARRIERS, self.asked):
            self.sources[entry].add(source)
            self._carried[source].add(entry)
        rows = connection.execute(_FACTS, self.asked).fetchall()
        self.published = {r["id"]: r["published"] for r in rows}
        self.muted = {r["id"] for r in rows if r["muted"]}
        self.bulk = {r["id"] for r in rows if r["bulk"]}
        self._kinds = {
            EntryKind.ARTICLE: {r["id"] for r in rows if r["kind"] == EntryKind.ARTICLE},
            EntryKind.BRIEF: {r["id"] for r in rows if r["is_brief"]},
        }

    def members(self, topic: sqlite3.Row) -> set[int]:
        """Those that belong to a topic; what `_members` says of all entries."""
        kinds = topic["include"].split(",")
        found = set().union(*(ids for kind, ids in self._kinds.items() if kind in kinds)) - self.muted
        if topic["source"]:
            found &= self._carried.get(topic["source"], set())
        if topic["match"] and found:
            found &= self.rules.of(parsed(topic["match"]))
        if topic["mute"] and found:
            found -= self.rules.of(parsed(topic["mute"]))
        return found


class _Change:
    """What a batch changes in the membership and the pending of all topics; written at once."""

    def __init__(self, some: _Entries, changed: set[int], *, in_bulk: bool) -> None:
        self._connection = some.connection
        self._published = some.published
        self._changed = changed
        self._bulk = set(some.published) if in_bulk else some.bulk
        self._before: dict[int, dict[int, _Stand]] = defaultdict(dict)
        for topic, entry, published, bulk in self._connection.execute(_BEFORE, some.asked):
            self._before[topic][entry] = _Stand(published=published, bulk=bulk)
        self._shown = {(entry, topic) for entry, topic in self._connection.execute(_SHOWN, some.asked)}
        self._gone: list[tuple[int, str, int]] = []
        self._left: list[tuple[int, int]] = []
        self._come: list[tuple[int, str, int, int]] = []
        self._news: list[tuple[int, int, int]] = []
        self._dirty: list[tuple[int]] = []

    def note(self, topic: int, now: set[int]) -> None:
        """These are the topic's members now, of the entries that the change is about."""
        before = self._before.get(topic, {})
        left, joined = before.keys() - now, now - before.keys()
        moved = {e for e, stand in before.items() if e in now and self._published[e] != stand.published}
        self._news += [(topic, e, int(e in self._bulk and (e, topic) not in self._shown)) for e in joined]
        # A member that was left out when many joined is never news later, however it changes.
        self._news += [
            (topic, e, 0)
            for e, stand in before.items()
            if e in now and e in self._changed and (not stand.bulk or (e, topic) in self._shown)
        ]
        self._gone += [(topic, before[e].published, e) for e in left | moved]
        self._left += [(topic, e) for e in left]
        self._come += [(topic, self._published[e], e, int(e in self._bulk)) for e in joined]
        self._come += [(topic, self._published[e], e, before[e].bulk) for e in moved]
        if joined or left or self._changed & now:
            self._dirty.append((topic,))

    def write(self) -> None:
        run = self._connection.executemany
        run("DELETE FROM membership WHERE topic = ? AND published = ? AND entry = ?", self._gone)
        run("DELETE FROM pending WHERE topic = ? AND entry = ?", self._left)
        run("INSERT INTO membership(topic, published, entry, bulk) VALUES (?, ?, ?, ?)", self._come)
        run("INSERT INTO pending(topic, entry, bulk) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", self._news)
        run("UPDATE topics SET changes = changes + 1 WHERE id = ?", self._dirty)


_FACTS = """
SELECT id, published, kind, is_brief, muted, bulk
  FROM entries WHERE id IN (SELECT value FROM json_each(?)) AND joined IS NULL
"""
_SHOWN = "SELECT DISTINCT entry, topic FROM log WHERE entry IN (SELECT value FROM json_each(?))"
_CARRIERS = "SELECT DISTINCT entry, source FROM carriers WHERE entry IN (SELECT value FROM json_each(?))"
_BEFORE = "SELECT topic, entry, published, bulk FROM membership WHERE entry IN (SELECT value FROM json_each(?))"


def mute_changed(connection: sqlite3.Connection, source: str) -> None:
    """Match everything that a source carries again, after its mute rule changed."""
    entries = {e for (e,) in connection.execute("SELECT DISTINCT entry FROM carriers WHERE source = ?", (source,))}
    Matcher(connection).match(entries, set(), in_bulk=True)
