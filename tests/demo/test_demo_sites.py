"""The demo's newspapers, asked over real sockets and read by parsers that are not ours."""

import asyncio
import gzip
import http.client
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
import lxml.html
import pytest

from newsloom.demo.newspapers import NEWSPAPERS
from newsloom.demo.sites import DemoSites, TrueArticle
from newsloom.news.times import latest_instant

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ZONES = {p.key: p.zone for p in NEWSPAPERS}


class Hand:
    """A clock that a test sets."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def visit(work: Callable[[DemoSites, Hand], Awaitable[None]], *, seed: int = 1) -> None:
    async def main() -> None:
        hand = Hand()
        async with DemoSites.open(seed, now=hand, first_port=0) as sites:
            await work(sites, hand)

    asyncio.run(main())


async def ask(url: str, method: str = "GET", **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    def there() -> tuple[int, http.client.HTTPMessage, bytes]:
        parts = urlsplit(url)
        line = http.client.HTTPConnection(parts.netloc, timeout=10)
        line.request(
            method,
            parts.path + (f"?{parts.query}" if parts.query else ""),
            headers={k.replace("_", "-"): v for k, v in headers.items()},
        )
        answer = line.getresponse()
        body = answer.read()
        line.close()
        return answer.status, answer.headers, body

    return await asyncio.to_thread(there)


def words(article: TrueArticle) -> set[tuple[str, ...]]:
    """Shingles of three words; in Japanese, which does not space them, of six characters."""
    text = " ".join(article.paragraphs).lower()
    units, size = (re.findall(r"\w", text), 6) if article.language == "ja" else (re.findall(r"\w+", text), 3)
    return {tuple(units[i : i + size]) for i in range(len(units) - size + 1)}


def test_same_seed_and_start_print_the_same_at_the_same_time() -> None:
    told: list[list[tuple[object, ...]]] = []

    async def note(sites: DemoSites, hand: Hand) -> None:
        hand.at += timedelta(minutes=len(told) * 5)  # how often they were asked before does not matter
        sites.truth()
        hand.at = NOON + timedelta(minutes=20)
        told.append([(a.source, a.title, a.paragraphs, a.published, a.corrected) for a in sites.truth().articles])

    for seed in (7, 7, 8):
        visit(note, seed=seed)
    assert told[0] == told[1]
    assert told[0] != told[2]


def test_at_the_start_each_paper_holds_two_days_of_news() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        for name in sites.urls:
            mine = sites.truth().of(name)
            assert 8 <= len(mine) <= 16, name
            assert all(NOON - timedelta(days=2) <= a.published <= NOON for a in mine)
            assert all(4 <= len(a.paragraphs) <= 11 and a.authors and a.tag for a in mine)
            assert len({a.url for a in mine}) == len(mine)

    visit(look)


def test_they_live() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        before = {a.url: a for a in sites.truth().articles}
        hand.at += timedelta(hours=1)
        after = {a.url: a for a in sites.truth().articles}
        assert before.keys() < after.keys()
        assert 60 < len(after) - len(before) < 150
        changed = [u for u in before if after[u].paragraphs != before[u].paragraphs]
        assert changed
        assert all(after[u].corrected and after[u].modified > NOON for u in changed)
        assert {a.title == before[a.url].title for a in after.values() if a.url in before and a.corrected} == {
            True,
            False,
        }
        hand.at = NOON
        assert {a.url: a for a in sites.truth().articles} == before

    visit(look)


def test_copies_are_verbatim_and_half_of_them_admit_it() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        hand.at += timedelta(minutes=30)
        articles = {a.url: a for a in sites.truth().articles}
        copies = [a for a in articles.values() if a.copy_of]
        admitted = [a for a in copies if a.canonical == a.copy_of]
        assert len(copies) >= 4
        assert abs(2 * len(admitted) - len(copies)) <= 1
        for copy in copies:
            original = articles[copy.copy_of or ""]
            assert original.source != copy.source
            assert original.published < copy.published
            assert copy.paragraphs == original.paragraphs or original.corrected

    visit(look)


def test_no_two_stories_are_near_copies() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        own = [a for a in sites.truth().articles if a.copy_of is None]
        for language in {a.language for a in own}:
            for one, other in combinations([words(a) for a in own if a.language == language], 2):
                assert len(one & other) / len(one | other) < 0.25, language

    visit(look)


def test_a_page_shows_its_title_text_and_rows() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        for article in sites.truth().articles:
            status, headers, body = await ask(article.url)
            assert status == 200
            charset = headers.get_content_charset() or re.search(rb"charset='([\w-]+)'", body)[1].decode()  # type: ignore[index]
            page = lxml.html.fromstring(body.decode(charset))
            shown = " ".join(page.text_content().split())
            if article.source == "minato-shimbun":
                state = json.loads(page.get_element_by_id("__NEXT_DATA__").text_content())
                assert [p["text"] for p in state["props"]["pageProps"]["article"]["body"]] == list(article.paragraphs)
            else:
                assert all(" ".join(p.split()) in shown for p in (article.title, *article.paragraphs))
            links = set(page.xpath("//a/@href"))
            for brief in article.briefs:
                assert brief.text in shown
                assert brief.url is None or urlsplit(brief.url).path in links
            assert page.xpath("//link[@rel='canonical']/@href") == [article.canonical]

    visit(look)


def test_one_paper_has_rows_with_links_and_rows_without() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        pages = sites.truth().of("caspian-wire")
        assert {all(b.url for b in a.briefs) for a in pages} == {True, False}
        assert all(len(a.briefs) == 5 for a in pages)
        for page in pages:
            assert page.url.endswith("/news")
            _, _, body = await ask(page.url)
            assert b"Read next" in body
            assert f"<title>{page.title} | Caspian Wire</title>".replace("'", "&#x27;").encode() in body

    visit(look)


@pytest.mark.parametrize("hours", [0, 11, 36])
def test_the_clock_of_a_row_has_one_meaning(hours: int) -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        hand.at += timedelta(hours=hours, minutes=7)
        for article in sites.truth().articles:
            for brief in article.briefs:
                if brief.time_text:
                    clock = datetime.strptime(brief.time_text, "%H:%M").time()  # noqa: DTZ007 - a wall clock
                    meant = latest_instant(clock, hand.at, ZONES[article.source])
                    assert meant == brief.published.replace(second=0, microsecond=0)

    visit(look)


@pytest.mark.parametrize(
    ("name", "path", "kind"),
    [
        ("harbour-courier", "/rss.xml", "application/rss+xml"),
        ("elbe-anzeiger", "/atom.xml", "application/atom+xml"),
    ],
)
def test_feeds_are_announced_and_read_by_feedparser(name: str, path: str, kind: str) -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        home = sites.urls[name]
        front = lxml.html.fromstring((await ask(home))[2])
        assert front.xpath(f"//link[@rel='alternate'][@type='{kind}']/@href") == [path]
        _, headers, body = await ask(home.rstrip("/") + path)
        assert headers.get_content_type() == kind
        read = feedparser.parse(body)
        assert not read.bozo
        wanted = sites.truth().of(name)
        assert [e.title for e in read.entries] == [a.title for a in wanted]
        assert [e.link.partition("?")[0] for e in read.entries] == [a.url for a in wanted]
        assert (await ask(read.entries[0].link))[0] == 200
        if name == "elbe-anzeiger":
            assert all(p in read.entries[0].content[0].value for p in wanted[0].paragraphs)

    visit(look)


def test_json_feed_holds_full_texts() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        feed = json.loads((await ask(sites.urls["prairie-ledger"] + "feed.json"))[2])
        wanted = sites.truth().of("prairie-ledger")
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert [i["url"] for i in feed["items"]] == [a.url for a in wanted]
        assert [datetime.fromisoformat(i["date_published"]) for i in feed["items"]] == [a.published for a in wanted]

    visit(look)


def test_news_sitemap_is_found_by_robots_txt_through_an_index() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        robots = (await ask(sites.urls["vestnik-volgi"] + "robots.txt"))[2].decode()
        index = re.search(r"^Sitemap: (.+)$", robots, re.MULTILINE)
        assert index
        name = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
        files = [e.text or "" for e in ET.fromstring((await ask(index[1]))[2]).iter(name)]
        _, headers, zipped = await ask(files[1])
        assert headers.get_content_type() == "application/gzip"
        assert headers["Content-Encoding"] is None
        listed = [e.text for e in ET.fromstring(gzip.decompress(zipped)).iter(name)]
        assert listed == [a.url for a in sites.truth().of("vestnik-volgi")]

    visit(look)


def test_every_paper_answers_conditional_requests_by_its_own_validators() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        for paper in NEWSPAPERS:
            url = sites.truth().of(paper.key)[3].url
            _, headers, _ = await ask(url)
            etag, modified = headers["ETag"], headers["Last-Modified"]
            assert (bool(etag), bool(modified)) == {
                "both": (True, True),
                "ETag": (True, False),
                "Last-Modified": (False, True),
                "none": (False, False),
            }[paper.validators]
            if etag:
                status, again, body = await ask(url, If_None_Match=etag)
                assert (status, again["ETag"], body) == (304, etag, b"")
                assert (await ask(url, If_None_Match='"other"'))[0] == 200
            if modified:
                assert (await ask(url, If_Modified_Since=modified))[0] == 304
                earlier = "Mon, 02 Feb 2026 12:00:00 GMT"
                assert (await ask(url, If_Modified_Since=earlier))[0] == 200
        assert {r.status for r in sites.requests if r.conditional} == {200, 304}

    visit(look)


def test_a_corrected_page_is_no_longer_the_one_its_validators_name() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        def printed() -> list[TrueArticle]:
            """Of papers whose pages change with their article only."""
            return [
                a for a in sites.truth().articles if a.source in ("harbour-courier", "vestnik-volgi", "prairie-ledger")
            ]

        known = {a.url: (await ask(a.url))[1]["ETag"] for a in printed()}
        hand.at += timedelta(hours=1)
        again = [a for a in printed() if a.url in known]
        assert {a.modified > NOON for a in again} == {True, False}
        for article in again:
            status, _, _ = await ask(article.url, If_None_Match=known[article.url])
            assert status == (200 if article.modified > NOON else 304)

    visit(look)


def test_answers_carry_the_papers_own_date_and_gzip_when_asked() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        url = sites.urls["harbour-courier"]
        _, plain, body = await ask(url)
        _, zipped, small = await ask(url, Accept_Encoding="gzip")
        assert parsedate_to_datetime(plain["Date"]) == NOON
        assert zipped["Content-Encoding"] == "gzip"
        assert gzip.decompress(small) == body
        status, head, nothing = await ask(url, "HEAD")
        assert (status, head["Content-Length"], nothing) == (200, str(len(body)), b"")

    visit(look)


def test_what_is_not_there_is_404_and_what_is_not_known_is_refused() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        url = sites.urls["harbour-courier"]
        assert (await ask(url + "nowhere"))[0] == 404
        assert (await ask(url, "POST"))[0] == 405
        assert (await ask(url, Cookie="x" * 20_000))[0] == 431
        hand.at += timedelta(minutes=10)
        newest = sites.truth().articles[0].url
        assert (await ask(newest))[0] == 200
        hand.at = NOON
        assert (await ask(newest))[0] == 404

    visit(look)


def test_pictures_are_pictures() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        home = sites.urls["harbour-courier"]
        page = lxml.html.fromstring((await ask(sites.truth().of("harbour-courier")[0].url))[2])
        _, headers, body = await ask(home.rstrip("/") + page.xpath("string(//figure/img/@src)"))
        assert headers.get_content_type() == "image/png"
        assert body.startswith(b"\x89PNG\r\n\x1a\n")
        assert body.endswith(b"IEND\xaeB`\x82")
        assert (await ask(home + "logo.svg"))[1].get_content_type() == "image/svg+xml"

    visit(look)


def test_connections_are_kept_and_requests_counted() -> None:
    async def look(sites: DemoSites, hand: Hand) -> None:
        parts = urlsplit(sites.urls["elbe-anzeiger"])

        def twice() -> None:
            line = http.client.HTTPConnection(parts.netloc, timeout=10)
            for _ in range(2):
                line.request("GET", "/?from=here", headers={"User-Agent": "me"})
                line.getresponse().read()
            line.close()

        await asyncio.to_thread(twice)
        assert [(r.site, r.path, r.status, r.conditional, r.agent) for r in sites.requests] == [
            ("elbe-anzeiger", "/?from=here", 200, False, "me")
        ] * 2

    visit(look)


def test_their_config_is_one_that_newsloom_takes(tmp_path: Path) -> None:
    from newsloom.config import load

    async def look(sites: DemoSites, hand: Hand) -> None:
        path = tmp_path / "config.yaml"
        path.write_text(sites.config_text(out=tmp_path / "public", store=tmp_path / "a.db"), encoding="utf-8")
        config = load(path)
        assert {s.name: s.url for s in config.sources} == dict(sites.urls)
        assert all(s.delay == timedelta(0) for s in config.sources)
        assert config.store == tmp_path / "a.db"

    visit(look)
