"""When an entrance is asked again by its own word, and how far that goes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsloom.news.wishes import Wishes

NOON = datetime(2026, 3, 6, 12, 20, tzinfo=UTC)
"""A Friday."""


def test_what_says_nothing_may_be_asked_at_once() -> None:
    assert Wishes().not_before(NOON) == NOON


@pytest.mark.parametrize(
    ("wishes", "minutes"),
    [
        (Wishes(fresh=300), 5),
        (Wishes(fresh=300, pause=1800), 30),
        (Wishes(fresh=86_400), 60),
        (Wishes(pause=86_400 * 30), 60),
        (Wishes(skip_hours=(12, 13)), 100),
        (Wishes(fresh=1200, skip_hours=(13,)), 20),
        (Wishes(skip_days=(4,)), 700),
        (Wishes(skip_hours=tuple(range(24))), 720),
    ],
)
def test_its_word_is_kept_within_reason(wishes: Wishes, minutes: int) -> None:
    assert wishes.not_before(NOON) == NOON + timedelta(minutes=minutes)


def test_a_304_renews_what_headers_say_and_leaves_what_the_feed_said() -> None:
    known = Wishes(fresh=60, pause=900, skip_hours=(3,))
    assert known.and_now(Wishes(fresh=120)) == Wishes(fresh=120, pause=900, skip_hours=(3,))
    assert known.and_now(Wishes()) == known


@given(
    fresh=st.none() | st.integers(0, 10**9),
    pause=st.integers(0, 10**9),
    hours=st.lists(st.integers(0, 23)).map(tuple),
    days=st.lists(st.integers(0, 6)).map(tuple),
    later=st.timedeltas(timedelta(0), timedelta(days=5000)),
)
def test_no_wish_puts_a_look_off_for_more_than_half_a_day(
    fresh: int | None, pause: int, hours: tuple[int, ...], days: tuple[int, ...], later: timedelta
) -> None:
    wishes = Wishes(fresh=fresh, pause=pause, skip_hours=hours, skip_days=days)
    asked = NOON + later
    assert asked <= wishes.not_before(asked) <= asked + timedelta(hours=12)
