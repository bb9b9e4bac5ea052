"""A page that asks not to be published again: its headline and link are, its text is not."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from newsloom.news.identity import origin
from newsloom.news.memory import State
from newsloom.news.sources import SourceKind
from scraper.reservation import WELL_KNOWN, of_file, of_headers
from tests.scraper.loopback import Bench, Reply, Writer, article, feed, on_bench

US = "newsloom/1.0 (+https://example.org/bot)"


@pytest.mark.parametrize(
    ("tags", "tdm", "said"),
    [
        (("noindex",), "", ("noindex", True)),
        (("nofollow, NoIndex",), "", ("noindex", True)),
        (("none",), "", ("noindex", True)),
        (("noarchive, nosnippet",), "", ("", False)),
        (("googlebot: noindex",), "", ("", False)),
        (("googlebot: noindex", "newsloom: noindex"), "", ("noindex", True)),
        (("unavailable_after: 25 Jun 2010 15:00:00 PST, noindex",), "", ("noindex", True)),
        ((), "1", ("tdm-reservation", True)),
        ((), "0", ("", True)),
        ((), "yes", ("", False)),
    ],
)
def test_headers_reserve_a_page(tags: tuple[str, ...], tdm: str, said: tuple[str, bool]) -> None:
    assert of_headers(tags, tdm, US) == said


@pytest.mark.parametrize(
    ("location", "reserved"),
    [
        ("/", True), ("/news", True), ("/sport", False), ("*", True), ("/*/a", True), ("/news/a.html$", True),
        ("/news/a$", False), ("*.html$", True), ("/n*s/*.pdf", False), ("/news/a.html*", True), ("/*/*/*/*", False),
    ],
)  # fmt: skip
def test_a_file_reserves_what_its_first_rule_for_an_address_says(location: str, reserved: bool) -> None:
    body = json.dumps([{"location": location, "tdm-reservation": 1}, {"location": "/", "tdm-reservation": 0}])
    assert bool(of_file(body.encode(), "https://paper.example/news/a.html")) is reserved


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[" * 60_000, b'{"location": "/"}', b'[1, {"location": 2}]', b"\xff", b" " * 99_999]
)
def test_a_file_that_is_none_reserves_nothing(body: bytes) -> None:
    assert of_file(body, "https://paper.example/a") == ""


def test_of_a_reserved_page_headline_and_link_are_kept() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        plain = article("Meta")
        assert isinstance(plain.body, str)
        site.routes |= {
            "/feed": feed(*(site.url + path for path in ("/free", "/header", "/tdm", "/meta"))),
            "/free": article("Free"),
            "/header": replace(article("Header"), headers={"X-Robots-Tag": "noindex"}),
            "/tdm": replace(article("Tdm"), headers={"TDM-Reservation": "1"}),
            "/meta": replace(plain, body=plain.body.replace("<head>", "<head><meta name=robots content=noindex>")),
        }
        source = bench.source("/feed", kind=SourceKind.FEED)

        await bench.crawl(source)

        for path, title in (("/header", "Header"), ("/tdm", "Tdm"), ("/meta", "Meta")):
            page = bench.memory.page(site.url + path)
            assert page.article is not None, path
            assert (page.state, page.article.title, page.article.text, page.article.html) == (State.READ, title, "", "")
            assert page.reason.startswith("the site reserves the text")
        free = bench.memory.page(site.url + "/free").article
        assert free is not None
        assert free.text

    on_bench(check)


def test_the_config_may_say_otherwise() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {
            "/feed": feed(site.url + "/1"),
            "/1": replace(article("One"), headers={"X-Robots-Tag": "noindex"}),
        }
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED, respect_reservation=False))
        read = bench.memory.page(site.url + "/1").article
        assert read is not None
        assert read.text

    on_bench(check)


@pytest.mark.parametrize("respected", [True, False])
def test_the_rows_of_a_reserved_page_are_kept_only_where_the_config_says_so(respected: bool) -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        rows = "".join(
            f"<li><a href=/2026/05/0{n}-quay>Works on quay {n} of the harbour begin on Monday</a>" for n in (1, 2, 3)
        )
        whole = article("One")
        assert isinstance(whole.body, str)
        body = whole.body.replace("<head>", "<head><meta name=robots content=noindex>")
        body = body.replace("</article>", f"</article><h3>Related articles</h3><ul>{rows}</ul>")
        site.routes |= {"/feed": feed(site.url + "/1"), "/1": replace(whole, body=body)}
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED, respect_reservation=respected))
        assert len(bench.memory.page(site.url + "/1").briefs) == (0 if respected else 3)

    on_bench(check)


def test_the_well_known_file_is_asked_once_a_day_and_only_by_who_reads_articles() -> None:
    async def check(bench: Bench) -> None:
        site, bench.memory.asks_for_tdm = bench.site, True
        rules = [{"location": "/closed/*", "tdm-reservation": 1, "tdm-policy": "https://example.org/policy"}]
        paths = ("/closed/1", "/closed/2", "/open/3")
        site.routes |= {path: article(path) for path in paths}
        site.routes |= {
            "/feed": feed(*(site.url + path for path in paths)),
            WELL_KNOWN: Reply(body=json.dumps(rules), headers={"Content-Type": "application/json"}),
        }

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        texts = {p.asked.removeprefix(site.url): bool(p.article and p.article.text) for p in bench.memory.pages}
        assert texts == {"/closed/1": False, "/closed/2": False, "/open/3": True}
        assert site.asked.count(WELL_KNOWN) == 1
        bench.network.origins.clear()  # another process
        kept = bench.memory.robots[origin(site.url) + WELL_KNOWN]
        bench.memory.pages.clear()
        bench.memory._done.clear()
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert (len(bench.memory.pages), site.asked.count(WELL_KNOWN)) == (3, 1)
        assert bench.memory.robots[origin(site.url) + WELL_KNOWN] == kept

    on_bench(check)


def test_a_well_known_file_that_breaks_off_reserves_nothing_and_is_asked_again_within_the_hour() -> None:
    async def hang_up(writer: Writer) -> None:
        writer.close()

    async def check(bench: Bench) -> None:
        site, bench.memory.asks_for_tdm = bench.site, True
        site.routes |= {
            "/feed": feed(site.url + "/open"), "/open": article("Open"), WELL_KNOWN: Reply(raw=hang_up),
        }  # fmt: skip

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        read = bench.memory.page(site.url + "/open").article
        assert read is not None
        assert read.text
        kept = bench.memory.robots[origin(site.url) + WELL_KNOWN]
        assert kept.expires - bench.now <= timedelta(hours=1)

    on_bench(check)
