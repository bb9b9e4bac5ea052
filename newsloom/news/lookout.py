"""Holds looks at sources to a budget, by the one threshold at which each is looked at (rhythm.py). Pure.

It follows from what all of them are expected to ask for, so that it is right before anything was counted and stays so when sources
come, go or change; and it is corrected by how many looks there were.
"""

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from newsloom.news.rhythm import HOUR, WEEK, weekday


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What the threshold is held by: looks of the last week, by the hour, and by how much more sources ask than they should."""

    since: float
    """From when on looks are counted, in hours since the epoch."""
    corrected: int
    """The last hour up to which looks were weighed."""
    looks: tuple[tuple[int, int], ...] = ()
    """Hour, looks in it; hours without any are left out."""
    correction: float = 1.0
    budget: float = 0.0
    """Looks a day that it was last held to."""
    budgets: tuple[tuple[int, float], ...] = ()
    """Hour, looks a day from then on: what each hour's looks are measured against. Before the first: as by the first."""


_CORRECTED_BY = 24
"""Hours over which looks are compared with what was expected: a whole day, so that no hour of it tells anything."""
_FIRST_HOURS = 6
"""Fewer than that tell nothing."""
_OFF, _OFF_LOOKS = 12, 10
"""After so many hours without a look, if so many were to be taken in them, nobody was there, and the count begins anew. Else a
machine that was off for a week would ask more for a week."""
_CORRECTIONS = (0.1, 10.0)
_JUMP = 1.2
"""A budget larger or smaller by so much at once is another plan: looks taken under the old one tell nothing, nor does a correction
that ran off while the shortest or longest wait kept the old one from being met."""
_AHEAD = 0.3
"""Of what a week's looks are ahead of the budget or behind it, so much is made good within a day..."""
_AHEAD_MOST = 0.2
"""... but of a day's looks at most that."""


class Lookout:
    """Holds looks at some sources, all of them together, to one budget: by one threshold for all.

    What it knows of sources is what each asks for; `asks` and `pace` are to be kept and given back.
    """

    def __init__(self, asks: Mapping[Hashable, Sequence[float]] | None = None, pace: Pace | None = None) -> None:
        self.pace = pace
        self._asks = dict(asks or {})
        self._hour = -1
        self._threshold = 0.0

    def ask(self, name: Hashable, appetites: Sequence[float] | None) -> None:
        """How many looks a source asks for, by weekday (`Course.appetites`); None: it is not looked at by its rhythm now."""
        if (name in self._asks) != (appetites is not None):
            self._hour = -1
        if appetites is not None:
            self._asks[name] = appetites
        else:
            self._asks.pop(name, None)

    def __len__(self) -> int:
        return len(self._asks)

    def count(self, now: float) -> None:
        """A look was taken, whatever came of it."""
        hour = int(now // HOUR)
        pace = self._pace(now / HOUR)
        looks = Counter(dict(pace.looks))
        looks[hour] += 1
        self.pace = replace(pace, looks=tuple(sorted(looks.items())))

    def threshold(self, budget: float, now: float) -> float:
        """The waiting (pieces x seconds) at which a source is looked at, for so many looks a day. Worked out anew each hour."""
        hour = int(now // HOUR)
        if hour != self._hour:
            self._hour = hour
            self.pace = _planned(self._pace(now / HOUR), budget, now / HOUR)
            self._threshold = self._held(budget, now / HOUR)
        return self._threshold

    def _pace(self, now: float) -> Pace:
        """What the last week tells. Of hours that have not come a clock told that was ahead."""
        hour = int(now)
        pace = self.pace or Pace(since=now, corrected=hour)
        week = hour - int(WEEK // HOUR)
        looks = tuple((h, n) for h, n in pace.looks if week < h <= hour)
        off = hour - looks[-1][0] if looks else 0
        if not looks or (off >= _OFF and off * pace.budget / 24 >= _OFF_LOOKS):
            return replace(pace, looks=(), since=now, corrected=hour)
        return replace(
            pace, looks=looks, since=min(max(pace.since, week + 1), now), corrected=min(pace.corrected, hour)
        )

    def _held(self, budget: float, now: float) -> float:
        appetites = [sum(asks[day] for asks in self._asks.values()) for day in range(7)]
        asked = sum(appetites) / 7
        pace, hour = self._pace(now), int(now)
        if hour - pace.since > _FIRST_HOURS and asked:
            made_good = 1 - min(max(_AHEAD * _ahead(pace, budget, hour), -_AHEAD_MOST), _AHEAD_MOST)
            budget *= made_good
            pace = _corrected(pace, made_good, hour, [appetite / asked for appetite in appetites])
        self.pace = pace
        return (asked * pace.correction / budget) ** 2 / 2


def _planned(pace: Pace, budget: float, now: float) -> Pace:
    """With the budget from now on; one that is quite another has the counting begin anew."""
    hour = int(now)
    if pace.budget and not 1 / _JUMP <= budget / pace.budget <= _JUMP:
        return Pace(since=now, corrected=hour, looks=pace.looks, budget=budget, budgets=((hour, budget),))
    known = [(h, b) for h, b in pace.budgets if h < hour] or [(hour, budget)]
    first = max((n for n, (h, _) in enumerate(known) if h <= pace.since), default=0)
    changed = [(hour, budget)] if known[-1][1] != budget else []
    return replace(pace, budget=budget, budgets=(*known[first:], *changed))


def _wanted(pace: Pace, hour: int) -> float:
    """Looks in one hour, by the budget of then."""
    return next((b for h, b in reversed(pace.budgets) if h <= hour), pace.budgets[0][1]) / 24


def _corrected(pace: Pace, made_good: float, hour: int, shares: Sequence[float]) -> Pace:
    hours = range(max(int(pace.since) + 1, hour - _CORRECTED_BY), hour)
    got, counted = max(_within(pace, hours), 1), min(hour - pace.corrected, _CORRECTED_BY)
    wanted = sum(made_good * _wanted(pace, h) * shares[weekday(h * HOUR)] for h in hours)
    error = math.log(got / wanted) * len(hours) / _CORRECTED_BY
    step = math.exp(min(max(error, -0.5), 0.5) * counted / _CORRECTED_BY)
    low, high = _CORRECTIONS
    return replace(pace, corrected=hour, correction=min(max(pace.correction * step, low), high))


def _ahead(pace: Pace, budget: float, hour: int) -> float:
    """By how many days' looks the last week is ahead of the budget; the first looks of all, at sources nobody knew, among them."""
    hours = range(int(pace.since), hour)
    wanted = sum(_wanted(pace, h) * min(h + 1 - pace.since, 1) for h in hours)
    return (_within(pace, hours) - wanted) / budget


def _within(pace: Pace, hours: range) -> int:
    return sum(n for h, n in pace.looks if h in hours)
