"""A feed that ran over: what stood before its window is not forgotten, whatever happens in between."""

import sqlite3
from pathlib import Path

from newsloom.news.memory import Found, Listed, Listing, Role, State, Validators
from newsloom.store import schema
from tests.store.newsdesk import DAY, HOUR, START, Desk, item, page, source

FEED = "https://a.example/feed"
NO_MEMORY = (Validators(), "")


def numbers(first: int, last: int) -> list[Found]:
    """Items of a feed, newest first, one an hour."""
    return [item(f"https://a.example/{n}", published=START - DAY + n * HOUR) for n in range(last, first - 1, -1)]


def look(desk: Desk, first: int, last: int, **fields: object) -> Listed:
    return desk.listed(*numbers(first, last), digest="d", **fields)  # type: ignore[arg-type]


def filled(desk: Desk, *, whole: bool = True) -> None:
    told = Listing(
        asked=FEED, url=FEED, role=Role.FEED, fetched=desk.at, validators=Validators(etag='"1"'), found=(), digest="d"
    )
    desk.run(desk.store.filled(source(), told, whole=whole))


def next_crawl(desk: Desk) -> tuple[Validators, str]:
    """What the next crawl knows of the feed."""
    desk.record()
    desk.at += HOUR
    [feed] = [d for d in desk.due() if d.url == FEED]
    return feed.validators, feed.digest


def test_the_first_look_at_a_feed_finds_no_gap(desk: Desk) -> None:
    assert look(desk, 1, 3) == Listed(new=3, known=0)
    assert next_crawl(desk) == (Validators(etag='"1"'), "d")


def test_a_feed_that_ran_over_keeps_no_validators_until_its_gap_is_filled(desk: Desk) -> None:
    look(desk, 1, 3)
    next_crawl(desk)
    assert look(desk, 7, 9).gap
    assert look(desk, 4, 6, older=True).gap
    assert not look(desk, 2, 4, older=True).gap
    filled(desk)
    assert next_crawl(desk) == (Validators(etag='"1"'), "d")
    assert not look(desk, 9, 10).gap


def test_a_gap_that_nobody_filled_is_found_again(desk: Desk) -> None:
    look(desk, 1, 3)
    next_crawl(desk)
    look(desk, 7, 9)
    desk.reopen()
    for _ in range(20):  # killed that often
        assert next_crawl(desk) == NO_MEMORY
        assert look(desk, 7, 9).gap
    look(desk, 5, 7, older=True)
    assert next_crawl(desk) == NO_MEMORY
    assert look(desk, 8, 10).gap


def test_what_pages_led_to_since_the_last_look_is_nothing_that_the_feed_showed(desk: Desk) -> None:
    look(desk, 1, 3)
    desk.save(page("https://a.example/5"))
    next_crawl(desk)
    assert look(desk, 7, 9).gap
    assert look(desk, 4, 6, older=True).gap


def test_older_pages_that_cannot_be_read_are_tried_at_three_looks(desk: Desk) -> None:
    look(desk, 1, 3)
    for _ in range(3):
        next_crawl(desk)
        assert look(desk, 7, 9).gap
        filled(desk, whole=False)
    assert next_crawl(desk) == (Validators(etag='"1"'), "d")
    assert not look(desk, 7, 9).gap


def test_what_filled_a_gap_is_no_look_at_the_feed(desk: Desk) -> None:
    look(desk, 1, 3)
    before = desk.rows("SELECT * FROM addresses WHERE role = 'feed'")
    desk.at += HOUR
    look(desk, 4, 6, older=True)
    assert desk.rows("SELECT * FROM addresses WHERE role = 'feed'") == before


def test_an_older_item_is_news_as_one_in_the_window_is(desk: Desk) -> None:
    look(desk, 1, 3)
    next_crawl(desk)
    look(desk, 7, 9)
    look(desk, 4, 6, older=True)
    backlog = dict(desk.rows("SELECT url, backlog FROM addresses WHERE role = 'article'"))
    assert [backlog[f"https://a.example/{n}"] for n in (3, 4, 9)] == [1, 0, 0]


def test_another_address_in_the_config_makes_the_next_look_the_first(desk: Desk) -> None:
    desk.adopt([source()])
    look(desk, 1, 3)
    for address in ("https://a.example/other", source().url):
        desk.adopt([source(url=address)])
    assert not look(desk, 7, 9).gap


def test_a_store_from_before_knows_how_far_its_feeds_were_read(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with Desk(path) as desk:
        look(desk, 1, 3)
        desk.save(page("https://a.example/x", state=State.FAILED))
        desk.record()
    with sqlite3.connect(path) as store:
        store.execute("ALTER TABLE addresses DROP COLUMN seen_to")
        store.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (schema._STEPS[1][0],))
    store.close()
    with Desk(path) as desk:
        assert look(desk, 7, 9).gap
