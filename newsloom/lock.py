"""The one lock that writers of a store take."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path


class LockedError(Exception):
    """Another newsloom works on this store."""


class LockError(Exception):
    """The lock file cannot be made or opened; the message says what to do."""


@contextmanager
def locked(store: Path) -> Iterator[None]:
    """Holds the one lock that writers take; readers never ask for it. It falls with the process, however that ends.

    Raises LockedError at once if another process holds it, LockError if there can be no lock.
    """
    with _lock_file(store.with_name(store.name + ".lock")) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            raise LockedError(
                f"{store} is in use by another newsloom{f' (process {holder})' if holder else ''}"
            ) from None
        with suppress(OSError):  # a full disk has no room for the number, which is for people: the lock itself holds
            file.truncate(0)
            os.pwrite(file.fileno(), str(os.getpid()).encode(), 0)
        yield


def _lock_file(path: Path) -> TextIOWrapper:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+")
    except OSError as error:
        raise LockError(
            f"{path} cannot be made ({error.strerror}): give this user write access to its folder, "
            "or choose another store with --store"
        ) from error
