"""Searching what is stored, by the grammar of topics."""

import sqlite3
from datetime import datetime

from newsloom.news.rules import Rule
from newsloom.store.match import Conditions, is_wide


def find(connection: sqlite3.Connection, rule: Rule, limit: int, now: datetime, *, muted: bool = False) -> list[int]:
    """Ids of the newest entries that the rule holds, newest first."""
    conditions = Conditions(now=now)
    condition = conditions.of(rule)
    sql = f"""
        SELECT e.id FROM entries e {_walk(rule)}
         WHERE e.joined IS NULL AND e.muted <= :muted AND ({condition})
         ORDER BY e.published DESC, e.id
         LIMIT :limit
    """  # noqa: S608 - match.py's, with parameters
    found = connection.execute(sql, conditions.values | {"muted": int(muted), "limit": limit})
    return [entry for (entry,) in found]


def _walk(rule: Rule) -> str:
    """What lets in most entries is found soonest by walking down the dates."""
    return "INDEXED BY entries_by_date" if is_wide(rule) else ""
