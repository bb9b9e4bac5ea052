"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

import json
from typing import Any

from feeds.clean import line
from feeds.formats import Place
from feeds.languages import language
from feeds.shown import Shown
from newsloom.news.items import Enclosure, Feed

SUFFIX = ".json"
CONTENT_TYPE = "application/feed+json"
NAME = "JSON Feed"
BETWEEN = b",\n"
ARCHIVED = False  # its next_url is for paging, which moves with each entry


def frame(feed: Feed, place: Place) -> tuple[bytes, bytes]:
    topic = feed.topic
    document = _said(
        version="https://jsonfeed.org/version/1.1",
        title=line(topic.title) or line(topic.key),
        home_page_url=place.home_url,
        feed_url=place.self_url,
        description=line(topic.description),
        language=language(topic.language),
    )
    head = json.dumps(document, ensure_ascii=False, indent=1).removesuffix("\n}")
    return f'{head},\n "items": [\n'.encode(), b"\n ]\n}\n"


def entry(shown: Shown) -> bytes:
    item = _said(
        id=shown.id,
        url=shown.url,
        title=shown.title,
        content_html=shown.html,
        summary=shown.summary,
        image=shown.image.url if shown.image else "",
        date_published=shown.published.isoformat(),
        date_modified=shown.updated.isoformat(),
        authors=[{"name": name} for name in shown.authors],
        tags=list(shown.categories),
        language=shown.language,
        attachments=[_attachment(file) for file in shown.enclosures],
        _newsloom=_said(
            source=_said(title=shown.source, url=shown.source_url),
            also_at=[{"title": title, "url": url} for title, url in shown.also_at],
        ),
    )
    return json.dumps(item, ensure_ascii=False, indent=1).encode()


def _attachment(file: Enclosure) -> dict[str, Any]:
    return _said(url=file.url, mime_type=file.type, size_in_bytes=file.length)


def _said(**fields: Any) -> dict[str, Any]:
    """Only what there is something to say about: JSON Feed has no empty values."""
    return {name: value for name, value in fields.items() if value}
