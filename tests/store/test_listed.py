"""What becomes of what a feed, sitemap or listing shows."""

from datetime import timedelta
from pathlib import Path

from newsloom.news.items import Article, Enclosure, Image
from newsloom.news.memory import Found, Listed, News, Role, State
from newsloom.news.sources import Limits
from tests.store.newsdesk import DAY, HOUR, START, Desk, item, page, source

STORY = "https://a.example/story"


def states(desk: Desk) -> dict[str, str]:
    return dict(desk.rows("SELECT url, state FROM addresses WHERE role = 'article'"))


def test_every_address_is_stored_and_counted_as_new_once(desk: Desk) -> None:
    finds = [Found(url=f"https://a.example/{n}") for n in range(4)]
    assert desk.listed(*finds, Found(url="https://www.a.example/3?utm_source=x")) == Listed(new=4, known=0)
    assert desk.listed(*finds) == Listed(new=0, known=4)
    assert len(states(desk)) == 4


def test_an_old_find_of_a_sitemap_is_remembered_and_not_asked(desk: Desk) -> None:
    desk.listed(
        Found(url="https://a.example/new", published=START - 29 * DAY),
        Found(url="https://a.example/old", published=START - 31 * DAY),
        Found(url="https://a.example/untouched", modified=START - 400 * DAY),
        role=Role.SITEMAP,
    )
    assert states(desk) == {
        "https://a.example/new": "queued",
        "https://a.example/old": "old",
        "https://a.example/untouched": "old",
    }


def test_without_a_max_age_nothing_is_too_old(desk: Desk) -> None:
    desk.listed(Found(url=STORY, published=START - 4000 * DAY), of=source(max_age=None), role=Role.SITEMAP)
    assert states(desk) == {STORY: "queued"}


def test_a_feed_item_is_an_entry_at_any_age_from_its_own_words(desk: Desk) -> None:
    desk.listed(
        item(
            STORY, "What it says.", published=START - 400 * DAY, title="A title", summary="In short",
            authors=("Ada",), tags=("Sea",),
            enclosures=(Enclosure(url="https://a.example/1.mp3", type="audio/mpeg", length=7),),
        )
    )  # fmt: skip
    entry = desk.entry(STORY)
    assert (entry.title, entry.text, entry.summary, entry.published) == (
        "A title",
        "What it says.",
        "In short",
        START - 400 * DAY,
    )
    assert (entry.authors, entry.tags) == (("Ada",), ("Sea",))
    assert entry.enclosures == (Enclosure(url="https://a.example/1.mp3", type="audio/mpeg", length=7),)


def test_an_item_that_says_nothing_is_no_entry_but_its_page_is_read(desk: Desk) -> None:
    desk.listed(Found(url=STORY, item=Article(url=STORY)))
    assert desk.entries() == []
    assert STORY in desk.due_urls()


def test_of_a_feed_the_newest_items_have_their_pages_read(tmp_path: Path) -> None:
    with Desk(tmp_path / "news.db", Limits(feed_pages=2)) as desk:
        desk.listed(*[item(f"https://a.example/{n}", published=START - (9 - n) * HOUR) for n in range(5)])
        assert [u for u in desk.due_urls() if u[-1].isdigit()] == ["https://a.example/4", "https://a.example/3"]
        assert len(desk.entries()) == 5


def test_items_that_all_link_the_home_page_are_told_apart_by_their_files(desk: Desk) -> None:
    def episode(n: int) -> Found:
        return item(
            "https://a.example/", title=f"Episode {n}", enclosures=(Enclosure(url=f"https://cdn.example/{n}.mp3"),)
        )

    desk.listed(episode(1), episode(2))
    desk.listed(episode(3), episode(2), episode(1))
    assert sorted(e.title for e in desk.entries()) == ["Episode 1", "Episode 2", "Episode 3"]
    assert set(states(desk).values()) == {"item"}
    desk.record()
    assert [d.role for d in desk.due()] == [Role.FEED]


def test_items_without_files_that_share_an_address_are_told_apart_by_their_titles(desk: Desk) -> None:
    for _ in range(2):
        desk.listed(
            item("https://a.example/live", title="09:00 One"), item("https://a.example/live", title="09:05 Two")
        )
    assert sorted(e.title for e in desk.entries()) == ["09:00 One", "09:05 Two"]


def test_an_item_keeps_its_entry_when_another_with_its_address_comes_or_goes(desk: Desk) -> None:
    one, two, three = (item("https://a.example/live", title=t) for t in ("09:00 One", "09:05 Two", "09:10 Three"))
    for shown in ([one], [two, one], [two], [three, two], [three]):
        desk.listed(*shown)
    assert sorted(e.title for e in desk.entries()) == ["09:00 One", "09:05 Two", "09:10 Three"]


def test_a_picture_that_many_items_carry_does_not_make_them_one(desk: Desk) -> None:
    logo = Enclosure(url="https://a.example/logo.png", type="image/png")
    for _ in range(2):
        desk.listed(
            *[item("https://a.example/live", title=f"09:0{n}", enclosures=(logo,)) for n in range(2)],
            item(STORY, title="Story", enclosures=(logo,)),
        )
    assert sorted(e.title for e in desk.entries()) == ["09:00", "09:01", "Story"]


def test_an_item_that_stands_twice_in_its_feed_is_one_and_its_page_is_read(desk: Desk) -> None:
    desk.listed(item(STORY, title="Once"), item(STORY, title="Once"))
    desk.listed(item(STORY, title="Once"))
    assert [e.title for e in desk.entries()] == ["Once"]
    assert STORY in desk.due_urls()


def test_an_item_whose_text_changed_is_a_new_version_of_its_entry(desk: Desk) -> None:
    desk.listed(item(STORY, "The bridge will cost ten million."))
    desk.save(page(STORY, state=State.REFUSED))
    first = desk.entry(STORY)
    desk.record()
    desk.at += HOUR
    desk.listed(item(STORY, "The bridge will cost twelve million."))
    second = desk.entry(STORY)
    assert (first.version, second.version, second.id) == (1, 2, first.id)
    assert second.text == "The bridge will cost twelve million."
    assert second.updated == START + HOUR
    assert desk.rows("SELECT version, text FROM versions") == [(1, "The bridge will cost ten million.")]


def test_an_unchanged_item_changes_nothing(desk: Desk) -> None:
    desk.adopt()
    desk.listed(item(STORY, "Text"))
    desk.publish()
    before = desk.rows("SELECT * FROM entries"), desk.rows("SELECT * FROM membership")
    desk.listed(item(STORY, "Text"))
    assert (desk.rows("SELECT * FROM entries"), desk.rows("SELECT * FROM membership")) == before
    assert desk.dirty() == []


def test_a_listing_that_says_a_read_page_changed_has_it_asked_at_once(desk: Desk) -> None:
    desk.listed(Found(url=STORY, published=START), role=Role.SITEMAP)
    desk.save(page(STORY, "Text", title="T", published=START - 20 * DAY))
    desk.record()
    desk.at += HOUR
    desk.listed(Found(url=STORY, published=START, modified=START - HOUR), role=Role.SITEMAP)
    assert STORY not in desk.due_urls()
    desk.listed(Found(url=STORY, published=START, modified=START + HOUR), role=Role.SITEMAP)
    assert STORY in desk.due_urls()


def test_a_sitemap_that_always_says_just_now_is_believed_less_and_less(desk: Desk) -> None:
    desk.listed(Found(url=STORY, published=START), role=Role.SITEMAP)
    desk.save(page(STORY, "Text", title="T", published=START - 20 * DAY))
    asked = 0
    for _ in range(48):
        desk.record()
        desk.at += HOUR
        desk.listed(Found(url=STORY, modified=desk.at), role=Role.SITEMAP)
        if STORY in desk.due_urls():
            asked += 1
            assert desk.save(page(STORY, state=State.SAME, at=desk.at))[0].news is News.SAME
    assert 4 <= asked <= 7


def test_a_change_that_a_listing_tells_too_soon_after_an_empty_look_is_looked_at_later(desk: Desk) -> None:
    desk.listed(Found(url=STORY, published=START), role=Role.SITEMAP)
    desk.save(page(STORY, "Text", title="T", published=START - 20 * DAY))
    desk.record()
    desk.at += DAY
    desk.listed(Found(url=STORY, modified=desk.at), role=Role.SITEMAP)
    desk.save(page(STORY, state=State.SAME, at=desk.at))
    desk.record()
    desk.at += HOUR / 2
    for _ in range(2):
        desk.listed(Found(url=STORY, modified=START + DAY + HOUR / 3), role=Role.SITEMAP)
        assert STORY not in desk.due_urls()
    desk.at += HOUR
    assert STORY in desk.due_urls()


def test_an_item_that_changed_too_soon_after_an_empty_look_has_its_page_read_later(desk: Desk) -> None:
    desk.listed(item(STORY, "One"))
    desk.save(page(STORY, "Text of the page", title="T", published=START - 20 * DAY))
    desk.save(page(STORY, state=State.SAME, at=START + HOUR))
    desk.record()
    desk.at = START + HOUR * 1.5
    for _ in range(2):
        desk.listed(item(STORY, "Two"))
        assert STORY not in desk.due_urls()
    desk.at += HOUR
    assert STORY in desk.due_urls()


def test_what_another_source_has_read_is_carried_by_this_one_and_not_asked_again(desk: Desk) -> None:
    desk.listed(Found(url=STORY))
    desk.save(page(STORY, "Text", title="T"))
    other = source("b")
    desk.listed(Found(url=STORY), of=other)
    assert STORY not in desk.due_urls(other)
    assert desk.rows("SELECT source FROM carriers ORDER BY 1") == [("a",), ("b",)]


def test_what_two_sources_have_queued_is_read_once(desk: Desk) -> None:
    other = source("b")
    desk.listed(Found(url=STORY))
    desk.listed(Found(url=STORY), of=other)
    desk.save(page(STORY, "Text", title="T"))
    assert STORY not in desk.due_urls(other)


def test_an_address_shown_by_two_listings_keeps_what_each_said_of_it(desk: Desk) -> None:
    desk.listed(Found(url=STORY, title="From the sitemap", published=START - HOUR), role=Role.SITEMAP)
    desk.listed(Found(url=STORY), role=Role.LISTING, url="https://a.example/front")
    assert [(d.title, d.published) for d in desk.due() if d.url == STORY] == [("From the sitemap", START - HOUR)]


def test_an_address_queued_before_a_kill_is_due_afterwards(desk: Desk) -> None:
    desk.listed(*[Found(url=f"https://a.example/{n}") for n in range(30)])
    desk.reopen()
    assert len([u for u in desk.due_urls() if u[-1].isdigit()]) == 30


def test_texts_no_file_can_hold_lose_only_what_makes_them_so(desk: Desk) -> None:
    desk.listed(item(STORY, "A \ud800half and a \0nul.", title="T\0itle \ud83d"))
    assert (desk.entry(STORY).title, desk.entry(STORY).text) == ("Title", "A half and a nul.")


def test_an_image_whose_address_no_file_can_hold_is_none(desk: Desk) -> None:
    desk.listed(item(STORY, image=Image(url="\ud800")))
    assert desk.entry(STORY).image is None


def test_impossible_times_are_no_times(desk: Desk) -> None:
    future, zero = START + timedelta(days=3), START.replace(year=1)
    desk.listed(
        item("https://a.example/1", "x", published=future),
        item("https://a.example/2", "y", published=zero),
        item("https://a.example/3", "z", published=None),
        Found(url="https://a.example/4", published=zero, modified=zero),
    )
    assert {e.published for e in desk.entries()} == {START}
    assert desk.rows("SELECT DISTINCT guessed FROM entries") == [(1,)]
