"""Dates as pages write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.extract import dates


@pytest.mark.parametrize(
    ("text", "zone", "language", "instant"),
    [
        ("2024-05-03T10:00:00+02:00", "UTC", "", "2024-05-03T08:00"),
        ("2024-05-03T10:00:00+0200", "UTC", "", "2024-05-03T08:00"),
        ("2024-05-03T24:00:00Z", "UTC", "", "2024-05-03T00:00"),
        ("2024-05-03T10:00:60-01:00", "UTC", "", "2024-05-03T11:00:59"),
        ("2024-05-03T10:00:00.123Z", "Asia/Tokyo", "", "2024-05-03T10:00"),
        ("2024-05-03 10:00", "Asia/Baku", "", "2024-05-03T06:00"),
        ("2024-05-03", "Europe/Berlin", "", "2024-05-02T22:00"),
        ("2024-05-03 6:27 PM", "UTC", "", "2024-05-03T18:27"),
        ("20240503T101500Z", "UTC", "", "2024-05-03T10:15"),
        ("1714730820", "UTC", "", "2024-05-03T10:07"),
        ("1714730820000", "UTC", "", "2024-05-03T10:07"),
        ("Fri, 03 May 2024 10:00:00 -0400", "UTC", "", "2024-05-03T14:00"),
        ("Thu Sep 12 2024 09:12:00 GMT+0200 (CEST)", "UTC", "", "2024-09-12T07:12"),
        ("May 3, 2024 6:27 p.m. ET", "UTC", "en", "2024-05-03T22:27"),
        ("January 3, 2024 6:27 p.m. ET", "UTC", "en", "2024-01-03T23:27"),
        ("Published 3rd May 2024 at 9am BST", "UTC", "en", "2024-05-03T08:00"),
        ("3. Mai 2024, 18.27 Uhr", "Europe/Berlin", "de", "2024-05-03T16:27"),
        ("le 3 mai 2024 à 10h30", "Europe/Paris", "fr", "2024-05-03T08:30"),
        ("3 de mayo de 2024", "UTC", "es", "2024-05-03T00:00"),
        ("3 мая 2024, 18:27 МСК", "UTC", "ru", "2024-05-03T15:27"),
        ("12 listopada 2023", "UTC", "pl", "2023-11-12T00:00"),
        ("12. listopada 2023", "UTC", "hr", "2023-10-12T00:00"),
        ("14 مايو 2024", "UTC", "ar", "2024-05-14T00:00"),
        ("3 tháng 5, 2024", "UTC", "vi", "2024-05-03T00:00"),
        ("2024年5月3日 18時27分", "Asia/Tokyo", "ja", "2024-05-03T09:27"),
        ("2024.05.03 오후 6:27", "Asia/Seoul", "ko", "2024-05-03T09:27"),
        ("03.05.2024 18:27", "Asia/Baku", "az", "2024-05-03T14:27"),
        ("03/05/2024", "UTC", "en-gb", "2024-05-03T00:00"),
        ("03/05/2024", "UTC", "en-us", "2024-03-05T00:00"),
        ("03/25/2024", "UTC", "", "2024-03-25T00:00"),
    ],
)
def test_date_is_read_as_its_writer_meant_it(text: str, zone: str, language: str, instant: str) -> None:
    assert dates.parse(text, zone=zone, language=language) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "31-02-2024", "0000-00-00", "0001-01-01T00:00:00Z", "99999", "12:30", "call 1 800 2024"]
)
def test_what_names_no_day_is_no_date(text: str) -> None:
    assert dates.parse(text) is None


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = dates.parse(text, zone="Europe/Berlin", language="de")
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(min_value=datetime(1990, 1, 2), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  Hypothesis takes naive bounds
def test_an_iso_date_survives(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert dates.parse(moment.isoformat()) == moment


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2024/05/03/story", date(2024, 5, 3)),
        ("https://a.example/story-20240503.html", date(2024, 5, 3)),
        ("https://a.example/2024/13/03/story", None),
        ("https://a.example/story-1234", None),
    ],
)
def test_day_of_an_address(url: str, day: date | None) -> None:
    assert dates.day_of_address(url) == day


def test_a_zone_nobody_knows_is_utc() -> None:
    assert dates.parse("2024-05-03 10:00", zone="Mars/Olympus") == datetime(2024, 5, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2024-05-03T23:30:00-04:00", -240),
        ("Fri, 03 May 2024 23:30:00 +0530", 330),
        ("2024-05-03T23:30:00Z", 0),
        ("May 3, 2024 11:30 PM ET", -240),
        ("3. Mai 2024, 23:30 MESZ", 120),
        ("2024-05-03 23:30", None),
        ("3 May 2024", None),
        ("1714771800", None),
    ],
)
def test_the_clock_that_a_time_is_written_by_is_known_where_the_text_names_it(text: str, offset: int | None) -> None:
    found = dates.written(text, zone="Asia/Baku")
    assert found is not None
    assert found.offset == offset
