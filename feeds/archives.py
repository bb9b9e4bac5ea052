"""Archive pages of a topic's feed (RFC 5005, 4): where they stand, and how entries are taken out of one.

They are most of what is published, so that all but the newest stand compressed only: a page's file is taken away, its twin stays.
"""

import errno
import gzip
import os
import re
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from xml.parsers import expat

from feeds.files import failure, replace, twin
from feeds.formats import found

PLAIN = 20
"""The newest pages of a topic that stand as plain files too: a thousand entries, for servers that cannot unpack a twin."""


def stem(key: str, page: int) -> str:
    """Where a topic's archive page stands below the folder of feeds, without a format's suffix; of page 0 its feed."""
    return f"archive/{key}/{page}" if page else key


def last_page(key: str, out: Path) -> int:
    """The highest number of a topic's archive pages in the folder; 0: it has none."""
    numbers = (name.partition(".")[0] for name in _files(out / "archive" / key))
    return max((int(n) for n in numbers if re.fullmatch(r"[0-9]{1,9}", n)), default=0)


def missing(pages: Iterable[tuple[int, Sequence[str]]], newest: int, out: Path) -> set[str]:
    """Of files of a topic's archive pages (number, names) those that do not stand. Of old ones the twin is enough."""
    there: dict[str, set[str]] = {}
    lost = set()
    for page, names in pages:
        for name in names:
            folder, _, file = name.rpartition("/")
            if folder not in there:
                there[folder] = _files(out / folder)
            stands = (file, f"{file}.gz") if page <= newest - PLAIN else (file,)
            if there[folder].isdisjoint(stands):
                lost.add(name)
    return lost


def unpack(names: Iterable[str], out: Path) -> set[str]:
    """Write files anew from their twins, byte by byte; the names of those that have none."""
    lost = set()
    for name in names:
        path = out / name
        try:
            body = gzip.decompress(twin(path).read_bytes())
        except (OSError, EOFError, zlib.error):
            lost.add(name)
        else:
            replace({path: (body,)})
    return lost


def _files(folder: Path) -> set[str]:
    try:
        return {each.name for each in os.scandir(folder)}
    except OSError:  # none is there, or none can be read: who writes it again says so
        return set()


def pack(key: str, newest: int, out: Path) -> None:
    """Leave of the pages before a topic's newest ones the twins only. Raises PublishError."""
    for page in range(newest - PLAIN, 0, -1):
        files = [out / f"{stem(key, page)}{kind.SUFFIX}" for kind in found() if kind.ARCHIVED]
        plain = [path for path in files if path.exists()]
        if not plain:  # nor are those before it, but for what was lost and written again
            return
        try:
            for path in plain:
                if twin(path).is_file():
                    path.unlink()
        except OSError as error:
            raise failure(out, error) from error


def cut(names: Sequence[str], out: Path, ids: Collection[str]) -> list[Path]:
    """Take the entries with these ids (`urn:uuid:...`) out of an archive page's files; the files that had any.

    All else stays byte by byte what it was: the page is not rendered anew. Raises PublishError.
    """
    changed, packed = {}, set()
    for path in (out / name for name in names):
        try:
            if not path.exists():
                packed.add(path)
            body = gzip.decompress(twin(path).read_bytes()) if path in packed else path.read_bytes()
        except FileNotFoundError:  # somebody took it away
            continue
        except OSError as error:
            raise failure(path.parent, error) from error
        if (shorter := _without(body, ids)) is not None:
            changed[path] = (shorter,)
    done = replace(changed) if changed else []
    for path in packed.intersection(done):
        path.unlink(missing_ok=True)
    return done


def _without(body: bytes, ids: Collection[str]) -> bytes | None:
    """The document without these entries; None if it has none of them."""
    kept, at = [], 0
    for start, end in _Entries(ids).found(body):
        kept.append(body[at:start].rstrip(b" "))
        at = body.index(b">", end) + 1
        at += body[at : at + 1] == b"\n"
    return b"".join([*kept, body[at:]]) if kept else None


class _Entries:
    """Finds entries in the bytes of an Atom or RSS document by their ids."""

    def __init__(self, ids: Collection[str]) -> None:
        self._ids = ids
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._open: list[str] = []
        self._start = 0
        self._is_one = False
        self._found: list[tuple[int, int]] = []

    def found(self, body: bytes) -> list[tuple[int, int]]:
        """Where each begins, and where its closing tag does."""
        self._parser.StartElementHandler = self._begin
        self._parser.CharacterDataHandler = self._text
        self._parser.EndElementHandler = self._end
        self._parser.Parse(body, True)  # noqa: FBT003 - it is the last part; the method takes no names
        return self._found

    def _begin(self, name: str, _: dict[str, str]) -> None:
        self._open.append(name)
        if self._open in _ENTRIES:
            self._start = self._parser.CurrentByteIndex
            self._is_one = False

    def _text(self, text: str) -> None:
        if self._open in _IDS and text in self._ids:
            self._is_one = True

    def _end(self, _: str) -> None:
        if self._open in _ENTRIES and self._is_one:
            self._found.append((self._start, self._parser.CurrentByteIndex))
        self._open.pop()


_ENTRIES = (["feed", "entry"], ["rss", "channel", "item"])
_IDS = (["feed", "entry", "id"], ["rss", "channel", "item", "guid"])


def forget(key: str, out: Path) -> None:
    """Take all archive pages of a topic away. Raises PublishError."""
    folder = out / "archive" / key
    try:
        for each in os.scandir(folder):
            if each.is_file(follow_symlinks=False):
                Path(each.path).unlink()
        folder.rmdir()
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno != errno.ENOTEMPTY:  # what else stands there is not ours
            raise failure(folder, error) from error


def say_gone(topics: Mapping[str, bool], out: Path) -> list[Path]:
    """Write `<out>/.gone`, for servers: names, without suffixes, of what stood there and is no more; `name/` is all in that folder.

    Handed over is, by the key of each topic that is gone, whether its archive pages still stand. Raises PublishError.
    """
    path = out / ".gone"
    if not topics and not path.exists():
        return []
    names = [*topics, *(f"archive/{key}/" for key, is_archived in topics.items() if not is_archived)]
    return replace({path: ("".join(f"{name}\n" for name in sorted(names)).encode(),)})
