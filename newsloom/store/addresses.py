"""The queue: which addresses a source has, what became of each, and which are to be asked now."""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from newsloom.news import identity
from newsloom.news.memory import READER, Due, Found, Listing, Page, Role, State, Validators
from newsloom.news.sources import Limits, Source, SourceKind
from newsloom.news.windows import Seen, ran_over
from newsloom.store import entrances, instants, retries
from newsloom.store.database import listing as many
from newsloom.store.database import plain

_CONFIGURED = {
    SourceKind.AUTO: Role.START,
    SourceKind.FEED: Role.FEED,
    SourceKind.SITEMAP: Role.SITEMAP,
    SourceKind.HOME: Role.LISTING,
    SourceKind.SECTION: Role.LISTING,
}
_TRUSTED_FAILURES = 3
"""An entrance we found ourselves that fails so often in a row has the configured address looked at anew; of a feed that ran over,
what came before is tried so often."""

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)
_LATE = _DAY
"""How long after its own date a piece may be listed for the first time and still be news."""

QUEUED, OLD, ITEM = "queued", "old", "item"
"""States of addresses that were never asked; the others are those of `State`."""


def watch(connection: sqlite3.Connection, source: Source) -> None:
    """Make the store's row of `source` that of the config. Another address or kind: its entrances are looked for anew; whatever
    feeds may show of it: they are written anew."""
    row = connection.execute("SELECT * FROM watched WHERE name = ?", (source.name,)).fetchone()
    facts = (source.url, source.title, str(source.kind), source.mute, str(source.content))
    if row is not None and row["active"] and facts == tuple(row[name] for name in _OF_CONFIG):
        return
    if row is not None:
        connection.execute("UPDATE topics SET changes = changes + 1 WHERE active = 1")
    if row is not None and (row["url"], row["kind"]) != (source.url, str(source.kind)):
        connection.execute("UPDATE watched SET next_due = NULL WHERE name = ?", (source.name,))
        connection.execute("UPDATE health SET usual = '' WHERE source = ?", (source.name,))
        _forget_entrances(connection, source.name)
    connection.execute(
        """
        INSERT INTO watched(url, title, kind, mute, content, name) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT(name) DO UPDATE
           SET url = excluded.url, title = excluded.title, kind = excluded.kind, mute = excluded.mute, content = excluded.content,
               active = 1
        """,
        (*facts, source.name),
    )


_OF_CONFIG = ("url", "title", "kind", "mute", "content")


def _forget_entrances(connection: sqlite3.Connection, source: str) -> None:
    """Rows stay, since others may say that they were found on them; but they are entrances no more."""
    connection.execute(
        """
        UPDATE addresses
           SET role = 'article', configured = 0, state = ?, retry_at = NULL, etag = '', last_modified = '', whole = 0, seen_to = 0,
               tries = 0, reason = 'an entrance before the config changed'
         WHERE source = ? AND role <> 'article'
        """,
        (OLD, source),
    )


def due(
    connection: sqlite3.Connection, source: Source, limit: int, *, now: datetime, limits: Limits, handed: set[int]
) -> list[Due]:
    """At most `limit` addresses to ask now that are not in `handed`; their ids are added to it."""
    _set_clock_back(connection, source.name, now)
    held = {
        o for (o,) in connection.execute("SELECT origin FROM origins WHERE hold_until > ?", (instants.written(now),))
    }
    rows = [r for r in _entrances(connection, source, now, limits.sitemaps, handed) if not _is_held(r, held)][:limit]
    if len(rows) < limit:
        for row in _queued(connection, source.name, now):
            if row["id"] not in handed and not _is_held(row, held):
                rows.append(row)
                if len(rows) == limit:
                    break
    handed.update(r["id"] for r in rows)
    return [_due(r) for r in rows]


def _set_clock_back(connection: sqlite3.Connection, source: str, now: datetime) -> None:
    """If the last crawl lies in the future, the clock ran ahead then: what was put off until after it must not wait so long.

    What failed then is asked at once. What was read waits for its next look from now on as long as it would have: else all that
    was read then is asked again by one crawl.
    """
    at = instants.written(now)
    if connection.execute("SELECT 1 FROM watched WHERE name = ? AND started > ?", (source, at)).fetchone() is None:
        return
    read = connection.execute(
        """
        SELECT id, asked_at, retry_at FROM addresses
         WHERE source = ? AND asked_at > ? AND role = 'article' AND state IN (?, ?) AND retry_at < ?
        """,
        (source, at, State.READ, State.SAME, instants.NEVER),
    ).fetchall()
    looks = [(now + (instants.read(r["retry_at"]) - instants.read(r["asked_at"])), r["id"]) for r in read]
    connection.execute(
        """
        UPDATE addresses SET asked_at = ?1, retry_at = min(retry_at, ?1)
         WHERE source = ?2 AND asked_at > ?1 AND coalesce(retry_at, '') <> ?3
        """,
        (at, source, instants.NEVER),
    )
    connection.executemany(
        "UPDATE addresses SET retry_at = ? WHERE id = ?", [(instants.written(look), row) for look, row in looks]
    )
    longest = (instants.written(now + 2 * _DAY),)
    connection.execute("UPDATE origins SET hold_until = NULL WHERE hold_until > ?", longest)
    connection.execute("UPDATE origins SET robots_expires = ? WHERE robots_expires > ?", (at, *longest))


def _is_held(row: sqlite3.Row, held: set[str]) -> bool:
    return bool(held) and identity.origin(row["url"]) in held


def _queued(connection: sqlite3.Connection, source: str, now: datetime) -> Iterable[sqlite3.Row]:
    return connection.execute(
        """
        SELECT * FROM addresses INDEXED BY addresses_due
         WHERE source = ? AND role = 'article' AND retry_at IS NOT NULL AND retry_at <= ?
         ORDER BY published DESC, found_at DESC, id
        """,
        (source, instants.written(now)),
    )


def _due(row: sqlite3.Row) -> Due:
    ours = row["reader"] == READER
    return Due(
        url=row["url"],
        role=Role(row["role"]),
        validators=Validators(etag=row["etag"], last_modified=row["last_modified"]) if ours else Validators(),
        tries=row["tries"],
        title=row["title"],
        published=instants.read(row["published"]),
        digest=row["digest"] if ours else "",
    )


def _entrances(
    connection: sqlite3.Connection, source: Source, now: datetime, sitemaps: int, handed: set[int]
) -> list[sqlite3.Row]:
    """Entrances to ask: the configured one first; it is left alone while another one works that was found through it.

    Of sitemaps that were found at most `sitemaps` a crawl, those that changed last; one that did not change once a day. Of those
    that show the same articles the one that shows them first, the others now and then.
    """
    _ensure_configured(connection, source, now)
    rows = connection.execute(
        "SELECT * FROM addresses WHERE source = ? AND role <> 'article' ORDER BY id", (source.name,)
    ).fetchall()
    at = instants.written(now)
    works = any(_works(r, at) for r in rows if not r["configured"])
    chosen = [r for r in rows if (r["retry_at"] or "") <= at and not (works and r["role"] == Role.START)]
    chosen = [r for r in chosen if r["id"] not in handed and not entrances.may_rest(r, rows, now)]
    maps = [
        r for r in chosen if r["role"] == Role.SITEMAP and not r["configured"] and not _is_read(r, source.zone, now)
    ]
    indexes = {r["found_on"] for r in rows}
    maps.sort(key=lambda r: (r["id"] in indexes, *_precedence(r, source.zone)), reverse=True)
    places = sitemaps - sum(1 for r in rows if r["id"] in handed and r["role"] == Role.SITEMAP and not r["configured"])
    kept = {r["id"] for r in maps[: max(places, 0)]}
    chosen = [r for r in chosen if r["role"] != Role.SITEMAP or r["configured"] or r["id"] in kept]
    return sorted(chosen, key=lambda r: not r["configured"])


def _works(row: sqlite3.Row, at: str) -> bool:
    """One that failed and may not be asked yet shows nothing now: without the configured address nothing would be asked."""
    waits = row["tries"] > 0 and (row["retry_at"] or "") > at
    return row["worked_at"] is not None and row["tries"] < _TRUSTED_FAILURES and not waits


def _is_read(row: sqlite3.Row, zone: str, now: datetime) -> bool:
    """A sitemap of which its index says that it did not change since it was read; some never say anything else, so that this is
    believed for a day."""
    return _is_unchanged(row, zone) and bool(row["asked_at"] > instants.written(now - _DAY))


def _is_unchanged(row: sqlite3.Row, zone: str) -> bool:
    modified: datetime | None = instants.read(row["modified"])
    if not row["whole"] or modified is None or row["reader"] != READER:
        return False
    if modified.astimezone(ZoneInfo(zone)).time() == _MIDNIGHT:
        modified += 1.5 * _DAY  # a day without a time of day: it goes on, in another zone until noon of the next
    return instants.written(modified) <= str(row["asked_at"])


def _precedence(row: sqlite3.Row, zone: str) -> tuple[bool, str, str]:
    """Greater is asked first: what changed by its index's word, the latest change, else what the index showed latest."""
    return not _is_unchanged(row, zone), row["modified"] or instants.NEVER, row["found_at"]


def _ensure_configured(connection: sqlite3.Connection, source: Source, now: datetime) -> None:
    found = connection.execute(
        "SELECT 1 FROM addresses WHERE source = ? AND configured = 1 AND role <> 'article'", (source.name,)
    ).fetchone()
    if found:
        return
    connection.execute(
        """
        INSERT INTO addresses(source, url, key, role, configured, state, found_at) VALUES (?, ?, ?, ?, 1, ?, ?)
        ON CONFLICT(key, source) DO UPDATE SET role = excluded.role, configured = 1, state = excluded.state, retry_at = NULL
        """,
        (source.name, source.url, identity.key(source.url), _CONFIGURED[source.kind], QUEUED, instants.written(now)),
    )


def row_of(connection: sqlite3.Connection, source: str, url: str, role: Role, now: datetime) -> sqlite3.Row:
    """The row of an address that was asked; made if a spider asked one that nobody showed."""
    key = identity.key(url) or url
    found = connection.execute("SELECT * FROM addresses WHERE key = ? AND source = ?", (key, source)).fetchone()
    if found is None:
        connection.execute(
            "INSERT INTO addresses(source, url, key, role, state, found_at) VALUES (?, ?, ?, ?, ?, ?)",
            (source, plain(url), key, role, QUEUED, instants.written(now)),
        )
        found = connection.execute("SELECT * FROM addresses WHERE key = ? AND source = ?", (key, source)).fetchone()
    row: sqlite3.Row = found
    return row


def asked(
    connection: sqlite3.Connection,
    row: sqlite3.Row,
    page: Page,
    gave: int | None,
    published: datetime | None,
    *,
    calm: bool,
) -> None:
    """Keep what came of asking: the entry that it `gave`, when that was `published`. `calm`: it held nothing new.

    The same page told twice counts once.
    """
    at = instants.written(page.fetched)
    again = row["asked_at"] == at and row["state"] == page.state
    failures = row["tries"] if again else retries.tries(page, row["tries"])
    if row["role"] == Role.ARTICLE:
        retry = retries.article(page, failures, found=instants.read(row["found_at"]), published=published)
    else:
        retry = retries.entrance(
            page, failures, configured=bool(row["configured"]), worked=row["worked_at"] is not None
        )
    answered = page.state in (State.READ, State.SAME)
    # What was found to lead nowhere must not keep the configured address from being looked at again.
    dismissed = row["role"] != Role.ARTICLE and retry == retries.NOT_BY_ITSELF
    # A 304 may come without validators, and a failure says nothing about them: what is known of the body stays true.
    fresh = page.state in (State.READ, State.GUILTY)
    connection.execute(
        """
        UPDATE addresses
           SET state = ?, reason = ?, status = ?, tries = ?, calm = ?, retry_at = ?, asked_at = ?, worked_at = ?,
               etag = ?, last_modified = ?, digest = ?, reader = ?, entry = coalesce(?, entry)
         WHERE id = ?
        """,
        (
            page.state, plain(page.reason), page.status, failures,
            row["calm"] if again else row["calm"] + 1 if calm else 0,
            instants.written(retry), at, None if dismissed else at if answered else row["worked_at"],
            *_validators(row, page, fresh=fresh), page.digest if fresh else row["digest"],
            READER if fresh else row["reader"], gave, row["id"],
        ),
    )  # fmt: skip


def _validators(row: sqlite3.Row, page: Page, *, fresh: bool) -> tuple[str, str]:
    new = (plain(page.validators.etag), plain(page.validators.last_modified))
    if fresh or (page.state is State.SAME and any(new)):
        return new
    return row["etag"], row["last_modified"]


def listed(connection: sqlite3.Connection, row: sqlite3.Row, listing: Listing, *, gap: bool = False) -> None:
    """Keep that an entrance was read, with its validators if it was read whole and, with a `gap`, what came before it too."""
    at = instants.written(listing.fetched)
    whole = listing.whole and not gap
    connection.execute(
        """
        UPDATE addresses
           SET state = ?, reason = '', status = NULL, tries = ?, retry_at = NULL, asked_at = ?, worked_at = ?, role = ?,
               etag = ?, last_modified = ?, digest = ?, reader = ?, whole = max(whole, ?), moved = ?
         WHERE id = ?
        """,
        (
            State.READ, row["tries"] if gap else 0, at, at, listing.role,
            plain(listing.validators.etag) if whole else "", plain(listing.validators.last_modified) if whole else "",
            listing.digest if whole else "", READER, listing.whole, plain(listing.moved), row["id"],
        ),
    )  # fmt: skip


def last(connection: sqlite3.Connection) -> int:
    """The id of the newest row of all: what comes after it is greater."""
    found: int = connection.execute("SELECT coalesce(max(id), 0) FROM addresses").fetchone()[0]
    return found


def seen(connection: sqlite3.Connection, row: sqlite3.Row, to: int) -> None:
    """That a feed was read with all that came before it, when `to` was the `last` row."""
    connection.execute("UPDATE addresses SET seen_to = ? WHERE id = ?", (to, row["id"]))


def given_up(connection: sqlite3.Connection, row: sqlite3.Row) -> bool:
    """Count one more look at which a feed's gap could not be filled; whether that is enough."""
    connection.execute("UPDATE addresses SET tries = tries + 1 WHERE id = ?", (row["id"],))
    return bool(row["tries"] + 1 >= _TRUSTED_FAILURES)


def has_gap(entrance: sqlite3.Row, listing: Listing, finds: Sequence["Shown"]) -> bool:
    """Whether a feed, or an older page of it, does not reach back to what was known when it was looked at last.

    Known is what had a row then: what pages that were read since have led to must not pass for what the feed showed.
    """
    if listing.role is not Role.FEED or not entrance["seen_to"]:
        return False
    shown = [
        Seen(found=s.found, known=s.row is not None and s.row["id"] <= entrance["seen_to"])
        for s in finds
        if s.found.role is Role.ARTICLE
    ]
    return not any(s.known for s in shown) if listing.older else ran_over(shown)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A find of a listing, under its key, with the row it has or had before this listing."""

    key: str
    found: Found
    row: sqlite3.Row | None
    ask_at: datetime | None
    """When its page is read: at once if it is new, again if the listing says that it changed, and later if such words proved
    empty lately. None: the listing is no reason to read it."""
    backlog: bool
    """Whether it stood there before we came: no news, though it is new to us."""


def shown(
    connection: sqlite3.Connection,
    source: Source,
    entrance: sqlite3.Row,
    listing: Listing,
    *,
    now: datetime,
    limits: Limits,
) -> list[Shown]:
    """What a listing showed, each address once, in its order."""
    finds = _keyed(connection, source.name, listing)
    rows = {
        r["key"]: r
        for r in connection.execute(
            "SELECT * FROM addresses WHERE source = ? AND key IN (SELECT value FROM json_each(?))",
            (source.name, many(finds)),
        )
    }
    newest = _newest_items(finds, limits.feed_pages)
    since = None if entrance["whole"] else _last_fine_crawl(connection, source.name)
    return [
        Shown(
            key=key,
            found=found,
            row=rows.get(key),
            ask_at=_ask_at(source, key, found, rows.get(key), newest=newest, now=now),
            backlog=not entrance["whole"] and not _is_news(entrance, found, since),
        )
        for key, found in finds.items()
    ]


def _last_fine_crawl(connection: sqlite3.Connection, source: str) -> datetime | None:
    row = connection.execute(
        "SELECT started FROM crawls WHERE source = ? AND error = '' AND stopped = 0 ORDER BY id DESC LIMIT 1", (source,)
    ).fetchone()
    return instants.read(row["started"]) if row else None


def _is_news(entrance: sqlite3.Row, found: Found, since: datetime | None) -> bool:
    """Whether a find is news though its entrance was never read whole. `since`: begin of the source's last fine crawl.

    Some feeds break off every time, some sitemaps are longer than we read, and some sites open a sitemap a day: with a
    source that was crawled before, what is dated later than that crawl did not stand there before we came.
    """
    if since is None:
        return False
    dated = found.published or found.modified
    if dated is not None:
        return dated > since - _LATE
    of_index = entrance["role"] == Role.SITEMAP and not entrance["configured"] and not entrance["backlog"]
    return entrance["worked_at"] is not None or of_index


def _keyed(connection: sqlite3.Connection, source: str, listing: Listing) -> dict[str, Found]:
    """Finds by key. Podcasts often give one address, their home page, to all items: these are told apart by what they carry.

    An item stays under the key it first had, whichever others share its address today.
    """
    finds = [(key, _own_key(key, f) if f.item else "", f) for f in listing.found for key in (identity.key(f.url),)]
    sharing: dict[str, set[str]] = {}
    for key, own, _ in finds:
        if own:
            sharing.setdefault(key, set()).add(own)
    known = {
        (r["key"], identity.key(r["url"])): r["title"]
        for r in connection.execute(
            "SELECT key, url, title FROM addresses WHERE source = ? AND face <> '' AND key IN (SELECT value FROM json_each(?))",
            (source, many({k for key, own, _ in finds if own for k in (key, own)})),
        )
    }
    keyed: dict[str, Found] = {}
    for key, own, found in finds:
        shared = own and (len(sharing[key]) > 1 or (own, key) in known or key.endswith("/"))
        has_it = known.get((key, key)) == plain(found.title) and key not in keyed and not key.endswith("/")
        if chosen := own if shared and not has_it else key:
            first = keyed.setdefault(chosen, found)
            if first.item is None and found.item is None and len(found.url) < len(first.url):
                keyed[chosen] = found  # of a page and its print form, say, the page: a site may refuse the other to all
    return keyed


def _own_key(key: str, found: Found) -> str:
    """A key for an item whose address is not its own."""
    item = found.item
    if item is None:
        return key
    if file := next((e.url for e in item.enclosures if not e.type.startswith("image/")), ""):
        return identity.key(file) or key
    return (
        f"{key}#item-{hashlib.sha256((item.title or item.text).encode(errors='replace')).hexdigest()[:16]}"
        if key
        else ""
    )


def is_own(key: str, url: str) -> bool:
    """Whether an address has a page of its own, that is, whether its key is its own."""
    return identity.key(url) == key


def _newest_items(finds: dict[str, Found], count: int) -> set[str]:
    items = [key for key, found in finds.items() if found.item]
    # A stable sort: where nothing is dated the feed's own order, newest first by custom, decides.
    oldest = datetime.min.replace(tzinfo=UTC)
    items.sort(key=lambda k: finds[k].published or oldest, reverse=True)
    return set(items[:count])


def _ask_at(
    source: Source, key: str, found: Found, row: sqlite3.Row | None, *, newest: set[str], now: datetime
) -> datetime | None:
    if found.role is not Role.ARTICLE or not is_own(key, found.url) or (found.item is not None and key not in newest):
        return None
    as_new = row is None or (found.item is not None and row["state"] == OLD) or _is_allowed_perhaps(row, found)
    if row is not None and not as_new:
        return _changed(row, found, now)
    return now if found.item is not None or not is_old(source, found.published or found.modified, now) else None


def _is_allowed_perhaps(row: sqlite3.Row, found: Found) -> bool:
    """Whether an address that may not be asked is shown in a plainer spelling, to which that need not apply.

    Each one is shorter than the one before, so that two that are refused are not asked in turns.
    """
    return row["state"] == State.REFUSED and row["role"] == Role.ARTICLE and len(plain(found.url)) < len(row["url"])


def is_old(source: Source, at: datetime | None, now: datetime) -> bool:
    return bool(source.max_age and at and at < now - source.max_age)


def _changed(row: sqlite3.Row, found: Found, now: datetime) -> datetime | None:
    """When a known address is looked at because the listing says that it changed since it was read."""
    if row["state"] in (OLD, QUEUED, ITEM) or row["role"] != Role.ARTICLE:
        return None
    if found.item is not None and face(found) != row["face"] != "":
        return retries.changed_again(instants.read(row["asked_at"]), row["calm"], now, now)
    modified = instants.believable(found.modified, now)
    if modified is None or instants.written(modified) <= (row["modified"] or ""):
        return None
    return retries.changed_again(instants.read(row["asked_at"]), row["calm"], modified, now)


def face(found: Found) -> str:
    """Equal for a feed item that says the same."""
    item = found.item
    if item is None:
        return ""
    said = "\0".join((item.title, item.text or item.summary, str(found.modified or item.modified or "")))
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:32]


def keep(
    connection: sqlite3.Connection,
    source: Source,
    entrance: sqlite3.Row,
    finds: Sequence[Shown],
    now: datetime,
) -> None:
    """Store every find: new ones with their state, known ones with what the listing now says of them."""
    connection.executemany(
        """
        INSERT INTO addresses(source, url, key, role, state, retry_at, backlog, title, published, modified, face, found_at,
                              found_on)
        VALUES (:source, :url, :key, :role, :state, :retry_at, :backlog, :title, :published, :modified, :face, :at, :on)
        """,
        [_new_row(source, s, entrance["id"], now) for s in finds if s.row is None],
    )
    connection.executemany(
        """
        UPDATE addresses
           SET title = :title, published = :published, modified = :modified, face = :face, retry_at = :retry_at, role = :role,
               state = :state, url = :url
         WHERE id = :id
        """,
        [row for s in finds if s.row is not None and (row := _known_row(s.row, s, now)) is not None],
    )


def _new_row(source: Source, shown: Shown, entrance: int, now: datetime) -> dict[str, Any]:
    found, at = shown.found, instants.written(now)
    unread = ITEM if found.item else QUEUED if found.role is not Role.ARTICLE else OLD
    return {
        "source": source.name, "url": plain(found.url), "key": plain(shown.key), "role": found.role,
        "state": QUEUED if shown.ask_at else unread, "retry_at": instants.written(shown.ask_at), "backlog": shown.backlog, "at": at,
        "on": entrance, **_as_listed(found, now),
    }  # fmt: skip


def _as_listed(found: Found, now: datetime) -> dict[str, Any]:
    return {
        "title": plain(found.title), "published": instants.written(instants.believable(found.published, now)),
        "modified": instants.written(instants.believable(found.modified, now)), "face": face(found),
    }  # fmt: skip


def _known_row(row: sqlite3.Row, shown: Shown, now: datetime) -> dict[str, Any] | None:
    """The update that a known address needs; None for none. What a listing leaves out stays as another listing said it."""
    said = {name: value for name, value in _as_listed(shown.found, now).items() if value}
    ask_at = instants.written(shown.ask_at)
    fetch = ask_at is not None and (row["retry_at"] or instants.NEVER) > ask_at
    entrance = row["role"] == Role.ARTICLE and shown.found.role is not Role.ARTICLE
    if not fetch and not entrance and all(row[name] == value for name, value in said.items()):
        return None
    kept = {name: row[name] for name in ("title", "published", "modified", "face", "retry_at", "role", "state", "url")}
    kept |= said
    if fetch:
        kept["retry_at"] = ask_at
        kept["state"] = QUEUED if row["state"] in (OLD, ITEM) else row["state"]
        if _is_allowed_perhaps(row, shown.found):
            kept |= {"url": plain(shown.found.url), "state": QUEUED}
    if entrance:
        kept |= {"role": shown.found.role, "retry_at": None, "state": QUEUED}
    return {"id": row["id"], **kept}


def gave(connection: sqlite3.Connection, source: str, key: str, entry: int) -> None:
    """That an address gave this entry."""
    connection.execute("UPDATE addresses SET entry = ? WHERE key = ? AND source = ?", (entry, key, source))


def known_elsewhere(connection: sqlite3.Connection, source: str, key: str, entry: int) -> None:
    """Another source's crawl has read this address: it need not be asked twice."""
    connection.execute(
        """
        UPDATE addresses SET entry = ?, state = ?, reason = 'read by another source', retry_at = NULL
         WHERE key = ? AND source = ? AND role = 'article'
        """,
        (entry, State.READ, key, source),
    )


def read_for_all(connection: sqlite3.Connection, source: str, key: str, entry: int) -> None:
    """The same, of the other sources that have it queued."""
    others = connection.execute("SELECT id FROM addresses WHERE key = ? AND source <> ?", (key, source)).fetchall()
    if not others:
        return
    connection.executemany(
        """
        UPDATE addresses SET entry = ?, state = ?, reason = 'read by another source', retry_at = NULL
         WHERE id = ? AND role = 'article' AND state = ?
        """,
        [(entry, State.READ, other, QUEUED) for (other,) in others],
    )
