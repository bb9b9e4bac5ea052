"""From a Feed to its files, in every format."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from feeds import archives, index
from feeds.assembled import Writer, together
from feeds.clean import address
from feeds.files import PublishError, failure, replace, twin, unfinished
from feeds.formats import Format, Place, edition, found, render, suffixes
from feeds.index import Shelf
from newsloom.news.items import Feed, Topic
from newsloom.news.renderings import Issue, Written

__all__ = [
    "PublishError",
    "Published",
    "Shelf",
    "edition",
    "missing",
    "publish",
    "publish_index",
    "publish_page",
    "suffixes",
    "withdraw_files",
]

_TTL = (5, 10, 15, 30, 60, 120, 240, 480, 720, 1440)
"""Minutes. A few values, so that a small change of the polling interval changes no feed."""
_NEVER = timedelta(days=1)
"""How often a page that stays as it is changes, as far as a time to live can say it."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a publish did."""

    files: tuple[Path, ...]
    """That were replaced; their twins are not named."""
    written: tuple[Written, ...]
    """Entries of which nothing was kept."""


def publish(issue: Issue, out: Path, *, public_url: str, every: timedelta, rights: str = "") -> Published:
    """Write `<out>/<topic>.atom`, `.rss`, `.json`, each with its gzip twin, from what was kept of its entries as far as it goes.

    Safe to repeat after a crash at any moment. One publish of a topic at a time. Raises PublishError.
    """
    feed, writer = issue.feed, Writer(issue)
    documents = {
        _path(out, feed.topic.key, kind): together(
            kind, feed, _place(feed, kind, public_url=public_url, every=every, rights=rights), writer.entries(kind)
        )
        for kind in found()
    }
    replaced = replace(
        {path: done.body for path, done in documents.items()}, {path: done.twin for path, done in documents.items()}
    )
    return Published(files=tuple(replaced), written=tuple(writer.written))


def publish_page(
    page: Feed, out: Path, *, public_url: str, rights: str = "", only: Collection[str] | None = None
) -> list[str]:
    """Write an archive page of a topic, `<out>/archive/<topic>/<page>.atom` and `.rss`; the names of its files below `out`.

    Before anything links it; then never again, whatever becomes of its entries, of the config, or of how feeds are written,
    but for files that were lost: `only` those.
    """
    stem = archives.stem(page.topic.key, page.page)
    kinds = {f"{stem}{kind.SUFFIX}": kind for kind in found() if kind.ARCHIVED}
    files = {
        _path(out, stem, kind): (
            render(kind, page, _place(page, kind, public_url=public_url, every=_NEVER, rights=rights)),
        )
        for name, kind in kinds.items()
        if only is None or name in only
    }
    if files:  # a lost file of a format that is no more stays lost
        replace(files)
    return list(kinds)


def publish_index(shelf: Sequence[Shelf], out: Path, *, title: str, public_url: str) -> list[Path]:
    """Write what lies around the feeds: `index.html`, `feeds.opml`, `feed.css`. Topics without files yet are not listed."""
    standing = [
        index.Standing(shelf=one, files=files)
        for one in shelf
        if (files := tuple(_listed(one.topic, kind) for kind in found() if _path(out, one.topic.key, kind).is_file()))
    ]
    return replace(
        {
            out / "feed.css": (index.stylesheet(),),
            out / "feeds.opml": (index.opml(standing, title=title, public_url=public_url),),
            out / "index.html": (index.page(standing, title=title),),
        }
    )


def missing(topic_keys: Iterable[str], out: Path) -> list[str]:
    """Of these topics, those that lack a file: never published there, or taken away by hand."""
    return [key for key in topic_keys if not all(_path(out, key, kind).is_file() for kind in found())]


def withdraw_files(topic_key: str, out: Path) -> list[Path]:
    """Take a topic's feeds away; the files that were there, twins not named. Raises PublishError."""
    gone = []
    for kind in found():
        path = _path(out, topic_key, kind)
        try:
            for each in (twin(path), unfinished(path), unfinished(twin(path))):
                each.unlink(missing_ok=True)
            if path.exists():
                path.unlink()
                gone.append(path)
        except OSError as error:
            raise failure(path.parent, error) from error
    return gone


def _place(feed: Feed, kind: Format, *, public_url: str, every: timedelta, rights: str) -> Place:
    topic = feed.topic
    stem = archives.stem(topic.key, feed.page)
    root = public_url.rstrip("/")
    above = f"{root}/" if root else "../" * stem.count("/")

    def link(page: int) -> str:
        return f"{above}{quote(archives.stem(topic.key, page))}{kind.SUFFIX}"

    minutes = every.total_seconds() / 60
    return Place(
        self_url=link(feed.page) if root else "",
        home_url=address(feed.home) or (f"{root}/" if root else ""),
        rights=rights,
        stylesheet="../" * stem.count("/") + "feed.css",
        ttl=max((step for step in _TTL if step <= minutes), default=_TTL[0]),
        before_url=link(feed.before) if feed.before and kind.ARCHIVED else "",
        after_url=link(feed.page + 1) if feed.page else "",
        current_url=link(0) if feed.page else "",
    )


def _listed(topic: Topic, kind: Format) -> index.File:
    return index.File(href=quote(topic.key) + kind.SUFFIX, name=kind.NAME, content_type=kind.CONTENT_TYPE)


def _path(out: Path, key: str, kind: Format) -> Path:
    """Raises ValueError for a key that would lead out of the folder or hide the file."""
    if any(not part or part.startswith(".") or "\0" in part for part in key.split("/")):
        raise ValueError(f"{key!r} cannot be a file name")
    return out / f"{key}{kind.SUFFIX}"
