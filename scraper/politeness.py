"""One request at a time an origin, a pause after each answer, hold-offs kept: for all crawls of the process together."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta

PATIENCE = 60.0
"""Seconds that a request waits for a hold-off or a long pause; what takes longer is put off to another crawl."""

REMEMBERED = 10_000
"""Origins; of those nobody waits for, the one that was asked longest ago is forgotten first."""

QUICK = 0.5
"""Seconds: an origin that answers within them is not slow."""

SLOWEST = 10.0
"""Seconds: what an origin's slowness, or its asking for a pause, adds to the pauses at most."""

SLOW = 5.0
"""Seconds: origins with this answering time may take half of the places under the cap together, not more."""

REMORSE = 600.0
"""Seconds after a hold-off for which the pause that the origin asked for is kept between all requests to it."""


class TooLongError(Exception):
    """The origin may not be asked for `seconds` more."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not before {seconds:.0f} s from now")
        self.wait = timedelta(seconds=seconds)


@dataclass
class _Line:
    """Who waits for one origin. Times are the loop's own, in seconds."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    answered: float = float("-inf")
    pace: float = 0.0
    """Crawl-delay of its robots.txt."""
    held: float = float("-inf")
    asked: float = 0.0
    """The pause that its last hold-off asked for."""
    asked_until: float = float("-inf")
    slowness: float = 0.0
    """Its answering time: rises at once, falls by halves (as in Scrapy's AutoThrottle)."""

    def pause(self, delay: float, now: float) -> float:
        return max(delay, self.pace, self.slowness, self.asked if now < self.asked_until else 0.0)

    def took(self, seconds: float) -> None:
        seconds = min(seconds, SLOWEST) if seconds > QUICK else 0.0
        self.slowness = max(seconds, (self.slowness + seconds) / 2) if self.slowness + seconds > QUICK else 0.0


class Politeness:
    """The lines of all origins (scheme://host:port) and the one cap on requests at once.

    A place under the cap is taken only when the origin's turn has come, so that slow origins do not keep others waiting.
    """

    def __init__(self, connections: int) -> None:
        self._lines: OrderedDict[str, _Line] = OrderedDict()
        self._connections = asyncio.Semaphore(connections)
        self._for_slow = asyncio.Semaphore(max(1, connections // 2))

    @asynccontextmanager
    async def turn(self, origin: str, delay: float, room: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """Waits for its turn, and until there is `room`; the pause until the next one starts when the block ends.

        Raises TooLongError at once instead of waiting longer than PATIENCE for a hold-off or a pause.
        """
        line = self._line(origin)
        line.waiting += 1
        clock = asyncio.get_running_loop().time
        try:
            self._refuse_long(line, delay)
            async with line.turn:
                # A hold-off may be set while this one sleeps (by an answer through a redirect), hence the loop.
                while (seconds := self._refuse_long(line, delay)) > 0:  # noqa: ASYNC110 - a pause, not a poll
                    await asyncio.sleep(seconds)
                async with self._for_slow if line.slowness >= SLOW else nullcontext(), self._connections:
                    await room()
                    began = clock()
                    try:
                        yield
                    finally:
                        line.answered = clock()
                        line.took(line.answered - began)
        finally:
            line.waiting -= 1

    def pace(self, origin: str, seconds: float) -> None:
        """At least so long between two requests, whatever the source says (Crawl-delay)."""
        self._line(origin).pace = seconds

    def hold(self, origin: str, seconds: float) -> None:
        """No request for so long (Retry-After), and for a while not one sooner after another than that."""
        line, now = self._line(origin), asyncio.get_running_loop().time()
        line.held = max(line.held, now + seconds)
        line.asked, line.asked_until = min(seconds, SLOWEST), line.held + REMORSE

    def _refuse_long(self, line: _Line, delay: float) -> float:
        now = asyncio.get_running_loop().time()
        seconds = max(line.held, line.answered + line.pause(delay, now)) - now
        if seconds > PATIENCE:
            raise TooLongError(seconds)
        return seconds

    def _line(self, origin: str) -> _Line:
        line = self._lines.setdefault(origin, _Line())
        self._lines.move_to_end(origin)
        while len(self._lines) > REMEMBERED:
            idle = next((o for o, known in self._lines.items() if not known.waiting and known is not line), None)
            if idle is None:
                break
            del self._lines[idle]
        return line
