"""The body by the density of its text: cheap, and silent unless the page is clear."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from lxml.etree import _Element
from lxml.html import HtmlElement

from scraper.extract.parts import NO_TEXT, Body, Part, is_junk, parts_of
from scraper.extract.words import Said, flat, weight

_SURE = 0.6
"""Share of a page's running text that must stand in one place. On 400 pages with truth .6 read 42 % of them as well as
trafilatura reads them; .9 only 22 %, no better."""
_WHOLE = 0.85
"""Share of the running text of the article around that place, lest it be one section of several."""
_EVEN = 0.45
"""Of text that is spread over many boxes none may hold more: else one of them is the article and the others stand beside it.
(204 of 400 pages with truth were trafilatura's before such text was taken, 70 after; F1 .949 and .951.)"""
_PROSE = 0.8
_SPREAD_PROSE = 0.6
"""Share of a body that paragraphs make up; of one in many boxes, with their lists and short lines, less."""
_LITTLE = 300
"""Letters; a page with less is not clear."""
_FRAMED = 1_500
"""Letters; a page that shows less beside what is named as junk is looked at again."""
_FRAME = 3
"""How many times as much text one junk-named place must hold to be the article's."""
_PARAGRAPH = 40
"""Letters of one's own from which an element's text counts as running."""
_LINE = 60
"""Letters; a shorter part is no paragraph."""


@dataclass(frozen=True, kw_only=True)
class Density:
    """What the density of text tells of a page."""

    body: Body | None
    """The body, if the page is clear."""
    size: int
    """Letters of running text on the whole page, junk left out."""


def by_density(tree: HtmlElement, url: str, texts: Mapping[_Element, Said]) -> Density:
    """The body of a clear page: nearly all running text stands in one element, or evenly in its boxes, in several paragraphs.

    `texts` is what elements say that hold nothing but a text, of those of which it is known.
    """
    root = tree.find("body")
    if root is None:
        return Density(body=None, size=0)
    text = _text(root, texts)
    for place, share in _PLACES if text.whole >= _LITTLE else ():
        main = place(text)
        # a list alone is seldom all of an article, and of several articles none is the page's
        if main is None or main.tag in ("ul", "ol") or len(list(islice(main.iter("article"), 2))) > 1:
            continue
        if body := _clear(_parts(main, text, url), share):
            return Density(body=body, size=text.whole)
    return Density(body=None, size=text.whole)


# ------------------------------------------------------------- where text stands


class _Text:
    """A page's running text: where it stands and how much of it each element holds, in letters."""

    def __init__(self, root: _Element, junk: Callable[[_Element], bool], texts: Mapping[_Element, Said]) -> None:
        self.root = root
        self.texts = texts
        self.own = dict(_running(root, junk, texts))
        """Each element with running text of its own, in document order."""
        self.near: dict[_Element, int] = {}
        """For each element, how much its children hold as their own."""
        self.inside: dict[_Element, int] = {root: 0}
        """For each element, how much it holds at any depth."""
        for element, size in self.own.items():
            # text that stands in a container itself (split by <br>) belongs to it, a paragraph's to what holds it
            holder = element.getparent() if element.tag in _PARAGRAPHS else element
            if holder is not None:
                self.near[holder] = self.near.get(holder, 0) + size
            for above in element.iterancestors():
                self.inside[above] = self.inside.get(above, 0) + size
                if above is root:
                    break
            self.inside[element] = self.inside.get(element, 0) + size

    @property
    def whole(self) -> int:
        return self.inside[self.root]

    @property
    def densest(self) -> _Element | None:
        """The element whose children hold most."""
        return max(self.near, key=lambda e: self.near[e], default=None)

    def beside(self, main: _Element, *, before: bool) -> list[_Element]:
        """The paragraphs beside a box, before or after it: where a box begins only after the first ones.

        One before it may be a <div> of its own; after it that is rather a note on the author.
        """
        beside = (e for e in main.itersiblings(preceding=before) if e in self.own)
        found = [e for e in beside if e.tag in _PARAGRAPHS or (before and self.own[e] == self.inside[e])]
        return found[::-1] if before else found

    def size_beside(self, main: _Element) -> int:
        return sum(self.own[e] for before in (True, False) for e in self.beside(main, before=before))

    def is_sure(self, main: _Element, size: int) -> bool:
        """Whether `size`, that `main` holds, with what stands beside it is enough of the page and of the article around it."""
        size += self.size_beside(main)
        return size >= _SURE * self.whole and size >= _WHOLE * self.inside[self._region(main)]

    def _region(self, main: _Element) -> _Element:
        """The article that `main` stands in: its <article> or <main>, or three elements above it."""
        above = list(self.above(main))
        named = next((e for e in above if e.tag in ("article", "main")), None)
        return named if named is not None else ([main, *above][:4])[-1]

    def above(self, element: _Element) -> Iterator[_Element]:
        """The elements around one, from the nearest to the outermost below the root."""
        return takewhile(lambda e: e is not self.root, element.iterancestors() if element is not self.root else ())


_PARAGRAPHS = frozenset(("p", "pre", "blockquote", "span", "li"))
_TEXTS = _PARAGRAPHS | {"div", "td", "section", "article"}


def _text(root: _Element, texts: Mapping[_Element, Said]) -> _Text:
    """The page's running text. A frame of the whole page may be named as junk is (`has-sidebar`)."""
    text = _Text(root, is_junk, texts)
    if text.whole >= _FRAMED:
        return text
    everything = _Text(root, _has_no_text, texts)
    main = _dense(everything)
    main = main if main is not None else _spread(everything)
    if main is None or everything.inside[main] < _FRAME * text.whole:
        return text
    frame = {main, *main.iterancestors()}
    return _Text(root, lambda e: e not in frame and is_junk(e), texts)


def _has_no_text(element: _Element) -> bool:
    return element.tag in NO_TEXT


def _running(
    root: _Element, junk: Callable[[_Element], bool], texts: Mapping[_Element, Said]
) -> Iterator[tuple[_Element, int]]:
    """Each element with running text of its own and how much, what is junk and what captions say left out, in document order."""
    rest = root[::-1]
    while rest:
        element = rest.pop()
        tag = element.tag
        if junk(element) or tag == "figure":
            continue
        if tag in _TEXTS:
            known = texts.get(element)
            size = known[1] if known is not None else weight(_own_text(element))
            if size >= _PARAGRAPH:
                yield element, size
        if len(element):
            rest.extend(element[::-1])


_INLINE = frozenset(
    {"b", "strong", "i", "em", "u", "s", "strike", "del", "ins", "mark", "small", "big", "font", "sub", "sup", "q", "cite", "abbr",
     "acronym", "dfn", "code", "kbd", "samp", "var", "tt", "time", "data", "bdi", "bdo", "nobr", "ruby", "br", "wbr"}
)  # fmt: skip
"""What stands in the midst of a sentence; links and spans are left out: they are menus as often as words."""


def _own_text(element: _Element) -> str:
    """The running text directly in an element, without links: of a container, what stands between its blocks."""
    pieces = [element.text or ""]
    for child in element:
        if child.tag in _INLINE:
            pieces.append("".join(child.itertext()))
        pieces.append(child.tail or "")
    return flat("".join(pieces))


# ------------------------------------------------------------ which place it is


def _dense(text: _Text) -> _Element | None:
    """The element whose own paragraphs, or whose children's, are the page's running text; None if that is not certain."""
    main = text.densest
    if main is None:
        return None
    size, parent = text.near[main], main.getparent()
    if not text.is_sure(main, size) and parent is not None and parent is not text.root:
        around = sum(text.near.get(child, 0) for child in parent) + text.near.get(parent, 0)
        if around > size:
            main, size = parent, around
    return main if text.is_sure(main, size) else None


def _spread(text: _Text) -> _Element | None:
    """The smallest element that holds nearly all of a page's running text, if that stands evenly in its boxes."""
    if text.whole < _FRAMED:
        return None
    main = text.root
    while (inner := _holder(text, main)) is not None:
        main = inner
    most = max((text.inside.get(child, 0) for child in main), default=0)
    return main if main is not text.root and most <= _EVEN * text.inside[main] else None


def _holder(text: _Text, outer: _Element) -> _Element | None:
    """The box inside `outer` that holds most of the page's text and with the paragraphs beside it nearly all."""
    box = next((e for e in outer if text.inside.get(e, 0) >= _SURE * text.whole and e.tag not in _PARAGRAPHS), None)
    if box is None or text.inside[box] + text.size_beside(box) < _WHOLE * text.whole:
        return None
    return box


_PLACES = ((_dense, _PROSE), (_spread, _SPREAD_PROSE))

# ------------------------------------------------------------ what stands there


def _parts(main: _Element, text: _Text, url: str) -> tuple[Part, ...]:
    """The body whose most is `main`: with the paragraphs right beside it, and the standfirst."""
    first, last = text.beside(main, before=True), text.beside(main, before=False)
    inside = (*first, main, *last)
    return _standfirst(inside, text, url) + _trimmed(p for e in inside for p in parts_of(e, url, texts=text.texts))


def _standfirst(body: Sequence[_Element], text: _Text, url: str) -> tuple[Part, ...]:
    """A paragraph that stands alone before the body, between it and the headline."""
    boxes = frozenset(body)
    around = boxes.union(body[0].iterancestors())
    outside = takewhile(lambda e: e not in around and boxes.isdisjoint(e.iterancestors()), text.own)
    before = list(islice(outside, 2))
    if len(before) != 1:
        return ()
    lead = before[0]
    first = next(e for e in text.root.iter("h1", str(lead.tag)) if e.tag == "h1" or e is lead)
    return parts_of(lead, url, texts=text.texts) if first.tag == "h1" else ()


def _clear(parts: tuple[Part, ...], share: float) -> Body | None:
    """The parts as a body, if paragraphs and other long texts make most of it."""
    body = Body(parts=parts, origin="density")
    long = [(p.tag, size) for p in parts if p.tag in _LONG and (size := p.size) >= _LINE]
    clear = sum(tag == "p" for tag, _ in long) >= 3 and sum(size for _, size in long) >= share * body.size
    return body if clear else None


_LONG = frozenset(("p", "li", "blockquote"))


def _trimmed(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Without what a page repeats, and without headings that head nothing: at the end, or right before one of the same rank."""
    kept: list[Part] = []
    after = ""
    for part in reversed(tuple(_once(parts))):
        if part.tag in ("h2", "h3", "h4") and after in ("", part.tag):
            continue
        kept.append(part)
        after = after if part.tag == "figure" else part.tag
    return tuple(reversed(kept))


def _once(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts without the labels that stand there twice (`Advertisement`), and paragraphs like a caption's only once."""
    parts = tuple(parts)
    once, twice = set[str](), set[str]()
    for part in parts:
        if part.tag == "p":
            (twice if part.text in once else once).add(part.text)
    seen = set[str]()
    for part in parts:
        again = part.tag == "p" and part.text in twice
        if again and (_is_label(part.text) or (part.text in seen and part.size >= _LINE)):
            continue
        seen.add(part.text)
        yield part


def _is_label(text: str) -> bool:
    """A few words that are no sentence and name no time: a question may be asked twice, a live blog has many a 20:10."""
    return weight(text) < _LINE and text[-1] not in ".!?:…。！？" and not any(map(str.isdigit, text))
