"""Times as the store writes them: `2026-05-03T18:27:00Z`. They sort as text, and SQLite's date functions read them."""

from datetime import UTC, datetime, timedelta
from typing import overload

NEVER = "9999-12-31T23:59:59Z"

_SECONDS = len("2026-05-03T18:27:00")
_FUTURE = timedelta(days=1)
_OLDEST = datetime(1400, 1, 1, tzinfo=UTC)
"""Before it there were no newspapers: 0001-01-01 is how some programs write "no date"."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""How others write it."""


@overload
def written(instant: datetime) -> str: ...
@overload
def written(instant: None) -> None: ...
def written(instant: datetime | None) -> str | None:
    """To the second, downwards."""
    if instant is None:
        return None
    there = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return there.isoformat(timespec="seconds")[:_SECONDS] + "Z"


@overload
def read(text: str) -> datetime: ...
@overload
def read(text: None) -> None: ...
def read(text: str | None) -> datetime | None:
    """The instant that `written` wrote."""
    return None if text is None else datetime.fromisoformat(text)


def believable(instant: datetime | None, now: datetime) -> datetime | None:
    """A publication time that may be true, to the second; None for none, for over a day in the future, and for "no date"."""
    if instant is None:
        return None
    try:
        there = (instant if instant.tzinfo is UTC else instant.astimezone(UTC)).replace(microsecond=0)
    except OverflowError:  # year 1 or 9999, moved by its offset
        return None
    return None if there < _OLDEST or there == _EPOCH or there > now + _FUTURE else there
