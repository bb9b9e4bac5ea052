"""Which entries an archive page of a topic's log has, and what becomes of those that it leaves out."""

import sqlite3

from newsloom.news.items import Feed
from newsloom.news.sources import Source
from newsloom.store import schema
from newsloom.store.archives import Retired
from tests.store.newsdesk import ALL, DAY, HOUR, START, Desk, page, source, topic
from tests.store.test_plans import asked, walks

LOUD = source(mute="ferry")


def read(desk: Desk, *numbers: int, word: str = "bridge", at: int = 0, of: Source | None = None) -> None:
    """News, an hour after the other, each with a word in its text."""
    desk.at = max(desk.at, START + at * HOUR)
    desk.save(
        *[
            page(
                f"https://a.example/{n}",
                f"{n} of a {word}. " * 20,
                title=f"{n}",
                published=START - (900 - n) * HOUR,
                at=desk.at,
            )
            for n in numbers
        ],
        of=of,
    )


def closed(desk: Desk, key: str = "all") -> list[Feed]:
    """Publishes; the archive pages that became full."""
    desk.run(desk.store.advance(key))
    pages = []
    while (full := desk.run(desk.store.closing(key))) is not None:
        desk.run(desk.store.closed(full, [f"archive/{key}/{full.page}.atom"]))
        pages.append(full)
    desk.run(desk.store.published(key))
    return pages


def titles(feed: Feed) -> list[int]:
    return [int(e.title) for e in feed.entries]


def now(desk: Desk, key: str = "all") -> Feed:
    return desk.run(desk.store.feed(key))


def test_fifty_rows_are_a_page_and_the_feed_shows_the_newest_fifty_entries(desk: Desk) -> None:
    desk.adopt()
    read(desk, *range(49))
    assert closed(desk) == []
    assert now(desk).before == 0
    read(desk, *range(49, 120))
    first, second = closed(desk)
    assert (first.page, first.before, titles(first)) == (1, 0, list(range(49, -1, -1)))
    assert (second.page, second.before, titles(second)) == (2, 1, list(range(99, 49, -1)))
    assert (first.id, first.topic) == (now(desk).id, now(desk).topic)
    assert (now(desk).page, now(desk).before, titles(now(desk))) == (0, 2, list(range(119, 69, -1)))


def test_until_pages_are_closed_the_feed_shows_all_that_they_will_hold(desk: Desk) -> None:
    desk.adopt()
    read(desk, *range(120))
    desk.run(desk.store.advance("all"))
    assert len(now(desk).entries) == 120


def test_an_entry_is_in_a_page_once_where_it_came_last(desk: Desk) -> None:
    desk.adopt()
    read(desk, *range(40))
    closed(desk)
    read(desk, 7, word="ferry", at=1)
    read(desk, *range(40, 60), at=1)
    (first,) = closed(desk)
    assert titles(first) == [*range(48, 39, -1), 7, *range(39, 7, -1), *range(6, -1, -1)]


def test_what_is_no_member_when_its_page_closes_is_news_when_it_returns(desk: Desk) -> None:
    desk.adopt()
    read(desk, 7, word="ferry")
    read(desk, *range(10, 40))
    closed(desk)
    desk.adopt([LOUD])
    read(desk, *range(40, 60), of=LOUD)
    (first,) = closed(desk)
    assert 7 not in titles(first)
    assert len(titles(first)) == 49
    desk.adopt()
    closed(desk)
    assert titles(now(desk))[0] == 7
    assert desk.rows("SELECT count(*) FROM log") == [(52,)]


def test_what_is_back_before_its_page_closes_is_no_news(desk: Desk) -> None:
    desk.adopt()
    read(desk, 7, word="ferry")
    closed(desk)
    desk.adopt([LOUD])
    closed(desk)
    desk.adopt()
    closed(desk)
    read(desk, *range(10, 59))
    (first,) = closed(desk)
    assert titles(first)[-1] == 7
    assert desk.rows("SELECT count(*) FROM log") == [(50,)]


def test_what_leaves_while_its_page_is_written_counts_as_shown(desk: Desk) -> None:
    desk.adopt()
    read(desk, 7, word="ferry")
    read(desk, *range(10, 59))
    desk.run(desk.store.advance("all"))
    full = desk.run(desk.store.closing("all"))
    assert full is not None
    desk.adopt([LOUD])
    desk.run(desk.store.closed(full, ["archive/all/1.atom"]))
    desk.adopt()
    closed(desk)
    assert desk.rows("SELECT count(*) FROM log") == [(50,)]


def test_a_page_that_was_not_closed_is_asked_for_again(desk: Desk) -> None:
    desk.adopt()
    read(desk, *range(60))
    desk.run(desk.store.advance("all"))
    first = desk.run(desk.store.closing("all"))
    desk.reopen()
    assert closed(desk) == [first]


def test_a_page_can_be_had_again_as_it_was(desk: Desk) -> None:
    desk.adopt()
    read(desk, 7, word="ferry")
    read(desk, *range(10, 120))
    desk.run(desk.store.advance("all"))
    desk.adopt([LOUD])
    pages = closed(desk)
    again = [desk.run(desk.store.page_again(p)) for p in desk.run(desk.store.pages())]
    assert again == pages
    assert 7 not in titles(pages[0])


def test_no_page_closes_while_a_rule_is_matched_anew(desk: Desk) -> None:
    desk.adopt(topics=[ALL, topic("bridges", "bridge")])
    closed(desk, "bridges")
    read(desk, *range(60))
    with sqlite3.connect(desk.path) as store:
        store.execute("INSERT INTO rematch SELECT id, 9 FROM topics WHERE key = 'bridges'")
    store.close()
    assert closed(desk, "bridges") == []
    desk.adopt(topics=[ALL, topic("bridges", "bridge")])
    assert len(closed(desk, "bridges")) == 1


def test_a_topic_that_is_gone_keeps_its_pages_for_a_while_and_no_number_is_given_twice(desk: Desk) -> None:
    bridges = topic("bridges", "bridge")
    desk.adopt(topics=[ALL, bridges])
    closed(desk, "bridges")
    read(desk, *range(120))
    assert [p.page for p in closed(desk, "bridges")] == [1, 2]
    desk.adopt()
    desk.at += 29 * DAY
    desk.adopt()  # what counts is when it left
    assert desk.run(desk.store.expire(30 * DAY)) == []
    assert desk.run(desk.store.retired()) == [Retired(topic="bridges", is_archived=True)]
    desk.at += DAY
    assert desk.run(desk.store.expire(30 * DAY)) == ["bridges"]
    assert desk.run(desk.store.expire(30 * DAY)) == []
    assert desk.run(desk.store.retired()) == [Retired(topic="bridges", is_archived=False)]
    desk.adopt(topics=[ALL, bridges])
    assert desk.run(desk.store.retired()) == []
    assert closed(desk, "bridges") == []
    assert now(desk, "bridges").before == 0
    assert titles(now(desk, "bridges")) == list(range(119, 69, -1))
    read(desk, *range(200, 240))
    (third,) = closed(desk, "bridges")
    assert (third.page, third.before, now(desk, "bridges").before) == (3, 0, 3)
    assert desk.run(desk.store.pages())[0].page == 3


def test_pages_of_a_topic_that_comes_back_in_time_are_linked_as_before(desk: Desk) -> None:
    bridges = topic("bridges", "bridge")
    desk.adopt(topics=[ALL, bridges])
    closed(desk, "bridges")
    read(desk, *range(60))
    closed(desk, "bridges")
    desk.adopt()
    desk.at += 29 * DAY
    desk.adopt(topics=[ALL, bridges])
    desk.at += 29 * DAY
    assert desk.run(desk.store.expire(30 * DAY)) == []
    assert now(desk, "bridges").before == 1


def test_pages_of_a_store_without_any_begin_with_what_its_feed_shows(desk: Desk) -> None:
    desk.adopt()
    read(desk, *range(120))
    desk.publish()
    desk.store.close()
    with sqlite3.connect(desk.path) as store:
        for step in (8, 16):
            store.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (schema._STEPS[step][0],))
        store.execute("DROP VIEW read_next")
        store.execute("CREATE VIEW read_next AS SELECT 1")
        for table in ("archives", "cuts"):
            store.execute(f"DROP TABLE {table}")
        for table, column in (("entries", "withdrawn"), ("topics", "retired"), ("log", "omitted")):
            store.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    store.close()
    desk.reopen()
    (first,) = closed(desk)
    assert (first.page, first.before, titles(first)) == (1, 0, list(range(119, 69, -1)))
    assert now(desk).before == 1


def test_no_statement_of_a_publish_reads_a_growing_table_from_end_to_end(desk: Desk) -> None:
    desk.adopt(topics=[ALL, topic("bridges", "bridge")])
    read(desk, *range(110))
    closed(desk)
    read(desk, *range(110, 160))
    statements = asked(desk, lambda: (desk.dirty(), closed(desk), now(desk)))
    statements += asked(desk, lambda: desk.run(desk.store.withdraw("https://a.example/7")))
    statements += asked(desk, lambda: desk.run(desk.store.restore("https://a.example/7")))
    assert any("INSERT INTO archives" in s for s in statements)
    assert {s: w for s in statements if (w := walks(desk, s))} == {}
