"""What is wrong with a store is one line with the remedy, and nothing is half done."""

import sqlite3
from pathlib import Path

import pytest

from newsloom.news.memory import Found
from newsloom.store import Reader, Store, StoreError
from tests.store.newsdesk import BODY, HOUR, Desk, page, source, topic


def refused(path: Path, said: str) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        Store.open(path, lambda: pytest.fail("nobody asks for the time")).close()
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    path.write_text("This is a text about the harbour. " * 99)
    refused(path, "no newsloom store or is damaged.*backup")
    assert path.read_text().startswith("This is a text")


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mine (a)")
    other.close()
    refused(path, "another program")
    with pytest.raises(StoreError, match="another program"):
        Reader.open(path, lambda: pytest.fail("nobody asks for the time"))


def test_a_newer_store(desk: Desk) -> None:
    desk.run(
        desk.store._do(
            lambda c: c.execute(
                "INSERT INTO _sqlite_migrations(migration_set, name, applied_at) VALUES ('newsloom', '9999 far ahead', '')"
            ).close()
        )
    )
    desk.store.close()
    refused(desk.path, "newer newsloom: upgrade")
    with pytest.raises(StoreError, match="newer newsloom"):
        Reader.open(desk.path, desk.now)


def test_a_damaged_store(desk: Desk) -> None:
    for n in range(50):
        desk.save(page(f"https://a.example/{n}", BODY + str(n), title=f"{n}"))
    desk.store.close()
    content = bytearray(desk.path.read_bytes())
    for at in range(8192, len(content), 4096):
        content[at : at + 2048] = b"\xa5" * 2048
    desk.path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"), Reader.open(desk.path, desk.now) as reader:
        reader.search("NOT x")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(tmp_path / "file" / "news.db", "folder cannot be made")


def test_a_path_that_is_a_folder(tmp_path: Path) -> None:
    refused(tmp_path, "cannot be opened")


def test_there_is_no_store_yet(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store yet: `newsloom once`"):
        Reader.open(tmp_path / "news.db", lambda: pytest.fail("nobody asks for the time"))


def test_a_full_disk_is_told_and_the_store_goes_on_where_it_stopped(desk: Desk) -> None:
    desk.adopt()
    desk.save(page("https://a.example/1", BODY, title="one"))
    (pages,) = desk.rows("PRAGMA page_count")[0]
    desk.run(desk.store._do(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").close()))
    big = [page(f"https://a.example/big{n}", f"{n} {BODY}" * 50, title=f"big {n}") for n in range(20)]
    with pytest.raises(StoreError, match="disk is full: make room"):
        desk.save(*big)
    assert [e.title for e in desk.entries()] == ["one"]
    desk.run(desk.store._do(lambda c: c.execute("PRAGMA max_page_count = 1000000").close()))
    desk.save(*big)
    assert len(desk.entries()) == 21


def test_a_crawl_that_the_store_could_not_take_is_begun_anew_by_the_next_one(desk: Desk) -> None:
    story = "https://a.example/1"
    desk.listed(Found(url=story))
    assert story in desk.due_urls()
    query_only = "PRAGMA query_only = {}"
    desk.store._writer.submit(desk.store._connection.execute, query_only.format(1)).result()
    with pytest.raises(StoreError):
        desk.save(page(story, BODY, title="one"))
    desk.store._writer.submit(desk.store._connection.execute, query_only.format(0)).result()
    desk.at += HOUR
    assert story in desk.due_urls()
    desk.save(page(story, BODY, title="one"))
    assert desk.entry(story).first_seen == desk.at


def test_a_store_that_may_not_be_written(desk: Desk) -> None:
    desk.adopt()
    desk.store._writer.submit(desk.store._connection.execute, "PRAGMA query_only = 1").result()
    with pytest.raises(StoreError, match="may not be written"):
        desk.save(page("https://a.example/1", BODY, title="one"))


def test_a_rule_that_is_none_is_told_with_its_topic_and_place(desk: Desk) -> None:
    with pytest.raises(StoreError, match=r"topic x: its match rule 'a AND' is wrong at character 6"):
        desk.adopt(topics=[topic("x", "a AND")])
    with pytest.raises(StoreError, match="source a: its mute rule"):
        desk.adopt([source(mute="(")])
    assert desk.rows("SELECT count(*) FROM watched") == [(0,)]


def test_a_source_that_nobody_knows_cannot_be_asked_for(desk: Desk) -> None:
    with pytest.raises(StoreError, match="knows no source x"):
        desk.run(desk.store.ask("x"))


def test_closing_twice_is_no_error(desk: Desk) -> None:
    desk.store.close()
    desk.store.close()
