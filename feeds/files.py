"""Files that others read while they are replaced: whole or not at all, each with its gzip twin, and only those that differ."""

import errno
import gzip
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

Parts = tuple[bytes, ...]
"""A file's bytes in pieces as they are at hand: to put a feed together in memory costs more than all else of writing it."""

_AT_ONCE = 512
"""Pieces that one call of the system may take, of 1,024."""


class PublishError(Exception):
    """The folder would not take the files: a sentence with the folder and the remedy. What was published before still stands."""


def twin(path: Path) -> Path:
    return path.with_name(path.name + ".gz")


def unfinished(path: Path) -> Path:
    """Where a file is written before it takes its place: the same for each writing, so what a killed one left is overwritten."""
    return path.with_name(f".{path.name}.new")


def replace(files: Mapping[Path, Parts], twins: Mapping[Path, Parts] | None = None) -> list[Path]:
    """Put these files in place, all or none as far as writing can fail; those that differed.

    `twins`: the same files compressed, by the files' own paths, where somebody did that already.

    The twin takes its place first: if we are killed between the two, the file itself still differs and
    the next publish writes both.
    """
    folder = next(iter(files)).parent
    staged: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        changed = [path for path, parts in files.items() if not _stands(path, parts)]
        for path in changed:
            zipped = (twins or {}).get(path) or (gzip.compress(b"".join(files[path]), 6, mtime=0),)
            for target, parts in ((path, files[path]), (twin(path), zipped)):
                staged.append(unfinished(target))
                _write(staged[-1], parts)
            _same_time(unfinished(path), unfinished(twin(path)))
        for path in changed:
            for target in (twin(path), path):
                unfinished(target).replace(target)
        if changed:
            _sync(folder)
    except OSError as error:
        for path in staged:
            _forget(path)
        raise failure(folder, error) from error
    return changed


def _stands(path: Path, parts: Parts) -> bool:
    """Whether the file and its twin are there and need no writing; if so, what a killed writer left beside them is swept."""
    try:
        if path.stat().st_size != _size(parts) or path.read_bytes() != b"".join(parts) or not twin(path).exists():
            return False
    except FileNotFoundError:
        return False
    for target in (path, twin(path)):
        _forget(unfinished(target))
    return True


def _size(parts: Sequence[bytes]) -> int:
    return sum(map(len, parts))


def _write(path: Path, parts: Parts) -> None:
    path.unlink(missing_ok=True)  # not written through, should it be a link
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        os.fchmod(handle, 0o644)  # whatever the umask: a web server of another user reads it
        _reserve(handle, _size(parts))
        for at in range(0, len(parts), _AT_ONCE):
            _put(handle, parts[at : at + _AT_ONCE])
        os.fsync(handle)
    finally:
        os.close(handle)


def _put(handle: int, parts: Parts) -> None:
    """The system takes less than it is given where a disk or a quota is nearly full, and says why the next time."""
    left = _size(parts) - os.writev(handle, parts)
    while left:
        left -= os.write(handle, b"".join(parts)[-left:])


def _reserve(handle: int, size: int) -> None:
    """Have the room before the bytes: a full disk says so at once, and ext4 need not find it in haste when the file is renamed."""
    if not size:
        return
    try:
        os.posix_fallocate(handle, 0, size)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):  # some file systems cannot say beforehand
            raise


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


def failure(folder: Path, error: OSError) -> PublishError:
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
