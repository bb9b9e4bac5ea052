"""The promo of another article at the head of a body: its headline, then its lead cut in mid-sentence (`... said the ...`)."""

import re
from collections.abc import Sequence

from newsloom.news.identity import similar
from newsloom.news.items import BriefKind
from scraper.extract.briefs.outline import Outline, Unit
from scraper.extract.briefs.rows import Body, Group, Row

_CUT = re.compile(r"\w\s?(?:\.\.\.|…)$")
_SENTENCE = re.compile(r"[.!?。！？।]$")
_LEAD = range(80, 261)
"""Weight of a lead that was cut."""
_HEADLINE = range(20, 161)


def promo(page: Outline, body: Body, taken: Sequence[Group]) -> Group | None:
    """The promo, if the body begins with one: a group of one row, inline."""
    if len(body.paragraphs) < 3 or not page.title:
        return None
    inside = {i for g in taken for i in range(g.first, g.last)}
    for i in range(max(body.paragraphs[0] - 2, 0), body.paragraphs[0] + 1):
        if i + 1 < len(page.units) and not inside & {i, i + 1} and _is_promo(page, body, i):
            return Group([_row(page, i)], page.units[i].node.up or page.root, None, BriefKind.INLINE, sure=True)
    return None


def _is_promo(page: Outline, body: Body, index: int) -> bool:
    headline, lead = page.units[index], page.units[index + 1]
    if headline.weight not in _HEADLINE or lead.weight not in _LEAD or not _CUT.search(lead.text):
        return False
    if _SENTENCE.search(headline.text) or similar(headline.text, page.title) > 0.5:
        return False
    if (_leads_home(page, headline) or _leads_home(page, lead)) or (headline.anchor is None and headline.linked):
        return False
    start = lead.text.rstrip(".…").strip()
    return not any(page.units[i].text.startswith(start) for i in body.paragraphs if i != index + 1)


def _leads_home(page: Outline, unit: Unit) -> bool:
    return unit.anchor is not None and unit.anchor.key == page.key


def _row(page: Outline, index: int) -> Row:
    units = page.units[index : index + 2]
    anchor = next((u.anchor for u in units if u.anchor is not None), None)
    return Row(index, index + 2, anchor.key if anchor else "")
