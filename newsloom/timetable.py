"""When a source is looked at next, and why then: by a cron line, at an interval, or when enough is likely to have come.

Connects what was learned of sources (store) and how looks are shared out (news/rhythm.py, news/lookout.py) with the config.
"""

import random
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from newsloom.config import LOOKS, Config
from newsloom.news.lookout import Lookout
from newsloom.news.memory import CrawlReport
from newsloom.news.rhythm import Course
from newsloom.news.sources import DueWhy, Schedule, Source
from newsloom.news.times import Now
from newsloom.store import Store
from newsloom.store.rhythm import Outlook

_AT_ONCE, _WITHIN = 8, 15
"""At one tick so many sources are started, or this part of all of them. After a week off all are due: that spreads them over some
minutes, and in order."""

_FAILED_FIRST, _FAILED_DAILY, _FAILED_WEEKLY = timedelta(minutes=10), timedelta(days=1), timedelta(days=7)
_DEAD = timedelta(days=14)

_MORE = 1.2
"""A budget that is larger by so much holds at once, not only for the next looks."""

_LONGEST_WISH = timedelta(days=1)
"""No server is given more (scraper/outcomes.py); what is later was said to a clock that was ahead."""


class Timetable:
    """Of one process; it knows what the store knows, and how many looks there were."""

    def __init__(self, store: Store, now: Now) -> None:
        self._store = store
        self._now = now
        self._lookout: Lookout | None = None
        self._config: Config | None = None

    async def put(self, config: Config, source: Source, previous: datetime | None, report: CrawlReport) -> None:
        """After a crawl: when the source is due next. `previous` is when it was due for this one."""
        lookout = await self._sharing(config)
        if source.schedule.is_learned and report.requests:
            lookout.count(report.started.timestamp())
        due, why = self._next(config, source, previous, await self._store.outlook(source.name), lookout)
        if (
            why is DueWhy.RHYTHM and report.queued and report.bounds
        ):  # pages that did not fit into this crawl are news, too
            due = min(due, self._now() + max(source.schedule.shortest, config.interval(source)))
        if why is DueWhy.RHYTHM and (again := await self._store.next_try(source.name)) is not None:
            # Its front page answers, but what lists its articles does not: that must not wait for when news is likely.
            due = min(due, max(again, self._now() + source.schedule.shortest))
        await self._store.schedule(source.name, due, why, lookout.pace)

    async def bring_forward(self, config: Config) -> None:
        """What is due later than its schedule would have it is due by its schedule.

        So a shorter interval or another budget in the config holds at once, and a machine whose clock was ahead does not wait until
        that time comes.
        """
        lookout = await self._sharing(config)
        anew = lookout.pace is not None and _looks(config, lookout) > _MORE * lookout.pace.budget
        for source in config.sources:
            due = await self._store.next_due(source.name)
            if due is None or not (due > self._latest(config, source) or (anew and source.schedule.is_learned)):
                continue
            soon, why = self._next(config, source, None, await self._store.outlook(source.name), lookout)
            if due > soon:
                await self._store.schedule(source.name, soon, why, lookout.pace)

    def _latest(self, config: Config, source: Source) -> datetime:
        """Until when a source may be due, unless it fails."""
        schedule, now = source.schedule, self._now()
        if schedule.is_learned:
            return now + schedule.longest
        if schedule.cron or schedule.every is None:
            return next_due(schedule, None, now)
        return now + schedule.every + min(config.jitter, schedule.every / 10)

    def starting(self, due: Collection[str], sources: int) -> list[str]:
        """Of sources that are due, those to start at one tick."""
        return list(due)[: max(_AT_ONCE, sources // _WITHIN)]

    async def _sharing(self, config: Config) -> Lookout:
        """The lookout over the sources of this config whose rhythm is learned."""
        if self._lookout is None or self._config is not config:
            asks, pace = await self._store.asked_for()
            learned = {s.name for s in config.sources if s.schedule.is_learned}
            if self._lookout is None or self._config is not config:  # nobody else was faster
                self._lookout = Lookout({n: a for n, a in asks.items() if n in learned}, pace)
                self._config = config
        return self._lookout

    def _next(
        self, config: Config, source: Source, previous: datetime | None, outlook: Outlook, lookout: Lookout
    ) -> tuple[datetime, DueWhy]:
        schedule, now = source.schedule, self._now()
        if schedule.cron:
            return next_due(schedule, previous, now), DueWhy.CRON
        if schedule.every is not None:
            return next_due(schedule, previous, now, min(config.jitter, schedule.every / 10)), DueWhy.INTERVAL
        due, why = self._learned(config, source, outlook, lookout)
        if outlook.not_before is not None and due < outlook.not_before <= self._now() + _LONGEST_WISH:
            return outlook.not_before, DueWhy.SERVER
        return due, why

    def _learned(self, config: Config, source: Source, outlook: Outlook, lookout: Lookout) -> tuple[datetime, DueWhy]:
        if outlook.failing_since is not None:
            lookout.ask(source.name, None)
            return self._now() + _patience(self._now() - outlook.failing_since), DueWhy.FAILING
        return self._by_rhythm(config, source, outlook, lookout), DueWhy.RHYTHM

    def _by_rhythm(self, config: Config, source: Source, outlook: Outlook, lookout: Lookout) -> datetime:
        schedule, now = source.schedule, self._now()
        if outlook.rhythm is None:
            return now + max(schedule.shortest, min(config.interval(source), schedule.longest))
        course = Course(outlook.rhythm)
        lookout.ask(source.name, course.appetites)
        threshold = lookout.threshold(_looks(config, lookout), now.timestamp())
        due = course.due(threshold, schedule.shortest.total_seconds(), schedule.longest.total_seconds())
        return min(max(datetime.fromtimestamp(due, UTC), now + schedule.shortest), now + schedule.longest)


def _looks(config: Config, lookout: Lookout) -> float:
    """Looks a day. What the config allows goes to the sources that can be read; without a word each has its own."""
    return config.budget or LOOKS * max(len(lookout), 1)


def _patience(failing: timedelta) -> timedelta:
    """How long a source that cannot be read is left alone: as half as long as it has been failing, at most a day; then a week."""
    return _FAILED_WEEKLY if failing > _DEAD else min(max(failing / 2, _FAILED_FIRST), _FAILED_DAILY)


def next_due(
    schedule: Schedule, previous: datetime | None, now: datetime, jitter: timedelta = timedelta(0)
) -> datetime:
    """The first time after `now` on the schedule: of a cron line, its next; of an interval, `previous` plus whole intervals.

    Times missed by a machine that slept are passed over: one crawl catches up on all of them. `jitter` moves an interval's
    time later by up to so much, so that sources do not stay in step, nor come at the same minutes for ever.
    """
    if schedule.cron:
        from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - .1 s that who only leaves word must not pay for

        trigger = CronTrigger.from_crontab(schedule.cron, timezone=ZoneInfo(schedule.zone))
        fire: datetime | None = trigger.get_next_fire_time(None, now + timedelta(microseconds=1))
        # The hour that comes twice when summer ends: a line that names its hours means it once (cron(8) does likewise).
        while fire is not None and fire.fold and not schedule.cron.split()[1].startswith("*"):
            fire = trigger.get_next_fire_time(None, fire.astimezone(UTC) + timedelta(microseconds=1))
        if fire is None:
            raise ValueError(f"the cron line {schedule.cron!r} never comes")
        return fire.astimezone(UTC)
    if schedule.every is None:
        raise ValueError("a schedule without an interval")
    start = min(previous or now, now)
    passed = (now - start) // schedule.every
    return start + (passed + 1) * schedule.every + jitter * random.random()  # noqa: S311 - spreads load, guards nothing
