"""When entrances are to be asked: what they wish themselves, and which of several that show the same articles may rest."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from newsloom.news import identity
from newsloom.news.memory import Role, State
from newsloom.news.wishes import Wishes
from newsloom.store import instants
from newsloom.store.database import listing as many

_SECOND_BEST = 3
"""After so many looks in a row at which others had shown first all that it showed, an entrance rests."""
_RESTS = timedelta(hours=6)
"""So long, before it is asked again: the other may become slower, and what it leaves out is seen by then."""


@dataclass(frozen=True, kw_only=True)
class Waits:
    """Why nothing may be asked of a source for now."""

    until: datetime
    reason: str
    """For people, what its entrance or its server answered last."""


def keep_wishes(connection: sqlite3.Connection, row: sqlite3.Row, said: Wishes, *, read: bool) -> None:
    """When an entrance wants to be asked again. Not `read` (304): what was read of it last stands."""
    known = _wishes(row)
    wishes = said if read else known.and_now(said)
    if wishes != known:
        text = json.dumps({name: value for name, value in asdict(wishes).items() if value not in (None, 0, ())})
        connection.execute("UPDATE addresses SET wishes = ? WHERE id = ?", (text, row["id"]))


def _wishes(row: sqlite3.Row) -> Wishes:
    said: dict[str, Any] = json.loads(row["wishes"] or "{}")
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    return Wishes(**values)


def lists(connection: sqlite3.Connection, source: str) -> bool:
    """Whether anything ever listed a source's articles: else one page is watched, whose changes are no pieces with a rhythm."""
    found = connection.execute(
        "SELECT 1 FROM addresses WHERE source = ? AND role <> 'article' AND role <> ? AND worked_at IS NOT NULL",
        (source, Role.START),
    )
    return found.fetchone() is not None


def not_before(connection: sqlite3.Connection, source: str) -> datetime | None:
    """When the first of a source's entrances may be asked again, by what they or their servers said; None: nobody said anything.

    How long we leave one alone that failed is our own doing, and nobody's wish.
    """
    holds = dict(connection.execute("SELECT origin, hold_until FROM origins WHERE hold_until IS NOT NULL").fetchall())
    rows = connection.execute(
        """
        SELECT url, wishes, asked_at, retry_at, NOT configured AND state IN (?, ?, ?) AS failed FROM addresses
         WHERE source = ? AND role <> 'article' AND role <> ? AND asked_at IS NOT NULL AND coalesce(retry_at, '') < ?
        """,
        (State.FAILED, State.REFUSED, State.GONE, source, Role.START, instants.NEVER),
    ).fetchall()
    return min((at for row in rows if (at := _not_before(row, holds)) is not None), default=None)


def _not_before(row: sqlite3.Row, holds: Mapping[str, str]) -> datetime | None:
    held: datetime | None = instants.read(holds.get(identity.origin(row["url"])))
    if row["failed"]:
        return held
    said: list[datetime | None] = [
        _wishes(row).not_before(instants.read(row["asked_at"])),
        instants.read(row["retry_at"]),
        held,
    ]
    return max(at for at in said if at is not None)


def next_try(connection: sqlite3.Connection, source: str) -> datetime | None:
    """When the first of the entrances is tried again from which a source lived, if all of them fail; None: one answers."""
    rows = connection.execute(
        """
        SELECT state, retry_at FROM addresses
         WHERE source = ? AND role <> 'article' AND role <> ? AND worked_at IS NOT NULL AND coalesce(retry_at, '') < ?
        """,
        (source, Role.START, instants.NEVER),
    ).fetchall()
    if any(row["state"] in (State.READ, State.SAME) for row in rows):
        return None
    return min((instants.read(row["retry_at"]) for row in rows if row["retry_at"]), default=None)


def waits(connection: sqlite3.Connection, source: str, now: datetime) -> Waits | None:
    """What the first of a source's entrances waits for that may be asked again; None: none of them waits."""
    rows = connection.execute(
        """
        SELECT url, retry_at, reason FROM addresses
         WHERE source = ? AND role <> 'article' AND coalesce(retry_at, '') < ?
        """,
        (source, instants.NEVER),
    ).fetchall()
    holds = dict(
        connection.execute(
            "SELECT origin, hold_until FROM origins WHERE hold_until > ?", (instants.written(now),)
        ).fetchall()
    )
    waiting = []
    for row in rows:
        until = max(row["retry_at"] or "", holds.get(identity.origin(row["url"]), ""))
        if until > instants.written(now):
            waiting.append(
                Waits(until=instants.read(until), reason=row["reason"] or "its server asks to be left alone")
            )
    return min(waiting, key=lambda each: each.until, default=None)


def keep_place(connection: sqlite3.Connection, row: sqlite3.Row, keys: Sequence[str], *, first: bool) -> None:
    """Whether a listing showed something `first`, or only what others had shown since it was looked at."""
    if first:
        rested = 0
    elif row["asked_at"] is not None and _shown_by_others(connection, row, keys):
        rested = row["never_first"] + 1
    else:
        return
    if rested != row["never_first"]:
        connection.execute("UPDATE addresses SET never_first = ? WHERE id = ?", (rested, row["id"]))


def _shown_by_others(connection: sqlite3.Connection, row: sqlite3.Row, keys: Sequence[str]) -> bool:
    """Among these, anything that another entrance showed first since this one was asked last."""
    found = connection.execute(
        """
        SELECT 1 FROM addresses a JOIN addresses on_it ON on_it.id = a.found_on
         WHERE a.source = ?1 AND a.key IN (SELECT value FROM json_each(?2)) AND a.found_at >= ?3 AND a.found_on <> ?4
           AND on_it.role <> 'article'
         LIMIT 1
        """,
        (row["source"], many(keys), row["asked_at"], row["id"]),
    )
    return found.fetchone() is not None


def may_rest(row: sqlite3.Row, all_of_source: Sequence[sqlite3.Row], now: datetime) -> bool:
    """Whether an entrance need not be asked now, as others show its articles sooner. It is as soon as none of those can be read."""
    if (
        row["never_first"] < _SECOND_BEST
        or row["asked_at"] is None
        or row["asked_at"] <= instants.written(now - _RESTS)
    ):
        return False
    return any(
        other["never_first"] < _SECOND_BEST and other["state"] in (State.READ, State.SAME)
        for other in all_of_source
        if other["role"] != Role.START and other["id"] != row["id"]
    )
