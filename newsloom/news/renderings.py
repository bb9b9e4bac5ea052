"""Entries as formats wrote them: what the store keeps of them, and what goes to be published and comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from newsloom.news.items import Feed


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """An entry as one format writes it."""

    body: bytes
    packed: bytes
    """`body` as raw deflate (RFC 1951) with a full flush at its end, so that it may stand anywhere in a stream."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """An entry's place in a feed, with what was written of it before."""

    id: str
    """The entry's, as a text."""
    number: int = 0
    """The store's own of the entry; 0: it is in no store."""
    look: str = ""
    """By what it is told which renderings are of this face, of an entry that several feeds show in different ways."""
    mark: str = ""
    """Changes whenever anything changes that is shown of the entry, or whatever writes it."""
    kept: Mapping[str, Rendering] = field(default_factory=lambda: MappingProxyType({}))
    """By format (its suffix)."""


@dataclass(frozen=True, kw_only=True)
class Issue:
    """A feed that is to be published."""

    feed: Feed
    """With those entries only of which a rendering is missing; its `updated` is that of all."""
    slots: tuple[Slot, ...]
    """All its entries, in order."""

    @classmethod
    def of(cls, feed: Feed) -> Self:
        """One of which nothing was written before."""
        return cls(feed=feed, slots=tuple(Slot(id=str(e.id)) for e in feed.entries))


@dataclass(frozen=True, kw_only=True)
class Written:
    """A rendering that was missing."""

    slot: Slot
    format: str
    rendering: Rendering
