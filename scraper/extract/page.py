"""What one page is asked with and what it gives: the values of the extract room, free of any library."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from newsloom.news.items import Article, Brief


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What a site's own spider knows about its pages. Each of these overrides what a page says of itself."""

    article_address: str = ""
    """A regular expression searched in an address: whether it is an article's. Empty: judge by its looks."""
    title_suffixes: tuple[str, ...] = ()
    """Cut off the end of titles, as written: ` - Example News`."""
    zone: str = ""
    """IANA name of the zone of times without an offset; empty: the source's."""
    selectors: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """CSS selectors for `title`, `text`, `summary`, `authors`, `published`, `section`; one that finds nothing is passed over."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link of a page, with what tells an article's from a menu's."""

    url: str
    """Absolute, http or https, normalized."""
    text: str
    """Its words, white space folded; of a card whose whole is a link, its headline."""
    in_nav: bool = False
    """Stands in a menu, header, footer, or among share buttons."""
    in_heading: bool = False
    """Stands in a heading (h1-h6), or holds one."""
    group: str = ""
    """The shape of where it stands (tags and classes above it): links of one list share it."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Everything one page gave."""

    article: Article | None
    reason: str = ""
    """Why it is no article, one line for people; empty if it is one."""
    briefs: tuple[Brief, ...] = ()
    """All rows of all blocks, in page order."""
    links: tuple[Link, ...] = ()
    """Empty also where the page asks that they be not followed."""
    feeds: tuple[str, ...] = ()
    """Feeds that the page names as its own (rel=alternate), absolute, best first, those of comments left out."""
    language: str = ""
    """BCP 47, lower case; empty if nothing tells."""
    reserved: str = ""
    """`noindex` or `tdm-reservation` where a meta tag of the page says so: its headline and address may be published again,
    its text may not. Such a page gives no briefs. Headers that say the same are not seen here."""
