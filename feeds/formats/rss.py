"""RSS 2.0 (RSS Advisory Board, 2.0.11), with content:encoded, Dublin Core, Media RSS and atom:link."""

from html import escape
from typing import cast

from feeds import feedgen_mended as mended
from feeds.formats import Place
from feeds.shown import Shown, drawn
from newsloom.news.items import Feed

SUFFIX = ".rss"
CONTENT_TYPE = "application/rss+xml"
NAME = "RSS"


def render(feed: Feed, place: Place) -> bytes:
    with mended.LOCALE:
        head = mended.head(feed, place, drawn(feed, _item))
        head.ttl(place.ttl)
        if not place.home_url:
            head.link(href=feed.id.urn)  # a channel must have a link; this one is true, if of no use to people
        return cast(bytes, head.rss_str(pretty=True))


def _item(shown: Shown) -> mended.Element:
    item = mended.entry(shown)
    if shown.url:
        item.link(href=shown.url)
    item.description(escape(shown.lead, quote=False))  # a description is HTML, a title is text
    item.content(shown.html, type="html")
    if shown.enclosures:
        first = shown.enclosures[0]
        item.enclosure(first.url, first.length, first.type)
    if shown.source_url:
        item.source(shown.source_url, shown.source)
    return cast(mended.Element, item.rss_entry())
