"""What the benchmarks measure is what the store holds."""

import sqlite3
from contextlib import closing
from datetime import datetime
from urllib.request import urlopen

import pytest

from benchmarks.doors import article
from tests.whole.papers import Papers


@pytest.mark.parametrize("paper", ["minato-shimbun", "bogaz-postasi"])
def test_the_door_for_benchmarks_gives_the_stored_entry_of_a_listed_page(crawled: Papers, paper: str) -> None:
    pages = [a.url for a in crawled.truth().of(paper) if a.copy_of is None and not a.corrected]
    assert len(pages) > 5
    with closing(sqlite3.connect(crawled.store)) as connection:
        connection.row_factory = sqlite3.Row
        for url in pages:
            row = connection.execute("SELECT * FROM entries WHERE url = ?", (url,)).fetchone()
            with urlopen(url) as answer:  # noqa: S310 - the demo's own address
                door = article(answer.read(), url)
            assert door["title"] == row["title"]
            assert door["text"] == row["text"]
            assert door["authors"] == row["authors"].splitlines()
            assert door["tags"] == row["tags"].splitlines()
            assert datetime.fromisoformat(door["published"]) == datetime.fromisoformat(row["published"])
            assert door["language"] == row["language"]
            assert (door["image"] or "") in row["image"]
