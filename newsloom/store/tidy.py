"""What is not kept for ever: texts older than their sources' `keep` are dropped, and what that frees is given back.

In steps, each a short transaction of its own, so that whoever else works with the store gets in between, and so that a kill leaves
some of it undone and nothing half done. An entry whose text is dropped keeps all by which it is known again - keys, digest, log
rows - with headline, summary and the rest of its row, so that it comes back neither as new nor as corrected. Its membership is not
asked anew: a rule that names a word of its text would lose it, and a NOT would let it in.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsloom.store import instants, log
from newsloom.store.database import listing as many

_STEP = 40
"""Entries whose texts are dropped at once: some tens of milliseconds, most of them for the full-text index."""
_LOOKED = 4_000
"""Entries that are looked at for one step."""
_GIVEN_BACK = 400
"""Pages that are given back at once."""
_MERGED = 100
"""Pages of the full-text index that are written anew at once."""
_WORTH_MERGING = 0.1
"""Share of the index that must have been dropped: merging writes all of it anew."""


@dataclass(frozen=True, kw_only=True)
class Keep:
    """How long texts are kept, by source."""

    sources: Mapping[str, timedelta | None]
    """None: for ever."""
    others: timedelta | None
    """Of sources that are not in the config (any more)."""

    @property
    def drops(self) -> bool:
        """Whether anything is ever dropped."""
        return self.others is not None or any(k is not None for k in self.sources.values())


@dataclass(frozen=True, kw_only=True)
class Freed:
    """What tidying dropped and gave back, or would."""

    entries: int = 0
    """Whose text was dropped."""
    versions: int = 0
    characters: int = 0
    """Of text and HTML."""
    spared: int = 0
    """Old enough, and in a current feed."""
    bytes: int = 0
    """By which the file became smaller."""

    def __add__(self, other: "Freed") -> "Freed":
        return Freed(**{n: getattr(self, n) + getattr(other, n) for n in self.__dataclass_fields__})


@dataclass(frozen=True, kw_only=True)
class Old:
    """Where a walk over the entries stands."""

    limits: Mapping[str, int]
    """For each source the id below which everything is older than what is kept of it."""
    others: int
    after: int = 0
    """The last entry that was looked at."""

    @property
    def end(self) -> int:
        return max((*self.limits.values(), self.others))

    @property
    def done(self) -> bool:
        return self.after + 1 >= self.end

    def is_old(self, entry: int, sources: Iterable[str]) -> bool:
        """Whether nobody who carried it keeps it."""
        return all(entry < self.limits.get(source, self.others) for source in sources)


def begin(connection: sqlite3.Connection, keep: Keep, now: datetime) -> Old:
    """The walk, before its first step."""
    spans = {*keep.sources.values(), keep.others}
    first = {span: 0 if span is None else _first_since(connection, now - span) for span in spans}
    return Old(limits={name: first[span] for name, span in keep.sources.items()}, others=first[keep.others])


def _first_since(connection: sqlite3.Connection, instant: datetime) -> int:
    """The id of the first entry found since then: ids grow with time, so it is halved for, and few rows are read."""
    low, (high,) = 0, connection.execute("SELECT coalesce(max(id), 0) + 1 FROM entries").fetchone()
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(_NEXT_FOUND, (middle,)).fetchone()
        if row is None or row["first_seen"] >= instants.written(instant):
            high = middle
        else:
            low = row["id"] + 1
    return int(high)


# An entry that was joined to another has that one's `first_seen` in its future, not its own.
_NEXT_FOUND = "SELECT id, first_seen FROM entries WHERE id >= ? AND joined IS NULL ORDER BY id LIMIT 1"


def step(connection: sqlite3.Connection, old: Old, now: datetime, *, dry: bool = False) -> tuple[Old, Freed]:
    """Drop some texts (`dry`: say which would be), and where the walk stands then. Within the caller's transaction."""
    entries, after = _old(connection, old)
    current = _shown_now(connection, entries)
    chosen = [e for e in entries if e not in current]
    freed = _weighed(connection, chosen) + Freed(spared=len(entries) - len(chosen))
    if chosen and not dry:
        _drop(connection, chosen, now)
    return Old(limits=old.limits, others=old.others, after=after), freed


def _old(connection: sqlite3.Connection, old: Old) -> tuple[list[int], int]:
    """The next entries that are old, and the last that was looked at. Carriers are read: rows of entries are long."""
    sources: dict[int, list[str]] = defaultdict(list)
    last = old.after + _LOOKED
    for entry, source in connection.execute(_CARRIED, (old.after, min(last, old.end - 1))):
        sources[entry].append(source)
    found = sorted(e for e, carried in sources.items() if old.is_old(e, carried))
    return (found[:_STEP], found[_STEP - 1]) if len(found) > _STEP else (found, last)


_CARRIED = """
SELECT DISTINCT entry, source FROM carriers
 WHERE entry > ?1 AND entry <= ?2
   AND entry NOT IN (SELECT id FROM entries WHERE dropped <> '' AND id > ?1 AND id <= ?2)
"""


def _shown_now(connection: sqlite3.Connection, entries: list[int]) -> set[int]:
    """Those of the entries that a current feed shows, or will when it is published next."""
    asked = many(entries)
    shown = {e for (e,) in connection.execute(_PENDING, (asked,))}
    for (topic,) in connection.execute(_LOGGED_IN, (asked,)).fetchall():
        shown.update(log.newest(connection, topic))
    return shown & set(entries)


_PENDING = "SELECT entry FROM pending WHERE entry IN (SELECT value FROM json_each(?))"
_LOGGED_IN = """
SELECT DISTINCT l.topic FROM log l JOIN topics t ON t.id = l.topic
 WHERE l.entry IN (SELECT value FROM json_each(?)) AND t.active = 1
"""


def _weighed(connection: sqlite3.Connection, entries: list[int]) -> Freed:
    asked = {"entries": many(entries)}
    (characters,) = connection.execute(_CHARACTERS, asked).fetchone()
    versions, of_versions = connection.execute(_VERSIONS, asked).fetchone()
    return Freed(entries=len(entries), versions=versions, characters=characters + of_versions)


# With what was joined to them: that has versions of its own.
_THEIRS = """
WITH RECURSIVE theirs(id) AS (
    SELECT value FROM json_each(:entries) UNION SELECT e.id FROM theirs t JOIN entries e ON e.joined = t.id
)
SELECT id FROM theirs
"""
_CHARACTERS = """
SELECT coalesce(sum(length(text) + length(html)), 0) FROM entries WHERE id IN (SELECT value FROM json_each(:entries))
"""
_VERSIONS = f"""
SELECT count(*), coalesce(sum(length(text) + length(html)), 0) FROM versions WHERE entry IN ({_THEIRS})
"""  # noqa: S608 - the text above


def _drop(connection: sqlite3.Connection, entries: list[int], now: datetime) -> None:
    asked = many(entries)
    for statement in _DROP:
        connection.execute(statement, {"entries": asked, "now": instants.written(now)})
    connection.execute(_COUNT, (len(entries),))


_DROP = (
    """
    INSERT INTO entries_fts(entries_fts, rowid, title, summary, text, authors)
    SELECT 'delete', id, spaced(title), spaced(summary), spaced(text), spaced(authors)
      FROM entries WHERE id IN (SELECT value FROM json_each(:entries))
    """,
    "UPDATE entries SET text = '', html = '', dropped = :now WHERE id IN (SELECT value FROM json_each(:entries))",
    """
    INSERT INTO entries_fts(rowid, title, summary, text, authors)
    SELECT id, spaced(title), spaced(summary), spaced(text), spaced(authors)
      FROM entries WHERE id IN (SELECT value FROM json_each(:entries))
    """,
    f"DELETE FROM versions WHERE entry IN ({_THEIRS})",  # noqa: S608 - the text above
    "UPDATE carriers SET face = '' WHERE face <> '' AND entry IN (SELECT value FROM json_each(:entries))",
)
_COUNT = """
INSERT INTO meta(name, value) VALUES ('dropped_unmerged', ?1) ON CONFLICT(name) DO UPDATE SET value = value + excluded.value
"""


def merge(connection: sqlite3.Connection) -> bool:
    """A step of writing the full-text index anew, without what was dropped. False if there is nothing (more) to do.

    FTS5 notes what was deleted, and forgets it only when its parts are merged, which it does by and by while texts come in
    (https://sqlite.org/fts5.html, 6.8). All at once is done only when enough was dropped to be worth it.
    """
    noted = dict(
        connection.execute("SELECT name, value FROM meta WHERE name IN (?, ?)", (_UNMERGED, _MERGING)).fetchall()
    )
    if _MERGING not in noted:
        if int(noted.get(_UNMERGED, 0)) < _WORTH_MERGING * connection.execute(_ENTRIES).fetchone()[0]:
            return False
        connection.execute("DELETE FROM meta WHERE name = ?", (_UNMERGED,))
        connection.execute("INSERT INTO meta(name, value) VALUES (?, '')", (_MERGING,))
    before = connection.total_changes
    pages = _MERGED if _MERGING in noted else -_MERGED  # below 0: first make all parts equal
    connection.execute("INSERT INTO entries_fts(entries_fts, rank) VALUES ('merge', ?)", (pages,))
    if connection.total_changes - before < 2:
        connection.execute("DELETE FROM meta WHERE name = ?", (_MERGING,))
        return False
    return True


_UNMERGED, _MERGING = "dropped_unmerged", "merging"
_ENTRIES = "SELECT coalesce(max(id), 1) FROM entries"


def done(connection: sqlite3.Connection, now: datetime) -> None:
    """Note that a walk came to its end."""
    connection.execute(_DONE, (instants.written(now),))


def last(connection: sqlite3.Connection) -> datetime | None:
    """When a walk last came to its end."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'tidied'").fetchone()
    return instants.read(row["value"]) if row else None


_DONE = """
INSERT INTO meta(name, value) VALUES ('tidied', ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value
"""


def give_back(connection: sqlite3.Connection) -> int:
    """Take some free pages from the end of the file; by how many bytes it becomes shorter. 0: none is free, or it cannot."""
    before = _size(connection)
    for _ in range(_GIVEN_BACK):
        # Of what the statement is to do Python lets it do the first step only: a page.
        connection.execute("PRAGMA incremental_vacuum(1)")
    return before - _size(connection)


def gives_back(connection: sqlite3.Connection) -> bool:
    """Whether the file can become shorter step by step. One made by an older newsloom cannot until it is rewritten."""
    return int(connection.execute("PRAGMA auto_vacuum").fetchone()[0]) == _INCREMENTAL


_INCREMENTAL = 2


def free_bytes(connection: sqlite3.Connection) -> int:
    """Of pages that hold nothing; what comes next fills them before the file grows."""
    pages, size = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("freelist_count", "page_size"))
    return pages * size


def rewrite(connection: sqlite3.Connection) -> int:
    """Write the whole file anew, once, so that it can give back pages later; by how many bytes it becomes shorter.

    Nobody else can write meanwhile, and it takes as much room again until it is done. A kill leaves the old file.
    """
    before = _size(connection)
    connection.execute("PRAGMA temp_store = FILE")  # the copy is as large as the store
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("VACUUM")
    connection.execute("PRAGMA temp_store = MEMORY")
    return before - _size(connection)


def _size(connection: sqlite3.Connection) -> int:
    pages, size = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    return pages * size


def shorten(connection: sqlite3.Connection) -> None:
    """Have what is written stand in the file itself, as far as readers allow: only then it is as short as its pages."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
