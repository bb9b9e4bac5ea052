"""Who is told what is new: everything once, in the log's order, and again until it is taken."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from newsloom.news.items import Topic, Webhook
from newsloom.news.pushes import Delivery, Kind, Outcome, Target, targets
from newsloom.store.deliveries import MOST, wait
from tests.store.newsdesk import DAY, HOUR, START, Desk, page, source, topic
from tests.store.test_plans import asked, walks

HOOK = Webhook(url="https://hooks.example/news")
NEWS = topic("news", webhook=HOOK)
REFUSED = Outcome(error="https://hooks.example answered 503")


def adopt(desk: Desk, *topics: Topic, mute: str = "") -> None:
    desk.adopt([source(mute=mute)], topics or (NEWS,))
    desk.run(desk.store.adopt_targets(list(targets(topics or (NEWS,)))))


def read(desk: Desk, *names: str, more: str = "", mute: str = "") -> None:
    """Pages found by leads of their own: news, not backlog."""
    pages = [
        page(f"https://a.example/{n}", f"{n} of a. {more} " * 20, title=n, published=START + i * timedelta(minutes=1), at=desk.at)
        for i, n in enumerate(names)
    ]  # fmt: skip
    desk.save(*pages, of=source(mute=mute))
    desk.publish("news")


def due(desk: Desk) -> list[Target]:
    return desk.run(desk.store.targets_due())


def upcoming(desk: Desk) -> Delivery | None:
    targets_due = due(desk)
    return desk.run(desk.store.delivery(targets_due[0])) if targets_due else None


def told(delivery: Delivery | None) -> list[str]:
    return [] if delivery is None else [e.title for e in delivery.feed.entries]


def take(desk: Desk) -> list[str]:
    """Everything that there is to be told, delivery by delivery, as its target takes it."""
    taken: list[str] = []
    while (delivery := upcoming(desk)) is not None:
        taken += reversed(told(delivery))
        desk.run(desk.store.delivered(delivery))
    return taken


def fail(desk: Desk, outcome: Outcome = REFUSED) -> bool:
    delivery = upcoming(desk)
    assert delivery is not None
    return desk.run(desk.store.undelivered(delivery, outcome))


def test_what_is_published_is_told_once_the_newest_first(desk: Desk) -> None:
    adopt(desk)
    assert due(desk) == []
    read(desk, "one", "two")
    assert told(upcoming(desk)) == ["two", "one"]
    assert take(desk) == ["one", "two"]
    assert due(desk) == []
    desk.reopen()
    adopt(desk)
    assert due(desk) == []


def test_a_new_target_is_told_nothing_of_what_was_shown_before(desk: Desk) -> None:
    adopt(desk, topic("news"))
    read(desk, "old")
    adopt(desk)
    assert due(desk) == []
    read(desk, "new")
    assert take(desk) == ["new"]


def test_a_new_topic_tells_nothing_of_what_the_store_knew_for_long(desk: Desk) -> None:
    desk.adopt()
    desk.save(*(page(f"https://a.example/{n}", f"{n} of a. " * 20, title=n, published=START) for n in ("a", "b")))
    desk.at += 2 * DAY
    adopt(desk)
    assert len(desk.publish("news").entries) == 2
    assert take(desk) == []
    read(desk, "a", more="Corrected.")
    assert take(desk) == ["a"]


def test_another_address_is_another_target_and_the_same_one_with_another_secret_is_not(desk: Desk) -> None:
    adopt(desk)
    read(desk, "one")
    adopt(desk, topic("news", webhook=Webhook(url=HOOK.url, headers=(("Authorization", "NEW"),))))
    assert told(upcoming(desk)) == ["one"]
    adopt(desk, topic("news", webhook=Webhook(url="https://hooks.example/other")))
    assert due(desk) == []


def test_a_target_that_is_taken_out_of_the_config_is_forgotten(desk: Desk) -> None:
    adopt(desk)
    read(desk, "one")
    [target] = due(desk)
    delivery = upcoming(desk)
    adopt(desk, topic("news"))
    assert due(desk) == []
    assert desk.run(desk.store.delivery(target)) is None
    assert delivery is not None
    desk.run(desk.store.delivered(delivery))
    assert desk.rows("SELECT count(*) FROM deliveries") == [(0,)]


def test_webhook_and_command_of_a_topic_are_told_apart(desk: Desk) -> None:
    adopt(desk, topic("news", webhook=HOOK, command=("./tell",)))
    read(desk, "one")
    assert [t.kind for t in due(desk)] == [Kind.COMMAND, Kind.WEBHOOK]
    delivery = desk.run(desk.store.delivery(due(desk)[0]))
    assert delivery is not None
    desk.run(desk.store.delivered(delivery))
    assert [t.kind for t in due(desk)] == [Kind.WEBHOOK]


def test_a_correction_is_told_and_one_that_came_before_the_first_was_taken_is_told_once(desk: Desk) -> None:
    adopt(desk)
    read(desk, "one", "two")
    assert take(desk) == ["one", "two"]
    desk.at += HOUR
    read(desk, "one", more="Corrected.")
    read(desk, "three")
    desk.at += HOUR
    read(desk, "one", more="Corrected again.")
    assert take(desk) == ["three", "one"]


def test_what_is_under_way_is_the_same_until_it_is_taken(desk: Desk) -> None:
    adopt(desk)
    read(desk, "one")
    first = upcoming(desk)
    desk.reopen()  # killed between sending and the answer
    read(desk, "two")
    assert upcoming(desk) == first
    assert take(desk) == ["one", "two"]


def test_a_long_row_is_told_in_parts(desk: Desk) -> None:
    adopt(desk)
    names = [f"n{i:02}" for i in range(MOST * 2 + 5)]
    read(desk, *names)
    assert len(told(upcoming(desk))) == MOST
    assert take(desk) == names


def test_what_is_no_member_when_its_turn_comes_is_told_when_it_returns(desk: Desk) -> None:
    adopt(desk)
    read(desk, "bridge", "ferry")
    adopt(desk, mute="ferry")
    assert take(desk) == ["bridge"]
    assert due(desk) == []
    adopt(desk)
    desk.publish("news")
    assert take(desk) == ["ferry"]
    adopt(desk, mute="ferry")
    adopt(desk)
    assert due(desk) == []


def test_one_that_refuses_is_told_again_later_and_later(desk: Desk) -> None:
    adopt(desk)
    read(desk, "one")
    assert fail(desk)
    assert due(desk) == []
    desk.at += timedelta(seconds=30)
    assert told(upcoming(desk)) == ["one"]
    assert not fail(desk)
    desk.at += timedelta(seconds=29)
    assert due(desk) == []
    desk.at += timedelta(seconds=31)
    assert take(desk) == ["one"]
    read(desk, "two")
    assert fail(desk)


def test_waiting_doubles_up_to_six_hours_and_a_half_of_it_is_chance() -> None:
    assert [wait(n, 1) for n in (1, 2, 3, 99)] == [timedelta(seconds=s) for s in (30, 60, 120, 6 * 3600)]
    assert wait(3, 0) == timedelta(seconds=60)


def test_the_patience_that_it_asks_for_is_kept(desk: Desk) -> None:
    adopt(desk)
    read(desk, "one")
    fail(desk, Outcome(error="busy", retry_after=HOUR))
    desk.at += HOUR - timedelta(seconds=1)
    assert due(desk) == []
    desk.at += timedelta(seconds=1)
    assert take(desk) == ["one"]


def test_one_that_wants_nothing_any_more_is_told_nothing_until_the_config_changes(desk: Desk) -> None:
    adopt(desk)
    read(desk, "one")
    fail(desk, Outcome(error="gone", gone=True))
    desk.at += 30 * DAY
    adopt(desk)
    assert due(desk) == []
    adopt(desk, topic("news"))
    adopt(desk)
    read(desk, "two")
    assert take(desk) == ["two"]


def test_what_could_not_be_sent_is_no_try_and_may_be_sent_at_once(desk: Desk) -> None:
    adopt(desk)
    read(desk, "one")
    assert fail(desk, Outcome(error="not set", unsent=True))
    assert not fail(desk, Outcome(error="not set", unsent=True))
    assert desk.rows("SELECT tries, error FROM deliveries") == [(0, "not set")]
    assert take(desk) == ["one"]


@pytest.mark.parametrize("rows", [1, 7])
def test_what_is_too_large_is_told_in_smaller_parts_down_to_one(desk: Desk, rows: int) -> None:
    adopt(desk)
    names = [f"n{i}" for i in range(rows)]
    read(desk, *names)
    sizes = []
    while due(desk):
        delivery = upcoming(desk)
        assert delivery is not None
        sizes.append(len(delivery.told))
        desk.run(desk.store.undelivered(delivery, Outcome(error="413", too_large=True)))
    assert sizes == ([7, 3, 1] if rows == 7 else [1])
    desk.at += HOUR
    assert take(desk) == names


def test_no_statement_of_a_delivery_reads_a_growing_table_from_end_to_end(desk: Desk) -> None:
    adopt(desk)
    read(desk, "one", "two")

    def work() -> None:
        fail(desk, Outcome(error="413", too_large=True))
        take(desk)

    assert {s: w for s in asked(desk, work) if (w := walks(desk, s))} == {}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_a_receiver_has_every_entry_in_its_last_version(desk: Desk, seed: int) -> None:
    """News, corrections, mutes and un-mutes, failures, kills before and after the receiver took it, in any order."""
    chance = random.Random(seed)  # noqa: S311 - a test's
    adopt(desk)
    said: dict[str, int] = {}
    has: dict[str, str] = {}
    calm = Counter[tuple[str, str]]()
    muted = ""

    def news() -> None:
        name = f"n{len(said)} {chance.choice(['ferry', 'bridge'])}"
        said[name] = 0
        read(desk, name, mute=muted)

    def correction() -> None:
        if said:
            name = chance.choice(list(said))
            said[name] += 1
            read(desk, name, more=f"Corrected {said[name]}.", mute=muted)

    def push() -> None:
        if (delivery := upcoming(desk)) is None:
            return
        took, noted = chance.choice([(True, True), (True, True), (True, False), (False, True), (False, False)])
        if took:
            has.update({e.title: e.text for e in delivery.feed.entries})
        if took and noted:
            calm.update((e.title, e.text) for e in delivery.feed.entries)
            desk.run(desk.store.delivered(delivery))
        elif noted:
            desk.run(desk.store.undelivered(delivery, chance.choice([REFUSED, Outcome(error="413", too_large=True)])))
        else:
            desk.reopen()

    def mute() -> None:
        nonlocal muted
        muted = chance.choice(["", "ferry", "bridge", "n1"])
        adopt(desk, mute=muted)
        desk.publish("news")

    for _ in range(80):
        chance.choice([news, news, correction, push, push, push, mute])()
        desk.at += timedelta(hours=chance.randint(0, 3))
    adopt(desk)
    desk.at += DAY
    desk.publish("news")
    while (delivery := upcoming(desk)) is not None:
        has.update({e.title: e.text for e in delivery.feed.entries})
        calm.update((e.title, e.text) for e in delivery.feed.entries)
        desk.run(desk.store.delivered(delivery))
    # What was found while it was muted joins as archive, which is no news.
    was_news = {
        title for (title,) in desk.rows("SELECT title FROM entries e JOIN log l ON l.entry = e.id WHERE l.bulk = 0")
    }
    entries = {e.title: e.text for e in desk.entries()}
    assert set(entries) == set(said)
    assert was_news <= set(has)
    assert has.items() <= entries.items()
    assert [piece for piece, times in calm.items() if times > 1] == []
