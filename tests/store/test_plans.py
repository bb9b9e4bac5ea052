"""What the store asks of SQLite while a crawl goes on costs the same however much is stored."""

import sqlite3
from collections.abc import Callable

from newsloom.news.items import EntryKind
from newsloom.news.memory import Found, State
from newsloom.store import schema
from tests.store.newsdesk import ALL, BODY, HOUR, START, Desk, item, page, row, source, topic

GROWING = {
    "addresses",
    "entries",
    "versions",
    "keys",
    "carriers",
    "labels",
    "sightings",
    "membership",
    "log",
    "pending",
    "archives",
}
OF_TEXTS = {
    "near_texts",
    "near_keys",
    "brief_of",
    "story_texts",
    "story_keys",
    "story_entries",
    "events",
}
A, B = source("a"), source("b")
CLOCK = START - HOUR


def asked(desk: Desk, work: Callable[[], object]) -> list[str]:
    """Every statement of `work`, as SQLite ran it."""
    statements: list[str] = []
    _on_its_thread(desk, lambda connection: connection.set_trace_callback(statements.append))
    work()
    _on_its_thread(desk, lambda connection: connection.set_trace_callback(None))
    return list(
        dict.fromkeys(s.strip() for s in statements if s.strip().startswith(("SELECT", "UPDATE", "INSERT", "DELETE")))
    )


def walks(desk: Desk, statement: str) -> list[str]:
    """Tables that grow and of which a statement reads everything, or all that has no entry yet."""
    steps: list[str] = []
    _on_its_thread(
        desk,
        lambda connection: steps.extend(r["detail"] for r in connection.execute(f"EXPLAIN QUERY PLAN {statement}")),
    )
    names = {alias: table for table in GROWING for alias in (table, table[0])} | {table: table for table in OF_TEXTS}
    scanned = [step.split()[1] for step in steps if step.startswith("SCAN ") and _WAITING not in step]
    entryless = "entry IS NULL" in statement and any("sightings_by_entry (entry=?)" in step for step in steps)
    # The old end of a table; those of the texts that are counted, 2,000 at most.
    few = "ORDER BY id LIMIT " in statement or "INDEXED BY story_texts_counted" in statement
    return [names[name] for name in scanned if name in names and not few] + ["sightings"] * entryless


_WAITING = "INDEX entries_waiting"
"""Holds the entries of running crawls only."""


def _on_its_thread(desk: Desk, work: Callable[[sqlite3.Connection], object]) -> None:
    desk.store._writer.submit(work, desk.store._connection).result()


def crawl(desk: Desk) -> None:
    led, gone, one, two = (f"https://a.example/{name}" for name in ("led", "gone", "1", "2"))
    rows = (
        row("The bridge has been opened.", clock=CLOCK, url=led),
        row("The ferry goes no more.", clock=CLOCK, url=gone),
        row("It will rain in Harbour Town.", clock=CLOCK),
    )
    desk.due(A)
    desk.listed(item("https://a.example/item", "A text."), *(Found(url=u) for u in (led, gone, one, two)), of=A)
    desk.listed(Found(url=led), of=B)
    desk.save(page(one, BODY, title="One bridge", briefs=rows), of=A)
    desk.save(page(gone, state=State.GONE), page(led, "Led to.", title="Led"), of=A)
    desk.save(page(two, "Two.", title="One long bridge", briefs=rows), of=A)
    desk.save(page(two, "Two.", title="One bridge", canonical=one), of=A)  # they are one
    desk.save(
        page(two, "Two and more.", title="Both", at=START + HOUR), page("https://b.example/1", BODY, title="One"), of=B
    )
    desk.listed(item("https://a.example/item", "A text."), of=A)
    for _ in range(2):
        desk.record(A, requests=1)
    desk.run(desk.store.outlook("a"))


def test_no_statement_of_a_crawl_reads_a_growing_table_from_end_to_end(desk: Desk) -> None:
    desk.adopt(
        [A, B], [ALL, topic("briefs", include=frozenset({EntryKind.BRIEF})), topic("bridges", "bridge OR tag:x")]
    )
    statements = asked(desk, lambda: crawl(desk))
    assert desk.rows("SELECT count(*) FROM entries WHERE joined IS NOT NULL") == [(1,)]
    assert {s: w for s in statements if (w := walks(desk, s))} == {}


def test_an_older_store_gets_the_indexes_of_today(desk: Desk) -> None:
    shown = "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name"
    today = desk.rows(shown)
    desk.store.close()
    with sqlite3.connect(desk.path) as store:
        store.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (schema._STEPS[2][0],))
        store.execute("DROP INDEX addresses_by_entry")
        store.execute("DROP INDEX sightings_by_row")
        store.execute("CREATE INDEX sightings_by_row ON sightings(digest)")
    store.close()
    assert desk.rows(shown) != today
    desk.reopen()
    assert desk.rows(shown) == today
