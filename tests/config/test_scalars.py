"""How durations, sizes and crontab lines are read."""

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from newsloom.config import scalars

any_duration = scalars.duration(timedelta(0))


@given(st.integers(min_value=0, max_value=3_000_000_000).map(lambda s: timedelta(seconds=s)))
def test_duration_said_and_read_back_is_itself(span: timedelta) -> None:
    assert any_duration(scalars.said(span)) == span


@given(st.integers(min_value=1, max_value=2**40))
def test_size_said_and_read_back_is_itself(count: int) -> None:
    assert scalars.size(scalars.said_size(count)) == count


@given(st.text())
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    for read in (any_duration, scalars.size, scalars.address, scalars.network, scalars.host, scalars.cron, scalars.zone,
                 scalars.rule, scalars.proxy, scalars.contact, scalars.user_agent, scalars.name, scalars.base_address):  # fmt: skip
        try:
            read(text)
        except ValueError as error:
            assert ": " in str(error)  # noqa: PT017 - either outcome is right; only the reason's form is ours


@pytest.mark.parametrize(
    ("line", "same_as"),
    [
        ("0 7 * * 0", "0 7 * * sun"),
        ("0 7 * * 7", "0 7 * * sun"),
        ("0 7 * * 1-5", "0 7 * * mon,tue,wed,thu,fri"),
        ("0 7 * * 5-7", "0 7 * * sun,fri,sat"),
        ("0 7 * * Fri-Mon", "0 7 * * sun,mon,fri,sat"),
        ("0 7 * * */2", "0 7 * * sun,tue,thu,sat"),
        ("0 7 * * 1,3", "0 7 * * mon,wed"),
        ("*/20 6-23 * * ?", "*/20 6-23 * * *"),
        ("@hourly", "0 * * * *"),
        ("@weekly", "0 0 * * sun"),
    ],
)
def test_crontab_line_keeps_its_meaning(line: str, same_as: str) -> None:
    assert scalars.cron(line) == same_as


def test_sunday_in_a_crontab_line_is_sunday_for_the_clock() -> None:
    trigger = CronTrigger.from_crontab(scalars.cron("0 7 * * 0"), timezone=UTC)
    fire = trigger.get_next_fire_time(None, datetime(2026, 1, 1, tzinfo=UTC))
    assert fire is not None
    assert fire.strftime("%A") == "Sunday"
