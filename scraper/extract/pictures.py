"""A page's lead image: what it declares for sharing, else its article's node."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml.html import HtmlElement

from newsloom.news.identity import normalize
from newsloom.news.items import Image
from scraper.extract.declared import Declared, Json, Node, listed, plain
from scraper.extract.words import line

_NO_PICTURE = re.compile(
    r"logo|placeholder|default[-_.]|fallback|favicon|blank\.|spacer|social[-_]?share|avatar", re.IGNORECASE
)


def lead_image(tree: HtmlElement, said: Declared, url: str) -> Image | None:
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
