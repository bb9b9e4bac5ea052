"""What formats wrote of entries is kept while a current feed shows them, and never shown when it is out of date."""

from typing import Any
from uuid import UUID

from newsloom.news.items import Face
from newsloom.news.renderings import Issue, Rendering, Written
from tests.store.newsdesk import ALL, HOUR, START, Desk, page, source, topic
from tests.store.test_plans import asked, walks

FORMATS = (".atom", ".json")
A, B = source("a"), source("b")


def issue(desk: Desk, key: str = "all", edition: str = "1") -> Issue:
    desk.run(desk.store.advance(key))
    return desk.run(desk.store.issue(key, formats=FORMATS, edition=edition))


def publish(desk: Desk, key: str = "all", edition: str = "1") -> list[UUID]:
    """As the formats would; the entries that had to be written."""
    made = issue(desk, key, edition)
    written = [
        Written(slot=slot, format=name, rendering=Rendering(body=f"{slot.id}{name}".encode(), packed=b"z"))
        for slot in made.slots
        for name in FORMATS
        if name not in slot.kept
    ]
    desk.run(desk.store.published(key, made, written))
    return [e.id for e in made.feed.entries]


def read(desk: Desk, *names: str, text: str = "It is open. ", of: str = "a", **fields: Any) -> None:
    desk.save(
        *(page(f"https://{of}.example/{n}", f"{n}: {text}" * 20, title=n, published=START) for n in names),
        of=source(of, **fields),
    )


def ids(desk: Desk, *names: str) -> list[UUID]:
    return [desk.entry(f"https://a.example/{n}").id for n in names]


def test_an_entry_is_written_once_for_all_feeds_that_show_it_alike(desk: Desk) -> None:
    desk.adopt(topics=[ALL, topic("bridges", "bridge")])
    read(desk, "bridge", "road")
    assert set(publish(desk)) == set(ids(desk, "bridge", "road"))
    assert publish(desk) == []
    assert publish(desk, "bridges") == []
    read(desk, "tower")
    assert publish(desk) == ids(desk, "tower")


def test_what_was_kept_comes_back_as_it_was_in_the_order_of_the_feed(desk: Desk) -> None:
    desk.adopt()
    read(desk, "one", "two")
    publish(desk)
    (first, second) = issue(desk).slots
    feed = desk.run(desk.store.feed("all"))
    assert [first.id, second.id] == [str(e.id) for e in feed.entries]
    assert first.kept[".json"] == Rendering(body=f"{first.id}.json".encode(), packed=b"z")
    assert issue(desk).feed.updated == feed.updated


def test_each_face_and_each_source_has_its_own(desk: Desk) -> None:
    desk.adopt(
        [A, B], [ALL, topic("short", face=Face.SUMMARY), topic("source/a", source="a"), topic("source/b", source="b")]
    )
    read(desk, "one")
    read(desk, "one", of="b")  # a copy
    publish(desk)
    (one,) = ids(desk, "one")
    assert publish(desk, "source/a") == []
    assert publish(desk, "short") == [one]
    assert publish(desk, "source/b") == [one]
    assert [publish(desk, key) for key in ("all", "short", "source/a", "source/b")] == [[]] * 4


def test_whatever_changes_of_an_entry_it_is_written_anew(desk: Desk) -> None:
    desk.adopt()
    read(desk, "one", "two")
    publish(desk)
    desk.at += HOUR
    read(desk, "one", text="It is closed. ")
    assert publish(desk) == ids(desk, "one")
    desk.run(desk.store._do(lambda connection: connection.execute("UPDATE entries SET section = 'Roads'")))
    assert set(publish(desk)) == set(ids(desk, "one", "two"))


def test_a_change_while_files_are_written_is_not_lost(desk: Desk) -> None:
    desk.adopt()
    read(desk, "one")
    taken = issue(desk)
    desk.at += HOUR
    read(desk, "one", text="It is closed. ")
    (slot,) = taken.slots
    old = [Written(slot=slot, format=name, rendering=Rendering(body=b"old", packed=b"z")) for name in FORMATS]
    desk.run(desk.store.published("all", taken, old))
    assert publish(desk) == ids(desk, "one")


def test_another_writer_or_another_name_of_the_source_writes_all_anew(desk: Desk) -> None:
    desk.adopt()
    read(desk, "one")
    publish(desk)
    assert publish(desk, edition="2") == ids(desk, "one")
    desk.adopt([source("a", title="The A")])
    assert publish(desk, edition="2") == ids(desk, "one")
    assert desk.rows("SELECT count(*) FROM renderings") == [(2,)]


def test_another_name_of_the_original_is_shown_beside_a_copy(desk: Desk) -> None:
    desk.adopt([A, B], [topic("source/b", source="b")])
    read(desk, "one")
    read(desk, "one", of="b")
    publish(desk, "source/b")
    assert publish(desk, "source/b") == []
    desk.adopt([source("a", title="The A"), B], [topic("source/b", source="b")])
    assert publish(desk, "source/b") == ids(desk, "one")


def test_where_a_topic_does_not_say_each_source_does(desk: Desk) -> None:
    everything = topic("all", face=Face.SOURCE)
    desk.adopt([A, source("b", content=Face.SUMMARY)], [everything, topic("source/b", source="b", face=Face.SOURCE)])
    read(desk, "one", "two")
    read(desk, "one", of="b", content=Face.SUMMARY)
    publish(desk)
    publish(desk, "source/b")
    shown = desk.run(desk.store.feed("all")).entries
    assert [e.content for e in shown] == [Face.FULL, Face.FULL]
    assert [e.content for e in desk.run(desk.store.feed("source/b")).entries] == [Face.SUMMARY]
    assert desk.dirty() == []
    desk.adopt([source("a", content=Face.SUMMARY), B], [everything, topic("source/b", source="b", face=Face.SOURCE)])
    assert desk.dirty() == ["all", "source/b"]
    assert set(publish(desk)) == set(ids(desk, "one", "two"))
    assert publish(desk) == []


def test_a_copy_that_comes_later_is_no_change_until_there_is_a_real_one(desk: Desk) -> None:
    desk.adopt([A, B])
    read(desk, "one")
    publish(desk)
    read(desk, "one", of="b")
    assert publish(desk) == []
    (shown,) = desk.run(desk.store.feed("all")).entries
    assert shown.also_at == ()
    desk.at += HOUR
    read(desk, "one", text="It is closed. ")
    publish(desk)
    (shown,) = desk.run(desk.store.feed("all")).entries
    assert [url for _, url in shown.also_at] == ["https://b.example/one"]


def test_nothing_is_kept_of_what_no_current_feed_shows(desk: Desk) -> None:
    desk.adopt(topics=[ALL, topic("bridges", "bridge")])
    read(desk, "bridge", "road")
    publish(desk)
    publish(desk, "bridges")
    desk.adopt([source("a", mute="road")], [ALL, topic("bridges", "bridge")])
    publish(desk)
    assert desk.rows("SELECT DISTINCT e.title FROM renderings r JOIN entries e ON e.id = r.entry") == [("bridge",)]
    desk.adopt([source("a", mute="road")], [topic("bridges", "bridge")])
    assert desk.rows("SELECT DISTINCT e.title FROM renderings r JOIN entries e ON e.id = r.entry") == [("bridge",)]
    desk.adopt([source("a", mute="road")], [topic("others")])
    assert (
        desk.rows(
            "SELECT entry FROM renderings UNION SELECT entry FROM settled UNION SELECT entry FROM current_entries"
        )
        == []
    )


def test_no_statement_of_a_publish_reads_a_growing_table_from_end_to_end(desk: Desk) -> None:
    desk.adopt([A, B], [ALL, topic("source/b", source="b")])
    read(desk, *map(str, range(60)))
    read(desk, *map(str, range(60)), of="b")
    publish(desk)
    read(desk, "more")
    statements = asked(desk, lambda: (publish(desk), publish(desk, "source/b")))
    assert any("INSERT INTO renderings" in s for s in statements)
    assert {s: w for s in statements if (w := walks(desk, s))} == {}
