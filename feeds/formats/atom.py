"""Atom 1.0 (RFC 4287), with Media RSS."""

from collections.abc import Iterator
from typing import cast

from feeds import feedgen_mended as mended
from feeds.elements import element, empty, html, media, parent
from feeds.formats import Place
from feeds.shown import Shown
from newsloom.news.items import Feed

SUFFIX = ".atom"
CONTENT_TYPE = "application/atom+xml"
NAME = "Atom"
BETWEEN = b""
ARCHIVED = True


def frame(feed: Feed, place: Place) -> tuple[bytes, bytes]:
    document = cast(bytes, mended.head(feed, place).atom_str(pretty=True))
    return mended.opened(document, b"</feed>")


def entry(shown: Shown) -> bytes:
    language = f' xml:lang="{shown.language}"' if shown.language else ""
    return f"  <entry{language}>\n{''.join(_children(shown))}  </entry>\n".encode()


def _children(shown: Shown) -> Iterator[str]:
    yield element("id", shown.id)
    yield element("title", shown.title)
    yield element("updated", shown.updated.isoformat())
    for name in shown.authors or (shown.source,):  # 4.1.2: an entry must have one
        yield parent("author", element("name", name))
    yield html("content", shown.html, type="html")
    if shown.url:
        yield empty("link", href=shown.url)
    if shown.summary:
        yield element("summary", shown.summary)
    for term in shown.categories:
        yield empty("category", term=term)
    yield element("published", shown.published.isoformat())
    for file in shown.enclosures:
        known = {"length": str(file.length)} if file.length else {}
        yield empty("link", rel="enclosure", href=file.url, type=file.type, **known)
    yield parent("source", *_source(shown))
    yield from media(shown, shown.enclosures[1:])


def _source(shown: Shown) -> Iterator[str]:
    """RFC 4287, 4.2.11: a source should say its id, title and date. The id is that of the feed that we make of it."""
    yield element("id", shown.source_id)
    yield element("title", shown.source)
    yield element("updated", shown.updated.isoformat())
    if shown.source_url:
        yield empty("link", href=shown.source_url)
