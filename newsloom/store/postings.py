"""Inverted indexes, from a key to the texts that have it, whose newest part is in memory.

The keys of one text lie all over such an index: written text by text, they are written on as many pages. So those of the newest
texts wait, and are written together in the order of the index, as levels of a log-structured merge tree are (O'Neil et al.,
Acta Informatica 1996). Nothing depends on the process: what waits stands with the texts, too, and is read from there.

A key is a hint. It may lead to a text that was forgotten, or that a transaction which was rolled back would have kept; whoever
follows it looks whether the text is there and has what was looked for.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator

from newsloom.store.database import data_version
from newsloom.store.database import listing as many

_WAITING = 1000
"""Texts whose keys are written together. More would save little and take longer at a stretch."""


class Postings:
    """One index of a store and what waits for it; to be kept as long as the connection that writes."""

    def __init__(self, *, index: str, texts: str, column: str, keys: Callable[[bytes], Iterable[int]]) -> None:
        """`index` and `texts` are tables; the text's keys are made from its `column` by `keys`."""
        self._keys = keys
        self._name = f"{index}_written"
        # One statement for all keys takes half as long as one for each.
        one = f"SELECT text FROM {index} WHERE key = json_each.value ORDER BY text DESC LIMIT ?2"  # noqa: S608 - our own names
        self._with = f"SELECT value, (SELECT group_concat(text) FROM ({one})) FROM json_each(?1)"  # noqa: S608 - as above
        self._write = f"INSERT INTO {index}(key, text) VALUES (?, ?) ON CONFLICT DO NOTHING"  # noqa: S608 - as above
        self._reach = f"SELECT (SELECT value FROM meta WHERE name = ?), (SELECT max(id) FROM {texts})"  # noqa: S608 - as above
        self._since = f"SELECT id, {column} FROM {texts} WHERE id > ? ORDER BY id"  # noqa: S608 - as above
        self._waiting: dict[int, tuple[int, ...]] = {}
        """By key, the newest text first."""
        self._written = -1
        """Keys of later texts wait."""
        self._newest = -1
        self._version = -1

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Know what the file holds; to be called in each transaction before all else.

        It takes a moment if another connection wrote, or if what this one wrote was rolled back.
        """
        said, newest = connection.execute(self._reach, (self._name,)).fetchone()
        known = (int(said or 0), newest or 0, data_version(connection))
        if known == (self._written, self._newest, self._version):
            return
        self._written, _, self._version = known
        self._newest = self._written
        self._waiting.clear()
        for text, held in connection.execute(self._since, (self._written,)):
            self.add(text, self._keys(held))

    def add(self, text: int, keys: Iterable[int]) -> None:
        """Have a text, newer than all others, found by these."""
        waiting = self._waiting
        for key in keys:
            waiting[key] = (text, *waiting.get(key, ()))
        self._newest = text

    def newest(self, rows: sqlite3.Cursor, keys: Iterable[int], most: int) -> dict[int, list[int]]:
        """Of each key that any has, the newest texts that have it, the newest first; read with a cursor without names."""
        asked = set(keys)
        listed = rows.execute(self._with, (many(asked), most))
        found = {key: list(map(int, texts.split(","))) for key, texts in listed if texts}
        for key in asked & self._waiting.keys():
            found[key] = [*self._waiting[key], *found.get(key, ())][:most]
        return found

    def write(self, connection: sqlite3.Connection) -> None:
        """Once enough is waiting, put it into the table."""
        if self._newest - self._written < _WAITING:
            return
        connection.executemany(self._write, sorted(self._pairs()))
        connection.execute(_WRITTEN_TO, (self._name, str(self._newest)))
        self._waiting.clear()
        self._written = self._newest

    def _pairs(self) -> Iterator[tuple[int, int]]:
        for key, texts in self._waiting.items():
            for text in texts:
                yield key, text


_WRITTEN_TO = "INSERT INTO meta(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value"
