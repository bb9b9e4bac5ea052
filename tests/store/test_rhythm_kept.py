"""What crawls teach of when a source publishes, and how late its news was seen."""

import sqlite3
from datetime import datetime, timedelta
from functools import partial

import pytest

from newsloom.news.lookout import Lookout
from newsloom.news.memory import Found, Role
from newsloom.news.rhythm import DAY, Rhythm
from newsloom.news.sources import DueWhy
from newsloom.store.rhythm import delays
from tests.store.newsdesk import ALL, HOUR, START, Desk, item, page, source, topic

OWN = topic("source/a", source="a")


def known(desk: Desk) -> Rhythm | None:
    return desk.run(desk.store.outlook("a")).rhythm


class Paper:
    """A source with a feed of thirty items."""

    def __init__(self, desk: Desk) -> None:
        desk.adopt([source()], [ALL, OWN])
        self.desk = desk
        self.shown: list[Found] = []

    def look(self, *published: datetime | None, at: datetime) -> None:
        """A crawl of a feed that shows these for the first time, before those that it showed last."""
        self.desk.at = at
        new = [item(f"https://a.example/{at:%d%H%M}/{n}", published=p) for n, p in enumerate(published)]
        self.shown = [*new, *self.shown[:30]]
        self.desk.listed(*self.shown)
        self.desk.record(requests=1)


@pytest.fixture
def paper(desk: Desk) -> Paper:
    return Paper(desk)


def test_a_first_listing_gives_a_rhythm_at_once_and_a_restart_keeps_it(desk: Desk, paper: Paper) -> None:
    paper.look(*(START - n * HOUR for n in range(1, 40)), at=START)
    rhythm = known(desk)
    assert rhythm is not None
    assert rhythm.items[0] / rhythm.spans[0] * DAY == pytest.approx(24, rel=0.1)
    desk.reopen()
    assert known(desk) == rhythm
    asks, _ = desk.run(desk.store.asked_for())
    assert list(asks) == ["a"]
    assert len(asks["a"]) == 7


def test_a_first_listing_with_dates_of_days_alone_counts_each_piece(desk: Desk, paper: Paper) -> None:
    paper.look(*(START - (n // 10) * timedelta(days=1) for n in range(30)), at=START + 11 * HOUR)
    rhythm = known(desk)
    assert rhythm is not None
    assert rhythm.items[0] / rhythm.spans[0] * DAY == pytest.approx(12, rel=0.1)  # 29 in two days and eleven hours


def test_each_look_teaches_what_it_showed_for_the_first_time(desk: Desk, paper: Paper) -> None:
    paper.look(START - HOUR, START - 2 * HOUR, at=START)
    before = known(desk)
    paper.look(START + HOUR / 2, None, at=START + HOUR)
    paper.look(at=START + 2 * HOUR)
    after = known(desk)
    assert before is not None
    assert after is not None
    assert after.looked == (START + 2 * HOUR).timestamp()
    assert after.items[0] - before.items[0] == pytest.approx(2, abs=0.05)
    assert after.spans[0] - before.spans[0] == pytest.approx(2 * 3600, rel=0.01)


def test_what_a_page_of_links_leads_to_counts_if_it_is_news(desk: Desk, paper: Paper) -> None:
    world = "https://a.example/world"
    desk.listed(Found(url="https://a.example/first"), url=world, role=Role.LISTING)
    paper.look(START - HOUR, START - 2 * HOUR, at=START)
    before = known(desk)
    desk.at = START + HOUR
    links = [Found(url=f"https://a.example/{name}") for name in ("new", "unread", "old", "contact")]
    desk.listed(*links, url=world, role=Role.LISTING)
    desk.save(
        page("https://a.example/new", "It opened.", title="New", published=START + HOUR / 2, at=desk.at),
        page("https://a.example/old", "It was opened.", title="Old", published=START - 100 * HOUR, at=desk.at),
        page("https://a.example/contact", at=desk.at),
    )
    desk.record(requests=5)
    after = known(desk)
    assert before is not None
    assert after is not None
    assert after.items[0] - before.items[0] == pytest.approx(2, abs=0.05)


def test_a_crawl_that_failed_or_asked_nothing_teaches_nothing(desk: Desk, paper: Paper) -> None:
    paper.look(START - HOUR, START - 2 * HOUR, at=START)
    before = known(desk)
    desk.at = START + HOUR
    desk.record(requests=1, error="503 Service Unavailable")
    desk.record()
    assert known(desk) == before


def test_what_a_feed_may_have_lost_since_the_last_look_is_time_nobody_watched(desk: Desk, paper: Paper) -> None:
    paper.look(*(START - n * HOUR for n in range(1, 40)), at=START)
    paper.shown.clear()
    week = START + 7 * 24 * HOUR
    paper.look(*(week - n * HOUR for n in range(20)), at=week)
    rhythm = known(desk)
    assert rhythm is not None
    assert rhythm.items[0] / rhythm.spans[0] * DAY == pytest.approx(24, rel=0.1)


def test_a_store_that_never_learned_begins_with_what_it_holds(desk: Desk, paper: Paper) -> None:
    paper.look(*(START - n * HOUR for n in range(1, 40)), at=START)
    desk.run(desk.store._do(lambda connection: connection.execute("DELETE FROM rhythms").close()))
    paper.look(at=START + HOUR)
    rhythm = known(desk)
    assert rhythm is not None
    assert rhythm.items[0] / rhythm.spans[0] * DAY == pytest.approx(24, rel=0.1)


def test_what_another_newsloom_learned_otherwise_is_learned_anew(desk: Desk, paper: Paper) -> None:
    paper.look(START - HOUR, START - 2 * HOUR, at=START)
    for change in (
        "UPDATE rhythms SET learned = json_set(learned, '$.slots', json('[1, 2]'))",
        "UPDATE rhythms SET learned = json_remove(learned, '$.fresh')",
    ):
        desk.run(desk.store._do(partial(_change, change)))
        assert known(desk) is None
        paper.look(desk.at + HOUR / 2, at=desk.at + HOUR)
        assert known(desk) is not None


def _change(change: str, connection: sqlite3.Connection) -> None:
    connection.execute(change)


def test_hours_are_those_of_the_source_s_own_zone(desk: Desk) -> None:
    zoned = source(zone="Asia/Baku")
    desk.adopt([zoned], [ALL, OWN])
    for hour in range(3):
        desk.at = START + hour * HOUR
        desk.listed(item(f"https://a.example/{hour}", published=desk.at - HOUR / 2), of=zoned)
        desk.record(zoned, requests=1)
    rhythm = known(desk)
    assert rhythm is not None
    assert rhythm.offset == 4 * 3600
    assert rhythm.slots[int(16.5 * 12)] == pytest.approx(1, abs=0.01)  # 12:30 UTC


def test_the_delay_is_that_of_a_week_s_news_and_not_of_what_stood_there_before(desk: Desk, paper: Paper) -> None:
    paper.look(START - 5 * HOUR, START - 20 * HOUR, at=START)
    assert not desk.run(desk.store._do(lambda connection: delays(connection, desk.at)))
    day = timedelta(days=1)
    paper.look(START + 9 * day - HOUR, at=START + 9 * day - HOUR / 2)  # out of the week soon
    begin = START + 18 * day
    for n, minutes in enumerate((2, 3, 4, 5, 6, 7, 8, 9, 10, 60)):
        at = begin + n * HOUR
        paper.look(at - timedelta(minutes=minutes), at - 30 * day, at=at)
    told = desk.run(desk.store._do(lambda connection: delays(connection, desk.at)))
    assert list(told) == ["a"]
    assert told["a"].pieces == 10
    assert told["a"].median.total_seconds() == pytest.approx(6 * 60, rel=0.1)
    assert told["a"].p90.total_seconds() == pytest.approx(10 * 60, rel=0.1)
    desk.at += 9 * day
    assert not desk.run(desk.store._do(lambda connection: delays(connection, desk.at)))


def test_the_pace_of_all_looks_is_kept_with_when_a_source_is_due(desk: Desk) -> None:
    desk.adopt([source()])
    lookout = Lookout()
    lookout.ask("a", (50.0,) * 7)
    for hour in range(40):
        lookout.count(START.timestamp() + hour * 1800)
    lookout.threshold(48, START.timestamp() + 20 * 3600)
    desk.run(desk.store.schedule("a", START + HOUR, DueWhy.RHYTHM, lookout.pace))
    desk.reopen()
    _, pace = desk.run(desk.store.asked_for())
    assert pace is not None
    assert lookout.pace is not None
    assert pace.looks == lookout.pace.looks
    assert pace.budgets == lookout.pace.budgets
    assert pace.correction == pytest.approx(lookout.pace.correction, rel=1e-3)
