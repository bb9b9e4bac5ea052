"""What was learned of when sources publish, and how late their news was seen. Written with the end of each crawl."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from itertools import accumulate, groupby
from math import ceil, log2
from typing import Any
from zoneinfo import ZoneInfo

from newsloom.news.lookout import Pace
from newsloom.news.memory import CrawlReport, State
from newsloom.news.rhythm import DAY, Course, Rhythm, begun, hours, learned, rate, weekdays
from newsloom.news.sources import Source
from newsloom.store import entrances, instants
from newsloom.store.addresses import Shown
from newsloom.store.database import listing as many

_WEEK = timedelta(days=7)
_HISTORY = timedelta(days=28)
"""So much of a known source's past is read when its rhythm is learned for the first time, by a store of an older newsloom say."""
_NEWS = timedelta(days=2)
"""What was published earlier before it was listed was found, not seen late."""
_STEPS = 4
"""Delays are counted in so many steps for each doubling."""


@dataclass(kw_only=True)
class Finds:
    """What the entrances showed in one crawl for the first time."""

    keys: list[str] = field(default_factory=list)
    backlog: list[str] = field(default_factory=list)
    """Of what stood there before we came."""
    offset: float | None = None
    """Seconds by which the source's local time is ahead of UTC; None: it showed no listing."""
    gap: bool = False
    """Others may have come and gone since the last look."""

    def add(self, source: Source, now: datetime, shown: Iterable[Shown]) -> None:
        """What a listing showed."""
        self.offset = _ahead(source.zone, now)
        for one in shown:
            if one.row is None:
                (self.backlog if one.backlog else self.keys).append(one.key)


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What is known of when to look at a source again."""

    rhythm: Rhythm | None
    failing_since: datetime | None
    not_before: datetime | None
    """None of its entrances wants to be asked before; None: nothing was ever asked."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """A rhythm for people."""

    a_day: float
    """Pieces a day."""
    hours: tuple[float, ...]
    """Beside the mean, for each hour of the source's local day."""
    weekdays: tuple[float, ...]
    """Likewise, Monday first."""


@dataclass(frozen=True, kw_only=True)
class Delay:
    """How long after publication news of the last week was first seen; good to a tenth."""

    pieces: int
    median: timedelta
    p90: timedelta


def learn(connection: sqlite3.Connection, report: CrawlReport, finds: Finds) -> None:
    """What a crawl says of its source's rhythm. One at which nothing was asked, or nothing could be read, says nothing."""
    if report.error or not report.requests or (report.stopped and not finds.keys):
        return
    known = read(connection, report.source)
    if known is None and not entrances.lists(connection, report.source):
        return
    offset = finds.offset if finds.offset is not None else known.offset if known is not None else 0.0
    dates = _dates(connection, report.source, finds.keys)
    _count(connection, report, dates)
    now = report.started.timestamp()
    if known is None:
        past = _dates(connection, report.source, finds.backlog) + dates
        # What is stored may be listed, too; what came in a batch, or is dated by the day alone, has one time for several.
        stood = Counter(at.timestamp() for at in past if at) | _past(connection, report)
        rhythm = begun(now, stood.elements(), offset)
        course = Course(rhythm)
    else:
        # Of what nobody dated nothing is known but that it came since the last look: as of what is dated before that. What is
        # older still was found, not published.
        found = min(known.looked, now - _NEWS.total_seconds())
        times = [at.timestamp() if at is not None else 0.0 for at in dates if at is None or at.timestamp() >= found]
        dated = [at for at in times if at]
        reach = min(dated) if finds.gap and dated else 0.0
        course = learned(Course(known), now, times, offset=offset, reach=reach)
    _keep(connection, report.source, course)


def _dates(connection: sqlite3.Connection, source: str, keys: Sequence[str]) -> list[datetime | None]:
    """When each article was published: as its entry has it, else as it was listed; None if nobody said."""
    rows = connection.execute(
        """
        SELECT CASE WHEN e.guessed = 0 THEN e.published ELSE a.published END
          FROM addresses a LEFT JOIN entries e ON e.id = a.entry
         WHERE a.source = ? AND a.key IN (SELECT value FROM json_each(?)) AND (a.entry IS NOT NULL OR a.state <> ?)
        """,
        (source, many(keys), State.READ),
    )
    return [instants.read(at) for (at,) in rows]


def _past(connection: sqlite3.Connection, report: CrawlReport) -> Counter[float]:
    """Publication times of what is stored of a source, of some weeks."""
    rows = connection.execute(
        """
        SELECT m.published FROM membership m JOIN topics t ON t.id = m.topic
         WHERE t.key = ? AND m.published BETWEEN ? AND ?
        """,
        (f"source/{report.source}", instants.written(report.started - _HISTORY), instants.written(report.started)),
    )
    return Counter(instants.read(at).timestamp() for (at,) in rows)


def _count(connection: sqlite3.Connection, report: CrawlReport, dates: Sequence[datetime | None]) -> None:
    at, day = report.started, instants.written(report.started)[:10]
    late = [max((at - published).total_seconds(), 1.0) for published in dates if published and at - published < _NEWS]
    connection.executemany(
        """
        INSERT INTO delays(source, day, step, pieces) VALUES (?, ?, ?, 1)
        ON CONFLICT DO UPDATE SET pieces = pieces + 1
        """,
        [(report.source, day, ceil(_STEPS * log2(seconds))) for seconds in late],
    )
    old = instants.written(at - _WEEK)[:10]
    connection.execute("DELETE FROM delays WHERE source = ? AND day < ?", (report.source, old))


def _keep(connection: sqlite3.Connection, source: str, course: Course) -> None:
    connection.execute(
        """
        INSERT INTO rhythms(source, learned, asks) VALUES (?, ?, ?)
        ON CONFLICT(source) DO UPDATE SET learned = excluded.learned, asks = excluded.asks
        """,
        (source, _written(asdict(course.rhythm)), _written(course.appetites)),
    )


def _written(value: object) -> str:
    return json.dumps(json.loads(json.dumps(value), parse_float=_short), separators=(",", ":"))


def _short(number: str) -> float:
    """A tenth of a millisecond, or of a piece in a thousand."""
    return round(float(number), 4)


def read(connection: sqlite3.Connection, source: str) -> Rhythm | None:
    """What was learned of a source; None: nothing, or by a newsloom that counted otherwise."""
    row = connection.execute("SELECT learned FROM rhythms WHERE source = ?", (source,)).fetchone()
    return _rhythm(row["learned"]) if row is not None else None


def _rhythm(text: str) -> Rhythm | None:
    stored: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()
    }
    bare = Rhythm(since=0, looked=0)
    if stored.keys() != {f.name for f in fields(Rhythm)} or any(
        len(value) != len(getattr(bare, name)) for name, value in stored.items() if isinstance(value, tuple)
    ):
        return None
    return Rhythm(**stored)


def outlook(connection: sqlite3.Connection, source: str) -> Outlook:
    row = connection.execute("SELECT failing_since FROM watched WHERE name = ?", (source,)).fetchone()
    return Outlook(
        rhythm=read(connection, source),
        failing_since=instants.read(row["failing_since"]) if row is not None else None,
        not_before=entrances.not_before(connection, source),
    )


def asks(connection: sqlite3.Connection) -> dict[str, Sequence[float]]:
    """What each source that is not failing asks for (`Course.appetites`)."""
    rows = connection.execute(
        """
        SELECT r.source, r.asks FROM rhythms r JOIN watched w ON w.name = r.source
         WHERE w.active = 1 AND w.failing_since IS NULL
        """
    )
    return {source: json.loads(said) for source, said in rows}


def all_learned(connection: sqlite3.Connection) -> dict[str, Learned]:
    """What was learned of each source."""
    rows = connection.execute("SELECT source, learned FROM rhythms")
    return {source: _learned(rhythm) for source, text in rows if (rhythm := _rhythm(text)) is not None}


def _learned(rhythm: Rhythm) -> Learned:
    return Learned(
        a_day=round(rate(rhythm) * DAY, 2),
        hours=tuple(round(hour, 2) for hour in hours(rhythm)),
        weekdays=tuple(round(day, 2) for day in weekdays(rhythm)),
    )


def pace(connection: sqlite3.Connection) -> Pace | None:
    """What the threshold was held by."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'pace'").fetchone()
    if row is None:
        return None
    stored = json.loads(row["value"])
    by_hour = {name: tuple((hour, n) for hour, n in stored.get(name, ())) for name in ("looks", "budgets")}
    return Pace(**stored | by_hour)


def keep_pace(connection: sqlite3.Connection, kept: Pace) -> None:
    connection.execute(
        "INSERT INTO meta(name, value) VALUES ('pace', ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        (_written(asdict(kept)),),
    )


def delays(connection: sqlite3.Connection, now: datetime) -> Mapping[str, Delay]:
    """By source, of those that had news within the week."""
    rows = connection.execute(
        "SELECT source, step, sum(pieces) AS pieces FROM delays WHERE day >= ? GROUP BY source, step ORDER BY source, step",
        (instants.written(now - _WEEK)[:10],),
    )
    by_source = groupby(rows, key=lambda row: row["source"])
    return {source: _delay([(row["step"], row["pieces"]) for row in several]) for source, several in by_source}


def _delay(steps: Sequence[tuple[int, int]]) -> Delay:
    pieces = sum(count for _, count in steps)
    return Delay(pieces=pieces, median=_quantile(steps, 0.5 * pieces), p90=_quantile(steps, 0.9 * pieces))


def _quantile(steps: Sequence[tuple[int, int]], rank: float) -> timedelta:
    """The middle of the step in which it lies."""
    below = accumulate(count for _, count in steps)
    step = next(step for (step, _), pieces in zip(steps, below, strict=True) if pieces >= rank)
    return timedelta(seconds=round(2 ** ((step - 0.5) / _STEPS)))


def _ahead(zone: str, at: datetime) -> float:
    """Seconds by which the clocks of a zone are ahead of UTC then."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0
