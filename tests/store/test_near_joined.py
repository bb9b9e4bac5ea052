"""Texts that are nearly one become one entry as they are saved; a brief is related to its article, and stays itself."""

import random
from datetime import timedelta

import pytest

from newsloom.news.memory import News
from newsloom.store import Reader
from tests.store.newsdesk import ALL, BRIEFS, DAY, HOUR, START, Desk, item, page, row, source

A, B, C = source("a"), source("b"), source("c")


def told(seed: int, count: int = 300) -> str:
    """A text in sentences of twelve words, by chance."""
    chance = random.Random(seed)  # noqa: S311 - words, no secrets
    words = [f"{chance.choice('bcdfgklmnprst')}{chance.randrange(9000)}" for _ in range(count)]
    return " ".join(" ".join(words[at : at + 12]).capitalize() + "." for at in range(0, count, 12))


def edited(text: str, *, drop: int = 3, add: int = 2) -> str:
    """As another newsroom prints it: the last sentences cut, some of its own at the end."""
    sentences = text.split(". ")
    return ". ".join(sentences[: len(sentences) - drop]) + ". " + told(10_000 + drop, 12 * add)


@pytest.fixture
def both(desk: Desk) -> Desk:
    desk.adopt([A, B, C], [ALL, BRIEFS])
    return desk


def hows(desk: Desk) -> dict[str, str]:
    return dict(desk.rows("SELECT key, how FROM keys"))


def test_an_edited_copy_joins_the_original_and_is_named(both: Desk) -> None:
    both.save(page("https://a.example/1", told(1), title="Bridge agreed", published=START))
    [saved] = both.save(
        page("https://b.example/9", edited(told(1)), title="A new bridge", published=START + HOUR), of=B
    )
    assert saved.news is News.SAME
    [entry] = both.entries()
    assert (entry.title, entry.url) == ("Bridge agreed", "https://a.example/1")
    assert entry.also_at == (("B", "https://b.example/9"),)
    assert hows(both)["https://b.example/9"].startswith("near 0.")


def test_the_earlier_one_is_the_original_though_it_came_later(both: Desk) -> None:
    both.save(page("https://b.example/9", edited(told(1)), title="A new bridge", published=START + HOUR), of=B)
    both.save(page("https://a.example/1", told(1), title="Bridge agreed", published=START))
    [entry] = both.entries()
    assert (entry.title, entry.url) == ("Bridge agreed", "https://a.example/1")


def test_a_copy_is_known_by_a_text_that_was_corrected_since(both: Desk) -> None:
    first = told(1)
    both.save(page("https://a.example/1", first, title="Bridge", published=START))
    both.save(page("https://a.example/1", told(2), title="Bridge", published=START, at=START + HOUR))
    [saved] = both.save(page("https://b.example/9", edited(first), title="A bridge", published=START + HOUR), of=B)
    assert saved.news is News.SAME


def test_copies_are_found_after_a_restart_and_no_longer_after_thirty_days(both: Desk) -> None:
    both.save(page("https://a.example/1", told(1), title="Bridge", published=START))
    both.reopen()
    both.at = START + 29 * DAY
    [saved] = both.save(page("https://b.example/9", edited(told(1)), title="A bridge", published=START), of=B)
    assert saved.news is News.SAME
    both.at = START + 60 * DAY
    [saved] = both.save(page("https://c.example/9", edited(told(1), drop=4), title="Bridges", published=START), of=C)
    assert saved.news is News.NEW


def test_two_headlines_of_one_site_over_nearly_one_text_are_two_pieces(both: Desk) -> None:
    both.save(page("https://a.example/1", told(1), title="Weather for Monday", published=START))
    both.save(page("https://a.example/2", edited(told(1)), title="Weather for Tuesday", published=START + DAY))
    assert len(both.entries()) == 2


def test_a_text_is_joined_to_the_nearest_one_only(both: Desk) -> None:
    whole = told(1)
    both.save(page("https://a.example/1", whole, title="Bridge", published=START))
    half = whole[: len(whole) // 2] + " " + told(3, 150)
    both.save(page("https://a.example/2", half, title="Other bridge", published=START))
    assert len(both.entries()) == 2
    both.save(page("https://b.example/9", edited(half, drop=1, add=1), title="Again", published=START + HOUR), of=B)
    assert both.entry("https://a.example/2").also_at == (("B", "https://b.example/9"),)
    assert both.entry("https://a.example/1").also_at == ()


def test_an_item_whose_page_turns_out_to_be_nearly_another_text_joins_it_and_both_ids_answer(both: Desk) -> None:
    both.save(page("https://a.example/1", told(1), title="Bridge", published=START))
    both.listed(item("https://b.example/9", "A teaser of few words.", title="A bridge"), of=B)
    lost = both.entry("https://b.example/9").id
    both.save(page("https://b.example/9", edited(told(1)), title="A bridge", published=START + HOUR), of=B)
    [entry] = both.entries()
    assert both.entry(str(lost)).id == entry.id


def test_a_brief_is_related_to_the_article_that_begins_with_it_whichever_comes_first(both: Desk) -> None:
    lead = " ".join(told(1).split()[:36])
    at = page("https://a.example/5", told(5), title="Something else", published=START)
    row_ = row(lead, clock=START - HOUR, tag="City")
    both.save(page("https://a.example/5", told(5), title="Something else", published=START, briefs=(row_,)))
    both.save(page("https://b.example/1", told(1), title="Bridge", published=START), of=B)
    assert both.rows(
        "SELECT b.text, a.url FROM brief_of r JOIN entries b ON b.id = r.brief JOIN entries a ON a.id = r.article"
    ) == [(lead, "https://b.example/1")]
    assert len(both.entries()) == 3
    assert at.asked


def test_a_relation_goes_along_when_its_article_is_joined_to_another(both: Desk) -> None:
    lead = " ".join(told(1).split()[:36])
    both.save(page("https://a.example/1", told(1), title="Bridge", published=START))
    both.listed(item("https://b.example/9", "A teaser of few words.", title="A bridge"), of=B)
    both.save(
        page("https://c.example/5", told(5), title="Else", published=START, briefs=(row(lead, clock=START - HOUR),)),
        of=C,
    )
    before = both.rows("SELECT brief, article FROM brief_of")
    both.save(page("https://b.example/9", edited(told(1)), title="A bridge", published=START + HOUR), of=B)
    assert len(before) == 1
    assert both.rows("SELECT count(*) FROM brief_of r JOIN entries e ON e.id = r.article WHERE e.joined IS NULL") == [
        (1,)
    ]


def test_why_says_how_near_a_copy_is(both: Desk) -> None:
    both.save(page("https://a.example/1", told(1), title="Bridge", published=START))
    both.save(
        page("https://b.example/9", edited(told(1)), title="A bridge", published=START + timedelta(hours=1)), of=B
    )
    with Reader.open(both.path, both.now) as reader:
        assert "near" in repr(reader.why("https://b.example/9"))


def test_what_says_little_and_may_fill_a_template_is_no_copy(both: Desk) -> None:
    """A notice of some forty words, three times over, with another number in it."""
    notice = (
        "The council met on Monday evening to speak of the new tram, what it costs and when it opens; residents asked which "
        "of their streets would be closed in the meantime and for how long the works would go on."
    )
    for of, number, title in ((A, "17/3", "Notice one"), (B, "18/4", "Notice two"), (C, "19/5", "Notice two")):
        text = f"{notice}\n\n{notice} Number {number}.\n\n{notice}"
        both.save(page(f"{of.url}1", text, title=title, published=START), of=of)
    assert len(both.entries()) == 3
