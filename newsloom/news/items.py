"""What is read, kept and shown. Times are aware and UTC; text is plain; `html` is as it came, made safe where it is rendered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Image:
    """A lead image; width and height are pixels where the page says them."""

    url: str
    caption: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """A file beside a feed item (RSS 2.0 `enclosure`, RFC 4287 4.2.7.2): a podcast, a PDF. `length` is bytes, 0 if unknown."""

    url: str
    type: str = ""
    length: int = 0


class Form(StrEnum):
    """What an article is made of, or meant to be."""

    ARTICLE = "article"
    LIVE = "live"
    VIDEO = "video"
    GALLERY = "gallery"
    OPINION = "opinion"


@dataclass(frozen=True, kw_only=True)
class Alternate:
    """Another address that a page names: `amp` and `mobile` are the same piece, `language` is the piece in another language."""

    kind: str
    url: str
    language: str = ""
    """BCP 47, lower case, of a `language`."""


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article, as a page or a feed item gave it. Fields nobody gave are empty."""

    url: str
    """The address it was read from, after redirects; for a feed item its link."""
    title: str = ""
    text: str = ""
    """The body: paragraphs with an empty line between them."""
    html: str = ""
    """The body as HTML from outside: not safe. Its links are absolute."""
    summary: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_offset: int | None = None
    """Minutes east of UTC of the clock that the page shows `published` by; None if it names neither an offset nor a zone."""
    modified: datetime | None = None
    section: str = ""
    tags: tuple[str, ...] = ()
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    language: str = ""
    """BCP 47, lower case: `en`, `pt-br`."""
    canonical: str = ""
    """The address that the page declares as its own (rel=canonical), absolute; may be on another host."""
    aliases: tuple[str, ...] = ()
    """Other addresses that the page declares for itself (og:url, amphtml, a permalink guid), absolute."""
    alternates: tuple[Alternate, ...] = ()
    form: Form = Form.ARTICLE
    paywalled: bool | None = None
    """Whether it has to be paid for; None where nothing tells."""
    sure: bool = True
    """Whether the body is believed to be whole: no paywall sign, not a fragment."""
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """For each field, where on the page it was found: `{"title": "json-ld", "text": "trafilatura"}`."""


class BriefKind(StrEnum):
    """What a block of teasers is. The store takes `read_next` and `related` as briefs; the others are known and left out."""

    READ_NEXT = "read_next"
    RELATED = "related"
    LATEST = "latest"
    MOST_READ = "most_read"
    INLINE = "inline"
    SPONSORED = "sponsored"


KEPT_BRIEFS = frozenset({BriefKind.READ_NEXT, BriefKind.RELATED})


@dataclass(frozen=True, kw_only=True)
class Brief:
    """One row of a block of teasers ("Read next") as a page showed it."""

    kind: BriefKind
    place: int
    """1 for the first row of its block."""
    url: str = ""
    """Absolute; empty for a row without a link."""
    title: str = ""
    time_text: str = ""
    """The time as printed: `18:27`, `2 hours ago`, `3 May, 18:27`."""
    published: datetime | None = None
    """The instant that `time_text` names, if it names one."""
    dated: bool = False
    """Whether a date stood beside the clock, so that `published` is certain from this one sighting."""
    tag: str = ""
    text: str = ""
    thumbnail: str = ""


class Face(StrEnum):
    """How much of an entry a feed shows; SOURCE: as much as is to be shown of the source it links to."""

    SOURCE = "source"
    FULL = "full"
    SUMMARY = "summary"
    BRIEF = "brief"


class EntryKind(StrEnum):
    ARTICLE = "article"
    BRIEF = "brief"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One piece of news as the store keeps it and a feed shows it."""

    id: UUID
    """The same in every feed, for ever."""
    version: int
    kind: EntryKind
    url: str
    title: str
    published: datetime
    updated: datetime
    first_seen: datetime
    source: str
    """The source's name (its key)."""
    source_title: str
    source_url: str
    text: str = ""
    html: str = ""
    """As it came from outside; empty where only text is known."""
    summary: str = ""
    authors: tuple[str, ...] = ()
    section: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    content: Face = Face.FULL
    """How much is to be shown of its source, FULL or SUMMARY, where a topic does not say."""
    also_at: tuple[tuple[str, str], ...] = ()
    """Where else the same piece stands: (source title, address)."""
    brief_time: str = ""
    """For what was seen as a brief: its printed time, tag and paragraph, which the feed of briefs shows."""
    brief_tag: str = ""
    brief_text: str = ""
    brief_published: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Where a topic's new entries are sent. Secret and headers are names of environment variables, never values."""

    url: str
    secret: str = ""
    """Of the variable that holds what is signed with; empty: nothing is signed."""
    headers: tuple[tuple[str, str], ...] = ()
    """Name of a header, name of the variable that holds its value."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A named selection of entries. `match` is a rule (rules.py) or empty for everything that `include` lets in."""

    key: str
    """`ukraine`, or one of the reserved ones: `all`, `briefs`, `source/<name>`."""
    title: str
    description: str = ""
    match: str = ""
    include: frozenset[EntryKind] = frozenset({EntryKind.ARTICLE})
    source: str = ""
    """Only entries that this source carried (the built-in `source/<name>`)."""
    group: str = ""
    """The folder in the OPML."""
    language: str = ""
    face: Face = Face.FULL
    mute: str = ""
    """A rule; what matches it is never a member."""
    webhook: Webhook | None = None
    command: tuple[str, ...] = ()
    """A program and its arguments, which is run with the topic's new entries; empty: none."""


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A topic's entries in the order they are shown, newest log row first."""

    topic: Topic
    id: UUID
    """uuid5 of the topic's key: it survives a move of the server."""
    updated: datetime
    """The latest `updated` of its entries; of an empty feed, when the topic was first known."""
    entries: tuple[Entry, ...]
    home: str = ""
    """The address of the source whose feed it is, if it is one's."""
    page: int = 0
    """Its number, if it is an archive page of the topic (RFC 5005, 4); 0: it is the feed that is subscribed to."""
    before: int = 0
    """The archive page that goes before; 0: there is none."""
