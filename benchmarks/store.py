"""What the store costs, at ten thousand articles and at as many as you like.

    python benchmarks/store.py [--articles 100000] [--keep FILE]

Articles of 5 kB are made up (30,000 words, as often as words are in a language), saved as a crawl saves pages, twenty in a
transaction, into a store with four topics. Time goes by as they come, a day with 1,400 of them, so that what is kept for some days
only is let go as in a store that is in use. Measured are:

save      CPU of a new article - address, entry, labels, four topics, full text - beside a bare FTS5 insert of the same text, in
          turns in this process; at 10,000 articles and at the end, and the ratio of the two
near      CPU of finding what is nearly the same text and keeping what finds it, not counted above
stories   CPU of finding its story, not counted above
rows      what has no text but a headline: articles a CPU second, and rows - entry, address, key, carrier, labels, membership
          and what is to be published -, beside one-row upserts by sqlite-utils
newest    the newest 50 of a topic, and of searches: for words that all, a third, an eightieth of the articles have, for all without
          what a third has, and for all without what all have but the headlines: milliseconds, each the median of some
topics    a new article with a hundred topics more, saved alone and among twenty
disk      bytes an article

A million articles take 12 GB. `--keep` leaves the store where you say; one that stands there is gone on with.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlite_utils import Database  # noqa: E402 - as above

from newsloom.news import copies  # noqa: E402 - as above
from newsloom.news.items import Article, Topic  # noqa: E402 - as above
from newsloom.news.memory import CrawlReport, Page, State  # noqa: E402 - as above
from newsloom.news.sources import Schedule, Source  # noqa: E402 - as above
from newsloom.store import Reader, Store  # noqa: E402 - as above
from newsloom.store.copies import NearCopies  # noqa: E402 - as above
from newsloom.store.schema import TOKENIZER  # noqa: E402 - as above
from newsloom.store.stories import Stories  # noqa: E402 - as above

BEGIN = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
DAILY = 1_400
BATCH = 20
FIRST = 10_000
ROUNDS = 5
A_ROUND = 50
"""Batches of a round: 1,000 articles, as what waits to be written together is."""
SOURCES = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000, help="how many the store is to hold (default 100000)")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="where to leave the store")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(options.keep or Path(folder, "newsloom.db"), options.articles, Path(folder)))


async def measure(path: Path, articles: int, folder: Path) -> None:
    made = Made(held(path) if path.exists() else 0)  # noqa: ASYNC240 - nothing else runs
    sources = [source(n) for n in range(SOURCES)]
    topics = [
        Topic(key="all", title="All"),
        Topic(key="source/s0", title="S0", source="s0"),
        Topic(key="words", title="Words", match="w900 OR w1200"),
        Topic(key="phrase", title="Phrase", match='"w3 w5" OR w2000*'),
    ]
    with Store.open(path, made.now) as store:
        await store.adopt(sources, topics)
        early = None
        if held(path) < FIRST:
            await fill(store, sources, made, FIRST - held(path))
            early = await beside_bare(store, sources, made, folder / "bare.db")
            told(early, FIRST)
        await rows(store, sources, made, folder / "rows.db", path)
        await fill(store, sources, made, articles - held(path))
        late = await beside_bare(store, sources, made, folder / "bare.db")
        told(late, held(path))
        if early:
            print(f"          {late.save / early.save:.2f} x what it took at {FIRST:,}")
        newest(path, made)
        more = [
            Topic(key=f"t{n}", title=f"T{n}", match=f'w{800 + 31 * n} OR "w{n} w{n + 7}" OR w{5000 + n}*')
            for n in range(100)
        ]
        await store.adopt(sources, [*topics, *more], whole=False)  # they need not have a million members
        alone, among = await each(store, sources, made, 1, 200), await each(store, sources, made, BATCH, 600)
        print(
            f"topics    100 more: {alone * 1e3:.2f} ms for an article saved alone, {among * 1e3:.2f} ms among {BATCH}"
        )
        stored = held(path)
    print(f"disk      {path.stat().st_size / stored / 1e3:.1f} kB an article")  # noqa: ASYNC240 - nothing else runs


def told(cost: "Cost", articles: int) -> None:
    print(f"save      at {articles:>9,}: {cost}")
    print(
        f"near      at {articles:>9,}: {cost.near * 1e3:.2f} ms an article; stories {cost.stories * 1e3:.2f} ms",
        flush=True,
    )


def source(n: int) -> Source:
    hourly = Schedule(every=timedelta(hours=1))
    return Source(name=f"s{n}", url=f"https://s{n}.example/", title=f"S{n}", schedule=hourly, max_age=None)


class Made:
    """Articles of 5 kB, for ever, and the time that goes by as they come."""

    def __init__(self, before: int) -> None:
        self._count = before
        chance = random.Random(before)  # noqa: S311 - the same articles each time
        self._texts = made_up(chance)

    def now(self) -> datetime:
        return BEGIN + timedelta(days=self._count / DAILY)

    def articles(self, some: Source, count: int) -> list[Page]:
        """The next ones, as pages of a source."""
        return [self._page(some, title, text) for title, text in islice(self._texts, count)]

    def headlines(self, some: Source, count: int) -> list[Page]:
        """The next ones without a text."""
        numbers = range(self._count, self._count + count)
        return [self._page(some, f"w{n} speaks of w{n // 7} and w{n % 1000}", "") for n in numbers]

    def _page(self, some: Source, title: str, text: str) -> Page:
        n, now = self._count, self.now()
        self._count += 1
        url = f"{some.url}news/2026/05/{n}-{title[:24].replace(' ', '-')}"
        article = Article(
            url=url, title=title, text=text, html="", summary=text[:150], authors=("Jane Doe",), language="en", section="News",
            published=now - timedelta(minutes=n % 300), tags=("one", "two"),
        )  # fmt: skip
        return Page(asked=url, url=url, state=State.READ, fetched=now, article=article)


def made_up(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Titles and texts: word n is as often as 1/(n + 3) (Zipf's law)."""
    words = [f"w{n}" for n in range(30_000)]
    weights = list(accumulate(1 / (n + 3) for n in range(30_000)))
    while True:
        said = chance.choices(words, cum_weights=weights, k=930)
        yield " ".join(said[:9]), "\n\n".join(" ".join(said[at : at + 60]) for at in range(9, len(said), 60))


async def fill(store: Store, sources: Sequence[Source], made: Made, count: int) -> None:
    began, done = time.monotonic(), 0
    while done < count:
        some = sources[done // 200 % len(sources)]
        done += len(await store.save(some, made.articles(some, min(200, count - done))))
        await store.record(CrawlReport(source=some.name, started=made.now(), finished=made.now()))
        if done % 20_000 == 0:
            print(
                f"          {done:,} of {count:,} more, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True
            )


async def each(store: Store, sources: Sequence[Source], made: Made, size: int, count: int) -> float:
    """CPU seconds of an article, in transactions of `size`."""
    batches = [(some, made.articles(some, size)) for some in islice(sources, count // size)]
    began = time.process_time()
    for some, batch in batches:
        await store.save(some, batch)
    return (time.process_time() - began) / (len(batches) * size)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """CPU seconds of an article."""

    save: float
    """All but the next two."""
    near: float
    stories: float
    bare: float
    """Its title and text put into an index."""

    def __str__(self) -> str:
        ratio = self.save / self.bare
        return f"{self.save * 1e3:.2f} ms an article, {ratio:.2f} x a bare FTS insert ({self.bare * 1e3:.2f} ms)"


async def beside_bare(store: Store, sources: Sequence[Source], made: Made, path: Path) -> Cost:
    """Medians of rounds in turns."""
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = NORMAL")
    bare.execute(f'CREATE VIRTUAL TABLE IF NOT EXISTS t USING fts5(title, text, tokenize="{TOKENIZER}")')
    costs = []
    for n in range(ROUNDS):
        some = sources[n % len(sources)]
        batches = [made.articles(some, BATCH) for _ in range(A_ROUND)]
        sketching, near, stories = (
            Spent(copies, "sketch"),
            Spent(NearCopies, "find", "keep", "prune"),
            Spent(Stories, "come"),
        )
        with sketching, near, stories:
            began = time.process_time()
            for batch in batches:
                await store.save(some, batch)
            between = time.process_time()
        for batch in batches:
            bare.execute("BEGIN")
            said = [(p.article.title, p.article.text) for p in batch if p.article]
            bare.executemany("INSERT INTO t(title, text) VALUES (?, ?)", said)
            bare.execute("COMMIT")
        apart = (sketching.seconds + near.seconds, stories.seconds)
        costs.append((between - began - sum(apart), *apart, time.process_time() - between))
    bare.close()
    save, near_copies, told, index = (
        statistics.median(column) / (A_ROUND * BATCH) for column in zip(*costs, strict=True)
    )
    return Cost(save=save, near=near_copies, stories=told, bare=index)


class Spent:
    """CPU seconds spent in some functions of a module or class, as long as the `with` block lasts."""

    def __init__(self, owner: Any, *names: str) -> None:
        self.seconds = 0.0
        self._owner = owner
        self._plain = {name: getattr(owner, name) for name in names}

    def __enter__(self) -> Self:
        for name, function in self._plain.items():
            setattr(self._owner, name, self._timed(function))
        return self

    def __exit__(self, *_: object) -> None:
        for name, function in self._plain.items():
            setattr(self._owner, name, function)

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*values: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                return function(*values, **named)
            finally:
                self.seconds += time.thread_time() - began

        return timed


async def rows(store: Store, sources: Sequence[Source], made: Made, path: Path, stored: Path) -> None:
    """Headlines without a text, and sqlite-utils' upserts of as much."""
    database = Database(path)
    database.conn.execute("PRAGMA journal_mode = WAL")
    database.conn.execute("PRAGMA synchronous = NORMAL")
    table: Any = database["rows"]
    ours, theirs, before = [], [], counted(stored)
    for n in range(ROUNDS):
        batches = [made.headlines(sources[n], BATCH) for _ in range(A_ROUND)]
        began = time.process_time()
        for batch in batches:
            await store.save(sources[n], batch)
        between = time.process_time()
        for page in chain.from_iterable(batches):
            article = page.article
            if article:
                row = {
                    "url": page.asked,
                    "title": article.title,
                    "source": sources[n].name,
                    "published": str(article.published),
                }
                table.upsert(row, pk="url")
        ours.append(A_ROUND * BATCH / (between - began))
        theirs.append(A_ROUND * BATCH / (time.process_time() - between))
    database.close()
    mine, other, each = (
        statistics.median(ours),
        statistics.median(theirs),
        (counted(stored) - before) / (ROUNDS * A_ROUND * BATCH),
    )
    print(
        f"rows      {mine:,.0f} headlines of {each:.0f} rows each a CPU second: {mine * each:,.0f} rows,"
        f" {mine * each / other:.1f} x sqlite-utils' upserts of one ({other:,.0f})"
    )


WRITTEN = ("entries", "addresses", "keys", "carriers", "labels", "membership", "pending")


def counted(path: Path) -> int:
    """Rows in the tables that a headline is written into, those that serve the full text, near-copies and stories aside."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as reader:
        counts = [reader.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in WRITTEN]  # noqa: S608 - names
    return sum(counts)


NEWEST = """
SELECT m.entry FROM topics t JOIN membership m ON m.topic = t.id WHERE t.key = 'all' ORDER BY m.published DESC LIMIT 50
"""


SEARCHES = {
    "w1": "a word of all",
    "w300": "of each third",
    "w9000": "of each eightieth",
    "NOT w300": "bare NOT",
    "NOT w1": "of what all have",
}


def newest(path: Path, made: Made) -> None:
    with Reader.open(path, made.now) as reader, sqlite3.connect(f"file:{path}?mode=ro", uri=True) as plain:
        took = median_ms(lambda: plain.execute(NEWEST).fetchall())
        searches = [
            f"{said} {median_ms(partial(reader.search, query, limit=50), 7):.1f} ms" for query, said in SEARCHES.items()
        ]
    print(f"newest    of a topic {took:.3f} ms; search: {', '.join(searches)}")


def median_ms(work: Callable[[], object], times: int = 50) -> float:
    took = []
    for _ in range(times):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return statistics.median(took) * 1e3


def held(path: Path) -> int:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as reader:
        [(count,)] = reader.execute("SELECT count(*) FROM entries")
    return int(count)


if __name__ == "__main__":
    main()
