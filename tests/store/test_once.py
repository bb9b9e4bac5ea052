"""One piece of news is one entry, whatever it came as, wherever it stood, in whatever order it arrived."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsloom.news.items import Enclosure, EntryKind
from newsloom.news.memory import Found, News, Page, Role, State
from tests.store.newsdesk import ALL, BODY, DAY, HOUR, START, Desk, item, page, row, source, topic

MINUTE = timedelta(minutes=1)

STORY = "https://a.example/story"
A, B, C = source("a"), source("b"), source("c")


def test_a_page_read_twice_is_one_entry(desk: Desk) -> None:
    assert [s.news for s in desk.save(page(STORY, "Text", title="T"))] == [News.NEW]
    assert [s.news for s in desk.save(page(STORY, "Text", title="T"))] == [News.SAME]
    assert len(desk.entries()) == 1


def test_spellings_of_one_address_are_one_entry(desk: Desk) -> None:
    desk.save(page(STORY, "Text", title="T"), page("http://www.a.example/story/?utm_source=x#top", "Text", title="T"))
    assert len(desk.entries()) == 1


def test_a_declared_address_of_the_same_site_is_the_same_entry(desk: Desk) -> None:
    desk.save(page("https://a.example/live/story", "Text", title="T", canonical=STORY))
    desk.save(page(STORY, "Text", title="T"))
    assert len(desk.entries()) == 1
    assert desk.entry(STORY).id == desk.entry("https://a.example/live/story").id


def test_a_page_read_at_its_second_address_does_not_flip_the_entry(desk: Desk) -> None:
    desk.save(page(STORY, "The text of the page.", title="One title for it"))
    for _ in range(2):
        desk.save(page("https://a.example/live/story", "The text of the", title="One title for it", canonical=STORY))
        desk.save(page(STORY, "The text of the page.", title="One title for it"))
    assert desk.entry(STORY).version == 1


def test_a_redirect_is_the_same_entry(desk: Desk) -> None:
    desk.save(page("https://a.example/?p=7", "Text", title="T", url=STORY, aliases=("https://a.example/s/7",)))
    assert desk.entry(STORY).id == desk.entry("https://a.example/?p=7").id == desk.entry("https://a.example/s/7").id


def test_the_link_is_the_address_as_the_publisher_writes_it(desk: Desk) -> None:
    desk.listed(item(STORY + "?utm_source=rss", "A teaser.", title="T"))
    desk.save(page(STORY + "?utm_source=rss", "Text", title="T", canonical="https://www.a.example/story"))
    assert desk.entry(STORY).url == "https://www.a.example/story"


def test_a_front_page_is_nobodys_address(desk: Desk) -> None:
    desk.save(page(STORY, "One text", title="One", canonical="https://a.example/"))
    desk.save(page("https://a.example/2", "Two text", title="Two", canonical="https://a.example/"))
    assert len(desk.entries()) == 2


def test_a_wrong_address_declared_by_every_page_joins_none(desk: Desk) -> None:
    for n, words in enumerate(("Bridge opens", "Ferry sinks", "Mayor resigns")):
        desk.save(
            page(f"https://a.example/{n}", f"{words} today. " * 10, title=words, canonical="https://a.example/news")
        )
    assert len(desk.entries()) == 3


def test_a_canonical_on_another_site_is_not_the_same_address(desk: Desk) -> None:
    desk.save(page(STORY, "Text one", title="One", canonical="https://b.example/x"))
    desk.save(page("https://b.example/x", "Text two", title="Two"), of=B)
    assert len(desk.entries()) == 2


def test_a_copy_joins_the_entry_and_is_named(desk: Desk) -> None:
    desk.save(page(STORY, BODY, title="Bridge agreed", published=START - HOUR))
    assert [
        s.news for s in desk.save(page("https://b.example/copy", BODY, title="Bridge!", published=START), of=B)
    ] == [News.SAME]
    (entry,) = desk.entries()
    assert (entry.url, entry.source, entry.also_at) == (STORY, "a", (("B", "https://b.example/copy"),))
    assert desk.entry("https://b.example/copy").id == entry.id


def test_short_equal_texts_under_other_titles_are_not_one_piece(desk: Desk) -> None:
    notice = "Please subscribe to go on reading this article. You have read all free articles of this month, thank you."
    desk.save(
        page(STORY, notice, title="Bridge agreed"), page("https://a.example/2", notice, title="Ferry sinks at sea")
    )
    assert len(desk.entries()) == 2


def test_episodes_with_one_description_and_files_of_their_own_are_not_one_piece(desk: Desk) -> None:
    for n, title in enumerate(("First", "Second", "Third")):
        file = Enclosure(url=f"https://cdn.example/{n}.mp3", type="audio/mpeg")
        desk.listed(item(f"https://a.example/{n}", BODY, title=title, enclosures=(file,)))
    assert sorted(e.title for e in desk.entries()) == ["First", "Second", "Third"]


def test_a_body_that_may_not_be_whole_joins_nothing(desk: Desk) -> None:
    desk.save(
        page(STORY, BODY, title="Bridge", sure=False), page("https://a.example/2", BODY, title="Ferry", sure=False)
    )
    assert len(desk.entries()) == 2


def test_one_site_printing_one_text_under_two_headlines_means_two_pieces(desk: Desk) -> None:
    desk.save(page("https://a.example/monday", BODY, title="Water levels on Monday"))
    desk.save(page("https://a.example/tuesday", BODY, title="Water levels on Tuesday"))
    desk.save(page("https://a.example/monday-2", BODY, title="Water levels: on Monday"))
    assert len(desk.entries()) == 2
    desk.save(page("https://b.example/water", BODY, title="Water levels on Tuesday"), of=B)
    assert desk.entry("https://b.example/water").id == desk.entry("https://a.example/tuesday").id


def test_two_items_whose_pages_turn_out_to_be_one_text_become_one_entry_with_both_ids(desk: Desk) -> None:
    desk.adopt([A, B])
    desk.listed(item(STORY, "Teaser of a", title="Bridge agreed", published=START - HOUR))
    desk.listed(item("https://b.example/copy", "Teaser of b", title="A bridge at last"), of=B)
    ids = {e.id for e in desk.entries()}
    assert len(ids) == 2
    desk.save(page("https://b.example/copy", BODY, title="A bridge at last", published=START), of=B)
    desk.save(page(STORY, BODY, title="Bridge agreed", published=START - HOUR))
    (entry,) = desk.entries()
    assert {desk.entry(str(i)).id for i in ids} == {entry.id}
    assert (entry.url, entry.title) == (STORY, "Bridge agreed")
    assert [e.id for e in desk.publish().entries] == [entry.id]


def test_a_join_keeps_the_id_that_a_feed_has_shown_first(desk: Desk) -> None:
    desk.adopt([A, B])
    desk.listed(item(STORY, "Teaser of a", title="Bridge agreed", published=START - HOUR))
    desk.listed(item("https://b.example/copy", "Teaser of b", title="A bridge at last"), of=B)
    desk.record(B)
    (shown,) = desk.publish().entries  # the older row still waits for its page
    desk.save(page(STORY, BODY, title="Bridge agreed", published=START - HOUR))
    desk.save(page("https://b.example/copy", BODY, title="A bridge at last", published=START), of=B)
    (entry,) = desk.publish().entries
    assert (entry.id, entry.url) == (shown.id, "https://b.example/copy")
    assert entry.also_at == (("A", STORY),)


@pytest.mark.parametrize(
    ("listed", "page_says", "offset", "kept"),
    [
        (-4 * HOUR, -HOUR, None, -4 * HOUR),  # the same minute, three zones on
        (-4 * HOUR, -HOUR, 180, -HOUR),  # the page names its zone
        (-4 * HOUR - MINUTE, -HOUR, None, -HOUR),  # another minute: the feed came later
    ],
)
def test_a_clock_without_a_zone_means_the_instant_that_a_feed_names(
    desk: Desk, listed: timedelta, page_says: timedelta, offset: int | None, kept: timedelta
) -> None:
    desk.listed(item(STORY, "A teaser.", published=START + listed))
    desk.save(page(STORY, BODY, title="From the page", published=START + page_says, published_offset=offset))
    assert desk.entry(STORY).published == START + kept


def test_a_page_fills_in_its_feed_item(desk: Desk) -> None:
    desk.listed(item(STORY, "A teaser.", title="From the feed", published=START - 2 * HOUR, authors=("Feed",)))
    before = desk.entry(STORY)
    at = START - HOUR
    desk.save(page(STORY, BODY, title="From the page", authors=("Ada",), published=at, published_offset=0))
    entry = desk.entry(STORY)
    assert (entry.id, entry.version) == (before.id, 1)
    assert (entry.title, entry.authors, entry.published) == ("From the page", ("Ada",), START - HOUR)
    assert entry.text == BODY.strip()


def test_the_feed_dates_what_the_page_dates_otherwise_by_more_than_a_day(desk: Desk) -> None:
    desk.listed(item(STORY, "A teaser.", published=START - HOUR))
    desk.save(page(STORY, BODY, title="T", published=START - 40 * DAY))
    assert desk.entry(STORY).published == START - HOUR


def test_a_page_without_title_or_date_has_those_of_the_feed(desk: Desk) -> None:
    desk.listed(item(STORY, "A teaser.", title="From the feed", published=START - HOUR))
    desk.save(page(STORY, BODY))
    assert (desk.entry(STORY).title, desk.entry(STORY).published) == ("From the feed", START - HOUR)


def test_a_paywalled_page_does_not_take_the_fuller_body_of_the_feed(desk: Desk) -> None:
    desk.listed(item(STORY, BODY, title="T"))
    desk.save(page(STORY, "Subscribe to read.", title="T", sure=False))
    assert desk.entry(STORY).text == BODY.strip()


def test_a_refused_page_leaves_the_item_as_it_came(desk: Desk) -> None:
    desk.listed(item(STORY, "A teaser.", title="T"))
    desk.save(page(STORY, state=State.REFUSED, reason="robots.txt forbids it"))
    assert (desk.entry(STORY).title, desk.entry(STORY).text) == ("T", "A teaser.")


def test_a_correction_is_a_version_and_the_earlier_one_is_kept(desk: Desk) -> None:
    desk.adopt()
    desk.save(page(STORY, "Ten were hurt.", title="Ferry sinks", published=START - 2 * HOUR))
    desk.publish()
    desk.record()
    desk.at += HOUR
    changed = page(
        STORY,
        "Twelve were hurt.",
        title="Ferry sinks",
        published=START - 2 * HOUR,
        modified=START + HOUR / 2,
        at=desk.at,
    )
    assert [s.news for s in desk.save(changed)] == [News.CHANGED]
    assert [s.news for s in desk.save(changed)] == [News.SAME]
    entry = desk.entry(STORY)
    assert (entry.version, entry.text, entry.updated) == (2, "Twelve were hurt.", START + HOUR / 2)
    assert desk.rows("SELECT version, text FROM versions") == [(1, "Ten were hurt.")]


def test_white_space_and_signs_are_no_correction(desk: Desk) -> None:
    desk.save(page(STORY, "Ten were hurt.", title="Ferry sinks"))
    desk.save(page(STORY, "Ten were  hurt", title="Ferry sinks!", at=START + HOUR))
    assert desk.entry(STORY).version == 1


def test_updated_never_runs_backwards(desk: Desk) -> None:
    desk.save(page(STORY, "One.", title="T", published=START - HOUR, modified=START))
    last = desk.entry(STORY).updated
    for n, said in enumerate((START - 9 * DAY, START, START + 9 * DAY, None)):
        desk.save(page(STORY, f"Correction {n}.", title="T", modified=said, at=START))
        assert desk.entry(STORY).updated > last
        last = desk.entry(STORY).updated


def test_a_page_that_lost_its_text_does_not_take_ours(desk: Desk) -> None:
    desk.save(page(STORY, BODY, title="T"))
    desk.save(page(STORY, "", title="T", at=START + HOUR))
    desk.save(page(STORY, "Subscribe.", title="T", sure=False, at=START + 2 * HOUR))
    assert (desk.entry(STORY).text, desk.entry(STORY).version) == (BODY.strip(), 1)


def test_a_dead_address_that_leads_to_another_article_is_not_that_article(desk: Desk) -> None:
    desk.listed(item(STORY, "The bridge is agreed. " * 9, title="Bridge agreed"))
    desk.save(page("https://a.example/other", "The ferry has sunk. " * 9, title="Ferry sinks"))
    desk.save(page(STORY, "The ferry has sunk. " * 9, title="Ferry sinks", url="https://a.example/other"))
    assert sorted(e.title for e in desk.entries()) == ["Bridge agreed", "Ferry sinks"]


def test_first_seen_is_the_begin_of_the_crawl(desk: Desk) -> None:
    desk.due()
    desk.at += HOUR
    desk.save(page(STORY, "Text", title="T"))
    assert desk.entry(STORY).first_seen == START
    assert desk.entry(STORY).published == START


SHAPE = (
    """SELECT kind, version, source, url, title, text, published, guessed, updated, first_seen, section, tags, muted,
              bulk, preferred
         FROM entries WHERE joined IS NULL ORDER BY url""",
    "SELECT k.key, e.url FROM keys k JOIN entries e ON e.id = k.entry ORDER BY 1",
    "SELECT c.source, c.url, e.url FROM carriers c JOIN entries e ON e.id = c.entry ORDER BY 1, 2, 3",
    "SELECT l.field, l.value, e.url FROM labels l JOIN entries e ON e.id = l.entry ORDER BY 1, 2, 3",
    """SELECT t.key, m.published, e.url FROM membership m JOIN entries e ON e.id = m.entry JOIN topics t ON t.id = m.topic
        ORDER BY 1, 2, 3""",
)


def shape(desk: Desk) -> list[Any]:
    """What the store holds, ids aside."""
    return [desk.rows(sql) for sql in SHAPE]


COPIES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 2),
        st.sampled_from(["Bridge agreed", "A bridge at last", "Long bridge comes"]),
        st.none() | st.integers(0, 5),
        st.sampled_from(["", "https://a.example/x0", "https://b.example/x1"]),
    ),
    min_size=2, max_size=6, unique_by=lambda c: c[:2],
)  # fmt: skip


@settings(max_examples=25)
@given(copies=COPIES, data=st.data())
def test_exact_copies_in_any_order_within_a_crawl_are_the_same_entries(copies: list[Any], data: st.DataObject) -> None:
    headlines = {name: title for name, _, title, _, _ in copies}  # one site's two headlines would be two pieces
    shapes = []
    for order in (copies, data.draw(st.permutations(copies))):
        with TemporaryDirectory() as folder, Desk(Path(folder) / "news.db") as desk:
            desk.adopt([A, B, C], [ALL, topic("bridge", "title:bridge AND source:b")])
            for name, n, _, age, canonical in order:
                title = headlines[name]
                published = None if age is None else START - age * HOUR
                url = f"https://{name}.example/x{n}"
                foreign = canonical if not canonical.startswith(f"https://{name}.") else ""
                desk.save(
                    page(url, BODY, title=title, published=published, canonical=foreign, section=title[:4]),
                    of=source(name),
                )
            shapes.append(shape(desk))
    assert shapes[0] == shapes[1]


PAGES = st.lists(
    st.builds(
        lambda n, state, text, title, rows: page(
            f"https://a.example/{n}", text if state is State.READ else "", state=state, role=Role.ARTICLE,
            **({"title": title} if state is State.READ else {}),
            briefs=tuple(row(f"Row {r} says something of the harbour and its bridges.", clock=START - r * HOUR,
                             url=f"https://a.example/{r}" if r % 2 else "") for r in rows),
        ),
        st.integers(0, 5),
        st.sampled_from(list(State)),
        st.sampled_from([BODY, "Short text.", "Other short text."]),
        st.sampled_from(["Bridge", "Ferry"]),
        st.lists(st.integers(0, 5), max_size=3),
    ),
    max_size=5, unique_by=lambda p: p.asked,
)  # fmt: skip


@settings(max_examples=30)
@given(pages=PAGES)
def test_saved_twice_is_saved_once(pages: list[Page]) -> None:
    everything = (
        *SHAPE,
        "SELECT * FROM sightings",
        "SELECT * FROM versions",
        "SELECT url, state, tries, retry_at FROM addresses",
    )
    with TemporaryDirectory() as folder, Desk(Path(folder) / "news.db") as desk:
        desk.adopt([A], [ALL, topic("briefs", include=frozenset({EntryKind.BRIEF}))])
        desk.listed(*[Found(url=f"https://a.example/{n}") for n in range(3)])
        desk.save(*pages)
        once = [desk.rows(sql) for sql in everything]
        desk.save(*pages)
        assert [desk.rows(sql) for sql in everything] == once


@pytest.mark.parametrize("listed_as_item", [True, False])
def test_an_original_read_after_a_copys_full_feed_item_is_the_entry_with_its_own_time(
    desk: Desk, listed_as_item: bool
) -> None:
    copy = "https://b.example/copy"
    desk.adopt([A, B])
    desk.listed(item(copy, BODY, title="Bridge agreed", published=START - HOUR), of=B)
    if listed_as_item:
        desk.listed(item(STORY, "A teaser.", title="Bridge agreed", published=START - 5 * HOUR))
    else:
        desk.listed(Found(url=STORY))
    desk.save(page(STORY, BODY, title="Bridge agreed", published=START - 5 * HOUR))
    original = desk.entry(STORY)
    assert (original.url, original.source, original.published) == (STORY, "a", START - 5 * HOUR)
    desk.save(page(copy, BODY, title="Bridge agreed", published=START - HOUR), of=B)
    assert desk.entry(copy) == desk.entry(STORY)
    assert (desk.entry(copy).url, desk.entry(copy).published) == (STORY, START - 5 * HOUR)


def test_an_address_declared_by_another_page_is_still_its_own_articles(desk: Desk) -> None:
    for n in range(3):
        desk.save(
            page(f"https://a.example/{n}", f"Number {n} says so. " * 9, title=f"Headline {n} here", canonical=STORY)
        )
    desk.save(page(STORY, "The bridge is agreed. " * 9, title="Bridge agreed"))
    assert len(desk.entries()) == 4
    assert desk.entry(STORY).title == "Bridge agreed"
    assert ("https://a.example/story", "address") in desk.rows("SELECT key, how FROM keys")


def test_an_address_declared_by_another_page_is_still_asked(desk: Desk) -> None:
    desk.save(page("https://a.example/1", "Another text. " * 9, title="Another", canonical=STORY))
    desk.listed(Found(url=STORY, title="Bridge agreed", published=START), role=Role.LISTING, url="https://a.example/")
    assert STORY in desk.due_urls()


def test_a_feed_item_is_not_taken_for_what_another_page_declares(desk: Desk) -> None:
    desk.save(page("https://a.example/1", "Another text. " * 9, title="Another", canonical=STORY))
    desk.listed(item(STORY, "The bridge is agreed. " * 9, title="Bridge agreed"))
    assert sorted(e.title for e in desk.entries()) == ["Another", "Bridge agreed"]


def test_pages_of_one_kind_that_declare_their_overview_stay_apart(desk: Desk) -> None:
    for sign, said in (("Aries", "patience pays and money comes"), ("Taurus", "travel is near while friends quarrel")):
        text = f"Today {said}. "
        desk.save(page(f"https://a.example/h/{sign}", text * 9, title=f"Horoscope today: {sign}", canonical=STORY))
    assert len(desk.entries()) == 2


def test_parts_of_an_article_that_declare_its_first_page_are_it(desk: Desk) -> None:
    desk.save(page(STORY, "How the bridge began. " * 30, title="Bridge agreed"))
    desk.save(page(f"{STORY}/part/2", "Then came the ferry men. " * 30, title="Bridge agreed", canonical=STORY))
    assert len(desk.entries()) == 1


def test_an_item_that_is_not_read_yet_is_not_taken_over_by_a_page_that_declares_it(desk: Desk) -> None:
    desk.listed(item(STORY, title="Bridge agreed"))
    desk.save(page("https://a.example/1", "Another text. " * 9, title="Ferry sinks", canonical=STORY))
    desk.save(page(STORY, "The bridge is agreed. " * 9, title="Bridge agreed"))
    assert sorted(e.title for e in desk.entries()) == ["Bridge agreed", "Ferry sinks"]


def test_the_keys_of_a_joined_entry_say_why_they_lead_here(desk: Desk) -> None:
    desk.listed(
        item("https://a.example/1", "A teaser.", title="One"), item("https://a.example/2", "Another.", title="Two")
    )
    desk.save(
        page("https://a.example/1", BODY, title="Bridge agreed"),
        page("https://a.example/2", BODY, title="Bridge agreed"),
    )
    assert dict(desk.rows("SELECT key, how FROM keys")) == {
        "https://a.example/1": "address",
        "https://a.example/2": "text",
    }
