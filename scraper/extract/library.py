"""The body as trafilatura finds it: the way for pages that are not clear, at some 25 times the cost of a parse."""

from collections.abc import Iterator
from datetime import datetime

from lxml.etree import _Element
from lxml.html import HtmlElement

from scraper.extract import dates
from scraper.extract.parts import Body, Part, parts_of

_LITTLE = 250
_MUCH = 1_000
"""Letters of body, and ..."""
_SHARE = 0.3
"""... share of a page's running text from which trafilatura's own answer is taken. It then compares it with readability's and
justext's, at half of its cost; on 170 of 194 pages with truth its own was as much as this, and the comparison changed none."""


def by_library(tree: HtmlElement, url: str, whole: int) -> Body | None:
    """The body as trafilatura finds it, without its metadata: by itself and with precision first, then compared with other ways,
    by its defaults where that finds little.

    `whole` is how many letters of running text the page has: a body that leaves four fifths of them out is suspicious.
    """
    quick = _trafilatura(tree, url, precision=True, compare=False)
    if quick and quick.size >= max(_MUCH, _SHARE * whole):
        return quick
    precise = _trafilatura(tree, url, precision=True)
    if precise and precise.size >= max(_LITTLE, 0.2 * whole):
        return precise
    usual = _trafilatura(tree, url, precision=False)
    if precise is None or (usual and usual.size > 1.5 * precise.size):
        return usual
    return precise


def found_date(tree: HtmlElement, url: str, fetched: datetime, zone: str) -> datetime | None:
    """The day of publication as htmldate finds it in a page that names none in any usual place; midnight in `zone`."""
    from htmldate import find_date  # noqa: PLC0415  it brings dateparser, only where it is needed

    day = find_date(
        tree, url=url, original_date=True, extensive_search=False, max_date=fetched.date().isoformat()
    )  # its extensive search makes up a first of January where only a year stands, and may take 1.5 s
    return dates.parse(day, zone=zone) if day else None


def _trafilatura(tree: HtmlElement, url: str, *, precision: bool, compare: bool = True) -> Body | None:
    from trafilatura import bare_extraction  # noqa: PLC0415  37 MB and 0.5 s, only where it is needed

    # with links or images asked for it chooses other, worse bodies; the page's own parts bring them back
    found = bare_extraction(
        tree, url=url, favor_precision=precision, include_comments=False, include_formatting=True, fast=not compare
    )
    if found is None or isinstance(found, dict) or found.body is None:
        return None
    parts = tuple(_from_library(found.body, url))
    return Body(parts=_as_on_page(parts, tree, url), origin="trafilatura") if parts else None


def _as_on_page(parts: tuple[Part, ...], tree: HtmlElement, url: str) -> tuple[Part, ...]:
    """The same paragraphs as the page has them, with their links, and the figures that stand between two of them."""
    page = parts_of(tree, url)
    places: dict[str, int] = {}
    for number, part in enumerate(page):
        if part.text:
            places.setdefault(part.text, number)
    found: list[Part] = []
    last = -1
    for part in parts:
        place = places.get(part.text, -1)
        if place > last >= 0:
            between = page[last + 1 : place]
            found.extend(p for p in between if p.tag == "figure" and len(between) <= 3)
        found.append(page[place] if place >= 0 else part)
        last = place if place >= 0 else last
    return tuple(found)


_LIBRARY_TAGS = {"head": "h2", "quote": "blockquote", "list": "ul", "item": "li", "ref": "a", "graphic": "img", "lb": "br",
                 "hi": "strong", "row": "tr", "cell": "td", "del": "del"}  # fmt: skip


def _from_library(body: _Element, url: str) -> Iterator[Part]:
    """trafilatura's own XML, renamed to HTML in place and written by our serializer."""
    for element in body.iter():
        if not isinstance(element.tag, str):
            continue
        rend = element.get("rend") or ""
        if element.tag == "head" and rend in ("h3", "h4"):
            element.tag = rend
        elif element.tag == "list" and rend == "ol":
            element.tag = "ol"
        elif element.tag == "hi":
            element.tag = {"#b": "strong", "#i": "em", "#sup": "sup", "#sub": "sub"}.get(rend, "span")
        else:
            element.tag = _LIBRARY_TAGS.get(element.tag, element.tag)
        if element.tag == "a":
            element.set("href", element.get("target") or "")
    yield from parts_of(body, url, skip=lambda _: False)
