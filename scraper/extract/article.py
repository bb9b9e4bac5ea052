"""One article from what a page says of itself and what it shows; each value is judged before it is believed."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from lxml.html import HtmlElement

from newsloom.news.items import Article
from scraper.extract import dates
from scraper.extract.content import Content
from scraper.extract.declared import Declared, listed, plain
from scraper.extract.forms import form, paywalled
from scraper.extract.page import Habits
from scraper.extract.parts import Body
from scraper.extract.people import authors, split
from scraper.extract.pictures import lead_image
from scraper.extract.tags import tags
from scraper.extract.times import modified_time, published_time
from scraper.extract.titles import folded, without_site
from scraper.extract.words import line, showable


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
    content = Content(tree)
    chosen = _chosen(tree, habits)
    names, origins["authors"] = (
        (split(chosen["authors"]), "selector") if chosen.get("authors") else authors(content, said, url)
    )
    when = dates.written(chosen.get("published", ""), zone=zone, language=language)
    time, origins["published"] = (
        (when, "selector")
        if when
        else published_time(content, said, url, fetched=fetched, zone=zone, language=language)
    )
    published = time.instant if time else None
    summary, origins["summary"] = (chosen["summary"], "selector") if chosen.get("summary") else _summary(said)
    section, origins["section"] = (chosen["section"], "selector") if chosen.get("section") else _section(said)
    words, origins["tags"] = tags(tree, said, url)
    modified, origins["modified"] = modified_time(said, published, fetched, zone, language)
    image, origins["image"] = lead_image(tree, said, url)
    kind, origins["form"] = form(said, url)
    closed, origins["paywalled"] = paywalled(tree, said, body)
    text, html = _shown(body)
    return Article(
        url=url,
        title=line(headline[0]),
        text=text,
        html=html,
        summary=line(summary),
        authors=tuple(map(line, names)),
        published=published,
        published_offset=time.offset if time else None,
        modified=modified,
        section=line(section),
        tags=tuple(map(line, words)),
        image=image,
        language=language,
        canonical=said.canonical,
        aliases=said.aliases,
        alternates=said.alternates,
        form=kind,
        paywalled=closed,
        sure=_sure(said, body, closed=closed),
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


def _summary(said: Declared) -> tuple[str, str]:
    """The page's own description; one that only says the site's name, or what the site is, is none."""
    ways = (
        ("json-ld", plain(said.article.get("description"))),
        ("meta", plain(said.first("og:description", "twitter:description", "description", "dc.description"))),
        ("microdata", plain(next(iter(said.micro.get("description", ())), ""))),
    )
    for origin, text in ways:
        if len(text) >= 20 and folded(text) not in {folded(n) for n in (*said.site_names, *said.site_texts)}:
            return without_site(text, said.site_names) if len(text) < 300 else text, origin
    return "", ""


def _section(said: Declared) -> tuple[str, str]:
    meta = said.first("article:section", "parsely-section", "og:article:section", "section", "dc.subject", "category")
    ways = (
        *(("json-ld", v) for v in listed(said.article.get("articleSection"))),
        *(("microdata", v) for v in said.micro.get("articleSection", ())),
        ("meta", meta),
        ("state", said.state.get("section")),
    )
    named = ((origin, plain(value)) for origin, value in ways)
    return next(((v, origin) for origin, v in named if 0 < len(v) <= 80 and not v.startswith("http")), ("", ""))


def _sure(said: Declared, body: Body, *, closed: bool | None) -> bool:
    """Whether the body is believed to be whole: free by its own word, or as long as it says it is."""
    text = body.text
    count = plain(said.article.get("wordCount"))
    if count.isdigit() and int(count) > 0 and len(text.split()) >= 0.9 * int(count):
        return True
    return body.size >= _FRAGMENT and not text.rstrip().endswith(("...", "…")) and not closed


_FRAGMENT = 250
"""Letters; less is a teaser as often as a whole piece."""


def _shown(body: Body) -> tuple[str, str]:
    """The body's text and HTML as they may be shown: all characters of the one are in the other, which is seen to first."""
    html = body.html
    shown = showable(html)
    return body.text if shown == html else showable(body.text), shown
