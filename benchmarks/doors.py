"""One page in, what a crawl reads of it out, as plain dicts: for scorers outside the project.

The same function with the same defaults as a crawl of a source that says nothing about itself.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote, urlsplit

from newsloom.news.items import Article
from scraper.extract.charsets import decode
from scraper.extract.reading import read


def article(html: bytes, url: str) -> dict[str, Any]:
    """title, text, authors, published (ISO 8601), image, language, tags; an empty dict if the page is no article."""
    found = read(decode(html), url, fetched=datetime.now(UTC)).article
    if found is None:
        return {}
    return {
        "title": found.title,
        "text": found.text,
        "authors": list(found.authors),
        "published": _as_shown(found),
        "image": found.image.url if found.image else None,
        "language": found.language,
        "tags": list(found.tags),
    }


def _as_shown(found: Article) -> str | None:
    """The time by the clock of the page, if it says by which: the day that readers see there."""
    if found.published is None:
        return None
    return found.published.astimezone(timezone(timedelta(minutes=found.published_offset or 0))).isoformat()


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
