"""What publishing costs, beside feedgen as it comes (50 entries, Atom or RSS, no gzip) in the same process.

    python benchmarks/feeds.py [--articles 20000] [--topics 500] [--memory] [--keep FOLDER]

Articles of 5 kB of HTML are made up, saved as a crawl saves pages, and published in full. All figures are CPU (`process_time`).
Files are written, and not synced to the disk, which takes time but no CPU. What a disk's file system takes of it differs
widely, and by the hour; `--memory` (1.5 GB) leaves it out.

one       a new article among as many as you say is published to two topics of 50 entries, each in three formats with gzip twins,
          the store's work and the index page included. Median of as many articles as `--rounds`, and where 95 % of them lie
rebuild   500 topics of 50 entries, each article in four, as Atom and RSS with twins, from what was kept, over older files
nothing   an entry written for the first time in three formats, cleaning and packing included
304       an answer of the web server that a feed has not changed
disk      bytes an article that is in four topics: what is kept of entries, and files, archive pages among them
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
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from feedgen.feed import FeedGenerator  # noqa: E402 - as above

import feeds.files  # noqa: E402 - as above
import feeds.publish  # noqa: E402 - as above
from feeds.assembled import Writer  # noqa: E402 - as above
from feeds.formats import atom, edition, found, rss  # noqa: E402 - as above
from newsloom.config import Config, load  # noqa: E402 - as above
from newsloom.news.items import Article, Feed  # noqa: E402 - as above
from newsloom.news.memory import Page, State  # noqa: E402 - as above
from newsloom.news.renderings import Issue  # noqa: E402 - as above
from newsloom.publishing import publish_dirty  # noqa: E402 - as above
from newsloom.store import Store  # noqa: E402 - as above
from newsloom.web.app import app  # noqa: E402 - as above

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
A_FEED = 50
IN_MEMORY = "/dev/shm"  # noqa: S108 - a folder with a name of its own is made in it


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000, help="how many are stored (default 20000)")
    parser.add_argument("--topics", type=int, default=500, help="how many are rebuilt (default 500)")
    parser.add_argument("--rounds", type=int, default=40, help="how many new articles are published (default 40)")
    parser.add_argument("--archived", type=int, default=8_000, help="articles in four topics each (default 8000)")
    parser.add_argument(
        "--memory", action="store_true", help=f"files in {IN_MEMORY}: without what a disk's file system takes"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where to leave stores and files")
    options = parser.parse_args()
    feeds.files.os.fsync = unsynced  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if options.memory else None) as folder:
        place = options.keep or Path(folder)
        place.mkdir(exist_ok=True)
        asyncio.run(one_new(place / "one", options.articles, options.rounds))
        asyncio.run(many(place / "many", options.topics))
        asyncio.run(disk(place / "disk", options.archived))


def unsynced(handle: int) -> None:
    """Instead of os.fsync."""


# What is published


def configured(folder: Path, topics: Sequence[str]) -> Config:
    folder.mkdir()
    rules = "\n".join(f"  {key}:\n    match: tag:{key}" for key in topics)
    text = f"sources:\n  - url: https://news.example/\npublic_url: https://me.example/\ntopics:\n{rules}\n"
    (folder / "config.yaml").write_text(text)
    config = load(folder / "config.yaml")
    return replace(config, topics=tuple(topic for topic in config.topics if topic.match))


def made_up(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Titles and bodies of 5 kB, for ever: 20,000 words, the n-th as often as 1/(n + 3) (Zipf's law)."""
    words = [
        "".join(chance.choices("etaoinshrdlucmfwypvbgkjqxz", weights=range(26, 0, -1), k=2 + n % 9))
        for n in range(20_000)
    ]
    weights = list(accumulate(1 / (n + 3) for n in range(20_000)))
    while True:
        said = chance.choices(words, cum_weights=weights, k=900)
        paragraphs = [" ".join(said[at : at + 45]) for at in range(10, len(said), 45)]
        html = "".join(f"<p>{p.capitalize()}, <a href='/about/{p[:4]}'>{p[:9]}</a>.</p>\n" for p in paragraphs)
        yield " ".join(said[:10]).capitalize(), html[:5_000]


def pages(bodies: Iterator[tuple[str, str]], tags: Sequence[Sequence[str]], first: int) -> list[Page]:
    made = []
    for n, ((title, html), its) in enumerate(zip(bodies, tags, strict=False), first):
        url = f"https://news.example/2026/05/{n}"
        article = Article(
            url=url, title=title, html=html, text=html.replace("<p>", "").replace("</p>", "\n"), summary=title * 3,
            authors=("Jane Doe",), language="en", section="News", published=NOW - timedelta(minutes=n % 9_000), tags=tuple(its),
        )  # fmt: skip
        made.append(Page(asked=url, url=url, state=State.READ, fetched=NOW, article=article))
    return made


async def save(
    config: Config, store: Store, bodies: Iterator[tuple[str, str]], tags: Sequence[Sequence[str]], first: int
) -> None:
    for at in range(0, len(tags), 200):
        some = tags[at : at + 200]
        await store.save(config.sources[0], pages(islice(bodies, len(some)), some, first + at))


# What it takes


async def one_new(folder: Path, articles: int, rounds: int) -> None:
    """Two topics that every new article belongs to, beside as many stored articles as asked for, most in no topic at all."""
    config = configured(folder, ["this", "that"])
    bodies = made_up(random.Random(8))  # noqa: S311 - the same articles each time
    with Store.open(config.store, lambda: NOW) as store:
        await store.adopt(config.sources, config.topics)
        await save(config, store, bodies, [()] * articles, 0)
        await save(config, store, bodies, [("this", "that")] * A_FEED, articles)
        await publish_dirty(config, store)
        spent, files = [], []
        for n in range(rounds):
            await save(config, store, bodies, [("this", "that")], articles + A_FEED + n)
            began = time.process_time()
            done, _ = await publish_dirty(config, store)
            spent.append(time.process_time() - began)
            files.append(len(done))
        feed = await store.feed("this")
    beside = statistics.median(feedgens(feed) for _ in range(20))
    spent.sort()
    low, high = (spent[int(len(spent) * share)] for share in (0.025, 0.975))
    middle = statistics.median(spent)
    span = f"{middle * 1e3:.1f} ms ({low * 1e3:.1f} to {high * 1e3:.1f})"
    print(
        f"one       at {articles:,}: {span} for {statistics.mode(files)} files and their twins, "
        f"{middle / beside:.1f} x one feed of feedgen's ({beside * 1e3:.2f} ms)"
    )


async def many(folder: Path, topics: int) -> None:
    config = configured(folder, [f"t{n}" for n in range(topics)])
    articles = topics * A_FEED // 4
    tags = [[f"t{(n + k * topics // 4) % topics}" for k in range(4)] for n in range(articles)]
    with Store.open(config.store, lambda: NOW) as store:
        await store.adopt(config.sources, config.topics)
        await save(config, store, made_up(random.Random(9)), tags, 0)  # noqa: S311 - as above
        await publish_dirty(config, store)
        feed = await store.feed("t0")
        await rebuilt(replace(config, public_url="https://me.example/news"), store)
    print(f"nothing   {anew(feed) * 1e3:.2f} ms an entry in {len(found())} formats")
    await unchanged(config.out)


async def disk(folder: Path, articles: int) -> None:
    """Four topics that every article belongs to; all stand in archive pages, the last ones in the feeds as well."""
    keys = ["d0", "d1", "d2", "d3"]
    config = configured(folder, keys)
    with Store.open(config.store, lambda: NOW) as store:
        await store.adopt(config.sources, config.topics)
        await save(config, store, made_up(random.Random(10)), [keys] * articles, 0)  # noqa: S311 - as above
        await publish_dirty(config, store)
    with closing(sqlite3.connect(config.store)) as store_file:
        (kept,) = store_file.execute("SELECT sum(length(body) + length(packed)) FROM renderings").fetchone()
    archived, files = weight(config.out / "archive"), weight(config.out)
    oldest = weight(config.out / "archive/d0", "1.*") * len(keys) / A_FEED
    print(
        f"disk      {(kept + files) / articles / 1e3:.1f} kB an article in four topics at {articles:,}: "
        f"{archived / articles / 1e3:.1f} in archive pages, {oldest / 1e3:.1f} once they are old; "
        f"the rest is {(kept + files - archived) / 1e6:.1f} MB in all"
    )


def weight(folder: Path, pattern: str = "*") -> int:
    return sum(file.stat().st_size for file in folder.rglob(pattern) if file.is_file())


async def rebuilt(config: Config, store: Store) -> None:
    """As Atom and RSS, since feedgen has no third."""
    feeds.publish.found = lambda: (atom, rss)  # type: ignore[attr-defined,assignment]
    kinds = (atom.SUFFIX, rss.SUFFIX)
    began = time.process_time()
    for topic in config.topics:
        issue = await store.issue(topic.key, formats=kinds, edition=edition())
        if issue.feed.entries:
            raise SystemExit(f"{topic.key}: entries are missing")
        done = feeds.publish.publish(issue, config.out, public_url=config.public_url, every=timedelta(hours=1))
        await store.published(topic.key, issue, done.written)
    each = (time.process_time() - began) / len(config.topics) / len(kinds)
    beside = [feedgens(await store.feed(topic.key)) for topic in config.topics[:50]]
    feeds.publish.found = found  # type: ignore[attr-defined]
    print(
        f"rebuild   {len(config.topics)} topics, {len(kinds)} formats: {each * 1e3:.2f} ms a feed with its twin, "
        f"{each / statistics.median(beside):.2f} x feedgen ({statistics.median(beside) * 1e3:.2f} ms)"
    )


def anew(feed: Feed) -> float:
    """CPU seconds an entry of which nothing is kept."""
    feeds.clean.clean.cache_clear()
    writer = Writer(Issue.of(feed))
    began = time.process_time()
    for kind in found():
        writer.entries(kind)
    return (time.process_time() - began) / len(feed.entries)


def feedgens(feed: Feed) -> float:
    """CPU seconds in which feedgen as it comes makes a feed of these entries, the mean of Atom and RSS."""
    began = time.process_time()
    for kind in ("atom", "rss"):
        made = FeedGenerator()
        made.id(feed.id.urn)
        made.title(feed.topic.title)
        made.description(feed.topic.title)
        made.link(href="https://me.example/")
        for entry in feed.entries:
            one = made.add_entry(order="append")
            one.id(entry.id.urn)
            one.title(entry.title)
            one.link(href=entry.url)
            one.content(entry.html, type="html")
            one.summary(entry.summary)
            one.published(entry.published)
            one.updated(entry.updated)
            one.author([{"name": name} for name in entry.authors])
            for tag in entry.tags:
                one.category(term=tag)
        made.atom_str() if kind == "atom" else made.rss_str()
    return (time.process_time() - began) / 2


async def unchanged(out: Path) -> None:
    """The application alone, as a server calls it."""
    serve = app(out)
    first = await asked(serve, [])
    etag = next(value for name, value in first["headers"] if name == b"etag")
    again: list[Callable[[], Any]] = [lambda: asked(serve, [(b"if-none-match", etag)])] * 500
    began = time.process_time()
    for ask in again:
        if (await ask())["status"] != 304:
            raise SystemExit("the server did not say 304")
    print(f"304       {(time.process_time() - began) / len(again) * 1e3:.3f} ms")


async def asked(serve: Any, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": "/t0.atom",
        "raw_path": b"/t0.atom", "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "headers": [(b"host", b"127.0.0.1"), (b"accept-encoding", b"gzip"), *headers],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await serve(scope, receive, send)
    return sent[0]


if __name__ == "__main__":
    main()
