"""What is larger than its bound: of a feed or a sitemap the part before it is read, and the report says which bound that was."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from newsloom.news.memory import Role, State
from newsloom.news.sources import SourceKind
from tests.scraper.loopback import Bench, Reply, article, feed, on_bench, sitemap, zipped

BOUND = 2**20
HEAD = "<?xml version='1.0'?><rss version='2.0'><channel><title>Feed</title>"


def items(bench: Bench) -> Iterator[str]:
    """Items of some ten thousand bytes, without end; their letters take two bytes, so the bound lies within one at times."""
    n = 0
    while True:
        yield f"<item><title>Ünïque {n}</title><link>{bench.site.url}/{n}</link><description>{'é' * 5000}</description></item>"
        n += 1


def rows(bench: Bench) -> Iterator[str]:
    n = 0
    while True:
        yield f"<url><loc>{bench.site.url}/{n}</loc><lastmod>2026-05-04T08:00:00Z</lastmod></url>" + " " * 10_000
        n += 1


@pytest.mark.parametrize("kind", [SourceKind.FEED, SourceKind.SITEMAP, SourceKind.AUTO])
@pytest.mark.parametrize("length", ["", "Content-Length: 30000000\r\n"], ids=["endless", "said"])
def test_a_feed_or_sitemap_is_read_and_downloaded_up_to_its_bound(kind: SourceKind, length: str) -> None:
    sent = 0

    async def check(bench: Bench) -> None:
        async def flood(writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            parts = rows(bench) if kind is SourceKind.SITEMAP else items(bench)
            head = "<urlset>" if kind is SourceKind.SITEMAP else HEAD
            writer.write(
                f"HTTP/1.1 200 OK\r\nETag: '1'\r\n{length}Content-Type: application/xml\r\n\r\n{head}".encode()
            )
            try:
                while sent < 30 * BOUND:
                    part = next(parts).encode()
                    writer.write(part)
                    sent += len(part)
                    await writer.drain()
            except ConnectionError:
                pass

        bench.site.routes |= {f"/{n}": article(f"Number {n}") for n in range(200)}
        bench.site.routes["/large"] = Reply(raw=flood)

        report = await bench.crawl(bench.source("/large", kind=kind))

        [listing] = bench.memory.listings
        assert listing.role is (Role.SITEMAP if kind is SourceKind.SITEMAP else Role.FEED)
        assert BOUND // 10_300 - 2 <= len(listing.found) <= BOUND // 10_000
        assert (listing.whole, report.bounds, report.error) == (False, ("body_bytes",), "")
        assert report.new == len(listing.found)
        assert listing.found[-1].title in ("", f"Ünïque {len(listing.found) - 1}")
        assert sent < 15 * BOUND  # what fits into sockets' buffers goes out all the same

    on_bench(check)


def test_what_is_larger_only_when_unzipped_is_read_up_to_the_bound_too() -> None:
    async def check(bench: Bench) -> None:
        parts = items(bench)
        large = HEAD + "".join(next(parts) for _ in range(300))
        bench.site.routes["/feed"] = zipped(Reply(body=large, headers={"Content-Type": "application/rss+xml"}))
        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert 90 < len(bench.memory.listings[0].found) < 110
        assert "body_bytes" in report.bounds

    on_bench(check)


def test_a_feed_as_large_as_its_bound_is_whole() -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes["/1"] = article("One")
        told = feed(bench.site.url + "/1")
        assert isinstance(told.body, str)
        bench.site.routes["/feed"] = Reply(
            body=told.body.replace("</channel>", " " * (BOUND - len(told.body)) + "</channel>")
        )
        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert (bench.memory.listings[0].whole, report.bounds) == (True, ())

    on_bench(check)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<!doctype html><html><body>" + "<p>A paragraph of a page.</p>" * 60_000, id="page"),
        pytest.param(
            json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_text": "x" * 2 * BOUND}]}),
            id="JSON",
        ),
        pytest.param(gzip.compress(b"<urlset>" + b" " * 50_000_000), id="nothing in it"),
        pytest.param(gzip.compress(gzip.compress(b"\0" * 50_000_000)), id="bomb"),
    ],
)  # fmt: skip
def test_half_of_anything_else_is_refused(body: str | bytes) -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes["/"] = Reply(body=body)
        report = await bench.crawl(bench.source())
        [page] = bench.memory.pages
        assert page.state is State.GUILTY
        assert page.reason.startswith("larger than 1,048,576 bytes")
        assert report.bounds == ("body_bytes",)

    on_bench(check)


def test_a_feed_or_sitemap_cut_at_its_bound_of_entries_says_so() -> None:
    async def check(bench: Bench) -> None:
        bench.limits = replace(bench.limits, pages=1)
        urls = [f"{bench.site.url}/{n}" for n in range(6_000)]
        bench.site.routes["/feed"] = feed(*urls[:1_501])
        bench.site.routes["/map"] = sitemap(*urls)
        for path, kind, count in (("/feed", SourceKind.FEED, 1_500), ("/map", SourceKind.SITEMAP, 5_000)):
            report = await bench.crawl(bench.source(path, kind=kind))
            assert len(bench.memory.listings[-1].found) == count
            assert "entries" in report.bounds

    on_bench(check)
