"""What is told of a source that falls ill: an entry of the health feed when it does, one when it has recovered, and a note."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser

from newsloom.adopting import adopt
from newsloom.config import Config, load
from newsloom.news.memory import CrawlReport, Listing, Page, Role, Stage, State, Validators
from newsloom.publishing import publish_dirty
from newsloom.store import Reader, Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URL = "https://news.example/feed"
CONFIG = (
    f"sources:\n  - {{url: {URL}, name: news, kind: feed, title: The News}}\nnetwork: {{contact: me@example.org}}\n"
)


class Told:
    """A source whose crawls the test tells, and what is published of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config: Config
        self.configure(CONFIG)
        self.at = NOON

    def configure(self, config: str) -> None:
        (self.folder / "config.yaml").write_text(config, encoding="utf-8")
        self.config = load(self.folder / "config.yaml")

    def crawl(self, error: str = "") -> tuple[str, ...]:
        """One crawl, and the files that were written after it."""
        return asyncio.run(self._crawl(error))

    async def _crawl(self, error: str) -> tuple[str, ...]:
        self.at += timedelta(hours=1)
        (source,) = self.config.sources
        with Store.open(self.config.store, lambda: self.at) as store:
            await adopt(self.config, store)
            if error:
                page = Page(
                    asked=URL, role=Role.FEED, state=State.FAILED, stage=Stage.STATUS, fetched=self.at, reason=error
                )
                await store.save(source, [page])
            else:
                await store.listed(
                    source,
                    Listing(asked=URL, url=URL, role=Role.FEED, fetched=self.at, validators=Validators(), found=()),
                )
            failed = f"{URL}: {error}" if error else ""
            await store.record(
                CrawlReport(source=source.name, started=self.at, finished=self.at, requests=1, error=failed)
            )
            files, failed_topics = await publish_dirty(self.config, store)
        assert failed_topics == ()
        return tuple(sorted(str(f.relative_to(self.config.out)) for f in files))

    def read(self, name: str = "health.atom") -> "feedparser.FeedParserDict":
        read = feedparser.parse((self.config.out / name).read_bytes())
        assert not read.bozo
        return read


def test_one_entry_when_it_falls_ill_one_when_it_has_recovered_and_none_in_between(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.crawl()
    assert told.read().entries == []
    assert told.crawl("503 Service Unavailable") == (), "one failure is weather"
    written = told.crawl("503 Service Unavailable")
    assert set(written) >= {"health.atom", "health.json", "health.rss"}
    assert not any(name.startswith(("all", "source/")) for name in written), "it is no news"
    (first,) = told.read().entries
    assert (first.title, first.link) == ("The News is failing (status)", URL)
    assert first.content[0].value == f"<p>{URL}: 503 Service Unavailable</p>"
    assert told.crawl("503 Service Unavailable") == ()
    assert told.crawl("404 Not Found") == ()
    told.crawl()
    again = told.read().entries
    assert [e.title for e in again] == ["The News has recovered", "The News is failing (status)"]
    assert again[1].id == first.id
    assert told.crawl() == ()
    for name in ("health.rss", "all.atom", "source/news.atom"):
        assert len(told.read(name).entries) == (2 if "health" in name else 0)


def test_what_was_told_stays_as_it_was_when_the_source_gets_another_title_or_address(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.crawl("refused")
    before = (told.config.out / "health.json").read_bytes()
    told.configure(CONFIG.replace("The News", "Daily").replace("example/feed", "example/atom"))
    told.crawl("refused")
    assert (told.config.out / "health.json").read_bytes() == before
    told.crawl()
    assert [e.title for e in told.read().entries] == ["Daily has recovered", "The News is failing (status)"]


def test_a_source_that_leaves_the_config_while_it_is_ill_gets_a_closing_word(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.crawl("refused")
    told.configure(CONFIG.replace("name: news", "name: else").replace("example/feed", "example/else"))
    for _ in range(2):
        told.crawl()
        closed, ill = told.read().entries
        assert (closed.title, ill.title) == ("The News is no longer watched", "The News is failing (status)")
    told.configure(CONFIG)
    told.crawl("refused")
    assert told.read().entries[0].title == "The News is failing (status)", "it came back as it was"


def test_a_source_that_gets_another_name_while_it_is_ill_is_ill_under_that_one(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.crawl()
    told.crawl("refused"), told.crawl("refused")
    told.configure(CONFIG.replace("name: news, kind: feed, title: The News", "name: daily, kind: feed, title: Daily"))
    told.crawl("refused")
    assert [e.title for e in told.read().entries] == [
        "Daily is failing (status)", "The News is no longer watched", "The News is failing (status)",
    ]  # fmt: skip
    assert "watched as Daily now" in told.read().entries[1].content[0].value
    told.crawl()
    assert told.read().entries[0].title == "Daily has recovered"


def test_what_is_told_is_found_by_no_search_and_the_index_names_it_apart(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.crawl("refused")
    with Reader.open(told.config.store, lambda: told.at) as reader:
        assert reader.search("News OR refused OR failing") == ()
    opml = (told.config.out / "feeds.opml").read_text(encoding="utf-8")
    assert '<outline text="About these feeds">' in opml
    assert opml.index("About these feeds") < opml.index("health.atom")
    assert "1 entry" in (told.config.out / "index.html").read_text(encoding="utf-8").partition("Health of sources")[2]


def test_status_says_how_a_source_is_and_why(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.crawl("503 Service Unavailable")

    def status(*words: str) -> str:
        command = [
            sys.executable,
            "-m",
            "newsloom",
            "status",
            "--now",
            (told.at + timedelta(hours=1)).isoformat(),
            *words,
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout

    assert f"failing, status since 2026-03-02T13:00:00Z: {URL}: 503 Service Unavailable" in status()
    assert json.loads(status("--json"))["sources"][0]["health"] == {
        "condition": "failing", "since": "2026-03-02T13:00:00Z", "field": "", "stage": "status", "example": URL,
        "reason": f"{URL}: 503 Service Unavailable",
    }  # fmt: skip


def test_what_kept_us_from_pages_is_kept_for_each_crawl(tmp_path: Path) -> None:
    told = Told(tmp_path)
    (source,) = told.config.sources

    async def crawl() -> None:
        with Store.open(told.config.store, lambda: NOON) as store:
            await adopt(told.config, store)
            states = {"a": State.REFUSED, "b": State.REFUSED, "c": State.READ}
            await store.save(
                source,
                [
                    Page(
                        asked=f"{URL}/{name}", state=state, fetched=NOON, reason=f"why {name}",
                        stage=Stage.ROBOTS if state is State.REFUSED else Stage.EMPTY,
                    )
                    for name, state in states.items()
                ],
            )  # fmt: skip
            await store.record(CrawlReport(source="news", started=NOON, finished=NOON, requests=3))

    asyncio.run(crawl())
    connection = sqlite3.connect(told.config.store)
    rows = connection.execute("SELECT stage, addresses, example, reason FROM failures ORDER BY stage").fetchall()
    connection.close()
    assert rows == [("empty", 1, f"{URL}/c", "why c"), ("robots", 2, f"{URL}/a", "why a")]
