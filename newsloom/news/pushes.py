"""Who is told what is new in a topic, and what came of telling them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from newsloom.news.items import Feed, Topic


class Kind(StrEnum):
    WEBHOOK = "webhook"
    COMMAND = "command"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Who is told: a topic's webhook or its command."""

    topic: str
    """The topic's key."""
    kind: Kind
    face: str
    """A digest of the address or the command's words: another one is another target. Not they themselves, which may be secret."""


def targets(topics: Iterable[Topic]) -> Iterator[Target]:
    """All that the topics name."""
    for topic in topics:
        if topic.webhook is not None:
            yield Target(topic=topic.key, kind=Kind.WEBHOOK, face=_digest(topic.webhook.url))
        if topic.command:
            yield Target(topic=topic.key, kind=Kind.COMMAND, face=_digest(*topic.command))


def _digest(*words: str) -> str:
    return sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What a target is to be told next: rows of its topic's log `after` up to `upto`, as the entries they speak of."""

    target: Target
    feed: Feed
    """The newest first, each entry once."""
    after: int
    upto: int
    told: tuple[int, ...]
    """The store's rows of these entries."""
    missed: tuple[int, ...] = ()
    """The same of those that are no members now, and are told if they return."""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What is sent. The same bytes to the same target have the same id, however often they are sent."""

    id: UUID
    topic: str
    """Its key."""
    body: bytes
    """A JSON Feed."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of sending one parcel. Without an error it was taken, and is not sent again."""

    error: str = ""
    """For a person: what happened, and what to do where that is not plain."""
    retry_after: timedelta | None = None
    """It asked for so much patience."""
    gone: bool = False
    """It wants nothing any more."""
    too_large: bool = False
    unsent: bool = False
    """Something that the parcel needs is missing on this machine. No try of the target's: it was not asked."""

    @property
    def taken(self) -> bool:
        return not self.error
