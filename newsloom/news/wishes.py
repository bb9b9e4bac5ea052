"""When a server wants to be asked again, from what it and its documents say; and how far that is believed. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

_LONGEST = timedelta(hours=1)
"""A word is believed up to this: many servers say "a day" of every file there is, and many feeds what their program came with."""
_LONGEST_SILENCE = timedelta(hours=12)
"""The same for hours and days in which nothing comes: they are named one by one, by somebody who meant it."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What an entrance says of itself. Empty: nothing."""

    fresh: int | None = None
    """Seconds for which the server says that its answer holds (RFC 9111, 4.2): asked before, it may have nothing else to give."""
    pause: int = 0
    """Seconds between looks that the feed asks for (RSS 2.0 `ttl`, `sy:updatePeriod`)."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day, UTC, in which nothing comes (RSS 2.0 `skipHours`)."""
    skip_days: tuple[int, ...] = ()
    """Weekdays likewise, 0 is Monday (RSS 2.0 `skipDays`)."""

    def and_now(self, said: "Wishes") -> "Wishes":
        """After an answer without a document (304): its headers are new where it has them, the rest stands (RFC 9111, 4.3.4)."""
        return self if said.fresh is None else replace(self, fresh=said.fresh)

    def not_before(self, asked: datetime) -> datetime:
        """The earliest time to ask again, when it was asked then."""
        wait = min(timedelta(seconds=max(self.fresh or 0, self.pause)), _LONGEST)
        at = asked + wait
        while at < asked + _LONGEST_SILENCE and self._silent(at):
            at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return at if at < asked + _LONGEST_SILENCE else asked + max(wait, _LONGEST_SILENCE)

    def _silent(self, at: datetime) -> bool:
        return at.hour in self.skip_hours or at.weekday() in self.skip_days


SAYS_NOTHING = Wishes()
