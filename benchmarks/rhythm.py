"""What other rules of polling would have done with a store's own history.

    python benchmarks/rhythm.py [--store newsloom.db] [--days 28] [--looks 48]
    python benchmarks/rhythm.py --tick [--sources 1000]

The publication times that the store has of each source, of the last days, are walked through as if nothing had been seen yet: by a
look at a fixed interval; by the rule of Miniflux ("entry frequency": a week, divided by the pieces of the last week, between 5
minutes and a day; scaled until it takes as many looks); and by what `run` does, from each source's first listing on. The first half
teaches, the second is counted: looks a source and day, and the delay from publication to the look that first shows a piece. A look
shows the newest 30 of a source. A piece that no look showed counts until the end.

A source counts from its first crawl on, if that is two days ago; pieces without a date of their own do not count.

--tick makes a store of that many sources and prints the CPU of one tick of the clock when nothing is due and when all of them are,
and of deciding when a source is due next.
"""

import argparse
import asyncio
import heapq
import math
import statistics
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.doors import PollingRule  # noqa: E402 - as above
from newsloom.config import load  # noqa: E402 - as above
from newsloom.news.memory import CrawlReport, Found, Listing, Role, Validators  # noqa: E402 - as above
from newsloom.news.rhythm import DAY, WEEK  # noqa: E402 - as above
from newsloom.store import Store, StoreError  # noqa: E402 - as above
from newsloom.store.database import open_reading  # noqa: E402 - as above
from newsloom.timetable import Timetable  # noqa: E402 - as above

WINDOW = 30
LEAST = 2 * DAY

Observe = Callable[[int, float, list[float]], float]
"""A source, now, what was new: when to look next."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A source's history, in seconds since the epoch."""

    begin: float
    pieces: Sequence[float]
    """In order; those before `begin` stood in its first listing."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    delays: Sequence[float]
    unseen: int
    looks: float
    """A source and day."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, default=Path("newsloom.db"), metavar="FILE", help="default newsloom.db")
    parser.add_argument("--days", type=float, default=28, help="how much of its history (default 28)")
    parser.add_argument("--looks", type=float, default=48, help="looks a source and day (default 48)")
    parser.add_argument("--tick", action="store_true", help="measure the clock instead")
    parser.add_argument("--sources", type=int, default=1000, help="of the clock (default 1000)")
    given = parser.parse_args()
    if given.tick:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(tick(Path(folder), given.sources))
        return
    if given.looks <= 0 or given.days <= 0:
        parser.error("--looks and --days are more than 0")
    end = time.time()
    try:
        world = history(given.store, end - given.days * DAY, end)
    except StoreError as error:
        parser.exit(1, f"{error}\n")
    if not world:
        parser.exit(1, f"{given.store} has no source that was watched for two days\n")
    compare(world, end, given.looks)


def history(store: Path, since: float, end: float) -> list[Watched]:
    """The sources of a store that were watched for a while."""
    with closing(open_reading(store)) as connection:
        first = {
            s: _seconds(at) for s, at in connection.execute("SELECT source, min(started) FROM crawls GROUP BY source")
        }
        pieces: dict[str, list[float]] = {source: [] for source in first}
        for source, published in connection.execute(_PIECES):
            pieces.setdefault(source, []).append(_seconds(published))
    begins = {source: max(at, since) for source, at in first.items()}
    return [
        Watched(begin=begin, pieces=[at for at in pieces[source] if at > begin - 28 * DAY])
        for source, begin in begins.items()
        if begin < end - LEAST and pieces[source]
    ]


_PIECES = """
SELECT t.source, m.published FROM topics t JOIN membership m ON m.topic = t.id JOIN entries e ON e.id = m.entry
 WHERE t.source <> '' AND e.guessed = 0 ORDER BY m.topic, m.published
"""


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


def compare(world: Sequence[Watched], end: float, looks: float) -> dict[str, Outcome]:
    """Prints a line a rule."""
    print(
        f"{len(world)} sources, {sum(len(w.pieces) - bisect_left(w.pieces, w.begin) for w in world)} pieces while watched"
    )
    print(f"{'rule':12} {'looks a day':>12} {'mean':>8} {'half in':>8} {'90 % in':>8}  minutes; unseen")
    ours = walk(world, end, PollingRule(looks).observe)
    fixed = walk(world, end, lambda _, now, __: now + DAY / ours.looks)
    outcomes = {"fixed": fixed, "Miniflux": _miniflux(world, end, ours.looks), "newsloom": ours}
    for name, outcome in outcomes.items():
        minutes = sorted(delay / 60 for delay in outcome.delays)
        mean, ninth = statistics.fmean(minutes), minutes[int(0.9 * (len(minutes) - 1))]
        half = statistics.median(minutes)
        print(f"{name:12} {outcome.looks:12.1f} {mean:8.1f} {half:8.1f} {ninth:8.1f}  {outcome.unseen}")
    return outcomes


def walk(world: Sequence[Watched], end: float, observe: Observe) -> Outcome:
    """A rule's way through a history; what was published in its second half is counted."""
    half = (min(watched.begin for watched in world) + end) / 2
    queue = [(watched.begin, number) for number, watched in enumerate(world)]
    heapq.heapify(queue)
    upto = [max(0, bisect_right(watched.pieces, watched.begin) - WINDOW) for watched in world]
    delays: list[float] = []
    unseen = looks = 0
    while queue:
        now, number = heapq.heappop(queue)
        pieces, begin = world[number].pieces, upto[number]
        upto[number] = bisect_right(pieces, now)
        first = max(begin, upto[number] - WINDOW)
        shown = list(pieces[first : upto[number]])
        if now >= half:
            looks += 1
            delays += [now - at for at in shown if at >= half]
            lost = [at for at in pieces[begin:first] if at >= half]
            unseen, delays = unseen + len(lost), delays + [end - at for at in lost]
        if (due := observe(number, now, shown)) < end:
            heapq.heappush(queue, (due, number))
    for number, watched in enumerate(world):
        late = [at for at in watched.pieces[upto[number] :] if half <= at < end]
        unseen, delays = unseen + len(late), delays + [end - at for at in late]
    return Outcome(delays=delays or [0.0], unseen=unseen, looks=looks / len(world) / ((end - half) / DAY))


def _miniflux(world: Sequence[Watched], end: float, looks: float) -> Outcome:
    """At the scale at which it takes as many looks."""
    low, high = 1e-3, 1e3
    for _ in range(14):
        middle = math.sqrt(low * high)
        outcome = walk(world, end, _by_frequency(middle))
        if abs(outcome.looks / looks - 1) < 0.005:
            break
        low, high = (middle, high) if outcome.looks < looks else (low, middle)
    return outcome


def _by_frequency(scale: float) -> Observe:
    seen: dict[int, list[float]] = {}

    def observe(number: int, now: float, shown: list[float]) -> float:
        pieces = seen.setdefault(number, [])
        pieces += shown
        week = len(pieces) - bisect_right(pieces, now - WEEK)
        return now + min(DAY, max(300.0, WEEK / max(week * scale, 1e-9)))

    return observe


async def tick(folder: Path, count: int) -> None:
    """Prints what the clock costs, each the median of some."""
    path = folder / "config.yaml"
    path.write_text("sources:\n" + "".join(f"  - {{url: https://s{n}.example, name: s{n}}}\n" for n in range(count)))
    config, now = load(path), datetime.now(UTC)
    at = [now - timedelta(days=7)]
    with Store.open(folder / "news.db", lambda: at[0]) as store:
        await store.adopt(config.sources, config.topics)
        timetable, costs = Timetable(store, lambda: at[0]), []
        for number, source in enumerate(config.sources):
            found = tuple(Found(url=f"{source.url}/{n}", published=at[0] - timedelta(hours=n + 1)) for n in range(10))
            listing = Listing(
                asked=source.url, url=source.url, role=Role.FEED, fetched=at[0], validators=Validators(), found=found
            )
            await store.listed(source, listing)
            report = CrawlReport(source=source.name, started=at[0], finished=at[0], requests=1)
            await store.record(report)
            begin = time.process_time()
            await timetable.put(config, source, None, report)
            costs.append(time.process_time() - begin)
            at[0] += timedelta(seconds=60 * (number % 2))
        idle = await _ticks(store, timetable, count)
        at[0] = now + timedelta(days=7)
        print(
            f"{count} sources: a tick {idle:.1f} ms of CPU, {await _ticks(store, timetable, count):.1f} with all of them due"
        )
        print(f"when a source is due next: {1e3 * statistics.median(costs):.2f} ms")


async def _ticks(store: Store, timetable: Timetable, count: int) -> float:
    costs = []
    for _ in range(20):
        begin = time.process_time()
        timetable.starting(await store.due_sources(), count)
        await store.dirty()
        costs.append(time.process_time() - begin)
    return 1e3 * statistics.median(costs)


if __name__ == "__main__":
    main()
