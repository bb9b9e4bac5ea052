"""RSS 0.9x, 1.0 and 2.0, Atom and their extensions, read by feedparser."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from newsloom.news.items import Enclosure, Image
from scraper.extract import dates
from scraper.extract.documents import Ask, FeedDocument, Unreadable
from scraper.extract.feeditems import FORBIDDEN, Said, absolute, found_in, number, plain
from scraper.extract.older import older
from scraper.extract.wishes import wishes

_MOST = 1_500
"""Items that are parsed of one feed, and below, the characters: at .25 ms an item and 60 ms a million of characters
this stays within a document's second or two."""
_MOST_CHARACTERS = 3_000_000
_ITEM = re.compile(r"<(?:[\w-]+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:[\w-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_END = re.compile(r"</(?:[\w-]+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_DATE = re.compile(r"<(?:[\w-]+:)?(?:pubDate|date|published|updated|issued)[^>]{0,100}>([^<]{4,60})<", re.IGNORECASE)
_BARE = re.compile(r"(?P<cdata><!\[CDATA\[.*?(?:\]\]>|\Z))|&(?!\w{1,31};|#\d{1,7};|#x[\da-fA-F]{1,6};)", re.DOTALL)
"""`AT&T` written so; feedparser would make `AT&T;` of it."""
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>", re.IGNORECASE)

Dialect = Any  # feedparser.FeedParserDict: a dict whose keys depend on the feed


def feed(text: str, ask: Ask) -> FeedDocument:
    """The feed in `text`. One that breaks off gives what came before, and says that it is not whole."""
    text, broken = _complete_part(text)
    text, cut = _newest_part(text, ask)  # before anything that copies it: a feed may be as large as a body
    text = _DECLARATION.sub("", FORBIDDEN.sub("", text), count=1)
    text = _BARE.sub(lambda bare: bare["cdata"] or "&amp;", text)
    read = _parse(text, ask.url)
    if not read.entries and not read.get("version"):
        raise Unreadable("it looks like a feed, but none can be read from it")
    home = absolute(next(iter(_links(read.feed)), ""), ask.url)
    found, all_given = found_in((_said(entry, read, ask) for entry in read.entries), ask, home=home)
    cut = cut or not all_given
    return FeedDocument(
        title=plain(read.feed.get("title", "")),
        language=_language(read.feed.get("language")),
        home=home,
        found=found,
        whole=not cut and not broken,
        bounds=("entries",) if cut else (),
        wishes=wishes(text, first.start() if (first := _ITEM.search(text)) else len(text)),
        older=older(
            [(link.get("rel", ""), link.get("href", "")) for link in read.feed.get("links", ())],
            ask,
            generator=f"{read.feed.get('generator', '')} {read.feed.get('generator_detail', {}).get('href', '')}",
        ),
    )


def _parse(text: str, url: str) -> Dialect:
    # Loaded here, since most reading processes meet pages only.
    import feedparser  # noqa: PLC0415

    return feedparser.parse(
        io.BytesIO(text.encode()),  # never text or bytes: those it would take for the name of a file or an address
        sanitize_html=False,  # ours is done once, where HTML is shown; feedparser's costs thirty times the parsing
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
    )


def _complete_part(text: str) -> tuple[str, bool]:
    """Of a feed that breaks off, what stands before the item that it broke off in; and whether it did."""
    if _END.search(text, max(0, len(text) - 4096)):
        return text, False
    ends = [end.end() for end in _ITEM_END.finditer(text)]
    starts = [start.start() for start in _ITEM.finditer(text)]
    return text[: ends[-1] if ends else starts[0] if starts else len(text)], True


def _newest_part(text: str, ask: Ask) -> tuple[str, bool]:
    """The feed with no more of its items than can be read in time: those at the newer end; and whether some were cut."""
    starts = [item.start() for item in _ITEM.finditer(text)]
    most = min(_MOST, ask.entries)
    if (len(starts) <= most and len(text) <= _MOST_CHARACTERS) or not starts:
        return text, False
    starts.append(len(text))
    if _runs_forward(text, starts):
        first = next(
            n for n, at in enumerate(starts) if n >= len(starts) - 1 - most and starts[-1] - at <= _MOST_CHARACTERS
        )
        return text[: starts[0]] + text[starts[min(first, len(starts) - 2)] :], True
    last = max(n for n, at in enumerate(starts) if n <= 1 or (n <= most and at - starts[0] <= _MOST_CHARACTERS))
    return text[: starts[last]], True


def _runs_forward(text: str, starts: list[int]) -> bool:
    """Whether the last item is newer than the first."""
    first, last = _DATE.search(text, starts[0], starts[1]), _DATE.search(text, starts[-2], starts[-1])
    older, newer = (dates.parse(found[1]) if found else None for found in (first, last))
    return bool(older and newer and newer > older)


def _said(entry: Dialect, read: Dialect, ask: Ask) -> Said:
    content = [part for part in entry.get("content", ()) if part.get("value")]
    bodies = tuple(
        part["value"] for part in content if not part.get("type", "").startswith(("audio", "video", "image"))
    )
    description = dict.get(entry, "summary", "")
    published, modified = _times(entry, ask)
    base = next((part["base"] for part in content if part.get("base") not in ("", None, ask.url)), "")
    said_by = _authors(entry) or (_authors(read.feed) if read.get("version", "").startswith("atom") else ())
    language = next((part["language"] for part in content if part.get("language")), None)
    return Said(
        links=_links(entry),
        ident=entry.get("id", ""),
        title=_title(entry),
        bodies=bodies,
        description="" if description in bodies else description,
        base=base,
        authors=said_by,  # RFC 4287, 4.2.1: the feed's author where an entry has none
        published=published,
        modified=modified,
        tags=tuple(tag.get("label") or tag.get("term") or "" for tag in entry.get("tags", ())),
        images=tuple(_images(entry)),
        enclosures=tuple(_files(entry)),
        language=_language(language or read.feed.get("language")),
    )


def _title(entry: Dialect) -> str:
    """As HTML. In a title that is said to be plain text, an angle bracket is one (`Using <video>`)."""
    title: str = entry.get("title", "")
    plain_text = entry.get("title_detail", {}).get("type") == "text/plain"
    return title.replace("<", "&lt;") if plain_text else title


def _links(entry: Dialect) -> tuple[str, ...]:
    """Candidates for a page's address: what a tracker replaced, the alternate that is HTML, any other, the plain link."""
    alternates = [link for link in entry.get("links", ()) if link.get("rel", "alternate") == "alternate"]
    pages = [link for link in alternates if link.get("type", "text/html") in ("text/html", "application/xhtml+xml", "")]
    ordered = (
        entry.get("feedburner_origlink", ""),
        *(link.get("href", "") for link in (*pages, *alternates)),
        entry.get("link", ""),
    )
    return tuple(dict.fromkeys(link for link in ordered if link))


def _times(entry: Dialect, ask: Ask) -> tuple[datetime | None, datetime | None]:
    """Published and modified. RSS 1.0 and many others have one date only, which feedparser calls updated: it is published."""
    published = _time(entry, "published", ask) or _time(entry, "created", ask)
    modified = _time(entry, "updated", ask)
    return (published, modified) if published else (modified, None)


def _time(entry: Dialect, name: str, ask: Ask) -> datetime | None:
    raw = dict.get(entry, name)  # feedparser's own get answers for `updated` with `published`, and warns
    instant = ask.instant(raw or "")
    parsed = dict.get(entry, f"{name}_parsed")  # Korean, Greek, Hungarian forms with the zone of their country
    if instant or not parsed or not 1990 <= parsed[0] <= ask.fetched.year + 1:
        return instant
    year, month, day, hour, minute, second = parsed[:6]
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)


def _authors(of: Dialect) -> tuple[str, ...]:
    """The authors as written. feedparser takes `ann@paper.example (Ann)` apart as if a top-level domain had four letters
    at most, so that the name begins in the domain; of the last author it keeps what was written."""
    names = [author.get("name") or "" for author in of.get("authors", ())]
    return (*names[:-1], of.get("author") or "".join(names[-1:]))


def _images(entry: Dialect) -> Iterator[Image]:
    """Lead images, best first: the largest of Media RSS, a thumbnail, iTunes' cover, an enclosure that is one."""
    media = [m for m in entry.get("media_content", ()) if _is_image(m) and m.get("url")]
    for one in sorted(media, key=lambda m: -(number(m.get("width")) or 0)):
        yield Image(url=one["url"], width=number(one.get("width")), height=number(one.get("height")))
    for one in entry.get("media_thumbnail", ()):
        if one.get("url"):
            yield Image(url=one["url"], width=number(one.get("width")), height=number(one.get("height")))
    image = entry.get("image")
    if isinstance(image, dict) and image.get("href"):
        yield Image(url=image["href"])
    for link in entry.get("enclosures", ()):
        if link.get("type", "").startswith("image/") and link.get("href"):
            yield Image(url=link["href"])


def _is_image(media: Dialect) -> bool:
    kind = media.get("type", "")
    if kind or media.get("medium"):
        return bool(kind.startswith("image/") or media.get("medium") == "image")
    return bool(re.search(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", media.get("url", ""), re.IGNORECASE))


def _files(entry: Dialect) -> Iterator[Enclosure]:
    for link in entry.get("enclosures", ()):
        if link.get("href") and not link.get("type", "").startswith("image/"):
            yield Enclosure(url=link["href"], type=link.get("type", ""), length=number(link.get("length")) or 0)
    for media in entry.get("media_content", ()):
        if media.get("url") and media.get("type", "").startswith(("audio/", "video/", "application/pdf")):
            yield Enclosure(url=media["url"], type=media["type"], length=number(media.get("filesize")) or 0)


def _language(value: object) -> str:
    tag = value.strip().replace("_", "-").lower() if isinstance(value, str) else ""
    return tag if re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*", tag) else ""
