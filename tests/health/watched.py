"""The demo's papers and a crawl of them in the test's own process, on a clock that the test sets. Any paper can be broken."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from newsloom.config import Config, load
from newsloom.demo.breaks import Break
from newsloom.demo.sites import DemoSites
from newsloom.news.health import Health
from newsloom.store import Store
from newsloom.store.health import of
from scraper.crawl import crawl
from scraper.network import Network
from tests.whole.papers import NOON

ROUND = timedelta(minutes=10)


class Watched:
    """Papers that are crawled every ten minutes."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON
        self.folder = folder
        self.sites: DemoSites
        self._network: Network
        self._config: Config

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator["Watched"]:
        here = cls(folder)
        async with DemoSites.open(now=lambda: here.now, first_port=0) as here.sites:
            path = folder / "config.yaml"
            path.write_text(here.sites.config_text(out=folder / "public", store=folder / "n.db"), encoding="utf-8")
            here._config = load(path)
            async with Network.open(here._config.network, here._config.limits) as here._network:
                yield here

    async def rounds(
        self, papers: Iterable[str], count: int, *, store: str = "n.db", every: timedelta = ROUND
    ) -> dict[str, Health]:
        """So many crawls of each of these papers, and how they are then."""
        sources = {s.name: s for s in self._config.sources}
        with Store.open(self.folder / store, lambda: self.now, self._config.limits) as kept:
            for _ in range(count):
                self.now += every
                for paper in papers:
                    await crawl(sources[paper], kept, self._network, lambda: self.now, self._config.limits)
        return {row["source"]: of(row) for row in self.rows("SELECT * FROM health", store=store)}

    def rows(self, sql: str, *, store: str = "n.db") -> list[sqlite3.Row]:
        connection = sqlite3.connect(self.folder / store)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    async def broken(self, paper: str, how: Break, crawls: int, *, after: timedelta = timedelta(0)) -> Health:
        """How a paper is, so many crawls after it broke; what was known of it before is as it was afterwards."""
        began, (copy, source) = self.now, (self.folder / "copy.db", self.folder / "n.db")
        shutil.copyfile(source, copy)
        self.now += after
        self.sites.break_(paper, how)
        try:
            return (await self.rounds([paper], crawls, store=copy.name))[paper]
        finally:
            self.sites.break_(paper, None)
            self.now = began
