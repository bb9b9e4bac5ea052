"""From a bare address to what is worth asking again: feed, news sitemap, links; and what the config says outright."""

from dataclasses import replace

import pytest

from newsloom.news.memory import Due, Found, Role, State, Validators
from newsloom.news.sources import SourceKind
from scraper.spiders import ways_in
from tests.scraper.loopback import (
    NOW,
    QUICK,
    Bench,
    ListMemory,
    Reply,
    Request,
    article,
    feed,
    index,
    on_bench,
    sitemap,
)

HEADLINES = (
    "Council agrees on the plan for the old harbour",
    "Ministers meet at the border to sign the accord",
    "Farmers count the cost of a very late frost",
    "Museum opens a wing for the painters of the coast",
    "Rail workers vote for a strike in the holidays",
    "Champions lose at home for the first time in a year",
)


def front(*feeds: str) -> Reply:
    links = "".join(f"<link rel=alternate type=application/rss+xml href='{f}'>" for f in feeds)
    menu = "".join(f"<li><a href='/section/{s}/'>{s}</a></li>" for s in ("World", "Sport", "Culture"))
    cards = "".join(
        f"<article><h2><a href='/2026/05/04/story-number-{i}'>{h}</a></h2><p>In short.</p></article>"
        for i, h in enumerate(HEADLINES)
    )
    return Reply(
        body=f"<!doctype html><html><head><title>Paper</title>{links}</head>"
        f"<body><nav><ul>{menu}</ul></nav><main>{cards}</main></body></html>"
    )


def stories(bench: Bench) -> list[str]:
    paths = [f"/2026/05/04/story-number-{i}" for i in range(len(HEADLINES))]
    bench.site.routes |= {path: article(h) for path, h in zip(paths, HEADLINES, strict=True)}
    return [bench.site.url + path for path in paths]


def roles(bench: Bench) -> list[tuple[str, Role]]:
    return [(x.asked.removeprefix(bench.site.url), x.role) for x in bench.memory.listings]


def test_the_feed_that_a_page_names_is_the_way_in() -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes |= {"/": front("/gone.rss", "/feed.xml"), "/feed.xml": feed(*stories(bench))}

        report = await bench.crawl(bench.source())

        assert roles(bench) == [("/", Role.START), ("/feed.xml", Role.FEED)]
        [start, _] = bench.memory.listings
        assert [(f.url, f.role) for f in start.found] == [(bench.site.url + "/feed.xml", Role.FEED)]
        missing = bench.memory.page(bench.site.url + "/gone.rss")
        assert (missing.role, missing.state) == (Role.FEED, State.GONE)
        assert (report.new, report.error) == (len(HEADLINES), "")

    on_bench(check)


def test_an_address_that_is_a_feed_needs_no_look_around() -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes["/rss"] = feed(*stories(bench))
        await bench.crawl(bench.source("/rss"))
        assert roles(bench) == [("/rss", Role.FEED)]

    on_bench(check)


def test_a_feed_without_items_leads_on_to_the_news_sitemap_of_robots() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {
            "/": front("/feed.xml"),
            "/feed.xml": feed(),
            "/robots.txt": Reply(
                body=f"User-agent: *\nAllow: /\nSitemap: {site.url}/pages.xml\nSitemap: {site.url}/google-news.xml",
                headers={"Content-Type": "text/plain"},
            ),
            "/google-news.xml": sitemap(*stories(bench)),
        }

        report = await bench.crawl(bench.source())

        assert roles(bench) == [("/", Role.START), ("/google-news.xml", Role.SITEMAP)]
        assert bench.memory.page(site.url + "/feed.xml").reason == "a feed without items"
        assert "/pages.xml" not in site.asked
        assert report.new == len(HEADLINES)

    on_bench(check)


def test_a_sitemap_that_robots_names_without_its_host_is_found() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {
            "/": front(),
            "/robots.txt": Reply(
                body="User-agent: *\nAllow: /\nSitemap: /maps/google-news.xml", headers={"Content-Type": "text/plain"}
            ),
            "/maps/google-news.xml": sitemap(*stories(bench)),
        }

        await bench.crawl(bench.source())

        assert ("/maps/google-news.xml", Role.SITEMAP) in roles(bench)

    on_bench(check)


def test_a_sitemap_in_a_usual_place_is_found_and_its_newest_parts_are_followed() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        bench.limits = replace(QUICK, sitemaps=2)
        urls = stories(bench)
        site.routes |= {
            "/": front(),
            "/sitemap.xml": index(
                (f"{site.url}/old.xml", "2019-01-01"),
                (f"{site.url}/may.xml", "2026-05-04"),
                (f"{site.url}/april.xml", "2026-04-30"),
                (f"{site.url}/news-of-sport.xml", "2026-05-01"),
            ),
            "/may.xml": sitemap(*urls[:3]),
            "/news-of-sport.xml": sitemap(*urls[3:]),
        }

        report = await bench.crawl(bench.source())

        assert roles(bench)[:2] == [("/", Role.START), ("/sitemap.xml", Role.SITEMAP)]
        assert {r for r, _ in roles(bench)[2:]} == {"/may.xml", "/news-of-sport.xml"}
        assert not bench.memory.listings[1].whole
        assert "sitemaps" in report.bounds
        assert report.new == len(HEADLINES)

    on_bench(check)


def test_a_sitemap_of_old_pages_is_no_way_in() -> None:
    async def check(bench: Bench) -> None:
        stories(bench)
        bench.site.routes |= {"/": front(), "/sitemap.xml": sitemap(bench.site.url + "/about", modified="2019-01-01")}
        await bench.crawl(bench.source())
        assert roles(bench) == [("/", Role.LISTING)]
        assert bench.memory.page(bench.site.url + "/sitemap.xml").reason == "a sitemap without recent news"

    on_bench(check)


def test_without_feed_and_sitemap_the_page_itself_is_the_listing() -> None:
    async def check(bench: Bench) -> None:
        urls = stories(bench)
        bench.site.routes["/"] = replace(front(), headers={"ETag": '"front"'})

        report = await bench.crawl(bench.source())

        [listing] = bench.memory.listings
        assert (listing.role, [f.url for f in listing.found]) == (Role.LISTING, urls)
        assert listing.validators == Validators(etag='"front"')
        assert report.new == len(HEADLINES)
        assert not [p for p in bench.site.asked if p.startswith("/section")]

    on_bench(check)


def test_an_article_for_an_address_is_watched_itself() -> None:
    async def check(bench: Bench) -> None:
        def live(request: Request) -> Reply:
            if request.headers.get("if-none-match") == '"1"':
                return Reply(status=304)
            return replace(article("Live from the harbour"), headers={"ETag": '"1"'})

        bench.site.routes["/live"] = live
        report = await bench.crawl(bench.source("/live"))
        page = bench.memory.page(bench.site.url + "/live")
        assert (page.role, page.article is not None, page.validators.etag) == (Role.START, True, '"1"')
        assert (report.new, report.error) == (1, "")

        bench.memory = ListMemory()
        bench.memory.addresses[page.asked] = Due(url=page.asked, role=Role.START, validators=page.validators)
        report = await bench.crawl(bench.source("/live"))
        assert (bench.memory.page(page.asked).state, report.error) == (State.SAME, "")

    on_bench(check)


def test_a_page_that_leads_nowhere_is_the_error_of_the_source() -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes["/"] = Reply(body="<html><body><p>Under construction.</p></body></html>")
        report = await bench.crawl(bench.source())
        assert report.error == f"{bench.site.url}/: no feed, no news sitemap and no links to articles found here"

    on_bench(check)


def test_a_page_of_plain_links_is_tried_link_by_link_its_menu_left_out() -> None:
    async def check(bench: Bench) -> None:
        menu = "<nav><a href='/about'>About</a></nav>"
        links = "<ul><li><a href='/a/1.html'>Story 1</a></li><li><a href='/a/2.html#top'>Story 2</a></li></ul><a href='/'>Top</a>"
        bench.site.routes |= {
            "/": Reply(body=f"<html><body>{menu}{links}<a href='http://127.0.0.1:1/x'>Elsewhere</a></body></html>"),
            "/a/1.html": article("One"), "/a/2.html": article("Two"),
        }  # fmt: skip
        report = await bench.crawl(bench.source())
        assert [f.url for f in bench.memory.listings[0].found] == [bench.site.url + f"/a/{i}.html" for i in (1, 2)]
        assert report.new == 2

    on_bench(check)


def test_a_sitemap_speaks_of_its_own_site_only() -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes["/news.xml"] = sitemap(bench.site.url + "/1", "http://127.0.0.1:1/foreign")
        await bench.crawl(bench.source("/news.xml"))
        assert [f.url for f in bench.memory.listings[0].found] == [bench.site.url + "/1"]

    on_bench(check)


@pytest.mark.parametrize("kind", [SourceKind.HOME, SourceKind.SECTION])
def test_a_home_or_section_of_the_config_is_a_listing_whatever_it_names(kind: SourceKind) -> None:
    async def check(bench: Bench) -> None:
        stories(bench)
        bench.site.routes |= {"/": front("/feed.xml"), "/feed.xml": feed(bench.site.url + "/x")}
        await bench.crawl(bench.source(kind=kind))
        assert roles(bench) == [("/", Role.LISTING)]
        assert "/feed.xml" not in bench.site.asked

    on_bench(check)


def test_a_page_where_the_config_says_feed_is_an_error_that_says_so() -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes["/"] = front("/feed.xml")
        report = await bench.crawl(bench.source(kind=SourceKind.FEED))
        assert report.error.endswith("a web page where a feed is expected")

    on_bench(check)


def test_looking_for_ways_in_anew_asks_for_the_whole_page() -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes |= {
            "/": replace(front("/feed.xml"), headers={"ETag": '"v"'}),
            "/feed.xml": feed(*stories(bench)),
        }
        await bench.crawl(bench.source())
        bench.memory._done.clear()
        await bench.crawl(bench.source())
        assert not [r for r in bench.site.requests if r.path == "/" and "if-none-match" in r.headers]

    on_bench(check)


def test_names_and_dates_tell_which_sitemaps_are_worth_watching() -> None:
    old, new = NOW.replace(year=2020), NOW
    page = Found(url="https://example.org/a", modified=new)
    part = Found(url="https://example.org/part-1.xml", role=Role.SITEMAP)
    assert ways_in.worth_watching("https://example.org/sitemap.xml", [page], NOW) is True
    assert ways_in.worth_watching("https://example.org/sitemap.xml", [replace(page, modified=old)], NOW) is False
    assert ways_in.worth_watching("https://example.org/news.xml", [replace(page, modified=None)], NOW) is True
    assert ways_in.worth_watching("https://example.org/sitemap.xml", [part], NOW) is None
    assert ways_in.worth_watching("https://example.org/sitemap.xml", [replace(part, modified=old)], NOW) is False
    assert ways_in.worth_watching("https://example.org/news.xml", [], NOW) is False
