"""`withdraw`, alone and beside a run."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsloom import adopting, lock, publishing
from newsloom.config import load
from newsloom.news.items import Article
from newsloom.news.memory import CrawlReport, Page, State
from newsloom.store import Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOW = ("--now", NOON.isoformat())
CONFIG = """\
sources: [{url: "https://news.example/", name: news, every: 100d}]
network: {contact: me@example.org}
topics: {ferries: {match: ferry}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixty articles, published."""
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    asyncio.run(fill(tmp_path / "config.yaml"))
    return tmp_path


async def fill(path: Path) -> None:
    config = load(path)
    (news,) = config.sources
    with Store.open(config.store, lambda: NOON) as store:
        await adopting.adopt(config, store)
        await store.save(news, [page(n) for n in range(60)])
        await store.record(CrawlReport(source="news", started=NOON, finished=NOON, new=60))
        await publishing.publish_dirty(config, store)


def page(n: int) -> Page:
    url = f"https://news.example/{n}"
    text = " ".join(f"Number {n * m} is a {'ferry' if n == 7 else 'bridge'}." for m in range(30))
    article = Article(url=url, title=f"Title {n}", text=text, published=NOON - timedelta(minutes=60 - n))
    return Page(asked=url, url=url, state=State.READ, fetched=NOON, article=article)


def newsloom(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "newsloom", *words, *NOW],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def holding(folder: Path, text: str = "is a ferry") -> set[str]:
    """Published files with that text."""
    public = folder / "public"
    files = (p for p in public.rglob("*") if p.is_file() and p.suffix != ".gz")
    return {str(p.relative_to(public)) for p in files if text in p.read_text(encoding="utf-8")}


ARCHIVED = {f"archive/{key}/1.{kind}" for key in ("all", "source/news") for kind in ("atom", "rss")}
FEEDS = {f"ferries.{kind}" for kind in ("atom", "rss", "json")}


def test_it_says_which_files_it_rewrote_and_none_holds_the_entry(folder: Path) -> None:
    assert holding(folder) == ARCHIVED | FEEDS
    done = newsloom(folder, "withdraw", "https://news.example/7")
    assert done.returncode == 0
    assert done.stderr.endswith("“Title 7” is withdrawn: 8 files\n")
    said = {str(Path(line).relative_to(folder / "public")) for line in done.stdout.splitlines()}
    assert said == ARCHIVED | FEEDS | {"index.html"}
    assert holding(folder) == set()
    assert newsloom(folder, "withdraw", "https://news.example/7").stdout == ""
    assert "withdrawn 2026-03-02T12:00:00Z" in newsloom(folder, "why", "https://news.example/7").stdout
    assert newsloom(folder, "search", "ferry", "--muted").stdout == ""


def test_undone_it_is_news_where_it_was_shown(folder: Path) -> None:
    newsloom(folder, "withdraw", "https://news.example/7")
    done = newsloom(folder, "withdraw", "--undo", "https://news.example/7")
    assert done.returncode == 0
    assert done.stderr.endswith("“Title 7” is shown again: 10 files\n")
    assert holding(folder) == FEEDS | {
        f"{k}.{kind}" for k in ("all", "source/news") for kind in ("atom", "rss", "json")
    }
    done = newsloom(folder, "withdraw", "--undo", "https://news.example/7")
    assert done.returncode == 1
    assert "https://news.example/7 is not withdrawn" in done.stderr


def test_beside_another_newsloom_that_one_rewrites_the_files(folder: Path) -> None:
    config = load(folder / "config.yaml")
    with lock.locked(config.store):
        done = newsloom(folder, "withdraw", "https://news.example/7")
        assert done.returncode == 0
        assert "it rewrites these at its next tick" in done.stderr
        said = {str(Path(line).relative_to(folder / "public")) for line in done.stdout.splitlines()}
        assert holding(folder) <= said
    with Store.open(config.store, lambda: NOON) as store:
        assert asyncio.run(store.dirty()) == ["all", "ferries", "source/news"]
        asyncio.run(publishing.publish_dirty(config, store))
    assert holding(folder) == set()


def test_what_is_not_known_cannot_be_withdrawn(folder: Path) -> None:
    done = newsloom(folder, "withdraw", "https://news.example/none")
    assert done.returncode == 2
    assert "no entry has the address or id https://news.example/none" in done.stderr


def test_a_page_that_cannot_be_rewritten_stays_to_be(folder: Path) -> None:
    twin = folder / "public/archive/all/1.atom.gz"
    twin.unlink()
    twin.mkdir()
    done = newsloom(folder, "withdraw", "https://news.example/7")
    assert done.returncode == 1
    assert "a withdrawn entry still stands what=archive/all/1.atom" in done.stderr
    assert holding(folder) == {"archive/all/1.atom", "archive/all/1.rss"}
    twin.rmdir()
    assert newsloom(folder, "publish").returncode == 0
    assert holding(folder) == set()
