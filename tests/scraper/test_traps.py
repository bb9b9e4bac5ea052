"""Calendars, facets, session ids, endless lists: a crawl turns its back on addresses that are alike and give nothing."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from newsloom.news.memory import Due, News, Page, Role, Saved, State
from newsloom.news.sources import Source, SourceKind
from scraper.shapes import shape
from tests.scraper.loopback import QUICK, Bench, ListMemory, article, feed, on_bench

SITE = "https://paper.example"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/calendar/2024/05", "/calendar/1999/12"),
        ("/list?page=2", "/list?page=3"),
        ("/list?a=1&b=2&a=3", "/list?b=&a=9"),
        ("/x/x/x/", "/x/x/x/x/x/"),
        ("/a?sid=3f9c0aa1b2", "/a?sid=77aa0bb1c2"),
        ("/s/3f9c0aa1b2/a", "/s/77aa0bb1c2/a"),
        ("/news/council-agrees-on-tram", "/news/a-flood-in-the-north"),
        ("/%D0%B2%D1%96%D1%81%D1%82%D1%96/1", "/%D1%82%D1%80%D0%B0%D0%BC%D0%B2%D0%B0%D0%B9%D1%80/2"),
    ],
)
def test_addresses_of_one_kind_have_one_shape(one: str, other: str) -> None:
    assert shape(SITE + one) == shape(SITE + other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("/news/1", "/sport/1"), ("/news/1", "/news/1/comments"), ("/a?page=1", "/a?sort=1"), ("/feed", "/about")],
)
def test_addresses_of_two_kinds_have_two_shapes(one: str, other: str) -> None:
    assert shape(SITE + one) != shape(SITE + other)


@pytest.mark.parametrize("junk", ["_" * 60_000, "a" * 60_000, "1a" * 30_000, "x/" * 30_000, "?" + "a=1&" * 15_000])
def test_the_shape_of_a_huge_address_costs_no_more_than_its_length(junk: str) -> None:
    before = time.thread_time()
    shape(f"{SITE}/{junk}!")
    assert time.thread_time() - before < 1  # of CPU; an expression that looks back takes minutes


class KnowsAll(ListMemory):
    """Every text is stored already."""

    async def save(self, source: Source, pages: Sequence[Page]) -> Sequence[Saved]:
        return [replace(s, news=News.SAME) for s in await super().save(source, pages)]


def test_pages_of_one_shape_with_known_texts_end_early_and_others_are_read() -> None:
    async def check(bench: Bench) -> None:
        site, bench.memory = bench.site, KnowsAll()
        bench.limits = replace(QUICK, shape_pages=100, pages=500)
        paths = [f"/calendar/{i}" for i in range(150)]
        site.routes |= {path: article("The same") for path in (*paths, "/news/1")}
        site.routes["/feed"] = feed(*(site.url + path for path in (*paths, "/news/1")))

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        asked = [path for path in site.asked if path.startswith("/calendar")]
        assert len(asked) == 64  # a portion; after it 64 * 5 are spent
        assert "/news/1" in site.asked
        assert (report.bounds, report.queued) == (("shape_pages",), 150 - 64)

    on_bench(check)


def test_pages_of_one_shape_with_news_are_read_up_to_the_limit() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        bench.limits = replace(QUICK, shape_pages=70, pages=500)
        paths = [f"/news/{i}" for i in range(80)]
        site.routes |= {path: article(path) for path in paths}
        site.routes["/feed"] = feed(*(site.url + path for path in paths))
        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert (report.new, report.queued, report.bounds) == (70, 10, ("shape_pages",))

    on_bench(check)


def test_pages_that_were_read_before_cost_no_more_when_they_are_looked_at_again() -> None:
    async def check(bench: Bench) -> None:
        site, bench.memory = bench.site, KnowsAll()
        bench.limits = replace(QUICK, shape_pages=100)
        for i in range(90):
            url = f"{site.url}/news/{i}"
            site.routes[f"/news/{i}"] = article(f"{i}")
            bench.memory.addresses[url] = Due(url=url, role=Role.ARTICLE, digest="of old")
        site.routes["/feed"] = feed()
        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert (len(bench.memory.pages), report.bounds) == (90, ())

    on_bench(check)


def test_a_chain_of_pages_that_lead_to_pages_ends_at_its_depth() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        bench.limits = replace(QUICK, depth=3)
        for i in range(8):
            plain = article(f"Number {i}")
            assert isinstance(plain.body, str)
            row = f"<li><a href='/{i + 1}'><time>10:0{i}</time><p>Ministers met for the {i}. time to sign it.</p></a></li>"
            old = "".join(
                f"<li><a href='/feed'><time>09:0{n}</time><p>Engineers closed the {n}. bridge of the old town.</p></a></li>"
                for n in range(3)
            )
            block = f"<section><h2>Read next</h2><ul>{row}{old}</ul></section>"
            site.routes[f"/{i}"] = replace(plain, body=plain.body.replace("</article>", f"</article>{block}"))
        site.routes["/feed"] = feed(site.url + "/0")

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        read = [p.asked.removeprefix(site.url) for p in bench.memory.pages if p.state is State.READ and p.article]
        assert read == ["/0", "/1", "/2"]
        assert report.bounds == ("depth",)

    on_bench(check)
