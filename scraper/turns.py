"""Whose document is read next, when more wait than can be read at once: that of the site which has had least of the time.

In order of arrival, a site whose pages take seconds each would have all others wait behind its queue. (Start-time fair
queueing; Goyal, Vin and Cheng 1996.)
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

WAITING_BYTES = 4 * 2**20
"""Of documents that are read or wait for it. When there are more, only sites are asked that have none among them and send
small ones."""

SMALL = WAITING_BYTES // 16
"""Bytes of the last document of a site that sends small ones. Of one that has sent none yet this is not known."""

REMEMBERED = 1_000

V = TypeVar("V")


class Turns:
    """The places at the reading processes, and the memory that documents take up before them."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._had: OrderedDict[str, float] = OrderedDict()
        """Up to when, in seconds of reading, a site has had its share."""
        self._now = 0.0
        """Where on that scale the site stands that was served last."""
        self._last: OrderedDict[str, int] = OrderedDict()
        """Bytes of the last document of a site."""
        self.bytes: Counter[str] = Counter()
        """Of documents that are read or wait for it, by site."""
        self._bytes = 0
        """All of these."""
        self._outside: dict[asyncio.Future[None], str] = {}
        """Who waits for room, and the site of each."""

    @asynccontextmanager
    async def turn(self, site: str) -> AsyncIterator[None]:
        """A place for one document of a site; the time until the block ends counts as the site's."""
        clock = asyncio.get_running_loop().time
        await self._wait(site)
        self._now = had = max(self._now, self._had.get(site, 0.0))
        began = clock()
        try:
            yield
        finally:
            _remember(self._had, site, max(had, self._had.get(site, 0.0)) + clock() - began)
            self._pass_on()

    async def room(self, site: str) -> None:
        """Returns when another document of the site would find room: what is downloaded faster than read only fills memory."""
        while not self._fits(site):
            fits = asyncio.get_running_loop().create_future()
            self._outside[fits] = site
            try:
                await fits
            finally:
                self._outside.pop(fits, None)

    def _fits(self, site: str) -> bool:
        return self._bytes < WAITING_BYTES or (not self.bytes[site] and self._last.get(site, WAITING_BYTES) <= SMALL)

    def hold(self, site: str, size: int) -> None:
        self._bytes += size
        self.bytes[site] += size
        if self.bytes[site] <= 0:
            del self.bytes[site]
        if size < 0:
            self._let_in()
        else:
            _remember(self._last, site, size)

    def _let_in(self) -> None:
        """Wakes those who fit now: to wake all of them at each document's end costs more than to read it from its pipe."""
        for fits in [fits for fits, site in self._outside.items() if self._fits(site)]:
            del self._outside[fits]
            if not fits.done():
                fits.set_result(None)

    async def _wait(self, site: str) -> None:
        if self._free:
            self._free -= 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = self._waiting.setdefault(site, deque())
        line.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # it had been given the place already
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """The place that became free, to the next."""
        while self._waiting:
            site = min(self._waiting, key=lambda one: self._had.get(one, 0.0))
            place = self._waiting[site].popleft()
            if not self._waiting[site]:
                del self._waiting[site]
            if not place.cancelled():
                place.set_result(None)
                return
        self._free += 1


def _remember(of: OrderedDict[str, V], site: str, what: V) -> None:
    of[site] = what
    of.move_to_end(site)
    if len(of) > REMEMBERED:
        of.popitem(last=False)
