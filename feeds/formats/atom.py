"""Atom 1.0 (RFC 4287)."""

from typing import cast

from feeds import feedgen_mended as mended
from feeds.formats import Place
from feeds.shown import Shown, drawn
from newsloom.news.items import Feed

SUFFIX = ".atom"
CONTENT_TYPE = "application/atom+xml"
NAME = "Atom"


def render(feed: Feed, place: Place) -> bytes:
    entries = drawn(feed, _entry)
    return cast(bytes, mended.head(feed, place, entries).atom_str(pretty=True))


def _entry(shown: Shown) -> mended.Element:
    entry = mended.entry(shown)
    if shown.url:
        entry.link(href=shown.url)
    entry.author([{"name": name} for name in shown.authors or (shown.source,)])  # 4.1.2: an entry must have one
    entry.content(shown.html, type="html")
    if shown.summary:
        entry.summary(shown.summary)
    return cast(mended.Element, entry.atom_entry())
