"""How a paper's new articles are found: feeds, sitemaps, robots.txt; and its pictures."""

import gzip
import json
import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from newsloom.demo.newspapers import Entrance, Newspaper
from newsloom.demo.pages import FEEDS, Press
from newsloom.demo.world import Written

NEWEST = 20
"""Articles in a feed or on a front page."""
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def rss(press: Press, paper: Newspaper, articles: Sequence[Written], now: datetime) -> bytes:
    """RSS 2.0 with summaries; its links carry campaign parameters, as many papers' do."""
    items = "".join(
        f"<item><title>{escape(t.title)}</title><link>{press.url(a)}?utm_source=rss&amp;utm_medium=feed</link>"
        f"<guid isPermaLink='false'>{paper.key}:{a.number}</guid><pubDate>{_mail_date(a.published)}</pubDate>"
        f"{''.join(f'<dc:creator>{escape(n)}</dc:creator>' for n in t.authors)}<category>{escape(t.tag)}</category>"
        f"<description>{escape(t.summary)}</description></item>"
        for a in articles
        for t in (a.told(now),)
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>"
        f"<title>{escape(paper.title)}</title><link>{press.urls[paper.key]}/</link>"
        f"<description>{escape(paper.title)}</description><language>{paper.language}</language>{items}</channel></rss>"
    ).encode()


def atom(press: Press, paper: Newspaper, articles: Sequence[Written], now: datetime) -> bytes:
    """Atom 1.0 with full text."""
    home = press.urls[paper.key]
    entries = "".join(
        f"<entry><id>{press.url(a)}</id><title>{escape(t.title)}</title><link rel='alternate' href='{press.url(a)}'/>"
        f"<published>{_utc(a.published)}</published><updated>{_utc(a.modified(now))}</updated>"
        f"{''.join(f'<author><name>{escape(n)}</name></author>' for n in t.authors)}<category term='{escape(t.tag)}'/>"
        f"<summary>{escape(t.summary)}</summary>"
        f"<content type='html'>{escape(''.join(f'<p>{escape(p)}</p>' for p in t.paragraphs))}</content></entry>"
        for a in articles
        for t in (a.told(now),)
    )
    updated = max((a.modified(now) for a in articles), default=now)
    return (
        f"<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom' xml:lang='{paper.language}'>"
        f"<id>{home}/</id><title>{escape(paper.title)}</title><link rel='self' href='{home}/atom.xml'/>"
        f"<updated>{_utc(updated)}</updated>{entries}</feed>"
    ).encode()


def json_feed(press: Press, paper: Newspaper, articles: Sequence[Written], now: datetime) -> bytes:
    """JSON Feed 1.1 with full text."""
    home = press.urls[paper.key]
    items = [
        {
            "id": f"{paper.key}-{a.number}",
            "url": press.url(a),
            "title": t.title,
            "summary": t.summary,
            "content_html": "".join(f"<p>{escape(p)}</p>" for p in t.paragraphs),
            "date_published": paper.local(a.published).isoformat(),
            "date_modified": paper.local(a.modified(now)).isoformat(),
            "authors": [{"name": n} for n in t.authors],
            "tags": [t.tag],
        }
        for a in articles
        for t in (a.told(now),)
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": paper.title,
        "home_page_url": f"{home}/",
        "feed_url": f"{home}/feed.json",
        "language": paper.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False).encode()


WRITERS = {Entrance.RSS: rss, Entrance.ATOM: atom, Entrance.JSON_FEED: json_feed}


def feed(press: Press, paper: Newspaper, articles: Sequence[Written], now: datetime) -> tuple[bytes, str]:
    """The paper's feed and its content type."""
    body = WRITERS[paper.entrance](press, paper, articles[:NEWEST], now)
    return body, f"{FEEDS[paper.entrance][1]}; charset=utf-8"


def sitemap_index(press: Press, paper: Newspaper, changed: datetime) -> bytes:
    home = press.urls[paper.key]
    old = press.world.start - timedelta(days=400)
    return (
        f"<?xml version='1.0' encoding='utf-8'?><sitemapindex xmlns='{_SITEMAPS}'>"
        f"<sitemap><loc>{home}/sitemaps/pages.xml</loc><lastmod>{_utc(old)}</lastmod></sitemap>"
        f"<sitemap><loc>{home}/sitemaps/news.xml.gz</loc><lastmod>{_utc(changed)}</lastmod></sitemap></sitemapindex>"
    ).encode()


def sitemap_pages(press: Press, paper: Newspaper) -> bytes:
    """Pages that are no news and have not changed for long."""
    old = _utc(press.world.start - timedelta(days=400))
    home = press.urls[paper.key]
    urls = "".join(f"<url><loc>{home}{p}</loc><lastmod>{old}</lastmod></url>" for p in ("/about", "/contact"))
    return f"<?xml version='1.0' encoding='utf-8'?><urlset xmlns='{_SITEMAPS}'>{urls}</urlset>".encode()


def sitemap_news(press: Press, paper: Newspaper, articles: Sequence[Written], now: datetime) -> bytes:
    """The last two days' articles, as a news sitemap has them; the file itself is gzip."""
    urls = "".join(
        f"<url><loc>{press.url(a)}</loc><lastmod>{_utc(a.modified(now))}</lastmod><news:news><news:publication>"
        f"<news:name>{escape(paper.title)}</news:name><news:language>{paper.language}</news:language></news:publication>"
        f"<news:publication_date>{paper.local(a.published).isoformat()}</news:publication_date>"
        f"<news:title>{escape(a.told(now).title)}</news:title></news:news></url>"
        for a in articles
        if a.published > now - timedelta(days=2)
    )
    text = f"<?xml version='1.0' encoding='utf-8'?><urlset xmlns='{_SITEMAPS}' xmlns:news='{_NEWS}'>{urls}</urlset>"
    return gzip.compress(text.encode(), mtime=0)


def robots(press: Press, paper: Newspaper) -> bytes:
    lines = ["User-agent: *", "Disallow: /search", "Disallow: /private/"]
    if paper.entrance is Entrance.SITEMAP:
        lines += ["", f"Sitemap: {press.urls[paper.key]}/sitemaps/index.xml"]
    return ("\n".join(lines) + "\n").encode()


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour with a darker lower third (PNG, 8 bit RGB; W3C PNG 5 and 11)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    dark = tuple(c // 2 for c in colour)
    rows = b"".join(b"\0" + bytes(dark if y > height * 2 // 3 else colour) * width for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def logo(paper: Newspaper) -> bytes:
    letter = escape(paper.title[0])
    return (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48'><rect width='48' height='48' rx='8' fill='#234'/>"
        f"<text x='24' y='34' font-size='28' text-anchor='middle' fill='#fff'>{letter}</text></svg>"
    ).encode()


def _mail_date(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
