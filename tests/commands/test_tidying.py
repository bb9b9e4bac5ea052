"""`tidy`, alone, beside a run, and by the clock."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsloom import adopting, hallway, lock
from newsloom.config import load
from newsloom.news.items import Article
from newsloom.news.memory import CrawlReport, Page, State
from newsloom.store import Reader, Store
from scheduler import Clock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = "2026-05-02T12:00Z"
CONFIG = """\
sources: [{url: "https://news.example/", name: news, every: 100d}]
network: {contact: me@example.org}
defaults: {keep: 30d}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a store of sixty articles, of which feeds show fifty."""
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    asyncio.run(fill(tmp_path / "config.yaml"))
    return tmp_path


async def fill(path: Path) -> None:
    config = load(path)
    (news,) = config.sources
    with Store.open(config.store, lambda: NOON) as store:
        await store.adopt(config.sources, config.topics)
        await store.save(news, [page(n) for n in range(60)])
        await store.record(CrawlReport(source="news", started=NOON, finished=NOON, new=60))
        for topic in config.topics:
            await store.advance(topic.key)
            while (full := await store.closing(topic.key)) is not None:
                await store.closed(full, [f"archive/{topic.key}/{full.page}.atom"])


def page(n: int) -> Page:
    url = f"https://news.example/{n}"
    text = " ".join(f"Number {n * m} is here." for m in range(100))
    article = Article(url=url, title=f"Title {n}", text=text, published=NOON + timedelta(minutes=n))
    return Page(asked=url, url=url, state=State.READ, fetched=NOON, article=article)


def newsloom(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "newsloom", *words],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def texts(folder: Path) -> int:
    with Reader.open(folder / "newsloom.db", lambda: NOON) as reader:
        return sum(bool(e.text) for e in reader.search("title", limit=100))


def test_a_dry_run_says_what_would_go_and_changes_nothing(folder: Path) -> None:
    done = newsloom(folder, "tidy", "--dry-run", "--now", LATER)
    assert done.returncode == 0
    assert done.stdout.startswith("would drop 10 texts and 0 earlier versions, ")
    assert "50 more are old enough, and in a current feed" in done.stdout
    assert texts(folder) == 60


def test_what_is_too_old_is_dropped(folder: Path) -> None:
    said = json.loads(newsloom(folder, "tidy", "--json", "--now", LATER).stdout)
    assert (said["entries"], said["spared"]) == (10, 50)
    assert texts(folder) == 50


def test_beside_another_newsloom_it_is_done_too(folder: Path) -> None:
    with lock.locked(folder / "newsloom.db"):
        done = newsloom(folder, "tidy", "--now", LATER)
    assert (done.returncode, done.stdout[:16]) == (0, "dropped 10 texts")
    assert texts(folder) == 50


def test_a_config_that_keeps_everything_is_told_how_not_to(folder: Path) -> None:
    (folder / "config.yaml").write_text(CONFIG.replace("30d", "forever"), encoding="utf-8")
    done = newsloom(folder, "tidy", "--now", LATER)
    assert (done.returncode, texts(folder)) == (0, 60)
    assert "keeps everything for ever" in done.stderr


def test_without_a_store_it_is_a_line_and_no_store_is_made(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    done = newsloom(tmp_path, "tidy")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert not (tmp_path / "newsloom.db").exists()


def test_the_clock_does_it_once_a_day(folder: Path) -> None:
    at = NOON + timedelta(days=61)

    async def inside() -> None:
        async with hallway.opened(load(folder / "config.yaml"), lambda: at) as house:
            stop = asyncio.Event()
            clock = asyncio.create_task(Clock(house, tick=timedelta(milliseconds=20)).run(stop))
            while await house.store.tidied() is None:  # noqa: ASYNC110 - the store has no event for it
                await asyncio.sleep(0.02)
            stop.set()
            await clock
            assert texts(folder) == 50
            assert await house.store.tidied() == at

    async def within_the_day() -> None:
        later = at + timedelta(hours=23)
        async with hallway.opened(load(folder / "config.yaml"), lambda: later) as house:
            await adopting.tidy_daily(house.config, house.store, house.now)
            assert await house.store.tidied() == at

    asyncio.run(inside())
    asyncio.run(within_the_day())
