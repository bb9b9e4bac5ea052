"""What becomes of the rows of "Read next" blocks."""

from pathlib import Path

from newsloom.news.items import BriefKind, EntryKind
from newsloom.news.memory import Role, Saved, State
from newsloom.news.sources import Limits
from tests.store.newsdesk import ALL, BRIEFS, DAY, HOUR, START, Desk, item, page, row, source

PAGE, OTHER, STORY = "https://a.example/page", "https://a.example/other", "https://a.example/story"
TEXT = "The harbour is closed to ferries until the storm has passed. Fishermen stay ashore."


def briefs(desk: Desk) -> list[str]:
    desk.record()
    return [e.brief_text for e in desk.publish("briefs").entries]


def test_a_row_without_a_link_is_an_entry_of_its_own(desk: Desk) -> None:
    desk.adopt(topics=[ALL, BRIEFS])
    saved = desk.save(page(PAGE, "Text", title="T", briefs=(row(TEXT, clock=START - HOUR, tag="Sea"),)))
    assert saved[0].briefs == 1
    desk.record()
    (entry,) = desk.publish("briefs").entries
    assert (entry.kind, entry.url, entry.title) == (
        EntryKind.BRIEF, PAGE, "The harbour is closed to ferries until the storm has passed.",
    )  # fmt: skip
    assert (entry.brief_time, entry.brief_tag, entry.brief_text, entry.brief_published) == (
        "11:00",
        "Sea",
        TEXT,
        START - HOUR,
    )
    assert [e.title for e in desk.publish("all").entries] == ["T"]


def test_a_row_without_link_and_without_time_or_text_is_only_a_sighting(desk: Desk) -> None:
    desk.save(page(PAGE, "Text", title="T", briefs=(row(TEXT), row(title="A title only", clock=START))))
    assert len(desk.entries()) == 1
    assert desk.rows("SELECT count(*) FROM read_next") == [(2,)]


def test_a_brief_seen_on_two_pages_is_one_entry_with_two_sightings(desk: Desk) -> None:
    desk.adopt(topics=[BRIEFS])
    for url in (PAGE, OTHER):
        desk.save(page(url, "Text of " + url, title="T", briefs=(row(TEXT, clock=START - HOUR),)))
    assert briefs(desk) == [TEXT]
    assert desk.rows("SELECT page FROM read_next ORDER BY id") == [(PAGE,), (OTHER,)]


def test_the_same_row_on_the_next_day_is_not_a_new_brief(desk: Desk) -> None:
    desk.adopt(topics=[BRIEFS])
    desk.save(page(PAGE, "Text", title="T", briefs=(row(TEXT, clock=START - HOUR),)))
    desk.at += DAY
    desk.save(page(OTHER, "Text", title="T", at=desk.at, briefs=(row(TEXT, clock=START + DAY - HOUR),)))
    assert briefs(desk) == [TEXT]
    assert desk.entries()[-1].published == START - HOUR


def test_a_paragraph_that_changes_a_word_is_an_update(desk: Desk) -> None:
    desk.adopt(topics=[BRIEFS])
    desk.save(page(PAGE, "Text", title="T", briefs=(row(TEXT, clock=START - HOUR, tag="Sea"),)))
    assert briefs(desk) == [TEXT]
    newer = TEXT.replace("ferries", "all ships")
    desk.save(page(OTHER, "Text", title="T", briefs=(row(newer, clock=START - HOUR, tag="Sea"),)))
    assert briefs(desk) == [newer]
    desk.save(page(PAGE, "Text", title="T", briefs=(row(TEXT, clock=START - HOUR, tag="Sea"),)))
    assert briefs(desk) == [newer]


def test_another_story_of_the_same_minute_is_another_brief(desk: Desk) -> None:
    desk.adopt(topics=[BRIEFS])
    other = "A new school opens its doors in the old town hall on Monday morning."
    desk.save(
        page(
            PAGE,
            "Text",
            title="T",
            briefs=(row(TEXT, clock=START, tag="Sea"), row(other, clock=START, tag="Sea", place=2)),
        )
    )
    assert sorted(briefs(desk)) == sorted([TEXT, other])


def test_a_linked_row_is_a_lead_and_shows_when_its_page_is_read(desk: Desk) -> None:
    desk.adopt(topics=[ALL, BRIEFS])
    saved = desk.save(page(PAGE, "Text", title="T", briefs=(row(TEXT, url=STORY, clock=START - HOUR, tag="Sea"),)))
    assert saved[0].leads == 1
    assert briefs(desk) == []
    assert STORY in desk.due_urls()
    desk.save(page(STORY, "The whole story of the harbour.", title="Harbour closed", published=START - 2 * HOUR))
    assert briefs(desk) == [TEXT]
    entry = desk.entry(STORY)
    assert (entry.kind, entry.title, entry.published) == (EntryKind.ARTICLE, "Harbour closed", START - 2 * HOUR)
    assert "ashore" not in entry.text


def test_a_linked_row_with_a_date_shows_at_once_and_keeps_its_id(desk: Desk) -> None:
    desk.adopt(topics=[ALL, BRIEFS])
    desk.save(page(PAGE, "Text", title="T", briefs=(row(TEXT, url=STORY, clock=START - HOUR, dated=True),)))
    assert briefs(desk) == [TEXT]
    before = desk.entry(STORY)
    assert (before.kind, before.published) == (EntryKind.BRIEF, START - HOUR)
    desk.save(page(STORY, "The whole story.", title="Harbour closed", published=START - 2 * HOUR))
    after = desk.entry(STORY)
    assert (after.id, after.kind, after.published, after.version) == (before.id, EntryKind.ARTICLE, START - 2 * HOUR, 1)
    assert after.updated >= before.updated
    desk.record()
    assert STORY in [e.url for e in desk.publish("all").entries]


def test_a_linked_row_seen_on_two_pages_is_certain(desk: Desk) -> None:
    desk.adopt(topics=[BRIEFS])
    for url in (PAGE, OTHER):
        desk.save(page(url, "Text of " + url, title="T", briefs=(row(TEXT, url=STORY, clock=START - HOUR),)))
    assert briefs(desk) == [TEXT]


def test_a_lead_that_is_gone_or_refused_stays_as_a_brief_if_its_instant_is_known(desk: Desk) -> None:
    desk.adopt(topics=[BRIEFS])
    gone, refused, timeless = (f"https://a.example/{n}" for n in ("gone", "refused", "timeless"))
    rows = (
        row("One " + TEXT, url=gone, clock=START),
        row("Two " + TEXT, url=refused, clock=START, place=2),
        row("Three " + TEXT, url=timeless, place=3),
    )
    desk.save(page(PAGE, "Text", title="T", briefs=rows))
    desk.save(page(gone, state=State.GONE), page(refused, state=State.REFUSED), page(timeless, state=State.GONE))
    assert sorted(briefs(desk)) == ["One " + TEXT, "Two " + TEXT]


def test_a_row_that_links_a_known_article_is_a_sighting_of_it(desk: Desk) -> None:
    desk.adopt(topics=[ALL, BRIEFS])
    desk.save(page(STORY, "The whole story.", title="Harbour closed"))
    saved = desk.save(page(PAGE, "Text", title="T", briefs=(row(TEXT, url=STORY + "?utm_source=block", clock=START),)))
    assert saved[0] == Saved(news=saved[0].news, briefs=1, leads=0)
    assert desk.rows("SELECT entry_title FROM read_next") == [("Harbour closed",)]
    assert briefs(desk) == [TEXT]


def test_a_row_of_another_site_is_only_a_sighting(desk: Desk) -> None:
    saved = desk.save(
        page(PAGE, "Text", title="T", briefs=(row(TEXT, url="https://b.example/x", clock=START, dated=True),))
    )
    assert saved[0].leads == 0
    assert len(desk.entries()) == 1
    assert desk.rows("SELECT link, entry FROM read_next") == [("https://b.example/x", None)]


def test_rows_of_other_blocks_are_left_out(desk: Desk) -> None:
    kinds = [BriefKind.LATEST, BriefKind.MOST_READ, BriefKind.INLINE, BriefKind.SPONSORED]
    rows = tuple(row(TEXT, kind=k, url=f"https://a.example/{k}", clock=START) for k in kinds)
    assert desk.save(page(PAGE, "Text", title="T", briefs=rows))[0].leads == 0
    assert desk.rows("SELECT count(*) FROM read_next") == [(0,)]


def test_a_row_that_links_its_own_page_is_no_lead(desk: Desk) -> None:
    assert desk.save(page(PAGE, "Text", title="T", briefs=(row(TEXT, url=PAGE + "#x", clock=START),)))[0].leads == 0


def test_a_crawl_takes_so_many_leads_and_the_next_one_more(tmp_path: Path) -> None:
    with Desk(tmp_path / "news.db", Limits(leads=3)) as desk:
        rows = tuple(row(f"Row {n}. {TEXT}", url=f"https://a.example/{n}", clock=START, place=n) for n in range(1, 6))
        assert desk.save(page(PAGE, "Text", title="T", briefs=rows))[0].leads == 3
        assert desk.save(page(OTHER, "Text", title="T", briefs=rows))[0].leads == 0
        desk.record()
        assert desk.save(page(OTHER, "Text", title="T", briefs=rows))[0].leads == 2


def test_a_row_older_than_the_source_looks_back_is_no_lead(desk: Desk) -> None:
    old = row(TEXT, url=STORY, clock=START - 31 * DAY, dated=True)
    assert desk.save(page(PAGE, "Text", title="T", briefs=(old,)))[0].leads == 0
    assert desk.rows("SELECT count(*) FROM read_next") == [(1,)]


def test_a_feed_item_of_a_lead_is_the_same_entry(desk: Desk) -> None:
    desk.adopt(topics=[BRIEFS])
    desk.save(page(PAGE, "Text", title="T", briefs=(row(TEXT, url=STORY, clock=START - HOUR, dated=True),)))
    before = desk.entry(STORY)
    desk.listed(item(STORY, "From the feed", title="Harbour closed"))
    after = desk.entry(STORY)
    assert (after.id, after.title, after.kind) == (before.id, "Harbour closed", EntryKind.ARTICLE)
    assert briefs(desk) == [TEXT]


def test_when_and_where_a_page_showed_a_row(desk: Desk) -> None:
    desk.save(page(PAGE, "Text", title="T", briefs=(row(TEXT, url=STORY, clock=START),)))
    desk.at += HOUR
    desk.save(page(PAGE, "Text", title="T", at=desk.at, briefs=(row(TEXT, url=STORY, clock=START, place=4),)))
    assert desk.rows("SELECT first_seen, last_seen, place FROM read_next") == [
        ("2026-05-03T12:00:00Z", "2026-05-03T13:00:00Z", 4)
    ]


def test_briefs_of_a_page_that_is_no_article_are_kept(desk: Desk) -> None:
    desk.save(
        page("https://a.example/", role=Role.START, reason="front page", briefs=(row(TEXT, clock=START),)), of=source()
    )
    assert [e.brief_text for e in desk.entries()] == [TEXT]
