"""Rows that each begin with a clock, under a heading that is known: with or without links, in any markup.

The form of the first site: `18:27`, a tag, a paragraph; then the next row. Where each row is an element of its own, that says
where it ends; where the rows lie flat beside each other, the rows before say how long the last one is.
"""

from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise

from newsloom.news.items import KEPT_BRIEFS, BriefKind
from scraper.extract.briefs.outline import Node, Outline, Unit
from scraper.extract.briefs.rows import Group, Row

_TEXT = 40
"""Weight from which a text is a row's paragraph or headline, not its tag."""
_FAR = 8
"""Units from one clock to the next at most."""

IsClock = Callable[[Unit], bool]


def clocked_groups(page: Outline, known: dict[int, BriefKind], is_clock: IsClock) -> list[Group]:
    """The blocks of such rows, in page order."""
    groups: list[Group] = []
    stops = [*list(known)[1:], len(page.units)]
    for (heading, kind), stop in zip(known.items(), stops, strict=False):
        if groups and heading < groups[-1].last:
            continue
        rows = _rows(page, heading + 1, stop, is_clock)
        if rows and (len(rows) > 1 or kind in KEPT_BRIEFS):
            groups.append(Group(rows, _common(page, rows), heading, kind, sure=True))
    return groups


def _rows(page: Outline, start: int, stop: int, is_clock: IsClock) -> list[Row]:
    clocks = _clocks(page, start, stop, is_clock)
    if not clocks:
        return []
    lead = clocks[0] - start
    if lead and page.units[start].weight >= _TEXT:
        return []  # the clock ends the row, it does not begin it
    rows = _by_element(page, clocks, start, stop) or _flat(page, clocks, lead, stop)
    good = [r for r in rows if _says_something(page, r)]
    return good if len(good) == len(rows) else []


def _clocks(page: Outline, start: int, stop: int, is_clock: IsClock) -> list[int]:
    found: list[int] = []
    i = start
    while i < stop and i - (found[-1] if found else start - 1) <= (_FAR if found else 2):
        if is_clock(page.units[i]):
            found.append(i)
        i += 1
    return found


def _by_element(page: Outline, clocks: list[int], start: int, stop: int) -> list[Row]:
    """Rows that are siblings, each with one clock, with nothing between them."""
    if len(clocks) < 2:
        return []
    nodes = [_largest(page.units[c].node, clocks, start) for c in clocks]
    if any(n.up is not nodes[0].up for n in nodes) or nodes[0].first != start or nodes[-1].last > stop:
        return []
    if any(a.last != b.first for a, b in pairwise(nodes)):
        return []
    return [Row(n.first, n.last, node=n) for n in nodes]


def _largest(node: Node, clocks: list[int], start: int) -> Node:
    """The largest element around one that holds the same clock and no other."""
    for outer in node.line():
        others = bisect_left(clocks, outer.last) - bisect_left(clocks, outer.first) > 1
        if outer.first < start or others:
            break
        node = outer
    return node


def _flat(page: Outline, clocks: list[int], lead: int, stop: int) -> list[Row]:
    starts = [c - lead for c in clocks]
    rows = [Row(a, b) for a, b in pairwise(starts)]
    texts = [_first_text(page, c, row.last) for c, row in zip(clocks, rows, strict=False)]
    last = clocks[-1]
    end = _first_text(page, last, min(stop, last + _FAR)) + 1
    if rows and any(row.last != text + 1 for row, text in zip(rows, texts, strict=True)):
        end = max(end, starts[-1] + max(row.last - row.first for row in rows))
    return [*rows, Row(starts[-1], min(end, stop))] if end > 0 else rows


def _first_text(page: Outline, start: int, stop: int) -> int:
    return next((i for i in range(start, stop) if page.units[i].weight >= _TEXT), -1)


def _says_something(page: Outline, row: Row) -> bool:
    return any(u.weight >= _TEXT or (u.anchor and u.weight >= 15) for u in page.units[row.first : row.last])


def _common(page: Outline, rows: list[Row]) -> Node:
    first, last = rows[0].first, rows[-1].last
    return next(n for n in page.units[first].node.line() if n.first <= first and last <= n.last)
