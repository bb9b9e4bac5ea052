"""A paper whose pages break is found ill after two crawls that saw new articles; one that is not broken is fine."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest

from newsloom.demo.breaks import BREAKS, HARMLESS
from newsloom.news.health import Condition, Health
from newsloom.news.memory import Stage
from tests.health.watched import Watched

HISTORY = 8
"""Crawls before it breaks."""

FEED, PAGES, SITEMAP, MICRODATA = "elbe-anzeiger", "caspian-wire", "vestnik-volgi", "prairie-ledger"
"""Papers, by what is to be broken of them."""

WAYS: dict[str, tuple[str, Condition, str]] = {
    "the body comes by a script": (FEED, Condition.DEGRADED, "body"),
    "the body is cut to a teaser": (SITEMAP, Condition.DEGRADED, "body"),
    "every body is the same": (PAGES, Condition.DEGRADED, "body"),
    "the encoding is broken": (FEED, Condition.DEGRADED, "body"),
    "no date": (SITEMAP, Condition.DEGRADED, "date"),
    "every date is now": (MICRODATA, Condition.DEGRADED, "date"),
    "no declarations": (PAGES, Condition.DEGRADED, "date"),
    "all titles are alike": (SITEMAP, Condition.DEGRADED, "title"),
    "no author": (MICRODATA, Condition.DEGRADED, "author"),
    "no block of teasers": (PAGES, Condition.DEGRADED, "briefs"),
    "a consent wall": (PAGES, Condition.FAILING, Stage.EMPTY),
    "a login wall": (FEED, Condition.FAILING, Stage.EMPTY),
    "not found, with status 200": (SITEMAP, Condition.FAILING, Stage.EMPTY),
    "links are dead": (FEED, Condition.FAILING, Stage.STATUS),
    "all lead to the front page": (MICRODATA, Condition.FAILING, Stage.EMPTY),
    "empty answers": (PAGES, Condition.FAILING, Stage.PARSE),
    "another content type": (SITEMAP, Condition.FAILING, Stage.TYPE),
    "forbidden": (MICRODATA, Condition.FAILING, Stage.STATUS),
    "a broken server": (PAGES, Condition.FAILING, Stage.STATUS),
    "the server hangs up": (SITEMAP, Condition.FAILING, Stage.CONNECT),
    "the whole site is forbidden": (FEED, Condition.FAILING, Stage.STATUS),
    "the whole site is gone": (MICRODATA, Condition.FAILING, Stage.STATUS),
    "robots.txt forbids all": (FEED, Condition.FAILING, Stage.ROBOTS),
    "the listing is empty": (PAGES, Condition.FAILING, Stage.EMPTY),
}
SOME = ("the encoding is broken", "a login wall", "the whole site is forbidden")
"""The others are tried by `make soak`."""


def _is(health: Health) -> tuple[Condition, str]:
    return health.condition, health.stage or health.field


def test_whatever_breaks_is_found_in_two_crawls_and_what_is_only_another_way_is_no_fall(tmp_path: Path) -> None:
    ways = WAYS if "NEWSLOOM_BREAKS" in os.environ else {name: WAYS[name] for name in SOME}

    async def play() -> dict[str, Health]:
        papers = {paper for paper, _, _ in ways.values()}
        async with Watched.open(tmp_path) as watched:
            before = await watched.rounds(papers, HISTORY)
            assert {h.condition for h in before.values()} == {Condition.FINE}, before
            for name, harmless in HARMLESS.items():
                assert (await watched.broken(FEED, harmless, 4)).condition is Condition.FINE, name
            found = {}
            for name, (paper, _, _) in ways.items():
                # What robots.txt says is known for a day.
                after = timedelta(hours=25 if "robots" in name else 0)
                found[name] = await watched.broken(paper, BREAKS[name], 2, after=after)
            return found

    found = asyncio.run(play())
    assert {name: _is(health) for name, health in found.items()} == {
        name: (condition, what) for name, (_, condition, what) in ways.items()
    }
    assert all(health.reason and health.example.startswith("http") for health in found.values())


DAYS = int(os.environ.get("NEWSLOOM_FINE_DAYS", "0"))


@pytest.mark.skipif(not DAYS, reason="long: make soak")
def test_papers_that_are_fine_are_not_taken_for_ill(tmp_path: Path) -> None:
    async def play() -> list[tuple[str, ...]]:
        async with Watched.open(tmp_path) as watched:
            papers = (FEED, PAGES, SITEMAP, MICRODATA)
            await watched.rounds(papers, 24 * DAYS, every=timedelta(hours=1))
            return [tuple(row) for row in watched.rows("SELECT source, at, state, field, reason FROM health_events")]

    assert asyncio.run(play()) == []


def test_every_way_is_tried() -> None:
    assert set(WAYS) | {"too many requests", "the listing is frozen"} == set(BREAKS)
