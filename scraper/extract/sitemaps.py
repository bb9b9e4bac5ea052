"""Sitemaps (sitemaps.org 0.9) with the news extension (Google, sitemap-news 0.9), their indexes, and plain lists of addresses."""

import io
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml import etree

from newsloom.news.identity import normalize
from newsloom.news.memory import Found, Role
from scraper.extract import dates
from scraper.extract.documents import Ask, SitemapDocument

_NAMES = frozenset({"loc", "lastmod", "publication_date", "title", "language"})
_FOREIGN = frozenset({"image", "video"})
"""Extensions whose `loc` and `title` are not the page's."""


def sitemap(text: str, ask: Ask) -> SitemapDocument:
    """The addresses of a urlset, or the sitemaps of an index. Of a file that breaks off, what came before."""
    rows = _Rows(text)
    found = [_found(row, role, ask) for role, row in rows]
    return _newest([one for one in found if one.url], ask, whole=rows.whole)


def addresses(text: str, ask: Ask) -> SitemapDocument:
    """An address a line. The last line of a file that is cut off may be half an address: it counts if it ends its line."""
    urls = (normalize(line.strip(), ask.url) for line in text.splitlines())
    return _newest([Found(url=url) for url in urls if url], ask, whole=True)


class _Rows:
    """The `url` and `sitemap` elements of a text one by one, as their children's texts; `whole` is known after the last."""

    def __init__(self, text: str) -> None:
        self.whole = True
        self._body = text.encode("utf-8", "replace")

    def __iter__(self) -> Iterator[tuple[Role, dict[str, str]]]:
        events = etree.iterparse(
            io.BytesIO(self._body),
            events=("end",),
            encoding="utf-8",  # what the declaration says was heeded when the text was decoded
            recover=False,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for _, element in events:
                name = etree.QName(element).localname
                if name in ("url", "sitemap"):
                    yield Role.SITEMAP if name == "sitemap" else Role.ARTICLE, _texts(element)
                    element.clear()
                    above = element.getparent()
                    if above is not None:
                        del above[: above.index(element)]
        except etree.XMLSyntaxError:
            self.whole = False


def _texts(element: etree._Element) -> dict[str, str]:
    texts: dict[str, str] = {}
    for part in element.iter():
        if not isinstance(part.tag, str):  # an entity that is not expanded
            continue
        above = part.getparent()
        name = etree.QName(part).localname
        foreign = above is not None and isinstance(above.tag, str) and etree.QName(above).localname in _FOREIGN
        if name in _NAMES and not foreign:
            texts.setdefault(name, " ".join("".join(part.itertext()).split()))
    return texts


def _found(row: dict[str, str], role: Role, ask: Ask) -> Found:
    zone = ask.habits.zone or ask.zone
    language = row.get("language") or ask.language
    return Found(
        url=normalize(row.get("loc", ""), ask.url),
        role=role,
        title=row.get("title", ""),
        published=dates.parse(row.get("publication_date", ""), zone=zone, language=language),
        modified=dates.parse(row.get("lastmod", ""), zone=zone, language=language),
    )


def _newest(found: Sequence[Found], ask: Ask, *, whole: bool) -> SitemapDocument:
    """Each address once and at most as many as asked: the newest by date, those without one last; in document order."""
    once = list({one.url: one for one in reversed(found)}.values())[::-1]
    if len(once) <= ask.entries:
        return SitemapDocument(found=tuple(once), whole=whole)
    dated = sorted(range(len(once)), key=lambda place: (_age(once[place]), place))
    kept = sorted(islice(dated, ask.entries))
    return SitemapDocument(found=tuple(once[place] for place in kept), whole=False)


def _age(one: Found) -> float:
    instant = one.published or one.modified
    return -instant.timestamp() if instant else float("inf")
