"""Near-copies of a store's texts are found, in the window and after a restart."""

import random
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from newsloom.news.copies import Sketch, sketch
from newsloom.store.copies import WINDOW, Found, NearCopies
from newsloom.store.database import transaction
from tests.store.newsdesk import DAY, START, opened


def words(seed: int, count: int = 400) -> list[str]:
    chance = random.Random(seed)  # noqa: S311 - words, no secrets
    return [f"{chance.choice('bcdfgklmnprst')}{chance.randrange(9000)}" for _ in range(count)]


def sketched(*parts: list[str]) -> Sketch:
    made = sketch(" ".join(word for part in parts for word in part))
    assert made is not None
    return made


def keep(store: sqlite3.Connection, texts: dict[int, Sketch], after: timedelta = timedelta()) -> None:
    with transaction(store):
        near = NearCopies(store, START + after)
        for entry, made in texts.items():
            near.keep(entry, made)
        near.prune()


def find(store: sqlite3.Connection, made: Sketch, after: timedelta = timedelta(), *, other_than: int = 0) -> Found:
    return NearCopies(store, START + after).find(made, other_than=other_than)


def entries(found: Found) -> list[int]:
    return [near.entry for near in found.copies]


def count(store: sqlite3.Connection, table: str) -> int:
    return int(store.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own


def test_the_best_copy_is_first(store: sqlite3.Connection) -> None:
    whole = words(1)
    keep(store, {1: sketched(whole[:200], words(2, 100)), 2: sketched(whole[:390]), 3: sketched(words(3))})
    found = find(store, sketched(whole))
    assert entries(found) == [2, 1]
    assert found.copies[0].score > 0.9


def test_an_entry_with_several_texts_is_found_once_and_not_for_itself(store: sqlite3.Connection) -> None:
    whole = words(1)
    keep(store, {1: sketched(whole)})
    keep(store, {1: sketched(whole[:380])})
    assert entries(find(store, sketched(whole))) == [1]
    assert entries(find(store, sketched(whole), other_than=1)) == []


def test_texts_of_one_batch_see_each_other(store: sqlite3.Connection) -> None:
    with transaction(store):
        near = NearCopies(store, START)
        near.keep(1, sketched(words(1)))
        assert entries(near.find(sketched(words(1)[:300]))) == [1]


def test_what_a_rolled_back_batch_kept_is_not_found(store: sqlite3.Connection) -> None:
    def fail() -> None:
        with transaction(store):
            NearCopies(store, START).keep(1, sketched(words(1)))
            store.execute("SELECT * FROM nowhere")

    with pytest.raises(sqlite3.OperationalError):
        fail()
    assert entries(find(store, sketched(words(1)))) == []


def test_the_answers_are_the_same_after_a_restart(tmp_path: Path) -> None:
    store = opened(tmp_path)
    keep(store, {n: sketched(words(n), words(1)[:300]) for n in range(1, 9)})
    before = find(store, sketched(words(1)))
    store.close()
    again = opened(tmp_path)
    assert find(again, sketched(words(1))) == before
    assert len(before.copies) > 1
    again.close()


def test_a_text_older_than_the_window_is_not_found(store: sqlite3.Connection) -> None:
    keep(store, {1: sketched(words(1))})
    assert entries(find(store, sketched(words(1)), WINDOW)) == [1]
    assert entries(find(store, sketched(words(1)), WINDOW + timedelta(seconds=1))) == []


def test_what_is_older_than_the_window_is_deleted_as_new_texts_come(store: sqlite3.Connection) -> None:
    for day in range(100):
        keep(store, {10 * day + n: sketched(words(10 * day + n)) for n in range(10)}, day * DAY)
    assert count(store, "near_texts") == 310
    keys = count(store, "near_keys") / 310
    assert keys < 1.3 * 12  # of a text; some of forgotten ones still wait for the sweep


def test_no_text_takes_the_keys_of_a_forgotten_one(store: sqlite3.Connection) -> None:
    keep(store, {1: sketched(words(1))})
    keep(store, {2: sketched(words(2))}, 3 * WINDOW)
    assert entries(find(store, sketched(words(1)), 3 * WINDOW)) == []
    assert store.execute("SELECT min(id) FROM near_texts").fetchone()[0] == 2


def test_boilerplate_in_a_thousand_texts_makes_none_of_them_a_copy(store: sqlite3.Connection) -> None:
    boilerplate = words(0, 60)
    keep(store, {n: sketched(boilerplate, words(n, 250)) for n in range(1, 1001)})
    assert entries(find(store, sketched(boilerplate, words(1001, 250)))) == []
    assert entries(find(store, sketched(boilerplate, words(7, 240), words(1002, 30)))) == [7]


def test_a_text_copied_by_hundreds_is_still_known(store: sqlite3.Connection) -> None:
    whole = words(1)
    keep(store, {1: sketched(words(2))})
    for n in range(200):
        keep(store, {2: sketched(whole[: 400 - n % 40], words(1000 + n, 20))})
    assert entries(find(store, sketched(whole))) == [2]


def test_a_brief_is_the_beginning_of_an_article_and_not_a_copy(store: sqlite3.Connection) -> None:
    article, brief = words(1), words(1)[:40]
    keep(store, {1: sketched(article)})
    found = find(store, sketched(brief))
    assert (entries(found), [near.entry for near in found.brief_of], found.briefs) == ([], [1], ())


def test_the_beginning_of_a_long_text_is_no_copy_of_one_cut_to_little_more(store: sqlite3.Connection) -> None:
    article = words(1)
    lead = sketched(article[:84])
    keep(store, {1: sketched(article[:200])})
    assert entries(find(store, lead)) == [1]
    keep(store, {1: sketched(article)})
    found = find(store, lead)
    assert (entries(found), [near.entry for near in found.brief_of]) == ([], [1])


def test_an_article_finds_the_brief_that_came_before_it(store: sqlite3.Connection) -> None:
    article, brief = words(1), words(1)[:40]
    keep(store, {1: sketched(brief)})
    found = find(store, sketched(article))
    assert (entries(found), [near.entry for near in found.briefs], found.brief_of) == ([], [1], ())


def test_an_entry_that_has_a_long_text_too_is_no_brief(store: sqlite3.Connection) -> None:
    article, summary = words(1), words(1)[:40]
    keep(store, {1: sketched(summary)})
    keep(store, {1: sketched(summary, words(2))})
    assert find(store, sketched(article)).briefs == ()


def test_a_brief_belongs_to_the_article_of_whose_texts_most_begin_with_it(store: sqlite3.Connection) -> None:
    brief = words(1)[:40]
    keep(store, {1: sketched(brief, words(2))})
    for n in range(3):
        keep(store, {2: sketched(words(1), words(10 + n, 60))})
    assert [near.entry for near in find(store, sketched(brief)).brief_of] == [2, 1]


def test_a_brief_is_related_to_one_article_only(store: sqlite3.Connection) -> None:
    with transaction(store):
        near = NearCopies(store, START)
        assert near.relate(1, 2, 0.9)
        assert not near.relate(1, 3, 1.0)
        assert near.relate(1, 2, 1.0)
        assert not near.relate(4, 4, 1.0)
    assert [tuple(row) for row in store.execute("SELECT brief, article FROM brief_of")] == [(1, 2)]


def test_a_lookup_reads_no_table_from_end_to_end(store: sqlite3.Connection) -> None:
    from newsloom.store import copies

    for statement in (copies._TEXT, copies._LONG, copies._SWEEP, copies._SWEEP_END, copies.postings()._with):
        asked = f"EXPLAIN QUERY PLAN {statement}"
        plan = [row["detail"] for row in store.execute(asked, (1,) * statement.count("?"))]
        assert plan
        assert not [step for step in plan if step.startswith("SCAN near") or "TEMP B-TREE" in step], plan


def test_of_texts_that_are_all_alike_the_one_with_most_in_common_is_found(store: sqlite3.Connection) -> None:
    """A key that many texts have finds the newest of them only; one that few have decides."""
    chance = random.Random(3)  # noqa: S311 - no secrets
    heap = [words(1_000 + n, 14) for n in range(40)]
    texts = {n: sketched(*chance.sample(heap, 20), words(n, 20)) for n in range(1, 160)}
    keep(store, texts)
    whole = texts[2]
    assert [near.entry for near in NearCopies(store, START).find(whole, at_most=6).copies][:1] == [2]
