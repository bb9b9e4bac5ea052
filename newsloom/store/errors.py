"""What can be wrong with the store, each as one line with the remedy."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StoreError(Exception):
    """The store cannot do what was asked. Its text is one line for a person: what is wrong, and what to do."""


@contextmanager
def speaking(path: Path) -> Iterator[None]:
    """SQLite's errors inside the block come out as StoreError. What was begun is rolled back; nothing is half done."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a defect of ours: the trace is what helps
    except sqlite3.OperationalError as error:
        raise StoreError(_remedy(path, str(error))) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(_damaged(path, str(error))) from error


def _remedy(path: Path, said: str) -> str:
    if "full" in said:
        return f"{path}: the disk is full: make room; newsloom goes on where it stopped"
    if "readonly" in said or "read-only" in said:
        return f"{path}: may not be written: give this user write access to the file and its folder, or choose another with --store"
    if "unable to open" in said:
        return f"{path}: cannot be opened: check that its folder exists and that this user may read and write it"
    if "locked" in said or "busy" in said:
        return (
            f"{path}: another program has kept it locked for too long: end that program's transaction, then try again"
        )
    if "disk I/O" in said:
        return f"{path}: the disk failed while it was read or written ({said}): check the disk, then try again"
    if "malformed" in said or "not a database" in said:
        return _damaged(path, said)
    return f"{path}: SQLite says {said!r}: if newsloom is newer than the store, run it once by itself; else please report this"


def _damaged(path: Path, said: str) -> str:
    return (
        f"{path}: is no newsloom store or is damaged ({said}): put a backup in its place, try "
        f"`sqlite3 {path.name} .recover`, or move it away to start anew"
    )
