"""When entrances are asked: by their own wishes, and those that show articles first rather than those that show them too."""

from datetime import timedelta

from newsloom.news.memory import Role, State
from newsloom.news.wishes import Wishes
from tests.store.newsdesk import HOUR, START, Desk, item, page, source

FEED, MAP, NEWS = "https://a.example/feed", "https://a.example/sitemap.xml", "https://a.example/news.xml"
MINUTE = timedelta(minutes=1)


def not_before(desk: Desk) -> timedelta | None:
    at = desk.run(desk.store.outlook("a")).not_before
    return at - START if at is not None else None


def test_a_source_waits_for_the_first_of_its_entrances(desk: Desk) -> None:
    desk.adopt()
    assert not_before(desk) is None
    desk.listed(item("https://a.example/1"), wishes=Wishes(fresh=600))
    assert not_before(desk) == 10 * MINUTE
    desk.listed(url=MAP, role=Role.SITEMAP, wishes=Wishes(pause=1800))
    assert not_before(desk) == 10 * MINUTE
    desk.listed(item("https://a.example/1"), wishes=Wishes(fresh=3600))
    assert not_before(desk) == 30 * MINUTE


def test_what_a_feed_said_holds_over_answers_without_a_body_and_a_restart(desk: Desk) -> None:
    desk.adopt()
    desk.listed(item("https://a.example/1"), wishes=Wishes(pause=1200, skip_hours=(13,)))
    desk.reopen()
    desk.at = START + 30 * MINUTE
    desk.save(page(FEED, at=desk.at, state=State.SAME, role=Role.FEED, wishes=Wishes(fresh=1500)))
    assert not_before(desk) == 55 * MINUTE
    desk.at = START + 50 * MINUTE
    desk.save(page(FEED, at=desk.at, state=State.SAME, role=Role.FEED))
    assert not_before(desk) == 120 * MINUTE
    desk.listed(item("https://a.example/1"))
    assert not_before(desk) == 50 * MINUTE


def test_a_server_that_asks_for_patience_is_given_it(desk: Desk) -> None:
    desk.adopt()
    desk.listed(item("https://a.example/1"))
    put_off = page(FEED, state=State.PUT_OFF, role=Role.FEED, retry_at=START + 3 * HOUR)
    desk.save(put_off)
    assert not_before(desk) == 180 * MINUTE


def test_a_server_that_wants_to_be_left_alone_is_not_looked_at_before(desk: Desk) -> None:
    desk.adopt()
    desk.listed(item("https://a.example/1"))
    desk.run(desk.store.hold("https://a.example:443", START + 2 * HOUR))
    desk.run(desk.store.hold("https://b.example:443", START + 9 * HOUR))
    assert not_before(desk) == 120 * MINUTE


def test_an_entrance_that_never_shows_anything_first_is_asked_now_and_then(desk: Desk) -> None:
    desk.adopt()

    def both(number: int) -> set[str]:
        """A crawl that asks what is due; the feed shows each article first."""
        desk.at = START + number * HOUR / 2
        asked = {d.url for d in desk.due() if d.role is not Role.ARTICLE}
        shown = [item(f"https://a.example/{n}") for n in range(number + 1)]
        for url, role in ((FEED, Role.FEED), (MAP, Role.SITEMAP)):
            if number == 0 or url in asked:
                desk.listed(*shown, url=url, role=role)
        desk.record(requests=2)
        return asked & {FEED, MAP}

    asked = [both(number) for number in range(30)]
    assert all(FEED in one for one in asked[1:])
    of_map = [number for number, one in enumerate(asked) if MAP in one]
    assert of_map[:3] == [1, 2, 3]
    assert of_map[3:] == [15, 27]  # six hours later each


def test_an_entrance_that_rests_is_asked_as_soon_as_the_other_cannot_be_read(desk: Desk) -> None:
    desk.adopt()
    for number in range(5):
        desk.at = START + number * HOUR / 2
        for url, role in ((FEED, Role.FEED), (MAP, Role.SITEMAP)):
            desk.listed(*(item(f"https://a.example/{n}") for n in range(number + 1)), url=url, role=role)
    desk.at += HOUR / 2
    assert MAP not in desk.due_urls()
    desk.record()
    desk.save(page(FEED, at=desk.at, state=State.FAILED, role=Role.FEED))
    assert MAP in desk.due_urls()


def test_one_that_shows_something_first_again_is_watched_again(desk: Desk) -> None:
    desk.adopt()
    for number in range(5):
        desk.at = START + number * HOUR / 2
        for url, role in ((FEED, Role.FEED), (MAP, Role.SITEMAP)):
            desk.listed(*(item(f"https://a.example/{n}") for n in range(number + 1)), url=url, role=role)
    desk.at += 7 * HOUR
    desk.listed(item("https://a.example/x"), url=MAP, role=Role.SITEMAP)
    desk.at += HOUR / 2
    assert MAP in desk.due_urls()


def test_a_quiet_hour_of_all_entrances_makes_none_of_them_second(desk: Desk) -> None:
    desk.adopt([source()])
    for number in range(8):
        desk.at = START + number * HOUR / 2
        for url, role in ((FEED, Role.FEED), (NEWS, Role.SITEMAP)):
            desk.listed(item("https://a.example/1"), url=url, role=role)
    desk.at += HOUR / 2
    assert {FEED, NEWS} <= set(desk.due_urls())


def test_it_is_known_what_a_source_waits_for_that_may_not_be_asked(desk: Desk) -> None:
    desk.adopt()
    desk.due()
    assert desk.run(desk.store.waits("a")) is None
    failed, role, until = State.FAILED, Role.START, START + HOUR
    desk.save(page("https://a.example/", state=failed, role=role, reason="robots.txt: no answer", retry_at=until))
    waits = desk.run(desk.store.waits("a"))
    assert waits is not None
    assert (waits.until, waits.reason) == (START + HOUR, "robots.txt: no answer")
    desk.run(desk.store.hold("https://a.example:443", START + 2 * HOUR))
    waits = desk.run(desk.store.waits("a"))
    assert waits is not None
    assert waits.until == START + 2 * HOUR
    desk.at += 2 * HOUR
    assert desk.run(desk.store.waits("a")) is None
