"""The site's own words for what an article is about: as it declares them, else as it lists them beside the article."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from newsloom.news.identity import site
from scraper.extract.declared import Declared, Json, listed, plain
from scraper.extract.words import flat

_MOST = 40
_NO_TAG = re.compile(
    r"https?:|\w[\w ]*:|^[0-9a-f-]{32,36}$|^\d{5,}$|^(?:[\w-]+\.)+(?:com|org|net|co\.\w\w|de|tv)$",
    re.IGNORECASE,
)
"""Keys of ad servers and content systems among a page's keywords (`nlp category: politics`, ids, the site's own host)."""
_KEYED = re.compile(r"^(?:subject|topic|tag|keyword)s?\s*:\s*", re.IGNORECASE)
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,9}")
_CODES = 6
"""So many words of capitals only, and no other, are an agency's codes (`AER`, `INDS08`): no reader knows them."""


def tags(tree: HtmlElement, said: Declared, url: str) -> tuple[tuple[str, ...], str]:
    """The tags and where they were found: at the article's own node, in meta tags for news, in plain keywords, on the page."""
    meta = said.meta.get
    ways: tuple[tuple[str, Sequence[Json]], ...] = (
        ("json-ld", listed(said.article.get("keywords"))),
        ("meta", meta("article:tag", ()) + meta("og:article:tag", ())),
        ("meta", meta("news_keywords", ())),
        ("meta", meta("parsely-tags", ()) + meta("sailthru.tags", ()) + meta("cxenseparse:taglist", ())),
        ("microdata", said.micro.get("keywords", ())),
        ("state", listed(said.state.get("tags"))),
        ("meta", meta("keywords", ())),
    )
    for origin, values in ways:
        words = (w for v in values for w in re.split(r"[,;|、，]" if len(values) <= 2 else r"[;|]", plain(v)))
        if found := _judged(words):
            return found, origin
    found = _shown(tree, url)
    return found, "page" if found else ""


def _judged(words: Iterable[str]) -> tuple[str, ...]:
    bare = (_KEYED.sub("", w.strip()).lstrip("#") for w in words)
    found = tuple(dict.fromkeys(w for w in bare if 1 < len(w) <= 60 and not _NO_TAG.search(w)))
    return () if len(found) >= _CODES and all(map(_CODE.fullmatch, found)) else found[:_MOST]


# ---------------------------------------------------------- what the page shows

_PATH = re.compile(
    r"/(?:tags?|topics?|themen?|thema|keywords?|tagg|emne|amne|temas?|etiquetas?|sujets?|hashtags?|teg|tegi|etiket)/[^/?#]"
)
"""Where sites keep the pages of their tags; in lower case, for a pattern that knows none takes three times as long."""
_BOX = re.compile(
    r"(?:tag|topic|keyword)s?[-_]?list|(?:tags|topics|keywords|themen|schlagwörter|schlagworte|etiquetas|temas)(?![a-z])",
    re.IGNORECASE,
)
_NO_BOX = re.compile(
    r"trend|popular|most|hot|cloud|menu|nav(?![a-z])|sidebar|teaser|card|related-?(?:art|stor|post)", re.IGNORECASE
)
_LABEL = re.compile(
    r"(?:tags?|topics?|keywords?|related topics|more on|read more (?:about|on)|filed under|"
    r"(?:ähnliche |verwandte )?themen|schlagwörter|schlagworte|stichwörter|mehr (?:zum thema|lesen über|zu)|"
    r"mots[- ]clés|sujets|étiquettes|temas|etiquetas|más sobre|argomenti|emner|ämnen|etiketler|"
    r"теги|темы|теми|关键词|標籤|标签|タグ|キーワード|태그)\s*[:：]?",
    re.IGNORECASE,
)
"""What sites write over a list of tags."""
_WORDS = 6
_LETTERS = 60
_ROOM = 30
"""Letters besides its links that a list of tags may have: its label, commas."""
_LINKS = 30
_UP = 5
_NEAR = 3


def _shown(tree: HtmlElement, url: str) -> tuple[str, ...]:
    """The links of the first list behind the headline that is one of tags."""
    for element in _behind_headline(tree):
        box = _list_at(element)
        if box is not None and not _in_menu(box):
            found = _judged(_text(a) for a in box.iter("a") if _leads_to_tag(a, url))
            if found:
                return found
    return ()


def _behind_headline(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Links and labels that follow the headline; all, where there is none: to the parser an open menu may have swallowed it."""
    headline = next((h for h in tree.iter("h1") if not _in_menu(h)), None)
    if headline is None:
        yield from tree.iter("a", *_LABELS)
        return
    for around in (headline, *headline.iterancestors()):
        parent = around.getparent()
        within = parent is not None and parent.tag in ("article", "main")
        for element in around.itersiblings():
            if within or element.tag not in _FRAME:
                yield from element.iter("a", *_LABELS)


def _in_menu(element: HtmlElement) -> bool:
    return next(element.iterancestors("nav"), None) is not None


def _list_at(element: HtmlElement) -> HtmlElement | None:
    """The list of tags whose first link or label an element is."""
    if element.tag != "a":
        return _labelled(element) if _LABEL.fullmatch((element.text or "").strip()) else None
    box = _box(element) if _may_be_tag(element) else None
    return box if box is not None and _lists_tags(box) else None


def _leads_to_tag(link: HtmlElement, url: str) -> bool:
    """Whether it leads to another page of the same site: none that skips, shows comments or shares."""
    goal = urljoin(url, link.get("href") or "")
    return goal.startswith("http") and urlsplit(goal).path != urlsplit(url).path and site(goal) == site(url)


_FRAME = frozenset({"nav", "aside", "footer"})
"""Of the page, not of its article; half of all links stand there."""
_LABELS = ("h2", "h3", "h4", "h5", "h6", "strong", "b", "dt")


def _box(link: HtmlElement) -> HtmlElement | None:
    """The largest box around a short link that holds short links and next to nothing else."""
    box = None
    if _is_short(_text(link)):
        for _, above in zip(range(_UP), link.iterancestors(), strict=False):
            if not _is_list(above):
                break
            box = above
            if above.tag == "nav":
                break
    return box


def _labelled(label: HtmlElement) -> HtmlElement | None:
    """The list that a label stands over."""
    for _, above in zip(range(_UP), label.iterancestors(), strict=False):
        if above.find(".//a") is not None:
            return above if _is_list(above) else None
    return None


def _is_list(box: HtmlElement) -> bool:
    links = [text for a in box.iter("a") if (text := _text(a))]
    if box.tag in ("body", "html") or len(links) > _LINKS or not all(map(_is_short, links)):
        return False
    return len(_text(box)) - sum(map(len, links)) <= _ROOM


def _may_be_tag(link: HtmlElement) -> bool:
    href = link.get("href")
    if not href or (frame := link.getparent()) is None:
        return False
    names = f"{link.get('class')} {frame.get('class')}"
    if (outer := frame.getparent()) is not None and outer.tag != "body":
        names += f" {outer.get('class')}"
    return _names_tags(names) or _is_tags_page(href) or "tag" in (link.get("rel") or "").split()


@lru_cache(maxsize=4_096)  # a site's pages have one menu
def _is_tags_page(href: str) -> bool:
    return bool(_PATH.search(href.lower()))


@lru_cache(maxsize=4_096)  # a page, and a site's pages, have few names for many elements
def _names_tags(name: str) -> bool:
    return bool(_BOX.search(name))


def _lists_tags(box: HtmlElement) -> bool:
    """Whether a box of links says that it holds tags: by its name, by its links' kind, or by where they lead."""
    links = list(box.iter("a"))
    names = _names(*islice(_outwards(box), _NEAR), *box.iterdescendants())
    if _NO_BOX.search(names):
        return False
    kinds = [(a.get("rel") or "").split() for a in links]
    if all("tag" in kind and "category" not in kind for kind in kinds) or _BOX.search(names):
        return True
    return len(links) > 1 and box.tag != "nav" and all(_is_tags_page(a.get("href") or "") for a in links)


def _outwards(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    yield from (a for a in element.iterancestors() if a.tag not in ("body", "html"))


def _names(*elements: HtmlElement) -> str:
    return " ".join(f"{e.get('class') or ''} {e.get('id') or ''}" for e in elements if isinstance(e.tag, str))


def _is_short(text: str) -> bool:
    return 0 < len(text) <= _LETTERS and len(text.split()) <= _WORDS


def _text(element: HtmlElement) -> str:
    return flat("".join(t for t in element.itertext() if isinstance(t, str)))
