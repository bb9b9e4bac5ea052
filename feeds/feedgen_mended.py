"""feedgen 1.0.0 as we need it: what it leaves out or gets wrong is put right by these extensions of its own kind.

Mended: an entry's links lose `rel` and `type`; authors without e-mail vanish from RSS; one bad entry raises for all; sources lack
id and date; entries come out reversed. What we do not let it decide: the time (it would say now) and the channel's link (it takes
the last one given).
"""

from datetime import UTC
from threading import Lock
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.clean import line
from feeds.formats import Place
from feeds.shown import Shown, language
from newsloom.news.items import Feed

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
_PREFIXES = {ATOM: "atom", DC: "dc", MEDIA: "media"}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Element = etree._Element  # noqa: SLF001 - lxml has no public name for its elements

LOCALE = Lock()
"""feedgen sets the process's locale while it writes a date of RSS, and back: one at a time, or it stays set."""


def head(feed: Feed, place: Place, entries: list[Element]) -> FeedGenerator:
    """The feed without entries of feedgen's; `entries` are put in as they are, in their order."""
    topic = feed.topic
    title = line(topic.title) or line(topic.key)
    generator = FeedGenerator()
    generator.id(feed.id.urn)
    generator.title(title)
    generator.description(line(topic.description) or title)
    generator.generator(place.generator)
    generator.updated(feed.updated.astimezone(UTC).replace(microsecond=0))  # RSS's lastBuildDate, too
    if place.self_url:
        generator.link(href=place.self_url, rel="self")
    if place.home_url:
        generator.link(href=place.home_url, rel="alternate")  # the last one given is RSS's channel link
    if spoken := language(topic.language):
        generator.language(spoken)
    generator.register_extension("newsloom", _Head)
    generator.newsloom.place = place
    generator.newsloom.entries = entries
    return generator


def entry(shown: Shown) -> FeedEntry:
    """What Atom and RSS have in common; each adds its own."""
    made = FeedEntry()
    made.id(shown.id)
    made.title(shown.title)
    made.published(shown.published)
    made.updated(shown.updated)
    for category in shown.categories:
        made.category(term=category)
    made.register_extension("newsloom", _Entry)
    made.newsloom.shown = shown
    return made


class _Head(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    place: Place
    entries: list[Element]

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC, "media": MEDIA}

    def extend_atom(self, root: Element) -> Element:
        self._style(root)
        root.extend(self.entries)
        return root

    def extend_rss(self, root: Element) -> Element:
        self._style(root)
        root[0].extend(self.entries)
        return root

    def _style(self, root: Element) -> None:
        if self.place.stylesheet:
            root.addprevious(
                etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{self.place.stylesheet}"')
            )


class _Entry(BaseEntryExtension):  # type: ignore[misc]
    shown: Shown

    def extend_atom(self, item: Element) -> Element:
        shown = self.shown
        if shown.language:
            item.set(XML_LANG, shown.language)
        for file in shown.enclosures:
            known = {"length": str(file.length)} if file.length else {}
            _add(item, "link", rel="enclosure", href=file.url, type=file.type, **known)
        self._source(item)
        self._media(item)
        return item

    def extend_rss(self, item: Element) -> Element:
        shown = self.shown
        for author in shown.authors:
            _add(item, f"{{{DC}}}creator", author)
        if shown.language:
            _add(item, f"{{{DC}}}language", shown.language)
        if shown.corrected:  # readers that know it show it in place of pubDate, so it stands only where it is news
            _add(item, f"{{{ATOM}}}updated", shown.updated.isoformat())
        self._media(item)
        return item

    def _source(self, item: Element) -> None:
        """RFC 4287, 4.2.11: a source should say its id, title and date. We know the site's address, so that is its id."""
        shown = self.shown
        source = _add(item, "source")
        if shown.source_url:
            _add(source, "id", shown.source_url)
        _add(source, "title", shown.source)
        _add(source, "updated", shown.updated.isoformat())
        if shown.source_url:
            _add(source, "link", href=shown.source_url)

    def _media(self, item: Element) -> None:
        """Media RSS 1.5.1: the lead image, large and as a thumbnail; files beyond the first, since RSS has one enclosure."""
        image = self.shown.image
        if image is not None:
            sides = {side: str(n) for side, n in (("width", image.width), ("height", image.height)) if n}
            content = _add(item, f"{{{MEDIA}}}content", url=image.url, medium="image", **sides)
            if image.caption:
                _add(content, f"{{{MEDIA}}}description", image.caption, type="plain")
            _add(item, f"{{{MEDIA}}}thumbnail", url=image.url, **sides)
        for file in self.shown.enclosures[1:]:
            if image is None or file.url != image.url:
                known = {"fileSize": str(file.length)} if file.length else {}
                _add(item, f"{{{MEDIA}}}content", url=file.url, type=file.type, **known)


def _add(parent: Element, name: str, content: str = "", **attributes: Any) -> Element:
    space = etree.QName(name).namespace
    made = etree.SubElement(parent, name, attributes, nsmap={_PREFIXES[space]: space} if space else None)
    made.text = content or None
    return made
