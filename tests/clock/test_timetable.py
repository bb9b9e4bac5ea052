"""When sources are due next: over a real store and a real config, with a clock that is moved by hand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsloom.config import Config, load
from newsloom.news.memory import CrawlReport, Role, State
from newsloom.news.sources import DueWhy
from newsloom.news.wishes import SAYS_NOTHING, Wishes
from newsloom.timetable import Timetable
from tests.store.newsdesk import START, Desk, item, page

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


class Room:
    """A desk whose sources are a config's."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        self.folder = folder
        self.desk = desk
        self.timetable = Timetable(desk.store, desk.now)

    def config(self, text: str) -> Config:
        path = self.folder / "config.yaml"
        path.write_text(text, encoding="utf-8")
        self.loaded = load(path)
        self.desk.adopt(self.loaded.sources, self.loaded.topics)
        return self.loaded

    def crawl(
        self, name: str = "a.example", rate: float = 0.0, wishes: Wishes = SAYS_NOTHING, **fields: Any
    ) -> tuple[timedelta, str]:
        """One crawl that finds `rate` pieces a day of the day before it: how long the source is left alone then, and why."""
        source = next(s for s in self.loaded.sources if s.name == name)
        at = self.desk.at
        if rate:
            shown = [
                item(f"{source.url}{at:%d%H%M}/{n}", published=at - DAY * (n + 0.5) / rate) for n in range(int(rate))
            ]
            self.desk.listed(*shown, of=source, wishes=wishes)
        report = CrawlReport(source=name, started=at, finished=at, requests=1, **fields)
        self.desk.run(self.desk.store.record(report))
        self.desk.run(self.timetable.put(self.loaded, source, at, report))
        return self.due(name)

    def due(self, name: str = "a.example") -> tuple[timedelta, str]:
        ((due, why),) = self.desk.rows("SELECT next_due, due_why FROM watched WHERE name = ?", name)
        return datetime.fromisoformat(due) - self.desk.at, why


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with Desk(tmp_path / "news.db") as desk:
        yield Room(tmp_path, desk)


def test_a_learned_source_is_looked_at_by_its_rhythm_from_its_first_listing_on(room: Room) -> None:
    room.config("sources: [https://a.example, https://b.example]")
    busy, why = room.crawl(rate=100)
    assert why == DueWhy.RHYTHM
    quiet, _ = room.crawl("b.example", rate=2)
    assert timedelta(minutes=2) <= busy < quiet / 2


def test_an_interval_and_a_cron_line_win_over_what_was_learned(room: Room) -> None:
    room.config("""\
polling: {jitter: 0}
sources:
  - {url: https://a.example, every: 7m}
  - {url: https://b.example, cron: 30 12 * * *}
""")
    assert room.crawl(rate=100) == (timedelta(minutes=7), DueWhy.INTERVAL)
    assert room.crawl("b.example", rate=100) == (timedelta(minutes=30), DueWhy.CRON)
    _, pace = room.desk.run(room.desk.store.asked_for())
    assert pace is None


def test_a_learned_wait_is_within_its_bounds(room: Room) -> None:
    room.config("polling: {budget: 1}\nsources: [{url: https://a.example, longest: 1h}]")
    assert room.crawl(rate=5)[0] == HOUR
    room.config("polling: {budget: 1000000}\nsources: [{url: https://a.example, shortest: 20m}]")
    room.desk.at += HOUR
    assert room.crawl(rate=5)[0] == timedelta(minutes=20)


def test_a_source_that_fails_is_asked_ever_more_rarely_and_is_back_at_the_first_good_look(room: Room) -> None:
    room.config("sources: [https://a.example]")
    room.crawl(rate=100)
    waits = []
    for _ in range(40):
        wait, why = room.crawl(error="503 Service Unavailable")
        assert why == DueWhy.FAILING
        waits.append(wait)
        room.desk.at += wait
    assert waits[0] == timedelta(minutes=10)
    assert waits == sorted(waits)
    assert DAY in waits
    assert waits[-1] == WEEK
    wait, why = room.crawl(rate=20)
    assert why == DueWhy.RHYTHM
    assert wait < DAY / 4


def test_a_server_that_wants_to_be_asked_later_is_asked_later_within_reason(room: Room) -> None:
    room.config("polling: {budget: 10000}\nsources: [https://a.example, {url: https://b.example, every: 5m}]")
    day = Wishes(fresh=86_400)
    assert room.crawl(rate=100, wishes=day) == (HOUR, DueWhy.SERVER)
    assert room.crawl("b.example", rate=100, wishes=day)[1] == DueWhy.INTERVAL
    room.desk.at += HOUR
    assert room.crawl(rate=100, wishes=Wishes(fresh=1))[1] == DueWhy.RHYTHM


def test_a_crawl_that_left_pages_for_the_next_one_has_it_within_the_mean_interval(room: Room) -> None:
    room.config("sources: [https://a.example]")
    usual, _ = room.crawl(rate=1)
    left, _ = room.crawl(queued=480, bounds=("pages",))
    assert left == timedelta(minutes=30) < usual


def test_one_page_that_is_watched_has_no_rhythm_and_is_looked_at_at_the_mean_interval(room: Room) -> None:
    room.config("sources: [https://a.example]")
    for _ in range(50):
        assert room.crawl() == (timedelta(minutes=30), DueWhy.RHYTHM)
        room.desk.at += DAY


def test_the_share_of_a_source_that_fails_goes_to_the_others(room: Room) -> None:
    room.config("polling: {budget: 96}\nsources: [https://a.example, https://b.example]")
    room.crawl("b.example", rate=50)
    shared, _ = room.crawl(rate=50)
    room.crawl("b.example", error="503 Service Unavailable")
    alone, _ = room.crawl()
    assert alone < 0.7 * shared


def test_without_a_budget_in_the_config_each_source_has_looks_of_its_own(room: Room) -> None:
    room.config("sources: [https://a.example, https://b.example]")
    room.crawl("b.example", rate=50)
    before, _ = room.crawl(rate=50)
    room.crawl("b.example", error="503 Service Unavailable")
    after, _ = room.crawl()
    assert after.total_seconds() == pytest.approx(before.total_seconds(), rel=0.05)


def test_what_was_learned_and_how_many_looks_there_were_survive_a_restart(room: Room) -> None:
    room.config("sources: [https://a.example, https://b.example]")
    room.crawl("b.example", rate=10)
    for _ in range(30):
        wait, _ = room.crawl(rate=40)
        room.desk.at += wait
    going_on, _ = room.crawl()
    room.desk.reopen()
    anew = Room(room.folder, room.desk)
    anew.loaded = room.loaded
    assert anew.crawl()[0].total_seconds() == pytest.approx(going_on.total_seconds(), rel=0.05)


def test_another_budget_in_the_config_holds_at_once(room: Room) -> None:
    room.config("polling: {budget: 4}\nsources: [https://a.example]")
    before, _ = room.crawl(rate=50)
    more = room.config("polling: {budget: 96}\nsources: [https://a.example]")
    room.desk.run(room.timetable.bring_forward(more))
    after, why = room.due()
    assert after < before / 5
    assert why == DueWhy.RHYTHM


def test_a_week_s_sleep_is_one_look_at_each_source_in_portions_and_in_order_of_what_waits(room: Room) -> None:
    names = [f"s{n}" for n in range(150)]
    room.config("sources:\n" + "".join(f"  - {{url: https://{n}.example, name: {n}}}\n" for n in names))
    for name, rate in zip(names[:3], (3, 30, 300), strict=True):
        room.crawl(name, rate=rate)
    for name in names[3:]:
        room.crawl(name)
    room.desk.at += WEEK
    due = room.desk.run(room.desk.store.due_sources())
    assert len(due) == 150
    assert due[:2] == ["s2", "s1"]
    assert due.index("s0") > 100
    portion = room.timetable.starting(due, 150)
    assert portion == due[:10]
    room.desk.run(room.desk.store.ask("s0"))
    assert room.desk.run(room.desk.store.due_sources())[0] == "s0"
    room.crawl("s2")
    assert "s2" not in room.desk.run(room.desk.store.due_sources())


def test_a_clock_that_was_ahead_for_a_year_puts_nothing_off(room: Room) -> None:
    config = room.config("sources: [https://a.example, {url: https://b.example, every: 1h}]")
    room.crawl(rate=50)
    room.desk.at += 365 * DAY
    room.crawl(rate=50)
    room.crawl("b.example")
    room.desk.at = START + HOUR
    assert set(room.desk.run(room.desk.store.due_sources())) == {"a.example", "b.example"}
    room.desk.run(room.timetable.bring_forward(config))
    assert room.due()[0] <= DAY
    assert room.due("b.example")[0] <= HOUR * 1.1
    assert room.crawl(rate=50)[0] < DAY / 4


def test_a_source_whose_front_page_answers_while_its_feed_fails_is_due_when_the_feed_is_tried_again(room: Room) -> None:
    config = room.config("sources: [https://a.example]")
    (source,) = config.sources
    feed = f"{source.url}feed"
    usual, _ = room.crawl(rate=1)
    for _ in range(2):
        room.desk.save(page(feed, at=room.desk.at, state=State.GONE, role=Role.FEED), of=source)
        room.desk.at += timedelta(minutes=1)
    room.desk.listed(of=source, url=source.url, role=Role.START)
    due, why = room.crawl()
    assert (due, why) == (timedelta(minutes=19), DueWhy.RHYTHM)
    assert due < usual
