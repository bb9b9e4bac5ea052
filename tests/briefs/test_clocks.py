"""Printed times, seen on Wednesday 14 May 2025 at 12:10 UTC (16:10 in Baku)."""

from datetime import UTC, datetime

import pytest

from scraper.extract.clocks import Printed, read_attribute, read_time, split_time

SEEN = datetime(2025, 5, 14, 12, 10, 30, tzinfo=UTC)
BAKU = "Asia/Baku"


def utc(day: int, hour: int, minute: int, month: int = 5, year: int = 2025) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "language", "instant", "dated"),
    [
        ("18:27", "", utc(13, 14, 27), False),
        ("16:11", "", utc(14, 12, 11), False),  # a clock two minutes fast
        ("15.05", "sv", utc(14, 11, 5), False),
        ("18h27", "fr", utc(13, 14, 27), False),
        ("18 h 27", "fr", utc(13, 14, 27), False),
        ("9:05 Uhr", "de", utc(14, 5, 5), False),
        ("Kl. 09.05", "da", utc(14, 5, 5), False),
        ("6:27 PM", "en", utc(13, 14, 27), False),
        ("12:05 a.m.", "en", utc(13, 20, 5), False),
        ("6 pm", "en", utc(13, 14, 0), False),
        ("11:03 GMT", "en", utc(14, 11, 3), False),
        ("午後3:05", "ja", utc(14, 11, 5), False),
        ("۱۸:۲۷", "fa", utc(13, 14, 27), False),
        ("Today, 11:00", "en", utc(14, 7, 0), True),
        ("Yesterday 18:27", "en", utc(13, 14, 27), True),
        ("Сегодня, 11:00", "ru", utc(14, 7, 0), True),
        ("昨日 18:27", "ja", utc(13, 14, 27), True),
        ("Updated: 3 May, 18:27", "en", utc(3, 14, 27), True),
        ("3 de mayo de 2025, 18:27", "es", utc(3, 14, 27), True),
        ("3 mai 2025 à 18h27", "fr", utc(3, 14, 27), True),
        ("03.05.2025 - 18:27 Uhr", "de", utc(3, 14, 27), True),
        ("2025/05/03 18:27", "ja", utc(3, 14, 27), True),
        ("5月3日 18:27", "ja", utc(3, 14, 27), True),
        ("2025년 5월 3일 18:27", "ko", utc(3, 14, 27), True),
        ("14 mayıs 2025 11:00", "tr", utc(14, 7, 0), True),
        ("28 December, 10:00", "en", utc(28, 6, 0, month=12, year=2024), True),
        ("2025-05-14T08:00:00Z", "", utc(14, 8, 0), True),
        ("2025-05-14T08:00:00+0200", "", utc(14, 6, 0), True),
        ("2 hours ago", "en", utc(14, 10, 10), False),
        ("an hour ago", "en", utc(14, 11, 10), False),
        ("vor 2 Std.", "de", utc(14, 10, 10), False),
        ("il y a 5 min", "fr", utc(14, 12, 5), False),
        ("hace 3 horas", "es", utc(14, 9, 10), False),
        ("3 часа назад", "ru", utc(14, 9, 10), False),
        ("6時間前", "ja", utc(14, 6, 10), False),
        ("2시간 전", "ko", utc(14, 10, 10), False),
        ("قبل 3 ساعات", "ar", utc(14, 9, 10), False),
        ("2 giờ trước", "vi", utc(14, 10, 10), False),
        ("час назад", "ru", utc(14, 11, 10), False),
        ("منذ ساعتين", "ar", utc(14, 10, 10), False),
        ("Just now", "en", utc(14, 12, 10), False),
    ],
)
def test_a_printed_time_names_its_instant(text: str, language: str, instant: datetime, dated: bool) -> None:
    assert read_time(text, SEEN, BAKU, language) == Printed(text=text, instant=instant, dated=dated)


@pytest.mark.parametrize(
    "text",
    [
        "14 septembre 2019",
        "April 15, 2025",
        "19.03.2024",
        "2024-10-14",
        "5月3日",
        "2 days ago",
        "vor 3 Tagen",
        "3/5/2025",
    ],
)
def test_a_day_without_a_clock_is_a_time_that_names_no_instant(text: str) -> None:
    language = "en" if text in ("3/5/2025", "2 days ago") else ""
    assert read_time(text, SEEN, BAKU, language) == Printed(text=text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "World News",
        "5 min read",
        "5 min",
        "Top 10",
        "5",
        "May 2025",
        "Wales 3 England 1",
        "Ukraine-Russia",
        "2-1",
        "9.5",
        "€ 3.50",
    ],
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert read_time(text, SEEN, BAKU, "en") is None


def test_a_date_in_the_future_names_no_instant() -> None:
    assert read_time("16 May 2025, 18:27", SEEN, BAKU, "en") == Printed(text="16 May 2025, 18:27")


@pytest.mark.parametrize(
    ("attribute", "shown", "instant", "dated"),
    [
        ("2025-05-12T08:30:00+02:00", "12 May", utc(12, 6, 30), True),
        ("2025-05-12", "18:27", utc(12, 14, 27), True),
        ("0001-01-01T00:00:00+14:00", "18:27", utc(13, 14, 27), False),
        ("9999-12-31T23:59:59-14:00", "18:27", utc(13, 14, 27), False),
        ("2025-13-45", "18:27", utc(13, 14, 27), False),
        ("", "18:27", utc(13, 14, 27), False),
        ("18:27", "18:27", utc(13, 14, 27), False),
        ("yesterday or so", "2 hours ago", utc(14, 10, 10), False),
        ("2025-05-12T08:30:00Z", "a while back", utc(12, 8, 30), True),
    ],
)
def test_a_time_element_says_more_than_its_text(attribute: str, shown: str, instant: datetime, dated: bool) -> None:
    found = read_attribute(attribute, shown, SEEN, BAKU, "en")
    assert found is not None
    assert (found.text, found.instant, found.dated) == (shown, instant, dated)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("18:27 Ukraine", ("18:27", "Ukraine")),
        ("18:27 | Ukraine", ("18:27", "Ukraine")),
        ("Ukraine | 18:27", ("18:27", "Ukraine")),
        ("Ukraine", ("", "Ukraine")),
        ("At 18:27 the train left", ("", "At 18:27 the train left")),
    ],
)
def test_a_clock_at_an_edge_is_cut_off(text: str, parts: tuple[str, str]) -> None:
    assert split_time(text) == parts
