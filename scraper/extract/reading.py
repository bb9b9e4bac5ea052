"""The extract room's door: one parse of a page gives its article, its briefs and its links. Pure: no network, no clock."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from lxml import etree
from lxml.etree import _Element
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from newsloom.news.items import KEPT_BRIEFS, Brief, BriefKind
from newsloom.news.memory import Found, Role
from scraper.extract import briefs, links
from scraper.extract.article import article
from scraper.extract.body import body
from scraper.extract.charsets import beside_ascii, decode
from scraper.extract.declared import Declared, declared
from scraper.extract.documents import refuse_crowded_tags
from scraper.extract.languages import spoken
from scraper.extract.lean import Lean, lean
from scraper.extract.page import Habits, Link, Reading
from scraper.extract.refusal import FRONT, is_front, refusal
from scraper.extract.reservation import reservation
from scraper.extract.titles import first_words, title
from scraper.extract.words import Said

__all__ = ["Habits", "Link", "Reading", "article_links", "read"]


def read(
    html: bytes | str,
    url: str,
    *,
    fetched: datetime,
    charset: str = "",
    zone: str = "UTC",
    habits: Habits = Habits(),  # noqa: B008  frozen
    language: str = "",
    role: Role = Role.START,
    kinds: Container[BriefKind] = frozenset(BriefKind),
) -> Reading:
    """Everything the page at `url` (after redirects) gives. Of bad bytes raises only Guilty, for a tag of too many attributes.

    `html` is the page's text, or its bytes, and then `charset` the label that the header gave them; `zone` (IANA) is that of
    times without an offset; `language` what is assumed where the page says none. Of an ARTICLE no links and feeds are looked
    for, of a LISTING nothing else. Rows of teasers are read of these `kinds` of blocks.
    """
    left = _left(html, charset, role, kinds)
    refuse_crowded_tags(left.page)
    tree = _parse(left.page)
    if tree is None:
        return Reading(article=None, reason="empty page")
    # Every element's Python object lives as long as the page: else each walk of the tree makes and throws away its own,
    # which costs more than what the walk does.
    alive = list(tree.iter())
    said = declared(tree, url, left.scripts)
    asked = reservation(said)
    leads = role is not Role.ARTICLE
    found = Reading(
        article=None,
        links=links.page_links(tree, url) if leads and asked.follow else (),
        feeds=links.feeds(tree, url) if leads else (),
        language=said.language or language,
        reserved=asked.reason,
    )
    if role is Role.LISTING:
        return replace(found, reason="asked for its links")
    # all that scripts say is in `said`, judged; a library would read it again and believe it
    etree.strip_elements(tree, "script", "style", with_tail=False)
    page = _Page(tree=tree, said=said, url=url, fetched=fetched, zone=habits.zone or zone, habits=habits, kinds=kinds)
    read = _front(page, found) if is_front(tree, said, url) else _story(page, found, language)
    del alive
    return read


def _left(html: bytes | str, charset: str, role: Role, kinds: Container[BriefKind]) -> Lean:
    """What is to be parsed of a page, in UTF-8."""
    if role is not Role.ARTICLE:
        return Lean(page=(decode(html, charset) if isinstance(html, bytes) else html).encode("utf-8", "replace"))
    if isinstance(html, str):
        return lean(html.encode("utf-8", "replace"), kinds=kinds)
    left = lean(html, kinds=kinds)
    if left.is_sound:  # as of nearly all pages; all their bytes are more than twice as many
        return left
    name = beside_ascii(html, charset)
    if not name:
        return lean(decode(html, charset).encode("utf-8", "replace"), kinds=kinds)
    return lean(html, name, kinds).read_in(name)


@dataclass(frozen=True, kw_only=True)
class _Page:
    """A parsed page, and what it is to be read with."""

    tree: HtmlElement
    said: Declared
    url: str
    fetched: datetime
    zone: str
    habits: Habits
    kinds: Container[BriefKind]
    texts: dict[_Element, Said] = field(default_factory=dict)
    """What elements say that hold nothing but a text, once the page's blocks were looked for."""


def _front(page: _Page, found: Reading) -> Reading:
    """A front page's own text is not looked for."""
    return replace(found, reason=FRONT, briefs=_shown(_blocks(page, found.language), page.said))


def _story(page: _Page, found: Reading, language: str) -> Reading:
    tree, said, url = page.tree, page.said, page.url
    blocks = _blocks(page, found.language)
    headline = _chosen_title(tree, page.habits) or title(tree, said, url, page.habits.title_suffixes)
    _cut(blocks)
    text = body(tree, said, url, headline[0], habits=page.habits, texts=page.texts)
    headline = headline if headline[0] else (first_words(text), "text")
    heard = spoken(said.language, f"{headline[0]} {text.text}", language)
    reason = refusal(tree, said, headline[0], text, url)
    story = None
    if not reason:
        story = article(
            tree,
            said,
            text,
            url,
            headline=headline,
            fetched=page.fetched,
            zone=page.zone,
            language=heard,
            habits=page.habits,
        )
    return replace(found, article=story, reason=reason, briefs=_shown(blocks, said), language=heard)


def _blocks(page: _Page, language: str) -> tuple[briefs.Block, ...]:
    return briefs.find_blocks(
        page.tree,
        page.url,
        fetched=page.fetched,
        zone=page.zone,
        language=language,
        kinds=page.kinds,
        texts=page.texts,
    )


def _shown(blocks: Iterable[briefs.Block], said: Declared) -> tuple[Brief, ...]:
    """The rows of all blocks that the page lets be followed. Whether its text is reserved is for the crawl to judge."""
    follow = reservation(said).follow
    return tuple(b for block in blocks for b in block.briefs if follow or not b.url)


def article_links(reading: Reading, url: str, habits: Habits) -> tuple[Found, ...]:
    """Which links of a front or section page look like articles, in page order, each once."""
    return links.article_links(reading.links, url, habits)


def _parse(utf8: bytes) -> HtmlElement | None:
    """The page's tree, without comments; None for what holds no element."""
    try:
        tree = document_fromstring(utf8, parser=_parser())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return tree if len(tree) else None


@cache
def _parser() -> HTMLParser:
    # nobody asks for an element by its id, so that no table of them is needed
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    # lxml.html looks a class up for each element, in Python; nothing here needs its classes for forms
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    return parser


def _chosen_title(tree: HtmlElement, habits: Habits) -> tuple[str, str] | None:
    """The headline that the site's own selector names."""
    selector = habits.selectors.get("title")
    for element in tree.cssselect(selector) if selector else ():
        if text := " ".join("".join(element.itertext()).split()):
            return text, "selector"
    return None


def _cut(blocks: Iterable[briefs.Block]) -> None:
    """Take blocks of teasers out of the tree, so that none of their words can reach a body."""
    for block in blocks:
        for element in block.elements:
            whole = element.getparent() is None or element.tag in ("body", "html")
            if not whole and (block.kind in KEPT_BRIEFS or not _is_prose(element)):
                element.drop_tree()


def _is_prose(element: HtmlElement) -> bool:
    """A long paragraph without a link: in a list of latest news it is an article's, that the list was mistaken to hold."""
    return element.tag == "p" and element.find(".//a") is None and len(element.text_content()) > 200
