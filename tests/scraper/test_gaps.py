"""A feed that ran over between two looks: what it lost is found in its older pages, its archive, or the site's sitemap."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsloom.news.memory import CrawlReport, Listing, Role
from newsloom.news.sources import SourceKind
from scraper.crawl import crawl
from scraper.spiders import gaps
from tests.scraper.loopback import NOW, Bench, Reply, Request, Route, Site, Writer, article, on_bench
from tests.scraper.test_killed import begin, config, entries

COUNT = 90
BACK = timedelta(days=8)


def feed(
    site: Site, numbers: Sequence[int], *, head: str = "", dated: bool = True, headers: dict[str, str] | None = None
) -> Reply:
    """RSS with these items in this order, one an hour."""

    def when(n: int) -> str:
        return f"<pubDate>{NOW - BACK + timedelta(hours=n):%a, %d %b %Y %H:%M:%S GMT}</pubDate>" if dated else ""

    items = "".join(f"<item><title>Number {n}</title><link>{site.url}/{n}</link>{when(n)}</item>" for n in numbers)
    return Reply(
        body="<?xml version='1.0'?><rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Feed</title>"
        f"<link>{site.url}/</link>{head}{items}</channel></rss>",
        headers={"Content-Type": "application/rss+xml", **(headers or {})},
    )


def link(relation: str, to: str) -> str:
    return f"<atom:link rel='{relation}' href='{to}'/>"


def newest_first(first: int, last: int) -> list[int]:
    return list(range(last, first - 1, -1))


def sitemap(site: Site, numbers: Sequence[int]) -> Reply:
    rows = "".join(
        f"<url><loc>{site.url}/{n}</loc><lastmod>{(NOW - BACK + timedelta(hours=n)).isoformat()}</lastmod></url>"
        for n in numbers
    )
    xml = f"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</urlset>"
    return Reply(body=xml, headers={"Content-Type": "application/xml"})


async def look(bench: Bench, *, path: str = "/feed", **more: object) -> tuple[CrawlReport, list[int]]:
    """One crawl, and which articles its listings showed."""
    bench.site.routes |= {f"/{n}": article(f"Number {n}") for n in range(COUNT) if f"/{n}" not in bench.site.routes}
    before = len(bench.memory.listings)
    report = await crawl(
        bench.source(path, kind=SourceKind.FEED, **more), bench.memory, bench.network, lambda: bench.now, bench.limits
    )
    shown = [numbers_of(listing) for listing in bench.memory.listings[before:]]
    return report, sorted({n for numbers in shown for n in numbers})


def numbers_of(listing: Listing) -> list[int]:
    return [int(f.url.rpartition("/")[2]) for f in listing.found]


async def after_a_first_look(bench: Bench, *numbers: int) -> None:
    bench.site.routes["/feed"] = feed(bench.site, numbers or newest_first(1, 10))
    await look(bench)
    bench.site.requests.clear()


def paged(site: Site, pages: Sequence[Sequence[int]], relation: str = "next", *, dated: bool = True) -> None:
    """Pages of a feed: /feed, /feed?page=2 ..., each naming the one that is older."""
    for place, numbers in enumerate(pages, 1):
        path = "/feed" if place == 1 else f"/feed?page={place}"
        head = link(relation, f"{site.url}/feed?page={place + 1}") if place < len(pages) else ""
        site.routes[path] = feed(site, numbers, head=head, dated=dated)


PAGES = [newest_first(*span) for span in ((41, 50), (31, 40), (21, 30), (11, 20), (1, 10), (0, 0))]


@pytest.mark.parametrize("relation", ["next", "prev-archive"])
@pytest.mark.parametrize("dated", [True, False])
def test_older_pages_are_read_until_one_shows_something_known(relation: str, dated: bool) -> None:
    async def check(bench: Bench) -> None:
        await after_a_first_look(bench)
        paged(bench.site, [newest_first(44, 50), *PAGES[1:]], relation, dated=dated)
        bench.site.routes["/feed?page=2"] = feed(
            bench.site, newest_first(31, 43), head=link(relation, "/feed?page=3"), dated=dated
        )

        report, shown = await look(bench)

        assert shown == list(range(1, 51))
        assert "/feed?page=5" in bench.site.asked
        assert "/feed?page=6" not in bench.site.asked
        assert "/sitemap.xml" not in bench.site.asked
        assert (report.bounds, bench.memory.fills) == ((), [True])

    on_bench(check)


def test_the_next_crawl_of_a_filled_feed_asks_for_one_page() -> None:
    async def check(bench: Bench) -> None:
        await after_a_first_look(bench)
        paged(bench.site, PAGES)
        await look(bench)
        bench.site.requests.clear()
        await look(bench)
        assert bench.site.asked == ["/feed"]

    on_bench(check)


def test_a_first_look_digs_out_no_history() -> None:
    async def check(bench: Bench) -> None:
        paged(bench.site, PAGES)
        _, shown = await look(bench)
        assert shown == list(range(41, 51))
        assert "/feed?page=2" not in bench.site.asked

    on_bench(check)


def test_a_feed_that_shows_something_known_has_no_gap() -> None:
    async def check(bench: Bench) -> None:
        await after_a_first_look(bench)
        paged(bench.site, [newest_first(10, 15), newest_first(1, 9)])
        _, shown = await look(bench)
        assert shown == list(range(10, 16))
        assert not [path for path in bench.site.asked if "page" in path or "sitemap" in path]

    on_bench(check)


def test_json_feed_and_the_link_header_name_the_next_page_too() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        await after_a_first_look(bench)
        items = [{"id": str(n), "url": f"{site.url}/{n}", "title": f"Number {n}"} for n in newest_first(31, 40)]
        text = {"version": "https://jsonfeed.org/version/1.1", "title": "Feed", "items": items, "next_url": "/more"}
        site.routes["/feed"] = Reply(body=json.dumps(text), headers={"Content-Type": "application/feed+json"})
        site.routes["/more"] = feed(
            site,
            newest_first(21, 30),
            headers={"Link": '<https://x.example/>; rel="https://api.x/", </last>; rel=next'},
        )
        site.routes["/last"] = feed(site, newest_first(9, 20))

        _, shown = await look(bench)

        assert shown == list(range(9, 41))

    on_bench(check)


def test_wordpress_says_nothing_and_has_pages_all_the_same() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        await after_a_first_look(bench)
        made = "<generator>https://wordpress.org/?v=6.5</generator>"
        site.routes["/feed"] = feed(site, newest_first(31, 40), head=made)
        site.routes["/feed?paged=2"] = feed(site, newest_first(21, 30), head=made)
        site.routes["/feed?paged=3"] = feed(site, newest_first(8, 20), head=made)

        _, shown = await look(bench)

        assert shown == list(range(8, 41))
        assert "/feed?paged=4" not in site.asked

    on_bench(check)


def seventy(older: str) -> Reply:
    """An older page with one item."""
    head = f"<title>Feed</title><a:link rel='next' href='{older}'/>"
    item = "<item><title>Number 70</title><link>/70</link></item>"
    return Reply(body=f"<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel>{head}{item}</channel></rss>")


async def endless(bench: Bench, then: Route, pages: Sequence[int] = range(2, 40)) -> CrawlReport:
    """A feed whose older pages are answered by `then`."""
    await after_a_first_look(bench)
    bench.site.routes["/feed"] = feed(bench.site, newest_first(81, 85), head=link("next", "/p/2"))
    bench.site.routes |= {f"/p/{n}": then for n in pages}
    report, _ = await look(bench)
    return report


def pages_asked(bench: Bench) -> int:
    return sum(path.startswith("/p/") for path in bench.site.asked)


@pytest.mark.parametrize(
    ("then", "asked"),
    [
        pytest.param(seventy("/p/2"), 1, id="itself"),
        pytest.param(seventy("/feed"), 1, id="back to the feed"),
        pytest.param(lambda r: seventy(f"/p/{int(r.path[3:]) + 1}"), 2, id="for ever the same"),
        pytest.param(seventy("http://127.0.0.2:9/p/3"), 1, id="another site"),
        pytest.param(Reply(status=302, headers={"Location": "/feed"}), 1, id="a redirect back"),
        pytest.param(Reply(body="<rss version='2.0'><channel><title>Feed</title></channel></rss>"), 1, id="empty"),
        pytest.param(Reply(body="<html><body><p>Page two</p></body></html>"), 1, id="a page"),
        pytest.param(Reply(status=404), 1, id="gone"),
        pytest.param(Reply(body="<rss version='2.0'><channel>"), 1, id="broken"),
        pytest.param(
            Reply(
                body="<rss version='2.0'><channel><title>Comments</title><link>https://other.example/c</link>"
                "<item><title>C</title><link>/c/1</link></item></channel></rss>"
            ), 1, id="another feed",
        ),
    ],
)  # fmt: skip
def test_what_is_no_older_page_ends_the_way_back(then: Route, asked: int) -> None:
    async def check(bench: Bench) -> None:
        await endless(bench, then)
        assert pages_asked(bench) == asked
        assert bench.memory.fills == [True]
        assert not [f for x in bench.memory.listings for f in x.found if "/c/" in f.url]

    on_bench(check)


def all_new(request: Request) -> Reply:
    """A page of five items that nobody ever saw, and a link to the next."""
    page = int(request.path[3:])
    rows = "".join(f"<item><title>Item {n}</title><link>/{1000 * page + n}</link></item>" for n in range(5))
    head = f"<title>Feed</title><a:link rel='next' href='/p/{page + 1}'/>"
    return Reply(body=f"<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel>{head}{rows}</channel></rss>")


@pytest.mark.parametrize(("limits", "asked"), [({"pages": 7}, 7), ({"entries": 20}, 3)], ids=["pages", "entries"])
def test_a_feed_without_end_meets_a_bound_that_the_report_names(limits: dict[str, int], asked: int) -> None:
    async def check(bench: Bench) -> None:
        bench.limits = replace(bench.limits, **limits)  # type: ignore[arg-type]
        report = await endless(bench, all_new)
        assert pages_asked(bench) == asked
        assert set(limits) <= set(report.bounds)
        assert bench.memory.fills == [True]

    on_bench(check)


@pytest.mark.parametrize("how", ["link", "redirect"])
def test_an_older_page_stands_on_the_feed_s_own_site(how: str) -> None:
    async def check(bench: Bench) -> None:
        elsewhere = bench.site.url.replace("127.0.0.1", "localhost") + "/p/3"
        bench.site.routes["/p/3"] = feed(bench.site, newest_first(71, 80))
        second = seventy(elsewhere) if how == "link" else Reply(status=302, headers={"Location": elsewhere})
        await endless(bench, second, pages=(2,))
        assert not [n for x in bench.memory.listings for n in numbers_of(x) if 71 <= n <= 80]
        assert ("/p/3" in bench.site.asked) == (how == "redirect")

    on_bench(check)


def test_going_back_leaves_time_for_the_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(bench: Bench) -> None:
        report = await endless(bench, all_new)
        assert (pages_asked(bench), report.bounds, bench.memory.fills) == (0, ("crawl_time",), [True])
        assert report.new == 5

    monkeypatch.setattr(gaps, "TIME", 0)
    on_bench(check)


def test_older_pages_obey_robots_and_the_sitemap_takes_their_place() -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes["/robots.txt"] = Reply(
            body="User-agent: *\nDisallow: /feed", headers={"Content-Type": "text/plain"}
        )
        await after_a_first_look(bench)
        paged(bench.site, PAGES)
        bench.site.routes["/sitemap.xml"] = sitemap(bench.site, range(COUNT))
        _, shown = await look(bench)
        assert "/feed?page=2" not in bench.site.asked
        assert set(range(11, 51)) <= set(shown)

    on_bench(check)


def test_beyond_the_source_s_max_age_nothing_is_looked_for() -> None:
    async def check(bench: Bench) -> None:
        await after_a_first_look(bench)
        paged(bench.site, PAGES)
        _, shown = await look(bench, max_age=NOW - (NOW - BACK + timedelta(hours=35)))
        assert shown == list(range(21, 51))
        assert "/feed?page=4" not in bench.site.asked

    on_bench(check)


def test_an_older_page_that_fails_leaves_the_gap_for_the_next_crawl() -> None:
    async def check(bench: Bench) -> None:
        await after_a_first_look(bench)
        paged(bench.site, PAGES)
        third = bench.site.routes["/feed?page=3"]
        bench.site.routes["/feed?page=3"] = Reply(status=500)
        _, shown = await look(bench)
        assert (shown, bench.memory.fills) == (list(range(31, 51)), [False])

        bench.site.routes["/feed?page=3"] = third
        _, shown = await look(bench)
        assert (shown, bench.memory.fills) == (list(range(1, 51)), [False, True])

    on_bench(check)


def test_a_feed_that_names_no_older_page_is_completed_from_the_sitemap_back_to_the_known() -> None:
    async def check(bench: Bench) -> None:
        await after_a_first_look(bench, *newest_first(45, 49))
        bench.site.routes["/feed"] = feed(bench.site, newest_first(80, 84))
        bench.site.routes["/sitemap.xml"] = sitemap(bench.site, range(COUNT))

        _, shown = await look(bench)

        assert set(range(50, 85)) <= set(shown)
        assert not set(shown) & set(range(30))  # the known was met in the second step of 25
        assert {x.role for x in bench.memory.listings} == {Role.FEED}
        assert bench.site.asked.count("/sitemap.xml") == 1

    on_bench(check)


def test_the_sitemap_completes_a_feed_without_dates_too() -> None:
    async def check(bench: Bench) -> None:
        await after_a_first_look(bench, *newest_first(45, 49))
        bench.site.routes["/feed"] = feed(bench.site, newest_first(80, 84), dated=False)
        bench.site.routes["/sitemap.xml"] = sitemap(bench.site, range(COUNT))
        _, shown = await look(bench)
        assert set(range(50, 85)) <= set(shown)

    on_bench(check)


async def hang(writer: Writer) -> None:
    await asyncio.Event().wait()


def test_a_kill_between_two_pages_hides_no_older_one(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {f"/{n}": article(f"Number {n}", f"What is told of number {n}. " * 9) for n in range(COUNT)}
        made = config(tmp_path / "news", site)
        made.write_text(made.read_text().split("sources:")[0] + f"sources:\n  - {{url: {site.url}/feed, name: feed}}\n")
        site.routes["/feed"] = feed(site, newest_first(1, 10), headers={"ETag": '"1"'})
        assert await (await begin(made)).wait() == 0
        paged(site, PAGES)
        site.routes["/feed"] = replace(
            feed(site, PAGES[0], head=link("next", "/feed?page=2")),
            headers={"Content-Type": "application/rss+xml", "ETag": '"2"'},
        )
        third = site.routes["/feed?page=3"]
        site.routes["/feed?page=3"] = Reply(raw=hang)
        process = await begin(made)
        await site.arrived.setdefault("/feed?page=3", asyncio.Event()).wait()
        process.kill()
        await process.wait()
        site.routes["/feed?page=3"] = third

        assert await (await begin(made)).wait() == 0

        assert {url for url, *_ in entries(made)} == {f"{site.url}/{n}" for n in range(1, 51)}
        site.requests.clear()
        assert await (await begin(made)).wait() == 0
        [again] = [r for r in site.requests if r.path.startswith("/feed")]
        assert again.headers["if-none-match"] == '"2"'

    on_bench(check)
