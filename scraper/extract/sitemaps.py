"""Sitemaps (sitemaps.org 0.9) with the news extension (Google, sitemap-news 0.9), their indexes, and plain lists of addresses.

The protocol allows 50,000 addresses a file. So rows stay bare until the newest are chosen: such a file takes .6 s of CPU,
and 2 s if every row's address and dates are read first.
"""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from lxml import etree

from newsloom.news.identity import normalize
from newsloom.news.memory import Found, Role
from scraper.extract.documents import Ask, SitemapDocument

_MOST = 50_000
"""Rows read of one file, which is what the protocol allows; more of them would take the time and the memory of a document."""

Row = dict[str, str]
"""What stands in a `url` or `sitemap` element: loc, lastmod, publication_date, title."""


def sitemap(text: str, ask: Ask) -> SitemapDocument:
    """The addresses of a urlset, or the sitemaps of an index. Of a file that breaks off, what came before."""
    rows = _Rows(text)
    read = list(islice(rows, _MOST + 1))
    return _newest(read, ask, whole=rows.whole)


def addresses(text: str, ask: Ask) -> SitemapDocument:
    """An address a line; other lines are passed over."""
    lines = (line[0].strip() for line in re.finditer(r"[^\r\n]+", text))
    read = ((Role.ARTICLE, {"loc": line}) for line in lines if line.startswith("http"))
    return _newest(list(islice(read, _MOST + 1)), ask, whole=True)


class _Rows:
    """The `url` and `sitemap` elements of a text one by one; whether it was `whole` is known after the last."""

    def __init__(self, text: str) -> None:
        self.whole = True
        self._body = text.encode("utf-8", "replace")

    def __iter__(self) -> Iterator[tuple[Role, Row]]:
        events = etree.iterparse(
            io.BytesIO(self._body),
            events=("end",),
            tag=("{*}url", "{*}sitemap"),
            encoding="utf-8",  # what the declaration says was heeded when the text was decoded
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for _, element in events:
                yield Role.SITEMAP if str(element.tag).endswith("sitemap") else Role.ARTICLE, _row(element)
                element.clear()
                above = element.getparent()
                if above is not None:
                    del above[: above.index(element)]
        except etree.XMLSyntaxError:
            self.whole = False


def _row(element: etree._Element) -> Row:
    row: Row = {}
    for part in element:
        name = str(part.tag).rpartition("}")[2]
        if name in ("loc", "lastmod"):
            row.setdefault(name, "".join(part.itertext()).strip())
        elif name == "news":
            for said in part.iter("{*}publication_date", "{*}title"):
                row.setdefault(str(said.tag).rpartition("}")[2], " ".join("".join(said.itertext()).split()))
    return row


def _newest(rows: Sequence[tuple[Role, Row]], ask: Ask, *, whole: bool) -> SitemapDocument:
    """Each address once and at most as many as asked: the newest by date, those without one last; in document order."""
    once = list({row["loc"]: (role, row) for role, row in reversed(rows[:_MOST]) if row.get("loc")}.values())[::-1]
    places: Sequence[int] = range(len(once))
    if len(once) > ask.entries:
        places = sorted(sorted(places, key=lambda place: (_age(once[place][1], ask), place))[: ask.entries])
    found = (_found(*once[place], ask) for place in places)
    cut = len(places) < len(once) or len(rows) > _MOST
    return SitemapDocument(
        found=tuple({one.url: one for one in found if one.url}.values()),
        whole=whole and not cut,
        bounds=("entries",) if cut else (),
    )


def _found(role: Role, row: Row, ask: Ask) -> Found:
    return Found(
        url=normalize(row["loc"], ask.url),
        role=role,
        title=row.get("title", ""),
        published=ask.instant(row.get("publication_date", "")),
        modified=ask.instant(row.get("lastmod", "")),
    )


def _age(row: Row, ask: Ask) -> float:
    """For comparing within one file: the newer the smaller."""
    text = row.get("publication_date") or row.get("lastmod") or ""
    try:
        instant: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        instant = ask.instant(text)
    if instant is None:
        return float("inf")
    return -(instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
