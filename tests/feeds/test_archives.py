"""Archive pages: written once, linked to what goes before, and whole when entries are taken out."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import feedparser
import pytest
from lxml import etree

from feeds.archives import cut, forget, last_page, missing, pack, say_gone, unpack
from feeds.publish import publish, publish_page
from newsloom.news.renderings import Issue
from tests.feeds import validity

Make = Callable[..., Any]
HOUR = timedelta(hours=1)
PUBLIC = "https://me.example/news/"
NAMES = ["archive/bridges/2.atom", "archive/bridges/2.rss"]


def paged(made: Any, page: int) -> Any:
    return replace(made, page=page, before=page - 1)


def test_a_page_stands_in_the_formats_that_have_archives(tmp_path: Path, entry: Make, feed: Make) -> None:
    assert publish_page(paged(feed(entry()), 2), tmp_path, public_url="") == NAMES
    there = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert there == {*NAMES, *(f"{name}.gz" for name in NAMES)}
    for name in NAMES:
        assert gzip.decompress((tmp_path / f"{name}.gz").read_bytes()) == (tmp_path / name).read_bytes()


def head(path: Path, address: str) -> dict[str, str]:
    """The links of a feed or page, by `rel`, as a reader resolves them that knows only the document's address."""
    headers = {"content-location": address, "content-type": "application/xml"}
    read = feedparser.parse(path.read_bytes(), response_headers=headers)
    assert not read.bozo
    return {link["rel"]: unquote(link["href"]) for link in read.feed.links}


@pytest.mark.parametrize("key", ["bridges", "source/exämple"])
@pytest.mark.parametrize("root", ["", PUBLIC])
def test_a_reader_finds_every_page_from_the_feed(root: str, key: str, tmp_path: Path, entry: Make, feed: Make) -> None:
    publish(Issue.of(replace(feed(entry(3), key=key), before=2)), tmp_path, public_url=root, every=HOUR)
    for page in (2, 1):
        publish_page(paged(feed(entry(page), key=key), page), tmp_path, public_url=root)
    for suffix in (".atom", ".rss"):
        stems = [key, f"archive/{key}/2", f"archive/{key}/1"]
        chain = [f"{PUBLIC}{stem}{suffix}" for stem in stems]
        for number, address in enumerate(chain):
            path = tmp_path / f"{stems[number]}{suffix}"
            links = head(path, address)
            assert links.get("prev-archive") == (chain[number + 1] if number < 2 else None)
            assert links.get("next-archive") == (f"{PUBLIC}archive/{key}/{4 - number}{suffix}" if number else None)
            assert links.get("current") == (chain[0] if number else None)
            assert links.get("self") == (address if root else None)
            marked = etree.parse(path).find(".//{http://purl.org/syndication/history/1.0}archive") is not None
            assert marked is bool(number)


def test_a_feed_without_pages_names_none(tmp_path: Path, entry: Make, feed: Make) -> None:
    publish(Issue.of(feed(entry())), tmp_path, public_url=PUBLIC, every=HOUR)
    for name in ("bridges.atom", "bridges.rss", "bridges.json"):
        assert b"archive" not in (tmp_path / name).read_bytes()


def test_the_page_of_a_channel_stays_its_link(tmp_path: Path, entry: Make, feed: Make) -> None:
    publish(Issue.of(replace(feed(entry()), before=1)), tmp_path, public_url=PUBLIC, every=HOUR)
    assert etree.parse(tmp_path / "bridges.rss").findtext("channel/link") == PUBLIC


@pytest.mark.parametrize("root", ["", PUBLIC])
@pytest.mark.parametrize("page", [1, 2])
def test_a_page_is_valid(page: int, root: str, tmp_path: Path, entry: Make, feed: Make) -> None:
    publish_page(paged(feed(entry(1), entry(2)), page), tmp_path, public_url=root)
    atom, rss = ((tmp_path / f"archive/bridges/{page}{suffix}").read_bytes() for suffix in (".atom", ".rss"))
    if root:
        assert validity.of_atom(atom) == validity.of_rss(rss) == []
    else:
        assert validity.ATOM.validate(etree.fromstring(atom))
        assert validity.RSS.validate(etree.fromstring(rss))


def test_a_page_without_entries_keeps_the_chain(tmp_path: Path, feed: Make) -> None:
    publish_page(paged(feed(), 2), tmp_path, public_url="")
    for name in NAMES:
        assert head(tmp_path / name, PUBLIC + name)["prev-archive"] == f"{PUBLIC}archive/bridges/1{Path(name).suffix}"


def test_a_stylesheet_is_found_from_a_page(tmp_path: Path, entry: Make, feed: Make) -> None:
    publish_page(paged(feed(entry(), key="source/a"), 1), tmp_path, public_url="")
    assert b'href="../../../feed.css"' in (tmp_path / "archive/source/a/1.atom").read_bytes()


def test_only_the_lost_file_of_a_page_is_written_again(tmp_path: Path, entry: Make, feed: Make) -> None:
    publish_page(paged(feed(entry(1)), 2), tmp_path, public_url="")
    stays = (tmp_path / NAMES[0]).read_bytes()
    for name in (NAMES[1], f"{NAMES[1]}.gz"):
        (tmp_path / name).unlink()
    lost = missing([(2, NAMES), (1, ["archive/none/1.atom"])], 2, tmp_path)
    assert lost == {NAMES[1], "archive/none/1.atom"}
    assert unpack(lost, tmp_path) == lost
    publish_page(paged(feed(entry(1, title="Otherwise")), 2), tmp_path, public_url="", only=lost)
    assert (tmp_path / NAMES[0]).read_bytes() == stays
    assert b"Otherwise" in (tmp_path / NAMES[1]).read_bytes()
    publish_page(paged(feed(), 2), tmp_path, public_url="", only={"archive/bridges/2.of-a-format-that-is-no-more"})
    assert (tmp_path / NAMES[0]).read_bytes() == stays


def test_a_lost_file_whose_twin_stands_is_what_it_was(tmp_path: Path, entry: Make, feed: Make) -> None:
    publish_page(paged(feed(entry(1)), 2), tmp_path, public_url="")
    before = (tmp_path / NAMES[1]).read_bytes()
    (tmp_path / NAMES[1]).unlink()
    lost = missing([(2, NAMES)], 2, tmp_path)
    assert lost == {NAMES[1]}
    assert unpack(lost, tmp_path) == set()
    assert (tmp_path / NAMES[1]).read_bytes() == before


def test_an_entry_is_cut_out_and_the_rest_stays_as_it_was(tmp_path: Path, entry: Make, feed: Make) -> None:
    entries = [entry(n, text=f"“{n}” ]]> <&> é \U0001f600 \x07\n\nmore") for n in range(3)]
    publish_page(paged(feed(*entries), 2), tmp_path, public_url="")
    before = {name: (tmp_path / name).read_bytes() for name in NAMES}
    done = cut(NAMES, tmp_path, {entries[1].id.urn, "urn:uuid:none"})
    assert [str(p.relative_to(tmp_path)) for p in done] == NAMES
    alone = tmp_path / "alone"
    publish_page(replace(paged(feed(entries[0], entries[2]), 2), updated=feed(*entries).updated), alone, public_url="")
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == (alone / name).read_bytes() != before[name]
        assert gzip.decompress((tmp_path / f"{name}.gz").read_bytes()) == (tmp_path / name).read_bytes()


def test_a_page_without_the_entry_is_not_touched(tmp_path: Path, entry: Make, feed: Make) -> None:
    publish_page(paged(feed(entry(1)), 2), tmp_path, public_url="")
    assert cut([*NAMES, "archive/bridges/9.atom"], tmp_path, {"urn:uuid:none"}) == []


def test_pages_of_a_topic_are_taken_away_with_their_folder(tmp_path: Path, entry: Make, feed: Make) -> None:
    for key in ("bridges", "source/a"):
        publish_page(paged(feed(entry(1), key=key), 1), tmp_path, public_url="")
    forget("source/a", tmp_path)
    forget("source/a", tmp_path)
    assert {p.parent.name for p in tmp_path.rglob("1.*")} == {"bridges"}


def test_what_else_lies_beside_pages_stays(tmp_path: Path, entry: Make, feed: Make) -> None:
    publish_page(paged(feed(entry(1)), 1), tmp_path, public_url="")
    mine = tmp_path / "archive/bridges/mine/notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    forget("bridges", tmp_path)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [mine]


def test_servers_are_told_what_is_no_more(tmp_path: Path) -> None:
    assert say_gone({}, tmp_path) == []
    assert not list(tmp_path.iterdir())
    say_gone({"source/a": False, "bridges": True}, tmp_path)
    assert (tmp_path / ".gone").read_text() == "archive/source/a/\nbridges\nsource/a\n"
    say_gone({}, tmp_path)
    assert (tmp_path / ".gone").read_text() == ""


def test_all_but_the_newest_pages_stand_compressed_only(
    tmp_path: Path, entry: Make, feed: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.archives.PLAIN", 2)
    bodies: dict[str, bytes] = {}
    for number in range(1, 6):
        names = publish_page(paged(feed(entry(number), entry(9)), number), tmp_path, public_url="")
        bodies |= {name: (tmp_path / name).read_bytes() for name in names}
        if number != 4:  # killed
            pack("bridges", number, tmp_path)
    there = {p.name for p in (tmp_path / "archive/bridges").iterdir() if p.suffix != ".gz"}
    assert there == {f"{n}.{kind}" for n in (4, 5) for kind in ("atom", "rss")}
    for name, body in bodies.items():
        assert gzip.decompress((tmp_path / f"{name}.gz").read_bytes()) == body
    assert missing([(int(name.split("/")[2][0]), [name]) for name in bodies], 5, tmp_path) == set()
    assert last_page("bridges", tmp_path) == 5


def test_an_entry_is_cut_out_of_a_page_that_stands_compressed_only(tmp_path: Path, entry: Make, feed: Make) -> None:
    publish_page(paged(feed(entry(1), entry(2)), 1), tmp_path, public_url="")
    pack("bridges", 21, tmp_path)
    names = ["archive/bridges/1.atom", "archive/bridges/1.rss"]
    assert [str(p.relative_to(tmp_path)) for p in cut(names, tmp_path, {entry(1).id.urn})] == names
    for name in names:
        assert not (tmp_path / name).exists()
        left = gzip.decompress((tmp_path / f"{name}.gz").read_bytes())
        assert (entry(1).id.urn.encode() in left, entry(2).id.urn.encode() in left) == (False, True)


def test_a_page_without_a_twin_stays(tmp_path: Path, entry: Make, feed: Make) -> None:
    publish_page(paged(feed(entry(1)), 1), tmp_path, public_url="")
    (tmp_path / "archive/bridges/1.rss.gz").unlink()
    pack("bridges", 21, tmp_path)
    assert {p.name for p in (tmp_path / "archive/bridges").iterdir()} == {"1.atom.gz", "1.rss"}
