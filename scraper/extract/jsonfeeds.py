"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1). A field of the wrong type counts as not given."""

import html
import json
from collections.abc import Iterator
from typing import Any

from newsloom.news.items import Enclosure, Image
from scraper.extract.documents import Ask, FeedDocument, Unreadable
from scraper.extract.feeditems import Said, absolute, found_in, number, plain
from scraper.extract.older import older

Json = Any  # what json.loads gives


def json_feed(text: str, ask: Ask) -> FeedDocument:
    """The feed in `text`. Raises Unreadable for JSON of another kind, or none."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"damaged JSON: {error}") from None
    if not isinstance(root, dict) or not isinstance(root.get("items"), list) or "version" not in root:
        raise Unreadable("JSON, but no JSON Feed")
    home = absolute(_text(root, "home_page_url"), ask.url)
    items = [item for item in root["items"] if isinstance(item, dict)]
    found, all_given = found_in((_said(item, root, ask) for item in items), ask, home=home)
    return FeedDocument(
        title=plain(_text(root, "title")),
        language=_text(root, "language").lower(),
        home=home,
        found=found,
        whole=all_given,
        bounds=() if all_given else ("entries",),
        older=older([("next", _text(root, "next_url"))], ask),
    )


def _said(item: Json, root: Json, ask: Ask) -> Said:
    markup, text = _text(item, "content_html"), _text(item, "content_text")
    ident = item.get("id")
    ident = ident.strip() if isinstance(ident, str) else ""
    return Said(
        links=(_text(item, "url"), _text(item, "external_url")),
        ident=ident,
        title=html.escape(_text(item, "title"), quote=False),  # is text, and what follows reads HTML
        bodies=tuple(body for body in (markup, html.escape(text, quote=False)) if body),
        summary=html.escape(_text(item, "summary"), quote=False),
        authors=tuple(_authors(item)) or tuple(_authors(root)),
        published=ask.instant(_text(item, "date_published")),
        modified=ask.instant(_text(item, "date_modified")),
        tags=tuple(html.escape(tag, quote=False) for tag in _list(item, "tags") if isinstance(tag, str)),
        images=tuple(Image(url=url) for name in ("image", "banner_image") if (url := _text(item, name))),
        enclosures=tuple(_files(item)),
        language=_text(item, "language") or _text(root, "language"),
    )


def _authors(of: Json) -> Iterator[str]:
    for author in (*_list(of, "authors"), of.get("author")):
        if isinstance(author, dict):
            yield _text(author, "name")


def _files(item: Json) -> Iterator[Enclosure]:
    for file in _list(item, "attachments"):
        if isinstance(file, dict) and _text(file, "url"):
            length = number(file.get("size_in_bytes")) or 0
            yield Enclosure(url=_text(file, "url"), type=_text(file, "mime_type"), length=length)


def _text(of: Json, name: str) -> str:
    value = of.get(name)
    return value.strip() if isinstance(value, str) else ""


def _list(of: Json, name: str) -> list[Json]:
    value = of.get(name)
    return value if isinstance(value, list) else []
