"""Stories: entries about one event, grouped as they come.

What the texts of the last days say is kept in two tables that people need not look at: `story_texts`, a row for each text, and
`story_keys`, from a word to the texts it is weighty in, so that a new text is compared with few. What comes of it stands in
`events`, a row for each story, `story_entries` and `story_changes`.
"""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import compress
from typing import Any

from newsloom.news import stories
from newsloom.news.stories import Decision, Near, Text, Vector
from newsloom.store import instants
from newsloom.store.database import inserted
from newsloom.store.database import listing as many
from newsloom.store.vocabulary import Vocabulary

WINDOW = timedelta(days=5)
"""How long a text is compared with new ones, from when it came."""
_HELD = 200_000
"""... and so many texts at most: what a source has of old comes by the thousand."""
_NEWEST = 32
"""Texts that are looked at for one word."""
_COMPARED = 8
"""Texts that a new one is compared with, first those that share most weight with it."""
_LIKEST = 3
"""Stories of which more texts than these are looked at."""
_SPLIT = frozenset({6, 12, 24, 48, 96})
"""Entries of a story when it is looked at as a whole: the newest 96, if it has more."""
_COUNTED = 20
"""Of so many texts the words of one are counted, ..."""
_ALL_COUNTED = 300
"""... once so many have been, ..."""
_MOST_COUNTED = 1_000
"""... but no more than about these: of more texts fewer are counted, as evenly."""
_AT_ONCE = 100
_SWEPT = 128
"""Rows of `story_keys` that are looked at for each new text: the whole table once while a tenth of its texts comes anew."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """An entry, as far as its story goes."""

    entry: int
    title: str
    text: str
    """Its text; if it has none, its summary."""
    published: datetime
    source: str
    same: int = 0
    """An entry that tells of the same event for certain: of which this is a near-copy, or a brief."""


class Stories:
    """The stories of a store, within the transaction of whoever asks. `now` is its time; `words` are those of the store, kept by
    who asks often."""

    def __init__(
        self, connection: sqlite3.Connection, now: datetime, words: Vocabulary | None = None, window: timedelta = WINDOW
    ) -> None:
        self._connection = connection
        self._words = words or Vocabulary()
        self._words.refresh(connection)
        self._rows = connection.cursor()
        """For reading some hundred small rows of each text: without names a row takes half as long."""
        self._rows.row_factory = None
        self._now = instants.written(now)
        self._oldest = instants.written(now - window)

    def come(self, entries: Iterable[int]) -> None:
        """Tell of these entries: those that are from the last days and wait for no page, which would say more."""
        ids = sorted(entries)
        for at in range(0, len(ids), _AT_ONCE):
            rows = self._connection.execute(_COME, (many(ids[at : at + _AT_ONCE]), self._oldest)).fetchall()
            if rows:
                self.tell([_told(row) for row in rows])

    def tell(self, batch: Sequence[Told]) -> None:
        """Find the story of each entry, one after the other. One that has a story stays there, whatever it says now.

        An entry may come again, with another text: it is found by that from now on, and may find its story at last.
        """
        self._delete(self._texts(told.entry for told in batch))
        words = [stories.counted(told.title, told.text) for told in batch]
        sampled = self._sampled(len(batch))
        self._words.count(self._connection, list(compress(words, sampled)), ())
        any_ = self._words.some(self._connection, self._newest(), self._oldest)
        for told, said, taken in zip(batch, words, sampled, strict=True):
            if told.same:
                self._bind(told.entry, told.same)
            vector = stories.weighed(said, self._words.having, self._words.texts)
            self._place(told, vector, said if taken else (), any_, self._words.texts)
        self._forget(len(batch))

    def joined(self, kept: int, lost: int) -> None:
        """Two entries turned out to be one. The one that stays keeps its story, or takes the other's."""
        row = self._connection.execute(_STORY, (lost,)).fetchone()
        for statement in _JOIN:
            self._connection.execute(statement, (kept, lost))
        twice = self._texts([kept])
        self._delete(twice[1:])
        if row:
            self._measure(row[0])

    def _place(
        self, told: Told, vector: Vector | None, counted: Iterable[int], any_: Sequence[Vector], texts: int
    ) -> None:
        at, mark = int(told.published.timestamp()), stories.series(told.title)
        terms, packed = array("I", counted).tobytes(), vector.packed() if vector else b""
        id_ = inserted(self._connection.execute(_KEEP, (told.entry, self._now, at, told.source, mark, packed, terms)))
        if vector is None:
            return
        if not self._story(told.entry):
            self._decide(told, Text(id=id_, vector=vector, at=at, source=told.source, series=mark), any_, texts)
        self._words.keys.add(id_, vector.keys)

    # Deciding

    def _decide(self, told: Told, new: Text, any_: Sequence[Vector], texts: int) -> None:
        needed = stories.bar(new, any_, texts)
        near = stories.likest(new, stories.without_form(new, self._candidates(new), needed))
        whole = [self._whole(story) for story in near[:_LIKEST] if story.score >= needed]
        decision = stories.decide(new, whole, needed)
        if decision.group:
            self._carry_out(told, decision, needed)

    def _first(self) -> int:
        """The oldest text, or a number above all."""
        first: int = self._connection.execute("SELECT coalesce(min(id), 1 << 62) FROM story_texts").fetchone()[0]
        return first

    def _newest(self) -> int:
        return self._connection.execute("SELECT max(id) FROM story_texts").fetchone()[0] or 0

    def _candidates(self, new: Text) -> list[Text]:
        """Texts that share weighty words with it, of each word the newest."""
        shared: defaultdict[int, float] = defaultdict(float)
        for key, texts in self._words.keys.newest(self._rows, new.vector.asked, _NEWEST).items():
            weight = new.vector.weights[key] ** 2
            for text in texts:
                shared[text] += weight
        likely = sorted(shared, key=lambda text: (-shared[text], -text))[:_COMPARED]
        return [_text(row) for row in self._rows.execute(_THESE, (many(likely), self._oldest))] if likely else []

    def _whole(self, near: Near) -> Near:
        """With the newest texts of the story."""
        known = {text.id for text in near.texts}
        more = (
            [] if near.group < 0 else [text for text in self._of(near.group, stories.MEMBERS) if text.id not in known]
        )
        return Near(group=near.group, score=near.score, texts=(*near.texts[: stories.MEMBERS], *more))

    def _of(self, story: int, newest: int) -> list[Text]:
        return [_text(row) for row in self._rows.execute(_OF, (story, newest))]

    # What comes of it

    def _carry_out(self, told: Told, decision: Decision, needed: float) -> None:
        groups = (decision.group, *decision.also)
        stories_, alone = [g for g in groups if g > 0], [g for g in groups if g < 0]
        story = stories_[0] if stories_ else inserted(self._connection.execute(_BEGIN))
        for other in stories_[1:]:
            story = self._merge(story, other, told.entry)
        for group in alone:
            self._take(story, *self._entry_of(group), decision.score if group == decision.group else needed)
        self._take(story, told.entry, int(told.published.timestamp()), decision.score)
        if self._measure(story) in _SPLIT:
            self._split(story, told.entry, needed)

    def _entry_of(self, group: int) -> tuple[int, int]:
        """The entry of a text that is alone, and when that was published."""
        entry, at = self._connection.execute(
            "SELECT entry, published FROM story_texts WHERE id = ?", (-group,)
        ).fetchone()
        return entry, at

    def _take(self, story: int, entry: int, at: int, score: float) -> None:
        self._connection.execute(_TAKE, (entry, story, at, round(score, 3)))

    def _bind(self, entry: int, other: int) -> None:
        """Two entries tell of one event, whatever their words are."""
        mine, theirs = self._story(entry), self._story(other)
        if mine and theirs:
            self._measure(self._merge(mine, theirs, entry))
            return
        story = mine or theirs or inserted(self._connection.execute(_BEGIN))
        for one, has in ((entry, mine), (other, theirs)):
            if not has:
                self._connection.execute(_TAKE_SAME, {"entry": one, "story": story})
        self._measure(story)

    def _story(self, entry: int) -> int:
        row = self._connection.execute(_STORY, (entry,)).fetchone()
        return int(row[0]) if row else 0

    def _merge(self, one: int, other: int, entry: int) -> int:
        """The older story stays, the other's number leads to it from now on. Returns the one that stays."""
        kept, lost = sorted((one, other))
        if kept != lost:
            for statement in _MERGE:
                self._connection.execute(statement, (kept, lost))
            self._connection.execute(_CHANGE, (lost, kept, "merge", entry, self._now))
        return kept

    def _split(self, story: int, entry: int, needed: float) -> None:
        """Look at a story as a whole: one by one, entries may have come to it that have little to do with each other."""
        texts = self._of(story, max(_SPLIT))
        found = stories.halves(texts, needed)
        if found is None:
            return
        new = inserted(self._connection.execute(_BEGIN))
        self._connection.execute(_MOVE, (new, many(sorted(found[1]))))
        self._connection.execute(_CHANGE, (story, new, "split", entry, self._now))
        self._measure(story)
        self._measure(new)

    def _measure(self, story: int) -> int:
        """Bring up to date what is kept of a story as a whole. Returns how many entries it has."""
        self._connection.execute(_MEASURE, (story,))
        size: int = self._connection.execute("SELECT entries FROM events WHERE id = ?", (story,)).fetchone()[0]
        return size

    # The window

    def _sampled(self, texts: int) -> list[bool]:
        """Which of so many new texts are counted: of many a sample."""
        counted, first = self._words.texts, self._newest() + 1
        one_in = max(_COUNTED, (first - self._first()) // _MOST_COUNTED)
        return [counted + at < _ALL_COUNTED or (first + at) % one_in == 0 for at in range(texts)]

    def _forget(self, came: int) -> None:
        """What is older than the window, some texts with each batch."""
        self._words.keys.write(self._connection)
        self._delete(self._connection.execute(_OLD, (2 * came + 8, self._oldest, self._newest() - _HELD)).fetchall())
        self._sweep(came * _SWEPT)

    def _sweep(self, rows: int) -> None:
        """Go on through `story_keys` and delete those of texts that are forgotten: each at once would cost what a text costs."""
        first = self._first()
        if first == 1:
            return
        state = self._connection.execute("SELECT value FROM meta WHERE name = 'story_keys_swept'").fetchone()
        begin = int(state[0]) if state else -1
        end = self._connection.execute(_SWEEP_END, (begin, rows)).fetchone()
        self._connection.execute(_SWEEP, (begin, _TOP if end is None else end[0], first))
        self._connection.execute(_SWEPT_TO, (str(-1 if end is None else end[0]),))

    def _texts(self, entries: Iterable[int]) -> list[sqlite3.Row]:
        return self._connection.execute(_TEXTS, (many(entries),)).fetchall()

    def _delete(self, texts: Sequence[sqlite3.Row]) -> None:
        """Their keys lead nowhere from now on."""
        if not texts:
            return
        self._connection.executemany("DELETE FROM story_texts WHERE id = ?", [(id_,) for id_, _ in texts])
        self._words.count(self._connection, (), [terms for _, terms in texts if terms])


def _told(row: sqlite3.Row) -> Told:
    entry, title, text, published, source, same = row
    return Told(entry=entry, title=title, text=text, published=instants.read(published), source=source, same=same or 0)


def _text(row: Sequence[Any]) -> Text:
    id_, at, source, mark, weights, story, began = row
    vector = Vector.unpacked(weights)
    return Text(id=id_, vector=vector, at=at, source=source, series=mark, story=story or 0, began=began or 0)


_COME = """
SELECT e.id, e.title, iif(e.text = '', e.summary, e.text), e.published, e.source, r.article
  FROM entries e LEFT JOIN brief_of r ON r.brief = e.id
 WHERE e.id IN (SELECT value FROM json_each(?)) AND e.joined IS NULL AND e.waiting = '' AND e.published >= ?
 ORDER BY e.published, e.uuid
"""
_KEEP = "INSERT INTO story_texts(entry, seen, published, source, series, weights, terms) VALUES (?, ?, ?, ?, ?, ?, ?)"
_TEXT = """
SELECT t.id, t.published, t.source, t.series, t.weights, s.story, unixepoch(v.began)
  FROM story_texts t
  LEFT JOIN story_entries s ON s.entry = t.entry
  LEFT JOIN events v ON v.id = s.story
"""
_THESE = f"{_TEXT} WHERE t.id IN (SELECT value FROM json_each(?)) AND t.seen >= ?"  # noqa: S608 - our own
_OF = f"""{_TEXT}
 WHERE t.entry IN (SELECT entry FROM story_entries WHERE story = ?1 ORDER BY published DESC, entry DESC LIMIT ?2)
   AND length(t.weights) > 0
"""  # noqa: S608 - our own
_TEXTS = "SELECT id, terms FROM story_texts WHERE entry IN (SELECT value FROM json_each(?)) ORDER BY id"
_OLD = """
SELECT id, terms FROM (SELECT id, seen, terms FROM story_texts ORDER BY id LIMIT ?1)
 WHERE seen < ?2 OR id <= ?3
"""
_TOP = 1 << 32
_SWEEP_END = "SELECT key FROM story_keys WHERE key > ? ORDER BY key, text LIMIT 1 OFFSET ?"
_SWEEP = "DELETE FROM story_keys WHERE key > ? AND key <= ? AND text < ?"
_SWEPT_TO = """
INSERT INTO meta(name, value) VALUES ('story_keys_swept', ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value
"""
_STORY = "SELECT story FROM story_entries WHERE entry = ?"
_BEGIN = "INSERT INTO events DEFAULT VALUES"
_TAKE = """
INSERT INTO story_entries(entry, story, published, score) VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', ?, 'unixepoch'), ?)
    ON CONFLICT(entry) DO NOTHING
"""
_TAKE_SAME = """
INSERT INTO story_entries(entry, story, published, score)
SELECT :entry, :story, published, 1 FROM entries WHERE id = :entry
    ON CONFLICT(entry) DO NOTHING
"""
_MERGE = (
    "UPDATE story_entries SET story = ?1 WHERE story = ?2",
    "UPDATE events SET merged = ?1, entries = 0 WHERE id = ?2 OR merged = ?2",
)
_MOVE = """
UPDATE story_entries SET story = ?1
 WHERE entry IN (SELECT entry FROM story_texts WHERE id IN (SELECT value FROM json_each(?2)))
"""
_CHANGE = "INSERT INTO story_changes(story, other, what, entry, seen) VALUES (?, ?, ?, ?, ?)"
_MEASURE = """
UPDATE events
   SET (entries, began, latest) =
       (SELECT count(*), coalesce(min(published), ''), coalesce(max(published), '') FROM story_entries WHERE story = ?1)
 WHERE id = ?1
"""
_JOIN = (
    "UPDATE OR IGNORE story_entries SET entry = ?1 WHERE entry = ?2",
    "DELETE FROM story_entries WHERE entry = ?2",
    "UPDATE story_texts SET entry = ?1 WHERE entry = ?2",
    "UPDATE OR IGNORE story_changes SET entry = ?1 WHERE entry = ?2",
)
"""?1 stays, ?2 goes."""
