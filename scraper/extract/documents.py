"""What a body is - a feed, a sitemap, a page - and what it gives. The values here cross the pipe to the reading processes.

Importing this module loads no parser: a crawl needs the values, only the reading process the libraries.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from isal import isal_zlib

from newsloom.news.items import KEPT_BRIEFS
from newsloom.news.memory import Found, Role
from newsloom.news.wishes import SAYS_NOTHING, Wishes
from scraper.extract import dates
from scraper.extract.charsets import charset, decode
from scraper.extract.page import Habits, Reading

BODY_BYTES = 16 * 2**20
"""Of one document, before and after unzipping, unless a caller says otherwise."""


class Unreadable(Exception):  # noqa: N818 - what it is, not that it is an error
    """The bytes are no page, feed or sitemap, or not one that can be read; the reason is one line for people."""


class Guilty(Exception):  # noqa: N818 - the word of State.GUILTY
    """The bytes broke a bound of reading; the reason names the bound."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """How a body is to be read."""

    url: str
    """After redirects."""
    fetched: datetime
    content_type: str = ""
    """The header as it came: `text/html; charset=...`; empty if there was none."""
    zone: str = "UTC"
    language: str = ""
    habits: Habits = field(default_factory=Habits)
    role: Role = Role.START
    entries: int = 5_000
    """The newest so many items of a feed or sitemap are given."""
    cut: bool = False
    """Whether the body is larger, and was taken up to its bound only."""
    links: str = ""
    """The Link headers (RFC 8288) as they came, joined by commas: of a feed they may say where its next page is."""

    def instant(self, text: str) -> datetime | None:
        """The time that a text of this document names, in UTC; None for none, and for one more than a year ahead."""
        found = dates.parse(text, zone=self.habits.zone or self.zone, language=self.language)
        return found if found and found <= self.fetched + timedelta(days=366) else None


@dataclass(frozen=True, kw_only=True)
class FeedDocument:
    """RSS, Atom, RDF or JSON Feed. Every Found carries its item."""

    title: str = ""
    language: str = ""
    home: str = ""
    """The page that the feed says it belongs to, absolute."""
    found: tuple[Found, ...] = ()
    whole: bool = True
    """False if it broke off, or met a bound."""
    bounds: tuple[str, ...] = ()
    """The limits that kept it from being read whole, by their names in the config."""
    wishes: Wishes = SAYS_NOTHING
    """How often it wants to be looked at."""
    older: str = ""
    """Where what came before its items stands, absolute: the next page or the archive (RFC 5005, JSON Feed)."""


@dataclass(frozen=True, kw_only=True)
class SitemapDocument:
    """A sitemap's pages, or (role SITEMAP) the further sitemaps of an index, in document order."""

    found: tuple[Found, ...] = ()
    whole: bool = True
    bounds: tuple[str, ...] = ()


Document = FeedDocument | SitemapDocument | Reading


@dataclass(frozen=True, kw_only=True)
class RobotsAnswer:
    """What a robots.txt says to one agent."""

    allowed: tuple[bool, ...]
    """One for each address asked about, in its order."""
    crawl_delay: float | None = None
    """Seconds; the stricter of Crawl-delay and Request-rate."""
    sitemaps: tuple[str, ...] = ()
    """Absolute."""
    fault: str = ""
    """What is odd about the file, for the log: `HTML in place of robots.txt`. Empty: nothing."""


def document(body: bytes, ask: Ask, *, body_bytes: int = BODY_BYTES) -> Document:
    """What `body` gives, whatever its Content-Type calls it: the bytes are asked first, then the header.

    Of a feed in XML or a sitemap that is larger than `body_bytes` what stands before the bound is read. Half a page would pass for
    a page, and of half a JSON nothing can be read: these are guilty. Raises Unreadable for what is none of the three, and Guilty
    for what breaks a bound. Loads the parsers it needs.
    """
    beginning = _inflated(body, body_bytes)
    if not ask.cut and len(beginning) <= body_bytes:
        return _read(beginning, ask)
    large = Guilty(
        f"larger than {body_bytes:,} bytes{' when unzipped' if body.startswith(_GZIP) and not ask.cut else ''}"
    )
    if ask.role is Role.ARTICLE:
        raise large
    try:
        body = beginning[:body_bytes]
        kind, text = sniff(body, decode(body, charset(ask.content_type)), ask)
        read = _parsed(kind, text, ask) if kind in _READ_IN_PART else None
    except Unreadable:
        raise large from None
    if not isinstance(read, FeedDocument | SitemapDocument) or not read.found:
        raise large
    return replace(read, whole=False, bounds=("body_bytes", *read.bounds))


def _read(body: bytes, ask: Ask) -> Document:
    if _HTML.match(body):  # as nearly all pages
        return _page(body, ask)
    kind, text = sniff(body, decode(body, charset(ask.content_type)), ask)
    return _page(text, ask) if kind is Kind.PAGE else _parsed(kind, text, ask)


def _parsed(kind: "Kind", text: str, ask: Ask) -> FeedDocument | SitemapDocument:
    # Here and not above: the crawl's own process imports this module for its values and must stay free of parsers.
    if kind is Kind.FEED:
        from scraper.extract import feeds  # noqa: PLC0415

        return feeds.feed(text, ask)
    if kind is Kind.JSON_FEED:
        from scraper.extract import jsonfeeds  # noqa: PLC0415

        return jsonfeeds.json_feed(text, ask)
    if kind in (Kind.SITEMAP, Kind.ADDRESSES):
        from scraper.extract import sitemaps  # noqa: PLC0415

        return sitemaps.sitemap(text, ask) if kind is Kind.SITEMAP else sitemaps.addresses(text, ask)
    raise ValueError(f"{kind} is none of these")


def _page(html: bytes | str, ask: Ask) -> Reading:
    from scraper.extract import reading  # noqa: PLC0415

    return reading.read(
        html,
        ask.url,
        fetched=ask.fetched,
        charset=charset(ask.content_type),
        zone=ask.zone,
        habits=ask.habits,
        language=ask.language,
        role=ask.role,
        kinds=KEPT_BRIEFS,
    )


class Kind(StrEnum):
    """What a body turned out to be."""

    FEED = "feed"
    JSON_FEED = "JSON feed"
    SITEMAP = "sitemap"
    ADDRESSES = "list of addresses"
    """A sitemap in plain text, an address a line (sitemaps.org, "Text file")."""
    PAGE = "page"


_READ_IN_PART = frozenset({Kind.FEED, Kind.SITEMAP, Kind.ADDRESSES})

_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
_BEFORE = r"(?:\s++|<\?.*?\?>|<!--.*?-->|<!doctype\b[^\[>]*+(?:\[.*?\]\s*)?>)*+"
_PROLOG = re.compile(_BEFORE, re.IGNORECASE | re.DOTALL)
_HTML = re.compile(rf"{_BEFORE}<html[\s>]".encode(), re.IGNORECASE | re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([a-zA-Z][\w.-]*)")
_BURIED = re.compile(
    r"<\?xml\b[^>]{0,200}>\s*+(?:<[?!][^>]{0,500}>\s*+)*<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]|<rss[\s>]"
)
_HEAD = 4096

_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "an image or a sound"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"ID3", "an MP3 sound"),
    (b"OggS", "a sound or a film"),
    (b"\x00\x00\x00", "a film or an image"),
    (b"\x1aE\xdf\xa3", "a film"),
    (b"wOF", "a font"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"7z\xbc\xaf", "a 7z archive"),
)


def unzipped(body: bytes, bound: int = BODY_BYTES) -> bytes:
    """The body without its gzip, if it has one by its first bytes (whatever any header says); gzip in gzip once more.

    Never holds more than `bound` bytes; a file that is larger raises Guilty. One that breaks off gives what came.
    """
    inflated = _inflated(body, bound)
    if inflated is not body and len(inflated) > bound:
        raise Guilty(f"larger than {bound:,} bytes when unzipped")
    return inflated


_GZIP = b"\x1f\x8b"


def _inflated(body: bytes, bound: int) -> bytes:
    """The same, with the first `bound` bytes of a larger file, and one more."""
    for _ in range(2):
        if not body.startswith(_GZIP):
            return body
        body = b"".join(_members(body, bound))
    return body


def _members(body: bytes, bound: int) -> Iterator[bytes]:
    """A gzip file may be several, one after the other (RFC 1952, 2.2); what follows the last one counts as padding."""
    room = bound + 1
    first = True
    while room > 0 and body.startswith(_GZIP):
        stream = isal_zlib.decompressobj(wbits=31)
        try:
            piece = stream.decompress(body, room)
        except isal_zlib.error as error:  # type: ignore[misc]  # its stub declares an instance, not a class
            if first:
                raise Unreadable(f"damaged gzip: {error}") from error
            return
        room -= len(piece)
        yield piece
        body, first = stream.unused_data, False


def sniff(body: bytes, text: str, ask: Ask) -> tuple[Kind, str]:
    """What a body whose letters are `text` is, and its text from its root element on. Raises Unreadable."""
    if not body.strip(b"\0 \t\r\n\f"):
        raise Unreadable("empty")
    for magic, name in _MAGIC:
        if body.startswith(magic):
            raise Unreadable(f"{name}, not a page")
    kind = _marked(text) or _unmarked(text)
    if kind is None:
        raise Unreadable(
            f"neither page nor feed nor sitemap ({ask.content_type or 'no Content-Type'}), but {_look(text)}"
        )
    return kind, _from_root(text) if kind in (Kind.FEED, Kind.SITEMAP) else text


def _marked(text: str) -> Kind | None:
    """What a text in angle brackets is, by its root element."""
    prolog = _PROLOG.match(text)
    root = _ROOT.match(text, prolog.end() if prolog else 0)
    name = root[1].lower() if root else ""
    if name in _SITEMAP_ROOTS:
        return Kind.SITEMAP
    if name in _FEED_ROOTS:
        return Kind.FEED
    buried = None if name == "html" else _BURIED.search(text, 0, _HEAD)
    if buried:  # a warning of the site's own software printed above its feed
        return Kind.SITEMAP if re.search(r"<(?:urlset|sitemapindex)[\s>]", buried[0]) else Kind.FEED
    return (
        Kind.PAGE
        if re.search(r"<(?:!doctype|[a-z][a-z0-9]*)[\s>/]", text[: 16 * _HEAD], re.IGNORECASE) and not _is_json(text)
        else None
    )


def _unmarked(text: str) -> Kind | None:
    if _is_json(text):
        return Kind.JSON_FEED
    lines = [line.strip() for line in text[:_HEAD].splitlines()[:20] if line.strip()]
    if len(text) > _HEAD:
        del lines[19:]
    return Kind.ADDRESSES if lines and all(re.match(r"https?://\S+$", line) for line in lines) else None


def _is_json(text: str) -> bool:
    return bool(re.match(r"\s*[{\[]\s*[\"{\[\]}]", text))


def _look(text: str) -> str:
    """What a text that nobody can use looks like, for the line a person reads."""
    words = re.sub(r"[^\x20-\x7e]+", " ", text[:60]).split()
    return f"text that begins with {' '.join(words)!r}" if "\0" not in text[:_HEAD] and words else "binary data"


def _from_root(text: str) -> str:
    """XML without what stands before it: parsers take a declaration in the first column only."""
    start = _BURIED.search(text, 0, _HEAD)
    return text[start.start() :] if start else text.lstrip()


_CROWD = 500
"""Attributes of one tag. The largest seen on real pages is 64; libxml2 takes time with their square."""
_LONG = 2_000
"""Bytes; a tag of so many attributes has more."""
_LONG_TAG = re.compile(rb"[a-zA-Z][^\s<>]*+\s[^<>]{2000,}+")
_ATTRIBUTE = re.compile(rb"""[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>]++))?""")


def refuse_crowded_tags(body: bytes) -> None:
    """Raises Guilty for a tag of more attributes than any real page has. Cheap, and not the last defence: that is the CPU limit."""
    for start, end in _long_tags(body):
        tag = _LONG_TAG.match(body, start + 1, end)
        if tag is None or body.rfind(b"<script", 0, start) > body.rfind(b"</script", 0, start):  # `i<n.length; ...`
            continue
        for count, _ in enumerate(_ATTRIBUTE.finditer(tag[0])):
            if count > _CROWD:
                raise Guilty(f"more than {_CROWD} attributes in one tag")


def _long_tags(body: bytes) -> Iterator[tuple[int, int]]:
    """From where to where more than _LONG bytes follow a `<` without another. A search by pattern would take as long as parsing."""
    start = body.find(b"<")
    while start >= 0:
        near = body.rfind(b"<", start + 1, start + 2 + _LONG)
        if near >= 0:
            start = near
            continue
        end = body.find(b"<", start + 1)
        yield start, end if end >= 0 else len(body)
        start = end
