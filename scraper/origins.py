"""What this process knows of scheme://host:port, beyond what memory keeps."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from newsloom.news.memory import Robots

REMEMBERED = 2_000


@dataclass
class OriginState:
    """`robots` is asked by one crawl at a time."""

    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    known: bool = False
    """Whether memory was asked."""
    robots: Robots | None = None
    why: str = ""
    """Of a robots.txt without an answer: what happened."""
    asking_tdm: asyncio.Lock = field(default_factory=asyncio.Lock)
    tdm: Robots | None = None
    """/.well-known/tdmrep.json, kept as a robots.txt is."""


class Origins:
    """The states of the origins that were asked last; memory has what is forgotten here."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._states: OrderedDict[str, OriginState] = OrderedDict()
        self._remembered = remembered

    def known(self, origin: str) -> OriginState | None:
        return self._states.get(origin)

    def state(self, origin: str) -> OriginState:
        """Of `scheme://host:port`, made if there is none."""
        state = self._states.setdefault(origin, OriginState())
        self._states.move_to_end(origin)
        if len(self._states) > self._remembered:
            # One that is being asked about is kept by who asks, and at worst asked about once more.
            self._states.popitem(last=False)
        return state

    def clear(self) -> None:
        self._states.clear()
