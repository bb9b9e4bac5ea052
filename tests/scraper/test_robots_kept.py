"""robots.txt, Crawl-delay and Retry-After, as a crawl keeps them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import cast

import pytest

from newsloom.news.identity import origin
from newsloom.news.memory import Due, Robots, Role, State
from newsloom.news.sources import SourceKind
from scraper.children import Children
from scraper.extract.documents import Ask, Document, RobotsAnswer
from scraper.middlewares.polite import MOMENT
from scraper.origins import Origins
from scraper.politeness import SLOW, SLOWEST, Politeness, _Line
from tests.scraper.loopback import NOW, Bench, ListMemory, Reply, Site, article, feed, on_bench

TEXT = {"Content-Type": "text/plain"}


def robots(text: str) -> Reply:
    return Reply(body=text, headers=TEXT)


def two_articles(site: Site) -> None:
    site.routes |= {
        "/feed": feed(site.url + "/open/1", site.url + "/closed/2"),
        "/open/1": article("One"),
        "/closed/2": article("Two"),
    }


def test_what_robots_forbids_is_refused_and_not_asked() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.site.routes["/robots.txt"] = robots("User-agent: *\nDisallow: /closed/\nDisallow: /feed")

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        page = bench.memory.page(bench.site.url + "/closed/2")
        assert (page.state, page.reason) == (State.REFUSED, "robots.txt forbids it")
        # The feed is in the config: it was asked although robots.txt forbids it.
        assert bench.site.asked == ["/feed", "/robots.txt", "/open/1"]

    on_bench(check)


def test_a_redirect_hop_is_under_robots_too() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.site.routes |= {
            "/robots.txt": robots("User-agent: *\nDisallow: /closed/"),
            "/open/1": Reply(status=302, headers={"Location": "/closed/2"}),
        }

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert {p.state for p in bench.memory.pages} == {State.REFUSED}
        assert "/closed/2" not in bench.site.asked

    on_bench(check)


def test_a_rule_for_our_name_counts() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.site.routes["/robots.txt"] = robots("User-agent: newsloom\nDisallow: /\n\nUser-agent: *\nAllow: /")
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert {p.state for p in bench.memory.pages} == {State.REFUSED}

    on_bench(check)


def test_a_source_may_leave_robots_aside() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.site.routes["/robots.txt"] = robots("User-agent: *\nDisallow: /")
        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED, robots=False))
        assert (report.new, "/robots.txt" in bench.site.asked) == (2, False)

    on_bench(check)


def test_robots_is_asked_once_a_day_over_restarts() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        there = origin(bench.site.url)
        bench.memory.robots[there] = Robots(
            status=200, body=b"User-agent: *\nDisallow: /closed/", expires=NOW + timedelta(hours=1)
        )
        bench.site.routes["/robots.txt"] = robots("")

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert "/robots.txt" not in bench.site.asked
        assert bench.memory.page(bench.site.url + "/closed/2").state is State.REFUSED

        bench.now += timedelta(hours=2)
        bench.memory.addresses[bench.site.url + "/open/3"] = Due(url=bench.site.url + "/open/3", role=Role.ARTICLE)
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert bench.site.asked.count("/robots.txt") == 1
        assert bench.memory.robots[there].expires == bench.now + timedelta(days=1)

    on_bench(check)


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (503, False), (429, False)])
def test_a_robots_without_rules_allows_or_forbids_by_its_status(status: int, allowed: bool) -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.site.routes["/robots.txt"] = Reply(status=status)

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        page = bench.memory.page(bench.site.url + "/open/1")
        assert page.state is (State.READ if allowed else State.PUT_OFF)
        assert (page.retry_at is None) is allowed
        assert ("/open/1" in bench.site.asked) is allowed

    on_bench(check)


def test_old_rules_hold_while_the_file_cannot_be_reached() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        there = origin(bench.site.url)
        bench.memory.robots[there] = Robots(status=200, body=b"User-agent: *\nDisallow: /closed/", expires=NOW)
        bench.site.routes["/robots.txt"] = Reply(status=500)

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert bench.memory.page(bench.site.url + "/closed/2").state is State.REFUSED
        assert bench.memory.page(bench.site.url + "/open/1").state is State.READ
        assert bench.memory.robots[there].expires == NOW + timedelta(hours=1)

    on_bench(check)


def test_the_reading_process_is_asked_once_about_all_that_is_due() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        paths = [f"/{'closed' if i % 3 else 'open'}/{i}" for i in range(40)]
        bench.memory.addresses["http://a:99999/"] = Due(url="http://a:99999/", role=Role.ARTICLE)
        site.routes |= {path: article(path) for path in paths}
        site.routes |= {
            "/feed": feed(*(site.url + path for path in paths)),
            "/robots.txt": robots("User-agent: *\nDisallow: /closed/"),
        }
        counted = Counted(bench.network.children)
        bench.network.children = cast("Children", counted)
        try:
            report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        finally:
            bench.network.children = counted.children
        assert (report.new, report.refused, report.failed) == (14, 26, 1)
        assert counted.questions == [40]

    on_bench(check)


@dataclass
class Counted:
    """The reading processes, and how many addresses each question about robots.txt held."""

    children: Children
    questions: list[int] = field(default_factory=list)

    async def robots(self, body: bytes, *, agent: str, urls: Sequence[str]) -> RobotsAnswer:
        self.questions.append(len(urls))
        return await self.children.robots(body, agent=agent, urls=urls)

    async def document(self, body: bytes, request: Ask) -> Document:
        return await self.children.document(body, request)

    async def room(self, url: str) -> None:
        await self.children.room(url)


def test_a_robots_that_breaks_off_forbids_everything_for_now() -> None:
    async def drop(writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.site.routes["/robots.txt"] = Reply(raw=drop)
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert {(p.state, p.retry_at) for p in bench.memory.pages} == {(State.FAILED, NOW + timedelta(hours=1))}
        assert "/open/1" not in bench.site.asked

    on_bench(check)


def test_a_redirect_loop_of_robots_allows_everything() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.site.routes["/robots.txt"] = Reply(status=302, headers={"Location": "/robots.txt"})
        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert report.new == 2

    on_bench(check)


def test_the_first_500_kib_of_an_endless_robots_count() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\nDisallow: /closed/\n")
        try:
            while True:
                writer.write(b"# padding\n" * 1_000)
                await writer.drain()
        except ConnectionError:
            pass

    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.site.routes["/robots.txt"] = Reply(raw=endless)

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert bench.memory.page(bench.site.url + "/closed/2").state is State.REFUSED
        assert bench.memory.page(bench.site.url + "/open/1").state is State.READ
        assert len(bench.memory.robots[origin(bench.site.url)].body) == 500 * 2**10

    on_bench(check)


def test_crawl_delay_is_kept_between_answers() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.site.routes["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 0.1")
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        after = bench.site.times[1:]
        assert len(after) == 3
        assert all(came - out >= 0.1 for (_, out), (came, _) in pairwise(after))

    on_bench(check)


def test_a_crawl_delay_of_hours_puts_pages_off() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.site.routes["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 7200")
        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert {p.state for p in bench.memory.pages} == {State.PUT_OFF}
        assert report.queued == 2

    on_bench(check)


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "3600", timedelta(hours=1)),
        (503, "3600", timedelta(hours=1)),
        (429, "Mon, 04 May 2026 13:30:00 GMT", timedelta(minutes=90)),
        (429, "99999999999", timedelta(days=1)),
        (429, "soon", timedelta(minutes=5)),
    ],
)
def test_retry_after_holds_the_whole_origin(status: int, header: str, wait: timedelta) -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.site.routes["/open/1"] = Reply(status=status, headers={"Retry-After": header})

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        busy = bench.memory.page(bench.site.url + "/open/1")
        assert (busy.state, busy.retry_at) == (State.PUT_OFF, NOW + wait)
        assert bench.memory.holds == {origin(bench.site.url): NOW + wait}
        # The page behind it in the line is put off without being asked.
        assert bench.memory.page(bench.site.url + "/closed/2").state is State.PUT_OFF
        assert "/closed/2" not in bench.site.asked
        assert report.queued == 2

    on_bench(check)


def test_a_short_retry_after_is_waited_for() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        busy = [Reply(status=429, headers={"Retry-After": "1"})]
        bench.site.routes["/open/1"] = lambda _: busy.pop() if busy else article("One")

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert (report.new, report.queued, bench.memory.holds) == (2, 0, {})
        told = bench.site.asked.index("/open/1")
        assert bench.site.times[told + 1][0] - bench.site.times[told][1] >= 0.99

    on_bench(check)


def test_a_site_that_is_always_busy_is_put_off_in_the_end() -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes |= {
            "/feed": feed(bench.site.url + "/1"), "/1": Reply(status=503, headers={"Retry-After": "0"}),
        }  # fmt: skip
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert bench.site.asked.count("/1") == 3
        assert bench.memory.page(bench.site.url + "/1").state is State.PUT_OFF

    on_bench(check)


def test_a_pause_that_was_asked_for_is_kept_between_all_later_requests() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        busy = [Reply(status=429, headers={"Retry-After": "1"})]
        bench.site.routes["/open/1"] = lambda _: busy.pop() if busy else article("One")
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        after = bench.site.times[bench.site.asked.index("/open/1") :]
        assert len(after) == 3
        assert all(came - out >= 0.99 for (_, out), (came, _) in pairwise(after))

    on_bench(check)


def test_a_503_that_does_not_say_when_is_tried_once_more_after_a_moment() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        busy = [Reply(status=503)]
        bench.site.routes |= {
            "/open/1": lambda _: busy.pop() if busy else article("One"),
            "/closed/2": Reply(status=503),
        }

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert (report.new, report.failed, bench.memory.holds) == (1, 1, {})
        assert (bench.site.asked.count("/open/1"), bench.site.asked.count("/closed/2")) == (2, 2)
        told = bench.site.asked.index("/open/1")
        assert bench.site.times[told + 1][0] - bench.site.times[told][1] >= MOMENT - 0.01

    on_bench(check)


def test_a_slow_site_is_asked_more_slowly_and_quicker_again_when_it_recovers() -> None:
    line = _Line()
    line.took(2.0)
    assert line.pause(1.0, 0) == 2.0
    line.took(0.1)
    assert line.pause(0.0, 0) == 1.0
    line.took(3600.0)
    assert line.pause(1.0, 0) == SLOWEST
    for _ in range(6):
        line.took(0.1)
    assert line.pause(0.0, 0) == 0.0


def test_slow_sites_leave_places_to_quick_ones() -> None:
    async def check() -> None:
        politeness = Politeness(2)
        for slow in ("http://a", "http://b"):
            politeness._line(slow).slowness = SLOW
        here = asyncio.Event()

        async def room() -> None:
            pass

        async def stay(where: str) -> None:
            async with politeness.turn(where, 0, room):
                here.set()
                await asyncio.Event().wait()

        stuck = [asyncio.create_task(stay(where)) for where in ("http://a", "http://b")]
        await here.wait()
        async with asyncio.timeout(5), politeness.turn("http://c", 0, room):
            pass
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)

    asyncio.run(check())


def test_a_hold_of_an_earlier_process_is_kept() -> None:
    async def check(bench: Bench) -> None:
        two_articles(bench.site)
        bench.memory.holds[origin(bench.site.url)] = NOW + timedelta(hours=1)
        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert bench.site.requests == []
        assert "left alone until 13:00 UTC" in report.error

    on_bench(check)


def test_a_redirect_with_a_name_in_it_spoils_no_ones_robots() -> None:
    """Asked with that name, robots.txt would fail, and the failure would hold for all pages of the origin."""

    async def check(bench: Bench) -> None:
        site = bench.site
        async with Site.open() as other:
            named = other.url.replace("http://", "http://name:word@")
            site.routes |= {
                "/feed": feed(site.url + "/away"),
                "/away": Reply(status=302, headers={"Location": named + "/x"}),
                "/later": feed(other.url + "/1"),
            }
            other.routes |= {"/1": article("One")}
            await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
            await bench.crawl(bench.source("/later", kind=SourceKind.FEED))
            assert bench.memory.page(other.url + "/1").article is not None
            assert other.asked.count("/robots.txt") == 1

    on_bench(check)


def test_rules_are_those_of_the_origin_not_of_the_source() -> None:
    async def check(bench: Bench) -> None:
        async with Site.open() as other:
            other.routes |= {"/robots.txt": robots("User-agent: *\nDisallow: /"), "/x": article("X")}
            bench.site.routes["/feed"] = feed(other.url + "/x")
            bench.memory = ListMemory()
            await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
            assert bench.memory.page(other.url + "/x").state is State.REFUSED
            assert other.asked == ["/robots.txt"]

    on_bench(check)


def test_of_many_origins_the_last_are_remembered() -> None:
    origins = Origins(remembered=2)
    first = origins.state("http://a:80")
    origins.state("http://b:80")
    assert origins.state("http://a:80") is first
    origins.state("http://c:80")
    assert origins.known("http://b:80") is None
    assert origins.known("http://a:80") is first
