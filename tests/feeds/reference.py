"""Entries as feedgen writes them, with what it lacks added by extensions of its own kind: what ours are held against."""

from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from lxml import etree

from feeds.shown import Shown
from newsloom.news.items import Enclosure

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def in_atom(shown: Shown) -> Any:
    entry = _entry(shown)
    if shown.url:
        entry.link(href=shown.url)
    entry.author([{"name": name} for name in shown.authors or (shown.source,)])
    entry.content(shown.html, type="html")
    if shown.summary:
        entry.summary(shown.summary)
    return entry.atom_entry()


def in_rss(shown: Shown) -> Any:
    item = _entry(shown)
    if shown.url:
        item.link(href=shown.url)
    item.description(escape(shown.lead, quote=False))
    item.content(shown.html, type="html")
    if (first := _enclosure(shown)) is not None:
        item.enclosure(first.url, first.length, first.type)
    if shown.source_url:
        item.source(shown.source_url, shown.source)
    return item.rss_entry()


def _entry(shown: Shown) -> FeedEntry:
    made = FeedEntry()
    made.id(shown.id)
    made.title(shown.title)
    made.published(shown.published)
    made.updated(shown.updated)
    for category in shown.categories:
        made.category(term=category)
    made.register_extension("newsloom", _Lacking)
    made.newsloom.shown = shown
    return made


def _enclosure(shown: Shown) -> Enclosure | None:
    """Of the files the first that stands on a public host."""
    return next((file for file in shown.enclosures if "." in (urlsplit(file.url).hostname or "")), None)


class _Lacking(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    shown: Shown

    def extend_atom(self, item: Any) -> Any:
        shown = self.shown
        if shown.language:
            item.set(XML_LANG, shown.language)
        for file in shown.enclosures:
            known = {"length": str(file.length)} if file.length else {}
            _add(item, "link", rel="enclosure", href=file.url, type=file.type, **known)
        source = _add(item, "source")
        _add(source, "id", shown.source_id)
        _add(source, "title", shown.source)
        _add(source, "updated", shown.updated.isoformat())
        if shown.source_url:
            _add(source, "link", href=shown.source_url)
        self._media(item, shown.enclosures[:1])
        return item

    def extend_rss(self, item: Any) -> Any:
        shown = self.shown
        for author in shown.authors:
            _add(item, f"{{{DC}}}creator", author)
        if shown.language:
            _add(item, f"{{{DC}}}language", shown.language)
        if shown.corrected:
            _add(item, f"{{{ATOM}}}updated", shown.updated.isoformat())
        self._media(item, [_enclosure(shown)])
        return item

    def _media(self, item: Any, shown_already: Sequence[Enclosure | None]) -> None:
        image = self.shown.image
        if image is not None:
            sides = {side: str(n) for side, n in (("width", image.width), ("height", image.height)) if n}
            content = _add(item, f"{{{MEDIA}}}content", url=image.url, medium="image", **sides)
            if image.caption:
                _add(content, f"{{{MEDIA}}}description", image.caption, type="plain")
            _add(item, f"{{{MEDIA}}}thumbnail", url=image.url, **sides)
        for file in self.shown.enclosures:
            if file in shown_already:
                continue
            if image is None or file.url != image.url:
                known = {"fileSize": str(file.length)} if file.length else {}
                _add(item, f"{{{MEDIA}}}content", url=file.url, type=file.type, **known)


def _add(parent: Any, name: str, content: str = "", **attributes: str) -> Any:
    made = etree.SubElement(parent, name, attributes)
    made.text = content or None
    return made


def same(one: Any, other: Any) -> bool:
    """Whether two elements say the same, in the same order; blanks between elements say nothing."""
    return _said(one) == _said(other)


def _said(element: Any) -> tuple[Any, ...]:
    tag = element.tag if element.tag.startswith("{") else f"{{{ATOM}}}{element.tag}"
    children = [_said(child) for child in element]
    return tag, sorted(element.attrib.items()), element.text if not children else None, children
