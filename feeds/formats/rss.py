"""RSS 2.0 (RSS Advisory Board, 2.0.11), with content:encoded, Dublin Core, Media RSS and atom:link."""

import re
from collections.abc import Iterator
from email.utils import format_datetime
from html import escape
from typing import cast

from feeds import feedgen_mended as mended
from feeds.elements import address, element, empty, html, media
from feeds.formats import Place
from feeds.shown import Shown
from newsloom.news.items import Feed

SUFFIX = ".rss"
CONTENT_TYPE = "application/rss+xml"
NAME = "RSS"
BETWEEN = b""
_PUBLIC = re.compile(r"https?://(?:[a-z0-9-]+\.)+[a-z0-9][a-z0-9-]*(?::\d+)?/", re.IGNORECASE)
"""What validators take for the address of an enclosure: no host without a dot, no name of a user."""
ARCHIVED = True


def frame(feed: Feed, place: Place) -> tuple[bytes, bytes]:
    with mended.LOCALE:
        head = mended.head(feed, place)
        head.ttl(place.ttl)
        if not place.home_url:
            head.link(href=feed.id.urn)  # a channel must have a link; this one is true, if of no use to people
        document = cast(bytes, head.rss_str(pretty=True))
    return mended.opened(document, b"  </channel>\n</rss>")


def entry(shown: Shown) -> bytes:
    return f"  <item>\n{''.join(_children(shown))}  </item>\n".encode()


def _children(shown: Shown) -> Iterator[str]:
    yield element("title", shown.title)
    if shown.url:
        yield address("link", shown.url)
    yield element("description", escape(shown.lead, quote=False))  # a description is HTML, a title is text
    yield html("content:encoded", shown.html)
    yield element("guid", shown.id, isPermaLink="false")
    for category in shown.categories:
        yield element("category", category)
    first = next((file for file in shown.enclosures if _PUBLIC.match(file.url)), None)
    if first is not None:
        yield empty("enclosure", url=first.url, length=str(first.length), type=first.type)
    yield element("pubDate", format_datetime(shown.published))
    if shown.source_url:
        yield element("source", shown.source, url=shown.source_url)
    for author in shown.authors:
        yield element("dc:creator", author)
    if shown.language:
        yield element("dc:language", shown.language)
    if shown.corrected:  # readers that know it show it in place of pubDate, so it stands only where it is news
        yield element("atom:updated", shown.updated.isoformat())
    yield from media(shown, (file for file in shown.enclosures if file is not first))
