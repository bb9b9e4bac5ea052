"""From a Feed to its files, in every format: whole or not at all, and only those that differ."""

import errno
import gzip
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from feeds import index
from feeds.formats import Format, Place, found
from feeds.index import Shelf
from newsloom.news.items import Feed, Topic

__all__ = ["PublishError", "Shelf", "missing", "publish", "publish_index", "withdraw_files"]

_TTL = (5, 10, 15, 30, 60, 120, 240, 480, 720, 1440)
"""Minutes. A few values, so that a small change of the polling interval changes no feed."""


class PublishError(Exception):
    """The folder would not take the files: a sentence with the folder and the remedy. What was published before still stands."""


def publish(feed: Feed, out: Path, *, public_url: str, every: timedelta) -> list[Path]:
    """Write `<out>/<topic>.atom`, `.rss`, `.json`, each with its gzip twin; the files that were replaced, twins not named.

    Safe to repeat after a crash at any moment. One publish of a topic at a time. Raises PublishError.
    """
    topic = feed.topic
    files = {
        _path(out, topic.key, kind): kind.render(feed, _place(feed, kind, public_url=public_url, every=every))
        for kind in found()
    }
    return _replace(files)


def publish_index(shelf: Sequence[Shelf], out: Path, *, title: str, public_url: str) -> list[Path]:
    """Write what lies around the feeds: `index.html`, `feeds.opml`, `feed.css`. Topics without files yet are not listed."""
    standing = [
        index.Standing(shelf=one, files=files)
        for one in shelf
        if (files := tuple(_listed(one.topic, kind) for kind in found() if _path(out, one.topic.key, kind).is_file()))
    ]
    return _replace(
        {
            out / "feed.css": index.stylesheet(),
            out / "feeds.opml": index.opml(standing, title=title, public_url=public_url),
            out / "index.html": index.page(standing, title=title),
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
            for each in (_twin(path), _unfinished(path), _unfinished(_twin(path))):
                each.unlink(missing_ok=True)
            if path.exists():
                path.unlink()
                gone.append(path)
        except OSError as error:
            raise _failure(path.parent, error) from error
    return gone


def _place(feed: Feed, kind: Format, *, public_url: str, every: timedelta) -> Place:
    topic = feed.topic
    root = public_url.rstrip("/")
    site = next((e.source_url for e in feed.entries if topic.source and e.source == topic.source and e.source_url), "")
    minutes = every.total_seconds() / 60
    return Place(
        self_url=f"{root}/{quote(topic.key)}{kind.SUFFIX}" if root else "",
        home_url=site or (f"{root}/" if root else ""),
        stylesheet="../" * topic.key.count("/") + "feed.css",
        ttl=max((step for step in _TTL if step <= minutes), default=_TTL[0]),
    )


def _listed(topic: Topic, kind: Format) -> index.File:
    return index.File(href=quote(topic.key) + kind.SUFFIX, name=kind.NAME, content_type=kind.CONTENT_TYPE)


def _path(out: Path, key: str, kind: Format) -> Path:
    """Raises ValueError for a key that would lead out of the folder or hide the file."""
    if any(not part or part.startswith(".") or "\0" in part for part in key.split("/")):
        raise ValueError(f"{key!r} cannot be a file name")
    return out / f"{key}{kind.SUFFIX}"


def _twin(path: Path) -> Path:
    return path.with_name(path.name + ".gz")


def _unfinished(path: Path) -> Path:
    """Where a file is written before it takes its place: the same for each writing, so what a killed one left is overwritten."""
    return path.with_name(f".{path.name}.new")


def _replace(files: Mapping[Path, bytes]) -> list[Path]:
    """Put these files in place, all or none as far as writing can fail; those that differed.

    The twin takes its place first: if we are killed between the two, the file itself still differs and
    the next publish writes both.
    """
    folder = next(iter(files)).parent
    staged: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        changed = [path for path, body in files.items() if not _stands(path, body)]
        for path in changed:
            for target, body in ((path, files[path]), (_twin(path), gzip.compress(files[path], 6, mtime=0))):
                staged.append(_unfinished(target))
                _write(staged[-1], body)
            _same_time(_unfinished(path), _unfinished(_twin(path)))
        for path in changed:
            for target in (_twin(path), path):
                _unfinished(target).replace(target)
        if changed:
            _sync(folder)
    except OSError as error:
        for path in staged:
            _forget(path)
        raise _failure(folder, error) from error
    return changed


def _stands(path: Path, body: bytes) -> bool:
    """Whether the file and its twin are there and need no writing; if so, what a killed writer left beside them is swept."""
    try:
        if path.read_bytes() != body or not _twin(path).exists():
            return False
    except FileNotFoundError:
        return False
    for target in (path, _twin(path)):
        _forget(_unfinished(target))
    return True


def _write(path: Path, body: bytes) -> None:
    path.unlink(missing_ok=True)  # not written through, should it be a link
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, 0o644)  # whatever the umask: a web server of another user reads it
        file.write(body)
        file.flush()
        os.fsync(handle)


def _same_time(path: Path, twin: Path) -> None:
    """Servers take a twin that is older than its file for outdated."""
    stamp = path.stat().st_mtime_ns
    os.utime(twin, ns=(stamp, stamp))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # the next writing of this file starts by removing it, and says so if it cannot


def _failure(folder: Path, error: OSError) -> PublishError:
    remedies = {
        errno.ENOSPC: "the disk is full: make room; it is tried again with the next publish",
        errno.EDQUOT: "the quota is used up: make room; it is tried again with the next publish",
        errno.EACCES: "this user may not write there: change its owner or mode, or set `out:` to another folder",
        errno.EPERM: "this user may not write there: change its owner or mode, or set `out:` to another folder",
        errno.EROFS: "it is read-only: set `out:` to a folder that can be written",
        errno.ENOTDIR: "a file stands where a folder must be: move it away, or set `out:` to another folder",
        errno.EEXIST: "a file stands where a folder must be: move it away, or set `out:` to another folder",
        errno.EISDIR: f"a folder stands where a file must be: move {error.filename2 or error.filename} away",
        errno.ENAMETOOLONG: "the topic's name is too long for a file name: shorten it",
    }
    remedy = remedies.get(error.errno or 0, f"{error.strerror or error}; it is tried again with the next publish")
    return PublishError(f"cannot publish to {folder}: {remedy}")
