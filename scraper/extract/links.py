"""The links of a page: which it has, which feeds it names, and which of them look like articles."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from statistics import median

from lxml.html import HtmlElement

from newsloom.news import identity
from newsloom.news.memory import Found
from scraper.extract import addresses
from scraper.extract.page import Habits, Link
from scraper.extract.words import line, weight

_MENUS = frozenset(("nav", "menu"))
_ENDS = frozenset(("header", "footer"))
"""Menus stand in them, unless they are the head or foot of one article's card."""
_CONTENT = frozenset(("article", "main"))
_MENU_ROLES = frozenset(("navigation", "menu", "menubar", "banner", "contentinfo", "toolbar"))
_MENU_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|submenu|breadcrumbs?|share|sharing|social|footer|pagination|pager|cookie|skip-?link)(?=$|[\s_-])"
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_FEED_TYPES = {
    "application/atom+xml": 0,
    "application/rss+xml": 1,
    "application/feed+json": 2,
    "application/rdf+xml": 3,
    "application/json": 4,
    "text/xml": 5,
    "application/xml": 5,
}
"""By how much they carry, the best first."""
_OF_COMMENTS = re.compile(
    r"comment|kommentar|commentaire|comentario|comentário|reactie|yorum|коммент|комент|コメント|评论|評論",
    re.IGNORECASE,
)
_HEADLINE = 28
"""Weight from which words of a link read as a headline."""
_LABEL = 20
"""Weight up to which they may be a section's name."""


_MOST = 5_000
"""Links of one page; the largest of real front pages has some 1,200."""


def page_links(tree: HtmlElement, url: str) -> tuple[Link, ...]:
    """Every link of the page to another page of the web, in page order, up to a bound."""
    base = _base(tree, url)
    places: dict[HtmlElement, tuple[bool, bool, str]] = {}
    found = []
    for element in islice(tree.iter("a"), _MOST):
        href = element.get("href")
        address = addresses.resolved(href, base) if href else ""
        if not address:
            continue
        in_nav, in_heading, group = _place(element, places)
        text, holds_heading = _words_of(element)
        found.append(Link(url=address, text=text, in_nav=in_nav, in_heading=in_heading or holds_heading, group=group))
    return tuple(found)


def _base(tree: HtmlElement, url: str) -> str:
    base = next((b.get("href") for b in tree.iter("base") if b.get("href")), "")
    return identity.normalize(base, url) or url if base else url


def _words_of(element: HtmlElement) -> tuple[str, bool]:
    """Its words; of a card whose whole is a link, its headline."""
    if len(element):
        for heading in element.iter(*_HEADINGS):
            text = " ".join(heading.text_content().split())
            if text:
                return text, True
    text = " ".join(element.text_content().split())
    return text or " ".join((element.get("title") or element.get("aria-label") or "").split()), False


def _place(element: HtmlElement, known: dict[HtmlElement, tuple[bool, bool, str]]) -> tuple[bool, bool, str]:
    """Whether a link stands in a menu, whether in a heading, and the shape of where it stands."""
    parent = element.getparent()
    if parent is None:
        return False, False, ""
    if parent not in known:
        above = list(parent.iterancestors())
        line = [parent, *above]
        shape = ">".join(f"{e.tag}.{_style(e)}" for e in line[:4] if isinstance(e.tag, str))
        known[parent] = (_in_menu(line), any(e.tag in _HEADINGS for e in line[:4]), shape)
    return known[parent]


def _style(element: HtmlElement) -> str:
    """The classes without what differs between siblings: numbers, states."""
    return re.sub(r"\d+|\b(?:first|last|odd|even|active|current)\b", "", element.get("class") or "").strip()


def _in_menu(line: Sequence[HtmlElement]) -> bool:
    card = False
    for element in line:
        tag = element.tag
        if tag in ("body", "html"):
            return False
        if tag in _MENUS or element.get("role") in _MENU_ROLES:
            return True
        if tag in _ENDS and not card and not any(e.tag in _CONTENT for e in element.iterancestors()):
            return True
        if tag in _CONTENT:
            card = True
        elif not card and _MENU_NAMES.search(f"{element.get('class') or ''} {element.get('id') or ''}".lower()):
            return True
    return False


def feeds(tree: HtmlElement, url: str) -> tuple[str, ...]:
    """The feeds a page names as its own (RSS Autodiscovery; HTML Standard, 4.6.7.1 `alternate`), the best first.

    A feed of comments is left out. Of several the first of its type is the site's own, by convention.
    """
    base = _base(tree, url)
    ranked: list[tuple[int, int, str]] = []
    for link in tree.iter("link"):
        rels = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        address = identity.normalize(link.get("href") or "", base)
        if not address or not {"alternate", "feed"} & set(rels) or (kind not in _FEED_TYPES and "feed" not in rels):
            continue
        if kind.endswith("/json") and re.search(r"/wp-json/|oembed", address):
            continue
        if _OF_COMMENTS.search(f"{link.get('title') or ''} {address}"):
            continue
        ranked.append((_FEED_TYPES.get(kind, 5), len(ranked), address))
    return tuple(dict.fromkeys(address for _, _, address in sorted(ranked)))


@dataclass
class _Target:
    """All links of a page to one address."""

    url: str
    text: str = ""
    heading: bool = False
    menu: bool = True
    groups: set[str] = field(default_factory=set)

    def add(self, link: Link) -> None:
        if (link.in_heading, weight(link.text)) > (self.heading, weight(self.text)):
            self.text = link.text or self.text
        self.heading = self.heading or (link.in_heading and bool(link.text))
        self.menu = self.menu and link.in_nav
        self.groups.add(link.group)


def article_links(links: Sequence[Link], url: str, habits: Habits) -> tuple[Found, ...]:
    """Which links of the front or section page at `url` look like articles of the site: in page order, each once."""
    targets = _targets(links, url)
    if habits.article_address:
        address = re.compile(habits.article_address)
        chosen = [t for t in targets if address.search(t.url)]
    else:
        good = _good_groups(targets)
        chosen = [t for t in targets if _is_article(t, good)]
    return tuple(Found(url=t.url, title=line(t.text)) for t in chosen)


def _targets(links: Sequence[Link], url: str) -> list[_Target]:
    here, own = identity.site(url), identity.key(url)
    targets: dict[str, _Target] = {}
    for link in links:
        key = addresses.key(link.url)
        if not key or key == own or identity.site(link.url) != here:
            continue
        targets.setdefault(key, _Target(url=link.url)).add(link)
    return list(targets.values())


def _good_groups(targets: Sequence[_Target]) -> frozenset[str]:
    """Shapes under which headlines stand: opaque addresses in them pass."""
    members: dict[str, list[_Target]] = {}
    for target in targets:
        if not target.menu and target.text:
            for group in target.groups:
                members.setdefault(group, []).append(target)
    return frozenset(g for g, m in members.items() if _reads_as_headlines(m))


def _reads_as_headlines(members: Sequence[_Target]) -> bool:
    labels = sum(weight(t.text) <= _LABEL and not addresses.is_article_like(t.url) for t in members)
    menus = sum(addresses.is_menu_like(t.url) for t in members)
    if 2 * max(labels, menus) >= len(members):
        return False
    loud = sum(t.heading for t in members)
    return median(weight(t.text) for t in members) >= _HEADLINE or (2 * loud > len(members) and len(members) >= 3)


def _is_article(target: _Target, good: frozenset[str]) -> bool:
    if target.menu or addresses.is_menu_like(target.url):
        return False
    size = weight(target.text)
    like = addresses.is_article_like(target.url)
    label = size < _HEADLINE and addresses.is_section_like(target.url)
    if like:
        return size >= 12 or target.heading or not target.text or bool(target.groups & good)
    if label and not target.heading:
        return False
    return bool(target.groups & good) or (target.heading and not label)
