"""A topic that leaves the config, and what it is when it comes back; and a store that is new beside feeds that are not."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsloom import adopting, publishing
from newsloom.config import Config, load
from newsloom.news.items import Article
from newsloom.news.memory import Page, State
from newsloom.store import Store
from newsloom.web.files import Files

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CONFIG = """\
sources: [{url: "https://news.example/", name: news, every: 1h}]
network: {contact: me@example.org}
topics: {bridges: {match: bridge}}
"""


def page(n: int, now: datetime) -> Page:
    url = f"https://news.example/{n}"
    text = " ".join(f"Number {n * m} is a bridge." for m in range(30))
    article = Article(url=url, title=f"Title {n}", text=text, published=NOON - timedelta(minutes=600 - n))
    return Page(asked=url, url=url, state=State.READ, fetched=now, article=article)


class Place:
    """A folder whose config and clock change."""

    def __init__(self, folder: Path) -> None:
        (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
        self.config: Config = load(folder / "config.yaml")
        self.without = replace(self.config, topics=tuple(t for t in self.config.topics if t.key != "bridges"))
        self.now = NOON

    def round(self, config: Config, *numbers: int, days: int = 0) -> None:
        asyncio.run(self._round(config, numbers, days))

    async def _round(self, config: Config, numbers: tuple[int, ...], days: int) -> None:
        self.now += timedelta(days=days)
        with Store.open(config.store, lambda: self.now) as store:
            await adopting.adopt(config, store)
            await store.save(config.sources[0], [page(n, self.now) for n in numbers])
            assert (await publishing.publish_dirty(config, store))[1] == ()

    def stands(self, name: str) -> int:
        files = Files(self.config.out)
        if files.locate(name) is not None:
            return 200
        return 410 if files.is_gone(name) else 404


def test_its_feed_goes_at_once_and_its_archive_pages_a_month_later(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.round(place.config)
    place.round(place.config, *range(70))
    names = [f"/bridges.{kind}" for kind in ("atom", "rss", "json")]
    pages = [f"/archive/bridges/1.{kind}" for kind in ("atom", "rss")]
    assert [place.stands(n) for n in (*names, *pages, "/others.atom")] == [200] * 5 + [404]
    place.round(place.without, days=1)
    assert [place.stands(n) for n in (*names, *pages)] == [410] * 3 + [200] * 2
    assert b"bridges" not in (place.config.out / "index.html").read_bytes()
    place.round(place.without, days=29)
    assert [place.stands(n) for n in (*names, *pages)] == [410] * 3 + [200] * 2
    place.round(place.without, days=1)
    assert [place.stands(n) for n in (*names, *pages, "/archive/all/1.atom")] == [410] * 5 + [200]
    assert not (place.config.out / "archive/bridges").exists()


def test_one_that_comes_back_goes_on_where_it_was(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.round(place.config)
    place.round(place.config, *range(70))
    before = (place.config.out / "bridges.atom").read_bytes()
    first = (place.config.out / "archive/bridges/1.atom").read_bytes()
    place.round(place.without, days=1)
    place.round(place.config, days=1)
    assert (place.config.out / "bridges.atom").read_bytes() == before
    assert [place.stands(n) for n in ("/bridges.rss", "/archive/bridges/1.rss")] == [200, 200]
    place.round(place.without, *range(70, 80), days=1)
    place.round(place.config, *range(80, 110), days=1)
    assert (place.config.out / "archive/bridges/1.atom").read_bytes() == first
    assert place.stands("/archive/bridges/2.atom") == 200


def test_a_clock_that_runs_on_takes_the_pages_away_too(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.round(place.config)
    place.round(place.config, *range(70))
    place.round(place.without)

    async def later() -> None:
        with Store.open(place.without.store, lambda: place.now) as store:
            await adopting.tidy_daily(place.without, store, lambda: place.now)
            assert place.stands("/archive/bridges/1.atom") == 200
            place.now += timedelta(days=31)
            await adopting.tidy_daily(place.without, store, lambda: place.now)

    asyncio.run(later())
    assert place.stands("/archive/bridges/1.atom") == 410


def test_a_new_store_gives_no_page_the_name_of_one_that_readers_know(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.round(place.config, *range(120))
    place.round(place.config, *range(120, 130))
    known = {p.name for p in (place.config.out / "archive/all").iterdir()}
    assert "1.atom" in known
    for file in tmp_path.glob("newsloom.db*"):
        file.unlink()
    before = (place.config.out / "archive/all/1.atom").read_bytes()
    place.round(place.config, *range(200, 310))
    place.round(place.config, *range(310, 330))
    now = {p.name for p in (place.config.out / "archive/all").iterdir()}
    last = max(int(name.partition(".")[0]) for name in known)
    assert now > known
    assert {f"{last + 1}.atom", f"{last + 2}.rss"} <= now
    assert (place.config.out / "archive/all/1.atom").read_bytes() == before
    assert b"prev-archive" not in (place.config.out / f"archive/all/{last + 1}.atom").read_bytes()
    assert f"archive/all/{last + 2}.atom".encode() in (place.config.out / "all.atom").read_bytes()
