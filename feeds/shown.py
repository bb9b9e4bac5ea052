"""What a feed shows of an entry, before any format: the face chosen, every text made safe, nothing missing that readers need."""

import logging
import mimetypes
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import TypeVar
from urllib.parse import urlsplit

from feeds.clean import address, clean, line, markup, paragraphs, text
from feeds.languages import language
from newsloom.news.identity import feed_id
from newsloom.news.items import Enclosure, Entry, Face, Feed, Image

log = logging.getLogger("newsloom.feeds")

Drawn = TypeVar("Drawn")

_TITLE = 100
_LEAD = 300
_TYPES = mimetypes.MimeTypes()  # Python's own table only: a machine's /etc/mime.types would make other bytes there
_TYPES.add_type("image/webp", ".webp")
_TYPES.add_type("image/avif", ".avif")
_MAIL = re.compile(r" ?<[^<>\s]+@[^<>\s]+>")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_SENTENCE = re.compile(r".*?(?:[.!?…](?=\s)|[。！？])", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One entry as every format shows it. Texts are plain and hold nothing that XML forbids; `html` is safe; times are UTC, whole
    seconds; addresses are http or https, or empty."""

    id: str
    """`urn:uuid:...`, the same in every feed and format."""
    url: str
    title: str
    """Never empty."""
    html: str
    """Never empty."""
    summary: str
    """As the source gave it, or empty."""
    lead: str
    """The summary, else how the text begins. Never empty."""
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    language: str
    published: datetime
    updated: datetime
    corrected: bool
    """Whether it changed since a feed first showed it."""
    image: Image | None
    enclosures: tuple[Enclosure, ...]
    """Each with a type; the lead image is the last if it is no other."""
    source: str
    """The source's title, never empty."""
    source_id: str
    """`urn:uuid:...` of the feed that holds what this source carried."""
    source_url: str
    also_at: tuple[tuple[str, str], ...]


def drawn(feed: Feed, draw: Callable[[Shown], Drawn]) -> list[Drawn]:
    """`draw` of each entry, in the feed's order. An entry that cannot be drawn is left out, and the log names it."""
    done = []
    for entry in feed.entries:
        try:
            done.append(draw(show(entry, feed.topic.face)))
        except Exception:  # whatever is wrong with one entry, its feed goes on without it; the trace is in the log
            log.exception("entry left out", extra={"topic": feed.topic.key, "entry": entry.id, "url": entry.url})
    return done


def show(entry: Entry, face: Face) -> Shown:
    """Raises ValueError for a time without zone, and whatever else a field of a wrong kind raises."""
    face = entry.content if face is Face.SOURCE else face
    as_brief = face is Face.BRIEF and bool(entry.brief_text.strip())
    url = address(entry.url)
    summary = text(entry.summary).strip()
    body = text(entry.brief_text if as_brief else entry.text).strip()
    sentence = _first_sentence(line(body))
    title = (
        (line(entry.title) and not as_brief and line(entry.title))
        or sentence
        or line(entry.title)
        or _first_sentence(summary)
    )
    title = title or url or "Untitled"
    image = _image(entry)
    published = _utc((entry.brief_published if as_brief else None) or entry.published)
    corrected = entry.version > 1
    also_at = tuple((line(name) or where, where) for name, there in entry.also_at if (where := address(there)))
    return Shown(
        id=entry.id.urn,
        url=url,
        title=title,
        html=markup(
            (_brief(entry) if as_brief else _body(entry, face) or paragraphs(body or summary or title))
            + _also_at(also_at)
        ),
        summary=summary,
        lead=line(summary) or _cut(line(body), _LEAD) or title,
        authors=_each_once(map(_name, entry.authors)),
        categories=_each_once(map(line, (entry.brief_tag if as_brief else "", entry.section, *entry.tags))),
        language=language(entry.language),
        published=published,
        # Only for a change that readers of the feed could miss. What a page says was changed before anybody here saw it is
        # not one, and readers that prefer `updated` would date the piece by it.
        updated=_utc(entry.updated) if corrected else published,
        corrected=corrected,
        image=image,
        enclosures=_enclosures(entry, image),
        source=line(entry.source_title) or line(entry.source) or "Unknown",
        source_id=feed_id(f"source/{text(entry.source)}").urn,
        source_url=address(entry.source_url),
        also_at=also_at,
    )


def _name(author: str) -> str:
    """Without the mail address that some sites put behind it: a feed is read by machines that collect such."""
    return _MAIL.sub("", line(author)) or line(author).strip("<>")


def _body(entry: Entry, face: Face) -> str:
    if face is Face.SUMMARY:
        return paragraphs(entry.summary.strip() or _cut(line(entry.text), _LEAD))
    return clean(entry.html, entry.url) if entry.html else ""


def _brief(entry: Entry) -> str:
    """The row as its page showed it: time, tag, paragraph."""
    marks = []
    if clock := line(entry.brief_time):
        there = entry.brief_published
        marks.append(f'<time datetime="{_utc(there).isoformat()}">{escape(clock)}</time>' if there else escape(clock))
    if tag := line(entry.brief_tag):
        marks.append(f"<strong>{escape(tag)}</strong>")
    return (f"<p>{' '.join(marks)}</p>" if marks else "") + paragraphs(entry.brief_text)


def _also_at(also_at: tuple[tuple[str, str], ...]) -> str:
    links = ", ".join(f'<a href="{escape(url)}" rel="noopener noreferrer">{escape(name)}</a>' for name, url in also_at)
    return f"<p>Also at: {links}</p>" if links else ""


def _image(entry: Entry) -> Image | None:
    if entry.image is None or not (url := address(entry.image.url, entry.url)):
        return None
    width, height = (side if side and side > 0 else None for side in (entry.image.width, entry.image.height))
    return Image(url=url, caption=line(entry.image.caption), width=width, height=height)


def _enclosures(entry: Entry, image: Image | None) -> tuple[Enclosure, ...]:
    """The files of the item; last the lead image, if its address says that it is one: many readers show only enclosures."""
    files = {}
    for one in entry.enclosures:
        if url := address(one.url, entry.url):
            files[url] = Enclosure(url=url, type=_media_type(one.type, url), length=max(0, one.length))
    if image is not None and (kind := _media_type("", image.url)).startswith("image/"):
        files.setdefault(image.url, Enclosure(url=image.url, type=kind))
    return tuple(files.values())


def _media_type(said: str, url: str) -> str:
    said = said.partition(";")[0].strip().lower()
    return (
        said if _MEDIA_TYPE.fullmatch(said) else _TYPES.guess_type(urlsplit(url).path)[0] or "application/octet-stream"
    )


def _each_once(values: Iterable[str]) -> tuple[str, ...]:
    """Without the empty ones; `Politics` and `politics` are one."""
    found: dict[str, str] = {}
    for value in values:
        if value:
            found.setdefault(value.casefold(), value)
    return tuple(found.values())


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"a time without zone: {instant}")
    return instant.astimezone(UTC).replace(microsecond=0)


def _first_sentence(value: str) -> str:
    found = _SENTENCE.match(value)
    return _cut(found[0] if found else value, _TITLE)


def _cut(value: str, length: int) -> str:
    """At most `length` characters and an ellipsis, cut at a word where words have spaces between them."""
    if len(value) <= length:
        return value
    head, space, _ = value[: length + 1].rpartition(" ")
    return (head if space and len(head) > length // 2 else value[:length]).rstrip(" ,;:–-") + "…"
