"""Which changes of a text say something else, and which are cosmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsloom.news.wording import is_furniture, says_the_same

TEXT = "The council has agreed to build the long bridge.\n\nWork begins in May and costs 3.5 million."


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace("\n\n", "\n"),
        TEXT.replace(" has", "\u00a0 has").replace("\n\n", " "),
        TEXT.replace("May and", "May – and").replace("bridge.", "“bridge”."),
        TEXT.upper(),
        f"1,234 views\n\n{TEXT}",
        f"5 min read · 12 comments\n\n{TEXT}",
        TEXT.replace("\n\n", "\n\nAdvertisement\n\n"),
        TEXT.replace("\n\n", "\n\nAdvertisement - scroll to continue reading\n\n"),
        TEXT.replace("\n\n", "\n\nRead also: The mayor has resigned\n\n"),
        f"Updated 5 minutes ago\n\n{TEXT}",
        f"Last updated: 3 May 2026, 18:05 GMT\n\n{TEXT}",
        f"{TEXT}\n\n1.204",
    ],
)
def test_what_is_cosmetic(other: str) -> None:
    assert says_the_same(TEXT, other)
    assert says_the_same(other, TEXT)


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace("3.5", "35"),
        TEXT.replace("3.5", "3,6"),
        TEXT.replace("agreed", "refused"),
        TEXT.replace(" in May", ""),
        f"{TEXT}\n\nThis article was corrected after publication.",
        f"{TEXT}\n\n5 dead",
        f"{TEXT}\n\nUpdated plan adds 300 homes",
        "\n\n".join(reversed(TEXT.split("\n\n"))),
        "",
    ],
)
def test_what_says_something_else(other: str) -> None:
    assert not says_the_same(TEXT, other)
    assert not says_the_same(other, TEXT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It fell to -5 degrees", "It fell to 5 degrees"),
        ("5 %", "5"),
        ("5 $", "5 €"),
        ("18:05", "18.50"),
        ("किताब", "कताब"),
        ("手机", "手機"),
    ],
)
def test_small_things_that_matter(one: str, other: str) -> None:
    assert not says_the_same(one, other)


@pytest.mark.parametrize(
    "line",
    [
        "1,234 views", "阅读 1234", "1234次阅读", "Просмотров: 12", "1.2K views", "Read 532 times", "Реклама", "Anzeige",
        "Story continues below advertisement", "5 minutes ago", "vor 5 Minuten", "il y a 3 heures", "5分钟前", "2時間前",
        "Обновлено 5 минут назад", "更新: 2026-03-02 18:05", "Leggi anche: il sindaco si è dimesso",
    ],
)  # fmt: skip
def test_lines_that_say_nothing(line: str) -> None:
    assert is_furniture(line.casefold())


@pytest.mark.parametrize(
    "line",
    [
        "3 dead", "5 people", "Two days ago", "200 votes", "5 days", "Shares fell 5 %", "The ad was banned", "More: a history",
        "In 2 hours", "2 minutes of silence", "Announcement", "Stand by me, 5", "Published author wins prize", "12",
    ],
)  # fmt: skip
def test_lines_that_say_something(line: str) -> None:
    assert not is_furniture(line.casefold())


@given(st.text())
def test_every_text_says_what_it_says(text: str) -> None:
    assert says_the_same(text, f" {text}\n")
    assert says_the_same(f"1,234 views\n\nWord {text}\n\nAdvertisement", f"Word {text}")


@given(st.text(max_size=30), st.text(max_size=30))
def test_the_order_does_not_matter(one: str, other: str) -> None:
    assert says_the_same(one, other) == says_the_same(other, one)
