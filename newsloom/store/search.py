"""Searching what is stored, by the grammar of topics; and what a topic would hold, and why."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from newsloom.news.items import EntryKind
from newsloom.news.rules import Rule
from newsloom.store.database import listing as many
from newsloom.store.match import Conditions, is_wide
from newsloom.store.newest import newest
from newsloom.store.reasons import Explained, Reason


def find(connection: sqlite3.Connection, rule: Rule, limit: int, now: datetime, *, muted: bool = False) -> list[int]:
    """Ids of the newest entries that the rule holds, newest first."""
    found = newest(connection, rule, limit, now, muted=muted)
    return _of_all(connection, rule, limit, now, muted=muted) if found is None else found


def _of_all(connection: sqlite3.Connection, rule: Rule, limit: int, now: datetime, *, muted: bool) -> list[int]:
    """The same, by asking for all that the rule holds."""
    conditions = Conditions(now=now)
    condition = conditions.of(rule)
    sql = f"""
        SELECT e.id FROM entries e {_walk(rule)}
         WHERE e.joined IS NULL AND e.muted <= :muted AND e.withdrawn = '' AND ({condition})
         ORDER BY e.published DESC, e.id
         LIMIT :limit
    """  # noqa: S608 - match.py's, with parameters
    found = connection.execute(sql, conditions.values | {"muted": int(muted), "limit": limit})
    return [entry for (entry,) in found]


def _walk(rule: Rule) -> str:
    """What lets in most entries is found soonest by walking down the dates."""
    return "INDEXED BY entries_by_date" if is_wide(rule) else ""


def held(
    connection: sqlite3.Connection, rule: Rule, include: Collection[EntryKind], limit: int
) -> tuple[int, list[int]]:
    """How many entries a topic with this rule would have, and the ids of the newest, newest first."""
    conditions = Conditions()
    kinds = {EntryKind.ARTICLE: "e.kind = 'article'", EntryKind.BRIEF: "e.is_brief = 1"}
    of_kind = " OR ".join(kinds[k] for k in include)
    members = f"e.joined IS NULL AND e.muted = 0 AND ({of_kind}) AND ({conditions.of(rule)})"
    (count,) = connection.execute(f"SELECT count(*) FROM entries e WHERE {members}", conditions.values).fetchone()  # noqa: S608 - as above
    first = connection.execute(
        f"SELECT e.id FROM entries e {_walk(rule)} WHERE {members} ORDER BY e.published DESC, e.id LIMIT :limit",  # noqa: S608 - as above
        conditions.values | {"limit": limit},
    )
    return count, [entry for (entry,) in first]


def reasons(connection: sqlite3.Connection, rule: Rule, entries: list[int]) -> dict[int, tuple[Reason, ...]]:
    """Of each of these entries why the rule holds it; of one that it does not hold, nothing."""
    labels: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for entry, name, value in connection.execute(_LABELS, (many(entries),)):
        labels[entry].append((name, value))
    found = {}
    for row in connection.execute(_TEXTS, (many(entries),)):
        why = Explained(dict(row), labels[row["id"]]).reasons(rule)
        if why is not None:
            found[row["id"]] = why
    return found


_TEXTS = "SELECT id, title, summary, text, authors FROM entries WHERE id IN (SELECT value FROM json_each(?))"
_LABELS = "SELECT entry, field, value FROM labels WHERE entry IN (SELECT value FROM json_each(?))"
