"""Stories of a store: which entries they have, what is kept of them, and for how long."""

import random
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsloom.store.database import transaction
from newsloom.store.stories import WINDOW, Stories, Told
from tests.store.newsdesk import DAY, HOUR, START, Desk, opened, page, source


def said(event: str, seed: int = 0, words: int = 60, vocabulary: int = 25) -> str:
    """A text on an event: words that no other event has."""
    chance = random.Random(f"{event}{seed}")  # noqa: S311 - words, no secrets
    return " ".join(f"{event}{'aeiou'[n % 5]}{n}" for n in (chance.randrange(vocabulary) for _ in range(words)))


def told(entry: int, text: str, after: timedelta = timedelta(), **fields: Any) -> Told:
    usual: dict[str, Any] = {"title": text[:30], "published": START + after, "source": f"s{entry}"}
    return Told(entry=entry, text=text, **usual | fields)


def tell(store: sqlite3.Connection, *batch: Told, after: timedelta = timedelta()) -> None:
    with transaction(store):
        Stories(store, START + after).tell(batch)


def story_of(store: sqlite3.Connection, entry: int) -> int:
    row = store.execute("SELECT story FROM story_entries WHERE entry = ?", (entry,)).fetchone()
    return int(row[0]) if row else 0


def rows(store: sqlite3.Connection, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in store.execute(sql)]


def test_entries_on_one_event_are_a_story_and_others_are_alone(store: sqlite3.Connection) -> None:
    tell(store, told(1, said("ferry", 1)), told(2, said("bank", 2)), told(3, said("ferry", 3), HOUR))
    assert story_of(store, 1) == story_of(store, 3) != 0
    assert story_of(store, 2) == 0
    assert rows(store, "SELECT entries, began, latest, merged FROM events") == [
        (2, "2026-05-03T12:00:00Z", "2026-05-03T13:00:00Z", None)
    ]


def test_a_story_keeps_its_number_while_it_grows_and_after_a_restart(store: sqlite3.Connection, tmp_path: Path) -> None:
    tell(store, told(1, said("ferry", 1)), told(2, said("ferry", 2)))
    first = story_of(store, 1)
    store.close()
    again = opened(tmp_path)
    for day in range(1, 9):
        tell(again, told(10 + day, said("ferry", 10 + day), day * DAY), after=day * DAY)
    assert {story_of(again, entry) for entry in (1, 2, *range(11, 19))} == {first}
    again.close()


def test_what_is_told_in_one_batch_or_in_many_is_the_same(tmp_path: Path) -> None:
    batch = [told(n, said("abcd"[n % 4] * 3, n)) for n in range(1, 21)]
    found = []
    for name, size in (("one", 1), ("all", 20)):
        (tmp_path / name).mkdir()
        connection = opened(tmp_path / name)
        for begin in range(0, len(batch), size):
            tell(connection, *batch[begin : begin + size])
        found.append([story_of(connection, t.entry) for t in batch])
        connection.close()
    assert found[0] == found[1]
    assert len(set(found[0])) == 4


def test_an_entry_too_short_is_alone_until_its_page_is_read(store: sqlite3.Connection) -> None:
    tell(store, told(1, said("ferry", 1)), told(2, "Ferry aground"))
    assert story_of(store, 2) == 0
    tell(store, told(2, said("ferry", 2)))
    assert story_of(store, 1) == story_of(store, 2) != 0
    assert rows(store, "SELECT count(*) FROM story_texts") == [(2,)]


def test_a_correction_does_not_take_an_entry_out_of_its_story(store: sqlite3.Connection) -> None:
    tell(store, told(1, said("ferry", 1)), told(2, said("ferry", 2)))
    tell(store, told(2, said("bank", 2)))
    assert story_of(store, 1) == story_of(store, 2) != 0
    tell(store, told(3, said("bank", 3)))
    assert story_of(store, 3) == story_of(store, 2)


def test_a_correction_does_not_bring_others_into_a_story(store: sqlite3.Connection) -> None:
    tell(store, told(1, said("ferry", 1)), told(2, said("ferry", 2)), told(3, said("bank", 3)))
    tell(store, told(2, said("bank", 2)))
    assert story_of(store, 3) == 0


def test_what_came_before_the_window_is_not_looked_at(store: sqlite3.Connection) -> None:
    tell(store, told(1, said("ferry", 1)))
    late = told(2, said("ferry", 2), DAY)  # found long after it was published
    tell(store, late, after=WINDOW + HOUR)
    assert story_of(store, 2) == 0


def test_no_more_texts_are_held_than_can_be(store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsloom.store.stories._HELD", 3)
    tell(store, *(told(n, said("ferry", n)) for n in range(1, 10)))
    assert rows(store, "SELECT entry FROM story_texts") == [(7,), (8,), (9,)]


def test_a_copy_brings_its_original_along_and_two_stories_together(tmp_path: Path) -> None:
    with Desk(tmp_path / "news.db") as desk:
        desk.adopt([source("a")])
        desk.save(
            *(page(f"https://a.example/{n}", f"Piece number {n}", title=f"T{n}", published=START) for n in range(1, 6))
        )

        def work(connection: sqlite3.Connection) -> None:
            Stories(connection, START).tell([told(2, "Short", same=1)])
            Stories(connection, START).tell([told(3, said("ferry", 3)), told(4, said("ferry", 4))])
            Stories(connection, START).tell([told(3, said("ferry", 3), same=1)])

        desk.run(desk.store._do(work))
        assert desk.rows("SELECT entry, story FROM story_entries") == [(1, 1), (2, 1), (3, 1), (4, 1)]
        assert desk.rows("SELECT id, entries, merged FROM events") == [(1, 4, None), (2, 0, 1)]
        assert desk.rows("SELECT story, other, what, entry FROM story_changes") == [(2, 1, "merge", 3)]
        assert desk.rows("SELECT entries, sources, title, story FROM stories") == [(4, 1, "T1", 1)]


def ranged(first: int, last: int) -> str:
    return " ".join(f"ferry{'aeiou'[n % 5]}{n}" for n in range(first, last))


def test_a_text_that_shows_two_stories_to_be_one_merges_them_and_the_older_number_stays(
    store: sqlite3.Connection,
) -> None:
    tell(store, told(1, ranged(0, 31)), told(2, ranged(0, 30)), told(3, ranged(26, 60)), told(4, ranged(26, 61)))
    one, other = story_of(store, 1), story_of(store, 3)
    assert 0 < one < other
    tell(store, told(5, ranged(8, 60)))
    assert {story_of(store, entry) for entry in range(1, 6)} == {one}
    assert rows(store, "SELECT id, entries, merged FROM events") == [(one, 5, None), (other, 0, one)]
    assert rows(store, "SELECT story, other, what, entry, seen FROM story_changes") == [
        (other, one, "merge", 5, "2026-05-03T12:00:00Z")
    ]


def test_a_story_that_was_merged_twice_leads_to_the_last(store: sqlite3.Connection) -> None:
    with transaction(store):
        stories = Stories(store, START)
        store.executemany("INSERT INTO events(id) VALUES (?)", [(1,), (2,), (3,)])
        assert stories._merge(2, 3, 9) == 2
        assert stories._merge(2, 1, 9) == 1
    assert rows(store, "SELECT id, merged FROM events") == [(1, None), (2, 1), (3, 1)]


def test_a_story_that_turns_out_to_be_two_is_split_and_the_larger_part_keeps_the_number(
    store: sqlite3.Connection,
) -> None:
    tell(store, *(told(n, said("ferry", n)) for n in range(1, 4)))
    tell(store, *(told(n, said("bank", n)) for n in range(4, 6)))
    first = story_of(store, 1)
    store.execute("UPDATE story_entries SET story = ?", (first,))  # as if by chance
    tell(store, told(6, said("ferry", 6)))
    assert {story_of(store, entry) for entry in (1, 2, 3, 6)} == {first}
    assert story_of(store, 4) == story_of(store, 5) != first
    assert rows(store, "SELECT story, other, what, entry FROM story_changes") == [
        (first, story_of(store, 4), "split", 6)
    ]
    sizes = dict(rows(store, "SELECT id, entries FROM events"))
    assert (sizes[first], sizes[story_of(store, 4)]) == (4, 2)


def test_a_story_is_closed_when_nothing_more_is_published(store: sqlite3.Connection) -> None:
    tell(store, told(1, said("ferry", 1)), told(2, said("ferry", 2)))
    tell(store, told(3, said("ferry", 3), 6 * DAY), after=DAY)
    assert story_of(store, 3) == 0


def test_old_articles_found_today_are_grouped_by_the_days_they_were_published(store: sqlite3.Connection) -> None:
    old = [told(n, said("ferry", n), -30 * DAY * (n % 2)) for n in range(1, 5)]
    tell(store, *old)
    assert story_of(store, 1) == story_of(store, 3) != story_of(store, 2) == story_of(store, 4)


def test_issues_of_a_series_are_no_story(store: sqlite3.Connection) -> None:
    issues = [told(n, said("stocks", n), n * DAY, title=f"Stocks on {n} May", source="a") for n in range(1, 5)]
    for issue in issues:
        tell(store, issue)
    assert rows(store, "SELECT entry FROM story_entries") == []
    tell(store, told(9, said("stocks", 9), 4 * DAY + HOUR, title="Stocks on 4 May", source="a"))
    assert rows(store, "SELECT entry FROM story_entries") == [(4,), (9,)]


def test_what_has_left_the_window_leaves_nothing_behind(store: sqlite3.Connection) -> None:
    tell(store, *(told(n, said("ferry", n)) for n in range(1, 10)))
    for entry in (10, 11):
        tell(store, told(entry, said("bank", entry)), after=WINDOW + HOUR)
    assert rows(store, "SELECT entry FROM story_texts") == [(10,), (11,)]
    assert rows(store, "SELECT count(*) FROM story_texts WHERE length(terms) > 0") == [(2,)]
    assert len(rows(store, "SELECT entry FROM story_entries WHERE entry < 10")) == 9  # the story itself stays


def test_of_two_entries_that_are_one_the_one_that_stays_has_the_story(store: sqlite3.Connection) -> None:
    tell(store, told(1, said("bank", 1)), told(2, said("ferry", 2)), told(3, said("ferry", 3)))
    story = story_of(store, 3)
    with transaction(store):
        Stories(store, START).joined(1, 3)
    assert rows(store, "SELECT entry, story FROM story_entries") == [(1, story), (2, story)]
    with transaction(store):
        Stories(store, START).joined(1, 2)
    assert rows(store, "SELECT entry FROM story_entries") == [(1,)]
    assert rows(store, "SELECT entries FROM events") == [(1,)]
    assert rows(store, "SELECT entry FROM story_texts") == [(1,)]


def test_muted_entries_do_not_show(tmp_path: Path) -> None:
    with Desk(tmp_path / "news.db") as desk:
        desk.adopt([source("a")])
        desk.save(
            *(page(f"https://a.example/{n}", f"Piece number {n}", title=f"T{n}", published=START) for n in range(1, 4))
        )
        desk.run(desk.store._do(lambda c: Stories(c, START).tell([told(n, said("ferry", n)) for n in range(1, 4)])))
        desk.run(desk.store._do(lambda c: c.execute("UPDATE entries SET muted = 1 WHERE id = 1").close()))
        assert desk.rows("SELECT entries, title FROM stories") == [(2, "T2")]
        desk.run(desk.store._do(lambda c: c.execute("UPDATE entries SET muted = 1 WHERE id = 2").close()))
        assert desk.rows("SELECT * FROM stories") == []


def test_no_statement_reads_a_growing_table_from_end_to_end(store: sqlite3.Connection) -> None:
    asked: list[str] = []
    store.set_trace_callback(asked.append)
    tell(store, told(1, ranged(0, 31)), told(2, ranged(0, 30)), told(3, ranged(26, 60)), told(4, ranged(26, 61)))
    tell(store, *(told(n, ranged(8 + n % 3, 60), same=4 * (n == 9)) for n in range(5, 12)))
    with transaction(store):
        Stories(store, START).joined(1, 11)
    tell(store, told(20, said("bank")), told(21, said("bank")), after=WINDOW + HOUR)
    store.set_trace_callback(None)
    statements = {s.strip() for s in asked if s.strip().startswith(("SELECT", "UPDATE", "INSERT", "DELETE"))}
    assert len({s[:40] for s in statements}) > 20
    for statement in statements:
        plan = [row["detail"] for row in store.execute(f"EXPLAIN QUERY PLAN {statement}")]
        few = ["json_each", "CONSTANT", "story_texts_counted"]  # the last: 2,000 texts at most
        if " LIMIT " in statement:
            few += ["SCAN story_texts", "(subquery-1)"]
        scans = [step for step in plan if step.startswith("SCAN") and not any(name in step for name in few)]
        assert not scans, (statement, plan)
