"""One page in, what a crawl reads of it out, as plain dicts: for scorers outside the project.

The same function with the same defaults as a crawl of a source that says nothing about itself.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from scraper.extract.charsets import decode
from scraper.extract.reading import read


def article(html: bytes, url: str) -> dict[str, Any]:
    """title, text, authors, published (ISO 8601, UTC), image, language, tags; an empty dict if the page is no article."""
    found = read(decode(html), url, fetched=datetime.now(UTC)).article
    if found is None:
        return {}
    return {
        "title": found.title,
        "text": found.text,
        "authors": list(found.authors),
        "published": found.published.isoformat() if found.published else None,
        "image": found.image.url if found.image else None,
        "language": found.language,
        "tags": list(found.tags),
    }


def briefs(html: bytes, url: str) -> list[dict[str, Any]]:
    """Each row of each block of teasers: url (None without a link), title, summary, published, category, kind."""
    return [
        {
            "url": _as_written(brief.url, html) or None,
            "title": brief.title,
            "summary": brief.text,
            "published": brief.published.isoformat() if brief.published else brief.time_text,
            "category": brief.tag,
            "kind": brief.kind.value,
        }
        for brief in read(decode(html), url, fetched=datetime.now(UTC)).briefs
    ]


def _as_written(url: str, html: bytes) -> str:
    """Labels have an address as its page spells it: letters outside ASCII may stand there plainly."""
    plain = unquote(url)
    path = urlsplit(plain).path
    return plain if not path.isascii() and path.encode() in html else url
