"""feedgen 1.0.0 as we need it: it writes what stands around the entries of Atom and RSS.

Entries are written by the formats themselves, as feedgen would write them (a test holds each element against it) if it did not
lose links' `rel` and `type`, authors without e-mail and sources' ids, raise for all because of one, and take seven times as long.
What we do not let it decide: the time (it would say now) and the channel's link (it takes the last one given).
"""

from datetime import UTC
from threading import Lock

from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.clean import line
from feeds.formats import Place
from feeds.languages import language
from newsloom.news.items import Feed

_NAMESPACES = {"dc": "http://purl.org/dc/elements/1.1/", "media": "http://search.yahoo.com/mrss/"}
"""What entries use beside what feedgen declares."""
_ATOM = "http://www.w3.org/2005/Atom"
_SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
_HISTORY = "http://purl.org/syndication/history/1.0"

Element = etree._Element  # noqa: SLF001 - lxml has no public name for its elements

LOCALE = Lock()
"""feedgen sets the process's locale while it writes a date of RSS, and back: one at a time, or it stays set."""


def head(feed: Feed, place: Place) -> FeedGenerator:
    """The feed without its entries."""
    topic = feed.topic
    title = line(topic.title) or line(topic.key)
    generator = FeedGenerator()
    generator.id(feed.id.urn)
    generator.title(title)
    generator.description(line(topic.description) or title)
    generator.generator(place.generator)
    generator.author(
        {"name": place.generator}
    )  # RFC 4287, 4.1.1, demands one of a feed without entries; entries say their own
    generator.updated(feed.updated.astimezone(UTC).replace(microsecond=0))  # RSS's lastBuildDate, too
    if place.self_url:
        generator.link(href=place.self_url, rel="self")
    if place.home_url:
        generator.link(href=place.home_url, rel="alternate")  # the last one given is RSS's channel link
    if rights := line(place.rights):
        generator.rights(rights)  # RSS's copyright, too
    if spoken := language(topic.language):
        generator.language(spoken)
    generator.register_extension("newsloom", _Head)
    generator.newsloom.place = place
    return generator


def opened(document: bytes, end: bytes) -> tuple[bytes, bytes]:
    """A document parted before its `end`, the closing tags, where entries may stand."""
    before, found, after = document.rpartition(end)
    if not found:
        raise ValueError(f"feedgen writes {document[-40:]!r} at the end, where {end!r} is expected")
    return before, found + after


class _Head(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    place: Place

    def extend_ns(self) -> dict[str, str]:
        return _NAMESPACES | {"sy": _SYNDICATION} | ({"fh": _HISTORY} if self.place.current_url else {})

    def extend_atom(self, root: Element) -> Element:
        self._style(root)
        self._rhythm(root)
        # feedgen's Atom elements are in no namespace, as lxml sees them, and one that is would be written with a prefix.
        self._history(root, "link")
        return root

    def extend_rss(self, root: Element) -> Element:
        self._style(root)
        self._rhythm(root[0])
        self._history(root[0], f"{{{_ATOM}}}link")
        return root

    def _rhythm(self, head: Element) -> None:
        """RDF Site Summary 1.0, syndication: so many times in a period, of what `ttl` says in minutes."""
        period, minutes = ("hourly", 60) if self.place.ttl <= 60 else ("daily", 1440)
        for name, value in (("updatePeriod", period), ("updateFrequency", str(max(1, minutes // self.place.ttl)))):
            etree.SubElement(head, f"{{{_SYNDICATION}}}{name}").text = value

    def _history(self, head: Element, link: str) -> None:
        """RFC 5005, 4. Links that feedgen is given itself are left out of RSS, and change its channel's link."""
        place = self.place
        links = (("current", place.current_url), ("prev-archive", place.before_url), ("next-archive", place.after_url))
        for rel, url in links:
            if url:
                etree.SubElement(head, link, rel=rel, href=url)
        if place.current_url:
            etree.SubElement(head, f"{{{_HISTORY}}}archive")

    def _style(self, root: Element) -> None:
        if self.place.stylesheet:
            root.addprevious(
                etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{self.place.stylesheet}"')
            )
