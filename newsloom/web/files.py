"""The published folder as a server sees it: which files may be asked for, and what each holds, read whole."""

import gzip
import os
import stat
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from newsloom.web.conditions import Facts

TYPES = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/vnd.microsoft.icon",
}
"""What is published, by suffix; nothing else in the folder is served."""

_GONE = ".gone"
"""Names of files, without suffixes, that are no more, one a line; `name/`: all in that folder."""

_PACKED = frozenset({".png", ".ico"})
"""Compressed as they are."""

_SMALLEST = 200
"""Bytes; below it compression saves nothing."""

_HEADS = 8_192
"""Files whose head is remembered: all that readers ask for again; not every archive page that one passed."""

_LARGEST = 64 * 2**20
"""Bytes of a file that is served; a feed is a hundredth of it."""

Stamp = tuple[int, int, int]
"""Changes whenever a file is replaced: mtime in ns, size, inode."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """What an answer says of a file's bytes as they are sent."""

    facts: Facts
    content_type: str
    length: int
    encoding: str = ""
    varies: bool = False
    """Whether another Accept-Encoding may get other bytes."""


Key = tuple[Path, bool]
Stamps = tuple[Stamp, Stamp | None]
"""The file's and its gzip twin's, if that was looked at and is there."""


class Files:
    """The folder. What was read is remembered until the file is replaced: heads of thousands, bodies of those asked last.

    `read` is for one thread at a time; `locate` and `known` may be called beside it.
    """

    def __init__(self, folder: Path, keep_bytes: int = 32 * 2**20) -> None:
        self._folder = folder
        self._keep_bytes = keep_bytes
        self._heads: dict[Key, tuple[Stamps, Head]] = {}
        self._bodies: OrderedDict[Key, bytes] = OrderedDict()
        self._gone: tuple[Stamp | None, frozenset[str]] = (None, frozenset())

    def locate(self, asked: str) -> Path | None:
        """The published file of a decoded request path like `/source/anewz.tv.atom`; None if there is none.

        Only names with a published suffix, none that begins with a dot, nothing outside the folder (links are followed). A file
        that stands compressed only is there too.
        """
        names = asked.removeprefix("/").split("/")
        if names == [""]:
            names = ["index.html"]
        if any(not n or n.startswith(".") or "\\" in n for n in names) or Path(names[-1]).suffix not in TYPES:
            return None
        path = self._folder.joinpath(*names)
        return path if self._stands(path) or self._stands(_twin(path)) else None

    def _stands(self, path: Path) -> bool:
        try:
            real = path.resolve(strict=True)
            return real.is_relative_to(self._folder.resolve()) and stat.S_ISREG(real.stat().st_mode)
        except (OSError, RuntimeError, ValueError):  # nothing there, a loop of links, a name that no file can have
            return False

    def is_gone(self, asked: str) -> bool:
        """Whether a decoded request path is that of a file which stood there and is no more: the folder's `.gone` says which."""
        stem, _, suffix = asked.removeprefix("/").rpartition(".")
        names = self._gone_names()
        return f".{suffix}" in TYPES and (stem in names or f"{stem.rpartition('/')[0]}/" in names)

    def _gone_names(self) -> frozenset[str]:
        path = self._folder / _GONE
        try:
            if _stamp(path.stat()) != self._gone[0]:
                body, stamp = _whole(path)
                self._gone = stamp, frozenset(body.decode(errors="replace").split())
        except OSError:
            return frozenset()
        return self._gone[1]

    def known(self, path: Path, *, zipped: bool) -> Head | None:
        """What `read` would say, if the file is still the one that was read; costs two looks at the folder."""
        stamps, head = self._heads.get((path, zipped), (None, None))
        try:
            return head if head and stamps == _stamps(path, zipped=zipped) else None
        except OSError:
            return None

    def read(self, path: Path, *, zipped: bool) -> tuple[Head, bytes]:
        """The file as it stands, whole; compressed if that is wished and worth it. Raises OSError."""
        key = (path, zipped)
        head = self.known(path, zipped=zipped)
        if head and key in self._bodies:  # head and body are always of one reading
            self._bodies.move_to_end(key)
            return head, self._bodies[key]
        stamps, head, body = _load(path, zipped=zipped)
        self._heads[key] = stamps, head
        if len(self._heads) > _HEADS:
            del self._heads[next(iter(self._heads))]
        self._keep(key, body)
        return head, body

    def _keep(self, key: Key, body: bytes) -> None:
        self._bodies.pop(key, None)
        if len(body) > self._keep_bytes // 4:
            return
        self._bodies[key] = body
        while sum(map(len, self._bodies.values())) > self._keep_bytes:
            self._bodies.popitem(last=False)


def _load(path: Path, *, zipped: bool) -> tuple[Stamps, Head, bytes]:
    body, stamp = _body(path)
    varies = path.suffix not in _PACKED and len(body) >= _SMALLEST
    twin = None
    sent = body
    if zipped and varies:
        sent, twin = _zipped(path, body)
    head = Head(
        facts=Facts(
            etag=f'"{blake2b(sent, digest_size=16).hexdigest()}"',
            modified=datetime.fromtimestamp(stamp[0] // 10**9, UTC),
        ),
        content_type=TYPES[path.suffix],
        length=len(sent),
        encoding="gzip" if sent is not body else "",
        varies=varies,
    )
    return (stamp, twin), head, sent


def _body(path: Path) -> tuple[bytes, Stamp]:
    """The file's bytes, if need be out of its twin, and the stamp of where they are from."""
    try:
        return _whole(path)
    except FileNotFoundError:
        twin, stamp = _whole(_twin(path))
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(twin, _LARGEST)
    except zlib.error as error:
        raise OSError(f"{path}.gz is no gzip file") from error
    if not unpacker.eof:
        raise OSError(f"{path}.gz is no whole file, or none that is served")
    return body, stamp


def _zipped(path: Path, body: bytes) -> tuple[bytes, Stamp | None]:
    """The twin that was published beside the file, if it holds this very body; else our own, which is the same each time.

    A twin is believed by its trailer (RFC 1952, 2.3.1: checksum and length of what it holds), not by its time.
    """
    try:
        twin, stamp = _whole(_twin(path))
    except OSError:
        twin, stamp = b"", None
    trailer = zlib.crc32(body).to_bytes(4, "little") + (len(body) % 2**32).to_bytes(4, "little")
    fits = twin[:2] == b"\x1f\x8b" and twin[-8:] == trailer
    return twin if fits else gzip.compress(body, 6, mtime=0), stamp


def _twin(path: Path) -> Path:
    return path.with_name(path.name + ".gz")


def _stamps(path: Path, *, zipped: bool) -> Stamps:
    twin = _twin(path)
    return _stamp_of(path) or _stamp(twin.stat()), _stamp_of(twin) if zipped else None


def _stamp_of(path: Path) -> Stamp | None:
    try:
        return _stamp(path.stat())
    except FileNotFoundError:
        return None


def _stamp(there: os.stat_result) -> Stamp:
    return there.st_mtime_ns, there.st_size, there.st_ino


def _whole(path: Path) -> tuple[bytes, Stamp]:
    """A file's bytes and the stamp of the very file they came from, which may be replaced meanwhile."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123 - a pipe must not block
        there = os.fstat(file.fileno())
        if not stat.S_ISREG(there.st_mode) or there.st_size > _LARGEST:
            raise OSError(f"{path} is no file that is served")
        return file.read(), _stamp(there)
