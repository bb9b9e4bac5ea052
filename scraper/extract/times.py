"""When a page was published and changed: all it says and shows of times, in order of trust."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from scraper.extract import dates
from scraper.extract.content import Content
from scraper.extract.declared import Declared, plain
from scraper.extract.library import found_date

_AHEAD = timedelta(days=1)
"""How far in the future a page's own time may lie and still be its time of publication."""
_PUBLISHED = (
    "article:published_time", "article:published", "og:article:published_time", "og:published_time",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "datepublished", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "dc.terms.created",
    "publish-date", "publish_date", "publishdate", "pubdate", "pub_date", "publication_date", "article.published",
    "published-date", "published_time", "date_published", "article_date_original", "rnews:datepublished",
    "citation_publication_date", "iso-8601-publish-date", "ptime", "originalpublicationdate", "prism.publicationdate",
    "date", "created", "displaydate",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified", "last-modified",
             "lastmod", "article:modified", "article.updated", "revised")  # fmt: skip
_DATE_WORDS = re.compile(
    r"date|publi[sc]|posted|pubtime|timestamp|time-?stamp|datum|fecha|\btime\b|byline|meta", re.IGNORECASE
)


def published_time(
    content: Content, said: Declared, url: str, *, fetched: datetime, zone: str, language: str
) -> tuple[dates.Time | None, str]:
    """The first time on the page that can be its publication; if it is a bare day, the first clock on that day."""
    day: tuple[dates.Time, str] | None = None
    for origin, text in _times(content, said):
        when = dates.written(text, zone=zone, language=language)
        if when is None or when.instant > fetched + _AHEAD:
            continue
        if _CLOCK.search(text):
            if day is None or abs(when.instant - day[0].instant) < timedelta(days=1):
                return _as_shown(content.tree, when), origin
        elif day is None:
            day = when, origin
    if day:
        return day
    bare = dates.day_of_address(url)
    when = dates.written(bare.isoformat(), zone=zone) if bare else None
    if when and when.instant <= fetched + _AHEAD:
        return when, "address"
    found = found_date(content.tree, url, fetched, zone)
    return (dates.Time(found, None), "htmldate") if found else (None, "")


_CLOCK = re.compile(r"\d[:.h時]\d\d|\d{10}")


def _as_shown(tree: HtmlElement, when: dates.Time) -> dates.Time:
    """The same by the clock that the page shows its readers: many a content system declares its times in UTC."""
    if when.offset:
        return when
    times = (dates.written(t.get("datetime") or "") for t in islice(tree.iter("time"), 4))
    return next((t for t in times if t and t.offset and t.instant == when.instant), when)


def _times(content: Content, said: Declared) -> Iterator[tuple[str, str]]:
    """What may be the time of publication, in order of trust."""
    for node in (said.article, said.state):
        for name in (
            "datePublished",
            "publishedAt",
            "published",
            "publishDate",
            "dateCreated",
            "firstPublished",
            "uploadDate",
        ):
            yield "json-ld" if node is said.article else "state", plain(node.get(name))
    for name in ("datePublished", "dateCreated"):
        yield from (("microdata", v) for v in said.micro.get(name, ()))
    for name in _PUBLISHED:
        yield from (("meta", plain(v)) for v in said.meta.get(name, ()))
    for name in ("datePublished", "uploadDate", "dateCreated"):
        yield "json-ld", plain(said.page.get(name))
    yield from (("page", text) for text in _shown_times(content))
    for name in ("dateModified",):
        yield "json-ld", plain(said.article.get(name))
    yield from (("meta", plain(v)) for name in _MODIFIED for v in said.meta.get(name, ()))


def _shown_times(content: Content) -> Iterator[str]:
    """Times that the page shows: <time> elements, short elements whose name speaks of a date, then any that looks like one.

    What stands behind the headline comes first: over it many a site prints today's date.
    """
    shown = [e for e in content.elements if e.tag in _SHOWING]
    headline = next((n for n, element in enumerate(shown) if element.tag == "h1"), 0)
    before, after = shown[:headline], shown[headline:]
    near, far = after[:_NEAR], after[_NEAR:]
    yield from _timed(after)
    yield from _named(near)
    yield from _bare(near)
    yield from _named(far)
    yield from _timed(before)
    yield from _named(before)
    yield from _bare(far)
    yield from _bare(before)


_MARKED = ("span", "div", "p", "li", "em", "small", "a", "td")
_BARE = ("p", "div", "span", "small", "td", "font", "b", "i", "li")
_SHOWING = frozenset({"h1", "time", *_MARKED, *_BARE})
_NEAR = 15
"""Elements behind a headline; a byline is among them."""


def _timed(elements: Sequence[HtmlElement]) -> Iterator[str]:
    times = [e for e in elements if e.tag == "time" and not _aside(e)]
    times.sort(key=lambda t: not (t.get("pubdate") is not None or "datePublished" in (t.get("itemprop") or "")))
    for element in times[:4]:
        yield element.get("datetime") or ""
        yield " ".join("".join(element.itertext()).split())


def _named(elements: Sequence[HtmlElement]) -> Iterator[str]:
    shown = 0
    for element in elements:
        name = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        if element.tag in _MARKED and len(name) > 3 and _speaks_of_dates(name):
            text = element.get("content") or element.get("datetime") or _beginning(element)
            if 6 <= len(text) <= 120 and any(map(str.isdigit, text)):
                yield text
                shown += 1
                if shown >= 12:
                    return


def _bare(elements: Sequence[HtmlElement]) -> Iterator[str]:
    for element in elements:
        text = " ".join((element.text or "").split()) if element.tag in _BARE else ""
        if 8 <= len(text) <= 60 and _NUMBERS.search(text):
            yield text


_NUMBERS = re.compile(r"\d{4}|\d\.\d")
_BEGINNING = 400
"""Letters."""


@lru_cache(maxsize=2_048)  # the pages of a site have few names for many elements
def _speaks_of_dates(name: str) -> bool:
    return bool(_DATE_WORDS.search(name))


def _beginning(element: HtmlElement) -> str:
    # a piece has at least a letter, so that more pieces than letters are never needed of an element that is half the page
    return " ".join("".join(islice(element.itertext(), _BEGINNING))[:_BEGINNING].split())


def _aside(element: HtmlElement) -> bool:
    return any(
        a.tag in ("aside", "nav", "footer") or "comment" in (a.get("class") or "") for a in element.iterancestors()
    )


def modified_time(
    said: Declared, published: datetime | None, fetched: datetime, zone: str, language: str
) -> tuple[datetime | None, str]:
    """The page's own time of change, if it is not before its publication and not in the future."""
    texts = [("json-ld", plain(said.article.get("dateModified")))]
    texts += [("microdata", v) for v in said.micro.get("dateModified", ())]
    texts += [("state", plain(said.state.get(name))) for name in ("updatedAt", "modifiedAt", "dateModified")]
    texts += [("meta", plain(v)) for name in _MODIFIED for v in said.meta.get(name, ())]
    for origin, text in texts:
        when = dates.parse(text, zone=zone, language=language) if text else None
        if when and when <= fetched and (published is None or when >= published):
            return when, origin
    return None, ""
