"""A real store on a real file, with a clock that stands until it is moved, and short words for what a crawl tells."""

import asyncio
import sqlite3
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from newsloom.news.items import Article, Brief, BriefKind, Entry, EntryKind, Face, Feed, Topic
from newsloom.news.memory import CrawlReport, Due, Found, Listed, Listing, Page, Role, Saved, State, Validators
from newsloom.news.sources import Limits, Schedule, Source
from newsloom.store import Reader, Store
from newsloom.store.database import open_writing

T = TypeVar("T")
START = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

BODY = (
    "The council of Harbour Town has agreed to build the long bridge over the eastern channel after years of dispute. "
    * 6
)
"""A text long enough to prove that two pages with it are one piece."""


def source(name: str = "a", **fields: Any) -> Source:
    usual: dict[str, Any] = {
        "name": name,
        "url": f"https://{name}.example/",
        "title": name.upper(),
        "schedule": Schedule(every=HOUR),
    }
    return Source(**usual | fields)


def topic(key: str, match: str = "", **fields: Any) -> Topic:
    return Topic(key=key, title=key.title(), match=match, **fields)


def opened(folder: Path) -> sqlite3.Connection:
    """A store's file for what is kept of texts, whose entries nobody made."""
    connection = open_writing(folder / "news.db")
    connection.execute("PRAGMA foreign_keys = OFF")
    return connection


ALL = topic("all")
BRIEFS = topic("briefs", include=frozenset({EntryKind.BRIEF}), face=Face.BRIEF)


def page(asked: str, text: str = "", *, at: datetime = START, state: State = State.READ, **fields: Any) -> Page:
    """A page; with a `text` or a `title` it gave an article."""
    of_page = {name: fields.pop(name) for name in list(fields) if name in Page.__dataclass_fields__}
    article = Article(url=of_page.get("url", asked), text=text, **fields) if text or fields else None
    usual: dict[str, Any] = {"asked": asked, "url": asked, "state": state, "fetched": at, "article": article}
    return Page(**usual | of_page)


def item(url: str, text: str = "", *, published: datetime | None = START, **fields: Any) -> Found:
    """A feed item."""
    title = fields.pop("title", f"Item {url}")
    return Found(
        url=url, title=title, published=published,
        item=Article(url=url, title=title, text=text, published=published, **fields),
    )  # fmt: skip


def row(
    text: str = "", *, clock: datetime | None = None, kind: BriefKind = BriefKind.READ_NEXT, **fields: Any
) -> Brief:
    """A row of a "Read next" block, with the clock time that it prints."""
    usual: dict[str, Any] = {"kind": kind, "place": 1, "text": text, "published": clock}
    if clock is not None:
        usual["time_text"] = f"{clock:%H:%M}"
    return Brief(**usual | fields)


class Desk:
    """Sync words for the store's async ones."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self.path = path
        self.at = START
        self.limits = limits or Limits()
        self.store = Store.open(path, self.now, self.limits)

    def now(self) -> datetime:
        return self.at

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()

    def reopen(self) -> None:
        self.store.close()
        self.store = Store.open(self.path, self.now, self.limits)

    def adopt(self, sources: Sequence[Source] = (), topics: Sequence[Topic] = (ALL,)) -> list[str]:
        return self.run(self.store.adopt(sources or (source(),), topics))

    def due(self, of: Source | None = None, limit: int = 1000) -> list[Due]:
        return list(self.run(self.store.due(of or source(), limit)))

    def due_urls(self, of: Source | None = None, limit: int = 1000) -> list[str]:
        return [d.url for d in self.due(of, limit)]

    def listed(
        self, *found: Found, of: Source | None = None, url: str = "", role: Role = Role.FEED, **fields: Any
    ) -> Listed:
        of = of or source()
        url = url or f"{of.url}feed"
        usual: dict[str, Any] = {
            "asked": url, "url": url, "role": role, "fetched": self.at, "validators": Validators(etag='"1"'), "found": found,
        }  # fmt: skip
        return self.run(self.store.listed(of, Listing(**usual | fields)))

    def save(self, *pages: Page, of: Source | None = None) -> list[Saved]:
        return list(self.run(self.store.save(of or source(), pages)))

    def record(self, of: Source | None = None, **fields: Any) -> None:
        name = (of or source()).name
        self.run(self.store.record(CrawlReport(source=name, started=self.at, finished=self.at, **fields)))

    def publish(self, key: str = "all") -> Feed:
        self.run(self.store.advance(key))
        while (page := self.run(self.store.closing(key))) is not None:
            self.run(self.store.closed(page, [f"archive/{key}/{page.page}.atom"]))
        feed = self.run(self.store.feed(key))
        self.run(self.store.published(key))
        return feed

    def dirty(self) -> list[str]:
        return self.run(self.store.dirty())

    def entries(self) -> list[Entry]:
        """All, newest first."""
        with Reader.open(self.path, self.now) as reader:
            return list(reader.search("NOT thiswordisnowhere", limit=10_000, muted=True))

    def entry(self, url_or_id: str) -> Entry:
        with Reader.open(self.path, self.now) as reader:
            found = reader.entry(url_or_id)
        assert found is not None, url_or_id
        return found

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()
