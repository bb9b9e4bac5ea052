"""What a body is, whatever its Content-Type calls it."""

import gzip
from datetime import UTC, datetime

import pytest

from scraper.extract.documents import Ask, FeedDocument, Guilty, SitemapDocument, Unreadable, document
from scraper.extract.page import Reading

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RSS = "<rss version='2.0'><channel><title>T</title><item><title>One</title><link>https://a.example/1</link></item></channel></rss>"
HTML = "<!doctype html><html><head><title>A page</title></head><body><p>Text</p></body></html>"
JSON = '{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{"id": "1", "url": "https://a.example/1"}]}'


def read(body: bytes | str, kind: str = "") -> object:
    raw = body.encode() if isinstance(body, str) else body
    return document(raw, Ask(url="https://a.example/x", fetched=NOW, content_type=kind))


@pytest.mark.parametrize(
    ("body", "kind", "is_a"),
    [
        (RSS, "text/html", FeedDocument),
        (RSS, "text/plain; charset=utf-8", FeedDocument),
        (RSS, "", FeedDocument),
        (
            "\n\n <?xml version='1.0'?>\n<!-- made by hand -->\n<?xml-stylesheet href='s.xsl'?>" + RSS,
            "text/xml",
            FeedDocument,
        ),
        ("<!DOCTYPE rss PUBLIC 'a' 'b' [<!ENTITY nbsp '&#160;'>]>" + RSS, "text/xml", FeedDocument),
        (
            "<br />\n<b>Warning</b>: date() in <b>/var/www/feed.php</b><br />\n<?xml version='1.0'?>" + RSS,
            "",
            FeedDocument,
        ),
        (RSS.encode("utf-16"), "application/rss+xml", FeedDocument),
        ("<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title></feed>", "", FeedDocument),
        (
            "<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'><atom:title>T</atom:title></atom:feed>",
            "",
            FeedDocument,
        ),
        (JSON, "application/json", FeedDocument),
        ("\ufeff" + JSON, "text/html", FeedDocument),
        ("<urlset></urlset>", "text/html", SitemapDocument),
        (HTML, "application/xml", Reading),
        (HTML, "application/rss+xml", Reading),
        ("<?xml version='1.0'?><!DOCTYPE html>" + HTML[15:], "application/xhtml+xml", Reading),
        ("<p>No html element, <b>only</b> a piece", "", Reading),
        ("<!-- a comment first -->" + HTML, "", Reading),
        (HTML.replace("<p>", "<p>Write &lt;rss&gt; or <code>&lt;feed></code> "), "", Reading),
    ],
)
def test_the_bytes_say_what_it_is(body: bytes | str, kind: str, is_a: type) -> None:
    assert isinstance(read(body, kind), is_a)


def test_a_feed_below_a_warning_keeps_its_items() -> None:
    got = read("Notice: something in feed.php\n" + "<?xml version='1.0'?>" + RSS)

    assert isinstance(got, FeedDocument)
    assert [one.url for one in got.found] == ["https://a.example/1"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"),
        (b"PK\x03\x04....", "a ZIP archive"),
        (b"\x00\x01\x02\x03\x04" * 50, "binary data"),
        (b"Service temporarily unavailable", "begins with 'Service temporarily unavailable'"),
        (b'{"error": "not found"}', "JSON, but no JSON Feed"),
        (b"[1, 2, 3]", "JSON, but no JSON Feed|neither page"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [{"id"', "damaged JSON"),
        (b"\x1f\x8b" + b"\xff" * 30, "damaged gzip"),
    ],
)
def test_what_is_neither_is_said_in_words(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(body)


def test_deep_json_is_no_crash() -> None:
    with pytest.raises(Unreadable, match="damaged JSON"):
        read(b'{"a":' * 100_000)


def test_a_body_beyond_the_bound_is_refused() -> None:
    with pytest.raises(Guilty, match="larger than 100 bytes"):
        document(HTML.encode() + b" " * 100, Ask(url="https://a.example/", fetched=NOW), body_bytes=100)


def test_a_tag_with_more_attributes_than_any_page_has_is_refused_unread() -> None:
    crowd = " ".join(f"a{n}=1" for n in range(40_000))

    with pytest.raises(Guilty, match="more than 500 attributes in one tag"):
        read(f"<html><body><p {crowd}>x</p></body></html>")


def test_a_long_script_is_no_tag_of_many_attributes() -> None:
    script = "for(var i=0;i<n.length;i++){ " + "x = y ; " * 2_000 + "}"

    assert isinstance(read(HTML.replace("<p>", f"<script>{script}</script><p>")), Reading)


def test_one_long_attribute_is_not_many() -> None:
    assert isinstance(read(HTML.replace("<p>", f'<p data-state="{"a = b " * 5_000}">')), Reading)


def test_a_page_zipped_in_several_pieces_is_read_to_its_end() -> None:
    pieces = b"".join(gzip.compress(part.encode()) for part in (RSS[:60], RSS[60:]))
    found = read(pieces)
    assert isinstance(found, FeedDocument)
    assert [f.title for f in found.found] == ["One"]
    assert isinstance(read(pieces + b"\0" * 512), FeedDocument), "padding behind the last piece"


def test_pieces_that_are_too_much_only_together_are_refused() -> None:
    pieces = gzip.compress(b" " * 700_000) * 2
    with pytest.raises(Guilty, match="when unzipped"):
        document(pieces, Ask(url="https://a.example/x", fetched=NOW), body_bytes=1_000_000)
