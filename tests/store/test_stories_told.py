"""Entries find their story as they are saved, once all that is to be read of them is read."""

from datetime import timedelta

import pytest

from newsloom.news.memory import State
from newsloom.store import Reader
from newsloom.store.why import Story
from tests.store.newsdesk import ALL, BRIEFS, DAY, HOUR, START, Desk, item, page, row, source

A, B, C = source("a"), source("b"), source("c")
STORM = (
    "Hurricane Odette reached the coast near Port Almeria on Sunday night, tearing roofs off warehouses and flooding the fishing "
    "quarter, the civil protection agency said."
)
STORM_ELSEWHERE = (
    "Port Almeria counted flooded houses in its fishing quarter on Monday after Hurricane Odette, whose winds tore the roofs off "
    "several warehouses, civil protection officials reported."
)
COURT = (
    "A tribunal in Lindholm sentenced the former treasurer Agnes Thorvald to four years in prison for embezzling pension funds of "
    "the railway union, ending a trial of eleven months."
)


@pytest.fixture
def three(desk: Desk) -> Desk:
    desk.adopt([A, B, C], [ALL, BRIEFS])
    return desk


def together(desk: Desk) -> list[set[str]]:
    """Titles of each story."""
    found: dict[int, set[str]] = {}
    for story, title in desk.rows(
        "SELECT s.story, e.title FROM story_entries s JOIN entries e ON e.id = s.entry WHERE e.joined IS NULL"
    ):
        found.setdefault(story, set()).add(title)
    return sorted(found.values(), key=sorted)


def test_articles_on_one_event_are_a_story_and_others_are_alone(three: Desk) -> None:
    three.save(page("https://a.example/1", STORM, title="Hurricane Odette floods Port Almeria", published=START))
    three.save(page("https://a.example/2", COURT, title="Union treasurer jailed", published=START))
    three.save(
        page("https://b.example/1", STORM_ELSEWHERE, title="Odette: Port Almeria under water", published=START), of=B
    )
    assert together(three) == [{"Hurricane Odette floods Port Almeria", "Odette: Port Almeria under water"}]
    assert three.rows("SELECT entries, sources, title FROM stories") == [(2, 2, "Hurricane Odette floods Port Almeria")]


def test_an_item_is_told_when_its_page_is_read(three: Desk) -> None:
    three.save(page("https://a.example/1", STORM, title="Hurricane Odette floods Port Almeria", published=START))
    three.listed(item("https://b.example/1", title="Odette: Port Almeria under water"), of=B)
    assert three.rows("SELECT count(*) FROM story_texts") == [(1,)]
    three.save(
        page("https://b.example/1", STORM_ELSEWHERE, title="Odette: Port Almeria under water", published=START), of=B
    )
    assert len(together(three)) == 1


@pytest.mark.parametrize("end", ["refused", "record", "restart"])
def test_an_item_whose_page_is_never_read_is_told_as_it_is(three: Desk, end: str) -> None:
    three.save(page("https://a.example/1", STORM, title="Hurricane Odette floods Port Almeria", published=START))
    three.listed(item("https://b.example/1", STORM_ELSEWHERE, title="Odette: Port Almeria under water"), of=B)
    assert together(three) == []
    if end == "refused":
        three.save(page("https://b.example/1", state=State.REFUSED), of=B)
    elif end == "record":
        three.record(B)
    else:
        three.reopen()
        three.due(C)
    assert len(together(three)) == 1


def test_what_is_from_before_the_last_days_is_in_no_story(three: Desk) -> None:
    for of, text, title in (
        (A, STORM, "Hurricane Odette floods Port Almeria"),
        (B, STORM_ELSEWHERE, "Odette's waters"),
    ):
        three.save(page(f"{of.url}1", text, title=title, published=START - 6 * DAY), of=of)
    assert together(three) == []


def test_a_join_leaves_one_entry_of_the_story(three: Desk) -> None:
    three.listed(
        item("https://b.example/1", "A teaser.", title="Flood"),
        item("https://b.example/2", "Another one.", title="Flooded"),
        of=B,
    )
    three.save(page("https://a.example/1", STORM, title="Hurricane Odette floods Port Almeria", published=START))
    for n in (1, 2):
        three.save(
            page(f"https://b.example/{n}", STORM_ELSEWHERE, title="Odette: Port Almeria under water", published=START),
            of=B,
        )
    assert three.rows("SELECT entries FROM stories") == [(2,)]


def test_a_correction_stays_in_its_story(three: Desk) -> None:
    three.save(page("https://a.example/1", STORM, title="Hurricane Odette floods Port Almeria", published=START))
    three.save(
        page("https://b.example/1", STORM_ELSEWHERE, title="Odette: Port Almeria under water", published=START), of=B
    )
    before = three.rows("SELECT entry, story FROM story_entries ORDER BY entry")
    for text in (f"{STORM} Nobody was hurt.", COURT, STORM):
        three.at += HOUR
        three.save(
            page(
                "https://a.example/1", text, title="Hurricane Odette floods Port Almeria", published=START, at=three.at
            )
        )
    assert three.rows("SELECT entry, story FROM story_entries ORDER BY entry") == before


def test_a_brief_is_in_the_story_of_the_article_that_begins_with_it(three: Desk) -> None:
    lead = " ".join(STORM.split()[:18])
    three.save(
        page("https://a.example/1", STORM + " " + COURT, title="Hurricane Odette floods Port Almeria", published=START)
    )
    three.save(
        page(
            "https://c.example/1",
            COURT,
            title="Jailed",
            published=START,
            briefs=(row(lead, clock=START - timedelta(hours=1)),),
        ),
        of=C,
    )
    [(brief, article)] = three.rows("SELECT brief, article FROM brief_of")
    [stories] = [{s for (s,) in three.rows("SELECT story FROM story_entries WHERE entry IN (?, ?)", brief, article)}]
    assert len(stories) == 1


def test_why_names_the_story(three: Desk) -> None:
    three.save(page("https://a.example/1", STORM, title="Hurricane Odette floods Port Almeria", published=START))
    assert _story(three) is None
    three.save(page("https://b.example/1", STORM_ELSEWHERE, title="Odette: under water", published=START), of=B)
    told = _story(three)
    assert told is not None
    assert (told.entries, told.title) == (2, "Hurricane Odette floods Port Almeria")


def _story(desk: Desk) -> Story | None:
    with Reader.open(desk.path, desk.now) as reader:
        entry = reader.why("https://a.example/1").entry
    assert entry is not None
    return entry.story
