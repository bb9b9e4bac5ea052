"""What those see who only read."""

import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from newsloom.news.memory import Found, Origin, Robots, State
from newsloom.store import Reader, SourceStatus
from tests.store.newsdesk import ALL, HOUR, START, Desk, page, topic


def status(desk: Desk, name: str = "a") -> SourceStatus:
    with Reader.open(desk.path, desk.now) as reader:
        return next(s for s in reader.status().sources if s.name == name)


def test_a_source_before_its_first_crawl(desk: Desk) -> None:
    desk.adopt()
    said = status(desk)
    assert (said.title, said.url, said.started, said.finished, said.next_due) == (
        "A",
        "https://a.example/",
        None,
        None,
        None,
    )


def test_a_source_after_a_crawl(desk: Desk) -> None:
    desk.adopt()
    desk.listed(*[Found(url=f"https://a.example/{n}") for n in range(3)])
    desk.save(page("https://a.example/0", "Text", title="T"), page("https://a.example/1", state=State.FAILED))
    desk.run(desk.store.schedule("a", START + HOUR))
    desk.record(new=1, changed=2, known=3, failed=4, refused=5, gone=6, briefs=7)
    said = status(desk)
    assert (said.started, said.finished, said.next_due) == (START, START, START + HOUR)
    assert (said.new, said.changed, said.known, said.failed, said.refused, said.gone, said.briefs) == (
        1,
        2,
        3,
        4,
        5,
        6,
        7,
    )
    assert said.queued == 2


def test_a_source_that_fails_says_since_when(desk: Desk) -> None:
    desk.adopt()
    for hours, error in ((0, ""), (1, "no answer"), (2, "no answer"), (3, "")):
        desk.at = START + hours * HOUR
        if not error:
            desk.listed()
        desk.record(error=error, requests=1)
        said = status(desk)
        assert (said.error, said.failing_since) == (error, START + HOUR if error else None)
        assert desk.run(desk.store.failing()) == ({"a"} if error else set())


def test_a_stopped_crawl_says_nothing_about_the_sources_health(desk: Desk) -> None:
    desk.adopt()
    desk.record(error="no answer")
    desk.record(stopped=True)
    assert status(desk).error == "no answer"


def test_a_crawl_that_might_ask_nothing_yet_says_nothing_about_the_sources_health(desk: Desk) -> None:
    desk.adopt()
    desk.record(error="no answer", requests=1)
    desk.record(requests=0)
    assert (status(desk).error, status(desk).failing_since) == ("no answer", START)


def test_where_a_source_has_moved_for_good(desk: Desk) -> None:
    desk.adopt()
    desk.due()
    desk.listed(url="https://a.example/", moved="https://new.example/feed")
    assert status(desk).moved == "https://new.example/feed"


def test_topics_are_counted(desk: Desk) -> None:
    desk.adopt(topics=[ALL, topic("bridges", "bridge")])
    desk.save(page("https://a.example/0", "A ferry", title="T", published=START - HOUR))
    with Reader.open(desk.path, desk.now) as reader:
        topics = [(t.key, t.title, t.entries, t.newest) for t in reader.status().topics]
    assert topics == [("all", "All", 1, START - HOUR), ("bridges", "Bridges", 0, None)]
    counted = desk.run(desk.store.counted())
    assert (counted["all"].entries, counted["all"].newest, counted["bridges"].entries) == (1, START - HOUR, 0)


def test_an_entry_is_found_by_its_id_and_by_any_of_its_addresses(desk: Desk) -> None:
    desk.save(page("https://a.example/0", "Text", title="T"))
    with Reader.open(desk.path, desk.now) as reader:
        entry = reader.entry("http://www.a.example/0/?utm_source=x")
        assert entry is not None
        assert reader.entry(str(entry.id)) == reader.entry(f"urn:uuid:{entry.id}") == entry
        assert reader.entry("https://a.example/1") is None
        assert reader.entry("") is None


def test_a_reader_cannot_write_and_sees_what_is_written_beside_it(desk: Desk) -> None:
    with Reader.open(desk.path, desk.now) as reader:
        desk.save(page("https://a.example/0", "Text", title="T"))
        assert len(reader.search("text")) == 1
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader._connection.execute("DELETE FROM entries")


def test_a_closed_store_is_read_in_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    with Desk(tmp_path / "news.db") as desk:
        desk.save(page("https://a.example/0", "Text", title="T"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["news.db"]
    with Reader.open(desk.path, desk.now) as reader:
        assert len(reader.search("text")) == 1


def test_reading_loads_neither_the_crawl_nor_what_writes_the_schema() -> None:
    heavy = {"scrapy", "twisted", "lxml", "trafilatura", "sqlite_utils", "pydantic"}
    code = f"import sys, newsloom.store; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_what_is_known_of_an_origin(desk: Desk) -> None:
    there = "https://a.example:443"
    assert desk.run(desk.store.origin(there)) == Origin()
    robots = Robots(status=200, body=b"User-agent: *\n\xff", expires=START + HOUR)
    desk.run(desk.store.hold(there, START + 2 * HOUR))
    desk.run(desk.store.keep_robots(there, robots))
    desk.run(desk.store.hold(there, START + HOUR))
    assert desk.run(desk.store.origin(there)) == Origin(robots=robots, hold_until=START + 2 * HOUR)
    desk.run(desk.store.keep_robots(there, Robots(status=0, body=b"", expires=START + timedelta(minutes=5))))
    said = desk.run(desk.store.origin(there)).robots
    assert said is not None
    assert said.status == 0
