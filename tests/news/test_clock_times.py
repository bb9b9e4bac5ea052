"""From printed clock times to instants."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsloom.news.times import GRACE, latest_instant


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "seen", "zone", "instant"),
    [
        (time(18, 27), "2026-05-03T15:00", "Asia/Baku", "2026-05-03T14:27"),
        (time(23, 50), "2026-05-03T00:10", "UTC", "2026-05-02T23:50"),
        (time(12, 1), "2026-05-03T12:00", "UTC", "2026-05-03T12:01"),  # within the grace of two minutes
        (time(12, 3), "2026-05-03T12:00", "UTC", "2026-05-02T12:03"),
        (
            time(2, 30),
            "2026-03-29T12:00",
            "Europe/Berlin",
            "2026-03-28T01:30",
        ),  # an hour that the change to summer skips
        (time(2, 30), "2026-10-25T00:45", "Europe/Berlin", "2026-10-25T00:30"),  # the first of the two
        (time(2, 30), "2026-10-25T02:00", "Europe/Berlin", "2026-10-25T01:30"),  # the second
    ],
)
def test_a_clock_names_its_latest_instant(clock: time, seen: str, zone: str, instant: str) -> None:
    assert latest_instant(clock, at(seen), zone) == at(instant)


@given(
    st.times(),
    st.integers(946_684_800, 2_208_988_800),  # 2000 to 2040
    st.sampled_from(["UTC", "Asia/Kathmandu", "America/New_York"]),
)
def test_it_is_never_later_than_seen_nor_older_than_two_days(clock: time, moment: int, zone: str) -> None:
    seen = datetime.fromtimestamp(moment, UTC)
    assert seen - timedelta(days=2) < latest_instant(clock, seen, zone) <= seen + GRACE
