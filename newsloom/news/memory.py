"""What a crawl may ask and tell. The store implements `Memory`; tests of the scraper use one in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from newsloom.news.items import Article, Brief
from newsloom.news.sources import Source
from newsloom.news.wishes import SAYS_NOTHING, Wishes

READER = 3
"""Version of what we make of a document. Raised with a change that reads more or other things out of the same bytes: the
validators of documents read by another version are not used, and what was found guilty is tried again."""


class Role(StrEnum):
    """What an address is to its source. All but ARTICLE are entrances: they show other addresses."""

    START = "start"
    """The address in the config whose kind is not known yet (`auto`)."""
    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    ARTICLE = "article"


class State(StrEnum):
    """What came of asking an address."""

    READ = "read"
    """It answered and was read; `article` holds what it gave, or `reason` says why it is no article."""
    SAME = "same"
    """304, or the same bytes as before."""
    FAILED = "failed"
    """Connection, time-out, 5xx, unreadable: asked again at `retry_at`."""
    REFUSED = "refused"
    """robots.txt, 401, 402, 403, 451, a forbidden address: asked again at `retry_at`, rarely."""
    PUT_OFF = "put off"
    """429, 503 with Retry-After, a hold on the origin: not its fault, no try is counted."""
    GONE = "gone"
    """404 or 410."""
    GUILTY = "guilty"
    """Its bytes broke a bound of reading (CPU, memory, size): not asked again until they or our reader change."""


class Stage(StrEnum):
    """How far we came with an address that gave no article, or with an entrance that could not be read."""

    ADDRESS = "address"
    """No such host, or a place that we may not ask."""
    ROBOTS = "robots"
    """robots.txt forbids it, or cannot be had."""
    CONNECT = "connect"
    """No connection, no secure one, or one that broke off."""
    STATUS = "status"
    """Another answer than 200, to us or to everybody."""
    TYPE = "type"
    """Not what is read at such an address: no page, no feed."""
    PARSE = "parse"
    """Its bytes cannot be read, or not within bounds."""
    EMPTY = "empty"
    """It was read, and is no article: nothing, a list, a wall."""


@dataclass(frozen=True, kw_only=True)
class Validators:
    """For a conditional request (RFC 9110, 13)."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, kw_only=True)
class Due:
    """An address to ask now."""

    url: str
    role: Role
    validators: Validators = Validators()
    tries: int = 0
    """Failures in a row so far."""
    title: str = ""
    """As the feed, sitemap or listing had it."""
    published: datetime | None = None
    digest: str = ""
    """sha256 of the body when it was last read or found guilty, hex."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """An address that an entrance showed, with what stood beside it. A feed item carries itself as `item`."""

    url: str
    role: Role = Role.ARTICLE
    title: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    item: Article | None = None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What one entrance showed, in the order it stood there."""

    asked: str
    """The address as `due` gave it."""
    url: str
    """After redirects."""
    role: Role
    """What it turned out to be."""
    fetched: datetime
    validators: Validators
    """To be kept only if `whole`."""
    found: tuple[Found, ...]
    whole: bool = True
    """Whether the document was read to its end, within all bounds."""
    moved: str = ""
    """Where a permanent redirect (301, 308) led."""
    digest: str = ""
    wishes: Wishes = SAYS_NOTHING
    """When it wants to be asked again."""
    older: bool = False
    """Whether this is no look at the entrance but what stood there before: a feed's older pages, or what fills its gap."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The answer: how many addresses were new to the store, how many known."""

    new: int
    known: int
    gap: bool = False
    """Whether pieces may have come and gone between what this shows and what was known when the feed was last looked at. Its
    validators are kept only when what is older has been told too (`filled`)."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What came of one address. There is one for every address asked that is not a Listing."""

    asked: str
    state: State
    fetched: datetime
    url: str = ""
    """After redirects; empty if there was no answer."""
    role: Role = Role.ARTICLE
    status: int | None = None
    reason: str = ""
    """For people, one line: `robots.txt forbids it`, `503 Service Unavailable`, `front page, no article`."""
    stage: Stage | None = None
    """How far we came, where it is no article or could not be read."""
    retry_at: datetime | None = None
    """When the server said to come back; else the store decides."""
    validators: Validators = Validators()
    wishes: Wishes = SAYS_NOTHING
    """Of an entrance: when it wants to be asked again."""
    digest: str = ""
    aliases: tuple[str, ...] = ()
    """Addresses that redirected here."""
    article: Article | None = None
    briefs: tuple[Brief, ...] = ()


class News(StrEnum):
    """What a saved page was to the store."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    NONE = "none"
    """It gave no entry: a failure, or no article."""


@dataclass(frozen=True, kw_only=True)
class Saved:
    """The answer to one Page. `briefs` counts rows never seen before, `leads` the addresses queued from them."""

    news: News
    briefs: int = 0
    leads: int = 0


@dataclass(frozen=True, kw_only=True)
class Robots:
    """A robots.txt as it was answered. `status` 0: no answer (RFC 9309, 2.3.1.4: everything is forbidden for now)."""

    status: int
    body: bytes
    expires: datetime


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What is known of scheme://host:port, by all crawls."""

    robots: Robots | None = None
    hold_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CrawlReport:
    """One crawl in numbers: article pages by what they were to the store or by what went wrong."""

    source: str
    started: datetime
    finished: datetime
    new: int = 0
    changed: int = 0
    known: int = 0
    """Pages that answered 304 or with nothing new, and listed addresses that were known."""
    failed: int = 0
    """Failed and guilty ones."""
    refused: int = 0
    gone: int = 0
    briefs: int = 0
    queued: int = 0
    """Left for the next crawl."""
    requests: int = 0
    bytes: int = 0
    bounds: tuple[str, ...] = ()
    """The limits met, by their names in the config."""
    error: str = ""
    """Why the source as a whole failed: none of its entrances could be read. Empty: fine."""
    stopped: bool = False
    """It was asked to stop before it was done."""


class Memory(Protocol):
    """The scraper's only way to what is known. Every call is one transaction; an address told is safe when the call returns."""

    async def due(self, source: Source, limit: int) -> Sequence[Due]:
        """Addresses of `source` to ask now: entrances first, then articles, newest first.

        Each is handed out once a crawl (a crawl ends with `record`).
        """
        ...

    async def listed(self, source: Source, listing: Listing) -> Listed:
        """Store or queue every address an entrance showed, together with its validators."""
        ...

    async def filled(self, source: Source, listing: Listing, *, whole: bool) -> None:
        """The gap that `listed` said `listing` has is told as far as it goes; now the feed's validators may be kept.

        Not `whole`: older pages could not be read for now; the next crawls find the same gap, but not for ever.
        """
        ...

    async def save(self, source: Source, pages: Sequence[Page]) -> Sequence[Saved]:
        """Keep what pages gave, one answer for each in its order."""
        ...

    async def origin(self, origin: str) -> Origin:
        """What is known of `scheme://host:port`; with `/.well-known/tdmrep.json` behind it, of that file of its."""
        ...

    async def keep_robots(self, origin: str, robots: Robots) -> None:
        """Keep what a file answered that speaks for a whole origin, under the name that `origin` is asked with."""
        ...

    async def hold(self, origin: str, until: datetime) -> None:
        """Ask nothing of this origin until then (Retry-After), over restarts."""
        ...

    async def record(self, report: CrawlReport) -> None:
        """The crawl is over."""
        ...
