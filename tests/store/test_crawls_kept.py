"""The record of crawls does not grow for ever."""

import sqlite3
from contextlib import closing

from tests.store.newsdesk import DAY, START, Desk, page, source


def crawls(desk: Desk) -> list[tuple[str, int, str]]:
    """Of each crawl: its source, its day, its error."""
    with closing(sqlite3.connect(desk.path)) as connection:
        rows = connection.execute(
            "SELECT source, julianday(started) - julianday(?), error FROM crawls ORDER BY id", (START.isoformat(),)
        )
        return [(name, round(day), error) for name, day, error in rows]


def test_crawls_are_forgotten_after_ninety_days_but_not_the_last_fine_one(desk: Desk) -> None:
    desk.adopt([source("a"), source("b")])
    desk.record(source("b"), requests=1)
    for day in range(0, 120, 10):
        desk.at = START + day * DAY
        desk.record(requests=1, error="down" if day > 10 else "")
    assert crawls(desk) == [("b", 0, ""), ("a", 10, ""), *(("a", day, "down") for day in range(20, 120, 10))]


def test_a_source_fails_until_an_entrance_answers_and_not_until_an_article_does(desk: Desk) -> None:
    desk.adopt()
    desk.record(requests=1, error="404 Not Found")
    desk.at += DAY
    desk.save(page("https://a.example/story", "A text.", at=desk.at, title="A title"))
    desk.record(requests=1)
    assert desk.run(desk.store.outlook("a")).failing_since == START
    assert desk.rows("SELECT error FROM watched") == [("404 Not Found",)]
    desk.at += DAY
    desk.listed()
    desk.record(requests=1)
    assert desk.run(desk.store.outlook("a")).failing_since is None
