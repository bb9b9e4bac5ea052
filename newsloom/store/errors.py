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


_REMEDIES = {
    "full": "the disk is full: make room; newsloom goes on where it stopped",
    "readonly": "may not be written: give this user write access to the file and its folder, or choose another with --store",
    "unable to open": "cannot be opened: check that its folder exists and that this user may read and write it",
    "locked": "another program has kept it locked for too long: end that program's transaction, then try again",
    "disk I/O": "the disk failed while it was read or written: check the disk, then try again",
}
"""Signs in SQLite's messages (https://sqlite.org/rescode.html), and what to do."""


def _remedy(path: Path, said: str) -> str:
    if "malformed" in said:
        return _damaged(path, said)
    other = f"SQLite says {said!r}: please report this, with what was done before"
    return f"{path}: {next((remedy for sign, remedy in _REMEDIES.items() if sign in said), other)}"


def _damaged(path: Path, said: str) -> str:
    return (
        f"{path}: is no newsloom store or is damaged ({said}): put a backup in its place, try "
        f"`sqlite3 {path.name} .recover`, or move it away to start anew"
    )
