"""How far each topic's webhook and command have been told what is new: rows of the topic's log, in its order.

A target's place moves only when it has taken what it was sent: so it gets everything, and again what it was sent when somebody was
killed before its answer was written down. What is sent is fixed before it is sent, so that the same is sent again.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from newsloom.news.pushes import Delivery, Kind, Outcome, Target
from newsloom.store import instants, log
from newsloom.store.database import listing as many

MOST = 20
"""Entries told at once."""
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=6)


def adopt(connection: sqlite3.Connection, targets: Sequence[Target]) -> None:
    """Make them those of the config. A new one begins at the end of its topic's log: what is shown already is no news."""
    known = {(r["key"], r["kind"]): r for r in connection.execute(_ALL)}
    wanted = {(t.topic, str(t.kind)): t for t in targets}
    for place, row in known.items():
        if place not in wanted or wanted[place].face != row["face"]:
            for table in ("deliveries", "undelivered"):
                connection.execute(f"DELETE FROM {table} WHERE topic = ? AND kind = ?", (row["topic"], row["kind"]))  # noqa: S608 - the two names
    for place, target in wanted.items():
        if place not in known or known[place]["face"] != target.face:
            connection.execute(_BEGIN, {"most": MOST, **_named(target)})


_ALL = "SELECT d.*, t.key FROM deliveries d JOIN topics t ON t.id = d.topic"
_BEGIN = """
INSERT INTO deliveries(topic, kind, face, seq, upto, most)
SELECT t.id, :kind, :face, coalesce(max(l.seq), 0), coalesce(max(l.seq), 0), :most
  FROM topics t LEFT JOIN log l ON l.topic = t.id
 WHERE t.key = :topic AND t.active = 1
 GROUP BY t.id
"""


def due(connection: sqlite3.Connection, now: datetime) -> list[Target]:
    """Those who may have something to be told, and may be told it now."""
    rows = connection.execute(_DUE, (instants.written(now),))
    return [Target(topic=r["key"], kind=Kind(r["kind"]), face=r["face"]) for r in rows]


# A member again, and not to be told of by a row of the log that is still to come.
_IS_BACK = """
    EXISTS (SELECT 1 FROM membership m WHERE m.entry = u.entry AND m.topic = u.topic)
AND NOT EXISTS (SELECT 1 FROM log l WHERE l.entry = u.entry AND l.topic = u.topic AND l.seq > d.seq)
"""
_DUE = f"""
SELECT t.key, d.kind, d.face
  FROM deliveries d JOIN topics t ON t.id = d.topic
 WHERE t.active = 1 AND d.stopped = 0 AND coalesce(d.retry_at, '') <= ?
   AND (EXISTS (SELECT 1 FROM log l WHERE l.topic = d.topic AND l.seq > d.seq)
        OR EXISTS (SELECT 1 FROM undelivered u WHERE u.topic = d.topic AND u.kind = d.kind AND {_IS_BACK}))
 ORDER BY t.key, d.kind
"""  # noqa: S608 - the text above


def upcoming(connection: sqlite3.Connection, target: Target, now: datetime) -> Delivery | None:
    """What it is to be told now, if there is something and it may be told. Asked again before it has taken that, it is the same."""
    while True:
        row = connection.execute(
            f"SELECT d.* FROM deliveries d JOIN topics t ON t.id = d.topic {_OF_TARGET} AND d.stopped = 0", _named(target)  # noqa: S608 - the text below
        ).fetchone()  # fmt: skip
        if row is None or (row["retry_at"] or "") > instants.written(now):
            return None
        delivery = _delivery(connection, target, row)
        if delivery.told:
            connection.execute(_UNDER_WAY, {"upto": delivery.upto, **_place(row)})
            return delivery
        if delivery.upto == delivery.after:
            return None
        _pass(connection, delivery, row)


_OF_TARGET = "WHERE t.key = :topic AND t.active = 1 AND d.kind = :kind AND d.face = :face"
_UNDER_WAY = "UPDATE deliveries SET upto = :upto WHERE topic = :topic AND kind = :kind"


def _named(target: Target) -> dict[str, str]:
    return {"topic": target.topic, "kind": target.kind, "face": target.face}


def _place(row: sqlite3.Row) -> dict[str, object]:
    return {"topic": row["topic"], "kind": row["kind"]}


def _delivery(connection: sqlite3.Connection, target: Target, row: sqlite3.Row) -> Delivery:
    topic = log.row_of(connection, target.topic)
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM log WHERE topic = ?", (topic["id"],)).fetchone()
    upto = row["upto"] if row["upto"] > row["seq"] else min(row["seq"] + row["most"], last)
    rows = connection.execute(_ROWS, {"after": row["seq"], "upto": upto, **_place(row)}).fetchall()
    room = max(0, row["most"] - len(rows))
    returned = connection.execute(_BACK, {"room": room, **_place(row)})
    told = [*(r["entry"] for r in rows if r["member"]), *(entry for (entry,) in returned)]
    return Delivery(
        target=target,
        feed=log.shown(connection, topic, told),
        after=row["seq"],
        upto=upto,
        told=tuple(told),
        missed=tuple(r["entry"] for r in rows if not r["member"]),
    )


# The newest first; each entry at the last of its rows. One that an archive page left out has another row if it returns, one that
# was joined or withdrawn does not return. One that was corrected since, which no feed shows yet, is told with the row that comes
# of it. And what joins because its topic's rule is new was news when it was found.
_ROWS = """
SELECT l.entry, EXISTS (SELECT 1 FROM membership m WHERE m.entry = l.entry AND m.topic = l.topic) AS member
  FROM log l JOIN entries e ON e.id = l.entry
 WHERE l.topic = :topic AND l.seq > :after AND l.seq <= :upto AND l.omitted = 0 AND e.joined IS NULL AND e.withdrawn = ''
   AND NOT (l.bulk = 1 AND e.first_seen < strftime('%Y-%m-%dT%H:%M:%SZ', l.logged, '-1 day'))
   AND NOT EXISTS (SELECT 1 FROM log later WHERE later.entry = l.entry AND later.topic = l.topic AND later.seq > l.seq)
   AND NOT (e.version <> l.version AND EXISTS (SELECT 1 FROM pending p WHERE p.topic = l.topic AND p.entry = l.entry))
 ORDER BY l.seq DESC
"""
_BACK = f"""
SELECT u.entry
  FROM deliveries d JOIN undelivered u ON u.topic = d.topic AND u.kind = d.kind
 WHERE d.topic = :topic AND d.kind = :kind AND {_IS_BACK}
 LIMIT :room
"""  # noqa: S608 - the text above


def delivered(connection: sqlite3.Connection, delivery: Delivery, now: datetime) -> None:
    """It has taken that. A target that is no longer in the config has taken it in vain."""
    row = _under_way(connection, delivery)
    if row is not None:
        _pass(connection, delivery, row)
        connection.execute(_TAKEN, {"now": instants.written(now), "most": MOST, **_place(row)})


_TAKEN = """
UPDATE deliveries
   SET tries = 0, retry_at = NULL, error = '', failing_since = NULL, told_at = :now, most = min(:most, most + 1)
 WHERE topic = :topic AND kind = :kind
"""


def _under_way(connection: sqlite3.Connection, delivery: Delivery) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        f"SELECT d.* FROM deliveries d JOIN topics t ON t.id = d.topic {_OF_TARGET} AND d.seq = :after",  # noqa: S608 - the text above
        {"after": delivery.after, **_named(delivery.target)},
    ).fetchone()
    return row


def _pass(connection: sqlite3.Connection, delivery: Delivery, row: sqlite3.Row) -> None:
    place = _place(row)
    connection.execute(
        "UPDATE deliveries SET seq = :upto, upto = :upto WHERE topic = :topic AND kind = :kind",
        {"upto": delivery.upto, **place},
    )
    connection.execute(
        """
        DELETE FROM undelivered
         WHERE topic = :topic AND kind = :kind AND entry IN (SELECT value FROM json_each(:told))
        """,
        {"told": many(delivery.told), **place},
    )
    connection.executemany(
        "INSERT INTO undelivered(topic, kind, entry) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(row["topic"], row["kind"], entry) for entry in delivery.missed],
    )


def failed(connection: sqlite3.Connection, delivery: Delivery, outcome: Outcome, now: datetime, chance: float) -> bool:
    """It has not taken that: when it is tried again. Whether it did not fail before. `chance`: from 0 to 1, spreads the tries."""
    row = _under_way(connection, delivery)
    if row is None:
        return False
    if outcome.too_large and len(delivery.told) > 1:
        fewer = {"most": len(delivery.told) // 2, **_place(row)}
        connection.execute(
            "UPDATE deliveries SET most = :most, upto = seq WHERE topic = :topic AND kind = :kind", fewer
        )
        return False
    tries = row["tries"] + (not outcome.unsent)
    patience = max(wait(tries, chance), outcome.retry_after or timedelta(0))
    connection.execute(
        _FAILED,
        {
            "tries": tries,
            "retry_at": None if outcome.unsent else instants.written(now + patience),
            "error": outcome.error,
            "stopped": outcome.gone,
            "now": instants.written(now),
            **_place(row),
        },
    )
    return row["failing_since"] is None


_FAILED = """
UPDATE deliveries
   SET tries = :tries, retry_at = :retry_at, error = :error, stopped = :stopped, failing_since = coalesce(failing_since, :now)
 WHERE topic = :topic AND kind = :kind
"""


def wait(tries: int, chance: float) -> timedelta:
    """After so many failures in a row: half a minute, doubled up to six hours; of that, a half is left to chance, so that receivers
    that come up again are not asked by all at once. It never ends: nothing is lost meanwhile, and nothing grows."""
    doubled: timedelta = min(_FIRST_WAIT * 2 ** min(max(tries - 1, 0), 20), _LONGEST_WAIT)
    return doubled / 2 * (1 + chance)
