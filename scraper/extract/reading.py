"""The extract room's door: one parse of a page gives its article, its briefs and its links. Pure: no network, no clock."""

from collections.abc import Iterable
from datetime import datetime

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from newsloom.news.items import KEPT_BRIEFS
from newsloom.news.memory import Found
from scraper.extract import briefs, links
from scraper.extract.article import article
from scraper.extract.body import body
from scraper.extract.charsets import decode
from scraper.extract.declared import declared
from scraper.extract.languages import spoken
from scraper.extract.page import Habits, Link, Reading
from scraper.extract.refusal import is_front, refusal
from scraper.extract.reservation import reservation
from scraper.extract.titles import first_words, title

__all__ = ["Habits", "Link", "Reading", "article_links", "read"]


def read(
    html: bytes,
    url: str,
    *,
    charset: str = "",
    fetched: datetime,
    zone: str = "UTC",
    habits: Habits = Habits(),  # noqa: B008  frozen
    language: str = "",
) -> Reading:
    """Everything the page at `url` (after redirects) gives. Never raises on bad bytes.

    `charset` is the one of the Content-Type header; `zone` (IANA) that of times without an offset; `language` what is
    assumed where the page says none.
    """
    tree = _parse(html, charset)
    if tree is None:
        return Reading(article=None, reason="empty page")
    zone = habits.zone or zone
    said = declared(tree, url)
    # all that scripts say is in `said`, judged; a library would read it again and believe it
    etree.strip_elements(tree, "script", "style", with_tail=False)
    hint = said.language or language
    asked = reservation(said)
    found_links = links.page_links(tree, url) if asked.follow else ()
    feeds = links.feeds(tree, url)
    blocks = briefs.find_blocks(tree, url, fetched=fetched, zone=zone, language=hint)
    headline = _chosen_title(tree, habits) or title(tree, said, url, habits.title_suffixes)
    front = is_front(tree, said, url)
    _cut(blocks)
    text = body(tree, said, url, headline[0], habits)
    headline = headline if headline[0] else (first_words(text), "text")
    heard = spoken(said.language, f"{headline[0]} {text.text}", language)
    reason = refusal(tree, said, headline[0], text, url=url, front=front)
    found = None
    if not reason:
        found = article(
            tree, said, text, url, headline=headline, fetched=fetched, zone=zone, language=heard, habits=habits
        )
    return Reading(
        article=found,
        reason=reason,
        briefs=() if asked.reason else tuple(b for block in blocks for b in block.briefs if asked.follow or not b.url),
        links=found_links,
        feeds=feeds,
        language=heard,
        reserved=asked.reason,
    )


def article_links(reading: Reading, url: str, habits: Habits) -> tuple[Found, ...]:
    """Which links of a front or section page look like articles, in page order, each once."""
    return links.article_links(reading.links, url, habits)


def _parse(html: bytes, charset: str) -> HtmlElement | None:
    """The page's tree, without comments; None for what holds no element."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    text = decode(html, charset).encode("utf-8", "replace")
    try:
        tree = document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return tree if len(tree) else None


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
