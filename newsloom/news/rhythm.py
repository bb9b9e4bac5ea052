"""When a source is likely to publish next, learned from when it did; and when to look, so that looks do most good. Pure.

A source is taken for a point process: a rate, which changes over weeks, times what is usual at that time of the day and on that
weekday, and after each piece some more (a story develops, an agency's reports come in a row). What is worth a look is the
waiting that has piled up, unseen: the integral, from the last look until now, of intensity(s) x (now - s). Each source is due
when that passes one threshold, the same for all (lookout.py): moving a look from one source to another then gains nothing.

How sharp a source's hours are, how much its pieces come in bursts and how fast its rate changes is not set: there are some guesses
of each, and each counts as much as it has foretold what came (Bayesian model averaging, with forgetting).

Instants are seconds since the epoch, UTC; spans are seconds. Nothing here asks for the time.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

HOUR, DAY, WEEK = 3600.0, 86400.0, 7 * 86400.0

SLOTS = 288
"""Parts of a day: five minutes each. What a program publishes by the clock comes within a few."""
_SLOT = DAY / SLOTS

_MEMORIES = (28 * DAY, 3 * DAY)
"""How fast the rate may change: both are kept, and the one that foretells better counts more."""
_FORGET = 28 * DAY
"""After so long hours, weekdays and how well guesses did count 1/e of what is new."""
_USUAL, _USUAL_SPAN = 12 / DAY, DAY / 4
"""What is expected of a source of which nothing is known, and how long it is believed against what is seen."""
_STEADY = DAY
"""How long the long memory's rate is believed against that of the short one."""
_GRAINS = (36, 12, 1)
"""Widths over which hours are smoothed, in slots to either side: three hours, one, and five minutes."""
_GRAIN_WORTH = (4.0, 6.0, 3.0)
"""How many pieces it takes until a grain is believed as much as the next wider one (the widest: as a flat day)."""
_DAY_WORTH = 30.0
"""The same for a weekday, beside those of its kind (Monday to Friday, the weekend), and for a kind beside the week."""
_WEEKEND = 0.9
_ECHO = HOUR
"""Mean time in which pieces that follow from another come."""
_ECHOES = (0.0, 0.3, 0.6)
"""Guesses of how many pieces follow from one."""
_SURPRISE = 3.0
"""By how much one look may lower a guess (as a logarithm): one odd batch must not decide."""


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """What is known of a source; all of it plain numbers. Counts are faded: what is older counts less."""

    since: float
    """From when on it was watched, or its first listing tells."""
    looked: float
    """The last look at which it could be read."""
    offset: float = 0.0
    """Its local time less UTC, at that look."""
    items: tuple[float, ...] = (0.0,) * len(_MEMORIES)
    """Pieces, by memory."""
    spans: tuple[float, ...] = (0.0,) * len(_MEMORIES)
    """Time watched, by memory."""
    slots: tuple[float, ...] = (0.0,) * SLOTS
    """Pieces by local time of the day."""
    days: tuple[float, ...] = (0.0,) * 7
    """Pieces by local weekday, Monday first."""
    day_spans: tuple[float, ...] = (0.0,) * 7
    """Time watched by local weekday."""
    fresh: float = 0.0
    """Pieces of late, those `_ECHO` before the last look counting 1/e."""
    memories: tuple[float, ...] = (0.0,) * len(_MEMORIES)
    """How well each guess did: log-likelihoods."""
    grains: tuple[float, ...] = (0.0,) * len(_GRAINS)
    echoes: tuple[float, ...] = (0.0,) * len(_ECHOES)


def begun(now: float, published: Iterable[float], offset: float = 0.0) -> Rhythm:
    """What a first listing, seen at `now`, shows of a source by the times in it.

    Whole days only tell how it publishes over the day, if its dates have hours. A listing of some hours tells a rate.
    """
    times = sorted(t for t in published if now - _MEMORIES[0] < t <= now)
    bare = Rhythm(since=now, looked=now, offset=offset)
    if len(times) < 2 or times[0] == now:
        return bare
    span = now - times[0]
    whole = now - span // DAY * DAY
    told = [t for t in times if t > whole]
    tells = span >= DAY and Counter(t % DAY for t in times).most_common(1)[0][1] <= max(1, len(times) / 2)
    counted = _counted(replace(bare, since=whole, looked=whole), now, told) if tells else bare
    rate = (len(times) - 1) / span
    spans = tuple(min(span, memory) for memory in _MEMORIES)
    return replace(
        counted, looked=now, items=tuple(rate * s for s in spans), spans=spans, fresh=_fresh(0.0, now - DAY, now, times)
    )


def learned(
    course: "Course | None", now: float, published: Iterable[float], *, offset: float = 0.0, reach: float = 0.0
) -> "Course":
    """The course of a source after a look at which it could be read: of its first one (None) by `begun`, else by `looked`."""
    if course is None:
        return Course(begun(now, published, offset))
    course.follow(looked(course, now, published, offset=offset, reach=reach))
    return Course(course.rhythm) if course.is_stale() else course


def looked(
    course: "Course", now: float, published: Iterable[float], *, offset: float = 0.0, reach: float = 0.0
) -> Rhythm:
    """What is known after a look at `now` that showed these for the first time, each with its publication time.

    A time before the last look says that it came, not when (it was listed late): it counts as half-way between. `reach`: from
    when on nothing can have been missed, if that is after the last look; the time before it was not watched.
    """
    last, published = course.rhythm.looked, tuple(published)
    course = _since(course, min(max(reach, _watched_from(last, now, published)), now))
    known = course.rhythm
    told = (t for t in published if not last <= t < known.looked)
    came = sorted(min(t, now) if t >= known.looked else (known.looked + now) / 2 for t in told)
    judged = _judged(course, now, came) if now > known.looked else known
    return replace(
        _counted(replace(judged, offset=offset), now, came),
        looked=now,
        items=tuple(
            n * math.exp((known.looked - now) / memory) + len(came)
            for n, memory in zip(known.items, _MEMORIES, strict=True)
        ),
        spans=tuple(
            s * math.exp((known.looked - now) / memory) + now - known.looked
            for s, memory in zip(known.spans, _MEMORIES, strict=True)
        ),
        fresh=_fresh(known.fresh, known.looked, now, came),
    )


def _watched_from(last: float, now: float, published: Sequence[float]) -> float:
    """From when on a look at `now` tells what came: of a longer time without a look the last week tells enough.

    After two, only from its first piece on: if it has none, the clock may be ahead, and that must not make a source silent. One
    that is will show it at the next look.
    """
    week = max(last, now - WEEK)
    if now - last <= 2 * WEEK or any(at < last for at in published):
        return week
    return min((at for at in published if at >= week), default=now)


def _since(course: "Course", begin: float) -> "Course":
    """The same as if the last look had been then: what was not watched tells nothing. Also of a clock that ran ahead."""
    known = course.rhythm
    if begin != known.looked:
        course.follow(replace(known, looked=begin, fresh=_fresh(known.fresh, min(known.looked, begin), begin, ())))
    return course


def _counted(known: Rhythm, now: float, came: Sequence[float]) -> Rhythm:
    """Its hours and weekdays, with what came until `now`."""
    fade = math.exp((known.looked - now) / _FORGET)
    slots = [n * fade for n in known.slots]
    days = [n * fade for n in known.days]
    spans = [s * fade for s in known.day_spans]
    for at in came:
        slots[_slot(at + known.offset)] += 1
        days[weekday(at + known.offset)] += 1
    for day, begin, end in _by_day(known.looked + known.offset, now + known.offset):
        spans[day] += end - begin
    return replace(known, slots=tuple(slots), days=tuple(days), day_spans=tuple(spans))


def _fresh(before: float, then: float, now: float, came: Iterable[float]) -> float:
    return before * math.exp((then - now) / _ECHO) + sum(math.exp((at - now) / _ECHO) for at in came)


def _slot(local: float) -> int:
    return int(local % DAY // _SLOT) % SLOTS


def weekday(local: float) -> int:
    """Monday is 0."""
    return int(local // DAY + 3) % 7  # 1970 began on a Thursday


def _by_day(begin: float, end: float) -> Iterable[tuple[int, float, float]]:
    """The parts of a span of local time that lie on one day each; of one longer than a week a week's at most."""
    begin = max(begin, end - WEEK)
    while begin < end:
        midnight = min(end, (begin // DAY + 1) * DAY)
        yield weekday(begin), begin, midnight
        begin = midnight


class Course:
    """How a source is expected to publish from its last look on: the rhythm, averaged over the guesses."""

    def __init__(self, rhythm: Rhythm) -> None:
        self.grains = _grains(rhythm)
        self.weekdays = weekdays(rhythm)
        weights = _weights(rhythm.grains)
        self.hours = [sum(w * x for w, x in zip(weights, at, strict=True)) for at in zip(*self.grains, strict=True)]
        self._sums = [_summed(grain) for grain in (*self.grains, self.hours)]
        roots = sum(map(math.sqrt, self.hours)) / SLOTS
        self._roots = [roots * math.sqrt(w) for w in self.weekdays]
        self._shaped = rhythm
        self.follow(rhythm)

    def follow(self, rhythm: Rhythm) -> None:
        """Take over what is newer than the hours of this course, which move slowly."""
        self.rhythm = rhythm
        self.rates = _rates(rhythm)
        self.rate = rate(rhythm)
        self.echo = sum(w * e for w, e in zip(_weights(rhythm.echoes), _ECHOES, strict=True))

    def is_stale(self) -> bool:
        """Whether so much came since it was made that the hours may look otherwise now."""
        then, now = self._shaped, self.rhythm
        return now.looked - then.looked >= DAY or now.items[0] > 1.25 * then.items[0] + 3 or now.offset != then.offset

    @property
    def appetites(self) -> tuple[float, ...]:
        """Looks that it asks for on each weekday, at a threshold of 1/2: a look a 1/sqrt(intensity), integrated."""
        return tuple(DAY * math.sqrt(self.rate) * roots for roots in self._roots)

    def expected(self, begin: float, end: float, grain: int = -1) -> float:
        """Pieces in a span without regard to bursts, by one of the grains (-1: by all)."""
        offset, sums = self.rhythm.offset, self._sums[grain]
        return self.rate * sum(
            self.weekdays[day] * (_until(sums, b % DAY, e - b)) for day, b, e in _by_day(begin + offset, end + offset)
        )

    def due(self, threshold: float, shortest: float, longest: float) -> float:
        """When to look again: when the waiting piled up since the last look passes the threshold, within bounds after it."""
        return max(self.rhythm.looked + shortest, self._passes(threshold, longest))

    def _passes(self, threshold: float, longest: float) -> float:
        start, offset = self.rhythm.looked, self.rhythm.offset
        end, at = start + longest, start
        burst, fading = self.rhythm.fresh / _ECHO, math.exp(-_SLOT / _ECHO)
        items = waiting = 0.0
        echo = self.echo * math.exp(-(_SLOT - (at + offset) % _SLOT) / 2 / _ECHO)
        hours, weekdays = self.hours, self.weekdays
        while at < end:
            local = at + offset
            step = _SLOT - local % _SLOT
            usual = self.rate * weekdays[weekday(local)] * hours[_slot(local)]
            # Of what is usual some follows from pieces that nobody has seen yet; right after a look these are still to come.
            intensity = usual + (burst - usual) * echo
            whole = waiting + (items + intensity * step / 2) * step
            if whole >= threshold:
                missing = threshold - waiting
                return min(end, at + 2 * missing / (items + math.sqrt(items * items + 2 * intensity * missing)))
            waiting, items, at, echo = whole, items + intensity * step, at + step, echo * fading
        return end

    def waiting(self, now: float) -> float:
        """Expected pieces x seconds piled up since the last look."""
        start, offset = self.rhythm.looked, self.rhythm.offset
        total, at, burst = 0.0, max(start, now - WEEK), self.rhythm.fresh / _ECHO
        while at < now:
            local = at + offset
            step = min(_SLOT - local % _SLOT, now - at)
            usual = self.rate * self.weekdays[weekday(local)] * self.hours[_slot(local)]
            intensity = usual + (burst - usual) * self.echo * math.exp((start - at - step / 2) / _ECHO)
            total += intensity * step * (now - at - step / 2)
            at += step
        return total


def rate(rhythm: Rhythm) -> float:
    """Pieces a second that are expected of a source on average."""
    return sum(w * r for w, r in zip(_weights(rhythm.memories), _rates(rhythm), strict=True))


def _rates(rhythm: Rhythm) -> tuple[float, float]:
    """By each memory."""
    long = (rhythm.items[0] + _USUAL * _USUAL_SPAN) / (rhythm.spans[0] + _USUAL_SPAN)
    return long, (rhythm.items[1] + long * _STEADY) / (rhythm.spans[1] + _STEADY)


def hours(rhythm: Rhythm) -> tuple[float, ...]:
    """How much more than on average comes in each hour of its local day; for people, Course knows better."""
    size, worth, total = SLOTS // 24, _GRAIN_WORTH[0], sum(rhythm.slots)
    counts = [sum(rhythm.slots[hour * size : (hour + 1) * size]) for hour in range(24)]
    return tuple((24 * count + worth) / (total + worth) for count in counts)


def _grains(rhythm: Rhythm) -> list[list[float]]:
    """How much more than on average comes at each slot of a day, smoothed over each width and drawn to the wider one."""
    total = sum(rhythm.slots)
    watched = _watched(rhythm)
    grain, grains = [1.0] * SLOTS, []
    for width, worth in zip(_GRAINS, _GRAIN_WORTH, strict=True):
        seen, share = _smooth(rhythm.slots, width), _smooth(watched, width)
        grain = [
            (n * SLOTS + worth * wider) / (total * s + worth) for n, s, wider in zip(seen, share, grain, strict=True)
        ]
        grains.append(grain)
    return grains


def _watched(rhythm: Rhythm) -> list[float]:
    """How often each slot was watched, beside the mean: on the first days some were not yet."""
    whole, rest = divmod(rhythm.looked - rhythm.since, DAY)
    if whole >= 14 or whole + rest == 0:
        return [1.0] * SLOTS
    first = _slot(rhythm.since + rhythm.offset)
    part, mean = rest / _SLOT, whole + rest / DAY
    return [(whole + min(max(part - (slot - first) % SLOTS, 0.0), 1.0)) / mean for slot in range(SLOTS)]


def _smooth(counts: Sequence[float], width: int) -> list[float]:
    """A circle of counts, each spread over `width` slots to either side like a triangle."""
    if width == 1:
        return [counts[i - 1] / 4 + counts[i] / 2 + counts[(i + 1) % len(counts)] / 4 for i in range(len(counts))]
    return _mean_around(_mean_around(counts, width // 2), width // 2)


def _mean_around(counts: Sequence[float], half: int) -> list[float]:
    sums = _summed((*counts[-half:], *counts, *counts[:half]))
    return [(sums[i + 2 * half + 1] - sums[i]) / (2 * half + 1) for i in range(len(counts))]


def _summed(values: Iterable[float]) -> list[float]:
    total, sums = 0.0, [0.0]
    for value in values:
        total += value
        sums.append(total)
    return sums


def _until(sums: Sequence[float], begin: float, length: float) -> float:
    """The integral over a part of one day of what stands in slots, by its sums."""
    return _SLOT * (_sum_at(sums, (begin + length) / _SLOT) - _sum_at(sums, begin / _SLOT))


def _sum_at(sums: Sequence[float], slot: float) -> float:
    low = min(int(slot), SLOTS - 1)
    return sums[low] + (sums[low + 1] - sums[low]) * (slot - low)


def weekdays(rhythm: Rhythm) -> list[float]:
    """How much more than on average comes on each weekday, Monday first."""
    total, span = sum(rhythm.days), sum(rhythm.day_spans)

    def beside(days: Sequence[int], usual: float) -> float:
        expected = total * sum(rhythm.day_spans[d] for d in days) / span if span else 0.0
        return (sum(rhythm.days[d] for d in days) + _DAY_WORTH * usual) / (expected + _DAY_WORTH)

    week, weekend = beside(range(5), 1.0), beside((5, 6), _WEEKEND)
    return [beside((day,), week if day < 5 else weekend) for day in range(7)]


def _weights(scores: Sequence[float]) -> list[float]:
    best = max(scores)
    likely = [math.exp(score - best) for score in scores]
    return [one / sum(likely) for one in likely]


def _judged(course: Course, now: float, came: Sequence[float]) -> Rhythm:
    """How well each guess foretold what came since the last look: the log-likelihood of a self-exciting process (Hawkes 1971)."""
    known = course.rhythm
    bursts, echoed = _bursts(known, now, came)
    local = [at + known.offset for at in came]
    usual = [course.rate * course.weekdays[weekday(at)] * course.hours[_slot(at)] for at in local]
    expected = course.expected(known.looked, now)

    def foretold(rates: Sequence[float], whole: float, echo: float) -> float:
        at_each = sum(math.log((1 - echo) * r + echo * b + 1e-12) for r, b in zip(rates, bursts, strict=True))
        return at_each - (1 - echo) * whole - echo * echoed

    return replace(
        known,
        memories=_better(
            known.memories,
            [
                foretold([u * r / course.rate for u in usual], expected * r / course.rate, course.echo)
                for r in course.rates
            ],
            now - known.looked,
        ),
        grains=_better(
            known.grains,
            [
                foretold(
                    [course.rate * course.weekdays[weekday(at)] * grain[_slot(at)] for at in local],
                    course.expected(known.looked, now, number),
                    course.echo,
                )
                for number, grain in enumerate(course.grains)
            ],
            now - known.looked,
        ),
        echoes=_better(known.echoes, [foretold(usual, expected, echo) for echo in _ECHOES], now - known.looked),
    )


def _bursts(known: Rhythm, now: float, came: Sequence[float]) -> tuple[list[float], float]:
    """What follows if one piece follows from each: the intensity when each came, and its integral."""
    level, at, levels = known.fresh, known.looked, []
    echoed = known.fresh * (1 - math.exp((known.looked - now) / _ECHO))
    for piece in came:
        level, at = level * math.exp((at - piece) / _ECHO), piece
        levels.append(level / _ECHO)
        level += 1
        echoed += 1 - math.exp((piece - now) / _ECHO)
    return levels, echoed


def _better(scores: Sequence[float], gains: Sequence[float], span: float) -> tuple[float, ...]:
    best, fade = max(gains), math.exp(-span / _FORGET)
    return tuple(s * fade + max(g - best, -_SURPRISE) for s, g in zip(scores, gains, strict=True))
