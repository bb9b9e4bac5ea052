"""A feed that ran over between two looks: what it lost is found in the site's sitemap."""

from collections.abc import Sequence
from datetime import timedelta

from newsloom.news.memory import Role
from newsloom.news.sources import SourceKind
from scraper.crawl import crawl
from tests.scraper.loopback import NOW, Bench, Reply, Site, article, on_bench

COUNT = 90


def when(n: int) -> str:
    return (NOW - timedelta(days=8) + timedelta(hours=n)).strftime("%a, %d %b %Y %H:%M:%S GMT")


def feed(site: Site, numbers: Sequence[int]) -> Reply:
    items = "".join(
        f"<item><title>Number {n}</title><link>{site.url}/{n}</link><pubDate>{when(n)}</pubDate></item>"
        for n in numbers
    )
    return Reply(
        body=f"<?xml version='1.0'?><rss version='2.0'><channel><title>Feed</title>{items}</channel></rss>",
        headers={"Content-Type": "application/rss+xml"},
    )


def sitemap(site: Site, numbers: Sequence[int]) -> Reply:
    rows = "".join(
        f"<url><loc>{site.url}/{n}</loc><lastmod>{(NOW - timedelta(days=8) + timedelta(hours=n)).isoformat()}</lastmod></url>"
        for n in numbers
    )
    xml = f"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</urlset>"
    return Reply(body=xml, headers={"Content-Type": "application/xml"})


async def two_looks(bench: Bench, first: Sequence[int], second: Sequence[int]) -> list[int]:
    """What the second look read."""
    site = bench.site
    site.routes |= {f"/{n}": article(f"Number {n}") for n in range(COUNT)}
    site.routes["/sitemap.xml"] = sitemap(site, range(COUNT))
    source = bench.source("/feed", kind=SourceKind.FEED)
    site.routes["/feed"] = feed(site, first)
    await bench.crawl(source)
    read = len(bench.memory.pages)
    [listing] = bench.memory.listings
    seen = bench.memory.addresses[listing.asked]
    bench.memory.addresses[listing.asked] = type(seen)(url=seen.url, role=Role.FEED, digest=listing.digest)
    site.routes["/feed"] = feed(site, second)
    await crawl(source, bench.memory, bench.network, lambda: NOW, bench.limits)
    return sorted(int(p.asked.rpartition("/")[2]) for p in bench.memory.pages[read:])


def test_the_gap_is_filled_back_to_the_known_and_not_further() -> None:
    async def check(bench: Bench) -> None:
        read = await two_looks(bench, range(45, 50), range(80, 85))
        assert set(range(50, 85)) <= set(read)
        assert not set(read) & set(range(30))  # the known was met in the second step of 25
        assert {x.role for x in bench.memory.listings} == {Role.FEED}
        assert bench.site.asked.count("/sitemap.xml") == 1

    on_bench(check)


def test_a_feed_that_shows_something_known_has_no_gap() -> None:
    async def check(bench: Bench) -> None:
        assert await two_looks(bench, range(45, 50), range(49, 55)) == list(range(50, 55))
        assert "/sitemap.xml" not in bench.site.asked

    on_bench(check)
