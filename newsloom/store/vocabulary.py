"""The words of the last days' texts: which texts have one among their weightiest, and how many have it at all."""

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from newsloom.news import stories
from newsloom.news.stories import Vector
from newsloom.store.database import data_version
from newsloom.store.database import listing as many
from newsloom.store.postings import Postings


class Vocabulary:
    """What `story_texts` says of words, in memory for as long as the connection that writes.

    How common a word is would be a row for each of a text's two hundred; so it is counted from the texts themselves, a thousand of
    which hold all their words.
    """

    def __init__(self) -> None:
        self.keys = Postings(index="story_keys", texts="story_texts", column="weights", keys=stories.keys)
        self.having: Counter[int] = Counter()
        """How many of the counted texts have a word."""
        self.texts = 0
        """How many are counted."""
        self._state = ("", -1)
        self._some: dict[int, Vector] = {}

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Know what the file holds; to be called in each transaction before all else.

        It takes a moment if another connection wrote, or if what this one wrote was rolled back.
        """
        self.keys.refresh(connection)
        row = connection.execute("SELECT value FROM meta WHERE name = 'story_words_changed'").fetchone()
        state = (row[0] if row else "", data_version(connection))
        if state == self._state:
            return
        self._state = state
        self.having.clear()
        self.texts = 0
        for (terms,) in connection.execute(_COUNTED):
            self.having.update(array("I", terms))
            self.texts += 1

    def count(self, connection: sqlite3.Connection, came: Sequence[Iterable[int]], went: Sequence[bytes]) -> None:
        """These texts' words count from now on, and those of texts that are gone, as they stood there, no longer."""
        if not came and not went:
            return
        self.having.update(chain.from_iterable(came))
        self.texts += len(came) - len(went)
        for terms in went:
            gone = array("I", terms)
            self.having.subtract(gone)
            for word in gone:
                if self.having[word] <= 0:
                    del self.having[word]
        changed = str(int(self._state[0] or 0) + 1)
        connection.execute(_CHANGED, (changed,))
        self._state = (changed, self._state[1])

    def some(self, connection: sqlite3.Connection, newest: int, since: str) -> list[Vector]:
        """Vectors of texts of all ages, but seen `since` then, more of the newest."""
        asked = {newest + 1 - int(1.8**power) for power in range(20)}
        there = [text for (text,) in connection.execute(_THERE, (many(sorted(asked)), since))]
        more = [text for text in there if text not in self._some]
        known = self._some | {
            text: Vector.unpacked(weights) for text, weights in connection.execute(_WEIGHTS, (many(more),))
        }
        self._some = {text: known[text] for text in there}
        return list(self._some.values())


_THERE = "SELECT id FROM story_texts WHERE id IN (SELECT value FROM json_each(?)) AND seen >= ?"
_WEIGHTS = "SELECT id, weights FROM story_texts WHERE id IN (SELECT value FROM json_each(?))"
_COUNTED = "SELECT terms FROM story_texts INDEXED BY story_texts_counted WHERE length(terms) > 0"
# A number that is another after each change.
_CHANGED = """
INSERT INTO meta(name, value) VALUES ('story_words_changed', ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value
"""
