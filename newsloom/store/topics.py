"""Which entries belong to which topics: matched when they arrive, when they change, and when a rule changes."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsloom.news.items import EntryKind, Face, Topic
from newsloom.news.rules import RuleError, parse
from newsloom.store import instants
from newsloom.store.database import listing as many
from newsloom.store.errors import StoreError
from newsloom.store.match import Conditions, ids, parsed

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
        runs = list(_runs(entries))
        self._mute(entries, runs)
        before = self._before(entries)
        bulk = {i for (i,) in self._connection.execute(_BULK, (many(entries),))}
        shown = {(e, t) for e, t in self._connection.execute(_SHOWN, (many(entries),))}
        for topic in self._topics:
            now = self._now(topic, entries, runs)
            self._settle(
                topic["id"],
                before.get(topic["id"], {}),
                now,
                changed=changed,
                bulk=entries if in_bulk else bulk,
                shown={e for e, t in shown if t == topic["id"]},
            )

    def _mute(self, entries: set[int], runs: Sequence[tuple[int, int]]) -> None:
        """Muted is what every source that carries it mutes."""
        muted_by: dict[str, set[int]] = {
            m["name"]: set().union(*(ids(self._connection, parsed(m["mute"]), *run) for run in runs))
            for m in self._mutes
        }
        carriers: dict[int, list[str]] = defaultdict(list)
        for entry, source in self._connection.execute(_CARRIERS, (many(entries),)):
            carriers[entry].append(source)
        muted = {e for e, by in carriers.items() if all(e in muted_by.get(s, ()) for s in by)}
        self._connection.execute(
            "UPDATE entries SET muted = 1 WHERE muted = 0 AND id IN (SELECT value FROM json_each(?))", (many(muted),)
        )
        self._connection.execute(
            "UPDATE entries SET muted = 0 WHERE muted = 1 AND id IN (SELECT value FROM json_each(?))",
            (many(entries - muted),),
        )

    def _before(self, entries: set[int]) -> dict[int, dict[int, _Stand]]:
        stands: dict[int, dict[int, _Stand]] = defaultdict(dict)
        for topic, entry, published, bulk in self._connection.execute(_BEFORE, (many(entries),)):
            stands[topic][entry] = _Stand(published=published, bulk=bulk)
        return stands

    def _now(self, topic: sqlite3.Row, entries: set[int], runs: Sequence[tuple[int, int]]) -> dict[int, str]:
        conditions = Conditions(within=True)
        sql = f"SELECT e.id, e.published FROM entries e WHERE e.id BETWEEN :low AND :high AND {_members(topic, conditions)}"  # noqa: S608 - match.py's, with parameters
        return {
            entry: published
            for low, high in runs
            for entry, published in self._connection.execute(sql, conditions.values | {"low": low, "high": high})
            if entry in entries
        }

    def _settle(
        self,
        topic: int,
        before: dict[int, _Stand],
        now: dict[int, str],
        *,
        changed: set[int],
        bulk: set[int],
        shown: set[int],
    ) -> None:
        left = before.keys() - now.keys()
        joined = now.keys() - before.keys()
        moved = {e for e, stand in before.items() if e in now and now[e] != stand.published}
        news = [(topic, e, int(e in bulk and e not in shown)) for e in joined]
        # A member that was left out when many joined is never news later, however it changes.
        news += [(topic, e, 0) for e, s in before.items() if e in now and e in changed and (not s.bulk or e in shown)]
        run = self._connection.executemany
        run(
            "DELETE FROM membership WHERE topic = ? AND published = ? AND entry = ?",
            [(topic, before[e].published, e) for e in left | moved],
        )
        run("DELETE FROM pending WHERE topic = ? AND entry = ?", [(topic, e) for e in left])
        run(
            "INSERT INTO membership(topic, published, entry, bulk) VALUES (?, ?, ?, ?)",
            [(topic, now[e], e, int(e in bulk) if e in joined else before[e].bulk) for e in joined | moved],
        )
        run("INSERT INTO pending(topic, entry, bulk) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", news)
        if joined or left or changed & now.keys():
            self._connection.execute("UPDATE topics SET changes = changes + 1 WHERE id = ?", (topic,))


_BULK = "SELECT id FROM entries WHERE bulk = 1 AND id IN (SELECT value FROM json_each(?))"
_SHOWN = "SELECT DISTINCT entry, topic FROM log WHERE entry IN (SELECT value FROM json_each(?))"
_CARRIERS = "SELECT DISTINCT entry, source FROM carriers WHERE entry IN (SELECT value FROM json_each(?))"
_BEFORE = "SELECT topic, entry, published, bulk FROM membership WHERE entry IN (SELECT value FROM json_each(?))"


def _runs(entries: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Ids as runs without gaps, so that the index is asked once for each."""
    low = high = None
    for entry in sorted(entries):
        if high is not None and entry == high + 1:
            high = entry
            continue
        if low is not None and high is not None:
            yield low, high
        low = high = entry
    if low is not None and high is not None:
        yield low, high


def mute_changed(connection: sqlite3.Connection, source: str) -> None:
    """Match everything that a source carries again, after its mute rule changed."""
    entries = {e for (e,) in connection.execute("SELECT DISTINCT entry FROM carriers WHERE source = ?", (source,))}
    Matcher(connection).match(entries, set(), in_bulk=True)
