"""A store that an older newsloom wrote goes on as if this one had written it; and what is written at once is little."""

import sqlite3
from itertools import pairwise

from newsloom.news.memory import News
from newsloom.news.stories import keys
from newsloom.store import schema
from tests.store.newsdesk import ALL, BRIEFS, HOUR, START, Desk, page, row, source
from tests.store.test_near_joined import edited, told
from tests.store.test_stories_told import STORM, STORM_ELSEWHERE, together

A, B = source("a"), source("b")


def longest_write(desk: Desk, saves: int) -> int:
    """The most bytes by which a save made the journal grow, which nothing empties."""
    desk.run(desk.store._alone(lambda connection: connection.execute("PRAGMA wal_autocheckpoint = 0").fetchall()))
    journal = desk.path.with_name(desk.path.name + "-wal")
    sizes = [0]
    for n in range(saves):
        desk.save(page(f"https://a.example/{n}", told(n, 700), title=f"Piece {n}", published=START))
        sizes.append(journal.stat().st_size)
    return max(after - before for before, after in pairwise(sizes))


def test_no_save_merges_all_of_the_full_text(desk: Desk) -> None:
    desk.adopt([A])
    assert longest_write(desk, 300) < 2_000_000


def before_0020(desk: Desk) -> None:
    """Make the file what it was when words had other numbers, and each text's keys were written with it."""
    desk.store.close()
    with sqlite3.connect(desk.path) as store:
        store.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '0020%'")
        store.execute(
            "DELETE FROM meta WHERE name IN ('near_keys_written', 'story_keys_written', 'story_words_changed')"
        )
        store.execute("ALTER TABLE near_texts DROP COLUMN keys")
        store.execute("UPDATE near_texts SET sample = zeroblob(256), lead = zeroblob(320)")
        store.execute("DELETE FROM near_keys")
        store.executemany("INSERT INTO near_keys VALUES (?, 1)", [(n,) for n in range(24)])
        store.execute("DROP INDEX story_texts_counted")
        store.execute(schema._STORY_TERMS)
        for text, weights in store.execute("SELECT id, weights FROM story_texts").fetchall():
            store.executemany("INSERT OR IGNORE INTO story_keys VALUES (?, ?)", [(key, text) for key in keys(weights)])
    store.close()
    desk.reopen()


def test_copies_briefs_and_stories_are_found_in_a_store_of_before_0020(desk: Desk) -> None:
    desk.adopt([A, B], [ALL, BRIEFS])
    lead = " ".join(told(2).split()[:36])
    desk.save(
        page("https://a.example/1", told(1), title="Bridge agreed", published=START),
        page("https://a.example/2", STORM, title="Hurricane Odette floods Port Almeria", published=START),
        page("https://a.example/3", "", title="Rows", briefs=(row(lead, clock=START),)),
    )
    before_0020(desk)
    copy, _, _ = desk.save(
        page("https://b.example/1", edited(told(1)), title="A new bridge", published=START + HOUR),
        page("https://b.example/2", STORM_ELSEWHERE, title="Odette: Port Almeria under water", published=START),
        page("https://b.example/3", told(2), title="Of what the row tells", published=START + HOUR),
        of=B,
    )
    assert copy.news is News.SAME
    assert together(desk) == [{"Hurricane Odette floods Port Almeria", "Odette: Port Almeria under water"}]
    assert desk.rows("SELECT count(*) FROM brief_of") == [(1,)]
    assert desk.rows("SELECT count(*) FROM near_texts WHERE length(keys) < 8") == [(0,)]
