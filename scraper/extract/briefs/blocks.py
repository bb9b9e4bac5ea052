"""The door: a parsed page in, its blocks of teasers out."""

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import attrgetter

from lxml.etree import _Element
from lxml.html import HtmlElement

from newsloom.news import identity
from newsloom.news.items import KEPT_BRIEFS, Brief, BriefKind
from scraper.extract import addresses
from scraper.extract.briefs import headings
from scraper.extract.briefs.clocked import clocked_groups
from scraper.extract.briefs.fields import Seen, briefs_of, clock_of, main_anchor
from scraper.extract.briefs.outline import Node, Outline, outline
from scraper.extract.briefs.promo import promo
from scraper.extract.briefs.rows import (
    Body,
    Group,
    Row,
    candidates,
    find_body,
    known_headings,
    linked_groups,
    reads_as_teasers,
    without_sections,
)
from scraper.extract.words import Said, weight

_MOST_LINKS = 3_000
"""A page with more is a list of everything; nothing on it stands out as a block."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of teasers."""

    elements: tuple[HtmlElement, ...]
    """All that belongs to it and to nothing else, its heading included: not the article's. None is inside another."""
    briefs: tuple[Brief, ...]
    """Its rows. Empty for kinds nobody asks for, and for a copy of a block that the page shows twice (narrow and wide screens)."""
    kind: BriefKind | None
    """None for what asks readers to comment: it is no block of teasers, nor the article's."""


def find_blocks(
    tree: HtmlElement,
    url: str,
    *,
    fetched: datetime,
    zone: str,
    language: str = "",
    kinds: Container[BriefKind] = frozenset(BriefKind),
    texts: dict[_Element, Said] | None = None,
) -> tuple[Block, ...]:
    """The blocks of the page at `url`, fetched at `fetched` (its clocks show `zone`), in page order. Leaves `tree` as it is.
    What each element says that holds nothing but a text is put into `texts`.

    The rows of blocks of other `kinds` are not read: a third of what reading blocks costs is the menus and lists of a site.
    """
    page = outline(tree, url, texts)
    if len(page.anchors) > _MOST_LINKS:
        return ()
    seen = Seen(at=fetched.replace(second=0, microsecond=0), zone=zone, language=language)
    known = known_headings(page)
    clocked = clocked_groups(page, known, lambda unit: clock_of(unit, seen) is not None)
    body = find_body(page, clocked)
    linked = linked_groups(page, candidates(page), known, body)
    head = promo(page, body, clocked)
    rows = [*clocked, *([head] if head else [])]
    rows += [g for g in linked if not _overlap(g, rows) and not _is_led(page, g)]
    groups = sorted([*rows, *_led(page, rows)], key=lambda g: g.first)
    return (*_blocks(page, groups, known, body, seen, kinds), *_prompts(page, body))


def _overlap(group: Group, others: Sequence[Group]) -> bool:
    return any(group.first < o.last and o.first < group.last for o in others)


def _is_led(page: Outline, group: Group) -> bool:
    """Whether it is one line of which all is a link, its first words included."""
    alone = len(group.rows) == 1 and group.last == group.first + 1
    led = headings.led_by(page.units[group.first].text) if alone else None
    return led is not None and led[0] in KEPT_BRIEFS


def _led(page: Outline, groups: Sequence[Group]) -> Iterator[Group]:
    """Lines like `Read also: A headline`, the headline being a link."""
    taken = {i for g in groups for i in range(g.first, g.last)}
    for i, unit in enumerate(page.units):
        led = headings.led_by(unit.text) if unit.linked and i not in taken and len(unit.text) < 300 else None
        if led and led[0] in KEPT_BRIEFS:
            anchor = main_anchor(page, Row(i, i + 1))
            if anchor and len(anchor.text) >= 0.5 * len(led[1]):
                yield Group([Row(i, i + 1, anchor.key, unit.node)], unit.node, None, led[0], led=True)


def _blocks(  # noqa: PLR0917
    page: Outline,
    groups: list[Group],
    known: dict[int, BriefKind],
    body: Body,
    seen: Seen,
    kinds: Container[BriefKind],
) -> Iterator[Block]:
    shown: set[tuple[BriefKind, frozenset[str]]] = set()
    for group in groups:
        _decide_kind(page, group, known, body)
        if not group.sure and not reads_as_teasers(page, group):
            continue
        group.rows = without_sections(page, group)
        kind = group.kind or BriefKind.LATEST
        briefs = briefs_of(page, group, kind, seen) if kind in kinds else ()
        if kind in kinds and not briefs:
            continue
        copy = (kind, frozenset(addresses.key(b.url) or b.text for b in briefs))
        elements = _outermost(_nodes(page, group)) if _may_be_cut(page, group, body) else ()
        yield Block(elements=elements, briefs=() if copy in shown else briefs, kind=kind)
        shown.add(copy)


def _outermost(nodes: Iterable[Node]) -> tuple[HtmlElement, ...]:
    """Each once, in order, without those that another one holds: a heading, say, that repeats inside a row."""
    found = dict.fromkeys(nodes)
    held = {up for up in {n.up for n in found} if up is not None and any(above in found for above in up.line())}
    return tuple(n.element for n in found if n.up not in held)


def _prompts(page: Outline, body: Body) -> Iterator[Block]:
    """What asks to comment after the article's last paragraph, inside the element that holds the article."""
    if body.node is None or not body.paragraphs:
        return
    for i in range(body.paragraphs[-1] + 1, body.node.last):
        if headings.asks_to_comment(page.units[i].text):
            yield Block(elements=tuple(n.element for n in _spanning(page, i, i + 1)), briefs=(), kind=None)


def _decide_kind(page: Outline, group: Group, known: dict[int, BriefKind], body: Body) -> None:
    if group.kind is None and group.heading is not None:
        group.kind = known.get(group.heading)
    if group.kind is None and len(group.rows) == 1:
        group.kind = _kind_by_label(page, group.rows[0])
    if group.kind is None:
        group.kind = _kind_by_class(group, body)
        if group.kind in KEPT_BRIEFS and _under_a_name(page, group):
            group.kind = BriefKind.LATEST
    if group.kind in KEPT_BRIEFS and (len(group.rows) > _MOST or _over_the_headline(page, group, body)):
        group.kind = BriefKind.LATEST
    inside = body.around(group)
    if inside and (group.kind in KEPT_BRIEFS or (group.kind is None and _is_box(page, group))):
        group.kind = BriefKind.INLINE


def _under_a_name(page: Outline, group: Group) -> bool:
    """Whether its heading is a word or two that say nothing of the kind: the name of a section."""
    return (
        group.heading is not None
        and page.units[group.heading].heading
        and len(page.units[group.heading].text.split()) <= 2
    )


def _kind_by_label(page: Outline, row: Row) -> BriefKind | None:
    """The kind of a card whose first words are `Read also`, in the link that holds all of it."""
    label = page.units[row.first]
    within = label.anchor is not None and label.anchor.key == row.key and row.last - row.first > 1
    kind = headings.kind_of(label.text) if within else None
    return kind if kind in KEPT_BRIEFS else None


def _over_the_headline(page: Outline, group: Group, body: Body) -> bool:
    """Before the article begins: what the top of a site shows, a menu's "Dive deeper" among it."""
    return bool(body.paragraphs) and group.last <= page.headline < body.paragraphs[0]


_BOXES = frozenset(("div", "aside", "section", "article", "figure", "ul", "li", "blockquote"))
_MOST = 40
"""Rows; what shows more is a list of everything, whatever its heading says."""
_PROSE = 80
"""Weight from which a text without links is running text."""
_HEADLINE = 28
"""Weight of a text that is a headline rather than a name."""


def _is_box(page: Outline, group: Group) -> bool:
    """Whether each row is a card between two paragraphs: an element of its own that says little beside its link."""
    here = identity.site(page.url)
    for row in group.rows:
        anchor = main_anchor(page, row)
        if row.node is None or row.node.element.tag not in _BOXES or anchor is None:
            return False
        texts = page.units[row.first : row.last]
        said, linked = sum(len(u.text) for u in texts), sum(u.linked for u in texts)
        if identity.site(anchor.url) != here or said > 400 or linked < 0.5 * said or weight(anchor.text) < _HEADLINE:
            return False
    return len(group.rows) <= 3


def _kind_by_class(group: Group, body: Body) -> BriefKind | None:
    if group.parent.chrome:
        return None
    for node in group.parent.line():
        if body.holds(node) or node.up is None or node.depth < 3:
            return None
        names = f"{node.element.get('class', '')} {node.element.get('id', '')}"
        kind = headings.kind_of_classes(names)
        if kind is not None:
            return kind
    return None


def _may_be_cut(page: Outline, group: Group, body: Body) -> bool:
    """Whether all of a block is surely no text of the article: a block that only looks like one may hold the article itself."""
    if group.sure or (group.kind in KEPT_BRIEFS and group.heading is not None):
        return True
    if group.kind is None and body.node is not None and any(n is body.node for n in group.parent.line()):
        return False
    if any(group.first <= i < group.last for i in body.paragraphs):
        return False
    texts = page.units[group.first : group.last]
    prose = sum(len(u.text) for u in texts if u.weight >= _PROSE and not u.linked)
    return prose <= (sum(u.linked for u in texts) if group.kind else 0)


def _nodes(page: Outline, group: Group) -> Iterator[Node]:
    """All of a group, with its heading if that stands right over it."""
    near = group.heading is not None and group.first - group.heading <= 5
    return _spanning(page, group.heading if near and group.heading is not None else group.first, group.last)


def _spanning(page: Outline, first: int, last: int) -> Iterator[Node]:
    """The largest elements whose units are all among these."""
    start = bisect_left(page.nodes, first, key=_FIRST)
    for node in islice(page.nodes, start, None):
        if node.first >= last:
            return
        if node.first < node.last <= last:
            up = node.up
            if up is None or up.first < first or up.last > last:
                yield node


_FIRST = attrgetter("first")
