"""A page's lead image: what stands at the head of its article, else what it declares for sharing."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from newsloom.news.identity import normalize
from newsloom.news.items import Image
from scraper.extract.declared import Declared, Json, Node, listed, plain
from scraper.extract.people import is_profile
from scraper.extract.words import line

_NO_PICTURE = re.compile(
    r"logo|placeholder|^default[-_.]|[-_]default[-_]?(?:image|img|share|social|thumb|news|og)|[-_]default\.\w+$|fallback|favicon|blank\.|spacer|social[-_]?share|avatar"
)
"""In a file's name in lower case: a pattern that knows none takes a third of the time."""
_NO_LEAD = re.compile(
    r"logo|icon|avatar|author|byline|profile|headshot|badge|banner|advert|sponsor|promo|related|newsletter|teaser|sprite|emoji|"
    r"pixel|spacer|share|thumb"
)
"""In the name of a picture's box, or of one above it: it is no picture of the article."""
_APART = frozenset({"aside", "nav", "footer", "li", "button", "noscript"})
_SMALL = 200
"""Pixels of width: a smaller picture leads no article."""
_PARAGRAPH = 80
"""Letters."""
_BEGUN = 2
"""Paragraphs, after which the head of an article is over."""
_LAZY = ("data-src", "data-lazy-src", "data-original", "src")
_CANDIDATE = re.compile(r"(\S+[^\s,])(?:\s+(\d+(?:\.\d+)?)[wx])?\s*(?:,|$)")
"""Of a srcset (HTML, 4.8.4.2.1): an address, and its width or density."""


def lead_image(tree: HtmlElement, said: Declared, url: str) -> tuple[Image | None, str]:
    """The lead image and where it was found: at the article's head, if the page declares another one for sharing.

    A card for sharing is often cut to another form, or has the site's name on it. Logos and placeholders are none.
    """
    declared = _declared(tree, said, url)
    shown = next(((element, image) for element in _shown(tree) if (image := _as_image(element, url))), None)
    if shown is not None and (declared is None or not _leads(tree, declared.url, shown[0])):
        return shown[1], "page"
    return declared, "declared" if declared else ""


def _leads(tree: HtmlElement, address: str, shown: HtmlElement) -> bool:
    """Whether the page shows the file at `address` above a picture, or as it: some sites lead above the headline."""
    for image in tree.iter("img"):
        if _shows(image, address):
            return True
        if image is shown:
            return False
    return False


def _declared(tree: HtmlElement, said: Declared, url: str) -> Image | None:
    for address, node in _pictures(said):
        absolute = _absolute(address, url)
        if not absolute or _NO_PICTURE.search(absolute.rpartition("/")[2].lower()):
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


# ---------------------------------------------------------- what the page shows


def _shown(tree: HtmlElement) -> Iterator[HtmlElement]:
    """The pictures behind the headline and before the article is well begun."""
    behind, paragraphs = False, 0
    for element in tree.iter("h1", "p", "img"):
        if element.tag == "h1":
            behind = True
        elif not behind:
            continue
        elif element.tag == "p":
            paragraphs += len("".join(element.itertext())) > _PARAGRAPH
            if paragraphs > _BEGUN:
                return
        elif _may_lead(element):
            yield element


def _may_lead(image: HtmlElement) -> bool:
    sizes = [n for n in (_pixels(image.get("width")), _pixels(image.get("height"))) if n]
    if sizes and max(sizes) < _SMALL:
        return False
    named = [image, *(a for _, a in zip(range(3), image.iterancestors(), strict=False))]
    names = " ".join(f"{e.get('class') or ''} {e.get('id') or ''}" for e in named)
    return not (
        _NO_LEAD.search(names.lower())
        or any(a.tag in _APART or (a.tag == "a" and is_profile(a.get("href") or "")) for a in image.iterancestors())
    )


def _as_image(image: HtmlElement, url: str) -> Image | None:
    found, wide = _largest(image)
    absolute = _absolute(found, url)
    name = absolute.partition("?")[0].rpartition("/")[2].lower()
    odd = name.endswith((".svg", ".gif")) or "/author" in absolute or _NO_PICTURE.search(name)
    if odd or not absolute.startswith("http"):
        return None
    figure = next((a for a in image.iterancestors("figure")), None)
    caption = figure.find(".//figcaption") if figure is not None else None
    return Image(
        url=absolute,
        caption=line(_words(caption) if caption is not None else ""),
        width=wide or _pixels(image.get("width")),
        height=None if wide else _pixels(image.get("height")),
    )


def _largest(image: HtmlElement) -> tuple[str, int | None]:
    """The address of the widest copy that the page offers of a picture, and its width if that is told beside it."""
    address, size = max(_copies(image), key=lambda copy: copy[1], default=("", 0.0))
    plain_one = next((v for n in _LAZY if (v := (image.get(n) or "").strip()) and not v.startswith("data:")), "")
    return address or plain_one, int(size) if address and size >= _SMALL else None


def _copies(image: HtmlElement) -> Iterator[tuple[str, float]]:
    picture = next(image.iterancestors("picture"), None)  # to the parser a <source> holds what follows it
    sources = list(picture.iter("source")) if picture is not None else []
    for element in (image, *sources):
        for name in ("srcset", "data-srcset"):
            for found in _CANDIDATE.finditer(element.get(name) or ""):
                if not found[1].startswith("data:"):
                    yield found[1], float(found[2] or 1)


def _shows(image: HtmlElement, address: str) -> bool:
    """Whether a picture is a copy of the file at `address`, in whatever size."""
    name = _stem(address)
    offered = [image.get(n) or "" for n in _LAZY] + [copy for copy, _ in _copies(image)]
    return len(name) >= 6 and any(name in each for each in offered)


def _stem(address: str) -> str:
    """A file's name without its ending and size: `/2024/flood-1200x630.jpg` -> `flood`."""
    name = re.sub(r"\.\w+$", "", address.partition("?")[0].rpartition("/")[2])
    return re.sub(r"[-_]\d{2,4}x\d{2,4}$", "", name)


def _caption(tree: HtmlElement, address: str) -> str:
    """The caption of the figure that shows the same file."""
    if len(_stem(address)) < 6:
        return ""
    for figure in tree.iter("figure"):
        caption = figure.find(".//figcaption")
        if caption is not None and any(_shows(image, address) for image in figure.iter("img", "source")):
            return _words(caption)
    return ""


def _words(caption: HtmlElement) -> str:
    return " ".join("".join(caption.itertext()).split())[:500]


def _pixels(value: Json) -> int | None:
    found = re.match(r"\d{1,5}", plain(value))
    return int(found[0]) or None if found else None


def _absolute(address: str, url: str) -> str:
    return normalize(address, url) if address else ""
