"""Ended at any moment, by kill -9 or in order, and begun anew: in the end the same entries as undisturbed.

NEWSLOOM_KILLS=20 in the environment makes it the long form.
"""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from asyncio.subprocess import DEVNULL
from pathlib import Path
from typing import Any

from tests.scraper.loopback import Bench, Site, article, feed, on_bench, sitemap

KILLS = int(os.environ.get("NEWSLOOM_KILLS", "3"))
ARTICLES = 60
ROOT = Path(__file__).parents[2]


def dress(site: Site) -> None:
    """A feed and a sitemap that overlap, each page with a text of its own."""
    words = ["river", "tram", "harbour", "council", "bridge", "school", "winter", "market", "library", "theatre"]
    for n in range(ARTICLES):
        chosen = random.Random(n)  # noqa: S311 - for words
        text = " ".join(f"{chosen.choice(words)} {chosen.choice(words)} {n * 7 + k} of the year." for k in range(60))
        site.routes[f"/news/{n}"] = article(f"The {words[n % 10]} of number {n}", text)
    site.routes["/feed"] = feed(*(f"{site.url}/news/{n}" for n in range(20)))
    site.routes["/map.xml"] = sitemap(
        *(f"{site.url}/news/{n}" for n in range(10, ARTICLES)), modified="2026-11-20T08:00:00Z"
    )


def config(folder: Path, site: Site) -> Path:
    folder.mkdir()
    path = folder / "config.yaml"
    path.write_text(
        "network: {open_networks: [127.0.0.1/32]}\ndefaults: {delay: 0s, max_age: none}\nlimits: {feed_pages: 100}\n"
        f"sources:\n  - {{url: {site.url}/feed, name: feed}}\n  - {{url: {site.url}/map.xml, name: map}}\n"
    )
    return path


async def begin(config: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "newsloom", "--config", str(config), "-q", "once", "--all", cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL
    )  # fmt: skip


def entries(config: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(config.with_name("newsloom.db")) as store:
        rows = store.execute(
            "SELECT url, title, text, summary, CASE guessed WHEN 0 THEN published END FROM entries WHERE joined IS NULL ORDER BY 1"
        )
        return rows.fetchall()


def test_a_crawl_that_is_killed_again_and_again_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        dress(site)
        whole, broken = config(tmp_path / "whole", site), config(tmp_path / "broken", site)
        assert await (await begin(whole)).wait() == 0
        chance = random.Random(4)  # noqa: S311 - for moments
        for kill in range(KILLS):
            process = await begin(broken)
            before = len(site.requests)
            moment = before + chance.randrange(1, ARTICLES // 2)
            while len(site.requests) < moment and process.returncode is None:  # noqa: ASYNC110 - two things may end it
                await asyncio.sleep(0.002)
            if process.returncode is None:
                process.send_signal(signal.SIGTERM if kill % 3 == 1 else signal.SIGKILL)
            async with asyncio.timeout(5):
                await process.wait()

        assert await (await begin(broken)).wait() == 0

        assert len(entries(whole)) == ARTICLES
        assert entries(broken) == entries(whole)

    on_bench(check)
