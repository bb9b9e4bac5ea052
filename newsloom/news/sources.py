"""What we watch and within which bounds: the values that config.yaml becomes."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

from newsloom.news.items import Face


class SourceKind(StrEnum):
    """What the address in the config is. AUTO looks for itself, in this order: a feed, a news sitemap, a page of links."""

    AUTO = "auto"
    FEED = "feed"
    SITEMAP = "sitemap"
    HOME = "home"
    SECTION = "section"


class DueWhy(StrEnum):
    """Why a source is looked at when it is."""

    RHYTHM = "rhythm"
    """Then enough is likely to have come, by what was learned of it."""
    INTERVAL = "interval"
    CRON = "cron"
    SERVER = "server"
    """It asked not to be asked before."""
    FAILING = "failing"
    """It cannot be read; it is asked more and more rarely."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When a source is due: by a cron line (five fields, in `zone`), else every `every`, else by its rhythm (rhythm.py)."""

    every: timedelta | None = None
    cron: str = ""
    zone: str = "UTC"
    shortest: timedelta = timedelta(minutes=2)
    """By its rhythm it is looked at after that at the earliest..."""
    longest: timedelta = timedelta(days=1)
    """... and at the latest."""

    @property
    def is_learned(self) -> bool:
        return not self.cron and self.every is None


@dataclass(frozen=True, kw_only=True)
class Source:
    """A site we watch. `name` is its key in the store and in file names."""

    name: str
    url: str
    title: str
    schedule: Schedule
    kind: SourceKind = SourceKind.AUTO
    zone: str = "UTC"
    """IANA name; clock times without an offset on its pages are read in it."""
    language: str = ""
    group: str = ""
    max_age: timedelta | None = timedelta(days=30)
    """Older finds of listings and sitemaps are remembered, not fetched; None: no limit."""
    keep: timedelta | None = None
    """How long texts are kept, from when they were found; None: for ever."""
    content: Face = Face.FULL
    """How much feeds show of its entries, FULL or SUMMARY, where a topic does not say."""
    mute: str = ""
    """A rule; what matches it is stored and shown nowhere."""
    spider: str = ""
    """`module:Class` of a spider of one's own; empty: the one that claims the host, else the generic one."""
    delay: timedelta = timedelta(seconds=1)
    """Between the end of one answer and the next request to one origin."""
    robots: bool = True
    respect_reservation: bool = True
    """Of a page that asks not to be republished (noindex, TDM reservation) headline and link are kept, not the text."""
    verify_certificates: bool = True
    headers: tuple[tuple[str, str], ...] = ()
    """Name of a header, name of the environment variable that holds its value; sent to the origin of `url` only."""
    cookies: tuple[tuple[str, str], ...] = ()
    """The same for cookies."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of one crawl. A crawl that meets one says which."""

    pages: int = 200
    """Article pages read a crawl; the rest stays queued."""
    feed_pages: int = 20
    """Of a feed's items, the newest so many have their pages read."""
    leads: int = 50
    """Addresses taken from briefs a crawl."""
    entries: int = 5_000
    """Items read of one feed, sitemap or listing."""
    sitemaps: int = 20
    """Files followed from one sitemap index."""
    depth: int = 5
    """Steps from what an entrance shows, over pages that lead to pages."""
    shape_pages: int = 200
    """Pages whose addresses differ in numbers and words only; one that gives nothing new counts five times."""
    body_bytes: int = 16 * 2**20
    """Of one answer, before and after decompression."""
    header_bytes: int = 64 * 2**10
    request_time: timedelta = timedelta(seconds=30)
    crawl_time: timedelta = timedelta(minutes=15)
    redirects: int = 6


@dataclass(frozen=True, kw_only=True)
class NetworkRules:
    """How this process behaves on the network, shared by all crawls."""

    user_agent: str
    open_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks that may be asked although they are not public."""
    proxy: str = ""
    connections: int = 16
    """At once, over all origins."""
    children: int = 0
    """Processes that read pages; 0: one fewer than the processors this process may use, at least one."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where the feeds are served."""

    host: str = "127.0.0.1"
    port: int = 8080
