"""The body by the density of its text: cheap, and silent unless the page is clear."""

from collections.abc import Callable
from dataclasses import dataclass

from lxml.etree import _Element
from lxml.html import HtmlElement

from scraper.extract.parts import BLOCKS, NO_TEXT, Body, Part, is_junk, parts_of, weight

_SURE = 0.6
"""Share of a page's running text that must stand in one place. On 400 pages with truth .6 read 42 % of them as well as
trafilatura reads them; .9 only 22 %, no better."""
_WHOLE = 0.85
"""Share of the running text of the article around that place, lest it be one section of several."""
_LITTLE = 300
"""Letters; a page with less is not clear."""
_FRAMED = 1_500
"""Letters; a page that shows less beside what is named as junk is looked at again."""
_FRAME = 3
"""How many times as much text one junk-named place must hold to be the article's."""
_PARAGRAPH = 40
"""Letters of one's own from which an element's text counts as running."""


@dataclass(frozen=True, kw_only=True)
class Density:
    """What the density of text tells of a page."""

    body: Body | None
    """The body, if the page is clear."""
    size: int
    """Letters of running text on the whole page, junk left out."""


def by_density(tree: HtmlElement, url: str) -> Density:
    """The body of a clear page: nearly all running text stands in one element or in its children, in several paragraphs."""
    root = tree.find("body")
    if root is None:
        return Density(body=None, size=0)
    own = _own(root)
    whole = sum(own.values())
    near = _near(own)
    main = max(near, key=lambda e: near[e], default=None)
    if main is None or whole < _LITTLE:
        return Density(body=None, size=whole)
    size = near[main]
    parent = main.getparent()
    around = _around(main, root, own)
    if size < max(_SURE * whole, _WHOLE * around) and parent is not None and parent is not root:
        children = sum(near.get(child, 0) for child in parent)
        if children > size:
            main, size = parent, children + near.get(parent, 0)
    if size < _SURE * whole or size < _WHOLE * _around(main, root, own) or len(list(main.iter("article"))) > 1:
        return Density(body=None, size=whole)
    parts = _lead(main, own, url) + _trimmed(parts_of(main, url))
    return Density(body=_clear(parts), size=whole)


def _own(root: _Element) -> dict[_Element, int]:
    """Each element with running text of its own. A frame of the whole page may be named as junk is (`has-sidebar`)."""
    own = _running(root, is_junk)
    whole = sum(own.values())
    if whole >= _FRAMED:
        return own
    all_of_it = _running(root, _has_no_text)
    near = _near(all_of_it)
    main = max(near, key=lambda e: near[e], default=None)
    if main is None or near[main] < max(_FRAME * whole, _SURE * sum(all_of_it.values())):
        return own
    frame = {main, *main.iterancestors()}
    return _running(root, lambda e: e not in frame and is_junk(e))


def _has_no_text(element: _Element) -> bool:
    return element.tag in NO_TEXT


def _around(main: _Element, root: _Element, own: dict[_Element, int]) -> int:
    """How much running text the article holds that `main` stands in: its <article> or <main>, or three elements above it."""
    above = [e for e in main.iterancestors() if e is not root and root in e.iterancestors()]
    region = next((e for e in above if e.tag in ("article", "main")), above[min(2, len(above) - 1)] if above else main)
    return sum(size for e, size in own.items() if e is region or region in e.iterancestors())


def _clear(parts: tuple[Part, ...]) -> Body | None:
    """The parts as a body, if paragraphs make most of it."""
    paragraphs = [weight(p.text) for p in parts if p.tag == "p" and weight(p.text) >= 60]
    body = Body(parts=parts, origin="density")
    return body if len(paragraphs) >= 3 and sum(paragraphs) >= 0.8 * body.size else None


def _near(own: dict[_Element, int]) -> dict[_Element, int]:
    """For each element, how much running text its children hold as their own."""
    near: dict[_Element, int] = {}
    for element, size in own.items():
        # text that stands in a container itself (split by <br>) belongs to it, a paragraph's to what holds it
        holder = element.getparent() if element.tag in ("p", "pre", "blockquote", "span", "li") else element
        if holder is not None:
            near[holder] = near.get(holder, 0) + size
    return near


_TEXTS = frozenset(("p", "pre", "blockquote", "div", "td", "section", "article", "span", "li"))


def _running(root: _Element, junk: Callable[[_Element], bool]) -> dict[_Element, int]:
    """Each element with running text of its own and how much, what is junk left out, in document order."""
    found: dict[_Element, int] = {}
    rest = root[::-1]
    while rest:
        element = rest.pop()
        if junk(element):
            continue
        if element.tag in _TEXTS and (size := weight(_own_text(element))) >= _PARAGRAPH:
            found[element] = size
        rest.extend(element[::-1])
    return found


_NOT_OWN = BLOCKS | {"a", "span", "script", "style", "form"}


def _own_text(element: _Element) -> str:
    """The running text directly in an element, without links: of a container, what stands between its blocks."""
    pieces = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _NOT_OWN:
            pieces.append("".join(child.itertext()))
        pieces.append(child.tail or "")
    return " ".join("".join(pieces).split())


def _lead(main: _Element, own: dict[_Element, int], url: str) -> tuple[Part, ...]:
    """The standfirst: a paragraph that stands alone before the body, between it and the headline."""
    above = set(main.iterancestors())
    before: list[_Element] = []
    for element in own:
        if element is main or main in element.iterancestors() or element in above:
            break
        before.append(element)
    headline = next((h for h in main.getroottree().iter("h1")), None)
    if len(before) != 1 or headline is None:
        return ()
    order = list(main.getroottree().iter("h1", str(before[0].tag)))
    return parts_of(before[0], url) if order.index(headline) < order.index(before[0]) else ()


def _trimmed(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Without headings that head nothing: at the end, or right before another of the same rank."""
    kept: list[Part] = []
    for part in reversed(parts):
        after = next((p for p in reversed(kept) if p.tag != "figure"), None)
        if part.tag in ("h2", "h3", "h4") and (after is None or after.tag == part.tag):
            continue
        kept.append(part)
    return tuple(reversed(kept))
