"""One article from what a page says of itself and what it shows; each value is judged before it is believed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from urllib.parse import urljoin

from lxml.html import HtmlElement

from newsloom.news.identity import normalize
from newsloom.news.items import Article, Image
from scraper.extract import dates
from scraper.extract.declared import Declared, Json, Node, listed, plain
from scraper.extract.library import found_date
from scraper.extract.page import Habits
from scraper.extract.parts import Body
from scraper.extract.people import authors, split
from scraper.extract.titles import folded, without_site
from scraper.extract.words import line, showable

_AHEAD = timedelta(days=1)
"""How far in the future a page's own time may lie and still be its time of publication."""
_MOST_TAGS = 40
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
_NO_TAG = re.compile(r"https?:|\w[\w ]*:|^[0-9a-f-]{32,36}$|^[\w-]+\.(?:com|org|net|co\.\w\w|de|tv)$", re.IGNORECASE)
"""Keys of ad servers and content systems among a page's keywords (`nlp category: politics`, ids, the site's own host)."""
_NO_PICTURE = re.compile(
    r"logo|placeholder|default[-_.]|fallback|favicon|blank\.|spacer|social[-_]?share|avatar", re.IGNORECASE
)


def article(
    tree: HtmlElement,
    said: Declared,
    body: Body,
    url: str,
    *,
    headline: tuple[str, str],
    fetched: datetime,
    zone: str,
    language: str,
    habits: Habits,
) -> Article:
    """The article on the page at `url`. `tree` is still whole but for its blocks of teasers."""
    origins = {"title": headline[1], "text": body.origin}
    chosen = _chosen(tree, habits)
    names, origins["authors"] = (
        (tuple(split(chosen["authors"])), "selector") if chosen.get("authors") else authors(tree, said, url)
    )
    when = dates.parse(chosen.get("published", ""), zone=zone, language=language)
    published, origins["published"] = (
        (when, "selector") if when else _published(tree, said, url, fetched=fetched, zone=zone, language=language)
    )
    summary, origins["summary"] = (chosen["summary"], "selector") if chosen.get("summary") else _summary(said)
    return Article(
        url=url,
        title=line(headline[0]),
        text=showable(body.text),
        html=showable(body.html),
        summary=line(summary),
        authors=tuple(map(line, names)),
        published=published,
        modified=_modified(said, published, fetched, zone, language),
        section=line(chosen.get("section") or _section(said)),
        tags=tuple(map(line, _tags(said))),
        image=_image(tree, said, url),
        language=language,
        canonical=said.canonical,
        aliases=said.aliases,
        sure=_sure(said, body),
        origins=MappingProxyType({k: v for k, v in origins.items() if v}),
    )


def _chosen(tree: HtmlElement, habits: Habits) -> Mapping[str, str]:
    """What the site's own selectors find, `title` and `text` aside (their place is elsewhere)."""
    found: dict[str, str] = {}
    for name, selector in habits.selectors.items():
        if name in ("title", "text"):
            continue
        texts = [text for text in map(_of, tree.cssselect(selector)) if text]
        if text := ", ".join(texts if name == "authors" else texts[:1]):
            found[name] = text
    return found


def _of(element: HtmlElement) -> str:
    """An element's value: the machine's form if there is one, else its words."""
    said = element.get("datetime") or element.get("content")
    return " ".join((said or "".join(element.itertext())).split())


# ----------------------------------------------------------------------- times


def _published(
    tree: HtmlElement, said: Declared, url: str, *, fetched: datetime, zone: str, language: str
) -> tuple[datetime | None, str]:
    """The first time on the page that can be its publication; if it is a bare day, the first clock on that day."""
    day: tuple[datetime, str] | None = None
    for origin, text in _times(tree, said):
        when = dates.parse(text, zone=zone, language=language)
        if when is None or when > fetched + _AHEAD:
            continue
        if _CLOCK.search(text):
            if day is None or abs(when - day[0]) < timedelta(days=1):
                return when, origin
        elif day is None:
            day = when, origin
    if day:
        return day
    bare = dates.day_of_address(url)
    when = dates.parse(bare.isoformat(), zone=zone) if bare else None
    if when and when <= fetched + _AHEAD:
        return when, "address"
    when = found_date(tree, url, fetched, zone)
    return when, "htmldate" if when else ""


_CLOCK = re.compile(r"\d[:.h時]\d\d|\d{10}")


def _times(tree: HtmlElement, said: Declared) -> Iterator[tuple[str, str]]:
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
    yield from (("page", text) for text in _shown_times(tree))
    for name in ("dateModified",):
        yield "json-ld", plain(said.article.get(name))
    yield from (("meta", plain(v)) for name in _MODIFIED for v in said.meta.get(name, ()))


def _shown_times(tree: HtmlElement) -> Iterator[str]:
    """Times that the page shows: <time> elements, then short elements whose name speaks of a date, then any that looks like one."""
    times = [t for t in tree.iter("time") if not _aside(t)]
    times.sort(key=lambda t: not (t.get("pubdate") is not None or "datePublished" in (t.get("itemprop") or "")))
    for element in times[:4]:
        yield element.get("datetime") or ""
        yield " ".join("".join(element.itertext()).split())
    shown = 0
    for element in tree.iter("span", "div", "p", "li", "em", "small", "a", "td"):
        name = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        if len(name) > 3 and _speaks_of_dates(name):
            text = element.get("content") or element.get("datetime") or _beginning(element)
            if 6 <= len(text) <= 120 and any(map(str.isdigit, text)):
                yield text
                shown += 1
                if shown >= 12:
                    return
    for element in tree.iter("p", "div", "span", "small", "td", "font", "b", "i"):
        text = " ".join((element.text or "").split())
        if 8 <= len(text) <= 60 and _NUMBERS.search(text):
            yield text


_NUMBERS = re.compile(r"\d{4}|\d\.\d")
_BEGINNING = 400
"""Letters."""


@lru_cache(maxsize=4_096)  # the pages of a site have few names for many elements
def _speaks_of_dates(name: str) -> bool:
    return bool(_DATE_WORDS.search(name))


def _beginning(element: HtmlElement) -> str:
    # a piece has at least a letter, so that more pieces than letters are never needed of an element that is half the page
    return " ".join("".join(islice(element.itertext(), _BEGINNING))[:_BEGINNING].split())


def _aside(element: HtmlElement) -> bool:
    return any(
        a.tag in ("aside", "nav", "footer") or "comment" in (a.get("class") or "") for a in element.iterancestors()
    )


def _modified(
    said: Declared, published: datetime | None, fetched: datetime, zone: str, language: str
) -> datetime | None:
    """The page's own time of change, if it is not before its publication and not in the future."""
    texts = [plain(said.article.get("dateModified")), *said.micro.get("dateModified", ())]
    texts += [plain(said.state.get(name)) for name in ("updatedAt", "modifiedAt", "dateModified")]
    texts += [plain(v) for name in _MODIFIED for v in said.meta.get(name, ())]
    for text in filter(None, texts):
        when = dates.parse(text, zone=zone, language=language)
        if when and when <= fetched and (published is None or when >= published):
            return when
    return None


# ----------------------------------------------------------------------- words


def _summary(said: Declared) -> tuple[str, str]:
    """The page's own description; one that only says the site's name is none."""
    ways = (
        ("json-ld", plain(said.article.get("description"))),
        ("meta", plain(said.first("og:description", "twitter:description", "description", "dc.description"))),
        ("microdata", plain(next(iter(said.micro.get("description", ())), ""))),
    )
    for origin, text in ways:
        if len(text) >= 20 and folded(text) not in {folded(n) for n in said.site_names}:
            return without_site(text, said.site_names) if len(text) < 300 else text, origin
    return "", ""


def _section(said: Declared) -> str:
    values = [plain(v) for v in listed(said.article.get("articleSection"))]
    values += [plain(v) for v in said.micro.get("articleSection", ())]
    values += [
        plain(
            said.first("article:section", "parsely-section", "og:article:section", "section", "dc.subject", "category")
        )
    ]
    values.append(plain(said.state.get("section")))
    return next((v for v in values if 0 < len(v) <= 80 and not v.startswith("http")), "")


def _tags(said: Declared) -> tuple[str, ...]:
    """The site's words for it: those of the article's own node first, else of the meta tags for news, else plain keywords."""
    ways: tuple[Sequence[Json], ...] = (
        listed(said.article.get("keywords")),
        said.meta.get("article:tag", ()) + said.meta.get("og:article:tag", ()),
        said.meta.get("news_keywords", ()),
        said.meta.get("parsely-tags", ())
        + said.meta.get("sailthru.tags", ())
        + said.meta.get("cxenseparse:taglist", ()),
        said.micro.get("keywords", ()),
        listed(said.state.get("tags")),
        said.meta.get("keywords", ()),
    )
    for values in ways:
        words = [w.strip() for v in values for w in re.split(r"[,;|、，]" if len(values) <= 2 else r"[;|]", plain(v))]
        tags = tuple(dict.fromkeys(w for w in words if 1 < len(w) <= 60 and not _NO_TAG.search(w)))
        if tags:
            return tags[:_MOST_TAGS]
    return ()


# ---------------------------------------------------------------------- images


def _image(tree: HtmlElement, said: Declared, url: str) -> Image | None:
    """The lead image: declared for sharing, else by the article's node. Logos and placeholders are none."""
    for address, node in _pictures(said):
        absolute = _absolute(address, url)
        if not absolute or _NO_PICTURE.search(absolute.rpartition("/")[2]):
            continue
        width, height = (_pixels(node.get(n)) for n in ("width", "height"))
        return Image(
            url=absolute,
            caption=line(plain(node.get("caption")) or _caption(tree, absolute)),
            width=width,
            height=height,
        )
    return None


def _pictures(said: Declared) -> Iterator[tuple[str, Node]]:
    sizes = {"width": said.first("og:image:width"), "height": said.first("og:image:height")}
    nodes = [n if isinstance(n, dict) else {"url": n} for n in listed(said.article.get("image"))]
    for address in said.meta.get("og:image", ()) or said.meta.get("og:image:url", ()):
        yield address, {**sizes, "caption": said.first("og:image:alt")}
    for node in nodes:
        yield plain(node.get("url") or node.get("contentUrl") or node.get("@id")), node
    for name in ("twitter:image", "twitter:image:src", "parsely-image-url", "sailthru.image.full", "thumbnail"):
        yield from ((v, {}) for v in said.meta.get(name, ()))
    yield from ((v, {}) for v in said.micro.get("image", ()))


def _caption(tree: HtmlElement, address: str) -> str:
    """The caption of the figure that shows the same file."""
    name = re.sub(r"\.\w+$", "", address.partition("?")[0].rpartition("/")[2])
    if len(name) < 6:
        return ""
    for figure in tree.iter("figure"):
        caption = figure.find(".//figcaption")
        if caption is not None and any(
            name in (i.get("src") or "") + (i.get("srcset") or "") for i in figure.iter("img", "source")
        ):
            return " ".join("".join(caption.itertext()).split())[:500]
    return ""


def _pixels(value: Json) -> int | None:
    found = re.match(r"\d{1,5}", plain(value))
    return int(found[0]) or None if found else None


def _absolute(address: str, url: str) -> str:
    try:
        return normalize(urljoin(url, address.strip())) if address else ""
    except ValueError:
        return ""


# ------------------------------------------------------------------ completeness


def _sure(said: Declared, body: Body) -> bool:
    """Whether the body is believed to be whole: free by its own word, or as long as it says it is."""
    text = body.text
    count = plain(said.article.get("wordCount"))
    if count.isdigit() and int(count) > 0 and len(text.split()) >= 0.9 * int(count):
        return True
    if body.size < 250 or text.rstrip().endswith(("...", "…")):
        return False
    return _free(said)


def _free(said: Declared) -> bool:
    values = [said.article.get("isAccessibleForFree")]
    values += [p.get("isAccessibleForFree") for p in listed(said.article.get("hasPart")) if isinstance(p, dict)]
    locked = said.first("article:content_tier", "og:article:content_tier").lower() in ("locked", "metered")
    return not locked and not any(v is False or str(v).rpartition("/")[2].lower() == "false" for v in values)
