"""`changes` over a store with corrections."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsloom.config import load
from newsloom.news.items import Article
from newsloom.news.memory import Page, State
from newsloom.store import Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONFIG = """\
sources:
  - {url: "https://news.example/", name: news}
  - {url: "https://zh.example/", name: zh}
network: {contact: me@example.org}
"""
TEXT = "The council agreed. " * 10 + "\n\nIt costs 3.5 million.\n\n" + "Work begins soon. " * 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corrected")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    asyncio.run(correct(folder / "config.yaml"))
    return folder


async def correct(path: Path) -> None:
    config = load(path)
    news, zh = config.sources
    with Store.open(config.store, lambda: NOON + 3 * HOUR) as store:
        await store.adopt(config.sources, config.topics)
        for hours, title, text in (
            (0, "Bridge agreed", TEXT),
            (1, "Bridge agreed", f"1,204 views\n\n{TEXT}"),
            (2, "Long bridge agreed", TEXT.replace("3.5", "35")),
        ):
            await store.save(news, [page("https://news.example/1", title, text, NOON + hours * HOUR)])
        for hours, text in ((0, "华为发布新手机。"), (1, "华为发布了新手机。")):
            await store.save(zh, [page("https://zh.example/1", "新手机", text, NOON + hours * HOUR)])


def page(url: str, title: str, text: str, at: datetime) -> Page:
    return Page(
        asked=url,
        url=url,
        state=State.READ,
        fetched=at,
        article=Article(url=url, title=title, text=text, published=NOON),
    )


def newsloom(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "newsloom", "changes", *words],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_changes_are_marked_word_by_word_newest_first(folder: Path) -> None:
    before, after = "The council agreed. " * 2, "Work begins soon. " * 2 + "Work begins"
    assert newsloom(folder).stdout.splitlines() == [
        "2026-03-02T14:00:00Z  news  v2  Long bridge agreed",
        "    https://news.example/1",
        "    title: [-Bridge-]{+Long bridge+} agreed",
        f"    …agreed. {before}It costs [-3.5-]{{+35+}} million. {after}…",
        "2026-03-02T13:00:00Z  zh  v2  新手机",
        "    https://zh.example/1",
        "    华为发布{+了+}新手机。",
    ]


def test_of_one_article_of_one_source_or_only_some(folder: Path) -> None:
    assert newsloom(folder, "http://www.zh.example/1/").stdout.count("https://") == 1
    assert newsloom(folder, "--source", "zh").stdout.count("https://news.") == 0
    assert newsloom(folder, "--limit", "1").stdout.count("https://") == 1


def test_a_program_gets_both_texts(folder: Path) -> None:
    (change,) = json.loads(newsloom(folder, "https://news.example/1", "--json").stdout)
    assert (change["version"], change["title_before"], change["changed"]) == (
        2,
        "Bridge agreed",
        "2026-03-02T14:00:00Z",
    )
    assert "3.5" in change["text_before"]
    assert change["text_after"] == TEXT.replace("3.5", "35").strip()


def test_an_address_that_is_not_known_is_told(folder: Path) -> None:
    done = newsloom(folder, "https://news.example/2")
    assert done.returncode == 2
    assert "newsloom why" in done.stderr
