"""The newest entries that a rule holds, found without asking for all that it holds.

Entries are looked at down the dates, some at a time. The full-text index tells which have a word in the order of their ids, and it
is read from the newest down to the oldest of those that are looked at: mostly these were stored one after the other. So what many
entries have is found after a few of them. What few entries have is known as a whole after little reading, and then only these are
looked at.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsloom.news.rules import All, AnyOf, Not, Rule, Since, Value, goes_on
from newsloom.store import instants
from newsloom.store.database import listing as many
from newsloom.store.database import snapshot
from newsloom.store.match import after, expression, merged

_FEW = 256
"""Entries that are few ..."""
_SOME = 20_000
"""... and so many that to put them in the order of their dates takes no longer than a tenth of a second."""
_AT_ONCE = 64
"""Entries that are looked at first; then twice as many, and so on, ..."""
_MOST_AT_ONCE = 4096
"""... up to this."""
_STRETCH = 16_384
"""Ids one after the other of which it is counted how many are listed."""
_STRETCHES = 4
"""If in more than half of so many of them some are not, they are spread all over, and are not looked for this way."""
_PATIENCE = 100_000
"""What a search may take, counted in rows of an index that are read: ..."""
_A_LOOK = 4
"""... an entry that is looked at, ..."""
_A_SAMPLE = 1500
"""... of which so many say how far the last one is that is wanted, ..."""
_A_TEST = 160
"""... and an entry that the full-text index is asked about alone."""


def newest(connection: sqlite3.Connection, rule: Rule, limit: int, now: datetime, *, muted: bool) -> list[int] | None:
    """Ids of the newest entries that the rule holds, newest first. None: it would take too long to find them this way."""
    with snapshot(connection), closing(_Search(connection, rule, now, muted=muted)) as search:
        return search.newest(limit)


class _Part(Protocol):
    """A part of a rule."""

    def of(self, entries: Set[int]) -> Set[int]:
        """Those of these entries that it holds."""

    def few(self, most: int) -> Set[int] | None:
        """Entries among which is all that it holds; None if they are more than `most`, or if that is not to be said."""


class _Search:
    def __init__(self, connection: sqlite3.Connection, rule: Rule, now: datetime, *, muted: bool) -> None:
        self._connection = connection
        self._now = now
        self._muted = int(muted)
        self._top: int = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM entries").fetchone()[0]
        self._listed: list[_Listed] = []
        self._published: dict[int, str] = {}
        """Of the entries that are looked at."""
        self._rule = self._part(rule)
        self._patience = None if goes_on(rule) else _PATIENCE
        self._since = max((s.start for s in _all(self._rule) if isinstance(s, _Recent)), default="")

    def close(self) -> None:
        for part in self._listed:
            part.close()

    def _part(self, rule: Rule) -> _Part:
        if (said := expression(rule)) is not None:
            return self._list(_Listed(self._connection, self._top, _WORDS, said, told_alone=not goes_on(rule)))
        match rule:
            case Value(field=name, text=text, prefix=prefix):
                values = self._values(name, text.casefold()) if prefix else [text.casefold()]
                listed = [self._list(_Listed(self._connection, self._top, _LABELS, name, value)) for value in values]
                return listed[0] if len(listed) == 1 else _Either(listed)
            case Since():
                return _Recent(instants.written(rule.instant(self._now)), self._published)
            case Not(rule=inner):
                return _Without(self._part(inner))
            case AnyOf(rules=rules):
                return _Either([self._part(r) for r in merged(rules, AnyOf)])
            case All(rules=rules):
                return _Both([self._part(r) for r in merged(rules, All)])
        raise AssertionError(rule)  # words always have an expression

    def _values(self, name: str, begin: str) -> list[str]:
        """All values of a field that begin so."""
        end = after(begin) or b""  # to SQLite every text is less than bytes
        rows = self._connection.execute(_VALUES, {"field": name, "begin": begin, "after": end})
        return [value for (value,) in rows]

    def _list(self, part: "_Listed") -> "_Listed":
        self._listed.append(part)
        return part

    def newest(self, limit: int) -> list[int] | None:
        few = self._rule.few(_FEW)
        if few is not None:
            return self._of_these(few, limit)
        with closing(self._connection.execute(_BY_DATE, (self._since,))) as dates:
            walk = _Walk(dates, limit)
            while not (walk.is_done or self._is_out_of_patience(walk) or walk.is_far(self._patience)):
                self._walk_on(walk)
            if not walk.is_done and (few := self._rule.few(_SOME)) is not None:
                return self._of_these(few, limit)
            while not (walk.is_done or self._is_out_of_patience(walk)):
                self._walk_on(walk)
            return walk.found[:limit] if walk.is_done else None

    def _of_these(self, entries: Set[int], limit: int) -> list[int]:
        """The same, knowing that it is among these."""
        with closing(self._connection.execute(_THESE_BY_DATE, (many(entries),))) as dates:
            walk = _Walk(dates, limit)
            while not walk.is_done:
                self._walk_on(walk)
            return walk.found[:limit]

    def _is_out_of_patience(self, walk: "_Walk") -> bool:
        if self._patience is None:
            return False
        return _A_LOOK * walk.looked + sum(part.asked for part in self._listed) >= self._patience

    def _walk_on(self, walk: "_Walk") -> None:
        """Look at the next entries."""
        rows = walk.dates.fetchmany(walk.size)
        self._published.clear()
        self._published.update(tuple(row) for row in rows)
        held = self._shown(self._rule.of(self._published.keys()))
        walk.found += [entry for entry, _ in rows if entry in held]
        walk.looked += len(rows)
        walk.is_done = len(walk.found) >= walk.limit or len(rows) < walk.size
        walk.size = min(2 * walk.size, _MOST_AT_ONCE)

    def _shown(self, entries: Set[int]) -> Set[int]:
        rows = self._connection.execute(_SHOWN, (many(entries), self._muted)) if entries else ()
        return {entry for (entry,) in rows}


class _Walk:
    """How far some entries, which come newest first, have been looked at."""

    def __init__(self, dates: sqlite3.Cursor, limit: int) -> None:
        self.dates = dates
        self.limit = limit
        self.found: list[int] = []
        self.looked = 0
        self.size = _AT_ONCE
        self.is_done = False

    def is_far(self, patience: int | None) -> bool:
        """Whether what was seen lets expect that patience will not do."""
        if patience is None or self.looked < _A_SAMPLE:
            return False
        return _A_LOOK * self.looked * self.limit / (len(self.found) + 1) > patience


def _all(part: _Part) -> Iterator[_Part]:
    """Parts all of which must hold an entry."""
    if isinstance(part, _Both):
        for each in part.parts:
            yield from _all(each)
    else:
        yield part


@dataclass(frozen=True, kw_only=True)
class _Index:
    """Statements that ask an index."""

    listed: str
    """For all entries, the newest (by id) first."""
    one: str
    """About one."""
    between: str
    """For those from one id to another."""

    @property
    def count(self) -> str:
        """How many these are."""
        return f"SELECT count(*) FROM ({self.between})"  # noqa: S608 - our own

    @property
    def others(self) -> str:
        """For those between two ids that are not among these."""
        # What the full text holds is listed there without its texts: in `entries` ids stand far from each other.
        return f"SELECT id FROM entries_fts_docsize WHERE id NOT IN ({self.between}) AND id BETWEEN ? AND ?"  # noqa: S608 - our own


class _Listed:
    """What an index lists. It is read from the newest down, as far as it is needed."""

    def __init__(
        self, connection: sqlite3.Connection, top: int, index: _Index, *values: str, told_alone: bool = True
    ) -> None:
        self.asked = 0
        """What that took, in rows that are read."""
        self._connection = connection
        self._index = index
        self._values = values
        self._told_alone = told_alone
        """Whether it takes less to ask about one entry than to read it all: not for a `word*`."""
        self._cursor: sqlite3.Cursor | None = None
        self._read: set[int] = set()
        self._top = top
        """Above every entry."""
        self._lowest = top
        """The last row that was read: of entries from that on it is known whether they are listed."""

    def close(self) -> None:
        if self._cursor is not None:
            self._cursor.close()

    def of(self, entries: Set[int]) -> Set[int]:
        while (below := [e for e in entries if e < self._lowest]) and self._is_read_on(len(below), min(below)):
            self._read_on(max(len(self._read) // 2, _AT_ONCE))
        return (self._read & entries) | {e for e in below if self._has(e)}

    def few(self, most: int) -> Set[int] | None:
        while self._lowest and len(self._read) <= most:
            self._read_on(most + 1 - len(self._read))
        return None if self._lowest else self._read

    def few_others(self, most: int) -> Set[int] | None:
        """Entries among which is all that is not listed; None if they are more than `most`, all over, or not to be told.

        It is counted how many of a stretch are listed: SQLite does that ten times as fast as it tells us which.
        """
        others: set[int] = set()
        stretches = range(self._top - 1, 0, -_STRETCH)
        with_others = 0
        for number, last in enumerate(stretches, 1):
            first = max(last - _STRETCH + 1, 1)
            stretch = (*self._values, first, last)
            (listed,) = self._connection.execute(self._index.count, stretch).fetchone()
            if listed <= last - first:
                rows = self._connection.execute(self._index.others, (*stretch, first, last))
                others.update(entry for (entry,) in rows)
                with_others += 1
            if len(others) > most or (number >= _STRETCHES and 2 * with_others > number):
                return None
        return others

    def _is_read_on(self, below: int, last: int) -> bool:
        """Whether it takes less to read down to the last of these entries than to ask about each of them."""
        if not self._told_alone or not self._read:
            return True
        share = len(self._read) / (self._top - self._lowest)
        return share * (self._lowest - last) < below * _A_TEST

    def _read_on(self, rows: int) -> None:
        if self._cursor is None:
            self._cursor = self._connection.execute(self._index.listed, self._values)
            self.asked += _A_TEST
        ids = [entry for (entry,) in self._cursor.fetchmany(rows)]
        self.asked += len(ids)
        self._read.update(ids)
        self._lowest = ids[-1] if len(ids) == rows else 0

    def _has(self, entry: int) -> bool:
        self.asked += _A_TEST
        return self._connection.execute(self._index.one, (*self._values, entry)).fetchone() is not None


class _Recent:
    """Published at an instant or later."""

    def __init__(self, start: str, published: Mapping[int, str]) -> None:
        self.start = start
        self._published = published

    def of(self, entries: Set[int]) -> Set[int]:
        return {e for e in entries if self._published[e] >= self.start}

    def few(self, most: int) -> Set[int] | None:  # noqa: ARG002 - a _Part's
        return None


class _Without:
    def __init__(self, part: _Part) -> None:
        self._part = part

    def of(self, entries: Set[int]) -> Set[int]:
        return entries - self._part.of(entries)

    def few(self, most: int) -> Set[int] | None:
        # To look for them takes about as long as to put so many in order.
        return self._part.few_others(most) if most >= _SOME and isinstance(self._part, _Listed | _Either) else None


class _Both:
    """All of its parts."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self.parts = parts

    def of(self, entries: Set[int]) -> Set[int]:
        for part in self.parts:
            entries = part.of(entries) if entries else entries
        return entries

    def few(self, most: int) -> Set[int] | None:
        return min((few for part in self.parts if (few := part.few(most)) is not None), key=len, default=None)


class _Either:
    """Any of its parts."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self._parts = parts

    def of(self, entries: Set[int]) -> Set[int]:
        found: set[int] = set()
        for part in self._parts:
            found |= part.of(entries - found)
        return found

    def few(self, most: int) -> Set[int] | None:
        found: set[int] = set()
        for part in self._parts:
            few = part.few(most)
            if few is None or len(found) > most:
                return None
            found |= few
        return found

    def few_others(self, most: int) -> Set[int] | None:
        """Entries among which is all that none of its parts holds, if one of them holds nearly all."""
        for part in self._parts:
            if isinstance(part, _Listed) and (others := part.few_others(most)) is not None:
                return others - self.of(others)
        return None


_WORDS = _Index(
    listed="SELECT rowid FROM entries_fts WHERE entries_fts MATCH ? ORDER BY rowid DESC",
    one="SELECT 1 FROM entries_fts WHERE entries_fts MATCH ? AND rowid = ?",
    between="SELECT rowid FROM entries_fts WHERE entries_fts MATCH ? AND rowid BETWEEN ? AND ?",
)
_LABELS = _Index(
    listed="SELECT entry FROM labels WHERE field = ? AND value = ? ORDER BY entry DESC",
    one="SELECT 1 FROM labels WHERE field = ? AND value = ? AND entry = ?",
    between="SELECT entry FROM labels WHERE field = ? AND value = ? AND entry BETWEEN ? AND ?",
)
_VALUES = """
WITH RECURSIVE known(value) AS (
    SELECT min(value) FROM labels WHERE field = :field AND value >= :begin AND value < :after
     UNION ALL
    SELECT (SELECT min(l.value) FROM labels l WHERE l.field = :field AND l.value > k.value AND l.value < :after)
      FROM known k WHERE k.value IS NOT NULL
)
SELECT value FROM known WHERE value IS NOT NULL
"""
_BY_DATE = """
SELECT id, published FROM entries INDEXED BY entries_by_date
 WHERE joined IS NULL AND published >= ? ORDER BY published DESC, id
"""
_THESE_BY_DATE = """
SELECT id, published FROM entries
 WHERE id IN (SELECT value FROM json_each(?)) AND joined IS NULL ORDER BY published DESC, id
"""
_SHOWN = "SELECT id FROM entries WHERE id IN (SELECT value FROM json_each(?)) AND muted <= ? AND withdrawn = ''"
