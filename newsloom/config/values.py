"""What a config becomes: one frozen value, complete and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from newsloom.news.items import Topic
from newsloom.news.rules import Rule, aliased
from newsloom.news.sources import Limits, NetworkRules, Schedule, Server, Source


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
    schedule: Schedule
    """For sources that say nothing of their own."""
    jitter: timedelta
    """A source's next look is moved later by up to so much, so that sources do not stay in step."""
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

    def meant(self, rule: Rule) -> Rule:
        """A rule that somebody asks now, with the tags it means."""
        return aliased(rule, self.tags)
