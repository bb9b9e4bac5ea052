"""Which of a page's bodies is the article's: the site's own selector, clear text, trafilatura, what the page declares."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from scraper.extract.declared import Declared, Json, listed, plain, state_paragraphs
from scraper.extract.density import by_density
from scraper.extract.library import by_library
from scraper.extract.page import Habits
from scraper.extract.parts import Body, Part, from_pieces, parts_of
from scraper.extract.titles import folded

_LITTLE = 250
"""Letters; a visible body below it may be a teaser or an empty frame that scripts would fill."""


def body(tree: HtmlElement, said: Declared, url: str, headline: str, habits: Habits) -> Body:
    """The article's body, without its headline; empty if the page has none."""
    chosen = _selected(tree, habits, url)
    if chosen:
        return _without_headline(chosen, headline)
    dense = by_density(tree, url)
    shown = dense.body or by_library(tree, url, dense.size) or Body()
    if shown.size < _LITTLE:
        told = max(_told(said, url), key=lambda b: b.size, default=Body())
        if told.size > 1.5 * shown.size:
            shown = told
    return _without_headline(shown, headline)


def _selected(tree: HtmlElement, habits: Habits, url: str) -> Body | None:
    """The body that the site's own selector names."""
    selector = habits.selectors.get("text")
    parts = tuple(p for e in tree.cssselect(selector) for p in parts_of(e, url)) if selector else ()
    return Body(parts=parts, origin="selector") if parts else None


def _told(said: Declared, url: str) -> Iterator[Body]:
    """The bodies that a page declares but need not show."""
    ways: list[tuple[str, list[Json]]] = [
        ("json-ld", [b for b in listed(said.article.get("articleBody")) if isinstance(b, str)]),
        (
            "json-ld",
            [plain(u.get("articleBody")) for u in listed(said.article.get("liveBlogUpdate")) if isinstance(u, dict)],
        ),
        ("state", list(state_paragraphs(said.state))),
    ]
    for origin, pieces in ways:
        if pieces and (found := from_pieces(pieces, url, origin)):
            yield found


def _without_headline(body: Body, headline: str) -> Body:
    """Without the headline, where a body begins with it."""
    title = folded(headline)
    first = next((n for n, part in enumerate(body.parts) if part.text), None)
    if first is None or not title or not _same(body.parts[first], title):
        return body
    return Body(parts=body.parts[:first] + body.parts[first + 1 :], origin=body.origin)


def _same(part: Part, title: str) -> bool:
    return re.sub(r"\s+", "", folded(part.text)) == title
