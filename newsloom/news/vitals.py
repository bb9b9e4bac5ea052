"""How a newsloom is, for machines that watch it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from newsloom.news.health import Condition


@dataclass(frozen=True, kw_only=True)
class SourceVitals:
    """A source of the config. Counts are of all its crawls; they only grow."""

    condition: Condition
    started: datetime | None
    """When its last crawl began; None: there was none."""
    due: datetime | None
    """None: now."""
    crawls: int = 0
    articles: int = 0
    """New ones."""
    failed: int = 0
    """Addresses that failed, were refused or are gone."""
    requests: int = 0
    bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Vitals:
    """What can be said when somebody asks."""

    at: datetime
    faults: tuple[str, ...] = ()
    """Why newsloom itself is not well, for people; how a source is is no fault of its."""
    sources: Mapping[str, SourceVitals] = field(default_factory=lambda: MappingProxyType({}))
    """By name."""
    topics: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Entries, by key."""
    ticked: float | None = None
    """Seconds since the clock last ticked; None: there is none here."""
