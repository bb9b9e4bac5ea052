"""When a feed has run over between two looks."""

from datetime import UTC, datetime, timedelta

import pytest

from newsloom.news.memory import Found
from newsloom.news.windows import Seen, ran_over

START = datetime(2026, 5, 4, tzinfo=UTC)


def window(*items: str) -> list[Seen]:
    """`new 7`, `known 3`, `new` without a date, `known 2 changed 9`: in hours."""
    return [_seen(*item.split()) for item in items]


def _seen(word: str, at: str = "", _: str = "", changed: str = "") -> Seen:
    published, modified = (START + timedelta(hours=int(n)) if n else None for n in (at, changed))
    return Seen(found=Found(url="https://a.example/", published=published, modified=modified), known=word == "known")


@pytest.mark.parametrize(
    "items",
    [
        pytest.param(["new 9", "new 8", "new 7"], id="all new"),
        pytest.param(["new 7", "new 8", "new 9"], id="all new, oldest first"),
        pytest.param(["new", "new", "new"], id="all new, undated"),
        pytest.param(["known 1", "new 9", "new 8", "new 7"], id="one is pinned"),
        pytest.param(["known", "new", "new", "new"], id="one is pinned, undated"),
        pytest.param(["new 9", "known 1 changed 8", "new 7"], id="an old one came up again"),
    ],
)
def test_a_feed_whose_oldest_item_is_new_has_run_over(items: list[str]) -> None:
    assert ran_over(window(*items))


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([], id="empty"),
        pytest.param(["known 9", "known 8"], id="nothing new"),
        pytest.param(["known", "known"], id="nothing new, undated"),
        pytest.param(["new 9", "new 8", "known 7"], id="the last is known"),
        pytest.param(["known 6", "known 7", "new 8", "new 9"], id="the first is known, oldest first"),
        pytest.param(["new", "new", "known"], id="the last is known, undated"),
        pytest.param(["new 9", "known 3", "known 5", "new 8"], id="in no order"),
        pytest.param(["new 9", "known 8", "known 7", "new 2"], id="one slid in from below"),
        pytest.param(["known 9", "known 8", "new 2"], id="one slid in, nothing else new"),
        pytest.param(["new", "known", "known", "new"], id="one slid in, undated"),
        pytest.param(["known", "known", "known", "known", "new"], id="one slid in, nothing else new, undated"),
    ],
)
def test_a_feed_that_reaches_back_to_the_known_has_not(items: list[str]) -> None:
    assert not ran_over(window(*items))
