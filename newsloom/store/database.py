"""The file and its connections."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from newsloom.store import schema
from newsloom.store.errors import StoreError, speaking
from newsloom.store.spaced import SPACED, spaced

_PATIENCE = 10.0
"""Seconds to wait for another program's transaction."""

_UNSAYABLE = re.compile("[\0\ud800-\udfff]")


def open_writing(path: Path) -> sqlite3.Connection:
    """A connection that may write, of a file with our schema, made if there is none. For one thread."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path}: its folder cannot be made ({error.strerror}): choose another place with --store"
        ) from error
    with speaking(path):
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        try:
            _prepare(connection)
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # of a new file, or at the next VACUUM: see tidy.py
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(
                "PRAGMA synchronous = NORMAL"
            )  # a kill loses nothing, a power cut at most the last second
            # 16 MB. Texts are found by keys all over the file: pages that batch after batch writes on are moved to it once.
            connection.execute("PRAGMA wal_autocheckpoint = 4000")
            connection.execute("PRAGMA temp_store = MEMORY")  # a batch's own index, see match.py
            schema.migrate(connection, path)
            with transaction(connection):
                _index_form(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def open_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Raises StoreError if there is no file, or one that is not ours."""
    if not path.is_file():
        raise StoreError(f"{path}: there is no store yet: `newsloom once` or `newsloom run` makes it")
    with speaking(path):
        # A WAL file beside it needs a shared-memory file, which a folder that may not be written cannot have; without a WAL
        # nobody writes now, and the file can be read as it is.
        calm = not path.with_name(path.name + "-wal").exists()
        try:
            return _open_reading(path, "mode=ro")
        except sqlite3.OperationalError:
            if not calm:
                raise
            return _open_reading(path, "immutable=1")


def _open_reading(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}", uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection)
        schema.check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.create_function("spaced", 1, spaced, deterministic=True)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; takes the write lock at once."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is read is of one moment, whoever writes meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def data_version(connection: sqlite3.Connection) -> int:
    """Another number after each time that another connection wrote."""
    (number,) = connection.execute("PRAGMA data_version").fetchone()
    return int(number)


def inserted(cursor: sqlite3.Cursor) -> int:
    """The id of the row that an INSERT made."""
    if cursor.lastrowid is None:
        raise AssertionError("an INSERT without a row")
    return cursor.lastrowid


def _index_form(connection: sqlite3.Connection) -> None:
    """Write the full-text index anew if it is in another form than `spaced` makes now."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'spaced'").fetchone()
    if row is not None and row["value"] == str(SPACED):
        return
    reindex(connection)
    connection.execute(
        "INSERT INTO meta(name, value) VALUES ('spaced', ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        (str(SPACED),),
    )


def reindex(connection: sqlite3.Connection) -> None:
    """Write the full-text index anew. SQLite's own 'rebuild' would lose the spaced form."""
    connection.execute("INSERT INTO entries_fts(entries_fts) VALUES ('delete-all')")
    connection.execute(
        """
        INSERT INTO entries_fts(rowid, title, summary, text, authors)
        SELECT id, spaced(title), spaced(summary), spaced(text), spaced(authors) FROM entries WHERE joined IS NULL
        """
    )


def plain(text: str) -> str:
    """`text` without what SQLite cannot hold or what ends a text for other tools: NUL, and halves of surrogate pairs."""
    if "\0" not in text:
        if text.isascii():
            return text
        try:
            text.encode()  # a good deal faster than looking for the pattern
        except UnicodeEncodeError:
            pass
        else:
            return text
    return _UNSAYABLE.sub("", text)


def listing(values: Iterable[int | str]) -> str:
    """For `IN (SELECT value FROM json_each(?))`: any number of values as one parameter."""
    return json.dumps(list(values))
