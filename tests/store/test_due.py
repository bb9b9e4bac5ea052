"""Which addresses are asked, and when again."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsloom.news.memory import Found, Role, State, Validators
from newsloom.news.sources import Limits, SourceKind
from tests.store.newsdesk import DAY, HOUR, START, Desk, item, page, source

FEED = "https://a.example/feed"
STORY = "https://a.example/story"


def a_crawl_later(desk: Desk, later: timedelta) -> None:
    desk.record()
    desk.at += later


def test_the_configured_address_is_asked_first(desk: Desk) -> None:
    assert [(d.url, d.role) for d in desk.due()] == [("https://a.example/", Role.START)]


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (SourceKind.FEED, Role.FEED),
        (SourceKind.SITEMAP, Role.SITEMAP),
        (SourceKind.HOME, Role.LISTING),
        (SourceKind.SECTION, Role.LISTING),
    ],
)
def test_a_kind_in_the_config_is_taken_at_its_word(desk: Desk, kind: SourceKind, role: Role) -> None:
    assert [d.role for d in desk.due(source(kind=kind))] == [role]


def test_an_address_is_handed_out_once_a_crawl(desk: Desk) -> None:
    assert desk.due_urls() == ["https://a.example/"]
    assert desk.due_urls() == []
    desk.record()
    assert desk.due_urls() == ["https://a.example/"]


def test_start_is_left_alone_while_a_found_entrance_works(desk: Desk) -> None:
    desk.due()
    desk.listed(Found(url=FEED, role=Role.FEED), url="https://a.example/", role=Role.START)
    assert desk.due_urls() == [FEED]
    desk.listed(item(STORY))
    a_crawl_later(desk, HOUR)
    assert desk.due_urls() == [FEED, STORY]


def test_start_comes_back_when_a_found_entrance_failed_three_times(desk: Desk) -> None:
    desk.due()
    desk.listed(Found(url=FEED, role=Role.FEED), url="https://a.example/", role=Role.START)
    desk.due()
    desk.listed()
    asked = []
    for _ in range(4):
        a_crawl_later(desk, DAY)
        asked.append(desk.due_urls())
        desk.save(page(FEED, at=desk.at, state=State.FAILED, role=Role.FEED))
    assert asked == [[FEED], [FEED], [FEED], ["https://a.example/", FEED]]


@pytest.mark.parametrize("state", [State.GONE, State.REFUSED])
def test_a_found_feed_that_worked_is_asked_again_soon_whatever_it_failed_with(desk: Desk, state: State) -> None:
    desk.due()
    desk.listed(Found(url=FEED, role=Role.FEED), url="https://a.example/", role=Role.START)
    desk.listed()
    asked = []
    for minutes in (0, 5, 5, 20):
        a_crawl_later(desk, timedelta(minutes=minutes))
        asked.append(desk.due_urls())
        if FEED in asked[-1]:
            desk.save(page(FEED, at=desk.at, state=state, role=Role.FEED))
    start = "https://a.example/"  # what the crawl asks meanwhile: one that asks nothing shows nothing
    assert asked == [[FEED], [start], [FEED], [FEED]]
    assert desk.run(desk.store.outlook("a")).not_before is None  # no server asked for anything


def test_an_entrance_found_but_never_read_does_not_silence_start(desk: Desk) -> None:
    desk.due()
    desk.listed(Found(url=FEED, role=Role.FEED), url="https://a.example/", role=Role.START)
    desk.save(page(FEED, state=State.GONE, role=Role.FEED))
    a_crawl_later(desk, HOUR)
    assert desk.due_urls() == ["https://a.example/"]


def test_what_the_configured_address_turned_out_to_be_is_remembered(desk: Desk) -> None:
    desk.due()
    desk.listed(item(STORY), url="https://a.example/", role=Role.FEED)
    desk.record()
    assert [(d.url, d.role) for d in desk.due() if d.role is not Role.ARTICLE] == [("https://a.example/", Role.FEED)]


def test_the_configured_entrance_is_asked_by_every_crawl_though_it_fails(desk: Desk) -> None:
    for _ in range(5):
        assert desk.due_urls() == ["https://a.example/"]
        desk.save(page("https://a.example/", at=desk.at, state=State.FAILED, role=Role.START))
        a_crawl_later(desk, timedelta(minutes=1))


def test_nothing_is_asked_of_an_origin_on_hold(desk: Desk) -> None:
    desk.run(desk.store.hold("https://a.example:443", START + HOUR))
    assert desk.due() == []
    desk.at += HOUR
    assert desk.due_urls() == ["https://a.example/"]


def test_another_address_in_the_config_is_looked_at_anew(desk: Desk) -> None:
    desk.due()
    desk.listed(Found(url=FEED, role=Role.FEED), url="https://a.example/", role=Role.START)
    desk.due()
    desk.listed(item(STORY))
    desk.record()
    moved = source(url="https://new.example/")
    assert [(d.url, d.role) for d in desk.due(moved)] == [("https://new.example/", Role.START), (STORY, Role.ARTICLE)]


def test_sitemaps_of_an_index_are_asked_newest_first_and_not_again_unless_they_changed(tmp_path: Path) -> None:
    with Desk(tmp_path / "news.db", Limits(sitemaps=3)) as desk:
        maps = [f"https://a.example/map{n}.xml" for n in range(4)]
        children = [Found(url=u, role=Role.SITEMAP, modified=START - n * DAY) for n, u in enumerate(maps)]
        desk.due()
        desk.listed(*children, url="https://a.example/sitemap.xml", role=Role.SITEMAP)
        assert [u for u in desk.due_urls() if u in maps] == maps[:2]
        for url in maps[:2]:
            desk.listed(url=url, role=Role.SITEMAP)
        a_crawl_later(desk, HOUR)
        assert [u for u in desk.due_urls() if u in maps] == maps[2:]


def test_a_sitemap_that_an_undated_index_shows_later_is_asked_before_those_it_showed_first(tmp_path: Path) -> None:
    with Desk(tmp_path / "news.db", Limits(sitemaps=3)) as desk:
        maps = [f"https://a.example/map{n}.xml" for n in range(9)]
        desk.due()
        for day in range(7):
            shown = [Found(url=u, role=Role.SITEMAP) for u in reversed(maps[day : day + 3])]
            desk.listed(*shown, url="https://a.example/sitemap.xml", role=Role.SITEMAP)
            asked = desk.due_urls()
            assert maps[day + 2] in asked
            assert day == 0 or "https://a.example/sitemap.xml" in asked
            for url in maps[day : day + 3]:
                desk.listed(url=url, role=Role.SITEMAP)
            a_crawl_later(desk, DAY)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Baku"])
def test_a_sitemap_dated_by_the_day_may_change_until_that_day_is_over(desk: Desk, zone: str) -> None:
    url, of = "https://a.example/map.xml", source(zone=zone)
    midnight = datetime.combine(START.date(), time(0), ZoneInfo(zone)).astimezone(UTC)
    desk.due()
    desk.listed(
        Found(url=url, role=Role.SITEMAP, modified=midnight), url="https://a.example/index.xml", role=Role.SITEMAP
    )
    asked = []
    for hours in (0, 6, 24, 30, 36):
        desk.at = START + hours * HOUR
        if url in desk.due_urls(of):
            asked.append(hours)
            desk.listed(url=url, role=Role.SITEMAP)
        desk.record()
    assert asked == [0, 6, 24]  # midnight may be another zone's: the day is over everywhere half a day later


def test_a_sitemap_is_asked_once_a_day_though_its_index_says_that_it_did_not_change(desk: Desk) -> None:
    url = "https://a.example/map.xml"
    desk.due()
    child = Found(url=url, role=Role.SITEMAP, modified=START - 400 * DAY - HOUR)
    desk.listed(child, url="https://a.example/index.xml", role=Role.SITEMAP)
    asked = []
    for hours in range(0, 72, 6):
        desk.at = START + hours * HOUR
        if url in desk.due_urls():
            asked.append(hours)
            desk.save(page(url, state=State.SAME, at=desk.at, role=Role.SITEMAP)) if asked[1:] else desk.listed(
                url=url, role=Role.SITEMAP
            )
        desk.record()
    assert asked == [0, 24, 48]


def test_an_entrance_that_showed_nothing_worth_watching_does_not_silence_start(desk: Desk) -> None:
    desk.due()
    empty = page(FEED, reason="a feed without items", role=Role.FEED)
    desk.save(empty, page("https://a.example/", state=State.FAILED, role=Role.START))
    for _ in range(3):
        a_crawl_later(desk, DAY)
        assert desk.due_urls() == ["https://a.example/"]
        desk.save(page("https://a.example/", state=State.FAILED, role=Role.START, at=desk.at))
    desk.listed(item(STORY))  # START looked again, and now it holds something
    a_crawl_later(desk, DAY)
    assert desk.due_urls() == [FEED, STORY]


def test_articles_come_newest_first_and_undated_ones_in_the_order_of_the_page(desk: Desk) -> None:
    found = [Found(url=f"https://a.example/{n}", published=START - n * HOUR if n % 2 else None) for n in range(1, 7)]
    desk.due()
    desk.listed(*found, role=Role.LISTING)
    desk.record()
    assert [u[-1] for u in desk.due_urls() if u[-1].isdigit()] == ["1", "3", "5", "2", "4", "6"]


def test_the_limit_counts_entrances_too(desk: Desk) -> None:
    desk.listed(*[item(f"https://a.example/{n}") for n in range(5)])
    assert len(desk.due(limit=3)) == 3
    assert len(desk.due(limit=100)) == 3


def waits(desk: Desk, state: State, times: int) -> list[timedelta | None]:
    """How long it takes until an address of that state is asked again, time after time."""
    desk.listed(item(STORY))
    found: list[timedelta | None] = []
    for _ in range(times):
        desk.save(page(STORY, at=desk.at, state=state))
        (retry,) = desk.rows("SELECT retry_at FROM addresses WHERE url = ?", STORY)[0]
        if retry is None:
            found.append(None)
            break
        before, desk.at = desk.at, datetime.fromisoformat(retry) - timedelta(seconds=1)
        assert STORY not in desk.due_urls()
        desk.record()
        desk.at += timedelta(seconds=1)
        assert STORY in desk.due_urls()
        found.append(desk.at - before)
        desk.record()
    return found


def test_failures_back_off_from_ten_minutes_to_a_day(desk: Desk) -> None:
    minutes = [w.total_seconds() / 60 if w else None for w in waits(desk, State.FAILED, 10)]
    assert minutes == [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]


def test_a_refusal_is_tried_again_after_a_day_then_each_week_for_a_month(desk: Desk) -> None:
    assert waits(desk, State.REFUSED, 9) == [DAY, 7 * DAY, 7 * DAY, 7 * DAY, 7 * DAY, None]


def test_a_page_that_gave_no_article_yet_is_looked_at_twice_more(desk: Desk) -> None:
    desk.listed(Found(url=STORY))
    desk.save(page(STORY, reason="no text yet"))
    looks = []
    for _ in range(60):
        a_crawl_later(desk, HOUR)
        if STORY in desk.due_urls():
            looks.append(desk.at - START)
            desk.save(page(STORY, at=desk.at, state=State.SAME))
    assert looks == [HOUR, DAY]


def test_what_is_gone_is_asked_three_times_over_days(desk: Desk) -> None:
    assert waits(desk, State.GONE, 5) == [DAY, 2 * DAY, None]


def test_a_guilty_page_is_not_asked_again(desk: Desk) -> None:
    assert waits(desk, State.GUILTY, 2) == [None]


def test_a_guilty_page_is_asked_again_by_another_reader(desk: Desk) -> None:
    desk.listed(item(STORY))
    desk.save(page(STORY, state=State.GUILTY, digest="d"))
    desk.run(desk.store._do(lambda c: c.execute("UPDATE addresses SET reader = 0 WHERE state = 'guilty'").close()))
    desk.reopen()
    again = [d for d in desk.due() if d.url == STORY]
    assert [d.digest for d in again] == [""]


def test_a_read_article_is_looked_at_again_four_times(desk: Desk) -> None:
    desk.listed(item(STORY))
    looks = []
    desk.save(page(STORY, "Text", at=desk.at, title="T", published=START))
    for _ in range(4 * 5):
        a_crawl_later(desk, HOUR if desk.at - START < 6 * HOUR else 6 * HOUR)
        if STORY in desk.due_urls():
            looks.append(desk.at - START)
            desk.save(page(STORY, at=desk.at, state=State.SAME))
    assert looks == [HOUR, 6 * HOUR, DAY, 3 * DAY]


def test_what_the_server_puts_off_is_no_failure_and_comes_when_it_says(desk: Desk) -> None:
    desk.listed(item(STORY))
    desk.save(page(STORY, state=State.FAILED))
    desk.save(page(STORY, at=START + HOUR, state=State.PUT_OFF, retry_at=START + 5 * HOUR))
    a_crawl_later(desk, 4 * HOUR)
    assert STORY not in desk.due_urls()
    a_crawl_later(desk, HOUR)
    assert [d.tries for d in desk.due() if d.url == STORY] == [1]


def test_validators_of_a_listing_are_kept_only_if_it_was_read_whole(desk: Desk) -> None:
    desk.listed(item(STORY), whole=False)
    assert next(d for d in desk.due() if d.url == FEED).validators == Validators()
    desk.record()
    desk.listed(item(STORY), whole=True)
    assert next(d for d in desk.due() if d.url == FEED).validators == Validators(etag='"1"')


def test_validators_of_another_reader_are_not_used(desk: Desk) -> None:
    desk.listed(item(STORY), digest="abc")
    desk.run(desk.store._do(lambda c: c.execute("UPDATE addresses SET reader = 0").close()))
    due = next(d for d in desk.due() if d.url == FEED)
    assert (due.validators, due.digest) == (Validators(), "")


def test_a_304_keeps_the_validators_that_earned_it(desk: Desk) -> None:
    desk.listed(item(STORY))
    desk.save(page(FEED, state=State.SAME, role=Role.FEED))
    assert next(d for d in desk.due() if d.url == FEED).validators == Validators(etag='"1"')


def test_a_handed_out_address_that_nobody_answered_for_is_due_again_after_a_kill(desk: Desk) -> None:
    desk.listed(item(STORY))
    assert STORY in desk.due_urls()
    desk.reopen()
    assert STORY in desk.due_urls()


def test_sources_are_due_longest_first(desk: Desk) -> None:
    desk.adopt([source("a"), source("b"), source("c"), source("d")])
    for name, hours in (("a", 1), ("b", -1), ("c", -2)):
        desk.run(desk.store.schedule(name, START + hours * HOUR))
    assert desk.run(desk.store.due_sources()) == ["d", "c", "b"]
    desk.run(desk.store.ask("a"))
    assert desk.run(desk.store.due_sources()) == ["d", "c", "b", "a"]


def test_a_clock_that_was_set_back_does_not_silence_a_source(desk: Desk) -> None:
    desk.adopt([source("a"), source("b")])
    desk.at = START + 400 * DAY
    for name in ("a", "b"):
        desk.record(source(name))
        desk.run(desk.store.schedule(name, desk.at + HOUR))
    desk.at = START
    assert desk.run(desk.store.due_sources()) == ["a", "b"]
    desk.record(source("a"))
    desk.run(desk.store.schedule("a", START + HOUR))
    assert desk.run(desk.store.due_sources()) == ["b"]


def test_what_was_put_off_under_a_clock_that_ran_ahead_is_asked_when_the_clock_is_right(desk: Desk) -> None:
    desk.at = START + 400 * DAY
    desk.listed(item(STORY))
    desk.save(page(STORY, at=desk.at, state=State.FAILED), page(FEED, at=desk.at, state=State.GONE, role=Role.FEED))
    desk.run(desk.store.hold("https://a.example:443", desk.at + HOUR))
    desk.record()
    desk.at = START
    desk.reopen()
    assert set(desk.due_urls()) == {FEED, STORY}
    assert desk.run(desk.store.origin("https://a.example:443")).hold_until is None


def test_what_was_read_under_a_clock_that_ran_ahead_is_not_asked_again_by_one_crawl(desk: Desk) -> None:
    desk.at = START + 2 * DAY
    stories = [f"{STORY}/{n}" for n in range(10)]
    ages = {url: n * 2 * HOUR for n, url in enumerate(stories)}
    desk.listed(*(item(url, published=desk.at - ages[url]) for url in stories))
    desk.save(*(page(u, "A text.", at=desk.at, title=f"Title {u}", published=desk.at - ages[u]) for u in stories))
    desk.record()
    desk.at = START
    desk.reopen()
    asked: list[int] = []
    for _ in range(24):
        again = [url for url in desk.due_urls() if url in ages]
        desk.save(*(page(url, at=desk.at, state=State.SAME) for url in again))
        asked.append(len(again))
        a_crawl_later(desk, HOUR)
    assert asked[0] == 0
    assert sum(asked) >= len(stories)
    assert max(asked) <= 2


def test_a_removed_source_is_not_due_but_keeps_its_entries(desk: Desk) -> None:
    desk.adopt([source("a"), source("b")])
    desk.listed(item(STORY))
    desk.adopt([source("b")])
    assert desk.run(desk.store.due_sources()) == ["b"]
    assert [e.url for e in desk.entries()] == [STORY]


def test_of_two_spellings_in_one_listing_the_plainer_is_asked(desk: Desk) -> None:
    desk.due()
    desk.listed(Found(url=f"{STORY}?print=1"), Found(url=STORY), role=Role.LISTING)
    assert STORY in desk.due_urls()


def test_an_address_that_is_refused_is_asked_in_a_plainer_spelling_and_never_back(desk: Desk) -> None:
    desk.due()
    form, page_itself = f"{STORY}?print=1", STORY
    desk.listed(Found(url=form), role=Role.LISTING)
    assert form in desk.due_urls()
    desk.save(page(form, state=State.REFUSED, reason="robots.txt forbids it"))
    a_crawl_later(desk, HOUR)
    desk.due()
    desk.listed(Found(url=page_itself), role=Role.LISTING)
    assert page_itself in desk.due_urls()
    desk.save(page(page_itself, state=State.REFUSED, reason="robots.txt forbids it"))
    a_crawl_later(desk, HOUR)
    desk.due()
    desk.listed(Found(url=form), Found(url=page_itself), role=Role.LISTING)
    assert not {form, page_itself} & set(desk.due_urls())


def test_a_spelling_of_what_can_be_read_is_no_reason_to_ask(desk: Desk) -> None:
    desk.due()
    desk.listed(Found(url=f"{STORY}?print=1"), role=Role.LISTING)
    desk.due()
    desk.save(page(f"{STORY}?print=1", "A text.", title="A title"))
    a_crawl_later(desk, timedelta(minutes=5))
    desk.due()
    desk.listed(Found(url=STORY), role=Role.LISTING)
    assert STORY not in desk.due_urls()
