"""What form an article has (a live blog, a video, a gallery, an opinion), and whether it has to be paid for."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newsloom.news.items import Form
from scraper.extract.declared import Declared, Json, listed
from scraper.extract.parts import Body

_TYPES = (
    (Form.LIVE, re.compile(r"^LiveBlogPosting$")),
    (Form.OPINION, re.compile(r"^(?:OpinionNewsArticle|OpinionArticle)$")),
    (Form.GALLERY, re.compile(r"^(?:ImageGallery|MediaGallery)$")),
    (Form.VIDEO, re.compile(r"^VideoObject$")),
)
"""By schema.org's names."""
_SECTIONS = (
    (Form.LIVE, re.compile(r"live(?:blog|ticker|-updates?)?|direct|directo|en-vivo|minuto-a-minuto|diretta")),
    (Form.OPINION, re.compile(r"opinions?|editorials?|op-?ed|commentary|columns?|columnists?|letters|meinung(?:en)?|kommentare?|"
                              r"leitartikel|opinion(?:es)?|tribunes?|chroniques|opinioni|editoriali|opiniao|colunas|opinie|debatt|"
                              r"kronik(?:er)?|mielipide|opinie-i-komentarze|mneniya|kolumny|yazarlar|koseyazilari")),
    (Form.VIDEO, re.compile(r"videos?|watch|webtv|mediathek")),
    (Form.GALLERY, re.compile(r"galler(?:y|ies)|galeri[ae]s?|photos?|pictures|in-pictures|fotos?|fotostrecken?|bildergalerien?|"
                              r"diaporamas?|fotogaler(?:ie|ias?)|slideshows?|photo-?essays?")),
)  # fmt: skip
"""By what sites call the part of their address in which they keep such pieces."""
_LONG = 1_500
"""Letters: who gives so much text away has not closed the door."""
_WALL = re.compile(
    r"(?:^|[\s_-])(?:pay-?wall|reg-?wall|subscription-wall|premium-wall|metered-wall)(?:$|[\s_-])", re.IGNORECASE
)


def form(said: Declared, url: str) -> tuple[Form, str]:
    """The form, and where it was found; an ordinary article where nothing says otherwise."""
    types = [str(t).rpartition("/")[2] for node in (said.article, said.page) for t in listed(node.get("@type"))]
    for found, pattern in _TYPES:
        # a page about an article may carry a video; only one that is no article at all is one
        if any(map(pattern.match, types)) and (found in (Form.LIVE, Form.OPINION) or not said.article):
            return found, "json-ld"
    if said.article.get("liveBlogUpdate") or said.article.get("coverageStartTime"):
        return Form.LIVE, "json-ld"
    if said.first("og:type").lower().startswith("video"):
        return Form.VIDEO, "meta"
    folders = urlsplit(url).path.lower().split("/")[1:-1]
    for found, pattern in _SECTIONS:
        if any(map(pattern.fullmatch, folders[:3])):
            return found, "address"
    return Form.ARTICLE, ""


def paywalled(tree: HtmlElement, said: Declared, body: Body) -> tuple[bool | None, str]:
    """Whether it has to be paid for, and where that was found; None where nothing tells.

    `isAccessibleForFree` of the article and its parts (Google's "Subscription and paywalled content"), `article:content_tier`
    (Facebook's), else a wall in the page that leaves little text.
    """
    free = [str(value).rpartition("/")[2].lower() for value in _free(said)]
    if "false" in free:
        return True, "json-ld"
    tier = said.first("article:content_tier", "og:article:content_tier").lower()
    if tier in ("locked", "metered"):
        return True, "meta"
    if free:
        return False, "json-ld"
    if tier == "free":
        return False, "meta"
    if body.size < _LONG and any(
        _WALL.search(e.get("class") or e.get("id") or "") for e in tree.iter("div", "section", "aside")
    ):
        return True, "page"
    return None, ""


def _free(said: Declared) -> Iterator[Json]:
    nodes = [said.article, *(p for p in listed(said.article.get("hasPart")) if isinstance(p, dict))]
    yield from (n["isAccessibleForFree"] for n in nodes if n.get("isAccessibleForFree") is not None)
    yield from said.micro.get("isAccessibleForFree", ())
