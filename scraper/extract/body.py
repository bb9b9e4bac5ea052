"""Which of a page's bodies is the article's: the site's own selector, clear text, trafilatura, what the page declares."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from lxml.etree import _Element
from lxml.html import HtmlElement

from scraper.extract import dates
from scraper.extract.declared import Declared, Json, listed, plain, state_paragraphs
from scraper.extract.density import by_density
from scraper.extract.library import by_library
from scraper.extract.page import Habits
from scraper.extract.parts import Body, Part, from_pieces, parts_of
from scraper.extract.people import is_byline
from scraper.extract.titles import folded
from scraper.extract.words import Said, letters, weight

_LITTLE = 250
"""Letters; a visible body below it may be a teaser or an empty frame that scripts would fill."""


def body(
    tree: HtmlElement, said: Declared, url: str, headline: str, *, habits: Habits, texts: Mapping[_Element, Said]
) -> Body:
    """The article's body, without its headline; empty if the page has none. `texts` is what is known of its elements already."""
    chosen = _selected(tree, habits, url)
    if chosen:
        return _trimmed(chosen, headline)
    dense = by_density(tree, url, texts)
    shown = dense.body or (None if _lists(tree, dense.size) else by_library(tree, url, dense.size)) or Body()
    if shown.origin != "density":
        told = max(_told(said, url), key=lambda b: b.size, default=Body())
        if told.size > 1.5 * shown.size if shown.size < _LITTLE else _is_elsewhere(told, shown):
            shown = told
    return _trimmed(shown, headline)


_MANY = 1_000
"""Links, and letters: a page with more of those than of these holds no text, and a library would take seconds to see it."""


def _lists(tree: HtmlElement, size: int) -> bool:
    return size < _MANY and len(list(islice(tree.iter("a"), _MANY))) == _MANY


def _is_elsewhere(told: Body, shown: Body) -> bool:
    """Whether the page shows hardly anything of the body it declares: then what it shows is something else."""
    words, there = told.text.split(), _runs(shown.text.split())
    runs = _runs(words)
    return told.size >= _LITTLE and len(runs & there) < 0.2 * len(runs)


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[n : n + 4]) for n in range(max(1, len(words) - 3))}


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


def _trimmed(body: Body, headline: str) -> Body:
    """Without what stands around a text on a page: headline, date and byline before it, its headline once more
    and a counter of comments after it."""
    title = folded(headline)
    parts = list(body.parts)
    first = next((n for least in (_LINE, _SHORT) for n, p in enumerate(parts) if _begins(p, title, least)), 0)
    kept = [p for p in parts[:first] if not _is_dressing(p, title)] + parts[first:]
    while kept and (_COUNTER.fullmatch(kept[-1].text) or _says(kept[-1].text, title)):
        kept.pop()
    return Body(parts=tuple(kept), origin=body.origin)


def _begins(part: Part, title: str, least: int) -> bool:
    return part.tag == "p" and part.size >= least and not _says(part.text, title) and not _is_head(part, title)


def _says(text: str, title: str) -> bool:
    """Whether a text is the title, which is folded. Of most that are not, the first words tell."""
    return title.startswith(letters(text[:_FIRST])) and folded(text) == title


_LINE = 100
"""Letters; a shorter part before the first paragraph may be a date or a byline."""
_SHORT = 50
"""The same, in a text that has no longer part."""
_FIRST = 20
"""Letters that tell most texts from another."""
_COUNTER = re.compile(r"[^\d.!?]{3,30}[(:]\s?\d+\)?")


_HEAD = 4
"""Lines of a part that may be headline, date and byline: more are a list of something."""


def _is_dressing(part: Part, title: str) -> bool:
    return _is_dressing_line(part.text, title) or _is_head(part, title)


def _is_head(part: Part, title: str) -> bool:
    """Whether headline, date and byline stand in a part, a line each. Several dates are a chronicle."""
    lines = part.text.split("\n")
    if not 2 <= len(lines) <= _HEAD or sum(dates.parse(line) is not None for line in lines) > 1:
        return False
    return all(_is_dressing_line(line, title) or all(map(_is_dateline, line.split(" | "))) for line in lines) and any(
        _says(line, title) for line in lines
    )


def _is_dressing_line(line: str, title: str) -> bool:
    if not line:
        return False
    words = folded(line)
    cut = len(title) > _LINE and words.startswith(title[:_LINE])
    return words == title or cut or _is_dateline(line)


def _is_dateline(said: str) -> bool:
    """A date, or who wrote."""
    return (len(said) < 60 and dates.parse(said) is not None) or (weight(said) < _LINE and is_byline(said))
