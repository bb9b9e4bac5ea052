"""The newest keys of a store's texts wait in memory: found like the others, by whoever opens the file, and never twice."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from newsloom.store.copies import postings
from newsloom.store.database import open_writing, transaction
from newsloom.store.postings import _WAITING, Postings
from newsloom.store.stories import Stories
from newsloom.store.vocabulary import Vocabulary
from tests.store.newsdesk import DAY, START, opened
from tests.store.test_stories_kept import said, told


def keep(store: sqlite3.Connection, held: Postings, *texts: tuple[int, ...]) -> None:
    """Texts with these keys, as `NearCopies` keeps them."""
    for keys in texts:
        raw = b"".join(key.to_bytes(8, "little") for key in keys)
        row = store.execute("INSERT INTO near_texts VALUES (NULL, 1, '', 1, '', '', ?)", (raw,)).lastrowid
        assert row is not None
        held.add(row, keys)


def found(store: sqlite3.Connection, held: Postings, *keys: int, most: int = 9) -> dict[int, list[int]]:
    rows = store.cursor()
    rows.row_factory = None
    return held.newest(rows, keys, most)


def written(store: sqlite3.Connection) -> int:
    return int(store.execute("SELECT count(*) FROM near_keys").fetchone()[0])


@pytest.fixture
def held(store: sqlite3.Connection) -> Postings:
    made = postings()
    made.refresh(store)
    return made


@contextmanager
def undone(store: sqlite3.Connection) -> Iterator[None]:
    store.execute("BEGIN")
    yield
    store.execute("ROLLBACK")


def test_of_each_key_the_newest_texts_come_first_and_no_more_than_asked_for(
    store: sqlite3.Connection, held: Postings
) -> None:
    keep(store, held, (1, 2), (2, 3), *[(9,)] * _WAITING)
    held.write(store)
    keep(store, held, (2, 4), (2, 5))
    assert written(store) == 4 + _WAITING
    assert found(store, held, 1, 2, 3, 4, 7) == {
        1: [1],
        2: [_WAITING + 4, _WAITING + 3, 2, 1],
        3: [2],
        4: [_WAITING + 3],
    }
    assert found(store, held, 2, most=3) == {2: [_WAITING + 4, _WAITING + 3, 2]}
    assert found(store, held, 2, most=1) == {2: [_WAITING + 4]}


def test_few_texts_are_not_written_and_another_process_finds_them(
    store: sqlite3.Connection, held: Postings, tmp_path: Path
) -> None:
    keep(store, held, (1, 2), (2,))
    held.write(store)
    assert written(store) == 0
    store.close()
    with closing(opened(tmp_path)) as again:
        new = postings()
        new.refresh(again)
        assert found(again, new, 1, 2) == {1: [1], 2: [2, 1]}


def test_what_is_written_is_found_by_another_process_once(
    store: sqlite3.Connection, held: Postings, tmp_path: Path
) -> None:
    keep(store, held, *[(n % 7, 1000 + n) for n in range(_WAITING)])
    held.write(store)
    keep(store, held, (1, 5000))
    new = postings()
    new.refresh(store)
    for key in (0, 1, 2, 1000, 1000 + _WAITING - 1, 5000):
        assert found(store, new, key, most=1000) == found(store, held, key, most=1000)
        assert len(set(found(store, new, key, most=1000)[key])) == len(found(store, new, key, most=1000)[key])


def test_what_was_rolled_back_leads_nowhere_and_what_was_there_before_is_found(
    store: sqlite3.Connection, held: Postings
) -> None:
    keep(store, held, *[(7,)] * (_WAITING - 1))
    with undone(store):
        keep(store, held, (7, 8), (8,))
        held.write(store)
        assert written(store) > 0
    held.refresh(store)
    assert (written(store), found(store, held, 7, 8, most=1)) == (0, {7: [_WAITING - 1]})
    keep(store, held, (8,))
    held.write(store)
    assert found(store, held, 8) == {8: [_WAITING]}
    assert written(store) == _WAITING


def test_tries_that_were_rolled_back_hide_nothing(store: sqlite3.Connection, held: Postings) -> None:
    keep(store, held, (7,))
    for _ in range(30):
        with undone(store):
            held.refresh(store)
            keep(store, held, (7,))
    held.refresh(store)
    assert found(store, held, 7, most=2) == {7: [1]}


def test_texts_that_another_connection_kept_are_found(
    store: sqlite3.Connection, held: Postings, tmp_path: Path
) -> None:
    keep(store, held, (1,))
    with undone(store):
        keep(store, held, (9,))
    with closing(open_writing(Path(store.execute("PRAGMA database_list").fetchone()["file"]))) as other:
        other.execute("PRAGMA foreign_keys = OFF")
        theirs = postings()
        theirs.refresh(other)
        keep(other, theirs, (1, 2))
    held.refresh(store)
    assert found(store, held, 1, 2, 9) == {1: [2, 1], 2: [2]}


def test_words_that_another_connection_counted_are_known(store: sqlite3.Connection) -> None:
    words = Vocabulary()
    with undone(store):
        Stories(store, START, words).tell([told(1, said("bank", 1))])
    with closing(open_writing(Path(store.execute("PRAGMA database_list").fetchone()["file"]))) as other:
        other.execute("PRAGMA foreign_keys = OFF")
        theirs = Vocabulary()
        with transaction(other):
            Stories(other, START, theirs).tell([told(1, said("ferry", 1))])
    words.refresh(store)
    assert (words.having, words.texts) == (theirs.having, 1)


def test_how_common_words_are_is_the_same_after_a_restart_and_a_rollback(store: sqlite3.Connection) -> None:
    words = Vocabulary()
    with transaction(store):
        Stories(store, START, words).tell([told(n, said("ferry", n)) for n in range(1, 9)])
    counted = dict(words.having)
    assert (words.texts, max(counted.values())) == (8, 8)
    with undone(store):
        Stories(store, START, words).tell([told(2, said("bank", 2)), told(9, said("bank", 9))])
        assert words.texts == 9
        assert dict(words.having) != counted
    again = Vocabulary()
    for each in (words, again):
        each.refresh(store)
        assert (each.texts, dict(each.having)) == (8, counted)


def test_of_many_texts_an_even_sample_says_how_common_words_are(
    store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsloom.store.stories._ALL_COUNTED", 10)
    monkeypatch.setattr("newsloom.store.stories._COUNTED", 2)
    monkeypatch.setattr("newsloom.store.stories._MOST_COUNTED", 40)
    words = Vocabulary()
    for batch in range(40):
        with transaction(store):
            Stories(store, START, words).tell([told(n, said("ferry", n)) for n in range(batch * 10, batch * 10 + 10)])
    counted = [id_ for (id_,) in store.execute("SELECT id FROM story_texts WHERE length(terms) > 0")]
    assert words.texts == len(counted)
    assert 70 < len(counted) < 130  # it was one of two when there were few, and is one of ten now
    assert 9 <= sum(id_ > 300 for id_ in counted) <= 12


def test_keys_of_stories_are_written_and_go_with_their_texts(
    store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsloom.store.postings._WAITING", 4)
    words = Vocabulary()

    def keyed() -> set[int]:
        return {text for (text,) in store.execute("SELECT DISTINCT text FROM story_keys")}

    for day in range(12):
        with transaction(store):
            Stories(store, START + day * DAY, words).tell(
                [told(2 * day + n, said(f"event{day}", n), day * DAY) for n in (1, 2)]
            )
        if day == 3:
            assert keyed() == set(range(1, 9))
    texts = {text for (text,) in store.execute("SELECT id FROM story_texts")}
    assert len(texts) == 12
    assert keyed() - texts == set()
    assert keyed() > texts - {max(texts), max(texts) - 1, max(texts) - 2, max(texts) - 3}


def test_a_text_that_came_anew_counts_with_its_new_words_only(store: sqlite3.Connection) -> None:
    words = Vocabulary()
    for text in (said("ferry"), said("bank"), said("ferry")):
        with transaction(store):
            Stories(store, START, words).tell([told(1, text, title="Short")])
    again = Vocabulary()
    again.refresh(store)
    assert words.texts == again.texts == 1
    assert set(words.having.values()) == {1}
    assert words.having == again.having
