"""How a bare address becomes entrances: which sitemaps to try, in what order, and which of them is worth watching. Pure."""

from collections.abc import Container, Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urljoin

from newsloom.news.identity import key, normalize, site
from newsloom.news.memory import Found, Role
from scraper.extract.addresses import is_menu_like
from scraper.extract.page import Link
from scraper.spiders.indexes import about_news, dated

FEEDS_TRIED = 4
SITEMAPS_TRIED = 8
PLAIN_LINKS = 30
FRESH = timedelta(days=30)
"""A sitemap whose newest date is older than this is an archive, or one of pages that are no news."""

_USUAL_PLACES = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml")


def sitemaps_to_try(url: str, declared: Iterable[str]) -> tuple[str, ...]:
    """Addresses where a site's news sitemap may be, likeliest first: those that robots.txt names, then the usual places."""
    named = sorted(declared, key=lambda u: not about_news(u))
    return tuple(dict.fromkeys([*named, *(urljoin(url, place) for place in _USUAL_PLACES)]))[:SITEMAPS_TRIED]


def of_site(found: Iterable[Found], *places: str) -> tuple[Found, ...]:
    """What a sitemap may speak of: the sites of `places` only (sitemaps.org, "Sitemaps & Cross Submits")."""
    sites = {site(p) for p in places}
    return tuple(f for f in found if site(f.url) in sites)


def before(found: Iterable[Found], at: datetime | None, shown: Container[str]) -> tuple[Found, ...]:
    """Articles of a sitemap dated not after `at` (None: of any date), newest first, without those whose keys are `shown`."""
    dated = [(d, f) for f in found if f.role is Role.ARTICLE and (d := f.published or f.modified) is not None]
    newest_first = sorted(dated, key=lambda pair: pair[0], reverse=True)
    return tuple(f for d, f in newest_first if (at is None or d <= at) and key(f.url) not in shown)


def plain_links(links: Iterable[Link], url: str) -> tuple[Found, ...]:
    """The last resort, for a page none of whose links looks like an article's ("Story 1", "Story 2"): those outside menus.

    What they lead to is judged when it is read.
    """
    own = normalize(url)
    chosen = {
        k: x for x in links if not x.in_nav and x.text and site(x.url) == site(url) and (k := normalize(x.url)) != own
    }
    return tuple(Found(url=k, title=x.text) for k, x in chosen.items() if not is_menu_like(k))[:PLAIN_LINKS]


def is_index(found: Sequence[Found]) -> bool:
    """Whether these are sitemaps rather than pages."""
    return any(f.role is Role.SITEMAP for f in found)


def worth_watching(url: str, found: Sequence[Found], now: datetime) -> bool | None:
    """Whether a sitemap shows news; None if only its parts can tell (an index without dates)."""
    if not found:
        return False
    dates = [d for f in found if (d := dated(f)) is not None]
    if any(d > now - FRESH for d in dates):
        return True
    if about_news(url) or any(f.role is Role.SITEMAP and about_news(f.url) for f in found):
        return True
    return None if is_index(found) and not dates else False
