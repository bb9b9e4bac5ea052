"""Sitemaps, news sitemaps, indexes, lists of addresses."""

import gzip
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from newsloom.news.memory import Role
from scraper.extract.documents import Ask, Guilty, SitemapDocument, document
from scraper.extract.page import Habits

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


def read(
    body: str | bytes, *, entries: int = 5_000, zone: str = "UTC", kind: str = "application/xml"
) -> SitemapDocument:
    ask = Ask(
        url="https://a.example/maps/s.xml",
        fetched=NOW,
        zone=zone,
        entries=entries,
        content_type=kind,
        role=Role.SITEMAP,
    )
    got = document(body.encode() if isinstance(body, str) else body, ask)
    assert isinstance(got, SitemapDocument)
    return got


def urlset(*rows: str) -> str:
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<urlset {NS} {NEWS}>{''.join(f'<url>{row}</url>' for row in rows)}</urlset>"


def test_addresses_and_their_last_change() -> None:
    got = read(urlset("<loc> https://a.example/1 </loc><lastmod>2026-11-19T18:27:00+04:00</lastmod>", "<loc>/2</loc>"))

    assert [one.url for one in got.found] == ["https://a.example/1", "https://a.example/2"]
    assert got.found[0].modified == datetime(2026, 11, 19, 14, 27, tzinfo=UTC)
    assert got.found[0].published is None
    assert got.whole


def test_a_news_sitemap_says_title_and_publication() -> None:
    news = (
        "<loc>https://a.example/1</loc><image:image><image:loc>https://a.example/1.jpg</image:loc>"
        "<image:title>A picture</image:title></image:image><news:news><news:publication><news:name>A</news:name>"
        "<news:language>az</news:language></news:publication><news:publication_date>2026-11-20T09:30:00</news:publication_date>"
        "<news:title>Tram &amp; train</news:title></news:news>"
    )

    (one,) = read(urlset(news), zone="Asia/Baku").found

    assert (one.url, one.title) == ("https://a.example/1", "Tram & train")
    assert one.published == datetime(2026, 11, 20, 5, 30, tzinfo=UTC)


def test_an_index_shows_sitemaps() -> None:
    index = f"<sitemapindex {NS}><sitemap><loc>news.xml.gz</loc><lastmod>2026-11-20</lastmod></sitemap></sitemapindex>"

    (one,) = read(index).found

    assert (one.url, one.role) == ("https://a.example/maps/news.xml.gz", Role.SITEMAP)
    assert one.modified == datetime(2026, 11, 20, tzinfo=UTC)


def test_a_site_s_own_zone_overrides_the_source_s() -> None:
    ask = Ask(
        url="https://a.example/s",
        fetched=NOW,
        zone="UTC",
        habits=Habits(zone="Asia/Baku", selectors=MappingProxyType({})),
    )
    body = urlset("<loc>https://a.example/1</loc><lastmod>2026-11-20 10:00</lastmod>").encode()

    got = document(body, ask)

    assert isinstance(got, SitemapDocument)
    assert got.found[0].modified == datetime(2026, 11, 20, 6, tzinfo=UTC)


def test_gzip_is_known_by_its_bytes_whatever_the_header_says() -> None:
    assert len(read(gzip.compress(urlset("<loc>https://a.example/1</loc>").encode()), kind="text/html").found) == 1


def test_a_bomb_is_unzipped_to_the_bound_only() -> None:
    ask = Ask(url="https://a.example/s.xml.gz", fetched=NOW)

    with pytest.raises(Guilty, match="larger than 1,000,000 bytes when unzipped"):
        document(gzip.compress(b"<urlset>" + b" " * 50_000_000), ask, body_bytes=1_000_000)


def test_a_file_that_breaks_off_gives_what_came_before() -> None:
    whole = urlset(*(f"<loc>https://a.example/{n}</loc>" for n in range(100)))

    got = read(whole[: len(whole) // 2])

    assert 40 < len(got.found) < 60
    assert not got.whole


def test_the_newest_are_kept_in_the_order_of_the_document() -> None:
    days = [3, 9, 1, 8]
    rows = [f"<loc>https://a.example/{d}</loc><lastmod>2026-11-0{d}</lastmod>" for d in days]

    got = read(urlset("<loc>https://a.example/undated</loc>", *rows), entries=2)

    assert [one.url for one in got.found] == ["https://a.example/9", "https://a.example/8"]
    assert not got.whole


def test_an_address_that_stands_twice_is_shown_once() -> None:
    assert len(read(urlset(*["<loc>https://a.example/1</loc>"] * 3)).found) == 1


def test_what_is_no_web_address_is_left_out() -> None:
    assert read(urlset("<loc>javascript:alert(1)</loc>", "<loc></loc>", "<loc>ftp://a.example/x</loc>")).found == ()


def test_a_list_of_addresses_is_a_sitemap() -> None:
    got = read("https://a.example/1\r\nhttps://a.example/2\n\n", kind="text/plain")

    assert [one.url for one in got.found] == ["https://a.example/1", "https://a.example/2"]


def test_no_entity_is_expanded_and_no_file_read() -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY f SYSTEM 'file:///etc/passwd'>]>"

    got = read(f"<?xml version='1.0'?>{bomb}<urlset {NS}><url><loc>https://a.example/&b;&f;</loc></url></urlset>")

    assert "aaaa" not in "".join(one.url for one in got.found)
    assert "root:" not in str(got)


def test_a_sitemap_without_its_namespace_is_read() -> None:
    assert len(read("<urlset><url><loc>https://a.example/1</loc></url></urlset>").found) == 1


def test_no_more_rows_are_read_than_the_protocol_allows() -> None:
    for body, kind in (
        (urlset(*(f"<loc>/{n}</loc>" for n in range(50_001))), "application/xml"),
        ("\n".join(f"https://a.example/{n}" for n in range(50_001)), "text/plain"),
    ):
        got = read(body, entries=60_000, kind=kind)
        assert (len(got.found), got.whole, got.bounds) == (50_000, False, ("entries",))
