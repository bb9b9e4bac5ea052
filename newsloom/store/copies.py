"""Which stored texts are nearly a new one: sketches of the last days, looked up by their keys.

Two tables: `near_texts`, a row for each text, and `near_keys`, from a key to the texts that have it. Texts are numbered as they
come, so that the old end of the first table is deleted as it is, some rows with each new one. Their keys stay where they are: they
lead nowhere, and taking each out would cost as much as putting it in. They go when a sweep, which takes the second table piece by
piece in its own order, comes past.
"""

import sqlite3
import struct
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsloom.news.copies import BRIEF, Relation, Sketch, packed, relation, unpacked
from newsloom.store import instants
from newsloom.store.database import inserted
from newsloom.store.postings import Postings

WINDOW = timedelta(days=30)
"""How long a text is looked for."""

_NEWEST = 32
"""Texts that are looked at for one key. What stands in so many is boilerplate, or has been copied so often."""
_A_KEY = 4
"""As many of them as this for each text that is compared."""
_ALIKE = 3
"""Keys in common that make a text worth comparing, ..."""
_RARE = 0.1
"""... or one that no more than ten texts have. A key weighs one by their number, ..."""
_COMMON = 0.02
"""... and this, if more texts have it than are looked at."""
_COMPARED = 48
"""Texts that a new one is compared with, those with most keys in common first."""
_SAME = 0.5
"""Resemblance of texts that are as long as each other."""
_SWEPT = 128
"""Rows of `near_keys` that are looked at for each new text: the whole table once while a tenth of its texts comes anew."""


@dataclass(frozen=True, kw_only=True)
class Near:
    """A stored text that has to do with a new one."""

    entry: int
    score: float
    """0 to 1: of a copy the resemblance, of a brief how much of it is in the other text."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is stored near a text, each entry once, best first (of equal ones the oldest)."""

    copies: tuple[Near, ...] = ()
    """Nearly the same text. Join the first at most."""
    brief_of: tuple[Near, ...] = ()
    """Articles that begin with this short text, first the one with most texts that do. Relate the first at most; never join."""
    briefs: tuple[Near, ...] = ()
    """Short texts that this article begins with. Relate them, never join."""


def postings() -> Postings:
    """The keys that texts are found by."""
    return Postings(index="near_keys", texts="near_texts", column="keys", keys=_unpacked)


def _packed(keys: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(keys)}Q", *keys)


def _unpacked(raw: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(raw) // 8}Q", raw)


class NearCopies:
    """Sketches in a store, within the transaction of whoever asks. `now` is its time; `keys` are the `postings` of the store, kept
    by who asks often."""

    def __init__(
        self, connection: sqlite3.Connection, now: datetime, keys: Postings | None = None, window: timedelta = WINDOW
    ) -> None:
        self._connection = connection
        self._keys = keys or postings()
        self._keys.refresh(connection)
        self._rows = connection.cursor()
        """For reading some hundred small rows of each text: without names a row takes half as long."""
        self._rows.row_factory = None
        self._now = instants.written(now)
        self._oldest = instants.written(now - window)
        self._kept = 0

    def find(self, sketch: Sketch, *, other_than: int = 0, at_most: int = _COMPARED) -> Found:
        """What is stored near it; not what is stored for the entry `other_than`.

        It is compared with `at_most` texts. A few find the best match; the other copies of it may be missed.
        """
        found: dict[Relation, dict[int, list[float]]] = {kind: defaultdict(list) for kind in Relation}
        for text in self._candidates(sketch, at_most):
            row = self._connection.execute(_TEXT, (text, self._oldest)).fetchone()
            if row is None or row[0] == other_than:
                continue
            entry, bound, sample, lead = row
            kind, score = relation(sketch, Sketch(bound=bound, sample=unpacked(sample), lead=unpacked(lead)))
            found[kind][entry].append(score)
        copies, articles = found[Relation.COPY], found[Relation.BRIEF]
        # What begins the long texts of an entry is no copy of one that was cut to little more.
        copies = {e: scores for e, scores in copies.items() if e not in articles or max(scores) >= _SAME}
        return Found(
            copies=_best_first(copies),
            # Some put another article's beginning before their own; its own entry has it in all its texts.
            brief_of=_best_first(articles, by_number=True),
            briefs=_best_first({e: scores for e, scores in found[Relation.WHOLE].items() if self._is_brief(e)}),
        )

    def _is_brief(self, entry: int) -> bool:
        """Whether an entry has no other text than short ones."""
        return self._connection.execute(_LONG, (entry,)).fetchone() is None

    def _candidates(self, sketch: Sketch, at_most: int) -> list[int]:
        """Texts that share a key that few have, or several that many have; those with most in common first.

        A key weighs the more the fewer texts have it: half of the pages of a site may share a dozen of what all say.
        """
        weights: defaultdict[int, float] = defaultdict(float)
        shared: Counter[int] = Counter()
        newest = min(_NEWEST, _A_KEY * at_most)
        for texts in self._keys.newest(self._rows, sketch.asked, newest).values():
            shared.update(texts)
            weight = 1 / len(texts) if len(texts) < newest else _COMMON
            for text in texts:
                weights[text] += weight
        likely = [text for text, count in shared.items() if count >= _ALIKE or weights[text] >= _RARE]
        return sorted(likely, key=lambda text: (-weights[text], -text))[:at_most]

    def keep(self, entry: int, sketch: Sketch) -> None:
        """Have it found from now on, as a text of this entry. An entry may have several."""
        values = (entry, self._now, sketch.bound, packed(sketch.sample), packed(sketch.lead), _packed(sketch.keys))
        text = inserted(self._connection.execute(_KEEP, values))
        self._keys.add(text, sketch.keys)
        self._kept += 1

    def relate(self, brief: int, article: int, share: float) -> bool:
        """That one entry is the beginning of another; of one only, the first stands. Says whether it is this one."""
        if brief == article:
            return False
        self._connection.execute(_RELATE, (brief, article, share))
        known = self._connection.execute("SELECT article FROM brief_of WHERE brief = ?", (brief,)).fetchone()
        return bool(known[0] == article)

    def prune(self) -> None:
        """Forget what is older than the window: once a batch, in proportion to what was kept since the last time."""
        kept, self._kept = self._kept, 0
        if not kept:
            return
        self._keys.write(self._connection)
        self._connection.execute(_FORGET, (self._oldest, 2 * kept + 8))
        self._sweep(kept * _SWEPT)

    def _sweep(self, rows: int) -> None:
        """Go on through `near_keys` and delete those of forgotten texts."""
        first = self._connection.execute("SELECT min(id) FROM near_texts").fetchone()[0]
        if first is None or first == 1:
            return
        state = self._connection.execute("SELECT value FROM meta WHERE name = 'near_keys_swept'").fetchone()
        begin = int(state[0]) if state else -1
        end = self._connection.execute(_SWEEP_END, (begin, rows)).fetchone()
        self._connection.execute(_SWEEP, (begin, _TOP if end is None else end[0], first))
        self._connection.execute(_SWEPT_TO, (str(-1 if end is None else end[0]),))


def _best_first(scores: Mapping[int, Sequence[float]], *, by_number: bool = False) -> tuple[Near, ...]:
    near = [(len(of_texts) if by_number else 0, max(of_texts), entry) for entry, of_texts in scores.items()]
    return tuple(Near(entry=e, score=best) for _, best, e in sorted(near, key=lambda n: (-n[0], -n[1], n[2])))


_TOP = 1 << 62
_TEXT = "SELECT entry, bound, sample, lead FROM near_texts WHERE id = ? AND seen >= ?"
_LONG = f"SELECT 1 FROM near_texts WHERE entry = ? AND length(sample) / 4 * {1 << 32} / bound > {BRIEF} LIMIT 1"  # noqa: S608 - numbers
_KEEP = "INSERT INTO near_texts(entry, seen, bound, sample, lead, keys) VALUES (?, ?, ?, ?, ?, ?)"
_RELATE = "INSERT INTO brief_of(brief, article, share) VALUES (?, ?, ?) ON CONFLICT(brief) DO NOTHING"
_FORGET = """
DELETE FROM near_texts
 WHERE id IN (SELECT id FROM (SELECT id, seen FROM near_texts ORDER BY id LIMIT ?2) WHERE seen < ?1)
"""
_SWEEP_END = "SELECT key FROM near_keys WHERE key > ? ORDER BY key, text LIMIT 1 OFFSET ?"
_SWEEP = "DELETE FROM near_keys WHERE key > ? AND key <= ? AND text < ?"
_SWEPT_TO = """
INSERT INTO meta(name, value) VALUES ('near_keys_swept', ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value
"""
