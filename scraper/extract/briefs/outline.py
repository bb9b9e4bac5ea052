"""A page as a sequence of short texts ("units") in document order, and which of them each element spans.

Blocks of teasers are found in the sequence, whatever the markup: a heading is a unit before some rows, be it an h2, a div or
a span, and a row is a stretch of units. Each page is walked once.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree
from lxml.etree import _Element
from lxml.html import HtmlElement

from newsloom.news import identity
from newsloom.news.items import KEPT_BRIEFS
from scraper.extract import addresses
from scraper.extract.briefs import headings
from scraper.extract.words import Said, flat, weight

_SKIPPED = frozenset(
    re.findall(
        r"\w+",
        """script style template svg math iframe object embed select option textarea button input canvas audio video map
        head""",
    )
)
INLINE = frozenset(
    re.findall(
        r"\w+",
        "a abbr b bdi cite code em font i kbd mark q s small span strong sub sup time u ins del wbr",
    )
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CHROME = frozenset(("nav", "header", "footer"))
_PIECE = frozenset(("article", "main"))
"""Elements with a header, a footer and a nav of their own."""
_MENU = 6
"""Links; what holds fewer costs nothing and may be the head of a block."""
_TELLING = _HEADINGS | {"p", "time"}
_UNWALKED = _SKIPPED | _CHROME | {"br", etree.Comment, etree.ProcessingInstruction, etree.Entity}
"""Of most elements no more is asked than that they are none of these; the tag of a comment is the function that makes one."""
_DEEPEST = 250
"""lxml's HTML parser stops at 256."""
_WORDY = re.compile(r"\w")


@dataclass(slots=True, eq=False)
class Node:
    """An element that stands on its own line of thought: not a word inside a sentence."""

    element: HtmlElement
    up: "Node | None"
    depth: int
    first: int
    """The first unit inside it."""
    last: int = 0
    """One past its last unit."""
    first_anchor: int = 0
    last_anchor: int = 0
    """Likewise of the page's anchors."""
    chrome: bool = False
    """Inside a nav, a header or a footer of the page."""
    key: str = ""
    """Of an article that is linked inside it (see rows.py); empty: of none."""
    many: bool = False
    """Whether more than one is."""

    def leads_to(self, key: str) -> None:
        """Note an article that is linked inside it, for itself and for all around it."""
        node: Node | None = self
        while node is not None and not node.many:
            if node.key and node.key != key:
                node.many = True
            node.key = node.key or key
            node = node.up

    def line(self) -> Iterator["Node"]:
        """Itself and its ancestors, nearest first."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.up


@dataclass(slots=True, eq=False)
class Anchor:
    """A link: `first` to `last` are the units its text is in."""

    element: HtmlElement
    url: str
    node: Node
    first: int
    text: str = ""
    _key: str | None = None

    @property
    def last(self) -> int:
        return self.node.last

    def say(self, text: str) -> None:
        """Note a text that it holds."""
        self.text = f"{self.text} {text}" if self.text else text

    @property
    def key(self) -> str:
        """identity.key of its address, worked out when first asked for: most links of a page are its menus."""
        if self._key is None:
            self._key = addresses.key(self.url)
        return self._key


@dataclass(slots=True, eq=False)
class Piece:
    text: str
    anchor: Anchor | None
    """The link that holds all of it."""
    clock: str | None
    """The `datetime` of the `<time>` that holds all of it; "" if that has none."""


@dataclass(slots=True, eq=False)
class Unit(Piece):
    """A text that reads as one: a heading, a label, a paragraph with its links."""

    node: Node
    heading: bool
    """Inside h1-h6."""
    paragraph: bool
    """Inside a p."""
    weight: int
    linked: int
    """How many of its characters are links."""
    pieces: Sequence[Piece] = ()
    """Empty if it is one piece itself."""


@dataclass(slots=True, eq=False)
class Outline:
    url: str
    key: str
    root: Node
    units: list[Unit]
    anchors: list[Anchor]
    nodes: list[Node]
    title: str = ""
    """Of its h1."""
    headline: int = -1
    """The unit that says its title as a heading; -1 if none does."""
    base: str = ""


def base_of(tree: HtmlElement, url: str) -> str:
    """What the page's relative links are relative to (HTML Standard, 4.2.3: the first `<base href>`)."""
    base = next(iter(tree.iter("base")), None)
    href = base.get("href", "") if base is not None else ""
    return (identity.normalize(href, url) or url) if href else url


def outline(tree: HtmlElement, url: str, texts: dict[_Element, Said] | None = None) -> Outline:
    """The outline of a parsed page, whose own address is `url`. What its elements say is put into `texts`."""
    body = tree.find("body") if tree.tag == "html" else tree
    root = Node(body if body is not None else tree, None, 0, 0)
    walk = _Walk(base_of(tree, url), root, {} if texts is None else texts)
    walk.into(root.element, root.element.text, root, _State(), glued=False)
    walk.flush()
    root.last, root.last_anchor = len(walk.units), len(walk.anchors)
    title = next((flat(h.text_content()) for h in tree.iter("h1")), "")
    headline = next((i for i, u in enumerate(walk.units) if u.heading and u.text == title), -1)
    return Outline(url, identity.key(url), root, walk.units, walk.anchors, walk.nodes, title, headline, walk.base)


@dataclass(slots=True, eq=False)
class _State:
    """What holds inside the element that is being walked."""

    anchor: Anchor | None = None
    clock: str | None = None
    heading: bool = False
    paragraph: bool = False


class _Walk:
    """One pass over the tree. It runs once for each element of each page: what is written out here is so for speed."""

    def __init__(self, base: str, root: Node, texts: dict[_Element, Said]) -> None:
        self.base = base
        self.texts = texts
        self.units: list[Unit] = []
        self.anchors: list[Anchor] = []
        self.nodes: list[Node] = []
        self._urls: dict[str, str] = {}
        """What each href means: a card links the same with its picture and its headline."""
        self._said: list[tuple[str, _State]] = []
        """The texts of the unit that is being gathered."""
        self._holder = root
        """The element that the first of them stands in."""
        self._unfinished: list[Node] = []
        """Elements that have ended while their last unit, if it will be one, is still being gathered: links in a sentence."""

    def into(self, element: HtmlElement, text: str | None, node: Node, state: _State, *, glued: bool) -> None:
        """Walk one element, which begins with `text`. `glued`: its text belongs to the sentence around it."""
        if text and (self._said or not text.isspace()):
            self._say(text, node, state)
        children = element[:]
        mixed = glued or _has_words(text, children)
        for child in children:
            tag: Any = child.tag
            if tag in _UNWALKED and self._passes(child, tag, mixed=mixed):
                pass
            elif node.depth >= _DEEPEST:
                if not mixed:
                    self.flush()
            elif not mixed or tag not in INLINE:
                if self._said:
                    self.flush()
                if len(child):
                    self._apart(child, tag, node, state, glued=False)
                elif (said := child.text) or tag == "a":
                    self._leaf(child, tag, said, node, state)
            elif tag == "a":
                self._apart(child, tag, node, state, glued=True)
            else:
                self.into(child, child.text, node, _inside(child, tag, state) if tag == "time" else state, glued=True)
            tail = child.tail
            if tail and (self._said or not tail.isspace()):
                self._say(tail, node, state)

    def _passes(self, child: HtmlElement, tag: Any, *, mixed: bool) -> bool:
        """Pass over a child of these tags, if it holds nothing to be walked; whether it does not."""
        if tag == "br":
            self.flush()
        elif tag in _CHROME and not _is_menu(child):
            return False
        elif isinstance(tag, str) and not mixed:  # of a comment only what stands after it counts
            self.flush()
        return True

    def _say(self, text: str, node: Node, state: _State) -> None:
        if not self._said:
            self._holder = node
        self._said.append((text, state))

    def _leaf(self, child: HtmlElement, tag: str, text: str | None, node: Node, state: _State) -> None:
        """A child that holds nothing but a text, which is a unit: as most are."""
        unit, anchor = len(self.units), len(self.anchors)
        inner = Node(child, node, node.depth + 1, unit, unit, anchor, anchor, node.chrome or tag in _CHROME)
        self.nodes.append(inner)
        if tag == "a":
            state = self._linked(child, inner, state)
        elif tag in _TELLING:
            state = _inside(child, tag, state)
        if text and (said := self._whole(text, state, inner)):
            inner.last = unit + 1
            self.texts[child] = said.text, said.weight

    def _apart(self, child: HtmlElement, tag: str, node: Node, state: _State, *, glued: bool) -> None:
        """Walk a child that is a node of its own: all but a word inside a sentence."""
        units, anchors = self.units, self.anchors
        inner = Node(child, node, node.depth + 1, len(units), 0, len(anchors), 0, node.chrome or tag in _CHROME)
        self.nodes.append(inner)
        if tag == "a":
            state = self._linked(child, inner, state)
        elif tag in _TELLING:
            state = _inside(child, tag, state)
        self.into(child, child.text, inner, state, glued=glued)
        if self._said and not glued:
            self.flush()
        inner.last_anchor = len(anchors)
        inner.last = len(units)
        if glued and self._said:
            self._unfinished.append(inner)

    def _linked(self, child: HtmlElement, node: Node, state: _State) -> _State:
        """What holds inside a link."""
        anchor = self._anchor(child, node)
        if anchor is None:
            return state
        node.last_anchor = len(self.anchors)
        return _State(anchor, state.clock, state.heading, state.paragraph)

    def _anchor(self, element: HtmlElement, node: Node) -> Anchor | None:
        href = element.get("href")
        if not href:
            return None
        url = self._urls.get(href)
        if url is None:
            url = self._urls[href] = addresses.resolved(href, self.base)
        if not url:
            return None
        anchor = Anchor(element, url, node, len(self.units))
        self.anchors.append(anchor)
        return anchor

    def flush(self) -> None:
        """The unit that was being gathered is complete."""
        if not self._said:
            return
        said, self._said = self._said, []
        pieces = said if len(said) == 1 else [(text, state) for text, state in said if not text.isspace()]
        if len(pieces) == 1:
            self._whole(*pieces[0], self._holder)
        else:
            text = flat("".join([text for text, _ in said]))
            self._mixed(text, pieces, self._holder)
        if self._unfinished:
            for node in self._unfinished:
                node.last = len(self.units)
            self._unfinished.clear()

    def _whole(self, text: str, state: _State, node: Node) -> Unit | None:
        """A unit of one piece."""
        text = flat(text)
        if not text or not (text[0].isalnum() or _WORDY.search(text)):
            return None
        anchor, linked = state.anchor, 0
        if anchor is not None:
            anchor.say(text)
            linked = len(text)
        unit = Unit(text, anchor, state.clock, node, state.heading, state.paragraph, weight(text), linked)
        self.units.append(unit)
        return unit

    def _mixed(self, text: str, said: list[tuple[str, _State]], node: Node) -> None:
        """A unit of several pieces, whose text is `text`."""
        if not _WORDY.search(text):
            return
        pieces = [Piece(flat(part), state.anchor, state.clock) for part, state in said]
        linked = 0
        for piece in pieces:
            if piece.anchor is not None:
                piece.anchor.say(piece.text)
                linked += len(piece.text)
        first, state = pieces[0].anchor, said[0][1]
        whole = first if all(p.anchor is first for p in pieces) else None
        self.units.append(Unit(text, whole, None, node, state.heading, state.paragraph, weight(text), linked, pieces))


def _inside(child: HtmlElement, tag: str, state: _State) -> _State:
    if tag == "time":
        return _State(state.anchor, child.get("datetime") or "", state.heading, state.paragraph)
    heading, paragraph = (state.heading, True) if tag == "p" else (True, state.paragraph)
    return _State(state.anchor, state.clock, heading, paragraph)


def _is_menu(element: HtmlElement) -> bool:
    """Whether it is the page's own frame, which may hold four fifths of its links and is passed over.

    It is walked where it holds the headline or is called a block of teasers: by a heading in it, or by its first words.
    """
    if any(above.tag in _PIECE for above in element.iterancestors()):
        return False
    if len(list(islice(element.iter("a"), _MENU))) < _MENU:
        return False
    first = islice((t for t in element.itertext() if not t.isspace()), 2)
    over = [*element.iter(*_HEADINGS)]
    names = (*first, *(h.text_content() for h in over))
    return not any(h.tag == "h1" for h in over) and not any(
        headings.kind_of(" ".join(name.split())) in KEPT_BRIEFS for name in names
    )


def _has_words(text: str | None, children: list[HtmlElement]) -> bool:
    """Whether words stand in the element itself, beside its children: then inline children are part of a sentence."""
    if text and not text.isspace() and _WORDY.search(text):
        return True
    for child in children:
        tail = child.tail
        if tail and not tail.isspace() and _WORDY.search(tail):
            return True
    return False
