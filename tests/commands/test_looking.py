"""`status` and `search` over a store as a crawl leaves it."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsloom.config import load
from newsloom.news.items import Article
from newsloom.news.memory import CrawlReport, Listing, Page, Role, State, Validators
from newsloom.news.sources import DueWhy
from newsloom.store import Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CONFIG = """\
sources:
  - {url: "https://news.example/", name: news, title: The News}
  - {url: "https://zeitung.example/", name: zeitung, language: de, mute: werbung}
topics:
  water: {title: Water, match: flood}
tags:
  sports: [Fußball, Final]
network: {contact: me@example.org}
"""
Newsloom = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def newsloom(tmp_path: Path) -> Newsloom:
    """The command line, in a folder with a config and a store of two crawls."""
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    asyncio.run(crawl_twice(tmp_path / "config.yaml"))

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "newsloom", *words],
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    return run


async def crawl_twice(path: Path) -> None:
    config = load(path)
    news, zeitung = config.sources
    with Store.open(config.store, lambda: NOON) as store:
        await store.adopt(config.sources, config.topics)
        feed = "https://news.example/feed"
        listing = Listing(asked=feed, url=feed, role=Role.FEED, fetched=NOON, validators=Validators(), found=())
        await store.listed(news, listing)
        await store.save(
            news,
            [
                page("https://news.example/1", "Flood at Three Bridges", "The river rose through the night.", 60),
                page(
                    "https://news.example/2",
                    "A draw in the final",
                    "Nobody had expected the flood of goals.",
                    30,
                    "Final",
                ),
            ],
        )
        await store.save(
            zeitung, [page("https://zeitung.example/a", "水害 Werbung", "Ein langer Text zum Verkauf.", 10)]
        )
        await store.record(
            CrawlReport(source="news", started=NOON, finished=NOON + timedelta(seconds=4), new=2, known=7, requests=3)
        )
        failed = CrawlReport(source="zeitung", started=NOON, finished=NOON, new=1, failed=1, error="no answer from it")
        await store.record(failed)
        await store.schedule("news", NOON + timedelta(minutes=15), DueWhy.RHYTHM)


def page(url: str, title: str, text: str, minutes: int, *tags: str) -> Page:
    article = Article(url=url, title=title, text=text, published=NOON - timedelta(minutes=minutes), tags=tags)
    return Page(asked=url, url=url, state=State.READ, status=200, fetched=NOON, article=article)


def test_status_shows_each_source_s_crawl_and_each_topic_s_entries(newsloom: Newsloom) -> None:
    done = newsloom("status", "--now", "2026-03-02T12:05Z")
    assert (done.returncode, done.stderr) == (0, "")
    table = {line.split()[0]: line for line in reversed(done.stdout.splitlines()) if line}
    assert re.search(r"2026-03-02T12:00:04Z  2026-03-02T12:15:00Z +2 +0 +7 ", table["news"])
    assert table["zeitung"].endswith("failing since 2026-03-02T12:00:00Z: no answer from it")
    assert re.search(r"^water +Water +2 +2026-03-02T11:30:00Z$", table["water"])


def test_what_should_have_been_crawled_by_now_is_due_now(newsloom: Newsloom) -> None:
    due = re.search(r"^news +\S+ +(\S+)", newsloom("status", "--now", "2026-03-02T13:00Z").stdout, re.MULTILINE)
    assert due
    assert due[1] == "now"


def test_status_for_programs_has_every_field(newsloom: Newsloom) -> None:
    told = json.loads(newsloom("status", "--json").stdout)
    assert {s["name"]: s["error"] for s in told["sources"]} == {"news": "", "zeitung": "no answer from it"}
    assert {t["key"]: t["entries"] for t in told["topics"]}["all"] == 2


def test_status_tells_what_was_learned_of_a_source_and_why_it_is_due_when_it_is(newsloom: Newsloom) -> None:
    done = newsloom("status", "--now", "2026-03-02T12:05Z").stdout
    assert re.search(r"^source +a day +due +why then +half seen in +nine in ten$", done, re.MULTILINE)
    assert re.search(r"^news +[\d.]+ +2026-03-02T12:15:00Z +learned$", done, re.MULTILINE)
    assert re.search(r"^zeitung +now +asked for$", done, re.MULTILINE)
    told = {s["name"]: s for s in json.loads(newsloom("status", "--json").stdout)["sources"]}
    assert told["news"]["due_why"] == "rhythm"
    assert len(told["news"]["rhythm"]["hours"]) == 24
    assert told["news"]["rhythm"]["a_day"] > 10
    assert told["zeitung"]["rhythm"] is None


def test_search_prints_the_newest_first(newsloom: Newsloom) -> None:
    done = newsloom("search", "flood")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "2026-03-02T11:30:00Z  news  A draw in the final",
        "    https://news.example/2",
        "2026-03-02T11:00:00Z  news  Flood at Three Bridges",
        "    https://news.example/1",
    ]
    assert newsloom("search", "flood", "--limit", "1").stdout.count("\n") == 2
    assert newsloom("search", "title:flood", "OR", "nothing").stdout.count("\n") == 2


def test_search_finds_what_is_muted_only_when_asked(newsloom: Newsloom) -> None:
    hidden = newsloom("search", "verkauf")
    assert (hidden.returncode, hidden.stdout, hidden.stderr) == (0, "", "nothing found\n")
    (found,) = json.loads(newsloom("search", "verkauf", "--muted", "--json").stdout)
    assert (found["source"], found["title"]) == ("zeitung", "水害 Werbung")


def test_a_query_that_cannot_be_read_is_pointed_at(newsloom: Newsloom) -> None:
    done = newsloom("search", "水害 AND foo:bar")
    assert (done.returncode, done.stdout) == (2, "")
    said, query, mark = done.stderr.splitlines()
    assert "foo" in said
    assert query == "  水害 AND foo:bar"
    assert mark == "  " + " " * len("xxxx AND ") + "^"  # two columns a wide character


def test_a_search_goes_back_as_far_as_since_says(newsloom: Newsloom) -> None:
    said = newsloom("search", "flood since:45m", "--now", "2026-03-02T12:00Z")
    assert (said.returncode, re.findall(r"https\S+", said.stdout)) == (0, ["https://news.example/2"])


def test_a_topic_is_tried_with_every_reason(newsloom: Newsloom) -> None:
    done = newsloom("topic", "test", "(flood OR tag:sports) NEAR(nobody flood*, 3)", "NOT section:x")
    assert (done.returncode, done.stderr) == (0, "the topic would hold 1 entry\n")
    assert done.stdout.splitlines() == [
        "2026-03-02T11:30:00Z  news  A draw in the final",
        "    https://news.example/2",
        '      "flood"  text: Nobody had expected the [flood] of goals.',
        '      tag:"Final"  tag: [final]',
        '      NEAR("nobody" "flood"*, 3)  text: [Nobody had expected the flood] of goals.',
        '      NOT section:"x"',
    ]


def test_a_tried_topic_holds_no_more_than_it_is_asked_to_show(newsloom: Newsloom) -> None:
    done = newsloom("topic", "test", "--limit", "1", "--json", "--include", "both", "flood")
    told = json.loads(done.stdout)
    assert (told["count"], len(told["newest"])) == (2, 1)
    assert told["newest"][0]["entry"]["url"] == "https://news.example/2"
    assert told["newest"][0]["reasons"] == [
        {
            "rule": '"flood"', "field": "text",
            "before": "Nobody had expected the ", "found": "flood", "after": " of goals.",
        }
    ]  # fmt: skip
    assert "of which these are the newest 1" in newsloom("topic", "test", "flood", "--limit", "1").stderr
    nothing = newsloom("topic", "test", "drought")
    assert (nothing.returncode, nothing.stdout) == (0, "")


@pytest.mark.parametrize(("rule", "place"), [("flood since:7d", 6), ("flood (", 7), ("flood OR NEAR(a", 9)])
def test_a_rule_that_cannot_be_tried_is_pointed_at(newsloom: Newsloom, rule: str, place: int) -> None:
    done = newsloom("topic", "test", rule)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[1:] == [f"  {rule}", "  " + " " * place + "^"]


def test_a_store_that_is_not_there_is_one_line(newsloom: Newsloom) -> None:
    done = newsloom("status", "--store", "other.db")
    assert done.returncode == 1
    assert done.stderr.startswith("newsloom: ")
    assert done.stderr.count("\n") == 1


def test_time_does_not_run_backwards_in_a_store(newsloom: Newsloom) -> None:
    early = newsloom("status", "--now", "2026-03-02T15:59:59+04:00")
    assert early.returncode == 2
    assert "give 2026-03-02T12:00:00Z or later" in early.stderr
    assert newsloom("--now", "2026-03-02T16:00:00+04:00", "status").returncode == 0
