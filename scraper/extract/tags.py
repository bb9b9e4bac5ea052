"""The site's own words for what an article is about: as it declares them, else as it lists them beside the article."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.etree import XPath
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
    r"/(?:tags?|topics?|themen?|thema|keywords?|tagg|emne|amne|temas?|etiquetas?|sujets?|hashtags?|teg|tegi|etiket)/[^/?#]",
    re.IGNORECASE,
)
"""Where sites keep the pages of their tags."""
_BOX = re.compile(
    r"(?:tag|topic|keyword)s?[-_]?list|(?:tags|topics|keywords|themen|schlagwörter|schlagworte|etiquetas|temas)(?![a-z])",
    re.IGNORECASE,
)
_NO_BOX = re.compile(
    r"trend|popular|most|hot|cloud|menu|nav(?![a-z])|sidebar|teaser|card|related-?(?:art|stor|post)", re.IGNORECASE
)
_LABEL = re.compile(
    r"(?:tags?|topics?|keywords?|related topics|more on|read more (?:about|on)|filed under|"
    r"themen|schlagwörter|schlagworte|stichwörter|mehr (?:zum thema|lesen über|zu)|mots[- ]clés|sujets|étiquettes|"
    r"temas|etiquetas|más sobre|argomenti|emner|ämnen|etiketler|"
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
_NEAR = 2


_SIGNS = XPath(
    "//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6 or self::strong or self::b or self::dt"
    " or (self::a and (contains(@rel, 'tag') or contains(@href, '/t') or contains(@href, '/keyword') or contains(@href, '/emne')"
    " or contains(@href, '/amne') or contains(@href, '/etiqueta') or contains(@href, '/sujet') or contains(@href, '/hashtag')))"
    " or contains(@class, 'ags') or contains(@class, 'opics') or contains(@class, 'eywords') or contains(@class, 'hemen')"
    " or contains(@class, 'chlagw') or contains(@class, 'tiquetas') or contains(@class, 'emas') or contains(@class, 'ist')]"
)
"""What may be, or stand before, a list of tags; in one look, for most elements are neither."""


def _shown(tree: HtmlElement, url: str) -> tuple[str, ...]:
    """The links of the first list behind the headline that is one of tags."""
    for element in _behind([e for e in _SIGNS(tree) if not _in_menu(e)]):
        box = _list_at(element)
        found = _judged(_text(a) for a in box.iter("a") if _leads_to_tag(a, url)) if box is not None else ()
        if found:
            return found
    return ()


def _in_menu(element: HtmlElement) -> bool:
    return next(element.iterancestors("nav"), None) is not None


def _behind(elements: Sequence[HtmlElement]) -> Iterator[HtmlElement]:
    """What follows the headline; everything, where there is none: to the parser an open menu may have swallowed it."""
    start = next((i for i, element in enumerate(elements) if element.tag == "h1"), 0)
    return islice(elements, start, None)


def _list_at(element: HtmlElement) -> HtmlElement | None:
    """The list of tags that an element is the label, the first link or the frame of."""
    if element.tag in _LABELS and _LABEL.fullmatch((element.text or "").strip()):
        return _labelled(element)
    link = next(element.iter("a"), None)
    box = _box(link) if link is not None and _may_be_tag(link) else None
    return box if box is not None and _lists_tags(box) else None


def _leads_to_tag(link: HtmlElement, url: str) -> bool:
    """Whether it leads to another page of the same site: none that skips, shows comments or shares."""
    goal = urljoin(url, link.get("href") or "")
    return goal.startswith("http") and urlsplit(goal).path != urlsplit(url).path and site(goal) == site(url)


_LABELS = frozenset({"h2", "h3", "h4", "h5", "h6", "strong", "b", "dt"})


def _box(link: HtmlElement) -> HtmlElement | None:
    """The largest box around a short link that holds short links and next to nothing else."""
    box = None
    if _is_short(_text(link)):
        for _, above in zip(range(_UP), link.iterancestors(), strict=False):
            if not _is_list(above):
                break
            box = above
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
    return (
        "tag" in (link.get("rel") or "").split()
        or bool(_PATH.search(link.get("href") or ""))
        or bool(_BOX.search(_names(link, *_above(link))))
    )


def _lists_tags(box: HtmlElement) -> bool:
    """Whether a box of links says that it holds tags: by its name, by its links' kind, or by where they lead."""
    links = list(box.iter("a"))
    names = _names(box, *_above(box), *box.iterdescendants())
    if _NO_BOX.search(names):
        return False
    kinds = [(a.get("rel") or "").split() for a in links]
    if all("tag" in kind and "category" not in kind for kind in kinds) or _BOX.search(names):
        return True
    return len(links) > 1 and all(_PATH.search(a.get("href") or "") for a in links)


def _above(element: HtmlElement) -> Iterator[HtmlElement]:
    return (a for _, a in zip(range(_NEAR), element.iterancestors(), strict=False) if a.tag not in ("body", "html"))


def _names(*elements: HtmlElement) -> str:
    return " ".join(f"{e.get('class') or ''} {e.get('id') or ''}" for e in elements if isinstance(e.tag, str))


def _is_short(text: str) -> bool:
    return 0 < len(text) <= _LETTERS and len(text.split()) <= _WORDS


def _text(element: HtmlElement) -> str:
    return flat("".join(t for t in element.itertext() if isinstance(t, str)))
