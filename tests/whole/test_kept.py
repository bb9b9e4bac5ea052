"""Entries are written once: a publish goes on from what the store kept of them, whoever wrote it, and whatever was lost."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from newsloom import adopting, publishing
from newsloom.config import Config, load
from newsloom.news.items import Article, Face
from newsloom.news.memory import Page, State
from newsloom.store import Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CONFIG = """\
sources: [{url: "https://news.example/", name: news}, {url: "https://wire.example/", name: wire}]
network: {contact: me@example.org}
topics: {bridges: {match: bridge, content: summary}}
"""


class Desk:
    """A folder with a config, a store and feeds."""

    def __init__(self, folder: Path) -> None:
        (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
        self.config: Config = load(folder / "config.yaml")

    def publish(self, *pages: Page, config: Config | None = None) -> set[str]:
        return asyncio.run(self._publish(pages, config or self.config))

    async def _publish(self, pages: tuple[Page, ...], config: Config) -> set[str]:
        with Store.open(config.store, lambda: NOON) as store:
            await adopting.adopt(config, store)
            for source in config.sources:
                mine = [page for page in pages if page.asked.startswith(source.url)]
                await store.save(source, mine)
            files, failed = await publishing.publish_dirty(config, store)
            assert failed == ()
        return {str(path.relative_to(config.out)) for path in files}

    def ask(self) -> None:
        """Have every feed written, news or not."""
        self.run("UPDATE topics SET changes = changes + 1")

    def run(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.config.store)) as store, store:
            return store.execute(statement).fetchall()

    def bytes(self) -> dict[str, bytes]:
        out = self.config.out
        return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def page(n: int, where: str = "news", more: str = "") -> Page:
    url = f"https://{where}.example/{n}"
    text = f"{more}Bridge number {n} has been opened by the mayor. " + " ".join(
        f"Word {n * m} of it." for m in range(60)
    )
    html = f"<p>{text}</p><p><a href='/{n}/more'>More</a></p>"
    at = NOON - timedelta(minutes=600 - n)
    article = Article(url=url, title=f"Bridge {n} opens", text=text, html=html, published=at, summary=f"Number {n}.")
    return Page(asked=url, url=url, state=State.READ, fetched=NOON, article=article)


def test_what_was_lost_of_kept_entries_is_written_again_as_it_was(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.publish(*map(page, range(20)), *(page(n, "wire") for n in range(5)))
    before = desk.bytes()
    assert desk.run("SELECT DISTINCT look FROM renderings ORDER BY look") == [("full",), ("full wire",), ("summary",)]
    for lost in (
        "DELETE FROM renderings WHERE entry % 2",
        "DELETE FROM renderings",
        "UPDATE renderings SET mark = 'other'",
    ):
        desk.run(lost)
        desk.ask()
        assert desk.publish() == set()
        assert desk.bytes() == before
    assert desk.run("SELECT count(*) FROM renderings") == [(20 * 3 * 2 + 5 * 3,)]


def test_a_file_that_was_lost_is_joined_from_what_was_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.publish(*map(page, range(20)))
    before = desk.bytes()
    (desk.config.out / "bridges.rss").unlink()
    assert desk.publish() == {"bridges.rss"}
    assert desk.bytes() == before


def test_a_correction_and_a_config_that_shows_less_reach_every_feed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.publish(*map(page, range(5)))
    desk.publish(page(3, more="The opening was put off. "))
    assert desk.bytes()["all.atom"].count(b"The opening was put off. Bridge number 3") == 1
    assert b"put off" not in desk.bytes()["bridges.atom"]
    sources = tuple(replace(s, content=Face.SUMMARY) for s in desk.config.sources)
    desk.publish(config=replace(desk.config, sources=sources))
    assert b"Bridge number" not in desk.bytes()["all.json"] + desk.bytes()["source/news.rss"]
    assert desk.bytes()["all.json"].count(b"Number 3.") > 0
