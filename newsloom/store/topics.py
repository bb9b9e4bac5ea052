"""Which entries belong to which topics: matched when they arrive, when they change, and when a rule changes."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from newsloom.news.items import EntryKind, Face, Topic
from newsloom.news.rules import RuleError, goes_on, parse
from newsloom.store import instants
from newsloom.store.asked import Asked, heard
from newsloom.store.database import listing as many
from newsloom.store.errors import StoreError
from newsloom.store.match import Conditions, parsed

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
        if row["retired"]:
            continue
        connection.execute("UPDATE topics SET active = 0, retired = ? WHERE id = ?", (instants.written(now), row["id"]))
        connection.execute("DELETE FROM membership WHERE topic = ?", (row["id"],))
        connection.execute("DELETE FROM pending WHERE topic = ?", (row["id"],))
        connection.execute("DELETE FROM rematch WHERE topic = ?", (row["id"],))
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
               mute = excluded.mute, active = 1, retired = '', changes = changes + 1
        """,
        facts | {"now": instants.written(now)},
    )
    if row is None or not row["active"] or any(row[name] != facts[name] for name in _SELECTION):
        row = connection.execute("SELECT * FROM topics WHERE key = ?", (topic.key,)).fetchone()
        connection.execute(_AGAIN, (row["id"], _END))


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


def _members(row: sqlite3.Row, conditions: Conditions, held: Callable[[str], str]) -> str:
    """The condition over `entries e` for being a member. `held` says the condition of a rule."""
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
        parts.append(f"({held(row['match'])})")
    if row["mute"]:
        parts.append(f"NOT ({held(row['mute'])})")
    return " AND ".join(parts)


# A rule that changed is matched over the store in steps, each a transaction, the newest entries first. What arrives meanwhile is
# matched as it arrives, by the rules as they are; a process that dies leaves the rest of the steps to the next one.

_STEP = 2000
"""Entries of a step: some milliseconds, for which whoever else writes has to wait."""
_READ_STEP = 500
"""Entries of a step that reads their texts: a tenth of a second at most. For a `word*` the store's index reads the places of every
such word in whatever step, which in each of many steps is too much."""
_MUTES = 0
"""Stands in `rematch` for the mute rules of all sources, where otherwise a topic's id stands."""
_END = 2**62
"""Above every entry's id."""
_AGAIN = "INSERT INTO rematch(topic, below) VALUES (?, ?) ON CONFLICT DO UPDATE SET below = excluded.below"
_LEFT = """
SELECT topic, min(below, (SELECT coalesce(max(id), 0) + 1 FROM entries)) AS below FROM rematch ORDER BY topic
"""
_ABREAST = 16
"""Topics whose rules are asked of texts that are read, at once: to read them takes longer than to ask so many."""


def mutes_changed(connection: sqlite3.Connection) -> None:
    """What sources mute is to be found out again, for everything stored."""
    connection.execute(_AGAIN, (_MUTES, _END))


def match_again(connection: sqlite3.Connection) -> bool:
    """A step of matching changed rules over the store. False if there was none left to do."""
    left = connection.execute(_LEFT).fetchall()
    if not left:
        return False
    below, done = left[0]["below"], [_MUTES]
    if left[0]["topic"] == _MUTES:
        first = _mute_again(connection, below)
    else:
        topics = _abreast(connection, [row["topic"] for row in left if row["below"] == below])
        first = _match_again(connection, topics, below)
        done = [topic["id"] for topic in topics]
    if first > 0:
        connection.executemany("UPDATE rematch SET below = ? WHERE topic = ?", [(first, topic) for topic in done])
    else:
        connection.executemany("DELETE FROM rematch WHERE topic = ?", [(topic,) for topic in done])
        connection.executemany("UPDATE topics SET changes = changes + 1 WHERE id = ?", [(topic,) for topic in done])
    return True


def _abreast(connection: sqlite3.Connection, ids: Sequence[int]) -> list[sqlite3.Row]:
    """The topics of a step: the first of these; if texts are read for it, others for which they are, too."""
    topics = connection.execute(
        "SELECT * FROM topics WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", (many(ids),)
    ).fetchall()
    return [topic for topic in topics if _read_for(topic)][:_ABREAST] if _read_for(topics[0]) else topics[:1]


def _read_for(topic: sqlite3.Row) -> list[str]:
    """Those of a topic's rules for which texts are read."""
    return [rule for rule in (topic["match"], topic["mute"]) if rule and goes_on(parsed(rule))]


def _first(below: int, rules: Iterable[str]) -> int:
    """The first entry of the step that ends below this one."""
    return max(below - (_READ_STEP if any(goes_on(parsed(r)) for r in rules if r) else _STEP), 0)


def _match_again(connection: sqlite3.Connection, topics: Sequence[sqlite3.Row], below: int) -> int:
    """Match topics over a step of entries; the first of them. Those who join do so in bulk; those who were shown are no news."""
    rules = list(dict.fromkeys(rule for topic in topics for rule in _read_for(topic)))
    first, last = _first(below, rules), below - 1
    held = dict(zip(rules, _read(connection, rules, first, last), strict=True))
    for topic in topics:
        _match_topic_again(connection, topic, held, first, last)
    return first


def _match_topic_again(
    connection: sqlite3.Connection, topic: sqlite3.Row, read: Mapping[str, Set[int]], first: int, last: int
) -> None:
    """The same for one of them. `read`: by rule, which of the entries hold it, where that is known already."""
    conditions = Conditions(between=(first, last))

    def held(rule: str) -> str:
        return f"e.id IN ({', '.join(map(str, read[rule]))})" if rule in read else conditions.of(parsed(rule))

    condition = _members(topic, conditions, held)
    asked = {"topic": topic["id"], "first": first, "last": last}
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (entry INTEGER PRIMARY KEY, published TEXT NOT NULL)")
    connection.execute("DELETE FROM temp.chosen")
    connection.execute(
        f"""
        INSERT INTO temp.chosen SELECT e.id, e.published FROM entries e WHERE e.id BETWEEN :first AND :last AND {condition}
        """,  # noqa: S608 - match.py's, with parameters
        conditions.values | asked,
    )
    for statement in _CHOSEN:
        connection.execute(statement, asked)


_CHOSEN = (
    """
    DELETE FROM membership
     WHERE (topic, published, entry) IN (
               SELECT topic, published, entry FROM membership INDEXED BY membership_by_entry
                WHERE entry BETWEEN :first AND :last AND topic = :topic AND entry NOT IN (SELECT entry FROM temp.chosen)
           )
    """,
    """
    DELETE FROM pending
     WHERE topic = :topic AND entry BETWEEN :first AND :last AND entry NOT IN (SELECT entry FROM temp.chosen)
    """,
    """
    INSERT INTO pending(topic, entry, bulk)
    SELECT :topic, c.entry, NOT EXISTS (SELECT 1 FROM log l WHERE l.entry = c.entry AND l.topic = :topic)
      FROM temp.chosen c
     WHERE NOT EXISTS (SELECT 1 FROM membership m WHERE m.entry = c.entry AND m.topic = :topic)
        ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO membership(topic, published, entry, bulk)
    SELECT :topic, c.published, c.entry, 1 FROM temp.chosen c
     WHERE NOT EXISTS (SELECT 1 FROM membership m WHERE m.entry = c.entry AND m.topic = :topic)
    """,
)


def _mute_again(connection: sqlite3.Connection, below: int) -> int:
    """Find out again which of a step's entries are muted; where that changed, match them in bulk. The first of the step."""
    mutes = dict(connection.execute("SELECT name, mute FROM watched WHERE mute <> ''").fetchall())
    first, last = _first(below, mutes.values()), below - 1
    by: dict[int, set[str]] = defaultdict(set)
    for entry, source in connection.execute(
        "SELECT DISTINCT entry, source FROM carriers WHERE entry BETWEEN ? AND ?", (first, last)
    ):
        by[entry].add(source)
    matching = {mute: _held(connection, mute, first, last) for mute in set(mutes.values())}
    silent = {source: matching[mute] for source, mute in mutes.items()}
    now = {e for e, sources in by.items() if all(e in silent.get(s, _NONE) for s in sources)}
    before = {
        e for (e,) in connection.execute("SELECT id FROM entries WHERE id BETWEEN ? AND ? AND muted = 1", (first, last))
    }
    Matcher(connection).match(now ^ before, set(), in_bulk=True)
    return first


def _held(connection: sqlite3.Connection, rule: str, first: int, last: int) -> set[int]:
    """Those of the entries with these ids that a rule holds."""
    if goes_on(parsed(rule)):
        return _read(connection, [rule], first, last)[0]
    conditions = Conditions(between=(first, last))
    condition = conditions.of(parsed(rule))
    found = connection.execute(
        f"SELECT e.id FROM entries e WHERE e.id BETWEEN :first AND :last AND e.joined IS NULL AND ({condition})",  # noqa: S608 - match.py's
        conditions.values | {"first": first, "last": last},
    )
    return {entry for (entry,) in found}


def _read(connection: sqlite3.Connection, rules: Sequence[str], first: int, last: int) -> list[set[int]]:
    """The same for each of these rules, by reading them."""
    if not rules:
        return []
    ids = connection.execute("SELECT id FROM entries WHERE id BETWEEN ? AND ? AND joined IS NULL", (first, last))
    held = _holding(connection, Asked([parsed(rule) for rule in rules]), many(i for (i,) in ids))
    return [held.get(number, set()) for number in range(len(rules))]


@dataclass(frozen=True, kw_only=True)
class _Stand:
    """How one entry stands to one topic."""

    published: str
    bulk: int


@dataclass(frozen=True, kw_only=True)
class _Selection:
    """What decides who is a member of a topic; rules by their numbers in the plan, None for none."""

    id: int
    kinds: tuple[EntryKind, ...]
    source: str
    match: int | None
    mute: int | None


class _Plan:
    """The rules of all topics and of all that sources mute, ready to be asked at once."""

    def __init__(self, topics: Iterable[Sequence[Any]], mutes: Iterable[Sequence[str]]) -> None:
        self._numbers: dict[str, int] = {}
        self.mutes = {source: self._number(mute) for source, mute in mutes}
        self._open: list[_Selection] = []
        self._by_source: dict[str, list[_Selection]] = defaultdict(list)
        self._by_match: dict[int, list[_Selection]] = defaultdict(list)
        for row in topics:
            self._note(row)
        rules = [parsed(r) for r in self._numbers]
        self.asked = Asked(rules)
        self.asks_nothing = not rules

    def _note(self, row: Sequence[Any]) -> None:
        topic, include, source, match, mute = row
        selection = _Selection(
            id=topic,
            kinds=tuple(EntryKind(k) for k in include.split(",") if k),
            source=source,
            match=self._number(match) if match else None,
            mute=self._number(mute) if mute else None,
        )
        if selection.match is not None:
            self._by_match[selection.match].append(selection)
        elif source:
            self._by_source[source].append(selection)
        else:
            self._open.append(selection)

    def _number(self, rule: str) -> int:
        return self._numbers.setdefault(rule, len(self._numbers))

    def worth_asking(self, sources: Iterable[str], holding: Iterable[int]) -> Iterator[_Selection]:
        """Topics that may have a member among entries carried by these sources, for which these rules hold."""
        yield from self._open
        for source in sources:
            yield from self._by_source.get(source, ())
        for rule in holding:
            yield from self._by_match.get(rule, ())


@lru_cache(maxsize=8)
def _plan(topics: str, mutes: str) -> _Plan:
    """Remembered: the rules of a thousand topics take a while to be read."""
    return _Plan(json.loads(topics), json.loads(mutes))


class Matcher:
    """Keeps membership and pending true while entries come and change."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._plan = _plan(*connection.execute(_RULES).fetchone())

    def match(self, entries: set[int], changed: set[int], *, in_bulk: bool = False) -> None:
        """Match `entries` anew. Those in `changed` have something to show where they are members already.

        `in_bulk`: whoever joins does so because a rule changed, not because it is news. Those whose text was dropped stay where
        they are: half of what a rule asks is gone, and what it mutes might come out.
        """
        entries = entries - {e for (e,) in self._connection.execute(_DROPPED, (many(entries),))} if entries else entries
        if not entries:
            return
        some = _Entries(self._connection, entries, self._plan)
        self._mute(some)
        change = _Change(some, changed, in_bulk=in_bulk)
        for topic in self._plan.worth_asking(some.carried, some.held):
            change.note(topic.id, some.members(topic))
        change.write()

    def _mute(self, some: "_Entries") -> None:
        """Muted is what every source that carries it mutes, and what was withdrawn."""
        silent = {source: some.held.get(rule, _NONE) for source, rule in self._plan.mutes.items()}
        muted = {e for e, by in some.sources.items() if all(e in silent.get(s, _NONE) for s in by)} if silent else set()
        muted |= some.withdrawn
        for said, ids in ((1, muted - some.muted), (0, some.muted - muted)):
            if ids:
                self._connection.execute(
                    "UPDATE entries SET muted = ? WHERE id IN (SELECT value FROM json_each(?))", (said, many(ids))
                )
        some.muted = muted


_NONE: frozenset[int] = frozenset()


class _Entries:
    """Some entries, and what topics ask of them."""

    def __init__(self, connection: sqlite3.Connection, entries: set[int], plan: _Plan) -> None:
        self.connection = connection
        self.asked = (many(entries),)
        self.sources: dict[int, set[str]] = defaultdict(set)
        self.carried: dict[str, set[int]] = defaultdict(set)
        for entry, source in connection.execute(_CARRIERS, self.asked):
            self.sources[entry].add(source)
            self.carried[source].add(entry)
        rows = connection.execute(_FACTS, self.asked).fetchall()
        self.published = {r["id"]: r["published"] for r in rows}
        self.muted = {r["id"] for r in rows if r["muted"]}
        self.withdrawn = {r["id"] for r in rows if r["withdrawn"]}
        self.bulk = {r["id"] for r in rows if r["bulk"]}
        self._kinds = {
            EntryKind.ARTICLE: {r["id"] for r in rows if r["kind"] == EntryKind.ARTICLE},
            EntryKind.BRIEF: {r["id"] for r in rows if r["is_brief"]},
        }
        self.held: dict[int, set[int]] = {} if plan.asks_nothing else _holding(connection, plan.asked, many(entries))
        """By the number of a rule: the entries that it holds; rules that hold none are not in it."""

    def members(self, topic: _Selection) -> set[int]:
        """Those that belong to a topic; what `_members` says of all entries."""
        found = set[int]().union(*(self._kinds[k] for k in topic.kinds)) - self.muted
        if topic.source:
            found &= self.carried.get(topic.source, set())
        if topic.match is not None:
            found &= self.held.get(topic.match, _NONE)
        if topic.mute is not None:
            found -= self.held.get(topic.mute, _NONE)
        return found


def _holding(connection: sqlite3.Connection, rules: Asked, entries: str) -> dict[int, set[int]]:
    """By the number of a rule the entries, of these, that it holds."""
    held: dict[int, set[int]] = defaultdict(set)
    labels: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for entry, name, value in connection.execute(_LABELS, (entries,)):
        labels[entry].append((name, value))
    for entry, title, summary, text, authors in connection.execute(_SAID, (entries,)):
        for rule in rules.holding(heard(title, summary, text, authors, labels[entry])):
            held[rule].add(entry)
    return held


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
        self._noted: set[int] = set()
        self._gone: list[tuple[int, str, int]] = []
        self._left: list[tuple[int, int]] = []
        self._come: list[tuple[int, str, int, int]] = []
        self._news: list[tuple[int, int, int]] = []
        self._dirty: list[tuple[int]] = []

    def note(self, topic: int, now: set[int]) -> None:
        """These are the topic's members now, of the entries that the change is about."""
        self._noted.add(topic)
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
        """Whoever is member of a topic that was not noted is none now."""
        for topic in self._before.keys() - self._noted:
            self.note(topic, set())
        run = self._connection.executemany
        run("DELETE FROM membership WHERE topic = ? AND published = ? AND entry = ?", self._gone)
        run("DELETE FROM pending WHERE topic = ? AND entry = ?", self._left)
        run("INSERT INTO membership(topic, published, entry, bulk) VALUES (?, ?, ?, ?)", self._come)
        run("INSERT INTO pending(topic, entry, bulk) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", self._news)
        run("UPDATE topics SET changes = changes + 1 WHERE id = ?", self._dirty)


_DROPPED = (
    "SELECT id FROM entries INDEXED BY entries_dropped WHERE dropped <> '' AND id IN (SELECT value FROM json_each(?))"
)
_FACTS = """
SELECT id, published, kind, is_brief, muted, bulk, withdrawn
  FROM entries WHERE id IN (SELECT value FROM json_each(?)) AND joined IS NULL
"""
_SHOWN = "SELECT DISTINCT entry, topic FROM log WHERE entry IN (SELECT value FROM json_each(?))"
_CARRIERS = "SELECT DISTINCT entry, source FROM carriers WHERE entry IN (SELECT value FROM json_each(?))"
_BEFORE = "SELECT topic, entry, published, bulk FROM membership WHERE entry IN (SELECT value FROM json_each(?))"
_SAID = """
SELECT id, title, summary, text, authors FROM entries WHERE id IN (SELECT value FROM json_each(?)) AND joined IS NULL
"""
_LABELS = "SELECT entry, field, value FROM labels WHERE entry IN (SELECT value FROM json_each(?))"
# Two texts, as each batch asks whether they are still the same.
_RULES = """
SELECT (SELECT json_group_array(json_array(id, include, source, match, mute)) FROM topics WHERE active = 1),
       (SELECT json_group_array(json_array(name, mute)) FROM watched WHERE mute <> '')
"""
