"""Whether a feed has run over: whether pieces may have come and gone in its window since it was looked at last. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise, takewhile

from newsloom.news.memory import Found

_PINNED = 3
"""Items that a site may keep at the top of its feed whatever their age."""
_UNDATED = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A find of a feed, and whether it was known when the feed was looked at last."""

    found: Found
    known: bool


def ran_over(shown: Sequence[Seen]) -> bool:
    """Whether the oldest find is new, so that others may have stood between it and what was known. In the feed's order.

    Where nothing is dated the last one is the oldest. What a site pins to the top says nothing; and a feed that shows anything
    known from after its oldest new find reaches back far enough: that one only slid in from below, as another was taken out.
    """
    rows = _unpinned(_newest_first([_Row(seen, at) for seen, at in zip(shown, _instants(shown), strict=True)]))
    if not rows:
        return False
    oldest = min(reversed(rows), key=lambda row: row.changed)
    return not oldest.known and not any(row.known and row.at >= oldest.at for row in rows)


class _Row:
    def __init__(self, seen: Seen, at: datetime) -> None:
        self.known = seen.known
        self.at = at
        self.changed = max(at, seen.found.modified or at)
        """A feed in the order of last changes brings an old piece to its top."""


def _instants(shown: Sequence[Seen]) -> list[datetime]:
    """What is not dated is as old as its neighbour before it."""
    instants, last = [], _UNDATED
    for seen in shown:
        last = seen.found.published or seen.found.modified or last
        instants.append(last)
    return instants


def _newest_first(rows: list[_Row]) -> list[_Row]:
    rising = sum((one.changed < two.changed) - (one.changed > two.changed) for one, two in pairwise(rows))
    return rows[::-1] if rising > 0 else rows


def _unpinned(rows: list[_Row]) -> list[_Row]:
    top = list(takewhile(lambda row: row.known, rows))
    rest = rows[len(top) :]
    pinned = bool(rest) and len(top) <= _PINNED and all(row.changed <= rest[0].changed for row in top)
    return rest if pinned else rows
