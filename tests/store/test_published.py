"""What a topic's feed shows, when, and in which order."""

from datetime import timedelta

import pytest

from newsloom.news.items import EntryKind, Feed
from newsloom.news.memory import Found, Role, State
from newsloom.store import StoreError
from tests.store.newsdesk import ALL, BODY, DAY, HOUR, START, Desk, item, page, source, topic

STORY = "https://a.example/story"


def titles(feed: Feed) -> list[str]:
    return [e.title for e in feed.entries]


def read(desk: Desk, *names: str, hours: int = 0, of: str = "a") -> None:
    """Pages found by leads of their own: news, not backlog."""
    pages = [
        page(f"https://{of}.example/{n}", f"{n} of {of}. " * 20, title=n, published=START - (hours + i) * HOUR)
        for i, n in enumerate(names)
    ]
    desk.save(*pages, of=source(of))


def test_a_topic_is_dirty_until_its_files_stand(desk: Desk) -> None:
    desk.adopt()
    assert desk.dirty() == ["all"]
    desk.publish()
    assert desk.dirty() == []
    read(desk, "one")
    assert desk.dirty() == ["all"]
    desk.run(desk.store.advance("all"))
    assert desk.dirty() == ["all"]
    desk.reopen()
    assert desk.dirty() == ["all"]
    assert titles(desk.publish()) == ["one"]
    assert desk.dirty() == []


def test_what_comes_while_files_are_written_keeps_the_topic_dirty(desk: Desk) -> None:
    desk.adopt()
    desk.run(desk.store.advance("all"))
    read(desk, "one")
    desk.run(desk.store.published("all"))
    assert desk.dirty() == ["all"]


def test_what_leaves_while_files_are_written_keeps_the_topic_dirty(desk: Desk) -> None:
    desk.adopt()
    read(desk, "ferry")
    desk.run(desk.store.advance("all"))
    desk.adopt([source(mute="ferry")])
    desk.run(desk.store.published("all"))
    assert desk.dirty() == ["all"]
    assert titles(desk.publish()) == []


def test_each_publish_adds_in_order_and_late_finds_reach_every_reader(desk: Desk) -> None:
    desk.adopt()
    read(desk, "new", "newer", hours=0)
    assert titles(desk.publish()) == ["new", "newer"]
    read(desk, "backdated", hours=200)
    assert titles(desk.publish()) == ["backdated", "new", "newer"]


def test_an_advance_without_news_changes_nothing(desk: Desk) -> None:
    desk.adopt()
    read(desk, "one", "two")
    first = desk.publish()
    assert desk.publish() == first
    assert desk.run(desk.store.feed("all")) == first
    assert desk.rows("SELECT count(*) FROM log") == [(2,)]


def test_a_corrected_entry_comes_again_under_its_id(desk: Desk) -> None:
    desk.adopt()
    read(desk, "one", "two")
    desk.publish()
    desk.at += HOUR
    desk.save(page("https://a.example/two", "Two is three. " * 9, title="two", published=START - HOUR, at=desk.at))
    feed = desk.publish()
    assert titles(feed) == ["two", "one"]
    assert [e.version for e in feed.entries] == [2, 1]
    assert feed.updated == START + HOUR


def test_a_live_blog_is_shown_anew_at_most_once_an_hour(desk: Desk) -> None:
    desk.adopt()
    shown = []
    for minutes in range(0, 180, 10):
        desk.at = START + timedelta(minutes=minutes)
        desk.save(page(STORY, f"At minute {minutes} it went on.", title="Live", at=desk.at))
        desk.publish()
        shown.append(desk.rows("SELECT count(*) FROM log")[0][0])
    assert shown[:3] == [1, 2, 2]
    assert shown[-1] == 4
    desk.at += HOUR
    assert desk.dirty() == ["all"]
    assert desk.publish().entries[0].text == "At minute 170 it went on."
    assert desk.dirty() == []


def test_a_page_that_fills_in_an_item_is_no_news_but_shows(desk: Desk) -> None:
    desk.adopt()
    desk.listed(item(STORY, "A teaser.", title="T"))
    desk.record()
    assert desk.publish().entries[0].text == "A teaser."
    desk.save(page(STORY, BODY, title="T", published=START))
    assert desk.dirty() == ["all"]
    assert desk.publish().entries[0].text == BODY.strip()
    assert desk.rows("SELECT count(*) FROM log") == [(1,)]


def test_an_item_waits_for_its_page_in_this_crawl(desk: Desk) -> None:
    desk.adopt()
    desk.listed(item(STORY, "A teaser.", title="T"), item("https://a.example/2", "Other", title="U"))
    assert titles(desk.publish()) == []
    desk.save(page(STORY, BODY, title="T"))
    assert desk.dirty() == ["all"]
    assert titles(desk.publish()) == ["T"]
    desk.record()
    assert desk.dirty() == ["all"]
    assert sorted(titles(desk.publish())) == ["T", "U"]


def test_an_item_whose_page_failed_waits_no_longer(desk: Desk) -> None:
    desk.adopt()
    desk.listed(item(STORY, "A teaser.", title="T"))
    desk.save(page(STORY, state=State.FAILED))
    assert titles(desk.publish()) == ["T"]


def test_nothing_waits_for_a_crawl_that_was_killed(desk: Desk) -> None:
    desk.adopt()
    desk.listed(item(STORY, "A teaser.", title="T"))
    desk.publish()
    desk.reopen()
    assert desk.dirty() == ["all"]
    assert titles(desk.publish()) == ["T"]


def test_of_a_first_listing_the_newest_twenty_show(desk: Desk) -> None:
    desk.adopt()
    desk.listed(
        *[item(f"https://a.example/{n}", f"Text {n}", title=f"{n}", published=START - n * HOUR) for n in range(30)]
    )
    desk.record()
    assert titles(desk.publish()) == [str(n) for n in range(20)]
    assert len(desk.entries()) == 30


def test_backlog_read_later_is_backlog_still(desk: Desk) -> None:
    desk.adopt()
    desk.listed(
        *[item(f"https://a.example/{n}", f"Text {n}", title=f"{n}", published=START - n * HOUR) for n in range(30)]
    )
    desk.record()
    desk.publish()
    desk.at += HOUR
    desk.save(page("https://a.example/25", "Text at last. " * 9, title="25 corrected", at=desk.at))
    assert "25 corrected" not in titles(desk.publish())
    desk.listed(item("https://a.example/new", "New", title="new", published=START - 99 * HOUR))
    desk.record()
    assert titles(desk.publish())[0] == "new"


def test_an_incomplete_first_listing_leaves_the_rest_backlog_too(desk: Desk) -> None:
    desk.adopt()
    desk.listed(item("https://a.example/1", "x"), whole=False)
    desk.listed(item("https://a.example/2", "y"))
    desk.listed(item("https://a.example/3", "z"))
    assert desk.rows("SELECT bulk FROM entries ORDER BY id") == [(1,), (1,), (0,)]


def test_a_feed_that_always_breaks_off_shows_its_news_for_ever(desk: Desk) -> None:
    desk.adopt()
    for day in range(40):
        desk.at = START + day * DAY
        desk.listed(item(f"https://a.example/{day}", f"Day {day}", title=f"{day}", published=desk.at), whole=False)
        desk.record()
        assert titles(desk.publish())[0] == str(day)


def test_undated_news_of_a_listing_that_is_never_whole_is_news(desk: Desk) -> None:
    desk.adopt()
    for day in range(40):
        desk.at = START + day * DAY
        desk.listed(item(f"https://a.example/{day}", f"Day {day}", title=f"{day}", published=None), whole=False)
        desk.record()
        assert titles(desk.publish())[0] == str(day)


def test_the_first_reading_of_a_days_own_sitemap_is_no_backlog(desk: Desk) -> None:
    desk.adopt()
    for day in range(40):
        desk.at = START + day * DAY
        child, story = f"https://a.example/map{day}.xml", f"https://a.example/{day}"
        desk.listed(Found(url=child, role=Role.SITEMAP), url="https://a.example/sitemap.xml", role=Role.SITEMAP)
        desk.listed(Found(url=story, published=desk.at if day % 2 else None), url=child, role=Role.SITEMAP)
        desk.save(page(story, f"Day {day} of it. " * 20, title=f"{day}", at=desk.at, published=desk.at))
        desk.record()
        assert titles(desk.publish())[0] == str(day)


def test_an_entrance_that_a_known_source_opens_later_shows_its_archive_in_bulk(desk: Desk) -> None:
    desk.adopt()
    desk.listed(item("https://a.example/0", "x", published=START - 9 * DAY))
    desk.record()
    desk.at += 7 * DAY
    desk.listed(
        item("https://a.example/new", "y", published=desk.at - HOUR),
        item("https://a.example/old", "z", published=START - 5 * DAY),
        item("https://a.example/undated", "u", published=None),
        url="https://a.example/feed2",
    )
    assert dict(desk.rows("SELECT url, bulk FROM entries")) == {
        "https://a.example/0": 1,
        "https://a.example/new": 0,
        "https://a.example/old": 1,
        "https://a.example/undated": 1,
    }


def test_a_new_topic_shows_the_newest_of_each_source_and_at_most_fifty(desk: Desk) -> None:
    names = ["a", "b", "c", "d"]
    desk.adopt([source(n) for n in names])
    for name in names:
        read(desk, *[f"bridge{n}" for n in range(25)], of=name)
    desk.adopt([source(n) for n in names], [ALL, topic("bridges", "bridge*")])
    feed = desk.publish("bridges")
    assert len(feed.entries) == 50
    assert {e.title for e in feed.entries} == {f"bridge{n}" for n in range(13)}
    desk.publish("bridges")
    assert desk.rows("SELECT count(*) FROM log l JOIN topics t ON t.id = l.topic WHERE t.key = 'bridges'") == [(50,)]
    read(desk, "bridge99", hours=500)
    assert titles(desk.publish("bridges"))[0] == "bridge99"


def test_what_joins_in_bulk_leaves_its_feed_room_for_the_news_of_the_same_publish(desk: Desk) -> None:
    names = ["a", "b", "c"]
    desk.adopt([source(n) for n in names])
    for name in names:
        found = [item(f"https://{name}.example/{n}", title=f"{name}{n}", published=START - n * HOUR) for n in range(20)]
        desk.listed(*found, of=source(name))
        desk.record(source(name))
    read(desk, "late", "later", hours=900)
    feed = desk.publish()
    assert len(feed.entries) == 50
    assert titles(feed)[-2:] == ["late", "later"]


def test_a_member_left_out_in_bulk_is_never_news(desk: Desk) -> None:
    desk.adopt()
    read(desk, *[f"bridge{n}" for n in range(25)])
    desk.adopt(topics=[ALL, topic("bridges", "bridge*")])
    desk.publish("bridges")
    desk.at += HOUR
    for n in (3, 24):
        desk.save(
            page(f"https://a.example/bridge{n}", "Now it is otherwise. " * 9, title=f"bridge{n} corrected", at=desk.at)
        )
    feed = desk.publish("bridges")
    assert [t for t in titles(feed) if "corrected" in t] == ["bridge3 corrected"]


def test_a_muted_entry_leaves_its_feeds_at_once_and_comes_back_when_it_is_not(desk: Desk) -> None:
    desk.adopt()
    read(desk, "bridge", "ferry")
    desk.publish()
    desk.adopt([source(mute="ferry")])
    assert desk.dirty() == ["all"]
    assert titles(desk.publish()) == ["bridge"]
    desk.adopt([source()])
    assert titles(desk.publish()) == ["bridge", "ferry"]
    assert desk.rows("SELECT count(*) FROM log") == [(2,)]


def test_what_was_shown_once_is_never_bulk_again(desk: Desk) -> None:
    desk.adopt()
    desk.listed(*[item(f"https://a.example/{n}", f"Text {n}", title=f"Title {n}") for n in range(20)])
    desk.record()
    desk.publish()
    desk.adopt([source(mute='"title 3"')])
    desk.save(page("https://a.example/3", "Text", title="Title 3"), of=source(mute='"title 3"'))
    desk.at += HOUR
    desk.save(page("https://a.example/3", "Corrected", title="Title 3", at=desk.at), of=source(mute='"title 3"'))
    assert "Title 3" not in titles(desk.publish())
    desk.adopt([source()])
    assert titles(desk.publish())[0] == "Title 3"


def test_an_entry_is_muted_while_every_source_that_carries_it_mutes_it(desk: Desk) -> None:
    sources = [source("a", mute="bridge"), source("b")]
    desk.adopt(sources)
    desk.save(page(STORY, BODY, title="Bridge agreed"), of=sources[0])
    assert titles(desk.publish()) == []
    desk.save(page("https://b.example/copy", BODY, title="Bridge agreed"), of=sources[1])
    assert titles(desk.publish()) == ["Bridge agreed"]


def test_a_topic_mutes_for_itself(desk: Desk) -> None:
    desk.adopt(topics=[ALL, topic("calm", mute="ferry")])
    read(desk, "bridge", "ferry")
    assert titles(desk.publish("calm")) == ["bridge"]
    assert titles(desk.publish("all")) == ["bridge", "ferry"]


def test_in_a_sources_own_feed_the_link_is_that_sources(desk: Desk) -> None:
    sources = [source("a"), source("b")]
    desk.adopt(sources, [ALL, topic("source/a", source="a"), topic("source/b", source="b")])
    desk.save(page(STORY, BODY, title="Bridge", published=START - HOUR), of=sources[0])
    desk.save(page("https://b.example/copy", BODY, title="Bridge", published=START), of=sources[1])
    (there,), (here,) = desk.publish("source/b").entries, desk.publish("source/a").entries
    assert there.id == here.id
    assert (here.url, here.source, here.also_at) == (STORY, "a", (("B", "https://b.example/copy"),))
    assert (there.url, there.source, there.also_at) == ("https://b.example/copy", "b", (("A", STORY),))


def test_an_entry_that_no_longer_matches_leaves(desk: Desk) -> None:
    desk.adopt(topics=[topic("bridges", "bridge")])
    desk.save(page(STORY, "A bridge.", title="T"))
    assert titles(desk.publish("bridges")) == ["T"]
    desk.save(page(STORY, "A ferry.", title="T", at=START + HOUR))
    assert titles(desk.publish("bridges")) == []


def test_only_what_a_topic_includes_is_a_member(desk: Desk) -> None:
    desk.adopt(topics=[topic("b", include=frozenset({EntryKind.BRIEF})), topic("none", include=frozenset()), ALL])
    read(desk, "one")
    assert (titles(desk.publish("b")), titles(desk.publish("none")), titles(desk.publish("all"))) == ([], [], ["one"])


def test_a_topic_that_left_the_config_is_told_and_comes_back_with_its_log(desk: Desk) -> None:
    desk.adopt(topics=[ALL, topic("bridges", "bridge")])
    read(desk, "bridge")
    first = desk.publish("bridges")
    assert desk.adopt() == ["bridges"]
    assert desk.adopt() == [
        "bridges"
    ]  # told again: whoever was to take its files away may have been killed, or refused
    with pytest.raises(StoreError, match="no topic bridges"):
        desk.publish("bridges")
    desk.adopt(topics=[ALL, topic("bridges", "bridge")])
    assert desk.publish("bridges") == first


def test_a_copy_that_names_its_original_later_writes_no_feed_anew(desk: Desk) -> None:
    desk.adopt([source("a"), source("b")])
    desk.save(page(STORY, BODY, title="Bridge", published=START))
    desk.record()
    desk.publish()
    copy = page("https://b.example/s", BODY, title="Bridge", published=START + HOUR, canonical=STORY)
    desk.save(copy, of=source("b"))
    desk.record(source("b"))
    assert desk.dirty() == []


def test_an_empty_feed_was_updated_when_its_topic_was_first_known(desk: Desk) -> None:
    desk.adopt()
    desk.at += DAY
    assert desk.publish().updated == START


def test_another_title_of_a_topic_is_shown_without_matching_anew(desk: Desk) -> None:
    desk.adopt()
    desk.publish()
    desk.adopt(topics=[topic("all", description="Everything")])
    assert desk.dirty() == ["all"]
    assert desk.publish().topic.description == "Everything"


def test_a_beside_process_can_ask_to_publish(desk: Desk) -> None:
    desk.adopt()
    desk.publish()
    desk.run(desk.store.ask_publish(["all", "no such topic"]))
    assert desk.dirty() == ["all"]


def test_ties_in_time_are_ordered_by_id(desk: Desk) -> None:
    desk.adopt()
    for n in range(9):
        desk.save(page(f"https://a.example/{n}", f"{n} " * 20, title=str(n), published=START))
    ids = [str(e.id) for e in desk.publish().entries]
    assert ids == sorted(ids, reverse=True)
