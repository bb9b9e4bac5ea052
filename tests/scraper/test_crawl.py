"""One crawl over a real loopback site: what is asked, what is told."""

import asyncio
import gzip
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from newsloom.news.memory import Due, Page, Role, State, Validators
from newsloom.news.sources import Source, SourceKind
from tests.scraper.loopback import NOW, QUICK, Bench, ListMemory, Reply, Request, Site, article, feed, on_bench, zipped


def test_articles_of_a_feed_are_read_and_told() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {
            "/feed": feed(site.url + "/1", site.url + "/2"),
            "/1": article("One"),
            "/2": zipped(article("Two")),
        }

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert (report.new, report.failed, report.error) == (2, 0, "")
        assert [p.article.title for p in bench.memory.pages if p.article] == ["One", "Two"]
        assert [x.role for x in bench.memory.listings] == [Role.FEED]
        assert report.requests == len(site.requests)

    on_bench(check)


def test_every_kind_of_answer_ends_as_its_state() -> None:
    statuses = {
        "/gone": (404, State.GONE), "/left": (410, State.GONE), "/paid": (402, State.REFUSED),
        "/secret": (403, State.REFUSED), "/law": (451, State.REFUSED), "/broken": (500, State.FAILED),
        "/odd": (418, State.FAILED), "/busy": (503, State.FAILED),
    }  # fmt: skip

    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {path: Reply(status=status, body="x") for path, (status, _) in statuses.items()}
        site.routes |= {
            "/empty": Reply(),
            "/pdf": Reply(body=b"%PDF-1.7\n\x00\x01", headers={"Content-Type": "application/pdf"}),
        }
        site.routes["/feed"] = feed(*(site.url + path for path in site.routes))

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        for path, (status, state) in statuses.items():
            page = bench.memory.page(site.url + path)
            assert (page.state, page.status) == (state, status), path
        assert bench.memory.page(site.url + "/broken").reason == "500 Internal Server Error"
        assert bench.memory.page(site.url + "/empty").state is State.FAILED
        pdf = bench.memory.page(site.url + "/pdf")
        assert (pdf.state, pdf.article) == (State.READ, None)
        assert pdf.reason
        assert (report.gone, report.refused, report.failed) == (2, 3, 4)

    on_bench(check)


def test_an_unchanged_page_is_asked_conditionally_and_is_the_same() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site

        def page(request: Request) -> Reply:
            if request.headers.get("if-none-match") == '"v1"':
                return Reply(status=304)
            return replace(article("One"), headers={"ETag": '"v1"'})

        site.routes |= {"/feed": feed(site.url + "/1"), "/1": page}
        source = bench.source("/feed", kind=SourceKind.FEED)
        await bench.crawl(source)
        [first] = bench.memory.pages
        assert first.validators == Validators(etag='"v1"')
        again = Due(url=first.asked, role=Role.ARTICLE, validators=first.validators)
        bench.memory = ListMemory()
        bench.memory.addresses[again.url] = again

        report = await bench.crawl(source)

        [page_again] = bench.memory.pages
        assert (page_again.state, page_again.validators) == (State.SAME, Validators(etag='"v1"'))
        assert report.known == 2  # the page, and its address in the feed

    on_bench(check)


@pytest.mark.parametrize(
    ("validators", "sent"),
    [
        (Validators(etag='W/"a,b"', last_modified="Mon, 04 May 2026 10:00:00 GMT"), ('W/"a,b"', True)),
        (Validators(etag='"\xc3\xbc"'), ('"\xc3\xbc"', False)),
        (Validators(etag='"\xfc"', last_modified="Mon, 04 May 2026 10:00:00 GMT"), (None, True)),
    ],
)
def test_validators_go_back_as_they_came(validators: Validators, sent: tuple[str | None, bool]) -> None:
    async def check(bench: Bench) -> None:
        url = bench.site.url + "/1"
        bench.site.routes |= {"/feed": feed(url), "/1": Reply(status=304)}
        bench.memory.addresses[url] = Due(url=url, role=Role.ARTICLE, validators=validators)

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        [asked] = [r for r in bench.site.requests if r.path == "/1"]
        assert (asked.headers.get("if-none-match"), "if-modified-since" in asked.headers) == sent

    on_bench(check)


def test_a_304_that_was_not_asked_for_is_a_failure_and_asked_again() -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes |= {"/feed": feed(bench.site.url + "/1"), "/1": Reply(status=304)}
        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        page = bench.memory.page(bench.site.url + "/1")
        assert (page.state, report.failed) == (State.FAILED, 1)
        assert page.reason.startswith("304 Not Modified")

    on_bench(check)


def test_a_repacked_answer_is_the_same() -> None:
    async def check(bench: Bench) -> None:
        site, now = bench.site, [1]
        plain = article("One")
        assert isinstance(plain.body, str)
        text = plain.body.encode()

        def packed(_: Request) -> Reply:
            now[0] += 1
            return Reply(body=gzip.compress(text, mtime=now[0]), headers={"Content-Encoding": "gzip"})

        site.routes |= {"/feed": feed(site.url + "/1"), "/1": packed}
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        [first] = bench.memory.pages
        assert first.article is not None
        bench.memory = ListMemory()
        bench.memory.addresses[first.asked] = Due(url=first.asked, role=Role.ARTICLE, digest=first.digest)
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert bench.memory.page(first.asked).state is State.SAME

    on_bench(check)


def test_the_same_bytes_without_validators_are_the_same() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {"/feed": feed(site.url + "/1"), "/1": article("One")}
        source = bench.source("/feed", kind=SourceKind.FEED)
        await bench.crawl(source)
        [first] = bench.memory.pages
        bench.memory = ListMemory()
        bench.memory.addresses[first.asked] = Due(url=first.asked, role=Role.ARTICLE, digest=first.digest)

        await bench.crawl(source)

        assert bench.memory.page(first.asked).state is State.SAME

    on_bench(check)


def test_redirects_are_followed_and_reported() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {
            "/feed": Reply(status=301, headers={"Location": "/feed2"}),
            "/feed2": Reply(status=308, headers={"Location": "/feed3"}),
            "/feed3": Reply(status=302, headers={"Location": "/feed4"}),
            "/feed4": feed(site.url + "/1"),
            "/1": Reply(status=302, headers={"Location": "/one"}),
            "/one": article("One"),
        }

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        [listing] = bench.memory.listings
        assert (listing.asked, listing.url) == (site.url + "/feed", site.url + "/feed4")
        assert listing.moved == site.url + "/feed3"
        [page] = bench.memory.pages
        assert (page.asked, page.url) == (site.url + "/1", site.url + "/one")
        assert page.aliases == (site.url + "/1",)

    on_bench(check)


def test_a_redirect_loop_ends_and_is_told() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {"/feed": feed(site.url + "/1"), "/1": Reply(status=302, headers={"Location": "/1"})}

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        page = bench.memory.page(site.url + "/1")
        assert (page.state, page.reason) == (State.FAILED, "too many redirects")
        assert report.bounds == ("redirects",)
        assert site.asked.count("/1") == QUICK.redirects + 1

    on_bench(check)


def test_a_redirect_out_of_the_web_is_not_followed() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {
            "/feed": feed(site.url + "/1", site.url + "/2"),
            "/1": Reply(status=302, headers={"Location": "file:///etc/passwd"}),
            "/2": Reply(status=302, headers={"Location": "http://"}),
        }

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert {p.state for p in bench.memory.pages} == {State.FAILED}

    on_bench(check)


def test_cookies_are_never_sent_back() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {
            "/feed": feed(site.url + "/1", headers={"Set-Cookie": "a=b; Path=/"}),
            "/1": Reply(status=302, headers={"Location": "/one", "Set-Cookie": "c=d; Path=/"}),
            "/one": article("One"),
        }

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert not [r for r in site.requests if "cookie" in r.headers or "referer" in r.headers]
        assert {r.headers["user-agent"] for r in site.requests} == {bench.network.rules.user_agent}
        assert {r.headers["accept-encoding"] for r in site.requests} == {"gzip"}

    on_bench(check)


def test_a_limit_of_pages_leaves_the_rest_queued() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        bench.limits = replace(QUICK, pages=3)
        paths = [f"/{i}" for i in range(8)]
        site.routes |= {path: article(path) for path in paths}
        site.routes["/feed"] = feed(*(site.url + path for path in paths))

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert (len(bench.memory.pages), report.queued, report.bounds) == (3, 5, ("pages",))

    on_bench(check)


def test_nothing_readable_at_the_entrance_is_the_error_of_the_source() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes["/feed"] = Reply(status=500)

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert report.error == f"{site.url}/feed: 500 Internal Server Error"

    on_bench(check)


def test_a_closed_port_is_a_plain_reason() -> None:
    async def check(bench: Bench) -> None:
        async with asyncio.timeout(10):
            server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            server.close()
            await server.wait_closed()
        source = replace(bench.source(), url=f"http://127.0.0.1:{port}/feed", kind=SourceKind.FEED)

        report = await bench.crawl(source)

        assert report.error == f"{source.url}: connection refused"

    on_bench(check)


def test_what_memory_raises_ends_the_crawl_and_reaches_the_caller() -> None:
    class FullDiskError(Exception):
        pass

    class FullMemory(ListMemory):
        async def save(self, source: Source, pages: Any) -> Any:  # noqa: ARG002
            raise FullDiskError

    async def check(bench: Bench) -> None:
        site = bench.site
        bench.memory = FullMemory()
        site.routes |= {"/feed": feed(site.url + "/1"), "/1": article("One")}
        with pytest.raises(FullDiskError):
            await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert bench.memory.reports == []

    on_bench(check)


def test_a_stopped_crawl_ends_with_what_is_in_flight_still_queued() -> None:
    async def hang(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {
            "/feed": feed(*(f"{site.url}/{i}" for i in range(5))),
            "/0": article("Zero"),
            "/1": Reply(raw=hang),
        }
        site.arrived["/1"] = asyncio.Event()
        stop = asyncio.Event()
        crawling = asyncio.create_task(bench.crawl(bench.source("/feed", kind=SourceKind.FEED), stop))
        await site.arrived["/1"].wait()
        stop.set()

        async with asyncio.timeout(3):
            report = await crawling

        assert report.stopped
        assert site.url + "/1" not in [p.asked for p in bench.memory.pages]
        assert report.queued + len(bench.memory.pages) == 5
        assert bench.memory.reports == [report]

    on_bench(check)


def test_a_crawl_ends_at_its_time() -> None:
    async def hang(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def check(bench: Bench) -> None:
        site = bench.site
        bench.limits = replace(QUICK, crawl_time=timedelta(seconds=0.5))
        site.routes["/feed"] = Reply(raw=hang)

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert (report.bounds, report.stopped, report.queued) == (("crawl_time",), False, 1)

    on_bench(check)


def test_two_sources_on_one_host_share_one_line() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        for name in "ab":
            site.routes |= {f"/{name}": feed(*(f"{site.url}/{name}{i}" for i in range(3)))}
            site.routes |= {f"/{name}{i}": article(f"{name}{i}") for i in range(3)}
        other = Bench(site, bench.network, ListMemory())
        pause = timedelta(seconds=0.05)

        await asyncio.gather(
            bench.crawl(bench.source("/a", kind=SourceKind.FEED, delay=pause)),
            other.crawl(bench.source("/b", kind=SourceKind.FEED, delay=pause, name="b")),
        )

        assert len(site.times) == 9
        assert all(came - out >= 0.05 for (_, out), (came, _) in zip(site.times, site.times[1:], strict=False))

    on_bench(check)


def test_a_slow_origin_does_not_hold_up_others_of_the_same_source() -> None:
    async def check(bench: Bench) -> None:
        async with Site.open() as slow:
            site = bench.site
            good = [f"/good/{i}" for i in range(5)]
            waiting = asyncio.Event()

            async def hang(_: asyncio.StreamWriter) -> None:
                await waiting.wait()

            def last(_: Request) -> Reply:
                waiting.set()
                return article("The last")

            slow.routes |= {f"/{i}": Reply(raw=hang) for i in range(40)}
            site.routes |= {path: article(path) for path in good} | {good[-1]: last}
            site.routes["/feed"] = feed(*(f"{slow.url}/{i}" for i in range(40)), *(site.url + path for path in good))

            report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

            assert (report.new, "request_time" in report.bounds) == (5, False)

    on_bench(check)


def test_the_servers_clock_dates_what_its_page_prints() -> None:
    row = "<a href='/{1}'><time>{0}</time><span>Region</span><p>Ministers met for the {1}. time to sign the accord.</p></a>"

    async def check(bench: Bench) -> None:
        site = bench.site
        rows = "".join(f"<li>{row.format(t, i)}</li>" for i, t in enumerate(("23:50", "23:10", "22:05"), 4))
        plain = article("One")
        assert isinstance(plain.body, str)
        body = plain.body.replace("</article>", f"</article><section><h2>Read next</h2><ul>{rows}</ul></section>")
        site.routes |= {
            "/feed": feed(site.url + "/1"),
            "/1": Reply(body=body, headers={"Date": "Mon, 04 May 2026 00:10:00 GMT"}),
        }

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        briefs = bench.memory.page(site.url + "/1").briefs
        assert [b.time_text for b in briefs] == ["23:50", "23:10", "22:05"]
        assert briefs[0].published == NOW.replace(day=3, hour=23, minute=50)

    on_bench(check)


def test_an_address_that_is_none_is_told_too() -> None:
    async def check(bench: Bench) -> None:
        bench.memory.addresses["http://"] = Due(url="http://", role=Role.ARTICLE)
        bench.site.routes["/feed"] = feed()
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        page: Page = bench.memory.page("http://")
        assert page.state is State.FAILED

    on_bench(check)
