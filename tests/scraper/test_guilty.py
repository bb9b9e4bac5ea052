"""A document that breaks a bound of reading, be it a page, a feed, a sitemap or a robots.txt: marked, with the reason.

Each bound alone is tight in its test: without it, another one, or none, would be the reason.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from newsloom.news.memory import Page, State
from newsloom.news.sources import Limits, SourceKind
from scraper.children import Bounds, Children
from tests.scraper.loopback import Bench, ListMemory, Reply, feed, on_bench

MIB = 2**20
LOOSE = Bounds(cpu_seconds=60, wall_seconds=60, memory_bytes=4 * 2**30, body_bytes=64 * MIB)
LONG = "a" * 1_200
XML = {"Content-Type": "application/xml"}

# Each takes every reader some seconds, and tens of megabytes.
PAGE = Reply(body=b"<html><body><p " + b" ".join(b'a%d=">"' % n for n in range(600_000)) + b">x</p></body></html>")
FEED = Reply(
    body="<rss version='2.0'><channel><title>T</title><item><title>One</title><link>http://a.example/1</link>"
    + "<category>x</category>" * 400_000 + "</item></channel></rss>",
    headers=XML,
)  # fmt: skip
SITEMAP = Reply(body="<urlset><url>" + "<loc>a</loc>" * 3_600_000 + "</url></urlset>", headers=XML)
ROBOTS = Reply(body="User-agent: *\n" + "".join(f"Disallow: /*ab{n}\n" for n in range(25_000)))


@asynccontextmanager
async def bounded(bench: Bench, bounds: Bounds) -> AsyncIterator[None]:
    """The bench's network reads with one child of these bounds."""
    usual = bench.network.children
    async with Children(1, bounds) as children:
        bench.network.children = children
        try:
            yield
        finally:
            bench.network.children = usual


async def outcomes(bench: Bench) -> dict[str, Page]:
    """What the four end as, each in a crawl of its own."""
    site = bench.site
    found: dict[str, Page] = {}
    site.routes |= {
        "/to-page": feed(site.url + "/page"), "/page": PAGE, "/feed": FEED, "/map": SITEMAP,
    }  # fmt: skip
    bench.limits = Limits(body_bytes=64 * MIB)
    for asked, path, kind in (
        ("/to-page", "/page", SourceKind.FEED),
        ("/feed", "/feed", SourceKind.FEED),
        ("/map", "/map", SourceKind.SITEMAP),
    ):
        bench.memory = ListMemory()
        await bench.crawl(bench.source(asked, kind=kind))
        found[path] = bench.memory.page(site.url + path)

    site.routes |= {"/robots.txt": ROBOTS, "/to-all": feed(*(f"{site.url}/{LONG}{n}" for n in range(60)))}
    bench.network.origins.clear()
    bench.memory = ListMemory()
    before = len(site.requests)
    await bench.crawl(bench.source("/to-all", kind=SourceKind.FEED))
    assert len({p.reason for p in bench.memory.pages}) == 1
    assert site.asked[before:] == ["/to-all", "/robots.txt"]
    found["/robots.txt"] = bench.memory.pages[0]
    return found


def address_space(children: Children) -> int:
    """Of the child that is idle."""
    status = Path(f"/proc/{children._idle[-1]._process.pid}/status").read_text()
    return int(status.partition("VmSize:")[2].split(None, 1)[0]) * 1024


async def usual_memory() -> int:
    """What a child takes that has read nothing yet."""
    async with Children(1) as children:
        await children.robots(b"", agent="us", urls=())
        return address_space(children)


@pytest.mark.parametrize(
    ("bound", "reason"),
    [
        ("cpu_seconds", "took more than 1 s of CPU"),
        ("wall_seconds", "took longer than 1 s"),
        ("memory_bytes", "MiB of memory"),
    ],
)
def test_each_bound_alone_ends_each_kind_of_document_and_is_its_reason(
    bound: str, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async def check(bench: Bench) -> None:
        tight: dict[str, Any] = {"cpu_seconds": 1, "wall_seconds": 1, "memory_bytes": await usual_memory() + 24 * MIB}
        async with bounded(bench, replace(LOOSE, **{bound: tight[bound]})):
            found = await outcomes(bench)

        robots = found.pop("/robots.txt")
        assert robots.state is State.REFUSED
        assert robots.reason.startswith("robots.txt cannot be read: ")
        assert reason in robots.reason
        for page in found.values():
            assert page.state is State.GUILTY
            assert reason in page.reason
        assert capfd.readouterr().err == ""  # libraries complain of each of a thousand pieces that found no memory

    on_bench(check)
