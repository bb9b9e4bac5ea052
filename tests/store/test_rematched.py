"""A rule that changes is matched over the store in steps; what the steps leave is right, whoever gets in between, whatever dies."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from newsloom.news.items import Topic
from newsloom.news.rules import parse
from newsloom.store import Reader, topics
from newsloom.store.log import NEWEST
from tests.store.newsdesk import ALL, HOUR, START, Desk, page, source, topic

BRIDGE, FERRY = topic("water", "bridge"), topic("water", "ferry")


class KilledError(Exception):
    """What a process that dies in the middle of its work leaves is what this leaves: nothing of a transaction."""


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "_STEP", 7)
    monkeypatch.setattr(topics, "_READ_STEP", 5)


def fill(desk: Desk, count: int, begin: int = 0) -> None:
    texts = ("A bridge.", "A ferry.", "A bridge and a ferry.", "A road.")
    desk.save(
        *(
            page(f"https://a.example/{n}", texts[n % 4], title=f"Title {n}", published=START - (count - n) * HOUR)
            for n in range(begin, begin + count)
        )
    )


def step(desk: Desk) -> bool:
    return desk.run(desk.store._do(topics.match_again))


def change(desk: Desk, *told: Topic, mute: str = "") -> None:
    """The first part of what adopting a config does: the steps are still to come."""
    desk.run(desk.store._do(lambda connection: desk.store._adopt(connection, [source(mute=mute)], told)))


def members(desk: Desk, key: str = "water") -> set[str]:
    return {url for (url,) in desk.rows("SELECT url FROM by_topic WHERE topic = ?", key)}


def searched(desk: Desk, rule: str) -> set[str]:
    with Reader.open(desk.path, desk.now) as reader:
        return {e.url for e in reader.search(rule, limit=1000)}


def logged(desk: Desk) -> list[str]:
    return [url for (url,) in desk.rows(LOGGED)]


LOGGED = """
SELECT e.url FROM log l JOIN topics t ON t.id = l.topic JOIN entries e ON e.id = l.entry WHERE t.key = 'water' ORDER BY seq
"""


@pytest.mark.parametrize("steps", range(8))
def test_matching_broken_off_anywhere_is_done_by_the_next_start(desk: Desk, steps: int) -> None:
    desk.adopt([source()], [ALL, BRIDGE])
    fill(desk, 40)
    change(desk, ALL, FERRY)
    for _ in range(steps):
        step(desk)
    desk.reopen()
    desk.adopt([source()], [ALL, FERRY])
    assert members(desk) == searched(desk, "ferry")
    assert members(desk, "all") == searched(desk, "NOT x")
    assert desk.rows("SELECT * FROM rematch") == []


def test_a_step_that_is_killed_leaves_nothing_half_done(desk: Desk) -> None:
    desk.adopt([source()], [ALL, BRIDGE])
    fill(desk, 40)
    change(desk, ALL, FERRY)
    before = (
        desk.rows("SELECT * FROM membership"),
        desk.rows("SELECT * FROM pending"),
        desk.rows("SELECT * FROM rematch"),
    )

    def dies(connection: sqlite3.Connection) -> None:
        topics.match_again(connection)
        raise KilledError

    with pytest.raises(KilledError):
        desk.run(desk.store._do(dies))
    after = (
        desk.rows("SELECT * FROM membership"),
        desk.rows("SELECT * FROM pending"),
        desk.rows("SELECT * FROM rematch"),
    )
    assert after == before


def test_what_comes_or_changes_between_two_steps_is_matched_by_the_new_rule(desk: Desk) -> None:
    desk.adopt([source()], [ALL, BRIDGE])
    fill(desk, 40)
    change(desk, ALL, FERRY)
    step(desk)
    desk.save(
        page("https://a.example/new", "A ferry.", title="New"),
        page("https://a.example/0", "A ferry now.", title="Title 0", at=START + HOUR),
        page("https://a.example/38", "A road now.", title="Title 38", at=START + HOUR),
    )
    while step(desk):
        pass
    assert members(desk) == searched(desk, "ferry")
    assert {"https://a.example/new", "https://a.example/0"} < members(desk)
    desk.publish("water")
    assert logged(desk)[-1] == "https://a.example/new"


def test_no_feed_shows_a_part_of_what_a_new_rule_brings(desk: Desk) -> None:
    desk.adopt([source()], [ALL])
    fill(desk, 300)
    desk.adopt([source()], [ALL, FERRY])
    desk.publish("water")
    expected = logged(desk)
    assert 0 < len(expected) <= NEWEST
    other = Desk(desk.path.with_name("other.db"))
    with other:
        other.adopt([source()], [ALL])
        fill(other, 300)
        change(other, ALL, FERRY)
        other.publish("all")
        while step(other):
            assert "water" not in other.dirty() or other.rows("SELECT * FROM rematch") == []
            other.publish("water")
        other.publish("water")
        assert logged(other) == expected


def test_others_get_in_between_the_steps(desk: Desk) -> None:
    desk.adopt([source()], [ALL])
    fill(desk, 60)
    left: list[int] = []

    async def both() -> None:
        adopting = asyncio.create_task(desk.store.adopt([source()], [ALL, FERRY]))
        while not adopting.done():
            left.append(await desk.store._do(lambda c: int(c.execute("SELECT count(*) FROM rematch").fetchone()[0])))
        await adopting

    desk.run(both())
    assert left.count(1) > 1
    assert members(desk) == searched(desk, "ferry")


@pytest.mark.parametrize("steps", range(0, 8, 2))
def test_what_sources_mute_is_found_out_again_in_steps(desk: Desk, steps: int) -> None:
    desk.adopt([source()], [ALL, BRIDGE])
    fill(desk, 40)
    change(desk, ALL, BRIDGE, mute="ferry")
    for _ in range(steps):
        step(desk)
    desk.reopen()
    desk.adopt([source(mute="ferry")], [ALL, BRIDGE])
    assert members(desk) == searched(desk, "bridge NOT ferry")
    assert members(desk, "all") == searched(desk, "NOT ferry")
    desk.adopt([source()], [ALL, BRIDGE])
    assert members(desk) == searched(desk, "bridge")


def test_beginnings_of_words_are_matched_in_steps_too(desk: Desk) -> None:
    begins = topic("water", "(bri* OR NEAR(a ferr*, 0)) NOT road*", mute='title:"title 1"*')
    desk.adopt([source(mute='"a fer"* NOT bridge')], [ALL])
    fill(desk, 40)
    desk.adopt([source(mute="roa*")], [ALL, begins])
    assert members(desk) == searched(desk, f"({begins.match}) NOT ({begins.mute})")
    assert members(desk, "all") == searched(desk, "NOT road")
    assert len(searched(desk, "ferry NOT bridge")) == 10


def test_texts_are_read_once_for_many_rules(desk: Desk) -> None:
    desk.adopt([source()], [ALL])
    fill(desk, 40)
    told = [topic(f"t{n}", rule) for n, rule in enumerate(("bri*", "ferr*", "road", "bri* NOT fer*", "title:tit*"))]
    change(desk, ALL, *told)
    statements: list[str] = []
    desk.run(desk.store._do(lambda connection: connection.set_trace_callback(statements.append)))
    while step(desk):
        pass
    desk.run(desk.store._do(lambda connection: connection.set_trace_callback(None)))
    assert (
        len([s for s in statements if "SELECT id, title, summary, text, authors" in s]) == 9
    )  # ids below 41, 36, ... 1
    for each in told:
        assert members(desk, each.key) == searched(desk, each.match)


def test_a_topic_that_is_gone_is_not_matched_any_more(desk: Desk) -> None:
    desk.adopt([source()], [ALL])
    fill(desk, 20)
    change(desk, ALL, BRIDGE)
    desk.adopt([source()], [ALL])
    assert (members(desk), desk.rows("SELECT * FROM rematch")) == (set(), [])


def test_a_topic_of_a_thousand_holds_what_its_rule_says(tmp_path: Path) -> None:
    told = [topic(f"t{n}", f'"word{n} other" OR be{n}* OR NEAR(word{n} far, 2) OR tag:t{n}') for n in range(1000)]
    with Desk(tmp_path / "many.db") as desk:
        desk.adopt([source()], [ALL, *told])
        desk.save(
            page("https://a.example/1", "word7 other be70x, tag of word9", title="One", tags=("T5",)),
            page("https://a.example/2", "far a b word8 far", title="Two word7"),
        )
        for key in ("t5", "t7", "t70", "t8", "t9"):
            rule = next(t.match for t in told if t.key == key)
            assert parse(rule)
            assert members(desk, key) == searched(desk, rule)
        assert {k for (k,) in desk.rows("SELECT topic FROM by_topic")} == {"all", "t5", "t7", "t70", "t8"}
