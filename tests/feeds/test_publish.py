"""Files are replaced whole, only when they differ, and the folder's faults are told in one sentence."""

import errno
import gzip
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree

from feeds.formats import found
from feeds.publish import PublishError, publish, withdraw_files
from newsloom.news.renderings import Issue

Make = Callable[..., Any]
HALF_HOUR = timedelta(minutes=30)
NAMES = ["bridges.atom", "bridges.json", "bridges.rss"]


def put(feed: Any, out: Path, public_url: str = "", every: timedelta = HALF_HOUR) -> list[str]:
    return sorted(
        str(path.relative_to(out)) for path in publish(Issue.of(feed), out, public_url=public_url, every=every).files
    )


def test_a_topic_is_a_file_in_each_format_with_a_twin(tmp_path: Path, entry: Make, feed: Make) -> None:
    assert put(feed(entry()), tmp_path) == NAMES
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES + [f"{name}.gz" for name in NAMES])
    for name in NAMES:
        path, twin = tmp_path / name, tmp_path / f"{name}.gz"
        assert gzip.decompress(twin.read_bytes()) == path.read_bytes()
        assert twin.stat().st_mtime_ns == path.stat().st_mtime_ns
        assert path.stat().st_mode & 0o777 == twin.stat().st_mode & 0o777 == 0o644


def test_a_source_has_its_own_folder_and_its_stylesheet_is_above_it(tmp_path: Path, entry: Make, feed: Make) -> None:
    assert "source/example.atom" in put(feed(entry(), key="source/example"), tmp_path)
    assert b'href="../feed.css"' in (tmp_path / "source/example.atom").read_bytes()


def test_publishing_twice_writes_nothing(tmp_path: Path, entry: Make, feed: Make) -> None:
    put(feed(entry(1), entry(2)), tmp_path)
    before = {path: path.stat() for path in tmp_path.iterdir()}
    assert put(feed(entry(1), entry(2)), tmp_path) == []
    assert {path: path.stat() for path in tmp_path.iterdir()} == before


def test_one_new_entry_rewrites_each_file_once(tmp_path: Path, entry: Make, feed: Make) -> None:
    put(feed(entry(1)), tmp_path)
    assert put(feed(entry(2), entry(1)), tmp_path) == NAMES
    assert len(feedparser.parse((tmp_path / "bridges.atom").read_bytes()).entries) == 2


def test_self_links_and_home_come_from_the_public_address(tmp_path: Path, entry: Make, feed: Make) -> None:
    put(feed(entry(), key="source/exämple"), tmp_path, "https://me.example/news/")
    read = etree.parse(tmp_path / "source/exämple.rss")
    assert read.findtext("channel/link") == "https://me.example/news/"
    (link,) = read.iterfind("channel/{http://www.w3.org/2005/Atom}link")
    assert link.get("href") == "https://me.example/news/source/ex%C3%A4mple.rss"


def test_the_home_of_a_source_is_the_source(tmp_path: Path, entry: Make, feed: Make) -> None:
    put(
        replace(feed(key="source/example", source="example"), home="https://news.example/"),
        tmp_path,
        "https://me.example/",
    )
    assert etree.parse(tmp_path / "source/example.rss").findtext("channel/link") == "https://news.example/"


@pytest.mark.parametrize(
    ("minutes", "ttl"), [(1, "5"), (14, "10"), (15, "15"), (59, "30"), (100, "60"), (9999, "1440")]
)
def test_time_to_live_is_the_interval_in_steps(minutes: int, ttl: str, tmp_path: Path, feed: Make) -> None:
    put(feed(), tmp_path, every=timedelta(minutes=minutes))
    assert etree.parse(tmp_path / "bridges.rss").findtext("channel/ttl") == ttl


@pytest.mark.parametrize("key", ["../up", "a//b", ".hidden", "a/.b", "", "a\0b"])
def test_a_key_that_leads_out_of_the_folder_is_refused(key: str, tmp_path: Path, feed: Make) -> None:
    with pytest.raises(ValueError, match="cannot be a file name"):
        publish(Issue.of(feed(key=key)), tmp_path / "out", public_url="", every=HALF_HOUR)


def test_what_a_killed_writer_left_is_swept(tmp_path: Path, entry: Make, feed: Make) -> None:
    put(feed(entry()), tmp_path)
    for name in (".bridges.atom.new", ".bridges.atom.gz.new"):
        (tmp_path / name).write_bytes(b"half a fe")
    assert put(feed(entry()), tmp_path) == []
    assert not list(tmp_path.glob(".*"))


def test_killed_between_twin_and_file_both_are_written_again(tmp_path: Path, entry: Make, feed: Make) -> None:
    put(feed(entry(1)), tmp_path)
    old = (tmp_path / "bridges.atom").read_bytes()
    put(feed(entry(2), entry(1)), tmp_path)
    (tmp_path / "bridges.atom").write_bytes(old)  # the new twin had taken its place, the file not yet
    assert put(feed(entry(2), entry(1)), tmp_path) == ["bridges.atom"]


def test_a_twin_that_cannot_take_its_place_keeps_its_file_from_it(tmp_path: Path, entry: Make, feed: Make) -> None:
    put(feed(entry(1)), tmp_path)
    before = (tmp_path / "bridges.rss").read_bytes()
    (tmp_path / "bridges.rss.gz").unlink()
    (tmp_path / "bridges.rss.gz").mkdir()
    with pytest.raises(PublishError, match=r"move .*bridges\.rss\.gz away"):
        put(feed(entry(2), entry(1)), tmp_path)
    assert (tmp_path / "bridges.rss").read_bytes() == before


def test_a_lost_twin_is_made_again(tmp_path: Path, entry: Make, feed: Make) -> None:
    put(feed(entry()), tmp_path)
    (tmp_path / "bridges.rss.gz").unlink()
    assert put(feed(entry()), tmp_path) == ["bridges.rss"]
    assert (tmp_path / "bridges.rss.gz").exists()


def test_a_link_in_the_way_is_replaced_not_written_through(tmp_path: Path, entry: Make, feed: Make) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"mine")
    (tmp_path / ".bridges.atom.new").symlink_to(other)
    (tmp_path / "bridges.atom").symlink_to(other)
    put(feed(entry()), tmp_path)
    assert other.read_bytes() == b"mine"
    assert not (tmp_path / "bridges.atom").is_symlink()


def test_withdrawn_files_are_gone_and_others_stay(tmp_path: Path, entry: Make, feed: Make) -> None:
    put(feed(entry()), tmp_path)
    put(feed(entry(), key="all"), tmp_path)
    (tmp_path / ".bridges.atom.new").write_bytes(b"half")
    assert sorted(path.name for path in withdraw_files("bridges", tmp_path)) == NAMES
    assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} == {"all"}
    assert withdraw_files("bridges", tmp_path) == []


def test_a_file_where_the_folder_must_be_is_told_with_a_remedy(tmp_path: Path, feed: Make) -> None:
    (tmp_path / "public").write_text("")
    with pytest.raises(PublishError, match=r"public/source: a file stands where a folder must be"):
        put(feed(key="source/x"), tmp_path / "public")


def test_a_folder_where_a_file_must_be_is_told_with_a_remedy(tmp_path: Path, feed: Make) -> None:
    (tmp_path / "bridges.json").mkdir()
    with pytest.raises(PublishError, match=r"a folder stands where a file must be: move .*bridges.json"):
        put(feed(), tmp_path)
    assert not list(tmp_path.glob(".*"))


def test_a_full_disk_leaves_the_feeds_as_they_were(
    tmp_path: Path, entry: Make, feed: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(feed(entry(1)), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    written = []

    def full(handle: int) -> None:
        written.append(handle)
        if len(written) == 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("feeds.files.os.fsync", full)
    with pytest.raises(PublishError, match=f"cannot publish to {tmp_path}: the disk is full: make room"):
        put(feed(entry(2), entry(1)), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


WRITER = textwrap.dedent(
    """
    import sys
    from datetime import UTC, datetime, timedelta
    from pathlib import Path
    from uuid import UUID
    from feeds.publish import publish
    from newsloom.news.items import Entry, EntryKind, Feed, Topic
    from newsloom.news.renderings import Issue

    at = datetime(2026, 11, 20, tzinfo=UTC)
    n = int(sys.argv[2])
    while True:
        n += 1
        entries = tuple(
            Entry(id=UUID(int=i + 1), version=n, kind=EntryKind.ARTICLE, url=f"https://a.example/{i}", title=f"Turn {n}",
                  published=at, updated=at + timedelta(seconds=n), first_seen=at, source="a", source_title="A",
                  source_url="https://a.example/", text="word " * 300)
            for i in range(20)
        )
        feed = Feed(topic=Topic(key="k", title="K"), id=UUID(int=7), updated=at + timedelta(seconds=n), entries=entries)
        publish(Issue.of(feed), Path(sys.argv[1]), public_url="", every=timedelta(hours=1))
        print(n, flush=True)
    """
)


def test_no_reader_sees_a_torn_or_older_feed_while_writers_are_killed(tmp_path: Path) -> None:
    done, faults, seen = threading.Event(), [], set()

    def look() -> None:
        newest = dict.fromkeys(("k.atom", "k.rss", "k.atom.gz"), 0)
        while not done.is_set():
            for name in newest:
                try:
                    body = (tmp_path / name).read_bytes()
                except FileNotFoundError:
                    continue
                root = etree.fromstring(gzip.decompress(body) if name.endswith(".gz") else body)
                turns = {int(str(e.text)[5:]) for e in root.iter("{*}title") if str(e.text).startswith("Turn")}
                turn = min(turns)
                if len(turns) > 1 or turn < newest[name]:
                    faults.append((name, turns))
                newest[name] = turn
                seen.add(turn)

    reader = threading.Thread(target=look)
    reader.start()
    turn = 0
    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(turn)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(3):
                turn = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            turn = int((writer.stdout.read().split() or [str(turn)])[-1]) + 1  # one more may have been under way
    done.set()
    reader.join()
    assert faults == []
    assert len(seen) > 1


def test_formats_are_written_from_one_cleaning(tmp_path: Path, entry: Make, feed: Make) -> None:
    from feeds.clean import clean

    html = f"<p>{time.monotonic_ns()}</p>"
    before = clean.cache_info().misses
    put(feed(entry(html=html)), tmp_path)
    assert len(found()) > 1
    assert clean.cache_info().misses == before + 1
