"""The formats of a feed: one module each, found because it is there."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files
from typing import Protocol, cast

from feeds.shown import Shown, drawn
from newsloom.news.items import Feed


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a feed must know of where it stands."""

    self_url: str = ""
    """Its own absolute address; empty if nobody said where it is published (no self link then: better none than a wrong one)."""
    home_url: str = ""
    """The page that people look at, absolute; empty if there is none."""
    stylesheet: str = ""
    """Relative to the feed."""
    ttl: int = 60
    """Minutes for which a reader need not ask again."""
    before_url: str = ""
    """The archive page before it (RFC 5005, 4); empty: there is none. Relative, if nobody said where feeds are published."""
    after_url: str = ""
    """Of an archive page the one that goes after it, likewise: until that is full nothing stands there."""
    current_url: str = ""
    """Of an archive page the feed that is subscribed to, likewise; empty: it is no archive page."""
    rights: str = ""
    """What the feed says of the rights in it."""
    generator: str = "newsloom"
    """Without a version: an upgrade is no news."""


class Format(Protocol):
    """What each module here has. A document is its frame's beginning, its entries with `BETWEEN` between them, its frame's end."""

    SUFFIX: str
    """With the dot: `.atom`."""
    CONTENT_TYPE: str
    NAME: str
    """For people: `Atom`."""
    BETWEEN: bytes
    ARCHIVED: bool
    """Whether it can say what is an archive page, and which one goes before: only then it has any."""

    def frame(self, feed: Feed, place: Place) -> tuple[bytes, bytes]:
        """What stands before and after the entries. Nothing in it depends on any of them, but for the feed's `updated`."""
        ...

    def entry(self, shown: Shown) -> bytes:
        """The same bytes for the same entry, in whatever feed."""
        ...


def render(kind: Format, feed: Feed, place: Place) -> bytes:
    """The whole document. The same bytes for the same feed and place; an entry that cannot be written is left out and logged."""
    before, after = kind.frame(feed, place)
    return before + kind.BETWEEN.join(drawn(feed, kind.entry)) + after


@cache
def suffixes() -> tuple[str, ...]:
    return tuple(kind.SUFFIX for kind in found())


@cache
def edition() -> str:
    """Another one whenever something may be another by which entries are written: our code, and nh3."""
    digest = blake2b(version("nh3").encode(), digest_size=12)
    for name in ("clean.py", "elements.py", "languages.py", "packed.py", "shown.py", *sorted(_sources("formats"))):
        digest.update((files("feeds") / name).read_bytes())
    return digest.hexdigest()


def _sources(folder: str) -> Iterator[str]:
    return (f"{folder}/{each.name}" for each in (files("feeds") / folder).iterdir() if each.name.endswith(".py"))


@cache
def found() -> tuple[Format, ...]:
    """All formats, by the names of their modules. Imports them, and with them feedgen."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(cast(Format, importlib.import_module(f"{__name__}.{name}")) for name in names)
