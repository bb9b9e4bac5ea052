"""Entries by what people call them: an address, or an id as feeds have it."""

import sqlite3
from uuid import UUID

from newsloom.news import identity


def entry_named(connection: sqlite3.Connection, url_or_id: str) -> int | None:
    """Row of the entry with this id, or known under this address; of the one that has the news now, if others were joined to it."""
    row = connection.execute("SELECT id, joined FROM entries WHERE uuid = ?", (as_uuid(url_or_id),)).fetchone()
    if row is None:
        row = connection.execute(_BY_KEY, (identity.key(url_or_id),)).fetchone()
    while row is not None and row["joined"] is not None:
        row = connection.execute("SELECT id, joined FROM entries WHERE id = ?", (row["joined"],)).fetchone()
    return row["id"] if row is not None else None


def as_uuid(text: str) -> str:
    """`urn:uuid:...` and other spellings in the store's; "" for what is no UUID."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


_BY_KEY = "SELECT e.id, e.joined FROM keys k JOIN entries e ON e.id = k.entry WHERE k.key = ?"
