"""Groups of rows in an outline: stretches of units that are teasers of other pieces, by the shape of where they stand.

Two ways, the first being the surer: rows that begin with a clock under a heading that is known (they may have no link at
all); and articles that are linked from repeated places.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from lxml.html import HtmlElement

from newsloom.news import identity
from newsloom.news.items import KEPT_BRIEFS, BriefKind
from scraper.extract import addresses
from scraper.extract.briefs import headings
from scraper.extract.briefs.outline import INLINE, Anchor, Node, Outline, Unit
from scraper.extract.words import weight

_LONG = 80
"""Weight from which a text reads as a paragraph."""
_ROW_UNITS = 12
_ROW_TEXT = 1_000
"""A row is short: more units or characters than this and it is something else."""
_NEAR = 3
"""A body's paragraphs are its element's children or grandchildren; deeper text is a caption, a teaser, a form."""
_USUAL = 0.25
"""Of a body's paragraphs."""
_SHARE = 0.25
"""Of the running text of the longest piece on a page, what makes another one."""
_PIECES = 12
"""More of one name are comments."""
_SAID = 40
"""Weight from which the words of a link are no name of a section."""
_TEASER = 28
"""Typical weight of rows that are teasers beyond doubt."""
_NAME = 32
"""Weight up to which the words of a link to a section are its name."""
_HEADLINE = 22
"""Weight from which the words of a link may be a headline."""


@dataclass(slots=True, eq=False)
class Row:
    """Units `first` to `last` are one teaser."""

    first: int
    last: int
    key: str = ""
    node: Node | None = None
    leads: list[Anchor] | None = None
    """What leads_of gives, once it was asked for."""


@dataclass(slots=True, eq=False)
class Group:
    rows: list[Row]
    parent: Node
    heading: int | None = None
    """The unit that stands over it."""
    kind: BriefKind | None = None
    sure: bool = False
    """Its form leaves no doubt that it is one: no more is asked of its rows."""
    led: bool = False
    """Its row begins with words like `Read also:`."""

    @property
    def first(self) -> int:
        return self.rows[0].first

    @property
    def last(self) -> int:
        return max(r.last for r in self.rows)


@dataclass(slots=True, eq=False)
class Body:
    """Where the article's own paragraphs stand: units in the element that holds most of the running text."""

    node: Node | None
    paragraphs: list[int]
    more: Sequence["Body"] = ()
    """Its further pieces, or the articles that follow it on the same page."""
    tags: Sequence[object] = ()
    """Of which tag each paragraph is."""
    usual: set[object] = field(init=False)
    """The tags of most: a line under the article, on who wrote it, may be of another."""
    own: frozenset[int] = field(init=False)
    """The same units, to look one up."""
    _around: frozenset[Node] = field(init=False)

    def __post_init__(self) -> None:
        self.own = frozenset(self.paragraphs)
        tags = self.tags
        self.usual = {tag for tag in set(tags) if tags.count(tag) >= _USUAL * len(tags)}
        self._around = frozenset(self.node.line()) if self.node else frozenset()

    def around(self, group: "Group") -> bool:
        """Whether a group stands in the body's element, with paragraphs both before and after."""
        return self._is_around(group) or any(piece.around(group) for piece in self.more)

    def _is_around(self, group: "Group") -> bool:
        if not self.paragraphs or not self.paragraphs[0] < group.first or self.paragraphs[-1] < group.last:
            return False
        if not any(n is self.node for n in group.parent.line()):
            return False
        return any(tag in self.usual for tag in self.tags[bisect_left(self.paragraphs, group.last) :])

    def holds(self, node: Node) -> bool:
        """Whether `node` is the body's element, or one around it."""
        return node in self._around


def find_body(page: Outline, taken: Sequence[Group]) -> Body:
    """The element with most running text, rows of blocks not counted."""
    inside = {i for g in taken for i in range(g.first, g.last)}
    long = [i for i, unit in enumerate(page.units) if unit.weight >= _LONG and _is_prose(unit) and i not in inside]
    wrapped = {i: _wrapped(page.units[i].node) for i in long}
    scores: dict[Node, float] = {}
    for i, outer in wrapped.items():
        size = min(page.units[i].weight, 600)
        for node, share in zip(outer.line(), (0.3, 1.0, 0.5, 0.25), strict=False):
            scores[node] = scores.get(node, 0.0) + size * share
    if not scores:
        return Body(None, [])
    alike = _alike(page, max(scores, key=scores.__getitem__), scores)
    first, *more = [_body(page, node, wrapped) for node in alike]
    first.more = more
    return first


def _body(page: Outline, node: Node, wrapped: dict[int, Node]) -> Body:
    own = _own(page, node, wrapped)
    return Body(node, own, tags=[_block_tag(page.units[i].node) for i in own])


def _block_tag(node: Node) -> object:
    """The tag of the nearest element that is no word's."""
    around: Node | None = node
    while around is not None:
        if (tag := around.element.tag) not in INLINE:
            return tag
        around = around.up
    return None


def _wrapped(node: Node) -> Node:
    """The outermost element that holds no more than this one does: some systems put each paragraph into two or three."""
    for _ in range(_NEAR):
        up = node.up
        if up is None or up.last - up.first > 1 or up.element.tag == "figure":
            break
        node = up
    return node


def _own(page: Outline, body: Node, wrapped: dict[int, Node]) -> list[int]:
    own = [i for i, outer in wrapped.items() if body.first <= i < body.last and outer.depth - body.depth <= _NEAR]
    texts = [page.units[i].text for i in own]
    if len(set(texts)) == len(texts):
        return own
    seen = Counter(texts)
    return [i for i, text in zip(own, texts, strict=True) if seen[text] == 1]


def _alike(page: Outline, best: Node, scores: dict[Node, float]) -> list[Node]:
    """The element and those of its name that hold as much, from the headline on: an article in pieces, or one after another."""
    name, tag = best.element.get("class"), best.element.tag
    if not name:
        return [best]
    enough = _SHARE * scores[best]
    found = [
        n for n, score in scores.items() if score >= enough and n.element.get("class") == name and n.element.tag == tag
    ]
    found = [n for n in found if n.first > page.headline]
    return sorted(found, key=lambda n: n.first) if 1 < len(found) <= _PIECES else [best]


def _is_prose(unit: Unit) -> bool:
    return not unit.node.chrome and not unit.heading and unit.linked < 0.4 * len(unit.text)


# Headings


def known_headings(page: Outline) -> dict[int, BriefKind]:
    """Units that are words over a block. A label that rows repeat ("Read more") is none."""
    found: dict[int, BriefKind] = {}
    for i, unit in enumerate(page.units):
        if len(unit.text) > headings.LONGEST:
            continue
        kind = _kind_of_heading(unit) if unit.heading else headings.kind_of(unit.text)
        if kind is not None and not _calls_to_action(page, i, unit) and not _is_menu_item(page, i, unit):
            found[i] = kind
    labels = [i for i in found if page.units[i].anchor is not None and not page.units[i].heading]
    if not labels or len(found) < _OFTEN:
        return found
    seen = Counter(headings.folded(page.units[i].text) for i in found)
    return {
        i: kind for i, kind in found.items() if i not in labels or seen[headings.folded(page.units[i].text)] < _OFTEN
    }


_OFTEN = 4


def _kind_of_heading(unit: Unit) -> BriefKind | None:
    if unit.anchor is not None and addresses.is_article_like(unit.anchor.url):
        return headings.kind_of(unit.text)
    kind = headings.kind_of_heading(unit.text)
    return BriefKind.LATEST if kind is None and headings.is_section(unit.text) else kind


def _calls_to_action(page: Outline, index: int, unit: Unit) -> bool:
    """A "Read more" that is a link to what the text before it is about."""
    if unit.anchor is None or unit.heading:
        return False
    if unit.anchor.key != page.key and addresses.is_article_like(unit.anchor.url):
        return True
    return any(
        other.anchor is not None and other.anchor.key == unit.anchor.key
        for other in page.units[max(0, index - 4) : index]
    )


def _is_menu_item(page: Outline, index: int, unit: Unit) -> bool:
    """A link among links of the same look ("Latest" in a menu)."""
    if unit.anchor is None or unit.heading:
        return False
    for other in page.units[max(0, index - 1) : index] + page.units[index + 1 : index + 2]:
        if other.anchor is not None and other.node.depth == unit.node.depth and not other.heading:
            mine, theirs = unit.anchor.element, other.anchor.element
            if mine.get("class") == theirs.get("class") and _tag_above(mine) == _tag_above(theirs):
                return True
    return False


def _tag_above(element: HtmlElement) -> object:
    parent = element.getparent()
    return parent.tag if parent is not None else None


# Rows that are links


def candidates(page: Outline) -> list[Anchor]:
    """Links that may lead to articles, each judged mildly: its group is judged later."""
    kept = []
    for anchor in page.anchors:
        if _may_lead(page, anchor) and (key := anchor.key) != page.key:
            kept.append(anchor)
            anchor.node.leads_to(key)
    return kept


def _may_lead(page: Outline, anchor: Anchor) -> bool:
    text = anchor.text
    if anchor.last > anchor.first and anchor.first < len(page.units):
        unit = page.units[anchor.first]
        if unit.anchor is None and len(unit.text) > 100 and len(text) < 0.6 * len(unit.text):
            return False  # a link inside a paragraph
    label = headings.kind_of(text) is not None
    if label and anchor.node.chrome:
        return False
    size = len(text) if len(text) > _NAME else weight(text)  # no more is asked than whether it is longer than a name
    if label or size < _HEADLINE:
        return addresses.is_article_like(anchor.url) and not addresses.is_menu_like(anchor.url)
    return not addresses.is_menu_like(anchor.url) and not _names_section(page, anchor, size)


def _names_section(page: Outline, anchor: Anchor, size: int) -> bool:
    """A long name of a section over a headline ("Technology & Science"), which would part the row in two."""
    if size > _NAME or not addresses.is_section_like(anchor.url) or addresses.is_article_like(anchor.url):
        return False
    row = _tag_above(anchor.element) == "li"
    return not row and not (anchor.first < len(page.units) and page.units[anchor.first].heading)


def linked_groups(page: Outline, links: Sequence[Anchor], known: dict[int, BriefKind], body: Body) -> list[Group]:
    """Rows that are links, grouped by the element whose children they are, adjacent groups of one block joined."""
    barriers = sorted({*known, page.headline, *body.paragraphs})
    rows: dict[int, Row] = {}
    parents: dict[int, list[Row]] = {}
    node: Node | None = None
    for anchor in links:
        if (
            node is not None
            and node.first_anchor <= anchor.node.first_anchor < node.last_anchor
            and bisect_left(barriers, node.first) == bisect_left(barriers, node.last)
        ):
            continue  # the picture or the "Read more" of the row just found, which nothing parts
        node = _row_of(page, anchor, barriers, body)
        if id(node) in rows or node.up is None:
            continue
        row = Row(node.first, max(node.last, node.first), anchor.key, node)
        if row.last == row.first:
            continue
        rows[id(node)] = row
        parents.setdefault(id(node.up), []).append(row)
    groups: list[Group] = []
    for members in parents.values():
        up = members[0].node.up if members[0].node else None
        if up is not None:
            parts = _split(sorted(members, key=lambda r: r.first), known, page, body)
            groups.extend(Group(part, up) for part in parts)
    groups.sort(key=lambda g: g.first)
    for group in groups:
        group.heading = _heading_over(page, group, known)
    joined = _joined(page, groups, body)
    for group in joined:
        _take_what_follows(page, group, known, body)
    return joined


def _row_of(page: Outline, anchor: Anchor, barriers: Sequence[int], body: Body) -> Node:
    """The largest element around a link that is about nothing else."""
    row = anchor.node
    over, under = bisect_left(barriers, anchor.first), bisect_left(barriers, anchor.last)
    before = barriers[over - 1] if over else -1
    after = barriers[under] if under < len(barriers) else len(page.units)
    for node in anchor.node.line():
        if node.up is None or node.many or node.last - node.first > _ROW_UNITS or body.holds(node):
            break
        if node.first <= before or node.last > after:
            break
        row = node
    return row


def _split(rows: list[Row], known: dict[int, BriefKind], page: Outline, body: Body) -> list[list[Row]]:
    """Children of one element, cut where a heading or a paragraph stands between two of them."""
    parts = [[rows[0]]]
    for before, row in pairwise(rows):
        if before.last < row.first and _part(before, row, known, page, body):
            parts.append([])
        parts[-1].append(row)
    return parts


def _part(before: Row, row: Row, known: dict[int, BriefKind], page: Outline, body: Body) -> bool:
    """Whether what stands between two rows parts them."""
    alike = _made_alike(before, row)
    return any(
        (i in known and not (alike and _is_ad_label(page, known, i))) or _stands_between(page, body, i)
        for i in range(before.last, row.first)
    )


def _made_alike(one: Row, other: Row) -> bool:
    """Whether two rows are elements of one name."""
    if one.node is None or other.node is None:
        return False
    mine, theirs = one.node.element, other.node.element
    return mine.tag == theirs.tag and mine.get("class") == theirs.get("class")


def _is_ad_label(page: Outline, known: dict[int, BriefKind], index: int) -> bool:
    """An "Advertisement" that may stand over the place of an advertisement only: no heading of rows."""
    return known.get(index) is BriefKind.SPONSORED and not page.units[index].heading


def _stands_between(page: Outline, body: Body, index: int) -> bool:
    """A heading of its own, or the article's text; the linked headline of a row that is no candidate (the page itself) does not."""
    unit = page.units[index]
    return (unit.heading and unit.anchor is None) or index in body.own


def _take_what_follows(page: Outline, group: Group, known: dict[int, BriefKind], body: Body) -> None:
    """Rows that lie flat, a link and then its summary: what stands between two rows belongs to the first."""
    for row, after in pairwise(group.rows):
        if 0 < after.first - row.last <= 3 and row.node is not None and row.node.up is group.parent:
            row.last = after.first
    if len(group.rows) < 2 or group.rows[-1].node is None or group.rows[-1].node.up is not group.parent:
        return
    gaps = {a.last - a.node.last for a in group.rows[:-1] if a.node is not None}
    end = group.rows[-1].last + min(gaps, default=0)
    own = range(group.rows[-1].last, end)
    if end <= group.parent.last and not any(i in known or page.units[i].heading or i in body.own for i in own):
        group.rows[-1].last = end


def _heading_over(page: Outline, group: Group, known: dict[int, BriefKind]) -> int | None:
    """The nearest unit before the group that is a heading, with no more than labels between.

    The label of an advertisement is it only if there is no other: it may belong to the place left for one.
    """
    label = None
    for i in range(group.first - 1, max(group.first - 6, -1), -1):
        unit = page.units[i]
        if i in known and not _is_ad_label(page, known, i):
            return i if label is None or _leads_home(page, group) else label
        if unit.anchor is not None and unit.anchor.key == page.key:
            continue  # the page itself among the rows
        if unit.anchor is not None and unit.weight >= _HEADLINE and (not unit.heading or label is not None):
            break
        if unit.heading and not _in_row(unit) and not _is_kicker(page, group, unit):
            over = i - 1 if i - 1 in known and page.units[i - 1].heading else i  # a heading in two parts
            return over if label is None or _leads_home(page, group) else label
        if unit.weight >= _LONG:
            break
        if i in known and label is None:
            label = i
    return label


def _is_kicker(page: Outline, group: Group, unit: Unit) -> bool:
    """Whether rows of the group say it too: it belongs to a row before them, one that is none (the page itself)."""
    return any(other.text == unit.text for other in page.units[group.first : group.last])


def _leads_home(page: Outline, group: Group) -> bool:
    here = identity.site(page.url)
    urls = urls_of(page, group)
    return sum(identity.site(u) == here for u in urls) > 0.5 * len(urls)


def _in_row(unit: Unit) -> bool:
    return unit.anchor is not None and addresses.is_article_like(unit.anchor.url)


def _joined(page: Outline, groups: list[Group], body: Body) -> list[Group]:
    """Groups that follow each other within one block become one: the columns of a grid, a large first card and a list."""
    out: list[Group] = []
    for group in groups:
        last = out[-1] if out else None
        same = last is not None and group.heading is not None and group.heading == last.heading
        if last is not None and (same or _continues(page, last, group, body)):
            last.rows.extend(group.rows)
            last.parent = common(last.parent, group.parent)
        else:
            out.append(group)
    return out


def common(one: Node, other: Node) -> Node:
    """The nearest element around both."""
    around = {id(n) for n in one.line()}
    return next(n for n in other.line() if id(n) in around)


def _continues(page: Outline, last: Group, group: Group, body: Body) -> bool:
    if group.heading is not None and group.heading >= last.last:
        return False
    if group.first < last.last or group.first - last.last > 3:
        return False
    if any(i in body.own or page.units[i].heading for i in range(last.last, group.first)):
        return False
    both = common(last.parent, group.parent)
    return last.parent.depth - both.depth <= 3 and group.parent.depth - both.depth <= 3


def longest(page: Outline, row: Row) -> int:
    """The weight of a row's longest text."""
    return max((u.weight for u in page.units[row.first : row.last]), default=0)


def reads_as_teasers(page: Outline, group: Group) -> bool:
    """Whether a group looks like articles rather than a menu. A heading that is known makes less do."""
    typical = median(longest(page, row) for row in group.rows)
    urls = urls_of(page, group)
    articles = sum(addresses.is_article_like(u) for u in urls) / max(len(urls), 1)
    in_menu = all(n.chrome for r in group.rows if (n := r.node))
    if group.kind in KEPT_BRIEFS or group.kind in (BriefKind.INLINE, BriefKind.SPONSORED):
        if len(group.rows) == 1 and (in_menu or articles < 0.5 or typical < _HEADLINE):
            return False
        if len({row.first for row in group.rows}) < len(group.rows):
            typical = _links_say(page, group)  # links in one line
        least = _TEASER if in_menu else 15
        return typical >= least and (articles >= 0.5 or typical >= 30) and _links_say(page, group) >= 12
    if in_menu or len(group.rows) < 2:
        return False
    return (typical >= _TEASER and articles >= 0.3) or typical >= 40


def _links_say(page: Outline, group: Group) -> float:
    """The typical weight of what a row's link says: "here" inside a sentence is no teaser."""
    return median(
        max(
            max((weight(a.text) for a in leads_of(page, r) if r.key), default=0),
            max((u.weight for u in page.units[r.first : r.last] if u.heading), default=0),
        )
        for r in group.rows
    )


def leads_of(page: Outline, row: Row) -> list[Anchor]:
    """The links of a row to the article that it is known to be about, else all of them, in page order.

    To be asked for only once the row's ends and its key stand.
    """
    if row.leads is None:
        links = _links_of(page, row)
        row.leads = [a for a in links if a.key == row.key] if row.key else links
    return row.leads


def _links_of(page: Outline, row: Row) -> list[Anchor]:
    if row.node is not None and row.node.first_anchor < row.node.last_anchor:
        return page.anchors[row.node.first_anchor : row.node.last_anchor]
    start = bisect_left(page.anchors, row.first, key=lambda a: a.first)
    stop = bisect_left(page.anchors, row.last, key=lambda a: a.first)
    return [a for a in page.anchors[start:stop] if a.last <= row.last]


def urls_of(page: Outline, group: Group) -> list[str]:
    """The addresses that its rows lead to, at most one a row."""
    return [leads[0].url for r in group.rows if r.key and (leads := leads_of(page, r))]


def without_sections(page: Outline, group: Group) -> list[Row]:
    """The rows of a group of articles without those that link a section or a subject ("More on Europe")."""
    urls = urls_of(page, group)
    if len(urls) < len(group.rows):
        return group.rows
    articles = [addresses.is_article_like(u) for u in urls]
    if all(articles) or sum(articles) < 0.6 * len(urls):
        return group.rows
    shaped = all(_has_headline(page, row) for row, article in zip(group.rows, articles, strict=True) if article)
    return [
        row
        for row, url, article in zip(group.rows, urls, articles, strict=True)
        if article
        or (longest(page, row) >= _HEADLINE and not addresses.is_section_like(url))
        or (shaped and longest(page, row) >= _HEADLINE and _has_headline(page, row))
        or max((weight(a.text) for a in leads_of(page, row)), default=0) >= _SAID
    ]


def _has_headline(page: Outline, row: Row) -> bool:
    """Whether the link of a row is a heading in the page's markup."""
    return any(u.heading and u.anchor is not None and u.anchor.key == row.key for u in page.units[row.first : row.last])
