"""When a source is due next: pure, at any hour of any zone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsloom.news.sources import Schedule
from newsloom.timetable import next_due

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HALF_HOUR = Schedule(every=timedelta(minutes=30))


def test_a_source_never_crawled_is_due_one_interval_from_now() -> None:
    assert next_due(HALF_HOUR, None, NOON) == NOON + timedelta(minutes=30)


def test_the_grid_of_an_interval_does_not_drift_by_the_length_of_a_crawl() -> None:
    assert next_due(HALF_HOUR, NOON, NOON + timedelta(minutes=7)) == NOON + timedelta(minutes=30)


def test_what_a_sleeping_machine_missed_is_one_crawl_not_many() -> None:
    slept = NOON + timedelta(days=7, minutes=1)
    assert next_due(HALF_HOUR, NOON, slept) == NOON + timedelta(days=7, minutes=30)


def test_a_clock_set_back_does_not_put_a_source_off_for_long() -> None:
    due_tomorrow = NOON + timedelta(days=1)
    assert next_due(HALF_HOUR, due_tomorrow, NOON) == NOON + timedelta(minutes=30)


def test_a_cron_line_is_read_in_its_own_zone() -> None:
    morning = Schedule(every=timedelta(hours=1), cron="30 6 * * *", zone="Asia/Baku")
    assert next_due(morning, None, NOON) == datetime(2026, 3, 3, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hour"), [(28, 6), (29, 5)])
def test_a_cron_line_follows_summer_time(day: int, hour: int) -> None:
    seven = Schedule(every=timedelta(hours=1), cron="0 7 * * *", zone="Europe/Berlin")
    assert next_due(seven, None, datetime(2026, 3, day, 0, tzinfo=UTC)) == datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "times"), [("30 2 * * *", 1), ("*/30 2 * * *", 2), ("30 * * * *", 25), ("30 */2 * * *", 13)]
)
def test_an_hour_that_comes_twice_is_one_for_a_cron_line_that_names_it(line: str, times: int) -> None:
    cron = Schedule(every=timedelta(hours=1), cron=line, zone="Europe/Berlin")
    at, fired = datetime(2026, 10, 24, 22, tzinfo=UTC), 0
    while (at := next_due(cron, None, at)) < datetime(2026, 10, 25, 23, tzinfo=UTC):
        fired += 1
    assert fired == times


def test_jitter_moves_a_time_later_and_never_further_than_it_says() -> None:
    jitter = timedelta(minutes=2)
    times = {next_due(HALF_HOUR, NOON, NOON, jitter) for _ in range(50)}
    assert len(times) > 1
    assert all(timedelta(minutes=30) <= t - NOON <= timedelta(minutes=32) for t in times)


@given(
    every=st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=30)),
    since=st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=400)),
)
def test_the_next_time_is_always_ahead_and_at_most_one_interval(every: timedelta, since: timedelta) -> None:
    due = next_due(Schedule(every=every), NOON - since, NOON)
    assert NOON < due <= NOON + every
