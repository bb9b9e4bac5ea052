"""Texts are dropped when they are old, and are known again nevertheless."""

import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from newsloom.news.memory import News
from newsloom.store import Reader
from newsloom.store.tidy import Freed, Keep
from tests.store.newsdesk import ALL, BODY, DAY, HOUR, START, Desk, item, page, row, source, topic

A, B, C = source("a"), source("b"), source("c")
MONTH = Keep(sources={"a": 30 * DAY, "b": None}, others=60 * DAY)
TABLES = ("keys", "log", "carriers", "labels", "addresses", "sightings", "membership")


def url(n: int, of: str = "a") -> str:
    return f"https://{of}.example/{n}"


def text(n: int) -> str:
    """Much the same for all of a hundred; those of another hundred are nowhere near it."""
    return f"Piece {n} is about number {n}. {BODY if n < 100 else ' '.join(f'word{n // 100}x{i}' for i in range(100))}"


def fill(desk: Desk, count: int = 60, of: str = "a", *, first: int = 0) -> None:
    """Articles a minute apart, shown in the feed of everything."""
    for n in range(first, first + count):
        at = START + n * timedelta(minutes=1)
        desk.save(page(url(n, of), text(n), title=f"Title {n}", html=f"<p>{text(n)}</p>", published=at), of=source(of))
    desk.record(source(of))
    desk.publish()


def tidy(desk: Desk, keep: Keep = MONTH) -> Freed:
    with Reader.open(desk.path, desk.now) as reader:
        said = reader.old(keep)
    done = desk.run(desk.store.tidy(keep))
    assert (done.entries, done.versions, done.characters, done.spared) == (
        said.entries,
        said.versions,
        said.characters,
        said.spared,
    )
    return done


def texts(desk: Desk) -> dict[str, str]:
    return dict(desk.rows("SELECT url, text || html FROM entries WHERE joined IS NULL"))


def everything(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    return {t: desk.rows(f"SELECT * FROM {t} ORDER BY 1, 2, 3") for t in TABLES}  # noqa: S608 - names


@pytest.fixture
def old(desk: Desk) -> Desk:
    """A store with a month-old crawl of sixty articles."""
    desk.adopt([A, B, C])
    fill(desk)
    desk.at = START + 31 * DAY
    return desk


def test_a_text_is_dropped_when_it_is_older_than_its_source_keeps(old: Desk) -> None:
    before = everything(old)
    done = tidy(old)
    assert (done.entries, done.spared) == (10, 50)
    assert {u for u, t in texts(old).items() if not t} == {url(n) for n in range(10)}
    assert everything(old) == before
    entry = old.entry(url(3))
    assert (entry.title, entry.version, entry.published) == ("Title 3", 1, START + timedelta(minutes=3))


def test_what_a_current_feed_shows_is_spared(old: Desk) -> None:
    shown = old.publish()
    tidy(old)
    assert old.publish() == shown
    assert all(e.text for e in shown.entries)


def test_what_waits_to_be_published_is_spared(old: Desk) -> None:
    old.adopt([A, B, C], [ALL, topic("seven", "title:7")])
    tidy(old)
    assert texts(old)[url(7)]


def test_twice_is_once(old: Desk) -> None:
    tidy(old)
    assert tidy(old).entries == 0


def test_what_is_not_old_enough_or_kept_for_ever_stays(old: Desk) -> None:
    fill(old, of="b", first=1_000)
    old.at = START + 29 * DAY
    assert tidy(old).entries == 0
    old.at = START + 3_000 * DAY
    tidy(old)
    assert all(t for u, t in texts(old).items() if u.startswith("https://b."))
    assert tidy(old, Keep(sources={}, others=None)) == Freed()


def test_who_keeps_it_longest_decides(old: Desk) -> None:
    old.save(page(url(5, "b"), text(5), title="Title 5"), of=B)
    assert tidy(old).entries == 9
    assert texts(old)[url(5)]


def test_a_source_that_is_no_longer_in_the_config_keeps_what_the_others_keep(old: Desk) -> None:
    assert tidy(old, Keep(sources={}, others=60 * DAY)).entries == 0
    assert tidy(old, Keep(sources={}, others=20 * DAY)).entries == 10


def test_full_text_of_what_is_dropped_goes_and_its_headline_is_still_found(old: Desk) -> None:
    tidy(old)
    with Reader.open(old.path, old.now) as reader:
        assert reader.search('"about number 3"') == ()
        assert len(reader.search('"about number 33"')) == 1
        assert [e.url for e in reader.search('title:"Title 3"')] == [url(3)]
    with sqlite3.connect(old.path) as store:
        store.create_function("spaced", 1, str)
        store.execute("INSERT INTO entries_fts(entries_fts, rank) VALUES ('integrity-check', 1)")
    store.close()


def test_versions_go_with_the_text(old: Desk) -> None:
    old.save(page(url(2), text(2) + " A correction.", title="Title 2", at=old.at))
    assert old.rows("SELECT count(*) FROM versions") == [(1,)]
    assert tidy(old).versions == 0, "it is news again, so the feed shows it"
    fill(old, of="c", first=1_000)
    assert tidy(old).versions == 1
    assert old.rows("SELECT count(*) FROM versions") == [(0,)]


@pytest.mark.parametrize("words", ["", " And now something else entirely."])
def test_a_dropped_text_comes_back_neither_as_new_nor_as_a_change(old: Desk, words: str) -> None:
    tidy(old)
    entries, members = old.rows("SELECT count(*) FROM entries"), old.rows("SELECT * FROM membership")
    (saved,) = old.save(page(url(3), text(3) + words, title="Title 3", html="<p>x</p>", at=old.at))
    assert saved.news is News.SAME
    assert texts(old)[url(3)] == ""
    assert (old.rows("SELECT count(*) FROM versions"), old.rows("SELECT * FROM pending")) == ([(0,)], [])
    assert (old.rows("SELECT count(*) FROM entries"), old.rows("SELECT * FROM membership")) == (entries, members)
    assert not old.rows("SELECT 1 FROM changes")


def test_a_copy_of_a_dropped_text_is_still_a_copy(old: Desk) -> None:
    tidy(old)
    (saved,) = old.save(page(url(1, "c"), text(3), title="Another headline", at=old.at), of=C)
    assert saved.news is News.SAME
    assert old.entry(url(1, "c")).id == old.entry(url(3)).id


def test_a_feed_item_whose_text_was_dropped_does_not_come_back(desk: Desk) -> None:
    desk.adopt([A])
    feed = [item(url(n), text(n), published=START + n * HOUR) for n in range(60)]
    desk.listed(*feed)
    desk.record()
    desk.publish()
    desk.at = START + 31 * DAY
    dropped = tidy(desk).entries
    assert dropped >= 10
    desk.listed(*(item(url(n), text(n) + " More.", published=START + n * HOUR) for n in range(5)))
    assert [texts(desk)[url(n)] for n in range(5)] == [""] * 5
    desk.save(page(url(3), text(3), title="T", at=desk.at))
    assert texts(desk)[url(3)] == ""
    assert desk.rows("SELECT count(*) FROM versions") == [(0,)]


def test_another_page_that_names_a_dropped_one_as_its_own_is_not_believed(old: Desk) -> None:
    tidy(old)
    (saved,) = old.save(page(url(99), "Something else. " * 40, title="Quite other words", canonical=url(3), at=old.at))
    assert saved.news is News.NEW


def test_what_was_muted_by_a_word_of_its_text_stays_muted(desk: Desk) -> None:
    muting = source("a", mute="dispute")
    desk.adopt([muting], [ALL, topic("quiet", "NOT dispute")])
    desk.save(page(url(1), text(1), title="Title 1"), of=muting)
    desk.save(page(url(2), "Calm. " * 50, title="Title 2"), of=muting)
    desk.at = START + 31 * DAY
    desk.publish()
    desk.publish("quiet")
    assert tidy(desk).entries == 1
    desk.save(page(url(1), text(1), title="Title 1", tags=("x",), at=desk.at), of=muting)
    assert [e.title for e in desk.publish("quiet").entries] == ["Title 2"]
    desk.adopt([source("a", mute="dispute OR nothing")], [ALL, topic("quiet", "NOT dispute")])
    assert [e.title for e in desk.publish().entries] == ["Title 2"]


def test_rows_of_blocks_are_kept(desk: Desk) -> None:
    desk.adopt([A])
    desk.save(page(url(1), text(1), title="T", briefs=(row("It will rain in Harbour Town.", clock=START),)))
    before = desk.rows("SELECT page, text, entry FROM sightings")
    desk.at = START + 31 * DAY
    tidy(desk, Keep(sources={}, others=DAY))
    assert desk.rows("SELECT page, text, entry FROM sightings") == before


def test_the_file_becomes_smaller(old: Desk) -> None:
    for n in range(200, 500):
        old.save(page(url(n), f"{text(n)} {n * 77}. " * 8, title=f"Title {n}", at=START))
    old.run(old.store._alone(lambda c: c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()))
    old.publish()
    old.at += 40 * DAY
    before = old.path.stat().st_size
    freed = tidy(old, Keep(sources={}, others=DAY))
    assert freed.bytes > 0
    assert old.path.stat().st_size < before
    assert old.rows("PRAGMA freelist_count") == [(0,)]
    assert old.rows("PRAGMA integrity_check") == [("ok",)]


def test_a_store_that_cannot_become_smaller_in_steps_is_rewritten_once(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with Desk(path) as desk:
        desk.adopt([A])
        fill(desk, 5)
    with sqlite3.connect(path, isolation_level=None) as store:
        store.execute("PRAGMA auto_vacuum = NONE")
        store.execute("PRAGMA journal_mode = DELETE")
        store.execute("VACUUM")
        assert store.execute("PRAGMA auto_vacuum").fetchone() == (0,)
    store.close()
    with Desk(path) as desk:
        entries = desk.entries()
        desk.run(desk.store.rewrite())
        assert desk.rows("PRAGMA auto_vacuum") == [(2,)]
        assert desk.run(desk.store.rewrite()) == 0
        assert desk.entries() == entries
        desk.save(page(url(77), text(77), title="T"))


TIDY = """
import sys
from pathlib import Path
from tests.store.newsdesk import DAY, START, Desk
from newsloom.store import tidy
from newsloom.store.tidy import Keep

tidy._STEP = 2
with Desk(Path(sys.argv[1])) as desk:
    desk.at = START + 31 * DAY
    step = tidy.step
    def told(*args, **named):
        found = step(*args, **named)
        print("step", flush=True)
        return found
    tidy.step = told
    desk.run(desk.store.tidy(Keep(sources={}, others=DAY)))
"""


def test_kill_9_leaves_some_undone_and_nothing_half_done(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with Desk(path) as desk:
        desk.adopt([A])
        fill(desk, 80)
    for steps in (1, 3, 6):
        child = subprocess.Popen(
            [sys.executable, "-c", TIDY, str(path)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        assert child.stdout is not None
        for _ in range(steps):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.stdout.close()
        child.wait()
        with Desk(path) as desk:
            assert desk.rows("PRAGMA integrity_check") == [("ok",)]
            halves = "SELECT count(*) FROM entries WHERE (dropped <> '') <> (text || html = '')"
            assert desk.rows(halves) == [(0,)]
    with Desk(path) as desk:
        desk.at = START + 31 * DAY
        tidy(desk, Keep(sources={}, others=DAY))
        assert desk.rows("SELECT count(*) FROM entries WHERE dropped <> ''") == [(30,)]
