"""Ended in the middle of a crawl, by kill -9 or a disk that takes no more: the next round goes on, nothing is lost or doubled."""

import resource
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing

import feedparser
import pytest

from newsloom.news.identity import key
from tests.whole.papers import Papers

STEP = 20
"""Requests. A whole round has some hundred and ten, and keeps pages by the batch."""


def stored(papers: Papers, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(papers.store)) as connection:
        return connection.execute(query).fetchall()


def assert_no_feed_is_torn(papers: Papers) -> None:
    for path in (*papers.out.rglob("*.atom"), *papers.out.rglob("*.rss")):
        assert not feedparser.parse(path.read_bytes()).bozo, path


def assert_all_is_there_once(papers: Papers) -> None:
    truth = {key(a.url): a for a in papers.truth().articles}
    assert {key(url) for (url,) in stored(papers, "SELECT url FROM carriers")} >= set(truth)
    originals = {a.url for a in truth.values() if a.copy_of is None}
    assert len(stored(papers, "SELECT 1 FROM entries WHERE joined IS NULL AND kind = 'article'")) == len(originals)
    assert stored(papers, "SELECT topic FROM log GROUP BY topic, entry HAVING count(*) > 1") == []
    assert_no_feed_is_torn(papers)
    shown = Counter(e.id for e in feedparser.parse((papers.out / "all.atom").read_bytes()).entries)
    assert (len(shown), set(shown.values())) == (50, {1})


def test_a_round_killed_again_and_again_goes_on_where_it_was(papers: Papers) -> None:
    now = ("--now", papers.now.isoformat())
    killed = 0
    while True:
        enough = len(papers.sites.requests) + STEP * (killed + 1)
        process = papers.start("-q", "once", *now)
        while process.poll() is None and len(papers.sites.requests) < enough:
            time.sleep(0.005)
        process.kill()
        _, said = process.communicate()  # to the end of the reading process too, which has the pipe as well
        assert said == ""
        assert_no_feed_is_torn(papers)
        if process.returncode == 0:
            break
        killed += 1
    assert killed >= 2
    assert_all_is_there_once(papers)
    papers.newsloom("once", "--all")
    assert_all_is_there_once(papers)


@pytest.mark.parametrize("room", [150_000, 400_000])
def test_a_disk_that_takes_no_more_is_one_line_and_the_next_round_goes_on(papers: Papers, room: int) -> None:
    done = subprocess.run(
        papers.command("once", "--now", papers.now.isoformat()), capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )  # fmt: skip
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if " INFO " not in line] == [
        f"newsloom: {papers.store}: the disk failed while it was read or written: check the disk, then try again"
    ]
    papers.newsloom("once")
    assert_all_is_there_once(papers)
