"""How this newsloom is, for machines that ask its server."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from newsloom.news.times import Now
from newsloom.news.vitals import Vitals
from newsloom.store import Reader, StoreError

_LATE = 3
"""Ticks in a row that a clock may miss. It looks at the store in each, which may be busy for a while."""
_LATE_AT_LEAST = timedelta(minutes=2)


def look(store: Path, now: Now, unwritten: Sequence[str] = ()) -> Vitals:
    """What the store says. One that cannot be read is a fault, and so is each reason why feeds are `unwritten`."""
    try:
        with Reader.open(store, now) as reader:
            return replace(reader.vitals(), faults=tuple(unwritten))
    except StoreError as error:
        return Vitals(at=now(), faults=(str(error), *unwritten))


class Pulse:
    """Knows when the clock last ticked."""

    def __init__(self, tick: timedelta, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._late = max(_LATE * tick, _LATE_AT_LEAST).total_seconds()
        self._last = monotonic()

    def ticked(self) -> None:
        self._last = self._monotonic()

    def of(self, vitals: Vitals) -> Vitals:
        """With what the clock says. One that stands still is a fault."""
        since = self._monotonic() - self._last
        faults = (f"the clock has not ticked for {since:.0f} s",) if since > self._late else ()
        return replace(vitals, ticked=since, faults=(*vitals.faults, *faults))
