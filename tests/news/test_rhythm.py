"""What is learned of when a source publishes, and when it is looked at because of that."""

import heapq
import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.doors import polling_rule
from newsloom.news.lookout import Lookout
from newsloom.news.rhythm import DAY, HOUR, Course, begun, learned

MONDAY = 1772409600.0
"""2026-03-02 00:00 UTC."""
WORKDAY = tuple(range(8, 18))


def times(days: float, rate: float, hours: Sequence[int] = range(24), seed: int = 1) -> list[float]:
    """Pieces that come at random within these hours of each day from MONDAY on."""
    dice = random.Random(seed)  # noqa: S311 - a world, no secret
    pieces, at = [], 0.0
    while at < days * DAY:
        at += dice.expovariate(rate / DAY)
        day, rest = divmod(at, DAY)
        pieces.append(MONDAY + day * DAY + hours[int(rest / DAY * len(hours))] * HOUR + rest * len(hours) % DAY / 24)
    return sorted(p for p in pieces if p < MONDAY + days * DAY)


def taught(pieces: Sequence[float], days: float, every: float = HOUR, offset: float = 0.0) -> Course:
    """The course of a source after so many days of looks."""
    course, last = None, MONDAY
    for number in range(1, int(days * DAY / every) + 1):
        now = MONDAY + number * every
        course = learned(course, now, [p for p in pieces if last < p <= now], offset=offset)
        last = now
    assert course is not None
    return course


def test_a_first_listing_tells_how_often_and_at_what_time_something_comes() -> None:
    shown = times(4, 30, WORKDAY)
    course = Course(begun(MONDAY + 4 * DAY, shown))
    assert course.rate * DAY == pytest.approx(30, rel=0.25)
    night, noon = course.hours[: 12 * 6], course.hours[12 * 9 : 12 * 17]
    assert sum(noon) / len(noon) > 4 * sum(night) / len(night)


def test_dates_without_a_time_tell_a_rate_and_no_hour() -> None:
    course = Course(begun(MONDAY + 20.4 * DAY, [MONDAY + day * DAY for day in range(20) for _ in range(3)]))
    assert course.rate * DAY == pytest.approx(3, rel=0.1)
    assert set(course.hours) == {1.0}


def test_a_source_of_which_nothing_is_known_is_looked_at_as_a_common_one() -> None:
    course = Course(begun(MONDAY, []))
    assert course.rate * DAY == pytest.approx(12)
    assert set(course.hours) == set(course.weekdays[:5]) == {1.0}


def test_a_first_listing_all_of_this_instant_tells_nothing() -> None:
    assert begun(MONDAY, [MONDAY] * 10) == begun(MONDAY, [])


def test_looks_come_closer_where_more_is_expected() -> None:
    course = taught(times(14, 40, WORKDAY), 14)
    threshold = course.waiting(MONDAY + 14 * DAY + 9.5 * HOUR)

    def wait(hour: float) -> float:
        began = MONDAY + 14 * DAY + hour * HOUR
        return Course(replace(course.rhythm, looked=began, fresh=0.0)).due(threshold, 60, DAY) - began

    assert wait(10) < wait(18) / 2


def test_what_comes_by_the_clock_is_looked_at_within_minutes_after() -> None:
    batch = [MONDAY + day * DAY + 6.7 * HOUR + 5 * n for day in range(20) for n in range(8)]
    course = taught(batch, 14)
    quiet = replace(course.rhythm, looked=MONDAY + 14 * DAY + 3 * HOUR)
    looks = Course(quiet).due(5 * 8 * 60.0, 60, DAY)
    assert 0 < looks - (MONDAY + 14 * DAY + 6.7 * HOUR) < 10 * 60


def test_more_is_expected_right_after_a_burst() -> None:
    dice = random.Random(5)  # noqa: S311 - as above
    bursts = sorted(at + dice.expovariate(4 / HOUR) for at in times(14, 6) for _ in range(4))
    course = taught(bursts, 14, every=HOUR / 2)
    assert course.echo > 0.3
    now = course.rhythm.looked
    calm, stirred = (Course(replace(course.rhythm, fresh=n)).due(HOUR, 60, DAY) - now for n in (0.0, 4.0))
    assert stirred < 0.6 * calm


def test_a_source_that_falls_silent_is_asked_more_rarely_within_days() -> None:
    lively = taught(times(14, 40), 14)
    silent = taught(times(14, 40), 19)
    assert silent.rate < lively.rate / 2


def test_a_quiet_weekend_is_learned() -> None:
    week = [p for p in times(21, 40) if int((p - MONDAY) // DAY) % 7 < 5]
    course = taught(week, 21)
    assert max(course.weekdays[5:]) < min(course.weekdays[:5]) / 2


def test_hours_are_those_of_the_source_when_its_clocks_change() -> None:
    course = taught(times(14, 40, WORKDAY), 14, offset=HOUR)
    assert course.hours[12 * 12] > 4 * course.hours[12 * 5]
    later = Course(replace(course.rhythm, offset=2 * HOUR))
    edge = MONDAY + 14 * DAY + 7 * HOUR  # of its day before the change
    assert later.expected(edge, edge + HOUR) > 2 * course.expected(edge, edge + HOUR)


def test_time_that_nobody_watched_tells_nothing() -> None:
    course = taught(times(14, 100), 14)
    now = MONDAY + 21 * DAY
    shown = [now - 30 * 60 * n for n in range(1, 20)]
    missed = learned(taught(times(14, 100), 14), now, shown, reach=now - 10 * HOUR)
    assert missed.rate == pytest.approx(course.rate, rel=0.2)
    assert learned(course, now, shown).rate < missed.rate / 1.5


def test_a_clock_that_ran_ahead_does_not_put_a_source_off() -> None:
    course = taught(times(7, 40), 7)
    ahead = learned(course, MONDAY + 300 * DAY, [])
    back = learned(ahead, MONDAY + 7 * DAY, [])
    assert back.rate * DAY > 10
    assert back.due(HOUR, 60, DAY) <= MONDAY + 8 * DAY
    lookout = Lookout()
    lookout.ask("a", back.appetites)
    for hour in (0, 7, 24 * 300, 8, 30):
        lookout.count(MONDAY + hour * HOUR)
        assert lookout.threshold(24, MONDAY + hour * HOUR) > 0
    assert lookout.pace is not None
    assert all(h <= (MONDAY + 30 * HOUR) // HOUR for h, _ in lookout.pace.looks)


@given(
    rate=st.floats(0.1, 500),
    hours=st.sampled_from([range(24), WORKDAY, (7,)]),
    threshold=st.floats(1, 1e6),
    longest=st.floats(HOUR, 7 * DAY),
    passed=st.floats(0, DAY),
)
def test_a_source_is_looked_at_when_its_waiting_passes_the_threshold(
    rate: float, hours: Sequence[int], threshold: float, longest: float, passed: float
) -> None:
    known = begun(MONDAY + 9 * DAY, times(9, rate, hours))
    course = Course(replace(known, looked=known.looked + passed))
    due = course.due(threshold, 30, longest)
    assert course.rhythm.looked + 30 <= due <= course.rhythm.looked + longest + 1e-3
    if due not in (course.rhythm.looked + 30, course.rhythm.looked + longest):
        assert course.waiting(due) == pytest.approx(threshold, rel=0.05)
    assert course.due(threshold * 2, 30, longest) >= due


def _world() -> list[list[float]]:
    """Sources of all kinds: office hours, round the clock, by the clock; from two pieces a day to a hundred."""
    rates = (2, 8, 30, 100)
    kinds: tuple[Sequence[int], ...] = (WORKDAY, range(24), range(12, 24))
    flowing = [times(14, rate, hours, seed=n) for n, (rate, hours) in enumerate((r, h) for r in rates for h in kinds)]
    return [*flowing, [MONDAY + d * DAY + 6 * HOUR + n for d in range(14) for n in range(20)]]


def _walk(world: list[list[float]], observe: Callable[[int, float, list[float]], float]) -> tuple[list[int], float]:
    """Looks on each day, and the mean delay of all pieces."""
    looks, delays, upto = [0] * 14, [], [0] * len(world)
    queue = [(MONDAY + 60.0 * source, source) for source in range(len(world))]
    while queue:
        now, source = heapq.heappop(queue)
        if now >= MONDAY + 14 * DAY:
            continue
        looks[int((now - MONDAY) // DAY)] += 1
        begin, upto[source] = upto[source], bisect_right(world[source], now)
        seen = world[source][begin : upto[source]]
        delays += [now - piece for piece in seen]
        heapq.heappush(queue, (observe(source, now, seen), source))
    return looks, sum(delays) / len(delays)


def test_the_budget_is_kept_from_the_first_days_on_and_news_is_seen_sooner_than_at_an_interval() -> None:
    world = _world()
    looks, delay = _walk(world, polling_rule(24).observe)
    fixed, usual = _walk(world, lambda _, now, __: now + HOUR)
    assert sum(looks[:7]) == pytest.approx(sum(fixed[:7]), rel=0.05)
    assert sum(looks) == pytest.approx(sum(fixed), rel=0.02)
    assert delay < 0.65 * usual


def test_looks_beyond_the_budget_raise_the_threshold_until_it_is_kept() -> None:
    """A source that costs twice the looks it asks for."""
    lookout, now, looks = Lookout(), MONDAY, [0] * 10
    lookout.ask("a", (24.0,) * 7)
    while now < MONDAY + 10 * DAY:
        for _ in range(2):
            lookout.count(now)
            looks[int((now - MONDAY) // DAY)] += 1
        now += HOUR * (2 * lookout.threshold(48, now)) ** 0.5
    assert looks[0] > 72
    assert sum(looks[3:]) == pytest.approx(7 * 48, rel=0.1)
    assert looks[-1] == pytest.approx(48, rel=0.1)
    assert sum(looks) == pytest.approx(480, rel=0.05)


def test_a_look_by_a_clock_a_year_ahead_leaves_a_rate_as_it_was() -> None:
    course = taught(times(14, 40), 14)
    usual, now = course.rate, course.rhythm.looked
    course = learned(course, now + 365 * DAY, [now])
    assert course.rate == pytest.approx(usual, rel=0.1)
    course = learned(course, now + HOUR, [now + HOUR / 2])
    assert course.rate == pytest.approx(usual, rel=0.1)
    off = learned(course, now + 30 * DAY, [now + 30 * DAY - n * HOUR for n in range(1, 25)])
    assert off.rate == pytest.approx(30 / DAY, rel=0.3)


@pytest.mark.parametrize(
    ("before", "after"), [((240,), 480), ((480,), 240), (tuple(range(240, 480, 24)), 480), ((5000,), 48), ((3,), 240)]
)
def test_another_budget_holds_from_its_first_day_on(before: Sequence[float], after: float) -> None:
    """Also one that grows source by source within an hour, and after one that the shortest or longest wait kept from being met."""
    lookout, now, looks = Lookout(), MONDAY, [0] * 12
    lookout.ask("a", (240.0,) * 7)
    while now < MONDAY + 12 * DAY:
        lookout.count(now)
        day = int((now - MONDAY) // DAY)
        looks[day] += 1
        for step in before if day == 7 and looks[7] == 1 else ():
            lookout.ask("b", None if step % 48 else (0.0,) * 7)  # sources come: the threshold is worked out anew
            lookout.threshold(step, now)
        lookout.ask("b", (0.0,) * 7 if day >= 7 else None)
        waits = (2 * lookout.threshold(after if day >= 7 else before[0], now)) ** 0.5 * DAY / 240
        now += min(max(waits, DAY / 720), DAY / 12)
    assert looks[7:] == [pytest.approx(after, rel=0.1)] * 5


def test_after_days_off_no_more_is_asked_than_before() -> None:
    lookout, now = Lookout(), MONDAY
    lookout.ask("a", (24.0,) * 7)
    for _ in range(3 * 48):
        lookout.count(now)
        usual, now = lookout.threshold(48, now), now + HOUR / 2
    now += 5 * DAY
    for _ in range(48):
        lookout.count(now)
        assert lookout.threshold(48, now) == pytest.approx(usual, rel=0.15)
        now += HOUR / 2
