"""`why`, as a person and as a program read it."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsloom.config import load
from newsloom.news.items import Article
from newsloom.news.memory import Found, Listing, Page, Role, State, Validators
from newsloom.store import Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CONFIG = """\
sources:
  - {url: "https://news.example/", name: news}
topics:
  water: {match: flood}
network: {contact: me@example.org}
"""
URL = "https://news.example/1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    asyncio.run(crawl(folder / "config.yaml"))
    assert newsloom(folder, "publish").returncode == 0
    return folder


async def crawl(path: Path) -> None:
    config = load(path)
    (news,) = config.sources
    with Store.open(config.store, lambda: NOON) as store:
        await store.adopt(config.sources, config.topics)
        found = (Found(url=URL, title="Flood", published=NOON - timedelta(hours=1)),)
        feed = "https://news.example/sitemap.xml"
        await store.listed(
            news, Listing(asked=feed, url=feed, role=Role.SITEMAP, fetched=NOON, found=found, validators=Validators())
        )
        article = Article(
            url=URL, title="Flood at Three Bridges", text="The river rose.", published=NOON - timedelta(hours=1)
        )
        await store.save(news, [Page(asked=URL, url=URL, state=State.READ, fetched=NOON, status=200, article=article)])


def newsloom(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "newsloom", *words],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_what_was_decided_is_told_in_the_order_in_which_it_was(folder: Path) -> None:
    done = newsloom(folder, "why", "http://www.news.example/1/")
    entry = json.loads(newsloom(folder, "why", URL, "--json").stdout)["entry"]["id"]
    lines = done.stdout.splitlines()
    before = ", where it stood before the source was first looked at"
    assert lines[:7] == [
        "https://news.example/1",
        "  source    news (article)",
        "  key       https://news.example/1",
        f"  found     2026-03-02T12:00:00Z on https://news.example/sitemap.xml (sitemap){before}",
        "  listed    as “Flood”, published 2026-03-02T11:00:00Z",
        "  asked     2026-03-02T12:00:00Z: read (200)",
        "  next      2026-03-02T17:00:00Z",
    ]
    assert lines[7] == f"entry {entry}"
    assert "  known as  https://news.example/1 (its address)" in lines
    assert '              "flood"  title: [Flood] at Three Bridges' in lines
    assert any(line.endswith("public/water.atom") for line in lines)


def test_an_entrance_is_an_address_too(folder: Path) -> None:
    assert "with the next crawl of news: the config names it" in newsloom(folder, "why", "https://news.example/").stdout
    assert "  next      with the next crawl" in newsloom(folder, "why", "https://news.example/sitemap.xml").stdout


def test_of_an_unknown_address_it_is_told_what_would_become_of_it(folder: Path) -> None:
    there = newsloom(folder, "why", "https://www.news.example/2?utm_source=x")
    assert there.returncode == 0
    assert there.stdout.splitlines() == [
        "https://www.news.example/2?utm_source=x is not known: nothing that was read has shown it",
        "  key       https://news.example/2",
        "  would     be taken by news once an entrance or a page that is read there shows it",
    ]
    assert "none of the config is on its site" in newsloom(folder, "why", "https://elsewhere.example/2").stdout
    assert "is no web address" in newsloom(folder, "why", "2").stdout


def test_a_program_gets_it_all(folder: Path) -> None:
    said = json.loads(newsloom(folder, "why", URL, "--json").stdout)
    assert (said["known"], said["sources"], said["key"]) == (True, ["news"], URL)
    assert [t["topic"] for t in said["entry"]["topics"]] == ["all", "source/news", "water"]
    unknown = json.loads(newsloom(folder, "why", "https://news.example/2", "--json").stdout)
    assert (unknown["known"], unknown["sources"], unknown["entry"]) == (False, ["news"], None)
