"""What a config becomes: one frozen value, complete and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from newsloom.news.items import Topic
from newsloom.news.rules import Rule, aliased
from newsloom.news.sources import Limits, NetworkRules, Server, Source

LOOKS = 48
"""Looks a day, by default, for each source whose rhythm is learned: with half the requests of a look every 15 minutes news comes as
soon (docs/polling.md)."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything a command needs to know. Paths are absolute."""

    path: Path
    """The file it was read from."""
    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]
    """The built-in ones first (`all`, `briefs`, `source/<name>`), then the user's, in the file's order."""
    limits: Limits
    network: NetworkRules
    server: Server
    budget: int | None
    """Looks a day, shared by all sources whose rhythm is learned; None: LOOKS for each."""
    jitter: timedelta
    """A look at an interval is moved later by up to so much, so that sources do not stay in step."""
    out: Path
    """The folder of the published files."""
    store: Path
    public_url: str
    """Where `out` is seen from outside, without a slash at the end; "" if nobody said."""
    title: str
    copyright: str
    """What every feed says of the rights in it; may be empty."""
    keep: timedelta | None
    """How long the texts are kept of sources that are no longer in the config; None: for ever."""
    tags: Mapping[str, tuple[str, ...]]
    """Our tags, each with the sites' words for it. The rules of sources and topics have them in already."""

    @property
    def looks(self) -> float:
        """Looks a day at all sources whose rhythm is learned."""
        return self.budget or LOOKS * max(self._learned, 1)

    @property
    def _learned(self) -> int:
        return sum(source.schedule.is_learned for source in self.sources)

    def interval(self, source: Source) -> timedelta:
        """How often a source is looked at, on the whole: its interval, else, in steps, the mean one of those that are learned.

        In steps, so that another source does not change what all feeds say. Of a cron line nothing is said: as of a learned one.
        """
        if source.schedule.every is not None:
            return source.schedule.every
        mean = timedelta(days=max(self._learned, 1)) / self.looks
        return max((step for step in _STEPS if step <= mean * 1.01), default=_STEPS[0])

    def meant(self, rule: Rule) -> Rule:
        """A rule that somebody asks now, with the tags it means."""
        return aliased(rule, self.tags)


_STEPS = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440))
