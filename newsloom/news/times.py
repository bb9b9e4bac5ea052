"""From the clock times that pages print to instants. Everything inside is aware and UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

Now = Callable[[], datetime]
"""Handed in from the outermost door; nothing below asks the machine for the time."""

GRACE = timedelta(minutes=2)
"""How far a printed clock may run ahead of the server's own Date."""


def system_now() -> datetime:
    """The machine's clock, for the outermost door only."""
    return datetime.now(UTC)


def latest_instant(clock: time, seen: datetime, zone: str) -> datetime:
    """The latest instant, not after `seen` plus GRACE, at which a wall clock in `zone` showed `clock` (to the minute).

    Blocks of teasers show a site's current picks, so 23:50 seen at 00:10 is yesterday's. An hour that a clock change
    skips is passed over; of an hour that it repeats, the later one not after `seen` counts.
    """
    there = ZoneInfo(zone)
    bound = seen.astimezone(UTC) + GRACE
    today = bound.astimezone(there).date()
    for back in range(3):
        day = today - timedelta(days=back)
        wall = datetime.combine(day, clock.replace(second=0, microsecond=0))
        instants = {wall.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1)}
        real = [i for i in instants if i.astimezone(there).replace(tzinfo=None) == wall and i <= bound]
        if real:
            return max(real)
    raise ValueError(f"no {clock:%H:%M} in the two days before {seen} in {zone}")
