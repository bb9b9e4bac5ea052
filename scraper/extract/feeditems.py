"""From what a feed says of an item, in whatever dialect, to a Found that carries its Article."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from lxml import etree
from lxml.html import HTMLParser, fragment_fromstring

from newsloom.news.identity import key, normalize, site
from newsloom.news.items import Article, Enclosure, Image
from newsloom.news.memory import Found
from scraper.extract.documents import Ask, refuse_crowded_tags
from scraper.extract.parts import Body, Part, parts_of
from scraper.extract.words import line, showable

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML may hold (XML 1.0, 2.2); parsers and writers of feeds break at it."""
_WHOLE_TEASER = 600
"""Letters; a description of fewer is a teaser for the page, not a body."""
_TITLE = 100
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
_BROKEN_OFF = re.compile(
    r"(?:\[?(?:…|\.\.\.|\(\.\.\.\))\]?|\b(?:read (?:more|the full|on)|continue reading|full (?:story|article)|weiterlesen|"
    r"mehr lesen|lire la suite|leer más|seguir leyendo|leia mais|continua a leggere|lees verder|читать (?:далее|дал|полностью)|"
    r"читати далі|devamını oku|czytaj (?:dalej|więcej)|続きを読む|阅读全文|閱讀全文)\b.{0,80})\W*$",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(r"@|https?:|^\W*$")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a feed says of one item, as it says it."""

    links: tuple[str, ...]
    """Candidates for the address of its page, best first; not all need be addresses."""
    ident: str = ""
    """Its guid or id, which may be an address too."""
    title: str = ""
    """HTML or text with entities."""
    bodies: tuple[str, ...] = ()
    """HTML given as the content itself."""
    description: str = ""
    """HTML given as a description or summary: a teaser, or in many feeds the whole."""
    summary: str = ""
    """Given beside a body as its summary."""
    base: str = ""
    """Against which the HTML's relative links are read; empty: the item's own address."""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None
    tags: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    """Best first."""
    enclosures: tuple[Enclosure, ...] = ()
    language: str = ""


def found_in(said: Iterable[Said], ask: Ask, *, home: str = "") -> tuple[tuple[Found, ...], bool]:
    """The items as Found, each address once, the newest `ask.entries` in their order; and whether that is all of them.

    An item without link, permalink and enclosure has no address to be kept by and is left out.
    """
    items: dict[str, Article] = {}
    for one in said:
        article = _article(one, ask)
        if article.url:
            items.setdefault(key(article.url), article)
    articles = _without_what_all_share(list(items.values()), {home, ask.url})
    newest = _newest(articles, ask.entries)
    return tuple(map(_found, newest)), len(newest) == len(articles)


def _found(item: Article) -> Found:
    made_up = "title" in item.origins
    title = "" if made_up else item.title
    return Found(url=item.url, title=title, published=item.published, modified=item.modified, item=item)


def _newest(articles: Sequence[Article], most: int) -> Sequence[Article]:
    """By date, those without one as old as their neighbour before them; in document order."""
    if len(articles) <= most:
        return articles
    ages: list[tuple[float, int]] = []
    last = 0.0
    for place, article in enumerate(articles):
        instant = article.published or article.modified
        last = -instant.timestamp() if instant else last
        ages.append((last, place))
    return [articles[place] for place in sorted(place for _, place in sorted(ages)[:most])]


def _without_what_all_share(articles: list[Article], places: set[str]) -> list[Article]:
    """Items without aliases and bodies that are not their own.

    A guid that is the home page, and a description that every episode repeats, would make one article of many.
    """
    aliases = Counter(alias for article in articles for alias in article.aliases)
    texts = Counter(article.text for article in articles)
    urls = {article.url for article in articles} | places
    own = []
    for item in articles:
        kept = tuple(alias for alias in item.aliases if aliases[alias] == 1 and alias not in urls)
        article = replace(item, aliases=kept)
        shared = article.text and texts[article.text] > 1
        own.append(replace(article, text="", html="", sure=False) if shared else article)
    return own


def _article(said: Said, ask: Ask) -> Article:
    url = _address(said, ask.url)
    base = absolute(said.base, ask.url) or url or ask.url
    body, whole = _body(said, base)
    summary = plain(said.summary or (said.description if body.text else "")) or plain(said.description)
    title = plain(said.title)
    shown = re.search(r'<img src="([^"]+)"', body.html)
    first = Image(url=html.unescape(shown[1])) if shown else None
    return Article(
        url=url,
        title=title or headline(body.text or summary),
        text=showable(body.text),
        html=showable(body.html) if body.text else "",
        summary="" if summary == " ".join(body.text.split()) else summary,
        authors=tuple(dict.fromkeys(name for author in said.authors if (name := person(author)))),
        published=said.published,
        modified=said.modified if said.modified != said.published else None,
        tags=tuple(dict.fromkeys(tag for word in said.tags if (tag := plain(word)) and not tag.startswith("http"))),
        image=next((lead for given in said.images if (lead := _lead(given, base))), first),
        enclosures=_files(said.enclosures, base),
        language=(said.language or ask.language).replace("_", "-").lower(),
        aliases=_aliases(said, url),
        sure=whole,
        origins=MappingProxyType({} if title else {"title": "text"}),
    )


def _body(said: Said, base: str) -> tuple[Body, bool]:
    """The fullest of what could be the body, and whether it seems to be all of it. A mere teaser is no body."""
    body = max((body_of(markup, base) for markup in said.bodies), key=lambda b: b.size, default=Body())
    described = body_of(said.description, base)
    if described.size > body.size and (described.size >= _WHOLE_TEASER or body.size):
        body = described
    return body, bool(body.text) and not _BROKEN_OFF.search(body.text[-200:])


def body_of(markup: str, base: str) -> Body:
    """HTML, or plain text with line breaks, as a body."""
    markup = FORBIDDEN.sub("", markup)
    if not markup.strip():
        return Body()
    if not re.search(r"<[a-zA-Z!/]", markup):
        lines = (" ".join(line.split()) for line in html.unescape(markup).splitlines())
        return Body(
            parts=tuple(Part(tag="p", text=line, html=html.escape(line, quote=False)) for line in lines if line)
        )
    refuse_crowded_tags(markup.encode("utf-8", "replace"))
    try:
        # Its own parser each time: one that met an error keeps a log of it.
        tree = fragment_fromstring(
            markup, create_parent="div", parser=HTMLParser(remove_comments=True, remove_pis=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return Body()
    return Body(parts=parts_of(tree, base))


def plain(text: str) -> str:
    """A title, name or summary as text in one line: tags away, entities read (twice, where a feed escaped twice)."""
    text = html.unescape(_TAG.sub(" ", text)) if "<" in text else html.unescape(text)
    if re.search(r"&(?:[a-zA-Z]{2,8}|#\d{2,5}|#x[\da-fA-F]{2,4});", text):
        text = html.unescape(text)
    return line(FORBIDDEN.sub("", text))


def person(author: str) -> str:
    """The name in `ann@example.org (Ann Example)`, `Ann Example <ann@...>` or `By Ann Example`; "" for a bare address."""
    name = re.sub(r"[<(]?\S+@\S+\.\S+[>)]?", "", html.unescape(author[:300])).strip()
    inside = re.fullmatch(r"\((.*)\)", name)
    name = re.sub(r"^by\s+", "", plain(inside[1] if inside else name), flags=re.IGNORECASE)
    return "" if _NO_PERSON.search(name) else name


def headline(text: str) -> str:
    """The first sentence, cut at a word before a hundred letters: for an item that has no title."""
    line = text.strip().split("\n", 1)[0]
    sentence = re.match(r".+?[.!?。！？](?=\s|$)|.+", line)
    first = sentence[0] if sentence else ""
    return first if len(first) <= _TITLE else first[:_TITLE].rsplit(" ", 1)[0] + "…"


def number(value: object) -> int | None:
    """A count that a feed writes as a number or a text; None for anything else."""
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def absolute(link: str, base: str) -> str:
    """The address that a link means on a page at `base`; "" for none that we may ask."""
    return normalize(link, base) if link.strip() else ""


def _address(said: Said, base: str) -> str:
    """Its page; else a guid that is an address; else its first file (a podcast's, a PDF's)."""
    ident = said.ident if said.ident.startswith(("http://", "https://")) else ""
    candidates = (*said.links, ident, *(file.url for file in said.enclosures))
    return next((url for link in candidates if (url := absolute(link, base))), "")


def _lead(image: Image, base: str) -> Image | None:
    url = absolute(image.url, base)
    return replace(image, url=url) if url else None


def _files(files: Sequence[Enclosure], base: str) -> tuple[Enclosure, ...]:
    full = (replace(file, url=absolute(file.url, base)) for file in files)
    return tuple({file.url: file for file in full if file.url}.values())


def _aliases(said: Said, url: str) -> tuple[str, ...]:
    """Its other addresses on the same site: a permalink guid, the tracker's link. Another site's is no proof of anything."""
    others = (normalize(other) for other in (said.ident, *said.links) if other.startswith(("http://", "https://")))
    return tuple(dict.fromkeys(o for o in others if o and o != url and site(o) == site(url)))
